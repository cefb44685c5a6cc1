/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-exploring-private.h"

static const char *const nicks[EH_STRATEGY_N] = {
  [EH_STRATEGY_PORTFOLIO] = "portfolio",
  [EH_STRATEGY_EXHAUSTIVE] = "exhaustive",
  [EH_STRATEGY_RANDOM] = "random",
  [EH_STRATEGY_PCT] = "pct",
  [EH_STRATEGY_POS] = "pos",
  [EH_STRATEGY_URW] = "urw",
};

const char *
eh_strategy_get_nick (EhStrategy strategy)
{
  return nicks[strategy];
}

gboolean
eh_strategy_from_nick (const char *nick, EhStrategy *strategy)
{
  for (guint i = 0; i < EH_STRATEGY_N; i++)
    if (g_strcmp0 (nicks[i], nick) == 0)
      {
        *strategy = i;
        return TRUE;
      }
  return FALSE;
}

void
eh_exploration_clear (EhExploration *self)
{
  g_clear_pointer (&self->choices, g_array_unref);
  g_clear_pointer (&self->reached, g_array_unref);
  *self = (EhExploration){ 0 };
}

static EhJob *
job_new (EhExploring *exploring, gboolean is_caller)
{
  EhJob *self = g_new0 (EhJob, 1);

  self->experiment = exploring->factory (exploring->factory_data);
  self->is_caller = is_caller;
  return self;
}

static void
job_free (EhJob *self)
{
  eh_dpor_free (self->dpor);
  eh_sampler_free (self->sampler);
  self->experiment->free (self->experiment);
  g_free (self);
}

/* What is known so far. @current is what the caller's own job is at. */
static void
fill_in (EhExploring *self, const EhTally *current, EhExploration *result)
{
  const EhTally *total = &self->total;

  *result = (EhExploration){
    .n_runs = total->n_runs + (current != NULL ? current->n_runs : 0),
    .n_blocked = total->n_blocked + (current != NULL ? current->n_blocked : 0),
    .n_ops = total->n_ops + (current != NULL ? current->n_ops : 0),
    .n_undecided = total->n_undecided,
    .fired = total->fired,
    .n_distinct = total->fingerprints.n_distinct,
    .n_once = total->fingerprints.n_once,
    .distinct_full = total->fingerprints.full,
    .n_fault_plans = self->n_plans,
    .stopped = total->stopped,
    .failed = total->failed,
    .failed_run = total->failed ? total->n_runs - 1 : 0,
    .failed_by = total->failed_by,
  };
  if (current != NULL && result->n_distinct == 0)
    result->n_distinct = current->fingerprints.n_distinct;
}

static void
report (EhExploring *self, EhJob *job, gint64 now)
{
  EhExploration so_far;

  self->next_progress = now + G_USEC_PER_SEC;
  eh_lock (&self->lock);
  fill_in (self, job->tally, &so_far);
  eh_unlock (&self->lock);
  self->progress (&so_far, (now - self->begin) / (gdouble) G_USEC_PER_SEC, self->progress_data);
}

gpointer
eh_job_begin (gpointer user_data, gboolean is_caller)
{
  EhExploring *self = user_data;

  return is_caller ? self->own : job_new (self, FALSE);
}

void
eh_job_end (gpointer user_data, gpointer job)
{
  if (!((EhJob *) job)->is_caller)
    job_free (job);
}

void
eh_job_tick (gpointer user_data)
{
  EhExploring *self = user_data;
  gint64 now = g_get_monotonic_time ();

  if (self->progress != NULL && now >= self->next_progress)
    report (self, self->own, now);
}

gboolean
eh_exploring_goes_on (EhExploring *self, EhJob *job, const gint *abandoned)
{
  gint64 now;

  if (g_atomic_int_get (abandoned))
    return FALSE;
  if (self->end == 0 && (self->progress == NULL || !job->is_caller))
    return TRUE;
  now = g_get_monotonic_time ();
  if (job->is_caller && self->progress != NULL && now >= self->next_progress)
    report (self, job, now);
  return self->end == 0 || now < self->end;
}

