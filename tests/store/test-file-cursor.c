/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "tests/store/file-fixture.h"

/* "STREAM:VERSION@POSITION" of what the cursor has left. */
static char *
read_rest (EhFileCursor *cursor)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  EhFileEventView view;

  while (eh_file_cursor_next (cursor, &view, &error))
    g_string_append_printf (text, "%s%.*s:%" G_GUINT64_FORMAT "@%" G_GUINT64_FORMAT, text->len > 0 ? " " : "",
                            (int) view.stream_length, view.stream, view.version, view.position);
  g_assert_no_error (error);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

#define assert_rest(cursor, expected)                                                                                  \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    g_autofree char *rest_ = read_rest (cursor);                                                                       \
    g_assert_cmpstr (rest_, ==, expected);                                                                             \
  }                                                                                                                    \
  G_STMT_END

static EhFileCursor *
open_at (EhEventStore *store, guint64 position)
{
  g_autoptr (GError) error = NULL;
  EhFileCursor *cursor = eh_file_cursor_new (EH_FILE_STORE (store), position, &error);

  g_assert_no_error (error);
  return cursor;
}

static void
test_order (void)
{
  EhEventStore *store = file_new_store ();
  g_autoptr (EhFileCursor) all = NULL;
  g_autoptr (EhFileCursor) part = NULL;

  g_test_summary ("A cursor gives all events in their order, from any position, and later what was appended meanwhile");

  all = open_at (store, 0);
  assert_rest (all, "");
  store_append (store, "Note-1", 1, 3);
  store_append (store, "Note-2", 11, 1);
  store_append (store, "Note-1", 4, 1);
  assert_rest (all, "Note-1:1@1 Note-1:2@2 Note-1:3@3 Note-2:1@4 Note-1:4@5");
  part = open_at (store, 3);
  assert_rest (part, "Note-1:3@3 Note-2:1@4 Note-1:4@5");
  store_append (store, "Note-2", 12, 1);
  assert_rest (all, "Note-2:2@6");
  assert_rest (part, "Note-2:2@6");
  file_close (store);
}

static void
test_content (void)
{
  EhEventStore *store = file_new_store ();
  g_autoptr (EhFileCursor) cursor = NULL;
  g_autoptr (EhEventPage) page = NULL;
  g_autoptr (GError) error = NULL;
  const EhEvent *event = NULL;
  const char *json = NULL;
  EhFileEventView view;
  gsize length = 0;

  g_test_summary ("A view of an event says what the event says");

  store_append (store, "Note-1", 7, 1);
  page = store_read (store, "Note-1");
  event = eh_event_page_get (page, 0);
  json = eh_event_get_json_data (event, &length);
  cursor = open_at (store, 1);
  g_assert_true (eh_file_cursor_next (cursor, &view, &error));
  g_assert_cmpmem (view.id, 16, eh_event_get_id (event)->bytes, 16);
  g_assert_cmpmem (view.data, view.length, json, length);
  g_assert_cmpint (view.data[view.length], ==, '\0');
  g_assert_cmpstr (view.type, ==, eh_event_get_type_name (event));
  g_assert_cmpint (view.time, ==, eh_event_get_timestamp (event));
  g_assert_cmpuint (view.revision, ==, eh_event_get_revision (event));
  file_close (store);
}

static void
test_hidden (void)
{
  EhEventStore *store = file_new_store ();
  g_autoptr (EhStreamName) first = store_name ("Note-1");
  g_autoptr (EhStreamName) second = store_name ("Note-2");
  g_autoptr (EhFileCursor) cursor = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What was deleted or truncated is left out, before the cursor was made or while it waits at the end");

  store_append (store, "Note-1", 1, 3);
  store_append (store, "Note-2", 11, 2);
  store_append (store, "Note-3", 21, 1);
  eh_file_store_truncate_stream (EH_FILE_STORE (store), first, 3, NULL, &error);
  g_assert_no_error (error);
  cursor = open_at (store, 0);
  assert_rest (cursor, "Note-1:3@3 Note-2:1@4 Note-2:2@5 Note-3:1@6");
  store_append (store, "Note-2", 13, 1);
  store_append (store, "Note-3", 22, 1);
  eh_event_store_delete_stream (store, second, EH_EXPECTED_ANY, NULL, &error);
  g_assert_no_error (error);
  assert_rest (cursor, "Note-3:2@8");
  file_close (store);
}

static void
test_closed (void)
{
  EhEventStore *store = file_new_store ();
  g_autoptr (EhFileCursor) cursor = NULL;
  g_autoptr (GError) error = NULL;
  EhFileEventView view;

  g_test_summary (
      "A cursor outlives the caller's reference to the store; when the store is closed its end is an error");

  cursor = open_at (store, 0);
  file_close (store);
  g_assert_false (eh_file_cursor_next (cursor, &view, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/file-cursor/order", test_order);
  g_test_add_func ("/file-cursor/content", test_content);
  g_test_add_func ("/file-cursor/hidden", test_hidden);
  g_test_add_func ("/file-cursor/closed", test_closed);
  return g_test_run ();
}
