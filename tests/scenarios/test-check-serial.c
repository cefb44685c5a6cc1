/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "simulation-fixture.h"

#define RUNS 2000

static EhTrial *
trial_new (EhDomain *domain, EhSimulation *simulation)
{
  g_autoptr (GError) error = NULL;
  EhTrial *trial = eh_trial_new (domain, simulation, &error);

  g_assert_no_error (error);
  return trial;
}

/* ---- lost update ---- */

static EhSimulation *
two_withdrawals (gboolean expect_any)
{
  EhSimulation *simulation = fixture_simulation_new ();

  fixture_given_account (simulation, A1, 100);
  fixture_withdraw (simulation, "alice", A1, 60);
  fixture_withdraw (simulation, "bob", A1, 60);
  simulation->expect_any = expect_any;
  simulation->checks = EH_SIM_CHECK_SERIALIZABLE;
  return simulation;
}

static void
test_lost_update (void)
{
  static const char *const schedule[] = { "bob: load Account-a1", "alice: load Account-a1", "alice: append Account-a1",
                                          NULL };
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = two_withdrawals (TRUE);
  EhTrial *trial = trial_new (domain, simulation);
  EhOracle *oracle = eh_schedule_oracle_new (trial, (char **) schedule, NULL);
  const EhVerdict *verdict;

  g_test_summary ("Appends without an expected version lose an update, and the sentence says whose");
  verdict = eh_trial_run (trial, oracle);
  g_assert_cmpint (verdict->check, ==, EH_SIM_CHECK_SERIALIZABLE);
  g_assert_cmpstr (verdict->role, ==, "accepted:PerformWithdrawal:balance-out");
  g_assert_cmpstr (verdict->sentence, ==,
                   "bob's PerformWithdrawal { amount: 60 } was accepted, but one by one, after alice's, it is "
                   "refused with balance-out: alice's PerformWithdrawal was appended to Account-a1 between bob's load "
                   "(version 2) and bob's append (version 4)");
  eh_schedule_oracle_free (oracle);
  eh_trial_free (trial);
}

static void
test_lost_update_found (void)
{
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) broken = two_withdrawals (TRUE);
  g_autoptr (EhSimulation) mended = two_withdrawals (FALSE);
  g_autofree char *role = fixture_explore (domain, broken, 100, 0);
  g_autofree char *none = fixture_explore (domain, mended, fixture_scale (RUNS), 0);

  g_test_summary ("Random runs find the lost update, and nothing where appends are guarded");
  g_assert_cmpstr (role, ==, "accepted:PerformWithdrawal:balance-out");
  g_assert_cmpstr (none, ==, NULL);
}

static void
test_commuting (void)
{
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = fixture_simulation_new ();
  g_autofree char *role = NULL;

  g_test_summary ("Two deposits are in a serial order whatever they had loaded");
  fixture_given_account (simulation, A1, 100);
  fixture_deposit (simulation, "alice", A1, 10);
  fixture_deposit (simulation, "bob", A1, 20);
  simulation->expect_any = TRUE;
  role = fixture_explore (domain, simulation, fixture_scale (RUNS), 0);
  g_assert_cmpstr (role, ==, NULL);
}

/* ---- injected faults ---- */

static void
test_injected (void)
{
  static const char *const conflict[] = { "alice: append Account-a1 #1: append-conflict", NULL };
  static const char *const stale[] = { "alice: load Account-a1 #1: load-stale", NULL };
  static const char *const misled[] = { "alice: append Account-a1 #1: append-ambiguous (applied)",
                                        "alice: append Account-a1 #2: append-conflict", NULL };
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = two_withdrawals (FALSE);
  EhTrial *trial;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;

  g_test_summary ("A spurious conflict, a stale load, an unclear append that is repeated are no violations");
  simulation->most[EH_FAULT_APPEND_CONFLICT] = 1;
  simulation->most[EH_FAULT_APPEND_AMBIGUOUS] = 1;
  simulation->most[EH_FAULT_LOAD_STALE] = 1;
  trial = trial_new (domain, simulation);
  first = fixture_run_schedule (trial, NULL, conflict);
  second = fixture_run_schedule (trial, NULL, stale);
  third = fixture_run_schedule (trial, NULL, misled);
  g_assert_cmpstr (first, ==, "");
  g_assert_cmpstr (second, ==, "");
  g_assert_cmpstr (third, ==, "");
  eh_trial_free (trial);
}

