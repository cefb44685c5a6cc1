/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-trial-consumer-private.h"
#include "scenarios/eh-trial-setup-private.h"

/*
 * A trial is set up once and run often. After each run the checks that need all of it are made; findings of a run are
 * collected, and the one that tells most is the verdict.
 */

/* One run in so many is checked the long way and repeated. */
#define CAREFUL_EVERY 64

/* An exhaustive exploration makes a run of each behaviour only: so many of the first are repeated each. */
#define REPEATED_FIRST 4096

/* Operations that a run may take: ample for every step, but finite. */
#define OPS_AT_LEAST 1000
#define OPS_PER_ATTEMPT 20
#define ATTEMPTS_AT_LEAST 10

void
eh_verdict_clear (EhVerdict *self)
{
  g_clear_pointer (&self->sentence, g_free);
  g_clear_pointer (&self->role, g_free);
  self->check = 0;
  self->end = EH_RUN_DONE;
}

/* ---- findings ---- */

void
eh_trial_clear_finding (gpointer data)
{
  EhTrialFinding *finding = data;

  g_free (finding->role);
  g_free (finding->sentence);
}

gboolean
eh_trial_wants (const EhTrial *self, EhSimCheck check)
{
  return (self->simulation->checks & check) != 0;
}

void
eh_trial_find (EhTrial *self, EhSimCheck check, char *role, char *sentence)
{
  EhTrialFinding finding = { check, role, sentence };

  for (guint i = 0; i < self->findings->len; i++)
    {
      if (g_array_index (self->findings, EhTrialFinding, i).check == check)
        {
          eh_trial_clear_finding (&finding);
          return;
        }
    }
  g_array_append_val (self->findings, finding);
}

/*
 * A run that cannot be repeated proves nothing else. What is expected must not be hidden by what follows from it.
 * Serial equivalence tells the cause of what invariants and views show.
 */
static guint
get_rank (const EhTrial *self, EhSimCheck check)
{
  static const EhSimCheck order[] = {
    EH_SIM_CHECK_SERIALIZABLE, EH_SIM_CHECK_INVARIANTS, EH_SIM_CHECK_DELIVERED,
    EH_SIM_CHECK_VIEWS,        EH_SIM_CHECK_PROGRESS,
  };
  guint rank = 0;

  if (check == EH_SIM_CHECK_DETERMINISM)
    return 0;
  if (check == self->simulation->expect_violation)
    return 1;
  while (rank < G_N_ELEMENTS (order) && order[rank] != check)
    rank++;
  return rank + 2;
}

static void
conclude (EhTrial *self, EhRunEnd end)
{
  const EhTrialFinding *best = NULL;

  self->verdict.end = end;
  for (guint i = 0; i < self->findings->len; i++)
    {
      const EhTrialFinding *finding = &g_array_index (self->findings, EhTrialFinding, i);

      if (best == NULL || get_rank (self, finding->check) < get_rank (self, best->check))
        best = finding;
    }
  if (best == NULL)
    return;
  self->verdict.check = best->check;
  self->verdict.role = g_strdup (best->role);
  self->verdict.sentence = g_strdup (best->sentence);
}

/* ---- life ---- */

static void
observe (EhWorld *world, const EhWorldStep *step, gpointer user_data)
{
  EhTrial *self = user_data;

  eh_trial_history_observe (self, step);
  if (self->trace != NULL)
    eh_trial_trace_observe (self, step);
}

static void
on_failed (EhWorld *world, guint task, const GError *reason, gpointer user_data)
{
  eh_trial_trace_fail (user_data, task, reason);
}

static const EhVerdict *run (EhTrial *self, EhOracle *oracle, gboolean hashes_events);

/*
 * Of all that are explored only careful runs are repeated, and what fails is repeated by eh_trial_run(), twice. So the
 * hash of most is only compared with those of others that left out the same.
 */
static gboolean
experiment_run (EhExperiment *experiment, EhOracle *oracle)
{
  return run ((EhTrial *) experiment, oracle, FALSE)->check != 0;
}

