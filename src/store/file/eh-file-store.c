/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <unistd.h>

#include "model/eh-error.h"
#include "model/eh-system-clock.h"
#include "store/file/eh-file-reader-private.h"

/*
 * The store. Its parts, from the bottom: the table of file calls; frames and segments; the writer, which brings frames
 * to the disk in groups; the index, which says where in the log what is; appending and reading on top. One lock guards
 * what writer and index have in memory and is never held over a call to the system, but while a store is opened.
 */

static void eh_file_store_iface_init (EhEventStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhFileStore, eh_file_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_EVENT_STORE, eh_file_store_iface_init))

/* ---- calls ---- */

gboolean
eh_file_store_enter (EhFileStore *self, GError **error)
{
  eh_lock (&self->lock);
  if (!g_atomic_int_get (&self->closed))
    {
      g_atomic_int_inc (&self->n_calls);
      return TRUE;
    }
  eh_unlock (&self->lock);
  g_set_error (error, EH_ERROR, EH_ERROR_CLOSED, "%s: the store is closed", self->folder);
  return FALSE;
}

void
eh_file_store_leave (EhFileStore *self)
{
  /* Whoever closes sets closed before he looks at the count, so that one of both sees the other. */
  if (!g_atomic_int_dec_and_test (&self->n_calls) || !g_atomic_int_get (&self->closed))
    return;
  eh_lock (&self->lock);
  eh_cond_broadcast (&self->cond);
  eh_unlock (&self->lock);
}

gboolean
eh_file_store_enter_reading (EhFileStore *self, GError **error)
{
  if (!eh_file_store_enter (self, error))
    return FALSE;
  if (self->options.read_only ? eh_file_store_follow (self, error) : eh_file_writer_write_gathered (self, error))
    return TRUE;
  eh_unlock (&self->lock);
  eh_file_store_leave (self);
  return FALSE;
}

EhFileKey
eh_file_store_get_key (const EhFileStore *self, EhStreamName *name)
{
  const char *text = eh_stream_name_to_string (name);

  return eh_file_key (self->store_id, text, strlen (text));
}

static gboolean
eh_file_store_get_version (EhEventStore *store, EhStreamName *name, guint64 *version, GCancellable *cancellable,
                           GError **error)
{
  EhFileStore *self = EH_FILE_STORE (store);
  const EhFileKey key = eh_file_store_get_key (self, name);
  EhFileStreamState state;
  gboolean ok;

  if (!eh_file_store_enter_reading (self, error))
    return FALSE;
  ok = eh_file_store_look (self, &key, &state, error);
  eh_unlock (&self->lock);
  if (ok && state.deleted)
    ok = eh_file_store_set_deleted (name, error);
  if (ok)
    *version = state.version;
  eh_file_store_leave (self);
  return ok;
}

static gboolean
eh_file_store_get_head (EhEventStore *store, guint64 *position, GCancellable *cancellable, GError **error)
{
  EhFileStore *self = EH_FILE_STORE (store);

  if (!eh_file_store_enter_reading (self, error))
    return FALSE;
  *position = self->writer.published_position - 1;
  eh_unlock (&self->lock);
  eh_file_store_leave (self);
  return TRUE;
}

static guint
eh_file_store_add_watch (EhEventStore *store, EhWatchFunc func, gpointer user_data, GDestroyNotify destroy)
{
  EhFileStore *self = EH_FILE_STORE (store);
  const guint id = eh_watch_list_add (&self->watches, func, user_data, destroy);

  eh_lock (&self->lock);
  if (!g_atomic_int_get (&self->closed))
    eh_file_store_want_follower (self);
  eh_unlock (&self->lock);
  return id;
}

static void
eh_file_store_remove_watch (EhEventStore *store, guint id)
{
  eh_watch_list_remove (&EH_FILE_STORE (store)->watches, id);
}

