/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "known-fault-nodes.h"
#include "known-views.h"
#include "scenarios/eh-simulation-result-private.h"

#define RUNS 5000

static void
print_result (EhSimulationResult *result)
{
  g_autoptr (GString) text = g_string_new (NULL);

  eh_simulation_result_print (result, &(EhSimulationPrint){ 0, 0, FALSE, NULL }, text);
  g_test_message ("%s", text->str);
}

static void
test_found (gconstpointer data)
{
  const KnownFault *fault = data;
  g_auto (KnownSimulation) simulation = { NULL };
  g_autoptr (EhSimulationResult) result = NULL;
  KnownSize size;

  g_test_summary ("The default strategy finds it soon, by its check, and tells it as small as it gets");
  known_simulation_init (&simulation, fault, FALSE);
  result = known_simulation_explore (&simulation, NULL, 1, RUNS);
  print_result (result);
  g_assert_cmpstr (eh_simulation_result_get_check (result), ==, fault->check);
  g_assert_cmpuint (eh_simulation_result_get_n_runs (result), <=, fault->runs);
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_VIOLATION);
  size = known_size_of_result (result);
  g_assert_cmpuint (size.clients, ==, fault->least.clients);
  g_assert_cmpuint (size.commands, ==, fault->least.commands);
  g_assert_cmpuint (size.switches, ==, fault->least.switches);
  g_assert_cmpuint (size.faults, ==, fault->least.faults);
}

static void
test_sampled (gconstpointer data)
{
  const KnownFault *fault = data;
  g_auto (KnownSimulation) simulation = { NULL };
  g_autoptr (EhSimulationResult) result = NULL;

  g_test_summary ("A random walk finds it too");
  known_simulation_init (&simulation, fault, FALSE);
  result = known_simulation_explore (&simulation, "random", 1, RUNS);
  g_assert_cmpstr (eh_simulation_result_get_check (result), ==, fault->check);
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
test_unordered (void)
{
  KnownFault fault = known_consumer_faults[2];
  g_auto (KnownSimulation) simulation = { NULL };
  g_auto (KnownSimulation) mended = { NULL };
  g_autoptr (EhSimulationResult) result = NULL;
  g_autoptr (EhSimulationResult) spared = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A bus without an order brings it about by itself, but not for a proof");
  g_assert_cmpstr (fault.id, ==, "B08");
  fault.faulty.faults = fault.mended.faults = NULL;
  fault.faulty.options = fault.mended.options = "{ \"consumers\": [], \"bus\": \"unordered\" }";
  known_simulation_init (&simulation, &fault, FALSE);
  result = known_simulation_explore (&simulation, "random", 1, RUNS);
  g_assert_cmpstr (eh_simulation_result_get_check (result), ==, "views");
  known_simulation_init (&mended, &fault, TRUE);
  spared = known_simulation_explore (&mended, "random", 1, 200);
  g_assert_cmpint (eh_simulation_result_get_status (spared), ==, EH_SIMULATION_SAMPLED);
  g_assert_null (
      eh_simulation_explore (mended.domain, mended.simulation, "{ \"strategy\": \"exhaustive\" }", NULL, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
}

#define IN "Account-a1"
#define WITHDRAW EH_COMMAND_IN (IN, perform_withdrawal, PerformWithdrawal, 60)

/* A lost update, with a view, a node and a relay beside it; a view that counts twice, beside another. */
static void
test_left_out (void)
{
  KnownFault lost = {
    .id = "lost",
    .domain_new = known_paid_domain_new,
    .faulty = { .given = EH_STEPS (EH_EVENT_IN (IN, account_created, AccountCreated, "mishudark"),
                                   EH_EVENT_IN (IN, deposit_performed, DepositPerformed, 100)),
                .clients = EH_CLIENTS ({ "alice", EH_STEPS (WITHDRAW) }, { "bob", EH_STEPS (WITHDRAW) }),
                .options = "{ \"expect\": \"any\", \"publish\": \"relay\" }",
                .nodes = known_consumer_faults[1].mended.nodes },
  };
  KnownFault counted = known_consumer_faults[1];
  const KnownFault *faults[] = { &lost, &counted };

  g_test_summary ("Shrinking leaves out who follows and has no part in it");
  g_assert_cmpstr (counted.id, ==, "B06");
  counted.faulty.options = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_auto (KnownSimulation) simulation = { NULL };
      g_autoptr (EhSimulationResult) result = NULL;
      const EhSimulation *shown;

      known_simulation_init (&simulation, faults[i], FALSE);
      result = known_simulation_explore (&simulation, "random", 1, RUNS);
      print_result (result);
      g_assert_cmpstr (eh_simulation_result_get_check (result), ==, i == 0 ? "serializable" : "views");
      shown = result->shown.simulation;
      g_assert_nonnull (shown->consumers);
      g_assert_cmpuint (g_strv_length (shown->consumers), ==, 0);
      g_assert_cmpuint (shown->nodes->len, ==, i);
      g_assert_false (shown->publish_by_relay);
    }
}

static void
add (const KnownFault *fault, const char *name, GTestDataFunc test)
{
  g_autofree char *path = g_strdup_printf ("/known-consumers/%s/%s", fault->id, name);

  g_test_add_data_func (path, fault, test);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/known-consumers/left-out", test_left_out);
  g_test_add_func ("/known-consumers/unordered", test_unordered);
  for (const KnownFault *fault = known_consumer_faults; fault->id != NULL; fault++)
    {
      add (fault, "found", test_found);
      add (fault, "sampled", test_sampled);
      add (fault, "proven", test_proven);
    }
  return g_test_run ();
}
