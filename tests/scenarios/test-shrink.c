/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-simulation-result-private.h"
#include "tally-domain.h"

/* Big failing runs with a known smallest form, over a tally that refuses to exceed 1000. */

#define GIVEN                                                                                                          \
  "\"in\": \"Tally-1\", \"given\": [ { \"TallyStarted\": { \"name\": \"one\" } },"                                     \
  " { \"Counted\": { \"amount\": 500 } }, { \"in\": \"Tally-2\", \"TallyStarted\": { \"name\": \"two\" } } ], "
#define UP "{ \"CountUp\": { \"amounts\": [ 300 ] } }"
#define OTHER "{ \"in\": \"Tally-2\", \"CountUp\": { \"amounts\": [ 1 ] } }"
#define FIVE "[ " OTHER ", " UP ", " OTHER ", " UP ", " OTHER " ]"
#define SMALL "[ " OTHER ", { \"CountUp\": { \"amounts\": [ 200 ] } }, " OTHER " ]"

static EhSimulationResult *
explore (EhDomain *domain, const char *simulation, const char *overrides)
{
  g_autofree char *text = g_strdup_printf ("{ \"simulations\": [ %s ] }", simulation);
  g_autoptr (GError) error = NULL;
  g_autoptr (EhScenarioFile) file = eh_scenario_file_parse ("test.json", text, -1, domain, &error);
  EhSimulationResult *result;

  g_assert_no_error (error);
  result = eh_simulation_explore (domain, eh_scenario_file_get_simulation (file, 0), overrides, NULL, NULL, &error);
  g_assert_no_error (error);
  return result;
}

static guint
count_steps (const EhSimulation *simulation)
{
  guint n = 0;

  for (guint i = 0; i < simulation->clients->len; i++)
    n += ((const EhSimClient *) g_ptr_array_index (simulation->clients, i))->steps->len;
  return n;
}

static void
assert_shape (const EhSimulationResult *result, guint n_clients, guint n_steps, guint n_switches)
{
  g_autoptr (GString) report = g_string_new (NULL);
  const EhSimulationPrint style = { 0 };

  eh_simulation_result_print (result, &style, report);
  g_test_message ("%s", report->str);
  g_assert_true (result->is_shrunk);
  g_assert_cmpuint (result->shown.simulation->clients->len, ==, n_clients);
  g_assert_cmpuint (count_steps (result->shown.simulation), ==, n_steps);
  g_assert_cmpuint (result->shown.stats.switches_after, ==, n_switches);
  g_assert_true (result->shown.stats.minimal);
}

static void
test_lost_update (void)
{
  static const char *const strategies[] = { "random", "urw", "pos", "pct" };
  g_autoptr (EhDomain) domain = tally_domain_new ();

  g_test_summary ("A lost update among four clients with five commands on two streams needs two clients, two commands, "
                  "one switch");
  for (gsize i = 0; i < G_N_ELEMENTS (strategies); i++)
    {
      g_autofree char *overrides = g_strdup_printf ("{ \"strategy\": \"%s\", \"seed\": %u }", strategies[i], (guint) i);
      g_autoptr (EhSimulationResult)
          result = explore (domain,
                            "{ \"name\": \"lost\", " GIVEN "\"options\": { \"expect\": \"any\" }, \"clients\": { "
                            "\"alice\": " FIVE ", \"bob\": " FIVE ", \"carol\": " FIVE ", \"dave\": " FIVE " } }",
                            overrides);

      g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_VIOLATION);
      g_assert_cmpstr (eh_simulation_result_get_check (result), ==, "serializable");
      assert_shape (result, 2, 2, 1);
      g_assert_cmpuint (result->shown.rows->len, ==, 4);
      /* The other tally has no part in it. */
      g_assert_cmpuint (result->shown.simulation->given->len, ==, 2);
    }
}

static void
test_beginning (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult)
      result = explore (domain,
                        "{ \"name\": \"three\", " GIVEN "\"options\": { \"expect\": \"any\" }, \"clients\": {"
                        " \"alice\": " SMALL ", \"bob\": " SMALL ", \"carol\": " SMALL ", \"dave\": " SMALL " } }",
                        "{ \"strategy\": \"urw\" }");
  const GPtrArray *given = result->shown.simulation->given;

  g_test_summary ("Of three commands that are needed, the one that can come before all the others is the past");
  assert_shape (result, 2, 2, 1);
  g_assert_cmpuint (given->len, ==, 3);
  g_assert_cmpint (((const EhStep *) g_ptr_array_index (given, 2))->kind, ==, EH_STEP_COMMAND);
}

