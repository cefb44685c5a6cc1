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

/* What @uri says, and nothing is opened. @folder: (out) (transfer full) */
EH_FOR_TESTING gboolean eh_file_uri_read (GUri *uri, char **folder, EhFileOptions *options, GError **error);

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

G_END_DECLS
