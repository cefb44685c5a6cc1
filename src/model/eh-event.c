/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-event-private.h"

#include <string.h>

#include "eh-pack-private.h"

G_STATIC_ASSERT (sizeof (struct _EhEvent) <= 64);
G_STATIC_ASSERT (sizeof (struct _EhEvent) % 8 == 0);

G_DEFINE_BOXED_TYPE (EhEvent, eh_event, eh_event_ref, eh_event_unref)

static const EhId nil_id = { { 0 } };

static inline gpointer
get_part (const EhEvent *self, gsize offset)
{
  return (gpointer) ((const guint8 *) self + offset);
}

/* Pointers and ids are kept at multiples of 8, whatever the size of a pointer. */
static inline gsize
get_correlation_offset (const EhEvent *self)
{
  return sizeof (EhEvent) + (self->flags & EH_EVENT_HAS_METADATA ? 8 : 0);
}

static inline gsize
get_causation_offset (const EhEvent *self)
{
  return get_correlation_offset (self) + (self->flags & EH_EVENT_HAS_CORRELATION ? sizeof (EhId) : 0);
}

static guint8
find_flags (const EhEventHead *head)
{
  guint8 flags = 0;

  if (eh_metadata_get_size (head->metadata) > 0)
    flags |= EH_EVENT_HAS_METADATA;
  if (!eh_id_is_nil (&head->correlation_id))
    flags |= EH_EVENT_HAS_CORRELATION;
  if (!eh_id_is_nil (&head->causation_id))
    flags |= eh_id_equal (&head->causation_id, &head->correlation_id) ? EH_EVENT_SAME_CAUSATION
                                                                      : EH_EVENT_HAS_CAUSATION;
  return flags;
}

static EhEvent *
create (const EhEventHead *head, guint8 kind, gsize tail_size)
{
  const guint8 flags = find_flags (head) | kind;
  const gsize offset = sizeof (EhEvent) + (flags & EH_EVENT_HAS_METADATA ? 8 : 0)
                       + (flags & EH_EVENT_HAS_CORRELATION ? sizeof (EhId) : 0)
                       + (flags & EH_EVENT_HAS_CAUSATION ? sizeof (EhId) : 0);
  EhEvent *self = g_malloc (offset + tail_size);

  g_assert (head->revision > 0 && head->revision <= EH_EVENT_REVISION_MAX);

  self->ref_count = 1;
  self->flags = flags;
  self->data_offset = (guint8) offset;
  self->revision = (guint16) head->revision;
  self->stream = eh_stream_name_ref (head->stream);
  self->version = head->version;
  self->position = head->position;
  self->timestamp = head->timestamp;
  self->id = head->id;
  if (flags & EH_EVENT_HAS_METADATA)
    *(EhMetadata **) get_part (self, sizeof (EhEvent)) = eh_metadata_ref (head->metadata);
  if (flags & EH_EVENT_HAS_CORRELATION)
    memcpy (get_part (self, get_correlation_offset (self)), &head->correlation_id, sizeof (EhId));
  if (flags & EH_EVENT_HAS_CAUSATION)
    memcpy (get_part (self, get_causation_offset (self)), &head->causation_id, sizeof (EhId));
  return self;
}

EhEvent *
eh_event_new_json (const EhEventHead *head, const char *type_name, const char *json, gsize length)
{
  const gsize name_length = strlen (type_name);
  EhEvent *self = create (head, EH_EVENT_IS_JSON, length + 1 + name_length + 1);
  char *data = get_part (self, self->data_offset);

  self->json_length = length;
  memcpy (data, json, length);
  data[length] = '\0';
  memcpy (data + length + 1, type_name, name_length + 1);
  return self;
}

EhEvent *
eh_event_new_value (const EhEventHead *head, const EhSchema *schema, gconstpointer data)
{
  return eh_event_new_packed (head, schema, data, eh_pack_get_size (schema, data));
}

EhEvent *
eh_event_new_packed (const EhEventHead *head, const EhSchema *schema, gconstpointer data, gsize size)
{
  EhEvent *self = create (head, 0, size);

  self->schema = schema;
  eh_pack (schema, data, get_part (self, self->data_offset));
  return self;
}

void
eh_event_get_head (const EhEvent *self, EhEventHead *head)
{
  head->stream = self->stream;
  head->id = self->id;
  head->revision = self->revision;
  head->version = self->version;
  head->position = self->position;
  head->timestamp = self->timestamp;
  head->metadata = eh_event_get_metadata (self);
  head->correlation_id = *eh_event_get_correlation_id (self);
  head->causation_id = *eh_event_get_causation_id (self);
}

