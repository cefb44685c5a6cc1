/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/file/eh-file-store-struct-private.h"

G_BEGIN_DECLS

/* Where scanning is, and what it saw. */
typedef struct {
  guint32 segment;
  guint32 end; /* the offset, of a loc, behind the last valid frame */
  guint64 next_position;
  guint64 n_bytes;
  guint8 last_kind; /* of a frame */
  guint32 flushed;  /* offset in @segment: what is before it had been flushed when the last frame was written (F3) */

  gboolean only_looks; /* takes nothing in */
  gboolean is_full;    /* it is not at the end: what it took in is as much as a run is made of, and durable */
} EhFileScan;

/*
 * Adds the frames from @scan on to the index, up to @limit or to the first place of the last segment where no valid
 * frame is; for writers, no more than a run is made of at once. FALSE with EH_ERROR_CORRUPT for what cannot be but
 * damage.
 */
gboolean eh_file_store_scan (EhFileStore *self, EhFileScan *scan, guint64 limit, GError **error);

typedef enum {
  EH_FILE_TEAR_NONE,   /* nothing was being written: the log can go on there */
  EH_FILE_TEAR_TORN,   /* what was being written last is not whole */
  EH_FILE_TEAR_DAMAGE, /* there was something that had been flushed: @proof is the offset of a frame that says so */
} EhFileTear;

/*
 * What it is that a valid log is followed by, from @end of its last segment on; @torn_end is behind what is not zero.
 */
EhFileTear eh_file_scan_look_ahead (const EhFileSegment *segment, guint32 end, guint32 *proof, guint32 *torn_end);

/*
 * Whether the last segment of a log was cut: its size was durable before it had its name, so no crash leaves a smaller
 * file. Only a copy is smaller, and ends with a mark.
 */
gboolean eh_file_scan_is_cut (const EhFileSegment *segment, EhFileTear tear, guint8 last_kind);

G_END_DECLS
