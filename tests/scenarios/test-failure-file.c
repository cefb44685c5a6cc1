/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eventhus-testing.h"
#include "scenarios/eh-failure-file-private.h"
#include "scenarios/eh-plan-private.h"
#include "scenarios/eh-sampler-private.h"
#include "scenarios/eh-simulation-result-private.h"
#include "transfers.h"

/* What is written of failures, over a bank with a process, two views and a relay. In texts ' stands for ". */

#define GIVEN_LIST                                                                                                     \
  "'given': [ { 'in': 'Account-a1', 'AccountCreated': { 'owner': 'm' } },"                                             \
  " { 'in': 'Account-a1', 'DepositPerformed': { 'amount': 100 } },"                                                    \
  " { 'in': 'Account-a2', 'AccountCreated': { 'owner': 'n' } } ]"
#define GIVEN GIVEN_LIST ", "
#define WITHDRAW(amount) "{ 'in': 'Account-a1', 'PerformWithdrawal': { 'amount': " #amount " } }"
#define CHANGE "{ 'in': 'Account-a1', 'ChangeOwner': { 'owner': 'o' } }"

#define ORDER "{ 'in': 'TransferOrder-t1', 'OrderTransfer': { 'from': 'a1', 'to': 'a2', 'amount': 40 } }"

static EhDomain *
domain_new (const EhProcessType *another)
{
  EhDomain *domain = bank_with_transfers_new ();

  if (another != NULL)
    eh_domain_add_process (domain, another);
  g_assert_true (eh_domain_seal (domain, NULL));
  return domain;
}

static EhSimulation *
parse (EhDomain *domain, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhScenarioFile) file = eh_scenario_file_parse ("test.json", text, -1, domain, &error);

  if (error != NULL)
    g_test_message ("%s", text);
  g_assert_no_error (error);
  return eh_simulation_ref (eh_scenario_file_get_simulation (file, 0));
}

static EhSimulationResult *
explore (EhDomain *domain, const char *members, const char *overrides)
{
  g_autofree char *text = g_strdup_printf ("{ 'simulations': [ { 'name': 'one', %s } ] }", members);
  g_autoptr (EhSimulation) simulation = parse (domain, g_strdelimit (text, "'", '"'));
  g_autoptr (GError) error = NULL;
  EhSimulationResult *result = eh_simulation_explore (domain, simulation, overrides, NULL, NULL, &error);

  g_assert_no_error (error);
  return result;
}

/* What was written of @result fails in @domain in the same way. */
static void
assert_replays (EhDomain *domain, const EhSimulationResult *result)
{
  const char *text = eh_simulation_result_get_failure_json (result);
  g_autoptr (EhSimulation) simulation = NULL;
  g_autoptr (EhSimulationResult) again = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (text);
  simulation = parse (domain, text);
  again = eh_simulation_explore (domain, simulation, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  if (again->status != result->status)
    g_test_message ("%s: %s: %s", text, result->sentence, again->sentence);
  g_assert_cmpint (again->status, ==, result->status);
  g_assert_cmpint (again->check, ==, result->check);
  g_assert_cmpstr (again->shown.verdict.role, ==, result->shown.verdict.role);
}

/* It does not know what to do about a refusal, so that a new owner is set aside. */
static void
hasty_on_changed (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  eh_reaction_send (reaction, "a1", &perform_withdrawal, &(PerformWithdrawal){ 1000 });
}

static const EhProcessRule hasty_rules[] = { { &owner_changed, hasty_on_changed, NULL, EH_STARTS } };
static const EhProcessType hasty = EH_PROCESS_TYPE ("Hasty", Transfer, transfer_schema, hasty_rules);

static void
test_idle (void)
{
  static const char *const clients[] = {
    "{ 'x': [ " CHANGE " ] }",
    "{ 'x': [ " CHANGE " ], 'y': [ { 'read': 'Account-a1' } ] }",
    "{ 'x': [ { 'read': 'Account-a1' }, " CHANGE ", " CHANGE " ], 'y': [ " CHANGE ", " CHANGE " ] }",
  };
  g_autoptr (EhDomain) domain = domain_new (&hasty);

  g_test_summary ("A client has something to do, also if all it does could be the past");
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      g_autofree char *members = g_strconcat (GIVEN "'clients': ", clients[i], NULL);
      g_autoptr (EhSimulationResult) result = explore (domain, members, NULL);
      const GPtrArray *left = result->shown.simulation->clients;

      g_assert_cmpstr (result->shown.verdict.role, ==, "parked:Hasty");
      g_assert_cmpuint (left->len, ==, 1);
      g_assert_cmpuint (((const EhSimClient *) g_ptr_array_index (left, 0))->steps->len, ==, 1);
      assert_replays (domain, result);
    }
}

