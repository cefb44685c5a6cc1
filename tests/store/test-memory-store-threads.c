/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store-fixture.h"

#define N_THREADS 8

/* Everything that a thread found is asserted by the main thread, after all have been joined. */
typedef struct {
  EhEventStore *store;
  gint *n_ready;
  guint number;
  guint n_rounds;
  guint n_won;
  guint n_conflicts;
  guint n_wrong;
  GThread *thread;
} Worker;

static void
run_workers (EhEventStore *store, Worker *workers, guint n_workers, guint n_rounds, GThreadFunc func)
{
  gint n_ready = 0;

  for (guint i = 0; i < n_workers; i++)
    {
      workers[i] = (Worker){ store, &n_ready, i, n_rounds, 0, 0, 0, NULL };
      workers[i].thread = g_thread_new ("worker", func, &workers[i]);
    }
  for (guint i = 0; i < n_workers; i++)
    g_thread_join (workers[i].thread);
}

/* All go at once; the wait ends because every worker comes. */
static void
wait_for_all (Worker *worker, guint n_workers)
{
  g_atomic_int_inc (worker->n_ready);
  while (g_atomic_int_get (worker->n_ready) < (gint) n_workers)
    g_thread_yield ();
}

static gpointer
append_same_version (gpointer data)
{
  Worker *worker = data;

  wait_for_all (worker, N_THREADS);
  for (guint round = 0; round < worker->n_rounds; round++)
    {
      g_autoptr (GError) error = NULL;
      guint64 first = 1 + 3 * (round * N_THREADS + worker->number);
      g_autofree char *stream = g_strdup_printf ("Note-%u", round);

      if (store_try (worker->store, stream, EH_EXPECTED_NO_STREAM, first, 3, &error))
        worker->n_won++;
      else if (g_error_matches (error, EH_ERROR, EH_ERROR_CONFLICT))
        worker->n_conflicts++;
      else
        worker->n_wrong++;
    }
  return NULL;
}

static void
test_one_wins (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  Worker workers[N_THREADS];
  guint n_rounds = store_count (500);
  guint n_won = 0;
  guint n_conflicts = 0;

  g_test_summary ("Eight threads append with the same expected version: one wins, the others write nothing");

  run_workers (store, workers, N_THREADS, n_rounds, append_same_version);
  for (guint i = 0; i < N_THREADS; i++)
    {
      g_assert_cmpuint (workers[i].n_wrong, ==, 0);
      n_won += workers[i].n_won;
      n_conflicts += workers[i].n_conflicts;
    }
  g_assert_cmpuint (n_won, ==, n_rounds);
  g_assert_cmpuint (n_conflicts, ==, n_rounds * (N_THREADS - 1));
  g_assert_cmpuint (store_head (store), ==, 3 * n_rounds);
  for (guint round = 0; round < n_rounds; round++)
    {
      g_autofree char *stream = g_strdup_printf ("Note-%u", round);

      g_assert_cmpuint (store_version (store, stream), ==, 3);
    }
}

static gpointer
append_any (gpointer data)
{
  Worker *worker = data;

  wait_for_all (worker, N_THREADS);
  for (guint i = 0; i < worker->n_rounds; i++)
    worker->n_won += store_try (worker->store, "Note-a", EH_EXPECTED_ANY, 1 + worker->number * worker->n_rounds + i, 1,
                                NULL);
  return NULL;
}

static void
test_any (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhEventPage) page = NULL;
  Worker workers[N_THREADS];
  guint seen[N_THREADS] = { 0 };
  const guint n_rounds = 100;

  g_test_summary ("Eight threads append a hundred each: nothing is lost and each writer's order is kept");

  run_workers (store, workers, N_THREADS, n_rounds, append_any);
  page = store_read (store, "Note-a");
  g_assert_cmpuint (eh_event_page_get_size (page), ==, N_THREADS * n_rounds);
  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    {
      EhEvent *event = eh_event_page_get (page, i);
      guint number = (guint) store_number (event) - 1;

      g_assert_cmpuint (eh_event_get_version (event), ==, i + 1);
      g_assert_cmpuint (number % n_rounds, ==, seen[number / n_rounds]++);
    }
  for (guint i = 0; i < N_THREADS; i++)
    g_assert_cmpuint (workers[i].n_won, ==, n_rounds);
}

#define BATCH 7

