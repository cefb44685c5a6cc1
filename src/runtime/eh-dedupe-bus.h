/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-clock.h"
#include "runtime/eh-command-bus.h"

G_BEGIN_DECLS

#define EH_TYPE_DEDUPE_BUS (eh_dedupe_bus_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhDedupeBus, eh_dedupe_bus, EH, DEDUPE_BUS, GObject)

/**
 * eh_dedupe_bus_new:
 * @inner: what does the commands
 * @remember: how many done commands are remembered, the oldest forgotten first
 *
 * Middleware that does a command with an id it has seen done only once: the first outcome comes back, marked
 * eh_outcome_was_done(). A second command with the id of one under way waits for it. A command that was
 * refused is not remembered: it may be sent again. Commands without an id pass.
 *
 * Returns: (transfer full): the bus
 */
EH_PUBLIC EhCommandBus *eh_dedupe_bus_new (EhCommandBus *inner, guint remember);

/**
 * eh_dedupe_bus_set_clock:
 * @clock: (nullable): the surroundings' clock; before the first command
 *
 * Has a command that waits for another with its id wait by @clock, if that has a way of its own for it, as a simulated
 * world has. Otherwise its thread is blocked.
 */
EH_PUBLIC void eh_dedupe_bus_set_clock (EhDedupeBus *self, EhClock *clock);

G_END_DECLS
