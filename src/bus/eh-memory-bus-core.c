/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/eh-memory-bus-core-private.h"

#include "model/eh-error.h"

/*
 * Publishing and delivering.
 *
 * Every publish has a number, the same in each group that it goes to. A delivery takes the lowest number (or turn of a
 * retry) over all groups, and among equals the group that was subscribed first: so with one thread the whole
 * order of deliveries is determined by the order of the calls. Handlers run with no lock held.
 */

/* One event being handled: on the stack of the thread that runs the handler. */
typedef struct {
  GThread *thread;
  EhBusGroup *group;   /* (owned) */
  EhBusMember *member; /* (owned) */
  EhBusStream *stream; /* (borrowed) busy until the end */
  EhBusItem item;
  gboolean is_dropped; /* a reset came meanwhile: not to be tried again */
  GList link;
} EhBusDelivery;

static gboolean
refuse_closed (GError **error)
{
  g_set_error_literal (error, EH_ERROR, EH_ERROR_CLOSED, "the memory bus is closed");
  return FALSE;
}

static gboolean
check_limit (EhBusCore *self, const char *bucket, const char *subset, GError **error)
{
  for (guint i = 0; self->limit > 0 && i < self->groups->len; i++)
    {
      EhBusGroup *group = g_ptr_array_index (self->groups, i);

      if (group->n_waiting >= self->limit && eh_bus_group_matches (group, bucket, subset))
        {
          g_set_error (error, EH_ERROR, EH_ERROR_LIMIT,
                       "%" G_GSIZE_FORMAT " events wait in group %s of the memory bus; the limit is %u",
                       group->n_waiting, group->name != NULL ? group->name : "(unnamed)", self->limit);
          return FALSE;
        }
    }

  return TRUE;
}

/* A thread that was called but has not woken up yet is not called again: each call costs as much as the event. */
static void
core_call_thread (EhBusCore *self)
{
  if (self->n_idle <= self->n_called)
    return;
  self->n_called++;
  eh_cond_signal (&self->work);
}

static void
core_enqueue (EhBusCore *self, EhBusGroup *group, EhEvent *event)
{
  eh_bus_group_push (group, (EhBusItem){ .event = eh_event_ref (event), .number = self->number });
  self->n_outstanding++;
  core_call_thread (self);
}

static gboolean
core_publish_locked (EhBusCore *self, const char *bucket, const char *subset, EhEvent *event, GError **error)
{
  if (self->closed || self->n_closing > 0)
    return refuse_closed (error);
  if (!check_limit (self, bucket, subset, error))
    return FALSE;

  self->number++;
  for (guint i = 0; i < self->groups->len; i++)
    {
      EhBusGroup *group = g_ptr_array_index (self->groups, i);

      if (eh_bus_group_matches (group, bucket, subset))
        core_enqueue (self, group, event);
    }

  return TRUE;
}

gboolean
eh_bus_core_publish (EhBusCore *self, const char *bucket, const char *subset, EhEvent *event, GError **error)
{
  gboolean accepted = FALSE;

  eh_lock (&self->lock);
  accepted = core_publish_locked (self, bucket, subset, event, error);
  eh_unlock (&self->lock);
  return accepted;
}

static void
core_count_done (EhBusCore *self, guint64 number)
{
  self->n_outstanding--;
  for (GList *l = self->flushes.head; l != NULL; l = l->next)
    {
      EhBusFlush *flush = l->data;

      if (number <= flush->last && --flush->n_left == 0)
        eh_cond_broadcast (&self->progress);
    }
}

static EhBusGroup *
core_find_next (EhBusCore *self)
{
  EhBusGroup *next = NULL;
  guint64 turn = EH_BUS_NEVER;

  for (guint i = 0; i < self->groups->len; i++)
    {
      EhBusGroup *group = g_ptr_array_index (self->groups, i);

      if (group->turn < turn)
        {
          next = group;
          turn = group->turn;
        }
    }

  return next;
}

EhBusMember *
eh_bus_core_peek_member (EhBusCore *self)
{
  const EhBusGroup *group = core_find_next (self);

  if (group == NULL)
    return NULL;
  return g_ptr_array_index (group->members, group->next_member < group->members->len ? group->next_member : 0);
}

static gboolean
core_begin (EhBusCore *self, EhBusDelivery *delivery)
{
  EhBusGroup *group = core_find_next (self);

  if (group == NULL)
    return FALSE;

  delivery->thread = g_thread_self ();
  delivery->group = eh_bus_group_ref (group);
  delivery->member = eh_bus_group_next_member (group);
  delivery->member->n_refs++;
  delivery->stream = eh_bus_group_take (group, &delivery->item);
  delivery->link.data = delivery;
  g_queue_push_head_link (&self->deliveries, &delivery->link);
  return TRUE;
}

