/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-simulation-private.h"
#include "shop-domain.h"

/* Simulations from tables in C. */

static gboolean
do_something (EhClient *client, gpointer user_data, GError **error)
{
  return TRUE;
}

#define BUY EH_STEPS (EH_COMMAND (remove_item, RemoveItem, (char *) "a"))

static void
test_whole (void)
{
  int data;
  const EhSimulationSpec spec = {
    .in = "Cart-1",
    .given = EH_STEPS (EH_EVENT (cart_created, CartCreated, .owner = (char *) "o"), EH_TIME ("+PT1H")),
    .clients = EH_CLIENTS ({ "alice", EH_STEPS (EH_COMMAND (remove_item, RemoveItem, (char *) "a"), EH_TIME ("+PT5S"),
                                                EH_COMMAND_IN ("Coupon-1", issue_coupon, IssueCoupon, 5)) },
                           { "bob", .body = do_something, .user_data = &data }),
    .faults = "{ \"crash\": 2 } // and no other",
    .options = "{ \"expect\": \"any\" }",
    .check = (const char *const[]){ "serializable", "views", NULL },
    .explore = "{ \"strategy\": \"exhaustive\" }",
    .expect_violation = "serializable",
  };
  g_autoptr (EhDomain) domain = shop_domain_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (EhSimulation) simulation = eh_simulation_new_from_spec (domain, &spec, "by path", &error);
  const EhSimClient *alice, *bob;
  const EhClientStep *step;

  g_test_summary ("A spec becomes the same model as a file");
  g_assert_no_error (error);
  g_assert_cmpstr (eh_simulation_get_name (simulation), ==, "by path");
  g_assert_cmpstr (eh_simulation_get_place (simulation), ==, "by path");
  g_assert_cmpuint (simulation->given->len, ==, 2);
  g_assert_cmpstr (((EhStep *) g_ptr_array_index (simulation->given, 1))->place, ==, "given[1]");
  g_assert_cmpuint (simulation->clients->len, ==, 2);
  alice = g_ptr_array_index (simulation->clients, 0);
  g_assert_cmpstr (alice->name, ==, "alice");
  g_assert_cmpuint (alice->steps->len, ==, 3);
  step = g_ptr_array_index (alice->steps, 0);
  g_assert_cmpstr (step->command->place, ==, "clients.alice[0]");
  g_assert_cmpstr (eh_stream_name_to_string (step->command->stream), ==, "Cart-1");
  step = g_ptr_array_index (alice->steps, 1);
  g_assert_cmpint (step->kind, ==, EH_CLIENT_STEP_WAIT);
  g_assert_cmpint (step->wait, ==, 5 * G_USEC_PER_SEC);
  step = g_ptr_array_index (alice->steps, 2);
  g_assert_cmpstr (eh_stream_name_to_string (step->command->stream), ==, "Coupon-1");
  bob = g_ptr_array_index (simulation->clients, 1);
  step = g_ptr_array_index (bob->steps, 0);
  g_assert_cmpint (step->kind, ==, EH_CLIENT_STEP_BODY);
  g_assert_true (step->body == do_something);
  g_assert_true (step->user_data == &data);
  g_assert_cmpuint (simulation->most[EH_FAULT_CRASH], ==, 2);
  g_assert_cmpuint (simulation->budget.n_faults, ==, 2);
  g_assert_true (simulation->expect_any);
  g_assert_cmpint (simulation->checks, ==, EH_SIM_CHECK_SERIALIZABLE | EH_SIM_CHECK_VIEWS);
  g_assert_cmpint (simulation->expect_violation, ==, EH_SIM_CHECK_SERIALIZABLE);
  g_assert_cmpint (simulation->budget.strategy, ==, EH_STRATEGY_EXHAUSTIVE);
}

