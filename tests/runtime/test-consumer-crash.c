/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "consumer-fixture.h"
#include "crash-store.h"

/*
 * A consumer that crashes between any two of its steps, and whose checkpoints fail. What it has done is a list of
 * positions, kept by the handler beyond crashes: each event at least once, and whatever a redelivery repeats, it
 * repeats in order.
 */

typedef struct {
  guint64 last; /* the highest position that was handled */
  guint n_again;
  GHashTable *last_of; /* stream to the highest version that was handled */
  gboolean broken;     /* an event came too early */
} Witness;

/* An event is the next of its stream, or one that came before. */
static gboolean
witness_handle (EhEvent *event, gpointer user_data, GError **error)
{
  Witness *self = user_data;
  EhStreamName *stream = eh_event_get_stream (event);
  gsize version = (gsize) eh_event_get_version (event);
  gsize last = GPOINTER_TO_SIZE (g_hash_table_lookup (self->last_of, stream));

  if (version > last + 1)
    self->broken = TRUE;
  if (version <= last)
    self->n_again++;
  g_hash_table_insert (self->last_of, eh_stream_name_ref (stream), GSIZE_TO_POINTER (MAX (version, last)));
  self->last = MAX (self->last, eh_event_get_position (event));
  return TRUE;
}

static void
witness_init (Witness *self)
{
  *self = (Witness){ 0 };
  self->last_of = g_hash_table_new_full (eh_stream_name_hash, eh_stream_name_equal,
                                         (GDestroyNotify) eh_stream_name_unref, NULL);
}

static void
witness_check (Witness *self, EhEventStore *store)
{
  GHashTableIter iter;
  gpointer stream = NULL;
  gpointer version = NULL;

  g_assert_false (self->broken);
  g_assert_cmpuint (self->last, ==, store_head (store));
  g_hash_table_iter_init (&iter, self->last_of);
  while (g_hash_table_iter_next (&iter, &stream, &version))
    g_assert_cmpuint (GPOINTER_TO_SIZE (version), ==, store_version (store, eh_stream_name_to_string (stream)));
}

static EhConsumer *
make_consumer (Witness *witness, EhEventStore *store, EhCheckpointStore *checkpoints, EhClock *clock, guint every)
{
  EhConsumer *consumer = eh_consumer_new ("reader", store, checkpoints, clock, witness_handle, witness, NULL, NULL);

  eh_consumer_set_checkpoint_every (consumer, every, 0);
  return consumer;
}

static void
test_every_boundary (void)
{
  enum { N = 12 };

  g_test_summary ("A crash after each number of steps of one event, with each distance of checkpoints");

  for (guint every = 1; every <= 5; every++)
    for (guint crash = 0; crash <= N + 1; crash++)
      {
        g_autoptr (EhEventStore) store = eh_memory_store_new ();
        g_autoptr (EhCheckpointStore) checkpoints = flaky_checkpoints_new ();
        g_autoptr (EhFixedClock) clock = eh_fixed_clock_new (EH_FIXED_CLOCK_START);
        g_autoptr (EhConsumer) consumer = NULL;
        Witness witness;

        witness_init (&witness);
        store_append (store, "Note-a", 1, N);
        consumer = make_consumer (&witness, store, checkpoints, EH_CLOCK (clock), every);
        for (guint i = 0; i < crash; i++)
          eh_consumer_step (consumer, 1, NULL);
        eh_consumer_crash (consumer);
        g_assert_cmpuint (eh_consumer_get_position (consumer), ==, 0);
        g_assert_cmpint (eh_consumer_step (consumer, 0, NULL), ==, EH_CONSUMER_IDLE);
        witness_check (&witness, store);
        g_assert_cmpuint (witness.n_again, ==, crash <= N ? crash % every : 0);
        g_hash_table_unref (witness.last_of);
      }
}

typedef struct {
  EhEventStore *store;
  FlakyCheckpoints *checkpoints;
  EhFixedClock *clock;
  EhConsumer *consumer;
  GRand *rand;
  guint64 n_appended;
} Random;

static void
append_some (Random *random)
{
  g_autofree char *stream = g_strdup_printf ("Note-%d", g_rand_int_range (random->rand, 0, 5));
  guint n = (guint) g_rand_int_range (random->rand, 1, 6);

  store_append (random->store, stream, random->n_appended + 1, n);
  random->n_appended += n;
}

