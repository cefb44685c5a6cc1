/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "runtime/eh-command-bus.h"

G_BEGIN_DECLS

#define EH_TYPE_MIDDLEWARE_BUS (eh_middleware_bus_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhMiddlewareBus, eh_middleware_bus, EH, MIDDLEWARE_BUS, GObject)

/**
 * EhMiddlewareFunc:
 * @next: the bus to pass the command on to with eh_command_bus_dispatch(), or not
 * @command: the command
 * @error: why it was not done
 *
 * Returns: (transfer full): the outcome, or %NULL with @error set
 */
typedef EhOutcome *(*EhMiddlewareFunc) (EhCommandBus *next, EhCommand *command, gpointer user_data,
                                        GCancellable *cancellable, GError **error);

/**
 * eh_middleware_bus_new:
 * @inner: the bus around which
 * @func: (scope notified): called for each command, by any thread
 *
 * Middleware from one function.
 *
 * Returns: (transfer full): the bus
 */
EH_PUBLIC EhCommandBus *
eh_middleware_bus_new (EhCommandBus *inner, EhMiddlewareFunc func, gpointer user_data, GDestroyNotify destroy);

/**
 * eh_log_middleware: (skip)
 *
 * An #EhMiddlewareFunc that logs each command and its outcome with g_debug() in the log domain "eventhus".
 */
EH_PUBLIC EhOutcome *eh_log_middleware (EhCommandBus *next, EhCommand *command, gpointer user_data,
                                        GCancellable *cancellable, GError **error);

G_END_DECLS
