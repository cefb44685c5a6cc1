/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-trial-consumer-private.h"

/*
 * Which nodes there are beside the clients, and how they live. Process managers come first, as they make things happen;
 * then projections, the relay and the simulation's own. Each has a node for itself, so that each crashes by itself.
 *
 * A consumer is driven as any follower: a step handles what there is and says when it is due again. It saves its
 * checkpoint whenever it has caught up, so that a crash makes it see again what came at one go.
 */

/* Rounds in which consumers take up the past: ample, but finite. */
#define SETTLE_ROUNDS 1000

/* Beside what is allowed to fail. */
#define ATTEMPTS 5

void
eh_trial_consumer_free (gpointer data)
{
  EhSimulationNode *self = data;

  if (self->memory != NULL && self->spec->stop != NULL)
    self->spec->stop (self->memory);
  g_clear_object (&self->consumer);
  g_clear_object (&self->projection);
  g_clear_object (&self->process);
  g_clear_object (&self->commands);
  g_clear_pointer (&self->own, eh_trial_node_free);
  g_clear_pointer (&self->model, eh_view_free);
  g_clear_pointer (&self->heard, g_array_unref);
  g_free (self->category);
  g_free (self);
}

/* ---- life ---- */

static gboolean
pass_gate (EhEvent *event, gboolean *twice, gpointer user_data, GError **error)
{
  const EhSimulationNode *self = user_data;

  return eh_world_handle (self->trial->world, event, twice, error);
}

static void
tell_failed (EhEvent *event, const GError *reason, gpointer user_data)
{
  const EhSimulationNode *self = user_data;

  eh_trial_trace_fail (self->trial, self->task, reason);
}

static guint
count_faults (const EhTrial *trial)
{
  guint n = 0;

  for (guint i = 0; i < EH_FAULT_N_KINDS; i++)
    n += trial->simulation->most[i];
  return n;
}

void
eh_trial_consumer_take (EhSimulationNode *self, EhConsumer *consumer)
{
  g_set_object (&self->consumer, consumer);
  eh_consumer_set_gate (consumer, pass_gate, tell_failed, self);
}

/* What fails because of an injected fault is never to be set aside. */
static void
tune_consumer (EhSimulationNode *self)
{
  eh_consumer_set_checkpoint_every (self->consumer, G_MAXUINT, 0);
  eh_consumer_set_attempts (self->consumer, ATTEMPTS + count_faults (self->trial), G_TIME_SPAN_MILLISECOND,
                            G_TIME_SPAN_SECOND);
}

static void
start_own (EhSimulationNode *self)
{
  eh_check_heard_forget (self);
  eh_world_enter_node (self->trial->world, self->place);
  /* The last reference would stop it in good order. */
  if (self->consumer != NULL)
    eh_consumer_crash (self->consumer);
  g_clear_object (&self->consumer);
  if (self->memory != NULL && self->spec->stop != NULL)
    self->spec->stop (self->memory);
  self->memory = self->spec->start (self, self->spec->user_data);
  eh_world_leave_node (self->trial->world);
}

static gint64
get_due (EhSimulationNode *self)
{
  return self->consumer != NULL ? eh_consumer_get_due (self->consumer) : G_MININT64;
}

/* Whether it did something. */
static gboolean
settle (EhSimulationNode *self)
{
  EhConsumerState state = EH_CONSUMER_BUSY;
  guint64 before;

  if (self->consumer == NULL)
    return FALSE;
  before = eh_consumer_get_position (self->consumer);
  for (guint i = 0; i < SETTLE_ROUNDS && state == EH_CONSUMER_BUSY; i++)
    state = eh_consumer_step (self->consumer, 0, NULL);
  return eh_consumer_get_position (self->consumer) != before;
}

static void
restart (EhWorld *world, gpointer user_data)
{
  EhSimulationNode *self = user_data;

  if (self->spec != NULL)
    start_own (self);
  else
    eh_consumer_crash (self->consumer);
  if (!self->is_waiting)
    return;
  self->is_waiting = FALSE;
  settle (self);
  eh_check_view_at_beginning (self);
  if (self->task != EH_TRIAL_NONE)
    eh_world_set_first_wake (world, self->task, get_due (self));
}

static gint64
follow (EhWorld *world, guint task, gpointer user_data)
{
  EhSimulationNode *self = user_data;

  if (self->consumer == NULL)
    return self->spec->step (self, self->memory);
  eh_consumer_step (self->consumer, eh_world_is_patient (world, task) ? 1 : 0, NULL);
  if (!eh_world_is_crashed (world, task))
    eh_check_view_at_step (self);
  return eh_consumer_get_due (self->consumer);
}

/* ---- who there is ---- */

static EhSimulationNode *
add_node (EhTrial *trial, const char *name)
{
  EhSimulationNode *self = g_new0 (EhSimulationNode, 1);

  self->trial = trial;
  self->name = name;
  self->task = EH_TRIAL_NONE;
  self->place = eh_world_add_node (trial->world, name, restart, self);
  g_assert (self->place == trial->consumers->len);
  self->commands = eh_trial_sender_new (self);
  g_ptr_array_add (trial->consumers, self);
  return self;
}

static EhTrialNode *
add_sender (EhTrial *trial, guint task)
{
  EhTrialNode *node = eh_trial_node_new (trial, task, 0);

  node->is_follower = TRUE;
  node->current = EH_TRIAL_NONE;
  node->indices = g_array_new (FALSE, FALSE, sizeof (guint));
  return node;
}

