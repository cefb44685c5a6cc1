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
 * All of it with the store's lock, and it touches memory only. A lookup in the runs may wait for the disk, so it is
 * done without the lock, on a set of runs of which a reference was taken; if the set is another one afterwards, a part
 * of the tail has moved into a new run, and the lookup begins again.
 *
 * When the tail is full it is frozen and a new one begins; whoever does the background work makes a run of it, which
 * then takes its place in one step.
 */
typedef struct {
  EhFileRuns *runs;   /* (owned): never NULL */
  EhFileTail *frozen; /* (owned) (nullable): not changed any more */
  EhFileTail *tail;   /* (owned) */
  guint64 tail_bytes; /* of log in @tail */
  guint64 n_hidden;   /* tombstones and truncations in @frozen and @tail */
} EhFileIndex;

void eh_file_index_init (EhFileIndex *self, EhFileRuns *runs, guint64 end, guint64 end_position);
void eh_file_index_clear (EhFileIndex *self);

/* Whether the tail should become a run: it is about so much of the log, or takes a quarter of @memory. */
gboolean eh_file_index_is_full (const EhFileIndex *self, guint64 run_size, gsize memory);

/* Whether it takes more than @memory until a run is made: while that is done, what is frozen is there twice. */
gboolean eh_file_index_is_too_large (const EhFileIndex *self, gsize memory);

/* What is known of a stream. */
typedef struct {
  guint64 version;      /* its last; 0 if there is none */
  guint64 kept_version; /* the first that can be read, if not all can */
  gboolean deleted;
  guint64 observed; /* loc of the newest frame from which this is known; 0: it is in the runs */
  guint64 name_loc; /* a frame that holds the name; EH_FILE_LOC_NONE if none is known */
} EhFileStreamState;

/* From memory alone; @state then needs what the runs say, by eh_file_stream_state_add(), unless it is known. */
void eh_file_index_look (const EhFileIndex *self, const EhFileKey *key, guint64 limit, EhFileStreamState *state);
void eh_file_stream_state_add (EhFileStreamState *self, const EhFileHead *head);

/* Whether the runs need not be asked: about the version, for who appends; about everything, for who reads. */
gboolean eh_file_index_knows_version (const EhFileIndex *self, const EhFileStreamState *state);
gboolean eh_file_index_knows (const EhFileIndex *self, const EhFileStreamState *state);

/* Where an event is. */
typedef struct {
  guint64 loc;
  guint64 version;
  guint64 position;
  EhFileKey key; /* of its stream */
} EhFileSpot;

/* From memory alone. */
gboolean eh_file_index_find_id (const EhFileIndex *self, const guint8 id[16], EhFileSpot *spot);

/* Appends to @refs what memory has of the stream's frames below @limit, rising, from the one that holds @from on. */
void eh_file_index_list (const EhFileIndex *self, const EhFileKey *key, guint64 from, guint64 limit, GArray *refs);

/* A frame at or before @position; FALSE if memory begins behind it. */
gboolean eh_file_index_find_position (const EhFileIndex *self, guint64 position, guint64 *loc);

EhFileTailStream *eh_file_index_add (EhFileIndex *self, const EhFileKey *key, const EhFileFrame *frame, guint64 end);
void eh_file_index_pass (EhFileIndex *self, const EhFileFrame *frame, guint64 end);

/* Freezes the tail; nothing must be frozen. */
void eh_file_index_freeze (EhFileIndex *self);

/* @runs cover what was frozen. */
void eh_file_index_thaw (EhFileIndex *self, EhFileRuns *runs);

G_END_DECLS
