/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-world-struct-private.h"

#include "bus/eh-memory-bus-private.h"

/*
 * The bus that tasks see. Publishing is an operation. What is published waits in the inner bus, and a task of the
 * world's own, the courier, delivers one event at a time, each delivery an operation. It takes part only in runs of
 * worlds that somebody has subscribed in, before the run. The handlers' own calls are operations of the courier.
 *
 * An event that comes late or in another order is held back: acknowledged to the inner bus and kept here until its
 * turn. The inner bus takes events in the order of publishing over all topics, so with subscribers all topics are one
 * resource; without, each is one of its own.
 */

typedef struct {
  EhWorld *world; /* (unowned) */
  EhEventHandler handler;
  gpointer user_data;
  GDestroyNotify destroy; /* (nullable) */
} EhWorldSubscription;

/* A delivery that is held back. */
typedef struct {
  EhWorldSubscription *subscription; /* (unowned) */
  EhEvent *event;                    /* (owned) */
  guint n_before;                    /* how many others go first; G_MAXUINT for all */
  guint attempts;
  guint n_held; /* how often it was held back */
} EhHeldDelivery;

struct _EhWorldBus {
  GObject parent_instance;

  EhWorld *world;     /* (unowned) */
  GArray *held;       /* (owned) (element-type EhHeldDelivery) */
  GArray *joined;     /* (owned) (element-type guint): who has subscribed in this run */
  gboolean is_joined; /* somebody has, in this run or one before */
  EhFault fault;      /* of the delivery that is under way */
  gboolean is_told;
};

static void eh_world_bus_iface_init (EhEventBusInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhWorldBus, eh_world_bus, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_EVENT_BUS, eh_world_bus_iface_init))

static EhMemoryBus *
eh_world_get_memory_bus (EhWorld *self)
{
  return (EhMemoryBus *) (gpointer) self->inner_bus;
}

/* What stands for all topics; no topic has this name. */
EhResource
eh_world_bus_get_queue (EhWorld *self)
{
  return eh_places_get_topic (&self->places, "*", "*")->resource;
}

static gboolean
eh_world_may_publish (const EhPlace *place, const EhFault *fault, GError **error)
{
  if (fault->kind == EH_FAULT_PUBLISH_ERROR)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "publish to %s failed (simulated)", place->text);
  else if (fault->kind == EH_FAULT_PUBLISH_AMBIGUOUS && !fault->applied)
    g_set_error (error, EH_ERROR, EH_ERROR_AMBIGUOUS, "publish to %s may or may not have happened (simulated)",
                 place->text);
  else
    return TRUE;
  return FALSE;
}

static gboolean
eh_world_publish (EhWorld *self, const EhPlace *place, const EhFault *fault, const char *const topic[2], EhEvent *event,
                  GError **error)
{
  if (!eh_world_may_publish (place, fault, error))
    return FALSE;
  if (!eh_event_bus_publish (self->inner_bus, topic[0], topic[1], event, NULL, error))
    return FALSE;
  if (fault->kind != EH_FAULT_PUBLISH_AMBIGUOUS)
    return TRUE;
  g_set_error (error, EH_ERROR, EH_ERROR_AMBIGUOUS, "publish to %s may or may not have happened (simulated)",
               place->text);
  return FALSE;
}

