/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/eh-memory-store-private.h"

#include <string.h>

#include "model/eh-error.h"

/*
 * One lock guards everything. An append does all its work under it; a read only copies pointers under it and takes
 * its references afterwards: events live in the log until the store itself goes, so the pointers stay good.
 *
 * The global log owns the events. The others only point into it: a stream by pointer, a category and the index of
 * ids by ordinal. Everything is allocated when it is first needed, because a scenario wants a fresh store.
 */

static void eh_memory_store_iface_init (EhEventStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhMemoryStore, eh_memory_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_EVENT_STORE, eh_memory_store_iface_init))

gboolean
eh_memory_store_enter (EhMemoryStore *self, GError **error)
{
  eh_memory_store_lock (self);
  if (!self->closed)
    return TRUE;

  eh_memory_store_leave (self);
  g_set_error_literal (error, EH_ERROR, EH_ERROR_CLOSED, "the memory store is closed");
  return FALSE;
}

gboolean
eh_memory_store_lookup (EhMemoryStore *self, EhStreamName *name, EhMemoryStream **found, GError **error)
{
  EhMemoryStream **recent = &self->recent[eh_stream_name_hash (name) % EH_MEMORY_RECENT];
  EhMemoryStream *stream = *recent;

  if (self->streams != NULL && (stream == NULL || stream->name != name))
    *recent = stream = g_hash_table_lookup (self->streams, name);
  if (stream != NULL && stream->deleted)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_NOT_FOUND, "the stream %s was deleted", eh_stream_name_to_string (name));
      return FALSE;
    }
  *found = stream;
  return TRUE;
}

/* As eh_memory_store_lookup(), but a stream that never was is an error too. */
static gboolean
eh_memory_store_require (EhMemoryStore *self, EhStreamName *name, EhMemoryStream **found, GError **error)
{
  if (!eh_memory_store_lookup (self, name, found, error))
    return FALSE;
  /* An empty one is left from before a rollback. */
  if (*found != NULL && (*found)->size > 0)
    return TRUE;

  g_set_error (error, EH_ERROR, EH_ERROR_NOT_FOUND, "there is no stream %s", eh_stream_name_to_string (name));
  return FALSE;
}

gboolean
eh_memory_store_check_expected (EhMemoryStore *self, EhStreamName *name, gint64 expected, guint64 actual,
                                GError **error)
{
  if (expected == EH_EXPECTED_ANY || (expected == EH_EXPECTED_EXISTS && actual > 0) || (guint64) expected == actual)
    return TRUE;

  g_propagate_error (
      error, eh_spare_errors_make_conflict (&self->spare_errors, eh_stream_name_to_string (name), expected, actual));
  return FALSE;
}

static gboolean
eh_memory_store_get_version (EhEventStore *store, EhStreamName *name, guint64 *version, GCancellable *cancellable,
                             GError **error)
{
  EhMemoryStore *self = EH_MEMORY_STORE (store);
  EhMemoryStream *stream = NULL;
  gboolean ok = FALSE;

  if (!eh_memory_store_enter (self, error))
    return FALSE;
  ok = eh_memory_store_lookup (self, name, &stream, error);
  if (ok)
    *version = stream != NULL ? stream->size : 0;
  eh_memory_store_leave (self);
  return ok;
}

static gboolean
eh_memory_store_get_head (EhEventStore *store, guint64 *position, GCancellable *cancellable, GError **error)
{
  EhMemoryStore *self = EH_MEMORY_STORE (store);

  if (!eh_memory_store_enter (self, error))
    return FALSE;
  *position = self->log.size;
  eh_memory_store_leave (self);
  return TRUE;
}

static gboolean
eh_memory_store_delete_stream (EhEventStore *store, EhStreamName *name, gint64 expected, GCancellable *cancellable,
                               GError **error)
{
  EhMemoryStore *self = EH_MEMORY_STORE (store);
  EhMemoryStream *stream = NULL;
  gboolean ok = FALSE;

  if (!eh_memory_store_enter (self, error))
    return FALSE;
  ok = eh_memory_store_require (self, name, &stream, error)
       && eh_memory_store_check_expected (self, name, expected, stream->size, error);
  if (ok)
    {
      eh_memory_journal_note_delete (&self->journal, stream);
      eh_memory_stream_delete (stream, &self->log);
    }
  eh_memory_store_leave (self);
  return ok;
}

static gboolean
eh_memory_store_save_snapshot (EhEventStore *store, EhSnapshot *snapshot, GCancellable *cancellable, GError **error)
{
  EhMemoryStore *self = EH_MEMORY_STORE (store);
  EhStreamName *name = eh_snapshot_get_stream (snapshot);
  guint64 version = eh_snapshot_get_version (snapshot);
  EhMemoryStream *stream = NULL;
  gboolean ok = FALSE;

  if (!eh_memory_store_enter (self, error))
    return FALSE;
  ok = eh_memory_store_require (self, name, &stream, error);
  if (ok && version > stream->size)
    {
      g_propagate_error (error, eh_error_new_conflict (eh_stream_name_to_string (name),
                                                       (gint64) MIN (version, G_MAXINT64), stream->size));
      ok = FALSE;
    }
  if (ok)
    {
      eh_memory_journal_note_snapshot (&self->journal, stream);
      eh_memory_stream_save_snapshot (stream, snapshot);
    }
  eh_memory_store_leave (self);
  return ok;
}

