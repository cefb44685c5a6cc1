/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tally-domain.h"

/* Runs a count of @amounts and a new name "b" on a tally called "a", then compares with @then. */
static EhScenarioResult *
count (const char *amounts, const char *then)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autofree char *text = g_strdup_printf (
      "{ \"name\": \"counts\", \"in\": \"Tally-1\","
      "  \"given\": [ { \"TallyStarted\": { \"name\": \"a\" } }, { \"Counted\": { \"amount\": 5 } } ],"
      "  \"when\": { \"CountUp\": { \"amounts\": %s, \"name\": \"b\" } }, \"then\": { %s } }",
      amounts, then);

  return run_json (domain, text);
}

static void
assert_passes (const char *amounts, const char *then)
{
  g_autoptr (EhScenarioResult) result = count (amounts, then);

  assert_passed (result);
}

static void
assert_fails (const char *amounts, const char *then, const char *check, const char *message, const char *diff)
{
  g_autoptr (EhScenarioResult) result = count (amounts, then);

  assert_failed (result, check, message);
  if (diff == NULL)
    g_assert_null (eh_scenario_result_get_diff (result, 0));
  else
    assert_diff (result, 0, diff);
}

#define COUNTED(amount) "{ \"Counted\": { \"amount\": " #amount " } }"
#define RENAMED "{ \"TallyRenamed\": { \"name\": \"b\" } }"

static void
test_events (void)
{
  g_test_summary ("Events match in order, all members, matchers included");
  assert_passes ("[ 1, 2 ]", "\"events\": [ " COUNTED (1) ", " COUNTED (2) ", " RENAMED " ]");
  assert_passes ("[ 1 ]", "\"events\": [ { \"Counted\": { \"amount\": { \"$gt\": 0 } } }, " RENAMED " ]");
  assert_passes ("[ ]", "\"events\": [ { \"TallyRenamed\": { \"name\": { \"$any\": true } }, \"in\": \"Tally-1\" } ]");
}

static void
test_events_changed (void)
{
  g_test_summary ("An event of the same type with other data has changed");
  assert_fails ("[ 1, 9 ]", "\"events\": [ " COUNTED (1) ", " COUNTED (2) ", " RENAMED " ]", "events",
                "expected 3 events, got 3 that differ", "changed     events[1].amount  expected 2  got 9\n");
}

static void
test_events_missing (void)
{
  g_test_summary ("What did not come is missing; what matches stays aligned");
  assert_fails ("[ 2 ]", "\"events\": [ " COUNTED (1) ", " COUNTED (2) ", " RENAMED " ]", "events",
                "expected 3 events, got 2 events",
                "missing     events[0]  expected Counted { \"amount\": 1 }  got nothing\n");
}

static void
test_events_unexpected (void)
{
  g_test_summary ("What came besides is unexpected, where it came");
  assert_fails ("[ 1, 7, 2 ]", "\"events\": [ " COUNTED (1) ", " COUNTED (2) ", " RENAMED " ]", "events",
                "expected 3 events, got 4 events",
                "unexpected  events[1]  expected nothing  got Counted { \"amount\": 7 }\n");
  assert_fails ("[ ]", "\"events\": [ ]", "events", "expected no event, got 1 event",
                "unexpected  events[0]  expected nothing  got TallyRenamed { \"name\": \"b\" }\n");
}

static void
test_events_moved (void)
{
  g_test_summary ("What came in another place has moved");
  assert_fails ("[ 1, 2, 3 ]", "\"events\": [ " COUNTED (3) ", " COUNTED (1) ", " COUNTED (2) ", " RENAMED " ]",
                "events", "expected 4 events, got 4 that differ",
                "moved       events[0]  expected Counted at 0  got it at 2\n");
}

static void
test_events_all_at_once (void)
{
  g_test_summary ("A list that differs in every way is told in order");
  assert_fails ("[ 1, 4, 2 ]",
                "\"events\": [ { \"TallyRenamed\": { \"name\": \"c\" } }, " COUNTED (2) ", " COUNTED (
                    1) ", { \"TallyStarted\": { \"name\": \"x\" } } ]",
                "events", "expected 4 events, got 4 that differ",
                "changed     events[0].name  expected \"c\"                           got \"b\"\n"
                "moved       events[1]       expected Counted at 1                  got it at 2\n"
                "missing     events[3]       expected TallyStarted { \"name\": \"x\" }  got nothing\n"
                "unexpected  events[1]       expected nothing                       got Counted { \"amount\": 4 }\n");
}

