/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-lock-private.h"
#include "scenarios/eh-dpor-private.h"
#include "scenarios/eh-part-queue-private.h"
#include "scenarios/eh-sampler-private.h"
#include "scenarios/eh-tally-private.h"

G_BEGIN_DECLS

/* An exploration under way. */
typedef struct _EhJob EhJob;
typedef struct {
  EhExperimentFactory factory;
  gpointer factory_data;
  EhExploreBudget budget;
  EhExploreProgress progress; /* (nullable) */
  gpointer progress_data;
  gint64 begin;         /* monotonic microseconds */
  gint64 end;           /* the same, of this phase; 0 for none */
  gint64 next_progress; /* (caller's thread) */
  guint64 max_runs;     /* of this phase and those before; 0 for no limit */
  EhJob *own;           /* (owned): the caller's thread's */

  /* exhaustive: plans of as many faults as this level, and of one more */
  EhFaultPlans level;
  EhFaultPlans next_level;
  EhFaultSites sites;    /* of the plan that is being merged */
  gboolean plan_has_run; /* of the same */

  EhLock lock;
  EhTally total;   /* (lock) */
  guint64 n_plans; /* (lock) */
} EhExploring;

struct _EhJob {
  EhExperiment *experiment; /* (owned) */
  EhSampler *sampler;       /* (owned) (nullable) */
  EhDpor *dpor;             /* (owned) (nullable) */
  gboolean is_caller;
  EhTally *tally; /* (unowned) (nullable): what is being done */
};

/* For EhPartJobs. @user_data: the EhExploring */
gpointer eh_job_begin (gpointer user_data, gboolean is_caller);
void eh_job_end (gpointer user_data, gpointer job);
void eh_job_tick (gpointer user_data);

/* Before each run: whether there is still time and use for it. Reports progress too. */
gboolean eh_exploring_goes_on (EhExploring *self, EhJob *job, const gint *abandoned);

/* As far as max_runs and end allow. TRUE if all was covered. */
gboolean eh_explore_exhaustively (EhExploring *self);
void eh_explore_by_sampling (EhExploring *self);

G_END_DECLS
