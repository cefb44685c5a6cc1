/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-sampler-private.h"
#include "toy-program.h"

#include <string.h>

#define TIME(task, place) toy_experiment_get_time (run, task, place)

static guint
divide (guint n)
{
  const char *slow = g_getenv ("EH_TEST_SLOW");

  return MAX (1, n / (slow != NULL ? MAX (1, atoi (slow)) : 1));
}

static void
explore (ToyProgram *program, const EhExploreBudget *budget, EhExploration *result)
{
  eh_explore (toy_experiment_new, program, budget, NULL, NULL, result);
}

static void
test_nicks (void)
{
  EhStrategy found = EH_STRATEGY_URW;

  g_test_summary ("Each strategy is found by its name, and nothing else is");
  for (EhStrategy strategy = 0; strategy < EH_STRATEGY_N; strategy++)
    {
      g_assert_true (eh_strategy_from_nick (eh_strategy_get_nick (strategy), &found));
      g_assert_cmpint (found, ==, strategy);
    }
  found = EH_STRATEGY_POS;
  g_assert_false (eh_strategy_from_nick ("magic", &found));
  g_assert_cmpint (found, ==, EH_STRATEGY_POS);
}

/* The second task as a whole between the two operations of the first. */
static gboolean
fits_into_window (const ToyExperiment *run)
{
  return TIME (0, 0) < TIME (1, 0) && TIME (1, run->program->n_ops[1] - 1) < TIME (0, 1);
}

static void
make_window (ToyProgram *program, guint n)
{
  toy_program_add (program, 0, TOY_WRITE, 0);
  toy_program_add (program, 0, TOY_WRITE, 0);
  for (guint i = 0; i < n; i++)
    toy_program_add (program, 1, TOY_WRITE, 0);
  program->fails = fits_into_window;
}

static gboolean
loses_update (const ToyExperiment *run)
{
  guint read = run->program->n_ops[0] / 2 - 1;
  guint first_write = MIN (TIME (0, read + 1), TIME (1, read + 1));

  return TIME (0, read) < first_write && TIME (1, read) < first_write;
}

static void
make_lost_update (ToyProgram *program, guint n_noise)
{
  for (guint task = 0; task < 2; task++)
    {
      toy_program_add_noise (program, task, n_noise);
      toy_program_add (program, task, TOY_READ, 0);
      toy_program_add (program, task, TOY_WRITE, 0);
      toy_program_add_noise (program, task, n_noise);
    }
  program->fails = loses_update;
}

static gboolean
alternates (const ToyExperiment *run)
{
  guint period = run->program->n_ops[0] / 3;

  return TIME (0, 0) < TIME (1, 0) && TIME (1, 0) < TIME (0, period) && TIME (0, period) < TIME (1, period)
         && TIME (1, period) < TIME (0, 2 * period);
}

static void
make_alternation (ToyProgram *program, guint n_noise)
{
  for (guint task = 0; task < 2; task++)
    for (guint i = 0; i < 3 - task; i++)
      {
        toy_program_add (program, task, TOY_WRITE, 0);
        toy_program_add_noise (program, task, n_noise);
      }
  program->fails = alternates;
}

/* Rates that were measured over 20,000 runs; 0 where it is too rare to be asked for. */
typedef struct {
  void (*make) (ToyProgram *program, guint n);
  guint n;
  gdouble rates[EH_STRATEGY_N];
} Pattern;

#define RATES(r, p, o, u)                                                                                              \
  {                                                                                                                    \
    [EH_STRATEGY_RANDOM] = r, [EH_STRATEGY_PCT] = p, [EH_STRATEGY_POS] = o, [EH_STRATEGY_URW] = u                      \
  }

static const Pattern patterns[] = {
  { make_window, 2, RATES (.122, .139, .128, .163) },       { make_window, 6, RATES (.0072, .0386, .0083, .0335) },
  { make_window, 12, RATES (0, .0386, 0, .0103) },          { make_window, 20, RATES (0, .0386, 0, .0042) },
  { make_lost_update, 0, RATES (.499, .684, .327, .662) },  { make_lost_update, 10, RATES (.168, .047, .045, .237) },
  { make_lost_update, 30, RATES (.103, .017, .015, .141) }, { make_alternation, 0, RATES (.060, .040, .063, .100) },
  { make_alternation, 5, RATES (.245, .0095, .072, .383) }, { make_alternation, 15, RATES (.282, .010, .082, .521) },
};

