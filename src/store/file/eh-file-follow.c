/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-scan-private.h"

/* Readers: taking in what the writer, which is another process, has published since. */

/* Those behind the one that was read last; what failed on the way is tried again the next time. */
static gboolean
add_segments (EhFileStore *self, GError **error)
{
  guint32 n = 0;

  for (guint32 i = eh_file_loc_segment (self->writer.published);
       eh_file_segments_list (self->segments, &n, error) && i < n; i++)
    {
      EhFileSegmentHeader header;

      if (!eh_file_segments_read_header (self->segments, i + 1, &header, error))
        return FALSE;
      eh_file_segments_add (self->segments, i + 1, header.previous_length);
    }
  return n > 0;
}

/* The runs that the writer has made meanwhile, if they are of this log. (nullable) (transfer full) */
static EhFileRuns *
find_newer_runs (EhFileStore *self)
{
  g_autoptr (EhFileRuns)
      runs = eh_file_runs_open (self->ops, self->run_folder, self->store_id, self->writer.published, NULL);
  guint8 last_kind = 0;

  if (runs == NULL || eh_file_runs_get_end (runs) <= eh_file_runs_get_end (self->index.runs)
      || !eh_file_store_fits_runs (self, runs, &last_kind))
    return NULL;
  return g_steal_pointer (&runs);
}

/* What runs say need not be in memory, so a tail that has become long is made anew behind them. */
static void
renew_index (EhFileStore *self)
{
  EhFileIndex old = self->index;
  g_autoptr (EhFileRuns) runs = NULL;
  EhFileScan scan = { 0 };

  if (old.tail_bytes < MAX (self->renew_at, (guint64) self->options.run_size * 2))
    return;
  runs = find_newer_runs (self);
  if (runs != NULL)
    {
      scan.segment = eh_file_loc_segment (eh_file_runs_get_end (runs));
      scan.end = eh_file_loc_offset (eh_file_runs_get_end (runs));
      scan.next_position = eh_file_runs_get_end_position (runs);
      eh_file_index_init (&self->index, runs, eh_file_runs_get_end (runs), scan.next_position);
      if (eh_file_store_scan (self, &scan, self->writer.published, NULL)
          && eh_file_loc (scan.segment, scan.end) == self->writer.published)
        eh_file_index_clear (&old);
      else
        {
          eh_file_index_clear (&self->index);
          self->index = old;
        }
    }
  self->renew_at = self->index.tail_bytes + self->options.run_size;
}

gboolean
eh_file_store_follow (EhFileStore *self, GError **error)
{
  const guint64 end = eh_file_lock_page_get_end (&self->lock_page, self->store_id);
  EhFileWriter *writer = &self->writer;
  g_autoptr (EhFileSegment) segment = NULL;
  EhFileScan scan = {
    .segment = eh_file_loc_segment (writer->published),
    .end = eh_file_loc_offset (writer->published),
    .next_position = writer->published_position,
  };

  if (!eh_file_lock_page_check (&self->lock_page, eh_clock_now (self->clock), error))
    return FALSE;
  if (end <= writer->published || self->recovery.damage != NULL)
    return TRUE;
  if (eh_file_loc_segment (end) > scan.segment && !add_segments (self, error))
    return FALSE;
  if (!eh_file_store_scan (self, &scan, end, error))
    return FALSE;
  /* What was taken in stays, whatever comes behind it. */
  writer->published = eh_file_loc (scan.segment, scan.end);
  writer->published_position = scan.next_position;
  if (scan.n_bytes > 0)
    writer->has_mark = scan.last_kind == EH_FILE_KIND_MARK;
  renew_index (self);
  if (writer->published >= end)
    return TRUE;
  segment = eh_file_segments_get (self->segments, scan.segment, error);
  return segment != NULL && eh_file_segment_set_corrupt (segment, scan.end, "no valid frame is there", error);
}
