/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-scenario-private.h"
#include "shop-domain.h"
#include "tally-domain.h"

#include <malloc.h>

static const EhScenarioSpec counting = {
  .in = "Tally-1",
  .given = EH_STEPS (EH_EVENT (tally_started, TallyStarted, "a"), EH_EVENT (counted, Counted, 5)),
  .when = EH_STEPS (EH_COMMAND (count_up, CountUp, (gint64[]){ 1 }, 1)),
  .then = { .events = EH_STEPS (EH_EVENT (counted, Counted, 1)),
            .state = "{ \"total\": 6, \"name\": \"a\" }",
            .version = EH_VERSION (3) },
};

static void
test_passes (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhScenarioResult) result = run_spec (domain, &counting);

  g_test_summary ("Given events, when a command, then events, state and version");
  assert_passed (result);
  g_assert_cmpint (eh_scenario_result_get_duration (result), >=, 0);
}

static void
test_shop (void)
{
  g_autoptr (EhDomain) domain = shop_domain_new ();
  const CartLine pen = { (char *) "pen", 2, 150 };
  const EhScenarioSpec spec = {
    .in = "Cart-1",
    .given = EH_STEPS (EH_COMMAND (create_cart, CreateCart, (char *) "ann"), EH_EVENT (item_added, ItemAdded, pen),
                       EH_COMMAND_IN ("Coupon-7", issue_coupon, IssueCoupon, 5), EH_TIME ("2026-05-01T00:00:00Z"),
                       EH_TIME ("+PT1H")),
    .when = EH_STEPS (EH_COMMAND (add_item, AddItem, pen), EH_COMMAND (checkout, Checkout, SHOP_SPEED_EXPRESS)),
    .then = { .events_include = EH_STEPS (
                  EH_EVENT (item_added, ItemAdded, pen),
                  EH_EVENT (cart_checked_out, CartCheckedOut, .total = 600, .speed = SHOP_SPEED_EXPRESS,
                            .at = EH_FIXED_CLOCK_START + G_GINT64_CONSTANT (10371600000000), .weight = 2.0,
                            .skus = (char *[]){ (char *) "pen", (char *) "pen" }, .n_skus = 2)),
              .version = EH_VERSION (4) },
  };
  g_autoptr (EhScenarioResult) result = run_spec (domain, &spec);

  g_test_summary ("Given commands and times, several streams and commands, every kind of field");
  assert_passed (result);
}

static void
test_command_then_event (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  const EhScenarioSpec spec = {
    .in = "Tally-1",
    .given = EH_STEPS (EH_COMMAND (start_tally, StartTally, "a"), EH_EVENT (counted, Counted, 5)),
    .when = EH_STEPS (EH_COMMAND (count_up, CountUp, (gint64[]){ 1 }, 1)),
    .then = { .state = "{ \"total\": 6 }" },
  };
  g_autoptr (EhScenarioResult) result = run_spec (domain, &spec);

  g_test_summary ("An event that is given after a command is no conflict for the next command");
  assert_passed (result);
}

static void
test_given_fails (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  const EhScenarioSpec spec = {
    .in = "Tally-1",
    .given = EH_STEPS (EH_COMMAND (start_tally, StartTally, "a"), EH_COMMAND (start_tally, StartTally, "b")),
    .when = EH_STEPS (EH_COMMAND (count_up, CountUp)),
    .then = { .error = "exists" },
  };
  g_autoptr (EhScenarioResult) result = run_spec (domain, &spec);

  g_test_summary ("A given command must succeed; if it does not, the when is not done");
  g_assert_cmpuint (eh_scenario_result_get_n_failures (result), ==, 1);
  g_assert_cmpstr (eh_scenario_result_get_check (result, 0), ==, "given");
  g_test_message ("%s", eh_scenario_result_get_message (result, 0));
  g_assert_true (g_str_has_prefix (eh_scenario_result_get_message (result, 0),
                                   "given[1]: StartTally failed, and what is given must succeed: "));
  g_assert_true (g_str_has_suffix (eh_scenario_result_get_message (result, 0), " (exists)"));
}

