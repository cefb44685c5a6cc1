/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-domain.h"

G_BEGIN_DECLS

/**
 * EhAggregate: (skip)
 *
 * One aggregate instance at a version: type, stream, state. One thread at a time.
 */
typedef struct _EhAggregate EhAggregate;

/**
 * eh_aggregate_new: (skip)
 *
 * Returns: (transfer full): a new aggregate: version 0, zeroed state
 */
EH_PUBLIC EhAggregate *eh_aggregate_new (const EhAggregateType *type, EhStreamName *stream);
EH_PUBLIC void eh_aggregate_free (EhAggregate *self);

/**
 * eh_aggregate_set_state: (skip)
 * @state: (transfer full): becomes the state at @version, as from a snapshot
 */
EH_PUBLIC void eh_aggregate_set_state (EhAggregate *self, gpointer state, guint64 version);

/**
 * eh_aggregate_copy: (skip)
 *
 * Returns: (transfer full): a deep copy
 */
EH_PUBLIC EhAggregate *eh_aggregate_copy (const EhAggregate *self);

EH_PUBLIC const EhAggregateType *eh_aggregate_get_aggregate_type (const EhAggregate *self);
EH_PUBLIC EhStreamName *eh_aggregate_get_stream (const EhAggregate *self);
EH_PUBLIC guint64 eh_aggregate_get_version (const EhAggregate *self);
EH_PUBLIC gconstpointer eh_aggregate_get_state (const EhAggregate *self);

/**
 * eh_aggregate_fold: (skip)
 * @domain: lifts events that are not of its own shapes
 * @event: the event after the aggregate's version; whatever upcasters make of it, the version moves by one
 * @error: EH_ERROR_CORRUPT it is not the next version; EH_ERROR_UNKNOWN_TYPE no rule; else as eh_domain_lift_event()
 *
 * Returns: %FALSE, with the aggregate as it was, if the event does not fit
 */
EH_PUBLIC gboolean eh_aggregate_fold (EhAggregate *self, EhDomain *domain, EhEvent *event, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhAggregate, eh_aggregate_free)

G_END_DECLS