static void
test_events_elsewhere (void)
{
  g_test_summary ("An event expected in another stream is told so");
  assert_fails ("[ ]", "\"events\": [ { \"TallyRenamed\": { \"name\": \"b\" }, \"in\": \"Tally-2\" } ]", "events",
                "expected 1 event, got 1 that differs", "changed     events[0].in  expected Tally-2  got Tally-1\n");
}

static void
test_events_include (void)
{
  g_test_summary ("Events are found among others, in order");
  assert_passes ("[ 1, 2, 3 ]", "\"events-include\": [ " COUNTED (1) ", " COUNTED (3) " ]");
  assert_fails ("[ 1, 2 ]", "\"events-include\": [ " COUNTED (2) ", " COUNTED (1) " ]", "events-include",
                "Counted is not among the 3 events",
                "moved       events-include[1]  expected Counted { \"amount\": 1 }  got it before, at 0\n");
  assert_fails ("[ 1, 2 ]", "\"events-include\": [ " COUNTED (1) ", " COUNTED (3) " ]", "events-include",
                "Counted is not among the 3 events", "changed     events-include[1].amount  expected 3  got 2\n");
  assert_fails ("[ ]", "\"events-include\": [ " COUNTED (3) " ]", "events-include", "Counted is not among the 1 events",
                "missing     events-include[0]  expected Counted { \"amount\": 3 }  got nothing\n");
}

static void
test_no_events (void)
{
  g_test_summary ("A type that must not appear");
  assert_passes ("[ ]", "\"no-events\": [ \"Counted\" ]");
  assert_fails ("[ 4 ]", "\"no-events\": [ \"TallyStarted\", \"Counted\" ]", "no-events",
                "a type of event appeared that must not",
                "unexpected  events[0]  expected nothing  got Counted { \"amount\": 4 }\n");
}

static void
test_error (void)
{
  g_test_summary ("An error is named by its nick, or described");
  assert_passes ("[ 1000 ]", "\"error\": \"limit\", \"events\": [ ]");
  assert_passes ("[ 1000 ]", "\"error\": { \"domain\": \"EhError\", \"code\": \"limit\", "
                             "\"message\": { \"$contains\": \"much\" } }");
  assert_passes ("[ 1000 ]", "\"error\": { \"code\": 9 }");
}

static void
test_error_none (void)
{
  g_test_summary ("An error that does not come");
  assert_fails ("[ 1 ]", "\"error\": \"limit\"", "error",
                "expected the error limit, but none came: every command was accepted", NULL);
}

static void
test_error_other (void)
{
  g_test_summary ("Another error than expected");
  assert_fails ("[ 1000 ]", "\"error\": \"exists\"", "error",
                "expected the error exists, but another came at scenarios[0].when: too much (limit)",
                "changed     error  expected exists  got limit\n");
  assert_fails ("[ 1000 ]", "\"error\": { \"domain\": \"other\" }", "error",
                "expected the error other, but another came at scenarios[0].when: too much (limit)",
                "changed     error.domain  expected other  got EhError\n");
  assert_fails ("[ 1000 ]", "\"error\": { \"message\": { \"$regex\": \"^little$\" } }", "error",
                "expected the error one that is described, but another came at scenarios[0].when: too much (limit)",
                "changed     error.message  expected { \"$regex\": \"^little$\" }  got \"too much\"\n");
  assert_fails ("[ 1000 ]", "\"error\": { \"code\": \"exists\" }", "error",
                "expected the error one that is described, but another came at scenarios[0].when: too much (limit)",
                "changed     error.code  expected \"exists\"  got \"limit\"\n");
}

static void
test_error_unexpected (void)
{
  g_autoptr (EhScenarioResult) result = count ("[ 1000 ]", "\"events\": [ " RENAMED " ]");

  g_test_summary ("An error that nobody expected is a failure and the probable cause of the others");
  g_assert_cmpuint (eh_scenario_result_get_n_failures (result), ==, 2);
  g_assert_cmpstr (eh_scenario_result_get_check (result, 0), ==, "error");
  g_assert_cmpstr (eh_scenario_result_get_message (result, 0), ==,
                   "CountUp failed at scenarios[0].when, and no error was expected: too much (limit)");
  g_assert_cmpstr (eh_scenario_result_get_check (result, 1), ==, "events");
  g_assert_cmpstr (eh_scenario_result_get_cause (result), ==, "too much (limit)");
}

static void
test_error_is_no_cause (void)
{
  g_autoptr (EhScenarioResult) result = count ("[ 1000 ]", "\"error\": \"limit\", \"version\": 3");

  g_test_summary ("An error that was expected explains nothing");
  assert_failed (result, "version", "expected Tally-1 at version 3, it is at 2");
  g_assert_null (eh_scenario_result_get_cause (result));
}

