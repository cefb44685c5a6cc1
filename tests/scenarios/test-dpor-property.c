/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-random-private.h"
#include "scenarios/eh-explorer-private.h"
#include "toy-program.h"

#define N_PROGRAMS 4000
#define MAX_INTERLEAVINGS 2600

/* Interleavings of the whole programs: an upper bound of what plain search will need, values apart. */
static gdouble
count_interleavings (const ToyProgram *program)
{
  gdouble n = 1;
  guint n_ops = 0;

  for (guint task = 0; task < program->n_tasks; task++)
    for (guint i = 1; i <= program->n_ops[task]; i++)
      n = n * ++n_ops / i;
  return n;
}

static ToyKind
draw_kind (EhRandom *random)
{
  static const ToyKind kinds[] = { TOY_READ,  TOY_READ,  TOY_READ,  TOY_READ,  TOY_WRITE, TOY_WRITE,
                                   TOY_WRITE, TOY_WRITE, TOY_NOISE, TOY_AWAIT, TOY_SLEEP };

  return kinds[eh_random_below (random, G_N_ELEMENTS (kinds))];
}

/* So many resources more are written at most once, and taken. */
#define N_ONCE 2

static gboolean
is_written (const ToyProgram *program, guint resource)
{
  for (guint task = 0; task < program->n_tasks; task++)
    for (guint i = 0; i < program->n_ops[task]; i++)
      if (program->ops[task][i].kind == TOY_WRITE && program->ops[task][i].resource == resource)
        return TRUE;
  return FALSE;
}

static void
draw_op (EhRandom *random, ToyProgram *program, guint task, guint n_resources)
{
  guint once = n_resources + eh_random_below (random, N_ONCE);
  ToyOp *op;

  if (eh_random_below (random, 5) == 0)
    toy_program_add (program, task, is_written (program, once) ? TOY_TAKE : TOY_WRITE, once);
  else if (eh_random_below (random, 10) == 0)
    toy_program_add (program, task, TOY_TAKE, once);
  else
    toy_program_add (program, task, draw_kind (random), eh_random_below (random, n_resources));
  op = &program->ops[task][program->n_ops[task] - 1];
  op->logged = op->kind == TOY_WRITE && eh_random_below (random, 8) == 0;
  op->skip = eh_random_below (random, 3) == 0 ? 1 + eh_random_below (random, 3) : 0;
  op->arity_before = eh_random_below (random, 40) == 0 ? 2 : 0;
  op->arity_after = eh_random_below (random, 40) == 0 ? 2 : 0;
}

static void
draw_program (EhRandom *random, ToyProgram *program)
{
  do
    {
      guint n_tasks = 2 + eh_random_below (random, 3);
      guint n_resources = 1 + eh_random_below (random, 3);

      *program = (ToyProgram){ 0 };
      for (guint task = 0; task < n_tasks; task++)
        for (guint i = eh_random_below (random, 5) + 1; i > 0; i--)
          draw_op (random, program, task, n_resources);
    }
  while (count_interleavings (program) > MAX_INTERLEAVINGS);
}

static guint
get_n_programs (void)
{
  const char *slow = g_getenv ("EH_TEST_SLOW");

  return MAX (1, N_PROGRAMS / (slow != NULL ? MAX (1, atoi (slow)) : 1));
}

static void
explore (ToyProgram *program, guint n_jobs, EhExploration *result)
{
  EhExploreBudget budget = { .strategy = EH_STRATEGY_EXHAUSTIVE, .n_jobs = n_jobs };

  eh_explore (toy_experiment_new, program, &budget, NULL, NULL, result);
}

/* Both sets are the same if one is part of the other and as large. */
static void
check_program (ToyProgram *program, guint64 *n_runs, guint64 *n_blocked)
{
  g_autoptr (GHashTable) found = toy_set_new ();
  g_autoptr (GHashTable) visited = toy_set_new ();
  EhExploration result;
  GHashTableIter iter;
  gpointer fingerprint;

  toy_program_enumerate (program, 0, NULL, found);
  program->visited = visited;
  explore (program, 1, &result);
  g_assert_true (result.exhaustive);
  g_assert_cmpuint (result.n_distinct, ==, g_hash_table_size (found));
  g_assert_cmpuint (result.n_runs, ==, result.n_distinct);
  g_hash_table_iter_init (&iter, visited);
  while (g_hash_table_iter_next (&iter, &fingerprint, NULL))
    g_assert_true (g_hash_table_contains (found, fingerprint));
  *n_runs += result.n_runs;
  *n_blocked += result.n_blocked;
  eh_exploration_clear (&result);
}

