/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-aggregate-cache-private.h"

#include "eh-aggregate-private.h"
#include "model/eh-lock-private.h"

/* Slots that are looked at before looking up. */
#define N_RECENT 4

/*
 * A slot outlives the taking out of its aggregate, so that the usual case, taking out and giving back, allocates
 * nothing and looks up twice. Slots, not aggregates, are counted and evicted, the one given back longest ago first.
 * Two threads that use one aggregate at once make two copies of it; the newer one stays.
 */
typedef struct _Slot Slot;
struct _Slot {
  EhStreamName *stream;   /* (owned) */
  EhAggregate *aggregate; /* (owned) (nullable): NULL while it is taken out */
  Slot *newer;
  Slot *older;
};

struct _EhAggregateCache {
  EhLock lock;
  gboolean is_confined; /* to one thread: there is no need to lock */
  guint size;
  GHashTable *slots; /* (mutex lock) (owned): EhStreamName -> Slot (owned) */
  Slot *newest;      /* (mutex lock) */
  Slot *oldest;      /* (mutex lock) */
};

static void
slot_free (gpointer data)
{
  Slot *slot = data;

  eh_aggregate_free (slot->aggregate);
  eh_stream_name_unref (slot->stream);
  g_free (slot);
}

EhAggregateCache *
eh_aggregate_cache_new (guint size)
{
  EhAggregateCache *self = g_new0 (EhAggregateCache, 1);

  eh_lock_init (&self->lock);
  self->size = size;
  self->slots = g_hash_table_new_full (eh_stream_name_hash, eh_stream_name_equal, NULL, slot_free);
  return self;
}

void
eh_aggregate_cache_free (EhAggregateCache *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->slots);
  eh_lock_clear (&self->lock);
  g_free (self);
}

void
eh_aggregate_cache_confine (EhAggregateCache *self)
{
  self->is_confined = TRUE;
}

static inline void
lock (EhAggregateCache *self)
{
  if (!self->is_confined)
    eh_lock (&self->lock);
}

static inline void
unlock (EhAggregateCache *self)
{
  if (!self->is_confined)
    eh_unlock (&self->lock);
}

static void
unlink_slot (EhAggregateCache *self, Slot *slot)
{
  *(slot->newer != NULL ? &slot->newer->older : &self->newest) = slot->older;
  *(slot->older != NULL ? &slot->older->newer : &self->oldest) = slot->newer;
  slot->newer = slot->older = NULL;
}

static void
link_newest (EhAggregateCache *self, Slot *slot)
{
  slot->older = self->newest;
  *(self->newest != NULL ? &self->newest->newer : &self->oldest) = slot;
  self->newest = slot;
}

/* Called with the lock held. Mostly one of the streams that were used last, by the very same name. */
static Slot *
find_slot (EhAggregateCache *self, EhStreamName *stream)
{
  Slot *slot = self->newest;

  for (guint i = 0; i < N_RECENT && slot != NULL; i++, slot = slot->older)
    if (slot->stream == stream)
      return slot;
  return g_hash_table_lookup (self->slots, stream);
}

/* Called with the lock held. */
static void
make_newest (EhAggregateCache *self, Slot *slot)
{
  if (slot == self->newest)
    return;
  unlink_slot (self, slot);
  link_newest (self, slot);
}

/* What is taken counts as used, so that it is found at once when it is put back. */
EhAggregate *
eh_aggregate_cache_take (EhAggregateCache *self, EhStreamName *stream)
{
  EhAggregate *aggregate = NULL;
  Slot *slot;

  lock (self);
  slot = find_slot (self, stream);
  if (slot != NULL)
    {
      aggregate = g_steal_pointer (&slot->aggregate);
      make_newest (self, slot);
    }
  unlock (self);

  if (aggregate != NULL)
    aggregate->is_kept = aggregate->version > 0;
  return aggregate;
}

/* Called with the lock held. Returns: (transfer full) (nullable): what had to go */
static EhAggregate *
add_slot (EhAggregateCache *self, EhAggregate *aggregate)
{
  EhAggregate *evicted = NULL;
  Slot *slot = g_new0 (Slot, 1);

  if (g_hash_table_size (self->slots) >= self->size)
    {
      Slot *oldest = self->oldest;

      evicted = g_steal_pointer (&oldest->aggregate);
      unlink_slot (self, oldest);
      g_hash_table_remove (self->slots, oldest->stream);
    }
  slot->stream = eh_stream_name_ref (aggregate->stream);
  slot->aggregate = aggregate;
  g_hash_table_insert (self->slots, slot->stream, slot);
  link_newest (self, slot);
  return evicted;
}

/* Called with the lock held. Returns: (transfer full) (nullable): what had to go */
static EhAggregate *
fill_slot (EhAggregateCache *self, Slot *slot, EhAggregate *aggregate)
{
  EhAggregate *rest = aggregate;

  if (slot->aggregate == NULL || slot->aggregate->version < aggregate->version)
    {
      rest = slot->aggregate;
      slot->aggregate = aggregate;
    }
  make_newest (self, slot);
  return rest;
}

void
eh_aggregate_cache_put (EhAggregateCache *self, EhAggregate *aggregate)
{
  EhAggregate *rest = aggregate;
  Slot *slot;

  if (self->size > 0)
    {
      lock (self);
      slot = find_slot (self, aggregate->stream);
      rest = slot == NULL ? add_slot (self, aggregate) : fill_slot (self, slot, aggregate);
      unlock (self);
    }
  eh_aggregate_free (rest);
}

void
eh_aggregate_cache_empty (EhAggregateCache *self)
{
  lock (self);
  for (Slot *slot = self->newest; slot != NULL; slot = slot->older)
    if (slot->aggregate != NULL)
      eh_aggregate_empty (slot->aggregate);
  unlock (self);
}