static gboolean
has_drawn_values (EhExperiment *experiment)
{
  guint n;
  const EhChoice *choices = experiment->get_choices (experiment, &n);

  for (guint i = 0; i < n; i++)
    if (choices[i].kind == EH_CHOICE_VALUE)
      return TRUE;
  return FALSE;
}

/*
 * A run with the simplest choices, to see how big runs are. It counts for nothing, so that it is one of an
 * experiment of its own: the first run that counts is the first of its experiment, which looks at that one with
 * most care. Returns: how many runs an exhaustive search is worth; none if values are drawn, since the few that it
 * comes to would all be alike.
 */
static guint64
measure_run (EhExploring *self)
{
  EhOracle *oracle = eh_replay_oracle_new (NULL, 0, FALSE);
  EhExperiment *experiment = self->factory (self->factory_data);
  guint64 n_runs;

  experiment->run (experiment, oracle);
  n_runs = has_drawn_values (experiment) ? 0 : eh_portfolio_get_exhaustive_runs (experiment->get_n_ops (experiment));
  eh_replay_oracle_free (oracle);
  experiment->free (experiment);
  return n_runs;
}

/*
 * The portfolio begins with what can be covered in a moment, and with no more than half of what it is given.
 * Returns: whether that was all
 */
static gboolean
explore_if_small (EhExploring *self)
{
  guint64 max_runs = measure_run (self);

  if (max_runs == 0)
    return FALSE;

  self->max_runs = self->budget.max_runs > 0 ? MIN (max_runs, (self->budget.max_runs + 1) / 2) : max_runs;
  self->end = self->budget.max_time > 0 ? self->begin + self->budget.max_time / 2 : 0;
  return eh_explore_exhaustively (self);
}

static void
sample (EhExploring *self)
{
  guint64 n_done = self->total.n_runs + self->total.n_blocked;

  if (self->budget.max_runs > 0 && n_done >= self->budget.max_runs)
    return;
  self->max_runs = self->budget.max_runs > 0 ? self->budget.max_runs - n_done : 0;
  self->end = self->budget.max_time > 0 ? self->begin + self->budget.max_time : 0;
  self->total.stopped = FALSE;
  /* What the exhaustive search left in the experiment, those of other jobs do not have. */
  job_free (self->own);
  self->own = job_new (self, TRUE);
  eh_explore_by_sampling (self);
}

/* Returns: whether all was covered */
static gboolean
explore (EhExploring *self)
{
  if (self->budget.strategy == EH_STRATEGY_EXHAUSTIVE)
    {
      self->max_runs = self->budget.max_runs;
      self->end = self->budget.max_time > 0 ? self->begin + self->budget.max_time : 0;
      return eh_explore_exhaustively (self);
    }
  if (self->budget.strategy == EH_STRATEGY_PORTFOLIO && explore_if_small (self))
    return TRUE;
  if (!self->total.failed)
    sample (self);
  return FALSE;
}

void
eh_explore (EhExperimentFactory factory, gpointer factory_data, const EhExploreBudget *budget,
            EhExploreProgress progress, gpointer progress_data, EhExploration *result)
{
  EhExploring self = { .factory = factory,
                       .factory_data = factory_data,
                       .budget = *budget,
                       .progress = progress,
                       .progress_data = progress_data,
                       .begin = g_get_monotonic_time () };
  gboolean exhaustive;

  self.next_progress = self.begin + G_USEC_PER_SEC;
  eh_lock_init (&self.lock);
  self.own = job_new (&self, TRUE);
  exhaustive = explore (&self);
  fill_in (&self, NULL, result);
  result->exhaustive = exhaustive;
  result->choices = g_steal_pointer (&self.total.choices);
  result->reached = g_steal_pointer (&self.total.reached);
  eh_tally_clear (&self.total);
  job_free (self.own);
  eh_lock_clear (&self.lock);
}
