/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "known-views.h"

#include "scenarios/eh-simulation-result-private.h"

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

static const EhSimulationSpec one_deposit = {
  .given = EH_STEPS (EH_EVENT_IN (IN, account_created, AccountCreated, "mishudark")),
  .clients = EH_CLIENTS ({ "alice", EH_STEPS (DEPOSIT (10)) }),
  .options = RELAYED,
};

static const EhSimulationSpec two_deposits = {
  .given = EH_STEPS (EH_EVENT_IN (IN, account_created, AccountCreated, "mishudark")),
  .clients = EH_CLIENTS ({ "alice", EH_STEPS (DEPOSIT (10), DEPOSIT (5)) }),
  .options = RELAYED,
};

static EhSimulationSpec
make_spec (const EhSimulationSpec *base, const char *faults, const EhNodeSpec *nodes)
{
  EhSimulationSpec spec = *base;

  spec.faults = faults;
  spec.nodes = nodes;
  return spec;
}

static void
test_forgets (void)
{
  EhSimulationSpec spec = make_spec (&two_deposits, "{ \"crash\": 1 }", SHOWN_BY (known_listener_start));
  g_autoptr (EhSimulationResult) result = NULL;

  g_test_summary ("A crash while an event is brought to a node that only subscribes takes what it knew");
  result = explore (&spec, "{ \"strategy\": \"exhaustive\" }");
  g_assert_cmpstr (result->shown.verdict.role, ==, "view:teller");
  g_assert_cmpstr (eh_simulation_result_get_sentence (result), ==,
                   "teller shows { paid: 1 } for \"a1\", but the store's events fold to { paid: 2 } (at rest)");
  g_assert_cmpuint (result->shown.simulation->most[EH_FAULT_CRASH], ==, 1);
  g_assert_true (result->shown.stats.minimal);
}

/* Who looks only at what is new never knows it, and no crash is needed to see that. */
static void
test_past (void)
{
  const EhSimulationSpec old_deposit = {
    .given = EH_STEPS (EH_EVENT_IN (IN, account_created, AccountCreated, "mishudark"),
                       EH_EVENT_IN (IN, deposit_performed, DepositPerformed, 10)),
    .clients = EH_CLIENTS ({ "alice", EH_STEPS (DEPOSIT (5)) }),
    .options = RELAYED,
  };
  EhSimulationSpec spec = make_spec (&old_deposit, "{ \"crash\": 1 }", SHOWN_BY (known_listener_start));
  g_autoptr (EhSimulationResult) result = NULL;

  g_test_summary ("What was given is another matter than what a crash took");
  result = explore (&spec, "{ \"strategy\": \"exhaustive\" }");
  g_assert_cmpstr (result->shown.verdict.role, ==, "view:teller:past");
  g_assert_cmpstr (eh_simulation_result_get_sentence (result), ==,
                   "teller shows 0 rows, but the store's events fold to 1 (at rest, and since the beginning)");
  g_assert_cmpuint (result->shown.simulation->most[EH_FAULT_CRASH], ==, 0);
}

static void
test_spared (void)
{
  EhSimulationSpec spec = make_spec (&two_deposits, NULL, SHOWN_BY (known_listener_start));
  g_autoptr (EhSimulationResult) result = NULL;

  g_test_summary ("Without a crash nobody can tell");
  result = explore (&spec, "{ \"strategy\": \"exhaustive\" }");
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_PROVEN);
}

static void
test_looks (void)
{
  EhSimulationSpec spec = make_spec (&two_deposits,
                                     "{ \"crash\": 1, \"deliver-twice\": 1, \"deliver-late\": 1, \"total\": 1 }",
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
  EhSimulationSpec spec = make_spec (&one_deposit, NULL,
                                     EH_NODES ({ "joiner", known_joiner_start, known_view_stop, known_joiner_step,
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

/* ---- one that looks at the newest event only, after it has subscribed ---- */

typedef struct {
  EhSimulationNode *node; /* (unowned) */
  guint subscription;
} Peeker;

static gpointer
peeker_start (EhSimulationNode *node, gpointer user_data)
{
  Peeker *self = g_new0 (Peeker, 1);

  self->node = node;
  return self;
}

static void
peeker_stop (gpointer memory)
{
  Peeker *self = memory;

  eh_event_bus_unsubscribe (eh_simulation_node_get_bus (self->node), self->subscription, NULL);
  g_free (self);
}

static gboolean
ignore_event (EhEvent *event, gpointer user_data, GError **error)
{
  return TRUE;
}

static gint64
peeker_step (EhSimulationNode *node, gpointer memory)
{
  Peeker *self = memory;
  g_autoptr (EhEventPage) page = NULL;

  if (self->subscription == 0)
    self->subscription = eh_event_bus_subscribe (eh_simulation_node_get_bus (node), NULL, NULL, NULL, ignore_event,
                                                 NULL, NULL, NULL);
  page = eh_event_store_read_all (eh_simulation_node_get_store (node), NULL, G_MAXUINT64, EH_BACKWARDS, 1, NULL, NULL);
  return page != NULL ? G_MAXINT64 : 0;
}

static void
test_backwards (void)
{
  EhSimulationSpec spec = make_spec (&one_deposit, NULL,
                                     EH_NODES ({ "peeker", peeker_start, peeker_stop, peeker_step }));
  g_autoptr (EhSimulationResult) result = explore (&spec, "{ \"strategy\": \"exhaustive\" }");

  g_test_summary ("Who looks backwards has looked up to the newest event");
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_PROVEN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/subscriber-nodes/backwards", test_backwards);
  g_test_add_func ("/subscriber-nodes/forgets", test_forgets);
  g_test_add_func ("/subscriber-nodes/past", test_past);
  g_test_add_func ("/subscriber-nodes/spared", test_spared);
  g_test_add_func ("/subscriber-nodes/looks", test_looks);
  g_test_add_func ("/subscriber-nodes/missed", test_missed);
  return g_test_run ();
}
