/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "consumer-fixture.h"
#include "model/eh-lock-private.h"
#include "store/eh-checkpoint-text-private.h"

#define WAIT_LIMIT (60 * G_TIME_SPAN_SECOND)
#define N_STREAMS 7

typedef struct {
  EhLock lock;
  EhCond cond;
  GHashTable *versions; /* (mutex lock) (owned): stream to the version that was handled last */
  GHashTable *failures; /* (mutex lock) (owned): number to how often it fails */
  guint n_handled;      /* (mutex lock) */
  guint n_inside;       /* (mutex lock) */
  guint n_meet;         /* (mutex lock): handlers wait until so many are inside */
  gboolean broken;      /* (mutex lock): out of order, or two of one stream at once */
} Shared;

static gboolean
must_fail (Shared *self, EhEvent *event)
{
  gpointer number = GINT_TO_POINTER ((gint) store_number (event));
  guint left = GPOINTER_TO_UINT (g_hash_table_lookup (self->failures, number));

  if (left > 0)
    g_hash_table_insert (self->failures, number, GUINT_TO_POINTER (left - 1));
  return left > 0;
}

/* Called with the lock held. */
static void
meet (Shared *self)
{
  const gint64 end = g_get_monotonic_time () + WAIT_LIMIT;

  self->n_inside++;
  if (self->n_inside >= self->n_meet)
    self->n_meet = 0;
  eh_cond_broadcast (&self->cond);
  while (self->n_meet > 0 && eh_cond_wait_until (&self->cond, &self->lock, end))
    ;
  self->n_inside--;
}

static gboolean
handle (EhEvent *event, gpointer user_data, GError **error)
{
  Shared *self = user_data;
  EhStreamName *stream = eh_event_get_stream (event);
  gsize version = (gsize) eh_event_get_version (event);
  gboolean fails = FALSE;

  eh_lock (&self->lock);
  meet (self);
  fails = must_fail (self, event);
  if (!fails)
    {
      self->broken |= GPOINTER_TO_SIZE (g_hash_table_lookup (self->versions, stream)) + 1 != version;
      g_hash_table_insert (self->versions, eh_stream_name_ref (stream), GSIZE_TO_POINTER (version));
      self->n_handled++;
    }
  eh_unlock (&self->lock);
  if (fails)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot handle %" G_GINT64_FORMAT, store_number (event));
  return !fails;
}

typedef struct {
  EhEventStore *store;
  EhCheckpointStore *checkpoints;
  EhFixedClock *clock;
  EhConsumer *consumer;
  Shared shared;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  Shared *shared = &fixture->shared;

  eh_lock_init (&shared->lock);
  eh_cond_init (&shared->cond);
  shared->versions = g_hash_table_new_full (eh_stream_name_hash, eh_stream_name_equal,
                                            (GDestroyNotify) eh_stream_name_unref, NULL);
  shared->failures = g_hash_table_new (NULL, NULL);
  fixture->store = eh_memory_store_new ();
  fixture->checkpoints = flaky_checkpoints_new ();
  fixture->clock = eh_fixed_clock_new (EH_FIXED_CLOCK_START);
  fixture->consumer = eh_consumer_new ("reader", fixture->store, fixture->checkpoints, EH_CLOCK (fixture->clock),
                                       handle, shared, NULL, NULL);
  eh_consumer_set_partitions (fixture->consumer, 3);
  eh_consumer_set_attempts (fixture->consumer, 3, G_TIME_SPAN_SECOND, G_TIME_SPAN_SECOND);
  eh_consumer_set_checkpoint_every (fixture->consumer, 1, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->consumer);
  g_clear_object (&fixture->clock);
  g_clear_object (&fixture->checkpoints);
  g_clear_object (&fixture->store);
  g_hash_table_unref (fixture->shared.failures);
  g_hash_table_unref (fixture->shared.versions);
  eh_cond_clear (&fixture->shared.cond);
  eh_lock_clear (&fixture->shared.lock);
}

