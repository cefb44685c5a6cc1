/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-exploring-private.h"

/*
 * Level by level: no fault, then one, then two. Each plan is explored by itself, and the next level's plans are made
 * when all of a plan is merged, so that their order does not depend on the jobs. Where there are few plans, they are
 * cut into parts; where there are many, that would only cost.
 */

#define FEW_PLANS 16

static const EhFaultPlan *
get_plan (EhExploring *self, guint64 plan)
{
  return self->level.plans->len > 0 ? g_ptr_array_index (self->level.plans, plan) : NULL;
}

static guint64
get_runs_left (EhExploring *self)
{
  guint64 n_done;

  eh_lock (&self->lock);
  n_done = self->total.n_runs + self->total.n_blocked;
  eh_unlock (&self->lock);
  if (self->max_runs == 0)
    return G_MAXUINT64;
  return self->max_runs - MIN (self->max_runs, n_done);
}

/* Returns: whether there is something left to explore */
static gboolean
run_once (EhJob *job, EhTally *tally)
{
  gboolean failed;

  job->experiment->is_only_one = TRUE;
  failed = job->experiment->run (job->experiment, eh_dpor_get_oracle (job->dpor));

  job->experiment->is_only_one = FALSE;
  if (failed || !eh_dpor_is_blocked (job->dpor))
    eh_tally_add_run (tally, job->experiment, failed, EH_STRATEGY_EXHAUSTIVE);
  else
    tally->n_blocked++;
  return !failed && eh_dpor_advance (job->dpor);
}

static void
start (EhExploring *self, EhJob *job, const EhPartUnit *unit, EhTally *tally)
{
  const EhFaultPlan *plan = get_plan (self, unit->plan);
  gboolean is_full = (plan != NULL ? plan->n : 0) >= self->budget.n_faults;
  EhFaultSites *sites = is_full ? NULL : &tally->sites;

  if (unit->part == NULL)
    eh_dpor_start (job->dpor, plan, sites, self->budget.max_depth);
  else
    eh_dpor_start_part (job->dpor, plan, sites, unit->part, unit->reverse, unit->reverse_data);
}

static EhTally *
explore_unit (EhExploring *self, EhJob *job, const EhPartUnit *unit, guint64 max_runs)
{
  EhTally *tally = eh_tally_new ();
  gboolean more = TRUE;

  job->tally = tally;
  start (self, job, unit, tally);
  while (more && !tally->stopped)
    {
      tally->stopped = tally->n_runs + tally->n_blocked >= max_runs
                       || !eh_exploring_goes_on (self, job, unit->abandoned);
      if (!tally->stopped)
        more = run_once (job, tally);
    }
  tally->cut = eh_dpor_is_cut (job->dpor);
  job->tally = NULL;
  return tally;
}

static gpointer
work (gpointer user_data, gpointer job, const EhPartUnit *unit, gboolean *is_last)
{
  EhExploring *self = user_data;
  EhTally *tally = explore_unit (self, job, unit, get_runs_left (self));

  *is_last = tally->failed || tally->stopped;
  return tally;
}

static void
ignore (EhDporFork *fork, guint64 mask, gpointer user_data)
{
}

/* A job does not know how many runs those before it will take; what was too much is done again with what was left. */
static EhTally *
keep_within_budget (EhExploring *self, EhJob *job, const EhPartUnit *unit, EhTally *tally)
{
  static const gint never = FALSE;
  guint64 left = get_runs_left (self);

  if (tally->n_runs + tally->n_blocked <= left)
    return tally;
  eh_tally_free (tally);
  return explore_unit (self, job, &(EhPartUnit){ unit->plan, unit->part, ignore, NULL, &never }, left);
}

static void
end_plan (EhExploring *self, guint64 plan)
{
  guint64 max_plans = self->max_runs > 0 ? self->max_runs + 1 : G_MAXUINT64;

  eh_fault_plans_extend (&self->next_level, get_plan (self, plan), &self->sites, &self->budget, max_plans);
  eh_fault_sites_clear (&self->sites);
  eh_lock (&self->lock);
  self->n_plans += self->plan_has_run;
  eh_unlock (&self->lock);
  self->plan_has_run = FALSE;
}

static gboolean
merge (gpointer user_data, gpointer job, const EhPartUnit *unit, gboolean ends_plan, gpointer result)
{
  EhExploring *self = user_data;
  g_autoptr (EhTally) tally = keep_within_budget (self, job, unit, result);
  gboolean goes_on = !tally->failed && !tally->stopped;

  eh_fault_sites_merge (&self->sites, &tally->sites);
  self->plan_has_run |= tally->n_runs > 0;
  eh_lock (&self->lock);
  eh_tally_merge (&self->total, tally);
  eh_unlock (&self->lock);
  if (ends_plan || !goes_on)
    end_plan (self, unit->plan);
  return goes_on;
}

static gpointer
begin_job (gpointer user_data, gboolean is_caller)
{
  EhJob *job = eh_job_begin (user_data, is_caller);

  if (job->dpor == NULL)
    job->dpor = eh_dpor_new ();
  return job;
}

static void
go_to_next_level (EhExploring *self)
{
  eh_fault_plans_clear (&self->level);
  self->level = self->next_level;
  eh_fault_plans_init (&self->next_level);
}

gboolean
eh_explore_exhaustively (EhExploring *self)
{
  static const EhPartJobs jobs = {
    begin_job, eh_job_end, work, merge, (void (*) (gpointer)) eh_tally_free, eh_job_tick
  };
  guint64 n_plans = 1; /* the empty plan */

  eh_fault_plans_init (&self->level);
  eh_fault_plans_init (&self->next_level);
  while (n_plans > 0 && !self->total.failed && !self->total.stopped)
    {
      eh_part_queue_run (&jobs, self, self->budget.n_jobs, n_plans, n_plans < FEW_PLANS && self->budget.max_depth == 0);
      go_to_next_level (self);
      n_plans = self->level.plans->len;
    }
  eh_fault_plans_clear (&self->level);
  eh_fault_plans_clear (&self->next_level);
  eh_fault_sites_clear (&self->sites);
  return !self->total.failed && !self->total.stopped && !self->total.cut;
}
