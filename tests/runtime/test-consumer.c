/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "consumer-fixture.h"
#include "crash-store.h"

static void
step (ConsumerDesk *desk, guint n_max, EhConsumerState expected)
{
  g_autoptr (GError) error = NULL;
  EhConsumerState state = eh_consumer_step (desk->consumer, n_max, &error);

  g_assert_no_error (error);
  g_assert_cmpint (state, ==, expected);
}

static void
step_fails (ConsumerDesk *desk, GQuark domain, gint code, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) last = NULL;

  g_assert_cmpint (eh_consumer_step (desk->consumer, 0, &error), ==, EH_CONSUMER_FAILED);
  g_assert_error (error, domain, code);
  if (message != NULL)
    g_assert_nonnull (strstr (error->message, message));
  last = eh_consumer_get_last_error (desk->consumer);
  g_assert_error (last, domain, code);
}

static void
advance (ConsumerDesk *desk, gint64 seconds)
{
  eh_fixed_clock_advance (desk->clock, seconds * G_TIME_SPAN_SECOND);
}

static void
test_from_the_start (void)
{
  g_autoptr (ConsumerDesk) desk = consumer_desk_new ();

  g_test_summary ("What is there, then what comes; the position and the checkpoint follow");

  store_append (desk->store, "Note-a", 1, 2);
  store_append (desk->store, "Note-b", 3, 1);
  g_assert_cmpuint (eh_consumer_get_position (desk->consumer), ==, 0);
  assert_drain (desk, EH_CONSUMER_IDLE, "1 2 3");
  g_assert_cmpuint (eh_consumer_get_position (desk->consumer), ==, 3);
  g_assert_cmpuint (consumer_saved (desk->checkpoints, "reader"), ==, 3);
  g_assert_cmpint (eh_consumer_get_due (desk->consumer), ==, G_MAXINT64);
  assert_drain (desk, EH_CONSUMER_IDLE, "");
  store_append (desk->store, "Note-a", 4, 1);
  assert_drain (desk, EH_CONSUMER_IDLE, "4");
}

static void
test_portions (void)
{
  g_autoptr (ConsumerDesk) desk = consumer_desk_new ();

  g_test_summary ("A step takes at most what it is told");

  store_append (desk->store, "Note-a", 1, 5);
  step (desk, 2, EH_CONSUMER_BUSY);
  assert_text (consumer_desk_take_log (desk), "1 2");
  g_assert_cmpuint (eh_consumer_get_position (desk->consumer), ==, 2);
  step (desk, 3, EH_CONSUMER_BUSY);
  assert_text (consumer_desk_take_log (desk), "3 4 5");
  step (desk, 3, EH_CONSUMER_IDLE);
  assert_text (consumer_desk_take_log (desk), "");
}

static void
test_not_stale (void)
{
  g_autoptr (ConsumerDesk) desk = consumer_desk_new ();

  g_test_summary ("What is left of a page that was read earlier does not say that there is nothing more");

  store_append (desk->store, "Note-a", 1, 2);
  step (desk, 1, EH_CONSUMER_BUSY);
  store_append (desk->store, "Note-a", 3, 1);
  step (desk, 0, EH_CONSUMER_IDLE);
  assert_text (consumer_desk_take_log (desk), "1 2 3");
}

static void
test_beginnings (void)
{
  static const struct {
    guint64 from;
    const char *expected;
  } cases[] = {
    { 0, "1 2 3 4" }, { 1, "1 2 3 4" }, { 3, "3 4" }, { 4, "4" }, { EH_FROM_NOW, "4" },
  };

  g_test_summary ("Where it begins without a checkpoint");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ConsumerDesk) desk = consumer_desk_new ();

      store_append (desk->store, "Note-a", 1, 3);
      eh_consumer_set_from (desk->consumer, cases[i].from);
      if (cases[i].from == EH_FROM_NOW)
        assert_drain (desk, EH_CONSUMER_IDLE, "");
      store_append (desk->store, "Note-a", 4, 1);
      assert_drain (desk, EH_CONSUMER_IDLE, cases[i].expected);
    }
}