EhEvent *
eh_event_copy_to (const EhEvent *self, guint64 version, guint64 position)
{
  EhEventHead head;

  eh_event_get_head (self, &head);
  head.version = version;
  head.position = position;
  if (self->flags & EH_EVENT_IS_JSON)
    return eh_event_new_json (&head, eh_event_get_type_name (self), get_part (self, self->data_offset),
                              self->json_length);
  return eh_event_new_value (&head, self->schema, get_part (self, self->data_offset));
}

void
eh_event_set_place (EhEvent *self, guint64 version, guint64 position)
{
  self->version = version;
  self->position = position;
}

EhEvent *
eh_event_ref (EhEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return eh_event_hold (self);
}

void
eh_event_destroy (EhEvent *self)
{
  if (self->flags & EH_EVENT_HAS_METADATA)
    eh_metadata_unref (eh_event_get_metadata (self));
  eh_stream_name_unref (self->stream);
  g_free (self);
}

void
eh_event_unref (EhEvent *self)
{
  g_return_if_fail (self != NULL);

  eh_event_release (self);
}

const EhId *
eh_event_get_id (const EhEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return &self->id;
}

EhStreamName *
eh_event_get_stream (const EhEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->stream;
}

const char *
eh_event_get_type_name (const EhEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (self->flags & EH_EVENT_IS_JSON)
    return (const char *) get_part (self, self->data_offset) + self->json_length + 1;
  return self->schema->name;
}

guint
eh_event_get_revision (const EhEvent *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->revision;
}

guint64
eh_event_get_version (const EhEvent *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->version;
}

guint64
eh_event_get_position (const EhEvent *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->position;
}

gint64
eh_event_get_timestamp (const EhEvent *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->timestamp;
}

EhMetadata *
eh_event_get_metadata (const EhEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->flags & EH_EVENT_HAS_METADATA ? *(EhMetadata *const *) get_part (self, sizeof (EhEvent)) : NULL;
}

const EhId *
eh_event_get_correlation_id (const EhEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->flags & EH_EVENT_HAS_CORRELATION ? get_part (self, get_correlation_offset (self)) : &nil_id;
}

const EhId *
eh_event_get_causation_id (const EhEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (self->flags & EH_EVENT_SAME_CAUSATION)
    return get_part (self, get_correlation_offset (self));
  return self->flags & EH_EVENT_HAS_CAUSATION ? get_part (self, get_causation_offset (self)) : &nil_id;
}

const EhSchema *
eh_event_get_schema (const EhEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return eh_event_peek_schema (self);
}

gconstpointer
eh_event_get_data (const EhEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->flags & EH_EVENT_IS_JSON ? NULL : get_part (self, self->data_offset);
}

const char *
eh_event_get_json_data (const EhEvent *self, gsize *length)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (length != NULL, NULL);

  *length = self->flags & EH_EVENT_IS_JSON ? self->json_length : 0;
  return self->flags & EH_EVENT_IS_JSON ? get_part (self, self->data_offset) : NULL;
}

static gboolean
data_equal (const EhEvent *a, const EhEvent *b)
{
  const EhSchema *schema = eh_event_get_schema (a);
  g_autofree char *text_a = NULL;
  g_autofree char *text_b = NULL;

  if (schema != NULL && schema == eh_event_get_schema (b))
    return eh_schema_equal (schema, eh_event_get_data (a), eh_event_get_data (b));

  text_a = eh_event_dup_json_data (a);
  text_b = eh_event_dup_json_data (b);
  return strcmp (text_a, text_b) == 0;
}

gboolean
eh_event_equal (const EhEvent *a, const EhEvent *b)
{
  g_return_val_if_fail (a != NULL, FALSE);
  g_return_val_if_fail (b != NULL, FALSE);

  if (a == b)
    return TRUE;
  return eh_id_equal (&a->id, &b->id) && a->version == b->version && a->position == b->position
         && a->timestamp == b->timestamp && a->revision == b->revision && eh_stream_name_equal (a->stream, b->stream)
         && strcmp (eh_event_get_type_name (a), eh_event_get_type_name (b)) == 0
         && eh_id_equal (eh_event_get_correlation_id (a), eh_event_get_correlation_id (b))
         && eh_id_equal (eh_event_get_causation_id (a), eh_event_get_causation_id (b))
         && eh_metadata_equal (eh_event_get_metadata (a), eh_event_get_metadata (b)) && data_equal (a, b);
}
