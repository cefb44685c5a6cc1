/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/eh-checkpoint-store.h"

G_BEGIN_DECLS

#define EH_TYPE_MEMORY_CHECKPOINT_STORE (eh_memory_checkpoint_store_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhMemoryCheckpointStore, eh_memory_checkpoint_store, EH, MEMORY_CHECKPOINT_STORE, GObject)

/**
 * eh_memory_checkpoint_store_new:
 *
 * Checkpoints that last as long as the object; for tests and simulations.
 *
 * Returns: (transfer full): the store
 */
EH_PUBLIC EhCheckpointStore *eh_memory_checkpoint_store_new (void);

G_END_DECLS
