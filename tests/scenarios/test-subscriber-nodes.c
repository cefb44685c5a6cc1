/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "known-views.h"

#define IN "Account-a1"
#define DEPOSIT(amount) EH_COMMAND_IN (IN, perform_deposit, PerformDeposit, amount)
#define RELAYED "{ \"consumers\": [], \"publish\": \"relay\" }"

/* A node that only subscribes, and shows what it has been told. */
#define SHOWN_BY(start) EH_NODES ({ "teller", start, known_view_stop, NULL, &known_paid, known_view_show })

static EhSimulationResult *
explore (const EhSimulationSpec *spec, const char *strategy)
{
  g_autoptr (EhDomain) domain = known_paid_domain_new ();
  g_autoptr (EhSimulation) simulation = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  EhSimulationResult *result;

  g_assert_true (eh_domain_seal (domain, &error));
  simulation = eh_simulation_new_from_spec (domain, spec, "told", &error);
  g_assert_no_error (error);
  result = eh_simulation_explore (domain, simulation, strategy, NULL, NULL, &error);
  g_assert_no_error (error);
  eh_simulation_result_print (result, &(EhSimulationPrint){ 0, 0, FALSE, NULL }, text);
  g_test_message ("%s", text->str);
  return result;
}

static const EhSimulationSpec two_deposits = {
  .given = EH_STEPS (EH_EVENT_IN (IN, account_created, AccountCreated, "mishudark")),
  .clients = EH_CLIENTS ({ "alice", EH_STEPS (DEPOSIT (10), DEPOSIT (5)) }),
  .options = RELAYED,
};

static EhSimulationSpec
make_spec (const char *faults, const EhNodeSpec *nodes)
{
  EhSimulationSpec spec = two_deposits;

  spec.faults = faults;
  spec.nodes = nodes;
  return spec;
}

static void
test_forgets (void)
{
  EhSimulationSpec spec = make_spec ("{ \"crash\": 1 }", SHOWN_BY (known_listener_start));
  g_autoptr (EhSimulationResult) result = NULL;

  g_test_summary ("A crash while an event is brought to a node that only subscribes takes what it knew");
  result = explore (&spec, "{ \"strategy\": \"exhaustive\" }");
  g_assert_cmpstr (eh_simulation_result_get_check (result), ==, "views");
}

static void
test_spared (void)
{
  EhSimulationSpec spec = make_spec (NULL, SHOWN_BY (known_listener_start));
  g_autoptr (EhSimulationResult) result = NULL;

  g_test_summary ("Without a crash nobody can tell");
  result = explore (&spec, "{ \"strategy\": \"exhaustive\" }");
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_PROVEN);
}

static void
test_looks (void)
{
  EhSimulationSpec spec = make_spec ("{ \"crash\": 1, \"deliver-twice\": 1, \"deliver-late\": 1 }",
                                     SHOWN_BY (known_subscriber_start));
  EhNodeSpec nodes[] = { spec.nodes[0], { NULL } };
  g_autoptr (EhSimulationResult) result = NULL;

  g_test_summary ("One that looks at the store when it is started, and sorts what comes, is right whatever happens");
  nodes[0].user_data = GINT_TO_POINTER (1);
  spec.nodes = nodes;
  result = explore (&spec, "{ \"strategy\": \"exhaustive\" }");
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_PROVEN);
}

/* Without the view, only what was delivered can tell. */
static void
test_missed (void)
{
  EhSimulationSpec spec = make_spec (NULL, EH_NODES ({ "joiner", known_joiner_start, known_view_stop, known_joiner_step,
                                                       .user_data = GINT_TO_POINTER (1) }));
  EhNodeSpec nodes[] = { spec.nodes[0], { NULL } };
  g_autoptr (EhSimulationResult) found = explore (&spec, "{ \"strategy\": \"exhaustive\" }");
  g_autoptr (EhSimulationResult) none = NULL;

  g_test_summary ("Who looks before it subscribes misses what comes between, and is told so without showing anything");
  g_assert_cmpstr (eh_simulation_result_get_check (found), ==, "delivered");
  nodes[0].user_data = NULL;
  spec.nodes = nodes;
  spec.faults = "{ \"crash\": 1 }";
  none = explore (&spec, "{ \"strategy\": \"exhaustive\" }");
  g_assert_cmpint (eh_simulation_result_get_status (none), ==, EH_SIMULATION_PROVEN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/subscriber-nodes/forgets", test_forgets);
  g_test_add_func ("/subscriber-nodes/spared", test_spared);
  g_test_add_func ("/subscriber-nodes/looks", test_looks);
  g_test_add_func ("/subscriber-nodes/missed", test_missed);
  return g_test_run ();
}
