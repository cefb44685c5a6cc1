/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/store/file-fixture.h"

/*
 * Threads append to a file store at once and read it meanwhile; a memory store that is told the same, in the order that
 * came of it, is what it must not differ from, however it is read.
 */

#define N_THREADS 6
#define N_STREAMS 5

typedef struct {
  guint64 position; /* of the last event */
  guint64 first;    /* of the ids, as store_batch() counts */
  guint64 version;  /* of the last event */
  guint n;
} Done;

typedef struct {
  EhEventStore *store;
  guint64 seed;
  guint number;
  guint n_rounds;
  GArray *done; /* (owned) (element-type Done): what was acknowledged */
  guint n_conflicts;
  guint n_wrong;
} Client;

static guint
draw (Client *client, guint below)
{
  client->seed = client->seed * G_GUINT64_CONSTANT (6364136223846793005) + G_GUINT64_CONSTANT (1442695040888963407);
  return (guint) (client->seed >> 33) % below;
}

/* The stream is a part of the first id, so that what was done can be repeated from it. */
static char *
get_stream (guint64 first)
{
  const guint number = first / 10 % N_STREAMS;

  return g_strdup_printf ("%s-%u", number % 2 == 0 ? "Note" : "Notes", number);
}

static void
append (Client *client, guint round)
{
  const guint64 first = ((guint64) (round * N_THREADS + client->number) * N_STREAMS + draw (client, N_STREAMS)) * 10
                        + 1;
  const guint n = 1 + draw (client, 4);
  g_autofree char *stream = get_stream (first);
  g_autoptr (EhEventBatch) batch = store_batch (stream, first, n);
  g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;
  gint64 expected = EH_EXPECTED_ANY;
  g_autoptr (GError) error = NULL;

  if (draw (client, 3) > 0)
    expected = (gint64) store_version (client->store, stream);
  if (eh_event_store_append (client->store, batch, expected, EH_APPEND_NONE, &result, NULL, &error))
    {
      const Done done = { result.last_position, first, result.last_version, n };

      client->n_wrong += expected >= 0 && result.first_version != (guint64) expected + 1;
      g_array_append_val (client->done, done);
    }
  else if (g_error_matches (error, EH_ERROR, EH_ERROR_CONFLICT))
    client->n_conflicts++;
  else
    client->n_wrong++;
}

/* What is read while others append is a beginning of the stream, with its own appends in it. */
static void
look (Client *client)
{
  const Done *last = client->done->len > 0 ? &g_array_index (client->done, Done, client->done->len - 1) : NULL;
  g_autofree char *stream = get_stream (last != NULL ? last->first : 0);
  g_autoptr (EhEventPage) page = store_read (client->store, stream);
  const guint size = eh_event_page_get_size (page);

  for (guint i = 0; i < size; i++)
    client->n_wrong += eh_event_get_version (eh_event_page_get (page, i)) != i + 1;
  client->n_wrong += last != NULL && size < MIN (last->version, EH_READ_LIMIT_MAX);
}

static gpointer
run_client (gpointer data)
{
  Client *client = data;

  for (guint round = 0; round < client->n_rounds; round++)
    {
      if (draw (client, 8) == 0)
        look (client);
      else
        append (client, round);
    }
  return NULL;
}

static gint
compare_positions (gconstpointer a, gconstpointer b)
{
  const guint64 one = ((const Done *) a)->position;
  const guint64 other = ((const Done *) b)->position;

  return one < other ? -1 : one > other;
}

/* The memory store, after the same in the order of positions. */
static EhEventStore *
repeat (Client *clients)
{
  EhEventStore *memory = eh_memory_store_new ();
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (Done));

  for (guint i = 0; i < N_THREADS; i++)
    g_array_append_vals (all, clients[i].done->data, clients[i].done->len);
  g_array_sort (all, compare_positions);
  for (guint i = 0; i < all->len; i++)
    {
      const Done *done = &g_array_index (all, Done, i);
      g_autofree char *stream = get_stream (done->first);
      g_autoptr (EhEventBatch) batch = store_batch (stream, done->first, done->n);
      g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;

      g_assert_true (eh_event_store_append (memory, batch, EH_EXPECTED_ANY, EH_APPEND_NONE, &result, NULL, NULL));
      g_assert_cmpuint (result.last_position, ==, done->position);
      g_assert_cmpuint (result.last_version, ==, done->version);
    }
  return memory;
}

