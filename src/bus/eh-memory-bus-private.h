/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bus/eh-memory-bus.h"

G_BEGIN_DECLS

/* What eh_event_bus_open() does with "memory:". */
EhEventBus *eh_memory_bus_open (GUri *uri, GCancellable *cancellable, GError **error);

G_END_DECLS
