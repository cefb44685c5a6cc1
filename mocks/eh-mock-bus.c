/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-mock-bus.h"

#include "mocks/eh-mock-bus-core-private.h"

struct _EhMockBus {
  GObject parent_instance;

  EhEventBus *inner;   /* (owned) */
  EhMockBusCore *core; /* (owned) */
};

static void eh_mock_bus_event_bus_init (EhEventBusInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhMockBus, eh_mock_bus, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_EVENT_BUS, eh_mock_bus_event_bus_init))

static char *
make_topic (const char *bucket, const char *subset)
{
  return g_strconcat (bucket != NULL ? bucket : "*", ".", subset != NULL ? subset : "*", NULL);
}

static gboolean
publish_ambiguous (EhMockCall *call, EhEventBus *inner, const char *const topic[2], EhEvent *event,
                   GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *truth = NULL;

  if (!call->planned.applied)
    truth = g_strdup ("nothing was published");
  else if (eh_event_bus_publish (inner, topic[0], topic[1], event, cancellable, &reason))
    truth = g_strdup ("published");
  else
    truth = g_strdup_printf ("failed: %s", reason->message);
  return eh_mock_call_fail_ambiguous (call, truth, error);
}

static gboolean
eh_mock_bus_publish (EhEventBus *bus, const char *bucket, const char *subset, EhEvent *event, GCancellable *cancellable,
                     GError **error)
{
  EhMockBus *self = EH_MOCK_BUS (bus);
  g_autofree char *topic = make_topic (bucket, subset);
  EhPlannedCall what = { .operation = EH_MOCK_PUBLISH, .topic = topic, .event = event };
  GError *reason = NULL;
  EhMockCall call;
  gboolean is_done;

  what.stream = eh_stream_name_to_string (eh_event_get_stream (event));
  if (!eh_mock_call_begin (&call, &self->core->recorder, &what, topic, eh_mock_describe_event (event), cancellable,
                           error))
    return FALSE;
  if (call.planned.fault == EH_MOCK_FAULT_PUBLISH_ERROR)
    return eh_mock_call_fail_planned (&call, error);
  if (call.planned.fault == EH_MOCK_FAULT_PUBLISH_AMBIGUOUS)
    return publish_ambiguous (&call, self->inner, (const char *const[]){ bucket, subset }, event, cancellable, error);
  is_done = eh_event_bus_publish (self->inner, bucket, subset, event, cancellable, &reason);
  return eh_mock_call_end (&call, is_done, NULL, reason, error);
}

static guint
eh_mock_bus_subscribe (EhEventBus *bus, const char *bucket, const char *subset, const char *group,
                       EhEventHandler handler, gpointer user_data, GDestroyNotify destroy, GError **error)
{
  EhMockBus *self = EH_MOCK_BUS (bus);
  g_autofree char *topic = make_topic (bucket, subset);
  EhPlannedCall what = { .operation = EH_MOCK_SUBSCRIBE, .topic = topic };
  EhMockSubscription *subscription;
  GError *reason = NULL;
  EhMockCall call;
  guint id;

  if (!eh_mock_call_begin (&call, &self->core->recorder, &what, topic,
                           group != NULL ? g_strconcat ("group ", group, NULL) : NULL, NULL, error))
    return 0;
  subscription = eh_mock_subscription_new (self->core, topic, group, handler, user_data, destroy);
  id = eh_event_bus_subscribe (self->inner, bucket, subset, group, eh_mock_subscription_handle, subscription,
                               eh_mock_subscription_end, &reason);
  if (id != 0)
    eh_mock_subscription_set_id (subscription, id);
  else
    eh_mock_subscription_discard (subscription);
  eh_mock_subscription_unref (subscription);
  eh_mock_call_end (&call, id != 0, g_strdup_printf ("id %u", id), reason, error);
  return id;
}

static gboolean
eh_mock_bus_unsubscribe (EhEventBus *bus, guint id, GError **error)
{
  EhMockBus *self = EH_MOCK_BUS (bus);
  EhPlannedCall what = { .operation = EH_MOCK_UNSUBSCRIBE };
  g_autofree char *key = eh_mock_bus_core_dup_key (self->core, id);
  GError *reason = NULL;
  EhMockCall call;
  gboolean is_done;

  if (!eh_mock_call_begin (&call, &self->core->recorder, &what, "", g_strdup_printf ("id %u", id), NULL, error))
    return FALSE;
  is_done = eh_event_bus_unsubscribe (self->inner, id, &reason);
  if (is_done)
    eh_mock_bus_core_unsubscribed (self->core, id, key);
  return eh_mock_call_end (&call, is_done, NULL, reason, error);
}

