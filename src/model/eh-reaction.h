/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-schema.h"

G_BEGIN_DECLS

/**
 * EhReaction: (skip)
 *
 * What one step of a process does besides changing its state: the commands it sends, the deadlines it sets. Nothing
 * of it happens before the step is recorded, with the state, in one append. One thread, one step.
 */
typedef struct _EhReaction EhReaction;

/**
 * eh_reaction_send: (skip)
 * @aggregate_id: of the aggregate type that the command belongs to
 * @schema: the command's type
 * @data: a struct of @schema; copied; %NULL will do for one without members
 *
 * Sends a command, after those sent before. It has its effect exactly once, whatever crashes. Its correlation id is
 * that of what is reacted to; it is caused by the step. A command that cannot be made (no such type, data that cannot
 * be written, not an id) fails the whole step: the event is tried again and then parked.
 */
EH_PUBLIC void
eh_reaction_send (EhReaction *self, const char *aggregate_id, const EhSchema *schema, gconstpointer data);

/**
 * eh_reaction_set_deadline: (skip)
 * @name: one of the type's deadlines; set again, it moves
 * @time: microseconds since 1970; one in the past passes at once
 */
EH_PUBLIC void eh_reaction_set_deadline (EhReaction *self, const char *name, gint64 time);

/**
 * eh_reaction_cancel_deadline: (skip)
 *
 * Does nothing if it is not set.
 */
EH_PUBLIC void eh_reaction_cancel_deadline (EhReaction *self, const char *name);

/**
 * eh_reaction_end: (skip)
 *
 * The process is over: its deadlines are dropped and later events with its key are passed over.
 */
EH_PUBLIC void eh_reaction_end (EhReaction *self);

/**
 * eh_reaction_get_time: (skip)
 *
 * Returns: when what is reacted to happened, microseconds since 1970: the event's timestamp, the deadline's time,
 *   the time of the refusal
 */
EH_PUBLIC gint64 eh_reaction_get_time (const EhReaction *self);

/**
 * eh_reaction_get_key: (skip)
 *
 * Returns: the process's key
 */
EH_PUBLIC const char *eh_reaction_get_key (const EhReaction *self);

G_END_DECLS
