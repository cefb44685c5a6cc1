/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Shrinking works on the meaning of a run, not on its list of choices: a simulation, and a plan that names who is
 * left where and what goes wrong where. Each pass proposes something smaller, which is run; it is kept if it fails
 * in the same way. What is kept is what was recorded of that run, so that parts of the plan which have no effect
 * any more vanish by themselves. Passes are repeated until none of them finds anything; the cheap ones that take
 * away most come first.
 *
 * A pass can only find what is near. So in the end all runs of the commands with fewer switches are tried, which is
 * possible because few commands are left; if one fails, the passes start from it, and if none does, the result is
 * minimal in a sense that can be told.
 */

#include "scenarios/eh-shrinker-private.h"

/* Of the passes. A bound on effort, not on time: the same failure always shrinks to the same run. */
#define RUNS_MAX 20000

void
eh_shrunk_clear (EhShrunk *self)
{
  g_clear_pointer (&self->simulation, eh_simulation_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->states, g_free);
  eh_verdict_clear (&self->verdict);
}

static void
shrinker_clear (EhShrinker *self)
{
  g_clear_pointer (&self->trial, eh_trial_free);
  g_clear_pointer (&self->simulation, eh_simulation_unref);
  g_clear_pointer (&self->plan, eh_plan_free);
  g_clear_pointer (&self->role, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EhShrinker, shrinker_clear)

gboolean
eh_shrinker_may_try (const EhShrinker *self)
{
  return self->n_runs - self->n_searched < RUNS_MAX;
}

EhPlan *
eh_shrinker_record (EhShrinker *self, EhTrial *trial, EhPlanOracle *oracle, gboolean *failed)
{
  const EhVerdict *verdict;

  eh_watch_lane_enter (self->lane, trial);
  verdict = eh_trial_run (trial, &oracle->parent);
  eh_watch_lane_leave (self->lane);
  self->n_runs++;
  *failed = verdict->check == self->check && g_strcmp0 (verdict->role, self->role) == 0;
  return eh_plan_oracle_steal (oracle);
}

static void
adopt_plan (EhShrinker *self, EhPlan *plan)
{
  eh_plan_free (self->plan);
  self->plan = plan;
}

/* Who has nothing left to do is no client. FALSE if that is everybody: a simulation has somebody who does something. */
static gboolean
drop_idle_clients (EhSimulation *simulation, EhPlan *plan)
{
  for (guint task = simulation->clients->len; task-- > 0;)
    {
      const EhSimClient *client = g_ptr_array_index (simulation->clients, task);

      if (client->steps->len > 0)
        continue;
      g_ptr_array_remove_index (simulation->clients, task);
      eh_plan_drop_task (plan, task);
    }
  return simulation->clients->len > 0 || simulation->generate.n_clients > 0;
}

gboolean
eh_shrinker_try (EhShrinker *self, EhSimulation *simulation, EhPlan *plan)
{
  g_autoptr (EhSimulation) candidate = simulation;
  g_autoptr (EhPlan) followed = plan;
  g_autoptr (EhPlan) recorded = NULL;
  g_auto (EhPlanOracle) oracle = { .plan = NULL };
  EhTrial *trial = self->trial;
  gboolean failed;

  if (candidate != NULL)
    trial = drop_idle_clients (candidate, followed) ? eh_trial_new (self->domain, candidate, NULL) : NULL;
  if (trial == NULL)
    return FALSE;

  eh_plan_oracle_init (&oracle, eh_trial_get_world (trial), followed);
  recorded = eh_shrinker_record (self, trial, &oracle, &failed);
  if (failed)
    adopt_plan (self, g_steal_pointer (&recorded));
  if (candidate == NULL)
    return failed;

  if (!failed)
    {
      eh_trial_free (trial);
      return FALSE;
    }
  eh_trial_free (self->trial);
  self->trial = trial;
  eh_simulation_unref (self->simulation);
  self->simulation = g_steal_pointer (&candidate);
  return TRUE;
}

/* Switches inside of a command are harder to follow than those between commands. */
static guint
count_inside (const EhPlan *plan)
{
  guint n = 0;

  for (guint i = 0; i < plan->switches->len; i++)
    {
      const EhPlanSwitch *item = &g_array_index (plan->switches, EhPlanSwitch, i);
      gboolean goes_on = FALSE;

      for (guint j = 0; j < plan->ops->len; j++)
        {
          const EhPlanPoint *at = &g_array_index (plan->ops, EhPlanOp, j).at;

          goes_on |= at->task == item->after.task && at->step == item->after.step && at->op == item->after.op;
        }
      n += item->forced && goes_on ? 1 : 0;
    }
  return n;
}

static gint
compare_order (const EhPlan *a, const EhPlan *b)
{
  for (guint i = 0; i < MIN (a->ops->len, b->ops->len); i++)
    {
      guint task_a = g_array_index (a->ops, EhPlanOp, i).at.task;
      guint task_b = g_array_index (b->ops, EhPlanOp, i).at.task;

      if (task_a != task_b)
        return task_a < task_b ? -1 : 1;
    }
  return a->ops->len < b->ops->len ? -1 : a->ops->len > b->ops->len;
}

static gboolean
is_better (const EhPlan *plan, const EhPlan *than)
{
  guint switches = eh_plan_get_n_switches (plan);
  guint others = eh_plan_get_n_switches (than);
  guint inside;

  if (switches != others)
    return switches < others;
  inside = count_inside (plan);
  others = count_inside (than);
  return inside != others ? inside < others : compare_order (plan, than) < 0;
}

gboolean
eh_shrinker_try_order (EhShrinker *self, const guint *order, guint n)
{
  g_auto (EhPlanOracle) oracle = { .plan = NULL };
  g_autoptr (EhPlan) recorded = NULL;
  gboolean failed;

  eh_plan_oracle_init_order (&oracle, eh_trial_get_world (self->trial), self->plan, order, n);
  recorded = eh_shrinker_record (self, self->trial, &oracle, &failed);
  if (!failed || !is_better (recorded, self->plan))
    return FALSE;
  adopt_plan (self, g_steal_pointer (&recorded));
  return TRUE;
}

static void
shrink_until_nothing_changes (EhShrinker *self)
{
  gboolean changed = TRUE;

  while (changed && eh_shrinker_may_try (self))
    {
      changed = eh_shrink_clients (self);
      changed |= eh_shrink_consumers (self);
      changed |= eh_shrink_commands (self);
      changed |= eh_shrink_faults (self);
      changed |= eh_shrink_switches (self);
      changed |= eh_shrink_order (self);
      if (!changed)
        changed = eh_shrink_pairs (self);
    }
}

/*
 * What makes it nicer to read comes last: it does not make it shorter, and a past is not searched for shorter ones.
 */
static gboolean
polish (EhShrinker *self)
{
  gboolean changed = eh_shrink_beginning (self);
  gboolean values_changed;

  changed |= eh_shrink_given (self);
  values_changed = eh_shrink_values (self);
  self->values_changed |= values_changed;
  return changed || values_changed;
}

static gboolean
start (EhShrinker *self, EhSimulation *simulation, EhOracle *inner)
{
  g_auto (EhPlanOracle) oracle = { .plan = NULL };
  const EhVerdict *verdict;

  self->simulation = eh_simulation_copy (simulation);
  g_clear_pointer (&self->simulation->schedule, g_strfreev);
  g_clear_pointer (&self->simulation->fault_at, g_strfreev);
  self->trial = eh_trial_new (self->domain, self->simulation, NULL);
  if (self->trial == NULL)
    return FALSE;

  eh_plan_oracle_init_listening (&oracle, eh_trial_get_world (self->trial), inner);
  eh_watch_lane_enter (self->lane, self->trial);
  verdict = eh_trial_run (self->trial, &oracle.parent);
  eh_watch_lane_leave (self->lane);
  self->plan = eh_plan_oracle_steal (&oracle);
  self->check = verdict->check;
  self->role = g_strdup (verdict->role);
  if (self->check != EH_SIM_CHECK_DETERMINISM)
    self->simulation->checks &= ~(guint) EH_SIM_CHECK_DETERMINISM;
  return verdict->check != 0;
}

/*
 * Only what went wrong may go wrong when the file is run again. Runs were not repeated while shrinking; now they
 * may be.
 */
static void
restore (EhShrinker *self, EhSimCheck checks)
{
  EhSimulation *limited = eh_simulation_copy (self->simulation);

  for (guint kind = 0; kind < EH_FAULT_N_KINDS; kind++)
    limited->most[kind] = eh_plan_get_n_faults (self->plan, kind);
  limited->checks = checks;
  eh_shrinker_try (self, limited, eh_plan_copy (self->plan));
}

static void
finish (EhShrinker *self, EhShrunk *result)
{
  g_auto (EhPlanOracle) oracle = { .plan = NULL };
  const EhVerdict *verdict;

  eh_plan_oracle_init (&oracle, eh_trial_get_world (self->trial), self->plan);
  eh_watch_lane_enter (self->lane, self->trial);
  result->rows = eh_trial_run_traced (self->trial, &oracle.parent, &verdict);
  eh_watch_lane_leave (self->lane);
  result->verdict = (EhVerdict){ verdict->check, g_strdup (verdict->sentence), g_strdup (verdict->role), verdict->end };
  result->states = eh_trial_describe_states (self->trial);
  result->simulation = eh_simulation_ref (self->simulation);
  result->stats.ops_after = self->plan->ops->len;
  result->stats.switches_after = eh_plan_get_n_switches (self->plan);
  result->stats.values = self->values_changed;
  result->stats.n_runs = self->n_runs;
  result->stats.cut_off = !eh_shrinker_may_try (self);
}

gboolean
eh_shrink (EhDomain *domain, EhSimulation *simulation, EhOracle *oracle, EhWatchLane *lane, EhShrunk *result)
{
  g_auto (EhShrinker) self = { .domain = domain, .lane = lane };

  *result = (EhShrunk){ .simulation = NULL };
  if (!start (&self, simulation, oracle))
    return FALSE;

  result->stats.ops_before = self.plan->ops->len;
  result->stats.switches_before = eh_plan_get_n_switches (self.plan);
  eh_shrink_settle (&self);
  shrink_until_nothing_changes (&self);
  eh_shrink_to_two (&self);
  do
    shrink_until_nothing_changes (&self);
  while (eh_shrink_prove (&self, &result->stats.minimal) || polish (&self));
  eh_shrink_names (&self);
  restore (&self, simulation->checks);
  finish (&self, result);
  return TRUE;
}
