/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-world-struct-private.h"

/*
 * Nodes with followers, and those that only subscribe.
 *
 * A follower that is idle goes right on to its next step's first operation and waits there: so it is known what it
 * will do, as of everybody else, and waiting is no operation of its own. That the operation's turn has come is a
 * matter of what was appended since the first operation of the step before, so that nothing is missed.
 *
 * If a follower crashes, its node does. It then leads: it has each other follower of the node return from where it is,
 * which nobody can see, then waits for the turn of "restart", and then has each go on to its first operation. Those
 * that are led hand back to it when they are there. Of a node that subscribes the courier is one of them while it has
 * something for it, see eh-world-courier.c.
 */

void
eh_world_node_free (gpointer data)
{
  EhWorldNode *self = data;

  g_free (self->name);
  g_free (self);
}

static void
eh_world_restart_node (EhWorld *self, EhWorldNode *node)
{
  EhWorldTask *running = g_steal_pointer (&self->running);

  node->is_down = FALSE;
  if (node->restart != NULL)
    node->restart (self, node->user_data);
  self->running = running;
}

void
eh_world_restart_nodes (EhWorld *self)
{
  for (guint i = 0; i < self->nodes->len; i++)
    eh_world_restart_node (self, g_ptr_array_index (self->nodes, i));
}

gboolean
eh_world_heal (EhWorld *self)
{
  if (self->healing || self->nodes->len == 0 || self->n_faults == 0)
    return FALSE;
  self->healing = TRUE;
  self->enabled = 0;
  for (guint i = 0; i < self->n_all; i++)
    if (self->all[i]->idle)
      self->all[i]->seen = self->news - 1;
  eh_world_end_waiting (self, TRUE);
  return TRUE;
}

/* Has the other followers of the task's node go on, in their order, each up to where it hands back. */
static void
eh_world_lead_others (EhWorld *self, EhWorldTask *task)
{
  self->lead = task;
  for (guint i = 0; i < self->n_all && !self->stopping; i++)
    {
      EhWorldTask *other = self->all[i];

      if (other == task || other->node != task->node)
        continue;
      other->crashed = TRUE;
      self->next = other;
      eh_fiber_yield (task->fiber);
    }
  self->lead = NULL;
}

/* One of the others: until the node is there again. */
static void
eh_world_stay_down (EhWorld *self, EhWorldTask *task)
{
  task->state = EH_TASK_DOWN;
  self->next = self->lead;
  eh_fiber_yield (task->fiber);
}

static void
eh_world_come_back (EhWorld *self, EhWorldTask *task)
{
  EhWorldStep step = { 0 };

  task->node->is_down = TRUE;
  eh_world_lead_others (self, task);
  eh_world_task_begin_step (task);
  eh_world_begin (self, EH_OP_RESTART, task->node->name, task->node->place->hash);
  eh_world_task_touch (task, task->node->place->resource, TRUE);
  if (eh_world_bus_has_subscriptions (self->bus))
    eh_world_task_touch (task, eh_world_bus_get_queue (self), TRUE);
  if (task->node->looks)
    eh_world_task_touch (task, EH_RESOURCE_LOG, FALSE);
  if (!eh_world_enter (self, task, 1u << EH_FAULT_CRASH, &step.fault, NULL))
    return;
  eh_world_restart_node (self, task->node);
  eh_world_leave (self, task, &step, 0);
  eh_world_lead_others (self, task);
  task->crashed = TRUE;
}

void
eh_world_wait_for_node (EhWorldTask *task)
{
  task->idle = FALSE;
  task->wake = G_MININT64;
  if (task->world->lead != NULL)
    eh_world_stay_down (task->world, task);
  else
    eh_world_come_back (task->world, task);
}

/* A step that has done nothing that can be seen waits by itself. */
static void
eh_world_wait_for_news (EhWorld *self, EhWorldTask *task)
{
  EhWorldStep step = { 0 };

  eh_world_begin (self, EH_OP_START, NULL, 0);
  /* Who is patient has only its time to wait for. */
  if (task->is_patient && task->wake != G_MAXINT64)
    task->idle = FALSE;
  else
    eh_world_task_touch (task, EH_RESOURCE_LOG, FALSE);
  if (eh_world_enter (self, task, 0, &step.fault, NULL))
    eh_world_leave (self, task, &step, 0);
}

static void
eh_world_take_step (EhWorld *self, EhWorldTask *task)
{
  gint64 wake = 0;

  eh_world_task_begin_step (task);
  if (task->is_restart)
    eh_world_forget_awaited (task);
  wake = task->follow (self, task->number, task->user_data);
  task->wake = wake == G_MAXINT64 ? wake : wake - task->skew;
  task->idle = task->wake > self->now;
  if (!task->begun)
    eh_world_wait_for_news (self, task);
  task->step++;
}

void
eh_world_run_follower (EhWorldTask *task)
{
  EhWorld *self = task->world;

  while (!self->stopping)
    {
      eh_world_take_step (self, task);
      if (task->crashed && !self->stopping)
        eh_world_wait_for_node (task);
    }
}

void
eh_world_enter_node (EhWorld *self, guint node)
{
  g_assert (self->entered == NULL && self->running == NULL);
  self->entered = g_ptr_array_index (self->nodes, node);
}

void
eh_world_leave_node (EhWorld *self)
{
  self->entered = NULL;
  eh_world_bus_end_vacant (self);
}

/* What is handled, as in "handle DepositPerformed 2 of Account-a1". */
static const char *
eh_world_describe_event (EhWorldTask *task, EhEvent *event)
{
  if (task->text == NULL)
    task->text = g_string_new (NULL);
  g_string_printf (task->text, "%s %" G_GUINT64_FORMAT " of %s", eh_event_get_type_name (event),
                   eh_event_get_version (event), eh_stream_name_to_string (eh_event_get_stream (event)));
  return task->text->str;
}

gboolean
eh_world_handle (EhWorld *self, EhEvent *event, gboolean *twice, GError **error)
{
  EhWorldTask *task = self->running;
  EhWorldStep step = { .event = event };
  GError *failed = NULL;

  *twice = FALSE;
  if (task == NULL)
    return TRUE;
  g_assert (task->node != NULL);
  eh_world_begin (self, EH_OP_HANDLE, eh_world_describe_event (task, event), eh_event_get_version (event));
  eh_world_task_touch (task, task->node->place->resource, TRUE);
  if (!eh_world_enter (self, task, 0, &step.fault, error))
    return FALSE;

  task->has_handled = TRUE;
  *twice = step.fault.kind == EH_FAULT_DELIVER_TWICE;
  if (step.fault.kind == EH_FAULT_HANDLER_ERROR)
    g_set_error (&failed, G_IO_ERROR, G_IO_ERROR_FAILED, "handling %s failed (simulated)", task->op.subject);
  step.error = failed;
  eh_world_leave (self, task, &step, eh_world_hash_event (self, event));
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, failed);
  return FALSE;
}

gboolean
eh_world_query (EhWorld *self, guint node, GError **error)
{
  const EhWorldNode *shown = g_ptr_array_index (self->nodes, node);
  EhWorldTask *task = eh_world_begin (self, EH_OP_QUERY, shown->name, shown->place->hash);
  EhWorldStep step = { 0 };

  if (task == NULL)
    return TRUE;
  eh_world_task_touch (task, shown->place->resource, FALSE);
  if (!eh_world_enter (self, task, 0, &step.fault, error))
    return FALSE;
  eh_world_leave (self, task, &step, 0);
  return TRUE;
}
