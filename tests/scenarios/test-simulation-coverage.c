/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-simulation-result-private.h"
#include "tally-domain.h"

#include <string.h>

/* What is known after an exploration, and what is not. */

#define GIVEN EH_STEPS (EH_EVENT (tally_started, TallyStarted, "one"), EH_EVENT (counted, Counted, 500))
#define UP EH_STEPS (EH_COMMAND (count_up, CountUp, (gint64[]){ 1 }, 1))

static EhSimulationResult *
explore (EhDomain *domain, const EhSimulationSpec *spec, const char *overrides)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhSimulation) simulation = eh_simulation_new_from_spec (domain, spec, "counting", &error);
  EhSimulationResult *result;

  g_assert_no_error (error);
  result = eh_simulation_explore (domain, simulation, overrides, NULL, NULL, &error);
  g_assert_no_error (error);
  return result;
}

static char *
print (const EhSimulationResult *result)
{
  const EhSimulationPrint style = { 0 };
  GString *out = g_string_new (NULL);

  eh_simulation_result_print (result, &style, out);
  return g_string_free (out, FALSE);
}

static void
test_cut_off (void)
{
  const EhSimulationSpec spec = {
    .in = "Tally-1",
    .given = GIVEN,
    .clients = EH_CLIENTS ({ "alice", UP }, { "bob", UP }, { "carol", UP }),
  };
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) result = explore (domain, &spec, "{ \"strategy\": \"exhaustive\", \"runs\": 10 }");
  g_autoptr (JsonNode) node = eh_simulation_result_to_json (result);
  g_autofree char *text = print (result);

  g_test_summary ("Of an exhaustive search that was cut off nothing is estimated");
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_SAMPLED);
  g_assert_cmpstr (text, ==,
                   "no violation was found\n"
                   "cut off after 10 runs of an exhaustive search; of the rest nothing is known\n");
  g_assert_cmpfloat (eh_simulation_result_get_unseen (result), ==, 1.0);
  g_assert_true (json_object_get_null_member (json_node_get_object (node), "unseen"));
}

static EhSimulation *
parse (EhDomain *domain, const char *member)
{
  g_autofree char *text = g_strdup_printf ("{'domain':'counting','simulations':[{'name':'a','in':'Tally-1',%s}]}",
                                           member);
  g_autoptr (GError) error = NULL;
  g_autoptr (EhScenarioFile) file = NULL;

  g_strdelimit (text, "'", '"');
  file = eh_scenario_file_parse ("a.json", text, -1, domain, &error);
  g_assert_no_error (error);
  return eh_simulation_ref (eh_scenario_file_get_simulation (file, 0));
}

static void
test_generate (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulation) simulation = parse (domain, "'generate':{'clients':2,'commands':1}");
  g_autoptr (EhSimulationResult) sampled = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Drawn values are not covered by an exhaustive search, so it is refused");
  g_assert_null (eh_simulation_explore (domain, simulation, "{ \"strategy\": \"exhaustive\" }", NULL, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, "explore.strategy: \"exhaustive\" cannot cover the values"));
  g_clear_error (&error);
  sampled = eh_simulation_explore (domain, simulation, "{ \"runs\": 20 }", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (eh_simulation_result_get_n_runs (sampled), ==, 20);
}

static void
test_faults_of_generated (void)
{
  static const char *const possible[] = {
    "append-error",  "append-ambiguous", "append-conflict",   "load-error", "load-stale", "snapshot-stale",
    "snapshot-lost", "publish-error",    "publish-ambiguous", "crash",      NULL
  };
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulation) simulation = parse (
      domain, "'given':[{'TallyStarted':{'name':'one'}}],'generate':{'clients':3,'commands':4,'streams':2},"
              "'options':{'snapshots':2,'publish':'after-save'},'faults':{'all':1},'check':['progress']");
  g_autoptr (EhSimulationResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("Every fault that can happen to generated commands does happen in a few hundred runs");
  result = eh_simulation_explore (domain, simulation, "{ \"runs\": 1000 }", NULL, NULL, &error);
  g_assert_no_error (error);
  text = print (result);
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_SAMPLED);
  for (guint i = 0; possible[i] != NULL; i++)
    g_assert_null (strstr (text, possible[i]));
  g_assert_nonnull (strstr (text, "deliver-twice"));
}

