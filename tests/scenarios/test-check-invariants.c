/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "simulation-fixture.h"

static EhSimulation *
two_withdrawals (gboolean expect_any)
{
  EhSimulation *simulation = fixture_simulation_new ();

  fixture_given_account (simulation, A1, 100);
  fixture_withdraw (simulation, "alice", A1, 60);
  fixture_withdraw (simulation, "bob", A1, 60);
  simulation->expect_any = expect_any;
  simulation->checks = EH_SIM_CHECK_INVARIANTS;
  return simulation;
}

static void
test_after_append (void)
{
  static const char *const schedule[] = { "bob: load Account-a1", "alice: load Account-a1", "alice: append Account-a1",
                                          NULL };
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = two_withdrawals (TRUE);
  g_autoptr (GError) error = NULL;
  EhTrial *trial = eh_trial_new (domain, simulation, &error);
  EhOracle *oracle;
  const EhVerdict *verdict;

  g_test_summary ("A broken invariant names itself, the stream, the state and the step");
  g_assert_no_error (error);
  oracle = eh_schedule_oracle_new (trial, (char **) schedule, NULL);
  verdict = eh_trial_run (trial, oracle);
  g_assert_cmpint (verdict->check, ==, EH_SIM_CHECK_INVARIANTS);
  g_assert_cmpstr (verdict->role, ==, "invariant:balance is never negative");
  g_assert_cmpstr (verdict->sentence, ==,
                   "invariant \"balance is never negative\" does not hold for Account-a1: the balance is -20 (the "
                   "state is { owner: \"mishudark\", balance: -20 } after bob's PerformWithdrawal { amount: 60 }, at "
                   "version 4)");
  eh_schedule_oracle_free (oracle);
  eh_trial_free (trial);
}

static void
test_found (void)
{
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) broken = two_withdrawals (TRUE);
  g_autoptr (EhSimulation) mended = two_withdrawals (FALSE);
  g_autofree char *role = fixture_explore (domain, broken, 100, 0);
  g_autofree char *none = fixture_explore (domain, mended, fixture_scale (2000), 0);

  g_test_summary ("Random runs break the invariant where appends are not guarded, and only there");
  g_assert_cmpstr (role, ==, "invariant:balance is never negative");
  g_assert_cmpstr (none, ==, NULL);
}

static void
test_at_rest (void)
{
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = fixture_simulation_new ();
  g_autofree char *role = NULL;
  g_autofree char *off = NULL;

  g_test_summary ("What the past has broken is seen at rest, unless the check is switched off");
  fixture_given_account (simulation, A1, 0);
  fixture_given_event (simulation, A1, &withdrawal_performed, &(WithdrawalPerformed){ 5 });
  fixture_read (simulation, "alice", A1);
  role = fixture_explore (domain, simulation, 1, 0);
  g_assert_cmpstr (role, ==, "invariant:balance is never negative");
  simulation->checks &= ~EH_SIM_CHECK_INVARIANTS;
  off = fixture_explore (domain, simulation, 1, 0);
  g_assert_cmpstr (off, ==, NULL);
}

static void
test_expected (void)
{
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = two_withdrawals (TRUE);
  g_autofree char *cause = NULL;
  g_autofree char *symptom = NULL;

  g_test_summary ("The cause is told before its symptom, unless the symptom is expected");
  simulation->checks = EH_SIM_CHECK_ALL;
  cause = fixture_explore (domain, simulation, 100, 0);
  g_assert_cmpstr (cause, ==, "accepted:PerformWithdrawal:balance-out");
  simulation->expect_violation = EH_SIM_CHECK_INVARIANTS;
  symptom = fixture_explore (domain, simulation, 100, 0);
  g_assert_cmpstr (symptom, ==, "invariant:balance is never negative");
}

static gboolean
is_even (gconstpointer state, EhStreamName *stream, gpointer user_data, GError **error)
{
  if (((const Account *) state)->balance % 10 == 0)
    return TRUE;
  g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID, "there is a rest");
  return FALSE;
}

static void
test_eventually (void)
{
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = fixture_simulation_new ();
  g_autofree char *held = NULL;
  g_autofree char *broken = NULL;

  g_test_summary ("What holds eventually may be broken on the way, but not in the end");
  eh_domain_add_eventually (domain, "balances are tens", &bank_account, is_even, NULL, NULL);
  fixture_given_account (simulation, A1, 100);
  fixture_deposit (simulation, "alice", A1, 5);
  fixture_deposit (simulation, "alice", A1, 5);
  held = fixture_explore (domain, simulation, 1, 0);
  g_assert_cmpstr (held, ==, NULL);
  fixture_deposit (simulation, "alice", A1, 5);
  broken = fixture_explore (domain, simulation, 1, 0);
  g_assert_cmpstr (broken, ==, "invariant:balances are tens");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/check-invariants/after-append", test_after_append);
  g_test_add_func ("/check-invariants/found", test_found);
  g_test_add_func ("/check-invariants/at-rest", test_at_rest);
  g_test_add_func ("/check-invariants/expected", test_expected);
  g_test_add_func ("/check-invariants/eventually", test_eventually);
  return g_test_run ();
}
