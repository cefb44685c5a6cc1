/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-scenario-file.h"

#include "scenarios/eh-simulation-private.h"
#include "shop-domain.h"

/* Simulations that are right, and what is in them. In texts single quotes stand for double ones. */

static EhScenarioFile *
parse_file (EhDomain *domain, const char *text)
{
  g_autofree char *json = g_strdelimit (g_strdup (text), "'", '"');
  g_autoptr (GError) error = NULL;
  EhScenarioFile *file = eh_scenario_file_parse ("f", json, -1, domain, &error);

  g_assert_no_error (error);
  g_assert_nonnull (file);
  return file;
}

/* The only simulation of a file, with these members beside its name and stream. */
static EhSimulation *
parse_one (const char *members)
{
  g_autofree char *text = g_strdup_printf ("{'simulations':[{'name':'a','in':'Cart-c1',%s}]}", members);
  g_autoptr (EhDomain) domain = shop_domain_new ();
  g_autoptr (EhScenarioFile) file = parse_file (domain, text);

  g_assert_cmpuint (eh_scenario_file_get_n_simulations (file), ==, 1);
  return eh_simulation_ref (eh_scenario_file_get_simulation (file, 0));
}

#define ALICE "'clients':{'alice':[{'Checkout':{}}]}"

static void
test_file (void)
{
  g_autoptr (EhDomain) domain = shop_domain_new ();
  g_autoptr (EhScenarioFile) file = parse_file (
      domain, "{'scenarios':[{'name':'same','in':'Cart-1','when':{'nothing':true},'then':{'version':0}}],"
              "'simulations':[{'name':'same','in':'Cart-1'," ALICE "},"
              "{'name':'other','in':'Cart-2'," ALICE "}]}");
  EhSimulation *first = eh_scenario_file_get_simulation (file, 0);
  EhSimulation *second = eh_scenario_file_get_simulation (file, 1);

  g_test_summary ("Scenarios and simulations live side by side, and may share names");
  g_assert_cmpuint (eh_scenario_file_get_n_scenarios (file), ==, 1);
  g_assert_cmpuint (eh_scenario_file_get_n_simulations (file), ==, 2);
  g_assert_cmpstr (eh_simulation_get_name (first), ==, "same");
  g_assert_cmpstr (eh_simulation_get_place (first), ==, "f: simulations[0]");
  g_assert_cmpstr (eh_simulation_get_name (second), ==, "other");
  g_assert_cmpstr (eh_simulation_get_place (second), ==, "f: simulations[1]");
  g_assert_cmpstr (eh_stream_name_to_string (second->stream), ==, "Cart-2");
}

static void
test_none (void)
{
  g_autoptr (EhDomain) domain = shop_domain_new ();
  g_autoptr (EhScenarioFile) file = parse_file (domain, "{'scenarios':[]}");
  g_autoptr (EhScenarioFile) empty = parse_file (domain, "{'simulations':[]}");

  g_test_summary ("A file may have no simulations");
  g_assert_cmpuint (eh_scenario_file_get_n_simulations (file), ==, 0);
  g_assert_cmpuint (eh_scenario_file_get_n_simulations (empty), ==, 0);
}

static void
test_defaults (void)
{
  g_autoptr (EhSimulation) simulation = parse_one (ALICE);

  g_test_summary ("What is not said has a value");
  g_assert_cmpuint (simulation->given->len, ==, 0);
  g_assert_cmpuint (simulation->generate.n_clients, ==, 0);
  g_assert_false (simulation->expect_any);
  g_assert_false (simulation->publish_after_save);
  g_assert_cmpuint (simulation->retry, ==, 1);
  g_assert_cmpuint (simulation->snapshots, ==, 0);
  for (guint i = 0; i < EH_FAULT_N_KINDS; i++)
    g_assert_cmpuint (simulation->most[i], ==, 0);
  g_assert_cmpint (simulation->checks, ==, EH_SIM_CHECK_ALL);
  g_assert_cmpint (simulation->expect_violation, ==, 0);
  g_assert_cmpint (simulation->budget.strategy, ==, EH_STRATEGY_PORTFOLIO);
  g_assert_cmpuint (simulation->budget.n_jobs, ==, 1);
  g_assert_cmpuint (simulation->budget.n_faults, ==, 0);
  g_assert_null (simulation->schedule);
  g_assert_null (simulation->fault_at);
}

