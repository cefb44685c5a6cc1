/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-scenario-file.h"

#include "scenarios/eh-simulation-private.h"
#include "shop-domain.h"

/*
 * Malformed simulations and the exact message of each, without "f: simulations[0]" at its beginning. Single quotes in a
 * text stand for double ones. The macros write out what is around the part that is wrong.
 */

#define BUY "{'RemoveItem':{'sku':'a'}}"
#define CLIENTS "'clients':{'alice':[" BUY "],'bob':[" BUY "]}"
#define SIMULATION(members) "{'name':'a','in':'Cart-c1'," members "}"
#define WITH(members) SIMULATION (CLIENTS "," members)
#define ALICE(steps) SIMULATION ("'clients':{'alice':" steps "}")
#define GENERATE(members) SIMULATION ("'generate':{" members "}")
#define ENOUGH "'clients':2,'commands':3"

typedef struct {
  const char *name;
  EhError code;
  const char *text; /* the elements of "simulations" */
  const char *message;
} Case;

static const Case cases[] = {
  { "type", EH_ERROR_INVALID, "1", ": expected an object, found a number" },
  { "no-name", EH_ERROR_INVALID, "{}", ": it has no \"name\"" },
  { "name-type", EH_ERROR_INVALID, "{'name':1}", ".name: expected a string, found a number" },
  { "name-empty", EH_ERROR_INVALID, "{'name':''}", ".name: empty" },
  { "member", EH_ERROR_INVALID, SIMULATION ("'cleints':{}"), ".cleints: unknown; did you mean \"clients\"?" },
  { "member-far", EH_ERROR_INVALID, SIMULATION ("'when':{}"), ".when: unknown" },
  { "nobody", EH_ERROR_INVALID, "{'name':'a'}", ": it has neither \"clients\" nor \"generate\": who does it?" },
  { "in-type", EH_ERROR_INVALID, "{'name':'a','in':[]}", ".in: expected a string, found a list" },
  { "in-unknown", EH_ERROR_UNKNOWN_TYPE, "{'name':'a','in':'Crat-1'}",
    ".in: unknown aggregate type \"Crat\"; did you mean \"Cart\"?" },
  { "given-type", EH_ERROR_INVALID, WITH ("'given':{}"), ".given: expected a list, found an object" },
  { "given-event", EH_ERROR_UNKNOWN_TYPE, WITH ("'given':[{'ItemAded':{}}]"),
    ".given[0].ItemAded: unknown event \"ItemAded\"; did you mean \"ItemAdded\"?" },
  { "given-command", EH_ERROR_INVALID, WITH ("'given':[{'command':{'ItemAdded':{}}}]"),
    ".given[0].command.ItemAdded: \"ItemAdded\" is an event, and a command is needed here" },
  { "given-time", EH_ERROR_INVALID, WITH ("'given':[{'time':'+1H'}]"),
    ".given[0].time: \"1H\": not a duration such as PT1H30M" },
  { "given-no-stream", EH_ERROR_INVALID, "{'name':'a','given':[{'ItemAdded':{}}]," CLIENTS "}",
    ".given[0]: which stream? add \"in\" here or beside \"name\"" },

  { "clients-type", EH_ERROR_INVALID, SIMULATION ("'clients':[]"), ".clients: expected an object, found a list" },
  { "clients-empty", EH_ERROR_INVALID, SIMULATION ("'clients':{}"), ".clients: empty; name a client and what it does" },
  { "client-type", EH_ERROR_INVALID, ALICE ("{}"), ".clients.alice: expected a list, found an object" },
  { "client-empty", EH_ERROR_INVALID, ALICE ("[]"), ".clients.alice: empty; a client does at least one step" },
  { "wait-long", EH_ERROR_LIMIT, ALICE ("[{'wait':'P36501D'}]"),
    ".clients.alice[0].wait: must be at most 100 years (P36500D)" },
  { "client-nameless", EH_ERROR_INVALID, SIMULATION ("'clients':{'':[" BUY "]}"),
    ".clients.: a client's name is empty" },
  { "client-colon", EH_ERROR_INVALID, SIMULATION ("'clients':{'a: b':[" BUY "]}"),
    ".clients.a: b: a client's name has no \":\", tab or line end in it: schedules are lines that begin with it" },
  { "client-line", EH_ERROR_INVALID, SIMULATION ("'clients':{'a\\n':[" BUY "]}"),
    ".clients.a\n: a client's name has no \":\", tab or line end in it: schedules are lines that begin with it" },
  { "step-type", EH_ERROR_INVALID, ALICE ("['buy']"), ".clients.alice[0]: expected an object, found a string" },
  { "step-none", EH_ERROR_INVALID, ALICE ("[{}]"),
    ".clients.alice[0]: no message: one member must begin with a capital letter and be its type" },
  { "step-unknown", EH_ERROR_UNKNOWN_TYPE, ALICE ("[" BUY ",{'Chekout':{}}]"),
    ".clients.alice[1].Chekout: unknown command \"Chekout\"; did you mean \"Checkout\"?" },
  { "step-event", EH_ERROR_INVALID, ALICE ("[{'ItemAdded':{}}]"),
    ".clients.alice[0].ItemAdded: \"ItemAdded\" is an event, and a command is needed here" },
  { "step-data", EH_ERROR_INVALID, ALICE ("[{'RemoveItem':{'skuu':'a'}}]"),
    ".clients.alice[0].RemoveItem.skuu: RemoveItem has no such member; did you mean \"sku\"?" },
  { "step-other", EH_ERROR_INVALID, ALICE ("[{'IssueCoupon':{}}]"),
    ".clients.alice[0].IssueCoupon: \"IssueCoupon\" is a command of Coupon, but the stream \"Cart-c1\" is of Cart; "
    "add \"in\": \"Coupon-...\"" },
  { "step-no-stream", EH_ERROR_INVALID, "{'name':'a','clients':{'alice':[" BUY "]}}",
    ".clients.alice[0]: which stream? add \"in\" here or beside \"name\"" },
  { "wait-type", EH_ERROR_INVALID, ALICE ("[{'wait':5}]"),
    ".clients.alice[0].wait: expected a string, found a number" },
  { "wait-text", EH_ERROR_INVALID, ALICE ("[{'wait':'5'}]"),
    ".clients.alice[0].wait: \"5\": not a time such as \"10s\", \"2m\", \"500ms\" or \"PT10S\"" },
  { "wait-member", EH_ERROR_INVALID, ALICE ("[{'wait':'PT5S','in':'Cart-1'}]"), ".clients.alice[0].in: unknown" },
  { "read-type", EH_ERROR_INVALID, ALICE ("[{'read':true}]"),
    ".clients.alice[0].read: expected a string, found a boolean" },
  { "read-stream", EH_ERROR_UNKNOWN_TYPE, ALICE ("[{'read':'Crat-1'}]"),
    ".clients.alice[0].read: unknown aggregate type \"Crat\"; did you mean \"Cart\"?" },
  { "read-member", EH_ERROR_INVALID, ALICE ("[{'read':'Cart-1','raed':1}]"),
    ".clients.alice[0].raed: unknown; did you mean \"read\"?" },

  { "generate-type", EH_ERROR_INVALID, SIMULATION ("'generate':4"), ".generate: expected an object, found a number" },
  { "generate-member", EH_ERROR_INVALID, GENERATE ("'client':4"),
    ".generate.client: unknown; did you mean \"clients\"?" },
  { "generate-no-clients", EH_ERROR_INVALID, GENERATE ("'commands':3"), ".generate: it has no \"clients\": how many?" },
  { "generate-no-commands", EH_ERROR_INVALID, GENERATE ("'clients':3"),
    ".generate: it has no \"commands\": how many?" },
  { "generate-zero", EH_ERROR_INVALID, GENERATE ("'clients':0,'commands':3"), ".generate.clients: must be at least 1" },
  { "generate-many", EH_ERROR_INVALID, GENERATE ("'clients':65,'commands':3"),
    ".generate.clients: must be at most 64" },
  { "generate-long", EH_ERROR_INVALID, GENERATE ("'clients':1,'commands':1001"),
    ".generate.commands: must be at most 1000" },
  { "generate-huge", EH_ERROR_INVALID, GENERATE ("'clients':1,'commands':4294967297"),
    ".generate.commands: must be at most 1000" },
  { "generate-streams", EH_ERROR_INVALID, GENERATE (ENOUGH ",'streams':1.5"),
    ".generate.streams: expected a whole number, found a number" },
  { "generate-types-type", EH_ERROR_INVALID, GENERATE (ENOUGH ",'types':'AddItem'"),
    ".generate.types: expected a list, found a string" },
  { "generate-types-empty", EH_ERROR_INVALID, GENERATE (ENOUGH ",'types':[]"),
    ".generate.types: empty; leave it out for all types of commands" },
  { "generate-types-unknown", EH_ERROR_UNKNOWN_TYPE, GENERATE (ENOUGH ",'types':['AddItem','AddItm']"),
    ".generate.types[1]: unknown command \"AddItm\"; did you mean \"AddItem\"?" },
  { "generate-types-event", EH_ERROR_INVALID, GENERATE (ENOUGH ",'types':['ItemAdded']"),
    ".generate.types[0]: \"ItemAdded\" is an event, and a command is needed here" },
  { "generate-name", EH_ERROR_EXISTS, SIMULATION ("'clients':{'client-2':[" BUY "]},'generate':{" ENOUGH "}"),
    ".generate: a generated client would be called \"client-2\" too" },
  { "generate-too-many", EH_ERROR_LIMIT, WITH ("'generate':{'clients':63,'commands':1}"), ": more than 64 clients" },

  { "options-type", EH_ERROR_INVALID, WITH ("'options':[]"), ".options: expected an object, found a list" },
  { "options-member", EH_ERROR_INVALID, WITH ("'options':{'retries':1}"),
    ".options.retries: unknown; did you mean \"retry\"?" },
  { "expect", EH_ERROR_INVALID, WITH ("'options':{'expect':'exat'}"),
    ".options.expect: expected \"exact\" or \"any\", found \"exat\"; did you mean \"exact\"?" },
  { "expect-type", EH_ERROR_INVALID, WITH ("'options':{'expect':3}"),
    ".options.expect: expected a string, found a number" },
  { "publish", EH_ERROR_INVALID, WITH ("'options':{'publish':'never'}"),
    ".options.publish: expected \"relay\" or \"after-save\", found \"never\"" },
  { "bus", EH_ERROR_INVALID, WITH ("'options':{'bus':'orderd'}"),
    ".options.bus: expected \"ordered\" or \"unordered\", found \"orderd\"; did you mean \"ordered\"?" },
  { "retry", EH_ERROR_INVALID, WITH ("'options':{'retry':0}"), ".options.retry: must be at least 1" },
  { "retry-many", EH_ERROR_INVALID, WITH ("'options':{'retry':101}"), ".options.retry: must be at most 100" },
  { "snapshots", EH_ERROR_INVALID, WITH ("'options':{'snapshots':-1}"), ".options.snapshots: must be at least 0" },
  { "snapshots-type", EH_ERROR_INVALID, WITH ("'options':{'snapshots':true}"),
    ".options.snapshots: expected a whole number, found a boolean" },
  { "consumers-type", EH_ERROR_INVALID, WITH ("'options':{'consumers':'all'}"),
    ".options.consumers: expected a list, found a string" },
  { "consumer-type", EH_ERROR_INVALID, WITH ("'options':{'consumers':[1]}"),
    ".options.consumers[0]: expected a string, found a number" },
  { "consumer", EH_ERROR_UNKNOWN_TYPE, WITH ("'options':{'consumers':['Totals']}"),
    ".options.consumers[0]: domain \"shop\" has no projection or process manager \"Totals\"" },

  { "faults-type", EH_ERROR_INVALID, WITH ("'faults':['crash']"), ".faults: expected an object, found a list" },
  { "fault", EH_ERROR_INVALID, WITH ("'faults':{'append-eror':1}"),
    ".faults.append-eror: unknown fault \"append-eror\"; did you mean \"append-error\"?" },
  { "fault-all", EH_ERROR_INVALID, WITH ("'faults':{'alll':1}"),
    ".faults.alll: unknown fault \"alll\"; did you mean \"all\"?" },
  { "fault-far", EH_ERROR_INVALID, WITH ("'faults':{'earthquake':1}"),
    ".faults.earthquake: unknown fault \"earthquake\"" },
  { "fault-total", EH_ERROR_INVALID, WITH ("'faults':{'crash':1,'total':0}"), ".faults.total: must be at least 1" },
  { "fault-none", EH_ERROR_INVALID, WITH ("'faults':{'none':1}"), ".faults.none: unknown fault \"none\"" },
  { "fault-type", EH_ERROR_INVALID, WITH ("'faults':{'crash':true}"),
    ".faults.crash: expected a whole number, found a boolean" },
  { "fault-negative", EH_ERROR_INVALID, WITH ("'faults':{'crash':-1}"), ".faults.crash: must be at least 0" },
  { "fault-many", EH_ERROR_INVALID, WITH ("'faults':{'crash':17}"), ".faults.crash: must be at most 16" },
  { "fault-all-many", EH_ERROR_INVALID, WITH ("'faults':{'all':17}"), ".faults.all: must be at most 16" },

  { "check-type", EH_ERROR_INVALID, WITH ("'check':'views'"), ".check: expected a list, found a string" },
  { "check-empty", EH_ERROR_INVALID, WITH ("'check':[]"), ".check: empty; leave it out for all checks" },
  { "check-element", EH_ERROR_INVALID, WITH ("'check':[1]"), ".check[0]: expected a string, found a number" },
  { "check", EH_ERROR_INVALID, WITH ("'check':['views','serialisable']"),
    ".check[1]: unknown check \"serialisable\"; did you mean \"serializable\"?" },
  { "check-far", EH_ERROR_INVALID, WITH ("'check':['codec']"), ".check[0]: unknown check \"codec\"" },
  { "violation-type", EH_ERROR_INVALID, WITH ("'expect-violation':['views']"),
    ".expect-violation: expected a string, found a list" },
  { "violation", EH_ERROR_INVALID, WITH ("'expect-violation':'view'"),
    ".expect-violation: unknown check \"view\"; did you mean \"views\"?" },
  { "violation-off", EH_ERROR_INVALID, WITH ("'check':['views'],'expect-violation':'progress'"),
    ".expect-violation: this check is not among those of \"check\", so it never fails" },

  { "explore-type", EH_ERROR_INVALID, WITH ("'explore':'pct'"), ".explore: expected an object, found a string" },
  { "explore-member", EH_ERROR_INVALID, WITH ("'explore':{'run':1}"), ".explore.run: unknown; did you mean \"runs\"?" },
  { "explore-jobs", EH_ERROR_INVALID, WITH ("'explore':{'jobs':2}"), ".explore.jobs: unknown" },
  { "strategy", EH_ERROR_INVALID, WITH ("'explore':{'strategy':'exhaustiv'}"),
    ".explore.strategy: unknown strategy \"exhaustiv\"; did you mean \"exhaustive\"?" },
  { "strategy-type", EH_ERROR_INVALID, WITH ("'explore':{'strategy':1}"),
    ".explore.strategy: expected a string, found a number" },
  { "runs", EH_ERROR_INVALID, WITH ("'explore':{'runs':-1}"), ".explore.runs: must be at least 1" },
  { "runs-none", EH_ERROR_INVALID, WITH ("'explore':{'runs':0}"), ".explore.runs: must be at least 1" },
  { "time-none", EH_ERROR_INVALID, WITH ("'explore':{'time':'0s'}"), ".explore.time: must be longer than nothing" },
  { "time", EH_ERROR_INVALID, WITH ("'explore':{'time':'10'}"),
    ".explore.time: \"10\": not a time such as \"10s\", \"2m\", \"500ms\" or \"PT10S\"" },
  { "time-unit", EH_ERROR_INVALID, WITH ("'explore':{'time':'10 s'}"),
    ".explore.time: \"10 s\": not a time such as \"10s\", \"2m\", \"500ms\" or \"PT10S\"" },
  { "time-iso", EH_ERROR_INVALID, WITH ("'explore':{'time':'P1Y'}"),
    ".explore.time: \"P1Y\": not a time such as \"10s\", \"2m\", \"500ms\" or \"PT10S\"" },
  { "time-sign", EH_ERROR_INVALID, WITH ("'explore':{'time':'-1s'}"),
    ".explore.time: \"-1s\": not a time such as \"10s\", \"2m\", \"500ms\" or \"PT10S\"" },
  { "time-huge", EH_ERROR_INVALID, WITH ("'explore':{'time':'9223372036854775807s'}"),
    ".explore.time: \"9223372036854775807s\": not a time such as \"10s\", \"2m\", \"500ms\" or \"PT10S\"" },
  { "time-huger", EH_ERROR_INVALID, WITH ("'explore':{'time':'99999999999999999999999s'}"),
    ".explore.time: \"99999999999999999999999s\": not a time such as \"10s\", \"2m\", \"500ms\" or \"PT10S\"" },
  { "time-type", EH_ERROR_INVALID, WITH ("'explore':{'time':10}"), ".explore.time: expected a string, found a number" },
  { "seed", EH_ERROR_INVALID, WITH ("'explore':{'seed':'x'}"),
    ".explore.seed: expected a whole number, found a string" },
  { "depth", EH_ERROR_INVALID, WITH ("'explore':{'depth':-1}"), ".explore.depth: must be at least 0" },

  { "schedule-type", EH_ERROR_INVALID, WITH ("'schedule':{}"), ".schedule: expected a list, found an object" },
  { "schedule-element", EH_ERROR_INVALID, WITH ("'schedule':[1]"), ".schedule[0]: expected a string, found a number" },
  { "schedule-words", EH_ERROR_INVALID, WITH ("'schedule':['alice']"),
    ".schedule[0]: \"alice\": not a client and its operation, such as \"alice: load Account-a1\"" },
  { "schedule-client", EH_ERROR_INVALID,
    WITH ("'schedule':['alice: load Cart-c1','bob: load Cart-c1','alice: append Cart-c1','bbo: append Cart-c1']"),
    ".schedule[3]: no client \"bbo\"; did you mean \"bob\"?" },
  { "schedule-generated", EH_ERROR_INVALID,
    SIMULATION ("'generate':{" ENOUGH "},'schedule':['client-2: load Cart-c1','clien-1: load Cart-c1']"),
    ".schedule[1]: no client \"clien-1\"; did you mean \"client-1\"?" },
  { "schedule-operation", EH_ERROR_INVALID, WITH ("'schedule':['alice: laod Cart-c1']"),
    ".schedule[0]: unknown operation \"laod\"; did you mean \"load\"?" },
  { "fault-at-type", EH_ERROR_INVALID, WITH ("'fault-at':'x'"), ".fault-at: expected a list, found a string" },
  { "fault-at-client", EH_ERROR_INVALID, WITH ("'fault-at':['carol: append Cart-c1 #1: crash']"),
    ".fault-at[0]: no client \"carol\"" },
  { "fault-at-none", EH_ERROR_INVALID, WITH ("'fault-at':['bob: append Cart-c1 #1']"),
    ".fault-at[0]: \"bob: append Cart-c1 #1\": says no fault, such as in \"alice: append Account-a1 #1: "
    "append-error\"" },
  { "fault-at-zero", EH_ERROR_INVALID, WITH ("'fault-at':['bob: append Cart-c1 #0: crash']"),
    ".fault-at[0]: \"#0\": such operations are counted from #1" },
  { "fault-at-fault", EH_ERROR_INVALID, WITH ("'fault-at':['bob: append Cart-c1 #1: append-eror (applied)']"),
    ".fault-at[0]: unknown fault \"append-eror\"; did you mean \"append-error\"?" },
};

