/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-segment-private.h"

#include "model/eh-error.h"

/*
 * Reading one segment, from its map. All that is handed out has been checked in this very call; the map may be of a
 * file on a disk that rots.
 */

/* In a compacted segment every so manieth frame is sampled, so that a frame is found by its loc. */
#define SAMPLE_EVERY 32

static gboolean
read_header (EhFileSegment *self, GError **error)
{
  if (!eh_file_segment_header_read (&self->header, self->bytes, self->size, self->path, error))
    return FALSE;
  eh_file_frame_base_init (&self->base, self->header.salt, self->header.number, self->header.base_position,
                           (self->header.flags & EH_FILE_SEGMENT_COMPACTED) != 0);
  self->end = (guint32) self->size;
  if (!self->base.compacted)
    return TRUE;
  if (self->header.size > self->size)
    return eh_file_segment_set_corrupt (self, (guint32) self->size, "the file ends too early", error);
  self->end = (guint32) self->header.size;
  return TRUE;
}

EhFileSegment *
eh_file_segment_open (const EhFileOps *ops, const char *path, GError **error)
{
  g_autoptr (EhFileSegment) self = g_new0 (EhFileSegment, 1);
  const int file = ops->open (ops->fs, path, EH_FILE_OPEN_READ);
  EhFileStat found = { 0 };
  int code = file;

  self->ref_count = 1;
  self->ops = ops;
  self->path = g_strdup (path);
  if (file < 0)
    {
      eh_file_set_errno (error, file, "open", path);
      return NULL;
    }
  code = ops->fstat (ops->fs, file, &found);
  self->size = (gsize) MIN (found.size, G_MAXUINT32 & ~(guint32) 7);
  if (code == 0 && self->size > 0)
    code = ops->map (ops->fs, file, self->size, (gconstpointer *) &self->bytes);
  ops->close (ops->fs, file);
  if (code < 0)
    {
      eh_file_set_errno (error, code, "map", path);
      return NULL;
    }
  return read_header (self, error) ? g_steal_pointer (&self) : NULL;
}

EhFileSegment *
eh_file_segment_ref (EhFileSegment *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
eh_file_segment_unref (EhFileSegment *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  if (self->in_memory)
    g_free ((gpointer) self->bytes);
  else if (self->bytes != NULL)
    self->ops->unmap (self->ops->fs, self->bytes, self->size);
  g_free (self->samples);
  g_free (self->path);
  g_free (self);
}

gboolean
eh_file_segment_set_corrupt (const EhFileSegment *self, guint32 offset, const char *what, GError **error)
{
  g_set_error (error, EH_ERROR, EH_ERROR_CORRUPT, "%s: damaged at byte %u: %s", self->path, offset, what);
  return FALSE;
}

static guint32
get_room (const EhFileSegment *self, guint32 at)
{
  const guint32 end = (guint32) g_atomic_int_get ((const gint *) &self->end);

  return at < end ? end - at : 0;
}

/* Pairs of a loc's offset and where it lies, of each so manieth frame; ends at the first that does not validate. */
static guint32 *
make_samples (EhFileSegment *self, guint *n_samples)
{
  GArray *samples = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint32 at = EH_FILE_SEGMENT_HEADER;
  EhFileFrame frame;

  for (guint i = 0; get_room (self, at) > 0; i++)
    {
      const EhFileFrameState state = eh_file_frame_read_head (&self->base, self->bytes + at, get_room (self, at), at,
                                                              &frame);
      guint32 pair[2] = { eh_file_loc_offset (frame.loc), at };

      if (state != EH_FILE_FRAME_OK)
        break;
      if (i % SAMPLE_EVERY == 0)
        g_array_append_vals (samples, pair, 2);
      at += frame.length;
    }
  *n_samples = samples->len / 2;
  return (guint32 *) (gpointer) g_array_free (samples, FALSE);
}

/* Made when they are first asked for; whoever is second throws his away. */
static const guint32 *
get_samples (EhFileSegment *self)
{
  guint32 *samples = g_atomic_pointer_get (&self->samples);
  guint n = 0;

  if (samples != NULL)
    return samples;
  samples = make_samples (self, &n);
  g_atomic_int_set ((gint *) &self->n_samples, (gint) n);
  if (g_atomic_pointer_compare_and_exchange (&self->samples, NULL, samples))
    return samples;
  g_free (samples);
  return g_atomic_pointer_get (&self->samples);
}

guint32
eh_file_segment_find (EhFileSegment *self, guint32 offset)
{
  const guint32 *samples = NULL;
  guint32 at = EH_FILE_SEGMENT_HEADER;
  guint low = 0;
  guint high = 0;
  EhFileFrame frame;

  if (!self->base.compacted)
    return offset;
  samples = get_samples (self);
  high = (guint) g_atomic_int_get ((const gint *) &self->n_samples);
  while (low < high)
    {
      const guint middle = low + (high - low) / 2;

      if (samples[middle * 2] <= offset)
        low = middle + 1;
      else
        high = middle;
    }
  if (low > 0)
    at = samples[(low - 1) * 2 + 1];
  while (eh_file_frame_read_head (&self->base, self->bytes + at, get_room (self, at), at, &frame) == EH_FILE_FRAME_OK
         && eh_file_loc_offset (frame.loc) < offset)
    at += frame.length;
  return at;
}

gboolean
eh_file_segment_read_at (EhFileSegment *self, guint32 at, EhFileFrame *frame, GError **error)
{
  if (at < EH_FILE_SEGMENT_HEADER || at % 8 != 0 || get_room (self, at) == 0)
    return eh_file_segment_set_corrupt (self, at, "a frame should be there", error);
  switch (eh_file_frame_read (&self->base, self->bytes + at, get_room (self, at), at, frame))
    {
    case EH_FILE_FRAME_OK:
      return TRUE;
    case EH_FILE_FRAME_DAMAGED:
      return eh_file_segment_set_corrupt (self, at, "the checksum of a frame's body is wrong", error);
    case EH_FILE_FRAME_UNKNOWN:
      g_set_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED,
                   "%s: at byte %u is a frame of a kind that this program does not know: use a newer one", self->path,
                   at);
      return FALSE;
    default:
      return eh_file_segment_set_corrupt (self, at, "no valid frame is there", error);
    }
}

