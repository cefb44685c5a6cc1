/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runtime/eh-view-rebuild-private.h"

EhViewRebuild *
eh_view_rebuild_new (EhDomain *domain, const EhProjectionType *type)
{
  EhViewRebuild *self = g_new0 (EhViewRebuild, 1);

  self->view = eh_view_new (domain, type);
  eh_parking_init (&self->parking);
  self->from = 1;
  return self;
}

void
eh_view_rebuild_free (EhViewRebuild *self)
{
  if (self == NULL)
    return;
  eh_parking_clear (&self->parking);
  eh_view_free (self->view);
  g_free (self);
}

void
eh_view_rebuild_fold (EhViewRebuild *self, EhEvent *event)
{
  g_autoptr (GError) reason = NULL;

  if (eh_parking_has_stream (&self->parking, eh_event_get_stream (event)))
    eh_parking_add_event (&self->parking, event, 0, EH_PARKED_BEHIND);
  else if (!eh_view_apply (self->view, event, &reason))
    eh_parking_add_event (&self->parking, event, 1, reason->message);
}
