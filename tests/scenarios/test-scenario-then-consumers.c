/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "order-domain.h"
#include "scenarios/eh-scenario-file.h"
#include "scenarios/eh-scenario-private.h"
#include "tally-domain.h"

/* What a scenario says of projections and process managers: files and tables. Single quotes stand for double ones. */

#define SCENARIO(parts) "{'scenarios':[{'name':'a','in':'Order-o1'," parts "}]}"
#define WHEN(when) SCENARIO ("'when':" when ",'then':{'events':[]}")
#define THEN(then) SCENARIO ("'when':{'nothing':true},'then':" then)

static EhScenarioFile *
parse (const char *text, GError **error)
{
  g_autofree char *json = g_strdelimit (g_strdup (text), "'", '"');
  g_autoptr (EhDomain) domain = order_domain_new ();

  return eh_scenario_file_parse ("f", json, -1, domain, error);
}

static EhScenario *
parse_one (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhScenarioFile) file = parse (text, &error);

  g_assert_no_error (error);
  return eh_scenario_ref (eh_scenario_file_get_scenario (file, 0));
}

static const EhStep *
get_when (const EhScenario *scenario, guint i)
{
  return g_ptr_array_index (scenario->when, i);
}

static void
assert_message (GPtrArray *messages, guint i, const char *stream, const char *type_name, const char *expected)
{
  const EhExpectedMessage *message = g_ptr_array_index (messages, i);
  g_autofree char *text = json_to_string (message->data, FALSE);
  g_autofree char *json = g_strdelimit (g_strdup (expected), "'", '"');

  g_assert_cmpstr (eh_stream_name_to_string (message->stream), ==, stream);
  g_assert_cmpstr (message->type_name, ==, type_name);
  g_assert_cmpstr (text, ==, json);
}

static void
assert_row (const EhScenario *scenario, guint i, const char *view, const char *key, const char *expected)
{
  const EhExpectedRow *row = g_ptr_array_index (scenario->rows, i);
  g_autofree char *text = json_to_string (row->row, FALSE);
  g_autofree char *json = g_strdelimit (g_strdup (expected), "'", '"');

  g_assert_cmpstr (row->type->name, ==, view);
  g_assert_cmpstr (row->key, ==, key);
  g_assert_cmpstr (text, ==, json);
}

static void
test_steps (void)
{
  g_autoptr (EhScenario) one = parse_one (WHEN ("{'event':{'OrderPaid':{'amount':5},'by':'ann'}}"));
  g_autoptr (EhScenario) all = parse_one (WHEN ("{'redeliver':'all'}"));
  g_autoptr (EhScenario) several = parse_one (
      WHEN ("[{'PlaceOrder':{}},{'event':{'Reserved':{'order':'o1'},'in':'Shelf-pen'}},{'time':'+PT1H'},"
            "{'redeliver':'all'}]"));

  g_test_summary ("An event is told, everything is delivered again; in a list are all kinds of steps");
  g_assert_cmpint (get_when (one, 0)->kind, ==, EH_STEP_EVENT);
  g_assert_cmpstr (get_when (one, 0)->place, ==, "scenarios[0].when.event");
  g_assert_cmpstr (eh_metadata_lookup (get_when (one, 0)->metadata, "by"), ==, "ann");
  g_assert_cmpint (get_when (all, 0)->kind, ==, EH_STEP_REDELIVER);
  g_assert_cmpuint (several->when->len, ==, 4);
  g_assert_cmpint (get_when (several, 0)->kind, ==, EH_STEP_COMMAND);
  g_assert_cmpint (get_when (several, 1)->kind, ==, EH_STEP_EVENT);
  g_assert_cmpstr (get_when (several, 1)->place, ==, "scenarios[0].when[1].event");
  g_assert_cmpint (get_when (several, 2)->kind, ==, EH_STEP_TIME);
  g_assert_cmpint (get_when (several, 3)->kind, ==, EH_STEP_REDELIVER);
}

