/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/eh-event-store.h"

G_BEGIN_DECLS

#define EH_TYPE_MEMORY_STORE (eh_memory_store_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhMemoryStore, eh_memory_store, EH, MEMORY_STORE, GObject)

/**
 * eh_memory_store_new:
 *
 * A store in memory, with all features but durability. Positions are 1, 2, 3 ... without gaps. Any thread may call.
 *
 * Returns: (transfer full): an empty store
 */
EH_PUBLIC EhEventStore *eh_memory_store_new (void);

/**
 * eh_memory_store_reset:
 *
 * Forgets everything, as if the store were new: events, tombstones, snapshots; watches stay. Not to be called while
 * another thread uses the store.
 */
EH_PUBLIC void eh_memory_store_reset (EhMemoryStore *self);

G_END_DECLS
