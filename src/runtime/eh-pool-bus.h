/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "runtime/eh-command-bus.h"

G_BEGIN_DECLS

/**
 * EH_POOL_BUS_LIMIT:
 *
 * How many commands may wait, unless told otherwise.
 */
#define EH_POOL_BUS_LIMIT 1024

#define EH_TYPE_POOL_BUS (eh_pool_bus_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhPoolBus, eh_pool_bus, EH, POOL_BUS, GObject)

/**
 * EhOutcomeFunc: (skip)
 * @outcome: (nullable): the outcome; %NULL if the command was not done
 * @error: (nullable): then, why
 */
typedef void (*EhOutcomeFunc) (EhOutcome *outcome, const GError *error, gpointer user_data);

/**
 * eh_pool_bus_new:
 * @inner: what each worker dispatches to
 * @n_workers: how many threads, 1 to 1024
 * @limit: how many commands may wait before a sender is made to wait; 0 for EH_POOL_BUS_LIMIT
 *
 * A command bus with workers. Commands of one aggregate are done one at a time in the order in which they were
 * accepted; those of different aggregates in parallel. When the queue is full, dispatch and post block
 * until there is room (back-pressure); dispatch_async waits for room without blocking.
 *
 * A command that is cancelled before it has started is not done: G_IO_ERROR_CANCELLED, at once from dispatch, when its
 * turn comes from dispatch_async and post. In a worker (a handler, a middleware, an #EhOutcomeFunc) dispatch and
 * close are EH_ERROR_INVALID, since a worker cannot wait for itself; dispatch_async and post work there and never
 * block.
 *
 * Returns: (transfer full): the bus
 */
EH_PUBLIC EhCommandBus *eh_pool_bus_new (EhCommandBus *inner, guint n_workers, guint limit);

/**
 * eh_pool_bus_post: (skip)
 * @func: (nullable): called with the outcome, in a worker thread
 * @error: EH_ERROR_CLOSED, G_IO_ERROR_CANCELLED while waiting for room
 *
 * Accepts a command without waiting for it. Once it returns %TRUE the command will be tried and @func called exactly
 * once.
 *
 * Returns: whether the command was accepted; if not, @func is not called
 */
EH_PUBLIC gboolean eh_pool_bus_post (EhPoolBus *self, EhCommand *command, GCancellable *cancellable, EhOutcomeFunc func,
                                     gpointer user_data, GError **error);

G_END_DECLS
