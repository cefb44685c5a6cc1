/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-aggregate.h"

G_BEGIN_DECLS

struct _EhAggregate {
  const EhAggregateType *type;
  EhStreamName *stream; /* (owned) */
  gpointer state;       /* (owned), of type->state */
  guint64 version;
  gint64 time;      /* of the event folded last; 0 if there is none, or it is unknown */
  gboolean is_kept; /* came out of a cache and was not compared with the store since: may be behind it */
};

/* Makes it what eh_aggregate_new() made. */
void eh_aggregate_empty (EhAggregate *self);

/*
 * Folds the events of @page from number @first on, as eh_aggregate_fold() each; stops at the first that does not
 * fit.
 */
gboolean eh_aggregate_fold_page (EhAggregate *self, EhDomain *domain, EhEventPage *page, guint first, GError **error);

G_END_DECLS
