/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-fault-plan-private.h"

#include "../store/store-fixture.h"
#include "mocks/eh-op-private.h"
#include "mocks/eh-virtual-clock.h"

static EhMockFault
ask (EhFaultPlan *plan, EhMockOperation operation, const char *stream)
{
  return eh_fault_plan_decide (plan, &(EhPlannedCall){ .operation = operation, .stream = stream }).fault;
}

/* How @n appends to @stream fare: a letter each, "." for no fault. */
static char *
ask_often (EhFaultPlan *plan, const char *stream, guint n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      EhMockFault fault = ask (plan, EH_MOCK_APPEND, stream);

      g_string_append_c (text, fault == EH_MOCK_FAULT_NONE ? '.' : fault == EH_MOCK_FAULT_APPEND_ERROR ? 'e' : 'c');
    }
  return g_string_free (text, FALSE);
}

#define assert_fare(plan, stream, expected)                                                                            \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    g_autofree char *fare_ = ask_often (plan, stream, (guint) strlen (expected));                                      \
    g_assert_cmpstr (fare_, ==, expected);                                                                             \
  }                                                                                                                    \
  G_STMT_END

static void
test_calls (void)
{
  static const struct {
    guint call, n_calls;
    const char *expected;
  } cases[] = {
    { 0, 0, "eeeee" }, { 1, 0, "e...." }, { 3, 0, "..e.." },
    { 0, 2, "ee..." }, { 2, 3, ".eee." }, { 3, G_MAXUINT, "..eee" },
  };

  g_test_summary ("A rule strikes every call, the k-th, the next n, or n from the k-th");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (EhFaultPlan) plan = eh_fault_plan_new (0);

      eh_fault_plan_add (
          plan,
          &(EhFaultRule){ .fault = EH_MOCK_FAULT_APPEND_ERROR, .call = cases[i].call, .n_calls = cases[i].n_calls });
      assert_fare (plan, "Note-a", cases[i].expected);
      eh_fault_plan_reset (plan);
      assert_fare (plan, "Note-a", cases[i].expected);
    }
}

static void
test_matching (void)
{
  g_autoptr (EhFaultPlan) plan = eh_fault_plan_new (0);
  g_autoptr (EhEventBatch) batch = store_batch ("Note-a", 1, 1);
  EhPlannedCall append = { .operation = EH_MOCK_APPEND, .stream = "Note-a", .batch = batch };
  EhPlannedCall publish = { .operation = EH_MOCK_PUBLISH, .stream = "Note-a", .topic = "bank.account" };

  g_test_summary (
      "A rule is about a stream, a type of event, a topic or one of several operations; it counts only those");

  eh_fault_plan_add (plan, &(EhFaultRule){ .fault = EH_MOCK_FAULT_APPEND_ERROR, .stream = "Tally-*", .call = 2 });
  eh_fault_plan_add (plan, &(EhFaultRule){ .fault = EH_MOCK_FAULT_APPEND_CONFLICT, .event_type = "Noted" });
  eh_fault_plan_add (plan, &(EhFaultRule){ .fault = EH_MOCK_FAULT_LOAD_ERROR, .operation = "get-version" });
  eh_fault_plan_add (plan, &(EhFaultRule){ .fault = EH_MOCK_FAULT_PUBLISH_ERROR, .topic = "*.account" });

  assert_fare (plan, "Tally-a", ".");
  assert_fare (plan, "Note-a", "...");
  assert_fare (plan, "Tally-b", "e");
  g_assert_cmpint (eh_fault_plan_decide (plan, &append).fault, ==, EH_MOCK_FAULT_APPEND_CONFLICT);
  append.cannot_conflict = TRUE;
  g_assert_cmpint (eh_fault_plan_decide (plan, &append).fault, ==, EH_MOCK_FAULT_NONE);
  g_assert_cmpint (ask (plan, EH_MOCK_READ_STREAM, "Note-a"), ==, EH_MOCK_FAULT_NONE);
  g_assert_cmpint (ask (plan, EH_MOCK_GET_VERSION, "Note-a"), ==, EH_MOCK_FAULT_LOAD_ERROR);
  g_assert_cmpint (eh_fault_plan_decide (plan, &publish).fault, ==, EH_MOCK_FAULT_PUBLISH_ERROR);
  publish.topic = "bank.other";
  g_assert_cmpint (eh_fault_plan_decide (plan, &publish).fault, ==, EH_MOCK_FAULT_NONE);
  g_assert_cmpuint (eh_fault_plan_get_n_rules (plan), ==, 4);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpuint (eh_fault_plan_get_n_struck (plan, i), ==, 1);
}

