/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "simulation-fixture.h"

/* ---- a domain whose handler looks at what it should not ---- */

typedef struct {
  gint64 total;
} Meter;
typedef struct {
  gint64 by;
} Tick;
typedef struct {
  gint64 by;
} Ticked;

static EH_DEFINE_SCHEMA (Meter, meter_schema, EH_FIELD_INT64 (total)) static EH_DEFINE_SCHEMA (
    Tick, tick, EH_FIELD_INT64 (by)) static EH_DEFINE_SCHEMA (Ticked, ticked, EH_FIELD_INT64 (by))

    static gint64 n_ticks;

static gboolean
meter_tick (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const Tick *wish = eh_command_get_data (command);

  /* A wish of 0 is granted by a static counter, one of -1 by where the command lies. */
  if (wish->by == -1)
    eh_decision_emit (decision, &ticked, &(Ticked){ (gint64) GPOINTER_TO_SIZE (command) });
  else
    eh_decision_emit (decision, &ticked, &(Ticked){ wish->by != 0 ? wish->by : ++n_ticks });
  return TRUE;
}

static void
meter_on_ticked (gpointer state, const EhEvent *event)
{
  ((Meter *) state)->total += ((const Ticked *) eh_event_get_data (event))->by;
}

static const EhCommandRule meter_commands[] = { { &tick, meter_tick, EH_CREATES_OR_UPDATES } };
static const EhEventRule meter_events[] = { { &ticked, meter_on_ticked } };
static const EhAggregateType meter = EH_AGGREGATE_TYPE ("Meter", Meter, meter_schema, meter_commands, meter_events);

static void
test_determinism (void)
{
  g_autoptr (EhDomain) domain = eh_domain_new ("meter");
  g_autoptr (EhSimulation) broken = fixture_simulation_new ();
  g_autoptr (EhSimulation) mended = fixture_simulation_new ();
  g_autofree char *role = NULL;
  g_autofree char *none = NULL;

  g_test_summary ("A handler that reads a static counter is not deterministic, and that is seen in the first run");
  eh_domain_add_aggregate_type (domain, &meter);
  fixture_command (broken, "alice", "Meter-m1", &tick, &(Tick){ 0 });
  fixture_command (mended, "alice", "Meter-m1", &tick, &(Tick){ 7 });
  role = fixture_explore (domain, broken, 1, 0);
  g_assert_cmpstr (role, ==, "decide:Tick");
  none = fixture_explore (domain, mended, 200, 0);
  g_assert_cmpstr (none, ==, NULL);
}

static char *
find_addresses (EhDomain *domain, gint64 wish)
{
  g_autoptr (EhSimulation) simulation = fixture_simulation_new ();
  g_autoptr (GError) error = NULL;
  EhTrial *trial;
  char *found;

  fixture_command (simulation, "alice", "Meter-m1", &tick, &(Tick){ wish });
  trial = eh_trial_new (domain, simulation, &error);
  g_assert_no_error (error);
  found = eh_trial_find_addresses (trial, domain, simulation);
  eh_trial_free (trial);
  return found;
}

static void
test_addresses (void)
{
  g_autoptr (EhDomain) domain = eh_domain_new ("meter");
  g_autofree char *broken = NULL;
  g_autofree char *mended = NULL;

  g_test_summary ("A handler that looks at an address is found out where memory lies elsewhere");
  eh_domain_add_aggregate_type (domain, &meter);
  broken = find_addresses (domain, -1);
  mended = find_addresses (domain, 7);
  g_assert_nonnull (broken);
  g_assert_true (g_str_has_prefix (broken, "the same choices led to another run where memory lay elsewhere"));
  g_assert_null (mended);
}

/* ---- progress ---- */

static gboolean
read_for_ever (EhClient *client, gpointer user_data, GError **error)
{
  g_autoptr (EhStreamName) stream = eh_stream_name_parse (A1, NULL);
  Account *account;

  while ((account = eh_client_read_state (client, stream, NULL, error)) != NULL)
    eh_schema_free (&account_schema, account);
  return FALSE;
}

static gboolean
wait_for_ever (EhClient *client, gpointer user_data, GError **error)
{
  return eh_clock_sleep (*(EhClock **) user_data, G_MAXINT64, NULL, error);
}

