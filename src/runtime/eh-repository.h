/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "runtime/eh-aggregate.h"
#include "runtime/eh-tracer.h"
#include "store/eh-event-store.h"

G_BEGIN_DECLS

/**
 * EH_REPOSITORY_CACHE:
 *
 * How many aggregates a repository keeps, unless told otherwise.
 */
#define EH_REPOSITORY_CACHE 4096

#define EH_TYPE_REPOSITORY (eh_repository_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhRepository, eh_repository, EH, REPOSITORY, GObject)

/**
 * EhRepository:
 *
 * Loads aggregates from a store and saves what they decided. It keeps the aggregates used last, so that a load mostly
 * needs no store. A kept aggregate may be behind the store when somebody else appends. That never hides a conflict:
 * an append always requires the version that was folded, and eh_repository_is_current() tells before a refusal is
 * passed on.
 * Any thread may call.
 */

/**
 * eh_repository_new:
 * @domain: sealed
 *
 * Returns: (transfer full): a repository
 */
EH_PUBLIC EhRepository *eh_repository_new (EhDomain *domain, EhEventStore *store);

/**
 * eh_repository_set_cache_size:
 * @n: how many aggregates are kept; 0 for none; before the first load
 */
EH_PUBLIC void eh_repository_set_cache_size (EhRepository *self, guint n);

/**
 * EH_SNAPSHOTS_ON_DEMAND:
 *
 * For eh_repository_set_snapshots(): only eh_repository_take_snapshot() makes any.
 */
#define EH_SNAPSHOTS_ON_DEMAND G_MAXUINT

/**
 * eh_repository_set_snapshots:
 * @every: save a snapshot when a save crosses a multiple of so many versions; 0 (the default) for never: then a load
 *   does not look for one either, unless there is an interval
 *
 * Before the first load. A snapshot that cannot be saved, or is of no use (another schema or revision, damaged), harms
 * nobody: the events tell the same.
 */
EH_PUBLIC void eh_repository_set_snapshots (EhRepository *self, guint every);

/**
 * eh_repository_set_snapshot_interval:
 * @interval: save a snapshot, too, when the events of a save are in another interval of so many microseconds, counted
 *   from 1970, than the event before them; 0 (the default) for never
 *
 * Before the first load. No clock runs for it: the events' timestamps tell, and an aggregate to which nothing happens
 * gets no snapshot.
 */
EH_PUBLIC void eh_repository_set_snapshot_interval (EhRepository *self, gint64 interval);

/**
 * eh_repository_set_tracer:
 * @tracer: (nullable): is told of loads and appends
 *
 * Before the first load.
 */
EH_PUBLIC void eh_repository_set_tracer (EhRepository *self, EhTracer *tracer);

/**
 * eh_repository_take_snapshot:
 * @stream: which aggregate
 * @error: as eh_repository_load() and eh_event_store_save_snapshot(); EH_ERROR_NOT_FOUND the stream does not exist
 *
 * Saves a snapshot of the aggregate as the store has it now. Worth it before a stream is read often, or when the
 * schema of its state has a new revision.
 */
EH_PUBLIC gboolean eh_repository_take_snapshot (EhRepository *self, EhStreamName *stream, GCancellable *cancellable,
                                                GError **error);

/**
 * eh_repository_load: (skip)
 * @stream: which aggregate
 * @fresh: %TRUE to read what the store has beyond a kept aggregate too
 * @error: EH_ERROR_UNKNOWN_TYPE no such aggregate type, or an event without a rule; EH_ERROR_NOT_FOUND deleted;
 *   EH_ERROR_CORRUPT; EH_ERROR_CLOSED; G_IO_ERROR
 *
 * Takes the aggregate out of the cache, or folds it from the newest usable snapshot and the events after it. The
 * caller owns it and gives it back with eh_repository_give_back() or frees it. Of a stream that does not exist, it is
 * new (version 0).
 *
 * Returns: (transfer full): the aggregate
 */
EH_PUBLIC EhAggregate *eh_repository_load (EhRepository *self, EhStreamName *stream, gboolean fresh,
                                           GCancellable *cancellable, GError **error);

/**
 * eh_repository_is_current: (skip)
 * @current: (out): whether the store has nothing beyond @aggregate
 */
EH_PUBLIC gboolean eh_repository_is_current (EhRepository *self, EhAggregate *aggregate, gboolean *current,
                                             GCancellable *cancellable, GError **error);

/**
 * eh_repository_save: (skip)
 * @aggregate: what decided; on success it is folded on
 * @batch: what it decided; at least one event
 * @result: (out) (optional): as eh_event_store_append(), events included
 * @error: as eh_event_store_append()
 *
 * Appends @batch under the aggregate's version.
 */
EH_PUBLIC gboolean eh_repository_save (EhRepository *self, EhAggregate *aggregate, EhEventBatch *batch,
                                       EhAppendResult *result, GCancellable *cancellable, GError **error);

/**
 * eh_repository_give_back: (skip)
 * @aggregate: (transfer full): kept for the next load, if it is the newest known
 */
EH_PUBLIC void eh_repository_give_back (EhRepository *self, EhAggregate *aggregate);

G_END_DECLS
