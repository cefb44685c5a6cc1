/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store-fixture.h"
#include "store/eh-subscription.h"

/* Every wait has this bound; one that runs into it is a failure. */
#define WAIT_LIMIT (30 * G_TIME_SPAN_SECOND)

#define N_WRITERS 3
#define N_FOLLOWERS 3

typedef struct {
  EhEventStore *store;
  guint number;
  guint n_events;
} Writer;

static gpointer
write_events (gpointer data)
{
  Writer *writer = data;

  for (guint i = 0; i < writer->n_events; i++)
    store_try (writer->store, writer->number % 2 == 0 ? "Note-a" : "Memo-a", EH_EXPECTED_ANY,
               1 + (guint64) writer->number * writer->n_events + i, 1, NULL);
  return NULL;
}

typedef struct {
  EhEventStore *store;
  EhSubscription *subscription; /* (owned) */
  GCancellable *cancellable;    /* (nullable) */
  guint64 until;                /* the checkpoint that ends it; 0 for none */
  guint n_given;
  guint n_caught_up;
  guint n_wrong; /* positions that did not rise by one, where all are wanted */
  gboolean timed_out;
  GError *error; /* (owned) */
} Follower;

/* Returns whether to go on. */
static gboolean
follow_idle (Follower *follower)
{
  gint64 begin = g_get_monotonic_time ();

  if (follower->until > 0 && eh_subscription_get_checkpoint (follower->subscription) >= follower->until)
    return FALSE;
  if (!eh_subscription_wait (follower->subscription, WAIT_LIMIT, follower->cancellable, &follower->error))
    return FALSE;
  follower->timed_out = g_get_monotonic_time () - begin >= WAIT_LIMIT;
  return !follower->timed_out;
}

static gpointer
follow (gpointer data)
{
  Follower *follower = data;
  guint64 last = eh_subscription_get_checkpoint (follower->subscription);

  for (;;)
    {
      g_autoptr (EhEvent) event = NULL;
      EhSubscriptionState state = eh_subscription_next (follower->subscription, &event, &follower->error);

      if (state == EH_SUBSCRIPTION_ERROR || (state == EH_SUBSCRIPTION_IDLE && !follow_idle (follower)))
        return NULL;
      follower->n_caught_up += state == EH_SUBSCRIPTION_CAUGHT_UP;
      if (state != EH_SUBSCRIPTION_EVENT)
        continue;
      follower->n_given++;
      follower->n_wrong += eh_event_get_position (event) != last + 1;
      last = eh_event_get_position (event);
    }
}

static void
test_live (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  Writer writers[N_WRITERS];
  Follower followers[N_FOLLOWERS] = { 0 };
  GThread *threads[N_WRITERS + N_FOLLOWERS] = { NULL };
  guint n_events = store_count (5000);
  guint64 until = 10 + N_WRITERS * (guint64) n_events;

  g_test_summary ("While writers write, every follower gets every event once, in order, and sleeps in between");

  store_append (store, "Note-a", 1000000, 10);
  for (guint i = 0; i < N_FOLLOWERS; i++)
    {
      followers[i].subscription = eh_subscription_new (store, i == 1 ? EH_FROM_NOW : 0, NULL);
      followers[i].until = until;
      if (i == 2)
        eh_subscription_set_category (followers[i].subscription, "Memo");
      threads[i] = g_thread_new ("follower", follow, &followers[i]);
    }
  for (guint i = 0; i < N_WRITERS; i++)
    {
      writers[i] = (Writer){ store, i, n_events };
      threads[N_FOLLOWERS + i] = g_thread_new ("writer", write_events, &writers[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  for (guint i = 0; i < N_FOLLOWERS; i++)
    {
      g_assert_no_error (followers[i].error);
      g_assert_false (followers[i].timed_out);
      g_assert_cmpuint (followers[i].n_caught_up, ==, 1);
      g_assert_cmpuint (eh_subscription_get_checkpoint (followers[i].subscription), ==, until);
      g_object_unref (followers[i].subscription);
    }
  g_assert_cmpuint (followers[0].n_wrong + followers[1].n_wrong, ==, 0);
  g_assert_cmpuint (followers[0].n_given, ==, until);
  g_assert_cmpuint (followers[1].n_given, ==, until - 10);
  g_assert_cmpuint (followers[2].n_given, ==, n_events);
}

/* Starts a follower of @store that has nothing to do, and waits until it has caught up. */
static GThread *
start_idle (EhEventStore *store, Follower *follower, GCancellable *cancellable)
{
  follower->subscription = eh_subscription_new (store, 0, NULL);
  follower->cancellable = cancellable;
  return g_thread_new ("follower", follow, follower);
}

static void
test_close_wakes (void)
{
  guint n_rounds = store_count (300);

  g_test_summary ("Closing the store wakes who waits, whenever it comes");

  for (guint i = 0; i < n_rounds; i++)
    {
      g_autoptr (EhEventStore) store = eh_memory_store_new ();
      Follower follower = { 0 };
      GThread *thread = start_idle (store, &follower, NULL);

      for (guint spin = 0; spin < i % 30; spin++)
        g_thread_yield ();
      g_assert_true (eh_event_store_close (store, NULL, NULL));
      g_thread_join (thread);
      g_assert_false (follower.timed_out);
      g_assert_error (follower.error, EH_ERROR, EH_ERROR_CLOSED);
      g_clear_error (&follower.error);
      g_object_unref (follower.subscription);
    }
}

static void
test_cancel_wakes (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  guint n_rounds = store_count (300);

  g_test_summary ("Cancelling wakes who waits, whenever it comes");

  for (guint i = 0; i < n_rounds; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Follower follower = { 0 };
      GThread *thread = start_idle (store, &follower, cancellable);

      for (guint spin = 0; spin < i % 30; spin++)
        g_thread_yield ();
      g_cancellable_cancel (cancellable);
      g_thread_join (thread);
      g_assert_false (follower.timed_out);
      g_assert_error (follower.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&follower.error);
      g_object_unref (follower.subscription);
    }
}

static void
test_disposed_while_written (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  Writer writer = { store, 0, store_count (3000) };
  GThread *thread = g_thread_new ("writer", write_events, &writer);
  guint64 head = 0;

  g_test_summary ("Subscriptions come and go while a writer writes");

  do
    {
      g_autoptr (EhSubscription) subscription = eh_subscription_new (store, EH_FROM_NOW, NULL);
      g_autoptr (EhEvent) event = NULL;

      g_assert_nonnull (subscription);
      g_assert_cmpint (eh_subscription_next (subscription, &event, NULL), ==, EH_SUBSCRIPTION_CAUGHT_UP);
      head = store_head (store);
    }
  while (head < writer.n_events);
  g_thread_join (thread);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/subscription/live", test_live);
  g_test_add_func ("/subscription/live/close-wakes", test_close_wakes);
  g_test_add_func ("/subscription/live/cancel-wakes", test_cancel_wakes);
  g_test_add_func ("/subscription/live/disposed-while-written", test_disposed_while_written);
  return g_test_run ();
}
