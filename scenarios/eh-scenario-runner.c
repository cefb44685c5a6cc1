/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-scenario-runner.h"

#include "scenarios/eh-checks-private.h"
#include "scenarios/eh-expectations-private.h"

/*
 * The steps of a scenario are played through the parts that a service runs: given events are appended to the store,
 * commands go to the command handler. Everything that only a scenario does (rehearsing, folding again, comparing)
 * happens beside.
 */

struct _EhScenarioRunner {
  GObject parent_instance;

  EhScenarioRun run; /* (owned) */
};

G_DEFINE_FINAL_TYPE (EhScenarioRunner, eh_scenario_runner, G_TYPE_OBJECT)

static void
eh_scenario_runner_finalize (GObject *object)
{
  EhScenarioRunner *self = EH_SCENARIO_RUNNER (object);

  eh_scenario_run_clear (&self->run);
  G_OBJECT_CLASS (eh_scenario_runner_parent_class)->finalize (object);
}

static void
eh_scenario_runner_class_init (EhScenarioRunnerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_scenario_runner_finalize;
}

static void
eh_scenario_runner_init (EhScenarioRunner *self)
{
}

EhScenarioRunner *
eh_scenario_runner_new (EhDomain *domain)
{
  EhScenarioRunner *self;

  g_return_val_if_fail (EH_IS_DOMAIN (domain), NULL);

  self = g_object_new (EH_TYPE_SCENARIO_RUNNER, NULL);
  eh_scenario_run_init (&self->run, domain);
  return self;
}

EhCoverage *
eh_scenario_runner_get_coverage (EhScenarioRunner *self)
{
  g_return_val_if_fail (EH_IS_SCENARIO_RUNNER (self), NULL);

  return self->run.coverage;
}

static gboolean
add_event (EhScenarioRun *run, EhEventBatch *batch, const EhStep *step, GError **error)
{
  EhId id = step->id;

  if (eh_id_is_nil (&id))
    eh_id_source_next (EH_ID_SOURCE (run->ids), &id);
  return eh_event_batch_add (batch, &id, step->schema, step->data, error);
}

static gboolean
is_one_batch (const EhStep *first, const EhStep *step)
{
  return step->kind == EH_STEP_EVENT && eh_stream_name_equal (first->stream, step->stream)
         && eh_metadata_equal (first->metadata, step->metadata);
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

static void
cover_given (EhScenarioRun *run, const EhStep *step)
{
  const char *category = eh_stream_name_get_category (step->stream);

  eh_coverage_add_event (run->coverage, eh_domain_find_aggregate_type (run->domain, category), step->schema, FALSE);
}

static gboolean
append_events (EhScenarioRun *run, GPtrArray *steps, guint first, guint n, GError **error)
{
  const EhStep *step = g_ptr_array_index (steps, first);
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (step->stream, eh_clock_now (EH_CLOCK (run->clock)));

  eh_scenario_run_touch (run, step->stream);
  if (step->metadata != NULL)
    eh_event_batch_set_context (batch, step->metadata, NULL, NULL);
  for (guint i = first; i < first + n; i++)
    {
      if (!add_event (run, batch, g_ptr_array_index (steps, i), error))
        return FALSE;
      cover_given (run, g_ptr_array_index (steps, i));
    }
  return eh_event_store_append (run->store, batch, EH_EXPECTED_ANY, EH_APPEND_NONE, NULL, NULL, error);
}

static EhCommand *
make_command (EhScenarioRun *run, const EhStep *step, GError **error)
{
  EhCommand *command = eh_command_new (step->stream, step->schema, step->data, error);
  EhId id = step->id;

  if (command == NULL)
    return NULL;
  if (eh_id_is_nil (&id))
    eh_id_source_next (EH_ID_SOURCE (run->ids), &id);
  eh_command_set_id (command, &id);
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

static void
check_outcome (EhScenarioRun *run, const EhStep *step, EhOutcome *outcome)
{
  const GError *error = eh_outcome_get_publish_error (outcome);

  cover_produced (run, eh_domain_find_aggregate_type (run->domain, eh_stream_name_get_category (step->stream)),
                  eh_outcome_get_events (outcome));
  if (error != NULL)
    eh_scenario_run_fail (run, "published", NULL, "%s: what %s led to cannot be published: %s", step->place,
                          step->schema->name, error->message);
}

static gboolean
do_command (EhScenarioRun *run, const EhStep *step, GError **error)
{
  g_autoptr (EhCommand) command = make_command (run, step, error);
  g_autoptr (EhOutcome) outcome = NULL;
  const EhAggregateType *type;
  gboolean refused;

  if (command == NULL)
    return FALSE;
  eh_scenario_run_touch (run, step->stream);
  refused = eh_checks_rehearse (run, command);
  outcome = eh_command_handler_handle (run->handler, command, NULL, error);
  type = eh_domain_find_aggregate_type (run->domain, eh_stream_name_get_category (step->stream));
  if (outcome != NULL || refused)
    eh_coverage_add_command (run->coverage, type, step->schema, outcome != NULL);
  if (outcome != NULL)
    check_outcome (run, step, outcome);
  return outcome != NULL;
}

static gboolean
move_clock (EhScenarioRun *run, const EhStep *step, GError **error)
{
  gint64 now = eh_clock_now (EH_CLOCK (run->clock));
  gint64 time = step->time;
  gboolean overflows = step->time_is_relative && __builtin_add_overflow (now, step->time, &time);

  if (overflows || time < now)
    {
      g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID,
                           "time does not go backwards: this is before what came before");
      return FALSE;
    }
  eh_fixed_clock_set (run->clock, time);
  return TRUE;
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
      /* What holds at the end is looked at there. */
      if (i + n < steps->len && !eh_scenario_result_has (run->result, "invariant"))
        eh_checks_invariants (run, (*failed)->place);
    }
  return TRUE;
}

