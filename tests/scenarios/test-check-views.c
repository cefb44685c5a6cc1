/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "simulation-fixture.h"

/* Saves a snapshot of what it read under the version that the stream has by then, or that it read if it is mended. */
static gboolean
save_snapshot (EhClient *client, gpointer user_data, GError **error)
{
  EhEventStore *store = eh_client_get_store (client);
  g_autoptr (EhStreamName) stream = eh_stream_name_parse (A1, NULL);
  g_autoptr (EhSnapshot) snapshot = NULL;
  guint64 version;
  Account *account = eh_client_read_state (client, stream, &version, error);

  if (account == NULL)
    return FALSE;
  if (user_data == NULL && !eh_event_store_get_version (store, stream, &version, NULL, error))
    version = 0;
  if (version > 0)
    snapshot = eh_snapshot_new_from_state (stream, version, &account_schema, account, error);
  eh_schema_free (&account_schema, account);
  return snapshot != NULL && eh_event_store_save_snapshot (store, snapshot, NULL, error);
}

static EhSimulation *
make_simulation (gboolean mended)
{
  EhSimulation *simulation = fixture_simulation_new ();

  fixture_given_account (simulation, A1, 100);
  fixture_body (simulation, "alice", save_snapshot, mended ? simulation : NULL);
  fixture_deposit (simulation, "bob", A1, 10);
  simulation->checks = EH_SIM_CHECK_VIEWS;
  return simulation;
}

static void
test_label (void)
{
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) broken = make_simulation (FALSE);
  g_autoptr (EhSimulation) mended = make_simulation (TRUE);
  g_autofree char *role = fixture_explore (domain, broken, 200, 0);
  g_autofree char *none = fixture_explore (domain, mended, fixture_scale (1000), 0);

  g_test_summary ("A snapshot that is labelled with a version that it does not hold is found");
  g_assert_cmpstr (role, ==, "snapshot:Account");
  g_assert_cmpstr (none, ==, NULL);
}

static void
test_repository (void)
{
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = fixture_simulation_new ();
  g_autofree char *role = NULL;

  g_test_summary ("The snapshots of the repository are what the events say, faults or not");
  fixture_given_account (simulation, A1, 100);
  for (guint i = 0; i < 3; i++)
    {
      fixture_deposit (simulation, "alice", A1, 10);
      fixture_withdraw (simulation, "bob", A1, 40);
    }
  simulation->snapshots = 2;
  for (guint i = 1; i < EH_FAULT_N_KINDS; i++)
    simulation->most[i] = 1;
  role = fixture_explore (domain, simulation, fixture_scale (1000), 5);
  g_assert_cmpstr (role, ==, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/check-views/label", test_label);
  g_test_add_func ("/check-views/repository", test_repository);
  return g_test_run ();
}
