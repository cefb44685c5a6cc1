/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-world-bus-private.h"

/*
 * Who delivers: a task of the world's own, one event at a time, each delivery an operation. It takes part only in runs
 * of worlds that somebody has subscribed in, before the run. The handlers' own calls are operations of the courier.
 *
 * An event that comes late or in another order is held back: acknowledged to the inner bus and kept here until its
 * turn.
 *
 * Who crashes while an event is brought or handled is the node that it is for, and the courier is of that node until it
 * is there again: it restarts it, or is led by whoever does, as the node's followers are, see eh-world-node.c. Nothing
 * was acknowledged, so the event comes again.
 */

/* @delivery: (nullable) */
static void
eh_world_bus_tell (EhWorldBus *self, const EhHeldDelivery *delivery, const GError *error)
{
  EhEvent *event = delivery != NULL ? delivery->event : NULL;
  EhWorldStep step = { .fault = self->fault, .event = event, .error = error };

  if (delivery != NULL && delivery->subscription->node != NULL)
    step.receiver = delivery->subscription->node->number + 1;

  self->is_told = TRUE;
  eh_world_leave (self->world, self->world->courier, &step,
                  event != NULL ? eh_world_hash_event (self->world, event) : 0);
}

static void
eh_world_bus_hold (EhWorldBus *self, const EhHeldDelivery *delivery)
{
  EhHeldDelivery held = *delivery;

  eh_event_ref (held.event);
  g_array_append_val (self->held, held);
}

static gboolean
eh_world_bus_set_crashed (GError **error)
{
  g_set_error_literal (error, EH_ERROR, EH_ERROR_CRASHED, "the subscriber has crashed in the simulated world");
  return FALSE;
}

/* Whoever crashed has acknowledged nothing, whatever its handler returned, and hears nothing a second time. */
static gboolean
eh_world_bus_call (EhWorldBus *self, const EhHeldDelivery *delivery, GError **error)
{
  EhWorldTask *courier = self->world->courier;
  GError *failed = NULL;
  gboolean ok = FALSE;

  if (courier->crashed)
    return eh_world_bus_set_crashed (error);
  courier->node = delivery->subscription->node;
  ok = delivery->subscription->handler (delivery->event, delivery->subscription->user_data, &failed);
  if (!courier->crashed)
    courier->node = NULL;
  else if (ok)
    {
      g_clear_error (&failed);
      return eh_world_bus_set_crashed (error);
    }
  if (failed == NULL)
    return ok;
  if (!courier->crashed && !self->world->stopping && self->world->failed != NULL)
    self->world->failed (self->world, courier->number, failed, self->world->failed_data);
  g_propagate_error (error, failed);
  return ok;
}

static gboolean
eh_world_bus_refuse (EhWorldBus *self, const EhHeldDelivery *delivery, GError **error)
{
  g_autoptr (GError) failed = NULL;

  g_set_error_literal (&failed, G_IO_ERROR, G_IO_ERROR_FAILED, "the handler failed (simulated)");
  eh_world_bus_tell (self, delivery, failed);
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

  eh_world_bus_tell (self, delivery, NULL);
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

gboolean
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

/* The node that would get the next delivery. */
static EhWorldNode *
eh_world_bus_find_receiver (EhWorldBus *self)
{
  gint held = eh_world_bus_find_held (self);
  gpointer next = NULL;

  if (held >= 0)
    return g_array_index (self->held, EhHeldDelivery, held).subscription->node;
  next = eh_memory_bus_get_next_user_data (eh_world_get_memory_bus (self->world));
  if (next == NULL || !g_ptr_array_find (self->subscriptions, next, NULL))
    return NULL;
  return ((const EhWorldSubscription *) next)->node;
}

/* All waits in one queue, so behind what waits for a node that is down. */
gboolean
eh_world_bus_is_waiting (EhEventBus *bus)
{
  EhWorldBus *self = (EhWorldBus *) (gpointer) bus;
  const EhWorldNode *receiver = NULL;

  if (self->held->len == 0 && eh_memory_bus_get_n_waiting (eh_world_get_memory_bus (self->world)) == 0)
    return FALSE;
  receiver = eh_world_bus_find_receiver (self);
  return receiver == NULL || !receiver->is_down;
}

static void
eh_world_bus_deliver (EhWorld *world, EhWorldTask *courier)
{
  EhWorldBus *self = (EhWorldBus *) (gpointer) world->bus;
  EhFault fault;
  gint held = -1;

  eh_world_begin (world, EH_OP_DELIVER, NULL, 0);
  eh_world_task_touch (courier, eh_world_bus_get_queue (world), TRUE);
  if (!eh_world_enter (world, courier, 0, &fault, NULL))
    {
      courier->node = eh_world_bus_find_receiver (self);
      return;
    }

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

void
eh_world_run_courier (EhWorldTask *task)
{
  EhWorld *self = task->world;

  while (!self->stopping)
    {
      eh_world_task_begin_step (task);
      eh_world_bus_deliver (self, task);
      task->step++;
      if (task->crashed && task->node != NULL && !self->stopping)
        eh_world_wait_for_node (task);
      task->node = NULL;
    }
}

void
eh_world_bus_drop_held (EhWorldBus *self, const EhWorldSubscription *subscription)
{
  for (guint i = self->held->len; i > 0; i--)
    if (g_array_index (self->held, EhHeldDelivery, i - 1).subscription == subscription)
      g_array_remove_index (self->held, i - 1);
}
