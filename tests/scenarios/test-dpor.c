/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-dpor-private.h"
#include "scenarios/eh-explorer-private.h"
#include "scenarios/eh-fault-plans-private.h"

#include "toy-program.h"

static void
explore (ToyProgram *program, guint64 max_runs, guint max_depth, EhExploration *result)
{
  EhExploreBudget budget = {
    .strategy = EH_STRATEGY_EXHAUSTIVE, .max_runs = max_runs, .max_depth = max_depth, .n_jobs = 1
  };

  eh_explore (toy_experiment_new, program, &budget, NULL, NULL, result);
}

/* Each client runs commands; a command loads a stream and appends to it. */
static ToyProgram
make_clients (guint n_clients, guint n_commands, gboolean same_stream, gboolean logged)
{
  ToyProgram program = { 0 };

  for (guint client = 0; client < n_clients; client++)
    for (guint command = 0; command < n_commands; command++)
      {
        toy_program_add (&program, client, TOY_READ, same_stream ? 0 : client);
        toy_program_add (&program, client, TOY_WRITE, same_stream ? 0 : client);
        program.ops[client][program.n_ops[client] - 1].logged = logged;
      }
  return program;
}

static void
check_counts (ToyProgram program, guint64 n_interleavings, guint64 n_distinct)
{
  g_autoptr (GHashTable) found = toy_set_new ();
  EhExploration result;

  g_assert_cmpuint (toy_program_enumerate (&program, 0, NULL, found), ==, n_interleavings);
  g_assert_cmpuint (g_hash_table_size (found), ==, n_distinct);
  explore (&program, 0, 0, &result);
  g_assert_true (result.exhaustive);
  g_assert_false (result.failed);
  g_assert_cmpuint (result.n_distinct, ==, n_distinct);
  g_assert_cmpuint (result.n_once, ==, n_distinct);
  g_assert_cmpuint (result.n_runs, ==, n_distinct);
  g_assert_cmpuint (result.n_blocked, ==, 0);
  g_assert_cmpuint (result.n_fault_plans, ==, 1);
  eh_exploration_clear (&result);
}

static void
test_golden (void)
{
  g_test_summary ("Known numbers of interleavings and of those that differ; one run for each of these");
  check_counts (make_clients (2, 1, TRUE, FALSE), 6, 4);
  check_counts (make_clients (3, 1, TRUE, FALSE), 90, 36);
  check_counts (make_clients (2, 2, TRUE, FALSE), 70, 34);
  check_counts (make_clients (4, 1, FALSE, FALSE), 2520, 1);
  check_counts (make_clients (4, 1, FALSE, TRUE), 2520, 24);
}

static void
test_one_task (void)
{
  ToyProgram program = make_clients (1, 3, TRUE, FALSE);
  EhExploration result;

  g_test_summary ("Where there is nothing to choose there is one run; of nothing too");
  explore (&program, 0, 0, &result);
  g_assert_cmpuint (result.n_runs, ==, 1);
  g_assert_cmpuint (result.n_ops, ==, 6);
  g_assert_true (result.exhaustive);
  eh_exploration_clear (&result);

  program = (ToyProgram){ 0 };
  explore (&program, 0, 0, &result);
  g_assert_cmpuint (result.n_runs, ==, 1);
  g_assert_true (result.exhaustive);
  eh_exploration_clear (&result);
}

static void
test_values (void)
{
  ToyProgram program = make_clients (1, 1, TRUE, FALSE);
  EhExploration result;

  g_test_summary ("All values of other choices are tried, before and after an operation");
  program.ops[0][0].arity_before = 3;
  program.ops[0][1].arity_after = 5;
  explore (&program, 0, 0, &result);
  g_assert_cmpuint (result.n_runs, ==, 15);
  g_assert_cmpuint (result.n_distinct, ==, 15);
  g_assert_true (result.exhaustive);
  eh_exploration_clear (&result);
}

static void
test_runs_cut (void)
{
  ToyProgram program = make_clients (3, 1, TRUE, FALSE);
  EhExploration result;

  g_test_summary ("A budget that is one run too small is not exhaustive; one that is enough is");
  explore (&program, 35, 0, &result);
  g_assert_cmpuint (result.n_runs, ==, 35);
  g_assert_false (result.exhaustive);
  eh_exploration_clear (&result);

  explore (&program, 36, 0, &result);
  g_assert_cmpuint (result.n_runs, ==, 36);
  g_assert_true (result.exhaustive);
  eh_exploration_clear (&result);
}

static void
test_depth_cut (void)
{
  ToyProgram program = make_clients (3, 1, TRUE, FALSE);
  guint64 previous = 0;
  EhExploration result;

  g_test_summary ("A depth leaves out what is decided below it, and then it is not exhaustive");
  for (guint depth = 1; depth < 6; depth++)
    {
      explore (&program, 0, depth, &result);
      g_assert_cmpuint (result.n_runs, >, previous);
      g_assert_true (result.exhaustive == (result.n_runs == 36));
      previous = result.n_runs;
      eh_exploration_clear (&result);
      if (previous == 36)
        return;
    }
  g_assert_not_reached ();
}

static void
test_depth_of_values (void)
{
  ToyProgram program = make_clients (1, 2, TRUE, FALSE);
  EhExploration result;

  g_test_summary ("Values count as choices too");
  program.ops[0][0].arity_after = 3;
  program.ops[0][1].arity_after = 5;
  explore (&program, 0, 1, &result);
  g_assert_cmpuint (result.n_runs, ==, 3);
  g_assert_false (result.exhaustive);
  eh_exploration_clear (&result);
}

