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
 */
EH_FOR_TESTING void eh_memory_store_mark (EhMemoryStore *self);
EH_FOR_TESTING void eh_memory_store_rollback (EhMemoryStore *self);

G_END_DECLS
