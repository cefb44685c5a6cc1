/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "simulation-fixture.h"

static void
assert_row (GPtrArray *rows, guint i, const char *const expected[7], gboolean switched)
{
  const EhTraceRow *row = g_ptr_array_index (rows, i);

  g_assert_cmpstr (row->what, ==, expected[0]);
  g_assert_cmpstr (row->detail, ==, expected[1]);
  g_assert_cmpstr (row->result, ==, expected[2]);
  g_assert_cmpstr (row->state, ==, expected[3]);
  g_assert_cmpstr (row->schedule, ==, expected[4]);
  g_assert_cmpstr (row->fault, ==, expected[5]);
  g_assert_cmpint (row->switched, ==, switched);
}

static void
test_rows (void)
{
  static const char *const schedule[] = { "bob: load Account-a1", "alice: append Account-a1", NULL };
  static const char *const faults[] = { "alice: append Account-a1 #1: append-ambiguous (applied)", NULL };
  static const char *const expected[][7] = {
    { "load Account-a1", "for PerformWithdrawal { amount: 60 }", "version 2", "{ owner: \"mishudark\", balance: 100 }",
      "bob: load Account-a1" },
    { "load Account-a1", "for PerformDeposit { amount: 10 }", "version 2", "{ owner: \"mishudark\", balance: 100 }",
      "alice: load Account-a1" },
    { "append Account-a1", "DepositPerformed { amount: 10 } expecting version 2",
      "ambiguous: append to Account-a1 may or may not have happened (simulated) (it did)",
      "{ owner: \"mishudark\", balance: 110 }", "alice: append Account-a1",
      "alice: append Account-a1 #1: append-ambiguous (applied)" },
    { "append Account-a1", "DepositPerformed { amount: 10 } expecting version 2", "version 3",
      "{ owner: \"mishudark\", balance: 110 }", "alice: append Account-a1" },
    { "append Account-a1", "WithdrawalPerformed { ammount: 60 } expecting version 2",
      "conflict on stream Account-a1: expected version 2, but it is at version 3", NULL, "bob: append Account-a1" },
  };
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = fixture_simulation_new ();
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GError) error = NULL;
  EhTrial *trial;
  EhOracle *oracle;

  g_test_summary ("A row tells who did what, with what, to what effect, and its own words for a schedule");
  fixture_given_account (simulation, A1, 100);
  fixture_deposit (simulation, "alice", A1, 10);
  fixture_withdraw (simulation, "bob", A1, 60);
  simulation->most[EH_FAULT_APPEND_AMBIGUOUS] = 1;
  trial = eh_trial_new (domain, simulation, &error);
  g_assert_no_error (error);
  oracle = eh_schedule_oracle_new (trial, (char **) schedule, (char **) faults);
  rows = eh_trial_run_traced (trial, oracle, NULL);
  g_assert_cmpstr (eh_schedule_oracle_get_divergence (oracle), ==, NULL);
  g_assert_cmpuint (rows->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < rows->len; i++)
    assert_row (rows, i, expected[i], i == 1);
  eh_schedule_oracle_free (oracle);
  eh_trial_free (trial);
}

static void
test_states (void)
{
  static const char *const schedule[] = { "bob: load Account-a1", "alice: load Account-a1", "alice: append Account-a1",
                                          NULL };
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = fixture_simulation_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *role = NULL;
  g_autofree char *states = NULL;
  EhTrial *trial;

  g_test_summary ("The states as they are stand beside those that the steps lead to one by one");
  fixture_given_account (simulation, A1, 100);
  fixture_withdraw (simulation, "alice", A1, 60);
  fixture_withdraw (simulation, "bob", A1, 60);
  simulation->expect_any = TRUE;
  trial = eh_trial_new (domain, simulation, &error);
  g_assert_no_error (error);
  role = fixture_run_schedule (trial, schedule, NULL);
  states = eh_trial_describe_states (trial);
  g_assert_cmpstr (states, ==,
                   "Account-a1\n"
                   "  is now:       { owner: \"mishudark\", balance: -20 } (version 4)\n"
                   "  one by one:   { owner: \"mishudark\", balance: 40 } (version 3)\n");
  eh_trial_free (trial);
}

/* Saves what it read as a snapshot of the version that the stream has by then. */
static gboolean
save_mislabelled (EhClient *client, gpointer user_data, GError **error)
{
  EhEventStore *store = eh_client_get_store (client);
  g_autoptr (EhStreamName) stream = eh_stream_name_parse (A1, NULL);
  g_autoptr (EhSnapshot) snapshot = NULL;
  guint64 version = 0;
  Account *account = eh_client_read_state (client, stream, NULL, error);

  if (account == NULL)
    return FALSE;
  if (eh_event_store_get_version (store, stream, &version, NULL, error))
    snapshot = eh_snapshot_new_from_state (stream, version, &account_schema, account, error);
  eh_schema_free (&account_schema, account);
  return snapshot != NULL && eh_event_store_save_snapshot (store, snapshot, NULL, error);
}

