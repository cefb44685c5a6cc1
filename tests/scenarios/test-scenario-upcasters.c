/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-scenario-private.h"
#include "tally-domain.h"

/* The tally has a past: it counted in pairs, under another name, and told what nobody wants to know any more. */

typedef struct {
  gint64 first;
  gint64 second;
} CountedPair;

typedef struct {
  const char *title;
} TallyStarted1;

typedef struct {
  const char *what;
} Shouted;

/* clang-format off */
static EH_DEFINE_SCHEMA (CountedPair, counted_pair, EH_FIELD_INT64 (first), EH_FIELD_INT64 (second))
static EH_DEFINE_SCHEMA_AS (TallyStarted1, tally_opened, "TallyOpened", 3, EH_FIELD_STRING (title))
static EH_DEFINE_SCHEMA (Shouted, shouted, EH_FIELD_STRING (what))
static EH_DEFINE_SCHEMA_AS (CountedPair, counted_in_circles, "CountedInCircles", 1, EH_FIELD_INT64 (first))
    /* clang-format on */

    static void split_pair (gconstpointer data, const EhEvent *event, EhUpcast *upcast)
{
  const CountedPair *pair = data;

  eh_upcast_emit (upcast, &counted, &(Counted){ pair->first });
  eh_upcast_emit (upcast, &counted, &(Counted){ pair->second });
}

static void
rename_opened (gconstpointer data, const EhEvent *event, EhUpcast *upcast)
{
  eh_upcast_emit (upcast, &tally_started, &(TallyStarted){ ((const TallyStarted1 *) data)->title });
}

static void
go_in_circles (gconstpointer data, const EhEvent *event, EhUpcast *upcast)
{
  eh_upcast_emit (upcast, &counted_in_circles, data);
}

static EhDomain *
old_tally_new (void)
{
  static const EhUpcaster upcasters[] = {
    { &counted_pair, split_pair },
    { &tally_opened, rename_opened },
    { &shouted, NULL },
    { &counted_in_circles, go_in_circles },
  };
  g_autoptr (EhDomain) tally = tally_domain_new ();
  EhDomain *domain = eh_domain_new ("counting");
  g_autoptr (GError) error = NULL;

  eh_domain_add_aggregate_type (domain, eh_domain_get_aggregate_type (tally, 0));
  for (guint i = 0; i < G_N_ELEMENTS (upcasters); i++)
    eh_domain_add_upcaster (domain, &upcasters[i]);
  eh_domain_seal (domain, &error);
  g_assert_no_error (error);
  return domain;
}

static void
test_spec (void)
{
  g_autoptr (EhDomain) domain = old_tally_new ();
  const EhScenarioSpec spec = {
    .in = "Tally-1",
    .given = EH_STEPS (EH_EVENT (tally_opened, TallyStarted1, "a"), EH_EVENT (counted_pair, CountedPair, 2, 3),
                       EH_EVENT (shouted, Shouted, "hey"), EH_EVENT (counted, Counted, 5)),
    .when = EH_STEPS (EH_COMMAND (count_up, CountUp, (gint64[]){ 1 }, 1)),
    .then = { .events = EH_STEPS (EH_EVENT (counted, Counted, 1)),
              .state = "{ \"total\": 11, \"name\": \"a\" }",
              .version = EH_VERSION (5) },
  };
  g_autoptr (EhScenarioResult) result = run_spec (domain, &spec);

  g_test_summary ("In C, events of former shapes are given by their schemas; every automatic check holds");
  assert_passed (result);
}

static void
test_file (void)
{
  g_autoptr (EhDomain) domain = old_tally_new ();
  g_autoptr (EhScenarioResult) result = run_json (
      domain, "{ \"name\": \"x\", \"in\": \"Tally-1\", \"given\": ["
              "  { \"TallyOpened\": { \"title\": \"a\" }, \"revision\": 3 },"
              "  { \"Shouted\": {}, \"revision\": 1 },"
              "  { \"CountedPair\": { \"first\": 2, \"second\": 3 }, \"revision\": 1, \"by\": \"me\" },"
              "  { \"Counted\": { \"amount\": 5 }, \"revision\": 1 } ],"
              " \"when\": { \"CountUp\": { \"amounts\": [ 1 ] } },"
              " \"then\": { \"events\": [ { \"Counted\": { \"amount\": 1 } } ],"
              " \"state\": { \"total\": 11, \"name\": \"a\" }, \"version\": 5 } }");

  g_test_summary ("In a file, \"revision\" says which shape an event has");
  assert_passed (result);
}