static gboolean
eh_mock_bus_flush (EhEventBus *bus, GCancellable *cancellable, GError **error)
{
  EhMockBus *self = EH_MOCK_BUS (bus);
  EhPlannedCall what = { .operation = EH_MOCK_FLUSH };
  GError *reason = NULL;
  EhMockCall call;
  gboolean is_done;

  if (!eh_mock_call_begin (&call, &self->core->recorder, &what, "", NULL, cancellable, error))
    return FALSE;
  is_done = eh_event_bus_flush (self->inner, cancellable, &reason);
  if (is_done)
    eh_mock_bus_core_flush_held (self->core, NULL);
  return eh_mock_call_end (&call, is_done, NULL, reason, error);
}

/* The bus inside drains, then ends the subscriptions: each is handed what is held back for it just before. */
static gboolean
eh_mock_bus_close (EhEventBus *bus, GCancellable *cancellable, GError **error)
{
  EhMockBus *self = EH_MOCK_BUS (bus);
  EhPlannedCall what = { .operation = EH_MOCK_CLOSE };
  GError *reason = NULL;
  EhMockCall call;
  gboolean is_done;

  if (!eh_mock_call_begin (&call, &self->core->recorder, &what, "", NULL, cancellable, error))
    return FALSE;
  g_atomic_int_set (&self->core->is_closing, 1);
  is_done = eh_event_bus_close (self->inner, cancellable, &reason);
  g_atomic_int_set (&self->core->is_closing, 0);
  if (is_done)
    g_atomic_int_set (&self->core->recorder.is_closed, 1);
  return eh_mock_call_end (&call, is_done, NULL, reason, error);
}

static void
eh_mock_bus_event_bus_init (EhEventBusInterface *iface)
{
  iface->publish = eh_mock_bus_publish;
  iface->subscribe = eh_mock_bus_subscribe;
  iface->unsubscribe = eh_mock_bus_unsubscribe;
  iface->flush = eh_mock_bus_flush;
  iface->close = eh_mock_bus_close;
}

static void
eh_mock_bus_finalize (GObject *object)
{
  EhMockBus *self = EH_MOCK_BUS (object);

  g_clear_object (&self->inner);
  g_clear_pointer (&self->core, eh_mock_bus_core_unref);
  G_OBJECT_CLASS (eh_mock_bus_parent_class)->finalize (object);
}

static void
eh_mock_bus_class_init (EhMockBusClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_mock_bus_finalize;
}

static void
eh_mock_bus_init (EhMockBus *self)
{
}

EhEventBus *
eh_mock_bus_new (EhEventBus *inner, EhFaultPlan *plan, EhCallLog *log)
{
  EhMockBus *self;

  g_return_val_if_fail (inner == NULL || EH_IS_EVENT_BUS (inner), NULL);
  g_return_val_if_fail (plan == NULL || EH_IS_FAULT_PLAN (plan), NULL);
  g_return_val_if_fail (log == NULL || EH_IS_CALL_LOG (log), NULL);

  self = g_object_new (EH_TYPE_MOCK_BUS, NULL);
  self->inner = inner != NULL ? g_object_ref (inner) : eh_memory_bus_new (0);
  self->core = eh_mock_bus_core_new (plan, log);
  return EH_EVENT_BUS (self);
}

EhEventBus *
eh_mock_bus_get_inner (EhMockBus *self)
{
  g_return_val_if_fail (EH_IS_MOCK_BUS (self), NULL);

  return self->inner;
}

EhFaultPlan *
eh_mock_bus_get_plan (EhMockBus *self)
{
  g_return_val_if_fail (EH_IS_MOCK_BUS (self), NULL);

  return self->core->recorder.plan;
}

EhCallLog *
eh_mock_bus_get_log (EhMockBus *self)
{
  g_return_val_if_fail (EH_IS_MOCK_BUS (self), NULL);

  return self->core->recorder.log;
}

gboolean
eh_mock_bus_reset (EhMockBus *self, GError **error)
{
  g_return_val_if_fail (EH_IS_MOCK_BUS (self), FALSE);

  if (!EH_IS_MEMORY_BUS (self->inner))
    {
      g_set_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED, "%s cannot be reset; only a memory bus can",
                   G_OBJECT_TYPE_NAME (self->inner));
      return FALSE;
    }
  eh_memory_bus_reset (EH_MEMORY_BUS (self->inner));
  eh_mock_bus_core_drop_held (self->core);
  eh_mock_recorder_reset (&self->core->recorder);
  return TRUE;
}
