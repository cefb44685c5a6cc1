/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-world-struct-private.h"

static EhWorldTask *
eh_world_task_new (EhWorld *world, guint number, const char *name)
{
  EhWorldTask *self = g_new0 (EhWorldTask, 1);

  self->world = world;
  self->number = number;
  self->name = g_strdup (name);
  self->first_wake = G_MININT64;
  return self;
}

static void
eh_world_task_free (gpointer data)
{
  EhWorldTask *self = data;

  if (self->text != NULL)
    g_string_free (self->text, TRUE);
  g_free (self->name);
  g_free (self);
}

static void
eh_world_make_room (EhWorld *self)
{
  self->all = g_renew (EhWorldTask *, self->all, self->tasks->len + 1);
  self->ready.candidates = g_renew (EhCandidate, self->ready.candidates, self->tasks->len + 1);
}

EhWorld *
eh_world_new (EhDomain *domain)
{
  EhWorld *self = g_new0 (EhWorld, 1);

  self->domain = g_object_ref (domain);
  self->fibers = eh_fiber_pool_new ();
  self->tasks = g_ptr_array_new_with_free_func (eh_world_task_free);
  self->courier = eh_world_task_new (self, 0, "bus");
  self->nodes = g_ptr_array_new_with_free_func (eh_world_node_free);
  self->inner_store = eh_memory_store_new_confined ();
  self->store_if = EH_EVENT_STORE_GET_IFACE (self->inner_store);
  self->inner_bus = eh_memory_bus_new (0);
  self->store = eh_world_store_new (self);
  self->bus = eh_world_bus_new (self);
  self->clock = eh_world_clock_new (self);
  self->ids = eh_world_ids_new (self);
  self->checkpoints = eh_world_checkpoints_new (self);
  self->now = EH_FIXED_CLOCK_START;
  self->max_ops = G_MAXUINT;
  self->hashes_events = TRUE;
  self->appended = g_array_new (FALSE, FALSE, sizeof (EhWorldAppended));
  eh_world_make_room (self);
  eh_world_mark (self);
  return self;
}

void
eh_world_free (EhWorld *self)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (self->running == NULL);

  g_object_unref (self->inner_bus);
  g_object_unref (self->store);
  g_object_unref (self->bus);
  g_object_unref (self->clock);
  g_object_unref (self->ids);
  g_object_unref (self->checkpoints);
  g_object_unref (self->inner_store);
  g_ptr_array_unref (self->tasks);
  g_ptr_array_unref (self->nodes);
  eh_world_task_free (self->courier);
  eh_fiber_pool_free (self->fibers);
  eh_places_clear (&self->places);
  g_array_unref (self->appended);
  g_free (self->all);
  g_free (self->ready.candidates);
  g_free (self->traces);
  g_free (self->choices);
  g_object_unref (self->domain);
  g_free (self);
}

guint
eh_world_add_task (EhWorld *self, const char *name, guint n_steps, EhStepFunc func, gpointer user_data)
{
  EhWorldTask *task = eh_world_task_new (self, self->tasks->len, name);

  task->n_steps = n_steps;
  task->func = func;
  task->user_data = user_data;
  g_ptr_array_add (self->tasks, task);
  eh_world_make_room (self);
  return task->number;
}

guint
eh_world_add_node (EhWorld *self, const char *name, EhRestartFunc restart, gpointer user_data)
{
  EhWorldNode *node = g_new0 (EhWorldNode, 1);

  node->name = g_strdup (name);
  node->restart = restart;
  node->user_data = user_data;
  node->number = self->nodes->len;
  node->place = eh_places_get_topic (&self->places, "node", name);
  g_ptr_array_add (self->nodes, node);
  return self->nodes->len - 1;
}

guint
eh_world_add_follower (EhWorld *self, guint node, const char *name, EhFollowFunc func, gpointer user_data)
{
  EhWorldTask *task = eh_world_task_new (self, self->tasks->len, name);

  g_assert (node < self->nodes->len);
  task->n_steps = 1;
  task->follow = func;
  task->node = g_ptr_array_index (self->nodes, node);
  task->node->n_followers++;
  task->user_data = user_data;
  g_ptr_array_add (self->tasks, task);
  eh_world_make_room (self);
  self->log_watched = TRUE;
  return task->number;
}

static EhWorldTask *
eh_world_get_task (EhWorld *self, guint task)
{
  return task < self->tasks->len ? g_ptr_array_index (self->tasks, task) : self->courier;
}

void
eh_world_set_patient (EhWorld *self, guint task, gboolean patient)
{
  EhWorldTask *follower = eh_world_get_task (self, task);

  g_assert (follower->follow != NULL && follower->node->n_followers == 1);
  self->n_patient = self->n_patient - (follower->is_patient ? 1 : 0) + (patient ? 1 : 0);
  follower->is_patient = patient;
}

gboolean
eh_world_is_patient (EhWorld *self, guint task)
{
  return eh_world_get_task (self, task)->is_patient;
}

const char *
eh_world_get_task_name (EhWorld *self, guint task)
{
  return eh_world_get_task (self, task)->name;
}

guint
eh_world_get_n_tasks (EhWorld *self)
{
  return self->tasks->len;
}