static void
test_stale_sentences (void)
{
  static const struct {
    const char *who; /* whose load is stale: the one who comes second, or the one who is alone so far */
    const char *sentence;
  } cases[] = {
    { "bob", "bob's PerformWithdrawal { amount: 60 } was accepted, but one by one, after alice's, it is refused with "
             "balance-out: bob's load of Account-a1 was stale (version 2) and did not show alice's PerformWithdrawal, "
             "which was there" },
    { "alice",
      "alice's PerformWithdrawal { amount: 60 } was accepted, but one by one, after all that is before it in "
      "Account-a1, it is refused with balance-out: alice's load of Account-a1 was stale (version 2) and did not "
      "show its newest event" },
  };
  static const WithdrawalPerformed before = { 50 };

  g_test_summary ("The sentence says that a stale load was the cause");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *schedule[] = { "alice: load Account-a1", "alice: append Account-a1", NULL };
      g_autofree char *fault = g_strdup_printf ("%s: load Account-a1 #1: load-stale", cases[i].who);
      char *faults[] = { fault, NULL };
      g_autoptr (EhDomain) domain = bank_domain_new ();
      g_autoptr (EhSimulation) simulation = two_withdrawals (TRUE);
      EhTrial *trial;
      EhOracle *oracle;
      const EhVerdict *verdict;

      simulation->most[EH_FAULT_LOAD_STALE] = 1;
      if (i == 1)
        fixture_given_event (simulation, A1, &withdrawal_performed, &before);
      trial = trial_new (domain, simulation);
      oracle = eh_schedule_oracle_new (trial, (char **) schedule, faults);
      verdict = eh_trial_run (trial, oracle);
      g_assert_cmpstr (eh_schedule_oracle_get_divergence (oracle), ==, NULL);
      g_assert_cmpstr (verdict->sentence, ==, cases[i].sentence);
      eh_schedule_oracle_free (oracle);
      eh_trial_free (trial);
    }
}

/* ---- write skew ---- */

typedef struct {
  const char *read;
  const char *write;
} Skew;

/* Withdraws 60 if both accounts together hold 100, guarding only the one that it writes to. */
static gboolean
withdraw_from_both (EhClient *client, gpointer user_data, GError **error)
{
  const Skew *skew = user_data;
  g_autoptr (EhStreamName) other = eh_stream_name_parse (skew->read, NULL);
  g_autoptr (EhStreamName) own = eh_stream_name_parse (skew->write, NULL);
  g_autoptr (EhOutcome) outcome = NULL;
  Account *account = eh_client_read_state (client, other, NULL, error);
  gint64 balance;

  if (account == NULL)
    return FALSE;
  balance = account->balance;
  eh_schema_free (&account_schema, account);
  if (balance < 50)
    return TRUE;
  outcome = eh_client_dispatch (client, eh_stream_name_get_id (own), &perform_withdrawal, &(PerformWithdrawal){ 50 },
                                error);
  return outcome != NULL;
}

