/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-dpor-private.h"

G_BEGIN_DECLS

/* What eh-dpor.c and eh-dpor-part.c share: the path. */

enum {
  EH_DPOR_TO_TRY = 1 << 0,
  EH_DPOR_TRIED = 1 << 1,
  EH_DPOR_ASLEEP = 1 << 2,
};

/* One of those who could go on at a node. */
typedef struct {
  guint task;
  guint flags;
  EhOp op; /* that it was about to do */
} EhDporBranch;

typedef struct {
  gboolean is_value;
  guint depth; /* how many choices are above it */
  /* of a value */
  guint64 value;
  guint64 arity;
  /* of a step; if there was no choice it has no branches */
  guint first_branch;
  guint n_branches;
  guint chosen;
  guint task;
  EhOp op;
} EhDporNode;

/* So many choices from the beginning may be shared by parts. */
#define EH_DPOR_LEVELS_MAX 3
/* Masks have no more bits. */
#define EH_DPOR_BRANCHES_MAX 64

/* A choice that parts have in common. */
struct _EhDporFork {
  gatomicrefcount ref_count;
  EhDporFork *above; /* (owned) (nullable) */
  guint level;       /* how many are above */
  guint key[EH_DPOR_LEVELS_MAX];
  guint n_ranks;    /* how many of its branches are parts */
  GArray *nodes;    /* (owned) (element-type EhDporNode): the path up to it, which is the last */
  GArray *branches; /* (owned) (element-type EhDporBranch): of all of them */
};

struct _EhDporPart {
  guint key[EH_DPOR_LEVELS_MAX]; /* for each level, the how many-th branch it is */
  GArray *nodes;                 /* (owned): the path that it begins with; its last choice is what is new */
  GArray *branches;              /* (owned) */
  GPtrArray *forks;              /* (owned) (element-type EhDporFork): by level */
};

/* The choice that is the last of the first @n_nodes of a path becomes the part's next fork. */
void eh_dpor_part_add_fork (EhDporPart *self, const GArray *nodes, const GArray *branches, guint n_nodes);

G_END_DECLS