static void
test_consumers (void)
{
  g_autoptr (EhDomain) domain = domain_new (NULL);
  g_autoptr (EhSimulationResult)
      result = explore (domain,
                        GIVEN "'clients': { 'alice': [ " WITHDRAW (60) ", " CHANGE " ], 'bob': [ " WITHDRAW (
                            60) ","
                                " { 'read': 'Account-a1' }, { 'wait': 'PT5S' } ] },"
                                " 'options': { 'publish': 'after-save' }, 'faults': { 'all': 1 }",
                        "{ \"strategy\": \"urw\" }");

  g_test_summary ("Those who follow take part in every run, and do not keep it from becoming small");
  g_assert_cmpstr (eh_simulation_result_get_check (result), ==, "delivered");
  g_assert_cmpuint (result->shown.rows->len, ==, 3);
  g_assert_cmpuint (result->shown.stats.switches_after, ==, 0);
  g_assert_true (result->shown.stats.minimal);
  assert_replays (domain, result);
}

/* A view that nobody asks for any more. */
static void
old_on_deposit (gpointer row, const EhEvent *event)
{
  ((Balance *) row)->balance += ((const DepositPerformed *) eh_event_get_data (event))->amount;
}

static const EhProjectionRule old_rules[] = { { &deposit_performed, old_on_deposit } };
static const EhProjectionType old_view = EH_PROJECTION_TYPE ("Deposits", Balance, balance_schema, old_rules);

static void
test_outlives (void)
{
  static const struct {
    const char *members;
    const char *check;
    const char *schedule;
    const char *consumers;
  } rows[] = {
    { "'clients': { 'alice': [ " WITHDRAW (60) " ], 'bob': [ " WITHDRAW (
          60) " ] },"
              " 'options': { 'expect': 'any', 'publish': 'relay' }",
      "serializable", "alice: load Account-a1; bob: load Account-a1", "" },
    { "'clients': { 'alice': [ " WITHDRAW (60) " ] }, 'options': { 'publish': 'after-save' },"
                                               " 'faults': { 'publish-error': 1 }",
      "delivered", "", "" },
    { "'clients': { 'alice': [ " WITHDRAW (80) " ], 'bob': [ " ORDER " ] }, 'options': { 'expect': 'any' }",
      "serializable",
      "alice: load Account-a1; bob: load TransferOrder-t1; bob: append TransferOrder-t1; Transfer: read-all",
      "Transfer" },
  };
  g_autoptr (EhDomain) domain = bank_with_transfers_new ();
  g_autoptr (EhDomain) later = domain_new (NULL);

  g_test_summary ("A file says no more of a run than it needs, and outlives a view that goes");
  eh_domain_add_projection (domain, &old_view);
  g_assert_true (eh_domain_seal (domain, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *members = g_strconcat (GIVEN, rows[i].members, NULL);
      g_autoptr (EhSimulationResult) result = explore (domain, members, NULL);
      g_autoptr (EhSimulation) written = NULL;
      g_autofree char *schedule = NULL;
      g_autofree char *consumers = NULL;

      g_assert_cmpstr (eh_simulation_result_get_check (result), ==, rows[i].check);
      g_test_message ("%s", eh_simulation_result_get_failure_json (result));
      assert_replays (domain, result);
      assert_replays (later, result);
      written = parse (later, eh_simulation_result_get_failure_json (result));
      schedule = g_strjoinv ("; ", written->schedule);
      consumers = g_strjoinv ("; ", written->consumers);
      g_assert_cmpstr (schedule, ==, rows[i].schedule);
      g_assert_cmpstr (consumers, ==, rows[i].consumers);
    }
}

static void
test_words (void)
{
  static const struct {
    EhShrinkStats stats;
    const char *words;
  } rows[] = {
    { { 26, 3, 2, 1, .minimal = TRUE }, "shrunk: 26 steps to 3, 2 switches to 1; proven minimal" },
    { { 26, 3, 2, 1 }, "shrunk: 26 steps to 3, 2 switches to 1" },
    { { 26, 9, 2, 1, .cut_off = TRUE },
      "shrunk: 26 steps to 9, 2 switches to 1; it may be longer than it need be: shrinking took too many runs" },
  };
  g_autoptr (EhSimulation) simulation = eh_simulation_new ("one", "place");
  g_autoptr (EhSimulationResult) result = eh_simulation_result_new (simulation);

  g_test_summary ("What shrinking did is told, and whether it came to its end");
  result->is_shrunk = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *words = NULL;

      result->shown.stats = rows[i].stats;
      words = eh_simulation_result_describe_shrinking (result);
      g_assert_cmpstr (words, ==, rows[i].words);
    }
}

/* ---- any simulation ---- */

/* Sampled runs may be very many: fewer are enough to contradict. */
#define CONTRADICTIONS 200