static void
test_write_skew (void)
{
  static Skew one = { A1, A2 };
  static Skew two = { A2, A1 };
  static const struct {
    const char *schedule[5];
    const char *faults[2];
    const char *sentence;
  } cases[] = {
    { { "alice: load Account-a1", "bob: load Account-a2", "alice: load Account-a2", "alice: append Account-a2" },
      { NULL },
      "no order of the clients' steps explains what they saw: alice's step 1 read Account-a1 at version 2, before bob's "
      "step 1 was appended to it, and bob's step 1 read Account-a2 at version 2, before alice's step 1 was appended to "
      "it" },
    { { "bob: load Account-a2", "bob: load Account-a1", "bob: append Account-a1", "alice: load Account-a1" },
      { "alice: load Account-a1 #1: load-stale" },
      "no order of the clients' steps explains what they saw: alice's step 1 read Account-a1 by a stale load, at version "
      "2, without bob's step 1, which was there, and bob's step 1 read Account-a2 at version 2, before alice's step 1 "
      "was appended to it" },
  };
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = fixture_simulation_new ();
  EhTrial *trial;

  g_test_summary ("Two steps that each read what the other writes are in no order, and the cycle is told");
  fixture_given_account (simulation, A1, 50);
  fixture_given_account (simulation, A2, 50);
  fixture_body (simulation, "alice", withdraw_from_both, &one);
  fixture_body (simulation, "bob", withdraw_from_both, &two);
  simulation->most[EH_FAULT_LOAD_STALE] = 1;
  trial = trial_new (domain, simulation);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      EhOracle *oracle = eh_schedule_oracle_new (trial, (char **) cases[i].schedule, (char **) cases[i].faults);
      const EhVerdict *verdict = eh_trial_run (trial, oracle);

      g_assert_cmpstr (eh_schedule_oracle_get_divergence (oracle), ==, NULL);
      g_assert_cmpstr (verdict->role, ==, "cycle");
      g_assert_cmpstr (verdict->sentence, ==, cases[i].sentence);
      eh_schedule_oracle_free (oracle);
    }
  eh_trial_free (trial);
}

/* The mended twin: both belong to one account, which guards itself. */
static void
test_write_skew_mended (void)
{
  static Skew same = { A1, A1 };
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = fixture_simulation_new ();
  g_autofree char *role = NULL;

  g_test_summary ("Steps that write what they read, and try again on a conflict, are in order");
  fixture_given_account (simulation, A1, 50);
  fixture_read (simulation, "carol", A1);
  fixture_body (simulation, "alice", withdraw_from_both, &same);
  role = fixture_explore (domain, simulation, fixture_scale (RUNS / 4), 0);
  g_assert_cmpstr (role, ==, NULL);
}

/* ---- done twice ---- */

static gboolean
append_deposit (EhClient *client, EhStreamName *stream, const EhId *cause, const EhId *id, GError **error)
{
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (stream, 0);

  eh_event_batch_set_context (batch, NULL, cause, cause);
  return eh_event_batch_add (batch, id, &deposit_performed, &(DepositPerformed){ 10 }, error)
         && eh_event_store_append (eh_client_get_store (client), batch, EH_EXPECTED_ANY, EH_APPEND_NONE, NULL, NULL,
                                   error);
}

/* Appends, and where that is unclear once more: with ids of its own if @user_data is NULL, with the same else. */
static gboolean
deposit_surely (EhClient *client, gpointer user_data, GError **error)
{
  g_autoptr (EhStreamName) stream = eh_stream_name_parse (A1, NULL);
  EhId cause = { { 0xca } };
  EhId first = { { 0xe1 } };
  EhId second = { { 0xe2 } };
  g_autoptr (GError) unclear = NULL;

  if (append_deposit (client, stream, &cause, &first, &unclear))
    return TRUE;
  return append_deposit (client, stream, &cause, user_data == NULL ? &second : &first, error);
}

static void
test_twice (void)
{
  static const char *const faults[] = { "alice: append Account-a1 #1: append-ambiguous (applied)", NULL };
  g_autoptr (EhDomain) domain = bank_domain_new ();

  g_test_summary ("An unclear append that is repeated with new ids is found, with the same ids it is not");
  for (guint mended = 0; mended < 2; mended++)
    {
      g_autoptr (EhSimulation) simulation = fixture_simulation_new ();
      g_autofree char *role = NULL;
      EhTrial *trial;

      fixture_given_account (simulation, A1, 0);
      fixture_body (simulation, "alice", deposit_surely, mended == 1 ? simulation : NULL);
      simulation->most[EH_FAULT_APPEND_AMBIGUOUS] = 1;
      trial = trial_new (domain, simulation);
      role = fixture_run_schedule (trial, NULL, faults);
      g_assert_cmpstr (role, ==, mended == 1 ? "" : "twice:DepositPerformed");
      eh_trial_free (trial);
    }
}

/* ---- properties ---- */

