/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/eh-checkpoint.h"

G_BEGIN_DECLS

/*
 * A checkpoint as a text that is valid as a whole or not at all. Writing fails with EH_ERROR_INVALID for a payload that
 * is no JSON; reading with EH_ERROR_CORRUPT, "byte N: what", or EH_ERROR_UNSUPPORTED for a newer format.
 */
GString *eh_checkpoint_write_text (EhCheckpoint *checkpoint, GError **error);
EhCheckpoint *eh_checkpoint_read_text (const char *name, const char *text, gsize length, GError **error);

G_END_DECLS