static gboolean
do_given (EhScenarioRun *run)
{
  const EhStep *failed = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *described = NULL;

  if (do_steps (run, run->scenario->given, &failed, &error))
    return TRUE;
  described = eh_scenario_run_describe_error (run, error);
  eh_scenario_run_fail (run, "given", NULL, "%s: %s failed, and what is given must succeed: %s", failed->place,
                        failed->schema != NULL ? failed->schema->name : "the step", described);
  return FALSE;
}

/* What the given has published is not what the scenario is about. */
static void
begin_when (EhScenarioRun *run)
{
  if (!eh_event_store_get_head (run->store, &run->head, NULL, NULL))
    run->head = 0;
  eh_memory_bus_reset (EH_MEMORY_BUS (run->bus));
}

static gboolean
is_about_outcome (const char *check)
{
  static const char *const checks[] = { "error", "events", "events-include", "state", "version", "published", NULL };

  return g_strv_contains (checks, check);
}

/* An error that was expected and came explains nothing. */
static void
find_cause (EhScenarioRun *run)
{
  guint n = eh_scenario_result_get_n_failures (run->result);

  if (run->error == NULL || (run->scenario->error != NULL && !eh_scenario_result_has (run->result, "error")))
    return;
  for (guint i = 0; i < n; i++)
    {
      if (!is_about_outcome (eh_scenario_result_get_check (run->result, i)))
        continue;
      eh_scenario_result_set_cause (run->result, eh_scenario_run_describe_error (run, run->error));
      return;
    }
}

static void
do_when (EhScenarioRun *run)
{
  begin_when (run);
  if (do_steps (run, run->scenario->when, &run->error_step, &run->error))
    run->error_step = NULL;
  eh_expectations_check (run);
  find_cause (run);
}

static void
do_scenario (EhScenarioRun *run)
{
  gboolean is_given = do_given (run);

  if (!eh_scenario_result_has (run->result, "invariant"))
    eh_checks_invariants (run, "given");
  if (is_given)
    do_when (run);
  eh_checks_fold_again (run);
  if (is_given && !eh_scenario_result_has (run->result, "invariant"))
    eh_checks_invariants (run, "when");
}

EhScenarioResult *
eh_scenario_runner_run (EhScenarioRunner *self, EhScenario *scenario)
{
  g_autoptr (EhScenarioResult) result = NULL;
  gint64 began = g_get_monotonic_time ();

  g_return_val_if_fail (EH_IS_SCENARIO_RUNNER (self), NULL);
  g_return_val_if_fail (scenario != NULL, NULL);

  result = eh_scenario_result_new (scenario);
  if (scenario->skip != NULL)
    {
      eh_scenario_result_set_skipped (result);
      return g_steal_pointer (&result);
    }
  eh_scenario_run_begin (&self->run, scenario, result);
  do_scenario (&self->run);
  eh_scenario_run_end (&self->run);
  eh_scenario_result_set_duration (result, g_get_monotonic_time () - began);
  return g_steal_pointer (&result);
}
