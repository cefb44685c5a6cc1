/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "model/eh-error.h"
#include "store/file/eh-file-folder-private.h"
#include "store/file/eh-file-headless-private.h"
#include "store/file/eh-file-inspect-private.h"
#include "store/file/eh-file-lock-page-private.h"
#include "store/file/eh-file-runs-private.h"
#include "store/file/eh-file-scan-private.h"

/*
 * Each segment is opened by itself, so that one that is bad does not hide the others. Where no valid frame is, the next
 * one is looked for at each multiple of 8; salt, number and offset in the checksums make it certain that what is found
 * is a frame and that it belongs there. How many events a hole held is known when the next frame, or the next segment's
 * header, says its position; so a hole waits until then before it is told.
 *
 * A segment whose header is damaged is read all the same: eh-file-headless.c.
 */

typedef struct {
  const EhFileOps *ops;
  const EhFileInspectFuncs *funcs;
  EhFileInspection *result;
  GCancellable *cancellable;
  char *folder; /* (owned): seg/ */
  EhFileLockPage lock_page;
  guint64 limit;    /* loc: nothing from there on is looked at */
  guint64 durable;  /* loc: everything before it had been flushed */
  guint64 expected; /* the position of the next event */
  guint64 total;    /* bytes, about */
  guint64 told;     /* bytes, when progress was told */
  guint8 last_kind; /* of a frame */
  gboolean has_store;

  gboolean pending; /* a hole waits: */
  EhFileDamage hole;
  char *hole_path;    /* (owned) (nullable) */
  char *hole_stream;  /* (owned) (nullable) */
  char *hole_message; /* (owned) (nullable) */
} Inspect;

static void
inspect_clear (Inspect *self)
{
  eh_file_lock_page_clear (&self->lock_page);
  g_free (self->folder);
  g_free (self->hole_path);
  g_free (self->hole_stream);
  g_free (self->hole_message);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Inspect, inspect_clear)

/* ---- holes ---- */

/* The hole ends before @position; 0 if that is not known here and somebody else tells of the positions. */
static void
end_hole (Inspect *self, guint64 position)
{
  if (!self->pending)
    return;
  self->pending = FALSE;
  if (position > self->expected)
    {
      self->hole.first_position = self->expected;
      self->hole.last_position = position == G_MAXUINT64 ? position : position - 1;
      self->expected = position;
    }
  self->funcs->damage (self->funcs->user_data, &self->hole);
}

static void
begin_hole (Inspect *self, const char *path, guint64 offset, guint64 end, const char *message)
{
  end_hole (self, 0);
  g_free (self->hole_path);
  g_free (self->hole_message);
  g_clear_pointer (&self->hole_stream, g_free);
  self->hole_path = g_strdup (path);
  self->hole_message = g_strdup (message);
  self->hole = (EhFileDamage){ .path = self->hole_path, .offset = offset, .end = end, .message = self->hole_message };
  self->pending = TRUE;
}

/* What is wrong without anything being lost. */
static void
tell_damage (Inspect *self, const char *path, guint64 offset, const char *message)
{
  const EhFileDamage damage = { .path = path, .offset = offset, .end = offset, .message = message };

  self->funcs->damage (self->funcs->user_data, &damage);
}

/* ---- opening a segment ---- */

static char *
get_path (Inspect *self, guint32 number)
{
  return g_strdup_printf ("%s/%08x.log", self->folder, number);
}

/* All of it, as far as it goes; a negative errno on failure. */
static int
read_bytes (Inspect *self, int file, EhFileSegment *segment, gsize size)
{
  guint8 *bytes = g_try_malloc (size);
  gssize n = 1;

  segment->bytes = bytes;
  if (bytes == NULL)
    return size > 0 ? -ENOMEM : 0;
  while (segment->size < size && n > 0)
    {
      n = self->ops->pread (self->ops->fs, file, bytes + segment->size, size - segment->size, segment->size);
      segment->size += (gsize) MAX (n, 0);
    }
  segment->size &= ~(gsize) 7;
  return n < 0 ? (int) n : 0;
}

