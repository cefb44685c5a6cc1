/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/file/eh-file-ops-private.h"

G_BEGIN_DECLS

/*
 * A folder that is made under another name, "TO.tmp", and gets its own when all of it is durable; so what a crash
 * leaves is recognised by its name.
 */

/* Makes it, empty, and returns where. EH_ERROR_EXISTS if either is there. (transfer full) */
char *eh_file_target_begin (const EhFileOps *ops, const char *to, GError **error);

/* All that is in @temporary is durable. If it fails that is removed, unless it may come to have its name by a crash. */
gboolean eh_file_target_finish (const EhFileOps *ops, const char *temporary, GError **error);

/* Removes what was made so far, as well as that can be done; nobody has it open. */
void eh_file_target_abandon (const EhFileOps *ops, const char *temporary);

G_END_DECLS
