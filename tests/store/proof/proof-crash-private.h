/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <string.h>

#include "proof-crash.h"

G_BEGIN_DECLS

#define PROOF_VERSIONS_MAX 8

/* A change that is not durable yet. */
typedef struct {
  guint entry; /* in the journal */
  const ProofEntry *what;
  guint64 offset; /* of a write: what is left of it */
  const guint8 *bytes;
  gsize size;
  guint64 new_size;  /* that it gave the file; of a write that did not: 0 */
  gboolean is_stuck; /* a sync failed over it: no other one makes it durable */
} ProofPending;

typedef struct {
  gboolean is_folder;
  gboolean has_words;  /* is shared: its words are pending for ever */
  GByteArray *durable; /* (owned): its length is the durable size */
  guint64 live_size;
  GArray *pending; /* (owned) (element-type ProofPending) */

  /* As is being tried; what is durable between two points. */
  gboolean is_current;
  guint8 *work;        /* (owned) (nullable): zeros behind all that was ever there */
  gsize work_size;     /* room */
  guint64 work_hash;   /* of all of it */
  guint64 room;        /* the most that its size may be at this point */
  guint64 size;        /* that is being tried */
  const guint8 *tried; /* the bytes that are being tried */
} ProofCrashInode;

/* An entry of a folder, so that what is in it goes along when that is renamed. */
typedef struct {
  guint folder; /* an inode, or PROOF_ROOT */
  const char *name;
  guint inode;
} ProofCrashName;

/* A file that a state has. */
typedef struct {
  ProofCrashName name;
  guint64 path_hash;
} ProofReached;

/* What can be chosen of the contents: a sector. */
typedef struct {
  guint inode;
  guint64 offset;
  gsize size;
  guint n;                              /* contents; 0 is what is durable */
  guint8 *contents[PROOF_VERSIONS_MAX]; /* (owned) */
  guint64 hashes[PROOF_VERSIONS_MAX];
  guint entries[PROOF_VERSIONS_MAX]; /* behind which of the journal it was so */
  guint chosen;
  guint applied;
} ProofItem;

/* What can be chosen else. */
typedef enum {
  PROOF_UNIT_CHANGE, /* posix: a change of a folder, or not */
  PROOF_UNIT_PREFIX, /* ext4, xfs: how much of the journal of the file system */
  PROOF_UNIT_SIZE,   /* posix: one of a file's sizes; xfs: which of its longer writes was the last */
} ProofUnitKind;

typedef struct {
  ProofUnitKind kind;
  guint n;
  guint inode;
  const ProofEntry *change;
  guint64 sizes[PROOF_VERSIONS_MAX];
} ProofUnit;

struct _ProofCrash {
  const ProofCrashOptions *options;
  GPtrArray *inodes; /* (owned) (element-type ProofCrashInode) */
  GArray *names;     /* (owned) (element-type ProofCrashName): durable */
  GArray *changes;   /* (owned) (element-type ProofPending): of the folders, and in ext4 and xfs of sizes, in order */

  GArray *items; /* (owned) (element-type ProofItem) */
  GArray *units; /* (owned) (element-type ProofUnit) */
  GArray *tried; /* (owned) (element-type ProofCrashName): names of the state */
  const guint8 *unit_choice;
  guint words_choice;

  ProofImage *image;   /* (owned) */
  GStringChunk *paths; /* (owned): of its files */
  GArray *reached;     /* (owned) (element-type ProofReached): of each of them */
  guint64 random;
  guint note;
  guint point;
  ProofStateFunc func;
  gpointer user_data;
  ProofCrashCount *count;
  guint64 number;
};

static inline ProofCrashInode *
proof_crash_get_inode (ProofCrash *self, guint inode)
{
  return g_ptr_array_index (self->inodes, inode);
}

static inline guint64
proof_crash_draw (ProofCrash *self)
{
  self->random = self->random * G_GUINT64_CONSTANT (6364136223846793005) + G_GUINT64_CONSTANT (1442695040888963407);
  return self->random >> 33;
}

/* The part of a path behind the last slash. */
static inline const char *
proof_crash_get_name (const char *path)
{
  return strrchr (path, '/') + 1;
}

/* Does @change to @names. */
void proof_names_apply (GArray *names, const ProofEntry *change);

/* All states of this point. */
gboolean proof_crash_try_point (ProofCrash *self);

G_END_DECLS
