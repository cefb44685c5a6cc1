/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/file/eh-file-inspect-private.h"

G_BEGIN_DECLS

/*
 * Compares the index with the log in one pass over each, with memory that does not grow: both add up a number for each
 * id, each frame and each tombstone that they have, in whatever order they come. A stream's versions are added so that
 * the sums agree only if its frames follow each other without a gap.
 */
typedef struct _EhFileSums EhFileSums;

/* Looks which runs there are in "FOLDER/run". */
EhFileSums *eh_file_sums_new (const EhFileOps *ops, const char *folder, GError **error);
void eh_file_sums_free (EhFileSums *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhFileSums, eh_file_sums_free)

/* Opens them; to be done before frames are added. */
gboolean eh_file_sums_open (EhFileSums *self, const guint8 store_id[16], GError **error);

/* A frame of the log that is about the stream of @key. */
void eh_file_sums_add (EhFileSums *self, const EhFileFrame *frame, const EhFileKey *key);

/*
 * Reads the runs, and tells what is damaged. If the log is @whole, up to @end, they must say what it says. Returns how
 * many there are.
 */
guint eh_file_sums_compare (EhFileSums *self, gboolean whole, guint64 end, const EhFileInspectFuncs *funcs);

G_END_DECLS