static void
test_names (void)
{
  EhSimulationSpec spec = { .in = "Cart-1", .clients = EH_CLIENTS ({ "alice", BUY }) };
  g_autoptr (EhDomain) domain = shop_domain_new ();
  g_autoptr (EhSimulation) nameless = eh_simulation_new_from_spec (domain, &spec, NULL, NULL);
  g_autoptr (EhSimulation) own = NULL;

  g_test_summary ("A spec's own name comes before the caller's");
  spec.name = "own";
  own = eh_simulation_new_from_spec (domain, &spec, "by path", NULL);
  g_assert_cmpstr (eh_simulation_get_name (nameless), ==, "simulation");
  g_assert_cmpstr (eh_simulation_get_name (own), ==, "own");
  g_assert_cmpint (own->checks, ==, EH_SIM_CHECK_ALL);
}

typedef struct {
  const char *name;
  EhError code;
  EhSimulationSpec spec;
  const char *message;
} Case;

static const char *const no_checks[] = { NULL };
static const char *const bad_checks[] = { "views", "veiws", NULL };
static const EhStepSpec buy[] = { EH_COMMAND (remove_item, RemoveItem, NULL), { .kind = EH_STEP_SPEC_END } };
static const EhStepSpec event[] = { EH_EVENT (item_removed, ItemRemoved, NULL), { .kind = EH_STEP_SPEC_END } };
static const EhStepSpec absolute[] = { EH_TIME ("2026-01-01T00:00:00Z"), { .kind = EH_STEP_SPEC_END } };
static const EhStepSpec bad_time[] = { EH_TIME ("+5s"), { .kind = EH_STEP_SPEC_END } };
static const EhStepSpec no_time[] = { { .kind = EH_STEP_SPEC_TIME }, { .kind = EH_STEP_SPEC_END } };
static const EhStepSpec no_steps[] = { { .kind = EH_STEP_SPEC_END } };
static const EhClientSpec alice_buys[] = { { "alice", buy }, { NULL } };
static const EhClientSpec alice_twice[] = { { "alice", buy }, { "alice", buy }, { NULL } };
static const EhClientSpec alice_idle[] = { { "alice" }, { NULL } };
static const EhClientSpec alice_both[] = { { "alice", buy, do_something }, { NULL } };
static const EhClientSpec alice_empty[] = { { "alice", no_steps }, { NULL } };
static const EhClientSpec alice_event[] = { { "alice", event }, { NULL } };
static const EhClientSpec alice_absolute[] = { { "alice", absolute }, { NULL } };
static const EhClientSpec alice_bad_time[] = { { "alice", bad_time }, { NULL } };
static const EhClientSpec alice_no_time[] = { { "alice", no_time }, { NULL } };
static gpointer
start_node (EhSimulationNode *node, gpointer user_data)
{
  return NULL;
}

static void
show_nothing (gpointer memory, EhRowFunc func, gpointer user_data)
{
}

static const EhNodeSpec not_started[] = { { "n" }, { NULL } };
static const EhNodeSpec colon_node[] = { { "a:b", start_node }, { NULL } };
static const EhNodeSpec not_shown[] = { { "n", start_node, .show = show_nothing }, { NULL } };
static const EhNodeSpec alice_node[] = { { "alice", start_node }, { NULL } };
static const EhClientSpec colon[] = { { "a:b", buy }, { NULL } };

