/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plain-store-private.h"

/* What outlives the plain stores, and their snapshots. */

static PlainLog *
plain_log_new (void)
{
  PlainLog *self = g_new0 (PlainLog, 1);

  self->ref_count = 1;
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_event_unref);
  self->deleted = g_hash_table_new_full (eh_stream_name_hash, eh_stream_name_equal,
                                         (GDestroyNotify) eh_stream_name_unref, NULL);
  self->snapshots = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_snapshot_unref);
  return self;
}

void
plain_log_unref (PlainLog *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_ptr_array_unref (self->snapshots);
  g_hash_table_unref (self->deleted);
  g_ptr_array_unref (self->events);
  g_free (self);
}

void
plain_log_remove (PlainLog *self, EhStreamName *name)
{
  for (guint i = self->events->len; i > 0; i--)
    if (eh_stream_name_equal (eh_event_get_stream (g_ptr_array_index (self->events, i - 1)), name))
      g_ptr_array_remove_index (self->events, i - 1);
}

PlainDisk *
plain_disk_new (EhStoreFeatures features, PlainFault fault)
{
  PlainDisk *self = g_new0 (PlainDisk, 1);

  self->features = features;
  self->fault = fault;
  self->logs = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) plain_log_unref);
  eh_lock_init (&self->lock);
  return self;
}

void
plain_disk_free (PlainDisk *self)
{
  eh_lock_clear (&self->lock);
  g_hash_table_unref (self->logs);
  g_free (self);
}

/* Without durability every store has a log of its own. */
static PlainLog *
get_log (PlainDisk *self, guint number, GError **error)
{
  PlainLog *log = g_hash_table_lookup (self->logs, GUINT_TO_POINTER (number));

  if ((self->features & EH_STORE_DURABLE) == 0)
    return plain_log_new ();
  if (log == NULL)
    {
      log = plain_log_new ();
      g_hash_table_insert (self->logs, GUINT_TO_POINTER (number), log);
    }
  if (log->is_open && self->fault != PLAIN_SHARED_WRITER)
    {
      g_set_error_literal (error, EH_ERROR, EH_ERROR_LOCKED, "somebody writes it");
      return NULL;
    }
  if (log->is_open)
    return plain_log_new ();
  log->is_open = TRUE;
  g_atomic_int_inc (&log->ref_count);
  return log;
}

EhEventStore *
plain_store_open (guint number, gpointer disk, GError **error)
{
  PlainDisk *owner = disk;
  PlainStore *self = NULL;
  PlainLog *log = NULL;

  eh_lock (&owner->lock);
  log = get_log (owner, number, error);
  eh_unlock (&owner->lock);
  if (log == NULL)
    return NULL;
  self = g_object_new (PLAIN_TYPE_STORE, NULL);
  self->disk = owner;
  self->fault = owner->fault;
  self->log = log;
  return EH_EVENT_STORE (self);
}

void
plain_store_sever (EhEventStore *store, gboolean severed, gpointer disk)
{
  PlainStore *self = PLAIN_STORE (store);

  eh_lock (&self->lock);
  self->severed = severed;
  eh_unlock (&self->lock);
}

static gboolean
check_snapshot (PlainStore *self, EhSnapshot *snapshot, GError **error)
{
  EhStreamName *name = eh_snapshot_get_stream (snapshot);
  guint64 version = plain_store_get_version (self, name);

  if (plain_store_is_deleted (self, name, error))
    return FALSE;
  if (version == 0)
    {
      g_set_error_literal (error, EH_ERROR, EH_ERROR_NOT_FOUND, "no such stream");
      return FALSE;
    }
  if (eh_snapshot_get_version (snapshot) <= version || self->fault == PLAIN_SNAPSHOT_NEWER)
    return TRUE;
  g_propagate_error (error, eh_error_new_conflict (eh_stream_name_to_string (name), 0, version));
  return FALSE;
}

gboolean
plain_store_save_snapshot (EhEventStore *store, EhSnapshot *snapshot, GCancellable *cancellable, GError **error)
{
  PlainStore *self = PLAIN_STORE (store);
  gboolean fits = FALSE;

  if (!plain_store_can (self, EH_STORE_SNAPSHOTS, error) || !plain_store_enter (self, error))
    return FALSE;
  fits = check_snapshot (self, snapshot, error);
  if (fits)
    g_ptr_array_add (self->log->snapshots, eh_snapshot_ref (snapshot));
  eh_unlock (&self->lock);
  return fits;
}

static EhSnapshot *
find_snapshot (PlainStore *self, EhStreamName *name, guint64 max_version)
{
  EhSnapshot *best = NULL;

  for (guint i = 0; i < self->log->snapshots->len; i++)
    {
      EhSnapshot *snapshot = g_ptr_array_index (self->log->snapshots, i);
      guint64 version = eh_snapshot_get_version (snapshot);

      if (!eh_stream_name_equal (eh_snapshot_get_stream (snapshot), name))
        continue;
      if (version > max_version && self->fault != PLAIN_SNAPSHOT_ABOVE)
        continue;
      if (best == NULL || version >= eh_snapshot_get_version (best) || self->fault == PLAIN_SNAPSHOT_LAST)
        best = snapshot;
    }
  return best;
}

gboolean
plain_store_load_snapshot (EhEventStore *store, EhStreamName *name, guint64 max_version, EhSnapshot **snapshot,
                           GCancellable *cancellable, GError **error)
{
  PlainStore *self = PLAIN_STORE (store);
  EhSnapshot *found = NULL;
  gboolean done = FALSE;

  if (!plain_store_can (self, EH_STORE_SNAPSHOTS, error) || !plain_store_enter (self, error))
    return FALSE;
  done = self->fault == PLAIN_SNAPSHOT_STAYS || !plain_store_is_deleted (self, name, error);
  if (done)
    {
      found = find_snapshot (self, name, max_version);
      *snapshot = found != NULL ? eh_snapshot_ref (found) : NULL;
    }
  eh_unlock (&self->lock);
  return done;
}