static void
test_coverage (void)
{
  g_autoptr (EhDomain) domain = old_tally_new ();
  const EhScenarioSpec spec = {
    .in = "Tally-1",
    .given = EH_STEPS (EH_EVENT (tally_opened, TallyStarted1, "a"), EH_EVENT (counted_pair, CountedPair, 2, 3),
                       EH_EVENT (shouted, Shouted, "hey"), EH_EVENT (counted, Counted, 5)),
    .when = EH_STEPS (EH_NOTHING),
    .then = { .events = EH_NO_EVENTS },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (EhScenario) scenario = eh_scenario_new_from_spec (domain, &spec, "old", &error);
  g_autoptr (EhScenarioRunner) runner = eh_scenario_runner_new (domain);
  g_autoptr (EhScenarioResult) result = NULL;
  g_autoptr (GString) table = g_string_new (NULL);

  g_test_summary ("A former event counts as a fold of what it is today");
  g_assert_no_error (error);
  result = eh_scenario_runner_run (runner, scenario);
  assert_passed (result);
  eh_coverage_print_table (eh_scenario_runner_get_coverage (runner), FALSE, table);
  g_assert_nonnull (strstr (table->str, "event    Tally.TallyStarted       0 produced !       1 folded\n"
                                        "event    Tally.Counted            0 produced !       3 folded\n"));
}

static void
test_lifting_fails (void)
{
  g_autoptr (EhDomain) domain = old_tally_new ();
  const EhScenarioSpec spec = {
    .in = "Tally-1",
    .given = EH_STEPS (EH_EVENT (tally_started, TallyStarted, "a"), EH_EVENT (counted_in_circles, CountedPair, 2)),
    .when = EH_STEPS (EH_NOTHING),
    .then = { .events = EH_NO_EVENTS },
  };
  g_autoptr (EhScenarioResult) result = run_spec (domain, &spec);

  g_test_summary ("An upcaster that does not bring an event to today is found by the known-events check");
  assert_failed (result, "known-events",
                 "event 2 of Tally-1: its upcasters do not end: after 64 steps it is CountedInCircles of revision 1 "
                 "again: mend the upcaster, or write one");
}

static void
test_file_errors (void)
{
  static const struct {
    const char *given;
    gint code;
    const char *message;
  } cases[] = {
    { "{ \"CountedPair\": {} }", EH_ERROR_INVALID,
      "f: scenarios[0].given[0].CountedPair: \"CountedPair\" is an event of former times: say which shape it has, with "
      "\"revision\" beside it" },
    { "{ \"CountedPair\": {}, \"revision\": 2 }", EH_ERROR_UNKNOWN_TYPE,
      "f: scenarios[0].given[0].revision: no upcaster tells what \"CountedPair\" of revision 2 was" },
    { "{ \"Counted\": {}, \"revision\": 9999999999 }", EH_ERROR_UNKNOWN_TYPE,
      "f: scenarios[0].given[0].revision: no upcaster tells what \"Counted\" of revision 9999999999 was" },
    { "{ \"Counted\": {}, \"revision\": 0 }", EH_ERROR_INVALID, "f: scenarios[0].given[0].revision: " },
    { "{ \"CountedPair\": { \"third\": 1 }, \"revision\": 1 }", EH_ERROR_INVALID,
      "f: scenarios[0].given[0].CountedPair.third: CountedPair has no such member" },
    { "{ \"command\": { \"CountUp\": {}, \"revision\": 1 } }", EH_ERROR_INVALID,
      "f: scenarios[0].given[0].command.revision: unknown" },
  };
  g_autoptr (EhDomain) domain = old_tally_new ();

  g_test_summary ("A former shape that nobody described is refused, and so is one that is not said");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf (
          "{ \"scenarios\": [ { \"name\": \"x\", \"in\": \"Tally-1\", \"given\": [ %s ],"
          " \"when\": { \"nothing\": true }, \"then\": { \"events\": [] } } ] }",
          cases[i].given);
      g_autoptr (GError) error = NULL;

      g_assert_null (eh_scenario_file_parse ("f", text, -1, domain, &error));
      g_test_message ("%s", error->message);
      g_assert_error (error, EH_ERROR, cases[i].code);
      g_assert_true (g_str_has_prefix (error->message, cases[i].message));
    }
}

