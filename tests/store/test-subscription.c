/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store-fixture.h"
#include "store/eh-subscription.h"

static EhSubscription *
subscribe (EhEventStore *store, guint64 from)
{
  g_autoptr (GError) error = NULL;
  EhSubscription *subscription = eh_subscription_new (store, from, &error);

  g_assert_no_error (error);
  return subscription;
}

/* All that there is until it is idle: "1 2 C 3", C for caught up. */
static char *
drain (EhSubscription *subscription)
{
  GString *text = g_string_new (NULL);

  for (;;)
    {
      g_autoptr (EhEvent) event = NULL;
      g_autoptr (GError) error = NULL;
      EhSubscriptionState state = eh_subscription_next (subscription, &event, &error);

      g_assert_no_error (error);
      g_assert_true ((event != NULL) == (state == EH_SUBSCRIPTION_EVENT));
      if (state == EH_SUBSCRIPTION_IDLE)
        return g_string_free (text, FALSE);
      if (state == EH_SUBSCRIPTION_CAUGHT_UP)
        g_string_append (text, text->len > 0 ? " C" : "C");
      else
        g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, text->len > 0 ? " " : "", eh_event_get_position (event));
    }
}

#define assert_drain(subscription, expected)                                                                           \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    g_autofree char *drained_ = drain (subscription);                                                                  \
    g_assert_cmpstr (drained_, ==, expected);                                                                          \
  }                                                                                                                    \
  G_STMT_END

static void
test_from_the_start (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhSubscription) subscription = NULL;

  g_test_summary ("From the beginning: what is there, caught up once, then what comes");

  store_append (store, "Note-a", 1, 2);
  store_append (store, "Memo-b", 3, 1);
  subscription = subscribe (store, 0);
  g_assert_cmpuint (eh_subscription_get_checkpoint (subscription), ==, 0);
  assert_drain (subscription, "1 2 3 C");
  assert_drain (subscription, "");
  store_append (store, "Note-a", 4, 1);
  assert_drain (subscription, "4");
  store_append (store, "Note-a", 5, 2);
  assert_drain (subscription, "5 6");
  g_assert_cmpuint (eh_subscription_get_checkpoint (subscription), ==, 6);
}

static void
test_empty (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhSubscription) subscription = subscribe (store, 0);

  g_test_summary ("An empty store is caught up with at once");

  assert_drain (subscription, "C");
  store_append (store, "Note-a", 1, 1);
  assert_drain (subscription, "1");
}

static void
test_from_now (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhSubscription) subscription = NULL;

  g_test_summary ("From now: only what was appended after the subscription was made, caught up first");

  store_append (store, "Note-a", 1, 2);
  subscription = subscribe (store, EH_FROM_NOW);
  g_assert_cmpuint (eh_subscription_get_checkpoint (subscription), ==, 2);
  store_append (store, "Note-a", 3, 2);
  assert_drain (subscription, "C 3 4");
}

static void
test_caught_up_between (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhSubscription) subscription = NULL;

  g_test_summary ("Caught up is said after what was there at the beginning, before what came since");

  store_append (store, "Note-a", 1, 2);
  subscription = subscribe (store, 0);
  store_append (store, "Note-a", 3, 2);
  assert_drain (subscription, "1 2 C 3 4");
}

static void
test_resume (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  const guint n = 20;

  g_test_summary ("Resumed from the checkpoint after every event, nothing is skipped or repeated");

  store_append (store, "Note-a", 1, n);
  for (guint cut = 1; cut <= n; cut++)
    {
      g_autoptr (EhSubscription) first = subscribe (store, 0);
      g_autoptr (EhSubscription) second = NULL;
      g_autoptr (EhEvent) event = NULL;

      for (guint i = 0; i < cut; i++)
        {
          g_clear_pointer (&event, eh_event_unref);
          g_assert_cmpint (eh_subscription_next (first, &event, NULL), ==, EH_SUBSCRIPTION_EVENT);
        }
      g_assert_cmpuint (eh_subscription_get_checkpoint (first), ==, cut);
      second = subscribe (store, eh_subscription_get_checkpoint (first) + 1);
      for (guint i = cut + 1; i <= n; i++)
        {
          g_clear_pointer (&event, eh_event_unref);
          g_assert_cmpint (eh_subscription_next (second, &event, NULL), ==, EH_SUBSCRIPTION_EVENT);
          g_assert_cmpuint (eh_event_get_position (event), ==, i);
        }
      assert_drain (second, "C");
    }
}