static guint
count_hits (ToyProgram *program, EhStrategy strategy, guint n_runs)
{
  EhExploreBudget budget = { .strategy = strategy, .seed = 4711 };
  EhExperiment *experiment = toy_experiment_new (program);
  EhSampler *sampler = eh_sampler_new (&budget, experiment);
  guint n_hits = 0;

  for (guint i = 0; i < n_runs; i++)
    n_hits += experiment->run (experiment, eh_sampler_begin (sampler, i));
  eh_sampler_free (sampler);
  experiment->free (experiment);
  return n_hits;
}

/* Five standard deviations, where that means anything. */
static void
check_rate (const Pattern *pattern, EhStrategy strategy)
{
  guint n_runs = divide (1500);
  gdouble expected = pattern->rates[strategy] * n_runs;
  ToyProgram program = { 0 };
  guint n_hits;

  if (expected < 12)
    return;
  pattern->make (&program, pattern->n);
  n_hits = count_hits (&program, strategy, n_runs);
  g_assert_cmpfloat ((n_hits - expected) * (n_hits - expected), <, 25 * expected);
}

static void
test_hit_rates (void)
{
  g_test_summary ("Each strategy finds the classic patterns about as often as it should");
  for (guint i = 0; i < G_N_ELEMENTS (patterns); i++)
    for (EhStrategy strategy = EH_STRATEGY_RANDOM; strategy < EH_STRATEGY_N; strategy++)
      check_rate (&patterns[i], strategy);
}

static void
test_portfolio_hit_rates (void)
{
  g_test_summary ("The portfolio finds all of them");
  for (guint i = 0; i < G_N_ELEMENTS (patterns); i++)
    {
      ToyProgram program = { 0 };

      patterns[i].make (&program, patterns[i].n);
      g_assert_cmpuint (count_hits (&program, EH_STRATEGY_PORTFOLIO, 1000), >, 4);
    }
}

/* Of how often each of the 30 interleavings of 2, 2 and 1 operations came; about 29 if they are equally likely. */
static gdouble
measure_chi_square (EhStrategy strategy, guint n_runs)
{
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  EhExploreBudget budget = { .strategy = strategy, .seed = 1 };
  gdouble expected = n_runs / 30.0;
  ToyProgram program = { 0 };
  gdouble sum = 0;
  EhExperiment *experiment;
  EhSampler *sampler;
  GHashTableIter iter;
  guint *count;

  for (guint i = 0; i < 5; i++)
    toy_program_add (&program, i / 2, TOY_WRITE, 0);
  experiment = toy_experiment_new (&program);
  sampler = eh_sampler_new (&budget, experiment);
  for (guint i = 0; i < n_runs; i++)
    {
      guint64 fingerprint;

      experiment->run (experiment, eh_sampler_begin (sampler, i));
      fingerprint = experiment->get_fingerprint (experiment);
      count = g_hash_table_lookup (counts, &fingerprint);
      if (count == NULL)
        g_hash_table_insert (counts, g_memdup2 (&fingerprint, sizeof fingerprint), count = g_new0 (guint, 1));
      ++*count;
    }
  g_assert_cmpuint (g_hash_table_size (counts), ==, 30);
  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &count))
    sum += (*count - expected) * (*count - expected) / expected;
  eh_sampler_free (sampler);
  experiment->free (experiment);
  return sum;
}

static void
test_uniform (void)
{
  g_test_summary ("URW draws each interleaving as often; the random walk does not");
  g_assert_cmpfloat (measure_chi_square (EH_STRATEGY_URW, divide (30000)), <, 58.3);
  g_assert_cmpfloat (measure_chi_square (EH_STRATEGY_RANDOM, divide (30000)), >, 58.3);
}

