/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/file/eh-file-store.h"

G_BEGIN_DECLS

/*
 * Looking after stores in folders: listing, counting, checking, saving what is whole, copying. Nothing here changes the
 * store that it looks at, and all of it works beside a process that writes. The calls block for as long as they take,
 * from any thread.
 */

/* ---- listing ---- */

/**
 * EhFileStreamInfo:
 * @name: the stream's
 * @version: its last; of a deleted one, what it had
 * @first_version: the first that can be read; above 1 if it was truncated
 * @deleted: whether it has a tombstone
 * @n_bytes: what its events take in the log; 0 if that was not asked for
 */
typedef struct {
  const char *name;
  guint64 version;
  guint64 first_version;
  gboolean deleted;
  guint64 n_bytes;
} EhFileStreamInfo;

/**
 * EhFileStreamInfoFunc:
 * @info: valid during the call
 * @error: why the listing is to end
 *
 * Returns: %FALSE to end the listing
 */
typedef gboolean (*EhFileStreamInfoFunc) (const EhFileStreamInfo *info, gpointer user_data, GError **error);

/**
 * eh_file_store_list_streams: (skip)
 * @with_bytes: whether the bytes are wanted: each frame's head is then read
 * @func: called for each stream once; it may read the store
 * @error: that of @func; EH_ERROR_CORRUPT, EH_ERROR_CLOSED, G_IO_ERROR
 *
 * Lists all streams, deleted ones too, in the order of the index, which is none that means anything. Nothing is
 * gathered, so that it takes the same memory for any number.
 *
 * Returns: %TRUE if all were listed
 */
EH_PUBLIC gboolean eh_file_store_list_streams (EhFileStore *self, gboolean with_bytes, EhFileStreamInfoFunc func,
                                               gpointer user_data, GError **error);

/**
 * EhFileStats:
 * @n_segments: files of the log
 * @n_compacted: how many of them were compacted
 * @log_bytes: of frames and headers
 * @room_bytes: that the log's files take beyond that: prepared ahead
 * @n_runs: files of the index
 * @index_bytes: of the index
 * @n_snapshots: files of snapshots
 * @snapshot_bytes: of snapshots
 * @n_events: positions given so far
 * @n_streams: streams, deleted ones too
 * @n_deleted: deleted streams
 * @n_truncated: truncated streams that are not deleted
 * @head: the newest position
 * @torn_segment: where opening found a torn tail; 0 if there is none
 * @torn_offset: in that segment
 * @published_segment: up to where the log can be read
 * @published_offset: in that segment
 * @durable_segment: up to where the file LOCK says that it was flushed; 0 if it says nothing
 * @durable_offset: in that segment
 * @written: whether another process, or another store of this one, writes at this moment
 *
 * What is in a store.
 */
typedef struct {
  guint n_segments;
  guint n_compacted;
  guint64 log_bytes;
  guint64 room_bytes;
  guint n_runs;
  guint64 index_bytes;
  guint64 n_snapshots;
  guint64 snapshot_bytes;
  guint64 n_events;
  guint64 n_streams;
  guint64 n_deleted;
  guint64 n_truncated;
  guint64 head;
  guint torn_segment;
  guint torn_offset;
  guint published_segment;
  guint published_offset;
  guint durable_segment;
  guint durable_offset;
  gboolean written;
} EhFileStats;

/**
 * eh_file_store_get_stats: (skip)
 * @stats: (out caller-allocates): the figures
 * @error: EH_ERROR_CORRUPT, EH_ERROR_CLOSED, G_IO_ERROR
 *
 * Counts. Looks at the index and the files, not at the events.
 */
EH_PUBLIC gboolean eh_file_store_get_stats (EhFileStore *self, EhFileStats *stats, GError **error);

/* ---- checking ---- */

/**
 * EhFileDamage:
 * @path: the file
 * @offset: the byte at which it begins
 * @end: the byte behind it; what is there is whole again
 * @first_position: of the events that were there; 0 if there were none
 * @last_position: of the events that were there; %G_MAXUINT64 if nobody knows how many there were
 * @stream: (nullable): the stream, where it is known
 * @derived: whether only the index is damaged, not the log: delete the file, it is made again
 * @message: what is wrong
 *
 * A damaged place of a store.
 */
typedef struct {
  const char *path;
  guint64 offset;
  guint64 end;
  guint64 first_position;
  guint64 last_position;
  const char *stream;
  gboolean derived;
  const char *message;
} EhFileDamage;

/**
 * EhFileDamageFunc:
 * @damage: valid during the call
 */
typedef void (*EhFileDamageFunc) (const EhFileDamage *damage, gpointer user_data);

/**
 * EhFileVerification:
 * @n_segments: files of the log
 * @n_frames: appends and marks that are whole
 * @n_events: events in them
 * @n_streams: streams in them
 * @n_runs: files of the index
 * @n_bytes: that were read
 * @n_damages: places that are damaged
 * @n_derived: of them in the index
 * @torn_segment: where a torn tail begins, which is no damage: a crash leaves it; 0 if there is none
 * @torn_offset: in that segment
 * @has_lock: whether the file LOCK is there, which says up to where the log had been flushed; without it nobody can
 *   tell whether something that was acknowledged is missing behind a torn tail
 *
 * What eh_file_verify() found.
 */
typedef struct {
  guint n_segments;
  guint64 n_frames;
  guint64 n_events;
  guint64 n_streams;
  guint n_runs;
  guint64 n_bytes;
  guint64 n_damages;
  guint64 n_derived;
  guint torn_segment;
  guint torn_offset;
  gboolean has_lock;
} EhFileVerification;

