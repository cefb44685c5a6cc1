/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "tool-test.h"

/* The tool as a whole, and how it takes its arguments. */

static void
test_help (void)
{
  static const char *const ways[] = { "--help", "-h", "help" };

  g_test_summary ("The help lists the commands, options and exit statuses on stdout");
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_auto (ToolRun) run = tool_run (ways[i], NULL);

      g_assert_cmpint (run.status, ==, 0);
      g_assert_cmpstr (run.err, ==, "");
      g_assert_true (g_str_has_prefix (run.out, "Usage: eventhus COMMAND [ARGUMENT...]\n"));
      assert_says (run.out, "\n  test        FILE|DIR... --domain MODULE    run given-when-then scenarios\n");
      assert_says (run.out, "\n  schema      [--domain MODULE]              print the JSON Schema");
      assert_says (run.out, "\n  --version  the version\n");
      assert_says (
          run.out,
          "\nExit status: 0 all passed, 1 a scenario failed or output was lost, 2 wrong usage or a malformed file.\n");
    }
}

static void
test_no_command (void)
{
  g_auto (ToolRun) run = tool_run ("", NULL);

  g_test_summary ("Without a command the help goes to stderr, and the status is 2");
  g_assert_cmpint (run.status, ==, 2);
  g_assert_cmpstr (run.out, ==, "");
  g_assert_true (g_str_has_prefix (run.err, "Usage: eventhus COMMAND"));
}

static void
test_version (void)
{
  g_auto (ToolRun) run = tool_run ("--version", NULL);

  g_test_summary ("The version is one line");
  g_assert_cmpint (run.status, ==, 0);
  g_assert_cmpstr (run.err, ==, "");
  g_assert_true (g_regex_match_simple ("^eventhus [0-9]+\\.[0-9]+\\.[0-9]+\\n$", run.out, 0, 0));
}

static void
test_unknown_command (void)
{
  g_test_summary ("An unknown command is refused, with the nearest one if there is one");
  assert_refused ("tets", "eventhus: no command \"tets\"; did you mean \"test\"?\nTry eventhus --help.\n");
  assert_refused ("shcema", "eventhus: no command \"shcema\"; did you mean \"schema\"?\nTry eventhus --help.\n");
  assert_refused ("dance", "eventhus: no command \"dance\"\nTry eventhus --help.\n");
}

static void
test_help_of_commands (void)
{
  static const char *const options[] = { "--domain=MODULE", "--format=FORMAT", "--filter=GLOB", "--no-only",
                                         "--coverage",      "--quiet",         "--no-color",    "--help" };
  g_auto (ToolRun) run = tool_run ("test --help", NULL);
  g_auto (ToolRun) schema = tool_run ("schema -h", NULL);

  g_test_summary ("Each command tells its options and exit statuses");
  g_assert_cmpint (run.status, ==, 0);
  g_assert_cmpstr (run.err, ==, "");
  assert_says (run.out, "FILE|DIR... --domain MODULE\n");
  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    assert_says (run.out, options[i]);
  assert_says (run.out, "Exit status: 0 all passed, 1 a scenario or a simulation failed, 2 wrong usage");
  g_assert_cmpint (schema.status, ==, 0);
  assert_says (schema.out, "--domain=MODULE");
  assert_says (schema.out, "Exit status: 0 printed, 2 wrong usage or no such domain.\n");
}

static void
test_arguments (void)
{
  g_test_summary ("What is lacking or unknown is told with where to read on");
  assert_refused ("test", "eventhus test: name a scenario file or a folder of them; try eventhus test --help\n");
  assert_refused ("test --domain @bank",
                  "eventhus test: name a scenario file or a folder of them; try eventhus test --help\n");
  assert_refused ("test passing.json",
                  "eventhus test: say which domain with --domain MODULE; try eventhus test --help\n");
  assert_refused ("test passing.json --domain",
                  "eventhus test: Missing argument for --domain\nTry eventhus test --help.\n");
  assert_refused ("test passing.json --domain @bank --frmat tap",
                  "eventhus test: Unknown option --frmat\nTry eventhus test --help.\n");
  assert_refused ("test passing.json --domain @bank --format yaml",
                  "eventhus test: --format takes pretty, tap, junit or json, not \"yaml\"\n");
  assert_refused ("schema bank", "eventhus schema: takes no arguments; say which domain with --domain MODULE\n");
}

static void
test_paths (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *empty = g_dir_make_tmp ("eh-empty-XXXXXX", &error);
  g_autofree char *arguments = g_strdup_printf ("test %s --domain @bank", empty);
  g_autofree char *message = g_strdup_printf (
      "eventhus test: %s: there is no *.json in this folder; name one that holds scenario files\n", empty);

  g_test_summary ("A path that is not there and a folder without a scenario file are refused");
  g_assert_no_error (error);
  assert_refused ("test nothing.json --domain @bank", "eventhus test: nothing.json: no such file or folder\n");
  assert_refused (arguments, message);
  g_assert_no_errno (g_rmdir (empty));
}

static void
test_folder (void)
{
  g_test_summary ("A folder stands for its scenario files and those below, in the order of names");
  assert_run ("test folder --domain @bank --no-color", 0,
              "folder/a.json\n  passed   in a\n\n"
              "folder/b/c.json\n  passed   in c\n\n"
              "folder/d.json\n  passed   in d\n\n"
              "coverage: never produced OwnerChanged, DepositPerformed, WithdrawalPerformed; "
              "never accepted ChangeOwner, PerformDeposit, PerformWithdrawal; "
              "never refused CreateAccount, ChangeOwner, PerformDeposit, PerformWithdrawal; "
              "rules never run OwnerChanged, DepositPerformed, WithdrawalPerformed\n"
              "3 passed, 0 failed in T ms\n",
              "");
}

int
main (int argc, char *argv[])
{
  tool_test_init (&argc, &argv);
  g_test_add_func ("/eventhus/help", test_help);
  g_test_add_func ("/eventhus/no-command", test_no_command);
  g_test_add_func ("/eventhus/version", test_version);
  g_test_add_func ("/eventhus/unknown-command", test_unknown_command);
  g_test_add_func ("/eventhus/help-of-commands", test_help_of_commands);
  g_test_add_func ("/eventhus/arguments", test_arguments);
  g_test_add_func ("/eventhus/paths", test_paths);
  g_test_add_func ("/eventhus/folder", test_folder);
  return g_test_run ();
}
