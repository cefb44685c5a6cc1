/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-clock.h"
#include "runtime/eh-command-bus.h"

G_BEGIN_DECLS

#define EH_TYPE_RETRY_BUS (eh_retry_bus_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhRetryBus, eh_retry_bus, EH, RETRY_BUS, GObject)

/**
 * eh_retry_bus_new:
 * @inner: what does the commands
 * @clock: (nullable): on which it waits; %NULL for the system's clock
 * @attempts: how often a command is tried in all, 1 or more
 *
 * Middleware that tries a command again when somebody else appended in between (EH_ERROR_CONFLICT), unless the
 * command has an
 * expected version of its own. Between tries it waits on the clock: nothing before the second, then up to 1 ms, 2 ms,
 * 4 ms ... 64 ms, by a jitter derived from the command's id, so that a world stays deterministic. The last conflict
 * is passed on.
 *
 * Returns: (transfer full): the bus
 */
EH_PUBLIC EhCommandBus *eh_retry_bus_new (EhCommandBus *inner, EhClock *clock, guint attempts);

G_END_DECLS
