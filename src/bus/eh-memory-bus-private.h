/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bus/eh-memory-bus.h"

G_BEGIN_DECLS

/* What eh_event_bus_open() does with "memory:". */
EhEventBus *eh_memory_bus_open (GUri *uri, GCancellable *cancellable, GError **error);

/* For who drives the bus: how many deliveries wait, in all groups, and whether anybody would get one. */
EH_FOR_TESTING gsize eh_memory_bus_get_n_waiting (EhMemoryBus *self);
EH_FOR_TESTING gboolean eh_memory_bus_has_subscriptions (EhMemoryBus *self);
/* (nullable): what the handler that the next step calls is given, NULL if nothing waits. */
EH_FOR_TESTING gpointer eh_memory_bus_get_next_user_data (EhMemoryBus *self);

G_END_DECLS
