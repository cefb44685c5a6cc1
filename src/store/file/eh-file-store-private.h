/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/file/eh-file-ops-private.h"
#include "store/file/eh-file-options-private.h"
#include "store/file/eh-file-store.h"

G_BEGIN_DECLS

/*
 * Opens the store in @folder by way of @ops, which outlives it. Everything that the store does to files goes through
 * @ops; with options->background off it does it in the calling thread and in the same order each time.
 */
EH_FOR_TESTING EhEventStore *
eh_file_store_open_with (const EhFileOps *ops, const char *folder, const EhFileOptions *options, GError **error);

/*
 * Leaves it as a process leaves it that dies: without a mark, without an index, without writing what was gathered. No
 * call is under way.
 */
EH_FOR_TESTING void eh_file_store_abandon (EhFileStore *self);

/* What opening found. */
typedef struct {
  guint64 torn_loc;   /* where a torn tail began; EH_FILE_LOC_NONE if there was none */
  guint64 torn_bytes; /* about how many bytes of it there were */
  guint64 n_scanned;  /* bytes of log that were read */
  GError *damage;     /* (owned) (nullable): mode=read only: why the log ends where it ends */
} EhFileRecovery;

EH_FOR_TESTING const EhFileRecovery *eh_file_store_get_recovery (EhFileStore *self);

/*
 * Views of events for who goes through many: nothing is allocated, all pointers are into the mapped log and live until
 * the next call or the end of the cursor. Checksums are verified. eh_event_new_json() makes an event of one.
 */
typedef struct {
  guint64 position;
  guint64 version;
  gint64 time;
  const guint8 *id; /* 16 bytes */
  const char *stream;
  gsize stream_length;
  const char *type; /* with a nul */
  guint revision;
  const char *data; /* JSON, with a nul; NULL if compaction dropped it */
  gsize length;
} EhFileEventView;

typedef struct _EhFileCursor EhFileCursor;

/* Goes forwards through the log from @position up to what is published at the time of each call. */
EH_FOR_TESTING EhFileCursor *eh_file_cursor_new (EhFileStore *store, guint64 position, GError **error);
EH_FOR_TESTING void eh_file_cursor_free (EhFileCursor *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhFileCursor, eh_file_cursor_free)

/* FALSE at the end without error; events of deleted streams, and truncated ones, are left out. */
EH_FOR_TESTING gboolean eh_file_cursor_next (EhFileCursor *self, EhFileEventView *view, GError **error);

G_END_DECLS
