/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "proof-disk.h"

G_BEGIN_DECLS

/*
 * What a power cut may leave. Going along the journal of a recorded run it is kept for each file what is durable and
 * what is pending; at each point behind which something becomes durable, or is known, all states are made that the disk
 * may be in then. (The states at the points between are among them: the same things are durable, and fewer pending.)
 *
 * A state is a choice for each thing that is pending: for each sector one of the contents that it had since it was
 * durable, for each file one of its sizes, for each change of a folder whether it happened. How free the choice is is
 * said by the profile:
 *
 *   posix   each thing by itself: no more is promised than eh-file-ops-private.h says
 *   ext4    changes of folders and sizes get to the disk in their order, whole, through a journal; a size that a write
 *           made does so only behind its data; a sync takes all that came before it in the journal along
 *   xfs     likewise, but the size that a write made is not in the journal: it may lag behind, and lead
 *
 * If there are more choices than can be tried: none, all, each prefix, each alone, all but one, pairs, and random ones
 * from the seed.
 */

typedef enum {
  PROOF_POSIX,
  PROOF_EXT4,
  PROOF_XFS,
  PROOF_N_PROFILES,
} ProofProfile;

const char *proof_profile_get_name (ProofProfile profile);

typedef struct {
  ProofProfile profile;
  guint sector;    /* 512 or 4096 */
  guint full_bits; /* up to so many pending sectors all subsets are tried */
  guint limit;     /* the most states of one point */
  guint64 seed;
} ProofCrashOptions;

typedef struct _ProofCrash ProofCrash;

typedef struct {
  ProofCrash *crash;
  const ProofImage *image; /* after proof_state_fill(); its bytes live until the function returns */
  guint64 hash;
  guint64 number; /* counts the states of this enumeration */
  guint point;    /* how much of the journal had been done */
  guint note;     /* the last one before it */
} ProofState;

/* Returns FALSE to stop. */
typedef gboolean (*ProofStateFunc) (gpointer user_data, const ProofState *state);

typedef struct {
  guint64 n_states;
  guint64 n_points;
  guint64 n_sampled; /* points where not all was tried */
} ProofCrashCount;

/*
 * @base: what the disk began with; @from: only points behind so much of the journal; @count is added to. Returns FALSE
 * if the function did.
 */
gboolean proof_crash_enumerate (const ProofImage *base, const ProofEntry *journal, guint n, guint from,
                                const ProofCrashOptions *options, ProofStateFunc func, gpointer user_data,
                                ProofCrashCount *count);

/* Makes the image. Most states have been seen before, by their hash, and do not need it. Once for each state. */
void proof_state_fill (const ProofState *state);

/* What was chosen for the state that the function is being called with, a line for each thing. */
char *proof_crash_describe (ProofCrash *self);

G_END_DECLS