static void
add_task (EhSimulationNode *self)
{
  EhTrial *trial = self->trial;

  self->task = eh_world_add_follower (trial->world, self->place, self->name, follow, self);
  g_assert (self->task == trial->nodes->len);
  self->sender = add_sender (trial, self->task);
  g_ptr_array_add (trial->nodes, self->sender);
}

static gboolean
add_process (EhTrial *trial, const EhProcessType *type, GError **error)
{
  EhWorld *world = trial->world;
  EhSimulationNode *self = add_node (trial, type->name);

  self->process = eh_process_manager_new (trial->domain, type, eh_world_get_store (world), self->commands,
                                          eh_world_get_checkpoints (world), eh_world_get_clock (world), error);
  if (self->process == NULL)
    return FALSE;
  eh_trial_consumer_take (self, eh_process_manager_get_consumer (self->process));
  tune_consumer (self);
  add_task (self);
  return TRUE;
}

static gboolean
add_projection (EhTrial *trial, const EhProjectionType *type, GError **error)
{
  EhWorld *world = trial->world;
  EhSimulationNode *self = add_node (trial, type->name);

  self->projection = eh_projection_new (trial->domain, type, eh_world_get_store (world),
                                        eh_world_get_checkpoints (world), eh_world_get_clock (world), error);
  if (self->projection == NULL)
    return FALSE;
  eh_trial_consumer_take (self, eh_projection_get_consumer (self->projection));
  tune_consumer (self);
  self->shows = type;
  add_task (self);
  /* Where others look at what it shows, they see whether it is there while it has nothing to do. */
  eh_world_set_patient (trial->world, self->task, !eh_trial_has_own_code (trial));
  return TRUE;
}

/* It publishes for ever, so that its attempts stay as they are. */
static gboolean
add_relay (EhTrial *trial, GError **error)
{
  EhWorld *world = trial->world;
  EhSimulationNode *self = add_node (trial, EH_SIMULATION_RELAY);
  g_autoptr (EhConsumer)
      consumer = eh_relay_new (EH_SIMULATION_RELAY, trial->domain, eh_world_get_store (world), eh_world_get_bus (world),
                               eh_world_get_checkpoints (world), eh_world_get_clock (world), error);

  if (consumer == NULL)
    return FALSE;
  eh_trial_consumer_take (self, consumer);
  eh_consumer_set_checkpoint_every (consumer, G_MAXUINT, 0);
  add_task (self);
  eh_world_set_patient (trial->world, self->task, TRUE);
  trial->has_relay = TRUE;
  return TRUE;
}

/* It is started once to see whether it follows anything. */
static void
add_own (EhTrial *trial, const EhNodeSpec *spec)
{
  EhSimulationNode *self = add_node (trial, spec->name);

  self->spec = spec;
  self->shows = spec->shows;
  self->own = add_sender (trial, EH_TRIAL_NONE);
  self->sender = self->own;
  start_own (self);
  if (self->consumer != NULL || spec->step != NULL)
    {
      g_clear_pointer (&self->own, eh_trial_node_free);
      add_task (self);
    }
}

static gboolean
takes_part (const EhTrial *self, const char *name)
{
  return self->simulation->consumers == NULL
         || g_strv_contains ((const char *const *) self->simulation->consumers, name);
}

static gboolean
add_domain_consumers (EhTrial *self, GError **error)
{
  for (guint i = 0; i < eh_domain_get_n_processes (self->domain); i++)
    {
      const EhProcessType *type = eh_domain_get_process (self->domain, i);

      if (takes_part (self, type->name) && !add_process (self, type, error))
        return FALSE;
    }
  for (guint i = 0; i < eh_domain_get_n_projections (self->domain); i++)
    {
      const EhProjectionType *type = eh_domain_get_projection (self->domain, i);

      if (takes_part (self, type->name) && !add_projection (self, type, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
eh_trial_add_consumers (EhTrial *self, GError **error)
{
  const EhSimulation *simulation = self->simulation;
  gboolean is_wanted = FALSE;

  if (!add_domain_consumers (self, error))
    return FALSE;
  for (guint i = 0; i < simulation->nodes->len; i++)
    add_own (self, g_ptr_array_index (simulation->nodes, i));
  is_wanted = simulation->publish_by_relay
              || (!simulation->publish_after_save && eh_world_has_subscribers (self->world));
  if (is_wanted && !add_relay (self, error))
    return FALSE;
  /* What delivers: its number is the one after all others. */
  if (simulation->nodes->len > 0)
    g_ptr_array_add (self->nodes, add_sender (self, self->nodes->len));
  return TRUE;
}

void
eh_trial_settle_consumers (EhTrial *self)
{
  gboolean has_moved = TRUE;

  for (guint round = 0; round < SETTLE_ROUNDS && has_moved; round++)
    {
      has_moved = FALSE;
      for (guint i = 0; i < self->consumers->len; i++)
        has_moved |= settle (g_ptr_array_index (self->consumers, i));
    }
}

void
eh_trial_consumers_reset (EhTrial *self)
{
  for (guint i = 0; i < self->consumers->len; i++)
    {
      EhSimulationNode *consumer = g_ptr_array_index (self->consumers, i);

      consumer->is_waiting = TRUE;
      g_clear_pointer (&consumer->model, eh_view_free);
    }
}
