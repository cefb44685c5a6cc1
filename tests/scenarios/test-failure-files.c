/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eventhus-testing.h"
#include "scenarios/eh-simulation-result-private.h"
#include "transfers.h"

/* What is written of failures, over a bank with a process, two views and a relay. In texts ' stands for ". */

#define GIVEN                                                                                                          \
  "'given': [ { 'in': 'Account-a1', 'AccountCreated': { 'owner': 'm' } },"                                             \
  " { 'in': 'Account-a1', 'DepositPerformed': { 'amount': 100 } },"                                                    \
  " { 'in': 'Account-a2', 'AccountCreated': { 'owner': 'n' } } ], "
#define WITHDRAW(amount) "{ 'in': 'Account-a1', 'PerformWithdrawal': { 'amount': " #amount " } }"
#define CHANGE "{ 'in': 'Account-a1', 'ChangeOwner': { 'owner': 'o' } }"

static EhDomain *
domain_new (const EhProcessType *another)
{
  EhDomain *domain = bank_with_transfers_new ();

  if (another != NULL)
    eh_domain_add_process (domain, another);
  g_assert_true (eh_domain_seal (domain, NULL));
  return domain;
}

static EhSimulation *
parse (EhDomain *domain, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhScenarioFile) file = eh_scenario_file_parse ("test.json", text, -1, domain, &error);

  if (error != NULL)
    g_test_message ("%s", text);
  g_assert_no_error (error);
  return eh_simulation_ref (eh_scenario_file_get_simulation (file, 0));
}

static EhSimulationResult *
explore (EhDomain *domain, const char *members, const char *overrides)
{
  g_autofree char *text = g_strdup_printf ("{ 'simulations': [ { 'name': 'one', %s } ] }", members);
  g_autoptr (EhSimulation) simulation = parse (domain, g_strdelimit (text, "'", '"'));
  g_autoptr (GError) error = NULL;
  EhSimulationResult *result = eh_simulation_explore (domain, simulation, overrides, NULL, NULL, &error);

  g_assert_no_error (error);
  return result;
}

/* What was written of @result fails in @domain in the same way. */
static void
assert_replays (EhDomain *domain, const EhSimulationResult *result)
{
  const char *text = eh_simulation_result_get_failure_json (result);
  g_autoptr (EhSimulation) simulation = NULL;
  g_autoptr (EhSimulationResult) again = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (text);
  simulation = parse (domain, text);
  again = eh_simulation_explore (domain, simulation, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  if (again->status != result->status)
    g_test_message ("%s: %s: %s", text, result->sentence, again->sentence);
  g_assert_cmpint (again->status, ==, result->status);
  g_assert_cmpint (again->check, ==, result->check);
  g_assert_cmpstr (again->shown.verdict.role, ==, result->shown.verdict.role);
}

/* It does not know what to do about a refusal, so that a new owner is set aside. */
static void
hasty_on_changed (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  eh_reaction_send (reaction, "a1", &perform_withdrawal, &(PerformWithdrawal){ 1000 });
}

static const EhProcessRule hasty_rules[] = { { &owner_changed, hasty_on_changed, NULL, EH_STARTS } };
static const EhProcessType hasty = EH_PROCESS_TYPE ("Hasty", Transfer, transfer_schema, hasty_rules);

static void
test_idle (void)
{
  static const char *const clients[] = {
    "{ 'x': [ " CHANGE " ] }",
    "{ 'x': [ " CHANGE " ], 'y': [ { 'read': 'Account-a1' } ] }",
    "{ 'x': [ { 'read': 'Account-a1' }, " CHANGE ", " CHANGE " ], 'y': [ " CHANGE ", " CHANGE " ] }",
  };
  g_autoptr (EhDomain) domain = domain_new (&hasty);

  g_test_summary ("A client has something to do, also if all it does could be the past");
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      g_autofree char *members = g_strconcat (GIVEN "'clients': ", clients[i], NULL);
      g_autoptr (EhSimulationResult) result = explore (domain, members, NULL);
      const GPtrArray *left = result->shown.simulation->clients;

      g_assert_cmpstr (result->shown.verdict.role, ==, "parked:Hasty");
      g_assert_cmpuint (left->len, ==, 1);
      g_assert_cmpuint (((const EhSimClient *) g_ptr_array_index (left, 0))->steps->len, ==, 1);
      assert_replays (domain, result);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/failure-files/idle", test_idle);
  return g_test_run ();
}
