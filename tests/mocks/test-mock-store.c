/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-mock-store.h"

#include "../runtime/counter-domain.h"
#include "../store/store-fixture.h"
#include "mocks/eh-verify.h"
#include "mocks/eh-virtual-clock.h"

static EhEventStore *
mock_with (const EhFaultRule *rule)
{
  g_autoptr (EhFaultPlan) plan = eh_fault_plan_new (0);

  eh_fault_plan_add (plan, rule);
  return eh_mock_store_new (NULL, plan, NULL);
}

static guint
n_struck (EhEventStore *store)
{
  return eh_fault_plan_get_n_struck (eh_mock_store_get_plan (EH_MOCK_STORE (store)), 0);
}

#define assert_log(store, expected)                                                                                    \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    g_autofree char *log_ = eh_call_log_to_string (eh_mock_store_get_log (EH_MOCK_STORE (store)));                     \
    g_assert_cmpstr (log_, ==, expected);                                                                              \
  }                                                                                                                    \
  G_STMT_END

static void
test_log (void)
{
  g_autoptr (EhEventStore) store = eh_mock_store_new (NULL, NULL, NULL);
  g_autoptr (EhStreamName) name = store_name ("Note-a");
  g_autoptr (EhSnapshot) saved = eh_snapshot_new (name, 2, "Noted", 1, "{}");
  g_autoptr (EhSnapshot) found = NULL;
  g_autoptr (EhEventPage) page = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Every call is noted with its arguments and how it ended");

  g_assert_true (store_try (store, "Note-a", 0, 1, 2, NULL));
  g_assert_true (store_try (store, "Note-a", 0, 1, 2, NULL));
  g_assert_false (store_try (store, "Note-a", 1, 3, 6, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CONFLICT);
  page = eh_event_store_read_stream (store, name, G_MAXUINT64, EH_BACKWARDS, 1, NULL, NULL);
  g_clear_pointer (&page, eh_event_page_unref);
  page = eh_event_store_read_all (store, "Note", 0, EH_FORWARDS, 0, NULL, NULL);
  g_assert_true (eh_event_store_save_snapshot (store, saved, NULL, NULL));
  g_assert_true (eh_event_store_load_snapshot (store, name, 1, &found, NULL, NULL));
  g_assert_true (eh_event_store_load_snapshot (store, name, G_MAXUINT64, &found, NULL, NULL));
  g_assert_cmpuint (store_head (store), ==, 2);
  g_assert_cmpuint (store_version (store, "Note-a"), ==, 2);
  g_assert_true (eh_event_store_delete_stream (store, name, EH_EXPECTED_EXISTS, NULL, NULL));
  g_assert_true (eh_event_store_close (store, NULL, NULL));
  assert_log (store, "1. append Note-a: Noted, Noted, expecting no stream -> version 2\n"
                     "2. append Note-a: Noted, Noted, expecting no stream -> version 2, was there\n"
                     "3. append Note-a: Noted, Noted, Noted, Noted, and 2 more, expecting version 1 -> failed: "
                     "conflict on stream Note-a: expected version 1, but it is at version 2\n"
                     "4. read-stream Note-a: from the end backwards, at most 1 -> 1 event\n"
                     "5. read-all Note: from 1 forwards, at most 4096 -> 2 events\n"
                     "6. save-snapshot Note-a: version 2 -> ok\n"
                     "7. load-snapshot Note-a: up to 1 -> none\n"
                     "8. load-snapshot Note-a -> 2\n"
                     "9. get-head -> 2\n"
                     "10. get-version Note-a -> 2\n"
                     "11. delete Note-a: expecting a stream -> ok\n"
                     "12. close -> ok\n");
}

static void
test_append_error (void)
{
  g_autoptr (EhEventStore) store = mock_with (&(EhFaultRule){ .fault = EH_MOCK_FAULT_APPEND_ERROR, .call = 2 });
  EhCallLog *log = eh_mock_store_get_log (EH_MOCK_STORE (store));
  g_autoptr (GError) error = NULL;

  g_test_summary ("A failed append writes nothing and says what was planned");

  store_append (store, "Note-a", 1, 1);
  g_assert_false (store_try (store, "Note-a", EH_EXPECTED_ANY, 2, 1, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, "append Note-a: planned fault");
  g_assert_error (eh_call_log_get_error (log, 1), G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_cmpstr (eh_call_log_get_fault (log, 1), ==, "append-error");
  store_append (store, "Note-a", 3, 1);
  store_assert_page (store_read (store, "Note-a"), "1 3");
}

static void
test_append_ambiguous (gconstpointer data)
{
  gboolean applied = GPOINTER_TO_INT (data);
  g_autoptr (EhEventStore)
      store = mock_with (&(EhFaultRule){ .fault = EH_MOCK_FAULT_APPEND_AMBIGUOUS, .call = 1, .applied = applied });
  EhEventStore *inner = eh_mock_store_get_inner (EH_MOCK_STORE (store));
  g_autoptr (EhEventBatch) batch = store_batch ("Note-a", 1, 2);
  g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;
  g_autoptr (GError) error = NULL;

  g_test_summary ("An ambiguous append was done or not; appending the same batch again tells");

  g_assert_false (eh_event_store_append (store, batch, 0, EH_APPEND_WANT_EVENTS, &result, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_AMBIGUOUS);
  g_assert_cmpuint (result.last_version, ==, 0);
  g_assert_null (result.events);
  g_assert_cmpuint (store_version (inner, "Note-a"), ==, applied ? 2 : 0);
  g_assert_true (eh_event_store_append (store, batch, 0, EH_APPEND_NONE, &result, NULL, NULL));
  g_assert_cmpint (result.was_there, ==, applied);
  store_assert_page (store_read (inner, "Note-a"), "1 2");
  assert_log (store, applied ? "1. append Note-a: Noted, Noted, expecting no stream -> no reply; in truth: version 2 "
                               "[append-ambiguous]\n"
                               "2. append Note-a: Noted, Noted, expecting no stream -> version 2, was there\n"
                             : "1. append Note-a: Noted, Noted, expecting no stream -> no reply; in truth: nothing was "
                               "written [append-ambiguous]\n"
                               "2. append Note-a: Noted, Noted, expecting no stream -> version 2\n");
}

static void
test_ambiguous_conflict (void)
{
  g_autoptr (EhEventStore)
      store = mock_with (&(EhFaultRule){ .fault = EH_MOCK_FAULT_APPEND_AMBIGUOUS, .call = 2, .applied = TRUE });
  g_autoptr (GError) error = NULL;

  g_test_summary ("The lost reply may have been a conflict: nothing was written, and nobody can tell");

  store_append (store, "Note-a", 1, 1);
  g_assert_false (store_try (store, "Note-a", 0, 2, 1, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_AMBIGUOUS);
  g_assert_cmpuint (store_version (store, "Note-a"), ==, 1);
}

static void
test_append_conflict (void)
{
  g_autoptr (EhEventStore) store = mock_with (&(EhFaultRule){ .fault = EH_MOCK_FAULT_APPEND_CONFLICT });
  g_autoptr (GError) error = NULL;
  gint64 expected = 99;
  guint64 actual = 99;

  g_test_summary ("A spurious conflict writes nothing and tells the true version; any version cannot conflict");

  store_append (store, "Note-a", 1, 2);
  g_assert_cmpuint (n_struck (store), ==, 0);
  g_assert_false (store_try (store, "Note-a", 2, 3, 1, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CONFLICT);
  g_assert_true (eh_error_get_versions (error, &expected, &actual));
  g_assert_cmpint (expected, ==, 2);
  g_assert_cmpuint (actual, ==, 2);
  g_assert_cmpuint (store_version (store, "Note-a"), ==, 2);
}

static void
test_load_error (void)
{
  g_autoptr (EhEventStore) store = mock_with (&(EhFaultRule){ .fault = EH_MOCK_FAULT_LOAD_ERROR });
  g_autoptr (EhStreamName) name = store_name ("Note-a");
  GError *errors[4] = { NULL };
  guint64 number = 99;

  g_test_summary ("Whatever reads events may fail");

  g_assert_null (eh_event_store_read_stream (store, name, 0, EH_FORWARDS, 0, NULL, &errors[0]));
  g_assert_null (eh_event_store_read_all (store, NULL, 0, EH_FORWARDS, 0, NULL, &errors[1]));
  g_assert_false (eh_event_store_get_version (store, name, &number, NULL, &errors[2]));
  g_assert_false (eh_event_store_get_head (store, &number, NULL, &errors[3]));
  g_assert_cmpuint (number, ==, 99);
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_assert_error (errors[i], G_IO_ERROR, G_IO_ERROR_FAILED);
      g_clear_error (&errors[i]);
    }
  g_assert_cmpuint (n_struck (store), ==, 4);
}

/* Whether a page of the mock is that of a store which never had the newest event. */
static void
check_stale (EhEventStore *stale, EhEventStore *older, guint64 from, EhDirection direction, guint limit)
{
  g_autoptr (EhStreamName) name = store_name ("Note-a");
  g_autoptr (EhEventPage) page = eh_event_store_read_stream (stale, name, from, direction, limit, NULL, NULL);
  g_autoptr (EhEventPage) expected = eh_event_store_read_stream (older, name, from, direction, limit, NULL, NULL);
  g_autofree char *numbers = store_numbers (page);
  g_autofree char *expected_numbers = store_numbers (expected);

  g_assert_cmpstr (numbers, ==, expected_numbers);
  g_assert_cmpuint (eh_event_page_get_next (page), ==, eh_event_page_get_next (expected));
  g_assert_cmpint (eh_event_page_is_end (page), ==, eh_event_page_is_end (expected));
}

static void
test_load_stale (void)
{
  g_test_summary ("A stale read is, page by page, that of a store which never had the newest event");

  for (guint n = 0; n <= 4; n++)
    {
      g_autoptr (EhEventStore) store = mock_with (&(EhFaultRule){ .fault = EH_MOCK_FAULT_LOAD_STALE });
      g_autoptr (EhEventStore) older = eh_memory_store_new ();

      for (guint i = 1; i <= n; i++)
        store_append (store, "Note-a", i, 1);
      for (guint i = 1; i < n; i++)
        store_append (older, "Note-a", i, 1);
      g_assert_cmpuint (store_version (store, "Note-a"), ==, store_version (older, "Note-a"));
      for (guint limit = 0; limit <= 5; limit++)
        for (guint64 from = 0; from <= 5; from++)
          {
            check_stale (store, older, from, EH_FORWARDS, limit);
            check_stale (store, older, from == 0 ? G_MAXUINT64 : from, EH_BACKWARDS, limit);
          }
    }
}

static const char *
load (EhEventStore *store, EhSnapshot **found)
{
  g_autoptr (EhStreamName) name = store_name ("Note-a");

  g_clear_pointer (found, eh_snapshot_unref);
  g_assert_true (eh_event_store_load_snapshot (store, name, G_MAXUINT64, found, NULL, NULL));
  return *found != NULL ? eh_snapshot_get_json (*found) : NULL;
}

static void
test_snapshots (void)
{
  g_autoptr (EhEventStore) store = mock_with (&(EhFaultRule){ .fault = EH_MOCK_FAULT_SNAPSHOT_STALE, .n_calls = 3 });
  EhFaultPlan *plan = eh_mock_store_get_plan (EH_MOCK_STORE (store));
  g_autoptr (EhStreamName) name = store_name ("Note-a");
  g_autoptr (EhSnapshot) first = eh_snapshot_new (name, 1, "Noted", 1, "first");
  g_autoptr (EhSnapshot) second = eh_snapshot_new (name, 2, "Noted", 1, "second");
  g_autoptr (EhSnapshot) found = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A snapshot may be an older one, lost, or not be saved");

  eh_fault_plan_add (plan, &(EhFaultRule){ .fault = EH_MOCK_FAULT_SNAPSHOT_LOST, .call = 4 });
  eh_fault_plan_add (plan,
                     &(EhFaultRule){ .fault = EH_MOCK_FAULT_SNAPSHOT_ERROR, .operation = "save-snapshot", .call = 3 });
  store_append (store, "Note-a", 1, 3);
  g_assert_cmpstr (load (store, &found), ==, NULL);
  g_assert_true (eh_event_store_save_snapshot (store, first, NULL, NULL));
  g_assert_cmpstr (load (store, &found), ==, NULL);
  g_assert_true (eh_event_store_save_snapshot (store, second, NULL, NULL));
  g_assert_cmpstr (load (store, &found), ==, "first");
  g_assert_cmpstr (load (store, &found), ==, NULL);
  g_assert_cmpstr (load (store, &found), ==, "second");
  g_assert_false (eh_event_store_save_snapshot (store, first, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
}

static void
test_delete_error (void)
{
  g_autoptr (EhEventStore)
      store = mock_with (&(EhFaultRule){ .fault = EH_MOCK_FAULT_DELETE_ERROR, .stream = "Note-b" });
  g_autoptr (EhStreamName) a = store_name ("Note-a");
  g_autoptr (EhStreamName) b = store_name ("Note-b");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A failed deletion deletes nothing");

  store_append (store, "Note-a", 1, 1);
  store_append (store, "Note-b", 2, 1);
  g_assert_true (eh_event_store_delete_stream (store, a, EH_EXPECTED_ANY, NULL, NULL));
  g_assert_false (eh_event_store_delete_stream (store, b, EH_EXPECTED_ANY, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  store_assert_page (store_read (store, "Note-b"), "2");
}

static void
cancel (EhVirtualClock *clock, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

static void
test_delay (void)
{
  g_autoptr (EhEventStore) store = mock_with (&(EhFaultRule){ .fault = EH_MOCK_FAULT_DELAY, .delay = 500 });
  g_autoptr (EhVirtualClock) clock = eh_virtual_clock_new (0);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (EhEventBatch) batch = store_batch ("Note-a", 1, 1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A delayed call waits on the clock; cancelled meanwhile it does nothing");

  eh_fault_plan_set_clock (eh_mock_store_get_plan (EH_MOCK_STORE (store)), EH_CLOCK (clock));
  eh_virtual_clock_schedule (clock, 600, cancel, cancellable, NULL);
  g_assert_cmpuint (store_version (store, "Note-a"), ==, 0);
  g_assert_cmpint (eh_clock_now (EH_CLOCK (clock)), ==, 500);
  g_assert_false (eh_event_store_append (store, batch, 0, EH_APPEND_NONE, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (store_version (eh_mock_store_get_inner (EH_MOCK_STORE (store)), "Note-a"), ==, 0);
  assert_log (store, "1. get-version Note-a -> 0 [delay]\n"
                     "2. append Note-a: Noted, expecting no stream -> failed: Operation was cancelled [delay]\n");
}

static void
test_close (void)
{
  g_autoptr (EhEventStore) store = mock_with (&(EhFaultRule){ .fault = EH_MOCK_FAULT_APPEND_AMBIGUOUS });
  g_autoptr (GError) error = NULL;

  g_test_summary ("After close a call is CLOSED, whatever is planned");

  g_assert_true (eh_event_store_close (store, NULL, NULL));
  g_assert_false (store_try (store, "Note-a", 0, 1, 1, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
  g_assert_cmpuint (n_struck (store), ==, 0);
}

static void
test_reset (void)
{
  g_autoptr (EhEventStore) store = mock_with (&(EhFaultRule){ .fault = EH_MOCK_FAULT_APPEND_ERROR, .call = 2 });
  g_autoptr (EhEventStore) around = eh_mock_store_new (store, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("After a reset store, log and plan are as new, and the store is open");

  for (guint round = 0; round < 3; round++)
    {
      g_assert_true (store_try (store, "Note-a", 0, 1, 1, NULL));
      g_assert_false (store_try (store, "Note-a", 1, 2, 1, NULL));
      g_assert_true (eh_event_store_close (store, NULL, NULL));
      g_assert_cmpuint (n_struck (store), ==, 1);
      g_assert_true (eh_mock_store_reset (EH_MOCK_STORE (store), NULL));
      assert_log (store, "");
      g_assert_cmpuint (n_struck (store), ==, 0);
      g_assert_cmpuint (store_head (eh_mock_store_get_inner (EH_MOCK_STORE (store))), ==, 0);
    }
  g_assert_false (eh_mock_store_reset (EH_MOCK_STORE (around), &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED);
}

/* ---- in a plain unit test of what uses a store ---- */

typedef struct {
  EhDomain *domain;
  EhEventStore *store;
  EhFaultPlan *plan; /* (borrowed) */
  EhCallLog *log;    /* (borrowed) */
  EhCommandHandler *handler;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (EhRepository) repository = NULL;
  g_autoptr (EhVirtualClock) clock = eh_virtual_clock_new (EH_FIXED_CLOCK_START);
  g_autoptr (EhFixedIdSource) ids = eh_fixed_id_source_new (1);

  self->domain = counter_domain_new ();
  self->store = eh_mock_store_new (NULL, NULL, NULL);
  self->plan = eh_mock_store_get_plan (EH_MOCK_STORE (self->store));
  self->log = eh_mock_store_get_log (EH_MOCK_STORE (self->store));
  repository = eh_repository_new (self->domain, self->store);
  self->handler = eh_command_handler_new (repository, EH_CLOCK (clock), EH_ID_SOURCE (ids));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_object (&self->handler);
  g_clear_object (&self->store);
  g_clear_object (&self->domain);
}

static void
test_handler_calls (Fixture *self, gconstpointer data)
{
  g_test_summary ("A handler loads, then appends once; a refused command appends nothing");

  counter_do (self->handler, counter_create ("a"));
  eh_assert_called_in_order (self->log, "read-stream Counter-a", "append Counter-a");
  eh_call_log_clear (self->log);
  counter_fail (self->handler, counter_take ("a", 5), COUNTER_ERROR, COUNTER_ERROR_TOO_LITTLE);
  eh_assert_never_called (self->log, "append");
}

static void
test_handler_conflict (Fixture *self, gconstpointer data)
{
  guint rule;

  g_test_summary ("A conflict comes back to the sender, and the next command sees the true state");

  counter_do (self->handler, counter_create ("a"));
  rule = eh_fault_plan_add (
      self->plan, &(EhFaultRule){ .fault = EH_MOCK_FAULT_APPEND_CONFLICT, .event_type = "CounterAdded", .call = 1 });
  counter_fail (self->handler, counter_add ("a", 1), EH_ERROR, EH_ERROR_CONFLICT);
  g_assert_cmpuint (counter_do (self->handler, counter_add ("a", 2)), ==, 2);
  g_assert_cmpint (counter_read (self->store, self->domain, "a", NULL), ==, 2);
  g_assert_cmpuint (eh_fault_plan_get_n_struck (self->plan, rule), ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mock-store/log", test_log);
  g_test_add_func ("/mock-store/append-error", test_append_error);
  g_test_add_data_func ("/mock-store/append-ambiguous/applied", GINT_TO_POINTER (TRUE), test_append_ambiguous);
  g_test_add_data_func ("/mock-store/append-ambiguous/not-applied", GINT_TO_POINTER (FALSE), test_append_ambiguous);
  g_test_add_func ("/mock-store/ambiguous-conflict", test_ambiguous_conflict);
  g_test_add_func ("/mock-store/append-conflict", test_append_conflict);
  g_test_add_func ("/mock-store/load-error", test_load_error);
  g_test_add_func ("/mock-store/load-stale", test_load_stale);
  g_test_add_func ("/mock-store/snapshots", test_snapshots);
  g_test_add_func ("/mock-store/delete-error", test_delete_error);
  g_test_add_func ("/mock-store/delay", test_delay);
  g_test_add_func ("/mock-store/close", test_close);
  g_test_add_func ("/mock-store/reset", test_reset);
  g_test_add ("/mock-store/handler-calls", Fixture, NULL, set_up, test_handler_calls, tear_down);
  g_test_add ("/mock-store/handler-conflict", Fixture, NULL, set_up, test_handler_conflict, tear_down);
  return g_test_run ();
}
