/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "model/eh-command.h"
#include "model/eh-event-batch.h"
#include "model/eh-event-page.h"
#include "store/eh-snapshot.h"

G_BEGIN_DECLS

/**
 * EH_READ_LIMIT_MAX:
 *
 * The most events of one read; a larger limit, and 0, mean this one.
 */
#define EH_READ_LIMIT_MAX 4096

/**
 * EhDirection:
 * @EH_FORWARDS: rising versions or positions
 * @EH_BACKWARDS: falling
 */
typedef enum {
  EH_FORWARDS,
  EH_BACKWARDS,
} EhDirection;

/**
 * EhAppendResult:
 * @first_version: of the first event
 * @last_version: of the last event, which is the stream's version now
 * @last_position: of the last event
 * @was_there: the very events were in the stream already; nothing was added
 * @events: (nullable): the events as recorded; only where the caller asked for them; the caller's own
 *
 * What an append did. Initialise it with EH_APPEND_RESULT_INIT; free it with eh_append_result_clear().
 */
typedef struct {
  guint64 first_version;
  guint64 last_version;
  guint64 last_position;
  gboolean was_there;
  EhEventPage *events;
} EhAppendResult;

#define EH_APPEND_RESULT_INIT                                                                                          \
  {                                                                                                                    \
    0, 0, 0, FALSE, NULL                                                                                               \
  }

EH_PUBLIC void eh_append_result_clear (EhAppendResult *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EhAppendResult, eh_append_result_clear)

/**
 * EhAppendFlags:
 * @EH_APPEND_WANT_EVENTS: fill in the result's events
 */
typedef enum {
  EH_APPEND_NONE = 0,
  EH_APPEND_WANT_EVENTS = 1 << 0,
} EhAppendFlags;

/**
 * EhStoreFeatures:
 * @EH_STORE_DURABLE: what was appended survives the process
 * @EH_STORE_READ_ALL: has a global order: read_all, category reads, subscriptions
 * @EH_STORE_DELETE: can delete streams
 * @EH_STORE_SNAPSHOTS: keeps snapshots
 *
 * What a store can do beyond appending and reading streams. What it cannot do it refuses with
 * EH_ERROR_UNSUPPORTED.
 */
typedef enum {
  EH_STORE_DURABLE = 1 << 0,
  EH_STORE_READ_ALL = 1 << 1,
  EH_STORE_DELETE = 1 << 2,
  EH_STORE_SNAPSHOTS = 1 << 3,
} EhStoreFeatures;

/**
 * EhWatchFunc:
 * @head: the position of the newest event
 *
 * Called after events were committed and can be read, in the appending thread or in one of the store's, and when the
 * store was closed, with no lock of the store's held. It only wakes somebody up: it does not block and does not call
 * the store's append.
 */
typedef void (*EhWatchFunc) (guint64 head, gpointer user_data);

/**
 * EhAppendDoneFunc:
 * @result: (nullable): what was done
 * @error: (nullable): or why not; as eh_event_store_append()
 *
 * Called when an append that was submitted has ended, in any thread, with no lock of the store's held. It does not
 * block and appends only by submitting.
 */
typedef void (*EhAppendDoneFunc) (const EhAppendResult *result, const GError *error, gpointer user_data);

#define EH_TYPE_EVENT_STORE (eh_event_store_get_type ())
EH_PUBLIC
G_DECLARE_INTERFACE (EhEventStore, eh_event_store, EH, EVENT_STORE, GObject)

/**
 * EhEventStoreInterface:
 *
 * What a store implements. The public functions below check arguments and that the store is not closed is the
 * implementer's to check; %FALSE or %NULL is returned if and only if the error is set. Any thread may
 * call any of them. What they are handed is already sensible: the batch is not empty, the limit is 1 to
 * EH_READ_LIMIT_MAX, forwards begins at 1 or more, append's result is there and initialised, and events are only
 * wanted by somebody who takes them. @get_features, @append, @read_stream, @get_version and @close are obligatory;
 * without the others the store refuses with EH_ERROR_UNSUPPORTED; without @submit, appends run in threads; without
 * @flush, what an append has acknowledged is as durable as it will be. Who wraps another store passes @flush on.
 */
struct _EhEventStoreInterface {
  GTypeInterface parent_iface;

