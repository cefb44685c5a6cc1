/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * From a simulation to its result: explore; if something fails, see that it fails again by the same choices, make
 * it small, and run it once more to tell it.
 */

#include "scenarios/eh-failure-file-private.h"
#include "scenarios/eh-simulation-result-private.h"
#include "scenarios/eh-simulation-watch-private.h"

/* Sampling without any budget of its own would never end; an exhaustive search ends, but maybe not today. */
#define DEFAULT_RUNS 20000
#define DEFAULT_RUNS_EXHAUSTIVE 1000000

typedef struct {
  EhDomain *domain;           /* (unowned) */
  EhSimulation *simulation;   /* (unowned) */
  EhSimulationWatch *watch;   /* (unowned) (nullable) */
  EhSimulationResult *result; /* (unowned) */
  EhWatchLane *lane;          /* (nullable): of the calling thread */
  guint64 n_distinct;         /* when progress was told last */
  EhSimulationProgress progress;
  gpointer user_data;
} Runner;

/* ---- a trial that is watched ---- */

typedef struct {
  EhExperiment parent;
  Runner *runner;      /* (unowned) */
  EhTrial *trial;      /* (owned) */
  EhExperiment *inner; /* (unowned): the trial's */
  EhWatchLane *lane;   /* (nullable) */
  gboolean is_undecided;
} Watched;

static gboolean
watched_run (EhExperiment *experiment, EhOracle *oracle)
{
  Watched *self = (Watched *) experiment;
  guint64 n_unknown = eh_trial_get_n_unknown (self->trial);
  gboolean failed;

  eh_watch_lane_enter (self->lane, self->trial);
  self->inner->is_only_one = experiment->is_only_one;
  failed = self->inner->run (self->inner, oracle);
  eh_watch_lane_leave (self->lane);
  self->is_undecided = eh_trial_get_n_unknown (self->trial) > n_unknown;
  return failed;
}

static guint32
watched_get_fired (EhExperiment *experiment)
{
  Watched *self = (Watched *) experiment;
  EhWorld *world = eh_trial_get_world (self->trial);
  guint32 fired = 0;

  for (guint kind = 1; kind < EH_FAULT_N_KINDS; kind++)
    if (self->runner->simulation->most[kind] > 0 && eh_world_get_n_faults (world, kind) > 0)
      fired |= 1u << kind;
  return fired;
}

static guint64
watched_get_fingerprint (EhExperiment *experiment)
{
  Watched *self = (Watched *) experiment;

  return self->inner->get_fingerprint (self->inner);
}

static guint
watched_get_n_ops (EhExperiment *experiment)
{
  Watched *self = (Watched *) experiment;

  return self->inner->get_n_ops (self->inner);
}

static const EhChoice *
watched_get_choices (EhExperiment *experiment, guint *n)
{
  Watched *self = (Watched *) experiment;

  return self->inner->get_choices (self->inner, n);
}

static gboolean
watched_is_undecided (EhExperiment *experiment)
{
  return ((Watched *) experiment)->is_undecided;
}

static const guint8 *
watched_get_reached (EhExperiment *experiment, guint *n)
{
  return eh_trial_get_reached (((Watched *) experiment)->trial, n);
}

static void
watched_free (EhExperiment *experiment)
{
  Watched *self = (Watched *) experiment;

  eh_watch_lane_close (self->lane);
  eh_trial_free (self->trial);
  g_free (self);
}

static const EhExperiment watched_functions = {
  .run = watched_run,
  .get_fingerprint = watched_get_fingerprint,
  .get_n_ops = watched_get_n_ops,
  .get_choices = watched_get_choices,
  .free = watched_free,
  .is_undecided = watched_is_undecided,
  .get_reached = watched_get_reached,
  .get_fired = watched_get_fired,
};