static guint64
experiment_get_fingerprint (EhExperiment *experiment)
{
  return eh_world_get_fingerprint (((EhTrial *) experiment)->world);
}

static guint
experiment_get_n_ops (EhExperiment *experiment)
{
  return eh_world_get_n_ops (((EhTrial *) experiment)->world);
}

static const EhChoice *
experiment_get_choices (EhExperiment *experiment, guint *n)
{
  return eh_world_get_choices (((EhTrial *) experiment)->world, n);
}

/* The trial has an owner already. */
static void
experiment_free (EhExperiment *experiment)
{
}

static const guint8 *
experiment_get_reached (EhExperiment *experiment, guint *n)
{
  return eh_trial_get_reached ((EhTrial *) experiment, n);
}

static const EhExperiment experiment_functions = {
  .run = experiment_run,
  .get_fingerprint = experiment_get_fingerprint,
  .get_n_ops = experiment_get_n_ops,
  .get_choices = experiment_get_choices,
  .free = experiment_free,
  .get_reached = experiment_get_reached,
};

static guint
get_max_ops (const EhTrial *self)
{
  guint attempts = MAX (self->simulation->retry, ATTEMPTS_AT_LEAST);

  return OPS_AT_LEAST + (self->records->len + self->consumers->len) * attempts * OPS_PER_ATTEMPT;
}

static gboolean
set_up (EhTrial *self, GError **error)
{
  if (!eh_domain_seal (self->domain, error))
    return FALSE;
  self->world = eh_world_new (self->domain);
  if (!eh_trial_add_clients (self, error) || !eh_trial_add_consumers (self, error))
    return FALSE;
  eh_check_rows_init (self);
  if (!eh_trial_run_given (self, error))
    return FALSE;
  eh_world_set_faults (self->world, self->simulation->most);
  eh_world_set_unordered (self->world, self->simulation->bus_unordered);
  eh_world_set_max_ops (self->world, get_max_ops (self));
  eh_world_set_observer (self->world, observe, self);
  eh_world_observe_failed (self->world, on_failed, self);
  return TRUE;
}

EhTrial *
eh_trial_new (EhDomain *domain, EhSimulation *simulation, GError **error)
{
  EhTrial *self;

  g_return_val_if_fail (EH_IS_DOMAIN (domain), NULL);
  g_return_val_if_fail (simulation != NULL, NULL);

  self = g_new0 (EhTrial, 1);
  self->experiment = experiment_functions;
  self->domain = domain;
  self->simulation = eh_simulation_ref (simulation);
  self->ids_source = eh_trial_ids_new (self);
  self->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_trial_node_free);
  self->consumers = g_ptr_array_new_with_free_func (eh_trial_consumer_free);
  self->given_log = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_event_unref);
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_view_free);
  self->findings = g_array_new (FALSE, FALSE, sizeof (EhTrialFinding));
  g_array_set_clear_func (self->findings, eh_trial_clear_finding);
  eh_trial_history_init (self);
  if (set_up (self, error))
    return self;
  eh_trial_free (self);
  return NULL;
}

void
eh_trial_free (EhTrial *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->consumers, g_ptr_array_unref);
  g_clear_pointer (&self->nodes, g_ptr_array_unref);
  g_clear_pointer (&self->world, eh_world_free);
  g_clear_pointer (&self->given_log, g_ptr_array_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  eh_trial_history_clear (self);
  g_clear_pointer (&self->trace, g_ptr_array_unref);
  g_clear_pointer (&self->findings, g_array_unref);
  g_clear_object (&self->ids_source);
  g_clear_pointer (&self->simulation, eh_simulation_unref);
  eh_verdict_clear (&self->verdict);
  g_free (self);
}

EhExperiment *
eh_trial_get_experiment (EhTrial *self)
{
  return &self->experiment;
}

EhWorld *
eh_trial_get_world (EhTrial *self)
{
  return self->world;
}

