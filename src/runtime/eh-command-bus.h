/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "model/eh-command.h"
#include "runtime/eh-outcome.h"

G_BEGIN_DECLS

#define EH_TYPE_COMMAND_BUS (eh_command_bus_get_type ())
EH_PUBLIC
G_DECLARE_INTERFACE (EhCommandBus, eh_command_bus, EH, COMMAND_BUS, GObject)

/**
 * EhCommandBusInterface:
 *
 * Carries commands to those who do them. Middleware is a bus around a bus: retry, deduplicate, log, or your own.
 * @dispatch and @close are obligatory. Any thread may call.
 */
struct _EhCommandBusInterface {
  GTypeInterface parent_iface;

  EhOutcome *(*dispatch) (EhCommandBus *self, EhCommand *command, GCancellable *cancellable, GError **error);
  void (*dispatch_async) (EhCommandBus *self, EhCommand *command, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data);
  EhOutcome *(*dispatch_finish) (EhCommandBus *self, GAsyncResult *result, GError **error);
  gboolean (*close) (EhCommandBus *self, GCancellable *cancellable, GError **error);
};

/**
 * eh_command_bus_dispatch:
 * @error: as eh_command_handler_handle(); EH_ERROR_CLOSED
 *
 * Sends a command and waits for its outcome.
 *
 * Returns: (transfer full): the outcome, or %NULL if the command was not done
 */
EH_PUBLIC EhOutcome *
eh_command_bus_dispatch (EhCommandBus *self, EhCommand *command, GCancellable *cancellable, GError **error);

/**
 * eh_command_bus_dispatch_async:
 *
 * Sends a command; @callback runs in the caller's thread-default main context when it is done or refused. A bus that
 * has no
 * way of its own does it in a worker thread.
 */
EH_PUBLIC void eh_command_bus_dispatch_async (EhCommandBus *self, EhCommand *command, GCancellable *cancellable,
                                              GAsyncReadyCallback callback, gpointer user_data);

/**
 * eh_command_bus_dispatch_finish:
 *
 * Returns: (transfer full): the outcome, or %NULL with @error set
 */
EH_PUBLIC EhOutcome *eh_command_bus_dispatch_finish (EhCommandBus *self, GAsyncResult *result, GError **error);

/**
 * eh_command_bus_close:
 *
 * Accepts nothing more (EH_ERROR_CLOSED), finishes everything that was accepted, and closes the buses that it is
 * around. A second close does nothing.
 */
EH_PUBLIC gboolean eh_command_bus_close (EhCommandBus *self, GCancellable *cancellable, GError **error);

G_END_DECLS
