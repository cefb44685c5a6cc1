/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "tool-test.h"

/* The tool is run in a folder of its own, since it writes what it finds into the current one. */

static char *folder;

static void
enter_folder (void)
{
  static const char *const files[] = { "bank.json",      "deep.json",   "diverged.json", "only-scenarios.json",
                                       "transfers.json", "unruly.json", "wrong.json" };
  g_autoptr (GError) error = NULL;

  folder = g_dir_make_tmp ("eh-simulate-XXXXXX", &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *copy = g_build_filename (folder, files[i], NULL);
      g_autofree char *original = g_test_build_filename (G_TEST_DIST, "simulations", files[i], NULL);
      g_autofree char *text = NULL;

      g_file_get_contents (original, &text, NULL, &error);
      g_assert_no_error (error);
      g_file_set_contents (copy, text, -1, &error);
      g_assert_no_error (error);
    }
  tool_test_set_folder (folder);
}

static void
leave_folder (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
  g_clear_pointer (&folder, g_free);
  tool_test_set_folder (NULL);
}

static void
assert_status (const ToolRun *run, int status)
{
  if (run->status != status)
    g_error ("status %d, not %d:\n%s%s", run->status, status, run->out, run->err);
}

static char *
read_file (const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static void
test_proven (void)
{
  g_auto (ToolRun) run = tool_run ("simulate bank.json --domain @bank --filter 'two*'", NULL);

  g_test_summary ("An exhaustive search that finds nothing says so and ends with 0");
  assert_status (&run, 0);
  g_assert_cmpstr (run.out, ==,
                   "bank.json\n"
                   "  proven   two tellers, one account\n"
                   "    no violation is possible\n"
                   "    exhaustive: 4 runs cover every order of operations that matters, under no fault\n"
                   "\n"
                   "1 passed, 0 failed, 4 not asked for\n");
}

static void
test_violation (void)
{
  g_auto (ToolRun) run = tool_run ("simulate bank.json --domain @bank --filter Lost*", NULL);
  g_auto (ToolRun) replay = tool_run ("replay lost-update-8508e366.failure.json --domain @bank", NULL);
  g_auto (ToolRun) test = tool_run ("test lost-update-8508e366.failure.json --domain @bank", NULL);
  g_autofree char *failure = read_file ("lost-update-8508e366.failure.json");

  g_test_summary ("A violation is written to a file, which replay and test run; all end with 1");
  assert_status (&run, 1);
  assert_says (run.out, "\n    serializable: ");
  assert_says (run.out, "\n    written to lost-update-8508e366.failure.json\n"
                        "    replay it with: eventhus replay lost-update-8508e366.failure.json --domain ");
  assert_says (run.out, "as short as when it was found: 4 steps, 1 switch; amounts made smaller; proven minimal\n");
  assert_says (failure, "\"schedule\": [\"alice: load Account-a1\", \"bob: load Account-a1\"]");
  assert_status (&replay, 1);
  assert_says (replay.out, "\n    >   2");
  assert_says (replay.out, "one run, by its schedule\n");
  assert_status (&test, 1);
  assert_says (test.out, "\n    serializable: ");
  assert_says (test.out, "0 passed, 1 failed");
}

/* The same run, where appends are guarded. */
static void
write_mended (void)
{
  g_autofree char *failure = read_file ("lost-update-8508e366.failure.json");
  g_autofree char *path = g_build_filename (folder, "mended.json", NULL);
  g_autoptr (GString) text = g_string_new (failure);

  g_assert_cmpuint (g_string_replace (text, "\"any\"", "\"exact\"", 0), ==, 1);
  g_assert_true (g_file_set_contents (path, text->str, -1, NULL));
}

static void
test_passed (void)
{
  g_auto (ToolRun) run = tool_run ("simulate bank.json --domain @bank --filter Lost*", NULL);
  g_auto (ToolRun) replay = { 0 };
  g_auto (ToolRun) test = { 0 };
  g_auto (ToolRun) filtered = { 0 };

  g_test_summary ("A run that passes says so; replay shows it, test does not and speaks of no coverage");
  assert_status (&run, 1);
  write_mended ();
  replay = tool_run ("replay mended.json --domain @bank", NULL);
  assert_status (&replay, 0);
  assert_says (replay.out, "  passed   Lost update!\n    this run passes all checks\n           alice");
  assert_says (replay.out, " conflict on stream\n");
  test = tool_run ("test mended.json --domain @bank", NULL);
  assert_status (&test, 0);
  g_assert_true (g_str_has_prefix (test.out, "mended.json\n  passed   Lost update!\n    this run passes all checks\n"
                                             "    one run, by its schedule\n\n1 passed, 0 failed in "));
  filtered = tool_run ("test mended.json --domain @bank --format tap", NULL);
  g_assert_null (strstr (filtered.out, "coverage"));
}

static void
test_expected (void)
{
  g_auto (ToolRun) found = tool_run ("simulate bank.json --domain @bank --filter known*", NULL);
  g_auto (ToolRun) not_found = tool_run ("simulate bank.json --domain @bank --filter 'no anomaly'", NULL);
  g_autofree char *path = g_build_filename (folder, "known-anomaly.failure.json", NULL);

  g_test_summary ("A violation that is expected passes and is not written; that it is not there is a failure");
  assert_status (&found, 0);
  assert_says (found.out, "  expected known anomaly\n");
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  assert_status (&not_found, 1);
  assert_says (not_found.out, "\"serializable\" was expected to fail, and no run failed it\n");
}

static void
test_jobs (void)
{
  static const char *const cases[] = {
    "bank.json --domain @bank --seed 1",
    "bank.json --domain @bank --seed 7",
    "transfers.json --domain @transfers",
  };

  g_test_summary ("The same seed gives the same output, whatever the number of jobs");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *one = g_strdup_printf ("simulate %s --jobs 1", cases[i]);
      g_autofree char *three = g_strdup_printf ("simulate %s --jobs 3", cases[i]);
      g_auto (ToolRun) first = tool_run (one, NULL);
      g_auto (ToolRun) second = tool_run (three, NULL);

      assert_status (&first, 1);
      g_assert_cmpstr (first.out, ==, second.out);
    }
}

