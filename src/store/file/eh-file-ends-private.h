/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/file/eh-file-inspect-private.h"
#include "store/file/eh-file-tally-private.h"

G_BEGIN_DECLS

/* Tells of streams that have lost their last events, by what the index in "FOLDER/run" remembers of them. */
void eh_file_tell_lost_ends (const EhFileOps *ops, const char *folder, const guint8 store_id[16], EhFileTally *tally,
                             const EhFileInspectFuncs *funcs);

G_END_DECLS
