/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "store/file/eh-file-listing-private.h"

/* Counting what is in a store: what memory and index know, and what the files take. */

static gboolean
count_stream (const EhFileListed *listed, EhFileRuns *runs, gpointer user_data, GError **error)
{
  EhFileStats *stats = user_data;

  stats->n_streams++;
  stats->n_deleted += listed->state.deleted;
  stats->n_truncated += !listed->state.deleted && listed->state.kept_version > 1;
  return TRUE;
}

static gboolean
look_at_ends (EhFileStore *self, EhFileStats *stats, GError **error)
{
  guint64 durable;

  if (!eh_file_store_enter_reading (self, error))
    return FALSE;
  stats->published_segment = eh_file_loc_segment (self->writer.published);
  stats->published_offset = eh_file_loc_offset (self->writer.published);
  stats->head = stats->n_events = self->writer.published_position - 1;
  eh_unlock (&self->lock);
  durable = eh_file_lock_page_get_durable (&self->lock_page, self->store_id);
  stats->durable_segment = eh_file_loc_segment (durable);
  stats->durable_offset = eh_file_loc_offset (durable);
  stats->written = !self->options.read_only || eh_file_lock_page_is_written (&self->lock_page);
  if (self->recovery.torn_loc != EH_FILE_LOC_NONE)
    {
      stats->torn_segment = eh_file_loc_segment (self->recovery.torn_loc);
      stats->torn_offset = eh_file_loc_offset (self->recovery.torn_loc);
    }
  eh_file_store_leave (self);
  return TRUE;
}

/* What a file takes on the disk, holes left out; 0 if it is gone. Not all disks tell. */
static guint64
get_size (EhFileStore *self, const char *path)
{
  EhFileStat found = { 0 };

  if (self->ops->stat (self->ops->fs, path, &found) < 0 || found.is_folder)
    return 0;
  return found.allocated > 0 ? found.allocated : found.size;
}

static gboolean
measure_log (EhFileStore *self, EhFileStats *stats, GError **error)
{
  g_autofree char *next = g_build_filename (self->segment_folder, "next", NULL);
  guint64 total = get_size (self, next);

  stats->n_segments = stats->published_segment;
  for (guint32 number = 1; number <= stats->published_segment; number++)
    {
      g_autoptr (EhFileSegment) segment = eh_file_segments_get (self->segments, number, error);

      if (segment == NULL)
        return FALSE;
      stats->n_compacted += segment->base.compacted;
      stats->log_bytes += number == stats->published_segment ? stats->published_offset : segment->end;
      total += get_size (self, segment->path);
    }
  stats->room_bytes = total - MIN (total, stats->log_bytes);
  return TRUE;
}

static GPtrArray *
list_folder (EhFileStore *self, const char *folder, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const int code = self->ops->list (self->ops->fs, folder, names);

  if (code == 0 || code == -ENOENT || code == -ENOTDIR)
    return g_steal_pointer (&names);
  eh_file_set_errno (error, code, "list", folder);
  return NULL;
}

static gboolean
measure_index (EhFileStore *self, EhFileStats *stats, GError **error)
{
  g_autoptr (GPtrArray) names = list_folder (self, self->run_folder, error);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (self->run_folder, g_ptr_array_index (names, i), NULL);

      stats->n_runs++;
      stats->index_bytes += get_size (self, path);
    }
  return names != NULL;
}

static gboolean
measure_snapshots (EhFileStore *self, EhFileStats *stats, GError **error)
{
  g_autoptr (GPtrArray) folders = list_folder (self, self->snapshot_folder, error);

  for (guint i = 0; folders != NULL && i < folders->len; i++)
    {
      g_autofree char *folder = g_build_filename (self->snapshot_folder, g_ptr_array_index (folders, i), NULL);
      g_autoptr (GPtrArray) names = list_folder (self, folder, error);

      if (names == NULL)
        return FALSE;
      stats->n_snapshots += names->len;
      for (guint j = 0; j < names->len; j++)
        {
          g_autofree char *path = g_build_filename (folder, g_ptr_array_index (names, j), NULL);

          stats->snapshot_bytes += get_size (self, path);
        }
    }
  return folders != NULL;
}

gboolean
eh_file_store_get_stats (EhFileStore *self, EhFileStats *stats, GError **error)
{
  EhFileStats found = { 0 };

  g_return_val_if_fail (EH_IS_FILE_STORE (self), FALSE);
  g_return_val_if_fail (stats != NULL, FALSE);

  if (!look_at_ends (self, &found, error) || !eh_file_store_each_stream (self, count_stream, &found, error)
      || !measure_log (self, &found, error) || !measure_index (self, &found, error)
      || !measure_snapshots (self, &found, error))
    return FALSE;
  *stats = found;
  return TRUE;
}
