/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/eh-event-store.h"

G_BEGIN_DECLS

#define EH_TYPE_FILE_STORE (eh_file_store_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhFileStore, eh_file_store, EH, FILE_STORE, GObject)

/**
 * EhFileStore:
 *
 * A store in a folder: durable, with all features. One process writes, any number read. Positions are 1, 2, 3 ...
 * without gaps. Any thread may call. See docs/file-format.md for what is promised.
 *
 * It is opened with eh_event_store_open() and the URI "file:FOLDER", a path or, with three slashes, an absolute one,
 * percent encoded where it has to be. Parameters: "mode" is "write" (default: made if it is not there), "existing"
 * (written, but must be there) or "read"; "sync" is "always" (default), "interval" or "never"; "interval" is in
 * milliseconds (100); "segment" is the size of segments in MiB (64); "memory" is how many MiB the index of what is in
 * no index file yet may take (64): if none can be written, appends beyond it are refused with its error until one can.
 */

/**
 * eh_file_store_open:
 * @folder: its path
 * @error: EH_ERROR_LOCKED another process writes; EH_ERROR_CORRUPT the log is damaged (open it with mode=read, or
 *   repair it); EH_ERROR_UNSUPPORTED it is of a newer format; EH_ERROR_INVALID the folder holds something else;
 *   G_IO_ERROR
 *
 * Opens a store to write to it, and makes it if it is not there, with flushes as by sync=always.
 *
 * Returns: (transfer full): the store
 */
EH_PUBLIC EhEventStore *eh_file_store_open (const char *folder, GCancellable *cancellable, GError **error);

/**
 * eh_file_store_truncate_stream:
 * @first_version: the first version that stays; above 1, not above the stream's version
 * @error: EH_ERROR_NOT_FOUND no such stream, or it was deleted; EH_ERROR_INVALID there is no such version;
 *   EH_ERROR_CLOSED; G_IO_ERROR
 *
 * Makes the older events of a stream unreadable, for good. They still take room until eh_file_store_compact(). Blocks
 * until it is durable.
 */
EH_PUBLIC gboolean eh_file_store_truncate_stream (EhFileStore *self, EhStreamName *stream, guint64 first_version,
                                                  GCancellable *cancellable, GError **error);

/**
 * EhFileProgressFunc:
 * @done: how much of @total is done
 * @total: how much there is to do: bytes, or files
 * @user_data: what was handed over with the function
 *
 * Called now and then, in the calling thread.
 */
typedef void (*EhFileProgressFunc) (guint64 done, guint64 total, gpointer user_data);

/**
 * eh_file_store_compact:
 * @progress_func: (nullable) (scope call) (closure user_data): called after each segment
 * @user_data: for it
 * @saved: (out) (optional): bytes that were given back
 * @error: EH_ERROR_CORRUPT, EH_ERROR_CLOSED, G_IO_ERROR, also when cancelled; what was done until then stays done
 *
 * Drops the data of deleted and truncated streams from all segments but the one that is being written. Ids stay taken.
 * Blocks for as long as it takes; others can read and append meanwhile.
 */
EH_PUBLIC gboolean eh_file_store_compact (EhFileStore *self, EhFileProgressFunc progress_func, gpointer user_data,
                                          guint64 *saved, GCancellable *cancellable, GError **error);

/**
 * EhFileEventView: (skip)
 * @id: 16 bytes
 * @stream: its name; no nul behind it
 * @type: with a nul
 * @data: the JSON, with a nul; %NULL if compaction dropped it
 *
 * An event where it lies in the log. All that it points to lives until the next call with the cursor.
 */
typedef struct {
  guint64 position;
  guint64 version;
  gint64 time;
  const guint8 *id;
  const char *stream;
  gsize stream_length;
  const char *type;
  guint revision;
  const char *data;
  gsize length;
} EhFileEventView;

/**
 * EhFileCursor: (skip)
 *
 * Goes through all events in their order, forwards: the fast way to replay a store. Nothing is allocated for an event
 * and nothing copied; checksums are verified all the same. For one thread at a time. It keeps the store alive, but not
 * open.
 */
typedef struct _EhFileCursor EhFileCursor;

/**
 * eh_file_cursor_new: (skip)
 * @position: the first that is wanted; 0 is the beginning
 * @error: as eh_event_store_read_all()
 *
 * Returns: (transfer full): the cursor
 */
EH_PUBLIC EhFileCursor *eh_file_cursor_new (EhFileStore *store, guint64 position, GError **error);
EH_PUBLIC void eh_file_cursor_free (EhFileCursor *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhFileCursor, eh_file_cursor_free)

/**
 * eh_file_cursor_next: (skip)
 * @view: (out caller-allocates): the next event that was not deleted or truncated
 * @error: EH_ERROR_CORRUPT, EH_ERROR_CLOSED, G_IO_ERROR
 *
 * Returns: whether there is one; %FALSE without error at the end. What is appended later is there in a later call.
 */
EH_PUBLIC gboolean eh_file_cursor_next (EhFileCursor *self, EhFileEventView *view, GError **error);

G_END_DECLS
