/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "order-domain.h"
#include "scenarios/eh-scenario-file.h"
#include "scenarios/eh-scenario-runner.h"

/*
 * How scenarios play with projections and process managers: what is told is reacted to, what is done is carried out.
 * Each case is a scenario and what is printed of it; nothing if it passes. Single quotes stand for double ones.
 */

typedef struct {
  const char *name;
  const char *members;
  const char *printed;
} Case;

#define SHELF(n) "{'ShelfFilled':{'n':" #n "},'in':'Shelf-pen'}"
#define PLACED "{'OrderPlaced':{'item':'pen','price':5},'in':'Order-o1'}"
#define RESERVED "{'Reserved':{'order':'o1'},'in':'Shelf-pen'}"
#define RESERVE "{'Reserve':{'order':'o1'},'in':'Shelf-pen'}"
#define RELEASE "{'Release':{'order':'o1'},'in':'Shelf-pen'}"
#define PLACE "{'PlaceOrder':{'item':'pen','price':5},'in':'Order-o1'}"
#define PAYMENT "{'process':'Fulfilment-o1','name':'payment','at':'2026-01-01T00:15:00Z'}"

static const Case cases[] = {
  { "event/commands", "'when':{'event':" PLACED "},'then':{'commands':[" RESERVE "],'events':[],'published':[]}", "" },
  { "event/view",
    "'given':[" SHELF (3) "],'when':{'event':" RESERVED "},'then':{'view':{'Stocks':{'pen':{'left':2}}},'commands':[]}",
    "" },
  { "event/not-carried-out",
    "'given':[" SHELF (
        3) "],'when':{'event':" PLACED "},'then':{'commands':[" RESERVE "],"
           "'states':{'Shelf-pen':{'n':3}},'view':{'OpenOrders':{'o1':{'price':5,'placed':'2026-01-01T00:00:00Z'}}}}",
    "" },
  { "event/history",
    "'given':[" SHELF (
        3) "," PLACED "," RESERVED "],'when':{'event':{'OrderPaid':{'amount':5},'in':'Order-o1'}},"
           "'then':{'commands':[],'deadlines':[],'view':{'OpenOrders':{'o1':{'$absent':true}},'Stocks':{'pen':{'left':2}}}}",
    "" },
  { "events", "'when':[{'event':" PLACED "},{'event':" RESERVED "}],'then':{'commands':[" RESERVE "],'events':[]}",
    "" },
  { "given/commands-are-past",
    "'given':[" PLACED "],'when':{'nothing':true},'then':{'commands':[],'deadlines':[" PAYMENT "]}", "" },
  { "given/old-shape",
    "'given':[{'OrderPlaced':{'item':'pen'},'in':'Order-o1','revision':1}],'when':{'nothing':true},"
    "'then':{'view':{'OpenOrders':{'o1':{'price':100}}},'states':{'Order-o1':{'price':100}}}",
    "" },
  { "command/carried-out",
    "'given':[" SHELF (3) "],'when':" PLACE ",'then':{'events':[" PLACED "," RESERVED "],'commands':[" RESERVE "],"
                          "'published':[" PLACED "," RESERVED
                          "],'states':{'Shelf-pen':{'n':2}},'view':{'Stocks':{'pen':{'left':2}}},"
                          "'deadlines':[" PAYMENT "]}",
    "" },
  { "command/compensated",
    "'given':[" SHELF (
        0) "],'when':" PLACE ",'then':{'events':[" PLACED ",{'OrderCancelled':{'why':'shelf-empty'},'in':'Order-o1'}],"
           "'commands':[" RESERVE ",{'CancelOrder':{'why':'shelf-empty'},'in':'Order-o1'}],'deadlines':[],"
           "'view':{'OpenOrders':{'o1':{'$absent':true}}}}",
    "" },
  { "command/refused",
    "'when':{'PayOrder':{'amount':5},'in':'Order-o1'},'then':{'error':'not-found','events':[],'commands':[]}", "" },
  { "given-command/carried-out",
    "'given':[" SHELF (3) ",{'command':" PLACE "}],'when':{'nothing':true},'then':{'events':[],'commands':[],"
                          "'published':[],'states':{'Shelf-pen':{'n':2}}}",
    "" },
  { "time/told",
    "'given':[" SHELF (3) "," PLACED "," RESERVED "],'when':{'time':'+PT15M'},'then':{'events':[],"
                          "'commands':[" RELEASE ",{'CancelOrder':{'why':'unpaid'},'in':'Order-o1'}],'deadlines':[]}",
    "" },
  { "time/too-short", "'given':[" PLACED "],'when':{'time':'+PT14M'},'then':{'commands':[],'deadlines':[" PAYMENT "]}",
    "" },
  { "time/done",
    "'given':[" SHELF (
        3) ",{'command':" PLACE "}],'when':{'time':'+P1D'},'then':{"
           "'events':[{'Released':{'order':'o1'},'in':'Shelf-pen'},{'OrderCancelled':{'why':'unpaid'},'in':'Order-o1'}],"
           "'states':{'Shelf-pen':{'n':3}},'deadlines':[]}",
    "" },
  { "time/given",
    "'given':[" SHELF (1) ",{'command':" PLACE "},{'time':'+PT1H'}],"
                          "'when':{'PlaceOrder':{'item':'pen','price':7},'in':'Order-o2'},"
                          "'then':{'events-include':[{'Reserved':{'order':'o2'},'in':'Shelf-pen'}]}",
    "" },
  { "redeliver",
    "'given':[" SHELF (
        3) ",{'command':" PLACE "},"
           "{'OrderPlaced':{'item':'cup','price':5},'in':'Order-o2'}],"
           "'when':{'redeliver':'all'},'then':{'events':[],'commands':[],'published':[],'states':{'Shelf-pen':{'n':2}},"
           "'view':{'Stocks':{'pen':{'left':2}}},'deadlines':[" PAYMENT
           ",{'process':'Fulfilment-o2','name':'payment','at':'2026-01-01T00:15:00Z'}]}",
    "" },
  { "redeliver/refused",
    "'given':[" SHELF (0) ",{'command':" PLACE "}," SHELF (
        3) "],'when':{'redeliver':'all'},"
           "'then':{'events':[],'commands':[],'deadlines':[],'states':{'Shelf-pen':{'n':3}}}",
    "" },
  { "fails/commands", "'when':{'event':" PLACED "},'then':{'commands':[{'Reserve':{'order':'o2'},'in':'Shelf-pen'}]}",
    "commands: expected 1 command, got 1 that differs\n"
    "  changed     commands[0].order  expected \"o2\"  got \"o1\"\n"
    "  what came:\n"
    "    commands[0]  Reserve { \"order\": \"o1\" } in Shelf-pen\n" },
  { "fails/commands/order",
    "'given':[" PLACED "," RESERVED "],'when':{'time':'+PT15M'},'then':{'commands':["
    "{'CancelOrder':{'why':'unpaid'},'in':'Order-o1'}," RELEASE "]}",
    "commands: expected 2 commands, got 2 that differ\n"
    "  moved       commands[0]  expected CancelOrder at 0  got it at 1\n"
    "  what came:\n"
    "    commands[0]  Release { \"order\": \"o1\" } in Shelf-pen\n"
    "    commands[1]  CancelOrder { \"why\": \"unpaid\" } in Order-o1\n" },
  { "fails/commands/none", "'given':[" PLACED "],'when':{'time':'+PT5M'},'then':{'commands':[" RELEASE "]}",
    "commands: expected 1 command, got no command\n"
    "  missing     commands[0]  expected Release { \"order\": \"o1\" } in Shelf-pen  got nothing\n" },
  { "fails/commands-include", "'when':{'event':" PLACED "},'then':{'commands-include':[" RELEASE "]}",
    "commands-include: Release is not among the 1 commands\n"
    "  missing     commands-include[0]  expected Release { \"order\": \"o1\" } in Shelf-pen  got nothing\n" },
  { "fails/view",
    "'given':[" SHELF (3) "],'when':{'nothing':true},'then':{'view':{'Stocks':{'pen':{'left':2},'cup':{'left':1}}}}",
    "view: the row \"pen\" of Stocks is another\n"
    "  changed     view.Stocks.pen.left  expected 2  got 3\n"
    "view: Stocks has no row \"cup\"\n"
    "  missing     view.Stocks.cup  expected { \"left\": 1 }  got nothing\n" },
  { "fails/view/absent",
    "'given':[" SHELF (3) "],'when':{'nothing':true},'then':{'view':{'Stocks':{'pen':{'$absent':true}}}}",
    "view: the row \"pen\" of Stocks is another\n"
    "  unexpected  view.Stocks.pen  expected { \"$absent\": true }  got { \"left\": 3 }\n" },
  { "fails/deadlines",
    "'given':[" PLACED "],'when':{'nothing':true},'then':{'deadlines':[{'process':'Fulfilment-o1','name':'payment',"
    "'at':'2026-01-01T00:30:00Z'}]}",
    "deadlines: expected 1 deadline, got 1 that differs\n"
    "  changed     deadlines[0].at  expected \"2026-01-01T00:30:00.000000Z\"  got \"2026-01-01T00:15:00.000000Z\"\n"
    "  what came:\n"
    "    deadlines[0]  payment { \"at\": \"2026-01-01T00:15:00.000000Z\" } in Fulfilment-o1\n" },
  { "fails/deadlines/none", "'given':[" PLACED "],'when':{'nothing':true},'then':{'deadlines':[]}",
    "deadlines: expected no deadline, got 1 deadline\n"
    "  unexpected  deadlines[0]  expected nothing  got payment { \"at\": \"2026-01-01T00:15:00.000000Z\" } in "
    "Fulfilment-o1\n" },
  { "fails/events/process", "'given':[" SHELF (0) "],'when':" PLACE ",'then':{'events':[" PLACED "]}",
    "events: expected 1 event, got 2 events\n"
    "  unexpected  events[1]  expected nothing  got OrderCancelled { \"why\": \"shelf-empty\" } in Order-o1\n"
    "  what came:\n"
    "    events[0]  OrderPlaced { \"item\": \"pen\", \"price\": 5 } in Order-o1\n"
    "    events[1]  OrderCancelled { \"why\": \"shelf-empty\" } in Order-o1\n" },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autofree char *text = g_strdup_printf ("{'scenarios':[{'name':'a',%s}]}", c->members);
  g_autofree char *json = g_strdelimit (g_strdup (text), "'", '"');
  g_autoptr (EhDomain) domain = order_domain_new ();
  g_autoptr (EhScenarioRunner) runner = eh_scenario_runner_new (domain);
  g_autoptr (GString) printed = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (EhScenarioFile) file = eh_scenario_file_parse ("f", json, -1, domain, &error);
  g_autoptr (EhScenarioResult) result = NULL;

  g_test_summary ("A scenario with projections and process managers comes out as it should");
  g_assert_no_error (error);
  result = eh_scenario_runner_run (runner, eh_scenario_file_get_scenario (file, 0));
  eh_scenario_result_print (result, 0, FALSE, printed);
  g_assert_cmpstr (printed->str, ==, c->printed);
  g_assert_cmpint (eh_scenario_result_get_status (result), ==,
                   *c->printed == '\0' ? EH_SCENARIO_PASSED : EH_SCENARIO_FAILED);
}