static gboolean
eh_world_bus_publish (EhEventBus *bus, const char *bucket, const char *subset, EhEvent *event,
                      GCancellable *cancellable, GError **error)
{
  EhWorld *self = ((EhWorldBus *) (gpointer) bus)->world;
  EhWorldStep step = { 0 };
  const EhPlace *place = NULL;
  EhWorldTask *task = NULL;
  GError *failed = NULL;
  gboolean ok = FALSE;

  if (self->running == NULL)
    return eh_event_bus_publish (self->inner_bus, bucket, subset, event, cancellable, error);

  place = eh_places_get_topic (&self->places, bucket, subset);
  task = eh_world_begin (self, EH_OP_PUBLISH, place->text, place->hash);
  eh_world_task_touch (task, eh_world_bus_has_subscriptions (bus) ? eh_world_bus_get_queue (self) : place->resource,
                       TRUE);
  if (!eh_world_enter (self, task, 0, &step.fault, error))
    return FALSE;

  ok = eh_world_publish (self, place, &step.fault, (const char *const[]){ bucket, subset }, event, &failed);
  step.event = event;
  step.error = failed;
  eh_world_leave (self, task, &step, eh_world_hash_event (event));
  if (failed != NULL)
    g_propagate_error (error, failed);
  return ok;
}

static void
eh_world_bus_tell (EhWorldBus *self, EhEvent *event, const GError *error)
{
  EhWorldStep step = { .fault = self->fault, .event = event, .error = error };

  self->is_told = TRUE;
  eh_world_leave (self->world, self->world->courier, &step, event != NULL ? eh_world_hash_event (event) : 0);
}

static void
eh_world_bus_hold (EhWorldBus *self, const EhHeldDelivery *delivery)
{
  EhHeldDelivery held = *delivery;

  eh_event_ref (held.event);
  g_array_append_val (self->held, held);
}

/* Whoever crashed has acknowledged nothing, whatever its handler returned. */
static gboolean
eh_world_bus_call (EhWorldBus *self, const EhHeldDelivery *delivery, GError **error)
{
  GError *failed = NULL;
  gboolean ok = delivery->subscription->handler (delivery->event, delivery->subscription->user_data, &failed);

  if (ok && self->world->courier->crashed)
    {
      g_clear_error (&failed);
      g_set_error_literal (error, EH_ERROR, EH_ERROR_CRASHED, "the subscriber has crashed in the simulated world");
      return FALSE;
    }
  if (failed != NULL)
    g_propagate_error (error, failed);
  return ok;
}

