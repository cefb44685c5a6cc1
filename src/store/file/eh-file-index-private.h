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
 * then takes its place in one step. If that fails, for want of room on the disk, say, the tail may grow on in memory,
 * and each time it has grown by a good part of what it may take a run is tried again; when it has taken all, each
 * append tries, and is refused if it fails once more.
 */
typedef struct {
  EhFileRuns *runs;   /* (owned): never NULL */
  EhFileTail *frozen; /* (owned) (nullable): not changed any more */
  EhFileTail *tail;   /* (owned) */
  EhFileTail *spare; /* (owned) (nullable): what was frozen last, to be the next tail; none while something is frozen */
  guint64 tail_bytes; /* of log in @tail */
  guint64 n_hidden;   /* tombstones and truncations in @frozen and @tail */
  GError *failure;    /* (owned) (nullable): why no run could be made of @frozen, the last time that was tried */
  gsize retry_size;   /* that the tail has when it is tried again */
  guint64 n_begun;    /* runs that were begun */
  guint64 n_ended;    /* which of them was the last that ended, well or not */
} EhFileIndex;

void eh_file_index_init (EhFileIndex *self, EhFileRuns *runs, guint64 end, guint64 end_position);
void eh_file_index_clear (EhFileIndex *self);

/* Whether the tail should become a run: it is about so much of the log, or takes a quarter of @memory. */
gboolean eh_file_index_is_full (const EhFileIndex *self, guint64 run_size, gsize memory);

/* Whether a run should be made: of the tail, or once more of what is frozen. */
gboolean eh_file_index_is_due (const EhFileIndex *self, guint64 run_size, gsize memory);

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
/* Asks the memory for what finding it will need. */
void eh_file_index_fetch_id (const EhFileIndex *self, const guint8 id[16]);

/* Appends to @refs what memory has of the stream's frames below @limit, rising, from the one that holds @from on. */
void eh_file_index_list (const EhFileIndex *self, const EhFileKey *key, guint64 from, guint64 limit, GArray *refs);

/* A frame at or before @position; FALSE if memory begins behind it. */
gboolean eh_file_index_find_position (const EhFileIndex *self, guint64 position, guint64 *loc);

EhFileTailStream *eh_file_index_add (EhFileIndex *self, const EhFileKey *key, const EhFileFrame *frame, guint64 end);
void eh_file_index_pass (EhFileIndex *self, const EhFileFrame *frame, guint64 end);

/*
 * What a run is to be made of: what is frozen, or else the tail, which is frozen then. Ends with one of the two below.
 * (transfer none)
 */
EhFileTail *eh_file_index_freeze (EhFileIndex *self);

/* @runs cover what was frozen. */
void eh_file_index_thaw (EhFileIndex *self, EhFileRuns *runs, gsize memory);

/* It could not be written. Takes @failure. */
void eh_file_index_keep_frozen (EhFileIndex *self, gsize memory, GError *failure);

/* FALSE with error if more would have to be kept in memory than @memory, and the last run could not be written. */
gboolean eh_file_index_check_room (const EhFileIndex *self, gsize memory, const char *folder, GError **error);

G_END_DECLS
