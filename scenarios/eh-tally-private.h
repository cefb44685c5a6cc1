/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-explorer-private.h"
#include "scenarios/eh-fault-plans-private.h"
#include "scenarios/eh-fingerprints-private.h"

G_BEGIN_DECLS

/* What came of some of the runs of an exploration. Zeroed is empty. */
typedef struct {
  guint64 n_runs;
  guint64 n_blocked;
  guint64 n_ops;
  guint64 n_undecided;
  EhFingerprints fingerprints;
  GArray *reached; /* (owned) (nullable) (element-type guint64): in how many runs each thing happened */
  guint32 fired;   /* bits 1 << EhFaultKind */
  EhFaultSites sites;
  gboolean stopped; /* not all was done that was to be: the budget is used up */
  gboolean cut;     /* something was left out on the way */
  gboolean failed;  /* the last run did */
  EhStrategy failed_by;
  GArray *choices; /* (owned) (nullable) (element-type EhChoice): of the failed run */
} EhTally;

EhTally *eh_tally_new (void);
void eh_tally_free (EhTally *self);
void eh_tally_clear (EhTally *self);

/* Adds the run that @experiment has just made. */
void eh_tally_add_run (EhTally *self, EhExperiment *experiment, gboolean failed, EhStrategy strategy);
/* Adds what came after it. */
void eh_tally_merge (EhTally *self, EhTally *next);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhTally, eh_tally_free)

G_END_DECLS