static gboolean
second_overtakes_first (const ToyExperiment *run)
{
  return toy_experiment_get_time (run, 1, 1) < toy_experiment_get_time (run, 0, 1)
         && toy_experiment_get_time (run, 0, 0) < toy_experiment_get_time (run, 1, 1);
}

static void
test_failure (void)
{
  ToyProgram program = make_clients (2, 1, TRUE, FALSE);
  EhExperiment *again = toy_experiment_new (&program);
  EhExploration result;
  EhOracle *replay;
  gboolean again_failed;

  g_test_summary ("It stops at the first failure and hands out its choices");
  program.fails = second_overtakes_first;
  explore (&program, 0, 0, &result);
  g_assert_true (result.failed);
  g_assert_false (result.exhaustive);
  g_assert_cmpint (result.failed_by, ==, EH_STRATEGY_EXHAUSTIVE);
  g_assert_cmpuint (result.failed_run, ==, result.n_runs - 1);
  replay = eh_replay_oracle_new ((const EhChoice *) (gpointer) result.choices->data, result.choices->len, TRUE);
  again_failed = again->run (again, replay);
  g_assert_cmpstr (eh_replay_oracle_get_divergence (replay), ==, NULL);
  g_assert_true (again_failed);
  eh_replay_oracle_free (replay);
  again->free (again);
  eh_exploration_clear (&result);
}

/* An experiment that does something else each time, as a handler does that looks at the real clock. */
static gboolean
run_differently (EhExperiment *experiment, EhOracle *oracle)
{
  ToyExperiment *self = (ToyExperiment *) experiment;
  EhExperiment *plain = toy_experiment_new ((gpointer) self->program);
  ToyProgram *program = (ToyProgram *) self->program;

  program->n_ops[0] = 1 + (program->n_ops[0] % 3);
  program->ops[1][0].arity_before = program->ops[1][0].arity_before == 2 ? 3 : 2;
  plain->run (plain, oracle);
  plain->free (plain);
  return FALSE;
}

static EhExperiment *
moody_new (gpointer program)
{
  EhExperiment *experiment = toy_experiment_new (program);

  experiment->run = run_differently;
  return experiment;
}

static void
test_not_deterministic (void)
{
  ToyProgram program = make_clients (3, 2, TRUE, FALSE);
  EhExploreBudget budget = { .strategy = EH_STRATEGY_EXHAUSTIVE, .max_runs = 10000, .n_jobs = 1 };
  EhExploration result;

  g_test_summary ("An experiment that does not repeat itself is given up, and not called exhaustive");
  eh_explore (moody_new, &program, &budget, NULL, NULL, &result);
  g_assert_false (result.exhaustive);
  g_assert_cmpuint (result.n_runs, <, 10000);
  eh_exploration_clear (&result);
}

/* Task 0 looks whether there is something, early; task 1 appends it. Returns: in how many orders they are tried */
static guint
count_orders (const EhFaultPlan *plan)
{
  const EhOp ops[2] = { { EH_OP_READ_ALL, 1, { { EH_RESOURCE_LOG, .early = TRUE } }, NULL },
                        { EH_OP_APPEND, 1, { { EH_RESOURCE_LOG, .write = TRUE } }, NULL } };
  const EhCandidate candidates[2] = { { .task = 0, .op = &ops[0] }, { .task = 1, .op = &ops[1] } };
  EhDpor *dpor = eh_dpor_new ();
  EhOracle *oracle = eh_dpor_get_oracle (dpor);
  guint n = 0;

  eh_dpor_start (dpor, plan, NULL, 0);
  do
    {
      guint first = oracle->next (oracle, candidates, 2, FALSE);

      oracle->did (oracle, first, 0, &ops[first]);
      oracle->did (oracle, 1 - first, 0, &ops[1 - first]);
      n++;
    }
  while (eh_dpor_advance (dpor));
  eh_dpor_free (dpor);
  return n;
}

static void
test_planned (void)
{
  g_autofree EhFaultPlan *plan = g_malloc0 (sizeof (EhFaultPlan) + sizeof (EhPlannedFault));

  g_test_summary ("A read that only a fault of its task can show is in a race if the plan has one, of whatever kind");
  g_assert_cmpuint (count_orders (NULL), ==, 1);
  plan->n = 1;
  for (guint kind = EH_FAULT_NONE + 1; kind < EH_FAULT_N_KINDS; kind++)
    for (guint task = 0; task < 2; task++)
      {
        plan->faults[0] = (EhPlannedFault){ task, 7, { kind, FALSE } };
        g_assert_cmpuint (count_orders (plan), ==, task == 0 ? 2 : 1);
      }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dpor/golden", test_golden);
  g_test_add_func ("/dpor/one-task", test_one_task);
  g_test_add_func ("/dpor/values", test_values);
  g_test_add_func ("/dpor/runs-cut", test_runs_cut);
  g_test_add_func ("/dpor/depth-cut", test_depth_cut);
  g_test_add_func ("/dpor/depth-of-values", test_depth_of_values);
  g_test_add_func ("/dpor/failure", test_failure);
  g_test_add_func ("/dpor/not-deterministic", test_not_deterministic);
  g_test_add_func ("/dpor/planned", test_planned);
  return g_test_run ();
}
