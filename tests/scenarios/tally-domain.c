/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tally-domain.h"

/* clang-format off */
EH_DEFINE_SCHEMA (StartTally, start_tally, EH_FIELD_STRING (name))
EH_DEFINE_SCHEMA (CountUp, count_up, EH_FIELD_INT64_ARRAY (amounts, n_amounts), EH_FIELD_STRING (name))
EH_DEFINE_SCHEMA (TallyStarted, tally_started, EH_FIELD_STRING (name))
EH_DEFINE_SCHEMA (Counted, counted, EH_FIELD_INT64 (amount))
EH_DEFINE_SCHEMA (TallyRenamed, tally_renamed, EH_FIELD_STRING (name))
EH_DEFINE_SCHEMA (Tally, tally_schema, EH_FIELD_STRING (name), EH_FIELD_INT64 (total))
/* clang-format on */

static gboolean
tally_start (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const StartTally *start = eh_command_get_data (command);

  eh_decision_emit (decision, &tally_started, &(TallyStarted){ start->name });
  return TRUE;
}

static gboolean
tally_count_up (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const Tally *tally = state;
  const CountUp *count = eh_command_get_data (command);
  gint64 total = tally->total;
  gboolean is_finite = TRUE;

  for (gsize i = 0; i < count->n_amounts; i++)
    {
      /* Drawn amounts may be anything. */
      is_finite = is_finite && !__builtin_add_overflow (total, count->amounts[i], &total);
      eh_decision_emit (decision, &counted, &(Counted){ count->amounts[i] });
    }
  if (count->name != NULL)
    eh_decision_emit (decision, &tally_renamed, &(TallyRenamed){ count->name });
  if (is_finite && total <= TALLY_MAX)
    return TRUE;
  g_set_error_literal (error, EH_ERROR, EH_ERROR_LIMIT, "too much");
  return FALSE;
}

static void
tally_on_started (gpointer state, const EhEvent *event)
{
  const TallyStarted *started = eh_event_get_data (event);

  eh_set_string (&((Tally *) state)->name, started->name);
}

static void
tally_on_counted (gpointer state, const EhEvent *event)
{
  const Counted *count = eh_event_get_data (event);

  ((Tally *) state)->total += count->amount;
}

static void
tally_on_renamed (gpointer state, const EhEvent *event)
{
  const TallyRenamed *renamed = eh_event_get_data (event);

  eh_set_string (&((Tally *) state)->name, renamed->name);
}

static const EhCommandRule tally_commands[] = {
  { &start_tally, tally_start, EH_CREATES },
  { &count_up, tally_count_up },
};

static const EhEventRule tally_events[] = {
  { &tally_started, tally_on_started },
  { &counted, tally_on_counted },
  { &tally_renamed, tally_on_renamed },
};

static const EhAggregateType tally = EH_AGGREGATE_TYPE ("Tally", Tally, tally_schema, tally_commands, tally_events);

EhDomain *
tally_domain_new (void)
{
  EhDomain *domain = eh_domain_new ("counting");
  g_autoptr (GError) error = NULL;

  eh_domain_add_aggregate_type (domain, &tally);
  eh_domain_seal (domain, &error);
  g_assert_no_error (error);
  return domain;
}

EhScenarioResult *
run_spec (EhDomain *domain, const EhScenarioSpec *spec)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhScenario) scenario = eh_scenario_new_from_spec (domain, spec, "test", &error);
  g_autoptr (EhScenarioRunner) runner = eh_scenario_runner_new (domain);

  g_assert_no_error (error);
  return eh_scenario_runner_run (runner, scenario);
}

EhScenario *
scenario_from_json (EhDomain *domain, const char *text)
{
  g_autofree char *file = g_strdup_printf ("{ \"scenarios\": [ %s ] }", text);
  g_autoptr (GError) error = NULL;
  g_autoptr (EhScenarioFile) scenarios = eh_scenario_file_parse ("test.json", file, -1, domain, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (eh_scenario_file_get_n_scenarios (scenarios), ==, 1);
  return eh_scenario_ref (eh_scenario_file_get_scenario (scenarios, 0));
}

EhScenarioResult *
run_json (EhDomain *domain, const char *text)
{
  g_autoptr (EhScenario) scenario = scenario_from_json (domain, text);
  g_autoptr (EhScenarioRunner) runner = eh_scenario_runner_new (domain);

  return eh_scenario_runner_run (runner, scenario);
}

static char *
print_result (EhScenarioResult *result)
{
  GString *report = g_string_new (NULL);

  eh_scenario_result_print (result, 0, FALSE, report);
  return g_string_free (report, FALSE);
}

void
assert_passed (EhScenarioResult *result)
{
  g_autofree char *report = print_result (result);

  g_assert_cmpstr (report, ==, "");
  g_assert_cmpint (eh_scenario_result_get_status (result), ==, EH_SCENARIO_PASSED);
}

void
assert_failed (EhScenarioResult *result, const char *check, const char *message)
{
  g_autofree char *report = print_result (result);

  g_assert_cmpint (eh_scenario_result_get_status (result), ==, EH_SCENARIO_FAILED);
  g_test_message ("%s", report);
  g_assert_cmpstr (eh_scenario_result_get_check (result, 0), ==, check);
  g_assert_cmpstr (eh_scenario_result_get_message (result, 0), ==, message);
  g_assert_cmpuint (eh_scenario_result_get_n_failures (result), ==, 1);
}

void
assert_diff (EhScenarioResult *result, guint i, const char *lines)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_nonnull (eh_scenario_result_get_diff (result, i));
  eh_diff_print (eh_scenario_result_get_diff (result, i), 0, FALSE, text);
  g_assert_cmpstr (text->str, ==, lines);
}

guint
count_of_runs (guint n)
{
  const char *slow = g_getenv ("EH_TEST_SLOW");
  guint64 divisor = slow != NULL ? g_ascii_strtoull (slow, NULL, 10) : 1;

  return MAX (1, n / (guint) MAX (1, divisor));
}