static void
test_ahead (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhSubscription) subscription = NULL;

  g_test_summary ("A position beyond the end waits for that position");

  store_append (store, "Note-a", 1, 2);
  subscription = subscribe (store, 5);
  assert_drain (subscription, "C");
  store_append (store, "Note-a", 3, 2);
  assert_drain (subscription, "");
  g_assert_cmpuint (eh_subscription_get_checkpoint (subscription), ==, 4);
  store_append (store, "Note-a", 5, 2);
  assert_drain (subscription, "5 6");
}

static void
append_forgotten (EhEventStore *store, const char *stream, guint64 first)
{
  g_autoptr (EhEventBatch) batch = store_batch_of (stream, &forgotten, first, 1);

  g_assert_true (eh_event_store_append (store, batch, EH_EXPECTED_ANY, EH_APPEND_NONE, NULL, NULL, NULL));
}

static void
test_filters (void)
{
  const char *const types[] = { "Unknown", "Forgotten", NULL };
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhSubscription) by_category = NULL;
  g_autoptr (EhSubscription) by_type = NULL;
  g_autoptr (EhSubscription) by_both = NULL;
  g_autoptr (EhSubscription) by_nothing = NULL;

  g_test_summary ("Filtered by category, by type, by both; the checkpoint moves on also when nothing matches");

  store_append (store, "Note-a", 1, 2);
  append_forgotten (store, "Memo-a", 3);
  append_forgotten (store, "Note-a", 4);
  store_append (store, "Memo-a", 5, 1);

  by_category = subscribe (store, 0);
  eh_subscription_set_category (by_category, "Note");
  by_type = subscribe (store, 0);
  eh_subscription_set_types (by_type, types);
  by_both = subscribe (store, 0);
  eh_subscription_set_category (by_both, "Note");
  eh_subscription_set_types (by_both, types);
  by_nothing = subscribe (store, 0);
  eh_subscription_set_category (by_nothing, "Not");

  assert_drain (by_category, "1 2 4 C");
  assert_drain (by_type, "3 4 C");
  assert_drain (by_both, "4 C");
  assert_drain (by_nothing, "C");
  g_assert_cmpuint (eh_subscription_get_checkpoint (by_category), ==, 5);
  g_assert_cmpuint (eh_subscription_get_checkpoint (by_type), ==, 5);
  g_assert_cmpuint (eh_subscription_get_checkpoint (by_both), ==, 5);
  g_assert_cmpuint (eh_subscription_get_checkpoint (by_nothing), ==, 5);

  append_forgotten (store, "Note-a", 6);
  store_append (store, "Memo-a", 7, 1);
  assert_drain (by_category, "6");
  assert_drain (by_type, "6");
  assert_drain (by_both, "6");
  assert_drain (by_nothing, "");
  g_assert_cmpuint (eh_subscription_get_checkpoint (by_nothing), ==, 7);
}

static void
test_many_pages (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhSubscription) subscription = NULL;
  const guint n = 2 * EH_READ_LIMIT_MAX + 3;
  guint64 position = 0;

  g_test_summary ("A history longer than one read comes whole and in order");

  for (guint i = 0; i < n; i++)
    store_append (store, i % 3 == 0 ? "Note-a" : "Memo-a", 1 + i, 1);
  subscription = subscribe (store, 0);
  for (;;)
    {
      g_autoptr (EhEvent) event = NULL;

      if (eh_subscription_next (subscription, &event, NULL) != EH_SUBSCRIPTION_EVENT)
        break;
      g_assert_cmpuint (eh_event_get_position (event), ==, ++position);
    }
  g_assert_cmpuint (position, ==, n);
  assert_drain (subscription, "");
}

static void
test_page_without_a_match (void)
{
  const char *const types[] = { "Forgotten", NULL };
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhSubscription) subscription = NULL;

  g_test_summary ("Whole reads in which nothing matches are no reason to say caught up");

  store_append (store, "Note-a", 1, EH_READ_LIMIT_MAX);
  store_append (store, "Note-a", 1 + EH_READ_LIMIT_MAX, EH_READ_LIMIT_MAX);
  append_forgotten (store, "Note-a", 1 + 2 * EH_READ_LIMIT_MAX);
  subscription = subscribe (store, 0);
  eh_subscription_set_types (subscription, types);
  assert_drain (subscription, "8193 C");
}

static void
test_deleted (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhStreamName) name = store_name ("Note-gone");
  g_autoptr (EhSubscription) subscription = NULL;

  g_test_summary ("Events of deleted streams are left out, at the end too");

  store_append (store, "Note-a", 1, 1);
  store_append (store, "Note-gone", 2, 2);
  g_assert_true (eh_event_store_delete_stream (store, name, EH_EXPECTED_ANY, NULL, NULL));
  subscription = subscribe (store, 0);
  assert_drain (subscription, "1 C");
  g_assert_cmpuint (eh_subscription_get_checkpoint (subscription), ==, 3);
}