/* Reads both tallies, then counts on the one that @user_data names. */
static gboolean
count_on_one (EhClient *client, gpointer user_data, GError **error)
{
  static const char *const ids[] = { "1", "2" };
  g_autoptr (EhOutcome) outcome = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (EhStreamName) stream = eh_stream_name_new ("Tally", ids[i], NULL);
      gpointer state = eh_client_read_state (client, stream, NULL, error);

      if (state == NULL)
        return FALSE;
      eh_schema_free (&tally_schema, state);
    }
  outcome = eh_client_dispatch (client, user_data, &count_up, &(CountUp){ (gint64[]){ 1 }, 1, NULL }, error);
  return outcome != NULL;
}

static gboolean
look (EhClient *client, gpointer user_data, GError **error)
{
  g_autoptr (EhStreamName) stream = eh_stream_name_new ("Tally", "1", NULL);
  gpointer state = eh_client_read_state (client, stream, NULL, error);

  if (state == NULL)
    return FALSE;
  eh_schema_free (&tally_schema, state);
  return TRUE;
}

/*
 * As many clients as there can be, on connected streams: there are more positions than the search for an order can
 * number. Two of them get into each other's way, so that the order of the run itself is none.
 */
static void
test_undecided (void)
{
  static char one[] = "1", two[] = "2";
  static char names[62][4];
  EhClientSpec clients[65] = { { "alice", .body = count_on_one, .user_data = one },
                               { "bob", .body = count_on_one, .user_data = two } };
  const EhSimulationSpec spec = {
    .in = "Tally-1",
    .given = EH_STEPS (EH_EVENT (tally_started, TallyStarted, "one"),
                       EH_EVENT_IN ("Tally-2", tally_started, TallyStarted, "two")),
    .clients = clients,
  };
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) result = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("A run that was not decided proves nothing, and is told");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_snprintf (names[i], sizeof names[i], "c%u", i);
      clients[i + 2] = (EhClientSpec){ names[i], .body = look };
    }
  result = explore (domain, &spec, "{ \"strategy\": \"random\", \"runs\": 50 }");
  text = print (result);
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_SAMPLED);
  g_assert_true (g_str_has_prefix (text, "no violation was found\n"));
  g_assert_nonnull (strstr (text, "\nwarning: in "));
  g_assert_true (g_str_has_suffix (text, " the checks came to no verdict\n"));
}

static gint64
read_total (EhClient *client, GError **error)
{
  g_autoptr (EhStreamName) stream = eh_stream_name_parse ("Tally-1", NULL);
  guint64 version = 0;
  gpointer state = eh_client_read_state (client, stream, &version, error);

  if (state == NULL)
    return -1;
  eh_schema_free (&tally_schema, state);
  return (gint64) version;
}

/* Looks outside of the world only if both others come between its reads. */
static gboolean
read_twice (EhClient *client, gpointer user_data, GError **error)
{
  guint *calls = user_data;
  gint64 first = read_total (client, error);
  gint64 second = read_total (client, error);

  if (second - first == 2 && (*calls)++ % 2 == 1)
    read_total (client, error);
  return TRUE;
}

static void
test_rarely_outside (void)
{
  guint calls = 0;
  const EhSimulationSpec spec = {
    .in = "Tally-1",
    .given = GIVEN,
    .clients = EH_CLIENTS ({ "alice", .body = read_twice, .user_data = &calls }, { "bob", UP }, { "carol", UP }),
  };
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) result = explore (domain, &spec, "{ \"strategy\": \"exhaustive\" }");

  g_test_summary ("Each run of a small exhaustive search is repeated, as it is the only one of its kind");
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_NOT_DETERMINISTIC);
  g_assert_cmpuint (calls, >, 1);
}

static gboolean
count_call (EhClient *client, gpointer user_data, GError **error)
{
  ++*(guint *) user_data;
  return read_total (client, error) >= 0;
}