static void
draw_command (EhDraw *draw, EhSimulation *simulation, const char *name, guint n_streams)
{
  const char *stream = eh_draw_choose (draw, n_streams, "stream") == 0 ? A1 : A2;
  guint kind = (guint) eh_draw_choose (draw, 8, "kind");
  gint64 amount = eh_draw_int64 (draw, 1, 6, "amount") * 20;

  if (kind < 4)
    fixture_withdraw (simulation, name, stream, amount);
  else if (kind < 6)
    fixture_deposit (simulation, name, stream, amount);
  else if (kind < 7)
    fixture_command (simulation, name, stream, &change_owner,
                     &(ChangeOwner){ eh_draw_boolean (draw, "owner") ? "bob" : "mishudark", NULL });
  else
    fixture_read (simulation, name, stream);
}

static EhSimulation *
draw_simulation (EhDraw *draw, gboolean faults)
{
  static const char *const names[] = { "alice", "bob", "carol" };
  EhSimulation *simulation = fixture_simulation_new ();
  guint n_clients = 2 + (guint) eh_draw_choose (draw, 2, "clients");
  guint n_streams = 1 + (guint) eh_draw_choose (draw, 2, "streams");

  fixture_given_account (simulation, A1, 100);
  fixture_given_account (simulation, A2, 60);
  for (guint i = 0; i < n_clients; i++)
    {
      for (guint n = 1 + (guint) eh_draw_choose (draw, 2, "commands"); n > 0; n--)
        draw_command (draw, simulation, names[i], n_streams);
    }
  simulation->retry = 1 + (guint) eh_draw_choose (draw, 3, "retry");
  simulation->snapshots = (guint) eh_draw_choose (draw, 3, "snapshots");
  for (guint i = 1; i < EH_FAULT_N_KINDS; i++)
    simulation->most[i] = faults ? (guint) eh_draw_choose (draw, 3, "most") : 0;
  return simulation;
}

static void
test_never_alarms (void)
{
  guint n = fixture_scale (400);
  g_autoptr (EhDomain) domain = bank_domain_new ();

  g_test_summary ("Guarded commands never alarm, whatever the order and whatever goes wrong");
  for (guint seed = 0; seed < n; seed++)
    {
      EhDraw *draw = eh_random_draw_new (seed);
      g_autoptr (EhSimulation) simulation = draw_simulation (draw, seed % 4 != 0);
      g_autofree char *role = fixture_explore (domain, simulation, 40, 4);

      eh_random_draw_free (draw);
      if (role != NULL)
        g_test_message ("simulation of seed %u", seed);
      g_assert_cmpstr (role, ==, NULL);
    }
}

/*
 * The model for unguarded commands: what each client saw and was answered, and all serial orders tried by brute
 * force. Only balances matter.
 */
typedef struct {
  guint client;
  gboolean is_deposit;
  gint64 amount;
  gboolean accepted;
  gint64 place; /* of its event in the stream, -1 for none */
} Wish;

typedef struct {
  Wish wishes[8];
  guint n;
  gboolean done[8];
} Brute;

static gboolean
is_next_of_client (const Brute *self, guint i)
{
  for (guint k = 0; k < i; k++)
    {
      if (self->wishes[k].client == self->wishes[i].client && !self->done[k])
        return FALSE;
    }
  return !self->done[i];
}

static gboolean
try_orders (Brute *self, gint64 balance, gint64 place)
{
  guint n_done = 0;

  for (guint i = 0; i < self->n; i++)
    {
      const Wish *wish = &self->wishes[i];
      gboolean accepted = wish->is_deposit || wish->amount <= balance;
      gint64 change = !accepted ? 0 : wish->is_deposit ? wish->amount : -wish->amount;

      n_done += self->done[i];
      if (!is_next_of_client (self, i) || accepted != wish->accepted || (accepted && wish->place != place))
        continue;
      self->done[i] = TRUE;
      if (try_orders (self, balance + change, accepted ? place + 1 : place))
        return TRUE;
      self->done[i] = FALSE;
    }
  return n_done == self->n;
}