/**
 * eh_file_verify: (skip)
 * @folder: the store's
 * @damage_func: (nullable): called for each damaged place, in the order of the log
 * @progress_func: (nullable): called now and then
 * @user_data: for both
 * @result: (out caller-allocates): what was found, if it returns %TRUE
 * @error: EH_ERROR_NOT_FOUND there is no store; EH_ERROR_INVALID it is something else; EH_ERROR_CORRUPT the whole log
 *   is missing; EH_ERROR_UNSUPPORTED it is of a newer format; G_IO_ERROR, also when cancelled. Other damage is no error
 *
 * Reads all of a store and checks it: headers and how segments follow each other, every frame's checksum, that
 * positions and the versions of each stream have no gap, that names and types can be found, and that the index says
 * what the log says. Takes about 60 bytes of memory a stream.
 *
 * Returns: whether it could be looked at
 */
EH_PUBLIC gboolean eh_file_verify (const char *folder, EhFileDamageFunc damage_func, EhFileProgressFunc progress_func,
                                   gpointer user_data, EhFileVerification *result, GCancellable *cancellable,
                                   GError **error);

/* ---- saving what is whole ---- */

/**
 * EhFileMove:
 * @stream: the stream
 * @old_version: an event's version in the damaged store
 * @new_version: and in the new one
 * @old_position: its position in the damaged store
 * @new_position: and in the new one
 *
 * An event before which others of its stream are lost.
 */
typedef struct {
  const char *stream;
  guint64 old_version;
  guint64 new_version;
  guint64 old_position;
  guint64 new_position;
} EhFileMove;

/**
 * EhFileMoveFunc:
 * @move: valid during the call
 */
typedef void (*EhFileMoveFunc) (const EhFileMove *move, gpointer user_data);

/**
 * EhFileRepair:
 * @n_events: that are in the new store
 * @n_streams: streams that are in it
 * @n_lost: events that were lost; at least, if @unknown
 * @n_moved: events that have another version now
 * @n_damages: damaged places
 * @unknown: whether nobody knows how much was behind the last damage
 *
 * What eh_file_repair() did.
 */
typedef struct {
  guint64 n_events;
  guint64 n_streams;
  guint64 n_lost;
  guint64 n_moved;
  guint64 n_damages;
  gboolean unknown;
} EhFileRepair;

/**
 * eh_file_repair: (skip)
 * @folder: the damaged store's; it is only read
 * @to: where the new store goes; there must be nothing
 * @damage_func: (nullable): called for each place whose events are lost
 * @move_func: (nullable): called for each event that has another version in the new store
 * @progress_func: (nullable): called now and then
 * @user_data: for all of them
 * @result: (out caller-allocates): what was done, if it returns %TRUE
 * @error: EH_ERROR_NOT_FOUND there is no store; EH_ERROR_INVALID it is something else; EH_ERROR_CORRUPT the whole log
 *   is missing; EH_ERROR_EXISTS there is something at @to or at "TO.tmp"; EH_ERROR_LOCKED somebody writes to the
 *   damaged store; EH_ERROR_UNSUPPORTED; G_IO_ERROR, also when cancelled
 *
 * Makes a new store of everything that is whole in a damaged one: with the same ids, times, metadata, batches,
 * tombstones and truncations. What follows a hole closes up: events behind it have lower positions, and those of
 * streams that lost something lower versions. Snapshots and the index are not taken along.
 *
 * Until it is complete the new store is called "TO.tmp". If it fails, that is removed; if the process dies, what it
 * leaves can be deleted.
 */
EH_PUBLIC gboolean eh_file_repair (const char *folder, const char *to, EhFileDamageFunc damage_func,
                                   EhFileMoveFunc move_func, EhFileProgressFunc progress_func, gpointer user_data,
                                   EhFileRepair *result, GCancellable *cancellable, GError **error);

/* ---- copying ---- */

/**
 * EhFileBackup:
 * @n_linked: files that were linked
 * @n_copied: files that were copied
 * @copied_bytes: in them
 * @n_events: positions in the copy
 *
 * What eh_file_backup() did.
 */
typedef struct {
  guint64 n_linked;
  guint64 n_copied;
  guint64 copied_bytes;
  guint64 n_events;
} EhFileBackup;

/**
 * eh_file_backup: (skip)
 * @folder: the store's; somebody may be writing to it
 * @to: where the copy goes; there must be nothing
 * @copy_all: copy what could be linked, too, so that the two share no block of the disk
 * @progress_func: (nullable): called now and then
 * @result: (out caller-allocates): what was done, if it returns %TRUE
 * @error: EH_ERROR_NOT_FOUND there is no store; EH_ERROR_INVALID it is something else; EH_ERROR_EXISTS there is
 *   something at @to or at "TO.tmp"; EH_ERROR_CORRUPT its end is damaged; EH_ERROR_UNSUPPORTED; G_IO_ERROR, also when
 *   cancelled
 *
 * Copies a store as it is at this moment. Sealed segments and the index are hard links where that can be; the segment
 * that is being written is copied up to the published end. The copy is opened and flushed before it gets its name;
 * until then it is called "TO.tmp". If it fails, that is removed; if the process dies, what it leaves can be deleted.
 *
 * Of the log only the end is checked, as by opening. Damage in a sealed segment, or in the index, is copied with it:
 * eh_file_verify() comes first, or looks at the copy.
 */
EH_PUBLIC gboolean eh_file_backup (const char *folder, const char *to, gboolean copy_all,
                                   EhFileProgressFunc progress_func, gpointer user_data, EhFileBackup *result,
                                   GCancellable *cancellable, GError **error);

G_END_DECLS