static void
test_expected (void)
{
  g_autoptr (EhDomain) domain = old_tally_new ();
  const EhScenarioSpec spec = {
    .in = "Tally-1",
    .when = EH_STEPS (EH_NOTHING),
    .then = { .events = EH_STEPS (EH_EVENT (counted_pair, CountedPair, 2, 3)) },
  };
  g_autoptr (GError) error = NULL;

  g_test_summary ("What follows is never of a former shape");
  g_assert_null (eh_scenario_new_from_spec (domain, &spec, "x", &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
}

static void
test_simulation (void)
{
  g_autoptr (EhDomain) domain = old_tally_new ();
  const EhSimulationSpec spec = {
    .in = "Tally-1",
    .given = EH_STEPS (EH_EVENT (tally_opened, TallyStarted1, "a"), EH_EVENT (counted_pair, CountedPair, 2, 3),
                       EH_EVENT (shouted, Shouted, "hey")),
    .clients = EH_CLIENTS ({ "one", EH_STEPS (EH_COMMAND (count_up, CountUp, (gint64[]){ 990 }, 1)) },
                           { "two", EH_STEPS (EH_COMMAND (count_up, CountUp, (gint64[]){ 6 }, 1)) }),
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (EhSimulation) simulation = eh_simulation_new_from_spec (domain, &spec, "old", &error);
  g_autoptr (EhSimulationResult) result = NULL;

  g_test_summary ("A simulation begins where former events lead");
  g_assert_no_error (error);
  result = eh_simulation_explore (domain, simulation, "{ \"strategy\": \"exhaustive\" }", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_PROVEN);
}

static gboolean
never_above_ten (gconstpointer state, EhStreamName *stream, gpointer user_data, GError **error)
{
  if (((const Tally *) state)->total <= 10)
    return TRUE;
  g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID, "too much");
  return FALSE;
}

static void
test_failure_file (void)
{
  g_autoptr (EhDomain) tally = tally_domain_new ();
  g_autoptr (EhDomain) domain = eh_domain_new ("counting");
  static const EhUpcaster upcaster = { &counted_pair, split_pair };
  const EhSimulationSpec spec = {
    .in = "Tally-1",
    .given = EH_STEPS (EH_EVENT (tally_started, TallyStarted, "a"), EH_EVENT (counted_pair, CountedPair, 2, 3)),
    .clients = EH_CLIENTS ({ "one", EH_STEPS (EH_COMMAND (count_up, CountUp, (gint64[]){ 6 }, 1)) }),
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (EhSimulation) simulation = NULL;
  g_autoptr (EhSimulationResult) result = NULL;
  g_autoptr (EhScenarioFile) file = NULL;
  g_autoptr (EhSimulationResult) replayed = NULL;

  g_test_summary ("A failure's file gives former events as they were");
  eh_domain_add_aggregate_type (domain, eh_domain_get_aggregate_type (tally, 0));
  eh_domain_add_upcaster (domain, &upcaster);
  eh_domain_add_invariant (domain, "few", eh_domain_get_aggregate_type (tally, 0), never_above_ten, NULL, NULL);
  g_assert_true (eh_domain_seal (domain, &error));
  simulation = eh_simulation_new_from_spec (domain, &spec, "old", &error);
  g_assert_no_error (error);
  result = eh_simulation_explore (domain, simulation, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_VIOLATION);
  g_test_message ("%s", eh_simulation_result_get_failure_json (result));
  file = eh_scenario_file_parse ("f", eh_simulation_result_get_failure_json (result), -1, domain, &error);
  g_assert_no_error (error);
  replayed = eh_simulation_explore (domain, eh_scenario_file_get_simulation (file, 0), NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (eh_simulation_result_get_sentence (replayed), ==, eh_simulation_result_get_sentence (result));
}

static void
test_schema (void)
{
  g_autoptr (EhDomain) domain = old_tally_new ();
  g_autofree char *text = eh_scenario_schema_to_json (domain);
  g_autoptr (JsonNode) root = json_from_string (text, NULL);
  JsonObject *definitions = json_object_get_object_member (json_node_get_object (root), "definitions");

  g_test_summary ("An editor is offered former shapes in what is given");
  g_assert_true (json_object_has_member (definitions, "data-TallyOpened-3"));
  g_assert_true (json_object_has_member (definitions, "data-CountedPair"));
  g_assert_true (json_object_has_member (definitions, "revision"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scenario-upcasters/spec", test_spec);
  g_test_add_func ("/scenario-upcasters/file", test_file);
  g_test_add_func ("/scenario-upcasters/coverage", test_coverage);
  g_test_add_func ("/scenario-upcasters/lifting-fails", test_lifting_fails);
  g_test_add_func ("/scenario-upcasters/file-errors", test_file_errors);
  g_test_add_func ("/scenario-upcasters/expected", test_expected);
  g_test_add_func ("/scenario-upcasters/simulation", test_simulation);
  g_test_add_func ("/scenario-upcasters/failure-file", test_failure_file);
  g_test_add_func ("/scenario-upcasters/schema", test_schema);
  return g_test_run ();
}