/* What happened is read from the trace, by words. */
static void
read_rows (GPtrArray *rows, Brute *brute)
{
  gint64 place = 0;
  guint seen[3] = { 0 };

  for (guint i = 0; i < rows->len; i++)
    {
      const EhTraceRow *row = g_ptr_array_index (rows, i);
      guint nth = 0;

      if (g_str_has_prefix (row->what, "load"))
        seen[row->task]++;
      if (!g_str_has_prefix (row->what, "append"))
        continue;
      for (guint k = 0; k < brute->n; k++)
        {
          Wish *wish = &brute->wishes[k];

          if (wish->client != row->task || ++nth != seen[row->task])
            continue;
          wish->accepted = TRUE;
          wish->place = place++;
        }
    }
}

static void
compare_with_brute_force (EhDomain *domain, guint seed, guint *n_alarms)
{
  static const char *const names[] = { "alice", "bob", "carol" };
  EhDraw *draw = eh_random_draw_new (seed);
  g_autoptr (EhSimulation) simulation = fixture_simulation_new ();
  Brute brute = { .n = 0 };
  EhTrial *trial;

  fixture_given_account (simulation, A1, 100);
  for (guint c = 0; c < 3; c++)
    {
      for (guint n = 1 + (guint) eh_draw_choose (draw, 2, "n"); n > 0; n--)
        {
          Wish wish = { c, eh_draw_choose (draw, 3, "kind") == 0, eh_draw_int64 (draw, 1, 6, "amount") * 20, FALSE,
                        -1 };

          brute.wishes[brute.n++] = wish;
          if (wish.is_deposit)
            fixture_deposit (simulation, names[c], A1, wish.amount);
          else
            fixture_withdraw (simulation, names[c], A1, wish.amount);
        }
    }
  simulation->expect_any = TRUE;
  simulation->checks = EH_SIM_CHECK_SERIALIZABLE;
  trial = trial_new (domain, simulation);
  for (guint run = 0; run < 10; run++)
    {
      FixtureOracle oracle;
      const EhVerdict *verdict;
      g_autoptr (GPtrArray) rows = NULL;
      Brute one = brute;
      gboolean fits;

      fixture_oracle_init (&oracle, seed * 100 + run, 0);
      rows = eh_trial_run_traced (trial, &oracle.parent, &verdict);
      fixture_oracle_clear (&oracle);
      read_rows (rows, &one);
      fits = try_orders (&one, 100, 0);
      *n_alarms += !fits;
      if ((verdict->check == 0) != fits)
        g_test_message ("seed %u, run %u: %s", seed, run, verdict->check != 0 ? verdict->sentence : "nothing found");
      g_assert_cmpint (verdict->check == 0, ==, fits);
    }
  eh_trial_free (trial);
  eh_random_draw_free (draw);
}

static void
test_brute_force (void)
{
  g_autoptr (EhDomain) domain = bank_domain_new ();
  guint n = fixture_scale (400);
  guint n_alarms = 0;

  g_test_summary ("Unguarded commands alarm if and only if no serial order explains them");
  for (guint seed = 0; seed < n; seed++)
    compare_with_brute_force (domain, seed, &n_alarms);
  g_test_message ("%u alarms in %u runs", n_alarms, n * 10);
  g_assert_cmpuint (n_alarms, >, n / 10);
  g_assert_cmpuint (n_alarms, <, n * 9);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/check-serial/lost-update", test_lost_update);
  g_test_add_func ("/check-serial/lost-update-found", test_lost_update_found);
  g_test_add_func ("/check-serial/commuting", test_commuting);
  g_test_add_func ("/check-serial/injected", test_injected);
  g_test_add_func ("/check-serial/stale-sentences", test_stale_sentences);
  g_test_add_func ("/check-serial/write-skew", test_write_skew);
  g_test_add_func ("/check-serial/write-skew-mended", test_write_skew_mended);
  g_test_add_func ("/check-serial/twice", test_twice);
  g_test_add_func ("/check-serial/never-alarms", test_never_alarms);
  g_test_add_func ("/check-serial/brute-force", test_brute_force);
  return g_test_run ();
}