static EhStoreFeatures
eh_file_store_get_features (EhEventStore *store)
{
  return EH_STORE_DURABLE | EH_STORE_READ_ALL | EH_STORE_DELETE | EH_STORE_SNAPSHOTS;
}

/* What another process writes is that one's to flush. */
static gboolean
eh_file_store_flush (EhEventStore *store, GCancellable *cancellable, GError **error)
{
  EhFileStore *self = EH_FILE_STORE (store);
  gboolean ok;

  if (g_atomic_int_get (&self->is_settled))
    return TRUE;
  if (!eh_file_store_enter (self, error))
    return FALSE;
  ok = self->options.read_only || eh_file_writer_secure (self, self->writer.published, error);
  eh_unlock (&self->lock);
  eh_file_store_leave (self);
  return ok;
}

/* ---- snapshots ---- */

static gboolean
eh_file_store_save_snapshot (EhEventStore *store, EhSnapshot *snapshot, GCancellable *cancellable, GError **error)
{
  EhFileStore *self = EH_FILE_STORE (store);
  EhStreamName *name = eh_snapshot_get_stream (snapshot);
  const guint64 version = eh_snapshot_get_version (snapshot);
  const EhFileKey key = eh_file_store_get_key (self, name);
  guint64 actual = 0;
  gboolean secured = FALSE;
  gboolean ok = FALSE;

  if (self->options.read_only)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED, "%s: the store was opened with mode=read", self->folder);
      return FALSE;
    }
  if (!eh_file_store_get_version (store, name, &actual, cancellable, error) || !eh_file_store_enter (self, error))
    return FALSE;
  /* A snapshot that outlives its events would be believed when the stream has other ones. */
  secured = eh_file_writer_secure (self, self->writer.published, error);
  eh_unlock (&self->lock);
  if (secured && actual == 0)
    g_set_error (error, EH_ERROR, EH_ERROR_NOT_FOUND, "there is no stream %s", eh_stream_name_to_string (name));
  else if (secured && version > actual)
    g_propagate_error (
        error, eh_error_new_conflict (eh_stream_name_to_string (name), (gint64) MIN (version, G_MAXINT64), actual));
  else if (secured)
    ok = eh_file_snapshots_save (self->snapshots, &key, snapshot, error);
  eh_file_store_leave (self);
  return ok;
}

static gboolean
eh_file_store_load_snapshot (EhEventStore *store, EhStreamName *name, guint64 max_version, EhSnapshot **snapshot,
                             GCancellable *cancellable, GError **error)
{
  EhFileStore *self = EH_FILE_STORE (store);
  const EhFileKey key = eh_file_store_get_key (self, name);
  EhSnapshot *found = NULL;
  GError *reason = NULL;
  guint64 actual = 0;

  if (!eh_file_store_get_version (store, name, &actual, cancellable, error) || !eh_file_store_enter (self, error))
    return FALSE;
  eh_unlock (&self->lock);
  if (actual > 0)
    found = eh_file_snapshots_load (self->snapshots, &key, name, MIN (max_version, actual), &reason);
  eh_file_store_leave (self);
  if (reason != NULL)
    {
      g_propagate_error (error, reason);
      return FALSE;
    }
  *snapshot = found;
  return TRUE;
}

/* ---- opening and closing ---- */

/* What was prepared takes room that a store which nobody writes to has no use for. */
static void
drop_prepared (EhFileStore *self)
{
  g_autofree char *path = g_build_filename (self->segment_folder, "next", NULL);

  self->ops->unlink (self->ops->fs, path);
}

static gboolean
close_log (EhFileStore *self, GError **error)
{
  gboolean ok;

  if (self->options.read_only)
    return TRUE;
  eh_lock (&self->lock);
  ok = eh_file_writer_close (self, error);
  eh_unlock (&self->lock);
  if (ok)
    {
      eh_file_store_finish_index (self);
      drop_prepared (self);
    }
  return ok;
}

