/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-simulation-watch-private.h"
#include "scenarios/eh-trial-private.h"

G_BEGIN_DECLS

/*
 * Makes a failing run small: the smallest simulation and run that still fails in the same way, that is by the same
 * check in the same role, whatever the words.
 */

typedef struct {
  guint ops_before;
  guint ops_after;
  guint switches_before; /* how often a client was left although it could have carried on */
  guint switches_after;
  gboolean values;  /* amounts or texts were made smaller */
  guint n_runs;     /* that shrinking took */
  gboolean cut_off; /* passes would have gone on */
  /*
   * Every run of these commands with fewer switches or faults was tried, and every run of some of them with as many,
   * and none fails like that.
   */
  gboolean minimal;
} EhShrinkStats;

typedef struct {
  EhSimulation *simulation; /* (owned): without a schedule still */
  GPtrArray *rows;          /* (owned) (element-type EhTraceRow): the run */
  char *states;             /* (owned): as eh_trial_describe_states() */
  EhVerdict verdict;        /* of that run */
  EhShrinkStats stats;
} EhShrunk;

void eh_shrunk_clear (EhShrunk *self);

/*
 * @simulation: what failed
 * @oracle: leads its trial to the failing run, once
 * @lane: (nullable): is told of each run
 *
 * Returns: FALSE, with nothing in @result, if the run does not fail when it is repeated
 */
gboolean eh_shrink (EhDomain *domain, EhSimulation *simulation, EhOracle *oracle, EhWatchLane *lane, EhShrunk *result);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EhShrunk, eh_shrunk_clear)

G_END_DECLS
