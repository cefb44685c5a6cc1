/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Tries all runs of some commands with at most so many switches and faults, by counting up through the choices: a
 * run follows the stack of choices and adds boring ones behind it; then the last choice that can go one further
 * does, and what is above it is forgotten. Few switches make few runs, however many interleavings there are.
 *
 * That is a proof only if it came to the end, and if nothing but switches and faults was chosen: of other values, and
 * of runs that the checks came to no verdict about, nothing is known.
 */

#include "scenarios/eh-shrinker-private.h"

/* Of one search, and of all. */
#define SEARCH_RUNS_MAX 5000
#define RUNS_MAX 20000
/* The most commands of which all pairs are tried, and the runs for each pair and for all. */
#define TWO_STEPS_MAX 32
#define TWO_RUNS_MAX 500
#define TWO_RUNS_IN_ALL 5000
/* The most commands of which all parts are tried. */
#define PARTS_STEPS_MAX 5

typedef struct {
  guint max_switches;
  guint max_faults;
  guint max_runs;
} Limits;

typedef struct {
  guint chosen;
  guint n;
  gboolean is_fault;
  gboolean costs; /* another choice than 0 is a fault, or a switch away from a client that could carry on */
} Choice;

typedef struct {
  EhOracle parent;
  const EhPlan *plan; /* (unowned): where other values come from */
  GArray *stack;      /* (owned) (element-type Choice) */
  Limits limits;
  guint depth;
  guint next_value;
} Search;

static guint
follow (Search *self, guint n, gboolean is_fault, gboolean costs)
{
  Choice choice = { 0, n, is_fault, costs };
  guint chosen;

  if (self->depth == self->stack->len)
    g_array_append_val (self->stack, choice);
  chosen = g_array_index (self->stack, Choice, self->depth++).chosen;
  return MIN (chosen, n - 1);
}

static guint
search_next (EhOracle *oracle, const EhCandidate *candidates, guint n, gboolean running_first)
{
  return follow ((Search *) oracle, n, FALSE, running_first);
}

static guint
search_fault (EhOracle *oracle, guint task, guint index, const EhOp *op, const EhFault *faults, guint n)
{
  return follow ((Search *) oracle, n + 1, TRUE, TRUE);
}

static guint64
search_choose (EhOracle *oracle, EhChoiceKind kind, guint64 arity, const char *label)
{
  Search *self = (Search *) oracle;
  guint i = self->next_value++;

  return i < self->plan->values->len ? MIN (g_array_index (self->plan->values, guint64, i), arity - 1) : 0;
}

static gboolean
may_go_on (Search *self, guint depth)
{
  const Choice *choice = &g_array_index (self->stack, Choice, depth);
  guint switches = 0;
  guint faults = 0;

  if (choice->chosen + 1 >= choice->n)
    return FALSE;
  for (guint i = 0; i <= depth; i++)
    {
      const Choice *other = &g_array_index (self->stack, Choice, i);
      gboolean counts = other->costs && (other->chosen > 0 || i == depth);

      switches += counts && !other->is_fault ? 1 : 0;
      faults += counts && other->is_fault ? 1 : 0;
    }
  return switches <= self->limits.max_switches && faults <= self->limits.max_faults;
}

/* FALSE when all has been tried. */
static gboolean
count_up (Search *self)
{
  for (guint depth = self->stack->len; depth-- > 0;)
    {
      if (!may_go_on (self, depth))
        continue;
      g_array_index (self->stack, Choice, depth).chosen++;
      g_array_set_size (self->stack, depth + 1);
      return TRUE;
    }
  return FALSE;
}

/* One run. Returns: (transfer full) (nullable): it, if it fails in the same way */
static EhPlan *
search_once (Search *self, EhShrinker *shrinker, EhTrial *trial)
{
  g_auto (EhPlanOracle) oracle = { .plan = NULL };
  g_autoptr (EhPlan) plan = NULL;
  gboolean failed;

  self->depth = 0;
  self->next_value = 0;
  eh_plan_oracle_init_listening (&oracle, eh_trial_get_world (trial), &self->parent);
  plan = eh_shrinker_record (shrinker, trial, &oracle, &failed);
  shrinker->n_searched++;
  return failed ? g_steal_pointer (&plan) : NULL;
}

/*
 * Returns: (transfer full) (nullable): a run that fails in the same way; after NULL @all becomes FALSE unless it was
 * seen of every run that it does not
 */
static EhPlan *
search (EhShrinker *shrinker, EhTrial *trial, Limits limits, gboolean *all)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (Choice));
  Search self = { { search_next, search_fault, search_choose, NULL }, shrinker->plan, stack, limits, 0, 0 };
  guint64 n_unknown = eh_trial_get_n_unknown (trial);

  for (guint n = 0; n == 0 || count_up (&self); n++)
    {
      EhPlan *plan = NULL;

      if (n == limits.max_runs || shrinker->n_searched >= RUNS_MAX)
        {
          *all = FALSE;
          return NULL;
        }
      plan = search_once (&self, shrinker, trial);
      if (plan != NULL)
        return plan;
      *all &= self.next_value == 0;
    }
  *all &= eh_trial_get_n_unknown (trial) == n_unknown;
  return NULL;
}

