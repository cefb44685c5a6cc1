/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-exploring-private.h"

/*
 * Level by level: no fault, then one, then two. A unit is a plan; each is explored by itself, and the next level's
 * plans are made when a unit is merged, so that their order does not depend on the jobs.
 */

static const EhFaultPlan *
get_plan (EhExploring *self, guint64 unit)
{
  return self->level.plans->len > 0 ? g_ptr_array_index (self->level.plans, unit) : NULL;
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

static EhTally *
explore_plan (EhExploring *self, EhJob *job, const EhFaultPlan *plan, guint64 max_runs, const gint *abandoned)
{
  EhTally *tally = eh_tally_new ();
  gboolean more = TRUE;

  job->tally = tally;
  eh_dpor_start (job->dpor, plan, &tally->sites, self->budget.max_depth);
  while (more && !tally->stopped)
    {
      tally->stopped = tally->n_runs + tally->n_blocked >= max_runs || !eh_exploring_goes_on (self, job, abandoned);
      if (!tally->stopped)
        more = run_once (job, tally);
    }
  tally->cut = eh_dpor_is_cut (job->dpor);
  job->tally = NULL;
  return tally;
}

static gpointer
work (gpointer user_data, gpointer job, guint64 unit, const gint *abandoned, gboolean *is_last)
{
  EhExploring *self = user_data;
  EhTally *tally = explore_plan (self, job, get_plan (self, unit), get_runs_left (self), abandoned);

  *is_last = tally->failed || tally->stopped;
  return tally;
}

/* A job does not know how many runs those before it will take; what was too much is done again with what was left. */
static EhTally *
keep_within_budget (EhExploring *self, EhJob *job, guint64 unit, EhTally *tally)
{
  static const gint never = FALSE;
  guint64 left = get_runs_left (self);

  if (tally->n_runs + tally->n_blocked <= left)
    return tally;
  eh_tally_free (tally);
  return explore_plan (self, job, get_plan (self, unit), left, &never);
}

static gboolean
merge (gpointer user_data, gpointer job, guint64 unit, gpointer result)
{
  EhExploring *self = user_data;
  g_autoptr (EhTally) tally = keep_within_budget (self, job, unit, result);
  guint64 max_plans = self->max_runs > 0 ? self->max_runs + 1 : G_MAXUINT64;

  eh_fault_plans_extend (&self->next_level, get_plan (self, unit), &tally->sites, &self->budget, max_plans);
  eh_lock (&self->lock);
  self->n_plans += tally->n_runs > 0;
  eh_tally_merge (&self->total, tally);
  eh_unlock (&self->lock);
  return !tally->failed && !tally->stopped;
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
  static const EhOrderedJobs jobs = { begin_job,  eh_job_end, work, merge, (void (*) (gpointer)) eh_tally_free,
                                      eh_job_tick };
  guint64 n_units = 1; /* the empty plan */

  eh_fault_plans_init (&self->level);
  eh_fault_plans_init (&self->next_level);
  while (n_units > 0 && !self->total.failed && !self->total.stopped)
    {
      eh_ordered_jobs_run (&jobs, self, self->budget.n_jobs, n_units);
      go_to_next_level (self);
      n_units = self->level.plans->len;
    }
  eh_fault_plans_clear (&self->level);
  eh_fault_plans_clear (&self->next_level);
  return !self->total.failed && !self->total.stopped && !self->total.cut;
}