/* That a trial can be made was seen before. */
static EhExperiment *
watched_new (gpointer user_data)
{
  Watched *self = g_new0 (Watched, 1);

  self->parent = watched_functions;
  self->runner = user_data;
  self->lane = eh_simulation_watch_open (self->runner->watch);
  self->trial = eh_trial_new (self->runner->domain, self->runner->simulation, NULL);
  g_assert (self->trial != NULL);
  self->inner = eh_trial_get_experiment (self->trial);
  return &self->parent;
}

/* ---- exploring ---- */

static void
append_faults (GString *line, guint32 fired)
{
  const char *separator = ", faults: ";

  for (guint kind = 1; kind < EH_FAULT_N_KINDS; kind++)
    if ((fired & (1u << kind)) != 0)
      {
        g_string_append_printf (line, "%s%s", separator, eh_fault_kind_get_nick (kind));
        separator = " ";
      }
}

static void
append_time_left (GString *line, const EhSimulation *simulation, gdouble seconds)
{
  gdouble all = (gdouble) simulation->budget.max_time / G_USEC_PER_SEC;

  if (all > seconds)
    g_string_append_printf (line, ", %.0f s left", all - seconds);
}

static void
tell_progress (const EhExploration *so_far, gdouble seconds, gpointer user_data)
{
  Runner *self = user_data;
  gdouble share = so_far->n_runs == 0 ? 1.0 : (gdouble) so_far->n_once / (gdouble) so_far->n_runs;
  g_autofree char *unseen = eh_percent_print (share);
  gboolean is_sampling = self->simulation->budget.strategy != EH_STRATEGY_EXHAUSTIVE;
  g_autofree char *runs = eh_count_print (so_far->n_runs);
  g_autofree char *speed = eh_count_print ((guint64) ((gdouble) so_far->n_runs / MAX (seconds, 0.001)));
  g_autofree char *distinct = eh_count_print (so_far->n_distinct);
  g_autoptr (GString) line = g_string_new (NULL);

  g_string_append_printf (line, "%.0f s", seconds);
  append_time_left (line, self->simulation, seconds);
  g_string_append_printf (line, ": %s: %s runs, %s/s, %s distinct",
                          eh_strategy_get_nick (self->simulation->budget.strategy), runs, speed, distinct);
  if (so_far->n_distinct > self->n_distinct)
    {
      g_autofree char *fresh = eh_count_print (so_far->n_distinct - self->n_distinct);

      g_string_append_printf (line, " (%s new)", fresh);
    }
  self->n_distinct = so_far->n_distinct;
  if (is_sampling)
    g_string_append_printf (line, ", about %s %% unseen", unseen);
  append_faults (line, so_far->fired);
  self->progress (line->str, self->user_data);
}

static EhExploreBudget
make_budget (const EhSimulation *simulation)
{
  EhExploreBudget budget = simulation->budget;
  gboolean is_exhaustive = budget.strategy == EH_STRATEGY_EXHAUSTIVE;
  guint sum = 0;

  for (guint kind = 0; kind < EH_FAULT_N_KINDS; kind++)
    sum += budget.most[kind] = simulation->most[kind];
  if (budget.n_faults == 0)
    budget.n_faults = sum;
  budget.n_jobs = MAX (budget.n_jobs, 1);
  if (budget.max_runs == 0 && budget.max_time == 0)
    budget.max_runs = is_exhaustive ? DEFAULT_RUNS_EXHAUSTIVE : DEFAULT_RUNS;
  return budget;
}

static void
warn_of_undecided_runs (Runner *self)
{
  guint64 n = self->result->exploration.n_undecided;
  g_autofree char *count = eh_count_print (n);

  if (n > 0)
    g_ptr_array_add (self->result->warnings,
                     g_strdup_printf ("in %s run%s the checks came to no verdict", count, n == 1 ? "" : "s"));
}

/* @sentence: (transfer full) */
static void
conclude (Runner *self, EhSimulationStatus status, char *sentence)
{
  self->result->status = status;
  g_free (self->result->sentence);
  self->result->sentence = sentence;
}

