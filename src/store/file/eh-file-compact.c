/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-compact-private.h"

#include "store/file/eh-file-breakage-private.h"

#define BUFFER_SIZE (256u << 10)

/*
 * A segment is gone through twice: first to decide what becomes of each frame, so that one in which nothing is dropped
 * is left alone, then to write it. The salt and the links to its neighbours stay, so that the chain of the log is what
 * it was; and as the checksums of frames are about their locs, a frame that is moved gets a new head but keeps its body
 * as it was checked.
 */
typedef struct {
  const EhFileOps *ops;
  EhFileSegment *segment; /* (owned) */
  GByteArray *dropped;    /* (owned): of each frame, whether its data goes */
  char *path;             /* (owned): of what is written */
  int file;               /* -1 if it is closed */
  GByteArray *buffer;     /* (owned) */
  guint64 at;             /* where the buffer goes */
  guint64 n_dropped;
} Compaction;

static void
compaction_clear (Compaction *self)
{
  if (self->file >= 0)
    {
      self->ops->close (self->ops->fs, self->file);
      self->ops->unlink (self->ops->fs, self->path);
    }
  g_clear_pointer (&self->segment, eh_file_segment_unref);
  g_clear_pointer (&self->dropped, g_byte_array_unref);
  g_clear_pointer (&self->buffer, g_byte_array_unref);
  g_free (self->path);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Compaction, compaction_clear)

/* ---- deciding ---- */

static gboolean
decide (Compaction *self, const EhFileFrame *frame, EhFileFateFunc fate_func, gpointer user_data, guint8 *is_dropped,
        GError **error)
{
  EhFileFate wanted = EH_FILE_FRAME_KEEP;
  const char *name;
  gsize length;

  *is_dropped = FALSE;
  if (frame->kind != EH_FILE_KIND_APPEND)
    return TRUE;
  if (!eh_file_segment_get_name (self->segment, frame, &name, &length, error)
      || !fate_func (user_data, frame, name, length, &wanted, error))
    return FALSE;
  *is_dropped = wanted == EH_FILE_FRAME_DROP_DATA;
  self->n_dropped += *is_dropped ? frame->n_events : 0;
  return TRUE;
}

static gboolean
decide_all (Compaction *self, EhFileFateFunc fate_func, gpointer user_data, GError **error)
{
  guint32 end = (guint32) g_atomic_int_get ((gint *) &self->segment->end);
  guint32 at = EH_FILE_SEGMENT_HEADER;

  while (at < end)
    {
      EhFileFrame frame;
      guint8 is_dropped;

      if (!eh_file_segment_read_at (self->segment, at, &frame, error)
          || !decide (self, &frame, fate_func, user_data, &is_dropped, error))
        return FALSE;
      g_byte_array_append (self->dropped, &is_dropped, 1);
      at = eh_file_segment_get_next (self->segment, &frame);
    }
  return TRUE;
}

/* ---- writing ---- */

static gboolean
write_buffer (Compaction *self, GError **error)
{
  if (!eh_file_write_fully (self->ops, self->file, self->path, self->buffer->data, self->buffer->len, self->at, error))
    return FALSE;
  self->at += self->buffer->len;
  g_byte_array_set_size (self->buffer, 0);
  return TRUE;
}

/* Gives the frame that begins at @begin of the buffer its head: its loc in place of its group, and the checksum. */
static void
finish_frame (Compaction *self, guint begin, const EhFileFrame *frame)
{
  guint8 *head = self->buffer->data + begin;
  guint32 offset = eh_file_loc_offset (frame->loc);

  eh_store_32 (head + 8, self->buffer->len - begin);
  eh_store_32 (head + 12, offset / 8);
  eh_store_32 (head, eh_file_frame_head_checksum (&self->segment->base, offset, head));
}

static gboolean
put_stub (Compaction *self, const EhFileFrame *frame, GError **error)
{
  static const guint8 zeros[8] = { 0 };
  gsize heads = (gsize) frame->n_events * EH_FILE_EVENT_HEAD;
  guint begin = self->buffer->len;
  EhFileFrameTail tail;
  guint8 *head;

  if (!eh_file_frame_get_tail (frame, &tail))
    return eh_file_segment_set_corrupt (self->segment, eh_file_loc_offset (frame->loc), "a frame is not well-formed",
                                        error);
  g_byte_array_append (self->buffer, frame->bytes, EH_FILE_FRAME_HEAD + heads);
  g_byte_array_append (self->buffer, tail.types, tail.types_size);
  if (tail.name != NULL)
    g_byte_array_append (self->buffer, (const guint8 *) tail.name, frame->name_length);
  g_byte_array_append (self->buffer, zeros, (8 - (self->buffer->len - begin) % 8) % 8);

  head = self->buffer->data + begin;
  for (guint i = 0; i < frame->n_events; i++)
    eh_store_32 (head + EH_FILE_FRAME_HEAD + i * EH_FILE_EVENT_HEAD + 16, 0);
  head[42] = EH_FILE_KIND_STUB;
  head[43] = 0;
  eh_store_32 (head + 4, eh_crc32c (0, head + EH_FILE_FRAME_HEAD, self->buffer->len - begin - EH_FILE_FRAME_HEAD));
  finish_frame (self, begin, frame);
  return TRUE;
}

