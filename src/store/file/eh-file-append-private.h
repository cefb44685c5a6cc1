/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/file/eh-file-store-struct-private.h"

G_BEGIN_DECLS

/* An append on its way; also a tombstone or a truncation, which have no batch. */
typedef struct {
  EhStreamName *name;
  EhEventBatch *batch; /* (nullable) */
  gint64 expected;
  guint64 version; /* a truncation's */
  EhFileDraft draft;
  guint32 segment; /* what the draft refers to is in this one; 0 if it refers to nothing */
  EhFileKey key;

  /* What is known of its stream and ids. */
  EhFileStreamState state;
  EhFileRuns *probed;     /* (owned) (nullable): the runs that were asked */
  guint32 probed_segment; /* which was the last one then */
  guint64 probed_name;    /* loc of a frame in that one that holds the name; EH_FILE_LOC_NONE if none is known */
  gboolean wants_head;    /* memory does not know it */
  gboolean has_head;
  EhFileHead head;
  EhFileSpot *spots;        /* (owned) (nullable): of ids in the runs; version 0: it is not there */
  gboolean has_tried_index; /* it had no room in memory, and another run was tried */

  /* What became of it. */
  gboolean was_there;
  guint64 first_version;
  guint64 last_position;
  guint64 observed; /* it may be told when everything before this loc is durable */
} EhFileAppend;

void eh_file_append_clear (EhFileAppend *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EhFileAppend, eh_file_append_clear)

/* What can be done without the lock. */
gboolean eh_file_append_prepare (EhFileStore *store, EhFileAppend *self, GError **error);

/* With the lock, which it may let go of and take again. On failure too, @observed says when that may be told. */
gboolean eh_file_append_place (EhFileStore *store, EhFileAppend *self, GError **error);

/* All of it. */
gboolean eh_file_append_run (EhFileStore *store, EhFileAppend *self, GError **error);

G_END_DECLS
