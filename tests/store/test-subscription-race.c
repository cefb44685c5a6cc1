/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store-fixture.h"
#include "store/eh-subscription.h"

/* A memory store in which something is appended, or the store is closed, right after its head was looked at. */
#define TEST_TYPE_RACY_STORE (test_racy_store_get_type ())
G_DECLARE_FINAL_TYPE (TestRacyStore, test_racy_store, TEST, RACY_STORE, GObject)

struct _TestRacyStore {
  GObject parent_instance;
  EhEventStore *inner;   /* (owned) */
  gboolean appends_next; /* the next look at the head is followed by an append */
  gboolean closes_next;
};

static void test_racy_store_iface_init (EhEventStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestRacyStore, test_racy_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_EVENT_STORE, test_racy_store_iface_init))

static EhStoreFeatures
test_racy_store_get_features (EhEventStore *store)
{
  return EH_STORE_READ_ALL;
}

static EhEventPage *
test_racy_store_read_all (EhEventStore *store, const char *category, guint64 from, EhDirection direction, guint limit,
                          GCancellable *cancellable, GError **error)
{
  return eh_event_store_read_all (TEST_RACY_STORE (store)->inner, category, from, direction, limit, cancellable, error);
}

static gboolean
test_racy_store_get_head (EhEventStore *store, guint64 *position, GCancellable *cancellable, GError **error)
{
  TestRacyStore *self = TEST_RACY_STORE (store);
  gboolean ok = eh_event_store_get_head (self->inner, position, cancellable, error);

  if (self->appends_next)
    store_append (self->inner, "Note-a", *position + 1, 1);
  if (self->closes_next)
    g_assert_true (eh_event_store_close (self->inner, NULL, NULL));
  self->appends_next = self->closes_next = FALSE;
  return ok;
}

static guint
test_racy_store_add_watch (EhEventStore *store, EhWatchFunc func, gpointer user_data, GDestroyNotify destroy)
{
  return eh_event_store_add_watch (TEST_RACY_STORE (store)->inner, func, user_data, destroy);
}

static void
test_racy_store_remove_watch (EhEventStore *store, guint id)
{
  eh_event_store_remove_watch (TEST_RACY_STORE (store)->inner, id);
}

static void
test_racy_store_iface_init (EhEventStoreInterface *iface)
{
  iface->get_features = test_racy_store_get_features;
  iface->read_all = test_racy_store_read_all;
  iface->get_head = test_racy_store_get_head;
  iface->add_watch = test_racy_store_add_watch;
  iface->remove_watch = test_racy_store_remove_watch;
}

static void
test_racy_store_finalize (GObject *object)
{
  g_clear_object (&TEST_RACY_STORE (object)->inner);
  G_OBJECT_CLASS (test_racy_store_parent_class)->finalize (object);
}

static void
test_racy_store_class_init (TestRacyStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_racy_store_finalize;
}

static void
test_racy_store_init (TestRacyStore *self)
{
  self->inner = eh_memory_store_new ();
}

/* Much longer than any machine needs, and much shorter than the test's time limit. */
#define WAIT_LIMIT (10 * G_TIME_SPAN_SECOND)

static void
check_wait (EhSubscription *subscription)
{
  gint64 begin = g_get_monotonic_time ();

  g_assert_true (eh_subscription_wait (subscription, WAIT_LIMIT, NULL, NULL));
  g_assert_cmpint (g_get_monotonic_time () - begin, <, WAIT_LIMIT);
}

static void
test_append (void)
{
  g_autoptr (TestRacyStore) store = g_object_new (TEST_TYPE_RACY_STORE, NULL);
  g_autoptr (EhSubscription) subscription = eh_subscription_new (EH_EVENT_STORE (store), 0, NULL);
  g_autoptr (EhEvent) event = NULL;

  g_test_summary ("An append between a waiter's look at the head and its sleep wakes it");

  g_assert_cmpint (eh_subscription_next (subscription, &event, NULL), ==, EH_SUBSCRIPTION_CAUGHT_UP);
  store->appends_next = TRUE;
  check_wait (subscription);
  g_assert_cmpint (eh_subscription_next (subscription, &event, NULL), ==, EH_SUBSCRIPTION_EVENT);
}

static void
test_close (void)
{
  g_autoptr (TestRacyStore) store = g_object_new (TEST_TYPE_RACY_STORE, NULL);
  g_autoptr (EhSubscription) subscription = eh_subscription_new (EH_EVENT_STORE (store), 0, NULL);
  g_autoptr (EhEvent) event = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A close between a waiter's look at the head and its sleep wakes it");

  store->closes_next = TRUE;
  check_wait (subscription);
  g_assert_cmpint (eh_subscription_next (subscription, &event, &error), ==, EH_SUBSCRIPTION_ERROR);
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
}

static void
test_append_at_the_beginning (void)
{
  g_autoptr (TestRacyStore) store = g_object_new (TEST_TYPE_RACY_STORE, NULL);
  g_autoptr (EhSubscription) subscription = NULL;
  g_autoptr (EhEvent) event = NULL;

  g_test_summary ("An append while a subscription from now is made is given, after caught up");

  store->appends_next = TRUE;
  subscription = eh_subscription_new (EH_EVENT_STORE (store), EH_FROM_NOW, NULL);
  check_wait (subscription);
  g_assert_cmpint (eh_subscription_next (subscription, &event, NULL), ==, EH_SUBSCRIPTION_CAUGHT_UP);
  g_assert_cmpint (eh_subscription_next (subscription, &event, NULL), ==, EH_SUBSCRIPTION_EVENT);
  g_assert_cmpuint (eh_event_get_position (event), ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/subscription/race/append", test_append);
  g_test_add_func ("/subscription/race/close", test_close);
  g_test_add_func ("/subscription/race/append-at-the-beginning", test_append_at_the_beginning);
  return g_test_run ();
}
