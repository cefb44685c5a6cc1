/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store-fixture.h"
#include "store/eh-subscription.h"

/* A store with nothing but what is obligatory; it remembers what the interface handed to it. */
#define TEST_TYPE_BARE_STORE (test_bare_store_get_type ())
G_DECLARE_FINAL_TYPE (TestBareStore, test_bare_store, TEST, BARE_STORE, GObject)

struct _TestBareStore {
  GObject parent_instance;
  guint n_calls;
  guint limit;
  guint64 from;
  EhAppendFlags flags;
};

static void test_bare_store_iface_init (EhEventStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestBareStore, test_bare_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_EVENT_STORE, test_bare_store_iface_init))

static EhStoreFeatures
test_bare_store_get_features (EhEventStore *store)
{
  return 0;
}

static gboolean
test_bare_store_append (EhEventStore *store, EhEventBatch *batch, gint64 expected, EhAppendFlags flags,
                        EhAppendResult *result, GCancellable *cancellable, GError **error)
{
  TestBareStore *self = TEST_BARE_STORE (store);

  g_assert_nonnull (result);
  self->n_calls++;
  self->flags = flags;
  if (expected == 13)
    {
      g_set_error_literal (error, EH_ERROR, EH_ERROR_AMBIGUOUS, "lost");
      return FALSE;
    }
  if (expected == 14)
    g_cancellable_cancel (cancellable);
  result->last_version = 7;
  return TRUE;
}

static EhEventPage *
test_bare_store_read_stream (EhEventStore *store, EhStreamName *stream, guint64 from, EhDirection direction,
                             guint limit, GCancellable *cancellable, GError **error)
{
  TestBareStore *self = TEST_BARE_STORE (store);

  self->from = from;
  self->limit = limit;
  return eh_event_page_new (NULL, 0, from, TRUE);
}

static gboolean
test_bare_store_get_version (EhEventStore *store, EhStreamName *stream, guint64 *version, GCancellable *cancellable,
                             GError **error)
{
  *version = 0;
  return TRUE;
}

static gboolean
test_bare_store_close (EhEventStore *store, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static void
test_bare_store_iface_init (EhEventStoreInterface *iface)
{
  iface->get_features = test_bare_store_get_features;
  iface->append = test_bare_store_append;
  iface->read_stream = test_bare_store_read_stream;
  iface->get_version = test_bare_store_get_version;
  iface->close = test_bare_store_close;
}

static void
test_bare_store_class_init (TestBareStoreClass *klass)
{
}

static void
test_bare_store_init (TestBareStore *self)
{
}

static EhEventStore *
bare_store_new (void)
{
  return g_object_new (TEST_TYPE_BARE_STORE, NULL);
}

static void
count_destroy (gpointer user_data)
{
  ++*(guint *) user_data;
}

static void
never_called (guint64 head, gpointer user_data)
{
  g_assert_not_reached ();
}

static void
test_unsupported (void)
{
  g_autoptr (EhEventStore) store = bare_store_new ();
  g_autoptr (EhStreamName) name = store_name ("Note-a");
  g_autoptr (EhSnapshot) snapshot = eh_snapshot_new (name, 1, "Note", 1, "{}");
  GError *errors[6] = { NULL };
  EhSnapshot *found = NULL;
  guint64 head = 5;
  guint n_destroyed = 0;

  g_test_summary ("What a store has no function for is refused with UNSUPPORTED");

  g_assert_null (eh_event_store_read_all (store, NULL, 0, EH_FORWARDS, 0, NULL, &errors[0]));
  g_assert_false (eh_event_store_get_head (store, &head, NULL, &errors[1]));
  g_assert_false (eh_event_store_delete_stream (store, name, EH_EXPECTED_ANY, NULL, &errors[2]));
  g_assert_false (eh_event_store_save_snapshot (store, snapshot, NULL, &errors[3]));
  g_assert_false (eh_event_store_load_snapshot (store, name, 1, &found, NULL, &errors[4]));
  g_assert_null (eh_subscription_new (store, 0, &errors[5]));
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_assert_error (errors[i], EH_ERROR, EH_ERROR_UNSUPPORTED);
      g_clear_error (&errors[i]);
    }
  g_assert_cmpuint (head, ==, 5);
  g_assert_cmpuint (eh_event_store_add_watch (store, never_called, &n_destroyed, count_destroy), ==, 0);
  g_assert_cmpuint (n_destroyed, ==, 1);
  eh_event_store_remove_watch (store, 0);
  eh_event_store_remove_watch (store, 1);
}

static void
test_arguments (void)
{
  g_autoptr (EhEventStore) store = bare_store_new ();
  TestBareStore *bare = TEST_BARE_STORE (store);
  g_autoptr (EhStreamName) name = store_name ("Note-a");
  g_autoptr (EhEventBatch) batch = store_batch ("Note-a", 1, 1);
  const guint limits[][2] = {
    { 0, EH_READ_LIMIT_MAX }, { 1, 1 }, { EH_READ_LIMIT_MAX, EH_READ_LIMIT_MAX }, { 5000, EH_READ_LIMIT_MAX }
  };

  g_test_summary ("The implementer gets sensible arguments only");

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr (EhEventPage) page = NULL;

      page = eh_event_store_read_stream (store, name, 0, EH_FORWARDS, limits[i][0], NULL, NULL);
      g_assert_nonnull (page);
      g_assert_cmpuint (bare->limit, ==, limits[i][1]);
      g_assert_cmpuint (bare->from, ==, 1);
    }
  g_assert_true (eh_event_store_append (store, batch, 0, EH_APPEND_WANT_EVENTS, NULL, NULL, NULL));
  g_assert_cmpint (bare->flags, ==, EH_APPEND_NONE);
}

