/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mocks/eh-oracle-private.h"

G_BEGIN_DECLS

/*
 * Something that can be run again and again by an oracle's choices, and tells each time whether it failed. A
 * simulation is one; the explorer's self-tests have small ones of their own. One thread each; the explorer makes one
 * for each job.
 */
typedef struct _EhExperiment EhExperiment;
struct _EhExperiment {
  /* One run. TRUE if it failed (whatever a failure is). */
  gboolean (*run) (EhExperiment *self, EhOracle *oracle);
  /* Of the last run: a hash that does not change when independent neighbours are swapped. */
  guint64 (*get_fingerprint) (EhExperiment *self);
  /* Of the last run: how many operations. */
  guint (*get_n_ops) (EhExperiment *self);
  /* Of the last run: what was chosen. */
  const EhChoice *(*get_choices) (EhExperiment *self, guint *n);
  void (*free) (EhExperiment *self);
  /* (nullable) Of the last run, if it did not fail: whether it was not found out if it should have. */
  gboolean (*is_undecided) (EhExperiment *self);
  /*
   * (nullable) Of the last run: for each of @n things that should happen sometimes, whether it did. @n is always the
   * same.
   */
  const guint8 *(*get_reached) (EhExperiment *self, guint *n);
  /* (nullable) Of the last run: bits 1 << EhFaultKind of what went wrong. */
  guint32 (*get_fired) (EhExperiment *self);
  /* Said before a run: no other run of the exploration has the same behaviour. */
  gboolean is_only_one;
};

/* Makes an experiment; called in the thread that will run it. All experiments of one factory are alike. */
typedef EhExperiment *(*EhExperimentFactory) (gpointer user_data);

G_END_DECLS
