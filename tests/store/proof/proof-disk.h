/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/file/eh-file-ops-private.h"

G_BEGIN_DECLS

/*
 * A disk in memory, behind the table of file calls. It does what a disk does for somebody who never crashes, and, if it
 * is told to, notes each change in a journal, from which every state that a crash could have left can be made
 * (proof-crash.h). One thread at a time.
 */
typedef struct _ProofDisk ProofDisk;

typedef enum {
  PROOF_WRITE,       /* inode, offset, bytes */
  PROOF_SIZE,        /* inode, offset: the new size; bytes beyond the old one are zeros */
  PROOF_WORD,        /* inode, offset, bytes: a word of a shared page was changed */
  PROOF_SYNC,        /* inode */
  PROOF_LOST,        /* inode: a sync failed, and what was pending may never get to the disk */
  PROOF_FOLDER_SYNC, /* path, inode: PROOF_ROOT if it is the top */
  PROOF_NAME,        /* path, inode, offset: whether it is a folder; a name was given to it, also by a link */
  PROOF_UNNAME,      /* path */
  PROOF_RENAME,      /* path, to, inode */
  PROOF_NOTE,        /* number: what the workload says: proof_disk_note() */
} ProofKind;

/* The folder of what is at the top. */
#define PROOF_ROOT G_MAXUINT

typedef struct {
  ProofKind kind;
  guint inode;
  guint64 offset;
  GBytes *bytes;   /* (owned) (nullable) */
  char *path;      /* (owned) (nullable) */
  char *to;        /* (owned) (nullable) */
  guint folder;    /* the inode of the folder that @path is in */
  guint to_folder; /* and @to */
} ProofEntry;

/* Files and folders by whole path; what a crash leaves, or what a disk begins with. */
typedef struct {
  const char *path;
  const guint8 *bytes; /* (nullable) */
  gsize size;
  gboolean is_folder;
} ProofFile;

typedef struct {
  GArray *files; /* (owned) (element-type ProofFile) */
  gboolean owns; /* paths and bytes */
} ProofImage;

ProofImage *proof_image_new (void);
void proof_image_free (ProofImage *self);
/* With copies; only for images that own. */
void proof_image_add (ProofImage *self, const ProofFile *file);
ProofImage *proof_image_copy (const ProofImage *self);
ProofFile *proof_image_find (const ProofImage *self, const char *path);
/* Only from images that own. */
void proof_image_remove (ProofImage *self, const char *path);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProofImage, proof_image_free)

/* A disk with what is in @image (nullable), all of it durable. Inodes are numbered in the order of the image. */
ProofDisk *proof_disk_new (const ProofImage *image);
void proof_disk_free (ProofDisk *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProofDisk, proof_disk_free)

const EhFileOps *proof_disk_get_ops (ProofDisk *self);

/* Everything as it is now, durable or not: what a process that starts after a kill would see. */
ProofImage *proof_disk_get_image (ProofDisk *self);

/* Random bytes come from @seed, the same at each run. */
void proof_disk_set_seed (ProofDisk *self, guint64 seed);
void proof_disk_set_journal (ProofDisk *self, gboolean on);
const ProofEntry *proof_disk_get_journal (ProofDisk *self, guint *n);
void proof_disk_note (ProofDisk *self, guint number);
/* "write seg/next 0+512" */
char *proof_entry_describe (const ProofEntry *entry);

/* From now on each call fails and nothing changes any more: the process is being killed. */
void proof_disk_die (ProofDisk *self);
/* What a process that was killed leaves: files are closed, locks and maps are gone. It lives again. */
void proof_disk_revive (ProofDisk *self);

/* Called at the beginning of each call of @name, before it does anything, but not from within itself. */
typedef void (*ProofHook) (gpointer user_data, const char *name);
void proof_disk_set_hook (ProofDisk *self, ProofHook hook, gpointer user_data);

/* ---- faults ---- */

typedef struct {
  guint call;          /* the call that fails, counted from 1 since this was set; 0 for none */
  int code;            /* the negative errno it fails with; 0: a pwrite of which only the first half is done */
  gboolean is_lasting; /* every later call of the same name fails too */
  gboolean is_lossy;   /* a sync that fails drops what was pending, though reads go on to show it */
  gboolean is_death;   /* after it nothing works any more: proof_disk_die() */
  const char *name;    /* (nullable): only calls of this name are counted */
} ProofFault;

void proof_disk_set_fault (ProofDisk *self, const ProofFault *fault);
/* How many calls that may fail there were since then, and the name of the last that was made to fail (nullable). */
guint proof_disk_get_n_calls (ProofDisk *self);
const char *proof_disk_get_failed (ProofDisk *self);

/* Bytes that may still be taken; G_MAXUINT64 at first. */
void proof_disk_set_room (ProofDisk *self, guint64 room);

/* The number of open files and maps: 0 when everybody has cleaned up. */
guint proof_disk_get_n_open (ProofDisk *self);

G_END_DECLS
