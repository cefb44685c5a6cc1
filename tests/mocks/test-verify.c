/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-mock-store.h"
#include "mocks/eh-verify.h"

#include "../store/store-fixture.h"

/* A log of: append Note-a, append Note-b, get-version Note-a. */
static EhCallLog *
make_log (void)
{
  EhCallLog *log = eh_call_log_new ();
  g_autoptr (EhEventStore) store = eh_mock_store_new (NULL, NULL, log);

  store_append (store, "Note-a", 1, 1);
  store_append (store, "Note-b", 2, 1);
  g_assert_cmpuint (store_version (store, "Note-a"), ==, 1);
  return log;
}

static void
test_pass (void)
{
  g_autoptr (EhCallLog) log = make_log ();

  g_test_summary ("What was called as expected is silent");

  eh_assert_called (log, "append", 2);
  eh_assert_called_with (log, "append", "Note-a", 1);
  eh_assert_called_with (log, "append", "Note-*", 2);
  eh_assert_never_called (log, "delete");
  eh_assert_called_in_order (log, "append Note-a", "append Note-b", "get-version");
}

static void
fail_called (void)
{
  g_autoptr (EhCallLog) log = make_log ();

  eh_assert_called (log, "append", 1);
}

static void
fail_called_with (void)
{
  g_autoptr (EhCallLog) log = make_log ();

  eh_assert_called_with (log, "append", "Note-c", 1);
}

static void
fail_never (void)
{
  g_autoptr (EhCallLog) log = make_log ();

  eh_assert_never_called (log, "get-version");
}

static void
fail_order (void)
{
  g_autoptr (EhCallLog) log = make_log ();

  eh_assert_called_in_order (log, "append", "get-version", "append");
}

static void
fail_order_first (void)
{
  g_autoptr (EhCallLog) log = make_log ();

  eh_assert_called_in_order (log, "publish", "append");
}

static void
fail_unknown (void)
{
  g_autoptr (EhCallLog) log = make_log ();

  eh_assert_never_called (log, "apend");
}

static void
fail_unknown_order (void)
{
  g_autoptr (EhCallLog) log = make_log ();

  eh_assert_called_in_order (log, "append", "delet Note-a");
}

/* What each failing verification says. */
static const struct {
  const char *name;
  GTestFunc func;
  const char *message;
} failures[] = {
  { "called", fail_called, "append was called 2 times, expected 1 time" },
  { "called-with", fail_called_with, "append Note-c was called never, expected 1 time" },
  { "never", fail_never, "get-version was called 1 time, expected never" },
  { "order", fail_order, "append was not called after get-version, which was call 2 of the expected order" },
  { "order-first", fail_order_first, "publish was never called" },
  { "unknown", fail_unknown, "no operation is called \"apend\"; did you mean \"append\"?" },
  { "unknown-order", fail_unknown_order, "no operation is called \"delet\"; did you mean \"delete\"?" },
};

/*
 * GTest ends at the first failure, so the verifications that fail run in a child: the program starts itself again
 * with the number of one in the environment.
 */
#define CHILD "EH_TEST_VERIFY_CHILD"

static const char *program;

static char *
run_child (const char *number)
{
  g_autoptr (GSubprocessLauncher)
      launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autoptr (GSubprocess) child = NULL;
  g_autoptr (GError) error = NULL;
  char *output = NULL;

  g_subprocess_launcher_setenv (launcher, CHILD, number, TRUE);
  child = g_subprocess_launcher_spawn (launcher, &error, program, "--tap", NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (child, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (g_subprocess_get_successful (child));
  return output;
}

static void
test_failure (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *number = g_strdup_printf ("%u", i);
  g_autofree char *output = NULL;
  g_autofree char *message = NULL;

  g_test_summary ("A verification that fails names place, expectation and truth, and prints what was called");

  output = run_child (number);
  message = g_strdup_printf ("*Bail out!*test-verify.c:*:fail_*: %s\n*", failures[i].message);
  g_assert_true (g_pattern_match_simple (message, output));
  g_assert_nonnull (strstr (output, "1. append Note-a: Noted, expecting any version -> version 1\n"));
  g_assert_nonnull (strstr (output, "3. get-version Note-a -> 1\n"));
}

int
main (int argc, char *argv[])
{
  const char *child = g_getenv (CHILD);

  program = argv[0];
  g_test_init (&argc, &argv, NULL);
  if (child != NULL)
    {
      g_test_add_func ("/verify/child", failures[atoi (child)].func);
      return g_test_run ();
    }
  g_test_add_func ("/verify/pass", test_pass);
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *path = g_strdup_printf ("/verify/failure/%s", failures[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_failure);
    }
  return g_test_run ();
}