/* The position never goes back but by a crash, and is never ahead of the store. */
static void
take_some (Random *random)
{
  guint64 before = eh_consumer_get_position (random->consumer);

  eh_consumer_step (random->consumer, (guint) g_rand_int_range (random->rand, 0, 8), NULL);
  g_assert_cmpuint (eh_consumer_get_position (random->consumer), >=, before);
  g_assert_cmpuint (eh_consumer_get_position (random->consumer), <=, store_head (random->store));
}

static void
do_something (Random *random)
{
  switch (g_rand_int_range (random->rand, 0, 12))
    {
    case 0:
      eh_consumer_crash (random->consumer);
      break;
    case 1:
      /* What could not be saved is as good as crashed. */
      if (!eh_consumer_stop (random->consumer, NULL))
        eh_consumer_crash (random->consumer);
      break;
    case 2:
      random->checkpoints->failing = !random->checkpoints->failing;
      break;
    case 3:
    case 4:
    case 5:
      append_some (random);
      break;
    default:
      take_some (random);
      break;
    }
  eh_fixed_clock_advance (random->clock, G_TIME_SPAN_MINUTE);
}

static void
test_random (void)
{
  g_test_summary ("Random appends, steps, crashes, stops and checkpoints that fail: each event, in order");

  for (guint run = 0; run < store_count (400); run++)
    {
      guint32 seed = g_test_rand_int ();
      g_autoptr (EhEventStore) store = eh_memory_store_new ();
      g_autoptr (EhCheckpointStore) checkpoints = flaky_checkpoints_new ();
      g_autoptr (EhFixedClock) clock = eh_fixed_clock_new (EH_FIXED_CLOCK_START);
      g_autoptr (EhConsumer) consumer = NULL;
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      Random random = { store, FLAKY_CHECKPOINTS (checkpoints), clock, NULL, rand, 0 };
      Witness witness;

      g_test_message ("run %u: seed %u", run, seed);
      witness_init (&witness);
      consumer = make_consumer (&witness, store, checkpoints, EH_CLOCK (clock), (guint) g_rand_int_range (rand, 1, 9));
      random.consumer = consumer;
      append_some (&random);
      for (guint i = 0; i < 100; i++)
        do_something (&random);
      random.checkpoints->failing = FALSE;
      while (eh_consumer_step (consumer, 0, NULL) == EH_CONSUMER_BUSY)
        ;
      witness_check (&witness, store);
      g_assert_cmpuint (consumer_saved (checkpoints, "reader"), ==, store_head (store));
      g_hash_table_unref (witness.last_of);
    }
}

/* Deadlines: what is due is done once everything that there is was handled. */

typedef struct {
  gint64 due;
  guint n_fails;
  GString *log;
} Ticker;

static gboolean
ticker_handle (EhEvent *event, gpointer user_data, GError **error)
{
  Ticker *self = user_data;

  g_string_append_printf (self->log, "%" G_GINT64_FORMAT " ", store_number (event));
  if (store_number (event) == 9)
    self->due = G_MAXINT64;
  return TRUE;
}

static gint64
ticker_due (gpointer user_data)
{
  return ((Ticker *) user_data)->due;
}

static gboolean
ticker_tick (gint64 now, gpointer user_data, GError **error)
{
  Ticker *self = user_data;

  if (self->n_fails > 0)
    {
      self->n_fails--;
      g_string_append (self->log, "!t ");
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "not now");
      return FALSE;
    }
  g_string_append (self->log, "t ");
  self->due = G_MAXINT64;
  return TRUE;
}

