/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "known-faults.h"

#define RUNS 5000
#define SEEDS 20

static const char *const strategies[] = { "random", "urw", "pos", "pct", "portfolio" };

static guint
scale (guint n)
{
  const char *slow = g_getenv ("EH_TEST_SLOW");
  guint64 by = slow != NULL ? g_ascii_strtoull (slow, NULL, 10) : 1;

  return by > 1 ? MAX (n / (guint) by, 1) : n;
}

static void
print_result (EhSimulationResult *result)
{
  g_autoptr (GString) text = g_string_new (NULL);

  eh_simulation_result_print (result, &(EhSimulationPrint){ 0, 0, FALSE, NULL }, text);
  g_test_message ("%s", text->str);
}

static void
assert_size (const EhSimulationResult *result, const KnownSize *least)
{
  KnownSize size = known_size_of_result (result);

  g_assert_cmpuint (size.clients, ==, least->clients);
  g_assert_cmpuint (size.commands, ==, least->commands);
  g_assert_cmpuint (size.switches, ==, least->switches);
  g_assert_cmpuint (size.faults, ==, least->faults);
}

static void
test_found (gconstpointer data)
{
  const KnownFault *fault = data;
  g_auto (KnownSimulation) simulation = { NULL };
  g_autoptr (EhSimulationResult) result = NULL;

  g_test_summary ("The default strategy finds it soon, by its check, and tells it as small as it gets");
  known_simulation_init (&simulation, fault, FALSE);
  result = known_simulation_explore (&simulation, NULL, 1, RUNS);
  print_result (result);
  g_assert_cmpstr (eh_simulation_result_get_check (result), ==, fault->check);
  g_assert_cmpuint (eh_simulation_result_get_n_runs (result), <=, fault->runs);
  g_assert_cmpint (eh_simulation_result_get_status (result), ==,
                   g_str_equal (fault->check, "determinism") ? EH_SIMULATION_NOT_DETERMINISTIC
                                                             : EH_SIMULATION_VIOLATION);
  assert_size (result, &fault->least);
}

static void
test_proven (gconstpointer data)
{
  const KnownFault *fault = data;
  g_auto (KnownSimulation) simulation = { NULL };
  g_autoptr (EhSimulationResult) result = NULL;

  g_test_summary ("No order and no fault brings the mended twin down");
  known_simulation_init (&simulation, fault, TRUE);
  result = known_simulation_explore (&simulation, "exhaustive", 1, 1000000);
  print_result (result);
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_PROVEN);
}

static void
find_by (const KnownSimulation *simulation, const KnownFault *fault, const char *strategy, guint64 seed)
{
  g_autoptr (EhSimulationResult) result = known_simulation_explore (simulation, strategy, seed, RUNS);

  if (g_strcmp0 (eh_simulation_result_get_check (result), fault->check) != 0)
    g_test_message ("strategy %s, seed %" G_GUINT64_FORMAT, strategy, seed);
  g_assert_cmpstr (eh_simulation_result_get_check (result), ==, fault->check);
  assert_size (result, &fault->least);
}

static void
test_strategies (gconstpointer data)
{
  const KnownFault *fault = data;
  g_auto (KnownSimulation) simulation = { NULL };

  g_test_summary ("Whatever the strategy and the seed, it is found and becomes as small");
  known_simulation_init (&simulation, fault, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (strategies); i++)
    for (guint seed = 0; seed < scale (SEEDS); seed++)
      find_by (&simulation, fault, strategies[i], seed);
}

static void
spare (const KnownSimulation *simulation, const char *strategy, guint64 seed)
{
  g_autoptr (EhSimulationResult) result = known_simulation_explore (simulation, strategy, seed, 100);

  if (eh_simulation_result_get_check (result) != NULL)
    print_result (result);
  g_assert_cmpstr (eh_simulation_result_get_check (result), ==, NULL);
  g_assert_cmpint (eh_simulation_result_get_status (result), <=, EH_SIMULATION_SAMPLED);
}

static void
test_spared (gconstpointer data)
{
  const KnownFault *fault = data;
  g_auto (KnownSimulation) simulation = { NULL };

  g_test_summary ("No strategy ever alarms on the mended twin");
  known_simulation_init (&simulation, fault, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (strategies); i++)
    for (guint seed = 0; seed < scale (SEEDS); seed++)
      spare (&simulation, strategies[i], seed);
}

static void
add (const KnownFault *fault, const char *name, GTestDataFunc test)
{
  g_autofree char *path = g_strdup_printf ("/known-faults/%s/%s", fault->id, name);

  g_test_add_data_func (path, fault, test);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (const KnownFault *fault = known_faults; fault->id != NULL; fault++)
    {
      add (fault, "found", test_found);
      add (fault, "proven", test_proven);
      add (fault, "strategies", test_strategies);
      add (fault, "spared", test_spared);
    }
  return g_test_run ();
}