static void
test_portfolio_shares (void)
{
  static const guint shares[EH_STRATEGY_N] = {
    [EH_STRATEGY_RANDOM] = 10, [EH_STRATEGY_PCT] = 30, [EH_STRATEGY_POS] = 30, [EH_STRATEGY_URW] = 30
  };
  EhRandom random = { 7 };
  guint counts[EH_STRATEGY_N] = { 0 };

  g_test_summary ("The portfolio is 30 % URW, POS, PCT each and 10 % random walk");
  for (guint i = 0; i < 10000; i++)
    counts[eh_portfolio_choose (&random)]++;
  for (EhStrategy strategy = 0; strategy < EH_STRATEGY_N; strategy++)
    g_assert_cmpint (ABS ((gint) counts[strategy] - (gint) shares[strategy] * 100), <=, 200);
}

static void
assert_same_choices (GArray *a, GArray *b)
{
  g_assert_cmpuint (a != NULL ? a->len : 0, ==, b != NULL ? b->len : 0);
  for (guint i = 0; a != NULL && i < a->len; i++)
    {
      const EhChoice *left = &g_array_index (a, EhChoice, i);
      const EhChoice *right = &g_array_index (b, EhChoice, i);

      g_assert_cmpint (left->kind, ==, right->kind);
      g_assert_cmpuint (left->arity, ==, right->arity);
      g_assert_cmpuint (left->value, ==, right->value);
      g_assert_cmpuint (left->label, ==, right->label);
    }
}

static void
assert_same (const EhExploration *a, const EhExploration *b)
{
  g_assert_cmpuint (a->n_runs, ==, b->n_runs);
  g_assert_cmpuint (a->n_blocked, ==, b->n_blocked);
  g_assert_cmpuint (a->n_ops, ==, b->n_ops);
  g_assert_cmpuint (a->n_distinct, ==, b->n_distinct);
  g_assert_cmpuint (a->n_once, ==, b->n_once);
  g_assert_cmpuint (a->n_fault_plans, ==, b->n_fault_plans);
  g_assert_true (a->exhaustive == b->exhaustive);
  g_assert_true (a->failed == b->failed);
  g_assert_cmpuint (a->failed_run, ==, b->failed_run);
  g_assert_cmpint (a->failed_by, ==, b->failed_by);
  assert_same_choices (a->choices, b->choices);
}

static void
check_jobs (ToyProgram *program, EhExploreBudget budget, EhExploration *alone)
{
  budget.n_jobs = 1;
  explore (program, &budget, alone);
  for (budget.n_jobs = 2; budget.n_jobs <= 3; budget.n_jobs++)
    {
      EhExploration together;

      explore (program, &budget, &together);
      assert_same (alone, &together);
      eh_exploration_clear (&together);
    }
}

static void
make_faulty (ToyProgram *program)
{
  make_lost_update (program, 0);
  program->faults = 1u << EH_FAULT_APPEND_ERROR | 1u << EH_FAULT_APPEND_AMBIGUOUS | 1u << EH_FAULT_CRASH;
  program->fails = NULL;
}

static void
test_jobs_sampling (void)
{
  g_test_summary ("The same seed gives the same, whatever the number of jobs, with and without a failure");
  for (EhStrategy strategy = EH_STRATEGY_RANDOM; strategy < EH_STRATEGY_N; strategy++)
    for (guint64 seed = 0; seed < 3; seed++)
      {
        EhExploreBudget budget = { .strategy = strategy, .seed = seed, .max_runs = 1500, .n_faults = 2 };
        ToyProgram program = { 0 };
        EhExploration result;

        budget.most[EH_FAULT_CRASH] = budget.most[EH_FAULT_APPEND_AMBIGUOUS] = 1;
        make_window (&program, 9);
        check_jobs (&program, budget, &result);
        g_assert_false (result.exhaustive);
        g_assert_true (!result.failed || result.failed_run == result.n_runs - 1);
        eh_exploration_clear (&result);

        make_faulty (&program);
        check_jobs (&program, budget, &result);
        g_assert_cmpuint (result.n_runs, ==, 1500);
        g_assert_cmpuint (result.n_once, <=, result.n_distinct);
        eh_exploration_clear (&result);
      }
}

