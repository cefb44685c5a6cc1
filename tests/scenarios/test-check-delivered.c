/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "simulation-fixture.h"

#define CHECKS EH_SIM_CHECK_DELIVERED

/* ---- published before it is committed ---- */

static gboolean
publish (EhClient *client, EhEvent *event, GError **error)
{
  return eh_event_bus_publish (eh_client_get_event_bus (client), "bank", "account", event, NULL, error);
}

/* Deposits under the version that it saw. Publishes before saving, or after it if @user_data is not NULL. */
static gboolean
deposit (EhClient *client, gpointer user_data, GError **error)
{
  EhEventStore *store = eh_client_get_store (client);
  g_autoptr (EhStreamName) stream = eh_stream_name_parse (A1, NULL);
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (stream, 0);
  g_autoptr (EhEvent) event = NULL;
  guint64 version;
  EhId id;

  if (!eh_event_store_get_version (store, stream, &version, NULL, error))
    return FALSE;
  /* The stream's version and an address make up an id that nobody else has. */
  id = (EhId){ { 0xd0, [14] = (guint8) version, [15] = user_data != NULL ? *(guint8 *) user_data : 0 } };
  g_assert_true (eh_event_batch_add (batch, &id, &deposit_performed, &(DepositPerformed){ 10 }, error));
  event = eh_event_batch_record_one (batch, 0, version + 1, version + 1);
  if (((const char *) user_data)[1] == 'e' && !publish (client, event, error))
    return FALSE;
  if (!eh_event_store_append (store, batch, (gint64) version, EH_APPEND_NONE, NULL, NULL, error))
    return FALSE;
  return ((const char *) user_data)[1] == 'e' || publish (client, event, error);
}

static EhSimulation *
two_deposits (char *alice, char *bob)
{
  EhSimulation *simulation = fixture_simulation_new ();

  fixture_given_account (simulation, A1, 100);
  fixture_body (simulation, "alice", deposit, alice);
  fixture_body (simulation, "bob", deposit, bob);
  simulation->checks = CHECKS;
  return simulation;
}

static void
test_early (void)
{
  char early[2][3] = { "ae", "be" };
  char late[2][3] = { "al", "bl" };
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) broken = two_deposits (early[0], early[1]);
  g_autoptr (EhSimulation) mended = two_deposits (late[0], late[1]);
  g_autofree char *role = fixture_explore (domain, broken, 200, 0);
  g_autofree char *none = fixture_explore (domain, mended, fixture_scale (500), 0);

  g_test_summary ("What was published before its append met a conflict is found");
  g_assert_cmpstr (role, ==, "uncommitted:DepositPerformed");
  g_assert_cmpstr (none, ==, NULL);
}

/* ---- saved and never published ---- */

static EhSimulation *
publishing_deposit (gboolean publish_after_save)
{
  EhSimulation *simulation = fixture_simulation_new ();

  fixture_given_account (simulation, A1, 100);
  fixture_deposit (simulation, "alice", A1, 10);
  simulation->publish_after_save = publish_after_save;
  simulation->most[EH_FAULT_CRASH] = 1;
  simulation->most[EH_FAULT_PUBLISH_AMBIGUOUS] = 1;
  simulation->checks = CHECKS;
  return simulation;
}

static void
test_lost (void)
{
  static const char *const crash[] = { "alice: publish bank.account #1: crash", NULL };
  static const char *const arrived[] = { "alice: publish bank.account #1: publish-ambiguous (applied)", NULL };
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = publishing_deposit (TRUE);
  g_autoptr (GError) error = NULL;
  EhTrial *trial = eh_trial_new (domain, simulation, &error);
  EhOracle *oracle;
  const EhVerdict *verdict;
  g_autofree char *none = NULL;

  g_test_summary ("A crash between saving and publishing loses the publication");
  g_assert_no_error (error);
  oracle = eh_schedule_oracle_new (trial, NULL, (char **) crash);
  verdict = eh_trial_run (trial, oracle);
  g_assert_cmpstr (verdict->role, ==, "lost:DepositPerformed");
  g_assert_cmpstr (verdict->sentence, ==,
                   "DepositPerformed, version 3 of Account-a1, was saved by alice's PerformDeposit { amount: 10 } and "
                   "never published: the client crashed after saving it");
  eh_schedule_oracle_free (oracle);
  none = fixture_run_schedule (trial, NULL, arrived);
  g_assert_cmpstr (none, ==, "");
  eh_trial_free (trial);
}

static void
test_not_lost (void)
{
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = publishing_deposit (TRUE);
  g_autoptr (EhSimulation) relayed = publishing_deposit (FALSE);
  g_autofree char *safe = NULL;
  g_autofree char *role = NULL;

  g_test_summary ("Without faults nothing is lost, and where a relay publishes nodes owe nothing");
  safe = fixture_explore (domain, simulation, 200, 0);
  g_assert_cmpstr (safe, ==, NULL);
  role = fixture_explore (domain, relayed, 200, 3);
  g_assert_cmpstr (role, ==, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/check-delivered/early", test_early);
  g_test_add_func ("/check-delivered/lost", test_lost);
  g_test_add_func ("/check-delivered/not-lost", test_not_lost);
  return g_test_run ();
}
