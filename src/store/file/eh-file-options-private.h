/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-clock.h"
#include "store/file/eh-file-format-private.h"

G_BEGIN_DECLS

typedef enum {
  EH_FILE_SYNC_ALWAYS,
  EH_FILE_SYNC_INTERVAL,
  EH_FILE_SYNC_NEVER,
} EhFileSync;

/* How a store is opened. EH_FILE_OPTIONS_INIT is what a URI without parameters means. */
typedef struct {
  EhFileSync sync;
  guint interval; /* milliseconds */
  guint spin;     /* how many appenders may look for the end of a quick flush instead of sleeping */
  gboolean read_only;
  gboolean create; /* if it is not there */

  /*
   * FALSE: the store makes no threads. Segments are prepared when they are needed, runs are written and merged by the
   * append that makes it due, nothing happens by time. So the same calls make the same file calls.
   */
  gboolean background;

  guint32 segment_size;
  guint32 first_segment_size;
  guint32 group_limit;
  guint32 run_size; /* a run is written when so much of the log has none, */
  guint32 memory;   /* or when the index of that takes a quarter of so many bytes; with more than all, appends wait */
  EhClock *clock;   /* (nullable): the system's */
} EhFileOptions;

#define EH_FILE_OPTIONS_INIT                                                                                           \
  {                                                                                                                    \
    .sync = EH_FILE_SYNC_ALWAYS, .interval = 100, .spin = 64, .create = TRUE, .background = TRUE,                      \
    .segment_size = EH_FILE_SEGMENT_SIZE, .first_segment_size = EH_FILE_SEGMENT_FIRST_SIZE,                            \
    .group_limit = EH_FILE_GROUP_LIMIT, .run_size = EH_FILE_RUN_SIZE, .memory = EH_FILE_MEMORY                         \
  }

G_END_DECLS
