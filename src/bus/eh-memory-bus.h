/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bus/eh-event-bus.h"

G_BEGIN_DECLS

#define EH_TYPE_MEMORY_BUS (eh_memory_bus_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhMemoryBus, eh_memory_bus, EH, MEMORY_BUS, GObject)

/**
 * EH_MEMORY_BUS_ATTEMPTS:
 *
 * How often an event is delivered before it is set aside, unless told otherwise.
 */
#define EH_MEMORY_BUS_ATTEMPTS 10

/**
 * EH_MEMORY_BUS_THREADS_MAX:
 *
 * The most threads of one bus.
 */
#define EH_MEMORY_BUS_THREADS_MAX 256

/**
 * eh_memory_bus_new:
 * @n_threads: how many threads deliver, at most EH_MEMORY_BUS_THREADS_MAX; 0 if the owner drives the bus with
 *   eh_memory_bus_step()
 *
 * A bus inside the process. eh_event_bus_open() takes "memory:?threads=N&attempts=N&limit=N", by default 1 thread,
 * EH_MEMORY_BUS_ATTEMPTS and no limit of queued events.
 *
 * An event whose handler fails goes back to the head of its stream's line, which has its next turn behind what was
 * published so far; other streams go on. After the last attempt it is set aside (parked) and its stream goes on.
 * Groups get an event in the order in which they were subscribed.
 *
 * A bus that is dropped without being closed ends its subscriptions; what was waiting is lost.
 *
 * Returns: (transfer full): the bus
 */
EH_PUBLIC EhEventBus *eh_memory_bus_new (guint n_threads);

/**
 * eh_memory_bus_set_attempts:
 * @attempts: 1 or more
 */
EH_PUBLIC void eh_memory_bus_set_attempts (EhMemoryBus *self, guint attempts);

/**
 * eh_memory_bus_set_limit:
 * @limit: the most events waiting in one group; 0 for none
 *
 * If any group that the event goes to is full, publishing is EH_ERROR_LIMIT and no group gets it.
 */
EH_PUBLIC void eh_memory_bus_set_limit (EhMemoryBus *self, guint limit);

/**
 * eh_memory_bus_step:
 *
 * Delivers one event, in the calling thread. A flush of a bus without threads does this until nothing is left.
 *
 * Returns: %FALSE if nothing was waiting
 */
EH_PUBLIC gboolean eh_memory_bus_step (EhMemoryBus *self);

/**
 * eh_memory_bus_get_n_parked:
 *
 * Returns: how many events were set aside
 */
EH_PUBLIC guint eh_memory_bus_get_n_parked (EhMemoryBus *self);

/**
 * eh_memory_bus_get_parked:
 * @i: which, below the number
 * @reason: (out) (optional) (transfer full): what the handler said last
 *
 * Returns: (transfer full): the event
 */
EH_PUBLIC EhEvent *eh_memory_bus_get_parked (EhMemoryBus *self, guint i, char **reason);

/**
 * eh_memory_bus_reset: (skip)
 *
 * Drops everything queued and parked; subscriptions stay.
 */
EH_PUBLIC void eh_memory_bus_reset (EhMemoryBus *self);

G_END_DECLS
