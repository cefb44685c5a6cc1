/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-domain.h"
#include "runtime/eh-consumer.h"

G_BEGIN_DECLS

/**
 * EhRowFunc: (skip)
 * @key: the row's key
 * @row: a struct of the row schema; valid during the call
 *
 * Returns: whether to go on, or, in a search, whether this is one
 */
typedef gboolean (*EhRowFunc) (const char *key, gconstpointer row, gpointer user_data);

#define EH_TYPE_PROJECTION (eh_projection_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhProjection, eh_projection, EH, PROJECTION, GObject)

/**
 * EhProjection:
 *
 * A view that is kept up to date: rows by key, in memory, saved together with the checkpoint. An event that is
 * delivered again changes nothing, because the view knows the position that it shows. Any thread may read at any time:
 * it sees the view as of one position. A view saved by another revision of the row schema, or damaged, is not used: the
 * view is built anew from the events, and eh_projection_get_rebuild_reason() says why.
 */

/**
 * eh_projection_new: (skip)
 * @domain: sealed; lifts the events
 * @type: one of the domain's projections
 * @error: as eh_consumer_new()
 *
 * The view is saved whole, so it is saved every second at most and when the consumer is stopped:
 * eh_consumer_set_checkpoint_every() says otherwise.
 *
 * Returns: (transfer full): the projection; its consumer is to be driven
 */
EH_PUBLIC EhProjection *eh_projection_new (EhDomain *domain, const EhProjectionType *type, EhEventStore *store,
                                           EhCheckpointStore *checkpoints, EhClock *clock, GError **error);

/**
 * eh_projection_get_consumer:
 *
 * Returns: (transfer none): what drives it, and knows how far it is
 */
EH_PUBLIC EhConsumer *eh_projection_get_consumer (EhProjection *self);

/**
 * eh_projection_get_type_table: (skip)
 *
 * Returns: its type
 */
EH_PUBLIC const EhProjectionType *eh_projection_get_type_table (EhProjection *self);

/**
 * eh_projection_get_n_rows:
 *
 * Returns: how many rows there are now
 */
EH_PUBLIC guint eh_projection_get_n_rows (EhProjection *self);

/**
 * eh_projection_get_position:
 *
 * Returns: the position that the view shows
 */
EH_PUBLIC guint64 eh_projection_get_position (EhProjection *self);

/**
 * eh_projection_get_row: (skip)
 * @key: a row's key
 *
 * Returns: (transfer full) (nullable): a copy of the row, to be freed with eh_schema_free(); %NULL if there is none
 */
EH_PUBLIC gpointer eh_projection_get_row (EhProjection *self, const char *key);

/**
 * eh_projection_get_row_json:
 * @key: a row's key
 *
 * Returns: (transfer full) (nullable): the row as JSON text; %NULL if there is none
 */
EH_PUBLIC char *eh_projection_get_row_json (EhProjection *self, const char *key);

/**
 * eh_projection_foreach: (skip)
 * @func: called for each row in the order in which they were made, until it returns %FALSE; it must not call the
 *   projection
 *
 * Returns: the position that was shown
 */
EH_PUBLIC guint64 eh_projection_foreach (EhProjection *self, EhRowFunc func, gpointer user_data);

/**
 * eh_projection_find: (skip)
 * @predicate: whether a row is wanted
 * @limit: the most rows; 0 for all
 *
 * Returns: (transfer full) (array zero-terminated=1): the keys of the rows, in the order in which they were made
 */
EH_PUBLIC char **eh_projection_find (EhProjection *self, EhRowFunc predicate, gpointer user_data, guint limit);

/**
 * eh_projection_to_json:
 *
 * Returns: (transfer full) (nullable): the view as one JSON object, rows by key, in the order in which they were made;
 *   %NULL if a row holds what cannot be written, such as a number that is not finite
 */
EH_PUBLIC char *eh_projection_to_json (EhProjection *self);

/**
 * eh_projection_rebuild:
 *
 * Has the view folded anew from the first event while the present one is read and kept up to date; the new one takes
 * its place when it has caught up. Called during a rebuild it begins again. The consumer's steps do it. A stop has it
 * begin again at the next start by this object; the end of the process forgets it.
 *
 * What is parked stays parked. What was dropped is tried again, and what cannot be folded now is parked, with what is
 * behind it, when the new view takes its place. If too much would be parked the rebuild is given up: the present view
 * stays, and eh_projection_get_rebuild_reason() says why.
 */
EH_PUBLIC void eh_projection_rebuild (EhProjection *self);

/**
 * eh_projection_is_rebuilding:
 *
 * Returns: whether a new view is being folded
 */
EH_PUBLIC gboolean eh_projection_is_rebuilding (EhProjection *self);

/**
 * eh_projection_get_rebuild_reason:
 *
 * Returns: (transfer full) (nullable): why what was saved could not be used when it started, or why the last rebuild
 *   was given up; %NULL if neither is so, or it was rebuilt since
 */
EH_PUBLIC char *eh_projection_get_rebuild_reason (EhProjection *self);

G_END_DECLS
