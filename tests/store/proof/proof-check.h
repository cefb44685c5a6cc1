/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "proof-crash.h"
#include "proof-work.h"

G_BEGIN_DECLS

/* What is known of the states of a workload, and how they are to be looked at. */
typedef struct {
  ProofWork *work;
  const ProofImage *base; /* (nullable): what its disk began with */
  guint deep_every;       /* of so many new images one is opened with crashes during its recovery; 0: none */
  ProofCrashOptions deep; /* for these */
  guint64 only;           /* G_MAXUINT64: all states; else that one, and say what it is */

  GHashTable *seen; /* (owned): what is in an image, by its hash, plus 1 */
  guint64 n_deep;   /* states of crashes during recovery */
  guint64 n_distinct;
  char *what;     /* (owned) (nullable): the first thing that is wrong */
  char *state;    /* (owned) (nullable): where */
  guint64 number; /* of that state */

  /* What is appended to each recovered store, and to each that was recovered from a crash during that. */
  EhEventBatch *after[2]; /* (owned) */
  ProofRecord after_record[2];
} ProofCheck;

void proof_check_init (ProofCheck *self, ProofWork *work, const ProofImage *base);
void proof_check_clear (ProofCheck *self);

/*
 * A ProofStateFunc: opens the state and compares all that it holds with what is known; appends, closes or dies, opens
 * it again and compares again.
 */
gboolean proof_check_state (gpointer user_data, const ProofState *state);

/* All states of the recorded run behind @from of its journal. FALSE if something is wrong. */
gboolean proof_check_run (ProofCheck *self, guint from, const ProofCrashOptions *options, ProofCrashCount *count);

G_END_DECLS