/* ---- what was found ---- */

static EhSimulationStatus
get_failure_status (Runner *self, EhSimCheck check)
{
  if (check == EH_SIM_CHECK_DETERMINISM)
    return EH_SIMULATION_NOT_DETERMINISTIC;
  if (self->simulation->expect_violation == check)
    return EH_SIMULATION_EXPECTED;
  return check == EH_SIM_CHECK_PROGRESS ? EH_SIMULATION_NO_PROGRESS : EH_SIMULATION_VIOLATION;
}

/* A run that has to come out the same each time. */
typedef struct {
  guint64 hash;
  EhSimCheck check;
  char *divergence; /* (owned) (nullable) */
} Repeat;

static void
repeat_clear (Repeat *self)
{
  g_free (self->divergence);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Repeat, repeat_clear)

static EhOracle *
new_replay (const EhExploration *found)
{
  return eh_replay_oracle_new ((const EhChoice *) (gpointer) found->choices->data, found->choices->len, TRUE);
}

static char *
describe_divergence (EhOracle *oracle)
{
  const char *divergence = eh_replay_oracle_get_divergence (oracle);

  return divergence != NULL ? g_strdup_printf ("the same choices led to another run: %s", divergence) : NULL;
}

static Repeat
repeat_run (Runner *self, EhTrial *trial)
{
  EhOracle *oracle = new_replay (&self->result->exploration);
  const EhVerdict *verdict;
  Repeat repeat;

  eh_watch_lane_enter (self->lane, trial);
  verdict = eh_trial_run (trial, oracle);
  eh_watch_lane_leave (self->lane);
  repeat.hash = eh_world_get_hash (eh_trial_get_world (trial));
  repeat.check = verdict->check;
  repeat.divergence = verdict->check == EH_SIM_CHECK_DETERMINISM ? g_strdup (verdict->sentence)
                                                                 : describe_divergence (oracle);
  eh_replay_oracle_free (oracle);
  return repeat;
}

/* Returns: (transfer full) (nullable): how the failing run differs when it is repeated */
static char *
find_difference (Runner *self, EhTrial *trial)
{
  g_auto (Repeat) first = repeat_run (self, trial);
  g_auto (Repeat) second = repeat_run (self, trial);
  const char *divergence = first.divergence != NULL ? first.divergence : second.divergence;

  if (divergence != NULL)
    return g_strdup (divergence);
  if (first.hash != second.hash)
    return g_strdup ("the same choices led to another run: an operation had other arguments or another result");
  if (first.check == 0 || second.check == 0)
    return g_strdup ("a run failed and, by the same choices, did not fail again");
  return NULL;
}

/* What was expected needs no file. */
static void
write_failure (Runner *self)
{
  g_autofree char *why = NULL;

  self->result->failure_json = eh_failure_file_write (self->domain, &self->result->shown, self->lane, &why);
  if (why != NULL && self->result->status != EH_SIMULATION_EXPECTED)
    g_ptr_array_add (self->result->warnings, g_strdup_printf ("no file is written that shows it again: %s", why));
}

static void
conclude_found (Runner *self, EhTrial *trial)
{
  char *difference = find_difference (self, trial);
  EhOracle *oracle;

  if (difference != NULL)
    {
      self->result->check = EH_SIM_CHECK_DETERMINISM;
      conclude (self, EH_SIMULATION_NOT_DETERMINISTIC, difference);
      return;
    }
  oracle = new_replay (&self->result->exploration);
  self->result->is_shrunk = eh_shrink (self->domain, self->simulation, oracle, self->lane, &self->result->shown);
  eh_replay_oracle_free (oracle);
  if (!self->result->is_shrunk)
    {
      self->result->check = EH_SIM_CHECK_DETERMINISM;
      conclude (self, EH_SIMULATION_NOT_DETERMINISTIC, g_strdup ("a failing run did not fail when it was shrunk"));
      return;
    }
  self->result->check = self->result->shown.verdict.check;
  conclude (self, get_failure_status (self, self->result->check), g_strdup (self->result->shown.verdict.sentence));
  write_failure (self);
}

