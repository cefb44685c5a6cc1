/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-scenario-runner.h"

#include "scenarios/eh-checks-private.h"
#include "scenarios/eh-expectations-private.h"
#include "scenarios/eh-scenario-play-private.h"

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
is_about_outcome (const char *check)
{
  static const char *const checks[] = { "error",     "events",   "events-include",   "state", "version",
                                        "published", "commands", "commands-include", "view",  "deadlines",
                                        NULL };

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
  eh_scenario_play_when (run);
  eh_expectations_check (run);
  find_cause (run);
}

/* What did not hold before is told once. */
static void
check_invariants (EhScenarioRun *run, const char *when)
{
  if (eh_scenario_result_has (run->result, "invariant"))
    return;
  eh_checks_invariants (run, when);
  eh_checks_consumer_invariants (run, when);
}

static void
do_scenario (EhScenarioRun *run)
{
  gboolean is_given = eh_scenario_play_given (run);

  check_invariants (run, "given");
  if (is_given)
    do_when (run);
  eh_checks_fold_again (run);
  if (is_given)
    check_invariants (run, "when");
  if (is_given)
    eh_checks_consumers (run);
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
