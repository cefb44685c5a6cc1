/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <json-glib/json-glib.h>
#include <string.h>

#include "tool-test.h"

/* The formats for machines are read back as machines read them. */

#define BOTH "test failing.json passing.json --domain @bank --format "

typedef struct {
  guint ok;
  guint not_ok;
  guint skipped;
  guint diagnostics;
} TapCount;

static gboolean
read_test_line (const char *line, guint number, TapCount *count)
{
  g_autofree char *ok = g_strdup_printf ("ok %u - ", number);
  g_autofree char *not_ok = g_strdup_printf ("not ok %u - ", number);
  const char *hash = strstr (line, " #");

  if (g_str_has_prefix (line, not_ok))
    count->not_ok++;
  else if (g_str_has_prefix (line, ok))
    count->ok++;
  else
    return FALSE;

  /* A "#" without a backslash before it begins a directive, and the only one is SKIP. */
  if (hash != NULL)
    {
      g_assert_true (g_str_has_prefix (hash, " # SKIP "));
      g_assert_true (g_regex_match_simple ("^[^#]*([\\\\]#[^#]*)*$", hash + strlen (" # SKIP "), 0, 0));
      count->skipped++;
    }
  return TRUE;
}

static TapCount
read_tap (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  TapCount count = { 0 };
  guint n = 0;
  g_autofree char *plan = NULL;

  g_assert_cmpstr (lines[0], ==, "TAP version 13");
  for (gsize i = 2; lines[i] != NULL; i++)
    {
      if (read_test_line (lines[i], n + 1, &count))
        n++;
      else if (g_str_has_prefix (lines[i], "# "))
        count.diagnostics++;
      else
        g_assert_cmpstr (lines[i], ==, "");
    }
  plan = g_strdup_printf ("1..%u", n);
  g_assert_cmpstr (lines[1], ==, plan);
  return count;
}

static void
test_tap (void)
{
  g_auto (ToolRun) run = tool_run (BOTH "tap", NULL);
  TapCount count = read_tap (run.out);

  g_test_summary ("TAP has its plan, numbers its lines, escapes \"#\" and prints reports as diagnostics");
  g_assert_cmpint (run.status, ==, 1);
  g_assert_cmpstr (run.err, ==, "");
  g_assert_cmpuint (count.ok, ==, 4);
  g_assert_cmpuint (count.not_ok, ==, 3);
  g_assert_cmpuint (count.skipped, ==, 1);
  g_assert_cmpuint (count.diagnostics, >, 10);
  assert_says (run.out, "\nok 5 - a deposit \\#1 raises \\\\ the 300\n");
  assert_says (run.out, "\nok 7 - an account is closed # SKIP accounts \\#closed & <locked> come later\n");
  assert_says (run.out, "\n# at failing.json: scenarios[1]\n# error: PerformWithdrawal failed at scenarios[1].when");
  assert_says (run.out, "\n# probable cause: balance out (balance-out)\n");
}

static void
test_tap_left_out (void)
{
  g_auto (ToolRun)
      run = tool_run ("test passing.json --domain @bank --format tap --filter '*beyond*' --coverage", NULL);

  g_test_summary ("TAP's plan counts what is asked for; the table of coverage is a diagnostic");
  g_assert_cmpint (run.status, ==, 0);
  g_assert_cmpuint (read_tap (run.out).ok, ==, 1);
  assert_says (run.out, "\n# command  Account.PerformWithdrawal         0 accepted !       1 refused\n");
}

static void
test_harness (void)
{
  g_auto (ToolRun) tap = tool_run ("test passing.json --domain @bank", "HARNESS_ACTIVE=1");
  g_auto (ToolRun) pretty = tool_run ("test passing.json --domain @bank --format pretty", "HARNESS_ACTIVE=1");

  g_test_summary ("Under a harness TAP is the default, and --format has the last word");
  g_assert_cmpint (tap.status, ==, 0);
  g_assert_cmpuint (read_tap (tap.out).ok, ==, 3);
  g_assert_true (g_str_has_prefix (pretty.out, "passing.json\n"));
}

typedef struct {
  GString *path;
  guint suites;
  guint cases;
  guint failures;
  guint skipped;
  guint told[4]; /* by the attributes of testsuites, then summed up over each testsuite */
} JunitCount;