static void
test_time_backwards (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  const EhScenarioSpec given = {
    .in = "Tally-1",
    .given = EH_STEPS (EH_TIME ("2025-12-31T00:00:00Z")),
    .when = EH_STEPS (EH_COMMAND (start_tally, StartTally, "a")),
    .then = { .version = EH_VERSION (1) },
  };
  const EhScenarioSpec when = {
    .in = "Tally-1",
    .when = EH_STEPS (EH_TIME ("+P1D"), EH_TIME ("2026-01-01T00:00:00Z")),
    .then = { .events = EH_NO_EVENTS },
  };
  g_autoptr (EhScenarioResult) result = run_spec (domain, &given);
  g_autoptr (EhScenarioResult) other = run_spec (domain, &when);

  g_test_summary ("Time does not go backwards");
  assert_failed (
      result, "given",
      "given[0]: the step failed, and what is given must succeed: time does not go backwards: this is before "
      "what came before (invalid)");
  assert_failed (other, "error",
                 "the step failed at when[1], and no error was expected: time does not go backwards: this is before "
                 "what came before (invalid)");
}

static void
test_stops_at_first_error (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  const EhScenarioSpec spec = {
    .in = "Tally-1",
    .given = EH_STEPS (EH_EVENT (tally_started, TallyStarted, "a")),
    .when = EH_STEPS (EH_COMMAND (count_up, CountUp, (gint64[]){ 1 }, 1),
                      EH_COMMAND (count_up, CountUp, (gint64[]){ 1000 }, 1),
                      EH_COMMAND (count_up, CountUp, (gint64[]){ 2 }, 1)),
    .then = { .error = "limit", .events = EH_STEPS (EH_EVENT (counted, Counted, 1)) },
  };
  g_autoptr (EhScenarioResult) result = run_spec (domain, &spec);

  g_test_summary ("Commands run in order and stop at the first error");
  assert_passed (result);
}

static void
test_expected_version (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  const EhScenarioSpec spec = {
    .in = "Tally-1",
    .given = EH_STEPS (EH_EVENT (tally_started, TallyStarted, "a"), EH_EVENT (counted, Counted, 5)),
    .when = EH_STEPS (EH_COMMAND_AT (1, count_up, CountUp, (gint64[]){ 1 }, 1)),
    .then = { .error = "conflict", .events = EH_NO_EVENTS },
  };
  g_autoptr (EhScenarioResult) result = run_spec (domain, &spec);

  g_test_summary ("A command that comes too late conflicts");
  assert_passed (result);
}

static void
test_other_streams (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  const EhScenarioSpec spec = {
    .in = "Tally-1",
    .given = EH_STEPS (EH_EVENT (tally_started, TallyStarted, "a"),
                       EH_EVENT_IN ("Tally-2", tally_started, TallyStarted, "b"), EH_EVENT (counted, Counted, 5)),
    .when = EH_STEPS (EH_COMMAND_IN ("Tally-2", count_up, CountUp, (gint64[]){ 1 }, 1),
                      EH_COMMAND (count_up, CountUp, (gint64[]){ 2 }, 1)),
    .then = { .events = EH_STEPS (EH_EVENT_IN ("Tally-2", counted, Counted, 1), EH_EVENT (counted, Counted, 2)),
              .version = EH_VERSION (3) },
  };
  g_autoptr (EhScenarioResult) result = run_spec (domain, &spec);

  g_test_summary ("Events of all streams are compared, in the order of the store");
  assert_passed (result);
}

static void
test_metadata (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhScenarioResult)
      result = run_json (domain, "{ \"name\": \"by\", \"in\": \"Tally-1\","
                                 "  \"given\": [ { \"TallyStarted\": { \"name\": \"a\" }, \"by\": \"ann\" },"
                                 "               { \"Counted\": { \"amount\": 1 }, \"by\": \"bob\" } ],"
                                 "  \"when\": { \"CountUp\": { \"amounts\": [ 2 ] }, \"by\": \"eve\" },"
                                 "  \"then\": { \"version\": 3 } }");

  g_test_summary ("Messages may say by whom they are, each its own");
  assert_passed (result);
}

