/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-aggregate.h"

G_BEGIN_DECLS

/*
 * The aggregates that were used last, at most so many. An aggregate is taken out to be used and given back after,
 * so that it always has one owner. Any thread may call.
 */
typedef struct _EhAggregateCache EhAggregateCache;

EhAggregateCache *eh_aggregate_cache_new (guint size);
void eh_aggregate_cache_free (EhAggregateCache *self);

/* From now on one thread at a time uses it. */
void eh_aggregate_cache_confine (EhAggregateCache *self);

/* Returns: (transfer full) (nullable): the aggregate, if it is there; of version 0 if it was emptied */
EhAggregate *eh_aggregate_cache_take (EhAggregateCache *self, EhStreamName *stream);

/* @aggregate: (transfer full): kept, unless one at least as new is there */
void eh_aggregate_cache_put (EhAggregateCache *self, EhAggregate *aggregate);

/* Empties all that is kept: only its memory stays. What is taken out may still be put back. */
void eh_aggregate_cache_empty (EhAggregateCache *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhAggregateCache, eh_aggregate_cache_free)

G_END_DECLS