static void
test_jobs_portfolio (void)
{
  EhExploreBudget budget = { .strategy = EH_STRATEGY_PORTFOLIO, .seed = 5, .max_runs = 40000 };
  ToyProgram program = { 0 };
  EhExploration result;

  g_test_summary ("A portfolio samples what was not found exhaustively, the same with any number of jobs");
  make_window (&program, 20);
  for (guint i = 0; i < 12; i++)
    toy_program_add (&program, 2, TOY_WRITE, 0);
  check_jobs (&program, budget, &result);
  g_assert_true (result.failed);
  g_assert_cmpint (result.failed_by, !=, EH_STRATEGY_EXHAUSTIVE);
  eh_exploration_clear (&result);
}

static void
test_jobs_exhaustive (void)
{
  EhExploreBudget budget = { .strategy = EH_STRATEGY_EXHAUSTIVE, .n_faults = 2 };
  ToyProgram program = { 0 };
  EhExploration result;

  g_test_summary ("So does an exhaustive search over fault plans, wherever the budget cuts it");
  make_faulty (&program);
  budget.most[EH_FAULT_CRASH] = budget.most[EH_FAULT_APPEND_AMBIGUOUS] = budget.most[EH_FAULT_APPEND_ERROR] = 1;
  check_jobs (&program, budget, &result);
  g_assert_true (result.exhaustive);
  for (budget.max_runs = 1; budget.max_runs < result.n_runs + result.n_blocked;
       budget.max_runs += 1 + budget.max_runs / 3)
    {
      EhExploration cut;

      check_jobs (&program, budget, &cut);
      g_assert_false (cut.exhaustive);
      g_assert_cmpuint (cut.n_runs + cut.n_blocked, ==, budget.max_runs);
      eh_exploration_clear (&cut);
    }
  eh_exploration_clear (&result);
}

static gboolean
crashes_and_loses (const ToyExperiment *run)
{
  return run->n_faults == 2 && loses_update (run);
}

static void
test_jobs_exhaustive_failure (void)
{
  EhExploreBudget budget = { .strategy = EH_STRATEGY_EXHAUSTIVE, .n_faults = 2 };
  ToyProgram program = { 0 };
  EhExploration result;

  g_test_summary ("The failure reported is the first in the order of plans");
  make_faulty (&program);
  program.fails = crashes_and_loses;
  budget.most[EH_FAULT_CRASH] = budget.most[EH_FAULT_APPEND_AMBIGUOUS] = 1;
  check_jobs (&program, budget, &result);
  g_assert_true (result.failed);
  g_assert_cmpint (result.failed_by, ==, EH_STRATEGY_EXHAUSTIVE);
  eh_exploration_clear (&result);
}

static void
test_jobs_parts (void)
{
  EhExploreBudget budget = { .strategy = EH_STRATEGY_EXHAUSTIVE };
  ToyProgram program = { 0 };
  EhExploration whole, result;

  g_test_summary ("The search under one plan is cut into parts, the same for any number of jobs");
  for (guint task = 0; task < 3; task++)
    for (guint i = 0; i < 2; i++)
      {
        toy_program_add (&program, task, TOY_READ, i);
        toy_program_add (&program, task, TOY_WRITE, i);
      }
  check_jobs (&program, budget, &whole);
  g_assert_true (whole.exhaustive);
  g_assert_cmpuint (whole.n_fault_plans, ==, 1);
  for (budget.max_runs = 1; budget.max_runs < whole.n_runs; budget.max_runs *= 3)
    {
      check_jobs (&program, budget, &result);
      g_assert_false (result.exhaustive);
      g_assert_cmpuint (result.n_runs + result.n_blocked, ==, budget.max_runs);
      eh_exploration_clear (&result);
    }
  eh_exploration_clear (&whole);
}

