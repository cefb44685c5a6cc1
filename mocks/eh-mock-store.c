/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-mock-store-private.h"

static void eh_mock_store_event_store_init (EhEventStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhMockStore, eh_mock_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_EVENT_STORE, eh_mock_store_event_store_init))

static EhStoreFeatures
eh_mock_store_get_features (EhEventStore *store)
{
  return eh_event_store_get_features (EH_MOCK_STORE (store)->inner);
}

static char *
describe_expected (gint64 expected_version)
{
  switch (expected_version)
    {
    case EH_EXPECTED_ANY:
      return g_strdup ("any version");
    case EH_EXPECTED_EXISTS:
      return g_strdup ("a stream");
    case EH_EXPECTED_NO_STREAM:
      return g_strdup ("no stream");
    default:
      return g_strdup_printf ("version %" G_GINT64_FORMAT, expected_version);
    }
}

/* "AccountCreated, DepositPerformed, expecting no stream"; of many events the first ones. */
static char *
describe_append (const EhEventBatch *batch, gint64 expected_version)
{
  g_autofree char *expected = describe_expected (expected_version);
  GString *text = g_string_new (NULL);
  const guint n_shown = 4;
  guint n = eh_event_batch_get_size (batch);

  for (guint i = 0; i < MIN (n, n_shown); i++)
    g_string_append_printf (text, "%s, ", eh_event_batch_get_type_name (batch, i));
  if (n > n_shown)
    g_string_append_printf (text, "and %u more, ", n - n_shown);
  g_string_append_printf (text, "expecting %s", expected);
  return g_string_free (text, FALSE);
}

static char *
describe_version (guint64 version)
{
  return g_strdup_printf ("version %" G_GUINT64_FORMAT, version);
}

/* What the stream really is at goes into the error, as always; a stream that cannot be asked fails in its own way. */
static gboolean
fail_conflict (EhMockCall *call, EhEventStore *inner, EhEventBatch *batch, gint64 expected_version,
               GCancellable *cancellable, GError **error)
{
  EhStreamName *stream = eh_event_batch_get_stream (batch);
  GError *reason = NULL;
  guint64 actual = 0;

  if (eh_event_store_get_version (inner, stream, &actual, cancellable, &reason))
    reason = eh_error_new_conflict (eh_stream_name_to_string (stream), expected_version, actual);
  return eh_mock_call_fail (call, reason, error);
}

/* The reply is lost, whatever it was: a conflict looks like a success. */
static gboolean
append_ambiguous (EhMockCall *call, EhEventStore *inner, EhEventBatch *batch, gint64 expected_version,
                  GCancellable *cancellable, GError **error)
{
  g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;
  g_autoptr (GError) reason = NULL;
  g_autofree char *truth = NULL;

  if (!call->planned.applied)
    truth = g_strdup ("nothing was written");
  else if (eh_event_store_append (inner, batch, expected_version, EH_APPEND_NONE, &result, cancellable, &reason))
    truth = describe_version (result.last_version);
  else
    truth = g_strdup_printf ("failed: %s", reason->message);
  return eh_mock_call_fail_ambiguous (call, truth, error);
}

static gboolean
append_really (EhMockCall *call, EhEventStore *inner, EhEventBatch *batch, gint64 expected_version, EhAppendFlags flags,
               EhAppendResult *result, GCancellable *cancellable, GError **error)
{
  GError *reason = NULL;
  char *outcome = NULL;

  if (!eh_event_store_append (inner, batch, expected_version, flags, result, cancellable, &reason))
    return eh_mock_call_fail (call, reason, error);
  outcome = describe_version (result->last_version);
  if (result->was_there)
    {
      g_free (outcome);
      outcome = g_strdup_printf ("version %" G_GUINT64_FORMAT ", was there", result->last_version);
    }
  return eh_mock_call_done (call, outcome);
}