/*
 * The file without its header; NULL without error if it is not there. It is read, not mapped: a disk that cannot read
 * it, or somebody who cuts it meanwhile, is an error then and not the end of the process.
 */
static EhFileSegment *
read_segment (Inspect *self, const char *path, GError **error)
{
  g_autoptr (EhFileSegment) segment = g_new0 (EhFileSegment, 1);
  const int file = self->ops->open (self->ops->fs, path, EH_FILE_OPEN_READ);
  EhFileStat found = { 0 };
  int code = file;

  segment->ref_count = 1;
  segment->ops = self->ops;
  segment->path = g_strdup (path);
  segment->in_memory = TRUE;
  if (file == -ENOENT)
    return NULL;
  if (file >= 0)
    {
      code = self->ops->fstat (self->ops->fs, file, &found);
      if (code == 0)
        code = read_bytes (self, file, segment, (gsize) MIN (found.size, G_MAXUINT32 & ~(guint32) 7));
      self->ops->close (self->ops->fs, file);
    }
  if (code >= 0)
    return g_steal_pointer (&segment);
  eh_file_set_errno (error, code, "read", path);
  return NULL;
}

/* FALSE without error if it is not there, or of no use: then @reason says why. */
static gboolean
read_header (Inspect *self, guint32 number, EhFileSegmentHeader *header, GError **reason, GError **error)
{
  g_autofree char *path = get_path (self, number);
  const int file = self->ops->open (self->ops->fs, path, EH_FILE_OPEN_READ);
  guint8 bytes[EH_FILE_SEGMENT_HEADER];
  gboolean ok = FALSE;

  if (file == -ENOENT)
    return FALSE;
  if (file < 0)
    return eh_file_set_errno (error, file, "open", path);
  ok = eh_file_read_fully (self->ops, file, path, bytes, sizeof bytes, 0, reason)
       && eh_file_segment_header_read (header, bytes, sizeof bytes, path, reason);
  self->ops->close (self->ops->fs, file);
  if (ok || (*reason != NULL && g_error_matches (*reason, EH_ERROR, EH_ERROR_CORRUPT)))
    return ok;
  g_propagate_error (error, g_steal_pointer (reason));
  return FALSE;
}

static const char *
find_fault (Inspect *self, const EhFileSegmentHeader *header, guint32 number)
{
  if (header->number != number)
    return "its header has another number than its name";
  if (self->has_store && memcmp (header->store_id, self->result->store_id, 16) != 0)
    return "it belongs to another store";
  return NULL;
}

/* NULL without error if it is of no use, which is then told. */
static EhFileSegment *
open_segment (Inspect *self, guint32 number, const EhFileSegmentHeader *next, GError **error)
{
  g_autofree char *path = get_path (self, number);
  g_autoptr (GError) reason = NULL;
  GError *own_error = NULL;
  g_autoptr (EhFileSegment) segment = read_segment (self, path, &own_error);
  const char *fault = "the file is missing";

  if (own_error != NULL)
    {
      g_propagate_error (error, own_error);
      return NULL;
    }
  if (segment != NULL && read_header (self, number, &segment->header, &reason, &own_error))
    {
      segment->end = (guint32) segment->size;
      eh_file_headless_set_base (segment, segment->header.base_position,
                                 (segment->header.flags & EH_FILE_SEGMENT_COMPACTED) != 0);
      fault = find_fault (self, &segment->header, number);
      if (fault == NULL)
        return g_steal_pointer (&segment);
    }
  else if (own_error != NULL)
    {
      g_propagate_error (error, own_error);
      return NULL;
    }
  else if (segment != NULL && next != NULL && eh_file_headless_guess (segment, number, next, self->expected))
    {
      tell_damage (self, path, 0, "the header is damaged; it was made again from what the next segment says");
      return g_steal_pointer (&segment);
    }
  else if (segment != NULL && !self->pending
           && eh_file_headless_solve (segment, number, self->result->store_id, self->expected))
    {
      tell_damage (self, path, 0, "the header is damaged; the frames were read without it");
      return g_steal_pointer (&segment);
    }
  else if (segment != NULL)
    fault = "the header is damaged, and nothing says what was in it";
  begin_hole (self, path, 0, segment != NULL ? segment->size : 0, fault);
  return NULL;
}

