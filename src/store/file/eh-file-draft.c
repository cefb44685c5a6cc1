/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-error.h"
#include "model/eh-event-batch-private.h"
#include "model/eh-event-private.h"
#include "model/eh-json-private.h"
#include "store/file/eh-file-frame-private.h"

/*
 * Writing frames. A draft's text is the frame from its first byte on: the head is left open, the heads of the events
 * are filled in one by one as their data is written behind them.
 */

/* Enough for a frame with one event of common size, so that the text is allocated once. */
#define COMMON_SIZE 512

/* A text that has become longer is not kept. */
#define SPARE_MAX (64u << 10)

void
eh_file_draft_init (EhFileDraft *self, EhFileKind kind, gint64 time, GString **spare)
{
  *self = (EhFileDraft){ .kind = (guint8) kind, .time = time, .spare = spare };
  if (spare != NULL)
    self->bytes = g_atomic_pointer_exchange (spare, NULL);
  if (self->bytes == NULL)
    self->bytes = g_string_sized_new (COMMON_SIZE);
  self->bytes->len = EH_FILE_FRAME_HEAD;
}

void
eh_file_draft_clear (EhFileDraft *self)
{
  g_clear_pointer (&self->new_types, g_ptr_array_unref);
  if (self->bytes != NULL && self->spare != NULL && self->bytes->allocated_len <= SPARE_MAX
      && g_atomic_pointer_compare_and_exchange (self->spare, NULL, self->bytes))
    self->bytes = NULL;
  if (self->bytes != NULL)
    g_string_free (g_steal_pointer (&self->bytes), TRUE);
}

static guint16
add_type (EhFileDraft *self, const char *name)
{
  if (self->new_types == NULL)
    self->new_types = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < self->new_types->len; i++)
    if (strcmp (g_ptr_array_index (self->new_types, i), name) == 0)
      return (guint16) i;
  g_ptr_array_add (self->new_types, g_strdup (name));
  return (guint16) (self->new_types->len - 1);
}

/* Writes the data and its nul; gives its length. */
static gsize
put_data (GString *out, const EhEvent *event)
{
  const gsize begin = out->len;
  const EhSchema *schema = eh_event_peek_schema (event);
  gsize length = 0;

  if (schema != NULL)
    {
      /* The batch has checked the value. */
      const gboolean ok = eh_json_put_value (out, schema, eh_event_get_data (event));

      g_assert (ok);
      length = out->len - begin;
    }
  else
    {
      const char *json = eh_event_get_json_data (event, &length);

      eh_json_put_raw (out, json, length);
    }
  eh_json_put (out, '\0');
  return length;
}

static void
put_context (EhFileDraft *self, const EhEvent *event)
{
  GString *out = self->bytes;
  EhMetadata *metadata = eh_event_get_metadata (event);
  const EhId *correlation = eh_event_get_correlation_id (event);
  const EhId *causation = eh_event_get_causation_id (event);
  guint8 size[4] = { 0 };
  gsize begin = 0;

  if (metadata == NULL && eh_id_is_nil (correlation) && eh_id_is_nil (causation))
    return;
  self->flags |= EH_FILE_FRAME_HAS_CONTEXT;
  eh_json_put_raw (out, (const char *) correlation->bytes, 16);
  eh_json_put_raw (out, (const char *) causation->bytes, 16);
  eh_json_put_raw (out, (const char *) size, 4);
  begin = out->len;
  for (guint i = 0; i < eh_metadata_get_size (metadata); i++)
    {
      const char *key = eh_metadata_get_key (metadata, i);
      const char *value = eh_metadata_get_value (metadata, i);

      eh_json_put_raw (out, key, strlen (key) + 1);
      eh_json_put_raw (out, value, strlen (value) + 1);
    }
  eh_store_32 (out->str + begin - 4, (guint32) (out->len - begin));
}

static void
put_types (EhFileDraft *self)
{
  self->n_types = (guint16) (self->new_types != NULL ? self->new_types->len : 0);
  for (guint i = 0; i < self->n_types; i++)
    {
      const char *name = g_ptr_array_index (self->new_types, i);
      const gsize length = strlen (name);

      eh_json_put (self->bytes, (char) length);
      eh_json_put_raw (self->bytes, name, length + 1);
    }
}

