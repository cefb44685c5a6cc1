/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "consumer-fixture.h"

/* Not among the threaded tests: ThreadSanitizer does not see the locks inside of a main context. */

#define WAIT_LIMIT (60 * G_TIME_SPAN_SECOND)

typedef struct {
  EhEventStore *store;
  EhCheckpointStore *checkpoints;
  EhConsumer *consumer;
  guint n_handled; /* the context's thread's; seen by others once they were told of the position */
} Fixture;

static gboolean
count (EhEvent *event, gpointer user_data, GError **error)
{
  ((Fixture *) user_data)->n_handled++;
  return TRUE;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->store = eh_memory_store_new ();
  fixture->checkpoints = flaky_checkpoints_new ();
  fixture->consumer = eh_consumer_new ("reader", fixture->store, fixture->checkpoints, NULL, count, fixture, NULL,
                                       NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->consumer);
  g_clear_object (&fixture->checkpoints);
  g_clear_object (&fixture->store);
}

static void
append_and_wait (Fixture *fixture)
{
  guint64 next = store_head (fixture->store) + 1;
  g_autoptr (GError) error = NULL;

  store_append (fixture->store, "Note-a", next, 1);
  eh_consumer_wait (fixture->consumer, next, WAIT_LIMIT, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->n_handled, ==, next);
}

static gpointer
run_context (gpointer data)
{
  g_main_loop_run (data);
  return NULL;
}

static void
test_context (Fixture *fixture, gconstpointer data)
{
  const guint n = store_count (200);
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  g_autoptr (GError) error = NULL;
  GThread *thread = NULL;

  g_test_summary ("A main context in another thread drives; it is stopped from here, and started again");

  thread = g_thread_new ("context", run_context, loop);
  for (guint round = 1; round <= 3; round++)
    {
      eh_consumer_attach (fixture->consumer, context, &error);
      g_assert_no_error (error);
      for (guint i = 0; i < n; i++)
        append_and_wait (fixture);
      g_assert_true (eh_consumer_stop (fixture->consumer, NULL));
    }
  g_main_loop_quit (loop);
  g_thread_join (thread);
}

static void
test_portions (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  guint n_turns = 0;

  g_test_summary ("In a main context others have their turn after a portion");

  store_append (fixture->store, "Note-a", 1, 1000);
  g_assert_true (eh_consumer_attach (fixture->consumer, context, NULL));
  for (; eh_consumer_get_position (fixture->consumer) < 1000; n_turns++)
    g_main_context_iteration (context, TRUE);
  g_assert_cmpuint (n_turns, >, 10);
  store_append (fixture->store, "Note-a", 1001, 1);
  for (n_turns = 0; eh_consumer_get_position (fixture->consumer) < 1001; n_turns++)
    {
      g_main_context_iteration (context, TRUE);
      g_assert_cmpuint (n_turns, <, 10);
    }
  g_clear_object (&fixture->consumer);
  while (g_main_context_iteration (context, FALSE))
    ;
}

#define ADD(name, func) g_test_add ("/consumer-context/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("context", test_context);
  ADD ("portions", test_portions);

  return g_test_run ();
}