static void
test_skip (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhScenarioResult)
      result = run_json (domain, "{ \"name\": \"later\", \"in\": \"Tally-1\", \"skip\": \"not yet\","
                                 "  \"when\": { \"CountUp\": { } }, \"then\": { \"version\": 9 } }");

  g_test_summary ("A skipped scenario is not run");
  g_assert_cmpint (eh_scenario_result_get_status (result), ==, EH_SCENARIO_SKIPPED);
  g_assert_cmpstr (eh_scenario_get_skip (eh_scenario_result_get_scenario (result)), ==, "not yet");
}

static void
test_nothing (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhScenarioResult) result = run_json (
      domain, "{ \"name\": \"rest\", \"in\": \"Tally-1\","
              "  \"given\": [ { \"TallyStarted\": { \"name\": \"a\" } } ],"
              "  \"when\": { \"nothing\": true }, \"then\": { \"events\": [ ], \"published\": [ ] } }");

  g_test_summary ("Nothing may be done");
  assert_passed (result);
}

static void
test_published_is_new (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhScenarioResult)
      result = run_json (domain, "{ \"name\": \"bus\", \"in\": \"Tally-1\","
                                 "  \"given\": [ { \"command\": { \"StartTally\": { \"name\": \"a\" } } } ],"
                                 "  \"when\": [ { \"CountUp\": { \"amounts\": [ 2 ] } },"
                                 "              { \"StartTally\": { \"name\": \"b\" }, \"in\": \"Tally-2\" },"
                                 "              { \"CountUp\": { \"amounts\": [ 3 ] } } ],"
                                 "  \"then\": { \"published\": [ { \"Counted\": { \"amount\": 2 } },"
                                 "    { \"TallyStarted\": { \"name\": \"b\" }, \"in\": \"Tally-2\" },"
                                 "    { \"Counted\": { \"amount\": 3 }, \"topic\": \"counting.tally\" } ] } }");

  g_test_summary ("What the given published is not looked at; streams keep the order of the store");
  assert_passed (result);
}

static void
test_each_in_its_own_world (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhScenarioRunner) runner = eh_scenario_runner_new (domain);
  const EhScenarioSpec starting = {
    .in = "Tally-1",
    .when = EH_STEPS (EH_TIME ("+P1D"), EH_COMMAND (start_tally, StartTally, "a")),
    .then = { .events = EH_STEPS (EH_EVENT (tally_started, TallyStarted, "a")), .version = EH_VERSION (1) },
  };
  const EhScenarioSpec failing = {
    .in = "Tally-1",
    .given = EH_STEPS (EH_EVENT (tally_started, TallyStarted, "a")),
    .when = EH_STEPS (EH_COMMAND (count_up, CountUp, (gint64[]){ 1001 }, 1)),
    .then = { .version = EH_VERSION (7) },
  };
  const EhScenarioSpec *const specs[] = { &counting, &starting, &failing };

  g_test_summary ("Nothing of one scenario is left in the next, in any order");
  for (guint i = 0; i < 27; i++)
    {
      const EhScenarioSpec *spec = specs[(i / 3 + i) % 3];
      g_autoptr (EhScenario) scenario = eh_scenario_new_from_spec (domain, spec, "test", NULL);
      g_autoptr (EhScenarioResult) result = eh_scenario_runner_run (runner, scenario);

      if (spec == &failing)
        g_assert_cmpuint (eh_scenario_result_get_n_failures (result), ==, 2);
      else
        assert_passed (result);
    }
}

/* A handler may ask for the time and for ids: both are the world's. */
typedef struct {
  gint64 at;
  char *id;
} Stamped;