static void
test_several (void)
{
  g_autoptr (EhFaultPlan) plan = eh_fault_plan_new (0);
  guint first, second;

  g_test_summary ("The first rule that strikes decides, and the others count on");

  first = eh_fault_plan_add (plan, &(EhFaultRule){ .fault = EH_MOCK_FAULT_APPEND_ERROR, .call = 2 });
  second = eh_fault_plan_add (plan, &(EhFaultRule){ .fault = EH_MOCK_FAULT_APPEND_CONFLICT, .call = 2, .n_calls = 2 });
  assert_fare (plan, "Note-a", ".ec.");
  g_assert_cmpuint (eh_fault_plan_get_n_struck (plan, first), ==, 1);
  g_assert_cmpuint (eh_fault_plan_get_n_struck (plan, second), ==, 1);
}

static void
test_probability (void)
{
  g_autoptr (EhFaultPlan) plan = eh_fault_plan_new (7);
  g_autoptr (EhFaultPlan) with_another = eh_fault_plan_new (7);
  g_autoptr (EhFaultPlan) other = eh_fault_plan_new (8);
  EhFaultRule rule = { .fault = EH_MOCK_FAULT_APPEND_ERROR, .probability = 0.25 };
  EhFaultRule delay = { .fault = EH_MOCK_FAULT_DELAY, .probability = 0.5, .delay = 1 };
  g_autofree char *fare = NULL, *again = NULL, *beside = NULL, *different = NULL;

  g_test_summary ("Chance comes from the seed, for each rule by itself, the same on every machine");

  eh_fault_plan_add (plan, &rule);
  eh_fault_plan_add (with_another, &rule);
  eh_fault_plan_add (with_another, &delay);
  eh_fault_plan_add (other, &rule);
  fare = ask_often (plan, "Note-a", 1000);
  g_assert_cmpuint (eh_fault_plan_get_n_struck (plan, 0), >, 200);
  g_assert_cmpuint (eh_fault_plan_get_n_struck (plan, 0), <, 300);
  g_assert_true (g_str_has_prefix (fare, "......ee..ee..ee....ee.."));
  eh_fault_plan_reset (plan);
  again = ask_often (plan, "Note-a", 1000);
  beside = ask_often (with_another, "Note-a", 1000);
  different = ask_often (other, "Note-a", 1000);
  g_assert_cmpstr (again, ==, fare);
  g_assert_cmpstr (beside, ==, fare);
  g_assert_cmpstr (different, !=, fare);
}

static void
test_delay (void)
{
  g_autoptr (EhFaultPlan) plan = eh_fault_plan_new (0);
  g_autoptr (EhVirtualClock) clock = eh_virtual_clock_new (0);
  EhPlannedFault planned;

  g_test_summary ("Delays add up and come on top of another fault; they wait on the plan's clock");

  eh_fault_plan_set_clock (plan, EH_CLOCK (clock));
  eh_fault_plan_add (plan, &(EhFaultRule){ .fault = EH_MOCK_FAULT_DELAY, .delay = 20 });
  eh_fault_plan_add (plan, &(EhFaultRule){ .fault = EH_MOCK_FAULT_APPEND_ERROR });
  eh_fault_plan_add (plan, &(EhFaultRule){ .fault = EH_MOCK_FAULT_DELAY, .operation = "append", .delay = 3 });
  planned = eh_fault_plan_decide (plan, &(EhPlannedCall){ .operation = EH_MOCK_APPEND });
  g_assert_cmpint (planned.fault, ==, EH_MOCK_FAULT_APPEND_ERROR);
  g_assert_cmpint (planned.delay, ==, 23);
  g_assert_true (eh_fault_plan_wait (plan, planned.delay, NULL, NULL));
  g_assert_cmpint (eh_clock_now (EH_CLOCK (clock)), ==, 23);
}

