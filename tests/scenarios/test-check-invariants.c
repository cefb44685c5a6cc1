/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-event-private.h"
#include "scenarios/eh-trial-struct-private.h"
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

/* ---- the store's own promises ---- */

/* What the check finds in a deposit that came as @version, at @position, with @id, behind an account's two events. */
static void
assert_structure (EhTrial *trial, guint64 version, guint64 position, EhId id, const char *expected)
{
  EhOracle *oracle = eh_replay_oracle_new (NULL, 0, FALSE);
  EhTrialStream *stream;
  EhEventHead head;
  g_autoptr (EhEvent) event = NULL;
  g_autoptr (EhEventPage) page = NULL;
  EhWorldStep step = { .version = version };

  g_assert_cmpint (eh_trial_run (trial, oracle)->check, ==, 0);
  stream = eh_trial_get_stream (trial, 0);
  head = (EhEventHead){ .stream = stream->name, .id = id, .revision = 1, .version = version, .position = position };
  event = eh_event_new_value (&head, &deposit_performed, &(DepositPerformed){ 1 });
  page = eh_event_page_new (&event, 1, version + 1, TRUE);
  step.events = page;
  eh_check_structure (trial, 0, &step);
  g_assert_cmpuint (trial->findings->len, ==, expected != NULL);
  if (expected != NULL)
    g_assert_cmpstr (g_array_index (trial->findings, EhTrialFinding, 0).sentence, ==, expected);
  eh_replay_oracle_free (oracle);
}

static void
test_structure (void)
{
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = fixture_simulation_new ();
  g_autoptr (GError) error = NULL;
  const EhId fresh = { { 1 } };
  EhTrial *trial;
  EhId taken;

  g_test_summary ("A store that leaves out a version, goes back with positions or takes an id twice is found out");
  fixture_given_account (simulation, A1, 100);
  fixture_deposit (simulation, "alice", A1, 5);
  trial = eh_trial_new (domain, simulation, &error);
  g_assert_no_error (error);
  assert_structure (trial, 4, 4, fresh, NULL);
  taken = *eh_event_get_id (g_ptr_array_index (eh_trial_get_stream (trial, 0)->events, 2));
  assert_structure (trial, 5, 4, fresh,
                    "the store is damaged: DepositPerformed, version 5 of Account-a1, does not follow the version "
                    "before it");
  assert_structure (trial, 4, 3, fresh,
                    "the store is damaged: DepositPerformed, version 4 of Account-a1, has a position that is not above "
                    "all earlier ones");
  assert_structure (trial, 4, 4, taken,
                    "the store is damaged: DepositPerformed, version 4 of Account-a1, has the id of another event");
  eh_trial_free (trial);
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
  g_test_add_func ("/check-invariants/structure", test_structure);
  return g_test_run ();
}