static void
test_now_is_kept (void)
{
  g_autoptr (ConsumerDesk) desk = consumer_desk_new ();

  g_test_summary ("\"Now\" is the same moment after a crash");

  store_append (desk->store, "Note-a", 1, 2);
  eh_consumer_set_from (desk->consumer, EH_FROM_NOW);
  assert_drain (desk, EH_CONSUMER_IDLE, "");
  store_append (desk->store, "Note-a", 3, 1);
  consumer_desk_restart (desk);
  eh_consumer_set_from (desk->consumer, EH_FROM_NOW);
  assert_drain (desk, EH_CONSUMER_IDLE, "3");
}

static void
test_filters (void)
{
  g_autoptr (ConsumerDesk) desk = consumer_desk_new ();
  g_autoptr (EhEventBatch) other = store_batch_of ("Note-a", &forgotten, 3, 1);
  const char *const types[] = { "Noted", "Other", NULL };

  g_test_summary ("By category and type; the position moves on all the same");

  store_append (desk->store, "Note-a", 1, 1);
  store_append (desk->store, "Memo-a", 2, 1);
  g_assert_true (eh_event_store_append (desk->store, other, EH_EXPECTED_ANY, 0, NULL, NULL, NULL));
  store_append (desk->store, "Memo-b", 4, 2);
  eh_consumer_set_category (desk->consumer, "Note");
  eh_consumer_set_types (desk->consumer, types);
  assert_drain (desk, EH_CONSUMER_IDLE, "1");
  g_assert_cmpuint (eh_consumer_get_position (desk->consumer), ==, 5);
}

static void
test_retry (void)
{
  static const gint64 seconds[] = { 1, 2, 4, 4 };
  g_autoptr (ConsumerDesk) desk = consumer_desk_new ();
  g_autoptr (GError) last = NULL;

  g_test_summary ("A failed event is tried again after growing, bounded delays; those behind it wait");

  store_append (desk->store, "Note-a", 1, 1);
  store_append (desk->store, "Note-b", 2, 1);
  consumer_desk_fail (desk, 1, 4);
  assert_drain (desk, EH_CONSUMER_WAITING, "!1");
  for (guint i = 0; i < G_N_ELEMENTS (seconds); i++)
    {
      gint64 due = eh_clock_now (EH_CLOCK (desk->clock)) + seconds[i] * G_TIME_SPAN_SECOND;

      g_assert_cmpint (eh_consumer_get_due (desk->consumer), ==, due);
      eh_fixed_clock_advance (desk->clock, seconds[i] * G_TIME_SPAN_SECOND - 1);
      assert_drain (desk, EH_CONSUMER_WAITING, "");
      last = eh_consumer_get_last_error (desk->consumer);
      g_assert_error (last, G_IO_ERROR, G_IO_ERROR_FAILED);
      g_clear_error (&last);
      eh_fixed_clock_advance (desk->clock, 1);
      if (i < 3)
        assert_drain (desk, EH_CONSUMER_WAITING, "!1");
    }
  assert_drain (desk, EH_CONSUMER_IDLE, "1 2");
  assert_text (consumer_parked (desk->consumer), "");
  g_assert_null (eh_consumer_get_last_error (desk->consumer));
}

static void
test_retry_for_ever (void)
{
  g_autoptr (ConsumerDesk) desk = consumer_desk_new ();

  g_test_summary ("0 attempts: for ever, and never parked");

  eh_consumer_set_attempts (desk->consumer, 0, G_TIME_SPAN_SECOND, G_TIME_SPAN_SECOND);
  store_append (desk->store, "Note-a", 1, 2);
  consumer_desk_fail (desk, 1, 50);
  for (guint i = 0; i < 50; i++)
    {
      assert_drain (desk, EH_CONSUMER_WAITING, "!1");
      advance (desk, 1);
    }
  assert_drain (desk, EH_CONSUMER_IDLE, "1 2");
}

