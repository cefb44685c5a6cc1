/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-event.h"

G_BEGIN_DECLS

/* One event on its way to one group. */
typedef struct {
  EhEvent *event; /* (owned) */
  guint64 number; /* rises with each publish; the same in all groups */
  guint attempts; /* how often it was delivered in vain */
} EhBusItem;

/* A ring of items that grows; all zeros is an empty one. Not thread-safe. */
typedef struct {
  EhBusItem *items; /* (owned) (nullable) */
  gsize capacity;   /* 0 or a power of two */
  gsize head;
  gsize size;
} EhBusQueue;

void eh_bus_queue_push (EhBusQueue *self, EhBusItem item);
void eh_bus_queue_push_front (EhBusQueue *self, EhBusItem item);
EhBusItem eh_bus_queue_pop (EhBusQueue *self);
const EhBusItem *eh_bus_queue_peek (const EhBusQueue *self);
void eh_bus_queue_clear (EhBusQueue *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EhBusQueue, eh_bus_queue_clear)

G_END_DECLS