EhEventStore *
eh_world_get_store (EhWorld *self)
{
  return self->store;
}

EhEventBus *
eh_world_get_bus (EhWorld *self)
{
  return self->bus;
}

EhClock *
eh_world_get_clock (EhWorld *self)
{
  return self->clock;
}

EhIdSource *
eh_world_get_ids (EhWorld *self)
{
  return self->ids;
}

EhCheckpointStore *
eh_world_get_checkpoints (EhWorld *self)
{
  return self->checkpoints;
}

void
eh_world_set_first_wake (EhWorld *self, guint task, gint64 wake)
{
  ((EhWorldTask *) g_ptr_array_index (self->tasks, task))->first_wake = wake;
}

EhEventStore *
eh_world_get_inner_store (EhWorld *self)
{
  return self->inner_store;
}

void
eh_world_take_error (EhWorld *self, GError *error)
{
  eh_memory_store_take_error (EH_MEMORY_STORE (self->inner_store), error);
}

void
eh_world_mark (EhWorld *self)
{
  eh_memory_store_mark (EH_MEMORY_STORE (self->inner_store));
  eh_world_checkpoints_mark (self->checkpoints);
  self->marked_now = self->now;
}

void
eh_world_set_faults (EhWorld *self, const guint most[EH_FAULT_N_KINDS])
{
  self->possible = 0;
  for (guint i = 0; i < EH_FAULT_N_KINDS; i++)
    {
      self->most[i] = i == EH_FAULT_NONE ? 0 : most[i];
      if (self->most[i] > 0)
        self->possible |= 1u << i;
    }
}

void
eh_world_set_max_ops (EhWorld *self, guint max_ops)
{
  self->max_ops = max_ops;
}

void
eh_world_set_log_watched (EhWorld *self, gboolean watched)
{
  self->log_watched = watched;
}

gboolean
eh_world_get_log_was_read (EhWorld *self)
{
  return self->log_was_read;
}

gboolean
eh_world_get_bus_was_joined (EhWorld *self)
{
  return self->bus_was_joined;
}

gboolean
eh_world_has_subscribers (EhWorld *self)
{
  return eh_world_bus_has_subscriptions (self->bus);
}

void
eh_world_set_unordered (EhWorld *self, gboolean unordered)
{
  self->is_unordered = unordered;
}

void
eh_world_set_hashes_events (EhWorld *self, gboolean hashes_events)
{
  self->hashes_events = hashes_events;
}

void
eh_world_set_observer (EhWorld *self, EhWorldObserver observer, gpointer user_data)
{
  self->observer = observer;
  self->observer_data = user_data;
}

void
eh_world_observe_failed (EhWorld *self, EhWorldFailed failed, gpointer user_data)
{
  self->failed = failed;
  self->failed_data = user_data;
}

const EhChoice *
eh_world_get_choices (EhWorld *self, guint *n)
{
  *n = self->n_choices;
  return self->choices;
}

guint64
eh_world_get_hash (EhWorld *self)
{
  return self->hash;
}

guint64
eh_world_get_fingerprint (EhWorld *self)
{
  return self->fingerprint;
}

guint
eh_world_get_n_ops (EhWorld *self)
{
  return self->n_ops;
}

void
eh_world_set_pulse (EhWorld *self, guint *pulse)
{
  self->pulse = pulse;
}

guint
eh_world_get_n_faults (EhWorld *self, EhFaultKind kind)
{
  return self->used[kind];
}

guint
eh_world_get_running (EhWorld *self)
{
  return self->running != NULL ? self->running->number : G_MAXUINT;
}

guint
eh_world_get_step (EhWorld *self)
{
  return self->running != NULL ? self->running->step : 0;
}

gboolean
eh_world_step_is_restart (EhWorld *self)
{
  return self->running != NULL && self->running->is_restart;
}

gboolean
eh_world_is_crashed (EhWorld *self, guint task)
{
  return eh_world_get_task (self, task)->crashed;
}

void
eh_world_stop (EhWorld *self)
{
  if (self->stopping)
    return;
  self->end = EH_RUN_STOPPED;
  self->stopping = TRUE;
}

gboolean
eh_world_is_healing (EhWorld *self)
{
  return self->healing;
}

guint64
eh_world_choose (EhWorld *self, guint64 arity, const char *label)
{
  guint64 value = 0;

  if (arity < 2 || self->oracle == NULL || self->stopping || (self->running != NULL && self->running->crashed))
    return 0;
  value = self->oracle->choose (self->oracle, EH_CHOICE_VALUE, arity, label);
  g_assert (value < arity);
  eh_world_record (self, EH_CHOICE_VALUE, arity, value, eh_choice_label_text (label));
  self->hash = eh_mix (eh_mix (self->hash, arity), value);
  return value;
}

void
eh_world_describe_running (EhWorld *self, GString *text)
{
  const EhWorldTask *task = self->running;

  if (task == NULL)
    g_string_append (text, "no client is running");
  else
    g_string_append_printf (text, "client \"%s\", step %u, after %u operations", task->name, task->step + 1,
                            task->n_ops);
}

gboolean
eh_world_owns_guard (EhWorld *self, gconstpointer address)
{
  return self->running != NULL && self->running->fiber != NULL && eh_fiber_owns_guard (self->running->fiber, address);
}
