/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>

#include "tool-test.h"

/* What eventhus conformance says, and how it ends. */

static void
test_memory (void)
{
  g_auto (ToolRun) run = tool_run ("conformance memory:", NULL);

  g_test_summary ("A memory store holds everything; the report goes by section and by capability");
  g_assert_cmpstr (run.err, ==, "");
  g_assert_cmpint (run.status, ==, 0);
  g_assert_true (g_str_has_prefix (run.out, "memory:\n\n  A. Basics                 10 of 10\n"));
  assert_says (run.out, "\n  N. Refusals                5 of 5\n");
  assert_says (run.out, "\nBy capability (what is not there is refused as it should be):\n  append ");
  assert_says (run.out, "\n  durable ");
  assert_says (run.out, " hold.\n");
}

static void
test_bus (void)
{
  g_auto (ToolRun) run = tool_run ("conformance --bus 'memory:?threads=2'", NULL);

  g_test_summary ("So does a memory bus");
  g_assert_cmpstr (run.err, ==, "");
  g_assert_cmpint (run.status, ==, 0);
  assert_says (run.out, "\n  C. Groups                  6 of 6\n");
  assert_says (run.out, "\n  wildcards                  1 of 1\n");
}

static void
test_failing (void)
{
  g_auto (ToolRun) run = tool_run ("conformance --seed 7 --bus 'memory:?limit=10' --filter 'delivery/*'", NULL);
  g_auto (ToolRun) tap = tool_run ("conformance -f tap --bus 'memory:?limit=10' --filter delivery/one", NULL);

  g_test_summary ("What does not hold is named, with what is demanded and what was found; the status is 1");
  g_assert_cmpint (run.status, ==, 1);
  assert_says (run.out,
               "\n    delivery/one: A subscriber gets every event once and in order\n      publishing failed: ");
  assert_says (run.out, " do not hold (--seed 7).\n");
  g_assert_cmpint (tap.status, ==, 1);
  assert_says (tap.out, "TAP version 13\n1..1\nnot ok 1 - delivery/one\n# A subscriber gets every");
}

static void
test_formats (void)
{
  g_auto (ToolRun) tap = tool_run ("conformance memory: --filter 'time/*' --format tap", NULL);
  g_auto (ToolRun) harness = tool_run ("conformance memory: --filter 'time/*'", "HARNESS_ACTIVE=1");
  g_auto (ToolRun) junit = tool_run ("conformance memory: --filter time/backwards --format junit", NULL);

  g_test_summary ("TAP and JUnit");
  g_assert_cmpstr (tap.out, ==,
                   "TAP version 13\n1..3\nok 1 - time/microseconds\nok 2 - time/far-away\nok 3 - time/backwards\n");
  g_assert_cmpstr (harness.out, ==, tap.out);
  assert_says (junit.out, "<testsuite name=\"memory:\" tests=\"1\" failures=\"0\">");
  assert_says (junit.out, "<testcase classname=\"G. Time\" name=\"time/backwards\" time=\"");
}