static void
test_diverged (void)
{
  g_auto (ToolRun) run = tool_run ("replay diverged.json --domain @bank", NULL);

  g_test_summary ("A schedule that does not fit names the step, and the status is 3");
  assert_status (&run, 3);
  assert_says (run.out, "alice: load Account-a1");
}

static void
test_not_deterministic (void)
{
  g_auto (ToolRun) run = tool_run ("simulate unruly.json --domain @tools/unruly --filter guess", NULL);

  g_test_summary ("A handler that looks outside of the world is found out, and the status is 3");
  assert_status (&run, 3);
  assert_says (run.out, "\n    determinism: ");
}

static void
test_recursion (void)
{
  g_auto (ToolRun) run = tool_run ("simulate unruly.json --domain @tools/unruly --filter recurse", NULL);

  g_test_summary ("A handler that recurses through its stack is named, and the status is 4");
  assert_status (&run, 4);
  assert_says (run.err, "eventhus: unruly.json: simulations[3]: client alice, step 2 (Recurse): the handler recursed "
                        "through its stack\n");
}

static void
test_no_return (void)
{
  static const struct {
    const char *arguments;
    const char *out;
    const char *err;
  } cases[] = {
    { "simulate unruly.json --domain @tools/unruly --filter spin --format json", "",
      "eventhus: unruly.json: simulations[1]: client alice, step 2 (Spin): the handler does not return: it blocks or "
      "loops\n" },
    { "simulate unruly.json --domain @tools/unruly --filter early --format json", "",
      "eventhus: unruly.json: simulations[4]: what is given: the handler does not return: it blocks or loops\n" },
    { "test unruly.json --domain @tools/unruly --filter block --format tap",
      "TAP version 13\n1..1\nBail out! unruly.json: simulations[2]: client bob, step 1 (Block): the handler does not "
      "return: it blocks or loops\n",
      "eventhus: unruly.json: simulations[2]: client bob, step 1 (Block): the handler does not return: it blocks or "
      "loops\n" },
  };

  g_test_summary ("A handler that never returns is named with its place, and the status is 4; TAP says so itself");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (ToolRun) run = tool_run (cases[i].arguments, "EVENTHUS_PATIENCE=1");

      assert_status (&run, 4);
      g_assert_cmpstr (run.out, ==, cases[i].out);
      assert_says (run.err, cases[i].err);
    }
}

static void
test_budget (void)
{
  g_auto (ToolRun) run = tool_run ("simulate bank.json --domain @bank --filter two* --time PT0.000001S", NULL);

  g_test_summary ("A budget that is too small for one run is told, and the status is 5");
  assert_status (&run, 5);
  assert_says (run.out, "the budget was too small for one run");
}

static void
test_depth (void)
{
  g_auto (ToolRun) run = tool_run ("simulate deep.json --domain @bank --seed -4", NULL);
  g_auto (ToolRun) sampled = tool_run ("simulate deep.json --domain @bank --seed -4 --strategy pos --runs 2", NULL);

  g_test_summary ("A search that its depth ended says so; a seed may be negative, and is told as it was typed");
  assert_status (&run, 0);
  assert_says (run.out,
               "\n    exhaustive as far as \"depth\", 1, goes: 1 run; of what can differ behind that many choices\n"
               "    nothing is known\n");
  assert_status (&sampled, 0);
  assert_says (sampled.out, "; seed -4\n");
}