static char *
find_no_progress (EhTrial *trial)
{
  EhOracle *oracle = eh_replay_oracle_new (NULL, 0, FALSE);
  const EhVerdict *verdict = eh_trial_run (trial, oracle);

  eh_replay_oracle_free (oracle);
  g_assert_cmpint (verdict->check, ==, EH_SIM_CHECK_PROGRESS);
  return g_strdup_printf ("%s: %s", verdict->role, verdict->sentence);
}

static void
test_progress (void)
{
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = fixture_simulation_new ();
  g_autoptr (GError) error = NULL;
  EhTrial *trial;
  g_autofree char *found = NULL;

  g_test_summary ("A step without an end is told, and for how long it led to nothing");
  fixture_given_account (simulation, A1, 100);
  fixture_deposit (simulation, "alice", A1, 1);
  fixture_body (simulation, "alice", read_for_ever, NULL);
  trial = eh_trial_new (domain, simulation, &error);
  g_assert_no_error (error);
  found = find_no_progress (trial);
  g_assert_cmpstr (found, ==,
                   "steps: no end after 1400 operations, the last 1398 of them without an append that succeeded: "
                   "alice's step 2 does the same 1 operation again and again, to the same effect: load Account-a1");
  eh_trial_free (trial);
}

static void
test_deadlock (void)
{
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = fixture_simulation_new ();
  g_autoptr (GError) error = NULL;
  EhTrial *trial;
  g_autofree char *found = NULL;
  EhClock *clock = NULL;

  g_test_summary ("A client that waits for what never comes is named, although others went on after it");
  fixture_given_account (simulation, A1, 100);
  fixture_body (simulation, "alice", wait_for_ever, &clock);
  fixture_deposit (simulation, "bob", A1, 1);
  trial = eh_trial_new (domain, simulation, &error);
  g_assert_no_error (error);
  clock = eh_world_get_clock (eh_trial_get_world (trial));
  found = find_no_progress (trial);
  g_assert_cmpstr (found, ==, "deadlock: nobody can go on: alice's step 1 waits for what never comes");
  eh_trial_free (trial);
}

/* ---- setting up ---- */

static void
test_given (void)
{
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = fixture_simulation_new ();
  g_autoptr (GError) error = NULL;
  EhStep *step = eh_step_new (EH_STEP_COMMAND, "given[1]");
  EhTrial *trial;

  g_test_summary ("A given command has to succeed");
  fixture_given_account (simulation, A1, 0);
  step->stream = eh_stream_name_parse (A1, NULL);
  step->schema = &perform_withdrawal;
  step->data = eh_schema_copy (&perform_withdrawal, &(PerformWithdrawal){ 10 });
  g_ptr_array_add (simulation->given, step);
  fixture_read (simulation, "alice", A1);
  trial = eh_trial_new (domain, simulation, &error);
  g_assert_null (trial);
  g_assert_error (error, BANK_ERROR, BANK_ERROR_BALANCE_OUT);
  g_assert_true (g_str_has_prefix (error->message, "given[1]: "));
}

static void
test_repeats (void)
{
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = fixture_simulation_new ();
  g_autoptr (GError) error = NULL;
  EhTrial *trial;
  guint64 hash = 0;

  g_test_summary ("Every run starts from the given events, and one seed is one run");
  fixture_given_account (simulation, A1, 100);
  fixture_withdraw (simulation, "alice", A1, 60);
  fixture_withdraw (simulation, "bob", A1, 60);
  fixture_wait (simulation, "bob", 1000);
  fixture_deposit (simulation, "bob", A1, 5);
  simulation->retry = 3;
  trial = eh_trial_new (domain, simulation, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *first = fixture_run_seed (trial, i, 0);
      g_autofree char *second = NULL;

      hash = eh_world_get_hash (eh_trial_get_world (trial));
      g_assert_cmpstr (first, ==, "");
      second = fixture_run_seed (trial, i, 0);
      g_assert_cmpuint (eh_world_get_hash (eh_trial_get_world (trial)), ==, hash);
    }
  eh_trial_free (trial);
}

