/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "runtime/eh-command-bus.h"
#include "runtime/eh-command-handler.h"

G_BEGIN_DECLS

#define EH_TYPE_DIRECT_BUS (eh_direct_bus_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhDirectBus, eh_direct_bus, EH, DIRECT_BUS, GObject)

/**
 * eh_direct_bus_new:
 *
 * A command bus that does each command in the calling thread.
 *
 * Returns: (transfer full): the bus
 */
EH_PUBLIC EhCommandBus *eh_direct_bus_new (EhCommandHandler *handler);

G_END_DECLS
