/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-explorer-private.h"

#include "toy-program.h"

typedef struct {
  ToyProgram program;
  EhExperiment *experiment;
  EhChoice *choices; /* (owned): of a run that switches */
  guint n;
  guint64 fingerprint;
} Fixture;

static gboolean
run (Fixture *fixture, const EhChoice *choices, guint n, gboolean strict, char **divergence)
{
  EhOracle *oracle = eh_replay_oracle_new (choices, n, strict);
  gboolean failed = fixture->experiment->run (fixture->experiment, oracle);

  *divergence = g_strdup (eh_replay_oracle_get_divergence (oracle));
  eh_replay_oracle_free (oracle);
  return failed;
}

static void
fixture_set_up (Fixture *fixture, gconstpointer data)
{
  const EhChoice wish[] = { { .value = 2 }, { .value = 0 }, { .value = 1 }, { .value = 3 }, { .value = 1 } };
  g_autofree char *divergence = NULL;
  const EhChoice *choices;

  for (guint task = 0; task < 2; task++)
    {
      toy_program_add (&fixture->program, task, TOY_READ, 0);
      toy_program_add (&fixture->program, task, TOY_WRITE, 0);
    }
  fixture->program.faults = 1u << EH_FAULT_APPEND_ERROR | 1u << EH_FAULT_CRASH;
  fixture->program.ops[0][0].arity_after = 4;
  fixture->experiment = toy_experiment_new (&fixture->program);
  run (fixture, wish, G_N_ELEMENTS (wish), FALSE, &divergence);
  g_assert_null (divergence);
  choices = fixture->experiment->get_choices (fixture->experiment, &fixture->n);
  fixture->choices = g_memdup2 (choices, fixture->n * sizeof (EhChoice));
  fixture->fingerprint = fixture->experiment->get_fingerprint (fixture->experiment);
}

static void
fixture_tear_down (Fixture *fixture, gconstpointer data)
{
  fixture->experiment->free (fixture->experiment);
  g_free (fixture->choices);
}

static void
test_clamped (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Lenient: what is too large becomes the largest");
  g_assert_cmpint (fixture->choices[0].kind, ==, EH_CHOICE_TASK);
  g_assert_cmpuint (fixture->choices[0].arity, ==, 2);
  g_assert_cmpuint (fixture->choices[0].value, ==, 1);
}

static void
test_missing (Fixture *fixture, gconstpointer data)
{
  g_autofree char *divergence = NULL;
  const EhChoice *choices;
  guint n;

  g_test_summary ("Lenient: what is missing is 0: tasks one after the other, no faults");
  run (fixture, NULL, 0, FALSE, &divergence);
  g_assert_null (divergence);
  choices = fixture->experiment->get_choices (fixture->experiment, &n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (choices[i].value, ==, 0);
  g_assert_cmpuint (((ToyExperiment *) fixture->experiment)->n_faults, ==, 0);
  g_assert_cmpuint (((ToyExperiment *) fixture->experiment)->steps[1].task, ==, 0);
}

static void
test_same (Fixture *fixture, gconstpointer data)
{
  g_autofree char *divergence = NULL;

  g_test_summary ("Strict: the same choices, the same run");
  run (fixture, fixture->choices, fixture->n, TRUE, &divergence);
  g_assert_cmpstr (divergence, ==, NULL);
  g_assert_cmpuint (fixture->experiment->get_fingerprint (fixture->experiment), ==, fixture->fingerprint);
}

/* Changes each choice in turn, so that it does not fit; the place must be named. */
static void
check_each (Fixture *fixture, void (*change) (EhChoice *choice), const char *expected)
{
  for (guint i = 0; i < fixture->n; i++)
    {
      g_autofree EhChoice *choices = g_memdup2 (fixture->choices, fixture->n * sizeof (EhChoice));
      g_autofree char *divergence = NULL;
      g_autofree char *place = g_strdup_printf ("step %u: expected ", i);

      change (&choices[i]);
      run (fixture, choices, fixture->n, TRUE, &divergence);
      g_assert_nonnull (divergence);
      g_assert_true (g_str_has_prefix (divergence, place));
      g_assert_nonnull (strstr (divergence, expected));
    }
}

static void
change_kind (EhChoice *choice)
{
  choice->kind = EH_CHOICE_OTHER;
}

static void
change_arity (EhChoice *choice)
{
  choice->arity = 99;
}

static void
change_label (EhChoice *choice)
{
  choice->label++;
}

static void
test_different (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Strict: another kind, arity or label at any step is told with its place");
  check_each (fixture, change_kind, "expected a pick among");
  check_each (fixture, change_arity, "among 99, got ");
  check_each (fixture, change_label, "among others than ");
}

static void
test_names (Fixture *fixture, gconstpointer data)
{
  g_autofree EhChoice *choices = g_memdup2 (fixture->choices, fixture->n * sizeof (EhChoice));
  g_autofree char *divergence = NULL;

  g_test_summary ("Strict: who could have gone on is named");
  choices[0].arity = 3;
  run (fixture, choices, fixture->n, TRUE, &divergence);
  g_assert_cmpstr (divergence, ==, "step 0: expected a task among 3, got a task among 2 (0: load, 1: load)");
}

static void
test_length (Fixture *fixture, gconstpointer data)
{
  g_autofree EhChoice *choices = g_new0 (EhChoice, fixture->n + 1);
  g_autofree char *too_short = NULL;
  g_autofree char *too_long = NULL;
  g_autofree char *end = g_strdup_printf ("step %u: expected a task among 2, got the end", fixture->n);

  g_test_summary ("Strict: choices that are missing or left over are told");
  memcpy (choices, fixture->choices, fixture->n * sizeof (EhChoice));
  choices[fixture->n] = fixture->choices[0];
  run (fixture, choices, fixture->n - 1, TRUE, &too_short);
  g_assert_nonnull (strstr (too_short, "expected the end, got "));
  run (fixture, choices, fixture->n + 1, TRUE, &too_long);
  g_assert_cmpstr (too_long, ==, end);
}

static void
test_rest (Fixture *fixture, gconstpointer data)
{
  g_autofree EhChoice *choices = g_memdup2 (fixture->choices, fixture->n * sizeof (EhChoice));
  g_autofree char *divergence = NULL;
  const EhChoice *made;
  guint n;

  g_test_summary ("Strict: after a difference there is nothing but 0");
  choices[1].arity = 99;
  run (fixture, choices, fixture->n, TRUE, &divergence);
  made = fixture->experiment->get_choices (fixture->experiment, &n);
  g_assert_cmpuint (made[0].value, ==, 1);
  for (guint i = 1; i < n; i++)
    g_assert_cmpuint (made[i].value, ==, 0);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/replay-oracle/clamped", test_clamped);
  ADD ("/replay-oracle/missing", test_missing);
  ADD ("/replay-oracle/same", test_same);
  ADD ("/replay-oracle/different", test_different);
  ADD ("/replay-oracle/names", test_names);
  ADD ("/replay-oracle/length", test_length);
  ADD ("/replay-oracle/rest", test_rest);
  return g_test_run ();
}