static void
release_files (EhFileStore *self)
{
  g_clear_pointer (&self->snapshots, eh_file_snapshots_free);
  if (self->writer.file >= 0)
    self->ops->close (self->ops->fs, self->writer.file);
  self->writer.file = -1;
  eh_file_lock_page_clear (&self->lock_page);
}

void
eh_file_store_abandon (EhFileStore *self)
{
  g_atomic_int_set (&self->closed, TRUE);
  eh_file_store_stop_threads (self);
  release_files (self);
}

static gboolean
eh_file_store_close (EhEventStore *store, GCancellable *cancellable, GError **error)
{
  EhFileStore *self = EH_FILE_STORE (store);
  gboolean ok = TRUE;
  guint64 head;

  eh_lock (&self->lock);
  if (g_atomic_int_get (&self->closed))
    {
      eh_unlock (&self->lock);
      return TRUE;
    }
  g_atomic_int_set (&self->closed, TRUE);
  while (g_atomic_int_get (&self->n_calls) > 0)
    eh_cond_wait (&self->cond, &self->lock);
  eh_unlock (&self->lock);

  eh_file_store_stop_threads (self);
  ok = close_log (self, error);
  g_atomic_int_set (&self->is_settled, ok);
  head = self->writer.published_position - 1;
  release_files (self);
  eh_watch_list_notify (&self->watches, head);
  return ok;
}

static void
eh_file_store_iface_init (EhEventStoreInterface *iface)
{
  iface->get_features = eh_file_store_get_features;
  iface->append = eh_file_store_append;
  iface->read_stream = eh_file_store_read_stream;
  iface->read_all = eh_file_store_read_all;
  iface->get_version = eh_file_store_get_version;
  iface->get_head = eh_file_store_get_head;
  iface->delete_stream = eh_file_store_delete_stream;
  iface->save_snapshot = eh_file_store_save_snapshot;
  iface->load_snapshot = eh_file_store_load_snapshot;
  iface->add_watch = eh_file_store_add_watch;
  iface->remove_watch = eh_file_store_remove_watch;
  iface->close = eh_file_store_close;
  iface->submit = eh_file_store_submit;
  iface->flush = eh_file_store_flush;
}

static gpointer
close_thread (gpointer user_data)
{
  g_autoptr (EhFileStore) self = user_data;

  eh_file_store_close (EH_EVENT_STORE (self), NULL, NULL);
  return NULL;
}

/*
 * A store that nobody closed is closed; what that says is lost. A thread of ours that had the last reference, since it
 * called who was told last, cannot wait for its own end, so another one does.
 */
static void
eh_file_store_dispose (GObject *object)
{
  EhFileStore *self = EH_FILE_STORE (object);

  if (eh_file_store_is_own_thread (self))
    {
      GThread *thread = g_thread_try_new ("eh-file-close", close_thread, g_object_ref (self), NULL);

      /* Without one it stays open, for it is in use. */
      g_clear_pointer (&thread, g_thread_unref);
      return;
    }
  if (self->writer.segment != NULL)
    eh_file_store_close (EH_EVENT_STORE (self), NULL, NULL);
  G_OBJECT_CLASS (eh_file_store_parent_class)->dispose (object);
}

static void
eh_file_store_clear_writer (EhFileWriter *writer)
{
  g_clear_pointer (&writer->open, eh_file_group_unref);
  g_clear_pointer (&writer->spare, g_free);
  g_clear_pointer (&writer->segment, eh_file_segment_unref);
  g_clear_error (&writer->failure);
}