static void
read_counts (const char **names, const char **values, guint told[2])
{
  for (gsize i = 0; names[i] != NULL; i++)
    {
      if (g_str_equal (names[i], "tests"))
        told[0] += (guint) g_ascii_strtoull (values[i], NULL, 10);
      else if (g_str_equal (names[i], "failures"))
        told[1] += (guint) g_ascii_strtoull (values[i], NULL, 10);
    }
}

static void
junit_start (GMarkupParseContext *context, const char *element, const char **names, const char **values,
             gpointer user_data, GError **error)
{
  JunitCount *count = user_data;

  g_string_append_printf (count->path, "/%s", element);
  if (g_str_equal (count->path->str, "/testsuites"))
    read_counts (names, values, count->told);
  else if (g_str_equal (count->path->str, "/testsuites/testsuite"))
    {
      count->suites++;
      read_counts (names, values, count->told + 2);
    }
  else if (g_str_equal (count->path->str, "/testsuites/testsuite/testcase"))
    count->cases++;
  else if (g_str_equal (count->path->str, "/testsuites/testsuite/testcase/failure"))
    count->failures++;
  else if (g_str_equal (count->path->str, "/testsuites/testsuite/testcase/skipped"))
    count->skipped++;
  else
    g_error ("an element where it does not belong: %s", count->path->str);
}

static void
junit_end (GMarkupParseContext *context, const char *element, gpointer user_data, GError **error)
{
  JunitCount *count = user_data;

  g_string_truncate (count->path, count->path->len - strlen (element) - 1);
}

static void
test_junit (void)
{
  const GMarkupParser parser = { .start_element = junit_start, .end_element = junit_end };
  g_auto (ToolRun) run = tool_run (BOTH "junit", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) path = g_string_new (NULL);
  JunitCount count = { .path = path };
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, &count, NULL);

  g_test_summary ("JUnit is well-formed, has a suite a file and a case a scenario, and its counts are right");
  g_assert_cmpint (run.status, ==, 1);
  g_assert_cmpstr (run.err, ==, "");
  g_markup_parse_context_parse (context, run.out, -1, &error);
  g_assert_no_error (error);
  g_markup_parse_context_end_parse (context, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count.suites, ==, 2);
  g_assert_cmpuint (count.cases, ==, 7);
  g_assert_cmpuint (count.failures, ==, 3);
  g_assert_cmpuint (count.skipped, ==, 1);
  g_assert_cmpuint (count.told[0], ==, count.cases);
  g_assert_cmpuint (count.told[1], ==, count.failures);
  g_assert_cmpuint (count.told[2], ==, count.cases);
  g_assert_cmpuint (count.told[3], ==, count.failures);
  assert_says (run.out,
               "<testcase name=\"everything &lt;is&gt; &quot;wrong&quot; &amp; odd\" classname=\"failing.json\"");
  assert_says (run.out, "<skipped message=\"accounts #closed &amp; &lt;locked&gt; come later\"/>");
  assert_says (run.out, "<failure type=\"error\" message=\"PerformWithdrawal failed at scenarios[1].when");
}

static void
test_odd_names (void)
{
  g_auto (ToolRun) junit = tool_run ("test odd-names.json --domain @bank --format junit", NULL);
  g_auto (ToolRun) tap = tool_run ("test odd-names.json --domain @bank --format tap", NULL);

  g_test_summary ("What a format cannot hold is replaced, and a break of line begins no line");
  assert_says (junit.out, "<testcase name=\"rings \357\277\275 and &lt;breaks&gt;");
  assert_says (junit.out, "# the line \357\277\275\"");
  assert_says (junit.out, "<skipped message=\"odd \357\277\275");
  assert_does_not_say (junit.out, "&#x7;");
  g_assert_cmpuint (read_tap (tap.out).skipped, ==, 1);
  assert_says (tap.out, "<breaks>  \\# the line ");
  assert_says (tap.out, " # SKIP odd \001 reason\n");
}

static JsonObject *
read_json (const char *text, JsonNode **root)
{
  g_autoptr (GError) error = NULL;

  *root = json_from_string (text, &error);
  g_assert_no_error (error);
  g_assert_true (JSON_NODE_HOLDS_OBJECT (*root));
  return json_node_get_object (*root);
}