/* ---- going through it ---- */

static gboolean
tell_progress (Inspect *self, guint32 n, GError **error)
{
  self->result->n_bytes += n;
  if (self->result->n_bytes - self->told < (4u << 20) && n > 0)
    return TRUE;
  self->told = self->result->n_bytes;
  if (self->funcs->progress != NULL)
    self->funcs->progress (MIN (self->result->n_bytes, self->total), self->total, self->funcs->progress_data);
  return !g_cancellable_set_error_if_cancelled (self->cancellable, error);
}

static gboolean
take_frame (Inspect *self, EhFileSegment *segment, const EhFileFrame *frame, guint32 at, GError **error)
{
  end_hole (self, frame->position);
  if (frame->position != self->expected)
    {
      begin_hole (self, segment->path, at, at, "the positions do not go on from those before");
      end_hole (self, frame->position);
    }
  self->expected = frame->position + frame->n_events;
  self->result->end = frame->loc + frame->length;
  self->last_kind = frame->kind;
  return tell_progress (self, frame->length, error)
         && self->funcs->frame (self->funcs->user_data, segment, frame, error);
}

/* At the end of a log that nobody has sealed: whether what is there is no damage. */
static gboolean
is_end (Inspect *self, const EhFileSegment *segment, guint32 at)
{
  const guint64 loc = eh_file_loc (segment->header.number, at);
  guint32 proof = 0;
  guint32 torn_end = 0;
  const EhFileTear tear = eh_file_scan_look_ahead (segment, at, &proof, &torn_end);

  const gboolean is_last = segment->header.number == self->result->n_segments;

  if (tear == EH_FILE_TEAR_DAMAGE || (is_last && self->durable > loc))
    return FALSE;
  if (tear == EH_FILE_TEAR_TORN && is_last)
    self->result->torn_loc = loc;
  return TRUE;
}

/* The stream of a frame whose body is damaged is known if its name is in another one. */
static void
find_hole_stream (Inspect *self, EhFileSegment *segment, const EhFileFrame *frame)
{
  const char *name = NULL;
  gsize length = 0;

  if (frame->name_ref != 0 && eh_file_segment_get_name (segment, frame, &name, &length, NULL))
    self->hole.stream = self->hole_stream = g_strndup (name, length);
}

/* Where it goes on behind what is not valid at @at. */
static guint32
skip_hole (Inspect *self, EhFileSegment *segment, guint32 at, EhFileFrameState state, const EhFileFrame *frame)
{
  const gboolean damaged = state == EH_FILE_FRAME_DAMAGED;
  EhFileFrame next;
  const guint32 end = eh_file_headless_find_frame (segment, damaged ? at + frame->length : at + 8, &next);

  begin_hole (self, segment->path, at, end,
              damaged ? "the checksum of a frame's body is wrong" : "no valid frame is there");
  if (damaged)
    find_hole_stream (self, segment, frame);
  return end;
}

static gboolean
walk_segment (Inspect *self, EhFileSegment *segment, gboolean is_open, GError **error)
{
  guint32 at = EH_FILE_SEGMENT_HEADER;

  while (at < segment->end)
    {
      EhFileFrame frame = { 0 };
      const EhFileFrameState state = eh_file_frame_read (&segment->base, segment->bytes + at, segment->end - at, at,
                                                         &frame);

      if (state == EH_FILE_FRAME_UNKNOWN)
        return eh_file_segment_read_at (segment, at, &frame, error);
      if (state == EH_FILE_FRAME_OK)
        {
          if (!take_frame (self, segment, &frame, at, error))
            return FALSE;
          at += frame.length;
        }
      else if (is_open && is_end (self, segment, at))
        return TRUE;
      else
        at = skip_hole (self, segment, at, state, &frame);
    }
  return TRUE;
}

