/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-error.h"
#include "eh-event-private.h"
#include "eh-json-private.h"

/*
 * The envelope in which events travel and are exported. Its first six members are the Go toolkit's; the others are
 * ignored there.
 */

#define ENVELOPE_ROOM_FIRST 512

static void
put_text (GString *out, const char *text)
{
  gboolean utf8 = eh_json_put_string (out, text, strlen (text));

  g_assert (utf8); /* checked when the event was made */
}

static void
put_member (GString *out, const char *before, const char *text)
{
  eh_json_put_raw (out, before, strlen (before));
  put_text (out, text);
}

static void
put_id (GString *out, const char *before, const EhId *id)
{
  char text[EH_ID_STRING_LENGTH + 1];

  eh_id_write (id, text);
  put_member (out, before, text);
}

static void
put_data (GString *out, const EhEvent *self)
{
  gsize length;
  const char *json = eh_event_get_json_data (self, &length);
  gboolean written = TRUE;

  if (json != NULL)
    eh_json_put_compact (out, json, length);
  else
    written = eh_json_put_value (out, eh_event_get_schema (self), eh_event_get_data (self));
  g_assert (written); /* checked when the event was made */
}

static void
put_metadata (GString *out, const EhEventHead *head)
{
  gsize start = out->len;
  const char *before = ",\"metadata\":{";
  guint n = head->metadata != NULL ? eh_metadata_get_size (head->metadata) : 0;
  guint i;

  eh_json_put_raw (out, before, strlen (before));
  if (!eh_id_is_nil (&head->correlation_id))
    put_id (out, "\"correlation_id\":", &head->correlation_id);
  if (!eh_id_is_nil (&head->causation_id))
    put_id (out, out->str[out->len - 1] == '{' ? "\"causation_id\":" : ",\"causation_id\":", &head->causation_id);
  for (i = 0; i < n; i++)
    {
      put_member (out, out->str[out->len - 1] == '{' ? "" : ",", eh_metadata_get_key (head->metadata, i));
      put_member (out, ":", eh_metadata_get_value (head->metadata, i));
    }
  if (out->str[out->len - 1] == '{')
    out->len = start;
  else
    eh_json_put (out, '}');
}

void
eh_event_write_json (const EhEvent *self, GString *out)
{
  EhEventHead head;
  gboolean in_range;

  g_return_if_fail (self != NULL);
  g_return_if_fail (out != NULL);

  eh_event_get_head (self, &head);
  put_id (out, "{\"id\":", &head.id);
  put_member (out, ",\"aggregate_id\":", eh_stream_name_get_id (head.stream));
  put_member (out, ",\"aggregate_type\":", eh_stream_name_get_category (head.stream));
  eh_json_put_raw (out, ",\"version\":", 11);
  eh_json_put_uint64 (out, head.version);
  put_member (out, ",\"type\":", eh_event_get_type_name (self));
  eh_json_put_raw (out, ",\"data\":", 8);
  put_data (out, self);
  eh_json_put_raw (out, ",\"timestamp\":", 13);
  in_range = eh_json_put_timestamp (out, head.timestamp);
  g_assert (in_range);
  put_metadata (out, &head);
  if (head.revision != 1)
    {
      eh_json_put_raw (out, ",\"revision\":", 12);
      eh_json_put_uint64 (out, head.revision);
    }
  eh_json_put (out, '}');
  eh_json_finish (out);
}

char *
eh_event_to_json (const EhEvent *self)
{
  g_autoptr (GString) text = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  text = g_string_sized_new (ENVELOPE_ROOM_FIRST);
  eh_event_write_json (self, text);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
eh_event_dup_json_data (const EhEvent *self)
{
  g_autoptr (GString) text = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  text = g_string_sized_new (ENVELOPE_ROOM_FIRST);
  put_data (text, self);
  eh_json_finish (text);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* ---- reading ---- */

/* What an envelope holds, before it is an event. */
typedef struct {
  EhEventHead head;
  char *aggregate_id;   /* (owned) */
  char *aggregate_type; /* (owned) */
  char *type_name;      /* (owned) */
  char *json;           /* (owned) */
  gsize length;
} Envelope;

static void
envelope_clear (Envelope *self)
{
  g_clear_pointer (&self->head.stream, eh_stream_name_unref);
  g_clear_pointer (&self->head.metadata, eh_metadata_unref);
  g_free (self->aggregate_id);
  g_free (self->aggregate_type);
  g_free (self->type_name);
  g_free (self->json);
}

typedef gboolean (*ReadFunc) (EhJsonReader *reader, Envelope *envelope);

static gboolean
fail_because (EhJsonReader *reader, const char *at, const GError *reason)
{
  return eh_json_reader_fail (reader, reason->code, at, "%s", reason->message);
}

static gboolean
read_id_into (EhJsonReader *reader, EhId *id)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) reason = NULL;
  const char *start;

  eh_json_reader_peek (reader);
  start = reader->cursor;
  if (!eh_json_reader_string (reader, &text))
    return FALSE;
  return eh_id_from_string (id, text, &reason) || fail_because (reader, start, reason);
}