static gint64
count_status (JsonArray *scenarios, const char *status)
{
  gint64 n = 0;

  for (guint i = 0; i < json_array_get_length (scenarios); i++)
    {
      JsonObject *scenario = json_array_get_object_element (scenarios, i);

      if (g_str_equal (json_object_get_string_member (scenario, "status"), status))
        n++;
    }
  return n;
}

static void
test_json (void)
{
  static const char *const statuses[] = { "passed", "failed", "skipped" };
  g_auto (ToolRun) run = tool_run (BOTH "json --filter '*s*'", NULL);
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object = read_json (run.out, &root);
  JsonArray *scenarios = json_object_get_array_member (object, "scenarios");
  JsonObject *summary = json_object_get_object_member (object, "summary");

  g_test_summary ("JSON is one object whose summary adds up");
  g_assert_cmpint (run.status, ==, 1);
  g_assert_cmpstr (run.err, ==, "");
  g_assert_cmpint (json_object_get_int_member (object, "version"), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (object, "domain"), ==, "bank");
  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    g_assert_cmpint (json_object_get_int_member (summary, statuses[i]), ==, count_status (scenarios, statuses[i]));
  g_assert_cmpint (json_object_get_int_member (summary, "passed"), >, 0);
  g_assert_cmpint (json_object_get_int_member (summary, "failed"), ==, 3);
  g_assert_cmpint (json_object_get_int_member (summary, "left_out") + json_array_get_length (scenarios), ==, 7);
  g_assert_cmpint (json_object_get_int_member (summary, "duration_us"), >=, 0);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "coverage")), ==, 8);
}

static void
assert_difference (JsonArray *diff, guint i, const char *kind, const char *path, const char *expected,
                   const char *actual)
{
  JsonObject *entry = json_array_get_object_element (diff, i);

  g_assert_cmpstr (json_object_get_string_member (entry, "kind"), ==, kind);
  g_assert_cmpstr (json_object_get_string_member (entry, "path"), ==, path);
  g_assert_cmpstr (json_object_get_string_member (entry, "expected"), ==, expected);
  g_assert_cmpstr (json_object_get_string_member (entry, "actual"), ==, actual);
}

static void
test_json_failure (void)
{
  g_auto (ToolRun) run = tool_run ("test failing.json --domain @bank --format json", NULL);
  g_autoptr (JsonNode) root = NULL;
  JsonArray *scenarios = json_object_get_array_member (read_json (run.out, &root), "scenarios");
  JsonObject *wrong = json_array_get_object_element (scenarios, 0);
  JsonObject *refused = json_array_get_object_element (scenarios, 1);
  JsonArray *failures = json_object_get_array_member (wrong, "failures");
  JsonObject *first = json_array_get_object_element (failures, 0);
  JsonArray *diff = json_object_get_array_member (first, "diff");

  g_test_summary ("A failure has its check, message, differences and cause as members");
  g_assert_cmpstr (json_object_get_string_member (wrong, "name"), ==, "everything <is> \"wrong\" & odd");
  g_assert_cmpstr (json_object_get_string_member (wrong, "place"), ==, "failing.json: scenarios[0]");
  g_assert_true (json_object_get_null_member (wrong, "cause"));
  g_assert_cmpuint (json_array_get_length (failures), ==, 3);
  g_assert_cmpstr (json_object_get_string_member (first, "check"), ==, "events");
  g_assert_cmpuint (json_array_get_length (diff), ==, 3);
  assert_difference (diff, 0, "moved", "events[0]", "OwnerChanged at 0", "it at 1");
  assert_difference (diff, 1, "changed", "events[2].amount", "301", "300");
  assert_difference (diff, 2, "missing", "events[3]", "WithdrawalPerformed { \"ammount\": 1 }", NULL);
  g_assert_cmpstr (json_object_get_string_member (refused, "cause"), ==, "balance out (balance-out)");
}

int
main (int argc, char *argv[])
{
  tool_test_init (&argc, &argv);
  g_test_add_func ("/eventhus-formats/tap", test_tap);
  g_test_add_func ("/eventhus-formats/tap-left-out", test_tap_left_out);
  g_test_add_func ("/eventhus-formats/harness", test_harness);
  g_test_add_func ("/eventhus-formats/junit", test_junit);
  g_test_add_func ("/eventhus-formats/odd-names", test_odd_names);
  g_test_add_func ("/eventhus-formats/json", test_json);
  g_test_add_func ("/eventhus-formats/json-failure", test_json_failure);
  return g_test_run ();
}
