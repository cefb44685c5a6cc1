/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/eh-checkpoint-text-private.h"

#include <string.h>

#include "model/eh-error.h"
#include "model/eh-json-private.h"
#include "store/file/eh-file-checksum-private.h"

/*
 * One JSON object: {"checkpoint":{...},"payload":...,"crc32c":"0a1b2c3d"} and a line feed; the payload may be left out.
 * The checksum is over everything before its comma, and always the last 22 bytes; it is compared before anything else
 * is looked at. What passes may still have been written by somebody else, so all of it is checked.
 */

#define FORMAT 1
#define HEAD "{\"checkpoint\":"
#define PAYLOAD ",\"payload\":"
#define TAIL ",\"crc32c\":\"%08x\"}\n"
#define TAIL_SIZE 22

typedef struct {
  guint64 position;
  const char *stream;
  gint64 attempts;
  const char *message;
} StoredParkedEvent;

static EH_DEFINE_SCHEMA (StoredParkedEvent, stored_parked_event, EH_FIELD_UINT64 (position), EH_FIELD_STRING (stream),
                         EH_FIELD_INT64 (attempts), EH_FIELD_STRING (message));

typedef struct {
  guint64 format;
  const char *name;
  guint64 position;
  const char *shape;
  guint64 revision;
  StoredParkedEvent *parked;
  gsize n_parked;
} StoredCheckpoint;

static EH_DEFINE_SCHEMA (StoredCheckpoint, stored_checkpoint, EH_FIELD_UINT64 (format), EH_FIELD_STRING (name),
                         EH_FIELD_UINT64 (position), EH_FIELD_STRING (shape), EH_FIELD_UINT64 (revision),
                         EH_FIELD_STRUCT_ARRAY (parked, n_parked, stored_parked_event));

static gboolean
eh_checkpoint_check_payload (const char *text, gsize length, GError **error)
{
  EhJsonReader reader;
  gboolean ok = FALSE;

  /* Bytes of size 0 are at NULL. */
  eh_json_reader_init_large (&reader, length > 0 ? text : "", length);
  ok = eh_json_reader_skip (&reader) && eh_json_reader_finish (&reader);
  if (!ok)
    g_propagate_prefixed_error (error, g_steal_pointer (&reader.error), "the payload is no JSON: ");
  eh_json_reader_clear (&reader);
  return ok;
}

/* @parked: room for what is parked */
static void
eh_checkpoint_describe (EhCheckpoint *checkpoint, StoredCheckpoint *stored, StoredParkedEvent *parked)
{
  *stored = (StoredCheckpoint){
    .format = FORMAT,
    .name = eh_checkpoint_get_name (checkpoint),
    .position = eh_checkpoint_get_position (checkpoint),
    .shape = eh_checkpoint_get_shape (checkpoint),
    .revision = eh_checkpoint_get_revision (checkpoint),
    .parked = parked,
    .n_parked = eh_checkpoint_get_n_parked (checkpoint),
  };
  for (guint i = 0; i < stored->n_parked; i++)
    {
      EhParkedEvent *event = eh_checkpoint_get_parked (checkpoint, i);

      parked[i] = (StoredParkedEvent){ eh_parked_event_get_position (event),
                                       eh_stream_name_to_string (eh_parked_event_get_stream (event)),
                                       eh_parked_event_get_n_attempts (event), eh_parked_event_get_message (event) };
    }
}

GString *
eh_checkpoint_write_text (EhCheckpoint *checkpoint, GError **error)
{
  g_autofree StoredParkedEvent *parked = g_new0 (StoredParkedEvent, eh_checkpoint_get_n_parked (checkpoint) + 1);
  GBytes *payload = eh_checkpoint_get_payload (checkpoint);
  gsize length = 0;
  const char *data = payload != NULL ? g_bytes_get_data (payload, &length) : NULL;
  g_autoptr (GString) text = g_string_sized_new (length + 512);
  StoredCheckpoint stored;

  if (payload != NULL && !eh_checkpoint_check_payload (data, length, error))
    return NULL;
  eh_checkpoint_describe (checkpoint, &stored, parked);
  g_string_append (text, HEAD);
  if (!eh_schema_write_json (&stored_checkpoint, &stored, text, error))
    return NULL;
  if (payload != NULL)
    {
      g_string_append (text, PAYLOAD);
      g_string_append_len (text, data, (gssize) length);
    }
  g_string_append_printf (text, TAIL, eh_crc32c (0, text->str, text->len));
  return g_steal_pointer (&text);
}

static gboolean
eh_checkpoint_set_corrupt (GError **error, gsize offset, const char *what)
{
  g_set_error (error, EH_ERROR, EH_ERROR_CORRUPT, "byte %" G_GSIZE_FORMAT ": %s", offset, what);
  return FALSE;
}

static gboolean
eh_checkpoint_check_sum (const char *text, gsize length, GError **error)
{
  char tail[TAIL_SIZE + 1];

  if (length <= TAIL_SIZE)
    return eh_checkpoint_set_corrupt (error, length, "the text ends too early");
  g_snprintf (tail, sizeof tail, TAIL, eh_crc32c (0, text, length - TAIL_SIZE));
  if (memcmp (tail, text + length - TAIL_SIZE, TAIL_SIZE) == 0)
    return TRUE;
  return eh_checkpoint_set_corrupt (error, length - TAIL_SIZE, "the checksum does not match");
}

