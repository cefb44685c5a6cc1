/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-sampler-private.h"

#define N_PILOTS 8

/*
 * Faults of a run: it first draws which kinds there can be and how likely one is, from 1/2 down to 1/128 and each order
 * of magnitude as likely; so some runs have none, some one in a strange place, some a storm.
 */
typedef struct {
  guint32 enabled;     /* bits 1 << EhFaultKind */
  guint64 probability; /* of 2^64 */
  guint left;
  guint most[EH_FAULT_N_KINDS];
} Weather;

struct _EhSampler {
  EhOracle parent;
  const EhExploreBudget *budget; /* (unowned) */
  EhRandom random;
  Weather weather;
  EhStrategy strategy;              /* of this run */
  EhPicker *pickers[EH_STRATEGY_N]; /* (owned) (nullable) */
  EhPicker *picker;                 /* (unowned): one of them */
  EhContention *contention;         /* (unowned) (nullable): is measured */
};

static guint
sampler_next (EhOracle *oracle, const EhCandidate *candidates, guint n, gboolean running_first)
{
  EhSampler *self = (EhSampler *) oracle;
  guint picked = self->picker->pick (self->picker, &self->random, candidates, n);

  if (self->contention != NULL)
    eh_contention_add (self->contention, candidates, picked, n);
  return picked;
}

static guint
sampler_fault (EhOracle *oracle, guint task, guint index, const EhOp *op, const EhFault *faults, guint n)
{
  Weather *weather = &((EhSampler *) oracle)->weather;
  EhRandom *random = &((EhSampler *) oracle)->random;
  guint possible[EH_FAULTS_MAX];
  guint n_possible = 0;
  guint picked;

  if (weather->left == 0 || weather->enabled == 0)
    return 0;
  for (guint i = 0; i < n; i++)
    if ((weather->enabled >> faults[i].kind & 1) && weather->most[faults[i].kind] > 0)
      possible[n_possible++] = i;
  if (n_possible == 0 || eh_random_next (random) >= weather->probability)
    return 0;
  picked = possible[eh_random_below (random, n_possible)];
  weather->left--;
  weather->most[faults[picked].kind]--;
  return picked + 1;
}

static guint64
sampler_choose (EhOracle *oracle, EhChoiceKind kind, guint64 arity, const char *label)
{
  return eh_random_below (&((EhSampler *) oracle)->random, arity);
}

static void
sampler_did (EhOracle *oracle, guint task, guint index, const EhOp *op)
{
  EhSampler *self = (EhSampler *) oracle;

  if (self->picker->did != NULL)
    self->picker->did (self->picker, task, op);
}

static void
draw_weather (EhSampler *self)
{
  Weather *weather = &self->weather;
  guint shift;

  weather->left = self->budget->n_faults;
  if (weather->left == 0)
    return;
  weather->enabled = 0;
  for (guint kind = 0; kind < EH_FAULT_N_KINDS; kind++)
    {
      weather->most[kind] = self->budget->most[kind];
      if (weather->most[kind] > 0 && eh_random_below (&self->random, 2))
        weather->enabled |= 1u << kind;
    }
  shift = 1 + eh_random_below (&self->random, 6);
  weather->probability = G_MAXUINT64 >> (shift + 1);
  weather->probability += eh_random_below (&self->random, weather->probability);
}

static void
begin (EhSampler *self, guint64 seed, guint64 run, EhStrategy strategy)
{
  self->random.state = eh_random_mix (eh_random_mix (seed + 1) + run);
  self->strategy = strategy != EH_STRATEGY_PORTFOLIO ? strategy : eh_portfolio_choose (&self->random);
  self->picker = self->pickers[self->strategy];
  draw_weather (self);
  if (self->picker->begin != NULL)
    self->picker->begin (self->picker, &self->random);
}

EhOracle *
eh_sampler_begin (EhSampler *self, guint64 run)
{
  begin (self, self->budget->seed, run, self->budget->strategy);
  return &self->parent;
}

EhStrategy
eh_sampler_get_strategy (EhSampler *self)
{
  return self->strategy;
}

/* What runs usually have, found in runs that count for nothing else; the same for each job. */
static EhContention
measure_contention (EhSampler *self, EhExperiment *experiment)
{
  EhContention most = { 0 };

  for (guint i = 0; i < N_PILOTS; i++)
    {
      EhContention contention = { 0 };

      begin (self, ~self->budget->seed, i, EH_STRATEGY_RANDOM);
      self->contention = &contention;
      experiment->run (experiment, &self->parent);
      most.n_choices = MAX (most.n_choices, contention.n_choices);
      most.n_races = MAX (most.n_races, contention.n_races);
    }
  self->contention = NULL;
  return most;
}

EhSampler *
eh_sampler_new (const EhExploreBudget *budget, EhExperiment *experiment)
{
  EhSampler *self = g_new0 (EhSampler, 1);

  self->parent = (EhOracle){ sampler_next, sampler_fault, sampler_choose, sampler_did };
  self->budget = budget;
  self->pickers[EH_STRATEGY_RANDOM] = eh_strategy_random_new ();
  self->pickers[EH_STRATEGY_URW] = eh_strategy_urw_new ();
  self->pickers[EH_STRATEGY_POS] = eh_strategy_pos_new ();
  if (budget->strategy == EH_STRATEGY_PCT || budget->strategy == EH_STRATEGY_PORTFOLIO)
    self->pickers[EH_STRATEGY_PCT] = eh_strategy_pct_new (measure_contention (self, experiment));
  return self;
}

void
eh_sampler_free (EhSampler *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < EH_STRATEGY_N; i++)
    if (self->pickers[i] != NULL)
      self->pickers[i]->free (self->pickers[i]);
  g_free (self);
}
