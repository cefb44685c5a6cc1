/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-command.h"
#include "eh-event-batch.h"
#include "eh-id-source.h"

G_BEGIN_DECLS

/**
 * EhDecision: (skip)
 *
 * What a command handler decides: the events, none or many. It also carries all that a handler may know besides
 * the state and the command: the time and fresh ids. One thread, one command.
 */
typedef struct _EhDecision EhDecision;

/**
 * eh_decision_new: (skip)
 * @command: what is decided
 * @version: the aggregate's version before
 * @now: the decision's time in microseconds
 * @ids: where ids come from if the command has none of its own; else they are derived from it
 *
 * For runtimes and tests. The events take metadata and correlation from @command and are caused by it.
 *
 * Returns: (transfer full): an empty decision
 */
EH_PUBLIC EhDecision *eh_decision_new (const EhCommand *command, guint64 version, gint64 now, EhIdSource *ids);
EH_PUBLIC void eh_decision_free (EhDecision *self);

/**
 * eh_decision_emit: (skip)
 * @schema: the event's type
 * @data: a struct of @schema; copied; %NULL will do for one without members
 *
 * Adds an event. If the data cannot be written (text that is not UTF-8, a number that is not finite) the
 * whole decision fails with that error when the handler returns.
 */
EH_PUBLIC void eh_decision_emit (EhDecision *self, const EhSchema *schema, gconstpointer data);

/**
 * eh_decision_get_time: (skip)
 *
 * Returns: the time of the decision, microseconds since 1970; the same at each call
 */
EH_PUBLIC gint64 eh_decision_get_time (const EhDecision *self);

/**
 * eh_decision_new_id: (skip)
 *
 * Makes an id, for a new entity inside the aggregate or for another aggregate.
 */
EH_PUBLIC void eh_decision_new_id (EhDecision *self, EhId *id);

/**
 * eh_decision_get_stream: (skip)
 *
 * Returns: the aggregate that decides
 */
EH_PUBLIC EhStreamName *eh_decision_get_stream (const EhDecision *self);

/**
 * eh_decision_get_version: (skip)
 *
 * Returns: the aggregate's version before this decision; 0 for a new one
 */
EH_PUBLIC guint64 eh_decision_get_version (const EhDecision *self);

/**
 * eh_decision_get_batch: (skip)
 *
 * Returns: (transfer none): the events so far
 */
EH_PUBLIC EhEventBatch *eh_decision_get_batch (const EhDecision *self);

/**
 * eh_decision_get_error: (skip)
 *
 * Returns: (nullable): the first failed eh_decision_emit()
 */
EH_PUBLIC const GError *eh_decision_get_error (const EhDecision *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhDecision, eh_decision_free)

G_END_DECLS
