/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "consumer-fixture.h"
#include "model/eh-lock-private.h"

/* Every wait has this bound; one that runs into it is a failure. */
#define WAIT_LIMIT (60 * G_TIME_SPAN_SECOND)

#define N_WRITERS 4

/* What the handler has done, as somebody sees it who was told that it has. */
typedef struct {
  EhLock lock;
  guint64 position;      /* (mutex lock): of the newest */
  guint n_handled;       /* (mutex lock) */
  gboolean out_of_order; /* (mutex lock) */
  gboolean fails;        /* (mutex lock) */
} Effects;

static gboolean
note_effect (EhEvent *event, gpointer user_data, GError **error)
{
  Effects *self = user_data;
  gboolean fails = FALSE;

  eh_lock (&self->lock);
  fails = self->fails;
  if (!fails)
    {
      self->out_of_order |= eh_event_get_position (event) <= self->position;
      self->position = eh_event_get_position (event);
      self->n_handled++;
    }
  eh_unlock (&self->lock);
  if (fails)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "not yet");
  return !fails;
}

static guint64
get_effect (Effects *self)
{
  guint64 position = 0;

  eh_lock (&self->lock);
  position = self->position;
  eh_unlock (&self->lock);
  return position;
}

typedef struct {
  EhEventStore *store;
  EhCheckpointStore *checkpoints;
  EhConsumer *consumer;
  Effects effects;
} Fixture;

static void
make_consumer (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&fixture->consumer);
  fixture->consumer = eh_consumer_new ("reader", fixture->store, fixture->checkpoints, NULL, note_effect,
                                       &fixture->effects, NULL, &error);
  g_assert_no_error (error);
  eh_consumer_set_attempts (fixture->consumer, 0, 1000, 10000);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  eh_lock_init (&fixture->effects.lock);
  fixture->store = eh_memory_store_new ();
  fixture->checkpoints = flaky_checkpoints_new ();
  make_consumer (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->consumer);
  g_clear_object (&fixture->checkpoints);
  g_clear_object (&fixture->store);
  eh_lock_clear (&fixture->effects.lock);
}

static void
start (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  eh_consumer_start (fixture->consumer, &error);
  g_assert_no_error (error);
}

