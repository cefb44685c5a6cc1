/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-error.h"
#include "store/file/eh-file-compact-private.h"
#include "store/file/eh-file-store-struct-private.h"

/* Whatever no stream shows any more loses its data, once what hides it is flushed. */
static gboolean
find_fate (gpointer user_data, const EhFileFrame *frame, const char *name, gsize length, EhFileFate *fate,
           GError **error)
{
  EhFileStore *self = user_data;
  const EhFileKey key = eh_file_key (self->store_id, name, length);
  EhFileStreamState state;
  gboolean ok;

  eh_lock (&self->lock);
  ok = eh_file_store_look (self, &key, &state, error);
  if (ok && (state.deleted || frame->version + frame->n_events <= state.kept_version))
    {
      *fate = EH_FILE_FRAME_DROP_DATA;
      ok = eh_file_writer_secure (self, self->writer.published, error);
    }
  eh_unlock (&self->lock);
  return ok;
}

static gboolean
compact_segments (EhFileStore *self, guint32 n, EhFileProgressFunc progress_func, gpointer user_data, guint64 *saved,
                  GCancellable *cancellable, GError **error)
{
  for (guint32 number = 1; number <= n; number++)
    {
      EhFileCompaction done = { 0 };

      if (!eh_file_compact_segment (self->segments, self->ops, self->segment_folder, number, find_fate, self, &done,
                                    cancellable, error))
        return FALSE;
      *saved += done.bytes_before - MIN (done.bytes_before, done.bytes_after);
      if (progress_func != NULL)
        progress_func (number, n, user_data);
    }
  return TRUE;
}

gboolean
eh_file_store_compact (EhFileStore *self, EhFileProgressFunc progress_func, gpointer user_data, guint64 *saved,
                       GCancellable *cancellable, GError **error)
{
  guint64 n_saved = 0;
  gboolean may_drop;
  gboolean ok = TRUE;
  guint32 n;

  g_return_val_if_fail (EH_IS_FILE_STORE (self), FALSE);

  if (self->options.read_only)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED, "%s: the store was opened with mode=read", self->folder);
      return FALSE;
    }
  if (!eh_file_store_enter (self, error))
    return FALSE;
  n = self->writer.segment->header.number - 1;
  may_drop = self->index.n_hidden > 0 || eh_file_runs_get_n_hidden (self->index.runs) > 0;
  eh_unlock (&self->lock);

  eh_lock (&self->compact_lock);
  if (may_drop)
    ok = compact_segments (self, n, progress_func, user_data, &n_saved, cancellable, error);
  eh_unlock (&self->compact_lock);
  eh_file_store_leave (self);
  if (ok && saved != NULL)
    *saved = n_saved;
  return ok;
}