static void
test_given (void)
{
  g_autoptr (EhSimulation) simulation = parse_one (
      "'given':[{'CartCreated':{'owner':'o'}},{'command':{'AddItem':{}}},{'time':'+PT1H'}]," ALICE);
  const EhStep *event = g_ptr_array_index (simulation->given, 0);
  const EhStep *command = g_ptr_array_index (simulation->given, 1);
  const EhStep *time = g_ptr_array_index (simulation->given, 2);

  g_test_summary ("The past is written as in a scenario");
  g_assert_cmpuint (simulation->given->len, ==, 3);
  g_assert_cmpint (event->kind, ==, EH_STEP_EVENT);
  g_assert_cmpstr (event->place, ==, "simulations[0].given[0]");
  g_assert_true (event->schema == &cart_created);
  g_assert_cmpint (command->kind, ==, EH_STEP_COMMAND);
  g_assert_cmpint (time->kind, ==, EH_STEP_TIME);
}

static const EhClientStep *
get_step (EhSimulation *simulation, guint client, guint step)
{
  const EhSimClient *self = g_ptr_array_index (simulation->clients, client);

  g_assert_cmpuint (step, <, self->steps->len);
  return g_ptr_array_index (self->steps, step);
}

static void
test_clients (void)
{
  g_autoptr (EhSimulation)
      simulation = parse_one ("'clients':{'zoe':[{'RemoveItem':{'sku':'x'},'version':3,'by':'z'},{'wait':'PT0.5S'}],"
                              "'al ice':[{'read':'Coupon-7'},{'IssueCoupon':{'percent':9},'in':'Coupon-7'}]}");
  const EhClientStep *remove_step = get_step (simulation, 0, 0);
  const EhClientStep *wait_step = get_step (simulation, 0, 1);
  const EhClientStep *read_step = get_step (simulation, 1, 0);
  const EhClientStep *issue_step = get_step (simulation, 1, 1);

  g_test_summary ("Clients are kept in the order of the file, and so are their steps");
  g_assert_cmpuint (simulation->clients->len, ==, 2);
  g_assert_cmpstr (((EhSimClient *) g_ptr_array_index (simulation->clients, 0))->name, ==, "zoe");
  g_assert_cmpstr (((EhSimClient *) g_ptr_array_index (simulation->clients, 1))->name, ==, "al ice");
  g_assert_cmpint (remove_step->kind, ==, EH_CLIENT_STEP_COMMAND);
  g_assert_cmpstr (remove_step->command->place, ==, "simulations[0].clients.zoe[0]");
  g_assert_cmpstr (eh_stream_name_to_string (remove_step->command->stream), ==, "Cart-c1");
  g_assert_cmpint (remove_step->command->expected_version, ==, 3);
  g_assert_cmpstr (eh_metadata_lookup (remove_step->command->metadata, "by"), ==, "z");
  g_assert_cmpstr (((RemoveItem *) remove_step->command->data)->sku, ==, "x");
  g_assert_cmpint (wait_step->kind, ==, EH_CLIENT_STEP_WAIT);
  g_assert_cmpint (wait_step->wait, ==, 500000);
  g_assert_cmpint (read_step->kind, ==, EH_CLIENT_STEP_READ);
  g_assert_cmpstr (eh_stream_name_to_string (read_step->stream), ==, "Coupon-7");
  g_assert_cmpstr (eh_stream_name_to_string (issue_step->command->stream), ==, "Coupon-7");
}