/* clang-format off */
static EH_DEFINE_SCHEMA (Stamped, stamped, EH_FIELD_TIMESTAMP (at), EH_FIELD_STRING (id))
static const EhSchema stamp = { EH_ABI_VERSION, 1, "Stamp", sizeof (Stamped), 0, NULL };
/* clang-format on */

static gboolean
decide_stamp (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  char text[EH_ID_STRING_LENGTH + 1];
  EhId id;

  eh_decision_new_id (decision, &id);
  eh_id_write (&id, text);
  eh_decision_emit (decision, &stamped, &(Stamped){ eh_decision_get_time (decision), text });
  return TRUE;
}

static const EhCommandRule stamp_commands[] = { { &stamp, decide_stamp, EH_CREATES_OR_UPDATES } };
static const EhEventRule stamp_events[] = { { &stamped, NULL } };
static const EhAggregateType stamps = EH_AGGREGATE_TYPE ("Stamps", Stamped, stamped, stamp_commands, stamp_events);

static void
test_time_and_ids (void)
{
  g_autoptr (EhDomain) domain = eh_domain_new ("stamps");
  g_autoptr (GError) error = NULL;
  const EhScenarioSpec spec = {
    .in = "Stamps-1",
    .when = EH_STEPS (EH_TIME ("+PT1S"), EH_COMMAND (stamp, Stamped)),
    .then = { .events = EH_STEPS (EH_EVENT (stamped, Stamped, EH_FIXED_CLOCK_START + G_USEC_PER_SEC,
                                            (char *) "00000000009XZVHNE0GBY27S6W")) },
  };
  g_autoptr (EhScenarioResult) result = NULL;

  g_test_summary ("Time starts at the same moment and moves when told, ids count from 1 (the command's)");
  eh_domain_add_aggregate_type (domain, &stamps);
  eh_domain_seal (domain, &error);
  g_assert_no_error (error);
  result = run_spec (domain, &spec);
  assert_passed (result);
}

/* What was freed counts as used while malloc() keeps it for its thread: seven blocks of each of 64 sizes. */
#define KEPT_BY_MALLOC (7 * 64 * (24 + 1032) / 2)

static void
test_many_runs (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhScenarioRunner) runner = eh_scenario_runner_new (domain);
  g_autoptr (EhScenario) scenario = eh_scenario_new_from_spec (domain, &counting, "test", NULL);
  gsize before = 0;

  g_test_summary ("Running again and again needs no more memory");
  for (guint i = 0; i < count_of_runs (20000); i++)
    {
      g_autoptr (EhScenarioResult) result = eh_scenario_runner_run (runner, scenario);

      g_assert_cmpint (eh_scenario_result_get_status (result), ==, EH_SCENARIO_PASSED);
      if (i == count_of_runs (20000) / 2)
        before = mallinfo2 ().uordblks;
    }
  g_assert_cmpuint (mallinfo2 ().uordblks, <=, before + KEPT_BY_MALLOC);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scenario-runner/passes", test_passes);
  g_test_add_func ("/scenario-runner/shop", test_shop);
  g_test_add_func ("/scenario-runner/command-then-event", test_command_then_event);
  g_test_add_func ("/scenario-runner/given-fails", test_given_fails);
  g_test_add_func ("/scenario-runner/time-backwards", test_time_backwards);
  g_test_add_func ("/scenario-runner/stops-at-first-error", test_stops_at_first_error);
  g_test_add_func ("/scenario-runner/expected-version", test_expected_version);
  g_test_add_func ("/scenario-runner/other-streams", test_other_streams);
  g_test_add_func ("/scenario-runner/metadata", test_metadata);
  g_test_add_func ("/scenario-runner/skip", test_skip);
  g_test_add_func ("/scenario-runner/nothing", test_nothing);
  g_test_add_func ("/scenario-runner/published-is-new", test_published_is_new);
  g_test_add_func ("/scenario-runner/each-in-its-own-world", test_each_in_its_own_world);
  g_test_add_func ("/scenario-runner/time-and-ids", test_time_and_ids);
  g_test_add_func ("/scenario-runner/many-runs", test_many_runs);
  return g_test_run ();
}
