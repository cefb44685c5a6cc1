/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/eh-event-store.h"
#include "store/file/eh-file-runs-private.h"
#include "store/file/eh-file-tail-private.h"

G_BEGIN_DECLS

/*
 * Where in the log what is: the runs, which cover the log from its beginning up to some loc, and behind that the tail,
 * in memory. Every frame goes into the tail when it is given its place, before it is durable; so a writer sees what
 * is assigned, and a reader passes the published end as @limit and does not see what is at or behind it.
 *
 * The caller holds the store's lock for calls marked (lock); these touch memory only. A lookup in the runs may
 * wait for the disk, so it is done without the lock, on a set of runs of which a reference was taken:
 *
 *   lock; found = eh_file_tail_find (tail, key); runs = eh_file_runs_ref (index->runs); unlock
 *   if not found: eh_file_runs_find (runs, key, ...)
 *   lock; if index->runs != runs, some of the tail has moved into a new run: begin again
 *
 * When the tail has run_size bytes of log it is frozen: it becomes @frozen, a new tail begins, and whoever does the
 * background work makes a run of it, which then takes its place in one step under the lock.
 */
typedef struct {
  EhFileRuns *runs;   /* (owned) (mutex lock) never NULL */
  EhFileTail *frozen; /* (owned) (nullable) (mutex lock): not changed any more */
  EhFileTail *tail;   /* (owned) (mutex lock) */
} EhFileIndex;

G_END_DECLS