static gboolean
read_id (EhJsonReader *reader, Envelope *envelope)
{
  const char *start;

  eh_json_reader_peek (reader);
  start = reader->cursor;
  if (!read_id_into (reader, &envelope->head.id))
    return FALSE;
  return !eh_id_is_nil (&envelope->head.id) || eh_json_reader_fail (reader, EH_ERROR_INVALID, start, "a nil id");
}

static gboolean
read_aggregate_id (EhJsonReader *reader, Envelope *envelope)
{
  return eh_json_reader_string (reader, &envelope->aggregate_id);
}

static gboolean
read_aggregate_type (EhJsonReader *reader, Envelope *envelope)
{
  return eh_json_reader_string (reader, &envelope->aggregate_type);
}

/* A number from 1 to @max. */
static gboolean
read_ordinal (EhJsonReader *reader, guint64 max, guint64 *number)
{
  const char *start;

  eh_json_reader_peek (reader);
  start = reader->cursor;
  if (!eh_json_reader_uint64 (reader, number))
    return FALSE;
  return (*number >= 1 && *number <= max)
         || eh_json_reader_fail (reader, EH_ERROR_INVALID, start, "expected a number from 1 to %" G_GUINT64_FORMAT,
                                 max);
}

static gboolean
read_version (EhJsonReader *reader, Envelope *envelope)
{
  return read_ordinal (reader, G_MAXINT64, &envelope->head.version);
}

static gboolean
read_revision (EhJsonReader *reader, Envelope *envelope)
{
  guint64 revision;

  if (!read_ordinal (reader, EH_EVENT_REVISION_MAX, &revision))
    return FALSE;
  envelope->head.revision = (guint) revision;
  return TRUE;
}

static gboolean
read_type (EhJsonReader *reader, Envelope *envelope)
{
  const char *start;
  gsize length;

  eh_json_reader_peek (reader);
  start = reader->cursor;
  if (!eh_json_reader_string (reader, &envelope->type_name))
    return FALSE;
  length = strlen (envelope->type_name);
  return (length >= 1 && length <= EH_EVENT_TYPE_NAME_MAX)
         || eh_json_reader_fail (reader, EH_ERROR_INVALID, start, "expected a name of 1 to %u bytes",
                                 EH_EVENT_TYPE_NAME_MAX);
}

static gboolean
read_data (EhJsonReader *reader, Envelope *envelope)
{
  const char *start;
  char c = eh_json_reader_peek (reader);

  if (c == 'n')
    {
      envelope->json = g_strdup ("{}");
      envelope->length = 2;
      return eh_json_reader_null (reader);
    }
  if (c != '{')
    return eh_json_reader_expected (reader, "an object");
  start = reader->cursor;
  if (!eh_json_reader_raw (reader, &envelope->json, &envelope->length))
    return FALSE;
  return envelope->length <= EH_EVENT_DATA_MAX
         || eh_json_reader_fail (reader, EH_ERROR_LIMIT, start, "longer than %u bytes", EH_EVENT_DATA_MAX);
}

static gboolean
read_timestamp (EhJsonReader *reader, Envelope *envelope)
{
  return eh_json_reader_timestamp (reader, &envelope->head.timestamp);
}

static gboolean
add_pair (EhJsonReader *reader, EhMetadata **metadata, const char *key)
{
  g_autofree char *value = NULL;
  g_autoptr (GError) reason = NULL;
  const char *start;
  EhMetadata *more;

  eh_json_reader_peek (reader);
  start = reader->cursor;
  if (!eh_json_reader_string (reader, &value))
    return FALSE;
  more = eh_metadata_with (*metadata, key, value, &reason);
  if (more == NULL)
    return fail_because (reader, start, reason);
  g_clear_pointer (metadata, eh_metadata_unref);
  *metadata = more;
  return TRUE;
}