static gpointer
append_batches (gpointer data)
{
  Worker *worker = data;

  for (guint i = 0; i < worker->n_rounds; i++)
    store_try (worker->store, "Note-a", EH_EXPECTED_ANY, 1 + (guint64) i * BATCH, BATCH, NULL);
  g_atomic_int_inc (worker->n_ready);
  return NULL;
}

/* Counts reads whose size is no whole number of batches. */
static void
look_at_store (Worker *worker, EhStreamName *name)
{
  g_autoptr (EhEventPage) stream = eh_event_store_read_stream (worker->store, name, 0, EH_FORWARDS, 0, NULL, NULL);
  g_autoptr (EhEventPage) all = eh_event_store_read_all (worker->store, NULL, 0, EH_FORWARDS, 0, NULL, NULL);
  g_autoptr (EhEventPage)
      category = eh_event_store_read_all (worker->store, "Note", G_MAXUINT64, EH_BACKWARDS, 0, NULL, NULL);
  guint64 version = 0;
  guint64 head = 0;

  eh_event_store_get_version (worker->store, name, &version, NULL, NULL);
  eh_event_store_get_head (worker->store, &head, NULL, NULL);
  worker->n_wrong += eh_event_page_get_size (stream) % BATCH != 0;
  worker->n_wrong += eh_event_page_get_size (all) % BATCH != 0;
  worker->n_wrong += eh_event_page_get_size (category) % BATCH != 0;
  worker->n_wrong += version % BATCH != 0;
  worker->n_wrong += head % BATCH != 0;
  worker->n_won++;
}

static gpointer
read_or_append (gpointer data)
{
  Worker *worker = data;
  g_autoptr (EhStreamName) name = store_name ("Note-a");

  if (worker->number == 0)
    return append_batches (worker);
  do
    look_at_store (worker, name);
  while (g_atomic_int_get (worker->n_ready) == 0);
  return NULL;
}

static void
test_whole_batches (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  Worker workers[3];
  guint n_rounds = store_count (EH_READ_LIMIT_MAX / BATCH);

  g_test_summary ("A reader in a tight loop never sees a part of a batch");

  run_workers (store, workers, 3, n_rounds, read_or_append);
  g_assert_cmpuint (store_head (store), ==, n_rounds * BATCH);
  for (guint i = 1; i < 3; i++)
    {
      g_assert_cmpuint (workers[i].n_wrong, ==, 0);
      g_assert_cmpuint (workers[i].n_won, >, 0);
    }
}

static gpointer
append_own_stream (gpointer data)
{
  Worker *worker = data;
  g_autofree char *stream = g_strdup_printf ("Note-%u", worker->number);

  wait_for_all (worker, N_THREADS);
  for (guint i = 0; i < worker->n_rounds; i++)
    worker->n_won += store_try (worker->store, stream, i, 1 + worker->number + (guint64) i * N_THREADS, 1, NULL);
  return NULL;
}

static void
test_different_streams (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  Worker workers[N_THREADS];
  guint n_rounds = store_count (1000);

  g_test_summary ("Appenders to different streams never conflict");

  run_workers (store, workers, N_THREADS, n_rounds, append_own_stream);
  for (guint i = 0; i < N_THREADS; i++)
    g_assert_cmpuint (workers[i].n_won, ==, n_rounds);
  g_assert_cmpuint (store_head (store), ==, N_THREADS * n_rounds);
}

static gpointer
append_same_batches (gpointer data)
{
  Worker *worker = data;

  wait_for_all (worker, N_THREADS);
  for (guint i = 0; i < worker->n_rounds; i++)
    worker->n_won += store_try (worker->store, "Note-a", EH_EXPECTED_ANY, 1 + (guint64) i * BATCH, BATCH, NULL);
  return NULL;
}

static void
test_same_batches (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  Worker workers[N_THREADS];
  guint n_rounds = store_count (200);

  g_test_summary ("Eight threads append the same batches: all succeed, and each batch is there once");

  run_workers (store, workers, N_THREADS, n_rounds, append_same_batches);
  for (guint i = 0; i < N_THREADS; i++)
    g_assert_cmpuint (workers[i].n_won, ==, n_rounds);
  g_assert_cmpuint (store_head (store), ==, n_rounds * BATCH);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/memory-store/threads/one-wins", test_one_wins);
  g_test_add_func ("/memory-store/threads/any", test_any);
  g_test_add_func ("/memory-store/threads/whole-batches", test_whole_batches);
  g_test_add_func ("/memory-store/threads/different-streams", test_different_streams);
  g_test_add_func ("/memory-store/threads/same-batches", test_same_batches);
  return g_test_run ();
}