static void
conclude_not_found (Runner *self)
{
  const EhExploration *exploration = &self->result->exploration;

  if (!self->result->is_exact)
    eh_simulation_result_warn_of_silent_faults (self->result, self->domain, exploration->fired);
  warn_of_undecided_runs (self);
  if (!self->result->is_exact)
    eh_simulation_result_tell_sometimes (self->result, self->domain);
  if (self->simulation->expect_violation != 0)
    {
      self->result->check = self->simulation->expect_violation;
      conclude (self, EH_SIMULATION_VIOLATION,
                g_strdup_printf ("\"%s\" was expected to fail, and no run failed it",
                                 eh_sim_check_get_nick (self->simulation->expect_violation)));
    }
  else if (self->result->is_exact)
    conclude (self, EH_SIMULATION_PASSED, g_strdup ("this run passes all checks"));
  else if (exploration->exhaustive && exploration->n_undecided == 0)
    conclude (self, EH_SIMULATION_PROVEN, g_strdup ("no violation is possible"));
  else
    conclude (self, EH_SIMULATION_SAMPLED, g_strdup ("no violation was found"));
}

static void
explore (Runner *self, EhTrial *trial)
{
  EhExploreBudget budget = make_budget (self->simulation);
  EhExploration *exploration = &self->result->exploration;
  char *addresses;

  eh_watch_lane_enter (self->lane, trial);
  addresses = eh_trial_find_addresses (trial, self->domain, self->simulation);
  eh_watch_lane_leave (self->lane);
  if (addresses != NULL)
    {
      self->result->check = EH_SIM_CHECK_DETERMINISM;
      conclude (self, EH_SIMULATION_NOT_DETERMINISTIC, addresses);
      return;
    }
  eh_explore (watched_new, self, &budget, self->progress != NULL ? tell_progress : NULL, self, exploration);
  if (exploration->failed)
    conclude_found (self, trial);
  else if (exploration->n_runs == 0 && !exploration->exhaustive)
    conclude (self, EH_SIMULATION_NO_BUDGET, g_strdup ("the budget was too small for one run"));
  else
    conclude_not_found (self);
}

/* ---- one exact run ---- */

static char *
run_by_schedule (Runner *self, EhTrial *trial, EhShrunk *shown)
{
  EhOracle *oracle = eh_schedule_oracle_new (trial, self->simulation->schedule, self->simulation->fault_at);
  const EhVerdict *verdict;
  char *divergence;

  eh_watch_lane_enter (self->lane, trial);
  shown->rows = eh_trial_run_traced (trial, oracle, &verdict);
  eh_watch_lane_leave (self->lane);
  shown->verdict = (EhVerdict){ verdict->check, g_strdup (verdict->sentence), g_strdup (verdict->role), verdict->end };
  shown->states = eh_trial_describe_states (trial);
  shown->simulation = eh_simulation_ref (self->simulation);
  divergence = g_strdup (eh_schedule_oracle_get_divergence (oracle));
  eh_schedule_oracle_free (oracle);
  return divergence;
}

static gboolean
repeats_itself (Runner *self, EhTrial *trial)
{
  guint64 hash = eh_world_get_hash (eh_trial_get_world (trial));
  g_auto (EhShrunk) again = { .simulation = NULL };
  g_autofree char *divergence = run_by_schedule (self, trial, &again);

  return divergence == NULL && eh_world_get_hash (eh_trial_get_world (trial)) == hash;
}

