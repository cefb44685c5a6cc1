/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-domain.h"
#include "runtime/eh-command-bus.h"
#include "runtime/eh-consumer.h"

G_BEGIN_DECLS

/**
 * EhDeadlineEntryFunc: (skip)
 * @key: a process's key
 * @name: the deadline's
 * @time: microseconds since 1970
 *
 * Returns: whether to go on
 */
typedef gboolean (*EhDeadlineEntryFunc) (const char *key, const char *name, gint64 time, gpointer user_data);

#define EH_TYPE_PROCESS_MANAGER (eh_process_manager_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhProcessManager, eh_process_manager, EH, PROCESS_MANAGER, GObject)

/**
 * EhProcessManager:
 *
 * Runs the processes of one type. It follows the store: an event that concerns a process makes it take a step, which
 * is appended to the process's stream (state, commands and deadlines in one event, "ProcessStepped"); when it comes to
 * that event it sends the commands. Their ids are derived from the step's, so that after a crash, when the step is
 * come to again, they take no second effect; and an event that was handled before makes no second step. A
 * refusal is a step too.
 */

/**
 * eh_process_manager_new: (skip)
 * @domain: sealed
 * @type: one of the domain's process managers
 * @store: what it follows, and keeps its processes in
 * @commands: where it sends commands
 * @checkpoints: where it keeps how far it is, under the type's name
 * @clock: (nullable): for deadlines; %NULL for the system's
 * @error: as eh_consumer_new()
 *
 * Returns: (transfer full): the process manager; its consumer is to be driven
 */
EH_PUBLIC EhProcessManager *
eh_process_manager_new (EhDomain *domain, const EhProcessType *type, EhEventStore *store, EhCommandBus *commands,
                        EhCheckpointStore *checkpoints, EhClock *clock, GError **error);

/**
 * eh_process_manager_get_consumer:
 *
 * Returns: (transfer none): what drives it, and knows how far it is
 */
EH_PUBLIC EhConsumer *eh_process_manager_get_consumer (EhProcessManager *self);

/**
 * eh_process_manager_get_type_table: (skip)
 *
 * Returns: its type
 */
EH_PUBLIC const EhProcessType *eh_process_manager_get_type_table (EhProcessManager *self);

/**
 * eh_process_manager_read_state: (skip)
 * @key: which process
 * @ended: (out) (optional): whether it is over
 * @error: EH_ERROR_NOT_FOUND no such process; as eh_event_store_read_stream()
 *
 * Returns: (transfer full): a copy of the state, to be freed with eh_schema_free()
 */
EH_PUBLIC gpointer eh_process_manager_read_state (EhProcessManager *self, const char *key, gboolean *ended,
                                                  GError **error);

/**
 * eh_process_manager_foreach_deadline: (skip)
 * @func: called for each deadline that is set, the earliest first, until it returns %FALSE
 */
EH_PUBLIC void
eh_process_manager_foreach_deadline (EhProcessManager *self, EhDeadlineEntryFunc func, gpointer user_data);

G_END_DECLS
