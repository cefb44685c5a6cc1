/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/file/eh-file-store-struct-private.h"

G_BEGIN_DECLS

/* A stream's name as a segment refers to it, with what has been found out about it. */
typedef struct {
  guint64 loc; /* of the frame that holds it; 0: this slot is free */
  const char *text;
  gsize length;
  EhStreamName *name;   /* (owned) (nullable): made when it is first wanted */
  guint64 kept_version; /* older ones are not to be seen; G_MAXUINT64: none is */
} EhFileNameSlot;

/* A type's name as a segment refers to it. */
typedef struct {
  guint64 loc; /* of the frame that names it; 0: this slot is free */
  guint index;
  const char *text;
} EhFileTypeSlot;

#define EH_FILE_READER_TYPES 16

/*
 * Makes events of frames. It remembers names and types, because an event refers to them by frames that would
 * have to be verified each time. One thread; for one call or for a cursor.
 */
typedef struct _EhFileReader EhFileReader;
struct _EhFileReader {
  EhFileStore *store;
  EhFileSegment *segment; /* (owned) (nullable): the one that was read last */
  EhFileNameSlot *names;  /* (owned) */
  guint n_names;          /* a power of 4 */
  guint n_used;           /* of them, since all were forgotten; more if some were not found */
  guint most_names;       /* a power of 4, to which they grow */
  EhFileTypeSlot types[EH_FILE_READER_TYPES];
  EhMetadata *metadata; /* (owned) (nullable): that of @pairs */
  GByteArray *pairs;    /* (owned) (nullable) */
  gboolean may_hide;    /* there are deleted or truncated streams */
  gint hidden_count;    /* when that was looked up */
};

void eh_file_reader_init (EhFileReader *self, EhFileStore *store, guint most_names);
void eh_file_reader_clear (EhFileReader *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EhFileReader, eh_file_reader_clear)

/*
 * One for going through the log: what it remembers serves the next call too, since most readers go on where the last
 * call ended. Given back when the call is over. With the store's lock, for a new call: how much is hidden is looked up
 * anew if that has changed.
 */
EhFileReader *eh_file_reader_take (EhFileStore *store);
void eh_file_reader_give_back (EhFileReader *self);
void eh_file_reader_free (EhFileReader *self);

/* What was remembered of streams may not be so any more. */
void eh_file_reader_forget (EhFileReader *self);

/* Makes segment @number the current one. */
gboolean eh_file_reader_go_to (EhFileReader *self, guint32 number, GError **error);

/* As above, with a segment that the caller has. */
void eh_file_reader_go_in (EhFileReader *self, EhFileSegment *segment);

/* The name of the stream of @frame, which is of the current segment. Valid until the next call. */
EhFileNameSlot *eh_file_reader_get_name (EhFileReader *self, const EhFileFrame *frame, GError **error);

gboolean eh_file_reader_get_type (EhFileReader *self, const EhFileFrame *frame, const EhFileEvent *event,
                                  const char **type, GError **error);

/* Makes the events of @frame with versions from @low to @high and puts them at @events[version - low]. */
gboolean eh_file_reader_make_events (EhFileReader *self, const EhFileFrame *frame, EhStreamName *name, guint64 low,
                                     guint64 high, EhEvent **events, GError **error);

/* Goes through the frames of the log in its order. */
typedef struct {
  EhFileReader *reader;
  guint64 limit; /* loc: the published end */
  guint32 segment;
  guint32 at; /* physical offset of the next frame */
} EhFileWalk;

/* Begins at or a little before the frame that holds @position. */
gboolean eh_file_walk_init (EhFileWalk *self, EhFileReader *reader, guint64 position, guint64 limit, GError **error);

/* FALSE at the limit, or with error. */
gboolean eh_file_walk_next (EhFileWalk *self, EhFileFrame *frame, GError **error);

G_END_DECLS
