/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-call-log-private.h"

static void
note (EhCallLog *log, EhMockOperation operation, const char *subject)
{
  eh_call_log_end (log, eh_call_log_begin (log, operation, subject, NULL), g_strdup ("ok"), NULL, NULL);
}

static void
test_members (void)
{
  g_autoptr (EhCallLog) log = eh_call_log_new ();
  g_autoptr (GError) error = g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "no disk");
  EhLoggedCall *first = eh_call_log_begin (log, EH_MOCK_DELIVER, "bank.account", g_strdup ("Created Note-a@1"));
  EhLoggedCall *second = eh_call_log_begin (log, EH_MOCK_APPEND, "Note-a", NULL);
  EhLoggedCall *last = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("Calls stand in the order in which they began, each with how it ended");

  g_assert_null (eh_call_log_get_outcome (log, 0));
  eh_call_log_end (log, second, g_strdup ("failed: no disk"), "append-error", error);
  eh_call_log_end (log, first, g_strdup ("ok"), NULL, NULL);
  last = eh_call_log_begin (log, EH_MOCK_CLOSE, "", NULL);

  g_assert_cmpuint (eh_call_log_get_size (log), ==, 3);
  g_assert_cmpstr (eh_call_log_get_operation (log, 0), ==, "deliver");
  g_assert_cmpstr (eh_call_log_get_subject (log, 0), ==, "bank.account");
  g_assert_cmpstr (eh_call_log_get_arguments (log, 0), ==, "Created Note-a@1");
  g_assert_cmpstr (eh_call_log_get_outcome (log, 0), ==, "ok");
  g_assert_null (eh_call_log_get_error (log, 0));
  g_assert_null (eh_call_log_get_fault (log, 0));
  g_assert_cmpstr (eh_call_log_get_arguments (log, 1), ==, "");
  g_assert_error (eh_call_log_get_error (log, 1), G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_cmpstr (eh_call_log_get_fault (log, 1), ==, "append-error");
  text = eh_call_log_to_string (log);
  g_assert_cmpstr (text, ==,
                   "1. deliver bank.account: Created Note-a@1 -> ok\n"
                   "2. append Note-a -> failed: no disk [append-error]\n"
                   "3. close -> under way\n");
  eh_call_log_end (log, last, g_strdup ("ok"), NULL, NULL);
  g_assert_cmpstr (eh_call_log_get_outcome (log, 2), ==, "ok");
}

static void
test_count (void)
{
  g_autoptr (EhCallLog) log = eh_call_log_new ();

  g_test_summary ("Calls are counted by operation and by a glob of the subject");

  g_assert_cmpuint (eh_call_log_count (log, NULL, NULL), ==, 0);
  note (log, EH_MOCK_APPEND, "Note-a");
  note (log, EH_MOCK_APPEND, "Note-b");
  note (log, EH_MOCK_READ_STREAM, "Note-a");
  g_assert_cmpuint (eh_call_log_count (log, NULL, NULL), ==, 3);
  g_assert_cmpuint (eh_call_log_count (log, "append", NULL), ==, 2);
  g_assert_cmpuint (eh_call_log_count (log, "append", "*-b"), ==, 1);
  g_assert_cmpuint (eh_call_log_count (log, NULL, "Note-?"), ==, 3);
  g_assert_cmpuint (eh_call_log_count (log, NULL, "Note"), ==, 0);
}

static void
test_order (void)
{
  g_autoptr (EhCallLog) log = eh_call_log_new ();
  guint n = 99;

  g_test_summary ("An order is found among other calls; each call counts once");

  note (log, EH_MOCK_READ_STREAM, "Note-a");
  note (log, EH_MOCK_APPEND, "Note-a");
  note (log, EH_MOCK_PUBLISH, "x.y");
  g_assert_true (eh_call_log_has_order (log, (const char *const[]){ "append", "publish", NULL }, NULL));
  g_assert_true (eh_call_log_has_order (log, (const char *const[]){ "append Note-*", "publish x.*", NULL }, &n));
  g_assert_cmpuint (n, ==, 2);
  g_assert_false (eh_call_log_has_order (log, (const char *const[]){ "publish", "append", NULL }, &n));
  g_assert_cmpuint (n, ==, 1);
  g_assert_false (eh_call_log_has_order (log, (const char *const[]){ "append", "append", NULL }, &n));
  g_assert_cmpuint (n, ==, 1);
  g_assert_true (eh_call_log_has_order (log, (const char *const[]){ NULL }, &n));
  g_assert_cmpuint (n, ==, 0);
}

static void
test_clear (void)
{
  g_autoptr (EhCallLog) log = eh_call_log_new ();
  EhLoggedCall *call = eh_call_log_begin (log, EH_MOCK_FLUSH, "", NULL);

  g_test_summary ("A call that is under way when the log is cleared may end, and is not in the log");

  note (log, EH_MOCK_APPEND, "Note-a");
  eh_call_log_clear (log);
  eh_call_log_end (log, call, g_strdup ("ok"), NULL, NULL);
  g_assert_cmpuint (eh_call_log_get_size (log), ==, 0);
}

static void
test_nicks (void)
{
  g_autoptr (GError) error = NULL;
  EhMockOperation operation;

  g_test_summary ("Every operation has a name of its own; a wrong one is told with what is near");

  for (guint i = 0; i < EH_MOCK_N_OPERATIONS; i++)
    {
      g_assert_true (eh_mock_operation_from_nick (eh_mock_operation_get_nick (i), &operation, NULL));
      g_assert_cmpint (operation, ==, i);
    }
  g_assert_false (eh_mock_operation_from_nick ("apend", &operation, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, "no operation is called \"apend\"; did you mean \"append\"?");
}

static gpointer
note_many (gpointer data)
{
  for (guint i = 0; i < 500; i++)
    note (data, EH_MOCK_APPEND, "Note-a");
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (EhCallLog) log = eh_call_log_new ();
  GThread *threads[4];

  g_test_summary ("Threads that note calls at the same time lose none");

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("note", note_many, log);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (eh_call_log_count (log, "append", "Note-a"), ==, 2000);
  g_assert_cmpstr (eh_call_log_get_outcome (log, 1999), ==, "ok");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/call-log/members", test_members);
  g_test_add_func ("/call-log/count", test_count);
  g_test_add_func ("/call-log/order", test_order);
  g_test_add_func ("/call-log/clear", test_clear);
  g_test_add_func ("/call-log/nicks", test_nicks);
  g_test_add_func ("/call-log/threads", test_threads);
  return g_test_run ();
}