/* a1 fails for ever, b2, a3, b4, a5: a is parked */
static ConsumerDesk *
park_a (void)
{
  ConsumerDesk *desk = consumer_desk_new ();

  for (guint i = 1; i <= 5; i++)
    store_append (desk->store, i % 2 == 1 ? "Note-a" : "Note-b", i, 1);
  consumer_desk_fail (desk, 1, 100);
  eh_consumer_set_attempts (desk->consumer, 2, 0, 0);
  assert_drain (desk, EH_CONSUMER_WAITING, "!1");
  assert_drain (desk, EH_CONSUMER_IDLE, "!1 2 4");
  return desk;
}

static void
test_park (void)
{
  g_autoptr (ConsumerDesk) desk = park_a ();
  g_autoptr (GPtrArray) parked = eh_consumer_list_parked (desk->consumer);

  g_test_summary ("What failed too often is parked, and its stream behind it; other streams go on");

  assert_text (consumer_parked (desk->consumer), "1x2 3x0 5x0");
  g_assert_cmpstr (eh_parked_event_get_message (g_ptr_array_index (parked, 0)), ==, "cannot handle 1");
  g_assert_cmpstr (eh_stream_name_to_string (eh_parked_event_get_stream (g_ptr_array_index (parked, 2))), ==, "Note-a");
  g_assert_cmpuint (eh_consumer_get_position (desk->consumer), ==, 5);
  g_assert_null (eh_consumer_get_last_error (desk->consumer));
  consumer_desk_restart (desk);
  assert_drain (desk, EH_CONSUMER_IDLE, "");
  assert_text (consumer_parked (desk->consumer), "1x2 3x0 5x0");
  store_append (desk->store, "Note-a", 6, 1);
  store_append (desk->store, "Note-b", 7, 1);
  assert_drain (desk, EH_CONSUMER_IDLE, "7");
  assert_text (consumer_parked (desk->consumer), "1x2 3x0 5x0 6x0");
}