static void
test_failed_append (void)
{
  g_autoptr (EhEventStore) store = bare_store_new ();
  g_autoptr (EhEventBatch) batch = store_batch ("Note-a", 1, 1);
  g_autoptr (EhEventBatch) empty = store_batch ("Note-a", 1, 0);
  g_autoptr (GError) error = NULL;
  EhAppendResult result = { 1, 2, 3, TRUE, NULL };

  g_test_summary ("A failed append leaves the result untouched; a refused one does not reach the store");

  g_assert_false (eh_event_store_append (store, batch, 13, EH_APPEND_WANT_EVENTS, &result, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_AMBIGUOUS);
  g_clear_error (&error);
  g_assert_false (eh_event_store_append (store, empty, 0, EH_APPEND_NONE, &result, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (eh_event_store_append (store, batch, -3, EH_APPEND_NONE, &result, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_cmpuint (TEST_BARE_STORE (store)->n_calls, ==, 1);
  g_assert_cmpuint (result.first_version, ==, 1);
  g_assert_cmpuint (result.last_version, ==, 2);
  g_assert_cmpuint (result.last_position, ==, 3);
  g_assert_true (result.was_there);
}

static void
test_open (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhEventStore) store = eh_event_store_open ("memory:", NULL, &error);

  g_test_summary ("memory: opens a memory store");

  g_assert_no_error (error);
  g_assert_true (EH_IS_MEMORY_STORE (store));
  g_assert_cmpint (eh_event_store_get_features (store), ==, EH_STORE_READ_ALL | EH_STORE_DELETE | EH_STORE_SNAPSHOTS);
}

static void
test_open_refused (void)
{
  const struct {
    const char *uri;
    gint code;
  } cases[] = {
    { "", EH_ERROR_INVALID },
    { "memory", EH_ERROR_INVALID },
    { "/tmp/store", EH_ERROR_INVALID },
    { ":", EH_ERROR_INVALID },
    { "memory:events", EH_ERROR_INVALID },
    { "memory:?sync=always", EH_ERROR_INVALID },
    { "memory://host", EH_ERROR_INVALID },
    { "memory:#x", EH_ERROR_INVALID },
    { "carrier-pigeon:loft", EH_ERROR_UNSUPPORTED },
  };

  g_test_summary ("What is no URI, has unknown parts or names no engine is refused");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i].uri);
      g_assert_null (eh_event_store_open (cases[i].uri, NULL, &error));
      g_assert_error (error, EH_ERROR, cases[i].code);
      if (cases[i].code == EH_ERROR_UNSUPPORTED)
        g_assert_nonnull (strstr (error->message, "memory:"));
    }
}

typedef struct {
  guint64 first_id;
  GMainLoop *loop;
  GThread *thread; /* in which the callback ran */
  gboolean ok;
  guint64 version;
  guint64 position;
  GError *error;
} AsyncCall;

static void
on_appended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  AsyncCall *call = user_data;

  call->thread = g_thread_self ();
  call->ok = eh_event_store_append_finish (EH_EVENT_STORE (source), result, &call->version, &call->position,
                                           &call->error);
  g_main_loop_quit (call->loop);
}

static void
run_append (EhEventStore *store, AsyncCall *call, gint64 expected, GCancellable *cancellable)
{
  g_autoptr (EhEventBatch) batch = store_batch ("Note-a", call->first_id, 2);
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);

  g_main_context_push_thread_default (context);
  call->loop = loop;
  eh_event_store_append_async (store, batch, expected, cancellable, on_appended, call);
  g_main_loop_run (loop);
  g_main_context_pop_thread_default (context);
}

static void
test_async (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  AsyncCall call = { .first_id = 1 };
  AsyncCall conflict = { .first_id = 3, .version = 42 };
  AsyncCall cancelled = { .first_id = 5 };

  g_test_summary ("An asynchronous append calls back in the caller's context with the result or the error");

  run_append (store, &call, EH_EXPECTED_NO_STREAM, cancellable);
  g_assert_no_error (call.error);
  g_assert_true (call.ok);
  g_assert_true (call.thread == g_thread_self ());
  g_assert_cmpuint (call.version, ==, 2);
  g_assert_cmpuint (call.position, ==, 2);

  run_append (store, &conflict, EH_EXPECTED_NO_STREAM, NULL);
  g_assert_false (conflict.ok);
  g_assert_error (conflict.error, EH_ERROR, EH_ERROR_CONFLICT);
  g_assert_cmpuint (conflict.version, ==, 42);
  g_clear_error (&conflict.error);

  g_cancellable_cancel (cancellable);
  run_append (store, &cancelled, EH_EXPECTED_ANY, cancellable);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&cancelled.error);
  g_assert_cmpuint (store_head (store), ==, 2);
}

static void
test_async_late_cancel (void)
{
  g_autoptr (EhEventStore) store = bare_store_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  AsyncCall call = { .first_id = 1 };

  g_test_summary ("What was written before it was cancelled is reported as written");

  run_append (store, &call, 14, cancellable);
  g_assert_true (g_cancellable_is_cancelled (cancellable));
  g_assert_no_error (call.error);
  g_assert_true (call.ok);
  g_assert_cmpuint (call.version, ==, 7);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event-store/unsupported", test_unsupported);
  g_test_add_func ("/event-store/arguments", test_arguments);
  g_test_add_func ("/event-store/failed-append", test_failed_append);
  g_test_add_func ("/event-store/open", test_open);
  g_test_add_func ("/event-store/open-refused", test_open_refused);
  g_test_add_func ("/event-store/async", test_async);
  g_test_add_func ("/event-store/async-late-cancel", test_async_late_cancel);
  return g_test_run ();
}