static void
test_usage (void)
{
  g_test_summary ("Mistakes end with 2 and say what to do");
  assert_refused ("simulate --domain @bank",
                  "eventhus simulate: name a file with simulations; try eventhus simulate --help\n");
  assert_refused ("replay bank.json", "eventhus replay: say which domain with --domain MODULE; try eventhus replay "
                                      "--help\n");
  assert_refused ("simulate bank.json --domain @bank --runs many",
                  "eventhus simulate: --runs takes a number from 1, not \"many\"\n");
  assert_refused ("simulate bank.json --domain @bank --runs 0",
                  "eventhus simulate: --runs takes a number from 1, not \"0\"\n");
  assert_refused ("simulate bank.json --domain @bank --seed x",
                  "eventhus simulate: --seed takes a number, not \"x\"\n");
  assert_refused ("simulate wrong.json --domain @bank --format pretty",
                  "eventhus simulate: wrong.json: simulations[0].given[0].command: command PerformDeposit: Account-a1 "
                  "does not exist, its initial event is missing\n");
  assert_refused ("simulate bank.json --domain @bank --strategy luck --format pretty",
                  "eventhus simulate: bank.json: simulations[0]: explore.strategy: unknown strategy \"luck\"\n");
  assert_refused ("simulate bank.json --domain @bank --filter nothing",
                  "eventhus simulate: no simulation's whole name matches --filter 'nothing'; * stands for any text: "
                  "'*nothing*'\n");
  assert_refused ("replay bank.json --domain @bank --filter two*",
                  "eventhus replay: bank.json: simulations[0]: there is no \"schedule\" to replay; explore it with "
                  "eventhus simulate\n");
}

static void
test_formats (void)
{
  g_auto (ToolRun) tap = tool_run ("simulate bank.json --domain @bank --filter '*o*' --format tap", NULL);
  g_auto (ToolRun) junit = tool_run ("simulate bank.json --domain @bank --filter Lost* --format junit", NULL);
  g_auto (ToolRun) json = tool_run ("simulate bank.json --domain @bank --filter Lost* --format json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = json_from_string (json.out, &error);
  JsonObject *object;

  g_test_summary ("Formats for machines have the result of a simulation");
  assert_says (tap.out, "TAP version 13\n1..4\nok 1 - two tellers, one account\n");
  assert_says (tap.out, "\nnot ok 2 - Lost update!\n# at bank.json: simulations[1]\n# serializable: ");
  assert_says (junit.out, "<failure type=\"serializable\" message=\"");
  g_assert_no_error (error);
  object = json_array_get_object_element (json_object_get_array_member (json_node_get_object (root), "simulations"), 0);
  g_assert_cmpstr (json_object_get_string_member (object, "status"), ==, "violation");
  g_assert_cmpstr (json_object_get_string_member (object, "check"), ==, "serializable");
  g_assert_cmpstr (json_object_get_string_member (object, "strategy"), ==, "exhaustive");
  g_assert_cmpint (json_object_get_int_member (object, "found_in_run"), ==, 2);
  g_assert_cmpstr (json_object_get_string_member (object, "failure_file"), ==, "lost-update-8508e366.failure.json");
  assert_says (json_object_get_string_member (object, "replay"),
               "eventhus replay lost-update-8508e366.failure.json --domain ");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "rows")), ==, 4);
}

static void
test_control_characters (void)
{
  g_autofree char *path = g_build_filename (folder, "odd.json", NULL);
  g_auto (ToolRun) json = { 0 };
  g_auto (ToolRun) page = { 0 };
  g_autofree char *text = NULL;

  g_test_summary ("A control character in a name is an escape in JSON, also in that of the page");
  g_assert_true (
      g_file_set_contents (path,
                           "{\"domain\":\"bank\",\"simulations\":[{\"name\":\"bell\\u0007\",\"in\":\"Account-a1\","
                           "\"clients\":{\"alice\":[{\"PerformDeposit\":{\"amount\":1}}]}}]}",
                           -1, NULL));
  json = tool_run ("simulate odd.json --domain @bank --format json", NULL);
  assert_status (&json, 0);
  assert_says (json.out, "\"bell\\u0007\"");
  page = tool_run ("simulate odd.json --domain @bank --report odd.html", NULL);
  assert_status (&page, 0);
  text = read_file ("odd.html");
  assert_says (text, "\"bell\\u0007\"");
}

