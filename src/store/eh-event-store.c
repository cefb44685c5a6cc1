/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/eh-event-store-private.h"

#include "model/eh-error.h"

G_DEFINE_INTERFACE (EhEventStore, eh_event_store, G_TYPE_OBJECT)

static void
eh_event_store_default_init (EhEventStoreInterface *iface)
{
}

void
eh_append_result_clear (EhAppendResult *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->events, eh_event_page_unref);
  *self = (EhAppendResult) EH_APPEND_RESULT_INIT;
}

static void
eh_event_store_set_unsupported (EhEventStore *self, const char *what, GError **error)
{
  g_set_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED, "%s cannot %s", G_OBJECT_TYPE_NAME (self), what);
}

static gboolean
eh_event_store_check_expected (gint64 expected_version, GError **error)
{
  if (expected_version >= EH_EXPECTED_EXISTS)
    return TRUE;

  g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "%" G_GINT64_FORMAT " is no expected version", expected_version);
  return FALSE;
}

static guint
eh_event_store_get_limit (guint limit)
{
  return limit == 0 ? EH_READ_LIMIT_MAX : MIN (limit, EH_READ_LIMIT_MAX);
}

EhStoreFeatures
eh_event_store_get_features (EhEventStore *self)
{
  g_return_val_if_fail (EH_IS_EVENT_STORE (self), 0);

  return EH_EVENT_STORE_GET_IFACE (self)->get_features (self);
}

static gboolean
eh_event_store_check_append (EhEventBatch *batch, gint64 expected_version, GCancellable *cancellable, GError **error)
{
  if (cancellable != NULL && g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (eh_event_batch_get_size (batch) == 0)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "the batch for %s is empty",
                   eh_stream_name_to_string (eh_event_batch_get_stream (batch)));
      return FALSE;
    }
  return eh_event_store_check_expected (expected_version, error);
}

gboolean
eh_event_store_append (EhEventStore *self, EhEventBatch *batch, gint64 expected_version, EhAppendFlags flags,
                       EhAppendResult *result, GCancellable *cancellable, GError **error)
{
  EhEventStoreInterface *iface;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (batch != NULL, FALSE);

  /* Finding the interface is the check, and done once. */
  iface = EH_EVENT_STORE_GET_IFACE (self);
  g_return_val_if_fail (iface != NULL, FALSE);

  return eh_event_store_append_by (iface, self, batch, expected_version, flags, result, cancellable, error);
}

gboolean
eh_event_store_append_by (EhEventStoreInterface *iface, EhEventStore *self, EhEventBatch *batch,
                          gint64 expected_version, EhAppendFlags flags, EhAppendResult *result,
                          GCancellable *cancellable, GError **error)
{
  EhAppendResult done = EH_APPEND_RESULT_INIT;

  if (!eh_event_store_check_append (batch, expected_version, cancellable, error))
    return FALSE;
  if (result == NULL)
    flags &= ~EH_APPEND_WANT_EVENTS;
  if (!iface->append (self, batch, expected_version, flags, &done, cancellable, error))
    return FALSE;
  if (result != NULL)
    *result = done;
  return TRUE;
}