static void
test_json (void)
{
  const char *text =
      " { \"seed\": 7, \"faults\": [\n"
      "  { \"fault\": \"append-ambiguous\", \"applied\": true, \"stream\": \"Note-*\", \"type\": \"Noted\","
      " \"call\": 2, \"calls\": 3, \"probability\": 1 },\n"
      "  { \"fault\": \"delay\", \"operation\": \"publish\", \"topic\": \"bank.*\", \"delay\": \"PT0.5S\" } ] } ";
  g_autoptr (GError) error = NULL;
  g_autoptr (EhFaultPlan) plan = eh_fault_plan_new_from_json (text, -1, &error);
  g_autoptr (EhEventBatch) batch = store_batch ("Note-a", 1, 1);
  EhPlannedCall append = { .operation = EH_MOCK_APPEND, .stream = "Note-a", .batch = batch };
  EhPlannedCall publish = { .operation = EH_MOCK_PUBLISH, .stream = "Note-a", .topic = "bank.account" };
  EhPlannedFault planned;

  g_test_summary ("A plan can be read from JSON, with everything that a rule has");

  g_assert_no_error (error);
  g_assert_cmpuint (eh_fault_plan_get_n_rules (plan), ==, 2);
  g_assert_cmpint (eh_fault_plan_decide (plan, &append).fault, ==, EH_MOCK_FAULT_NONE);
  for (guint i = 0; i < 3; i++)
    {
      planned = eh_fault_plan_decide (plan, &append);
      g_assert_cmpint (planned.fault, ==, EH_MOCK_FAULT_APPEND_AMBIGUOUS);
      g_assert_true (planned.applied);
    }
  g_assert_cmpint (eh_fault_plan_decide (plan, &append).fault, ==, EH_MOCK_FAULT_NONE);
  g_assert_cmpint (eh_fault_plan_decide (plan, &publish).delay, ==, 500000);
}

static void
test_json_seed (void)
{
  const char *text = "{\"faults\":[{\"fault\":\"append-error\",\"probability\":0.25}],\"seed\":7}";
  g_autoptr (EhFaultPlan) read = eh_fault_plan_new_from_json (text, (gssize) strlen (text), NULL);
  g_autoptr (EhFaultPlan) built = eh_fault_plan_new (7);
  g_autofree char *fare = NULL;

  g_test_summary ("The seed of a file is that of a call, wherever it stands in the file");

  eh_fault_plan_add (built, &(EhFaultRule){ .fault = EH_MOCK_FAULT_APPEND_ERROR, .probability = 0.25 });
  fare = ask_often (built, "Note-a", 200);
  assert_fare (read, "Note-a", fare);
}

