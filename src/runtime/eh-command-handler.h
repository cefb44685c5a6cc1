/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bus/eh-event-bus.h"
#include "model/eh-clock.h"
#include "model/eh-id-source.h"
#include "runtime/eh-outcome.h"
#include "runtime/eh-repository.h"
#include "runtime/eh-tracer.h"

G_BEGIN_DECLS

#define EH_TYPE_COMMAND_HANDLER (eh_command_handler_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhCommandHandler, eh_command_handler, EH, COMMAND_HANDLER, GObject)

/**
 * EhCommandHandler:
 *
 * Does one command: load, validate, decide, append, and, with a bus, publish after saving. Any thread may call.
 */

/**
 * eh_command_handler_new:
 * @repository: where aggregates come from
 * @clock: (nullable): %NULL for the system's clock
 * @ids: (nullable): %NULL for a system id source
 *
 * Returns: (transfer full): the handler
 */
EH_PUBLIC EhCommandHandler *eh_command_handler_new (EhRepository *repository, EhClock *clock, EhIdSource *ids);

/**
 * eh_command_handler_set_event_bus:
 * @bus: (nullable): events are published to it after they are saved. This is what the Go toolkit does, and a crash
 *   between the two loses the publication. Without a bus nothing is published here: a relay follows the store instead.
 *
 * Before the first command.
 */
EH_PUBLIC void eh_command_handler_set_event_bus (EhCommandHandler *self, EhEventBus *bus);

/**
 * eh_command_handler_set_guard_appends:
 * @guarded: %FALSE to append with EH_EXPECTED_ANY, which loses updates; it exists to be shown by a simulation
 */
EH_PUBLIC void eh_command_handler_set_guard_appends (EhCommandHandler *self, gboolean guarded);

/**
 * eh_command_handler_set_tracer:
 * @tracer: (nullable): is told of commands and of what is published here; the repository has one of its own
 *
 * Before the first command.
 */
EH_PUBLIC void eh_command_handler_set_tracer (EhCommandHandler *self, EhTracer *tracer);

/**
 * eh_command_handler_handle:
 * @command: what is wished; without an id it gets one
 * @error: as eh_aggregate_type_decide() and eh_event_store_append(); EH_ERROR_UNKNOWN_TYPE no aggregate type has
 *   such a command, or it is addressed to another one's stream; EH_ERROR_CONFLICT the command's
 *   expected version is not the aggregate's, or somebody else appended in between
 *
 * Does one command, once, blocking the thread for the store's I/O. A refusal by a kept state that turns out to be
 * behind the store is decided again on the fresh one.
 *
 * Returns: (transfer full): the outcome, or %NULL if it was not done
 */
EH_PUBLIC EhOutcome *
eh_command_handler_handle (EhCommandHandler *self, EhCommand *command, GCancellable *cancellable, GError **error);

G_END_DECLS