  EhStoreFeatures (*get_features) (EhEventStore *self);
  gboolean (*append) (EhEventStore *self, EhEventBatch *batch, gint64 expected_version, EhAppendFlags flags,
                      EhAppendResult *result, GCancellable *cancellable, GError **error);
  EhEventPage *(*read_stream) (EhEventStore *self, EhStreamName *stream, guint64 from_version, EhDirection direction,
                               guint limit, GCancellable *cancellable, GError **error);
  EhEventPage *(*read_all) (EhEventStore *self, const char *category, guint64 from_position, EhDirection direction,
                            guint limit, GCancellable *cancellable, GError **error);
  gboolean (*get_version) (EhEventStore *self, EhStreamName *stream, guint64 *version, GCancellable *cancellable,
                           GError **error);
  gboolean (*get_head) (EhEventStore *self, guint64 *position, GCancellable *cancellable, GError **error);
  gboolean (*delete_stream) (EhEventStore *self, EhStreamName *stream, gint64 expected_version,
                             GCancellable *cancellable, GError **error);
  gboolean (*save_snapshot) (EhEventStore *self, EhSnapshot *snapshot, GCancellable *cancellable, GError **error);
  gboolean (*load_snapshot) (EhEventStore *self, EhStreamName *stream, guint64 max_version, EhSnapshot **snapshot,
                             GCancellable *cancellable, GError **error);
  guint (*add_watch) (EhEventStore *self, EhWatchFunc func, gpointer user_data, GDestroyNotify destroy);
  void (*remove_watch) (EhEventStore *self, guint id);
  gboolean (*close) (EhEventStore *self, GCancellable *cancellable, GError **error);
  gboolean (*submit) (EhEventStore *self, EhEventBatch *batch, gint64 expected_version, EhAppendDoneFunc done,
                      gpointer user_data, GError **error);
  gboolean (*flush) (EhEventStore *self, GCancellable *cancellable, GError **error);
};

EH_PUBLIC EhStoreFeatures eh_event_store_get_features (EhEventStore *self);

/**
 * eh_event_store_append: (skip)
 * @batch: the events; at least one
 * @expected_version: what the stream must be at: a version, EH_EXPECTED_NO_STREAM, _EXISTS or _ANY
 * @flags: whether the recorded events are wanted
 * @result: (out caller-allocates) (optional): what was done; untouched on failure
 * @cancellable: (nullable): looked at before anything is written, not after
 * @error: EH_ERROR_CONFLICT the stream is at another version (eh_error_get_versions()); EH_ERROR_INVALID the batch is
 *   empty; EH_ERROR_NOT_FOUND the stream was deleted; EH_ERROR_EXISTS an id is in the store at another place,
 *   or only a part of the batch is there; EH_ERROR_AMBIGUOUS it may or may not have been written: append
 *   the same batch again; EH_ERROR_CLOSED; G_IO_ERROR
 *
 * Appends the events to their stream, whole or not at all, and returns when they are as durable as the store makes
 * them. If the very same ids are at one place of the stream already, nothing is added, the expected version is
 * not looked at and the first result is returned with was_there.
 *
 * Returns: %TRUE if the events are in the stream
 */
EH_PUBLIC gboolean eh_event_store_append (EhEventStore *self, EhEventBatch *batch, gint64 expected_version,
                                          EhAppendFlags flags, EhAppendResult *result, GCancellable *cancellable,
                                          GError **error);

/**
 * eh_event_store_read_stream:
 * @from_version: the first version wanted; forwards, 0 means 1; backwards, %G_MAXUINT64 means the last
 * @limit: the most events wanted; 0 for EH_READ_LIMIT_MAX
 * @error: EH_ERROR_NOT_FOUND the stream was deleted; EH_ERROR_CORRUPT; EH_ERROR_CLOSED; G_IO_ERROR
 *
 * Reads a part of a stream. A stream that never existed reads as an empty page.
 *
 * Returns: (transfer full): the events
 */
EH_PUBLIC EhEventPage *
eh_event_store_read_stream (EhEventStore *self, EhStreamName *stream, guint64 from_version, EhDirection direction,
                            guint limit, GCancellable *cancellable, GError **error);

/**
 * eh_event_store_read_all:
 * @category: (nullable): only streams of this category
 * @from_position: the first position wanted; forwards, 0 means the beginning; backwards, %G_MAXUINT64 the end
 * @limit: the most events wanted; 0 for EH_READ_LIMIT_MAX
 * @error: EH_ERROR_UNSUPPORTED, EH_ERROR_CORRUPT, EH_ERROR_CLOSED, G_IO_ERROR
 *
 * Reads a part of the global order. Events of deleted streams are left out. What is at a position when it is first seen
 * stays there: no event ever appears before one that was read.
 *
 * Returns: (transfer full): the events
 */
EH_PUBLIC EhEventPage *
eh_event_store_read_all (EhEventStore *self, const char *category, guint64 from_position, EhDirection direction,
                         guint limit, GCancellable *cancellable, GError **error);

/**
 * eh_event_store_get_version:
 * @version: (out): the stream's version; 0 if it never existed
 * @error: EH_ERROR_NOT_FOUND the stream was deleted; EH_ERROR_CLOSED; G_IO_ERROR
 */
EH_PUBLIC gboolean eh_event_store_get_version (EhEventStore *self, EhStreamName *stream, guint64 *version,
                                               GCancellable *cancellable, GError **error);

/**
 * eh_event_store_get_head:
 * @position: (out): the position of the newest event; 0 if there is none
 * @error: EH_ERROR_UNSUPPORTED, EH_ERROR_CLOSED, G_IO_ERROR
 */
EH_PUBLIC gboolean eh_event_store_get_head (EhEventStore *self, guint64 *position, GCancellable *cancellable,
                                            GError **error);