static gboolean
eh_memory_store_load_snapshot (EhEventStore *store, EhStreamName *name, guint64 max_version, EhSnapshot **snapshot,
                               GCancellable *cancellable, GError **error)
{
  EhMemoryStore *self = EH_MEMORY_STORE (store);
  EhMemoryStream *stream = NULL;
  EhSnapshot *found = NULL;
  gboolean ok = FALSE;

  if (!eh_memory_store_enter (self, error))
    return FALSE;
  ok = eh_memory_store_lookup (self, name, &stream, error);
  if (ok && stream != NULL)
    found = eh_memory_stream_find_snapshot (stream, max_version);
  if (ok)
    *snapshot = found != NULL ? eh_snapshot_ref (found) : NULL;
  eh_memory_store_leave (self);
  return ok;
}

static guint
eh_memory_store_add_watch (EhEventStore *store, EhWatchFunc func, gpointer user_data, GDestroyNotify destroy)
{
  return eh_watch_list_add (&EH_MEMORY_STORE (store)->watches, func, user_data, destroy);
}

static void
eh_memory_store_remove_watch (EhEventStore *store, guint id)
{
  eh_watch_list_remove (&EH_MEMORY_STORE (store)->watches, id);
}

/* A call that is past its lock has had its effect; all that it still does is to hand over what it found. */
static gboolean
eh_memory_store_close (EhEventStore *store, GCancellable *cancellable, GError **error)
{
  EhMemoryStore *self = EH_MEMORY_STORE (store);
  gboolean was_closed = FALSE;
  guint64 head = 0;

  eh_memory_store_lock (self);
  was_closed = self->closed;
  self->closed = TRUE;
  head = self->log.size;
  eh_memory_store_leave (self);

  if (!was_closed)
    eh_watch_list_notify (&self->watches, head);
  return TRUE;
}

static EhStoreFeatures
eh_memory_store_get_features (EhEventStore *store)
{
  return EH_STORE_READ_ALL | EH_STORE_DELETE | EH_STORE_SNAPSHOTS;
}

static void
eh_memory_store_iface_init (EhEventStoreInterface *iface)
{
  iface->get_features = eh_memory_store_get_features;
  iface->append = eh_memory_store_append;
  iface->read_stream = eh_memory_store_read_stream;
  iface->read_all = eh_memory_store_read_all;
  iface->get_version = eh_memory_store_get_version;
  iface->get_head = eh_memory_store_get_head;
  iface->delete_stream = eh_memory_store_delete_stream;
  iface->save_snapshot = eh_memory_store_save_snapshot;
  iface->load_snapshot = eh_memory_store_load_snapshot;
  iface->add_watch = eh_memory_store_add_watch;
  iface->remove_watch = eh_memory_store_remove_watch;
  iface->close = eh_memory_store_close;
}

static void
eh_memory_store_finalize (GObject *object)
{
  EhMemoryStore *self = EH_MEMORY_STORE (object);

  eh_watch_list_clear (&self->watches);
  eh_event_loans_clear (&self->loans);
  eh_spare_errors_clear (&self->spare_errors);
  eh_memory_journal_clear (&self->journal);
  g_clear_pointer (&self->streams, g_hash_table_unref);
  g_clear_pointer (&self->categories, g_hash_table_unref);
  eh_memory_index_clear (&self->index);
  eh_memory_log_clear (&self->log);
  eh_lock_clear (&self->lock);
  G_OBJECT_CLASS (eh_memory_store_parent_class)->finalize (object);
}

static void
eh_memory_store_class_init (EhMemoryStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_memory_store_finalize;
}

static void
eh_memory_store_init (EhMemoryStore *self)
{
  eh_lock_init (&self->lock);
  eh_watch_list_init (&self->watches);
}

EhEventStore *
eh_memory_store_new (void)
{
  return g_object_new (EH_TYPE_MEMORY_STORE, NULL);
}

void
eh_memory_store_reset (EhMemoryStore *self)
{
  g_return_if_fail (EH_IS_MEMORY_STORE (self));

  eh_memory_store_lock (self);
  eh_event_loans_end (&self->loans);
  eh_memory_journal_clear (&self->journal);
  if (self->streams != NULL)
    {
      memset (self->recent, 0, sizeof self->recent);
      g_hash_table_remove_all (self->streams);
      g_hash_table_remove_all (self->categories);
    }
  eh_memory_index_reset (&self->index);
  eh_memory_log_reset (&self->log);
  self->closed = FALSE;
  eh_memory_store_leave (self);
}

EhEventStore *
eh_memory_store_new_confined (void)
{
  EhMemoryStore *self = g_object_new (EH_TYPE_MEMORY_STORE, NULL);

  self->is_confined = TRUE;
  return EH_EVENT_STORE (self);
}

void
eh_memory_store_take_error (EhMemoryStore *self, GError *error)
{
  g_assert (self->is_confined);
  eh_spare_errors_add (&self->spare_errors, error);
}

void
eh_memory_store_mark (EhMemoryStore *self)
{
  eh_memory_store_lock (self);
  eh_memory_journal_start (&self->journal);
  eh_memory_store_leave (self);
}

void
eh_memory_store_rollback (EhMemoryStore *self)
{
  eh_memory_store_lock (self);
  g_assert (self->journal.on);
  eh_event_loans_end (&self->loans);
  eh_memory_journal_undo (&self->journal, &self->log, &self->index);
  self->closed = FALSE;
  eh_memory_store_leave (self);
}

EhEventStore *
eh_memory_store_open (GUri *uri, GCancellable *cancellable, GError **error)
{
  if (*g_uri_get_path (uri) == '\0' && g_uri_get_query (uri) == NULL && g_uri_get_host (uri) == NULL
      && g_uri_get_fragment (uri) == NULL)
    return eh_memory_store_new ();

  g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID, "the URI of a memory store is \"memory:\" and nothing more");
  return NULL;
}
