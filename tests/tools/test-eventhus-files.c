/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "tool-test.h"

/* Scenario files that are malformed: nothing runs, and each is told with its place. */

typedef struct {
  const char *file;
  const char *message;
} Malformed;

/* In the order of names, as they are found in their folder. */
static const Malformed malformed[] = {
  { "aggregate", ": scenarios[0].in: unknown aggregate type \"Acount\"; did you mean \"Account\"?" },
  { "array", ": expected an object, found a list" },
  { "blank", ":1:1: expected a value, found the end of the text" },
  { "bytes", ":1:29: scenarios[0].name: not UTF-8" },
  { "command",
    ": scenarios[0].when.PerformDepsit: unknown command \"PerformDepsit\"; did you mean \"PerformDeposit\"?" },
  { "domain", ": domain: the file is about \"bakn\", the domain given is \"bank\"" },
  { "empty", ": scenarios[0].then: empty; say what must follow, such as \"events\": []" },
  { "error", ": scenarios[0].then.error: unknown error \"balance-ot\"; did you mean \"balance-out\"?" },
  { "extends", ": scenarios[0].extends: no earlier scenario is called \"y\"" },
  { "field", ": scenarios[0].when.PerformDeposit.amount: expected a number, found a string" },
  { "matcher", ": scenarios[0].then.state.balance.$gtt: unknown matcher; did you mean \"$gt\"?" },
  { "member", ": scenarios[0].then.evnets: unknown; did you mean \"events\"?" },
  { "neither", ": it has neither \"scenarios\" nor \"simulations\"" },
  { "off", ": scenarios[0].off[0]: unknown check \"pure-handlers\"; did you mean \"pure-handler\"?" },
  { "syntax", ":3:19: scenarios[0]: expected ',' or '}', found a string" },
  { "twice", ": scenarios[1].name: \"x\" is the name of scenarios[0] already" },
  { "type", ": scenarios[0].then.events[0].DepositPreformed: unknown event \"DepositPreformed\"; "
            "did you mean \"DepositPerformed\"?" },
};

static void
append_complaint (GString *text, const Malformed *row)
{
  g_string_append_printf (text, "eventhus test: malformed/%s.json%s\n", row->file, row->message);
}

static void
test_malformed (void)
{
  g_test_summary ("Each kind of mistake is told with its place and, of a misspelt name, the nearest one");
  for (gsize i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      g_autofree char *arguments = g_strdup_printf ("test malformed/%s.json --domain @bank", malformed[i].file);
      g_autoptr (GString) message = g_string_new (NULL);

      append_complaint (message, &malformed[i]);
      assert_refused (arguments, message->str);
    }
}

static void
test_all_told (void)
{
  g_autoptr (GString) messages = g_string_new (NULL);

  g_test_summary ("What is wrong with any file is told in one go, and the good ones among them do not run");
  for (gsize i = 0; i < G_N_ELEMENTS (malformed); i++)
    append_complaint (messages, &malformed[i]);
  assert_refused ("test passing.json malformed failing.json --domain @bank", messages->str);
}

static void
test_all_formats (void)
{
  static const char *const formats[] = { "pretty", "tap", "junit", "json" };

  g_test_summary ("In every format a malformed file leads to status 2 and nothing on stdout");
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *arguments = g_strdup_printf ("test malformed/array.json --domain @bank --format %s", formats[i]);

      assert_refused (arguments, "eventhus test: malformed/array.json: expected an object, found a list\n");
    }
}

static void
test_no_scenario (void)
{
  g_test_summary ("A file without a scenario is refused: nothing was proven");
  assert_refused ("test nothing/nothing.json --domain @bank",
                  "eventhus test: there is no scenario in the files named; docs/scenarios.md shows how to write one\n");
}

int
main (int argc, char *argv[])
{
  tool_test_init (&argc, &argv);
  g_test_add_func ("/eventhus-files/malformed", test_malformed);
  g_test_add_func ("/eventhus-files/all-told", test_all_told);
  g_test_add_func ("/eventhus-files/all-formats", test_all_formats);
  g_test_add_func ("/eventhus-files/no-scenario", test_no_scenario);
  return g_test_run ();
}
