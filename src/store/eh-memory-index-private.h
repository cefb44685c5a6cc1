/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/eh-memory-log-private.h"

G_BEGIN_DECLS

typedef struct {
  guint32 hash;
  guint32 ordinal; /* plus 1; 0 is an empty slot */
} EhMemoryIndexSlot;

/*
 * Where in a memory store's log each event id is. The design is in the .c file.
 */
typedef struct {
  EhMemoryIndexSlot *slots; /* (owned) (nullable) */
  guint64 n_slots;
  guint64 n_used;
} EhMemoryIndex;

void eh_memory_index_clear (EhMemoryIndex *self);
void eh_memory_index_reset (EhMemoryIndex *self);

/* Begins to fetch the memory that a search for @id will wait for. */
void eh_memory_index_prefetch (const EhMemoryIndex *self, const EhId *id);

/* Makes room for @n_ids more. */
void eh_memory_index_reserve (EhMemoryIndex *self, guint n_ids);

/* The ordinal of the event with @id in @log, or EH_MEMORY_LOG_NONE. */
guint32 eh_memory_index_find (const EhMemoryIndex *self, const EhMemoryLog *log, const EhId *id);

/* FALSE if the id is there already. Room must have been reserved, and the event be in its slot of @log. */
gboolean eh_memory_index_add (EhMemoryIndex *self, const EhMemoryLog *log, guint32 ordinal);

/* Takes out what was added last. */
void eh_memory_index_remove_last (EhMemoryIndex *self, const EhMemoryLog *log, guint32 ordinal);

G_END_DECLS