static gboolean
eh_world_bus_refuse (EhWorldBus *self, const EhHeldDelivery *delivery, GError **error)
{
  g_autoptr (GError) failed = NULL;

  g_set_error_literal (&failed, G_IO_ERROR, G_IO_ERROR_FAILED, "the handler failed (simulated)");
  eh_world_bus_tell (self, delivery->event, failed);
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

/* Without an order any delivery may let another go first, once. */
static gboolean
eh_world_bus_is_overtaken (EhWorldBus *self, const EhHeldDelivery *delivery)
{
  return self->world->is_unordered && !self->world->healing && delivery->n_held == 0
         && eh_world_choose (self->world, 2, "overtaken") == 1;
}

static gboolean
eh_world_bus_handle (EhWorldBus *self, EhHeldDelivery *delivery, GError **error)
{
  EhFaultKind fault = self->fault.kind;

  if (fault == EH_FAULT_HANDLER_ERROR)
    return eh_world_bus_refuse (self, delivery, error);
  if (fault == EH_FAULT_NONE && eh_world_bus_is_overtaken (self, delivery))
    fault = EH_FAULT_DELIVER_REORDERED;

  eh_world_bus_tell (self, delivery->event, NULL);
  if (fault == EH_FAULT_DELIVER_LATE || fault == EH_FAULT_DELIVER_REORDERED)
    {
      delivery->n_before = fault == EH_FAULT_DELIVER_LATE ? G_MAXUINT : 1;
      delivery->n_held++;
      eh_world_bus_hold (self, delivery);
      return TRUE;
    }
  if (fault == EH_FAULT_DELIVER_TWICE)
    eh_world_bus_call (self, delivery, NULL);
  return eh_world_bus_call (self, delivery, error);
}

/* The inner bus delivers. */
static gboolean
eh_world_subscription_handle (EhEvent *event, gpointer user_data, GError **error)
{
  EhWorldSubscription *subscription = user_data;
  EhWorldBus *self = (EhWorldBus *) (gpointer) subscription->world->bus;
  EhHeldDelivery delivery = { subscription, event, 0, 0 };

  for (guint i = 0; i < self->held->len; i++)
    {
      EhHeldDelivery *held = &g_array_index (self->held, EhHeldDelivery, i);

      if (held->n_before != G_MAXUINT && held->n_before > 0)
        held->n_before--;
    }
  return eh_world_bus_handle (self, &delivery, error);
}

/* The held delivery whose turn it is: one that was only put behind others, or, if nothing else waits, any. */
static gint
eh_world_bus_find_held (EhWorldBus *self)
{
  for (guint i = 0; i < self->held->len; i++)
    if (g_array_index (self->held, EhHeldDelivery, i).n_before == 0)
      return (gint) i;
  if (self->held->len > 0 && eh_memory_bus_get_n_waiting (eh_world_get_memory_bus (self->world)) == 0)
    return 0;
  return -1;
}

/* As the inner bus does: again until it was tried often enough. */
static void
eh_world_bus_deliver_held (EhWorldBus *self, guint i)
{
  EhHeldDelivery delivery = g_array_index (self->held, EhHeldDelivery, i);

  eh_event_ref (delivery.event);
  g_array_remove_index (self->held, i);
  if (!eh_world_bus_handle (self, &delivery, NULL) && ++delivery.attempts < EH_MEMORY_BUS_ATTEMPTS)
    eh_world_bus_hold (self, &delivery);
  eh_event_unref (delivery.event);
}

void
eh_world_bus_deliver (EhWorld *world, EhWorldTask *courier)
{
  EhWorldBus *self = (EhWorldBus *) (gpointer) world->bus;
  EhFault fault;
  gint held = -1;

  eh_world_begin (world, EH_OP_DELIVER, NULL, 0);
  eh_world_task_touch (courier, eh_world_bus_get_queue (world), TRUE);
  if (!eh_world_enter (world, courier, 0, &fault, NULL))
    return;

  self->fault = fault;
  self->is_told = FALSE;
  held = eh_world_bus_find_held (self);
  if (held >= 0)
    eh_world_bus_deliver_held (self, (guint) held);
  else
    eh_memory_bus_step (eh_world_get_memory_bus (world));
  /* It went to somebody who subscribed behind the world's back. */
  if (!self->is_told)
    eh_world_bus_tell (self, NULL, NULL);
}

gboolean
eh_world_bus_has_subscriptions (EhEventBus *bus)
{
  return ((EhWorldBus *) (gpointer) bus)->is_joined
         || eh_memory_bus_has_subscriptions (eh_world_get_memory_bus (((EhWorldBus *) (gpointer) bus)->world));
}

gboolean
eh_world_bus_is_waiting (EhEventBus *bus)
{
  EhWorldBus *self = (EhWorldBus *) (gpointer) bus;

  return self->held->len > 0 || eh_memory_bus_get_n_waiting (eh_world_get_memory_bus (self->world)) > 0;
}

static void
eh_world_subscription_free (gpointer data)
{
  EhWorldSubscription *self = data;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self);
}

static guint
eh_world_bus_join (EhWorldBus *self, const char *bucket, const char *subset, const char *group, EhEventHandler handler,
                   gpointer user_data, GDestroyNotify destroy, GError **error)
{
  EhWorld *world = self->world;
  EhWorldSubscription *subscription = g_new (EhWorldSubscription, 1);
  guint id = 0;

  *subscription = (EhWorldSubscription){ world, handler, user_data, destroy };
  id = eh_event_bus_subscribe (world->inner_bus, bucket, subset, group, eh_world_subscription_handle, subscription,
                               eh_world_subscription_free, error);
  if (id == 0)
    g_free (subscription);
  return id;
}

/*
 * In the middle of a run it is an operation, and over with the run. Who delivers takes part from the next run on: in
 * this one, which has begun without, it is only learnt that somebody joins.
 */
