/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-event-batch-private.h"

#include <string.h>

#include "eh-error.h"
#include "eh-event-page-private.h"
#include "eh-event-private.h"
#include "eh-json-private.h"
#include "eh-pack-private.h"
#include "eh-refs-private.h"
#include "eh-timestamp-private.h"

/*
 * The batch holds finished events that only lack their place. The first store that records one is handed the very
 * event, so the usual way of an event from handler to store is one allocation and no copy; whoever records
 * it again (a second store, a retry) gets a copy. Who was first is decided atomically, since a batch may be read
 * by several threads; nobody reads the place of an event through the batch.
 */

/* Below this size a value's JSON text cannot come near EH_EVENT_DATA_MAX. */
#define SMALL_VALUE (64 * 1024)

typedef struct {
  EhEvent *event;   /* (owned) */
  gint is_recorded; /* (atomic) */
} Draft;

struct _EhEventBatch {
  gint ref_count; /* (atomic) */
  guint n_drafts;
  guint n_allocated;
  Draft *drafts; /* (owned) unless it is @first */
  Draft first;
  EhEventHead head; /* what the events share */
};

static const EhId nil = { { 0 } };

G_DEFINE_BOXED_TYPE (EhEventBatch, eh_event_batch, eh_event_batch_ref, eh_event_batch_unref)

EhEventBatch *
eh_event_batch_new (EhStreamName *stream, gint64 timestamp)
{
  EhEventBatch *self;

  g_return_val_if_fail (stream != NULL, NULL);
  g_return_val_if_fail (eh_timestamp_in_range (timestamp), NULL);

  /* One by one: compilers clear a struct of this size with an instruction that is slow to begin. */
  self = g_new (EhEventBatch, 1);
  self->ref_count = 1;
  self->n_drafts = 0;
  self->n_allocated = 1;
  self->drafts = &self->first;
  self->head.stream = eh_stream_name_ref (stream);
  self->head.version = 0;
  self->head.position = 0;
  self->head.timestamp = timestamp;
  self->head.metadata = NULL;
  self->head.correlation_id = nil;
  self->head.causation_id = nil;
  return self;
}

EhEventBatch *
eh_event_batch_ref (EhEventBatch *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
eh_event_batch_unref (EhEventBatch *self)
{
  g_return_if_fail (self != NULL);

  if (!eh_refs_drop (&self->ref_count))
    return;
  for (guint i = 0; i < self->n_drafts; i++)
    eh_event_unref (self->drafts[i].event);
  if (self->drafts != &self->first)
    g_free (self->drafts);
  g_clear_pointer (&self->head.metadata, eh_metadata_unref);
  eh_stream_name_unref (self->head.stream);
  g_free (self);
}

void
eh_event_batch_set_context (EhEventBatch *self, EhMetadata *metadata, const EhId *correlation_id,
                            const EhId *causation_id)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (self->n_drafts == 0);

  if (metadata != NULL)
    eh_metadata_ref (metadata);
  g_clear_pointer (&self->head.metadata, eh_metadata_unref);
  self->head.metadata = metadata;
  self->head.correlation_id = correlation_id != NULL ? *correlation_id : nil;
  self->head.causation_id = causation_id != NULL ? *causation_id : nil;
}

static gboolean
check_room (const EhEventBatch *self, guint revision, GError **error)
{
  if (self->n_drafts == EH_EVENT_BATCH_MAX)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_LIMIT, "batch for %s: more than %d events",
                   eh_stream_name_to_string (self->head.stream), EH_EVENT_BATCH_MAX);
      return FALSE;
    }
  if (revision < 1 || revision > EH_EVENT_REVISION_MAX)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "revision %u is not from 1 to %d", revision,
                   EH_EVENT_REVISION_MAX);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_size (const char *type_name, gsize size, GError **error)
{
  if (size <= EH_EVENT_DATA_MAX)
    return TRUE;
  g_set_error (error, EH_ERROR, EH_ERROR_LIMIT, "event %s: its data has %" G_GSIZE_FORMAT " bytes, more than %u",
               type_name, size, EH_EVENT_DATA_MAX);
  return FALSE;
}

static gboolean
check_value_size (const EhSchema *schema, gconstpointer data, GError **error)
{
  g_autofree char *json = eh_schema_to_json (schema, data, error);

  return json != NULL && check_size (schema->name, strlen (json), error);
}

