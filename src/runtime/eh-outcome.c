/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-outcome.h"

#include "model/eh-refs-private.h"

struct _EhOutcome {
  gint ref_count; /* (atomic) */
  gboolean was_done;
  guint64 version;
  EhEventPage *events;   /* (owned) (nullable) */
  GError *publish_error; /* (owned) (nullable) */
};

G_DEFINE_BOXED_TYPE (EhOutcome, eh_outcome, eh_outcome_ref, eh_outcome_unref)

EhOutcome *
eh_outcome_new (guint64 version, EhEventPage *events, gboolean was_done, GError *publish_error)
{
  EhOutcome *self = g_new (EhOutcome, 1);

  self->ref_count = 1;
  self->was_done = was_done;
  self->version = version;
  self->events = events == NULL ? NULL : eh_event_page_ref (events);
  self->publish_error = publish_error;
  return self;
}

EhOutcome *
eh_outcome_ref (EhOutcome *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
eh_outcome_unref (EhOutcome *self)
{
  g_return_if_fail (self != NULL);

  if (!eh_refs_drop (&self->ref_count))
    return;
  g_clear_pointer (&self->events, eh_event_page_unref);
  g_clear_error (&self->publish_error);
  g_free (self);
}

guint64
eh_outcome_get_version (const EhOutcome *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->version;
}

EhEventPage *
eh_outcome_get_events (const EhOutcome *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->events;
}

guint64
eh_outcome_get_position (const EhOutcome *self)
{
  guint n_events;

  g_return_val_if_fail (self != NULL, 0);

  n_events = self->events == NULL ? 0 : eh_event_page_get_size (self->events);
  return n_events == 0 ? 0 : eh_event_get_position (eh_event_page_get (self->events, n_events - 1));
}

gboolean
eh_outcome_was_done (const EhOutcome *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->was_done;
}

const GError *
eh_outcome_get_publish_error (const EhOutcome *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->publish_error;
}