static void
test_repeated (void)
{
  guint calls = 0;
  const EhSimulationSpec spec = {
    .in = "Tally-1",
    .given = GIVEN,
    .clients = EH_CLIENTS ({ "alice", .body = count_call, .user_data = &calls }, { "bob", UP }),
  };
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult)
      result = explore (domain, &spec, "{ \"strategy\": \"random\", \"runs\": 6400, \"jobs\": 1 }");

  g_test_summary ("Of a large sample each 64th run is made twice");
  g_assert_cmpuint (eh_simulation_result_get_n_runs (result), ==, 6400);
  g_test_message ("%u calls", calls);
  g_assert_cmpuint (calls, >=, 6400 + 6400 / 64);
  g_assert_cmpuint (calls, <=, 6400 + 6400 / 64 + 10);
}

static gboolean
read_until_it_works (EhClient *client, gpointer user_data, GError **error)
{
  while (read_total (client, NULL) < 0)
    continue;
  return TRUE;
}

static void
test_loop_after_crash (void)
{
  const EhSimulationSpec spec = {
    .in = "Tally-1",
    .given = GIVEN,
    .clients = EH_CLIENTS ({ "alice", .body = read_until_it_works }),
    .faults = "{ \"crash\": 1 }",
  };
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) result = explore (domain, &spec, "{ \"strategy\": \"exhaustive\" }");

  g_test_summary ("A crashed client that keeps calling ends its run and is told, and leaks nothing");
  g_assert_cmpstr (eh_simulation_status_get_nick (eh_simulation_result_get_status (result)), ==, "no-progress");
  g_assert_true (g_str_has_prefix (eh_simulation_result_get_sentence (result),
                                   "alice's step 1 has crashed, but loops on errors: it made "));
}

static void
test_total (void)
{
  static const char *const faults[] = { "{ \"append-error\": 1, \"crash\": 1 }",
                                        "{ \"append-error\": 1, \"crash\": 1, \"total\": 1 }",
                                        "{ \"append-error\": 1 }", "{ \"crash\": 1 }" };
  guint64 n_plans[G_N_ELEMENTS (faults)];

  g_test_summary ("A total of faults leaves out the runs with more of them, and only those");
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      const EhSimulationSpec spec = {
        .in = "Tally-1", .given = GIVEN, .clients = EH_CLIENTS ({ "alice", UP }, { "bob", UP }), .faults = faults[i]
      };
      g_autoptr (EhDomain) domain = tally_domain_new ();
      g_autoptr (EhSimulationResult) result = explore (domain, &spec, "{ \"strategy\": \"exhaustive\" }");

      g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_PROVEN);
      n_plans[i] = result->exploration.n_fault_plans;
    }
  g_assert_cmpuint (n_plans[0], >, n_plans[1]);
  g_assert_cmpuint (n_plans[1] - 1, ==, n_plans[2] - 1 + n_plans[3] - 1);
}

/* ---- what bodies see ---- */

/* Notes how far the global order was. */
static gboolean
read_head (EhClient *client, gpointer user_data, GError **error)
{
  guint *seen = user_data;
  guint64 head = 0;

  if (!eh_event_store_get_head (eh_client_get_store (client), &head, NULL, error))
    return FALSE;
  *seen |= 1u << head;
  return TRUE;
}

static void
test_log (void)
{
  guint seen = 0;
  const EhSimulationSpec spec = {
    .in = "Tally-1",
    .given = GIVEN,
    .clients = EH_CLIENTS ({ "bob", UP }, { "alice", .body = read_head, .user_data = &seen }),
  };
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) result = explore (domain, &spec, "{ \"strategy\": \"exhaustive\" }");

  g_test_summary ("A body that reads the global order is tried before and after each append, from the first run on");
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_PROVEN);
  g_assert_cmpuint (seen, ==, 1u << 2 | 1u << 3);
}

/* Looks at the global order only if bob was there before it. */
static gboolean
read_head_late (EhClient *client, gpointer user_data, GError **error)
{
  return read_total (client, error) == 2 || read_head (client, user_data, error);
}

static void
test_log_late (void)
{
  guint seen = 0;
  const EhSimulationSpec spec = {
    .in = "Tally-1",
    .given = GIVEN,
    .clients = EH_CLIENTS ({ "alice", .body = read_head_late, .user_data = &seen }, { "bob", UP }),
  };
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) result = explore (domain, &spec, "{ \"strategy\": \"exhaustive\" }");

  g_test_summary ("Nothing is proven if a body reads the global order in some runs only, and not in the first");
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_SAMPLED);
  g_assert_cmpuint (seen, !=, 0);
}