static void
test_generate (void)
{
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = fixture_simulation_new ();
  g_autoptr (EhSimulation) drawn = NULL;
  g_autoptr (GError) error = NULL;
  const EhSimClient *client;
  EhTrial *trial;

  g_test_summary ("Generated commands are drawn in the run and can be had as given ones");
  simulation->generate = (EhGenerate){ 3, 4, 2, NULL };
  trial = eh_trial_new (domain, simulation, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < fixture_scale (300); i++)
    {
      g_autofree char *role = fixture_run_seed (trial, i, 0);

      g_assert_cmpstr (role, ==, "");
    }
  drawn = eh_trial_dup_simulation (trial);
  g_assert_cmpuint (drawn->generate.n_clients, ==, 0);
  g_assert_cmpuint (drawn->clients->len, ==, 3);
  client = g_ptr_array_index (drawn->clients, 2);
  g_assert_cmpstr (client->name, ==, "client-3");
  g_assert_cmpuint (client->steps->len, ==, 4);
  eh_trial_free (trial);
}

/* Clients with so many commands that their nodes keep what they have folded, unless a stale load is @possible. */
static EhTrial *
busy_trial_new (EhDomain *domain, gboolean possible)
{
  static const char *const names[] = { "alice", "bob", "carol" };
  g_autoptr (EhSimulation) simulation = fixture_simulation_new ();
  g_autoptr (GError) error = NULL;
  EhTrial *trial;

  fixture_given_account (simulation, A1, 100);
  fixture_given_account (simulation, A2, 100);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint k = 0; k < 6; k++)
      {
        fixture_withdraw (simulation, names[i], (i + k) % 3 == 0 ? A1 : A2, 30);
        if (k == 3)
          fixture_read (simulation, names[i], A1);
      }
  simulation->retry = 2;
  simulation->most[EH_FAULT_CRASH] = 3;
  simulation->most[EH_FAULT_LOAD_STALE] = possible;
  trial = eh_trial_new (domain, simulation, &error);
  g_assert_no_error (error);
  return trial;
}

/* Chooses as a fixture oracle, but nothing is stale. */
static guint
crash_only (EhOracle *oracle, guint task, guint index, const EhOp *op, const EhFault *faults, guint n)
{
  guint crash = 0;

  for (guint i = 0; i < n; i++)
    if (faults[i].kind == EH_FAULT_CRASH)
      crash = i + 1;
  return crash > 0 && eh_draw_choose (((FixtureOracle *) oracle)->draw, 20, "whether") == 0 ? crash : 0;
}

static guint64
run_busy (EhTrial *trial, guint seed)
{
  FixtureOracle oracle;

  fixture_oracle_init (&oracle, seed, 1);
  oracle.parent.fault = crash_only;
  g_assert_cmpint (eh_trial_run (trial, &oracle.parent)->check, ==, 0);
  fixture_oracle_clear (&oracle);
  return eh_world_get_fingerprint (eh_trial_get_world (trial));
}

static void
test_kept (void)
{
  g_autoptr (EhDomain) domain = bank_domain_new ();
  EhTrial *keeps = busy_trial_new (domain, FALSE);
  EhTrial *keeps_not = busy_trial_new (domain, TRUE);

  g_test_summary ("Nobody can tell whether a node keeps what it has folded");
  for (guint i = 0; i < fixture_scale (300); i++)
    g_assert_cmpuint (run_busy (keeps, i), ==, run_busy (keeps_not, i));
  eh_trial_free (keeps);
  eh_trial_free (keeps_not);
}

static void
test_long (void)
{
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = fixture_simulation_new ();
  g_autoptr (GError) error = NULL;
  EhTrial *trial;

  g_test_summary ("A long run takes no time that grows with its square, and is decided");
  fixture_given_account (simulation, A1, 100);
  simulation->generate = (EhGenerate){ 16, fixture_scale (400), 1, NULL };
  trial = eh_trial_new (domain, simulation, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *role = fixture_run_seed (trial, i, 0);

      g_assert_cmpstr (role, ==, "");
    }
  g_assert_cmpuint (eh_trial_get_n_unknown (trial), ==, 0);
  eh_trial_free (trial);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trial/determinism", test_determinism);
  g_test_add_func ("/trial/addresses", test_addresses);
  g_test_add_func ("/trial/progress", test_progress);
  g_test_add_func ("/trial/deadlock", test_deadlock);
  g_test_add_func ("/trial/given", test_given);
  g_test_add_func ("/trial/repeats", test_repeats);
  g_test_add_func ("/trial/generate", test_generate);
  g_test_add_func ("/trial/kept", test_kept);
  g_test_add_func ("/trial/long", test_long);
  return g_test_run ();
}