static void
test_options (void)
{
  g_autoptr (EhSimulation) simulation = parse_one (
      ALICE ",'options':{'snapshots':2,'consumers':[],'bus':'ordered','retry':3,'publish':'after-save',"
            "'expect':'any'},'check':['progress','views','views'],'expect-violation':'views'");
  g_autoptr (EhSimulation) plain = parse_one (ALICE ",'options':{'bus':'ordered','publish':'relay','expect':'exact'}");

  g_test_summary ("Options, checks, and the check that must fail");
  g_assert_true (simulation->expect_any);
  g_assert_true (simulation->publish_after_save);
  g_assert_cmpuint (simulation->retry, ==, 3);
  g_assert_cmpuint (simulation->snapshots, ==, 2);
  g_assert_cmpint (simulation->checks, ==, EH_SIM_CHECK_VIEWS | EH_SIM_CHECK_PROGRESS);
  g_assert_cmpint (simulation->expect_violation, ==, EH_SIM_CHECK_VIEWS);
  g_assert_cmpuint (g_strv_length (simulation->consumers), ==, 0);
  g_assert_false (plain->expect_any);
  g_assert_false (plain->publish_after_save);
  g_assert_true (plain->publish_by_relay);
  g_assert_false (plain->bus_unordered);
  g_assert_null (plain->consumers);
}

static void
test_faults (void)
{
  g_autoptr (EhSimulation) few = parse_one (ALICE ",'faults':{'append-ambiguous':1,'crash':16}");
  g_autoptr (EhSimulation) most = parse_one (ALICE ",'faults':{'crash':0,'deliver-late':3,'all':1}");

  g_test_summary ("Faults are counted by kind; all is the rule and a kind the exception, in any order");
  g_assert_cmpuint (few->most[EH_FAULT_APPEND_AMBIGUOUS], ==, 1);
  g_assert_cmpuint (few->most[EH_FAULT_CRASH], ==, 16);
  g_assert_cmpuint (few->most[EH_FAULT_LOAD_ERROR], ==, 0);
  g_assert_cmpuint (few->budget.n_faults, ==, 17);
  g_assert_cmpuint (few->budget.most[EH_FAULT_CRASH], ==, 16);
  g_assert_cmpuint (most->most[EH_FAULT_NONE], ==, 0);
  g_assert_cmpuint (most->most[EH_FAULT_CRASH], ==, 0);
  g_assert_cmpuint (most->most[EH_FAULT_DELIVER_LATE], ==, 3);
  g_assert_cmpuint (most->most[EH_FAULT_APPEND_ERROR], ==, 1);
  g_assert_cmpuint (most->most[EH_FAULT_CLOCK_JUMP], ==, 1);
  g_assert_cmpuint (most->budget.n_faults, ==, 16);
}

static void
test_explore (void)
{
  g_autoptr (EhSimulation)
      simulation = parse_one (ALICE ",'explore':{'strategy':'pos','runs':2000,'time':'2m','seed':-1,'depth':40}");

  g_test_summary ("How it is explored");
  g_assert_cmpint (simulation->budget.strategy, ==, EH_STRATEGY_POS);
  g_assert_cmpuint (simulation->budget.max_runs, ==, 2000);
  g_assert_cmpint (simulation->budget.max_time, ==, 120 * G_USEC_PER_SEC);
  g_assert_cmpuint (simulation->budget.seed, ==, G_MAXUINT64);
  g_assert_cmpuint (simulation->budget.max_depth, ==, 40);
}

static void
test_times (void)
{
  static const struct {
    const char *text;
    gint64 time;
  } times[] = {
    { "10s", 10000000 },   { "500ms", 500000 },   { "2m", 120000000 },  { "1h", G_GINT64_CONSTANT (3600000000) },
    { "PT10S", 10000000 }, { "PT0.25S", 250000 }, { "PT1M", 60000000 },
  };

  g_test_summary ("A time is written as one types it or as ISO 8601 says");
  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    {
      EhExploreBudget budget = { .max_time = 1, .seed = 7 };
      g_autofree char *text = g_strdup_printf ("{\"time\":\"%s\",\"jobs\":2}", times[i].text);
      g_autoptr (GError) error = NULL;

      g_assert_true (eh_explore_budget_override (&budget, text, &error));
      g_assert_no_error (error);
      g_assert_cmpint (budget.max_time, ==, times[i].time);
      g_assert_cmpuint (budget.n_jobs, ==, 2);
      g_assert_cmpuint (budget.seed, ==, 7);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autofree char *text = g_strdup_printf ("'clients':{'alice':[{'wait':'%s'}]}", times[i].text);
      g_autoptr (EhSimulation) simulation = parse_one (text);
      const EhSimClient *alice = g_ptr_array_index (simulation->clients, 0);

      g_assert_cmpint (((const EhClientStep *) g_ptr_array_index (alice->steps, 0))->wait, ==, times[i].time);
    }
}