/**
 * eh_event_store_delete_stream:
 * @expected_version: as in eh_event_store_append()
 * @error: EH_ERROR_CONFLICT; EH_ERROR_NOT_FOUND it never existed or was deleted before; EH_ERROR_UNSUPPORTED;
 *   EH_ERROR_CLOSED; G_IO_ERROR
 *
 * Puts a tombstone on a stream: its events cannot be read any more and its name can never be used again.
 */
EH_PUBLIC gboolean eh_event_store_delete_stream (EhEventStore *self, EhStreamName *stream, gint64 expected_version,
                                                 GCancellable *cancellable, GError **error);

/**
 * eh_event_store_flush:
 * @error: G_IO_ERROR what could not be made durable; EH_ERROR_CLOSED the store was closed, and that did not succeed
 *
 * Makes all that was appended durable, where the store puts that off. A consumer does so before it saves a checkpoint,
 * which must not outlive the events that it is about. When the store was closed in good order there is nothing left to
 * do, and this succeeds.
 */
EH_PUBLIC gboolean eh_event_store_flush (EhEventStore *self, GCancellable *cancellable, GError **error);

/**
 * eh_event_store_save_snapshot:
 * @snapshot: a state; a snapshot is a copy that may be thrown away at any time
 * @error: EH_ERROR_CONFLICT it is newer than the stream; EH_ERROR_NOT_FOUND no such stream; EH_ERROR_UNSUPPORTED;
 *   EH_ERROR_CLOSED; G_IO_ERROR
 */
EH_PUBLIC gboolean eh_event_store_save_snapshot (EhEventStore *self, EhSnapshot *snapshot, GCancellable *cancellable,
                                                 GError **error);

/**
 * eh_event_store_load_snapshot:
 * @max_version: the newest version wanted; %G_MAXUINT64 for any
 * @snapshot: (out) (transfer full) (nullable): the newest one that is not above @max_version nor above the stream's
 *   version, or %NULL
 * @error: EH_ERROR_NOT_FOUND the stream was deleted; EH_ERROR_UNSUPPORTED; EH_ERROR_CLOSED; G_IO_ERROR
 */
EH_PUBLIC gboolean eh_event_store_load_snapshot (EhEventStore *self, EhStreamName *stream, guint64 max_version,
                                                 EhSnapshot **snapshot, GCancellable *cancellable, GError **error);

/**
 * eh_event_store_add_watch: (skip)
 * @func: called after each commit
 *
 * Returns: an id for eh_event_store_remove_watch(); 0 if the store has no global order
 */
EH_PUBLIC guint eh_event_store_add_watch (EhEventStore *self, EhWatchFunc func, gpointer user_data,
                                          GDestroyNotify destroy);

/**
 * eh_event_store_remove_watch: (skip)
 *
 * When it returns, the function is not running and will not be called again. Not to be called from a watch.
 */
EH_PUBLIC void eh_event_store_remove_watch (EhEventStore *self, guint id);

/**
 * eh_event_store_close:
 * @error: G_IO_ERROR what could not be made durable
 *
 * Waits for calls that are under way; from then on every call is EH_ERROR_CLOSED, except close itself, which does
 * nothing the second time.
 */
EH_PUBLIC gboolean eh_event_store_close (EhEventStore *self, GCancellable *cancellable, GError **error);

/**
 * eh_event_store_open:
 * @uri: "memory:", or that of another engine
 * @error: EH_ERROR_INVALID no URI, or a parameter that the engine does not know; EH_ERROR_UNSUPPORTED no such
 *   engine (the message lists those there are)
 *
 * Returns: (transfer full): the store
 */
EH_PUBLIC EhEventStore *eh_event_store_open (const char *uri, GCancellable *cancellable, GError **error);

/**
 * eh_event_store_append_async:
 *
 * As eh_event_store_append(), without blocking; @callback runs in the caller's thread-default main context.
 */
EH_PUBLIC void
eh_event_store_append_async (EhEventStore *self, EhEventBatch *batch, gint64 expected_version,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);

/**
 * eh_event_store_submit: (skip)
 * @done: called when it is as durable as the store makes it, or was refused; perhaps before this returns
 * @error: why it was refused at once; @done is then not called. EH_ERROR_UNSUPPORTED: use eh_event_store_append_async()
 *
 * As eh_event_store_append_async(), for those who have thousands under way: no task, no main context. Appends of one
 * thread are recorded in the order in which they are submitted. May block while the store writes what it has.
 *
 * Returns: whether @done is, or was, called
 */
EH_PUBLIC gboolean eh_event_store_submit (EhEventStore *self, EhEventBatch *batch, gint64 expected_version,
                                          EhAppendDoneFunc done, gpointer user_data, GError **error);

/**
 * eh_event_store_append_finish:
 * @last_version: (out) (optional): the stream's version now
 * @last_position: (out) (optional): the position of the last event
 */
EH_PUBLIC gboolean eh_event_store_append_finish (EhEventStore *self, GAsyncResult *result, guint64 *last_version,
                                                 guint64 *last_position, GError **error);

G_END_DECLS