static void
wait_for (Fixture *fixture, guint64 position)
{
  g_autoptr (GError) error = NULL;

  eh_consumer_wait (fixture->consumer, position, WAIT_LIMIT, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (get_effect (&fixture->effects), >=, position);
}

typedef struct {
  Fixture *fixture;
  guint number;
  guint n_events;
  guint n_lies;
  guint n_errors;
} Writer;

/* Appends, then waits for its own event: then the handler must have had it. */
static gpointer
write_and_wait (gpointer data)
{
  Writer *self = data;
  g_autofree char *stream = g_strdup_printf ("Note-%u", self->number);

  for (guint i = 0; i < self->n_events; i++)
    {
      g_autoptr (EhEventBatch) batch = store_batch (stream, 1 + self->number * 1000000 + i, 1);
      g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;
      EhConsumer *consumer = self->fixture->consumer;

      if (!eh_event_store_append (self->fixture->store, batch, EH_EXPECTED_ANY, 0, &result, NULL, NULL)
          || !eh_consumer_wait (consumer, result.last_position, WAIT_LIMIT, NULL, NULL))
        self->n_errors++;
      else if (get_effect (&self->fixture->effects) < result.last_position)
        self->n_lies++;
    }
  return NULL;
}

static void
run_writers (Fixture *fixture, guint n_events)
{
  Writer writers[N_WRITERS];
  GThread *threads[N_WRITERS];

  for (guint i = 0; i < N_WRITERS; i++)
    {
      writers[i] = (Writer){ fixture, i, n_events, 0, 0 };
      threads[i] = g_thread_new ("writer", write_and_wait, &writers[i]);
    }
  for (guint i = 0; i < N_WRITERS; i++)
    {
      g_thread_join (threads[i]);
      g_assert_cmpuint (writers[i].n_errors, ==, 0);
      g_assert_cmpuint (writers[i].n_lies, ==, 0);
    }
}

static void
test_no_lies (Fixture *fixture, gconstpointer data)
{
  const guint n = store_count (1000);

  g_test_summary ("Who waited for his event sees what its handler did, with racing writers");

  start (fixture);
  run_writers (fixture, n);
  g_assert_true (eh_consumer_stop (fixture->consumer, NULL));
  g_assert_cmpuint (fixture->effects.n_handled, ==, n * N_WRITERS);
  g_assert_false (fixture->effects.out_of_order);
  g_assert_cmpuint (consumer_saved (fixture->checkpoints, "reader"), ==, n * N_WRITERS);
}

static void
test_restarts (Fixture *fixture, gconstpointer data)
{
  const guint n = store_count (200);

  g_test_summary ("Started and stopped again and again, also by letting go: nothing is missed or handled twice");

  for (guint i = 0; i < n; i++)
    {
      start (fixture);
      store_append (fixture->store, "Note-a", 1 + 2 * i, 1);
      if (i % 2 == 0)
        g_assert_true (eh_consumer_stop (fixture->consumer, NULL));
      else
        make_consumer (fixture);
      store_append (fixture->store, "Note-a", 2 + 2 * i, 1);
    }
  start (fixture);
  wait_for (fixture, 2 * n);
  g_assert_cmpuint (fixture->effects.n_handled, ==, 2 * n);
  g_assert_false (fixture->effects.out_of_order);
}

typedef struct {
  Fixture *fixture;
  gint code;
} Waiter;

static gpointer
wait_in_vain (gpointer data)
{
  Waiter *self = data;
  g_autoptr (GError) error = NULL;

  if (!eh_consumer_wait (self->fixture->consumer, G_MAXUINT64, -1, NULL, &error) && error->domain == EH_ERROR)
    self->code = error->code;
  return NULL;
}

static void
test_stop_wakes (Fixture *fixture, gconstpointer data)
{
  Waiter waiter = { fixture, -1 };
  GThread *thread = NULL;

  g_test_summary ("Who waits without a limit is told that the consumer was stopped");

  start (fixture);
  thread = g_thread_new ("waiter", wait_in_vain, &waiter);
  store_append (fixture->store, "Note-a", 1, 1);
  wait_for (fixture, 1);
  g_assert_true (eh_consumer_stop (fixture->consumer, NULL));
  g_thread_join (thread);
  g_assert_cmpint (waiter.code, ==, EH_ERROR_CLOSED);
}

static void
test_close_wakes (Fixture *fixture, gconstpointer data)
{
  Waiter waiter = { fixture, -1 };
  g_autoptr (GError) last = NULL;
  GThread *thread = NULL;

  g_test_summary ("A store that is closed meanwhile: who waits is told, and the checkpoint is saved at the stop");

  store_append (fixture->store, "Note-a", 1, 1);
  start (fixture);
  wait_for (fixture, 1);
  thread = g_thread_new ("waiter", wait_in_vain, &waiter);
  g_assert_true (eh_event_store_close (fixture->store, NULL, NULL));
  g_thread_join (thread);
  g_assert_cmpint (waiter.code, ==, EH_ERROR_CLOSED);
  last = eh_consumer_get_last_error (fixture->consumer);
  g_assert_error (last, EH_ERROR, EH_ERROR_CLOSED);
  g_assert_true (eh_consumer_stop (fixture->consumer, NULL));
  g_assert_cmpuint (consumer_saved (fixture->checkpoints, "reader"), ==, 1);
}

static gpointer
cancel_soon (gpointer data)
{
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_wait_ends (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread = NULL;

  g_test_summary ("A wait that times out, and one that is cancelled");

  start (fixture);
  g_assert_false (eh_consumer_wait (fixture->consumer, 1, 1000, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&error);
  thread = g_thread_new ("canceller", cancel_soon, cancellable);
  g_assert_false (eh_consumer_wait (fixture->consumer, 1, -1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
}

static void
test_retries (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A thread tries again by itself: an event that fails, and checkpoints that do");

  fixture->effects.fails = TRUE;
  FLAKY_CHECKPOINTS (fixture->checkpoints)->failing = TRUE;
  eh_consumer_set_checkpoint_every (fixture->consumer, 1, 0);
  store_append (fixture->store, "Note-a", 1, 3);
  start (fixture);
  for (;;)
    {
      g_autoptr (GError) last = eh_consumer_get_last_error (fixture->consumer);

      if (last != NULL)
        break;
      g_thread_yield ();
    }
  g_assert_cmpuint (eh_consumer_get_position (fixture->consumer), ==, 0);
  eh_lock (&fixture->effects.lock);
  fixture->effects.fails = FALSE;
  eh_unlock (&fixture->effects.lock);
  while (g_atomic_int_get (&FLAKY_CHECKPOINTS (fixture->checkpoints)->n_saves) < 2)
    g_thread_yield ();
  g_atomic_int_set (&FLAKY_CHECKPOINTS (fixture->checkpoints)->failing, FALSE);
  /* A wait fails as long as the last step did. */
  while (eh_consumer_get_position (fixture->consumer) < 3)
    g_thread_yield ();
  wait_for (fixture, 3);
}

static void
test_parked_while_running (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EhStreamName) stream = store_name ("Note-a");
  g_autoptr (GError) error = NULL;

  g_test_summary ("What is parked is replayed while the thread rests");

  fixture->effects.fails = TRUE;
  eh_consumer_set_attempts (fixture->consumer, 1, 0, 0);
  store_append (fixture->store, "Note-a", 1, 3);
  start (fixture);
  g_assert_false (eh_consumer_wait (fixture->consumer, 3, WAIT_LIMIT, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_PARKED);
  assert_text (consumer_parked (fixture->consumer), "1x1 2x0 3x0");
  eh_lock (&fixture->effects.lock);
  fixture->effects.fails = FALSE;
  eh_unlock (&fixture->effects.lock);
  g_assert_true (eh_consumer_drop_parked (fixture->consumer, 1, NULL));
  g_assert_true (eh_consumer_replay_parked (fixture->consumer, stream, NULL));
  while (get_effect (&fixture->effects) < 3)
    g_thread_yield ();
  g_assert_true (eh_consumer_stop (fixture->consumer, NULL));
  g_assert_cmpuint (fixture->effects.n_handled, ==, 2);
}

#define ADD(name, func) g_test_add ("/consumer-threads/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("no-lies", test_no_lies);
  ADD ("restarts", test_restarts);
  ADD ("stop-wakes", test_stop_wakes);
  ADD ("close-wakes", test_close_wakes);
  ADD ("wait-ends", test_wait_ends);
  ADD ("retries", test_retries);
  ADD ("parked-while-running", test_parked_while_running);

  return g_test_run ();
}