/* A handler that contradicts itself has failed: at worst it sees the event once more. */
static char *
delivery_run (const EhBusDelivery *self)
{
  g_autoptr (GError) error = NULL;
  gboolean acknowledged = self->member->handler (self->item.event, self->member->user_data, &error);

  if (acknowledged && error == NULL)
    return NULL;
  if (error == NULL)
    return g_strdup ("the handler failed without an error");
  if (acknowledged)
    return g_strdup_printf ("the handler acknowledged the event, but set an error: %s", error->message);

  return g_strdup (error->message);
}

static void
core_park (EhBusCore *self, EhEvent *event, char *reason)
{
  EhBusParked parked = { eh_event_ref (event), reason };

  g_array_append_val (self->parked, parked);
}

/*
 * What becomes of the event; @reason is NULL if it was acknowledged. A failure that nobody waits for any more is
 * none.
 */
static void
core_settle (EhBusCore *self, EhBusDelivery *delivery, char **reason)
{
  gboolean has_failed = *reason != NULL && delivery->group->members->len > 0 && !delivery->is_dropped;

  delivery->item.attempts++;
  if (has_failed && delivery->item.attempts < self->attempts)
    {
      eh_bus_group_retry (delivery->group, delivery->stream, delivery->item, ++self->number);
      return;
    }

  if (has_failed)
    core_park (self, delivery->item.event, g_steal_pointer (reason));

  core_count_done (self, delivery->item.number);
  eh_bus_group_done (delivery->group, delivery->stream);
  eh_event_unref (delivery->item.event);
}

static void
core_end (EhBusCore *self, EhBusDelivery *delivery, char **reason)
{
  core_settle (self, delivery, reason);
  g_queue_unlink (&self->deliveries, &delivery->link);
  if (delivery->group->turn != EH_BUS_NEVER)
    core_call_thread (self);
  if (self->n_waiters > 0)
    eh_cond_broadcast (&self->progress);
  eh_bus_group_unref (delivery->group);
  eh_bus_core_unref_member (self, delivery->member);
}

gboolean
eh_bus_core_step_locked (EhBusCore *self)
{
  EhBusDelivery delivery = { 0 };
  g_autofree char *reason = NULL;

  if (!core_begin (self, &delivery))
    return FALSE;

  eh_unlock (&self->lock);
  reason = delivery_run (&delivery);
  eh_lock (&self->lock);
  core_end (self, &delivery, &reason);
  return TRUE;
}

gboolean
eh_bus_core_step (EhBusCore *self)
{
  gboolean stepped = FALSE;

  eh_lock (&self->lock);
  stepped = eh_bus_core_step_locked (self);
  eh_unlock (&self->lock);
  return stepped;
}

void
eh_bus_core_drop_waiting (EhBusCore *self, EhBusGroup *group)
{
  g_auto (EhBusQueue) waiting = { 0 };

  eh_bus_group_drain (group, &waiting);
  while (waiting.size > 0)
    {
      EhBusItem item = eh_bus_queue_pop (&waiting);

      core_count_done (self, item.number);
      eh_event_unref (item.event);
    }
}

void
eh_bus_core_reset (EhBusCore *self)
{
  eh_lock (&self->lock);
  for (guint i = 0; i < self->groups->len; i++)
    {
      EhBusGroup *group = g_ptr_array_index (self->groups, i);

      eh_bus_core_drop_waiting (self, group);
      group->next_member = 0;
    }
  for (GList *l = self->deliveries.head; l != NULL; l = l->next)
    ((EhBusDelivery *) l->data)->is_dropped = TRUE;
  g_array_set_size (self->parked, 0);
  eh_unlock (&self->lock);
}

/* The destroy function is the caller's code: it runs with the lock released. */
void
eh_bus_core_unref_member (EhBusCore *self, EhBusMember *member)
{
  if (--member->n_refs > 0)
    return;

  if (member->destroy != NULL)
    {
      eh_unlock (&self->lock);
      member->destroy (member->user_data);
      eh_lock (&self->lock);
    }
  g_free (member);
}

gboolean
eh_bus_core_runs_elsewhere (EhBusCore *self, EhBusMember *member)
{
  for (GList *l = self->deliveries.head; l != NULL; l = l->next)
    {
      const EhBusDelivery *delivery = l->data;

      if (delivery->member == member && delivery->thread != g_thread_self ())
        return TRUE;
    }

  return FALSE;
}

gboolean
eh_bus_core_is_delivering (EhBusCore *self)
{
  for (GList *l = self->deliveries.head; l != NULL; l = l->next)
    {
      if (((EhBusDelivery *) l->data)->thread == g_thread_self ())
        return TRUE;
    }

  return g_ptr_array_find (self->threads, g_thread_self (), NULL);
}