static void
append_all (Fixture *fixture, guint n)
{
  for (guint i = 1; i <= n; i++)
    {
      g_autofree char *stream = g_strdup_printf ("Note-%u", i % N_STREAMS);

      store_append (fixture->store, stream, i, 1);
    }
}

static EhConsumerState
drain (Fixture *fixture)
{
  EhConsumerState state = EH_CONSUMER_BUSY;

  while (state == EH_CONSUMER_BUSY)
    state = eh_consumer_step (fixture->consumer, 0, NULL);
  return state;
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  const guint n = store_count (5000);

  g_test_summary ("Each stream in order, all of them handled");

  append_all (fixture, n);
  g_assert_cmpint (drain (fixture), ==, EH_CONSUMER_IDLE);
  g_assert_false (fixture->shared.broken);
  g_assert_cmpuint (fixture->shared.n_handled, ==, n);
  g_assert_cmpuint (eh_consumer_get_position (fixture->consumer), ==, n);
}

static void
test_parallel (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Three handlers are inside at once");

  fixture->shared.n_meet = 3;
  append_all (fixture, 6);
  g_assert_cmpint (drain (fixture), ==, EH_CONSUMER_IDLE);
  g_assert_cmpuint (fixture->shared.n_meet, ==, 0);
}

static void
test_retry (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("An event that fails holds its stream; the checkpoint stays before it, the others are handled");

  append_all (fixture, 3 * N_STREAMS);
  g_hash_table_insert (fixture->shared.failures, GINT_TO_POINTER (5), GUINT_TO_POINTER (1));
  g_assert_cmpint (drain (fixture), ==, EH_CONSUMER_WAITING);
  g_assert_cmpuint (fixture->shared.n_handled, ==, 3 * N_STREAMS - 3);
  g_assert_cmpuint (eh_consumer_get_position (fixture->consumer), ==, 4);
  g_assert_cmpint (drain (fixture), ==, EH_CONSUMER_WAITING);
  eh_fixed_clock_advance (fixture->clock, G_TIME_SPAN_SECOND);
  g_assert_cmpint (drain (fixture), ==, EH_CONSUMER_IDLE);
  g_assert_cmpuint (fixture->shared.n_handled, ==, 3 * N_STREAMS);
  g_assert_false (fixture->shared.broken);
  g_assert_cmpuint (consumer_saved (fixture->checkpoints, "reader"), ==, 3 * N_STREAMS);
}

static void
test_park (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What failed too often is parked with its stream behind it");

  append_all (fixture, 3 * N_STREAMS);
  g_hash_table_insert (fixture->shared.failures, GINT_TO_POINTER (12), GUINT_TO_POINTER (99));
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (drain (fixture), ==, EH_CONSUMER_WAITING);
      eh_fixed_clock_advance (fixture->clock, G_TIME_SPAN_SECOND);
    }
  g_assert_cmpint (drain (fixture), ==, EH_CONSUMER_IDLE);
  assert_text (consumer_parked (fixture->consumer), "12x3 19x0");
  append_all (fixture, 0);
  store_append (fixture->store, "Note-5", 100, 1);
  g_assert_cmpint (drain (fixture), ==, EH_CONSUMER_IDLE);
  assert_text (consumer_parked (fixture->consumer), "12x3 19x0 22x0");
  g_assert_false (fixture->shared.broken);
}

