/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store-fixture.h"

#define N_CLIENTS 4
#define N_STREAMS 3

/*
 * Random consistency: clients read a random stream and append to it on the condition that nobody came between,
 * or on none, and write into the event what they had seen. Afterwards the log alone must prove every condition:
 * an event that was appended on a condition follows exactly what its writer saw.
 */

typedef struct {
  EhEventStore *store;
  guint64 seed;
  guint number;
  guint n_rounds;
  guint n_appended;
  guint n_conflicts;
  guint n_wrong;
  GThread *thread;
} Client;

static guint
draw (Client *client, guint below)
{
  client->seed = client->seed * G_GUINT64_CONSTANT (6364136223846793005) + G_GUINT64_CONSTANT (1442695040888963407);
  return (guint) (client->seed >> 33) % below;
}

/* The number says what was seen; -1 that it was not looked at. */
static void
append_seen (Client *client, const char *stream, guint round, gint64 seen, gint64 expected)
{
  g_autoptr (EhEventBatch) batch = store_batch (stream, 0, 0);
  g_autoptr (GError) error = NULL;
  guint n = 1 + draw (client, 3);

  for (guint i = 0; i < n; i++)
    {
      EhId id = store_id (1 + i + 3 * ((guint64) client->number * client->n_rounds + round));

      eh_event_batch_add (batch, &id, &noted, &(Noted){ i == 0 ? seen : -1, NULL }, NULL);
    }
  if (eh_event_store_append (client->store, batch, expected, EH_APPEND_NONE, NULL, NULL, &error))
    client->n_appended += n;
  else if (g_error_matches (error, EH_ERROR, EH_ERROR_CONFLICT))
    client->n_conflicts++;
  else
    client->n_wrong++;
}

static gpointer
run_client (gpointer data)
{
  Client *client = data;

  for (guint round = 0; round < client->n_rounds; round++)
    {
      g_autofree char *stream = g_strdup_printf ("Note-%u", draw (client, N_STREAMS));
      gint64 seen = (gint64) store_version (client->store, stream);

      if (draw (client, 4) == 0)
        append_seen (client, stream, round, -1, EH_EXPECTED_ANY);
      else
        append_seen (client, stream, round, seen, seen);
    }
  return NULL;
}

static void
check_log (EhEventStore *store, guint n_appended)
{
  guint64 versions[N_STREAMS] = { 0 };
  guint64 position = 0;
  gboolean is_end = FALSE;

  for (guint64 next = 0; !is_end;)
    {
      g_autoptr (EhEventPage) page = eh_event_store_read_all (store, NULL, next, EH_FORWARDS, 100, NULL, NULL);

      for (guint i = 0; i < eh_event_page_get_size (page); i++)
        {
          EhEvent *event = eh_event_page_get (page, i);
          guint stream = eh_stream_name_get_id (eh_event_get_stream (event))[0] - '0';

          g_assert_cmpuint (eh_event_get_position (event), ==, ++position);
          if (store_number (event) >= 0)
            g_assert_cmpint (store_number (event), ==, (gint64) versions[stream]);
          g_assert_cmpuint (eh_event_get_version (event), ==, ++versions[stream]);
        }
      next = eh_event_page_get_next (page);
      is_end = eh_event_page_is_end (page);
    }
  g_assert_cmpuint (position, ==, n_appended);
}

static void
test_history (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  guint64 seed = (guint64) g_get_real_time ();
  Client clients[N_CLIENTS] = { 0 };
  guint n_appended = 0;

  g_test_summary ("Conditional appends by many clients: the log alone proves that every condition held");
  g_test_message ("seed %" G_GUINT64_FORMAT, seed);

  for (guint i = 0; i < N_CLIENTS; i++)
    {
      clients[i] = (Client){ .store = store, .seed = seed + i, .number = i, .n_rounds = store_count (5000) };
      clients[i].thread = g_thread_new ("client", run_client, &clients[i]);
    }
  for (guint i = 0; i < N_CLIENTS; i++)
    g_thread_join (clients[i].thread);
  for (guint i = 0; i < N_CLIENTS; i++)
    {
      g_test_message ("client %u: %u appended, %u conflicts", i, clients[i].n_appended, clients[i].n_conflicts);
      g_assert_cmpuint (clients[i].n_wrong, ==, 0);
      n_appended += clients[i].n_appended;
    }
  check_log (store, n_appended);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/memory-store/history", test_history);
  return g_test_run ();
}
