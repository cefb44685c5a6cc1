/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/eh-memory-bus-queue-private.h"

#include <string.h>

#define CAPACITY_MIN 16

/* An empty queue gives its memory back if it is larger than this, so that a burst is not paid for for ever. */
#define CAPACITY_KEPT 4096

static gsize
queue_slot (const EhBusQueue *self, gsize i)
{
  return (self->head + i) & (self->capacity - 1);
}

/* The part before the head is what wraps around; it moves behind the old end. */
static void
queue_grow (EhBusQueue *self)
{
  gsize capacity = self->capacity == 0 ? CAPACITY_MIN : self->capacity * 2;

  self->items = g_renew (EhBusItem, self->items, capacity);
  if (self->head > 0)
    memcpy (self->items + self->capacity, self->items, self->head * sizeof (EhBusItem));
  self->capacity = capacity;
}

void
eh_bus_queue_push (EhBusQueue *self, EhBusItem item)
{
  if (self->size == self->capacity)
    queue_grow (self);

  self->items[queue_slot (self, self->size)] = item;
  self->size++;
}

void
eh_bus_queue_push_front (EhBusQueue *self, EhBusItem item)
{
  if (self->size == self->capacity)
    queue_grow (self);

  self->head = queue_slot (self, self->capacity - 1);
  self->items[self->head] = item;
  self->size++;
}

EhBusItem
eh_bus_queue_pop (EhBusQueue *self)
{
  EhBusItem item;

  g_assert (self->size > 0);
  item = self->items[self->head];
  self->head = queue_slot (self, 1);
  self->size--;
  if (self->size == 0 && self->capacity > CAPACITY_KEPT)
    eh_bus_queue_clear (self);

  return item;
}

const EhBusItem *
eh_bus_queue_peek (const EhBusQueue *self)
{
  return self->size == 0 ? NULL : &self->items[self->head];
}

void
eh_bus_queue_clear (EhBusQueue *self)
{
  for (gsize i = 0; i < self->size; i++)
    eh_event_unref (self->items[queue_slot (self, i)].event);

  g_free (self->items);
  *self = (EhBusQueue){ 0 };
}