static void
test_then (void)
{
  g_autoptr (EhScenario) scenario = parse_one (THEN (
      "{'commands':[{'Reserve':{'order':'o1'},'in':'Shelf-pen'},{'CancelOrder':{}}],"
      "'commands-include':[{'PayOrder':{'amount':{'$gt':1}}}],"
      "'view':{'Stocks':{'pen':{'left':1},'cup':{'$absent':true}},'OpenOrders':{'o1':{'placed':'2026-01-01T00:00:00Z'}}},"
      "'deadlines':[{'process':'Fulfilment-o1','name':'payment','at':'2026-01-01T00:15:00Z'},"
      "{'process':'Fulfilment-o2','name':'payment'},"
      "{'process':'Fulfilment-o3','name':'payment','at':{'$lt':'2027-01-01T00:00:00Z'}}]}"));

  g_test_summary ("Commands, rows and deadlines are brought into the form that schemas write");
  g_assert_cmpuint (scenario->commands->len, ==, 2);
  assert_message (scenario->commands, 0, "Shelf-pen", "Reserve", "{'order':'o1'}");
  assert_message (scenario->commands, 1, "Order-o1", "CancelOrder", "{'why':null}");
  assert_message (scenario->commands_include, 0, "Order-o1", "PayOrder", "{'amount':{'$gt':1}}");
  g_assert_cmpuint (scenario->rows->len, ==, 3);
  assert_row (scenario, 0, "Stocks", "pen", "{'left':1}");
  assert_row (scenario, 1, "Stocks", "cup", "{'$absent':true}");
  assert_row (scenario, 2, "OpenOrders", "o1", "{'placed':'2026-01-01T00:00:00.000000Z'}");
  g_assert_cmpuint (scenario->deadlines->len, ==, 3);
  assert_message (scenario->deadlines, 0, "Fulfilment-o1", "payment", "{'at':'2026-01-01T00:15:00.000000Z'}");
  assert_message (scenario->deadlines, 1, "Fulfilment-o2", "payment", "{'at':{'$any':true}}");
  assert_message (scenario->deadlines, 2, "Fulfilment-o3", "payment", "{'at':{'$lt':'2027-01-01T00:00:00.000000Z'}}");
}

