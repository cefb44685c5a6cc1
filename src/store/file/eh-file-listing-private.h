/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/file/eh-file-store-struct-private.h"
#include "store/file/eh-file-tools.h"

G_BEGIN_DECLS

/* A stream as a listing finds it. */
typedef struct {
  EhFileKey key;
  EhFileStreamState state;
  guint64 last_loc;      /* of a frame of it */
  const EhFileRef *refs; /* (nullable): its frames behind the runs */
  guint n_refs;
} EhFileListed;

typedef gboolean (*EhFileListedFunc) (const EhFileListed *listed, EhFileRuns *runs, gpointer user_data, GError **error);

/* Goes through all streams: those in the runs by key, then those that only memory has. */
gboolean eh_file_store_each_stream (EhFileStore *self, EhFileListedFunc func, gpointer user_data, GError **error);

G_END_DECLS
