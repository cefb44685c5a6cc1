/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-trial-consumer-private.h"

#include "runtime/eh-repository-private.h"

/*
 * A node of many commands keeps the aggregates that it has folded, until it crashes or the run is over. They are
 * brought up to date by a load before each command, so that nobody can tell; where somebody could (what a stale load
 * shows, or a snapshot) nothing is kept.
 */

/* Fewer commands are not worth it. */
#define COMMANDS_TO_KEEP_FOR 4

void
eh_trial_node_free (EhTrialNode *self)
{
  g_clear_pointer (&self->indices, g_array_unref);
  g_clear_object (&self->bus);
  g_clear_object (&self->handler);
  g_clear_object (&self->repository);
  g_free (self);
}

static void
keep_aggregates (EhTrialNode *self, guint n_steps)
{
  const EhSimulation *simulation = self->trial->simulation;

  self->keeps = n_steps >= COMMANDS_TO_KEEP_FOR && simulation->snapshots == 0
                && simulation->most[EH_FAULT_LOAD_STALE] == 0;
  if (self->keeps)
    eh_repository_set_always_fresh (self->repository);
  else
    eh_repository_set_cache_size (self->repository, 0);
}

void
eh_trial_node_forget (EhTrialNode *self)
{
  if (self->keeps)
    eh_repository_forget (self->repository);
}

EhTrialNode *
eh_trial_node_new (EhTrial *trial, guint task, guint n_steps)
{
  EhTrialNode *self = g_new0 (EhTrialNode, 1);
  const EhSimulation *simulation = trial->simulation;
  EhClock *clock = eh_world_get_clock (trial->world);
  g_autoptr (EhCommandBus) direct = NULL;

  self->trial = trial;
  self->task = task;
  self->n_steps = n_steps;
  self->repository = eh_repository_new (trial->domain, eh_world_get_store (trial->world));
  keep_aggregates (self, n_steps);
  eh_repository_set_snapshots (self->repository, simulation->snapshots);
  self->handler = eh_command_handler_new (self->repository, clock, trial->ids_source);
  eh_command_handler_set_guard_appends (self->handler, !simulation->expect_any);
  if (simulation->publish_after_save)
    eh_command_handler_set_event_bus (self->handler, eh_world_get_bus (trial->world));
  direct = eh_direct_bus_new (self->handler);
  self->bus = simulation->retry > 1 ? eh_retry_bus_new (direct, clock, simulation->retry) : g_steal_pointer (&direct);
  self->bus_if = EH_COMMAND_BUS_GET_IFACE (self->bus);
  self->clock = clock;
  self->clock_if = EH_CLOCK_GET_IFACE (clock);
  return self;
}

/* A client of a body's own remembers commands and aggregates, so that it cannot live longer than the step. */
static gboolean
run_body (EhTrialNode *self, const EhClientStep *step, GError **error)
{
  EhWorld *world = self->trial->world;
  g_autoptr (EhClient)
      client = eh_client_new_with (self->trial->domain, eh_world_get_store (world), eh_world_get_bus (world), 0,
                                   eh_world_get_clock (world), self->trial->ids_source, error);

  if (client == NULL)
    return FALSE;
  if (self->trial->simulation->publish_after_save)
    eh_client_set_publish_mode (client, EH_PUBLISH_AFTER_SAVE);
  eh_repository_set_cache_size (eh_client_get_repository (client), 0);
  g_object_set_data (G_OBJECT (client), EH_TRIAL_CLIENT_DATA, self->trial);
  return step->body (client, step->user_data, error);
}

static gboolean
run_command (EhTrialNode *self, EhCommand *command, GError **error)
{
  g_autoptr (EhOutcome) outcome = NULL;

  if (command == NULL)
    return FALSE;
  outcome = self->bus_if->dispatch (self->bus, command, NULL, error);
  return outcome != NULL;
}

static gboolean
read_aggregate (EhTrialNode *self, EhStreamName *stream, GError **error)
{
  EhAggregate *aggregate = eh_repository_load (self->repository, stream, TRUE, NULL, error);

  if (aggregate == NULL)
    return FALSE;
  eh_repository_give_back (self->repository, aggregate);
  return TRUE;
}

static gboolean
run_spec (EhTrialNode *self, const EhTrialStep *record, GError **error)
{
  const EhClientStep *spec = record->spec;

  if (spec == NULL || spec->kind == EH_CLIENT_STEP_COMMAND)
    return run_command (self, record->command, error);
  if (spec->kind == EH_CLIENT_STEP_WAIT)
    return eh_clock_sleep (eh_world_get_clock (self->trial->world), spec->wait, NULL, error);
  if (spec->kind == EH_CLIENT_STEP_READ)
    return read_aggregate (self, spec->stream, error);
  return run_body (self, spec, error);
}

/*
 * An error of an operation that failed is not the domain's, nor is a conflict with a version that the sender expected.
 */
static EhTrialOutcome
classify (EhTrialNode *self, const EhTrialStep *record, gboolean done)
{
  if (eh_world_is_crashed (self->trial->world, record->task))
    return EH_TRIAL_UNKNOWN;
  if (done)
    return EH_TRIAL_ACCEPTED;
  if (g_error_matches (record->error, EH_ERROR, EH_ERROR_CRASHED)
      || g_error_matches (record->error, EH_ERROR, EH_ERROR_AMBIGUOUS))
    return EH_TRIAL_UNKNOWN;
  if (record->has_failed || g_error_matches (record->error, EH_ERROR, EH_ERROR_CONFLICT))
    return EH_TRIAL_FAILED;
  return EH_TRIAL_REFUSED;
}

void
eh_trial_node_conclude (EhTrialNode *self, EhTrialStep *record, gboolean done, GError *error)
{
  record->error = error;
  record->time = self->clock_if->now (self->clock);
  record->outcome = classify (self, record, done);
  if (record->outcome == EH_TRIAL_FAILED && record->n_appends > 0)
    self->trial->is_suspect = TRUE;
}

void
eh_trial_node_run_step (EhWorld *world, guint task, guint step, gpointer user_data)
{
  EhTrialNode *self = user_data;
  EhTrialStep *record = eh_trial_get_record (self->trial, task, step);
  GError *error = NULL;
  gboolean done;

  if (eh_world_step_is_restart (world))
    eh_trial_node_forget (self);
  record->outcome = EH_TRIAL_RUNNING;
  if (record->spec == NULL)
    record->command = eh_trial_generate (self->trial, task, step, &error);
  done = run_spec (self, record, &error);
  /* Followers may have added steps of theirs. */
  eh_trial_node_conclude (self, eh_trial_get_record (self->trial, task, step), done, error);
}