static const Case cases[] = {
  { "nobody", EH_ERROR_INVALID, { .in = "Cart-1" }, "it has neither \"clients\" nor \"generate\": who does it?" },
  { "in", EH_ERROR_UNKNOWN_TYPE, { .in = "Crat-1" }, "in: unknown aggregate type \"Crat\"; did you mean \"Cart\"?" },
  { "no-stream",
    EH_ERROR_INVALID,
    { .clients = alice_buys },
    "clients.alice[0]: which stream? set .in here or in the spec" },
  { "given", EH_ERROR_INVALID, { .given = event }, "given[0]: which stream? set .in here or in the spec" },
  { "twice",
    EH_ERROR_EXISTS,
    { .in = "Cart-1", .clients = alice_twice },
    "clients.alice: another client is called so too" },
  { "idle",
    EH_ERROR_INVALID,
    { .in = "Cart-1", .clients = alice_idle },
    "clients.alice: it needs steps or a body, and not both" },
  { "both",
    EH_ERROR_INVALID,
    { .in = "Cart-1", .clients = alice_both },
    "clients.alice: it needs steps or a body, and not both" },
  { "empty",
    EH_ERROR_INVALID,
    { .in = "Cart-1", .clients = alice_empty },
    "clients.alice: empty; a client does at least one step" },
  { "event",
    EH_ERROR_INVALID,
    { .in = "Cart-1", .clients = alice_event },
    "clients.alice[0]: an event; clients send commands" },
  { "absolute",
    EH_ERROR_INVALID,
    { .in = "Cart-1", .clients = alice_absolute },
    "clients.alice[0]: a client can only wait: write EH_TIME (\"+PT5S\")" },
  { "time",
    EH_ERROR_INVALID,
    { .in = "Cart-1", .clients = alice_bad_time },
    "clients.alice[0]: \"5s\": not a duration such as PT1H30M" },
  { "no-time", EH_ERROR_INVALID, { .in = "Cart-1", .clients = alice_no_time }, "clients.alice[0]: it has no time" },
  { "colon",
    EH_ERROR_INVALID,
    { .in = "Cart-1", .clients = colon },
    "clients.a:b: a client's name has no \":\", tab or line end in it: schedules are lines that begin with it" },
  { "faults-text",
    EH_ERROR_INVALID,
    { .in = "Cart-1", .clients = alice_buys, .faults = "{ \"crash\": }" },
    "faults:1:12: crash: expected a value, found '}'" },
  { "faults",
    EH_ERROR_INVALID,
    { .in = "Cart-1", .clients = alice_buys, .faults = "{ \"crsh\": 1 }" },
    "faults.crsh: unknown fault \"crsh\"; did you mean \"crash\"?" },
  { "options",
    EH_ERROR_INVALID,
    { .in = "Cart-1", .clients = alice_buys, .options = "{ \"expct\": 1 }" },
    "options.expct: unknown; did you mean \"expect\"?" },
  { "explore",
    EH_ERROR_INVALID,
    { .in = "Cart-1", .clients = alice_buys, .explore = "{ \"runs\": \"1\" }" },
    "explore.runs: expected a whole number, found a string" },
  { "no-checks",
    EH_ERROR_INVALID,
    { .in = "Cart-1", .clients = alice_buys, .check = no_checks },
    "check: empty; leave it out for all checks" },
  { "check",
    EH_ERROR_INVALID,
    { .in = "Cart-1", .clients = alice_buys, .check = bad_checks },
    "check[1]: unknown check \"veiws\"; did you mean \"views\"?" },
  { "node-start",
    EH_ERROR_INVALID,
    { .in = "Cart-1", .clients = alice_buys, .nodes = not_started },
    "nodes.n: it has no start function" },
  { "node-colon",
    EH_ERROR_INVALID,
    { .in = "Cart-1", .clients = alice_buys, .nodes = colon_node },
    "nodes.a:b: a name is not empty and has no \":\", tab or line end in it" },
  { "node-show",
    EH_ERROR_INVALID,
    { .in = "Cart-1", .clients = alice_buys, .nodes = not_shown },
    "nodes.n: \"shows\" and \"show\" go together" },
  { "node-name",
    EH_ERROR_EXISTS,
    { .in = "Cart-1", .clients = alice_buys, .nodes = alice_node },
    "client \"alice\" is called as a consumer is" },
  { "violation",
    EH_ERROR_INVALID,
    { .in = "Cart-1", .clients = alice_buys, .expect_violation = "vews" },
    "expect-violation: unknown check \"vews\"; did you mean \"views\"?" },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (EhDomain) domain = shop_domain_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A wrong spec is refused with the place and what to do");
  g_assert_null (eh_simulation_new_from_spec (domain, &c->spec, NULL, &error));
  g_assert_nonnull (error);
  g_assert_cmpstr (error->message, ==, c->message);
  g_assert_error (error, EH_ERROR, (gint) c->code);
  g_assert_null (eh_simulation_new_from_spec (domain, &c->spec, NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/simulation-spec/whole", test_whole);
  g_test_add_func ("/simulation-spec/names", test_names);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/simulation-spec/error/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