static gboolean
read_pair (EhJsonReader *reader, Envelope *envelope, gsize first_name)
{
  g_autofree char *key = NULL;
  const char *name;
  gsize length;

  if (!eh_json_reader_member (reader, &name, &length) || !eh_json_reader_note_name (reader, first_name, name, length))
    return FALSE;
  key = g_strndup (name, length);
  if (strcmp (key, "correlation_id") == 0)
    return read_id_into (reader, &envelope->head.correlation_id);
  if (strcmp (key, "causation_id") == 0)
    return read_id_into (reader, &envelope->head.causation_id);
  return add_pair (reader, &envelope->head.metadata, key);
}

static gboolean
read_metadata (EhJsonReader *reader, Envelope *envelope)
{
  gsize first_name = reader->n_names;

  if (eh_json_reader_peek (reader) == 'n')
    return eh_json_reader_null (reader);
  if (!eh_json_reader_open (reader, '{'))
    return FALSE;
  while (eh_json_reader_next (reader))
    if (!read_pair (reader, envelope, first_name))
      return FALSE;
  return reader->error == NULL && eh_json_reader_end_names (reader, first_name);
}

static const struct {
  const char *name;
  ReadFunc read;
  gboolean required;
} members[] = {
  { "id", read_id, TRUE },
  { "aggregate_id", read_aggregate_id, TRUE },
  { "aggregate_type", read_aggregate_type, TRUE },
  { "version", read_version, TRUE },
  { "type", read_type, TRUE },
  { "data", read_data, TRUE },
  { "timestamp", read_timestamp, FALSE },
  { "metadata", read_metadata, FALSE },
  { "revision", read_revision, FALSE },
};

static gboolean
read_member (EhJsonReader *reader, Envelope *envelope, gsize first_name, guint *seen)
{
  const char *name;
  gsize length;
  guint i;

  if (!eh_json_reader_member (reader, &name, &length) || !eh_json_reader_note_name (reader, first_name, name, length))
    return FALSE;
  for (i = 0; i < G_N_ELEMENTS (members); i++)
    if (strlen (members[i].name) == length && memcmp (members[i].name, name, length) == 0)
      break;
  if (i == G_N_ELEMENTS (members))
    return eh_json_reader_skip (reader);
  if ((*seen & 1u << i) != 0)
    return eh_json_reader_fail_twice (reader);
  *seen |= 1u << i;
  return members[i].read (reader, envelope);
}

static gboolean
read_envelope (EhJsonReader *reader, Envelope *envelope)
{
  g_autoptr (GError) reason = NULL;
  const char *start;
  guint seen = 0;
  guint i;

  eh_json_reader_peek (reader);
  start = reader->cursor;
  if (!eh_json_reader_open (reader, '{'))
    return FALSE;
  while (eh_json_reader_next (reader))
    if (!read_member (reader, envelope, 0, &seen))
      return FALSE;
  if (reader->error != NULL || !eh_json_reader_end_names (reader, 0) || !eh_json_reader_finish (reader))
    return FALSE;
  for (i = 0; i < G_N_ELEMENTS (members); i++)
    if (members[i].required && (seen & 1u << i) == 0)
      return eh_json_reader_fail (reader, EH_ERROR_INVALID, start, "the member \"%s\" is missing", members[i].name);
  envelope->head.stream = eh_stream_name_new (envelope->aggregate_type, envelope->aggregate_id, &reason);
  return envelope->head.stream != NULL || fail_because (reader, start, reason);
}

EhEvent *
eh_event_from_json (const char *text, gssize length, GError **error)
{
  Envelope envelope = { .head.revision = 1 };
  EhEvent *event = NULL;
  EhJsonReader reader;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  eh_json_reader_init_envelope (&reader, text, length < 0 ? strlen (text) : (gsize) length);
  if (reader.error == NULL && read_envelope (&reader, &envelope))
    event = eh_event_new_json (&envelope.head, envelope.type_name, envelope.json, envelope.length);
  else
    g_propagate_error (error, g_steal_pointer (&reader.error));
  eh_json_reader_clear (&reader);
  envelope_clear (&envelope);
  return event;
}