static void
draw_step (EhRandom *random, GString *text)
{
  char account = eh_random_below (random, 2) == 0 ? '1' : '2';

  switch (eh_random_below (random, 7))
    {
    case 0:
      g_string_append_printf (text, "{ 'in': 'Account-a%c', 'PerformDeposit': { 'amount': 5 } }", account);
      break;
    case 1:
      g_string_append_printf (text, "{ 'read': 'Account-a%c' }", account);
      break;
    case 2:
      g_string_append (text, "{ 'wait': 'PT5S' }");
      break;
    case 3:
    case 4:
      g_string_append_printf (text,
                              "{ 'in': 'TransferOrder-t%u', 'OrderTransfer': { 'from': 'a%c', 'to': '%s',"
                              " 'amount': 40 } }",
                              (guint) eh_random_below (random, 3) + 1, account,
                              eh_random_below (random, 2) == 0 ? "a3" : "a2");
      break;
    default:
      g_string_append_printf (text, "{ 'in': 'Account-a%c', 'PerformWithdrawal': { 'amount': %u } }", account,
                              eh_random_below (random, 2) == 0 ? 30 : 60);
    }
}

static void
draw_clients (EhRandom *random, GString *text)
{
  guint n_clients = (guint) eh_random_below (random, 3) + 1;

  g_string_append (text, ", 'clients': {");
  for (guint i = 0; i < n_clients; i++)
    {
      guint n_steps = (guint) eh_random_below (random, 3) + 1;

      g_string_append_printf (text, "%s'%c': [", i > 0 ? ", " : " ", 'x' + (char) i);
      for (guint k = 0; k < n_steps; k++)
        {
          g_string_append (text, k > 0 ? ", " : " ");
          draw_step (random, text);
        }
      g_string_append (text, " ]");
    }
  g_string_append (text, " }");
}

static const char *
draw_word (EhRandom *random, const char *const *words)
{
  return words[eh_random_below (random, g_strv_length ((char **) words))];
}

static void
draw_options (EhRandom *random, GString *text)
{
  static const char *const consumers[] = {
    "", "'Transfer'", "'Balances'", "'Transfer', 'Balances'", "'Transfer', 'Balances', 'Movements'", NULL,
  };
  static const char *const publish[] = { "relay", "after-save", NULL };
  static const char *const expect[] = { "exact", "exact", "any", NULL };

  g_string_append_printf (text, ", 'options': { 'consumers': [ %s ], 'publish': '%s', 'expect': '%s',",
                          draw_word (random, consumers), draw_word (random, publish), draw_word (random, expect));
  g_string_append_printf (text, " 'snapshots': %u, 'retry': %u }", (guint) eh_random_below (random, 3),
                          (guint) eh_random_below (random, 3) + 1);
}

static void
draw_faults (EhRandom *random, GString *text)
{
  const char *separator = ", 'faults': { ";

  for (guint kind = EH_FAULT_NONE + 1; kind < EH_FAULT_N_KINDS; kind++)
    if (eh_random_below (random, 5) == 0)
      {
        g_string_append_printf (text, "%s'%s': 1", separator, eh_fault_kind_get_nick (kind));
        separator = ", ";
      }
  if (*separator == ',' && separator[2] == '\0')
    g_string_append (text, " }");
}

static char *
draw_simulation (guint64 seed)
{
  static const char *const strategies[] = { "portfolio", "random", "urw", "pos", "pct", NULL };
  EhRandom random = { seed };
  GString *text = g_string_new (GIVEN_LIST);

  draw_clients (&random, text);
  draw_options (&random, text);
  draw_faults (&random, text);
  g_string_append_printf (text, ", 'explore': { 'strategy': '%s', 'runs': 300 }", draw_word (&random, strategies));
  return g_string_free (text, FALSE);
}

/* Whether a sampled run of what was said to be minimal fails so with less. */
static void
assert_not_contradicted (EhDomain *domain, const EhSimulationResult *result)
{
  const EhShrunk *shown = &result->shown;
  const guint n_switches = shown->stats.switches_after;
  guint n_faults = 0;
  EhExploreBudget budget = { .strategy = EH_STRATEGY_RANDOM, .n_faults = 1, .n_jobs = 1 };
  EhTrial *trial = eh_trial_new (domain, shown->simulation, NULL);
  EhSampler *sampler = NULL;

  for (guint kind = 0; kind < EH_FAULT_N_KINDS; kind++)
    n_faults += budget.most[kind] = shown->simulation->most[kind];
  budget.n_faults = n_faults;
  sampler = eh_sampler_new (&budget, eh_trial_get_experiment (trial));
  for (guint run = 0; run < CONTRADICTIONS; run++)
    {
      g_auto (EhPlanOracle) oracle = { .plan = NULL };
      g_autoptr (EhPlan) plan = NULL;
      const EhVerdict *verdict;

      eh_plan_oracle_init_listening (&oracle, eh_trial_get_world (trial), eh_sampler_begin (sampler, run));
      verdict = eh_trial_run (trial, &oracle.parent);
      plan = eh_plan_oracle_steal (&oracle);
      if (verdict->check != shown->verdict.check || g_strcmp0 (verdict->role, shown->verdict.role) != 0)
        continue;
      if (eh_plan_get_n_switches (plan) <= n_switches && plan->faults->len <= n_faults)
        g_assert_cmpuint (eh_plan_get_n_switches (plan) + plan->faults->len, ==, n_switches + n_faults);
    }
  eh_sampler_free (sampler);
  eh_trial_free (trial);
}

