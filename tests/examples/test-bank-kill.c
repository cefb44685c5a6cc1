/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>

#include "folder.h"
#include "transfers.h"

/*
 * The bank's program over a store in a file, with a projection, a relay and transfers, is killed at random moments and
 * started again. Afterwards it is brought to its end, and money is counted: none was lost or made, everything was
 * published, each stream in order. EH_TEST_KILLS says how often it is killed.
 */

#define KILLS 3
#define LONGEST_LIFE 200 /* milliseconds */

/* Long enough for anything that happens at all, microseconds. */
#define LONG (60 * G_USEC_PER_SEC)

typedef struct {
  char *folder;
  char *uri;
  char *published;
} Place;

static void
place_init (Place *place)
{
  g_autoptr (GError) error = NULL;

  place->folder = g_dir_make_tmp ("bank-kill-XXXXXX", &error);
  g_assert_no_error (error);
  place->uri = g_strdup_printf ("file:%s/store", place->folder);
  place->published = g_build_filename (place->folder, "published", NULL);
}

static void
place_clear (Place *place)
{
  folder_remove (place->folder);
  g_free (place->published);
  g_free (place->uri);
  g_free (place->folder);
}

static void
live_and_die (const Place *place, gint32 milliseconds)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess)
      bank = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error, g_getenv ("EH_TEST_BANK_PROGRAM"), "--store",
                               place->uri, "--published", place->published, "--transfers", "1000000", NULL);

  g_assert_no_error (error);
  g_usleep ((gulong) milliseconds * 1000);
  g_subprocess_force_exit (bank);
  g_assert_true (g_subprocess_wait (bank, NULL, &error));
  g_assert_no_error (error);
  /* It was killed: it had not failed before, which it would have said by a status. */
  g_assert_true (g_subprocess_get_if_signaled (bank));
}

typedef struct {
  GHashTable *events;    /* (owned): id to EhEvent (owned), of the accounts and orders */
  GHashTable *versions;  /* (owned): stream's name to the last version that was published, as a pointer */
  GHashTable *published; /* (owned): ids (owned) */
  gint64 paid_in;        /* by customers, less what they have drawn */
} Books;

static void
books_clear (Books *books)
{
  g_hash_table_unref (books->published);
  g_hash_table_unref (books->versions);
  g_hash_table_unref (books->events);
}

static gint64
get_amount (EhDomain *domain, EhEvent *event)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhEventPage) page = eh_domain_lift_event (domain, event, &error);
  EhEvent *lifted;

  g_assert_no_error (error);
  lifted = eh_event_page_get (page, 0);
  if (eh_event_get_schema (lifted) == &deposit_performed)
    return ((const DepositPerformed *) eh_event_get_data (lifted))->amount;
  if (eh_event_get_schema (lifted) == &withdrawal_performed)
    return -((const WithdrawalPerformed *) eh_event_get_data (lifted))->amount;
  return 0;
}

static void
note_event (Books *books, EhDomain *domain, EhEvent *event)
{
  if (eh_domain_find_aggregate_type (domain, eh_stream_name_get_category (eh_event_get_stream (event))) == NULL)
    return;
  g_assert_true (g_hash_table_insert (books->events, eh_id_to_string (eh_event_get_id (event)), eh_event_ref (event)));
  if (eh_id_equal (eh_event_get_correlation_id (event), eh_event_get_causation_id (event)))
    books->paid_in += get_amount (domain, event);
}

static void
read_books (Books *books, EhClient *client)
{
  guint64 from = 0;
  gboolean is_end = FALSE;

  books->events = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) eh_event_unref);
  books->versions = g_hash_table_new (g_str_hash, g_str_equal);
  books->published = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  while (!is_end)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EhEventPage)
          page = eh_event_store_read_all (eh_client_get_store (client), NULL, from, EH_FORWARDS, 0, NULL, &error);

      g_assert_no_error (error);
      for (guint i = 0; i < eh_event_page_get_size (page); i++)
        note_event (books, eh_client_get_domain (client), eh_event_page_get (page, i));
      from = eh_event_page_get_next (page);
      is_end = eh_event_page_is_end (page);
    }
}