/* Reads one value of any kind and tells where it is. */
static gboolean
eh_checkpoint_read_value (EhJsonReader *reader, const char **start, gsize *length)
{
  eh_json_reader_peek (reader);
  *start = reader->cursor;
  if (!eh_json_reader_skip (reader))
    return FALSE;
  *length = (gsize) (reader->cursor - *start);
  return TRUE;
}

typedef struct {
  const char *head;
  gsize head_length;
  const char *payload; /* (nullable) */
  gsize payload_length;
} EhCheckpointParts;

static gboolean
eh_checkpoint_read_parts (EhJsonReader *reader, EhCheckpointParts *parts)
{
  const char *sum = NULL;
  gsize length = 0;

  if (!eh_json_reader_open (reader, '{') || !eh_json_reader_next (reader))
    return FALSE;
  if (!eh_json_reader_match_member (reader, "checkpoint"))
    return eh_json_reader_expected (reader, "the member \"checkpoint\"");
  if (!eh_checkpoint_read_value (reader, &parts->head, &parts->head_length) || !eh_json_reader_next (reader))
    return FALSE;
  if (eh_json_reader_match_member (reader, "payload")
      && (!eh_checkpoint_read_value (reader, &parts->payload, &parts->payload_length) || !eh_json_reader_next (reader)))
    return FALSE;
  if (!eh_json_reader_match_member (reader, "crc32c"))
    return eh_json_reader_expected (reader, "the member \"crc32c\"");
  return eh_checkpoint_read_value (reader, &sum, &length) && !eh_json_reader_next (reader) && reader->error == NULL
         && eh_json_reader_finish (reader);
}

static gboolean
eh_checkpoint_find_parts (const char *text, gsize length, EhCheckpointParts *parts, GError **error)
{
  EhJsonReader reader;
  gboolean ok = FALSE;

  eh_json_reader_init_large (&reader, text, length);
  ok = eh_checkpoint_read_parts (&reader, parts);
  if (!ok)
    eh_checkpoint_set_corrupt (error, (gsize) (reader.cursor - text),
                               reader.error != NULL ? reader.error->message : "the text is no checkpoint");
  eh_json_reader_clear (&reader);
  return ok;
}

/* @last: the position of the one before */
static EhParkedEvent *
eh_checkpoint_read_parked (const StoredParkedEvent *stored, guint64 last, guint64 position, GError **error)
{
  g_autoptr (EhStreamName) stream = NULL;

  if (stored->position <= last || stored->position > position || stored->attempts < 0 || stored->attempts > G_MAXUINT)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_CORRUPT, "the parked event at %" G_GUINT64_FORMAT " cannot be there",
                   stored->position);
      return NULL;
    }
  stream = eh_stream_name_parse (stored->stream != NULL ? stored->stream : "", error);
  if (stream == NULL)
    return NULL;
  return eh_parked_event_new (stored->position, stream, (guint) stored->attempts,
                              stored->message != NULL ? stored->message : "");
}

static gboolean
eh_checkpoint_check_head (const StoredCheckpoint *stored, const char *name, GError **error)
{
  if (stored->format != FORMAT)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED,
                   "the checkpoint is of format %" G_GUINT64_FORMAT ", this library knows %d", stored->format, FORMAT);
      return FALSE;
    }
  if (g_strcmp0 (stored->name, name) == 0 && stored->shape != NULL && stored->revision <= G_MAXUINT)
    return TRUE;
  g_set_error (error, EH_ERROR, EH_ERROR_CORRUPT, "the checkpoint is that of \"%s\", with \"%s\"",
               stored->name != NULL ? stored->name : "", stored->shape != NULL ? stored->shape : "");
  return FALSE;
}

static EhCheckpoint *
eh_checkpoint_make (const char *name, const StoredCheckpoint *stored, GBytes *payload, GError **error)
{
  g_autoptr (GPtrArray) parked = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_parked_event_unref);
  guint64 last = 0;

  if (!eh_checkpoint_check_head (stored, name, error))
    return NULL;
  for (gsize i = 0; i < stored->n_parked; i++)
    {
      EhParkedEvent *event = eh_checkpoint_read_parked (&stored->parked[i], last, stored->position, error);

      if (event == NULL)
        return NULL;
      g_ptr_array_add (parked, event);
      last = stored->parked[i].position;
    }
  return eh_checkpoint_new (name, stored->position, stored->shape, (guint) stored->revision, payload,
                            (EhParkedEvent *const *) parked->pdata, parked->len);
}

EhCheckpoint *
eh_checkpoint_read_text (const char *name, const char *text, gsize length, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GBytes) payload = NULL;
  EhCheckpoint *checkpoint = NULL;
  EhCheckpointParts parts = { NULL };
  StoredCheckpoint stored;

  if (!eh_checkpoint_check_sum (text, length, error) || !eh_checkpoint_find_parts (text, length, &parts, error))
    return NULL;
  if (parts.payload != NULL)
    payload = g_bytes_new (parts.payload, parts.payload_length);
  if (eh_schema_read_json (&stored_checkpoint, parts.head, (gssize) parts.head_length, &stored, &reason))
    {
      checkpoint = eh_checkpoint_make (name, &stored, payload, &reason);
      eh_schema_clear (&stored_checkpoint, &stored);
    }
  if (g_error_matches (reason, EH_ERROR, EH_ERROR_UNSUPPORTED))
    g_propagate_error (error, g_steal_pointer (&reason));
  else if (checkpoint == NULL)
    eh_checkpoint_set_corrupt (error, (gsize) (parts.head - text), reason->message);
  return checkpoint;
}