static guint
eh_world_bus_subscribe (EhEventBus *bus, const char *bucket, const char *subset, const char *group,
                        EhEventHandler handler, gpointer user_data, GDestroyNotify destroy, GError **error)
{
  EhWorldBus *self = (EhWorldBus *) (gpointer) bus;
  EhWorld *world = self->world;
  EhWorldStep step = { 0 };
  const EhPlace *place = NULL;
  EhWorldTask *task = NULL;
  guint id = 0;

  if (world->running == NULL)
    return eh_world_bus_join (self, bucket, subset, group, handler, user_data, destroy, error);
  place = eh_places_get_topic (&world->places, bucket != NULL ? bucket : "*", subset != NULL ? subset : "*");
  task = eh_world_begin (world, EH_OP_SUBSCRIBE, place->text, place->hash);
  eh_world_task_touch (task, eh_world_bus_get_queue (world), TRUE);
  if (!eh_world_enter (world, task, 0, &step.fault, error))
    return 0;
  world->bus_was_joined |= !eh_world_bus_has_subscriptions (bus);
  self->is_joined = TRUE;
  id = eh_world_bus_join (self, bucket, subset, group, handler, user_data, destroy, error);
  if (id != 0)
    g_array_append_val (self->joined, id);
  eh_world_leave (world, task, &step, 0);
  return id;
}

/* Nobody's operation says that publishing depends on it. */
static gboolean
eh_world_bus_unsubscribe (EhEventBus *bus, guint id, GError **error)
{
  EhWorld *world = ((EhWorldBus *) (gpointer) bus)->world;

  if (world->running == NULL)
    return eh_event_bus_unsubscribe (world->inner_bus, id, error);
  g_set_error_literal (error, EH_ERROR, EH_ERROR_UNSUPPORTED, "in a simulation nobody leaves the bus during a run");
  return FALSE;
}

/* The bus is everybody's. */
static gboolean
eh_world_bus_close (EhEventBus *bus, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static void
eh_world_bus_iface_init (EhEventBusInterface *iface)
{
  iface->publish = eh_world_bus_publish;
  iface->subscribe = eh_world_bus_subscribe;
  iface->unsubscribe = eh_world_bus_unsubscribe;
  iface->close = eh_world_bus_close;
}

void
eh_world_bus_reset (EhEventBus *bus)
{
  EhWorldBus *self = (EhWorldBus *) (gpointer) bus;

  for (guint i = 0; i < self->joined->len; i++)
    eh_event_bus_unsubscribe (self->world->inner_bus, g_array_index (self->joined, guint, i), NULL);
  g_array_set_size (self->joined, 0);
  g_array_set_size (self->held, 0);
  eh_memory_bus_reset (eh_world_get_memory_bus (self->world));
}

static void
eh_world_bus_clear_held (gpointer data)
{
  eh_event_unref (((EhHeldDelivery *) data)->event);
}

static void
eh_world_bus_finalize (GObject *object)
{
  g_array_unref (((EhWorldBus *) (gpointer) object)->held);
  g_array_unref (((EhWorldBus *) (gpointer) object)->joined);
  G_OBJECT_CLASS (eh_world_bus_parent_class)->finalize (object);
}

static void
eh_world_bus_class_init (EhWorldBusClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_world_bus_finalize;
}

static void
eh_world_bus_init (EhWorldBus *self)
{
  self->joined = g_array_new (FALSE, FALSE, sizeof (guint));
  self->held = g_array_new (FALSE, FALSE, sizeof (EhHeldDelivery));
  g_array_set_clear_func (self->held, eh_world_bus_clear_held);
}

EhEventBus *
eh_world_bus_new (EhWorld *world)
{
  EhWorldBus *self = g_object_new (EH_TYPE_WORLD_BUS, NULL);

  self->world = world;
  return EH_EVENT_BUS (self);
}
