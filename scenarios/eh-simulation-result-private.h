/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-shrink-private.h"
#include "scenarios/eh-simulation-result.h"

G_BEGIN_DECLS

/* What the domain says is so sometimes. */
typedef struct {
  char *name;     /* (owned) */
  guint64 n_runs; /* in how many it was */
} EhSimulationSometimes;

/* Filled in by the runner and the same ever after. */
struct _EhSimulationResult {
  gatomicrefcount ref_count;
  EhSimulation *simulation; /* (owned): as it was explored: its budget is what was allowed */
  EhSimulationStatus status;
  EhSimCheck check;          /* 0: none failed */
  char *sentence;            /* (owned) */
  gboolean is_exact;         /* it was one run with a schedule */
  EhExploration exploration; /* without choices */
  GPtrArray *warnings;       /* (owned) (element-type utf8) */
  GArray *sometimes;         /* (owned) (element-type EhSimulationSometimes): of an exploration that found nothing */

  /* The run that is shown: a shrunk failure, or the one with the schedule. */
  gboolean is_shrunk;
  EhShrunk shown;     /* empty if there is none to show */
  char *failure_json; /* (owned) (nullable) */
};

EhSimulationResult *eh_simulation_result_new (EhSimulation *simulation);

/* An exhaustive search that its budget ended early: nothing is known of what it did not come to. */
gboolean eh_simulation_result_is_cut_off (const EhSimulationResult *self);

/* @fired: bits 1 << EhFaultKind: what did happen; adds a warning for each reason why the others did not */
void eh_simulation_result_warn_of_silent_faults (EhSimulationResult *self, EhDomain *domain, guint fired);

/* Fills in what was so sometimes, with a warning for each that never was. */
void eh_simulation_result_tell_sometimes (EhSimulationResult *self, EhDomain *domain);
/* (nullable): "sometimes an account is empty: in 12 runs" */
char *eh_simulation_result_describe_sometimes (const EhSimulationResult *self);
GArray *eh_simulation_sometimes_new (void);

/* The nick of a check: "serializable"; NULL for 0. */
const char *eh_sim_check_get_nick (EhSimCheck check);

/* "proven", "sampled", "violation" ... */
const char *eh_simulation_status_get_nick (EhSimulationStatus status);

/* Whether it came out as it should. */
gboolean eh_simulation_status_is_good (EhSimulationStatus status);

/* What was covered and what was not, in a line or two without an end of line: "exhaustive: 34 runs ..." */
char *eh_simulation_result_describe_coverage (const EhSimulationResult *self);

/* What shrinking did: "shrunk: 112 steps to 7, 3 switches to 1; proven minimal"; (nullable): nothing was shrunk */
char *eh_simulation_result_describe_shrinking (const EhSimulationResult *self);

/* A share in percent, as short as it can be said without an exponent: 0.28 is "28", 0.00005 is "0.005". */
char *eh_percent_print (gdouble share);

/* "12,345" */
char *eh_count_print (guint64 count);

/* A lane for each client, then one for each other node that did something: called as in schedules. */
guint eh_shrunk_count_lanes (const EhShrunk *shown);
/* (transfer full) */
char *eh_shrunk_dup_lane_name (const EhShrunk *shown, guint task);

G_END_DECLS
