/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-scenario-play-private.h"

#include "scenarios/eh-checks-private.h"
#include "scenarios/eh-scenario-consumers-private.h"

#include "model/eh-aggregate-type-private.h"
#include "model/eh-domain-private.h"

/*
 * The steps of a scenario are played through the parts that a service runs: events that are told are appended to the
 * store, commands go to the command handler. Everything that only a scenario does (rehearsing, folding again,
 * comparing) happens beside.
 *
 * After each step projections and process managers handle what there is. A command of the scenario is carried out with
 * all that follows from it, so what process managers send then is carried out too. An event is only told: what it led
 * to is told as well, or is what the scenario looks at. Process managers react to it and what they send is noted.
 */

/* Once a consumer cannot go on, nothing that follows tells more. */
static void
tell_stuck (EhScenarioRun *run, const char *place, const GError *error)
{
  run->is_stuck = TRUE;
  eh_scenario_run_fail (run, "consumer", NULL, "after %s: %s", place, error->message);
}

static void
rest (EhScenarioRun *run, const char *place)
{
  g_autoptr (GError) error = NULL;

  if (run->consumers != NULL && !run->is_stuck && !eh_scenario_consumers_rest (run->consumers, &error))
    tell_stuck (run, place, error);
}

static EhId
get_id (EhScenarioRun *run, const EhStep *step)
{
  EhId id = step->id;

  if (eh_id_is_nil (&id))
    eh_id_source_next (EH_ID_SOURCE (run->ids), &id);
  return id;
}

static gboolean
is_one_batch (const EhStep *first, const EhStep *step)
{
  return step->kind == EH_STEP_EVENT && eh_stream_name_equal (first->stream, step->stream)
         && eh_metadata_equal (first->metadata, step->metadata)
         && eh_id_equal (&first->correlation_id, &step->correlation_id);
}

/* How many steps from @i on are events that can be appended together. */
static guint
count_batch (GPtrArray *steps, guint i)
{
  const EhStep *first = g_ptr_array_index (steps, i);
  guint n = 1;

  while (n < EH_EVENT_BATCH_MAX && i + n < steps->len && is_one_batch (first, g_ptr_array_index (steps, i + n)))
    n++;
  return n;
}

static gboolean
cover_lifted (EhEvent *const *lifted, guint n_lifted, gpointer user_data, GError **error)
{
  EhScenarioRun *run = user_data;

  for (guint i = 0; i < n_lifted; i++)
    {
      const char *category = eh_stream_name_get_category (eh_event_get_stream (lifted[i]));

      eh_coverage_add_event (run->coverage, eh_domain_find_aggregate_type (run->domain, category),
                             eh_event_get_schema (lifted[i]), FALSE);
    }
  return TRUE;
}

/* An event of a former shape is folded as what it is today; one that cannot be lifted is told elsewhere. */
static void
cover_given (EhScenarioRun *run, const EhStep *step, EhEventBatch *batch, guint i)
{
  const EhAggregateType *type = eh_domain_find_aggregate_type (run->domain, eh_stream_name_get_category (step->stream));
  g_autoptr (EhEvent) former = NULL;

  if (type == NULL)
    return;
  if (eh_aggregate_type_find_rule (type, step->schema) != NULL)
    {
      eh_coverage_add_event (run->coverage, type, step->schema, FALSE);
      return;
    }
  former = eh_event_batch_record_one (batch, i, i + 1, i + 1);
  eh_domain_lift_for (run->domain, former, cover_lifted, run, NULL);
}

/* Without another word, what is told in one go is a conversation of its own, which process managers may look at. */
static void
set_context (EhScenarioRun *run, EhEventBatch *batch, const EhStep *step, const EhId *first_id)
{
  if (!eh_id_is_nil (&step->correlation_id))
    eh_event_batch_set_context (batch, step->metadata, &step->correlation_id, NULL);
  else if (run->consumers != NULL)
    eh_event_batch_set_context (batch, step->metadata, first_id, first_id);
  else if (step->metadata != NULL)
    eh_event_batch_set_context (batch, step->metadata, NULL, NULL);
}