/* Where the frames of @segment should end; 0 if nothing says so. */
static guint32
find_end (Inspect *self, EhFileSegment *segment, const EhFileSegmentHeader *next)
{
  const gboolean fits = next != NULL && next->previous_salt == segment->header.salt;

  if (next != NULL && !fits)
    tell_damage (self, segment->path, 0, "the next segment goes on from another one");
  if (segment->base.compacted)
    return (guint32) segment->header.size;
  if (segment->header.number == eh_file_loc_segment (self->limit))
    return eh_file_loc_offset (self->limit);
  return fits ? next->previous_length & ~(guint32) 7 : 0;
}

/* The last segment, when nobody writes: if a crash leaves a torn tail, it leaves the file's size. */
static void
check_size (Inspect *self, const EhFileSegment *segment)
{
  const EhFileTear tear = self->result->torn_loc != EH_FILE_LOC_NONE ? EH_FILE_TEAR_TORN : EH_FILE_TEAR_NONE;

  if (self->pending || !eh_file_scan_is_cut (segment, tear, self->last_kind))
    return;
  self->result->torn_loc = EH_FILE_LOC_NONE;
  begin_hole (self, segment->path, segment->size, segment->size,
              "the file is shorter than it was made, and has no mark at its end");
}

/* Of a next segment that is another store's nothing is believed; it is told when it is its turn. */
static gboolean
read_next_header (Inspect *self, guint32 number, EhFileSegmentHeader *next, GError **error)
{
  g_autoptr (GError) reason = NULL;

  return number < self->result->n_segments && read_header (self, number + 1, next, &reason, error)
         && find_fault (self, next, number + 1) == NULL;
}

static gboolean
inspect_segment (Inspect *self, guint32 number, GError **error)
{
  GError *own_error = NULL;
  EhFileSegmentHeader next;
  const gboolean has_next = read_next_header (self, number, &next, &own_error);
  g_autoptr (EhFileSegment) segment = NULL;
  guint32 end;

  if (own_error == NULL)
    segment = open_segment (self, number, has_next ? &next : NULL, &own_error);
  if (own_error != NULL)
    {
      g_propagate_error (error, own_error);
      return FALSE;
    }
  if (segment == NULL)
    return TRUE;
  end_hole (self, segment->header.base_position);
  if (segment->header.base_position != self->expected)
    {
      begin_hole (self, segment->path, 0, 0, "its first position is not that behind the segment before");
      end_hole (self, segment->header.base_position);
      self->expected = segment->header.base_position;
    }
  end = find_end (self, segment, has_next ? &next : NULL);
  segment->end = end == 0 ? (guint32) segment->size : MIN (end, (guint32) segment->size);
  if (!walk_segment (self, segment, end == 0, error))
    return FALSE;
  if (end > segment->size)
    begin_hole (self, segment->path, segment->size, segment->size, "the file ends too early");
  else if (end == 0 && number == self->result->n_segments)
    check_size (self, segment);
  return TRUE;
}

/* ---- the whole ---- */

static guint32
parse_number (const char *name)
{
  char *end = NULL;
  const guint64 number = g_ascii_strtoull (name, &end, 16);

  return end == name + 8 && strcmp (end, ".log") == 0 ? (guint32) number : 0;
}

static gboolean
list_segments (Inspect *self, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const int code = self->ops->list (self->ops->fs, self->folder, names);

  if (code < 0 && code != -ENOENT)
    return eh_file_set_errno (error, code, "list", self->folder);
  for (guint i = 0; i < names->len; i++)
    {
      const guint32 number = parse_number (g_ptr_array_index (names, i));
      g_autofree char *path = get_path (self, number);
      EhFileStat found = { 0 };

      if (number > 0 && self->ops->stat (self->ops->fs, path, &found) == 0)
        self->total += found.size;
      self->result->n_segments = MAX (self->result->n_segments, number);
    }
  return TRUE;
}