/* Each line is cut to the terminal, so that it can be taken away. */
static void
assert_progress (const char *text, guint columns)
{
  g_autoptr (GRegex)
      shown = g_regex_new ("\\r\\033\\[K([0-9]+ s, [0-9]+ s left: pos: [^\\r\\033]*)\\r\\033\\[K", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *rest = NULL;

  g_test_message ("%s", text);
  g_assert_true (g_regex_match (shown, text, 0, &match));
  rest = g_match_info_fetch (match, 1);
  g_assert_cmpuint (strlen (rest), <, columns);
  if (columns < 200)
    return;
  g_assert_true (g_regex_match_simple (" [0-9,]+ runs, [0-9,]+/s, [0-9,]+ distinct( \\([0-9,]+ new\\))?,"
                                       " about [0-9.]+ % unseen, faults: append-error .*crash$",
                                       rest, 0, 0));
}

static void
test_progress (void)
{
  static const char
      *const arguments = "simulate bank.json --domain @bank --filter many --runs 1000000000 --time 1300ms";
  g_autofree char *wide = tool_run_all_on_terminal (arguments, 200, NULL);
  g_autofree char *narrow = tool_run_all_on_terminal (arguments, 40, "out");
  g_autofree char *silently = g_strconcat (arguments, " --quiet", NULL);
  g_autofree char *quiet = tool_run_all_on_terminal (silently, 80, "out");

  g_test_summary ("On a terminal a line says once a second how far it is, and goes away; not if that is not wanted");
  assert_progress (wide, 200);
  assert_progress (narrow, 40);
  assert_does_not_say (quiet, "\033[K");
}

static void
test_page (void)
{
  g_auto (ToolRun) run = tool_run ("simulate bank.json --domain @bank --report page.html", NULL);
  g_autofree char *page = read_file ("page.html");

  g_test_summary ("The page of a report has every simulation");
  assert_status (&run, 1);
  assert_says (page, "<!doctype html>");
  assert_says (page, "\"name\": \"two tellers, one account\"");
  assert_says (page, "\"name\": \"Lost update!\"");
}

static void
test_page_of_test (void)
{
  g_auto (ToolRun) run = tool_run ("test bank.json --domain @bank --filter 'two*' --report tested.html", NULL);
  g_autofree char *page = read_file ("tested.html");

  g_test_summary ("test writes the page of its simulations too, and says if there are none");
  assert_status (&run, 0);
  assert_says (page, "\"name\": \"two tellers, one account\"");
  assert_refused ("test only-scenarios.json --domain @bank --report tested.html",
                  "eventhus test: --report shows simulations, and none is asked for\n");
}

static void
test_page_not_written (void)
{
  g_auto (ToolRun) late = tool_run ("simulate bank.json --domain @bank --filter Lost* --report /dev/full", NULL);
  g_auto (ToolRun) proven = tool_run ("simulate bank.json --domain @bank --filter 'two*' --report /dev/full", NULL);

  g_test_summary ("A page that cannot be written is told before the search where it can be, and hides no violation");
  assert_refused ("simulate bank.json --domain @bank --report nowhere/page.html",
                  "eventhus simulate: --report: nowhere/page.html cannot be written: No such file or directory\n");
  assert_refused ("test bank.json --domain @bank --report .",
                  "eventhus test: --report: . cannot be written: Is a directory\n");
  assert_status (&late, 1);
  assert_says (late.err, "eventhus simulate: --report: /dev/full cannot be written: No space left on device\n");
  assert_status (&proven, 2);
}

int
main (int argc, char *argv[])
{
  int status;

  tool_test_init (&argc, &argv);
  enter_folder ();
  g_test_add_func ("/simulate/proven", test_proven);
  g_test_add_func ("/simulate/violation", test_violation);
  g_test_add_func ("/simulate/passed", test_passed);
  g_test_add_func ("/simulate/expected", test_expected);
  g_test_add_func ("/simulate/jobs", test_jobs);
  g_test_add_func ("/simulate/diverged", test_diverged);
  g_test_add_func ("/simulate/not-deterministic", test_not_deterministic);
  g_test_add_func ("/simulate/recursion", test_recursion);
  g_test_add_func ("/simulate/no-return", test_no_return);
  g_test_add_func ("/simulate/budget", test_budget);
  g_test_add_func ("/simulate/depth", test_depth);
  g_test_add_func ("/simulate/usage", test_usage);
  g_test_add_func ("/simulate/formats", test_formats);
  g_test_add_func ("/simulate/control-characters", test_control_characters);
  g_test_add_func ("/simulate/progress", test_progress);
  g_test_add_func ("/simulate/page", test_page);
  g_test_add_func ("/simulate/page-of-test", test_page_of_test);
  g_test_add_func ("/simulate/page-not-written", test_page_not_written);
  status = g_test_run ();
  leave_folder ();
  return status;
}
