/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-lock-private.h"
#include "tests/store/file-fixture.h"

/* Many at once: threads that share flushes, and appends that nobody waits for. */

#define N_THREADS 8

typedef struct {
  EhEventStore *store;
  guint number;
  guint n;
} Appender;

static gpointer
append_thread (gpointer data)
{
  const Appender *appender = data;
  g_autofree char *name = g_strdup_printf ("Note-%u", appender->number);

  for (guint i = 0; i < appender->n; i++)
    {
      const guint64 first = (guint64) appender->number * 1000000 + i + 1;
      g_autoptr (GError) error = NULL;

      store_try (appender->store, name, i, first, 1, &error);
      g_assert_no_error (error);
      /* What was acknowledged can be read, by everybody. */
      g_assert_cmpuint (store_version (appender->store, name), ==, i + 1);
    }
  return NULL;
}

static void
test_threads (gconstpointer data)
{
  g_autofree char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  const guint n = store_count (400);
  EhEventStore *store = NULL;
  Appender appenders[N_THREADS];
  GThread *threads[N_THREADS];

  g_test_summary ("Threads append to streams of their own, over many segments and runs; all is there afterwards");

  options.background = TRUE;
  options.sync = (EhFileSync) GPOINTER_TO_INT (data);
  options.interval = 1;
  store = file_open (folder, &options);
  for (guint i = 0; i < N_THREADS; i++)
    {
      appenders[i] = (Appender){ store, i, n };
      threads[i] = g_thread_new ("append", append_thread, &appenders[i]);
    }
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  for (guint round = 0; round < 2; round++)
    {
      g_assert_cmpuint (store_head (store), ==, N_THREADS * n);
      for (guint i = 0; i < N_THREADS; i++)
        {
          g_autofree char *name = g_strdup_printf ("Note-%u", i);
          g_autoptr (EhEventPage) page = store_read (store, name);

          g_assert_cmpuint (eh_event_page_get_size (page), ==, n);
          g_assert_cmpint (store_number (eh_event_page_get (page, n - 1)), ==, i * 1000000 + n);
        }
      file_close (store);
      store = file_open (folder, &options);
    }
  file_close (store);
}

/* Appends under way, and what became of them. */
typedef struct {
  EhLock lock;
  EhCond cond;
  guint n_done;      /* (mutex lock) */
  guint n_refused;   /* (mutex lock) */
  guint64 last;      /* (mutex lock): position */
  gboolean in_order; /* (mutex lock): so far */
  gboolean dropped;  /* (mutex lock): by all but the store itself */
} Pipeline;

static void
note_done (const EhAppendResult *result, const GError *error, gpointer user_data)
{
  Pipeline *pipeline = user_data;

  eh_lock (&pipeline->lock);
  pipeline->n_done++;
  pipeline->n_refused += error != NULL;
  if (error == NULL)
    {
      pipeline->in_order = pipeline->in_order && result->last_position > pipeline->last;
      pipeline->last = result->last_position;
    }
  eh_cond_signal (&pipeline->cond);
  eh_unlock (&pipeline->lock);
}

static void
wait_for (Pipeline *pipeline, guint n)
{
  const gint64 end = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

  eh_lock (&pipeline->lock);
  while (pipeline->n_done < n)
    g_assert_true (eh_cond_wait_until (&pipeline->cond, &pipeline->lock, end));
  eh_unlock (&pipeline->lock);
}

static void
test_submit (gconstpointer data)
{
  g_autofree char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  const guint n = store_count (2000);
  Pipeline pipeline = { .in_order = TRUE };
  EhEventStore *store = NULL;
  guint n_refused_at_once = 0;

  g_test_summary ("Appends that nobody waits for end in their order; refusals are told too");

  eh_lock_init (&pipeline.lock);
  eh_cond_init (&pipeline.cond);
  options.background = GPOINTER_TO_INT (data);
  store = file_open (folder, &options);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EhEventBatch) batch = store_batch ("Note-1", i + 1, 1);
      g_autoptr (EhEventBatch) late = store_batch ("Note-1", 1000000 + i, 1);
      g_autoptr (GError) error = NULL;

      g_assert_true (eh_event_store_submit (store, batch, i, note_done, &pipeline, &error));
      if (i % 10 == 0 && !eh_event_store_submit (store, late, i, note_done, &pipeline, &error))
        {
          g_assert_error (error, EH_ERROR, EH_ERROR_CONFLICT);
          n_refused_at_once++;
        }
    }
  wait_for (&pipeline, n + (n + 9) / 10 - n_refused_at_once);
  g_assert_cmpuint (pipeline.n_refused + n_refused_at_once, ==, (n + 9) / 10);
  g_assert_true (pipeline.in_order);
  g_assert_cmpuint (store_version (store, "Note-1"), ==, n);
  file_close (store);
  eh_cond_clear (&pipeline.cond);
  eh_lock_clear (&pipeline.lock);
}

