/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store-fixture.h"

static void
test_unknown_stream (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhEventPage) page = NULL;

  g_test_summary ("A stream that never existed reads as empty and has version 0");

  page = store_read (store, "Note-a");
  g_assert_cmpuint (eh_event_page_get_size (page), ==, 0);
  g_assert_cmpuint (eh_event_page_get_next (page), ==, 1);
  g_assert_true (eh_event_page_is_end (page));
  g_assert_cmpuint (store_version (store, "Note-a"), ==, 0);
  g_assert_cmpuint (store_head (store), ==, 0);
}

static EhEventBatch *
batch_with_everything (void)
{
  g_autoptr (EhStreamName) name = store_name ("Note-a");
  g_autoptr (EhMetadata) metadata = eh_metadata_with (NULL, "by", "alice", NULL);
  EhEventBatch *batch = eh_event_batch_new (name, EH_FIXED_CLOCK_START + 123456);
  EhId correlation = store_id (77);
  EhId causation = store_id (78);
  EhId first = store_id (1);
  EhId second = store_id (2);

  eh_event_batch_set_context (batch, metadata, &correlation, &causation);
  g_assert_true (eh_event_batch_add (batch, &first, &noted, &(Noted){ G_MININT64, "h\303\244" }, NULL));
  g_assert_true (eh_event_batch_add_json (batch, &second, "Imported", 3, "{\"a\":[1,2]}", -1, NULL));
  return batch;
}

static void
test_content (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhEventBatch) batch = batch_with_everything ();
  g_autoptr (EhEventPage) page = NULL;
  g_autoptr (EhEventPage) expected = eh_event_batch_record (batch, 1, 1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Events come back equal in every member");

  eh_event_store_append (store, batch, EH_EXPECTED_NO_STREAM, EH_APPEND_NONE, NULL, NULL, &error);
  g_assert_no_error (error);
  page = store_read (store, "Note-a");
  g_assert_cmpuint (eh_event_page_get_size (page), ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      EhEvent *event = eh_event_page_get (page, i);

      g_assert_true (eh_event_equal (event, eh_event_page_get (expected, i)));
      g_assert_cmpint (eh_event_get_timestamp (event), ==, EH_FIXED_CLOCK_START + 123456);
      g_assert_cmpstr (eh_metadata_lookup (eh_event_get_metadata (event), "by"), ==, "alice");
      g_assert_cmpuint (eh_event_get_version (event), ==, i + 1);
      g_assert_cmpuint (eh_event_get_position (event), ==, i + 1);
    }
  g_assert_cmpint (store_number (eh_event_page_get (page, 0)), ==, G_MININT64);
}

static void
test_result (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhEventBatch) batch = store_batch ("Note-b", 4, 2);
  g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;
  g_autoptr (GError) error = NULL;

  g_test_summary ("An append tells the versions, the position and, if wanted, the events");

  store_append (store, "Note-a", 1, 2);
  store_append (store, "Note-b", 3, 1);
  eh_event_store_append (store, batch, 1, EH_APPEND_WANT_EVENTS, &result, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (result.first_version, ==, 2);
  g_assert_cmpuint (result.last_version, ==, 3);
  g_assert_cmpuint (result.last_position, ==, 5);
  g_assert_false (result.was_there);
  g_assert_nonnull (result.events);
  g_assert_cmpuint (eh_event_get_version (eh_event_page_get (result.events, 1)), ==, 3);
  g_assert_cmpuint (eh_event_page_get_next (result.events), ==, 4);
  store_assert_page (eh_event_page_ref (result.events), "4 5");
}

static void
test_names (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autofree char *filler = g_strnfill (EH_STREAM_NAME_MAX - 6, 'x');
  g_autofree char *longest = g_strconcat ("Note-y", filler, NULL);
  g_autofree char *as_long = g_strconcat ("Note-z", filler, NULL);
  const char *const names[] = { "Note-a",        "Note-A",         "note-a",   "Note-aa", "Note-a-a",
                                "Not-a",         "Notes-a",        "Note-a/b", "Note-a*", "Note-a>b",
                                "Note-\303\251", "Note-e\314\201", longest,    as_long };

  g_test_summary ("Streams do not leak into each other, whatever their names have in common");

  for (guint round = 0; round < 2; round++)
    for (guint i = 0; i < G_N_ELEMENTS (names); i++)
      store_append (store, names[i], 1 + i + 100 * round, 1);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *expected = g_strdup_printf ("%u %u", 1 + i, 101 + i);

      store_assert_page (store_read (store, names[i]), expected);
    }
}

static void
test_ownership (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhStreamName) name = store_name ("Note-a");
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (name, EH_FIXED_CLOCK_START);
  g_autoptr (EhEventPage) page = NULL;
  char text[] = "before";
  g_autofree char *json = NULL;
  EhId id = store_id (1);

  g_test_summary ("Changing what was passed in does not change the store; what was handed out outlives it");

  g_assert_true (eh_event_batch_add (batch, &id, &noted, &(Noted){ 1, text }, NULL));
  g_assert_true (eh_event_store_append (store, batch, 0, EH_APPEND_NONE, NULL, NULL, NULL));
  text[0] = 'X';
  id = store_id (9);
  g_clear_pointer (&batch, eh_event_batch_unref);

  page = store_read (store, "Note-a");
  g_clear_object (&store);
  json = eh_event_dup_json_data (eh_event_page_get (page, 0));
  g_assert_cmpstr (json, ==, "{\"number\":1,\"text\":\"before\"}");
  id = store_id (1);
  g_assert_true (eh_id_equal (eh_event_get_id (eh_event_page_get (page, 0)), &id));
}

