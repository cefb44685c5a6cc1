/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/file/eh-file-segment-private.h"

G_BEGIN_DECLS

/* The segment is mapped, and its header perhaps not read. What its frames depend on, when salt and number are known. */
void eh_file_headless_set_base (EhFileSegment *segment, guint64 base_position, gboolean compacted);

/* The offset of the first valid frame from @at on, or the end. */
guint32 eh_file_headless_find_frame (const EhFileSegment *segment, guint32 at, EhFileFrame *frame);

/*
 * Make up for the header, so that frames can be read: from @next, that of the segment behind it, or from the frames
 * themselves. @expected is the position behind the segment before. FALSE if that cannot be.
 */
gboolean
eh_file_headless_guess (EhFileSegment *segment, guint32 number, const EhFileSegmentHeader *next, guint64 expected);
gboolean eh_file_headless_solve (EhFileSegment *segment, guint32 number, const guint8 store_id[16], guint64 expected);

G_END_DECLS