static gboolean
try_any (EhDomain *domain, guint64 seed)
{
  g_autofree char *members = draw_simulation (seed);
  g_autofree char *overrides = g_strdup_printf ("{ \"seed\": %u }", (guint) (seed % 100));
  g_autoptr (EhSimulationResult) result = explore (domain, members, overrides);
  g_autofree char *more_jobs = g_strdup_printf ("{ \"seed\": %u, \"jobs\": 2 }", (guint) (seed % 100));
  g_autoptr (EhSimulationResult) again = NULL;

  if (result->check == 0)
    return FALSE;
  g_test_message ("seed %" G_GUINT64_FORMAT ": %s", seed, result->sentence);
  assert_replays (domain, result);
  again = explore (domain, members, more_jobs);
  g_assert_cmpstr (eh_simulation_result_get_failure_json (again), ==, eh_simulation_result_get_failure_json (result));
  g_assert_cmpuint (again->shown.stats.n_runs, ==, result->shown.stats.n_runs);
  if (result->shown.stats.minimal)
    assert_not_contradicted (domain, result);
  return TRUE;
}

static void
test_any (void)
{
  const char *slow = g_getenv ("EH_TEST_SLOW");
  guint n = 60 / MAX (1, slow != NULL ? (guint) g_ascii_strtoull (slow, NULL, 10) : 1);
  guint64 seed = (guint64) g_get_real_time ();
  g_autoptr (EhDomain) domain = domain_new (NULL);
  guint n_failed = 0;

  g_test_summary ("Whatever fails is written so that it fails again, by any number of jobs, and as small as is said");
  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  for (guint i = 0; i < n; i++)
    n_failed += try_any (domain, seed + i);
  if (n >= 60)
    g_assert_cmpuint (n_failed, >, 0);
}

#define LOST                                                                                                           \
  GIVEN "'clients': { 'alice': [ " WITHDRAW (60) " ], 'bob': [ " WITHDRAW (                                            \
      60) " ] }, "                                                                                                     \
          "'options': { 'consumers': [], 'expect': 'any' }"

static char *
get_why (EhDomain *domain, const EhShrunk *shrunk)
{
  char *why = NULL;

  g_assert_null (eh_failure_file_write (domain, shrunk, NULL, &why));
  g_assert_nonnull (why);
  return why;
}

static void
test_why (void)
{
  g_autoptr (EhDomain) domain = domain_new (NULL);
  g_autoptr (EhSimulationResult) result = explore (domain, LOST, "{ \"strategy\": \"exhaustive\" }");
  EhShrunk *shown = &result->shown;
  g_autofree char *text = NULL;
  g_autofree char *other = NULL;
  g_autofree char *passes = NULL;
  g_autofree char *unfit = NULL;
  EhTraceRow *row;

  g_test_summary ("What is not written is told with the reason");
  text = eh_failure_file_write (domain, shown, NULL, &other);
  g_assert_nonnull (text);
  g_assert_null (other);

  shown->verdict.check = EH_SIM_CHECK_VIEWS;
  other = get_why (domain, shown);
  g_assert_true (g_str_has_prefix (other, "run by its own words, it fails \"serializable\": "));

  shown->simulation->expect_any = FALSE;
  passes = get_why (domain, shown);
  g_assert_cmpstr (passes, ==, "run by its own words, all checks pass");

  row = g_ptr_array_index (shown->rows, 1);
  g_free (row->schedule);
  row->schedule = g_strdup ("bob: append Account-a2");
  unfit = get_why (domain, shown);
  g_assert_true (g_str_has_prefix (unfit, "its own words do not fit: schedule[1]: "));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/failure-file/any", test_any);
  g_test_add_func ("/failure-file/consumers", test_consumers);
  g_test_add_func ("/failure-file/idle", test_idle);
  g_test_add_func ("/failure-file/outlives", test_outlives);
  g_test_add_func ("/failure-file/why", test_why);
  g_test_add_func ("/failure-file/words", test_words);
  return g_test_run ();
}
