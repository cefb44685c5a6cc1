/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-exploring-private.h"

/*
 * Runs of one unit, which is a plan to the queue: so few that progress is seen when they are slow, so many that merging
 * costs nothing when they are not.
 */
#define UNIT 64

static gpointer
sample_unit (gpointer user_data, gpointer data, const EhPartUnit *unit, gboolean *is_last)
{
  EhExploring *self = user_data;
  EhJob *job = data;
  EhTally *tally = eh_tally_new ();
  guint64 end = (unit->plan + 1) * UNIT;

  if (self->max_runs > 0)
    end = MIN (end, self->max_runs);
  job->tally = tally;
  for (guint64 run = unit->plan * UNIT; run < end && !tally->failed; run++)
    {
      EhOracle *oracle;
      gboolean failed;

      tally->stopped = !eh_exploring_goes_on (self, job, unit->abandoned);
      if (tally->stopped)
        break;
      oracle = eh_sampler_begin (job->sampler, run);
      failed = job->experiment->run (job->experiment, oracle);
      eh_tally_add_run (tally, job->experiment, failed, eh_sampler_get_strategy (job->sampler));
    }
  job->tally = NULL;
  *is_last = tally->failed || tally->stopped;
  return tally;
}

static gboolean
merge_unit (gpointer user_data, gpointer data, const EhPartUnit *unit, gboolean ends_plan, gpointer result)
{
  EhExploring *self = user_data;
  g_autoptr (EhTally) tally = result;

  eh_lock (&self->lock);
  eh_tally_merge (&self->total, tally);
  eh_unlock (&self->lock);
  return !tally->failed && !tally->stopped;
}

/*
 * What an experiment learns from its first run, such as how long runs are, all of them have to learn from the same run:
 * else a later one would go differently in another job.
 */
static void
run_first (EhExperiment *experiment)
{
  EhOracle *oracle = eh_replay_oracle_new (NULL, 0, FALSE);

  experiment->run (experiment, oracle);
  eh_replay_oracle_free (oracle);
}

static gpointer
begin_job (gpointer user_data, gboolean is_caller)
{
  EhExploring *self = user_data;
  EhJob *job = eh_job_begin (self, is_caller);
  EhExperiment *pilot = self->factory (self->factory_data);

  run_first (job->experiment);
  job->sampler = eh_sampler_new (&self->budget, pilot);
  pilot->free (pilot);
  return job;
}

void
eh_explore_by_sampling (EhExploring *self)
{
  static const EhPartJobs jobs = { begin_job,  eh_job_end, sample_unit, merge_unit, (void (*) (gpointer)) eh_tally_free,
                                   eh_job_tick };
  guint64 n_units = self->max_runs > 0 ? (self->max_runs - 1) / UNIT + 1 : G_MAXUINT64;

  eh_part_queue_run (&jobs, self, self->budget.n_jobs, n_units, FALSE);
}
