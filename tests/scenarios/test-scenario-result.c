/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-scenario-private.h"
#include "scenarios/eh-scenario-result-private.h"
#include "tally-domain.h"

static void
assert_printed (EhScenarioResult *result, guint indent, gboolean colour, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  eh_scenario_result_print (result, indent, colour, text);
  g_assert_cmpstr (text->str, ==, expected);
}

static EhScenarioResult *
run_failing (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();

  return run_json (domain, "{ \"name\": \"counts\", \"in\": \"Tally-1\","
                           "  \"given\": [ { \"TallyStarted\": { \"name\": \"one\" } } ],"
                           "  \"when\": { \"CountUp\": { \"amounts\": [ 1001 ] } },"
                           "  \"then\": { \"events\": [ { \"Counted\": { \"amount\": 1001 } } ],"
                           "              \"state\": { \"total\": 1001 } } }");
}

static void
test_plain (void)
{
  g_autoptr (EhScenarioResult) result = run_failing ();

  g_test_summary ("A report has each failure, its diff, and the probable cause");
  assert_printed (result, 2, FALSE,
                  "  error: CountUp failed at scenarios[0].when, and no error was expected: too much (limit)\n"
                  "  events: expected 1 event, got no event\n"
                  "    missing     events[0]  expected Counted { \"amount\": 1001 }  got nothing\n"
                  "  state: Tally-1 is in another state\n"
                  "    changed     state.total  expected 1001  got 0\n"
                  "  probable cause: too much (limit)\n");
}

static void
test_coloured (void)
{
  g_autoptr (EhScenarioResult) result = run_failing ();

  g_test_summary ("The same in colour");
  assert_printed (
      result, 0, TRUE,
      "\033[1;31merror:\033[0m CountUp failed at scenarios[0].when, and no error was expected: too much (limit)\n"
      "\033[1;31mevents:\033[0m expected 1 event, got no event\n"
      "  \033[33mmissing\033[0m     events[0]  expected \033[32mCounted { \"amount\": 1001 }\033[0m  "
      "got \033[31mnothing\033[0m\n"
      "\033[1;31mstate:\033[0m Tally-1 is in another state\n"
      "  \033[33mchanged\033[0m     state.total  expected \033[32m1001\033[0m  got \033[31m0\033[0m\n"
      "\033[1;33mprobable cause:\033[0m too much (limit)\n");
}

static void
test_what_came (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autoptr (EhScenarioResult)
      result = run_json (domain, "{ \"name\": \"counts\", \"in\": \"Tally-1\","
                                 "  \"given\": [ { \"TallyStarted\": { \"name\": \"one\" } } ],"
                                 "  \"when\": { \"CountUp\": { \"amounts\": "
                                 "[ 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22 ] } },"
                                 "  \"then\": { \"events\": [ { \"TallyRenamed\": { \"name\": \"x\" } } ] } }");

  g_test_summary ("Beside the differences of a list is all that came, up to 20 lines");
  g_string_append (expected, "events: expected 1 event, got 22 events\n"
                             "  missing     events[0]   expected TallyRenamed { \"name\": \"x\" }  got nothing\n");
  for (guint i = 0; i < 22; i++)
    g_string_append_printf (
        expected, "  unexpected  events[%u]%s  expected nothing                       got Counted { \"amount\": %u }\n",
        i, i < 10 ? " " : "", i + 1);
  g_string_append (expected, "  what came:\n");
  for (guint i = 0; i < 20; i++)
    g_string_append_printf (expected, "    events[%u]  Counted { \"amount\": %u }\n", i, i + 1);
  g_string_append (expected, "    and 2 more\n");
  assert_printed (result, 0, FALSE, expected->str);
}

static void
test_getters (void)
{
  g_autoptr (EhScenario) scenario = eh_scenario_new ("name", "place");
  g_autoptr (EhScenarioResult) result = eh_scenario_result_new (scenario);

  g_test_summary ("A result has passed until a failure is added");
  g_assert_true (eh_scenario_result_get_scenario (result) == scenario);
  g_assert_cmpint (eh_scenario_result_get_status (result), ==, EH_SCENARIO_PASSED);
  g_assert_cmpuint (eh_scenario_result_get_n_failures (result), ==, 0);
  assert_printed (result, 0, FALSE, "");

  eh_scenario_result_add (result, "error", g_strdup ("none came"), NULL);
  eh_scenario_result_set_duration (result, 7);
  g_assert_cmpint (eh_scenario_result_get_status (result), ==, EH_SCENARIO_FAILED);
  g_assert_cmpint (eh_scenario_result_get_duration (result), ==, 7);
  g_assert_cmpstr (eh_scenario_result_get_check (result, 0), ==, "error");
  g_assert_cmpstr (eh_scenario_result_get_message (result, 0), ==, "none came");
  g_assert_null (eh_scenario_result_get_diff (result, 0));
  g_assert_null (eh_scenario_result_get_cause (result));
}

static void
test_cause (void)
{
  g_autoptr (EhScenario) scenario = eh_scenario_new ("name", "place");
  g_autoptr (EhScenarioResult) result = eh_scenario_result_new (scenario);

  g_test_summary ("The error is not printed as its own cause");
  eh_scenario_result_add (result, "error", g_strdup ("it came: no"), NULL);
  eh_scenario_result_set_cause (result, g_strdup ("no"));
  g_assert_cmpstr (eh_scenario_result_get_cause (result), ==, "no");
  assert_printed (result, 0, FALSE, "error: it came: no\n");
  eh_scenario_result_add (result, "events", g_strdup ("none"), NULL);
  assert_printed (result, 0, FALSE, "error: it came: no\nevents: none\nprobable cause: no\n");
}

static void
test_skipped (void)
{
  g_autoptr (EhScenario) scenario = eh_scenario_new ("name", "place");
  g_autoptr (EhScenarioResult) result = eh_scenario_result_new (scenario);
  g_autoptr (EhScenarioResult) other = eh_scenario_result_ref (result);

  g_test_summary ("A skipped one says so");
  eh_scenario_result_set_skipped (result);
  g_assert_cmpint (eh_scenario_result_get_status (other), ==, EH_SCENARIO_SKIPPED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scenario-result/plain", test_plain);
  g_test_add_func ("/scenario-result/coloured", test_coloured);
  g_test_add_func ("/scenario-result/what-came", test_what_came);
  g_test_add_func ("/scenario-result/getters", test_getters);
  g_test_add_func ("/scenario-result/cause", test_cause);
  g_test_add_func ("/scenario-result/skipped", test_skipped);
  return g_test_run ();
}