static void
take_draft (EhEventBatch *self, EhEvent *event)
{
  if (self->n_drafts == self->n_allocated)
    {
      const gboolean is_inline = self->drafts == &self->first;

      self->n_allocated = MAX (self->n_allocated * 2, 8);
      self->drafts = g_renew (Draft, is_inline ? NULL : self->drafts, self->n_allocated);
      if (is_inline)
        self->drafts[0] = self->first;
    }
  self->drafts[self->n_drafts++] = (Draft){ event, FALSE };
}

gboolean
eh_event_batch_add_checked (EhEventBatch *self, const EhId *id, const EhSchema *schema, gconstpointer data,
                            GError **error)
{
  gsize size = eh_pack_get_size (schema, data);

  if (!check_room (self, schema->revision, error))
    return FALSE;
  if (size > SMALL_VALUE && !check_value_size (schema, data, error))
    return FALSE;

  self->head.id = *id;
  self->head.revision = schema->revision;
  take_draft (self, eh_event_new_packed (&self->head, schema, data, size));
  return TRUE;
}

gboolean
eh_event_batch_add (EhEventBatch *self, const EhId *id, const EhSchema *schema, gconstpointer data, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (id != NULL && !eh_id_is_nil (id), FALSE);
  g_return_val_if_fail (schema != NULL, FALSE);
  g_return_val_if_fail (data != NULL || schema->n_fields == 0, FALSE);

  return eh_schema_check (schema, data, error) && eh_event_batch_add_checked (self, id, schema, data, error);
}

gboolean
eh_event_batch_add_json (EhEventBatch *self, const EhId *id, const char *type_name, guint revision, const char *json,
                         gssize length, GError **error)
{
  gsize name_length;
  gsize size;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (id != NULL && !eh_id_is_nil (id), FALSE);
  g_return_val_if_fail (type_name != NULL, FALSE);
  g_return_val_if_fail (json != NULL, FALSE);

  name_length = strlen (type_name);
  size = length < 0 ? strlen (json) : (gsize) length;
  if (name_length < 1 || name_length > EH_EVENT_TYPE_NAME_MAX || !g_utf8_validate (type_name, -1, NULL))
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "an event's type name is 1 to %d bytes of UTF-8",
                   EH_EVENT_TYPE_NAME_MAX);
      return FALSE;
    }
  if (!check_room (self, revision, error) || !check_size (type_name, size, error))
    return FALSE;
  if (!eh_json_check_object (json, size, error))
    {
      g_prefix_error (error, "event %s: ", type_name);
      return FALSE;
    }

  self->head.id = *id;
  self->head.revision = revision;
  take_draft (self, eh_event_new_json (&self->head, type_name, json, size));
  return TRUE;
}

EhStreamName *
eh_event_batch_get_stream (const EhEventBatch *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->head.stream;
}

gint64
eh_event_batch_get_timestamp (const EhEventBatch *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->head.timestamp;
}

guint
eh_event_batch_get_size (const EhEventBatch *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_drafts;
}

const EhEvent *
eh_event_batch_peek (const EhEventBatch *self, guint i)
{
  g_assert (i < self->n_drafts);

  return self->drafts[i].event;
}

const EhId *
eh_event_batch_get_id (const EhEventBatch *self, guint i)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (i < self->n_drafts, NULL);

  return eh_event_get_id (self->drafts[i].event);
}

const char *
eh_event_batch_get_type_name (const EhEventBatch *self, guint i)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (i < self->n_drafts, NULL);

  return eh_event_get_type_name (self->drafts[i].event);
}

EhEvent *
eh_event_batch_record_one (const EhEventBatch *self, guint i, guint64 version, guint64 position)
{
  Draft *draft;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (i < self->n_drafts, NULL);

  draft = &self->drafts[i];
  if (!g_atomic_int_compare_and_exchange (&draft->is_recorded, FALSE, TRUE))
    return eh_event_copy_to (draft->event, version, position);

  eh_event_set_place (draft->event, version, position);
  return eh_event_ref (draft->event);
}

EhEventPage *
eh_event_batch_record (const EhEventBatch *self, guint64 first_version, guint64 first_position)
{
  EhEventPage *page;
  EhEvent **events;

  g_return_val_if_fail (self != NULL, NULL);

  page = eh_event_page_new_unfilled (self->n_drafts, first_version + self->n_drafts, TRUE, &events);
  for (guint i = 0; i < self->n_drafts; i++)
    events[i] = eh_event_batch_record_one (self, i, first_version + i, first_position + i);
  return page;
}
