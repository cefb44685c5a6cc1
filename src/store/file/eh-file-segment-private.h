/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/file/eh-file-frame-private.h"
#include "store/file/eh-file-ops-private.h"
#include "store/file/eh-file-options-private.h"

G_BEGIN_DECLS

typedef struct {
  guint8 store_id[16];
  guint32 number;
  guint32 flags;        /* that a reader must know */
  guint32 writer_flags; /* that a writer must know */
  guint32 other_flags;  /* that nobody must know */
  guint64 base_position;
  gint64 time;
  guint64 salt;
  guint64 size;
  guint32 group_limit;
  guint32 previous_length;
  guint64 previous_salt;
} EhFileSegmentHeader;

void eh_file_segment_header_write (const EhFileSegmentHeader *self, guint8 to[EH_FILE_SEGMENT_HEADER]);

/* EH_ERROR_CORRUPT, or EH_ERROR_UNSUPPORTED for a newer format or flags that are not known; @path for the message. */
gboolean eh_file_segment_header_read (EhFileSegmentHeader *self, const guint8 *bytes, gsize size, const char *path,
                                      GError **error);

/* EH_ERROR_UNSUPPORTED for flags that a writer must know and this one does not. */
gboolean eh_file_segment_header_check_writable (const EhFileSegmentHeader *self, const char *path, GError **error);

/*
 * A segment that can be read: mapped, reference-counted (atomically), immutable but for what the log appends.
 *
 * Frames are read straight from the map and verified each time they are read. @end is where its frames end (F5);
 * of the last segment it is the file's size, and whoever reads knows the published end.
 */
typedef struct {
  gint ref_count; /* (atomic) */
  const EhFileOps *ops;
  char *path; /* (owned) */
  EhFileSegmentHeader header;
  EhFileFrameBase base;
  const guint8 *bytes; /* mapped, @size */
  gsize size;
  gboolean in_memory; /* the bytes are not mapped, but owned */
  guint32 end;        /* (atomic) of frames, physical */
  guint32 *samples;   /* (owned) (nullable) (atomic): compacted only; see eh_file_segment_find() */
  guint n_samples;
} EhFileSegment;

EhFileSegment *eh_file_segment_open (const EhFileOps *ops, const char *path, GError **error);
EhFileSegment *eh_file_segment_ref (EhFileSegment *self);
void eh_file_segment_unref (EhFileSegment *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhFileSegment, eh_file_segment_unref)

/* Where the frame whose loc has @offset lies: the same number, but in a compacted segment. 0 if there is none. */
guint32 eh_file_segment_find (EhFileSegment *self, guint32 offset);

/*
 * Reads and verifies the frame whose loc has @offset. EH_ERROR_CORRUPT or EH_ERROR_UNSUPPORTED with file and offset.
 * The frame's bytes live as long as the segment.
 */
gboolean eh_file_segment_read (EhFileSegment *self, guint32 offset, EhFileFrame *frame, GError **error);

/* As eh_file_segment_read(), but @at is where the frame lies: for who goes through a segment. */
gboolean eh_file_segment_read_at (EhFileSegment *self, guint32 at, EhFileFrame *frame, GError **error);

/* The physical offset behind @frame, which is of this segment. */
guint32 eh_file_segment_get_next (const EhFileSegment *self, const EhFileFrame *frame);

/* The name of the stream that @frame is about; not nul-terminated; points into the segment. */
gboolean eh_file_segment_get_name (EhFileSegment *self, const EhFileFrame *frame, const char **name, gsize *length,
                                   GError **error);

/* The type of an event of @frame, nul-terminated; points into the segment. */
gboolean eh_file_segment_get_type (EhFileSegment *self, const EhFileFrame *frame, const EhFileEvent *event,
                                   const char **type, GError **error);

/* Sets EH_ERROR_CORRUPT "PATH: damaged at byte OFFSET: WHAT". Returns FALSE. */
gboolean eh_file_segment_set_corrupt (const EhFileSegment *self, guint32 offset, const char *what, GError **error);

/*
 * The segments of a log, 1 to n without a gap, opened and mapped when they are needed. Any thread may call.
 */
typedef struct _EhFileSegments EhFileSegments;

EhFileSegments *eh_file_segments_new (const EhFileOps *ops, const char *folder);
void eh_file_segments_free (EhFileSegments *self);

/* From now on a segment of another store is EH_ERROR_CORRUPT. */
void eh_file_segments_set_store (EhFileSegments *self, const guint8 store_id[16]);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhFileSegments, eh_file_segments_free)

/* Looks which there are. EH_ERROR_CORRUPT if there is a gap. 0 in @n if there is no log. */
gboolean eh_file_segments_list (EhFileSegments *self, guint32 *n, GError **error);
guint32 eh_file_segments_get_n (EhFileSegments *self);
char *eh_file_segments_get_path (EhFileSegments *self, guint32 number);

/* (transfer full) */
EhFileSegment *eh_file_segments_get (EhFileSegments *self, guint32 number, GError **error);

/* The segment in which @position is, or would be: the last one whose base position is not above it. (transfer full) */
EhFileSegment *eh_file_segments_find_position (EhFileSegments *self, guint64 position, GError **error);

/* There is one more: its file is in place, and says that the one before ends at @previous_end. */
void eh_file_segments_add (EhFileSegments *self, guint32 number, guint32 previous_end);

gboolean
eh_file_segments_read_header (EhFileSegments *self, guint32 number, EhFileSegmentHeader *header, GError **error);

/* After compaction replaced the file: who has it goes on with the old one, who gets it from now on has the new. */
void eh_file_segments_forget (EhFileSegments *self, guint32 number);

/* ---- making segments: the writer's ---- */

/*
 * Makes seg/next, @size bytes of zeros, durable; nothing to do if it is there in that size. Flushes into it are faster
 * if the zeros are @written, and not only the room is taken. G_IO_ERROR_NO_SPACE.
 */
gboolean
eh_file_segment_prepare (const EhFileOps *ops, const char *folder, guint64 size, gboolean written, GError **error);

/*
 * Takes the room that the first @end bytes of @file lack, and writes zeros from @begin on; not durable yet.
 * G_IO_ERROR_NO_SPACE.
 */
gboolean eh_file_segment_take_room (const EhFileOps *ops, int file, const char *path, guint64 begin, guint64 end,
                                    GError **error);

/* F5: gives seg/next a header and its name and makes both durable. Returns the open file. */
gboolean eh_file_segment_activate (const EhFileOps *ops, const char *folder, const EhFileSegmentHeader *header,
                                   int *file, GError **error);

G_END_DECLS