static void
test_json (void)
{
  g_auto (ToolRun) run = tool_run ("conformance memory: --filter 'snapshots/*' --format json --seed 12", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = json_from_string (run.out, &error);
  JsonObject *object = NULL;
  JsonObject *first = NULL;

  g_test_summary ("JSON has every case with its section, capability and outcome");
  g_assert_no_error (error);
  object = json_node_get_object (root);
  g_assert_cmpstr (json_object_get_string_member (object, "name"), ==, "memory:");
  g_assert_cmpstr (json_object_get_string_member (object, "seed"), ==, "12");
  g_assert_cmpint (json_object_get_int_member (object, "held"), ==, 7);
  g_assert_cmpint (json_object_get_int_member (object, "failed"), ==, 0);
  first = json_array_get_object_element (json_object_get_array_member (object, "cases"), 0);
  g_assert_cmpstr (json_object_get_string_member (first, "name"), ==, "snapshots/saved");
  g_assert_cmpstr (json_object_get_string_member (first, "section"), ==, "I. Snapshots");
  g_assert_cmpstr (json_object_get_string_member (first, "capability"), ==, "snapshots");
  g_assert_true (json_object_get_boolean_member (first, "holds"));
  g_assert_false (json_object_has_member (first, "failure"));
}

static void
test_folder (void)
{
  g_autofree char *folder = g_dir_make_tmp ("eventhus-conformance-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (folder, "mine", NULL);
  g_autofree char *arguments = g_strdup_printf ("conformance file:%s --filter 'basics/*'", folder);
  g_autofree char *expected = g_strdup_printf (
      "eventhus conformance: %s is not empty; name a folder that is, or that is not there\n", folder);
  g_auto (ToolRun) run = { 0 };

  g_test_summary ("A folder with something in it is refused and left alone; an empty one is empty again afterwards");
  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  assert_refused (arguments, expected);
  g_assert_cmpint (g_remove (file), ==, 0);
  run = tool_run (arguments, NULL);
  g_assert_cmpstr (run.err, ==, "");
  g_assert_cmpint (run.status, ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* Waits until there is a store below @folder. */
static void
wait_for_store (const char *folder)
{
  g_autofree char *first = g_build_filename (folder, "1", NULL);
  const gint64 end = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  while (!g_file_test (first, G_FILE_TEST_EXISTS))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_thread_yield ();
    }
}

static void
test_interrupted (void)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

  g_test_summary ("A run that is interrupted leaves nothing, and ends by the signal");
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autofree char *root = g_dir_make_tmp ("eventhus-conformance-XXXXXX", NULL);
      g_autofree char *folder = g_build_filename (root, "stores", NULL);
      g_autofree char *arguments = g_strconcat ("conformance file:", folder, NULL);
      g_autoptr (GSubprocess) tool = tool_start (arguments);

      wait_for_store (folder);
      g_subprocess_send_signal (tool, signals[i]);
      g_assert_true (g_subprocess_wait (tool, NULL, NULL));
      g_assert_true (g_subprocess_get_if_signaled (tool));
      g_assert_cmpint (g_subprocess_get_term_sig (tool), ==, signals[i]);
      g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
      g_assert_cmpint (g_rmdir (root), ==, 0);
    }
}

static void
test_read_only (void)
{
  g_autofree char *folder = g_dir_make_tmp ("eventhus-conformance-XXXXXX", NULL);
  g_autofree char *arguments = g_strdup_printf ("conformance 'file:%s/stores?mode=read'", folder);
  g_autofree char *expected = g_strdup_printf ("eventhus conformance: file:%s/stores?mode=read: opening it makes no "
                                               "store, and the suite needs new ones: leave out what has it only read, "
                                               "such as mode=read\n",
                                               folder);

  g_test_summary ("Where stores are only read there is nothing to try, and nothing is left");
  assert_refused (arguments, expected);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_usage (void)
{
  g_test_summary ("Wrong usage, and what cannot be opened, is refused with status 2");
  assert_refused ("conformance", "eventhus conformance: name one store, such as memory:, or with --bus one bus\n");
  assert_refused ("conformance memory: memory:",
                  "eventhus conformance: name one store, such as memory:, or with --bus one bus\n");
  assert_refused ("conformance memory: --format xml",
                  "eventhus conformance: --format takes pretty, tap, junit or json\n");
  assert_refused (
      "conformance memory: --filter '*severed*'",
      "eventhus conformance: what matches --filter needs a factory of one's own: see docs/conformance.md\n");
  assert_refused ("conformance memory: --seed x", "eventhus conformance: --seed takes a number\n");
  assert_refused ("conformance memory: --filter exact",
                  "eventhus conformance: no case's whole name matches --filter; * stands for any text\n");
  assert_refused ("conformance --bus rabbit:",
                  "eventhus conformance: there is no event bus \"rabbit:\"; there is \"memory:\"\n");
}

int
main (int argc, char *argv[])
{
  tool_test_init (&argc, &argv);
  g_test_add_func ("/eventhus-conformance/memory", test_memory);
  g_test_add_func ("/eventhus-conformance/bus", test_bus);
  g_test_add_func ("/eventhus-conformance/failing", test_failing);
  g_test_add_func ("/eventhus-conformance/formats", test_formats);
  g_test_add_func ("/eventhus-conformance/json", test_json);
  g_test_add_func ("/eventhus-conformance/folder", test_folder);
  g_test_add_func ("/eventhus-conformance/interrupted", test_interrupted);
  g_test_add_func ("/eventhus-conformance/read-only", test_read_only);
  g_test_add_func ("/eventhus-conformance/usage", test_usage);
  return g_test_run ();
}
