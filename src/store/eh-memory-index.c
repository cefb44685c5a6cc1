/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/eh-memory-index-private.h"

/*
 * Open addressing with linear probing. A slot has the ordinal of an event in the log and 32 bits of hash, so that
 * neither a probe that misses nor growing touches an event: an event is looked at only when its hash is equal.
 *
 * The hash taken as a fraction of 2^32, times the number of slots, is a slot's home. So the order of the slots is
 * that of the hashes whatever their number is: the table can grow by half instead of doubling, which saves memory,
 * and growing walks the old and the new table side by side.
 *
 * Only the newest is ever removed, while a refused batch is undone or a store is rolled back. The table may have grown
 * since it was added, so that others may have come to lie behind it: those that its empty slot would hide move up.
 */

#define SLOTS_MIN 32

static guint32
eh_memory_index_get_hash (const EhId *id)
{
  return eh_id_hash (id) * 0x9e3779b1u;
}

static guint64
eh_memory_index_get_home (const EhMemoryIndex *self, guint32 hash)
{
  return (hash * self->n_slots) >> 32;
}

static guint64
eh_memory_index_get_next (const EhMemoryIndex *self, guint64 i)
{
  return i + 1 < self->n_slots ? i + 1 : 0;
}

/* The slot with @id, or the empty one where it belongs. */
static EhMemoryIndexSlot *
eh_memory_index_probe (const EhMemoryIndex *self, const EhMemoryLog *log, const EhId *id, guint32 hash)
{
  guint64 i = eh_memory_index_get_home (self, hash);

  for (; self->slots[i].ordinal != 0; i = eh_memory_index_get_next (self, i))
    if (self->slots[i].hash == hash
        && eh_id_equal (eh_event_get_id (eh_memory_log_get (log, self->slots[i].ordinal - 1)), id))
      break;
  return &self->slots[i];
}

static void
eh_memory_index_grow (EhMemoryIndex *self, guint64 n_slots)
{
  EhMemoryIndex grown = { g_new0 (EhMemoryIndexSlot, n_slots), n_slots, self->n_used };

  for (guint64 i = 0; i < self->n_slots; i++)
    {
      guint64 to = 0;

      if (self->slots[i].ordinal == 0)
        continue;
      to = eh_memory_index_get_home (&grown, self->slots[i].hash);
      while (grown.slots[to].ordinal != 0)
        to = eh_memory_index_get_next (&grown, to);
      grown.slots[to] = self->slots[i];
    }
  g_free (self->slots);
  *self = grown;
}

void
eh_memory_index_reserve (EhMemoryIndex *self, guint n_ids)
{
  guint64 n_slots = MAX (self->n_slots, SLOTS_MIN);

  /* At most 2 of 3 slots are used: a search that misses, one for each append, then sees 5 slots; at 4 of 5 it is 13. */
  while ((self->n_used + n_ids) * 3 > n_slots * 2)
    n_slots += n_slots / 2;
  if (n_slots > self->n_slots)
    eh_memory_index_grow (self, n_slots);
}

void
eh_memory_index_prefetch (const EhMemoryIndex *self, const EhId *id)
{
  if (self->n_slots > 0)
    __builtin_prefetch (&self->slots[eh_memory_index_get_home (self, eh_memory_index_get_hash (id))], 1);
}

guint32
eh_memory_index_find (const EhMemoryIndex *self, const EhMemoryLog *log, const EhId *id)
{
  guint32 ordinal = 0;

  if (self->n_used == 0)
    return EH_MEMORY_LOG_NONE;
  ordinal = eh_memory_index_probe (self, log, id, eh_memory_index_get_hash (id))->ordinal;
  return ordinal != 0 ? ordinal - 1 : EH_MEMORY_LOG_NONE;
}

gboolean
eh_memory_index_add (EhMemoryIndex *self, const EhMemoryLog *log, guint32 ordinal)
{
  const EhId *id = eh_event_get_id (eh_memory_log_get (log, ordinal));
  guint32 hash = eh_memory_index_get_hash (id);
  EhMemoryIndexSlot *slot = eh_memory_index_probe (self, log, id, hash);

  if (slot->ordinal != 0)
    return FALSE;
  slot->hash = hash;
  slot->ordinal = ordinal + 1;
  self->n_used++;
  return TRUE;
}

/* Whether a search that begins at @home comes past @hole before it comes to @at. */
static gboolean
eh_memory_index_is_hidden (guint64 home, guint64 hole, guint64 at)
{
  return hole < at ? home <= hole || home > at : home <= hole && home > at;
}

static void
eh_memory_index_close_hole (EhMemoryIndex *self, guint64 hole)
{
  for (guint64 i = eh_memory_index_get_next (self, hole); self->slots[i].ordinal != 0;
       i = eh_memory_index_get_next (self, i))
    {
      if (!eh_memory_index_is_hidden (eh_memory_index_get_home (self, self->slots[i].hash), hole, i))
        continue;
      self->slots[hole] = self->slots[i];
      hole = i;
    }
  self->slots[hole] = (EhMemoryIndexSlot){ 0 };
}

void
eh_memory_index_remove_last (EhMemoryIndex *self, const EhMemoryLog *log, guint32 ordinal)
{
  const EhId *id = eh_event_get_id (eh_memory_log_get (log, ordinal));
  EhMemoryIndexSlot *slot = eh_memory_index_probe (self, log, id, eh_memory_index_get_hash (id));

  g_assert (slot->ordinal == ordinal + 1);
  eh_memory_index_close_hole (self, (guint64) (slot - self->slots));
  self->n_used--;
}

/* A small table is kept, for the next scenario on the same store. */
void
eh_memory_index_reset (EhMemoryIndex *self)
{
  if (self->n_slots > SLOTS_MIN)
    eh_memory_index_clear (self);
  for (guint64 i = 0; i < self->n_slots; i++)
    self->slots[i] = (EhMemoryIndexSlot){ 0 };
  self->n_used = 0;
}

void
eh_memory_index_clear (EhMemoryIndex *self)
{
  g_free (self->slots);
  *self = (EhMemoryIndex){ 0 };
}