static void
test_json_errors (void)
{
  static const struct {
    const char *text, *message;
  } cases[] = {
    { "", "expected an object, found the end of the text (byte 0)" },
    { "{\"fault\":[]}", "fault: unknown; did you mean \"faults\"? (byte 1)" },
    { "{\"faults\":[{\"fault\":\"append-error\"},{\"fault\":\"append-error\",\"cal\":2}]}",
      "faults[1].cal: unknown; did you mean \"call\"? (byte 60)" },
    { "{\"faults\":[{\"fault\":\"apend-error\"}]}",
      "faults[0].fault: no fault is called \"apend-error\"; did you mean \"append-error\"? (byte 20)" },
    { "{\"faults\":[{\"fault\":\"crash\"}]}",
      "faults[0].fault: a \"crash\" needs a simulated world; a mock cannot make it (byte 20)" },
    { "{\"faults\":[{\"fault\":\"delay\",\"operation\":\"red-all\",\"delay\":\"PT1S\"}]}",
      "faults[0].operation: no operation is called \"red-all\"; did you mean \"read-all\"? (byte 40)" },
    { "{\"faults\":[{\"fault\":\"load-stale\",\"operation\":\"read-all\"}]}",
      "faults[0]: \"load-stale\" cannot happen to \"read-all\" (byte 11)" },
    { "{\"faults\":[{\"fault\":\"load-error\",\"type\":\"Noted\"}]}",
      "faults[0]: \"load-error\" happens to calls without an event, so it cannot have a type (byte 11)" },
    { "{\"faults\":[{\"fault\":\"append-error\",\"topic\":\"a.b\"}]}",
      "faults[0]: \"append-error\" happens to calls without a topic (byte 11)" },
    { "{\"faults\":[{\"fault\":\"load-error\",\"operation\":\"read-all\",\"stream\":\"Note-a\"}]}",
      "faults[0]: \"load-error\" has no stream here (byte 11)" },
    { "{\"faults\":[{}]}", "faults[0]: it does not say which fault (byte 11)" },
    { "{\"faults\":[{\"fault\":\"delay\"}]}", "faults[0]: a delay must be longer than nothing (byte 11)" },
    { "{\"faults\":[{\"fault\":\"append-error\",\"delay\":\"PT1S\"}]}",
      "faults[0]: \"append-error\" has no delay; add a rule of fault \"delay\" (byte 11)" },
    { "{\"faults\":[{\"fault\":\"append-error\",\"applied\":true}]}",
      "faults[0]: only ambiguous faults can be applied, not \"append-error\" (byte 11)" },
    { "{\"faults\":[{\"fault\":\"append-error\",\"call\":0}]}",
      "faults[0].call: must be from 1 to 4294967295 (byte 42)" },
    { "{\"faults\":[{\"fault\":\"append-error\",\"probability\":0}]}",
      "faults[0].probability: a probability is above 0 and at most 1 (byte 49)" },
    { "{\"faults\":[{\"fault\":\"append-error\",\"probability\":1.5}]}",
      "faults[0].probability: a probability is above 0 and at most 1 (byte 49)" },
    { "{\"faults\":[{\"fault\":\"append-error\",\"stream\":1}]}",
      "faults[0].stream: expected a string, found a number (byte 44)" },
  };

  g_test_summary ("What is wrong with a plan is told with its path, and what was meant");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (eh_fault_plan_new_from_json (cases[i].text, -1, &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
      g_assert_cmpstr (error->message, ==, cases[i].message);
    }
}

static void
test_json_cuts (void)
{
  const char *text = "{\"seed\":7,\"faults\":[{\"fault\":\"append-error\",\"call\":2,\"stream\":\"N*\"}]}";

  g_test_summary ("A plan that is cut off anywhere is an error, and a member that is there twice too");

  for (gsize i = 0; i < strlen (text); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (eh_fault_plan_new_from_json (text, (gssize) i, &error));
      g_assert_nonnull (error);
    }
  g_assert_null (eh_fault_plan_new_from_json ("{\"seed\":1,\"seed\":1}", -1, NULL));
}

static void
test_nicks (void)
{
  g_test_summary ("The faults of scenario files have the same names here, or are told to need a world");

  for (EhFaultKind kind = EH_FAULT_NONE + 1; kind < EH_FAULT_N_KINDS; kind++)
    {
      const char *nick = eh_fault_kind_get_nick (kind);
      g_autoptr (GError) error = NULL;
      EhMockFault fault;

      if (eh_mock_fault_from_nick (nick, &fault, &error))
        g_assert_cmpstr (eh_mock_fault_get_nick (fault), ==, nick);
      else
        g_assert_nonnull (strstr (error->message, "simulated world"));
    }
}

static void
test_bad_rule (void)
{
  g_autoptr (EhFaultPlan) plan = eh_fault_plan_new (0);

  g_test_summary ("A rule in C that makes no sense is told as the mistake that it is");

  g_test_expect_message ("eventhus", G_LOG_LEVEL_CRITICAL, "*it does not say which fault*");
  eh_fault_plan_add (plan, &(EhFaultRule){ .call = 1 });
  g_test_assert_expected_messages ();
  g_assert_cmpuint (eh_fault_plan_get_n_rules (plan), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fault-plan/calls", test_calls);
  g_test_add_func ("/fault-plan/matching", test_matching);
  g_test_add_func ("/fault-plan/several", test_several);
  g_test_add_func ("/fault-plan/probability", test_probability);
  g_test_add_func ("/fault-plan/delay", test_delay);
  g_test_add_func ("/fault-plan/json", test_json);
  g_test_add_func ("/fault-plan/json-seed", test_json_seed);
  g_test_add_func ("/fault-plan/json-errors", test_json_errors);
  g_test_add_func ("/fault-plan/json-cuts", test_json_cuts);
  g_test_add_func ("/fault-plan/nicks", test_nicks);
  g_test_add_func ("/fault-plan/bad-rule", test_bad_rule);
  return g_test_run ();
}
