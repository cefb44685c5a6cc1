/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-strategy-private.h"

G_BEGIN_DECLS

/* Draws runs. A run depends on the seed and its number only. */
typedef struct _EhSampler EhSampler;

/* @budget must live on. @experiment is run a few times if the strategy needs to know how long runs are. */
EhSampler *eh_sampler_new (const EhExploreBudget *budget, EhExperiment *experiment);
void eh_sampler_free (EhSampler *self);

/* Returns: (transfer none): the oracle for run number @run */
EhOracle *eh_sampler_begin (EhSampler *self, guint64 run);
/* Which strategy draws the run that was begun. */
EhStrategy eh_sampler_get_strategy (EhSampler *self);

/* Which strategy the portfolio takes for a run. */
EhStrategy eh_portfolio_choose (EhRandom *random);
/* How many runs the portfolio gives to an exhaustive search first, when a run has about @n_ops operations. */
guint64 eh_portfolio_get_exhaustive_runs (guint n_ops);

G_END_DECLS