/* Runs some of the commands; what fails is taken. @simulation: (transfer full) */
static gboolean
search_in (EhShrinker *self, EhSimulation *simulation, Limits limits, gboolean *all)
{
  EhTrial *trial = eh_trial_new (self->domain, simulation, NULL);
  EhPlan *plan = NULL;

  if (trial != NULL)
    plan = search (self, trial, limits, all);
  g_clear_pointer (&trial, eh_trial_free);
  if (plan != NULL)
    return eh_shrinker_try (self, simulation, plan);
  eh_simulation_unref (simulation);
  return FALSE;
}

static guint
get_n_steps (const EhSimulation *simulation, guint task)
{
  return ((const EhSimClient *) g_ptr_array_index (simulation->clients, task))->steps->len;
}

static guint
count_steps (const EhSimulation *simulation)
{
  guint n = 0;

  for (guint i = 0; i < simulation->clients->len; i++)
    n += get_n_steps (simulation, i);
  return n;
}

/* Without the commands whose bits are in @left_out, the first command of the first client being the lowest. */
static EhSimulation *
make_part (const EhSimulation *simulation, guint left_out)
{
  EhSimulation *part = eh_simulation_copy (simulation);
  guint number = count_steps (part);

  for (guint task = part->clients->len; task-- > 0;)
    for (guint step = get_n_steps (part, task); step-- > 0;)
      if ((left_out & (1u << --number)) != 0)
        g_ptr_array_remove_index (((EhSimClient *) g_ptr_array_index (part->clients, task))->steps, step);
  return part;
}

/* A run with as many switches and faults that does without some of the commands; TRUE if there is. */
static gboolean
search_in_parts (EhShrinker *self, Limits limits, gboolean *all)
{
  guint n = count_steps (self->simulation);

  if (n > PARTS_STEPS_MAX)
    {
      *all = FALSE;
      return FALSE;
    }
  for (guint left_out = 1; left_out + 1 < 1u << n; left_out++)
    if (search_in (self, make_part (self->simulation, left_out), limits, all))
      return TRUE;
  return FALSE;
}

gboolean
eh_shrink_prove (EhShrinker *self, gboolean *minimal)
{
  const Limits same = { eh_plan_get_n_switches (self->plan), self->plan->faults->len, SEARCH_RUNS_MAX };
  EhPlan *plan = NULL;

  *minimal = self->plan->values->len == 0;
  if (same.max_faults > 0)
    plan = search (self, self->trial, (Limits){ same.max_switches, same.max_faults - 1, same.max_runs }, minimal);
  if (plan == NULL && same.max_switches > 0)
    plan = search (self, self->trial, (Limits){ same.max_switches - 1, same.max_faults, same.max_runs }, minimal);
  if (plan != NULL)
    return eh_shrinker_try (self, NULL, plan);
  return search_in_parts (self, same, minimal);
}

/* ---- two commands ---- */

static void
keep_only (EhSimulation *simulation, guint task, guint step)
{
  GPtrArray *steps = ((EhSimClient *) g_ptr_array_index (simulation->clients, task))->steps;

  g_ptr_array_remove_range (steps, step + 1, steps->len - step - 1);
  g_ptr_array_remove_range (steps, 0, step);
}

static gboolean
search_two (EhShrinker *self, guint task, guint step, guint other_task, guint other_step)
{
  EhSimulation *simulation = eh_simulation_copy (self->simulation);
  const Limits limits = { 1, MIN (self->plan->faults->len, 1), TWO_RUNS_MAX };
  gboolean all;

  keep_only (simulation, task, step);
  keep_only (simulation, other_task, other_step);
  for (guint i = simulation->clients->len; i-- > 0;)
    if (i != task && i != other_task)
      g_ptr_array_remove_index (simulation->clients, i);
  return search_in (self, simulation, limits, &all);
}

static gboolean
search_each_two (EhShrinker *self, guint task, guint other_task)
{
  guint n = get_n_steps (self->simulation, task);
  guint n_others = get_n_steps (self->simulation, other_task);

  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n_others && self->n_searched < TWO_RUNS_IN_ALL; j++)
      if (search_two (self, task, i, other_task, j))
        return TRUE;
  return FALSE;
}

gboolean
eh_shrink_to_two (EhShrinker *self)
{
  guint n_clients = self->simulation->clients->len;
  guint n_steps = count_steps (self->simulation);

  if (self->simulation->generate.n_clients > 0 || n_steps <= 2 || n_steps > TWO_STEPS_MAX)
    return FALSE;

  for (guint i = 0; i < n_clients; i++)
    for (guint j = i + 1; j < n_clients; j++)
      if (search_each_two (self, i, j))
        return TRUE;
  return FALSE;
}
