/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-event-page-private.h"

#include "eh-event-private.h"

struct _EhEventPage {
  gint ref_count; /* (atomic) */
  guint n_events;
  guint64 next;
  gboolean is_end;
  EhEvent *events[]; /* (owned) */
};

G_DEFINE_BOXED_TYPE (EhEventPage, eh_event_page, eh_event_page_ref, eh_event_page_unref)

EhEventPage *
eh_event_page_new_unfilled (guint n_events, guint64 next, gboolean is_end, EhEvent ***events)
{
  EhEventPage *self = g_malloc (sizeof *self + n_events * sizeof (EhEvent *));

  self->ref_count = 1;
  self->n_events = n_events;
  self->next = next;
  self->is_end = is_end;
  *events = self->events;
  return self;
}

void
eh_event_page_cut (EhEventPage *self, guint n_events, guint64 next, gboolean is_end)
{
  self->n_events = n_events;
  self->next = next;
  self->is_end = is_end;
}

EhEventPage *
eh_event_page_new (EhEvent *const *events, guint n_events, guint64 next, gboolean is_end)
{
  EhEventPage *self;
  EhEvent **own;

  g_return_val_if_fail (events != NULL || n_events == 0, NULL);

  self = eh_event_page_new_unfilled (n_events, next, is_end, &own);
  for (guint i = 0; i < n_events; i++)
    own[i] = eh_event_hold (events[i]);
  return self;
}

EhEventPage *
eh_event_page_ref (EhEventPage *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
eh_event_page_unref (EhEventPage *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  for (guint i = 0; i < self->n_events; i++)
    eh_event_release (self->events[i]);
  g_free (self);
}

guint
eh_event_page_get_size (const EhEventPage *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_events;
}

EhEvent *
eh_event_page_get (const EhEventPage *self, guint i)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (i < self->n_events, NULL);

  return self->events[i];
}

EhEvent *const *
eh_event_page_peek (const EhEventPage *self)
{
  return self->events;
}

guint64
eh_event_page_get_next (const EhEventPage *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->next;
}

gboolean
eh_event_page_is_end (const EhEventPage *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->is_end;
}