static gboolean
put_frame (Compaction *self, const EhFileFrame *frame, gboolean is_dropped, GError **error)
{
  guint begin = self->buffer->len;

  if (is_dropped && !put_stub (self, frame, error))
    return FALSE;
  if (!is_dropped)
    {
      g_byte_array_append (self->buffer, frame->bytes, frame->length);
      finish_frame (self, begin, frame);
    }
  return self->buffer->len < BUFFER_SIZE || write_buffer (self, error);
}

static gboolean
write_frames (Compaction *self, GError **error)
{
  guint32 at = EH_FILE_SEGMENT_HEADER;

  self->at = EH_FILE_SEGMENT_HEADER;
  for (guint i = 0; i < self->dropped->len; i++)
    {
      EhFileFrame frame;

      if (!eh_file_segment_read_at (self->segment, at, &frame, error)
          || !put_frame (self, &frame, self->dropped->data[i], error))
        return FALSE;
      at = eh_file_segment_get_next (self->segment, &frame);
    }
  return write_buffer (self, error);
}

static gboolean
write_header (Compaction *self, GError **error)
{
  EhFileSegmentHeader header = self->segment->header;
  guint8 bytes[EH_FILE_SEGMENT_HEADER];

  header.flags |= EH_FILE_SEGMENT_COMPACTED;
  header.size = self->at;
  eh_file_segment_header_write (&header, bytes);
  return eh_file_write_fully (self->ops, self->file, self->path, bytes, sizeof bytes, 0, error);
}

/* F15, F16 */
static gboolean
replace_segment (Compaction *self, const char *folder, GError **error)
{
  int code = EH_FILE_BROKEN (COMPACT_UNFLUSHED) ? 0 : self->ops->sync (self->ops->fs, self->file);

  if (code < 0)
    return eh_file_set_errno (error, code, "flush", self->path);
  code = self->ops->rename (self->ops->fs, self->path, self->segment->path);
  if (code < 0)
    return eh_file_set_errno (error, code, "rename", self->path);
  self->ops->close (self->ops->fs, self->file);
  self->file = -1;
  code = self->ops->sync_folder (self->ops->fs, folder);
  return code >= 0 || eh_file_set_errno (error, code, "flush", folder);
}

static gboolean
write_segment (Compaction *self, const char *folder, guint32 number, GError **error)
{
  int code;

  self->path = g_strdup_printf ("%s/%08x.log.tmp", folder, number);
  self->buffer = g_byte_array_sized_new (BUFFER_SIZE);
  self->file = self->ops->open (self->ops->fs, self->path, EH_FILE_OPEN_WRITE | EH_FILE_OPEN_CREATE);
  if (self->file < 0)
    return eh_file_set_errno (error, self->file, "create", self->path);
  code = self->ops->truncate (self->ops->fs, self->file, 0);
  if (code < 0)
    return eh_file_set_errno (error, code, "truncate", self->path);
  return write_frames (self, error) && write_header (self, error) && replace_segment (self, folder, error);
}

gboolean
eh_file_compact_segment (EhFileSegments *segments, const EhFileOps *ops, const char *folder, guint32 number,
                         EhFileFateFunc fate, gpointer user_data, EhFileCompaction *done, GCancellable *cancellable,
                         GError **error)
{
  g_auto (Compaction) self = { .ops = ops, .file = -1 };

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  self.segment = eh_file_segments_get (segments, number, error);
  if (self.segment == NULL || !eh_file_segment_header_check_writable (&self.segment->header, self.segment->path, error))
    return FALSE;
  self.dropped = g_byte_array_new ();
  if (!decide_all (&self, fate, user_data, error))
    return FALSE;
  *done = (EhFileCompaction){ .bytes_before = self.segment->size, .bytes_after = self.segment->size };
  if (self.n_dropped == 0)
    return TRUE;
  if (!write_segment (&self, folder, number, error))
    return FALSE;
  eh_file_segments_forget (segments, number);
  done->bytes_after = self.at;
  done->n_dropped = self.n_dropped;
  return TRUE;
}
