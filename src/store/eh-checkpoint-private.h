/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/eh-checkpoint-store.h"
#include "store/file/eh-file-ops-private.h"

G_BEGIN_DECLS

#define EH_CHECKPOINT_NAME_MAX 128

/* Whether @name can be a consumer's; EH_ERROR_INVALID says why not. */
gboolean eh_checkpoint_check_name (const char *name, GError **error);

/* For implementers: EH_ERROR_LOCKED */
EH_FOR_TESTING void eh_checkpoint_set_locked (GError **error, const char *name, const char *where);

/* As eh_file_checkpoint_store_new(), on another table of file calls, which outlives the store. */
EhCheckpointStore *eh_file_checkpoint_store_new_with (const char *folder, const EhFileOps *ops, GError **error);

G_END_DECLS
