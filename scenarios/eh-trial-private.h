/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mocks/eh-world-private.h"
#include "scenarios/eh-simulation-private.h"

G_BEGIN_DECLS

/*
 * A trial runs a simulation: it makes the world, a node for each client (repository without cache, handler, buses)
 * and the given events once, and then runs as often as it is told to, checking each run. It is an #EhExperiment.
 */
typedef struct _EhTrial EhTrial;

/* What was wrong with a run. */
typedef struct {
  EhSimCheck check; /* 0: nothing */
  char *sentence;   /* (owned) (nullable): "bob's PerformWithdrawal was accepted on a balance that alice had spent" */
  char *role; /* (owned) (nullable): what stays the same in the same failure: check, kind, names; no ids, no amounts */
  EhRunEnd end;
} EhVerdict;

void eh_verdict_clear (EhVerdict *self);

/* @domain must outlive it. @error: given events that do not fold, a command that cannot be generated. */
EhTrial *eh_trial_new (EhDomain *domain, EhSimulation *simulation, GError **error);
void eh_trial_free (EhTrial *self);
EhExperiment *eh_trial_get_experiment (EhTrial *self); /* (transfer none); its free does nothing */

/* One run. The verdict is the trial's and valid until the next run. */
const EhVerdict *eh_trial_run (EhTrial *self, EhOracle *oracle);
EhWorld *eh_trial_get_world (EhTrial *self);
/* Of all runs so far: how many whose serial equivalence was not found out within the budget. */
guint64 eh_trial_get_n_unknown (const EhTrial *self);

/* Of the last run: for each thing that the domain says is so sometimes, whether it was. */
const guint8 *eh_trial_get_reached (const EhTrial *self, guint *n);

/* Returns: (transfer full) (nullable): what depends on where things lie in memory; both are those of the trial. */
char *eh_trial_find_addresses (EhTrial *self, EhDomain *domain, EhSimulation *simulation);

/* The simulation with what the last run drew for "generate" as clients like the others. (transfer full) */
EhSimulation *eh_trial_dup_simulation (EhTrial *self);

/*
 * One row of a run, in words. Rows are collected only by eh_trial_run_traced().
 */
typedef struct {
  guint task;
  char *what;     /* (owned): "append Account-a1" */
  char *detail;   /* (owned): "WithdrawalPerformed { amount: 60 } expecting version 2" */
  char *result;   /* (owned): "version 3", "conflict: ..." */
  char *state;    /* (owned) (nullable): the stream's state afterwards: "{ owner: \"mishudark\", balance: 40 }" */
  char *schedule; /* (owned): as in "schedule": "alice: append Account-a1" */
  char *fault;    /* (owned) (nullable): as in "fault-at" */
  gboolean switched;
  gboolean is_given; /* an event to handle */
} EhTraceRow;

void eh_trace_row_free (EhTraceRow *self);

/* As eh_trial_run(), and returns what happened. (transfer full) (element-type EhTraceRow) */
GPtrArray *eh_trial_run_traced (EhTrial *self, EhOracle *oracle, const EhVerdict **verdict);

/*
 * Of the last run: each stream's state as it is and as the best serial order would leave it, in words. (transfer full)
 */
char *eh_trial_describe_states (EhTrial *self);

/*
 * An oracle that follows the words of a schedule and of fault_at, for one run. The client that the first entry left
 * names goes on until it has done the entry's operation. On its way it may do what the schedule does not name at all,
 * so that a schedule survives code that does more than it did; what is named further down must not come earlier. A
 * named client that cannot go on, and entries that are left, are a divergence. Without entries left, everybody
 * carries on.
 */
EhOracle *eh_schedule_oracle_new (EhTrial *trial, char **schedule, char **fault_at);
/* (nullable): which entry did not fit, what was expected, what there was. */
const char *eh_schedule_oracle_get_divergence (EhOracle *oracle);
void eh_schedule_oracle_free (EhOracle *oracle);

G_END_DECLS
