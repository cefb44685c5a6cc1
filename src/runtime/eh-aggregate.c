/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-aggregate-private.h"

#include "model/eh-aggregate-type-private.h"
#include "model/eh-domain-private.h"
#include "model/eh-error.h"
#include "model/eh-event-page-private.h"

EhAggregate *
eh_aggregate_new (const EhAggregateType *type, EhStreamName *stream)
{
  EhAggregate *self;

  g_return_val_if_fail (type != NULL, NULL);
  g_return_val_if_fail (stream != NULL, NULL);

  self = g_new (EhAggregate, 1);
  self->type = type;
  self->stream = eh_stream_name_ref (stream);
  self->state = eh_schema_new (type->state);
  self->version = 0;
  self->time = 0;
  self->is_kept = FALSE;
  return self;
}

void
eh_aggregate_free (EhAggregate *self)
{
  if (self == NULL)
    return;
  eh_schema_free (self->type->state, self->state);
  eh_stream_name_unref (self->stream);
  g_free (self);
}

void
eh_aggregate_empty (EhAggregate *self)
{
  eh_schema_clear (self->type->state, self->state);
  self->version = 0;
  self->time = 0;
  self->is_kept = FALSE;
}

void
eh_aggregate_set_state (EhAggregate *self, gpointer state, guint64 version)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (state != NULL);

  eh_schema_free (self->type->state, self->state);
  self->state = state;
  self->version = version;
  self->time = 0;
}

EhAggregate *
eh_aggregate_copy (const EhAggregate *self)
{
  EhAggregate *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_new (EhAggregate, 1);
  *copy = *self;
  copy->stream = eh_stream_name_ref (self->stream);
  copy->state = eh_schema_copy (self->type->state, self->state);
  return copy;
}

const EhAggregateType *
eh_aggregate_get_aggregate_type (const EhAggregate *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->type;
}

EhStreamName *
eh_aggregate_get_stream (const EhAggregate *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->stream;
}

guint64
eh_aggregate_get_version (const EhAggregate *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->version;
}

gconstpointer
eh_aggregate_get_state (const EhAggregate *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->state;
}

static gboolean
is_next (const EhAggregate *self, EhEvent *event)
{
  return event->version == self->version + 1
         && (event->stream == self->stream || eh_stream_name_equal (event->stream, self->stream));
}

static gboolean
refuse (const EhAggregate *self, EhEvent *event, GError **error)
{
  g_set_error (error, EH_ERROR, EH_ERROR_CORRUPT,
               "%s: expected event %" G_GUINT64_FORMAT ", found event %" G_GUINT64_FORMAT " of %s",
               eh_stream_name_to_string (self->stream), self->version + 1, eh_event_get_version (event),
               eh_stream_name_to_string (eh_event_get_stream (event)));
  return FALSE;
}

static inline gboolean
fold (EhAggregate *self, EhDomain *domain, EhEvent *event, GError **error)
{
  if (!is_next (self, event))
    return refuse (self, event, error);
  if (!eh_aggregate_type_try_apply (self->type, self->state, event)
      && !eh_domain_apply_event (domain, self->type, self->state, event, error))
    return FALSE;
  self->version++;
  self->time = event->timestamp;
  return TRUE;
}

gboolean
eh_aggregate_fold (EhAggregate *self, EhDomain *domain, EhEvent *event, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (EH_IS_DOMAIN (domain), FALSE);
  g_return_val_if_fail (event != NULL, FALSE);

  return fold (self, domain, event, error);
}

gboolean
eh_aggregate_fold_page (EhAggregate *self, EhDomain *domain, EhEventPage *page, guint first, GError **error)
{
  EhEvent *const *events = eh_event_page_peek (page);
  guint n_events = eh_event_page_get_size (page);

  for (guint i = first; i < n_events; i++)
    {
      if (!fold (self, domain, events[i], error))
        return FALSE;
    }
  return TRUE;
}