static void
test_deadlines (void)
{
  const EhConsumerFuncs funcs = { .handle = ticker_handle, .due = ticker_due, .tick = ticker_tick };
  g_autoptr (ConsumerDesk) desk = consumer_desk_new ();
  Ticker ticker = { EH_FIXED_CLOCK_START + G_TIME_SPAN_SECOND, 7, desk->log };

  g_test_summary ("A deadline is due when its time has come and nothing is unhandled; it is tried until it is done");

  g_clear_object (&desk->consumer);
  desk->consumer = eh_consumer_new_with ("reader", desk->store, desk->checkpoints, EH_CLOCK (desk->clock), &funcs,
                                         &ticker, NULL, NULL);
  eh_consumer_set_attempts (desk->consumer, 2, 0, 0);
  store_append (desk->store, "Note-a", 1, 1);
  assert_drain (desk, EH_CONSUMER_WAITING, "1 ");
  g_assert_cmpint (eh_consumer_get_due (desk->consumer), ==, ticker.due);
  eh_fixed_clock_advance (desk->clock, G_TIME_SPAN_SECOND);
  store_append (desk->store, "Note-a", 2, 1);
  assert_drain (desk, EH_CONSUMER_WAITING, "2 !t ");
  for (guint i = 0; i < 6; i++)
    assert_drain (desk, EH_CONSUMER_WAITING, "!t ");
  assert_drain (desk, EH_CONSUMER_IDLE, "t ");
  assert_text (consumer_parked (desk->consumer), "");
  ticker.due = eh_clock_now (EH_CLOCK (desk->clock));
  store_append (desk->store, "Note-a", 9, 1);
  assert_drain (desk, EH_CONSUMER_IDLE, "9 ");
}

static void
test_failing_deadline (void)
{
  const EhConsumerFuncs funcs = { .handle = ticker_handle, .due = ticker_due, .tick = ticker_tick };
  g_autoptr (ConsumerDesk) desk = consumer_desk_new ();
  g_autoptr (GError) failure = NULL;
  Ticker ticker = { EH_FIXED_CLOCK_START, 2, desk->log };

  g_test_summary ("A deadline that fails is tried again after a delay, and keeps no event waiting meanwhile");

  g_clear_object (&desk->consumer);
  desk->consumer = eh_consumer_new_with ("reader", desk->store, desk->checkpoints, EH_CLOCK (desk->clock), &funcs,
                                         &ticker, NULL, NULL);
  eh_consumer_set_attempts (desk->consumer, 2, G_TIME_SPAN_SECOND, G_TIME_SPAN_SECOND);
  assert_drain (desk, EH_CONSUMER_WAITING, "!t ");
  store_append (desk->store, "Note-a", 1, 1);
  assert_drain (desk, EH_CONSUMER_WAITING, "1 ");
  g_assert_cmpuint (consumer_saved (desk->checkpoints, "reader"), ==, 1);
  g_assert_cmpint (eh_consumer_get_due (desk->consumer), ==, EH_FIXED_CLOCK_START + G_TIME_SPAN_SECOND);
  eh_fixed_clock_advance (desk->clock, G_TIME_SPAN_SECOND);
  assert_drain (desk, EH_CONSUMER_WAITING, "!t ");
  failure = eh_consumer_get_last_error (desk->consumer);
  g_assert_error (failure, G_IO_ERROR, G_IO_ERROR_FAILED);
  eh_fixed_clock_advance (desk->clock, G_TIME_SPAN_SECOND);
  assert_drain (desk, EH_CONSUMER_IDLE, "t ");
  g_assert_null (eh_consumer_get_last_error (desk->consumer));
}

static void
test_flushed_first (void)
{
  g_autoptr (ConsumerDesk) desk = consumer_desk_new ();
  g_autoptr (EhEventStore) inner = g_steal_pointer (&desk->store);
  CrashStore *disk = crash_store_new (inner);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A checkpoint is not saved before its events are flushed, which a power cut could take");

  desk->store = EH_EVENT_STORE (disk);
  consumer_desk_restart (desk);
  store_append (inner, "Note-a", 1, 1);
  disk->cannot_flush = TRUE;
  assert_drain (desk, EH_CONSUMER_FAILED, "1");
  g_assert_cmpuint (consumer_saved (desk->checkpoints, "reader"), ==, 0);
  g_assert_false (eh_consumer_stop (desk->consumer, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_cmpuint (consumer_saved (desk->checkpoints, "reader"), ==, 0);
  disk->cannot_flush = FALSE;
  assert_drain (desk, EH_CONSUMER_IDLE, "1");
  g_assert_cmpuint (consumer_saved (desk->checkpoints, "reader"), ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/consumer-crash/every-boundary", test_every_boundary);
  g_test_add_func ("/consumer-crash/failing-deadline", test_failing_deadline);
  g_test_add_func ("/consumer-crash/flushed-first", test_flushed_first);
  g_test_add_func ("/consumer-crash/random", test_random);
  g_test_add_func ("/consumer-crash/deadlines", test_deadlines);

  return g_test_run ();
}
