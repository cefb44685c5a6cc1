/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "folder.h"

/* The examples' programs, each run several times over one store in a file. */

static char *
run (const char *program, const char *const *arguments)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  char *output = NULL;

  g_ptr_array_add (argv, (gpointer) program);
  for (; *arguments != NULL; arguments++)
    g_ptr_array_add (argv, (gpointer) *arguments);
  g_ptr_array_add (argv, NULL);
  process = g_subprocess_newv ((const char *const *) argv->pdata, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1, ==, 0);
  return output;
}

static void
assert_says (const char *output, const char *expected)
{
  if (strstr (output, expected) == NULL)
    g_error ("there is no \"%s\" in: %s", expected, output);
}

static void
test_seats (void)
{
  g_autofree char *folder = g_dir_make_tmp ("seats-XXXXXX", NULL);
  g_autofree char *uri = g_strdup_printf ("file:%s/store", folder);
  const char *const arguments[] = { uri, NULL };

  g_test_summary ("The seats can be run again over what an earlier run has booked");
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *output = run (g_getenv ("EH_TEST_SEATS_PROGRAM"), arguments);

      assert_says (output, "A1: taken\n");
      assert_says (output, "A2: taken\n");
      g_assert_cmpint (strstr (output, "not paid: no seats are held") != NULL, ==, i > 0);
    }
  folder_remove (folder);
}

static void
test_bank (void)
{
  g_autofree char *folder = g_dir_make_tmp ("bank-XXXXXX", NULL);
  g_autofree char *uri = g_strdup_printf ("file:%s/store", folder);
  const char *const arguments[] = { "--store", uri, NULL };

  g_test_summary ("The bank can be run again over the accounts of an earlier run");
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *output = run (g_getenv ("EH_TEST_BANK_PROGRAM"), arguments);

      g_assert_cmpint (strstr (output, "exists already") != NULL, ==, i > 0);
    }
  folder_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run-again/bank", test_bank);
  g_test_add_func ("/run-again/seats", test_seats);
  return g_test_run ();
}