static void
test_role (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult)
      result = explore (domain,
                        "{ \"name\": \"roles\", " GIVEN "\"options\": { \"expect\": \"any\" }, \"clients\": {"
                        " \"alice\": [ " UP ", { \"StartTally\": { \"name\": \"again\" } } ], \"bob\": [ " UP " ],"
                        " \"carol\": [ { \"in\": \"Tally-3\", \"StartTally\": { \"name\": \"x\" } } ],"
                        " \"dave\": [ { \"in\": \"Tally-3\", \"StartTally\": { \"name\": \"y\" } } ] } }",
                        "{ \"strategy\": \"random\", \"seed\": 5 }");
  EhTrial *trial;
  EhOracle *oracle;

  g_test_summary ("With two races in one simulation, shrinking stays with the one that was found");
  assert_shape (result, 2, 2, 1);
  g_assert_nonnull (result->shown.verdict.role);
  trial = eh_trial_new (domain, result->simulation, NULL);
  oracle = eh_replay_oracle_new ((const EhChoice *) (gpointer) result->exploration.choices->data,
                                 result->exploration.choices->len, TRUE);
  g_assert_cmpstr (eh_trial_run (trial, oracle)->role, ==, result->shown.verdict.role);
  eh_replay_oracle_free (oracle);
  eh_trial_free (trial);
}

static void
test_fault (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult)
      result = explore (domain,
                        "{ \"name\": \"stale\", " GIVEN "\"options\": { \"expect\": \"any\" },"
                        " \"faults\": { \"load-stale\": 1, \"append-error\": 2, \"crash\": 1 },"
                        " \"clients\": { \"alice\": [ " OTHER ", " UP ", " OTHER ", " UP ", " OTHER " ] } }",
                        "{ \"strategy\": \"random\" }");
  const EhSimulation *simulation = result->shown.simulation;

  g_test_summary ("What needs a fault keeps just that one, and may not have others");
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_VIOLATION);
  assert_shape (result, 1, 1, 0);
  g_assert_cmpuint (simulation->most[EH_FAULT_LOAD_STALE], ==, 1);
  g_assert_cmpuint (simulation->most[EH_FAULT_APPEND_ERROR], ==, 0);
  g_assert_cmpuint (simulation->most[EH_FAULT_CRASH], ==, 0);
}

static void
test_values (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult)
      result = explore (domain,
                        "{ \"name\": \"values\", " GIVEN "\"options\": { \"expect\": \"any\" }, \"clients\": {"
                        " \"alice\": [ " UP " ], \"bob\": [ " UP " ] } }",
                        "{ \"strategy\": \"exhaustive\" }");
  const EhSimClient *alice = g_ptr_array_index (result->shown.simulation->clients, 0);
  const EhClientStep *step = g_ptr_array_index (alice->steps, 0);
  const CountUp *count = step->command->data;

  g_test_summary ("Values become as small as they can be: 500 and 300 and 201 are one too many");
  g_assert_cmpint (count->amounts[0], ==, 201);
}

static void
test_generated (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult)
      result = explore (domain,
                        "{ \"name\": \"drawn\", \"options\": { \"expect\": \"any\" }, \"generate\": { \"clients\": 4, "
                        "\"commands\": 4, \"streams\": 2, \"types\": [ \"StartTally\" ] } }",
                        "{ \"strategy\": \"urw\" }");
  const EhSimClient *first = NULL;

  g_test_summary ("Drawn commands are written down, and names given anew");
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_VIOLATION);
  assert_shape (result, 2, 2, 1);
  first = g_ptr_array_index (result->shown.simulation->clients, 0);
  g_assert_cmpstr (first->name, ==, "alice");
  g_assert_cmpuint (result->shown.simulation->generate.n_clients, ==, 0);
}

static void
test_replays (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult)
      result = explore (domain,
                        "{ \"name\": \"again\", " GIVEN "\"options\": { \"expect\": \"any\" }, \"clients\": {"
                        " \"alice\": " FIVE ", \"bob\": " FIVE " } }",
                        "{ \"strategy\": \"random\" }");
  g_autoptr (GError) error = NULL;
  g_autoptr (EhScenarioFile)
      file = eh_scenario_file_parse ("again.json", eh_simulation_result_get_failure_json (result), -1, domain, &error);
  g_autoptr (EhSimulationResult) again = NULL;

  g_test_summary ("What is written of a shrunk failure is read and fails in the same way");
  g_assert_no_error (error);
  again = eh_simulation_explore (domain, eh_scenario_file_get_simulation (file, 0), NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (eh_simulation_result_get_status (again), ==, EH_SIMULATION_VIOLATION);
  g_assert_cmpstr (eh_simulation_result_get_sentence (again), ==, eh_simulation_result_get_sentence (result));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shrink/lost-update", test_lost_update);
  g_test_add_func ("/shrink/beginning", test_beginning);
  g_test_add_func ("/shrink/role", test_role);
  g_test_add_func ("/shrink/fault", test_fault);
  g_test_add_func ("/shrink/values", test_values);
  g_test_add_func ("/shrink/generated", test_generated);
  g_test_add_func ("/shrink/replays", test_replays);
  return g_test_run ();
}
