/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-experiment-private.h"

G_BEGIN_DECLS

/*
 * Explores an experiment: exhaustively, by dynamic partial-order reduction, or by sampling. Same seed, same result,
 * whatever the number of jobs (a time budget apart).
 */

typedef enum {
  EH_STRATEGY_PORTFOLIO,  /* exhaustive first if it is small, then 30 % URW, 30 % POS, 30 % PCT, 10 % random walk */
  EH_STRATEGY_EXHAUSTIVE, /* source-DPOR with sleep sets; fault plans enumerated outside: none, then 1, then 2 ... */
  EH_STRATEGY_RANDOM,
  EH_STRATEGY_PCT,
  EH_STRATEGY_POS,
  EH_STRATEGY_URW,
  EH_STRATEGY_N,
} EhStrategy;

/* Threads. */
#define EH_EXPLORE_JOBS_MAX 256

const char *eh_strategy_get_nick (EhStrategy strategy);
gboolean eh_strategy_from_nick (const char *nick, EhStrategy *strategy);

typedef struct {
  EhStrategy strategy;
  guint64 seed;
  guint64 max_runs; /* 0: no limit of its own */
  gint64 max_time;  /* microseconds of wall time; 0: no limit */
  guint max_depth;  /* exhaustive: choices deeper than this are not explored (then it is not exhaustive); 0: no limit */
  guint n_jobs;     /* threads, 1 or more */
  guint n_faults;   /* the most faults in one run, all kinds together */
  guint most[EH_FAULT_N_KINDS]; /* of each kind */
} EhExploreBudget;

typedef struct {
  guint64 n_runs;    /* that were complete */
  guint64 n_blocked; /* exhaustive: runs that a sleep set ended early */
  guint64 n_ops;
  guint64 n_undecided;    /* of which nobody knows whether they should have failed */
  guint32 fired;          /* bits 1 << EhFaultKind: what went wrong in any of them */
  guint64 n_distinct;     /* fingerprints seen */
  guint64 n_once;         /* of them, seen exactly once: n_once / n_runs estimates the chance that a next run is new */
  gboolean distinct_full; /* there were more distinct ones than are counted */
  guint64 n_fault_plans;  /* exhaustive: how many were tried */
  gboolean stopped;       /* the budget of runs or time ended it */
  gboolean exhaustive; /* the reduction finished: everything was covered, up to reordering of independent operations */
  gboolean failed;
  guint64 failed_run; /* how many complete runs there were before it, in the strategy's order */
  EhStrategy failed_by;
  GArray *choices; /* (owned) (nullable) (element-type EhChoice): the failing run */
  GArray *reached; /* (owned) (nullable) (element-type guint64): see EhExperiment: in how many runs; at the end only */
} EhExploration;

void eh_exploration_clear (EhExploration *self);

/* (nullable) Called about once a second in the calling thread. */
typedef void (*EhExploreProgress) (const EhExploration *so_far, gdouble seconds, gpointer user_data);

/* Explores until something fails, all is covered or the budget is used up. */
void eh_explore (EhExperimentFactory factory, gpointer factory_data, const EhExploreBudget *budget,
                 EhExploreProgress progress, gpointer progress_data, EhExploration *result);

/*
 * An oracle that repeats choices. Strict: any difference in kind, arity or label ends the run, and
 * eh_replay_oracle_get_divergence() names the step, what was expected and what came. Lenient: values are clamped,
 * missing ones are 0.
 */
EhOracle *eh_replay_oracle_new (const EhChoice *choices, guint n, gboolean strict);
const char *eh_replay_oracle_get_divergence (EhOracle *oracle);
void eh_replay_oracle_free (EhOracle *oracle);

G_END_DECLS
