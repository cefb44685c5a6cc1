/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-lock-private.h"
#include "store/eh-watch-list-private.h"
#include "store/file/eh-file-index-private.h"
#include "store/file/eh-file-lock-page-private.h"
#include "store/file/eh-file-snapshots-private.h"
#include "store/file/eh-file-store-private.h"
#include "store/file/eh-file-types-private.h"
#include "store/file/eh-file-writer-private.h"

G_BEGIN_DECLS

struct _EhFileStore {
  GObject parent_instance;

  /* immutable after construction */
  const EhFileOps *ops;
  EhFileOptions options;
  EhClock *clock;        /* (owned) */
  gint process;          /* that opened it */
  char *folder;          /* (owned) */
  char *segment_folder;  /* (owned) */
  char *run_folder;      /* (owned) */
  char *snapshot_folder; /* (owned) */
  guint8 store_id[16];
  EhFileRecovery recovery;
  EhFileSegments *segments;   /* (owned): locks by itself */
  EhFileSnapshots *snapshots; /* (owned) (nullable): locks by itself */
  EhFileLockPage lock_page;
  EhFileTypes types; /* locks by itself */

  EhLock lock;
  EhCond cond;                        /* a change for those counted in writer.n_blocked */
  EhCond index_cond;                  /* the worker made less of the index, or is about to look for more */
  EhFileIndex index;                  /* (mutex lock) */
  EhFileWriter writer;                /* (mutex lock) */
  gint closed;                        /* (atomic): set with the lock */
  gint is_settled;                    /* (atomic): closed, and all that was appended is durable */
  gint n_calls;                       /* (atomic): that are under way */
  struct _EhFileReader *spare_reader; /* (owned) (nullable) (mutex lock) */
  guint64 renew_at;                   /* (mutex lock): a reader with a tail of so many bytes looks for newer runs */
  GString *spare_text;                /* (owned) (nullable) (atomic): for the next draft */
  gint hidden_count;                  /* (atomic): rises with each tombstone and truncation that readers see */

  EhLock prepare_lock; /* one at a time makes seg/next */
  EhLock compact_lock; /* one at a time compacts */
  EhLock work_lock;    /* one at a time does what has become due */

  EhCond work_cond;    /* for the worker */
  EhCond merge_cond;   /* for the merger */
  EhCond commit_cond;  /* for the committer */
  EhCond tick_cond;    /* for the ticker, to end */
  gint stopping;       /* (atomic): set with the lock */
  gint work_due;       /* (atomic) */
  gint work_told;      /* (atomic): the worker will look for it */
  gboolean working;    /* (mutex lock): the worker does what was due */
  gboolean commit_due; /* (mutex lock) */
  gboolean merge_due;  /* (mutex lock) */
  GThread *worker;     /* (owned) (nullable) (mutex lock) */
  GThread *merger;     /* (owned) (nullable) (mutex lock) */
  GThread *committer;  /* (owned) (nullable) (mutex lock) */
  GThread *ticker;     /* (owned) (nullable) (mutex lock) */
  GThread *follower;   /* (owned) (nullable) (mutex lock) */

  EhWatchList watches;
};

/* ---- calls: eh-file-store.c ---- */

/* What every call begins with; the lock is held if it succeeds. It is then counted until eh_file_store_leave(). */
gboolean eh_file_store_enter (EhFileStore *self, GError **error);

/* As above, and what was appended before can be read. */
gboolean eh_file_store_enter_reading (EhFileStore *self, GError **error);

/* Without the lock. */
void eh_file_store_leave (EhFileStore *self);

/* ---- writing: eh-file-writer.c; with the lock unless it says otherwise ---- */

/*
 * Waits until a frame of @length bytes has room, making a new segment if need be. May let go of the lock on the way, in
 * which case it takes it again; what was seen before is then to be looked at again.
 */
gboolean eh_file_writer_make_room (EhFileStore *self, guint32 length, GError **error);

/*
 * Puts @draft into the open group. @place has version, and the name if it is not to be referred to; the rest is filled
 * in. @frame is what was made of it; it points into the group's bytes.
 */
void eh_file_writer_put (EhFileStore *self, const EhFileDraft *draft, EhFilePlace *place, EhFileFrame *frame);

/* If nobody leads, leads the open group until it is durable. Lets go of the lock on the way. */
void eh_file_writer_lead (EhFileStore *self);

/* The committer's way: leads group after group until there is nothing to lead. */
void eh_file_writer_lead_on (EhFileStore *self);

/*
 * Waits until everything before @loc is published. Lets go of the lock and does not take it again. EH_ERROR_AMBIGUOUS
 * if it was written and its flush failed.
 */
gboolean eh_file_writer_settle_and_unlock (EhFileStore *self, guint64 loc, GError **error);

/* With sync=interval and never: writes what was gathered, so that it can be read. May let go of the lock. */
gboolean eh_file_writer_write_gathered (EhFileStore *self, GError **error);

