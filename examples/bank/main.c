/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The bank as a program. It opens some accounts and sends commands to all of them at once through a pool of workers;
 * then it orders transfers between them, which a process manager carries out, while a projection shows the balances and
 * a relay publishes all that happens.
 *
 * Outcomes come in the order in which the workers finish, which differs from run to run; each account's own order and
 * the balances at the end do not. Over a store in a file the program may be killed at any moment: the next run goes on
 * where it was.
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "transfers.h"

#define N_ACCOUNTS 3

/* How long the end may take, microseconds */
#define CLOSE_TIME (30 * G_USEC_PER_SEC)

static int n_workers = 4;
static int n_transfers = 0;
static char *store_uri = NULL;
static char *published_path = NULL;

static const GOptionEntry entries[] = {
  { "workers", 'w', 0, G_OPTION_ARG_INT, &n_workers, "Do commands in N threads (default 4)", "N" },
  { "store", 's', 0, G_OPTION_ARG_STRING, &store_uri, "Keep events in this store (default memory:)", "URI" },
  { "transfers", 't', 0, G_OPTION_ARG_INT, &n_transfers, "Order N more transfers, round and round", "N" },
  { "published", 'p', 0, G_OPTION_ARG_FILENAME, &published_path, "Append a line for each published event", "FILE" },
  { NULL },
};

static void
print_answer (const char *wish, EhOutcome *outcome, const GError *error)
{
  if (outcome != NULL)
    printf ("%-44s done, version %" G_GUINT64_FORMAT "\n", wish, eh_outcome_get_version (outcome));
  else
    printf ("%-44s refused: %s\n", wish, error->message);
}

/* Runs in a worker: one line an outcome. */
static void
print_outcome (EhOutcome *outcome, const GError *error, gpointer user_data)
{
  g_autofree char *wish = user_data;

  print_answer (wish, outcome, error);
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

/* Waits for its turn: when it is answered, so is all that was sent to the account before. */
static void
change_hands (EhClient *client, const char *account)
{
  g_autofree char *wish = g_strdup_printf ("%s  ChangeOwner {\"owner\":\"alice\"}", account);
  g_autoptr (GError) error = NULL;
  g_autoptr (EhOutcome)
      outcome = eh_client_dispatch (client, account, &change_owner, &(ChangeOwner){ "alice" }, &error);

  print_answer (wish, outcome, error);
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
          || !send (client, account, &perform_withdrawal, &(PerformWithdrawal){ 249 }, error))
        return FALSE;
    }
  for (guint i = 0; i < N_ACCOUNTS; i++)
    {
      g_autofree char *account = g_strdup_printf ("a%u", i + 1);

      change_hands (client, account);
    }
  return TRUE;
}

static gboolean
order (EhClient *client, const char *from, const char *to, gint64 amount, GError **error)
{
  g_autoptr (EhIdSource) ids = eh_system_id_source_new (NULL);
  g_autoptr (EhOutcome) outcome = NULL;
  char id[EH_ID_STRING_LENGTH + 1];
  EhId fresh;

  eh_id_source_next (ids, &fresh);
  eh_id_write (&fresh, id);
  outcome = eh_client_dispatch (client, id, &order_transfer, &(OrderTransfer){ from, to, amount }, error);
  return outcome != NULL;
}

/* One that arrives, one too large for the account, one to nobody, which comes back, and one that is to be confirmed. */
static gboolean
order_transfers (EhClient *client, GError **error)
{
  return order (client, "a1", "a2", 30, error) && order (client, "a2", "a3", 999, error)
         && order (client, "a3", "nobody", 20, error) && order (client, "a1", "a3", 5000, error);
}

static gboolean
order_more (EhClient *client, GError **error)
{
  for (int i = 0; i < n_transfers; i++)
    {
      g_autofree char *from = g_strdup_printf ("a%d", i % N_ACCOUNTS + 1);
      g_autofree char *to = g_strdup_printf ("a%d", (i + 1) % N_ACCOUNTS + 1);

      if (!order (client, from, to, 1 + i % 7, error))
        return FALSE;
    }
  return TRUE;
}

/* Reads in the order in which rows were made. */
static gboolean
print_balance (const char *account, gconstpointer row, gpointer user_data)
{
  const Balance *balance = row;

  printf ("%s: owner %s, balance %" G_GINT64_FORMAT "\n", account, balance->owner, balance->balance);
  return TRUE;
}

static gboolean
count_phase (const char *key, gconstpointer row, gpointer user_data)
{
  const Movement *movement = row;
  guint *counts = user_data;

  if (movement->order != NULL)
    counts[movement->phase]++;
  return TRUE;
}

static void
print_views (EhClient *client)
{
  guint counts[TRANSFER_CANCELLED + 1] = { 0 };

  eh_projection_foreach (eh_client_get_projection (client, "Balances"), print_balance, NULL);
  eh_projection_foreach (eh_client_get_projection (client, "Movements"), count_phase, counts);
  printf ("transfers: %u finished, %u failed\n", counts[TRANSFER_FINISHED], counts[TRANSFER_FAILED]);
}

typedef struct {
  gint n; /* (atomic) */
  int file;
} Published;

/* Runs in the event bus's thread. */
static gboolean
note_published (EhEvent *event, gpointer user_data, GError **error)
{
  Published *published = user_data;
  g_autofree char *id = eh_id_to_string (eh_event_get_id (event));
  g_autofree char *line = g_strconcat (id, "\n", NULL);

  g_atomic_int_inc (&published->n);
  if (published->file < 0 || write (published->file, line, EH_ID_STRING_LENGTH + 1) == EH_ID_STRING_LENGTH + 1)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: not written", published_path);
  return FALSE;
}

static gboolean
subscribe (EhClient *client, Published *published, GError **error)
{
  if (published_path != NULL)
    {
      published->file = open (published_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
      if (published->file < 0)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: cannot be opened", published_path);
          return FALSE;
        }
    }
  return eh_event_bus_subscribe (eh_client_get_event_bus (client), "bank", NULL, NULL, note_published, published, NULL,
                                 error)
         > 0;
}

static gboolean
close_client (EhClient *client, GError **error)
{
  g_autoptr (EhCloseReport) report = NULL;
  g_autofree char *left = NULL;

  if (!eh_client_close_within (client, CLOSE_TIME, &report, error))
    return FALSE;
  left = eh_close_report_to_string (report);
  printf ("%s", left);
  return TRUE;
}

static gboolean
run (GError **error)
{
  g_autoptr (EhDomain) domain = bank_with_transfers_new ();
  g_autoptr (EhClient) client = NULL;
  Published published = { 0, -1 };
  gboolean is_well;

  client = eh_client_new (domain, store_uri != NULL ? store_uri : "memory:", "memory:", (guint) n_workers, error);
  if (client == NULL)
    return FALSE;
  is_well = subscribe (client, &published, error) && eh_client_start (client, error) && send_all (client, error)
            && order_transfers (client, error) && order_more (client, error) && eh_client_settle (client, NULL, error);
  if (is_well)
    {
      printf ("\n");
      print_views (client);
      is_well = close_client (client, error);
      printf ("%d events published\n", g_atomic_int_get (&published.n));
    }
  g_clear_object (&client);
  if (published.file >= 0)
    close (published.file);
  return is_well;
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