static char *
dup_text (const Case *c)
{
  g_autofree char *text = g_strdup_printf ("{'simulations':[%s]}", c->text);

  return g_strdelimit (g_steal_pointer (&text), "'", '"');
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autofree char *text = dup_text (c);
  g_autofree char *message = g_strconcat ("f: simulations[0]", c->message, NULL);
  g_autoptr (EhDomain) domain = shop_domain_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (EhScenarioFile) file = NULL;

  g_test_summary ("A malformed simulation is refused with the place and what to do");
  file = eh_scenario_file_parse ("f", text, -1, domain, &error);
  g_assert_null (file);
  g_assert_nonnull (error);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_error (error, EH_ERROR, (gint) c->code);
}

static void
test_without_error (void)
{
  g_autoptr (EhDomain) domain = shop_domain_new ();

  g_test_summary ("A caller that does not ask for the error gets none and no crash");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = dup_text (&cases[i]);

      g_assert_null (eh_scenario_file_parse ("f", text, -1, domain, NULL));
    }
}

static void
test_same_name (void)
{
  const Case c = { .text = SIMULATION (CLIENTS) "," SIMULATION (CLIENTS) };
  g_autofree char *text = dup_text (&c);
  g_autoptr (EhDomain) domain = shop_domain_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("Two simulations of one file have two names");
  g_assert_null (eh_scenario_file_parse ("f", text, -1, domain, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_EXISTS);
  g_assert_cmpstr (error->message, ==, "f: simulations[1].name: another simulation is called \"a\" too");
}

static void
test_no_commands (void)
{
  const char *text = "{\"simulations\":[{\"name\":\"a\",\"generate\":{\"clients\":1,\"commands\":1}}]}";
  static const EhAggregateType thing = { EH_ABI_VERSION, "Thing", &coupon_schema };
  g_autoptr (EhDomain) domain = eh_domain_new ("void");
  g_autoptr (GError) error = NULL;

  g_test_summary ("Nothing can be drawn from a domain without commands");
  eh_domain_add_aggregate_type (domain, &thing);
  eh_domain_seal (domain, &error);
  g_assert_no_error (error);
  g_assert_null (eh_scenario_file_parse ("f", text, -1, domain, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, "f: simulations[0].generate: domain \"void\" has no command");
}

static void
test_too_many_steps (void)
{
  GString *text = g_string_new ("{\"simulations\":[{\"name\":\"a\",\"clients\":{\"alice\":[");
  g_autoptr (EhDomain) domain = shop_domain_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("There is a limit to how many steps a client has");
  for (guint i = 0; i < 1001; i++)
    g_string_append_printf (text, "%s{\"wait\":\"PT1S\"}", i > 0 ? "," : "");
  g_string_append (text, "]}}]}");
  g_assert_null (eh_scenario_file_parse ("f", text->str, -1, domain, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_LIMIT);
  g_assert_cmpstr (error->message, ==, "f: simulations[0].clients.alice: more than 1000 steps");
  g_string_free (text, TRUE);
}

static void
test_too_many_clients (void)
{
  GString *text = g_string_new ("{\"simulations\":[{\"name\":\"a\",\"in\":\"Cart-1\",\"clients\":{");
  g_autoptr (EhDomain) domain = shop_domain_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("There is a limit to how many clients there are");
  for (guint i = 0; i < 65; i++)
    g_string_append_printf (text, "%s\"c%u\":[{\"RemoveItem\":{\"sku\":\"a\"}}]", i > 0 ? "," : "", i);
  g_string_append (text, "}}]}");
  g_assert_null (eh_scenario_file_parse ("f", text->str, -1, domain, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_LIMIT);
  g_assert_cmpstr (error->message, ==, "f: simulations[0].clients.c64: more than 64 clients");
  g_string_free (text, TRUE);
}

static void
test_overrides (void)
{
  static const struct {
    const char *text;
    const char *message;
  } wrong[] = {
    { "", "explore:1:1: expected a value, found the end of the text" },
    { "[]", "explore: expected an object, found a list" },
    { "{\"job\":1}", "explore.job: unknown; did you mean \"jobs\"?" },
    { "{\"seed\":1,\"jobs\":0}", "explore.jobs: must be at least 1" },
    { "{\"seed\":1,\"jobs\":257}", "explore.jobs: must be at most 256" },
  };
  EhExploreBudget budget = { .seed = 7, .n_jobs = 1 };

  g_test_summary ("Wrong overrides are refused and change nothing");
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (eh_explore_budget_override (&budget, wrong[i].text, &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
      g_assert_cmpstr (error->message, ==, wrong[i].message);
      g_assert_cmpuint (budget.seed, ==, 7);
      g_assert_cmpuint (budget.n_jobs, ==, 1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/simulation-file-errors/case/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/simulation-file-errors/without-error", test_without_error);
  g_test_add_func ("/simulation-file-errors/same-name", test_same_name);
  g_test_add_func ("/simulation-file-errors/no-commands", test_no_commands);
  g_test_add_func ("/simulation-file-errors/too-many-clients", test_too_many_clients);
  g_test_add_func ("/simulation-file-errors/too-many-steps", test_too_many_steps);
  g_test_add_func ("/simulation-file-errors/overrides", test_overrides);
  return g_test_run ();
}