static gboolean
read_for_ever (EhClient *client, gpointer user_data, GError **error)
{
  while (read_total (client, error) >= 0)
    continue;
  return FALSE;
}

static void
test_unfinished (void)
{
  const EhSimulationSpec spec = {
    .in = "Tally-1",
    .given = GIVEN,
    .clients = EH_CLIENTS ({ "alice", .body = read_for_ever }),
    .check = (const char *const[]){ "invariants", NULL },
  };
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) result = explore (domain, &spec, "{ \"strategy\": \"exhaustive\" }");

  g_test_summary ("A run that never ends proves nothing, although progress is not checked");
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_SAMPLED);
}

/* ---- jobs ---- */

static void
assert_same_for_jobs (EhDomain *domain, EhSimulation *simulation, const char *strategy, guint n_runs)
{
  g_autofree char *first = NULL;

  for (guint n_jobs = 1; n_jobs <= 4; n_jobs++)
    {
      g_autofree char *overrides = g_strdup_printf ("{ \"runs\": %u, \"strategy\": \"%s\", \"jobs\": %u }", n_runs,
                                                    strategy, n_jobs);
      g_autoptr (GError) error = NULL;
      g_autoptr (EhSimulationResult) result = eh_simulation_explore (domain, simulation, overrides, NULL, NULL, &error);
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      text = print (result);
      if (first == NULL)
        first = g_steal_pointer (&text);
      else
        g_assert_cmpstr (text, ==, first);
    }
}

static void
test_jobs (void)
{
  static const char *const strategies[] = { "portfolio", "random", "urw", "pct", "pos" };
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulation) simulation = parse (
      domain,
      "'given':[{'TallyStarted':{'name':'one'}}],'options':{'retry':5},'faults':{'all':1},"
      "'clients':{'a':[{'CountUp':{'amounts':[1]}},{'CountUp':{'amounts':[2]}},{'CountUp':{'amounts':[2000]}},{'CountUp':{'amounts':[3]}}],"
      "'b':[{'CountUp':{'amounts':[1]}}],'c':[{'CountUp':{'amounts':[1]}},{'CountUp':{'amounts':[1]}}]}");

  g_test_summary ("The same seed gives the same, whatever the number of jobs");
  for (guint i = 0; i < G_N_ELEMENTS (strategies); i++)
    assert_same_for_jobs (domain, simulation, strategies[i], 1000);
}

static void
test_jobs_exhaustive (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulation) simulation = parse (domain, "'given':[{'TallyStarted':{'name':'one'}}],'faults':{'all':1},"
                                                       "'clients':{'a':[{'CountUp':{'amounts':[1]}}],"
                                                       "           'b':[{'CountUp':{'amounts':[1]}}]}");

  g_test_summary ("Nor does it matter what jobs have done that were ahead when the budget ended an exhaustive search");
  for (guint n_runs = 1; n_runs <= 40; n_runs++)
    assert_same_for_jobs (domain, simulation, "exhaustive", n_runs);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/simulation-coverage/cut-off", test_cut_off);
  g_test_add_func ("/simulation-coverage/generate", test_generate);
  g_test_add_func ("/simulation-coverage/faults-of-generated", test_faults_of_generated);
  g_test_add_func ("/simulation-coverage/undecided", test_undecided);
  g_test_add_func ("/simulation-coverage/rarely-outside", test_rarely_outside);
  g_test_add_func ("/simulation-coverage/repeated", test_repeated);
  g_test_add_func ("/simulation-coverage/loop-after-crash", test_loop_after_crash);
  g_test_add_func ("/simulation-coverage/total", test_total);
  g_test_add_func ("/simulation-coverage/log", test_log);
  g_test_add_func ("/simulation-coverage/log-late", test_log_late);
  g_test_add_func ("/simulation-coverage/unfinished", test_unfinished);
  g_test_add_func ("/simulation-coverage/jobs", test_jobs);
  g_test_add_func ("/simulation-coverage/jobs-exhaustive", test_jobs_exhaustive);
  return g_test_run ();
}