static gboolean
eh_mock_store_append (EhEventStore *store, EhEventBatch *batch, gint64 expected_version, EhAppendFlags flags,
                      EhAppendResult *result, GCancellable *cancellable, GError **error)
{
  EhMockStore *self = EH_MOCK_STORE (store);
  EhPlannedCall what = { .operation = EH_MOCK_APPEND, .batch = batch };
  EhMockCall call;

  what.stream = eh_stream_name_to_string (eh_event_batch_get_stream (batch));
  what.cannot_conflict = expected_version == EH_EXPECTED_ANY;
  if (!eh_mock_call_begin (&call, &self->recorder, &what, what.stream, describe_append (batch, expected_version),
                           cancellable, error))
    return FALSE;
  switch (call.planned.fault)
    {
    case EH_MOCK_FAULT_APPEND_ERROR:
      return eh_mock_call_fail_planned (&call, error);
    case EH_MOCK_FAULT_APPEND_CONFLICT:
      return fail_conflict (&call, self->inner, batch, expected_version, cancellable, error);
    case EH_MOCK_FAULT_APPEND_AMBIGUOUS:
      return append_ambiguous (&call, self->inner, batch, expected_version, cancellable, error);
    default:
      return append_really (&call, self->inner, batch, expected_version, flags, result, cancellable, error);
    }
}

static gboolean
eh_mock_store_delete_stream (EhEventStore *store, EhStreamName *stream, gint64 expected_version,
                             GCancellable *cancellable, GError **error)
{
  EhMockStore *self = EH_MOCK_STORE (store);
  EhPlannedCall what = { .operation = EH_MOCK_DELETE, .stream = eh_stream_name_to_string (stream) };
  g_autofree char *expected = describe_expected (expected_version);
  GError *reason = NULL;
  EhMockCall call;
  gboolean is_done;

  if (!eh_mock_call_begin (&call, &self->recorder, &what, what.stream, g_strconcat ("expecting ", expected, NULL),
                           cancellable, error))
    return FALSE;
  if (call.planned.fault == EH_MOCK_FAULT_DELETE_ERROR)
    return eh_mock_call_fail_planned (&call, error);
  is_done = eh_event_store_delete_stream (self->inner, stream, expected_version, cancellable, &reason);
  return eh_mock_call_end (&call, is_done, NULL, reason, error);
}

static gboolean
eh_mock_store_save_snapshot (EhEventStore *store, EhSnapshot *snapshot, GCancellable *cancellable, GError **error)
{
  EhMockStore *self = EH_MOCK_STORE (store);
  EhPlannedCall what = { .operation = EH_MOCK_SAVE_SNAPSHOT };
  GError *reason = NULL;
  EhMockCall call;
  gboolean is_done;

  what.stream = eh_stream_name_to_string (eh_snapshot_get_stream (snapshot));
  if (!eh_mock_call_begin (&call, &self->recorder, &what, what.stream,
                           describe_version (eh_snapshot_get_version (snapshot)), cancellable, error))
    return FALSE;
  if (call.planned.fault == EH_MOCK_FAULT_SNAPSHOT_ERROR)
    return eh_mock_call_fail_planned (&call, error);
  is_done = eh_event_store_save_snapshot (self->inner, snapshot, cancellable, &reason);
  return eh_mock_call_end (&call, is_done, NULL, reason, error);
}

static guint
eh_mock_store_add_watch (EhEventStore *store, EhWatchFunc func, gpointer user_data, GDestroyNotify destroy)
{
  return eh_event_store_add_watch (EH_MOCK_STORE (store)->inner, func, user_data, destroy);
}

static void
eh_mock_store_remove_watch (EhEventStore *store, guint id)
{
  eh_event_store_remove_watch (EH_MOCK_STORE (store)->inner, id);
}

