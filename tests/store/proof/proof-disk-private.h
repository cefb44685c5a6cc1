/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "proof-disk.h"

G_BEGIN_DECLS

#define PAGE 4096

/* A file, or a folder, which has no content. A file's bytes do not move while somebody has mapped them. */
typedef struct {
  guint8 *bytes; /* (owned) (nullable): zeros behind the size */
  guint64 size;
  guint64 allocated;
  guint64 taken; /* what is before this has its room on the disk */
  gboolean is_folder;
  guint n_maps;
  gboolean is_locked;
  guint8 *shared; /* (owned) (nullable): what the shared page was when it was last looked at */
} ProofInode;

typedef struct {
  guint inode;
  gboolean is_open;
  gboolean has_lock;
} ProofOpened;

struct _ProofDisk {
  EhFileOps ops;
  GPtrArray *inodes; /* (owned) (element-type Inode) */
  GHashTable *names; /* (owned): path to inode plus 1 */
  GArray *files;     /* (owned) (element-type File) */
  GArray *journal;   /* (owned) (element-type ProofEntry) */
  gboolean has_journal;
  gboolean is_dead;
  guint n_maps;
  guint64 room;
  guint64 random;

  ProofHook hook; /* (nullable) */
  gpointer hook_data;
  gboolean in_hook;

  ProofFault fault;
  guint n_calls;
  const char *failed; /* (nullable) */
};

/* The table of calls, without its disk. */
extern const EhFileOps proof_disk_table;

static inline ProofInode *
proof_disk_get_inode (ProofDisk *self, guint inode)
{
  return g_ptr_array_index (self->inodes, inode);
}

guint proof_disk_add_inode (ProofDisk *self, gboolean is_folder);
void proof_disk_set_name (ProofDisk *self, const char *path, guint inode);
void proof_disk_put_bytes (ProofDisk *self, guint number, gconstpointer data, gsize size, guint64 offset);

/* Shared pages are written without a call, so before each call it is noted what has become of them. */
void proof_disk_note_words (ProofDisk *self);
void
proof_disk_note_change (ProofDisk *self, ProofKind kind, guint inode, guint64 offset, gconstpointer bytes, gsize size);

G_END_DECLS
