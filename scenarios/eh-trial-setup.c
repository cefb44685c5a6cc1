/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-trial-setup-private.h"

#include "scenarios/eh-trial-consumer-private.h"

/* Ids of given messages: far from those that a world draws, and never nil. */
#define GIVEN_IDS (G_GUINT64_CONSTANT (1) << 40)

/* A command has its id from the start, so that no copy with an id is made in every run. */
static void
set_id (EhCommand *command, const EhStep *step, guint task, guint index)
{
  EhId id = {
    { 0xc0, [8] = (guint8) (task >> 8), [9] = (guint8) task, [14] = (guint8) (index >> 8), [15] = (guint8) index }
  };

  eh_command_set_id (command, eh_id_is_nil (&step->id) ? &id : &step->id);
}

/* The model's own name of a stream is found fastest. */
static EhStreamName *
get_own_name (EhTrial *self, EhStreamName *name)
{
  return eh_trial_get_stream (self, eh_trial_find_stream (self, name))->name;
}

static EhCommand *
make_command (EhTrial *self, const EhStep *step, GError **error)
{
  EhCommand *command;

  if (step->kind != EH_STEP_COMMAND || step->stream == NULL || step->data == NULL)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "%s: a client's step has to be a command", step->place);
      return NULL;
    }
  command = eh_command_new (get_own_name (self, step->stream), step->schema, step->data, error);
  if (command == NULL)
    {
      g_prefix_error (error, "%s: ", step->place);
      return NULL;
    }
  eh_command_set_expected_version (command, step->expected_version);
  eh_command_set_metadata (command, step->metadata);
  if (!eh_id_is_nil (&step->correlation_id))
    eh_command_set_correlation_id (command, &step->correlation_id);
  return command;
}

static gboolean
add_record (EhTrial *self, guint task, guint index, const EhClientStep *spec, GError **error)
{
  EhTrialStep record = { .task = task, .step = index, .spec = spec };

  if (spec != NULL && spec->kind == EH_CLIENT_STEP_COMMAND)
    {
      record.command = make_command (self, spec->command, error);
      if (record.command == NULL)
        return FALSE;
      set_id (record.command, spec->command, task, index);
    }
  else if (spec != NULL && spec->kind == EH_CLIENT_STEP_READ)
    eh_trial_find_stream (self, spec->stream);
  g_array_append_val (self->records, record);
  return TRUE;
}

static EhTrialNode *
add_task (EhTrial *self, const char *name, guint n_steps)
{
  EhTrialNode *node = eh_trial_node_new (self, self->nodes->len, n_steps);

  node->first_record = self->records->len;
  g_ptr_array_add (self->nodes, node);
  eh_world_add_task (self->world, name, n_steps, eh_trial_node_run_step, node);
  return node;
}

static gboolean
add_client (EhTrial *self, const EhSimClient *client, GError **error)
{
  EhTrialNode *node = add_task (self, client->name, client->steps->len);

  for (guint i = 0; i < client->steps->len; i++)
    {
      if (!add_record (self, node->task, i, g_ptr_array_index (client->steps, i), error))
        return FALSE;
    }
  return TRUE;
}

static void
add_generated (EhTrial *self, guint number)
{
  guint n_commands = self->simulation->generate.n_commands;
  g_autofree char *name = g_strdup_printf ("client-%u", number);
  EhTrialNode *node = add_task (self, name, n_commands);

  for (guint i = 0; i < n_commands; i++)
    add_record (self, node->task, i, NULL, NULL);
}

gboolean
eh_trial_add_clients (EhTrial *self, GError **error)
{
  const EhSimulation *simulation = self->simulation;

  for (guint i = 0; i < simulation->clients->len; i++)
    {
      if (!add_client (self, g_ptr_array_index (simulation->clients, i), error))
        return FALSE;
    }
  if (simulation->generate.n_clients > 0 && !eh_trial_check_generate (self, error))
    return FALSE;
  for (guint i = 0; i < simulation->generate.n_clients; i++)
    add_generated (self, i + 1);
  self->n_clients = self->nodes->len;
  self->n_client_records = self->records->len;
  return TRUE;
}

/* ---- given ---- */

typedef struct {
  EhTrial *trial;
  EhEventStore *store; /* (unowned) */
  EhIdSource *ids;     /* (owned) */
  EhCommandHandler *handler;
} Given;

static gboolean
append_event (Given *self, const EhStep *step, GError **error)
{
  EhStreamName *stream = get_own_name (self->trial, step->stream);
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (stream, eh_clock_now (eh_world_get_clock (self->trial->world)));
  EhId id = step->id;

  if (eh_id_is_nil (&id))
    eh_id_source_next (self->ids, &id);
  eh_event_batch_set_context (batch, step->metadata, &step->correlation_id, NULL);
  return eh_event_batch_add (batch, &id, step->schema, step->data, error)
         && eh_event_store_append (self->store, batch, EH_EXPECTED_ANY, EH_APPEND_NONE, NULL, NULL, error);
}

static gboolean
do_command (Given *self, const EhStep *step, GError **error)
{
  g_autoptr (EhCommand) command = make_command (self->trial, step, error);
  g_autoptr (EhOutcome) outcome = NULL;

  if (command == NULL)
    return FALSE;
  if (!eh_id_is_nil (&step->id))
    eh_command_set_id (command, &step->id);
  outcome = eh_command_handler_handle (self->handler, command, NULL, error);
  return outcome != NULL;
}

static gboolean
move_time (Given *self, const EhStep *step, GError **error)
{
  EhWorld *world = self->trial->world;
  gint64 interval = step->time_is_relative ? step->time : step->time - eh_clock_now (eh_world_get_clock (world));

  if (interval < 0)
    {
      g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID, "time does not go back");
      return FALSE;
    }
  eh_world_move_clock (world, interval);
  return TRUE;
}

static gboolean
do_given (Given *self, const EhStep *step, GError **error)
{
  gboolean done = TRUE;

  if (step->kind == EH_STEP_EVENT)
    done = append_event (self, step, error);
  else if (step->kind == EH_STEP_COMMAND)
    done = do_command (self, step, error);
  else if (step->kind == EH_STEP_TIME)
    done = move_time (self, step, error);
  if (!done)
    g_prefix_error (error, "%s: ", step->place);
  return done;
}

gboolean
eh_trial_run_given (EhTrial *self, GError **error)
{
  EhEventStore *store = eh_world_get_inner_store (self->world);
  g_autoptr (EhRepository) repository = eh_repository_new (self->domain, store);
  g_autoptr (EhIdSource) ids = EH_ID_SOURCE (eh_fixed_id_source_new (GIVEN_IDS));
  g_autoptr (EhCommandHandler) handler = eh_command_handler_new (repository, eh_world_get_clock (self->world), ids);
  Given given = { self, store, ids, handler };

  for (guint i = 0; i < self->simulation->given->len; i++)
    {
      if (!do_given (&given, g_ptr_array_index (self->simulation->given, i), error))
        return FALSE;
    }
  eh_trial_settle_consumers (self);
  eh_world_mark (self->world);
  return eh_trial_streams_mark (self, error);
}
