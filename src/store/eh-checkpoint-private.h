/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/eh-checkpoint-store.h"

G_BEGIN_DECLS

#define EH_CHECKPOINT_NAME_MAX 128

/* Whether @name can be a consumer's; EH_ERROR_INVALID says why not. */
gboolean eh_checkpoint_check_name (const char *name, GError **error);

/* For implementers: EH_ERROR_LOCKED */
void eh_checkpoint_set_locked (GError **error, const char *name, const char *where);

G_END_DECLS
