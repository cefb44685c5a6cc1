/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "bank.h"
#include "scenarios/eh-simulation-result-private.h"

#define ALICE                                                                                                          \
  {                                                                                                                    \
    "alice", EH_STEPS (EH_COMMAND (perform_withdrawal, PerformWithdrawal, 60))                                         \
  }
#define ALICE_TOO                                                                                                      \
  {                                                                                                                    \
    "alice too", EH_STEPS (EH_COMMAND (perform_withdrawal, PerformWithdrawal, 60))                                     \
  }
#define BOB                                                                                                            \
  {                                                                                                                    \
    "bob", EH_STEPS (EH_COMMAND (perform_withdrawal, PerformWithdrawal, 40))                                           \
  }
#define ACCOUNT_WITH_100                                                                                               \
  EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark"),                                                   \
            EH_EVENT (deposit_performed, DepositPerformed, 100))

static const EhSimulationSpec withdrawals = {
  .in = "Account-a1",
  .given = ACCOUNT_WITH_100,
  .clients = EH_CLIENTS (ALICE, BOB),
};

/* The balance is what @user_data points to. */
static gboolean
has_balance (gconstpointer state, EhStreamName *stream, gpointer user_data)
{
  return ((const Account *) state)->balance == *(const gint64 *) user_data;
}

static gint64 balances[] = { 0, 40, 17 };

static EhDomain *
watchful_bank_new (void)
{
  EhDomain *domain = bank_domain_new ();

  eh_domain_add_sometimes (domain, "an account is empty", &bank_account, has_balance, &balances[0], NULL);
  eh_domain_add_sometimes (domain, "an account has 40", &bank_account, has_balance, &balances[1], NULL);
  eh_domain_add_sometimes (domain, "an account has 17", &bank_account, has_balance, &balances[2], NULL);
  return domain;
}

static EhSimulationResult *
explore (const EhSimulationSpec *spec, const char *overrides)
{
  g_autoptr (EhDomain) domain = watchful_bank_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (EhSimulation) simulation = NULL;
  EhSimulationResult *result;

  g_assert_true (eh_domain_seal (domain, &error));
  simulation = eh_simulation_new_from_spec (domain, spec, "sometimes", &error);
  g_assert_no_error (error);
  result = eh_simulation_explore (domain, simulation, overrides, NULL, NULL, &error);
  g_assert_no_error (error);
  return result;
}

static char *
print (const EhSimulationResult *result)
{
  const EhSimulationPrint style = { 0 };
  GString *out = g_string_new (NULL);

  eh_simulation_result_print (result, &style, out);
  return g_string_free (out, FALSE);
}

static void
test_told (void)
{
  g_autoptr (EhSimulationResult) result = explore (&withdrawals, "{ \"strategy\": \"exhaustive\" }");
  g_autofree char *text = print (result);

  g_test_summary ("The report says in how many runs it was so, and warns of what never was");
  g_assert_cmpstr (text, ==,
                   "no violation is possible\n"
                   "exhaustive: 4 runs cover every order of operations that matters, under no fault\n"
                   "sometimes an account is empty: in 2 runs; an account has 40: in 2 runs\n"
                   "warning: never seen, though it should be sometimes: an account has 17\n");
}

static void
test_json (void)
{
  g_autoptr (EhSimulationResult) result = explore (&withdrawals, "{ \"strategy\": \"exhaustive\" }");
  g_autoptr (JsonNode) node = eh_simulation_result_to_json (result);
  JsonArray *list = json_object_get_array_member (json_node_get_object (node), "sometimes");
  static const gint64 runs[] = { 2, 2, 0 };

  g_test_summary ("A script is told of each, seen or not");
  g_assert_cmpuint (json_array_get_length (list), ==, G_N_ELEMENTS (runs));
  for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
    g_assert_cmpint (json_object_get_int_member (json_array_get_object_element (list, i), "runs"), ==, runs[i]);
  g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (list, 2), "name"), ==,
                   "an account has 17");
}

static void
test_jobs (void)
{
  static const char *const budgets[] = {
    "{ \"strategy\": \"random\", \"runs\": 300, \"seed\": 5, \"jobs\": ",
    "{ \"strategy\": \"exhaustive\", \"runs\": 3, \"jobs\": ",
  };

  g_test_summary ("The counts are the same whatever the jobs, also where a budget ends the search");
  for (gsize i = 0; i < G_N_ELEMENTS (budgets); i++)
    {
      g_autofree char *one = g_strconcat (budgets[i], "1 }", NULL);
      g_autofree char *three = g_strconcat (budgets[i], "3 }", NULL);
      g_autoptr (EhSimulationResult) alone = explore (&withdrawals, one);
      g_autoptr (EhSimulationResult) together = explore (&withdrawals, three);
      g_autofree char *text = print (alone);
      g_autofree char *same = print (together);

      g_assert_nonnull (strstr (text, "sometimes an account is empty: in "));
      g_assert_cmpstr (text, ==, same);
    }
}

static void
test_silent (void)
{
  static const char *const only[] = { "serializable", NULL };
  EhSimulationSpec spec = withdrawals;
  g_autoptr (EhSimulationResult) unchecked = NULL;
  g_autoptr (EhSimulationResult) failed = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("Where invariants are not looked at, or a run failed, nothing is said of what is so sometimes");
  spec.check = only;
  unchecked = explore (&spec, "{ \"strategy\": \"exhaustive\" }");
  g_assert_cmpuint (unchecked->sometimes->len, ==, 0);
  g_assert_cmpuint (unchecked->warnings->len, ==, 0);

  spec.clients = EH_CLIENTS (ALICE, ALICE_TOO);
  spec.options = "{ \"expect\": \"any\" }";
  failed = explore (&spec, "{ \"strategy\": \"exhaustive\" }");
  text = print (failed);
  g_assert_cmpint (eh_simulation_result_get_status (failed), ==, EH_SIMULATION_VIOLATION);
  g_assert_null (strstr (text, "sometimes"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/simulation-sometimes/told", test_told);
  g_test_add_func ("/simulation-sometimes/json", test_json);
  g_test_add_func ("/simulation-sometimes/jobs", test_jobs);
  g_test_add_func ("/simulation-sometimes/silent", test_silent);
  return g_test_run ();
}
