/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-event.h"

G_BEGIN_DECLS

/* The most events of a memory store: ordinals are 32 bits wide, and the last one stands for "none". */
#define EH_MEMORY_LOG_MAX (G_MAXUINT32 - 1)
#define EH_MEMORY_LOG_NONE G_MAXUINT32

/*
 * All events of a memory store by ordinal, which is the position less 1. It owns them until it is cleared, so a
 * pointer taken out under the store's lock is good for as long as the store is.
 *
 * It grows by segments instead of moving what is there: 32 slots at first, so that a fresh store is cheap, doubling
 * up to 4096, then 4096 each, so that a large one wastes nothing. A hidden event, one of a deleted stream, is marked
 * in the lowest bit of its pointer.
 *
 * Slots from the size on that were reserved may be set; eh_memory_log_publish() makes them part of the log.
 */
typedef struct {
  EhEvent ***segments; /* (owned): each owned */
  guint n_segments;
  guint allocated; /* of segments */
  guint32 size;
} EhMemoryLog;

void eh_memory_log_clear (EhMemoryLog *self);
void eh_memory_log_reset (EhMemoryLog *self);
void eh_memory_log_reserve (EhMemoryLog *self, guint n_events);
void eh_memory_log_publish (EhMemoryLog *self, guint n_events);

static inline EhEvent **
eh_memory_log_get_slot (const EhMemoryLog *self, guint32 ordinal)
{
  guint power = 0;

  if (G_LIKELY (ordinal >= 4096))
    return &self->segments[7 + ordinal / 4096][ordinal % 4096];
  if (ordinal < 32)
    return &self->segments[0][ordinal];
  power = g_bit_storage (ordinal) - 1;
  return &self->segments[power - 4][ordinal - (1u << power)];
}

/* The event, hidden or not. */
static inline EhEvent *
eh_memory_log_get (const EhMemoryLog *self, guint32 ordinal)
{
  return (EhEvent *) ((guintptr) *eh_memory_log_get_slot (self, ordinal) & ~(guintptr) 1);
}

/* The event, or NULL if it is hidden. */
static inline EhEvent *
eh_memory_log_get_visible (const EhMemoryLog *self, guint32 ordinal)
{
  EhEvent *event = *eh_memory_log_get_slot (self, ordinal);

  return ((guintptr) event & 1) == 0 ? event : NULL;
}

static inline void
eh_memory_log_hide (EhMemoryLog *self, guint32 ordinal)
{
  EhEvent **slot = eh_memory_log_get_slot (self, ordinal);

  *slot = (EhEvent *) ((guintptr) *slot | 1);
}

G_END_DECLS
