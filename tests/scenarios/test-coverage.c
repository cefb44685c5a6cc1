/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tally-domain.h"

static const EhScenarioSpec starting = {
  .in = "Tally-1",
  .when = EH_STEPS (EH_COMMAND (start_tally, StartTally, "one")),
  .then = { .version = EH_VERSION (1) },
};

static const EhScenarioSpec starting_again = {
  .in = "Tally-1",
  .given = EH_STEPS (EH_EVENT (tally_started, TallyStarted, "one")),
  .when = EH_STEPS (EH_COMMAND (start_tally, StartTally, "two")),
  .then = { .error = "exists", .events = EH_NO_EVENTS },
};

static const EhScenarioSpec counting = {
  .in = "Tally-1",
  .given = EH_STEPS (EH_EVENT (tally_started, TallyStarted, "one")),
  .when = EH_STEPS (EH_COMMAND (count_up, CountUp, (gint64[]){ 1, 2 }, 2, "two")),
  .then = { .version = EH_VERSION (4) },
};

static const EhScenarioSpec counting_too_much = {
  .in = "Tally-1",
  .given = EH_STEPS (EH_EVENT (tally_started, TallyStarted, "one")),
  .when = EH_STEPS (EH_COMMAND (count_up, CountUp, (gint64[]){ 1001 }, 1)),
  .then = { .error = "limit" },
};

static void
run (EhDomain *domain, EhScenarioRunner *runner, const EhScenarioSpec *spec)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhScenario) scenario = eh_scenario_new_from_spec (domain, spec, "test", &error);
  g_autoptr (EhScenarioResult) result = NULL;

  g_assert_no_error (error);
  result = eh_scenario_runner_run (runner, scenario);
  assert_passed (result);
}

static void
assert_line (EhScenarioRunner *runner, const char *line)
{
  g_autoptr (GString) text = g_string_new ("> ");

  eh_coverage_print_line (eh_scenario_runner_get_coverage (runner), text);
  g_assert_cmpstr (text->str, ==, line);
}

static void
test_line (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhScenarioRunner) runner = eh_scenario_runner_new (domain);

  g_test_summary ("The line says what is lacking until nothing is");
  assert_line (runner, "> coverage: never produced TallyStarted, Counted, TallyRenamed; never accepted StartTally, "
                       "CountUp; never refused StartTally, CountUp; rules never run TallyStarted, Counted, "
                       "TallyRenamed\n");
  run (domain, runner, &starting_again);
  assert_line (runner, "> coverage: never produced TallyStarted, Counted, TallyRenamed; never accepted StartTally, "
                       "CountUp; never refused CountUp; rules never run Counted, TallyRenamed\n");
  run (domain, runner, &starting);
  run (domain, runner, &counting);
  assert_line (runner, "> coverage: never refused CountUp\n");
  run (domain, runner, &counting_too_much);
  assert_line (runner, "> coverage: all 2 commands accepted and refused, all 3 events produced\n");
}

static void
test_rows (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhScenarioRunner) runner = eh_scenario_runner_new (domain);
  EhCoverage *coverage = eh_scenario_runner_get_coverage (runner);
  const EhCoverageRow *row;

  g_test_summary ("Rows are in the order of the domain and count what happened");
  run (domain, runner, &counting);
  run (domain, runner, &counting_too_much);
  g_assert_cmpuint (eh_coverage_get_n_rows (coverage), ==, 5);
  row = eh_coverage_get_row (coverage, 1);
  g_assert_cmpint (row->kind, ==, EH_COVERAGE_COMMAND);
  g_assert_true (row->schema == &count_up);
  g_assert_cmpstr (row->type->name, ==, "Tally");
  g_assert_cmpuint (row->accepted, ==, 1);
  g_assert_cmpuint (row->refused, ==, 1);
  row = eh_coverage_get_row (coverage, 2);
  g_assert_cmpint (row->kind, ==, EH_COVERAGE_EVENT);
  g_assert_true (row->schema == &tally_started);
  g_assert_cmpuint (row->produced, ==, 0);
  g_assert_cmpuint (row->folded, ==, 2);
  row = eh_coverage_get_row (coverage, 3);
  g_assert_cmpuint (row->produced, ==, 2);
  g_assert_cmpuint (row->folded, ==, 0);
}

static void
test_table (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhScenarioRunner) runner = eh_scenario_runner_new (domain);
  EhCoverage *coverage = eh_scenario_runner_get_coverage (runner);
  g_autoptr (GString) plain = g_string_new (NULL);
  g_autoptr (GString) coloured = g_string_new (NULL);

  g_test_summary ("The table marks what is lacking");
  run (domain, runner, &counting);
  eh_coverage_print_table (coverage, FALSE, plain);
  eh_coverage_print_table (coverage, TRUE, coloured);
  g_assert_cmpstr (plain->str, ==,
                   "command  Tally.StartTally         0 accepted !       0 refused  !\n"
                   "command  Tally.CountUp            1 accepted         0 refused  !\n"
                   "event    Tally.TallyStarted       0 produced !       1 folded\n"
                   "event    Tally.Counted            2 produced         2 folded\n"
                   "event    Tally.TallyRenamed       1 produced         1 folded\n");
  g_assert_nonnull (strstr (coloured->str, "\033[1;31m     0 refused  !\033[0m\n"));
}

static void
test_unknown (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhCoverage) coverage = eh_coverage_new (domain);

  g_test_summary ("What is not in the domain is not counted");
  eh_coverage_add_command (coverage, NULL, &count_up, TRUE);
  eh_coverage_add_event (coverage, NULL, &counted, TRUE);
  for (guint i = 0; i < eh_coverage_get_n_rows (coverage); i++)
    {
      g_assert_cmpuint (eh_coverage_get_row (coverage, i)->accepted, ==, 0);
      g_assert_cmpuint (eh_coverage_get_row (coverage, i)->produced, ==, 0);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/coverage/line", test_line);
  g_test_add_func ("/coverage/rows", test_rows);
  g_test_add_func ("/coverage/table", test_table);
  g_test_add_func ("/coverage/unknown", test_unknown);
  return g_test_run ();
}