/* At least once; and who looks at first sights only sees each stream in order. */
static void
check_published (Books *books, const char *path)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, &error));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    {
      EhEvent *event = g_hash_table_lookup (books->events, lines[i]);
      const char *stream;
      guint version;

      g_assert_nonnull (event);
      if (!g_hash_table_add (books->published, g_strdup (lines[i])))
        continue;
      stream = eh_stream_name_to_string (eh_event_get_stream (event));
      version = GPOINTER_TO_UINT (g_hash_table_lookup (books->versions, stream));
      g_assert_cmpuint (eh_event_get_version (event), ==, version + 1);
      g_hash_table_insert (books->versions, (gpointer) stream, GUINT_TO_POINTER (version + 1));
    }
  g_assert_cmpuint (g_hash_table_size (books->published), ==, g_hash_table_size (books->events));
}

static gboolean
add_balance (const char *key, gconstpointer row, gpointer user_data)
{
  g_assert_cmpint (((const Balance *) row)->balance, >=, 0);
  *(gint64 *) user_data += ((const Balance *) row)->balance;
  return TRUE;
}

static gboolean
check_movement (const char *key, gconstpointer row, gpointer user_data)
{
  const Movement *movement = row;
  gint64 expected = movement->phase == TRANSFER_FINISHED ? movement->amount : movement->taken;

  g_assert_nonnull (movement->order);
  g_assert_cmpint (movement->phase, !=, TRANSFER_MOVES);
  g_assert_cmpint (movement->taken, ==, expected);
  g_assert_cmpint (movement->given, ==, expected);
  (*(guint *) user_data)++;
  return TRUE;
}

static gboolean
append_published (EhEvent *event, gpointer user_data, GError **error)
{
  g_autofree char *id = eh_id_to_string (eh_event_get_id (event));
  FILE *file = user_data;

  fprintf (file, "%s\n", id);
  return TRUE;
}

static EhClient *
open_client (const Place *place, FILE *published)
{
  g_autoptr (EhDomain) domain = bank_with_transfers_new ();
  g_autoptr (GError) error = NULL;
  EhClient *client = eh_client_new (domain, place->uri, "memory:", 0, &error);

  g_assert_no_error (error);
  eh_event_bus_subscribe (eh_client_get_event_bus (client), "bank", NULL, NULL, append_published, published, NULL,
                          &error);
  g_assert_true (eh_client_start (client, &error));
  g_assert_true (eh_client_settle (client, NULL, &error));
  g_assert_no_error (error);
  return client;
}

static void
check_books (const Place *place)
{
  FILE *published = g_fopen (place->published, "a");
  g_autoptr (EhClient) client = open_client (place, published);
  g_autoptr (EhCloseReport) report = NULL;
  g_autofree char *left = NULL;
  g_autoptr (GError) error = NULL;
  Books books = { 0 };
  gint64 sum = 0;
  guint n_movements = 0;

  read_books (&books, client);
  eh_projection_foreach (eh_client_get_projection (client, "Balances"), add_balance, &sum);
  eh_projection_foreach (eh_client_get_projection (client, "Movements"), check_movement, &n_movements);
  g_assert_cmpint (sum, ==, books.paid_in);
  g_assert_true (eh_client_close_within (client, LONG, &report, &error));
  g_assert_no_error (error);
  left = eh_close_report_to_string (report);
  g_assert_cmpstr (left, ==, "");
  fclose (published);
  check_published (&books, place->published);
  g_test_message ("%u events, %u movements, %" G_GINT64_FORMAT " of money", g_hash_table_size (books.events),
                  n_movements, sum);
  g_assert_cmpuint (n_movements, >, 0);
  books_clear (&books);
}

static void
test_kill (void)
{
  const char *text = g_getenv ("EH_TEST_KILLS");
  guint64 n = text != NULL ? g_ascii_strtoull (text, NULL, 10) : KILLS;
  Place place;

  g_test_summary (
      "Killed at any moment, again and again, the bank loses no money, makes none, and publishes everything");
  place_init (&place);
  for (guint64 i = 0; i < n; i++)
    live_and_die (&place, g_test_rand_int_range (1, LONGEST_LIFE));
  live_and_die (&place, LONGEST_LIFE);
  check_books (&place);
  place_clear (&place);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bank-kill/kill", test_kill);
  return g_test_run ();
}