static void
eh_file_store_finalize (GObject *object)
{
  EhFileStore *self = EH_FILE_STORE (object);

  if (self->writer.file >= 0)
    self->ops->close (self->ops->fs, self->writer.file);
  eh_file_lock_page_clear (&self->lock_page);
  g_clear_pointer (&self->spare_reader, eh_file_reader_free);
  if (self->spare_text != NULL)
    g_string_free (self->spare_text, TRUE);
  eh_file_store_clear_writer (&self->writer);
  eh_file_index_clear (&self->index);
  eh_file_types_clear (&self->types);
  g_clear_pointer (&self->snapshots, eh_file_snapshots_free);
  g_clear_pointer (&self->segments, eh_file_segments_free);
  g_clear_error (&self->recovery.damage);
  g_clear_object (&self->clock);
  eh_watch_list_clear (&self->watches);
  eh_cond_clear (&self->cond);
  eh_cond_clear (&self->index_cond);
  eh_cond_clear (&self->work_cond);
  eh_cond_clear (&self->merge_cond);
  eh_cond_clear (&self->commit_cond);
  eh_cond_clear (&self->tick_cond);
  eh_lock_clear (&self->lock);
  eh_lock_clear (&self->prepare_lock);
  eh_lock_clear (&self->work_lock);
  eh_lock_clear (&self->compact_lock);
  g_free (self->folder);
  g_free (self->segment_folder);
  g_free (self->run_folder);
  g_free (self->snapshot_folder);
  G_OBJECT_CLASS (eh_file_store_parent_class)->finalize (object);
}

static void
eh_file_store_class_init (EhFileStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = eh_file_store_dispose;
  G_OBJECT_CLASS (klass)->finalize = eh_file_store_finalize;
}

static void
eh_file_store_init (EhFileStore *self)
{
  eh_lock_init (&self->lock);
  eh_lock_init (&self->prepare_lock);
  eh_lock_init (&self->work_lock);
  eh_lock_init (&self->compact_lock);
  eh_cond_init (&self->cond);
  eh_cond_init (&self->index_cond);
  eh_cond_init (&self->work_cond);
  eh_cond_init (&self->merge_cond);
  eh_cond_init (&self->commit_cond);
  eh_cond_init (&self->tick_cond);
  eh_watch_list_init (&self->watches);
  eh_file_types_init (&self->types);
  self->lock_page.file = -1;
  self->writer.file = -1;
  self->writer.open = eh_file_group_new ();
}

static void
eh_file_store_set_folder (EhFileStore *self, const char *folder)
{
  self->folder = g_strdup (folder);
  self->segment_folder = g_build_filename (folder, "seg", NULL);
  self->run_folder = g_build_filename (folder, "run", NULL);
  self->snapshot_folder = g_build_filename (folder, "snap", NULL);
  self->segments = eh_file_segments_new (self->ops, self->segment_folder);
}

EhEventStore *
eh_file_store_open_with (const EhFileOps *ops, const char *folder, const EhFileOptions *options, GError **error)
{
  g_autoptr (EhFileStore) self = g_object_new (EH_TYPE_FILE_STORE, NULL);

  self->ops = ops;
  self->options = *options;
  self->process = getpid ();
  self->clock = options->clock != NULL ? g_object_ref (options->clock) : eh_system_clock_new ();
  self->options.clock = self->clock;
  eh_file_store_set_folder (self, folder);
  if (!eh_file_store_recover (self, error))
    {
      /* What could not be opened is not to be closed. */
      g_clear_pointer (&self->writer.segment, eh_file_segment_unref);
      return NULL;
    }
  self->snapshots = eh_file_snapshots_open (ops, self->snapshot_folder, self->store_id, !options->read_only, error);
  return self->snapshots != NULL ? EH_EVENT_STORE (g_steal_pointer (&self)) : NULL;
}

EhEventStore *
eh_file_store_open (const char *folder, GCancellable *cancellable, GError **error)
{
  const EhFileOptions options = EH_FILE_OPTIONS_INIT;

  g_return_val_if_fail (folder != NULL, NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  return eh_file_store_open_with (eh_file_ops_get_system (), folder, &options, error);
}

const EhFileRecovery *
eh_file_store_get_recovery (EhFileStore *self)
{
  return &self->recovery;
}
