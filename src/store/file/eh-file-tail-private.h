/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/file/eh-file-frame-private.h"

G_BEGIN_DECLS

#define EH_FILE_TAIL_NONE G_MAXUINT32

/* A frame in a tail. Rising by loc, by position, and, within a stream, by version. */
typedef struct {
  guint64 loc;
  guint64 position; /* of its first event */
  guint64 version;  /* of its first event */
  guint32 n_events;
  guint32 stream;   /* in the tail's streams */
  guint32 previous; /* frame of the same stream in the tail, or EH_FILE_TAIL_NONE */
} EhFileTailFrame;

/* A stream that has frames in a tail. */
typedef struct {
  EhFileKey key;
  guint64 version;       /* its last version, assigned; 0 if the tail has only truncations of it */
  guint64 name_loc;      /* where its name was written last; EH_FILE_LOC_NONE if that is not known */
  guint64 deleted_loc;   /* its tombstone's; EH_FILE_LOC_NONE if there is none in the tail */
  guint64 truncated_loc; /* its last truncation's; EH_FILE_LOC_NONE if there is none in the tail */
  guint64 kept_version;  /* what the truncation keeps: from this version on */
  guint32 last_frame;    /* its last append in the tail, or EH_FILE_TAIL_NONE */
  guint32 n_frames;
} EhFileTailStream;

/* An event id in a tail. */
typedef struct {
  guint8 id[16];
  guint32 frame;
  guint32 event; /* in the frame */
} EhFileTailId;

/*
 * The index of a part of the log, [begin, end), in memory. Adding and finding need the store's lock; one that was
 * frozen may be read without.
 */
typedef struct {
  guint64 begin;          /* loc */
  guint64 end;            /* loc behind the last frame that was added */
  guint64 last_loc;       /* of the last frame, of whatever kind; EH_FILE_LOC_NONE if there is none */
  guint64 begin_position; /* of the first event that may be in it */
  guint64 end_position;   /* one behind the last event's */

  EhFileTailFrame *frames; /* (owned): appends, in the log's order */
  guint32 n_frames;
  guint32 frames_allocated;

  EhFileTailStream *streams; /* (owned): in the order in which they first appear */
  guint32 n_streams;
  guint32 streams_allocated;

  EhFileTailId *ids;  /* (owned): in the log's order */
  guint8 last_id[16]; /* the greatest of them: most ids rise with time, so most new ones are above it */
  guint32 n_ids;
  guint32 ids_allocated;

  guint32 *stream_slots; /* (owned): open addressing, an index plus 1 */
  guint64 *id_slots;     /* (owned): the same, below the id's hash */
  guint32 n_stream_slots;
  guint32 n_id_slots;
  guint32 n_ids_in_slots; /* the others follow when an id is asked for */
} EhFileTail;

EhFileTail *eh_file_tail_new (guint64 begin, guint64 begin_position);
void eh_file_tail_free (EhFileTail *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhFileTail, eh_file_tail_free)

/* Empties it, to be about what is behind @begin; it keeps its memory. */
void eh_file_tail_begin (EhFileTail *self, guint64 begin, guint64 begin_position);

/* The memory that it takes, in bytes. */
gsize eh_file_tail_get_size (const EhFileTail *self);

EhFileTailStream *eh_file_tail_find (const EhFileTail *self, const EhFileKey *key);
const EhFileTailId *eh_file_tail_find_id (EhFileTail *self, const guint8 id[16]);
/* Asks the memory for what finding it will need. */
void eh_file_tail_fetch_id (const EhFileTail *self, const guint8 id[16]);

/*
 * Adds a frame that is about the stream of @key, @end being the loc behind it. Returns the stream, so that the caller
 * can note where its name is, and, if a truncation is all that the tail has of it, its version. Valid until the next
 * add.
 */
EhFileTailStream *eh_file_tail_add (EhFileTail *self, const EhFileKey *key, const EhFileFrame *frame, guint64 end);

/* As eh_file_tail_add(), for a frame that is about no stream. */
void eh_file_tail_pass (EhFileTail *self, const EhFileFrame *frame, guint64 end);

/* The last frame whose position is not above @position, or EH_FILE_TAIL_NONE. */
guint32 eh_file_tail_find_position (const EhFileTail *self, guint64 position);

G_END_DECLS