static void
test_implied_faults (void)
{
  g_autoptr (EhSimulation)
      simulation = parse_one ("'faults':{'crash':3},'fault-at':['alice: append Cart-c1 #1: append-error',"
                              "'alice: append Cart-c1 #2: append-error','alice: load Cart-c1 #1: crash']," ALICE);

  g_test_summary ("What \"fault-at\" names is allowed, as often as it is named; \"faults\" may allow more");
  g_assert_cmpuint (simulation->most[EH_FAULT_APPEND_ERROR], ==, 2);
  g_assert_cmpuint (simulation->most[EH_FAULT_CRASH], ==, 3);
  g_assert_cmpuint (simulation->most[EH_FAULT_LOAD_ERROR], ==, 0);
}

static void
test_schedule (void)
{
  g_autoptr (EhSimulation)
      simulation = parse_one ("'schedule':['alice: load Cart-c1','client-1: append Cart-g1'],"
                              "'fault-at':['alice: append Cart-c1 #1: append-ambiguous (applied)'],"
                              "'generate':{'clients':1,'commands':2}," ALICE);
  g_autoptr (EhSimulation) empty = parse_one ("'schedule':[]," ALICE);

  g_test_summary ("A schedule may stand before the clients that it names; an empty one is one too");
  g_assert_cmpuint (g_strv_length (simulation->schedule), ==, 2);
  g_assert_cmpstr (simulation->schedule[1], ==, "client-1: append Cart-g1");
  g_assert_cmpuint (g_strv_length (simulation->fault_at), ==, 1);
  g_assert_nonnull (empty->schedule);
  g_assert_cmpuint (g_strv_length (empty->schedule), ==, 0);
  g_assert_null (empty->fault_at);
}

static void
test_generate (void)
{
  g_autoptr (EhSimulation)
      simulation = parse_one ("'generate':{'clients':4,'commands':5,'streams':2,'types':['AddItem','IssueCoupon']}");
  g_autoptr (EhSimulation) plain = parse_one ("'generate':{'clients':1,'commands':1}");

  g_test_summary ("What is to be generated");
  g_assert_cmpuint (simulation->clients->len, ==, 0);
  g_assert_cmpuint (simulation->generate.n_clients, ==, 4);
  g_assert_cmpuint (simulation->generate.n_commands, ==, 5);
  g_assert_cmpuint (simulation->generate.n_streams, ==, 2);
  g_assert_cmpuint (g_strv_length (simulation->generate.types), ==, 2);
  g_assert_cmpstr (simulation->generate.types[1], ==, "IssueCoupon");
  g_assert_cmpuint (plain->generate.n_streams, ==, 1);
  g_assert_null (plain->generate.types);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/simulation-file/file", test_file);
  g_test_add_func ("/simulation-file/none", test_none);
  g_test_add_func ("/simulation-file/defaults", test_defaults);
  g_test_add_func ("/simulation-file/given", test_given);
  g_test_add_func ("/simulation-file/clients", test_clients);
  g_test_add_func ("/simulation-file/options", test_options);
  g_test_add_func ("/simulation-file/faults", test_faults);
  g_test_add_func ("/simulation-file/explore", test_explore);
  g_test_add_func ("/simulation-file/times", test_times);
  g_test_add_func ("/simulation-file/implied-faults", test_implied_faults);
  g_test_add_func ("/simulation-file/schedule", test_schedule);
  g_test_add_func ("/simulation-file/generate", test_generate);
  return g_test_run ();
}
