/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-event-page.h"

G_BEGIN_DECLS

#define EH_TYPE_OUTCOME (eh_outcome_get_type ())
EH_PUBLIC GType eh_outcome_get_type (void);

/**
 * EhOutcome:
 *
 * What an accepted command led to. Immutable, reference-counted (atomically).
 */
typedef struct _EhOutcome EhOutcome;

/**
 * eh_outcome_new: (skip)
 * @version: the aggregate's version afterwards
 * @events: (nullable): what was recorded
 * @was_done: whether the command had been done before
 * @publish_error: (nullable) (transfer full): why events could not be published
 *
 * Returns: (transfer full): the outcome
 */
EH_PUBLIC EhOutcome *eh_outcome_new (guint64 version, EhEventPage *events, gboolean was_done, GError *publish_error);

EH_PUBLIC EhOutcome *eh_outcome_ref (EhOutcome *self);
EH_PUBLIC void eh_outcome_unref (EhOutcome *self);

/**
 * eh_outcome_get_version:
 *
 * Returns: the aggregate's version afterwards
 */
EH_PUBLIC guint64 eh_outcome_get_version (const EhOutcome *self);

/**
 * eh_outcome_get_events:
 *
 * Returns: (transfer none) (nullable): the events as recorded; %NULL if there are none
 */
EH_PUBLIC EhEventPage *eh_outcome_get_events (const EhOutcome *self);

/**
 * eh_outcome_get_position:
 *
 * Tells up to where a consumer has to come to have seen what the command did.
 *
 * Returns: the position of the last event; 0 if there are none
 */
EH_PUBLIC guint64 eh_outcome_get_position (const EhOutcome *self);

/**
 * eh_outcome_was_done:
 *
 * Returns: whether a command with this id was done before, and this is its first outcome
 */
EH_PUBLIC gboolean eh_outcome_was_done (const EhOutcome *self);

/**
 * eh_outcome_get_publish_error:
 *
 * Returns: (transfer none) (nullable): why events that are saved could not be published (only where
 *   publishing follows saving). The command is done all the same: sending it again would do it twice.
 */
EH_PUBLIC const GError *eh_outcome_get_publish_error (const EhOutcome *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhOutcome, eh_outcome_unref)

G_END_DECLS