/* Some appends under way, each of which goes on with the next one of its stream when it has ended. */
typedef struct {
  Pipeline pipeline;
  EhEventStore *store;
  guint n;
} Chain;

typedef struct {
  Chain *chain;
  guint stream;
  guint version;
} Link;

static void
go_on (const EhAppendResult *result, const GError *error, gpointer user_data)
{
  Link *link = user_data;
  g_autofree char *name = g_strdup_printf ("Note-%u", link->stream);
  g_autoptr (EhEventBatch) batch = store_batch (name, (guint64) link->stream * 1000000 + link->version + 1, 1);

  g_assert_no_error (error);
  if (link->version++ < link->chain->n)
    g_assert_true (eh_event_store_submit (link->chain->store, batch, link->version - 1, go_on, link, NULL));
  else
    note_done (result, error, &link->chain->pipeline);
}

static void
test_chain (void)
{
  g_autofree char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  Chain chain = { .n = store_count (400) };
  Link links[16];

  g_test_summary ("Who is told that an append has ended may append, whichever thread tells him");

  eh_lock_init (&chain.pipeline.lock);
  eh_cond_init (&chain.pipeline.cond);
  options.background = TRUE;
  chain.store = file_open (folder, &options);
  for (guint i = 0; i < G_N_ELEMENTS (links); i++)
    {
      links[i] = (Link){ &chain, i, 0 };
      go_on (NULL, NULL, &links[i]);
    }
  for (guint i = 0; i < chain.n; i++)
    store_append (chain.store, "Other-1", G_GUINT64_CONSTANT (1000000000) + i * 20, 20);
  wait_for (&chain.pipeline, G_N_ELEMENTS (links));
  g_assert_cmpuint (store_head (chain.store), ==, (G_N_ELEMENTS (links) + 20) * chain.n);
  file_close (chain.store);
  eh_cond_clear (&chain.pipeline.cond);
  eh_lock_clear (&chain.pipeline.lock);
}

static void
note_dropped (const EhAppendResult *result, const GError *error, gpointer user_data)
{
  Pipeline *pipeline = user_data;
  const gint64 end = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

  eh_lock (&pipeline->lock);
  while (!pipeline->dropped)
    g_assert_true (eh_cond_wait_until (&pipeline->cond, &pipeline->lock, end));
  eh_unlock (&pipeline->lock);
}

static void
test_drop (void)
{
  g_autofree char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  const gint64 end = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  Pipeline pipeline = { 0 };
  g_autoptr (EhEventBatch) batch = store_batch ("Note-1", 1, 1);
  EhEventStore *store = NULL;

  g_test_summary ("A store that is dropped while an append is under way is closed when that has ended");

  eh_lock_init (&pipeline.lock);
  eh_cond_init (&pipeline.cond);
  options.background = TRUE;
  store = file_open (folder, &options);
  g_assert_true (eh_event_store_submit (store, batch, 0, note_dropped, &pipeline, NULL));
  g_object_unref (store);
  eh_lock (&pipeline.lock);
  pipeline.dropped = TRUE;
  eh_cond_signal (&pipeline.cond);
  eh_unlock (&pipeline.lock);

  while ((store = eh_file_store_open_with (file_get_quick_ops (), folder, &options, NULL)) == NULL)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_thread_yield ();
    }
  g_assert_cmpuint (store_version (store, "Note-1"), ==, 1);
  file_close (store);
  eh_cond_clear (&pipeline.cond);
  eh_lock_clear (&pipeline.lock);
}