static void
assert_same_page (EhEventPage *page, EhEventPage *expected)
{
  g_assert_cmpuint (eh_event_page_get_size (page), ==, eh_event_page_get_size (expected));
  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    g_assert_true (eh_event_equal (eh_event_page_get (page, i), eh_event_page_get (expected, i)));
  g_assert_cmpuint (eh_event_page_get_next (page), ==, eh_event_page_get_next (expected));
  g_assert_cmpint (eh_event_page_is_end (page), ==, eh_event_page_is_end (expected));
}

/* @what: (nullable): a stream, which has a "-", or a category; everything */
static EhEventPage *
read_page (EhEventStore *store, const char *what, guint64 from, EhDirection direction, guint limit)
{
  g_autoptr (EhStreamName) name = what != NULL && strchr (what, '-') != NULL ? store_name (what) : NULL;
  g_autoptr (GError) error = NULL;
  EhEventPage *page = name != NULL ? eh_event_store_read_stream (store, name, from, direction, limit, NULL, &error)
                                   : eh_event_store_read_all (store, what, from, direction, limit, NULL, &error);

  g_assert_no_error (error);
  return page;
}

static void
assert_same (EhEventStore *store, EhEventStore *memory, Client *client, guint n)
{
  static const char *const whats[] = { NULL, "Note", "Notes", "None", "Note-0", "Notes-1", "Note-2", "Notes-3" };
  const guint64 head = store_head (memory);

  g_assert_cmpuint (store_head (store), ==, head);
  for (guint i = 0; i < n; i++)
    {
      const char *what = whats[draw (client, G_N_ELEMENTS (whats))];
      const EhDirection direction = draw (client, 2) == 0 ? EH_FORWARDS : EH_BACKWARDS;
      const guint64 from = draw (client, 10) == 0 ? G_MAXUINT64 : draw (client, (guint) head + 3);
      const guint limit = draw (client, 50);
      g_autoptr (EhEventPage) page = read_page (store, what, from, direction, limit);
      g_autoptr (EhEventPage) expected = read_page (memory, what, from, direction, limit);

      assert_same_page (page, expected);
    }
}

static void
test_oracle (void)
{
  g_autofree char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  const guint64 seed = (guint64) g_get_real_time ();
  g_autoptr (EhStreamName) deleted = store_name ("Note-4");
  g_autoptr (EhEventStore) memory = NULL;
  EhEventStore *store = NULL;
  Client clients[N_THREADS];
  GThread *threads[N_THREADS];

  g_test_summary ("What threads have appended is what a memory store has that was told the same, however it is read");
  g_test_message ("seed %" G_GUINT64_FORMAT, seed);

  options.background = TRUE;
  store = file_open (folder, &options);
  for (guint i = 0; i < N_THREADS; i++)
    {
      clients[i] = (Client){ store, seed + i, i, store_count (400), g_array_new (FALSE, FALSE, sizeof (Done)), 0, 0 };
      threads[i] = g_thread_new ("client", run_client, &clients[i]);
    }
  for (guint i = 0; i < N_THREADS; i++)
    {
      g_thread_join (threads[i]);
      g_test_message ("client %u: %u appends, %u conflicts", i, clients[i].done->len, clients[i].n_conflicts);
      g_assert_cmpuint (clients[i].n_wrong, ==, 0);
    }
  memory = repeat (clients);
  assert_same (store, memory, &clients[0], 500);
  g_assert_true (eh_event_store_delete_stream (store, deleted, EH_EXPECTED_ANY, NULL, NULL));
  g_assert_true (eh_event_store_delete_stream (memory, deleted, EH_EXPECTED_ANY, NULL, NULL));
  assert_same (store, memory, &clients[0], 500);
  file_close (store);
  store = file_open (folder, &options);
  assert_same (store, memory, &clients[0], 500);
  file_close (store);
  for (guint i = 0; i < N_THREADS; i++)
    g_array_unref (clients[i].done);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/file-oracle/threads", test_oracle);
  return g_test_run ();
}
