/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "tool-test.h"

/* Completion in bash, asked as the shell asks it: with the words of the line, the last one unfinished. */

static const char script[] = "set -u; source \"$1\"; shift; cd \"$1\"; shift\n"
                             "COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMPREPLY=()\n"
                             "_eventhus; for word in \"${COMPREPLY[@]}\"; do echo \"$word\"; done | sort\n";

static void
assert_completes (const char *line, const char *expected)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) argv = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *out = NULL;

  g_strv_builder_add_many (builder, "bash", "-c", script, "bash", g_getenv ("EH_TEST_COMPLETION"),
                           g_test_get_filename (G_TEST_DIST, "scenarios", NULL), NULL);
  g_strv_builder_addv (builder, (const char **) words);
  argv = g_strv_builder_end (builder);
  process = g_subprocess_newv ((const char *const *) argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &out, NULL, &error);
  g_assert_no_error (error);
  g_test_message ("%s", line);
  g_assert_true (g_subprocess_get_successful (process));
  g_strdelimit (g_strchomp (out), "\n", ' ');
  g_assert_cmpstr (out, ==, expected);
}

static gboolean
has_bash (void)
{
  g_autofree char *bash = g_find_program_in_path ("bash");

  if (bash == NULL)
    g_test_skip ("there is no bash");
  return bash != NULL;
}

static void
test_commands (void)
{
  g_test_summary ("The first word is a command or an option of the tool");
  if (!has_bash ())
    return;
  assert_completes ("eventhus te", "test");
  assert_completes ("eventhus sch", "schema");
  assert_completes ("eventhus con", "conformance");
  assert_completes ("eventhus sto", "store");
  assert_completes ("eventhus --", "--help --version");
  assert_completes ("eventhus x", "");
}

static void
test_options (void)
{
  g_test_summary ("A word that begins with a dash is an option of the command");
  if (!has_bash ())
    return;
  assert_completes ("eventhus test --",
                    "--coverage --domain --filter --format --help --no-color --no-only --quiet --report");
  assert_completes ("eventhus test --no", "--no-color --no-only");
  assert_completes ("eventhus schema --", "--domain --help");
  assert_completes ("eventhus conformance --", "--bus --filter --format --help --seed");
  assert_completes ("eventhus nothing --", "");
}

static void
test_store (void)
{
  g_test_summary ("After store comes one of its own commands, then its options or a folder");
  if (!has_bash ())
    return;
  assert_completes ("eventhus store ",
                    "--help backup cat compact delete export import ls repair stats tail truncate verify");
  assert_completes ("eventhus store ls --", "--category --help --json --limit --no-size --sort");
  assert_completes ("eventhus store ls --sort s", "size");
  assert_completes ("eventhus store cat folder -f fol", "");
  assert_completes ("eventhus store tail -f fol", "folder");
  assert_completes ("eventhus store verify fol", "folder");
  assert_completes ("eventhus store import folder pa", "passing.json");
  assert_completes ("eventhus store nothing --", "");
}

/* Each option that "COMMAND --help" tells; returns how many. */
static guint
assert_completes_options (const char *command)
{
  g_autofree char *arguments = g_strdup_printf ("%s --help", command);
  g_auto (ToolRun) run = tool_run (arguments, NULL);
  g_autoptr (GRegex) regex = g_regex_new ("^  (?:-., )?(--[a-z-]+)", G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  guint n = 0;

  for (g_regex_match (regex, run.out, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL))
    {
      g_autofree char *option = g_match_info_fetch (match, 1);
      g_autofree char *line = g_strdup_printf ("eventhus %s %s", command, option);

      assert_completes (line, option);
      n++;
    }
  return n;
}

static void
test_all_options (void)
{
  static const char *const commands[] = { "test",         "store ls",     "store cat",     "store tail",
                                          "store stats",  "store verify", "store repair",  "store backup",
                                          "store export", "store import", "store compact", "store truncate",
                                          "store delete" };
  guint n = 0;

  g_test_summary ("Every option that the help tells is completed");
  if (!has_bash ())
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    n += assert_completes_options (commands[i]);
  g_assert_cmpuint (n, >=, 8 + 3 * 12);
}

static void
test_values (void)
{
  g_test_summary ("After an option comes its value; else a scenario file or a folder");
  if (!has_bash ())
    return;
  assert_completes ("eventhus test --format ", "json junit pretty tap");
  assert_completes ("eventhus test -f j", "json junit");
  assert_completes ("eventhus test --filter pa", "");
  assert_completes ("eventhus test --domain fol", "folder");
  assert_completes ("eventhus test pa", "passing.json");
  assert_completes ("eventhus test passing.json folder/d", "folder/d.json");
  assert_completes ("eventhus test passing.json folder/b", "folder/b");
  assert_completes ("eventhus test passing.json folder/r", "");
}

int
main (int argc, char *argv[])
{
  tool_test_init (&argc, &argv);
  g_test_add_func ("/completion/commands", test_commands);
  g_test_add_func ("/completion/options", test_options);
  g_test_add_func ("/completion/store", test_store);
  g_test_add_func ("/completion/all-options", test_all_options);
  g_test_add_func ("/completion/values", test_values);
  return g_test_run ();
}