/* The system's calls, but making a run that begins where the log does, but for the first, waits. */
typedef struct {
  EhFileOps ops;
  EhLock lock;
  EhCond cond;
  const char *folder;
  gboolean go; /* (mutex lock) */
} Held;

static guint
count_runs (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "run", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name = NULL;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    n += g_str_has_suffix (name, ".run");
  return n;
}

static int
held_open (gpointer fs, const char *path, EhFileOpenFlags flags)
{
  Held *held = fs;
  const gint64 end = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

  if (strstr (path, "/run/0000000100001000-") != NULL && g_str_has_suffix (path, ".tmp"))
    {
      eh_lock (&held->lock);
      while (count_runs (held->folder) > 0 && !held->go)
        g_assert_true (eh_cond_wait_until (&held->cond, &held->lock, end));
      eh_unlock (&held->lock);
    }
  return eh_file_ops_get_system ()->open (NULL, path, flags);
}

static void
test_merging (void)
{
  g_autofree char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  const gint64 end = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  Held held = { .ops = *file_get_quick_ops (), .folder = folder };
  g_autoptr (GError) error = NULL;
  EhEventStore *store = NULL;
  guint n = 0;

  g_test_summary ("The index of what is appended goes to the disk also while a merge goes on");

  held.ops.fs = &held;
  held.ops.open = held_open;
  eh_lock_init (&held.lock);
  eh_cond_init (&held.cond);
  options.background = TRUE;
  store = eh_file_store_open_with (&held.ops, folder, &options, &error);
  g_assert_no_error (error);
  while (count_runs (folder) < 12)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      store_append (store, "Note-1", n + 1, 40);
      n += 40;
    }
  eh_lock (&held.lock);
  held.go = TRUE;
  eh_cond_broadcast (&held.cond);
  eh_unlock (&held.lock);
  while (count_runs (folder) >= 12)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_thread_yield ();
    }
  g_assert_cmpuint (store_version (store, "Note-1"), ==, n);
  file_close (store);
  store = file_open (folder, &options);
  g_assert_cmpuint (store_version (store, "Note-1"), ==, n);
  g_assert_false (store_try (store, "Note-2", 0, 5, 1, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_EXISTS);
  file_close (store);
  eh_cond_clear (&held.cond);
  eh_lock_clear (&held.lock);
}

/* Readers beside appenders never see a gap, or anything change. */
static gpointer
read_thread (gpointer data)
{
  EhEventStore *store = data;
  guint64 next = 1;

  while (next < store_count (4000))
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EhEventPage) page = eh_event_store_read_all (store, NULL, next, EH_FORWARDS, 0, NULL, &error);

      g_assert_no_error (error);
      for (guint i = 0; i < eh_event_page_get_size (page); i++)
        g_assert_cmpuint (eh_event_get_position (eh_event_page_get (page, i)), ==, next++);
    }
  return NULL;
}

static void
test_read_beside (void)
{
  EhEventStore *store = file_new_store ();
  GThread *readers[2];
  GThread *writers[2];
  Appender appenders[2];

  g_test_summary ("Who reads beside appenders sees every position once, in order");

  for (guint i = 0; i < 2; i++)
    {
      readers[i] = g_thread_new ("read", read_thread, store);
      appenders[i] = (Appender){ store, i, store_count (2000) };
      writers[i] = g_thread_new ("append", append_thread, &appenders[i]);
    }
  for (guint i = 0; i < 2; i++)
    g_thread_join (writers[i]);
  for (guint i = 0; i < 2; i++)
    g_thread_join (readers[i]);
  file_close (store);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/file-writer/threads", GINT_TO_POINTER (EH_FILE_SYNC_ALWAYS), test_threads);
  g_test_add_data_func ("/file-writer/threads-interval", GINT_TO_POINTER (EH_FILE_SYNC_INTERVAL), test_threads);
  g_test_add_data_func ("/file-writer/submit", GINT_TO_POINTER (TRUE), test_submit);
  g_test_add_data_func ("/file-writer/submit-alone", GINT_TO_POINTER (FALSE), test_submit);
  g_test_add_func ("/file-writer/chain", test_chain);
  g_test_add_func ("/file-writer/drop", test_drop);
  g_test_add_func ("/file-writer/merging", test_merging);
  g_test_add_func ("/file-writer/read-beside", test_read_beside);

  return g_test_run ();
}
