/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-world-bus-private.h"

/*
 * The bus that tasks see: publishing and subscribing are operations. What is published waits in the inner bus until the
 * courier delivers it, see eh-world-courier.c. The inner bus takes events in the order of publishing over all topics,
 * so with subscribers all topics are one resource; without, each is one of its own.
 *
 * What a node subscribes to when it starts outlives its crash, as a queue of its own on a broker would: while the node
 * is made anew its subscriptions are vacant, keep what waits, and are taken over by whoever subscribes to the same.
 */

static void eh_world_bus_iface_init (EhEventBusInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhWorldBus, eh_world_bus, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_EVENT_BUS, eh_world_bus_iface_init))

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
  eh_world_leave (self, task, &step, eh_world_hash_event (self, event));
  if (failed != NULL)
    g_propagate_error (error, failed);
  return ok;
}

gboolean
eh_world_bus_has_subscriptions (EhEventBus *bus)
{
  return ((EhWorldBus *) (gpointer) bus)->is_joined
         || eh_memory_bus_has_subscriptions (eh_world_get_memory_bus (((EhWorldBus *) (gpointer) bus)->world));
}

/* ---- subscriptions ---- */

static void
eh_world_subscription_let_go (EhWorldSubscription *self)
{
  GDestroyNotify destroy = g_steal_pointer (&self->destroy);

  self->handler = NULL;
  if (destroy != NULL)
    destroy (self->user_data);
}

/* The inner bus drops what waits for it. */
static void
eh_world_subscription_free (gpointer data)
{
  EhWorldSubscription *self = data;
  EhWorldBus *bus = (EhWorldBus *) (gpointer) self->world->bus;

  eh_world_bus_drop_held (bus, self);
  g_ptr_array_remove (bus->subscriptions, self);
  eh_world_subscription_let_go (self);
  g_free (self->bucket);
  g_free (self->subset);
  g_free (self->group);
  g_free (self);
}

static EhWorldSubscription *
eh_world_subscription_new (EhWorld *world, const char *bucket, const char *subset, const char *group)
{
  EhWorldSubscription *self = g_new0 (EhWorldSubscription, 1);

  self->world = world;
  self->bucket = g_strdup (bucket);
  self->subset = g_strdup (subset);
  self->group = g_strdup (group);
  return self;
}

/* Whose node it would be. */
static EhWorldNode *
eh_world_get_subscriber (EhWorld *self)
{
  if (self->entered != NULL)
    return self->entered;
  return self->running != NULL ? self->running->node : NULL;
}

/* One that the node that is being started had before, of the same. */
static EhWorldSubscription *
eh_world_bus_find_vacant (EhWorldBus *self, const EhWorldNode *node, const char *bucket, const char *subset,
                          const char *group)
{
  for (guint i = 0; i < self->subscriptions->len; i++)
    {
      EhWorldSubscription *subscription = g_ptr_array_index (self->subscriptions, i);

      if (subscription->handler == NULL && subscription->node == node && g_strcmp0 (subscription->bucket, bucket) == 0
          && g_strcmp0 (subscription->subset, subset) == 0 && g_strcmp0 (subscription->group, group) == 0)
        return subscription;
    }
  return NULL;
}

static guint
eh_world_bus_join (EhWorldBus *self, const char *bucket, const char *subset, const char *group, EhEventHandler handler,
                   gpointer user_data, GDestroyNotify destroy, GError **error)
{
  EhWorld *world = self->world;
  EhWorldNode *node = eh_world_get_subscriber (world);
  EhWorldSubscription *subscription = eh_world_bus_find_vacant (self, node, bucket, subset, group);

  if (subscription == NULL)
    {
      subscription = eh_world_subscription_new (world, bucket, subset, group);
      g_ptr_array_add (self->subscriptions, subscription);
      subscription->id = eh_event_bus_subscribe (world->inner_bus, bucket, subset, group, eh_world_subscription_handle,
                                                 subscription, eh_world_subscription_free, error);
    }
  if (subscription->id == 0)
    {
      eh_world_subscription_free (subscription);
      return 0;
    }
  subscription->node = node;
  subscription->handler = handler;
  subscription->user_data = user_data;
  subscription->destroy = destroy;
  if (node != NULL)
    node->subscribes = TRUE;
  return subscription->id;
}

static EhWorldSubscription *
eh_world_bus_find (EhWorldBus *self, guint id)
{
  for (guint i = 0; i < self->subscriptions->len; i++)
    {
      EhWorldSubscription *subscription = g_ptr_array_index (self->subscriptions, i);

      if (subscription->id == id && subscription->handler != NULL)
        return subscription;
    }
  return NULL;
}

/* What the node has not subscribed to again. */
void
eh_world_bus_end_vacant (EhWorld *world)
{
  EhWorldBus *self = (EhWorldBus *) (gpointer) world->bus;

  for (guint i = self->subscriptions->len; i > 0; i--)
    {
      const EhWorldSubscription *subscription = g_ptr_array_index (self->subscriptions, i - 1);

      if (subscription->handler == NULL)
        eh_event_bus_unsubscribe (world->inner_bus, subscription->id, NULL);
    }
}

gboolean
eh_world_node_hears (EhWorld *self, guint node, const char *bucket, const char *subset)
{
  const EhWorldBus *bus = (const EhWorldBus *) (gpointer) self->bus;
  const EhWorldNode *hearer = g_ptr_array_index (self->nodes, node);

  for (guint i = 0; i < bus->subscriptions->len; i++)
    {
      const EhWorldSubscription *subscription = g_ptr_array_index (bus->subscriptions, i);

      if (subscription->node == hearer && subscription->group == NULL
          && (subscription->bucket == NULL || g_str_equal (subscription->bucket, bucket))
          && (subscription->subset == NULL || g_str_equal (subscription->subset, subset)))
        return TRUE;
    }
  return FALSE;
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
  world->bus_was_joined |= !eh_world_bus_has_subscriptions (bus) || (task->node != NULL && !task->node->subscribes);
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
  EhWorldBus *self = (EhWorldBus *) (gpointer) bus;
  EhWorld *world = self->world;
  EhWorldSubscription *subscription = world->entered != NULL ? eh_world_bus_find (self, id) : NULL;

  if (subscription != NULL)
    {
      eh_world_subscription_let_go (subscription);
      return TRUE;
    }
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
  g_ptr_array_unref (((EhWorldBus *) (gpointer) object)->subscriptions);
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
  self->subscriptions = g_ptr_array_new ();
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