static void
test_state (void)
{
  g_test_summary ("The state is matched partially");
  assert_passes ("[ 1 ]", "\"state\": { \"total\": 6 }");
  assert_passes ("[ 1 ]", "\"state\": { \"total\": { \"$gte\": 6 }, \"name\": \"b\" }");
  assert_fails ("[ 1 ]", "\"state\": { \"total\": 7 }", "state", "Tally-1 is in another state",
                "changed     state.total  expected 7  got 6\n");
}

static void
test_states (void)
{
  g_test_summary ("The states of several; one that does not exist is told so");
  assert_passes ("[ 1 ]", "\"states\": { \"Tally-1\": { \"name\": \"b\" } }");
  assert_fails ("[ 1 ]", "\"states\": { \"Tally-1\": { \"name\": \"b\" }, \"Tally-2\": { \"total\": 1 } }", "state",
                "Tally-2 does not exist: it has no events", "changed     state.total  expected 1  got 0\n");
}

static void
test_version (void)
{
  g_test_summary ("The version afterwards");
  assert_passes ("[ 1 ]", "\"version\": 4");
  assert_fails ("[ 1 ]", "\"version\": 5", "version", "expected Tally-1 at version 5, it is at 4", NULL);
}

static void
test_published (void)
{
  g_test_summary ("What reached the bus, topic included");
  assert_passes ("[ 1 ]", "\"published\": [ " COUNTED (1) ", " RENAMED " ]");
  assert_passes ("[ ]", "\"published\": [ { \"TallyRenamed\": { \"name\": \"b\" }, \"topic\": \"counting.tally\" } ]");
  assert_fails ("[ ]", "\"published\": [ { \"TallyRenamed\": { \"name\": \"b\" }, \"topic\": \"counting.other\" } ]",
                "published", "expected 1 event, got 1 that differs",
                "changed     published[0].topic  expected counting.other  got counting.tally\n");
  assert_fails ("[ ]", "\"published\": [ ]", "published", "expected no event, got 1 event",
                "unexpected  published[0]  expected nothing  got TallyRenamed { \"name\": \"b\" } to counting.tally\n");
}

/* A list of @n events with one changed, at the end or in the middle of the changed part. */
static void
test_long_lists (void)
{
  g_autoptr (GString) amounts = g_string_new ("[ 0");
  g_autoptr (GString) events = g_string_new (COUNTED (0));

  g_test_summary ("Long lists that differ everywhere are compared in bounded time");
  for (guint i = 1; i < 900; i++)
    {
      g_string_append (amounts, ", 1");
      g_string_append (events, ", { \"Counted\": { \"amount\": { \"$gt\": 1 } } }");
    }
  g_string_append (amounts, " ]");
  g_string_prepend (events, "\"events\": [ ");
  g_string_append (events, " ]");
  {
    g_autoptr (EhScenarioResult) result = count (amounts->str, events->str);

    g_assert_cmpstr (eh_scenario_result_get_check (result, 0), ==, "events");
    g_assert_cmpuint (eh_diff_get_size (eh_scenario_result_get_diff (result, 0)), ==, 900);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/expectations/events", test_events);
  g_test_add_func ("/expectations/events/changed", test_events_changed);
  g_test_add_func ("/expectations/events/missing", test_events_missing);
  g_test_add_func ("/expectations/events/unexpected", test_events_unexpected);
  g_test_add_func ("/expectations/events/moved", test_events_moved);
  g_test_add_func ("/expectations/events/all-at-once", test_events_all_at_once);
  g_test_add_func ("/expectations/events/elsewhere", test_events_elsewhere);
  g_test_add_func ("/expectations/events/long-lists", test_long_lists);
  g_test_add_func ("/expectations/events-include", test_events_include);
  g_test_add_func ("/expectations/no-events", test_no_events);
  g_test_add_func ("/expectations/error", test_error);
  g_test_add_func ("/expectations/error/none", test_error_none);
  g_test_add_func ("/expectations/error/other", test_error_other);
  g_test_add_func ("/expectations/error/unexpected", test_error_unexpected);
  g_test_add_func ("/expectations/error/is-no-cause", test_error_is_no_cause);
  g_test_add_func ("/expectations/state", test_state);
  g_test_add_func ("/expectations/states", test_states);
  g_test_add_func ("/expectations/version", test_version);
  g_test_add_func ("/expectations/published", test_published);
  return g_test_run ();
}