static void
test_seeds (void)
{
  EhExploreBudget budget = { .strategy = EH_STRATEGY_RANDOM, .max_runs = 10000, .n_jobs = 1 };
  guint64 previous = G_MAXUINT64;
  guint n_changes = 0;

  g_test_summary ("Another seed draws other runs");
  for (budget.seed = 0; budget.seed < 8; budget.seed++)
    {
      ToyProgram program = { 0 };
      EhExploration result;

      make_window (&program, 6);
      explore (&program, &budget, &result);
      n_changes += result.failed_run != previous;
      previous = result.failed_run;
      eh_exploration_clear (&result);
    }
  g_assert_cmpuint (n_changes, >=, 6);
}

static void
check_fault_plans (ToyProgram *program, guint n_faults, const guint *most)
{
  g_autoptr (GHashTable) found = toy_set_new ();
  EhExploreBudget budget = { .strategy = EH_STRATEGY_EXHAUSTIVE, .n_faults = n_faults, .n_jobs = 1 };
  EhExploration result;

  memcpy (budget.most, most, sizeof budget.most);
  toy_program_enumerate (program, n_faults, most, found);
  explore (program, &budget, &result);
  g_assert_true (result.exhaustive);
  g_assert_cmpuint (result.n_distinct, ==, g_hash_table_size (found));
  eh_exploration_clear (&result);
}

static void
draw_faulty_program (EhRandom *random, ToyProgram *program)
{
  program->faults = 1u << EH_FAULT_APPEND_ERROR | 1u << EH_FAULT_APPEND_AMBIGUOUS;
  for (guint task = 0; task < 2; task++)
    for (guint i = 1 + eh_random_below (random, 3); i > 0; i--)
      {
        toy_program_add (program, task, eh_random_below (random, 3) == 0 ? TOY_READ : TOY_WRITE,
                         eh_random_below (random, 2));
        program->ops[task][program->n_ops[task] - 1].skip = eh_random_below (random, 3);
      }
}

static void
test_fault_plans (void)
{
  guint n = divide (60);

  g_test_summary ("One and two faults: the same runs as by plain search, each kind as often as it may be");
  for (guint i = 0; i < n; i++)
    {
      EhRandom random = { (guint64) (guint32) g_test_rand_int () };
      guint most[EH_FAULT_N_KINDS] = { 0 };
      ToyProgram program = { 0 };

      draw_faulty_program (&random, &program);
      most[EH_FAULT_APPEND_ERROR] = 2;
      most[EH_FAULT_APPEND_AMBIGUOUS] = 1;
      for (guint n_faults = 0; n_faults <= 2; n_faults++)
        check_fault_plans (&program, n_faults, most);
    }
}

static void
test_count_of_plans (void)
{
  EhExploreBudget budget = { .strategy = EH_STRATEGY_EXHAUSTIVE, .n_jobs = 1 };
  static const guint64 n_plans[] = { 1, 7, 16 };
  ToyProgram program = { 0 };

  g_test_summary ("Plans are counted: none is tried twice");
  toy_program_add (&program, 0, TOY_WRITE, 0);
  toy_program_add (&program, 0, TOY_WRITE, 0);
  program.faults = 1u << EH_FAULT_APPEND_ERROR | 1u << EH_FAULT_APPEND_AMBIGUOUS;
  for (guint i = 0; i < EH_FAULT_N_KINDS; i++)
    budget.most[i] = 2;
  for (budget.n_faults = 0; budget.n_faults <= 2; budget.n_faults++)
    {
      EhExploration result;

      explore (&program, &budget, &result);
      g_assert_cmpuint (result.n_fault_plans, ==, n_plans[budget.n_faults]);
      g_assert_cmpuint (result.n_distinct, ==, result.n_runs);
      eh_exploration_clear (&result);
    }
}

static gboolean
has_too_many_faults (const ToyExperiment *run)
{
  return run->n_faults > 1;
}

static gboolean
has_fault (const ToyExperiment *run)
{
  return run->n_faults == 1;
}