static void
test_wrong_snapshot (void)
{
  static const char *const schedule[] = { "alice: load Account-a1",
                                          "carol: load-snapshot Account-a1",
                                          "carol: load Account-a1",
                                          "carol: append Account-a1",
                                          "alice: load Account-a1",
                                          "alice: save-snapshot Account-a1",
                                          "dave: load-snapshot Account-a1",
                                          "dave: load Account-a1",
                                          "dave: append Account-a1",
                                          "bob: load-snapshot Account-a1",
                                          NULL };
  /* Of dave and bob: carol's 5 are not in the snapshot, but in the stream; dave's 10 are behind it. */
  static const char *const expected[][2] = {
    { "dave: load-snapshot Account-a1", "{ owner: \"mishudark\", balance: 100 }" },
    { "dave: load Account-a1", "{ owner: \"mishudark\", balance: 100 }" },
    { "dave: append Account-a1", "{ owner: \"mishudark\", balance: 115 }" },
    { "bob: load-snapshot Account-a1", "{ owner: \"mishudark\", balance: 100 }" },
    { "bob: load Account-a1", "{ owner: \"mishudark\", balance: 110 }" },
    { "bob: append Account-a1", "{ owner: \"mishudark\", balance: 116 }" },
  };
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = fixture_simulation_new ();
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GError) error = NULL;
  EhTrial *trial;
  EhOracle *oracle;

  g_test_summary ("Who starts from a wrong snapshot is shown with what it believes, not with what the events say");
  fixture_given_account (simulation, A1, 100);
  fixture_body (simulation, "alice", save_mislabelled, NULL);
  fixture_deposit (simulation, "bob", A1, 1);
  fixture_deposit (simulation, "carol", A1, 5);
  fixture_deposit (simulation, "dave", A1, 10);
  simulation->snapshots = 100;
  trial = eh_trial_new (domain, simulation, &error);
  g_assert_no_error (error);
  oracle = eh_schedule_oracle_new (trial, (char **) schedule, NULL);
  rows = eh_trial_run_traced (trial, oracle, NULL);
  g_assert_cmpstr (eh_schedule_oracle_get_divergence (oracle), ==, NULL);
  g_assert_cmpuint (rows->len, ==, 6 + G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      const EhTraceRow *row = g_ptr_array_index (rows, 6 + i);

      g_assert_cmpstr (row->schedule, ==, expected[i][0]);
      g_assert_cmpstr (row->state, ==, expected[i][1]);
    }
  eh_schedule_oracle_free (oracle);
  eh_trial_free (trial);
}

/* ---- handlers that fail ---- */

typedef struct {
  EhConsumer *consumer; /* (owned) (nullable) */
  guint n_failures;     /* to come */
  guint subscription;
  EhSimulationNode *node;
} Sulker;

static gboolean
sulk (EhEvent *event, gpointer memory, GError **error)
{
  Sulker *self = memory;

  if (self->n_failures == 0)
    return TRUE;
  self->n_failures--;
  g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID, "not now");
  return FALSE;
}

static void
sulker_stop (gpointer memory)
{
  Sulker *self = memory;

  if (self->subscription != 0)
    eh_event_bus_unsubscribe (eh_simulation_node_get_bus (self->node), self->subscription, NULL);
  g_clear_object (&self->consumer);
  g_free (self);
}

static gpointer
sulker_start (EhSimulationNode *node, gpointer subscribes)
{
  Sulker *self = g_new0 (Sulker, 1);

  self->node = node;
  if (subscribes != NULL)
    self->subscription = eh_event_bus_subscribe (eh_simulation_node_get_bus (node), NULL, NULL, NULL, sulk, self, NULL,
                                                 NULL);
  else
    {
      self->consumer = eh_consumer_new ("sulker", eh_simulation_node_get_store (node),
                                        eh_simulation_node_get_checkpoints (node), eh_simulation_node_get_clock (node),
                                        sulk, self, NULL, NULL);
      eh_simulation_node_follow (node, self->consumer);
      /* What is of the past is taken up when it is started. */
      eh_consumer_step (self->consumer, 0, NULL);
    }
  self->n_failures = 1;
  return self;
}

/* The results of the rows that begin with @word, one a line. */
static char *
list_results (GPtrArray *rows, const char *word)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < rows->len; i++)
    {
      const EhTraceRow *row = g_ptr_array_index (rows, i);

      if (g_str_has_prefix (row->what, word))
        g_string_append_printf (text, "%s\n", row->result);
    }
  return g_string_free (text, FALSE);
}

static void
assert_results (gpointer subscribes, const char *word, const char *expected)
{
  const EhNodeSpec nodes[] = { { "sulker", sulker_start, sulker_stop, .user_data = subscribes }, { NULL } };
  const EhSimulationSpec spec = {
    .given = EH_STEPS (EH_EVENT_IN (A1, account_created, AccountCreated, "mishudark")),
    .clients = EH_CLIENTS ({ "alice", EH_STEPS (EH_COMMAND_IN (A1, perform_deposit, PerformDeposit, 1)) }),
    .options = "{ \"publish\": \"relay\" }",
    .nodes = nodes,
  };
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *results = NULL;
  FixtureOracle oracle;
  EhTrial *trial;

  g_assert_true (eh_domain_seal (domain, NULL));
  simulation = eh_simulation_new_from_spec (domain, &spec, "sulking", &error);
  g_assert_no_error (error);
  trial = eh_trial_new (domain, simulation, &error);
  g_assert_no_error (error);
  fixture_oracle_init (&oracle, 1, 0);
  rows = eh_trial_run_traced (trial, &oracle.parent, NULL);
  results = list_results (rows, word);
  g_assert_cmpstr (results, ==, expected);
  fixture_oracle_clear (&oracle);
  eh_trial_free (trial);
}

static void
test_failed (void)
{
  g_test_summary ("What is handled in vain is told with its error, in the row of the event that was given");
  assert_results (NULL, "handle DepositPerformed", "failed: invalid: not now\ndone\ndone\n");
  assert_results (GINT_TO_POINTER (1), "deliver", "failed: invalid: not now\ndone\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trial-trace/failed", test_failed);
  g_test_add_func ("/trial-trace/rows", test_rows);
  g_test_add_func ("/trial-trace/states", test_states);
  g_test_add_func ("/trial-trace/wrong-snapshot", test_wrong_snapshot);
  return g_test_run ();
}