static void
test_replay (void)
{
  g_autoptr (ConsumerDesk) desk = park_a ();
  g_autoptr (EhStreamName) a = store_name ("Note-a");
  g_autoptr (EhStreamName) b = store_name ("Note-b");
  g_autoptr (GError) error = NULL;

  g_test_summary ("Replayed in order, before anything newer; one that fails again stays, and those behind it");

  g_assert_false (eh_consumer_replay_parked (desk->consumer, b, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
  consumer_desk_fail (desk, 1, 0);
  consumer_desk_fail (desk, 3, 1);
  store_append (desk->store, "Note-a", 6, 1);
  g_assert_true (eh_consumer_replay_parked (desk->consumer, a, NULL));
  assert_drain (desk, EH_CONSUMER_IDLE, "1 !3");
  assert_text (consumer_parked (desk->consumer), "3x1 5x0 6x0");
  g_assert_true (eh_consumer_replay_parked (desk->consumer, a, NULL));
  store_append (desk->store, "Note-a", 7, 1);
  assert_drain (desk, EH_CONSUMER_IDLE, "3 5 6 7");
  assert_text (consumer_parked (desk->consumer), "");
  consumer_desk_restart (desk);
  assert_drain (desk, EH_CONSUMER_IDLE, "");
  assert_text (consumer_parked (desk->consumer), "");
}

static void
test_drop (void)
{
  g_autoptr (ConsumerDesk) desk = park_a ();
  g_autoptr (EhStreamName) a = store_name ("Note-a");
  g_autoptr (GError) error = NULL;

  g_test_summary ("Dropped for good; those behind wait for a replay");

  g_assert_false (eh_consumer_drop_parked (desk->consumer, 2, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
  g_assert_true (eh_consumer_drop_parked (desk->consumer, 1, NULL));
  assert_drain (desk, EH_CONSUMER_IDLE, "");
  consumer_desk_restart (desk);
  assert_drain (desk, EH_CONSUMER_IDLE, "");
  assert_text (consumer_parked (desk->consumer), "3x0 5x0");
  g_assert_true (eh_consumer_replay_parked (desk->consumer, a, NULL));
  assert_drain (desk, EH_CONSUMER_IDLE, "3 5");
}

static void
test_parked_stopped (void)
{
  g_autoptr (ConsumerDesk) desk = park_a ();
  g_autoptr (EhStreamName) a = store_name ("Note-a");
  g_autoptr (GError) error = NULL;

  g_test_summary ("What is parked cannot be changed while the consumer is stopped; it is there when it goes on");

  g_assert_true (eh_consumer_stop (desk->consumer, NULL));
  g_assert_false (eh_consumer_replay_parked (desk->consumer, a, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_false (eh_consumer_drop_parked (desk->consumer, 1, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
  assert_drain (desk, EH_CONSUMER_IDLE, "");
  g_assert_true (eh_consumer_drop_parked (desk->consumer, 1, NULL));
  assert_text (consumer_parked (desk->consumer), "3x0 5x0");
}

static void
test_set_back (void)
{
  g_autoptr (ConsumerDesk) desk = consumer_desk_new ();

  g_test_summary ("A clock that is set back keeps neither a retry nor a checkpoint waiting for long");

  eh_consumer_set_checkpoint_every (desk->consumer, 100, G_TIME_SPAN_SECOND);
  store_append (desk->store, "Note-a", 1, 2);
  consumer_desk_fail (desk, 2, 1);
  assert_drain (desk, EH_CONSUMER_WAITING, "1 !2");
  eh_fixed_clock_set (desk->clock, EH_FIXED_CLOCK_START - G_TIME_SPAN_DAY);
  assert_drain (desk, EH_CONSUMER_IDLE, "2");
  eh_fixed_clock_advance (desk->clock, G_TIME_SPAN_SECOND);
  assert_drain (desk, EH_CONSUMER_IDLE, "");
  g_assert_cmpuint (consumer_saved (desk->checkpoints, "reader"), ==, 2);
}

static void
test_parked_forgotten (void)
{
  g_autoptr (ConsumerDesk) desk = park_a ();

  g_test_summary ("Who begins at the beginning again has nothing parked");

  g_assert_true (eh_consumer_stop (desk->consumer, NULL));
  g_assert_true (eh_checkpoint_store_remove (desk->checkpoints, "reader", NULL, NULL));
  consumer_desk_fail (desk, 1, 0);
  assert_drain (desk, EH_CONSUMER_IDLE, "1 2 3 4 5");
  assert_text (consumer_parked (desk->consumer), "");
}

static void
test_replay_deleted (void)
{
  g_autoptr (ConsumerDesk) desk = park_a ();
  g_autoptr (EhStreamName) a = store_name ("Note-a");

  g_test_summary ("A parked event of a stream that was deleted since is gone when it is replayed");

  g_assert_true (eh_event_store_delete_stream (desk->store, a, EH_EXPECTED_ANY, NULL, NULL));
  g_assert_true (eh_consumer_replay_parked (desk->consumer, a, NULL));
  assert_drain (desk, EH_CONSUMER_IDLE, "");
  assert_text (consumer_parked (desk->consumer), "");
}

static void
test_parked_limit (void)
{
  g_autoptr (ConsumerDesk) desk = consumer_desk_new ();

  g_test_summary ("It stops when too many are parked, and goes on when one was dropped");

  eh_consumer_set_attempts (desk->consumer, 1, 0, 0);
  eh_consumer_set_checkpoint_every (desk->consumer, 100, 0);
  store_append (desk->store, "Note-a", 1, EH_CONSUMER_PARKED_MAX + 2);
  consumer_desk_fail (desk, 1, 1);
  assert_drain (desk, EH_CONSUMER_FAILED, "!1");
  step_fails (desk, EH_ERROR, EH_ERROR_LIMIT, "event 1001 of Note-a");
  g_assert_cmpuint (eh_consumer_get_position (desk->consumer), ==, EH_CONSUMER_PARKED_MAX);
  g_assert_true (eh_consumer_drop_parked (desk->consumer, 1, NULL));
  g_assert_true (eh_consumer_drop_parked (desk->consumer, 2, NULL));
  assert_drain (desk, EH_CONSUMER_IDLE, "");
  g_assert_cmpuint (eh_consumer_get_position (desk->consumer), ==, EH_CONSUMER_PARKED_MAX + 2);
}

static void
test_locked (void)
{
  g_autoptr (ConsumerDesk) desk = consumer_desk_new ();
  g_autoptr (ConsumerDesk) other = consumer_desk_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("One name, one consumer");

  g_set_object (&other->checkpoints, desk->checkpoints);
  g_set_object (&other->store, desk->store);
  consumer_desk_restart (other);
  store_append (desk->store, "Note-a", 1, 1);
  assert_drain (desk, EH_CONSUMER_IDLE, "1");
  step_fails (other, EH_ERROR, EH_ERROR_LOCKED, "\"reader\"");
  g_assert_false (eh_consumer_start (other->consumer, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_LOCKED);
  g_assert_true (eh_consumer_stop (desk->consumer, NULL));
  assert_drain (other, EH_CONSUMER_IDLE, "");
  step_fails (desk, EH_ERROR, EH_ERROR_LOCKED, NULL);
}

static gboolean
say_nothing (EhEvent *event, gpointer user_data, GError **error)
{
  return FALSE;
}

static void
test_names (void)
{
  static const char *const bad[] = { "", ".x", "a b", "a/b", "\xc3\xa4" };
  g_autoptr (ConsumerDesk) desk = consumer_desk_new ();
  g_autofree char *long_name = g_strnfill (129, 'x');

  g_test_summary ("What is no name");

  for (guint i = 0; i <= G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (eh_consumer_new (i < G_N_ELEMENTS (bad) ? bad[i] : long_name, desk->store, desk->checkpoints, NULL,
                                      say_nothing, NULL, NULL, &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
    }
}

static void
save_checkpoint (ConsumerDesk *desk, guint64 position, const char *shape)
{
  g_autoptr (EhCheckpoint) checkpoint = eh_checkpoint_new ("reader", position, shape, 0, NULL, NULL, 0);
  g_autoptr (GError) error = NULL;

  eh_checkpoint_store_save (desk->checkpoints, checkpoint, NULL, &error);
  g_assert_no_error (error);
}

static void
test_bad_checkpoints (void)
{
  g_autoptr (ConsumerDesk) desk = consumer_desk_new ();

  g_test_summary ("A checkpoint that is ahead of the store, another one's, or damaged: an error, nothing handled");

  store_append (desk->store, "Note-a", 1, 3);
  save_checkpoint (desk, 4, "");
  step_fails (desk, EH_ERROR, EH_ERROR_INVALID, "at position 4, but the store ends at 3");
  save_checkpoint (desk, 2, "Balance");
  step_fails (desk, EH_ERROR, EH_ERROR_INVALID, "\"Balance\"");
  FLAKY_CHECKPOINTS (desk->checkpoints)->corrupt = TRUE;
  step_fails (desk, EH_ERROR, EH_ERROR_CORRUPT, "damaged");
  FLAKY_CHECKPOINTS (desk->checkpoints)->corrupt = FALSE;
  save_checkpoint (desk, 2, "");
  assert_drain (desk, EH_CONSUMER_IDLE, "3");
}

static void
test_saving (void)
{
  g_autoptr (ConsumerDesk) desk = consumer_desk_new ();
  FlakyCheckpoints *flaky = FLAKY_CHECKPOINTS (desk->checkpoints);

  g_test_summary ("After so many events, after so long, when it has caught up, and when it is stopped");

  eh_consumer_set_checkpoint_every (desk->consumer, 4, G_TIME_SPAN_SECOND);
  store_append (desk->store, "Note-a", 1, 10);
  step (desk, 9, EH_CONSUMER_BUSY);
  g_assert_cmpuint (consumer_saved (desk->checkpoints, "reader"), ==, 8);
  advance (desk, 1);
  step (desk, 0, EH_CONSUMER_IDLE);
  g_assert_cmpuint (consumer_saved (desk->checkpoints, "reader"), ==, 9);
  g_assert_cmpint (eh_consumer_get_due (desk->consumer), ==,
                   eh_clock_now (EH_CLOCK (desk->clock)) + G_TIME_SPAN_SECOND);
  advance (desk, 1);
  step (desk, 0, EH_CONSUMER_IDLE);
  g_assert_cmpuint (consumer_saved (desk->checkpoints, "reader"), ==, 10);
  g_assert_cmpint (flaky->n_saves, ==, 4);
  advance (desk, 1);
  step (desk, 0, EH_CONSUMER_IDLE);
  g_assert_cmpint (flaky->n_saves, ==, 4);
  store_append (desk->store, "Note-a", 11, 1);
  step (desk, 1, EH_CONSUMER_BUSY);
  g_assert_true (eh_consumer_stop (desk->consumer, NULL));
  g_assert_cmpuint (consumer_saved (desk->checkpoints, "reader"), ==, 11);
}

static void
test_saving_fails (void)
{
  g_autoptr (ConsumerDesk) desk = consumer_desk_new ();
  FlakyCheckpoints *flaky = FLAKY_CHECKPOINTS (desk->checkpoints);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A checkpoint that cannot be saved stops the consumer until it can");

  eh_consumer_set_checkpoint_every (desk->consumer, 2, 0);
  store_append (desk->store, "Note-a", 1, 5);
  flaky->failing = TRUE;
  assert_drain (desk, EH_CONSUMER_FAILED, "1 2");
  step_fails (desk, G_IO_ERROR, G_IO_ERROR_NO_SPACE, NULL);
  assert_text (consumer_desk_take_log (desk), "");
  g_assert_cmpint (eh_consumer_get_due (desk->consumer), ==,
                   eh_clock_now (EH_CLOCK (desk->clock)) + 2 * G_TIME_SPAN_SECOND);
  g_assert_false (eh_consumer_wait (desk->consumer, 5, 0, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_clear_error (&error);
  flaky->failing = FALSE;
  assert_drain (desk, EH_CONSUMER_IDLE, "3 4 5");
  g_assert_null (eh_consumer_get_last_error (desk->consumer));
  store_append (desk->store, "Note-a", 6, 1);
  step (desk, 1, EH_CONSUMER_BUSY);
  flaky->failing = TRUE;
  g_assert_false (eh_consumer_stop (desk->consumer, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  flaky->failing = FALSE;
  assert_text (consumer_desk_take_log (desk), "6");
  assert_drain (desk, EH_CONSUMER_IDLE, "6");
}

static void
test_closed (void)
{
  g_autoptr (ConsumerDesk) desk = consumer_desk_new ();

  g_test_summary ("A closed store is no event's fault");

  store_append (desk->store, "Note-a", 1, 3);
  step (desk, 1, EH_CONSUMER_BUSY);
  g_assert_true (eh_event_store_close (desk->store, NULL, NULL));
  step_fails (desk, EH_ERROR, EH_ERROR_CLOSED, NULL);
  assert_text (consumer_desk_take_log (desk), "1 2 3");
  assert_text (consumer_parked (desk->consumer), "");
}

static gboolean
refuse_closed (EhEvent *event, gpointer user_data, GError **error)
{
  const gint *code = user_data;

  g_set_error_literal (error, EH_ERROR, *code, "gone");
  return FALSE;
}

static void
test_down (void)
{
  static gint codes[] = { EH_ERROR_CLOSED, EH_ERROR_CRASHED };

  g_test_summary ("A handler that met something closed fails the step, however often; nothing is parked");

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (ConsumerDesk) desk = consumer_desk_new ();

      store_append (desk->store, "Note-a", 1, 1);
      g_clear_object (&desk->consumer);
      desk->consumer = eh_consumer_new ("reader", desk->store, desk->checkpoints, EH_CLOCK (desk->clock), refuse_closed,
                                        &codes[i], NULL, NULL);
      for (guint n = 0; n < EH_CONSUMER_ATTEMPTS + 1; n++)
        step_fails (desk, EH_ERROR, codes[i], "gone");
      assert_text (consumer_parked (desk->consumer), "");
    }
}

static void
test_silent_handler (void)
{
  g_autoptr (ConsumerDesk) desk = consumer_desk_new ();

  g_test_summary ("A handler that fails without an error is taken for one that failed");

  store_append (desk->store, "Note-a", 1, 1);
  g_clear_object (&desk->consumer);
  desk->consumer = eh_consumer_new ("reader", desk->store, desk->checkpoints, NULL, say_nothing, NULL, NULL, NULL);
  eh_consumer_set_attempts (desk->consumer, 1, 0, 0);
  step (desk, 0, EH_CONSUMER_IDLE);
  assert_text (consumer_parked (desk->consumer), "1x1");
}

static void
test_wait_times_out (void)
{
  g_autoptr (ConsumerDesk) desk = consumer_desk_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  gint64 start = eh_clock_now (EH_CLOCK (desk->clock));

  g_test_summary ("Waiting is on the consumer's clock, and ends when it is stopped or cancelled");

  store_append (desk->store, "Note-a", 1, 1);
  g_assert_false (eh_consumer_wait (desk->consumer, 1, G_TIME_SPAN_HOUR, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&error);
  g_assert_cmpint (eh_clock_now (EH_CLOCK (desk->clock)), ==, start + G_TIME_SPAN_HOUR);
  assert_drain (desk, EH_CONSUMER_IDLE, "1");
  g_assert_true (eh_consumer_wait (desk->consumer, 1, 0, NULL, NULL));
  g_assert_true (eh_consumer_stop (desk->consumer, NULL));
  g_assert_true (eh_consumer_stop (desk->consumer, NULL));
  g_assert_true (eh_consumer_wait (desk->consumer, 1, -1, NULL, NULL));
  g_assert_false (eh_consumer_wait (desk->consumer, 2, -1, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  g_assert_false (eh_consumer_wait (desk->consumer, 1, -1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
wait_for_parked (ConsumerDesk *desk, guint64 position)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (eh_consumer_wait (desk->consumer, position, 0, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_PARKED);
  g_assert_cmpstr (error->message, ==, "reader: event 2 of Note-a was set aside: cannot handle 2");
}

static void
test_wait_parked (void)
{
  g_autoptr (ConsumerDesk) desk = consumer_desk_new ();
  g_autoptr (EhStreamName) stream = store_name ("Note-a");

  g_test_summary ("Who waits for an event that was set aside, or for one behind it, is told; others are not");

  eh_consumer_set_attempts (desk->consumer, 1, 0, 0);
  consumer_desk_fail (desk, 2, 1);
  store_append (desk->store, "Note-a", 1, 3);
  store_append (desk->store, "Note-b", 4, 1);
  assert_drain (desk, EH_CONSUMER_IDLE, "1 !2 4");
  g_assert_true (eh_consumer_wait (desk->consumer, 1, 0, NULL, NULL));
  wait_for_parked (desk, 2);
  wait_for_parked (desk, 3);
  g_assert_true (eh_consumer_wait (desk->consumer, 4, 0, NULL, NULL));
  g_assert_true (eh_consumer_replay_parked (desk->consumer, stream, NULL));
  assert_drain (desk, EH_CONSUMER_IDLE, "2 3");
  g_assert_true (eh_consumer_wait (desk->consumer, 3, 0, NULL, NULL));
}

static gpointer
begin_span (const EhSpan *span, gpointer user_data)
{
  g_assert_cmpint (span->kind, ==, EH_SPAN_HANDLE);
  g_string_append_printf (user_data, "%s %s", span->name, eh_stream_name_to_string (span->stream));
  return user_data;
}

static void
end_span (gpointer token, const GError *error, gpointer user_data)
{
  g_assert_true (token == user_data);
  g_string_append (user_data, error != NULL ? " failed; " : "; ");
}

static void
test_back_pressure (void)
{
  g_autoptr (ConsumerDesk) desk = consumer_desk_new ();
  g_autoptr (EhEventStore) inner = g_steal_pointer (&desk->store);
  CrashStore *disk = crash_store_new (inner);
  guint n_handled = 0;

  g_test_summary ("A slow handler holds one page of events at most, however many there are and come");

  desk->store = EH_EVENT_STORE (disk);
  consumer_desk_restart (desk);
  eh_consumer_set_checkpoint_every (desk->consumer, G_MAXUINT, 0);
  for (guint i = 0; i < 3; i++)
    store_append (inner, "Note-a", 1 + i * EH_READ_LIMIT_MAX, EH_READ_LIMIT_MAX);
  step (desk, 1, EH_CONSUMER_BUSY);
  crash_store_arm (disk, G_MAXUINT, FALSE);
  for (n_handled = 1; n_handled < 2 * EH_READ_LIMIT_MAX; n_handled += 64)
    {
      g_assert_cmpuint (disk->n_calls, <=, n_handled / EH_READ_LIMIT_MAX);
      store_append (inner, "Note-b", 100000 + n_handled, 1);
      step (desk, 64, EH_CONSUMER_BUSY);
    }
  g_assert_cmpuint (disk->n_calls, ==, 2);
}

static void
test_traced (void)
{
  g_autoptr (ConsumerDesk) desk = consumer_desk_new ();
  g_autoptr (GString) spans = g_string_new (NULL);
  g_autoptr (EhTracer) tracer = eh_tracer_new (begin_span, end_span, spans, NULL);

  g_test_summary ("A tracer is told of each event that is handled");

  eh_consumer_set_tracer (desk->consumer, tracer);
  store_append (desk->store, "Note-a", 1, 1);
  store_append (desk->store, "Note-b", 2, 1);
  consumer_desk_fail (desk, 2, 1);
  assert_drain (desk, EH_CONSUMER_WAITING, "1 !2");
  g_assert_cmpstr (spans->str, ==, "reader/Noted Note-a; reader/Noted Note-b failed; ");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/consumer/from-the-start", test_from_the_start);
  g_test_add_func ("/consumer/portions", test_portions);
  g_test_add_func ("/consumer/not-stale", test_not_stale);
  g_test_add_func ("/consumer/beginnings", test_beginnings);
  g_test_add_func ("/consumer/now-is-kept", test_now_is_kept);
  g_test_add_func ("/consumer/filters", test_filters);
  g_test_add_func ("/consumer/retry", test_retry);
  g_test_add_func ("/consumer/retry-for-ever", test_retry_for_ever);
  g_test_add_func ("/consumer/park", test_park);
  g_test_add_func ("/consumer/replay", test_replay);
  g_test_add_func ("/consumer/drop", test_drop);
  g_test_add_func ("/consumer/set-back", test_set_back);
  g_test_add_func ("/consumer/parked-stopped", test_parked_stopped);
  g_test_add_func ("/consumer/parked-forgotten", test_parked_forgotten);
  g_test_add_func ("/consumer/replay-deleted", test_replay_deleted);
  g_test_add_func ("/consumer/parked-limit", test_parked_limit);
  g_test_add_func ("/consumer/locked", test_locked);
  g_test_add_func ("/consumer/names", test_names);
  g_test_add_func ("/consumer/bad-checkpoints", test_bad_checkpoints);
  g_test_add_func ("/consumer/saving", test_saving);
  g_test_add_func ("/consumer/saving-fails", test_saving_fails);
  g_test_add_func ("/consumer/closed", test_closed);
  g_test_add_func ("/consumer/down", test_down);
  g_test_add_func ("/consumer/silent-handler", test_silent_handler);
  g_test_add_func ("/consumer/wait-times-out", test_wait_times_out);
  g_test_add_func ("/consumer/back-pressure", test_back_pressure);
  g_test_add_func ("/consumer/wait-parked", test_wait_parked);
  g_test_add_func ("/consumer/traced", test_traced);

  return g_test_run ();
}