/* Whose store it is: the first header that can be read says it. */
static gboolean
find_store_id (Inspect *self, GError **error)
{
  for (guint32 number = 1; number <= self->result->n_segments && !self->has_store; number++)
    {
      g_autoptr (GError) reason = NULL;
      GError *own_error = NULL;
      EhFileSegmentHeader header;

      if (read_header (self, number, &header, &reason, &own_error) && header.number == number)
        {
          memcpy (self->result->store_id, header.store_id, 16);
          self->has_store = TRUE;
        }
      if (own_error != NULL)
        {
          g_propagate_error (error, own_error);
          return FALSE;
        }
    }
  return TRUE;
}

/* Who looks while somebody writes looks at what is published now. */
static gboolean
find_limit (Inspect *self, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "LOCK", NULL);
  guint64 published = 0;

  if (!eh_file_lock_page_look (&self->lock_page, self->ops, path, error))
    return FALSE;
  self->result->written = eh_file_lock_page_is_written (&self->lock_page);
  if (!self->has_store)
    return TRUE;
  published = eh_file_lock_page_get_end (&self->lock_page, self->result->store_id);
  self->durable = eh_file_lock_page_get_durable (&self->lock_page, self->result->store_id);
  self->result->has_lock = eh_file_lock_page_is_of (&self->lock_page, self->result->store_id);
  if (self->result->written && published > 0)
    {
      self->limit = published;
      self->result->n_segments = MIN (self->result->n_segments, eh_file_loc_segment (published));
    }
  return TRUE;
}

/* F14, F15: a log that was cut off where a frame ends looks whole. */
static gboolean
check_durable (Inspect *self, const char *folder, GError **error)
{
  const guint32 n = self->result->n_segments;
  const guint64 end = MAX (self->result->end, eh_file_loc (n, EH_FILE_SEGMENT_HEADER));
  g_autofree char *path = get_path (self, n);
  g_autofree char *runs_folder = g_build_filename (folder, "run", NULL);
  g_autoptr (EhFileRuns) runs = NULL;
  g_autofree char *beyond = NULL;
  GError *own_error = NULL;

  if (self->limit != G_MAXUINT64 || self->pending)
    return TRUE;
  runs = eh_file_runs_open (self->ops, runs_folder, self->result->store_id, 0, error);
  if (runs == NULL)
    return FALSE;
  beyond = eh_file_runs_find_beyond (runs, end, &own_error);
  if (own_error != NULL)
    {
      g_propagate_error (error, own_error);
      return FALSE;
    }
  if (self->durable <= end && beyond == NULL)
    return TRUE;
  self->result->torn_loc = EH_FILE_LOC_NONE;
  begin_hole (self, path, eh_file_loc_offset (end), eh_file_loc_offset (end),
              self->durable > end ? "the log ends before what had been flushed"
                                  : "the log ends before what the index is about");
  return TRUE;
}

gboolean
eh_file_inspect (const EhFileOps *ops, const char *folder, const EhFileInspectFuncs *funcs, EhFileInspection *result,
                 GCancellable *cancellable, GError **error)
{
  g_auto (Inspect) self = {
    .ops = ops,
    .funcs = funcs,
    .result = result,
    .cancellable = cancellable,
    .folder = g_build_filename (folder, "seg", NULL),
    .lock_page = { .file = -1 },
    .limit = G_MAXUINT64,
    .expected = 1,
  };

  *result = (EhFileInspection){ .torn_loc = EH_FILE_LOC_NONE };
  if (!list_segments (&self, error))
    return FALSE;
  if (result->n_segments == 0)
    return eh_file_folder_set_missing (ops, folder, error);
  if (!find_store_id (&self, error) || !find_limit (&self, folder, error))
    return FALSE;
  for (guint32 number = 1; number <= result->n_segments; number++)
    if (!inspect_segment (&self, number, error))
      return FALSE;
  if (!check_durable (&self, folder, error))
    return FALSE;
  end_hole (&self, G_MAXUINT64);
  self.result->n_bytes = MAX (self.result->n_bytes, self.total);
  return tell_progress (&self, 0, error);
}
