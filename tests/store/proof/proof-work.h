/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "proof-disk.h"
#include "proof-model.h"

G_BEGIN_DECLS

/*
 * A workload: a store on a disk of the proof, and letters that say what is done to it, one after the other:
 *
 *   n  append to a new stream             x  append with an exact version     c  append with a wrong one
 *   b  append a batch                     e  append a batch over sector edges g  append three that are flushed together
 *   i  append again what is there         r  append until a segment is full   s  append what needs its own segment
 *   p  save a snapshot                    d  delete a stream                  t  truncate a stream
 *   k  compact                            q  close in good order, open again  o  append, and a reader opens meanwhile
 *   B  back up, and append meanwhile; with links or without, by the length of the log
 *   K  be killed between a write and its flush, open again
 *   H  be killed with half of a write done, open again
 */
#define PROOF_LETTERS "nxcbegirspdtkqoKHB"

/* So long that there is room behind the frames of one that is closed. */
#define PROOF_LONGER_SEGMENT 16384

typedef struct {
  ProofDisk *disk;   /* (owned) */
  ProofModel *model; /* (owned) */
  EhFileOptions options;
  EhEventStore *store; /* (owned) (nullable) */
  guint n_least;       /* what is certain now */
  guint n_most;
  guint copies;          /* as in ProofKnown */
  gboolean bears_faults; /* calls may fail; what then has happened is found out when the store is opened again */
  gboolean has_failed;   /* a call did */
  gboolean is_poisoned;  /* one did whose outcome is not known: nothing may be acknowledged any more */
  char *what;            /* (owned) (nullable): what is wrong */
} ProofWork;

/* The options of all of them: small, and without threads. */
EhFileOptions proof_work_get_options (void);

/* A disk with nothing but the folder that the store's is to be in. */
ProofImage *proof_work_new_empty (void);

/* @base: what the disk begins with. The store is not opened yet. */
ProofWork *proof_work_new (const ProofImage *base);
void proof_work_free (ProofWork *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProofWork, proof_work_free)

/* Opens the store and finds out what it holds. Like the others: FALSE if something is wrong. */
gboolean proof_work_open (ProofWork *self);
gboolean proof_work_close (ProofWork *self);
void proof_work_kill (ProofWork *self);
/* Closes the store and goes on with another disk that begins with what this one holds. Returns: that, or NULL */
ProofImage *proof_work_rebase (ProofWork *self);
/* Backups that were complete are, and others are not there. */
gboolean proof_work_check_copies (ProofWork *self);
gboolean proof_work_do (ProofWork *self, char letter);
/* From now on the first @n of the log are certain. */
void proof_work_settle (ProofWork *self, guint n);

G_END_DECLS
