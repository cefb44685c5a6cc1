/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bus/eh-event-bus.h"

G_BEGIN_DECLS

#define EH_TYPE_LOGGING_BUS (eh_logging_bus_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhLoggingBus, eh_logging_bus, EH, LOGGING_BUS, GObject)

/**
 * EhLogFunc:
 * @line: one line without a newline
 *
 * Where log lines go.
 */
typedef void (*EhLogFunc) (const char *line, gpointer user_data);

/**
 * eh_logging_bus_new:
 * @inner: the bus that does the work
 * @func: (nullable) (scope notified): where lines go; %NULL for g_debug() in the log domain "eventhus"
 *
 * A bus around a bus that logs each publish (topic, envelope, outcome) and each delivery of its subscriptions.
 *
 * Returns: (transfer full): the bus
 */
EH_PUBLIC EhEventBus *
eh_logging_bus_new (EhEventBus *inner, EhLogFunc func, gpointer user_data, GDestroyNotify destroy);

G_END_DECLS