static void
run_exactly (Runner *self, EhTrial *trial)
{
  EhSimulationResult *result = self->result;
  guint64 n_unknown = eh_trial_get_n_unknown (trial);
  char *divergence = run_by_schedule (self, trial, &result->shown);

  result->is_exact = TRUE;
  result->exploration.n_runs = 1;
  result->exploration.n_distinct = 1;
  result->exploration.n_undecided = eh_trial_get_n_unknown (trial) - n_unknown;
  result->check = result->shown.verdict.check;
  if (divergence != NULL)
    {
      result->check = 0;
      conclude (self, EH_SIMULATION_DIVERGED, divergence);
    }
  else if (result->check != EH_SIM_CHECK_DETERMINISM && !repeats_itself (self, trial))
    {
      result->check = EH_SIM_CHECK_DETERMINISM;
      conclude (self, EH_SIMULATION_NOT_DETERMINISTIC, g_strdup ("the same schedule led to another run"));
    }
  else if (result->check != 0)
    conclude (self, get_failure_status (self, result->check), g_strdup (result->shown.verdict.sentence));
  else
    conclude_not_found (self);
}

/* ---- public ---- */

/* A known anomaly breaks more than the check that it is known by. */
static void
check_only_what_is_expected (EhSimulation *simulation)
{
  if (simulation->expect_violation != 0)
    simulation->checks = simulation->expect_violation
                         | (simulation->checks & (EH_SIM_CHECK_PROGRESS | EH_SIM_CHECK_DETERMINISM));
}

/* Of drawn values an exhaustive search would try the simplest only, and call that a proof. */
static gboolean
check_is_covered (const EhSimulation *simulation, GError **error)
{
  if ((simulation->generate.n_clients == 0 && !simulation->bus_unordered)
      || simulation->budget.strategy != EH_STRATEGY_EXHAUSTIVE || simulation->schedule != NULL
      || simulation->fault_at != NULL)
    return TRUE;
  if (simulation->bus_unordered)
    {
      g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID,
                           "explore.strategy: \"exhaustive\" cannot cover the orders of an \"unordered\" bus; allow "
                           "\"deliver-reordered\" instead, or take another strategy");
      return FALSE;
    }
  g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID,
                       "explore.strategy: \"exhaustive\" cannot cover the values that \"generate\" draws; name the "
                       "clients' commands, or take another strategy");
  return FALSE;
}

EhSimulationResult *
eh_simulation_explore_watched (EhDomain *domain, EhSimulation *simulation, const char *overrides,
                               EhSimulationWatch *watch, EhSimulationProgress progress, gpointer user_data,
                               GError **error)
{
  g_autoptr (EhSimulation) own = NULL;
  g_autoptr (EhSimulationResult) result = NULL;
  Runner self = { .domain = domain, .watch = watch, .progress = progress, .user_data = user_data };
  EhTrial *trial;

  g_return_val_if_fail (EH_IS_DOMAIN (domain), NULL);
  g_return_val_if_fail (simulation != NULL, NULL);

  own = eh_simulation_copy (simulation);
  if (overrides != NULL && !eh_explore_budget_override (&own->budget, overrides, error))
    return NULL;
  if (!check_is_covered (own, error))
    return NULL;
  check_only_what_is_expected (own);
  self.lane = eh_simulation_watch_open (watch);
  eh_watch_lane_prepare (self.lane);
  trial = eh_trial_new (domain, own, error);
  eh_watch_lane_leave (self.lane);
  if (trial == NULL)
    {
      eh_watch_lane_close (self.lane);
      return NULL;
    }

  result = eh_simulation_result_new (own);
  self.simulation = own;
  self.result = result;
  if (own->schedule != NULL || own->fault_at != NULL)
    run_exactly (&self, trial);
  else
    explore (&self, trial);
  eh_watch_lane_close (self.lane);
  eh_trial_free (trial);
  return g_steal_pointer (&result);
}

EhSimulationResult *
eh_simulation_explore (EhDomain *domain, EhSimulation *simulation, const char *overrides, EhSimulationProgress progress,
                       gpointer user_data, GError **error)
{
  return eh_simulation_explore_watched (domain, simulation, overrides, NULL, progress, user_data, error);
}