static void
note_told (EhScenarioRun *run, guint n)
{
  guint64 position;

  if (run->consumers == NULL || !eh_event_store_get_head (run->store, &position, NULL, NULL))
    return;
  for (guint i = 0; i < n; i++, position--)
    g_array_append_val (run->told, position);
}

static gboolean
append_events (EhScenarioRun *run, GPtrArray *steps, guint first, guint n, GError **error)
{
  const EhStep *step = g_ptr_array_index (steps, first);
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (step->stream, eh_clock_now (EH_CLOCK (run->clock)));

  eh_scenario_run_touch (run, step->stream);
  for (guint i = first; i < first + n; i++)
    {
      EhId id;

      step = g_ptr_array_index (steps, i);
      id = get_id (run, step);
      if (i == first)
        set_context (run, batch, step, &id);
      if (!eh_event_batch_add (batch, &id, step->schema, step->data, error))
        return FALSE;
      cover_given (run, step, batch, i - first);
    }
  if (!eh_event_store_append (run->store, batch, EH_EXPECTED_ANY, EH_APPEND_NONE, NULL, NULL, error))
    return FALSE;
  note_told (run, n);
  return TRUE;
}

static EhCommand *
make_command (EhScenarioRun *run, const EhStep *step, GError **error)
{
  EhCommand *command = eh_command_new (step->stream, step->schema, step->data, error);
  EhId id;

  if (command == NULL)
    return NULL;
  id = get_id (run, step);
  eh_command_set_id (command, &id);
  if (!eh_id_is_nil (&step->correlation_id))
    eh_command_set_correlation_id (command, &step->correlation_id);
  eh_command_set_expected_version (command, step->expected_version);
  if (step->metadata != NULL)
    eh_command_set_metadata (command, step->metadata);
  return command;
}

static void
cover_produced (EhScenarioRun *run, const EhAggregateType *type, EhEventPage *events)
{
  for (guint i = 0; events != NULL && i < eh_event_page_get_size (events); i++)
    eh_coverage_add_event (run->coverage, type, eh_event_get_schema (eh_event_page_get (events, i)), TRUE);
}

static EhOutcome *
handle (EhScenarioRun *run, EhCommand *command, GError **error)
{
  EhStreamName *stream = eh_command_get_stream (command);
  const EhAggregateType *type = eh_domain_find_aggregate_type (run->domain, eh_stream_name_get_category (stream));
  gboolean refused;
  EhOutcome *outcome;

  eh_scenario_run_touch (run, stream);
  refused = !run->is_twin && eh_checks_rehearse (run, command);
  outcome = eh_command_handler_handle (run->handler, command, NULL, error);
  if (outcome != NULL || refused)
    eh_coverage_add_command (run->coverage, type, eh_command_get_schema (command), outcome != NULL);
  if (outcome != NULL)
    cover_produced (run, type, eh_outcome_get_events (outcome));
  return outcome;
}

/* What a process manager has sent. */
static EhOutcome *
carry_out (EhCommand *command, gpointer user_data, GError **error)
{
  return handle (user_data, command, error);
}

static gboolean
do_command (EhScenarioRun *run, const EhStep *step, GError **error)
{
  g_autoptr (EhCommand) command = make_command (run, step, error);
  g_autoptr (EhOutcome) outcome = NULL;
  const GError *publish_error;

  if (command == NULL)
    return FALSE;
  if (run->consumers != NULL)
    eh_sent_bus_follow (eh_scenario_consumers_get_sent_bus (run->consumers), command);
  outcome = handle (run, command, error);
  if (outcome == NULL)
    return FALSE;
  publish_error = eh_outcome_get_publish_error (outcome);
  if (publish_error != NULL)
    eh_scenario_run_fail (run, "published", NULL, "%s: what %s led to cannot be published: %s", step->place,
                          step->schema->name, publish_error->message);
  return TRUE;
}

