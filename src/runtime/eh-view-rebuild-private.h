/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-event-page.h"
#include "runtime/eh-parking-private.h"
#include "runtime/eh-view-private.h"

G_BEGIN_DECLS

/*
 * A view that is folded anew beside the one that is served, and what is to be set aside when it takes that one's place:
 * rules may have changed since, so an event that could be folded then may not be now.
 */
typedef struct {
  EhView *view;      /* (owned) (nullable) */
  EhParking parking; /* what could not be folded, and what is behind that in its stream */
  guint64 from;      /* the first position that it has not seen */
} EhViewRebuild;

EhViewRebuild *eh_view_rebuild_new (EhDomain *domain, const EhProjectionType *type);
/* @self: (nullable) */
void eh_view_rebuild_free (EhViewRebuild *self);

/* An event as stored, the next one. */
void eh_view_rebuild_fold (EhViewRebuild *self, EhEvent *event);

G_END_DECLS
