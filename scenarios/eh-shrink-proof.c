/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Tries all runs of some commands with at most so many switches and faults, by counting up through the choices: a
 * run follows the stack of choices and adds boring ones behind it; then the last choice that can go one further
 * does, and what is above it is forgotten. Few switches make few runs, however many interleavings there are.
 */

#include "scenarios/eh-shrinker-private.h"

#define RUNS_MAX 5000
/* The most commands of which all pairs are tried. */
#define TWO_STEPS_MAX 32

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
  guint depth;
  guint max_switches;
  guint max_faults;
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
  return switches <= self->max_switches && faults <= self->max_faults;
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

/* Returns: (transfer full) (nullable): a run that fails in the same way; NULL and whether all were tried */
static EhPlan *
search (EhShrinker *shrinker, EhTrial *trial, guint max_switches, guint max_faults, gboolean *all)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (Choice));
  Search self = {
    { search_next, search_fault, search_choose, NULL }, shrinker->plan, stack, 0, max_switches, max_faults
  };

  *all = TRUE;
  for (guint n = 0; n == 0 || count_up (&self); n++)
    {
      g_auto (EhPlanOracle) oracle = { .plan = NULL };
      g_autoptr (EhPlan) plan = NULL;
      gboolean failed;

      if (n == RUNS_MAX || !eh_shrinker_may_try (shrinker))
        {
          *all = FALSE;
          return NULL;
        }
      self.depth = 0;
      self.next_value = 0;
      eh_plan_oracle_init_listening (&oracle, eh_trial_get_world (trial), &self.parent);
      plan = eh_shrinker_record (shrinker, trial, &oracle, &failed);
      if (failed)
        return g_steal_pointer (&plan);
    }
  return NULL;
}

/*
 * Runs some of the commands with at most so many switches and faults; what fails is taken. @simulation: (transfer
 * full)
 */
static gboolean
search_in (EhShrinker *self, EhSimulation *simulation, guint max_switches, guint max_faults)
{
  EhTrial *trial = eh_trial_new (self->domain, simulation, NULL);
  EhPlan *plan = NULL;
  gboolean all;

  if (trial != NULL)
    plan = search (self, trial, max_switches, max_faults, &all);
  g_clear_pointer (&trial, eh_trial_free);
  if (plan != NULL)
    return eh_shrinker_try (self, simulation, plan);
  eh_simulation_unref (simulation);
  return FALSE;
}

/* A run with the same switches that does without one of the commands; TRUE if there is. */
static gboolean
search_without (EhShrinker *self, guint task, guint step)
{
  EhSimulation *simulation = eh_simulation_copy (self->simulation);
  const EhSimClient *client = g_ptr_array_index (simulation->clients, task);

  g_ptr_array_remove_index (client->steps, step);
  return search_in (self, simulation, eh_plan_get_n_switches (self->plan), self->plan->faults->len);
}

static gboolean
search_without_each (EhShrinker *self)
{
  guint n_clients = self->simulation->clients->len;

  for (guint task = 0; task < n_clients; task++)
    {
      const EhSimClient *client = g_ptr_array_index (self->simulation->clients, task);
      guint n = client->steps->len;

      for (guint step = 0; step < n; step++)
        if (search_without (self, task, step))
          return TRUE;
    }
  return FALSE;
}

gboolean
eh_shrink_prove (EhShrinker *self, gboolean *minimal)
{
  guint switches = eh_plan_get_n_switches (self->plan);
  guint faults = self->plan->faults->len;
  EhPlan *plan = NULL;
  gboolean all = TRUE;

  if (faults > 0)
    plan = search (self, self->trial, switches, faults - 1, &all);
  if (plan == NULL && switches > 0)
    plan = search (self, self->trial, switches - 1, faults, &all);
  if (plan != NULL)
    return eh_shrinker_try (self, NULL, plan);

  /* Values that are not commands', such as delivery picks, were not tried. */
  *minimal = all && self->plan->values->len == 0;
  return search_without_each (self);
}

/* ---- two commands ---- */

static guint
get_n_steps (const EhSimulation *simulation, guint task)
{
  return ((const EhSimClient *) g_ptr_array_index (simulation->clients, task))->steps->len;
}

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

  keep_only (simulation, task, step);
  keep_only (simulation, other_task, other_step);
  for (guint i = simulation->clients->len; i-- > 0;)
    if (i != task && i != other_task)
      g_ptr_array_remove_index (simulation->clients, i);
  return search_in (self, simulation, 1, MIN (self->plan->faults->len, 1));
}

static gboolean
search_each_two (EhShrinker *self, guint task, guint other_task)
{
  guint n = get_n_steps (self->simulation, task);
  guint n_others = get_n_steps (self->simulation, other_task);

  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n_others && eh_shrinker_may_try (self); j++)
      if (search_two (self, task, i, other_task, j))
        return TRUE;
  return FALSE;
}

gboolean
eh_shrink_to_two (EhShrinker *self)
{
  guint n_clients = self->simulation->clients->len;
  guint n_steps = 0;

  for (guint i = 0; i < n_clients; i++)
    n_steps += get_n_steps (self->simulation, i);
  if (self->simulation->generate.n_clients > 0 || n_steps <= 2 || n_steps > TWO_STEPS_MAX)
    return FALSE;

  for (guint i = 0; i < n_clients; i++)
    for (guint j = i + 1; j < n_clients; j++)
      if (search_each_two (self, i, j))
        return TRUE;
  return FALSE;
}
