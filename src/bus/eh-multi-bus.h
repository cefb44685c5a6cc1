/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bus/eh-event-bus.h"

G_BEGIN_DECLS

#define EH_TYPE_MULTI_BUS (eh_multi_bus_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhMultiBus, eh_multi_bus, EH, MULTI_BUS, GObject)

/**
 * eh_multi_bus_new:
 *
 * A bus that publishes to several. All parts are tried; if some fail, one error names each: it has the domain and code
 * of the first failure and the message "2 of 3 buses failed: nats: ...; memory: ...". Flush and close go to all parts
 * likewise; subscribing is EH_ERROR_UNSUPPORTED (subscribe to a part).
 *
 * Returns: (transfer full): a bus without parts, which accepts everything
 */
EH_PUBLIC EhMultiBus *eh_multi_bus_new (void);

/**
 * eh_multi_bus_add:
 * @name: what errors call it
 * @bus: the part
 *
 * To be called before the first publish.
 */
EH_PUBLIC void eh_multi_bus_add (EhMultiBus *self, const char *name, EhEventBus *bus);

G_END_DECLS