static void
test_tombstone (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhStreamName) gone = store_name ("Note-gone");
  g_autoptr (EhStreamName) never = store_name ("Note-never");
  g_autoptr (GError) error = NULL;
  guint64 version = 99;

  g_test_summary ("A deleted stream cannot be read, written or deleted again, and leaves the global order");

  store_append (store, "Note-gone", 1, 2);
  store_append (store, "Note-kept", 3, 1);
  store_append (store, "Note-gone", 4, 1);
  g_assert_false (eh_event_store_delete_stream (store, gone, 2, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_false (eh_event_store_delete_stream (store, never, EH_EXPECTED_ANY, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (eh_event_store_delete_stream (store, gone, 3, NULL, NULL));

  g_assert_null (eh_event_store_read_stream (store, gone, 0, EH_FORWARDS, 0, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (eh_event_store_get_version (store, gone, &version, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
  g_assert_cmpuint (version, ==, 99);
  g_clear_error (&error);
  g_assert_false (eh_event_store_delete_stream (store, gone, EH_EXPECTED_ANY, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
  store_assert_page (eh_event_store_read_all (store, NULL, 0, EH_FORWARDS, 0, NULL, NULL), "3");
  store_assert_page (eh_event_store_read_all (store, "Note", G_MAXUINT64, EH_BACKWARDS, 0, NULL, NULL), "3");
  g_assert_cmpuint (store_head (store), ==, 4);
}

static void
test_close (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhStreamName) name = store_name ("Note-a");
  g_autoptr (EhSnapshot) snapshot = eh_snapshot_new (name, 1, "Note", 1, "{}");
  GError *errors[8] = { NULL };
  EhSnapshot *found = NULL;
  guint64 number = 0;

  g_test_summary ("After close every call is CLOSED, except close");

  store_append (store, "Note-a", 1, 1);
  g_assert_true (eh_event_store_close (store, NULL, NULL));
  g_assert_true (eh_event_store_close (store, NULL, NULL));

  g_assert_false (store_try (store, "Note-a", EH_EXPECTED_ANY, 2, 1, &errors[0]));
  g_assert_null (eh_event_store_read_stream (store, name, 0, EH_FORWARDS, 0, NULL, &errors[1]));
  g_assert_null (eh_event_store_read_all (store, NULL, 0, EH_FORWARDS, 0, NULL, &errors[2]));
  g_assert_false (eh_event_store_get_version (store, name, &number, NULL, &errors[3]));
  g_assert_false (eh_event_store_get_head (store, &number, NULL, &errors[4]));
  g_assert_false (eh_event_store_delete_stream (store, name, EH_EXPECTED_ANY, NULL, &errors[5]));
  g_assert_false (eh_event_store_save_snapshot (store, snapshot, NULL, &errors[6]));
  g_assert_false (eh_event_store_load_snapshot (store, name, 9, &found, NULL, &errors[7]));
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_assert_error (errors[i], EH_ERROR, EH_ERROR_CLOSED);
      g_clear_error (&errors[i]);
    }
}

static void
test_reset (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhStreamName) name = store_name ("Note-gone");

  g_test_summary ("After a reset the store is as new: ids, names and positions begin again");

  for (guint n = 1; n <= 10000; n = n * 10)
    {
      for (guint i = 0; i < n; i++)
        store_append (store, "Note-a", 1 + i, 1);
      store_append (store, "Note-gone", 1 + n, 1);
      g_assert_true (eh_event_store_delete_stream (store, name, EH_EXPECTED_ANY, NULL, NULL));
      g_assert_cmpuint (store_version (store, "Note-a"), ==, n);
      eh_memory_store_reset (EH_MEMORY_STORE (store));
      g_assert_cmpuint (store_head (store), ==, 0);
      g_assert_cmpuint (store_version (store, "Note-a"), ==, 0);
      store_assert_page (eh_event_store_read_all (store, "Note", 0, EH_FORWARDS, 0, NULL, NULL), "");
    }
  g_assert_true (eh_event_store_close (store, NULL, NULL));
  eh_memory_store_reset (EH_MEMORY_STORE (store));
  store_append (store, "Note-gone", 1, 1);
  store_assert_page (store_read (store, "Note-gone"), "1");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/memory-store/unknown-stream", test_unknown_stream);
  g_test_add_func ("/memory-store/content", test_content);
  g_test_add_func ("/memory-store/result", test_result);
  g_test_add_func ("/memory-store/names", test_names);
  g_test_add_func ("/memory-store/ownership", test_ownership);
  g_test_add_func ("/memory-store/tombstone", test_tombstone);
  g_test_add_func ("/memory-store/close", test_close);
  g_test_add_func ("/memory-store/reset", test_reset);
  return g_test_run ();
}