static void
test_again (void)
{
  g_autoptr (EhDomain) domain = order_domain_new ();
  g_autoptr (EhScenarioRunner) runner = eh_scenario_runner_new (domain);
  g_autoptr (GError) error = NULL;
  const EhScenarioSpec spec = {
    .in = "Order-o1",
    .given = EH_STEPS (EH_EVENT_IN ("Shelf-pen", shelf_filled, ShelfFilled, 1)),
    .when = EH_STEPS (EH_COMMAND (place_order, PlaceOrder, (char *) "pen", 5)),
    .then = { .commands = EH_STEPS (EH_COMMAND_IN ("Shelf-pen", reserve, Reserve, (char *) "o1")),
              .view = "{ \"Stocks\": { \"pen\": { \"left\": 0 } } }",
              .deadlines = EH_STEPS (EH_DEADLINE ("Fulfilment-o1", "payment", "2026-01-01T00:15:00Z")) },
  };
  g_autoptr (EhScenario) scenario = eh_scenario_new_from_spec (domain, &spec, NULL, &error);

  g_test_summary ("Nothing of one run is left in the next");
  g_assert_no_error (error);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (EhScenarioResult) result = eh_scenario_runner_run (runner, scenario);

      g_assert_cmpint (eh_scenario_result_get_status (result), ==, EH_SCENARIO_PASSED);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/scenario-play/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/scenario-play/again", test_again);
  return g_test_run ();
}