static void
test_against_plain_search (void)
{
  guint n_programs = get_n_programs ();
  guint64 n_runs = 0;
  guint64 n_blocked = 0;

  g_test_summary ("Random small programs: each run that differs from all others is made, and is made once");
  for (guint i = 0; i < n_programs; i++)
    {
      guint64 seed = ((guint64) (guint32) g_test_rand_int () << 20) + i;
      EhRandom random = { seed };
      ToyProgram program;

      draw_program (&random, &program);
      check_program (&program, &n_runs, &n_blocked);
    }
  g_test_message ("%u programs, %" G_GUINT64_FORMAT " runs, %" G_GUINT64_FORMAT " blocked", n_programs, n_runs,
                  n_blocked);
  g_assert_cmpuint (n_blocked * 20, <, n_runs + n_blocked);
}

static void
test_jobs (void)
{
  guint n_programs = get_n_programs () / 16 + 1;

  g_test_summary ("Several threads make the same runs as one, cut into the same parts");
  for (guint i = 0; i < n_programs; i++)
    {
      guint64 seed = ((guint64) (guint32) g_test_rand_int () << 20) + i;
      EhRandom random = { seed };
      ToyProgram program;
      EhExploration alone, together;

      draw_program (&random, &program);
      explore (&program, 1, &alone);
      explore (&program, 2 + i % 3, &together);
      g_assert_true (together.exhaustive);
      g_assert_cmpuint (together.n_runs, ==, alone.n_runs);
      g_assert_cmpuint (together.n_blocked, ==, alone.n_blocked);
      g_assert_cmpuint (together.n_ops, ==, alone.n_ops);
      g_assert_cmpuint (together.n_distinct, ==, alone.n_distinct);
      eh_exploration_clear (&alone);
      eh_exploration_clear (&together);
    }
}

static void
test_lie_is_found (void)
{
  ToyProgram program = { 0 };
  g_autoptr (GHashTable) found = toy_set_new ();
  EhExploration result;

  g_test_summary ("If an operation does not tell what it touches, something is missed: the property can fail");
  for (guint task = 0; task < 2; task++)
    {
      toy_program_add (&program, task, TOY_READ, 0);
      toy_program_add (&program, task, TOY_WRITE, 0);
      program.ops[task][1].lies = TRUE;
    }
  g_assert_cmpuint (toy_program_enumerate (&program, 0, NULL, found), ==, 6);
  g_assert_cmpuint (g_hash_table_size (found), ==, 4);
  explore (&program, 1, &result);
  g_assert_true (result.exhaustive);
  g_assert_cmpuint (result.n_distinct, ==, 1);
  eh_exploration_clear (&result);
}

static void
test_wrong_taking_is_found (void)
{
  ToyProgram program = { 0 };
  g_autoptr (GHashTable) found = toy_set_new ();
  EhExploration result;

  g_test_summary ("If what is taken is written twice, something is missed: the property can fail");
  toy_program_add (&program, 0, TOY_WRITE, 0);
  toy_program_add (&program, 1, TOY_WRITE, 0);
  toy_program_add (&program, 2, TOY_AWAIT, 0);
  program.ops[2][0].lies = TRUE;
  g_assert_cmpuint (toy_program_enumerate (&program, 0, NULL, found), ==, 4);
  g_assert_cmpuint (g_hash_table_size (found), ==, 4);
  explore (&program, 1, &result);
  g_assert_true (result.exhaustive);
  g_assert_cmpuint (result.n_distinct, <, 4);
  eh_exploration_clear (&result);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dpor-property/against-plain-search", test_against_plain_search);
  g_test_add_func ("/dpor-property/jobs", test_jobs);
  g_test_add_func ("/dpor-property/lie-is-found", test_lie_is_found);
  g_test_add_func ("/dpor-property/wrong-taking-is-found", test_wrong_taking_is_found);
  return g_test_run ();
}
