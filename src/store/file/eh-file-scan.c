/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-error.h"
#include "store/file/eh-file-scan-private.h"

/*
 * Going along the log from where the index ends, and taking in what is there: at opening, and in readers that follow.
 */

/*
 * Whether what was taken in should become a run before @frame is. A run is only about what is durable: segments before
 * the last one, and what is before the group of a frame of that.
 */
static gboolean
is_full (EhFileStore *store, const EhFileScan *scan, const EhFileFrame *frame)
{
  return !store->options.read_only
         && eh_file_index_is_due (&store->index, store->options.run_size, store->options.memory)
         && (scan->segment < eh_file_segments_get_n (store->segments) || frame->group >= scan->end);
}

static gboolean
take_frame (EhFileStore *store, EhFileSegment *segment, const EhFileFrame *frame, GError **error)
{
  const guint64 end = frame->loc + frame->length;
  EhFileTailStream *stream = NULL;
  const char *name = NULL;
  gsize length = 0;
  EhFileKey key;

  if (!eh_file_frame_has_stream (frame))
    {
      eh_file_index_pass (&store->index, frame, end);
      return TRUE;
    }
  if (!eh_file_segment_get_name (segment, frame, &name, &length, error))
    return FALSE;
  key = eh_file_key (store->store_id, name, length);
  stream = eh_file_index_add (&store->index, &key, frame, end);
  stream->name_loc = frame->name_ref == 0 ? frame->loc : eh_file_loc (segment->header.number, frame->name_ref * 8);
  if (frame->kind == EH_FILE_KIND_TOMBSTONE || frame->kind == EH_FILE_KIND_TRUNCATION)
    g_atomic_int_inc (&store->hidden_count);
  return TRUE;
}

/* F9. */
static gboolean
check_order (const EhFileScan *scan, const EhFileSegment *segment, const EhFileFrame *frame, GError **error)
{
  if (!eh_file_frame_has_stream (frame) || frame->position == scan->next_position)
    return TRUE;
  return eh_file_segment_set_corrupt (segment, eh_file_loc_offset (frame->loc),
                                      "the positions of the frames before it are missing", error);
}

/* From scan->end on. TRUE with @at_end not set: something that is no valid frame, or the tail is full. */
static gboolean
scan_segment (EhFileStore *store, EhFileSegment *segment, EhFileScan *scan, guint64 limit, gboolean *at_end,
              GError **error)
{
  guint32 at = eh_file_segment_find (segment, scan->end);
  EhFileFrame frame;

  while (at < segment->end && eh_file_loc (scan->segment, at) < limit)
    {
      const EhFileFrameState state = eh_file_frame_read (&segment->base, segment->bytes + at, segment->end - at, at,
                                                         &frame);

      if (state == EH_FILE_FRAME_UNKNOWN)
        return eh_file_segment_read_at (segment, at, &frame, error);
      if (state != EH_FILE_FRAME_OK)
        return TRUE;
      scan->is_full = !scan->only_looks && is_full (store, scan, &frame);
      if (scan->is_full)
        return TRUE;
      if (!check_order (scan, segment, &frame, error)
          || (!scan->only_looks && !take_frame (store, segment, &frame, error)))
        return FALSE;
      at += frame.length;
      scan->end = eh_file_loc_offset (frame.loc) + frame.length;
      scan->next_position = frame.position + frame.n_events;
      scan->n_bytes += frame.length;
      scan->last_kind = frame.kind;
      scan->flushed = frame.group;
    }
  *at_end = TRUE;
  return TRUE;
}

static gboolean
begin_next (EhFileStore *store, EhFileScan *scan, GError **error)
{
  g_autoptr (EhFileSegment) next = eh_file_segments_get (store->segments, scan->segment + 1, error);

  if (next == NULL)
    return FALSE;
  if (next->header.base_position != scan->next_position)
    return eh_file_segment_set_corrupt (next, 0, "its first position is not that behind the segment before", error);
  scan->segment++;
  scan->end = scan->flushed = EH_FILE_SEGMENT_HEADER;
  return TRUE;
}

gboolean
eh_file_store_scan (EhFileStore *self, EhFileScan *scan, guint64 limit, GError **error)
{
  const guint32 n = eh_file_segments_get_n (self->segments);

  scan->is_full = FALSE;
  while (TRUE)
    {
      g_autoptr (EhFileSegment) segment = eh_file_segments_get (self->segments, scan->segment, error);
      gboolean at_end = FALSE;

      if (segment == NULL || !scan_segment (self, segment, scan, limit, &at_end, error))
        return FALSE;
      if (scan->is_full || scan->segment == n || eh_file_loc (scan->segment + 1, 0) > limit)
        return TRUE;
      /* F5: all of a segment with another behind it is valid. */
      if (!at_end)
        return eh_file_segment_read_at (segment, eh_file_segment_find (segment, scan->end), &(EhFileFrame){ 0 }, error);
      if (!begin_next (self, scan, error))
        return FALSE;
    }
}

/* ---- what is behind the last valid frame ---- */

static gboolean
is_zero (const guint8 *bytes, gsize size)
{
  for (; size >= 8; bytes += 8, size -= 8)
    if (eh_load_64 (bytes) != 0)
      return FALSE;
  for (; size > 0; size--)
    if (*bytes++ != 0)
      return FALSE;
  return TRUE;
}

/* From where on the segment is a hole, which is zeros and need not be read; its end if it is none. */
static guint32
find_data_end (const EhFileSegment *segment, guint32 end)
{
  const EhFileOps *ops = segment->ops;
  const guint64 page = eh_file_whole_pages (end);
  guint64 at = 0;
  int file;

  if (page >= segment->end)
    return segment->end;
  file = ops->open (ops->fs, segment->path, EH_FILE_OPEN_READ);
  if (file < 0)
    return segment->end;
  if (ops->find_data (ops->fs, file, page, &at) < 0)
    at = 0;
  ops->close (ops->fs, file);
  return at >= segment->end ? (guint32) page : segment->end;
}

EhFileTear
eh_file_scan_look_ahead (const EhFileSegment *segment, guint32 end, guint32 *proof, guint32 *torn_end)
{
  const guint32 limit = MAX (segment->header.group_limit, 8);
  const guint32 data_end = find_data_end (segment, end);
  guint32 n_zeros = 0;
  EhFileFrame frame;

  if (is_zero (segment->bytes + end, MIN (limit, data_end - end)))
    return EH_FILE_TEAR_NONE;
  for (guint32 at = end; at < data_end && segment->end - at >= EH_FILE_FRAME_HEAD && n_zeros < limit; at += 8)
    {
      n_zeros = eh_load_64 (segment->bytes + at) == 0 ? n_zeros + 8 : 0;
      if (n_zeros == 0)
        *torn_end = at + 8;
      if (n_zeros > 0
          || eh_file_frame_read_head (&segment->base, segment->bytes + at, segment->end - at, at, &frame)
                 == EH_FILE_FRAME_NONE
          || frame.group <= end)
        continue;
      *proof = at;
      return EH_FILE_TEAR_DAMAGE;
    }
  return EH_FILE_TEAR_TORN;
}

gboolean
eh_file_scan_is_cut (const EhFileSegment *segment, EhFileTear tear, guint8 last_kind)
{
  return segment->size < segment->header.size && (tear != EH_FILE_TEAR_NONE || last_kind != EH_FILE_KIND_MARK);
}