/* Waits until everything before @loc is flushed, with every sync mode. May let go of the lock. */
gboolean eh_file_writer_secure (EhFileStore *self, guint64 loc, GError **error);

/*
 * Calls @ticket when everything before @loc is published, or cannot be any more; takes it. FALSE if it is published
 * already, or @error says why it will not be; the ticket is then still the caller's.
 */
gboolean eh_file_writer_attach (EhFileStore *self, guint64 loc, EhFileTicket *ticket, GError **error);

/* With every sync mode: until all is flushed. May let go of the lock. */
gboolean eh_file_writer_flush (EhFileStore *self, GError **error);

/* Makes the first segment, or ends the last one and makes the next. Without the lock. */
gboolean eh_file_writer_begin (EhFileStore *self, GError **error);

/* Makes seg/next as segment @number will need it for a frame of @length bytes, or any. Without the lock. */
gboolean eh_file_writer_prepare (EhFileStore *self, guint32 number, guint32 length, GError **error);

/* Closes the last segment with a mark. */
gboolean eh_file_writer_close (EhFileStore *self, GError **error);

/* F11. */
void eh_file_writer_fail (EhFileStore *self, const GError *error);

/* ---- threads of ours: eh-file-worker.c ---- */

/* Does, or lets do, what has become due. Without the lock. */
void eh_file_store_work (EhFileStore *self);

/* What is not in a run yet goes into one, so that nothing has to be scanned at opening. Without the lock. */
void eh_file_store_finish_index (EhFileStore *self);

/* With the lock: something was gathered that has to be written in time. */
void eh_file_store_want_ticker (EhFileStore *self);

void eh_file_store_stop_threads (EhFileStore *self);

/* Whether the caller is one of them. Without the lock. */
gboolean eh_file_store_is_own_thread (EhFileStore *self);

/*
 * With the lock: waits if an append is to wait until less of the index is in memory; if that could not be brought to
 * the disk, it is tried again, once for each append, which notes in @has_tried that it was. FALSE if it did not wait,
 * and what was seen before is still so; eh_file_index_check_room() then says whether there is room.
 */
gboolean eh_file_store_wait_for_work (EhFileStore *self, gboolean *has_tried);

/* The committer's thread: leads whatever it is wanted for until the threads are stopped. */
void eh_file_store_be_committer (EhFileStore *self);

/* With the lock: the open group has nobody who could lead it. */
void eh_file_store_want_commit (EhFileStore *self);

/* With the lock: whether there is somebody who will; else the caller has to lead. */
gboolean eh_file_store_has_committer (EhFileStore *self);

/* Readers: tells watches of what other processes append. */
void eh_file_store_want_follower (EhFileStore *self);

/* ---- opening: eh-file-recover.c ---- */

/* Opens what is in the folder, or makes it. */
gboolean eh_file_store_recover (EhFileStore *self, GError **error);

/*
 * F1: whether the log has what the runs say that it ends with; then @last_kind is the kind of the last frame, if there
 * is one.
 */
gboolean eh_file_store_fits_runs (EhFileStore *self, EhFileRuns *runs, guint8 *last_kind);

/* Readers: takes in what has been published since. With the lock. */
gboolean eh_file_store_follow (EhFileStore *self, GError **error);

/* ---- the calls that have a file of their own ---- */

gboolean eh_file_store_append (EhEventStore *store, EhEventBatch *batch, gint64 expected, EhAppendFlags flags,
                               EhAppendResult *result, GCancellable *cancellable, GError **error);
gboolean eh_file_store_delete_stream (EhEventStore *store, EhStreamName *name, gint64 expected,
                                      GCancellable *cancellable, GError **error);
gboolean eh_file_store_submit (EhEventStore *store, EhEventBatch *batch, gint64 expected, EhAppendDoneFunc done,
                               gpointer user_data, GError **error);
EhEventPage *eh_file_store_read_stream (EhEventStore *store, EhStreamName *name, guint64 from, EhDirection direction,
                                        guint limit, GCancellable *cancellable, GError **error);
EhEventPage *eh_file_store_read_all (EhEventStore *store, const char *category, guint64 from, EhDirection direction,
                                     guint limit, GCancellable *cancellable, GError **error);

/*
 * The state of a stream as readers see it. With the lock; it may be let go of and taken again, but not after what
 * @state says was seen.
 */
gboolean eh_file_store_look (EhFileStore *self, const EhFileKey *key, EhFileStreamState *state, GError **error);

/* EH_ERROR_NOT_FOUND "the stream NAME was deleted". Returns FALSE. */
gboolean eh_file_store_set_deleted (EhStreamName *name, GError **error);

EhFileKey eh_file_store_get_key (const EhFileStore *self, EhStreamName *name);

/* The engine "file:". */
EhEventStore *eh_file_store_open_uri (GUri *uri, GCancellable *cancellable, GError **error);

G_END_DECLS
