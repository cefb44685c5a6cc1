/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/eh-memory-store.h"

G_BEGIN_DECLS

/*
 * For worlds, which begin thousands of runs a second from one state: eh_memory_store_mark() remembers the state and
 * eh_memory_store_rollback() returns to it, as often as wanted, in a time that depends on what happened since
 * alone. What was allocated is kept for the next run. A closed store is open again.
 *
 * Not to be called while another thread uses the store. A reset forgets the mark.
 *
 * A confined store is used by one thread at a time only, as is what it hands out: it locks nothing, and its pages
 * count no references to their events as long as it keeps those itself.
 */
EH_FOR_TESTING EhEventStore *eh_memory_store_new_confined (void);
/* @error: (transfer full): nobody needs it any more: of a confined store, to make the next conflict of it */
EH_FOR_TESTING void eh_memory_store_take_error (EhMemoryStore *self, GError *error);
EH_FOR_TESTING void eh_memory_store_mark (EhMemoryStore *self);
EH_FOR_TESTING void eh_memory_store_rollback (EhMemoryStore *self);

G_END_DECLS
