/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "proof-check.h"

G_BEGIN_DECLS

/* An empty disk, one with a store; and an empty one with sync=interval, and never. */
#define PROOF_N_BASES 5

/* Of crashes during recovery, and after a fault: the most states of one point, and sectors with all subsets. */
#define PROOF_DEEP_LIMIT 24
#define PROOF_FAULT_LIMIT 16
#define PROOF_INNER_BITS 4

/* What is to be tried, and how much of it. */
typedef struct {
  guint length[PROOF_N_BASES]; /* of the sequences of letters, on each base */
  guint limit;                 /* the most states of one point */
  guint full_bits;
  guint deep_every;
  guint n_seeded; /* longer sequences */
  guint n_kills;
  guint stride;              /* of bits and places: only each so manieth */
  guint fault_stride;        /* of calls */
  gboolean spares_breakages; /* unless they are asked for */
  guint fault_crashes;       /* of so many faults one is also crashed */
  guint64 seed;
  guint part; /* of n_parts, each in a process */
  guint n_parts;
  gboolean shows_progress;

  /* To repeat one state. */
  const char *only_letters; /* (nullable) */
  guint only_base;
  const char *only_profile; /* (nullable): "posix-512" */
  guint64 only_state;       /* G_MAXUINT64: all */
} ProofPlan;

/* What was done; of several processes it is added up. */
typedef struct {
  guint64 n_workloads;
  guint64 n_points;
  guint64 n_sampled;
  guint64 n_states[PROOF_N_PROFILES];
  guint64 n_distinct;
  guint64 n_deep;
  guint64 n_checkpoints; /* states of a store of checkpoints */
  guint64 n_checkpoint_points;
  guint64 n_checkpoint_sampled;
  guint64 n_repairs; /* damaged stores */
  guint64 n_repair_states;
  guint64 n_repair_points;
  guint64 n_repair_sampled;
  guint64 n_intervals; /* moments of stores that flush by time */
  guint64 n_interval_states;
  guint64 n_faults;
  guint64 n_fault_crashes; /* of these, behind which all crashes were tried */
  guint64 n_damages;
  guint64 n_breakages;
  guint64 n_noticed;
  guint64 n_kills;
  guint64 n_violations;
} ProofCounts;

typedef gboolean (*ProofPart) (const ProofPlan *plan, ProofCounts *counts, char **what);

/* Each part: FALSE if something is wrong, and *what says what, and how it is seen again. */
gboolean proof_try_crashes (const ProofPlan *plan, ProofCounts *counts, char **what);
gboolean proof_try_checkpoints (const ProofPlan *plan, ProofCounts *counts, char **what);
gboolean proof_try_faults (const ProofPlan *plan, ProofCounts *counts, char **what);
gboolean proof_try_damages (const ProofPlan *plan, ProofCounts *counts, char **what);
gboolean proof_try_breakages (const ProofPlan *plan, ProofCounts *counts, char **what);
gboolean proof_try_repairs (const ProofPlan *plan, ProofCounts *counts, char **what);
gboolean proof_try_intervals (const ProofPlan *plan, ProofCounts *counts, char **what);
gboolean proof_try_kills (const ProofPlan *plan, ProofCounts *counts, char **what);

/* On a terminal, now and then: how much of a part was done. */
void proof_show_progress (const ProofPlan *plan, const char *part, guint64 done, guint64 total);

/* A workload on one of the bases that has been run. Its journal's part behind @from is that of the last letter. */
ProofWork *proof_new_work (guint base, const char *letters, ProofImage **image, guint *from, char **what);

G_END_DECLS