static void
test_drawn_faults (void)
{
  EhExploreBudget budget = { .strategy = EH_STRATEGY_RANDOM, .max_runs = 2000, .n_faults = 1, .n_jobs = 1 };
  ToyProgram program = { 0 };
  EhExploration result;

  g_test_summary ("Sampled runs draw faults, never more than they may");
  make_faulty (&program);
  budget.most[EH_FAULT_CRASH] = budget.most[EH_FAULT_APPEND_ERROR] = 3;
  program.fails = has_too_many_faults;
  explore (&program, &budget, &result);
  g_assert_false (result.failed);
  eh_exploration_clear (&result);

  program.fails = has_fault;
  explore (&program, &budget, &result);
  g_assert_true (result.failed);
  eh_exploration_clear (&result);

  memset (budget.most, 0, sizeof budget.most);
  explore (&program, &budget, &result);
  g_assert_false (result.failed);
  eh_exploration_clear (&result);
}

static void
test_portfolio_small (void)
{
  EhExploreBudget budget = { .strategy = EH_STRATEGY_PORTFOLIO, .max_runs = 5000, .n_jobs = 1 };
  ToyProgram program = { 0 };
  EhExploration result;

  g_test_summary ("A portfolio covers what is small, and says so; what is not small it samples");
  make_lost_update (&program, 2);
  program.fails = NULL;
  explore (&program, &budget, &result);
  g_assert_true (result.exhaustive);
  g_assert_cmpuint (result.n_runs, ==, 4);
  eh_exploration_clear (&result);

  make_window (&program, 20);
  program.fails = NULL;
  explore (&program, &budget, &result);
  g_assert_false (result.exhaustive);
  g_assert_cmpuint (result.n_runs + result.n_blocked, ==, 5000);
  eh_exploration_clear (&result);
}

typedef struct {
  GThread *thread;
  guint n_calls;
  guint64 n_runs;
} Progress;

static void
note_progress (const EhExploration *so_far, gdouble seconds, gpointer data)
{
  Progress *progress = data;

  g_assert_true (g_thread_self () == progress->thread);
  g_assert_cmpfloat (seconds, >=, 1);
  progress->n_calls++;
  progress->n_runs = so_far->n_runs;
}

static void
test_time (void)
{
  EhExploreBudget budget = { .strategy = EH_STRATEGY_PORTFOLIO, .max_time = 1100 * 1000, .n_jobs = 2 };
  Progress progress = { g_thread_self () };
  gint64 begin = g_get_monotonic_time ();
  ToyProgram program = { 0 };
  EhExploration result;

  g_test_summary ("It ends when its time is over, and reports once a second to who called it");
  make_window (&program, 20);
  for (guint i = 0; i < 12; i++)
    toy_program_add (&program, 2, TOY_WRITE, 0);
  program.fails = NULL;
  eh_explore (toy_experiment_new, &program, &budget, note_progress, &progress, &result);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 10 * G_USEC_PER_SEC);
  g_assert_cmpuint (progress.n_calls, ==, 1);
  g_assert_cmpuint (progress.n_runs, >, 0);
  g_assert_cmpuint (progress.n_runs, <=, result.n_runs);
  g_assert_false (result.exhaustive);
  eh_exploration_clear (&result);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/strategies/nicks", test_nicks);
  g_test_add_func ("/strategies/hit-rates", test_hit_rates);
  g_test_add_func ("/strategies/portfolio-hit-rates", test_portfolio_hit_rates);
  g_test_add_func ("/strategies/uniform", test_uniform);
  g_test_add_func ("/strategies/portfolio-shares", test_portfolio_shares);
  g_test_add_func ("/strategies/jobs-sampling", test_jobs_sampling);
  g_test_add_func ("/strategies/jobs-portfolio", test_jobs_portfolio);
  g_test_add_func ("/strategies/jobs-exhaustive", test_jobs_exhaustive);
  g_test_add_func ("/strategies/jobs-exhaustive-failure", test_jobs_exhaustive_failure);
  g_test_add_func ("/strategies/jobs-parts", test_jobs_parts);
  g_test_add_func ("/strategies/seeds", test_seeds);
  g_test_add_func ("/strategies/fault-plans", test_fault_plans);
  g_test_add_func ("/strategies/count-of-plans", test_count_of_plans);
  g_test_add_func ("/strategies/drawn-faults", test_drawn_faults);
  g_test_add_func ("/strategies/portfolio-small", test_portfolio_small);
  g_test_add_func ("/strategies/time", test_time);
  return g_test_run ();
}
