/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "store/file/eh-file-segment-private.h"

G_BEGIN_DECLS

/* What is to become of a frame. */
typedef enum {
  EH_FILE_FRAME_KEEP,
  EH_FILE_FRAME_DROP_DATA, /* an append becomes a stub: ids and names stay, data goes */
} EhFileFate;

/* Says what becomes of an append; the stream's name is given. FALSE with its error stops the compaction. */
typedef gboolean (*EhFileFateFunc) (gpointer user_data, const EhFileFrame *frame, const char *name, gsize length,
                                    EhFileFate *fate, GError **error);

typedef struct {
  guint64 bytes_before;
  guint64 bytes_after;
  guint64 n_dropped; /* events whose data went */
} EhFileCompaction;

/*
 * F16: writes a smaller copy of the sealed segment @number to seg/<no>.tmp, flushes it, renames it over the segment and
 * flushes the folder. Frames stay with their locs, positions, versions and times, as stubs where @fate says so.
 * A segment in which nothing is to be dropped is left as it is. Can be interrupted between segments by @cancellable and
 * at any moment by a crash; doing it again goes on. Who reads the old file goes on reading it.
 */
gboolean eh_file_compact_segment (EhFileSegments *segments, const EhFileOps *ops, const char *folder, guint32 number,
                                  EhFileFateFunc fate, gpointer user_data, EhFileCompaction *done,
                                  GCancellable *cancellable, GError **error);

G_END_DECLS