static void
test_closed (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhSubscription) subscription = subscribe (store, 0);
  g_autoptr (EhEvent) event = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A closed store ends every wait, and next gives CLOSED, again and again");

  assert_drain (subscription, "C");
  g_assert_true (eh_event_store_close (store, NULL, NULL));
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (eh_subscription_wait (subscription, -1, NULL, NULL));
      g_assert_cmpint (eh_subscription_next (subscription, &event, &error), ==, EH_SUBSCRIPTION_ERROR);
      g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
      g_assert_null (event);
      g_clear_error (&error);
    }
  g_assert_null (eh_subscription_new (store, 0, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
}

static void
test_wait (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhSubscription) subscription = subscribe (store, 0);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A wait ends when its time is up, at once when there is something, and fails when cancelled");

  g_assert_true (eh_subscription_wait (subscription, 0, cancellable, NULL));
  g_assert_true (eh_subscription_wait (subscription, 1000, cancellable, NULL));
  store_append (store, "Note-a", 1, 1);
  g_assert_true (eh_subscription_wait (subscription, -1, cancellable, NULL));
  g_assert_true (eh_subscription_wait (subscription, G_MAXINT64, cancellable, NULL));
  assert_drain (subscription, "C 1");
  g_cancellable_cancel (cancellable);
  g_assert_false (eh_subscription_wait (subscription, -1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

typedef struct {
  guint n_calls;
  guint n_destroyed;
  guint64 head;
} Wakeups;

static void
on_wakeup (guint64 head, gpointer user_data)
{
  Wakeups *wakeups = user_data;

  wakeups->n_calls++;
  wakeups->head = head;
}

static void
on_destroyed (gpointer user_data)
{
  ((Wakeups *) user_data)->n_destroyed++;
}

static void
test_wakeup (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhSubscription) subscription = subscribe (store, 0);
  Wakeups first = { 0 };
  Wakeups second = { 0 };

  g_test_summary ("The wake-up function is called after appends and the close, until it is replaced or all is over");

  eh_subscription_set_wakeup (subscription, on_wakeup, &first, on_destroyed);
  store_append (store, "Note-a", 1, 2);
  g_assert_cmpuint (first.n_calls, ==, 1);
  g_assert_cmpuint (first.head, ==, 2);
  eh_subscription_set_wakeup (subscription, on_wakeup, &second, on_destroyed);
  g_assert_cmpuint (first.n_destroyed, ==, 1);
  store_append (store, "Note-a", 3, 1);
  g_assert_cmpuint (first.n_calls, ==, 1);
  g_assert_cmpuint (second.n_calls, ==, 1);
  g_assert_true (eh_event_store_close (store, NULL, NULL));
  g_assert_cmpuint (second.n_calls, ==, 2);
  g_clear_object (&subscription);
  g_assert_cmpuint (second.n_destroyed, ==, 1);
}

static void
test_life (void)
{
  EhEventStore *store = eh_memory_store_new ();
  EhSubscription *subscription = subscribe (store, 0);

  g_test_summary ("A subscription keeps its store, the store does not keep the subscription");

  g_object_add_weak_pointer (G_OBJECT (store), (gpointer *) &store);
  g_object_add_weak_pointer (G_OBJECT (subscription), (gpointer *) &subscription);
  g_object_unref (store);
  g_assert_nonnull (store);
  store_append (store, "Note-a", 1, 1);
  assert_drain (subscription, "C 1");
  g_object_unref (subscription);
  g_assert_null (subscription);
  g_assert_null (store);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/subscription/from-the-start", test_from_the_start);
  g_test_add_func ("/subscription/empty", test_empty);
  g_test_add_func ("/subscription/from-now", test_from_now);
  g_test_add_func ("/subscription/caught-up-between", test_caught_up_between);
  g_test_add_func ("/subscription/resume", test_resume);
  g_test_add_func ("/subscription/ahead", test_ahead);
  g_test_add_func ("/subscription/filters", test_filters);
  g_test_add_func ("/subscription/many-pages", test_many_pages);
  g_test_add_func ("/subscription/page-without-a-match", test_page_without_a_match);
  g_test_add_func ("/subscription/deleted", test_deleted);
  g_test_add_func ("/subscription/closed", test_closed);
  g_test_add_func ("/subscription/wait", test_wait);
  g_test_add_func ("/subscription/wakeup", test_wakeup);
  g_test_add_func ("/subscription/life", test_life);
  return g_test_run ();
}
