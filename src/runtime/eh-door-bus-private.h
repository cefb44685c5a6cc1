/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-clock.h"
#include "runtime/eh-command-bus.h"

G_BEGIN_DECLS

#define EH_TYPE_DOOR_BUS (eh_door_bus_get_type ())
G_DECLARE_FINAL_TYPE (EhDoorBus, eh_door_bus, EH, DOOR_BUS, GObject)

/*
 * A bus that is closed without closing the one that it is around: a client's own senders come in by it, its process
 * managers do not, so that these can end what they have begun after the door was closed.
 */
EhCommandBus *eh_door_bus_new (EhCommandBus *inner, EhClock *clock);

/* How many commands are inside. */
guint eh_door_bus_get_n_pending (EhDoorBus *self);

G_END_DECLS
