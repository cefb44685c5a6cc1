/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The bank as a program: it opens some accounts and sends commands to all of them at once through a pool of workers,
 * prints each outcome as it comes, what was published, and the accounts at the end.
 *
 * Outcomes come in the order in which the workers finish, which differs from run to run; each account's own order and
 * the balances at the end do not.
 */

#include <stdio.h>
#include <stdlib.h>

#include "bank.h"

#define N_ACCOUNTS 3

static int n_workers = 4;
static char *store_uri = NULL;

static const GOptionEntry entries[] = {
  { "workers", 'w', 0, G_OPTION_ARG_INT, &n_workers, "Do commands in N threads (default 4)", "N" },
  { "store", 's', 0, G_OPTION_ARG_STRING, &store_uri, "Keep events in this store (default memory:)", "URI" },
  { NULL },
};

/* Runs in a worker: one line an outcome. */
static void
print_outcome (EhOutcome *outcome, const GError *error, gpointer user_data)
{
  g_autofree char *wish = user_data;

  if (outcome != NULL)
    printf ("%-44s done, version %" G_GUINT64_FORMAT "\n", wish, eh_outcome_get_version (outcome));
  else
    printf ("%-44s refused: %s\n", wish, error->message);
}

/* Runs in the event bus's thread. */
static gboolean
count_published (EhEvent *event, gpointer user_data, GError **error)
{
  g_atomic_int_inc ((gint *) user_data);
  return TRUE;
}

static gboolean
send (EhClient *client, const char *account, const EhSchema *schema, gconstpointer data, GError **error)
{
  g_autoptr (EhStreamName) stream = eh_stream_name_new ("Account", account, error);
  g_autoptr (EhCommand) command = NULL;
  g_autofree char *json = NULL;
  char *wish;

  if (stream == NULL)
    return FALSE;
  command = eh_command_new (stream, schema, data, error);
  if (command == NULL)
    return FALSE;

  json = eh_command_dup_json_data (command);
  wish = g_strdup_printf ("%s  %s %s", account, schema->name, json);
  if (eh_pool_bus_post (EH_POOL_BUS (eh_client_get_command_bus (client)), command, NULL, print_outcome, wish, error))
    return TRUE;

  g_free (wish);
  return FALSE;
}

/* The Go toolkit's main: three accounts at once, each created, paid into and drawn from. */
static gboolean
send_all (EhClient *client, GError **error)
{
  for (guint i = 0; i < N_ACCOUNTS; i++)
    {
      g_autofree char *account = g_strdup_printf ("a%u", i + 1);

      if (!send (client, account, &create_account, &(CreateAccount){ "mishudark" }, error)
          || !send (client, account, &perform_deposit, &(PerformDeposit){ 300 }, error)
          || !send (client, account, &perform_withdrawal, &(PerformWithdrawal){ 249 }, error)
          || !send (client, account, &perform_withdrawal, &(PerformWithdrawal){ 249 }, error)
          || !send (client, account, &change_owner, &(ChangeOwner){ "alice" }, error))
        return FALSE;
    }

  /* Waits until all that was accepted is done. */
  return eh_command_bus_close (eh_client_get_command_bus (client), NULL, error);
}

static gboolean
print_accounts (EhClient *client, GError **error)
{
  for (guint i = 0; i < N_ACCOUNTS; i++)
    {
      g_autofree char *name = g_strdup_printf ("Account-a%u", i + 1);
      g_autoptr (EhStreamName) stream = eh_stream_name_parse (name, error);
      guint64 version;
      Account *account;

      if (stream == NULL)
        return FALSE;
      account = eh_client_read_state (client, stream, &version, error);
      if (account == NULL)
        return FALSE;

      printf ("%s: owner %s, balance %" G_GINT64_FORMAT ", version %" G_GUINT64_FORMAT "\n", name, account->owner,
              account->balance, version);
      eh_schema_free (&account_schema, account);
    }
  return TRUE;
}

static gboolean
run (GError **error)
{
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhClient) client = NULL;
  gint n_published = 0;

  client = eh_client_new (domain, store_uri != NULL ? store_uri : "memory:", "memory:", (guint) n_workers, error);
  if (client == NULL)
    return FALSE;

  if (eh_event_bus_subscribe (eh_client_get_event_bus (client), "bank", "account", NULL, count_published, &n_published,
                              NULL, error)
      == 0)
    return FALSE;

  if (!send_all (client, error) || !eh_event_bus_flush (eh_client_get_event_bus (client), NULL, error))
    return FALSE;

  printf ("\n%d events published to bank.account\n", g_atomic_int_get (&n_published));
  return print_accounts (client, error) && eh_client_close (client, NULL, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- three bank accounts and a pool of workers");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      fprintf (stderr, "bank: %s\nTry bank --help.\n", error->message);
      return 2;
    }
  if (n_workers < 1 || n_workers > 1024)
    {
      fprintf (stderr, "bank: --workers takes a number from 1 to 1024\n");
      return 2;
    }

  if (!run (&error))
    {
      fprintf (stderr, "bank: %s\n", error->message);
      return EXIT_FAILURE;
    }
  return EXIT_SUCCESS;
}