EhEventPage *
eh_event_store_read_stream (EhEventStore *self, EhStreamName *stream, guint64 from_version, EhDirection direction,
                            guint limit, GCancellable *cancellable, GError **error)
{
  EhEventStoreInterface *iface;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (stream != NULL, NULL);

  /* As in an append. */
  iface = EH_EVENT_STORE_GET_IFACE (self);
  g_return_val_if_fail (iface != NULL, NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (direction == EH_FORWARDS)
    from_version = MAX (from_version, 1);
  return iface->read_stream (self, stream, from_version, direction, eh_event_store_get_limit (limit), cancellable,
                             error);
}

EhEventPage *
eh_event_store_read_all (EhEventStore *self, const char *category, guint64 from_position, EhDirection direction,
                         guint limit, GCancellable *cancellable, GError **error)
{
  EhEventStoreInterface *iface = NULL;

  g_return_val_if_fail (EH_IS_EVENT_STORE (self), NULL);

  iface = EH_EVENT_STORE_GET_IFACE (self);
  if (iface->read_all == NULL)
    {
      eh_event_store_set_unsupported (self, "read across streams", error);
      return NULL;
    }
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (direction == EH_FORWARDS)
    from_position = MAX (from_position, 1);
  return iface->read_all (self, category, from_position, direction, eh_event_store_get_limit (limit), cancellable,
                          error);
}

gboolean
eh_event_store_get_version (EhEventStore *self, EhStreamName *stream, guint64 *version, GCancellable *cancellable,
                            GError **error)
{
  g_return_val_if_fail (EH_IS_EVENT_STORE (self), FALSE);
  g_return_val_if_fail (stream != NULL, FALSE);
  g_return_val_if_fail (version != NULL, FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  return EH_EVENT_STORE_GET_IFACE (self)->get_version (self, stream, version, cancellable, error);
}

gboolean
eh_event_store_get_head (EhEventStore *self, guint64 *position, GCancellable *cancellable, GError **error)
{
  EhEventStoreInterface *iface = NULL;

  g_return_val_if_fail (EH_IS_EVENT_STORE (self), FALSE);
  g_return_val_if_fail (position != NULL, FALSE);

  iface = EH_EVENT_STORE_GET_IFACE (self);
  if (iface->get_head == NULL)
    {
      eh_event_store_set_unsupported (self, "tell its newest position", error);
      return FALSE;
    }
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  return iface->get_head (self, position, cancellable, error);
}

gboolean
eh_event_store_delete_stream (EhEventStore *self, EhStreamName *stream, gint64 expected_version,
                              GCancellable *cancellable, GError **error)
{
  EhEventStoreInterface *iface = NULL;

  g_return_val_if_fail (EH_IS_EVENT_STORE (self), FALSE);
  g_return_val_if_fail (stream != NULL, FALSE);

  iface = EH_EVENT_STORE_GET_IFACE (self);
  if (iface->delete_stream == NULL)
    {
      eh_event_store_set_unsupported (self, "delete streams", error);
      return FALSE;
    }
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (!eh_event_store_check_expected (expected_version, error))
    return FALSE;
  return iface->delete_stream (self, stream, expected_version, cancellable, error);
}

gboolean
eh_event_store_flush (EhEventStore *self, GCancellable *cancellable, GError **error)
{
  EhEventStoreInterface *iface = NULL;

  g_return_val_if_fail (EH_IS_EVENT_STORE (self), FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  iface = EH_EVENT_STORE_GET_IFACE (self);
  return iface->flush == NULL || iface->flush (self, cancellable, error);
}

gboolean
eh_event_store_save_snapshot (EhEventStore *self, EhSnapshot *snapshot, GCancellable *cancellable, GError **error)
{
  EhEventStoreInterface *iface = NULL;

  g_return_val_if_fail (EH_IS_EVENT_STORE (self), FALSE);
  g_return_val_if_fail (snapshot != NULL, FALSE);

  iface = EH_EVENT_STORE_GET_IFACE (self);
  if (iface->save_snapshot == NULL)
    {
      eh_event_store_set_unsupported (self, "keep snapshots", error);
      return FALSE;
    }
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  return iface->save_snapshot (self, snapshot, cancellable, error);
}

gboolean
eh_event_store_load_snapshot (EhEventStore *self, EhStreamName *stream, guint64 max_version, EhSnapshot **snapshot,
                              GCancellable *cancellable, GError **error)
{
  EhEventStoreInterface *iface = NULL;

  g_return_val_if_fail (EH_IS_EVENT_STORE (self), FALSE);
  g_return_val_if_fail (stream != NULL, FALSE);
  g_return_val_if_fail (snapshot != NULL, FALSE);

  iface = EH_EVENT_STORE_GET_IFACE (self);
  if (iface->load_snapshot == NULL)
    {
      eh_event_store_set_unsupported (self, "keep snapshots", error);
      return FALSE;
    }
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  return iface->load_snapshot (self, stream, max_version, snapshot, cancellable, error);
}

guint
eh_event_store_add_watch (EhEventStore *self, EhWatchFunc func, gpointer user_data, GDestroyNotify destroy)
{
  EhEventStoreInterface *iface = NULL;

  g_return_val_if_fail (EH_IS_EVENT_STORE (self), 0);
  g_return_val_if_fail (func != NULL, 0);

  iface = EH_EVENT_STORE_GET_IFACE (self);
  if (iface->add_watch != NULL)
    return iface->add_watch (self, func, user_data, destroy);

  /* Nobody will call the function, so its data is done with. */
  if (destroy != NULL)
    destroy (user_data);
  return 0;
}

void
eh_event_store_remove_watch (EhEventStore *self, guint id)
{
  EhEventStoreInterface *iface = NULL;

  g_return_if_fail (EH_IS_EVENT_STORE (self));

  iface = EH_EVENT_STORE_GET_IFACE (self);
  if (id != 0 && iface->remove_watch != NULL)
    iface->remove_watch (self, id);
}

gboolean
eh_event_store_close (EhEventStore *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (EH_IS_EVENT_STORE (self), FALSE);

  return EH_EVENT_STORE_GET_IFACE (self)->close (self, cancellable, error);
}

typedef struct {
  EhEventBatch *batch; /* (owned) */
  gint64 expected_version;
} EhAppendCall;

static void
eh_append_call_free (EhAppendCall *call)
{
  eh_event_batch_unref (call->batch);
  g_free (call);
}

static void
eh_append_result_free (EhAppendResult *result)
{
  eh_append_result_clear (result);
  g_free (result);
}

static void
eh_event_store_append_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  EhAppendCall *call = data;
  EhAppendResult result = EH_APPEND_RESULT_INIT;
  GError *error = NULL;

  if (eh_event_store_append (source, call->batch, call->expected_version, EH_APPEND_NONE, &result, cancellable, &error))
    g_task_return_pointer (task, g_memdup2 (&result, sizeof result), (GDestroyNotify) eh_append_result_free);
  else
    g_task_return_error (task, error);
}

gboolean
eh_event_store_submit (EhEventStore *self, EhEventBatch *batch, gint64 expected_version, EhAppendDoneFunc done,
                       gpointer user_data, GError **error)
{
  EhEventStoreInterface *iface = NULL;

  g_return_val_if_fail (EH_IS_EVENT_STORE (self), FALSE);
  g_return_val_if_fail (batch != NULL, FALSE);
  g_return_val_if_fail (done != NULL, FALSE);

  iface = EH_EVENT_STORE_GET_IFACE (self);
  if (iface->submit == NULL)
    {
      eh_event_store_set_unsupported (self, "append without waiting", error);
      return FALSE;
    }
  return eh_event_store_check_append (batch, expected_version, NULL, error)
         && iface->submit (self, batch, expected_version, done, user_data, error);
}

static void
eh_event_store_append_done (const EhAppendResult *result, const GError *error, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  if (error != NULL)
    g_task_return_error (task, g_error_copy (error));
  else
    g_task_return_pointer (task, g_memdup2 (result, sizeof *result), (GDestroyNotify) eh_append_result_free);
}

/* FALSE if the store cannot. */
static gboolean
eh_event_store_append_submitted (EhEventStore *self, EhEventBatch *batch, gint64 expected_version, GTask *task)
{
  GError *error = NULL;

  if (EH_EVENT_STORE_GET_IFACE (self)->submit == NULL)
    return FALSE;
  if (g_task_return_error_if_cancelled (task))
    return TRUE;
  if (eh_event_store_submit (self, batch, expected_version, eh_event_store_append_done, g_object_ref (task), &error))
    return TRUE;
  g_task_return_error (task, error);
  g_object_unref (task);
  return TRUE;
}

void
eh_event_store_append_async (EhEventStore *self, EhEventBatch *batch, gint64 expected_version,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  EhAppendCall *call = NULL;

  g_return_if_fail (EH_IS_EVENT_STORE (self));
  g_return_if_fail (batch != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, eh_event_store_append_async);
  /* A cancellation that comes after the write must not make it look as if nothing had been written. */
  g_task_set_check_cancellable (task, FALSE);
  if (eh_event_store_append_submitted (self, batch, expected_version, task))
    return;

  call = g_new0 (EhAppendCall, 1);
  call->batch = eh_event_batch_ref (batch);
  call->expected_version = expected_version;

  g_task_set_task_data (task, call, (GDestroyNotify) eh_append_call_free);
  g_task_run_in_thread (task, eh_event_store_append_thread);
}

gboolean
eh_event_store_append_finish (EhEventStore *self, GAsyncResult *result, guint64 *last_version, guint64 *last_position,
                              GError **error)
{
  EhAppendResult *done = NULL;

  g_return_val_if_fail (EH_IS_EVENT_STORE (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  done = g_task_propagate_pointer (G_TASK (result), error);
  if (done == NULL)
    return FALSE;
  if (last_version != NULL)
    *last_version = done->last_version;
  if (last_position != NULL)
    *last_position = done->last_position;
  eh_append_result_free (done);
  return TRUE;
}
