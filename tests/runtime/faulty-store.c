/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "faulty-store.h"

#include "model/eh-error.h"

static void faulty_store_iface_init (EhEventStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FaultyStore, faulty_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_EVENT_STORE, faulty_store_iface_init))

static EhStoreFeatures
get_features (EhEventStore *store)
{
  return eh_event_store_get_features (FAULTY_STORE (store)->inner);
}

static gboolean
fail_append (AppendFault fault, EhEventBatch *batch, gint64 expected, GError **error)
{
  const char *stream = eh_stream_name_to_string (eh_event_batch_get_stream (batch));

  if (fault == APPEND_FAILS)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the disk is gone");
  else if (fault == APPEND_CONFLICTS)
    g_propagate_error (error, eh_error_new_conflict (stream, expected, 99));
  else
    g_set_error_literal (error, EH_ERROR, EH_ERROR_AMBIGUOUS, "no reply");
  return FALSE;
}

static gboolean
append (EhEventStore *store, EhEventBatch *batch, gint64 expected, EhAppendFlags flags, EhAppendResult *result,
        GCancellable *cancellable, GError **error)
{
  FaultyStore *self = FAULTY_STORE (store);
  AppendFault fault = self->n_appends < APPEND_FAULTS_MAX ? self->faults[self->n_appends] : APPEND_WELL;

  self->n_appends++;
  if (fault == APPEND_WELL)
    return eh_event_store_append (self->inner, batch, expected, flags, result, cancellable, error);
  if (fault == APPEND_AMBIGUOUS_WRITTEN
      && !eh_event_store_append (self->inner, batch, expected, 0, NULL, cancellable, error))
    return FALSE;
  return fail_append (fault, batch, expected, error);
}

static EhEventPage *
read_stream (EhEventStore *store, EhStreamName *stream, guint64 from, EhDirection direction, guint limit,
             GCancellable *cancellable, GError **error)
{
  FaultyStore *self = FAULTY_STORE (store);

  self->n_reads++;
  self->last_read_from = from;
  return eh_event_store_read_stream (self->inner, stream, from, direction, limit, cancellable, error);
}

static gboolean
get_version (EhEventStore *store, EhStreamName *stream, guint64 *version, GCancellable *cancellable, GError **error)
{
  FaultyStore *self = FAULTY_STORE (store);

  self->n_versions++;
  return eh_event_store_get_version (self->inner, stream, version, cancellable, error);
}

static gboolean
delete_stream (EhEventStore *store, EhStreamName *stream, gint64 expected, GCancellable *cancellable, GError **error)
{
  return eh_event_store_delete_stream (FAULTY_STORE (store)->inner, stream, expected, cancellable, error);
}

static gboolean
save_snapshot (EhEventStore *store, EhSnapshot *snapshot, GCancellable *cancellable, GError **error)
{
  FaultyStore *self = FAULTY_STORE (store);

  if (!self->snapshots_fail)
    return eh_event_store_save_snapshot (self->inner, snapshot, cancellable, error);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "full");
  return FALSE;
}

static gboolean
load_snapshot (EhEventStore *store, EhStreamName *stream, guint64 max_version, EhSnapshot **snapshot,
               GCancellable *cancellable, GError **error)
{
  FaultyStore *self = FAULTY_STORE (store);

  self->n_snapshots_loaded++;
  if (!self->snapshots_fail)
    return eh_event_store_load_snapshot (self->inner, stream, max_version, snapshot, cancellable, error);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "unreadable");
  return FALSE;
}

static gboolean
close_store (EhEventStore *store, GCancellable *cancellable, GError **error)
{
  return eh_event_store_close (FAULTY_STORE (store)->inner, cancellable, error);
}

static void
faulty_store_finalize (GObject *object)
{
  g_object_unref (FAULTY_STORE (object)->inner);
  G_OBJECT_CLASS (faulty_store_parent_class)->finalize (object);
}

static void
faulty_store_class_init (FaultyStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = faulty_store_finalize;
}

static void
faulty_store_iface_init (EhEventStoreInterface *iface)
{
  iface->get_features = get_features;
  iface->append = append;
  iface->read_stream = read_stream;
  iface->get_version = get_version;
  iface->delete_stream = delete_stream;
  iface->save_snapshot = save_snapshot;
  iface->load_snapshot = load_snapshot;
  iface->close = close_store;
}

static void
faulty_store_init (FaultyStore *self)
{
}

FaultyStore *
faulty_store_new (EhEventStore *inner)
{
  FaultyStore *self = g_object_new (FAULTY_TYPE_STORE, NULL);

  self->inner = g_object_ref (inner);
  return self;
}

void
faulty_store_next (FaultyStore *self, AppendFault fault)
{
  g_assert_cmpuint (self->n_appends, <, APPEND_FAULTS_MAX);
  self->faults[self->n_appends] = fault;
}