/* As a store of files would read it. Returns: where it begins, and what is parked */
static char *
read_saved (Fixture *fixture)
{
  g_autoptr (EhCheckpoint) saved = NULL;
  g_autoptr (EhCheckpoint) read = NULL;
  g_autoptr (GString) text = NULL;
  g_autoptr (GString) list = g_string_new (NULL);

  g_assert_true (eh_checkpoint_store_load (fixture->checkpoints, "reader", &saved, NULL, NULL));
  text = eh_checkpoint_write_text (saved, NULL);
  read = eh_checkpoint_read_text ("reader", text->str, text->len, NULL);
  g_assert_nonnull (read);
  g_string_printf (list, "%" G_GUINT64_FORMAT ":", eh_checkpoint_get_position (read));
  for (guint i = 0; i < eh_checkpoint_get_n_parked (read); i++)
    g_string_append_printf (list, " %" G_GUINT64_FORMAT,
                            eh_parked_event_get_position (eh_checkpoint_get_parked (read, i)));
  return g_string_free (g_steal_pointer (&list), FALSE);
}

static void
test_park_ahead (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What is parked ahead of an event that is tried again is saved once that is done, and in order");

  append_all (fixture, N_STREAMS);
  g_hash_table_insert (fixture->shared.failures, GINT_TO_POINTER (5), GUINT_TO_POINTER (99));
  g_hash_table_insert (fixture->shared.failures, GINT_TO_POINTER (100), GUINT_TO_POINTER (4));
  for (guint i = 0; i < 3; i++)
    {
      drain (fixture);
      eh_fixed_clock_advance (fixture->clock, G_TIME_SPAN_SECOND);
    }
  store_append (fixture->store, "Note-1", 100, 1);
  store_append (fixture->store, "Note-5", 101, 1);
  g_assert_cmpint (drain (fixture), ==, EH_CONSUMER_WAITING);
  assert_text (consumer_parked (fixture->consumer), "5x3 9x0");
  g_assert_true (eh_consumer_stop (fixture->consumer, NULL));
  assert_text (read_saved (fixture), "7: 5");

  for (guint i = 0; i < 3; i++)
    {
      drain (fixture);
      eh_fixed_clock_advance (fixture->clock, G_TIME_SPAN_SECOND);
    }
  g_assert_cmpint (drain (fixture), ==, EH_CONSUMER_IDLE);
  assert_text (consumer_parked (fixture->consumer), "5x3 8x3 9x0");
  assert_text (read_saved (fixture), "9: 5 8 9");
}

static void
test_crash (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A crash while one fails: those behind it come again, none is missed");

  append_all (fixture, 2 * N_STREAMS);
  g_hash_table_insert (fixture->shared.failures, GINT_TO_POINTER (5), GUINT_TO_POINTER (1));
  g_assert_cmpint (drain (fixture), ==, EH_CONSUMER_WAITING);
  g_assert_true (eh_consumer_stop (fixture->consumer, NULL));
  g_assert_cmpuint (consumer_saved (fixture->checkpoints, "reader"), ==, 4);
  g_hash_table_remove_all (fixture->shared.versions);
  fixture->shared.n_handled = 0;
  g_assert_cmpint (drain (fixture), ==, EH_CONSUMER_IDLE);
  g_assert_cmpuint (fixture->shared.n_handled, ==, 2 * N_STREAMS - 4);
}

static void
test_thread (Fixture *fixture, gconstpointer data)
{
  const guint n = store_count (2000);

  g_test_summary ("Driven by a thread, and stopped in the middle");

  g_assert_true (eh_consumer_start (fixture->consumer, NULL));
  append_all (fixture, n);
  g_assert_true (eh_consumer_stop (fixture->consumer, NULL));
  g_assert_true (eh_consumer_start (fixture->consumer, NULL));
  while (eh_consumer_get_position (fixture->consumer) < n)
    g_thread_yield ();
  g_assert_true (eh_consumer_stop (fixture->consumer, NULL));
  g_assert_cmpuint (consumer_saved (fixture->checkpoints, "reader"), ==, n);
}

#define ADD(name, func) g_test_add ("/consumer-partitions/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("order", test_order);
  ADD ("parallel", test_parallel);
  ADD ("retry", test_retry);
  ADD ("park", test_park);
  ADD ("park-ahead", test_park_ahead);
  ADD ("crash", test_crash);
  ADD ("thread", test_thread);

  return g_test_run ();
}