static void
put_event (EhFileDraft *self, guint i, const EhEvent *event, EhFileTypeRef type)
{
  const gsize length = put_data (self->bytes, event);
  char *head = self->bytes->str + EH_FILE_FRAME_HEAD + i * EH_FILE_EVENT_HEAD;

  memcpy (head, event->id.bytes, 16);
  eh_store_32 (head + 16, (guint32) length);
  eh_store_32 (head + 20, type.ref);
  eh_store_16 (head + 24, type.index);
  eh_store_16 (head + 26, event->revision);
}

static gboolean
check_length (const EhFileDraft *self, const EhEventBatch *batch, GError **error)
{
  if (self->bytes->len <= EH_FILE_FRAME_MAX - 2 * EH_EVENT_DATA_MAX)
    return TRUE;
  g_set_error (error, EH_ERROR, EH_ERROR_LIMIT, "the batch for %s: more than %u MiB",
               eh_stream_name_to_string (eh_event_batch_get_stream (batch)),
               (EH_FILE_FRAME_MAX - 2 * EH_EVENT_DATA_MAX) >> 20);
  return FALSE;
}

gboolean
eh_file_draft_encode (EhFileDraft *self, const EhEventBatch *batch, EhFileTypeFunc find_type, gpointer user_data,
                      GError **error)
{
  const guint n = eh_event_batch_get_size (batch);
  const char *last_name = NULL;
  EhFileTypeRef type = { 0, 0 };

  self->n_events = (guint16) n;
  eh_json_reserve (self->bytes, n * EH_FILE_EVENT_HEAD);
  self->bytes->len += n * EH_FILE_EVENT_HEAD;
  for (guint i = 0; i < n; i++)
    {
      const EhEvent *event = eh_event_batch_peek (batch, i);
      const char *name = eh_event_get_type_name (event);

      if (name != last_name && !find_type (user_data, name, &type))
        type = (EhFileTypeRef){ 0, add_type (self, name) };
      last_name = name;
      put_event (self, i, event, type);
      if (!check_length (self, batch, error))
        return FALSE;
    }
  put_context (self, eh_event_batch_peek (batch, 0));
  put_types (self);
  self->body_checksum = eh_crc32c (0, self->bytes->str + EH_FILE_FRAME_HEAD, self->bytes->len - EH_FILE_FRAME_HEAD);
  return TRUE;
}

guint32
eh_file_draft_get_length (const EhFileDraft *self, gsize name_length)
{
  return (guint32) ((self->bytes->len + name_length + 7) & ~(gsize) 7);
}

static void
put_head (const EhFileDraft *self, const EhFilePlace *place, guint32 length, guint32 relative_position, guint8 *to)
{
  eh_store_32 (to + 8, length);
  eh_store_32 (to + 12, (place->offset - place->group) / 8);
  eh_store_64 (to + 16, place->version);
  eh_store_64 (to + 24, (guint64) self->time);
  eh_store_32 (to + 32, relative_position);
  eh_store_32 (to + 36, place->name_ref);
  eh_store_16 (to + 40, self->n_events);
  to[42] = self->kind;
  to[43] = self->flags;
  eh_store_16 (to + 44, place->name_length);
  eh_store_16 (to + 46, self->n_types);
}

guint32
eh_file_draft_finish (const EhFileDraft *self, const EhFileFrameBase *base, const EhFilePlace *place, guint8 *to)
{
  const gsize body_end = self->bytes->len;
  const guint32 length = eh_file_draft_get_length (self, place->name_length);
  guint32 crc = self->body_checksum;

  memcpy (to + EH_FILE_FRAME_HEAD, self->bytes->str + EH_FILE_FRAME_HEAD, body_end - EH_FILE_FRAME_HEAD);
  if (place->name_length > 0)
    memcpy (to + body_end, place->name, place->name_length);
  memset (to + body_end + place->name_length, 0, length - body_end - place->name_length);
  crc = eh_crc32c (crc, to + body_end, length - body_end);

  put_head (self, place, length, (guint32) (place->position - base->base_position), to);
  eh_store_32 (to + 4, crc);
  crc = eh_file_frame_head_checksum (base, place->offset, to);
  eh_store_32 (to, crc);
  return crc;
}