/* ---- runs ---- */

/* Where an oracle stopped the run, steps are half done: nothing can be said of them. */
static void
check_at_rest (EhTrial *self, EhRunEnd end)
{
  eh_check_progress (self, end);
  if (end != EH_RUN_DONE)
    {
      /* If nobody wants to hear of it, no check has seen this run to its end all the same. */
      self->n_unknown += end != EH_RUN_STOPPED && !eh_trial_wants (self, EH_SIM_CHECK_PROGRESS);
      return;
    }
  eh_check_invariants_at_rest (self);
  if (self->is_suspect || self->is_careful)
    eh_check_serial (self);
  eh_check_delivered_at_rest (self);
  if (self->saved_state)
    eh_check_views_at_rest (self);
  eh_check_consumers_at_rest (self);
  if (self->is_careful)
    eh_check_decide_twice (self);
}

gboolean
eh_trial_has_own_code (const EhTrial *self)
{
  if (self->simulation->nodes->len > 0)
    return TRUE;
  for (guint i = 0; i < self->records->len; i++)
    {
      const EhClientStep *spec = g_array_index (self->records, EhTrialStep, i).spec;

      if (spec != NULL && spec->kind == EH_CLIENT_STEP_BODY)
        return TRUE;
    }
  return FALSE;
}

/*
 * A body has the whole store, so it may read the global order, and then every append counts for it, those before its
 * first read too. A run that counts for nothing shows whether it does.
 */
static void
learn_what_bodies_read (EhTrial *self)
{
  GPtrArray *trace = g_steal_pointer (&self->trace);
  EhOracle *oracle = eh_replay_oracle_new (NULL, 0, FALSE);

  eh_trial_history_reset (self);
  eh_world_run (self->world, oracle);
  eh_replay_oracle_free (oracle);
  self->trace = trace;
  self->log_was_read = eh_world_get_log_was_read (self->world);
  self->bus_was_joined = eh_world_get_bus_was_joined (self->world);
}

static const EhVerdict *
run (EhTrial *self, EhOracle *oracle, gboolean hashes_events)
{
  gboolean is_only_one = self->experiment.is_only_one && self->n_runs < REPEATED_FIRST;
  EhRunEnd end;

  if (self->n_runs == 0 && eh_trial_has_own_code (self))
    learn_what_bodies_read (self);
  eh_verdict_clear (&self->verdict);
  g_array_set_size (self->findings, 0);
  eh_trial_history_reset (self);
  /* The first may be one that counts for nothing; after it, units of as many runs begin with a careful one. */
  self->is_careful = eh_trial_wants (self, EH_SIM_CHECK_DETERMINISM)
                     && (self->n_runs == 0 || self->n_runs % CAREFUL_EVERY == 1);
  self->n_runs++;
  eh_world_set_hashes_events (self->world, hashes_events || self->is_careful || is_only_one);
  end = eh_world_run (self->world, oracle);
  /* Learnt too late: what was explored before was told of too few dependences, and is not all. */
  self->n_unknown += (eh_world_get_log_was_read (self->world) && !self->log_was_read)
                     || (eh_world_get_bus_was_joined (self->world) && !self->bus_was_joined);
  check_at_rest (self, end);
  if (eh_trial_wants (self, EH_SIM_CHECK_DETERMINISM) && end != EH_RUN_STOPPED
      && (self->is_careful || is_only_one || self->findings->len > 0))
    eh_check_determinism (self);
  conclude (self, end);
  return &self->verdict;
}

const EhVerdict *
eh_trial_run (EhTrial *self, EhOracle *oracle)
{
  return run (self, oracle, TRUE);
}

GPtrArray *
eh_trial_run_traced (EhTrial *self, EhOracle *oracle, const EhVerdict **verdict)
{
  const EhVerdict *found;

  self->trace = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_trace_row_free);
  found = eh_trial_run (self, oracle);
  if (verdict != NULL)
    *verdict = found;
  return g_steal_pointer (&self->trace);
}