static gboolean
move_clock (EhScenarioRun *run, const EhStep *step, GError **error)
{
  gint64 now = eh_clock_now (EH_CLOCK (run->clock));
  gint64 time = step->time;
  gboolean overflows = step->time_is_relative && __builtin_add_overflow (now, step->time, &time);
  g_autoptr (GError) stuck = NULL;

  if (overflows || time < now)
    {
      g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID,
                           "time does not go backwards: this is before what came before");
      return FALSE;
    }
  if (run->consumers != NULL && !run->is_stuck && !eh_scenario_consumers_wait (run->consumers, time, &stuck))
    tell_stuck (run, step->place, stuck);
  eh_fixed_clock_set (run->clock, time);
  return TRUE;
}

static void
redeliver (EhScenarioRun *run, const EhStep *step)
{
  g_autoptr (GError) error = NULL;

  if (run->consumers == NULL || run->is_stuck)
    return;
  if (run->is_twin)
    {
      if (!eh_scenario_consumers_redeliver (run->consumers, &error))
        tell_stuck (run, step->place, error);
    }
  else if (!eh_checks_redeliver (run, step->place, &error))
    tell_stuck (run, step->place, error);
}

/* Does the step at @i, or the steps from there on that go together; @n says how many. */
static gboolean
do_step (EhScenarioRun *run, GPtrArray *steps, guint i, guint *n, GError **error)
{
  const EhStep *step = g_ptr_array_index (steps, i);

  *n = 1;
  switch (step->kind)
    {
    case EH_STEP_EVENT:
      *n = count_batch (steps, i);
      return append_events (run, steps, i, *n, error);
    case EH_STEP_COMMAND:
      return do_command (run, step, error);
    case EH_STEP_TIME:
      return move_clock (run, step, error);
    case EH_STEP_REDELIVER:
      redeliver (run, step);
      break;
    case EH_STEP_NOTHING:
      break;
    }
  return TRUE;
}

static gboolean
do_steps (EhScenarioRun *run, GPtrArray *steps, const EhStep **failed, GError **error)
{
  guint n;

  for (guint i = 0; i < steps->len; i += n)
    {
      *failed = g_ptr_array_index (steps, i);
      if (!do_step (run, steps, i, &n, error))
        return FALSE;
      rest (run, (*failed)->place);
      /* What holds at the end is looked at there. */
      if (i + n < steps->len && !run->is_twin && !eh_scenario_result_has (run->result, "invariant"))
        eh_checks_invariants (run, (*failed)->place);
    }
  return TRUE;
}

static void
begin (EhScenarioRun *run)
{
  g_autoptr (GError) error = NULL;

  if (eh_domain_get_n_projections (run->domain) + eh_domain_get_n_processes (run->domain) == 0)
    return;
  run->consumers = eh_scenario_consumers_new (run->domain, run->store, run->clock, run->pace, carry_out, run, &error);
  if (run->consumers == NULL)
    tell_stuck (run, "the beginning", error);
}

gboolean
eh_scenario_play_given (EhScenarioRun *run)
{
  const EhStep *failed = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *described = NULL;

  begin (run);
  if (do_steps (run, run->scenario->given, &failed, &error))
    return TRUE;
  described = eh_scenario_run_describe_error (run, error);
  eh_scenario_run_fail (run, "given", NULL, "%s: %s failed, and what is given must succeed: %s", failed->place,
                        failed->schema != NULL ? failed->schema->name : "the step", described);
  return FALSE;
}

/* What the given has led to is not what the scenario is about. */
static void
begin_when (EhScenarioRun *run)
{
  if (!eh_event_store_get_head (run->store, &run->head, NULL, NULL))
    run->head = 0;
  eh_memory_bus_reset (EH_MEMORY_BUS (run->bus));
  g_array_set_size (run->told, 0);
  if (run->consumers != NULL)
    run->n_sent = eh_sent_bus_get_sent (eh_scenario_consumers_get_sent_bus (run->consumers))->len;
}

void
eh_scenario_play_when (EhScenarioRun *run)
{
  begin_when (run);
  if (do_steps (run, run->scenario->when, &run->error_step, &run->error))
    run->error_step = NULL;
}