static void
test_spec (void)
{
  g_autoptr (EhDomain) domain = order_domain_new ();
  const EhScenarioSpec spec = {
    .in = "Order-o1",
    .when = EH_STEPS (EH_EVENT (order_paid, OrderPaid, 5), EH_REDELIVER, EH_NOTHING),
    .then = { .commands = EH_STEPS (EH_COMMAND_IN ("Shelf-pen", reserve, Reserve, (char *) "o1")),
              .commands_include = EH_NO_COMMANDS,
              .view = "{ \"Stocks\": { \"pen\": { \"left\": 1 } } }",
              .deadlines = EH_STEPS (EH_DEADLINE ("Fulfilment-o1", "payment", "2026-01-01T00:15:00Z"),
                                     EH_DEADLINE ("Fulfilment-o2", "payment", NULL)),
              .published = EH_STEPS (EH_EVENT (order_paid, OrderPaid, 5)) },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (EhScenario) scenario = eh_scenario_new_from_spec (domain, &spec, NULL, &error);

  g_test_summary ("The same as constant tables");
  g_assert_no_error (error);
  g_assert_cmpint (get_when (scenario, 0)->kind, ==, EH_STEP_EVENT);
  g_assert_cmpint (get_when (scenario, 1)->kind, ==, EH_STEP_REDELIVER);
  g_assert_cmpint (get_when (scenario, 2)->kind, ==, EH_STEP_NOTHING);
  assert_message (scenario->commands, 0, "Shelf-pen", "Reserve", "{'order':'o1'}");
  g_assert_cmpuint (scenario->commands_include->len, ==, 0);
  assert_row (scenario, 0, "Stocks", "pen", "{'left':1}");
  assert_message (scenario->deadlines, 0, "Fulfilment-o1", "payment", "{'at':'2026-01-01T00:15:00.000000Z'}");
  assert_message (scenario->deadlines, 1, "Fulfilment-o2", "payment", "{'at':{'$any':true}}");
  assert_message (scenario->published, 0, "Order-o1", "OrderPaid", "{'amount':5}");
}

typedef struct {
  const char *text;
  const char *message;
} Mistake;

static const Mistake mistakes[] = {
  { WHEN ("{'event':{'OrderPayd':{}}}"),
    "f: scenarios[0].when.event.OrderPayd: unknown event \"OrderPayd\"; did you mean \"OrderPaid\"?" },
  { WHEN ("{'event':{'PayOrder':{}}}"),
    "f: scenarios[0].when.event.PayOrder: \"PayOrder\" is a command, and an event is needed here" },
  { WHEN ("{'event':{'OrderPaid':{}},'in':'Order-o2'}"), "f: scenarios[0].when.in: unknown" },
  { WHEN ("{'redeliver':'some'}"), "f: scenarios[0].when.redeliver: \"some\": it can only be \"all\"" },
  { WHEN ("{'redeliver':1}"), "f: scenarios[0].when.redeliver: expected a string, found a number" },
  { THEN ("{'commands':{}}"), "f: scenarios[0].then.commands: expected a list, found an object" },
  { THEN ("{'commands':[{'OrderPaid':{}}]}"),
    "f: scenarios[0].then.commands[0].OrderPaid: \"OrderPaid\" is an event, and a command is needed here" },
  { THEN ("{'commands':[{'Reserve':{}}]}"),
    "f: scenarios[0].then.commands[0].Reserve: \"Reserve\" is a command of Shelf, but the stream \"Order-o1\" is of "
    "Order; add \"in\": \"Shelf-...\"" },
  { THEN ("{'commands-include':[{'Reserv':{},'in':'Shelf-pen'}]}"),
    "f: scenarios[0].then.commands-include[0].Reserv: unknown command \"Reserv\"; did you mean \"Reserve\"?" },
  { THEN ("{'commands':[{'PayOrder':{},'topic':'a.b'}]}"), "f: scenarios[0].then.commands[0].topic: unknown" },
  { THEN ("{'view':[]}"), "f: scenarios[0].then.view: expected an object, found a list" },
  { THEN ("{'view':{}}"), "f: scenarios[0].then.view: empty; name a projection and rows of it" },
  { THEN ("{'view':{'Stock':{'pen':{}}}}"),
    "f: scenarios[0].then.view.Stock: unknown projection \"Stock\"; did you mean \"Stocks\"?" },
  { THEN ("{'view':{'Stocks':{}}}"), "f: scenarios[0].then.view.Stocks: empty; name a row by its key" },
  { THEN ("{'view':{'Stocks':{'pen':1}}}"),
    "f: scenarios[0].then.view.Stocks.pen: expected an object, found a number" },
  { THEN ("{'view':{'Stocks':{'pen':{'lft':1}}}}"),
    "f: scenarios[0].then.view.Stocks.pen.lft: Stock has no such member; did you mean \"left\"?" },
  { THEN ("{'view':{'Stocks':{'pen':{'left':'1'}}}}"),
    "f: scenarios[0].then.view.Stocks.pen.left: expected a number, found a string" },
  { THEN ("{'deadlines':{}}"), "f: scenarios[0].then.deadlines: expected a list, found an object" },
  { THEN ("{'deadlines':[{}]}"), "f: scenarios[0].then.deadlines[0]: it has no \"process\"" },
  { THEN ("{'deadlines':[{'process':'Fulfilment-o1'}]}"), "f: scenarios[0].then.deadlines[0]: it has no \"name\"" },
  { THEN ("{'deadlines':[{'process':'Fulfilment','name':'payment'}]}"),
    "f: scenarios[0].then.deadlines[0].process: stream name: no \"-\" between the aggregate's type and its id" },
  { THEN ("{'deadlines':[{'process':'Fulfilmend-o1','name':'payment'}]}"),
    "f: scenarios[0].then.deadlines[0].process: unknown process manager \"Fulfilmend\"; did you mean \"Fulfilment\"?" },
  { THEN ("{'deadlines':[{'process':'Fulfilment-o1','name':'paymend'}]}"),
    "f: scenarios[0].then.deadlines[0].name: Fulfilment has no deadline \"paymend\"; did you mean \"payment\"?" },
  { THEN ("{'deadlines':[{'process':'Fulfilment-o1','name':'payment','at':'noon'}]}"),
    "f: scenarios[0].then.deadlines[0].at: not a time such as 2026-01-01T00:00:00Z" },
  { THEN ("{'deadlines':[{'process':'Fulfilment-o1','name':'payment','until':'+P1D'}]}"),
    "f: scenarios[0].then.deadlines[0].until: unknown" },
};

static void
test_mistakes (void)
{
  g_test_summary ("A mistake is told with its place and what was probably meant");
  for (gsize i = 0; i < G_N_ELEMENTS (mistakes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EhScenarioFile) file = parse (mistakes[i].text, &error);

      g_assert_null (file);
      g_assert_nonnull (error);
      g_assert_cmpstr (error->message, ==, mistakes[i].message);
    }
}

typedef struct {
  EhScenarioSpec spec;
  const char *message;
} SpecMistake;

#define DONE EH_STEPS (EH_NOTHING)

static const SpecMistake spec_mistakes[] = {
  { { .in = "Order-o1", .when = EH_STEPS (EH_DEADLINE ("Fulfilment-o1", "payment", NULL)), .then = { .state = "{}" } },
    "when[0]: this can be expected, not done" },
  { { .in = "Order-o1", .when = DONE, .then = { .commands = EH_STEPS (EH_EVENT (order_paid, OrderPaid, 5)) } },
    "then.commands[0]: only commands can be expected" },
  { { .in = "Order-o1", .when = DONE, .then = { .events = EH_STEPS (EH_COMMAND (pay_order, PayOrder, 5)) } },
    "then.events[0]: only events can be expected" },
  { { .in = "Order-o1", .when = DONE, .then = { .deadlines = EH_STEPS (EH_NOTHING) } },
    "then.deadlines[0]: only deadlines can be expected, with process and name" },
  { { .in = "Order-o1", .when = DONE, .then = { .view = "{ \"Stoks\": {} }" } },
    "then.view.Stoks: unknown projection \"Stoks\"; did you mean \"Stocks\"?" },
};

static void
test_spec_mistakes (void)
{
  g_autoptr (EhDomain) domain = order_domain_new ();

  g_test_summary ("So is one in a table");
  for (gsize i = 0; i < G_N_ELEMENTS (spec_mistakes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EhScenario) scenario = eh_scenario_new_from_spec (domain, &spec_mistakes[i].spec, NULL, &error);

      g_assert_null (scenario);
      g_assert_nonnull (error);
      g_assert_cmpstr (error->message, ==, spec_mistakes[i].message);
    }
}

static void
test_none (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  const EhScenarioSpec redeliver = { .in = "Tally-1", .when = EH_STEPS (EH_REDELIVER), .then = { .state = "{}" } };
  const EhScenarioSpec commands = { .in = "Tally-1", .when = DONE, .then = { .commands = EH_NO_COMMANDS } };
  g_autoptr (GError) error = NULL;

  g_test_summary ("A domain that has neither is told so");
  g_assert_null (eh_scenario_new_from_spec (domain, &redeliver, NULL, &error));
  g_assert_cmpstr (error->message, ==,
                   "when[0]: domain \"counting\" has no projection or process manager that could handle it again");
  g_clear_error (&error);
  g_assert_null (eh_scenario_new_from_spec (domain, &commands, NULL, &error));
  g_assert_cmpstr (error->message, ==,
                   "then: domain \"counting\" has no process manager that could send commands or set deadlines");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scenario-then-consumers/steps", test_steps);
  g_test_add_func ("/scenario-then-consumers/then", test_then);
  g_test_add_func ("/scenario-then-consumers/spec", test_spec);
  g_test_add_func ("/scenario-then-consumers/mistakes", test_mistakes);
  g_test_add_func ("/scenario-then-consumers/spec-mistakes", test_spec_mistakes);
  g_test_add_func ("/scenario-then-consumers/none", test_none);
  return g_test_run ();
}
