/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/eh-checkpoint-store.h"

G_BEGIN_DECLS

#define EH_TYPE_FILE_CHECKPOINT_STORE (eh_file_checkpoint_store_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhFileCheckpointStore, eh_file_checkpoint_store, EH, FILE_CHECKPOINT_STORE, GObject)

/**
 * eh_file_checkpoint_store_new:
 * @folder: made if it is not there
 * @error: G_IO_ERROR
 *
 * One file a consumer, `<name>.json`: written beside, synced and renamed over the old one, so that a crash leaves the
 * one or the other. `<name>.lock` keeps a second process out.
 *
 * Returns: (transfer full): the store
 */
EH_PUBLIC EhCheckpointStore *eh_file_checkpoint_store_new (const char *folder, GError **error);

G_END_DECLS