gboolean
eh_file_segment_read (EhFileSegment *self, guint32 offset, EhFileFrame *frame, GError **error)
{
  const guint32 at = eh_file_segment_find (self, offset);

  if (!eh_file_segment_read_at (self, at, frame, error))
    return FALSE;
  return eh_file_loc_offset (frame->loc) == offset
         || eh_file_segment_set_corrupt (self, at, "another frame should be there", error);
}

guint32
eh_file_segment_get_next (const EhFileSegment *self, const EhFileFrame *frame)
{
  return (guint32) (frame->bytes - self->bytes) + frame->length;
}

/* Reads the frame that @frame refers to; itself for 0. */
static gboolean
follow (EhFileSegment *self, const EhFileFrame *frame, guint32 ref, EhFileFrame *found, EhFileFrameTail *tail,
        GError **error)
{
  const guint32 offset = eh_file_loc_offset (frame->loc);

  *found = *frame;
  if (ref != 0 && (ref >= offset / 8 || !eh_file_segment_read (self, ref * 8, found, error)))
    return error != NULL && *error != NULL
               ? FALSE
               : eh_file_segment_set_corrupt (self, offset, "it refers to a frame that is not before it", error);
  return eh_file_frame_get_tail (found, tail)
         || eh_file_segment_set_corrupt (self, eh_file_loc_offset (found->loc), "a frame is not well-formed", error);
}

gboolean
eh_file_segment_get_name (EhFileSegment *self, const EhFileFrame *frame, const char **name, gsize *length,
                          GError **error)
{
  EhFileFrame found;
  EhFileFrameTail tail;

  if (!follow (self, frame, frame->name_ref, &found, &tail, error))
    return FALSE;
  if (tail.name == NULL)
    return eh_file_segment_set_corrupt (self, eh_file_loc_offset (found.loc), "the stream's name is not there", error);
  *name = tail.name;
  *length = found.name_length;
  return TRUE;
}

gboolean
eh_file_segment_get_type (EhFileSegment *self, const EhFileFrame *frame, const EhFileEvent *event, const char **type,
                          GError **error)
{
  EhFileFrame found;
  EhFileFrameTail tail;
  const char *name = NULL;

  if (!follow (self, frame, event->type_ref, &found, &tail, error))
    return FALSE;
  name = eh_file_frame_tail_get_type (&tail, event->type_index);
  if (name == NULL || !g_utf8_validate (name, -1, NULL))
    return eh_file_segment_set_corrupt (self, eh_file_loc_offset (found.loc), "the type's name is not there", error);
  *type = name;
  return TRUE;
}