/* Neither noted nor failed: nobody's command asks for it. */
static gboolean
eh_mock_store_flush (EhEventStore *store, GCancellable *cancellable, GError **error)
{
  return eh_event_store_flush (EH_MOCK_STORE (store)->inner, cancellable, error);
}

static gboolean
eh_mock_store_close (EhEventStore *store, GCancellable *cancellable, GError **error)
{
  EhMockStore *self = EH_MOCK_STORE (store);
  EhPlannedCall what = { .operation = EH_MOCK_CLOSE };
  GError *reason = NULL;
  EhMockCall call;
  gboolean is_done;

  if (!eh_mock_call_begin (&call, &self->recorder, &what, "", NULL, cancellable, error))
    return FALSE;
  is_done = eh_event_store_close (self->inner, cancellable, &reason);
  if (is_done)
    g_atomic_int_set (&self->recorder.is_closed, 1);
  return eh_mock_call_end (&call, is_done, NULL, reason, error);
}

static void
eh_mock_store_event_store_init (EhEventStoreInterface *iface)
{
  eh_mock_store_init_reads (iface);
  iface->get_features = eh_mock_store_get_features;
  iface->append = eh_mock_store_append;
  iface->delete_stream = eh_mock_store_delete_stream;
  iface->save_snapshot = eh_mock_store_save_snapshot;
  iface->add_watch = eh_mock_store_add_watch;
  iface->remove_watch = eh_mock_store_remove_watch;
  iface->close = eh_mock_store_close;
  iface->flush = eh_mock_store_flush;
}

static void
eh_mock_store_finalize (GObject *object)
{
  EhMockStore *self = EH_MOCK_STORE (object);

  g_clear_object (&self->inner);
  eh_mock_recorder_clear (&self->recorder);
  G_OBJECT_CLASS (eh_mock_store_parent_class)->finalize (object);
}

static void
eh_mock_store_class_init (EhMockStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_mock_store_finalize;
}

static void
eh_mock_store_init (EhMockStore *self)
{
}

EhEventStore *
eh_mock_store_new (EhEventStore *inner, EhFaultPlan *plan, EhCallLog *log)
{
  EhMockStore *self;

  g_return_val_if_fail (inner == NULL || EH_IS_EVENT_STORE (inner), NULL);
  g_return_val_if_fail (plan == NULL || EH_IS_FAULT_PLAN (plan), NULL);
  g_return_val_if_fail (log == NULL || EH_IS_CALL_LOG (log), NULL);

  self = g_object_new (EH_TYPE_MOCK_STORE, NULL);
  self->inner = inner != NULL ? g_object_ref (inner) : eh_memory_store_new ();
  eh_mock_recorder_init (&self->recorder, plan, log);
  return EH_EVENT_STORE (self);
}

EhEventStore *
eh_mock_store_get_inner (EhMockStore *self)
{
  g_return_val_if_fail (EH_IS_MOCK_STORE (self), NULL);

  return self->inner;
}

EhFaultPlan *
eh_mock_store_get_plan (EhMockStore *self)
{
  g_return_val_if_fail (EH_IS_MOCK_STORE (self), NULL);

  return self->recorder.plan;
}

EhCallLog *
eh_mock_store_get_log (EhMockStore *self)
{
  g_return_val_if_fail (EH_IS_MOCK_STORE (self), NULL);

  return self->recorder.log;
}

gboolean
eh_mock_store_reset (EhMockStore *self, GError **error)
{
  g_return_val_if_fail (EH_IS_MOCK_STORE (self), FALSE);

  if (!EH_IS_MEMORY_STORE (self->inner))
    {
      g_set_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED, "%s cannot be reset; only a memory store can",
                   G_OBJECT_TYPE_NAME (self->inner));
      return FALSE;
    }
  eh_memory_store_reset (EH_MEMORY_STORE (self->inner));
  eh_mock_recorder_reset (&self->recorder);
  g_atomic_int_set (&self->recorder.is_closed, 0);
  return TRUE;
}
