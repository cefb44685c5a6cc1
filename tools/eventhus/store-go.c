/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store-go.h"

#include <string.h>

#include "store-extended-json.h"
#include "store-importer.h"

/* One event of a document. */
typedef struct {
  char *type;      /* (owned) (nullable) */
  char *aggregate; /* (owned) (nullable): its type */
  char *id;        /* (owned) (nullable): the aggregate's */
  GString *data;   /* (owned) */
  gint64 time;
  gboolean has_time;
  guint64 version;
} GoEvent;

typedef struct {
  StoreGo *result;
  EhJsonReader *reader;
  GPtrArray *events; /* (owned) (element-type GoEvent): of this document */
  char *id;          /* (owned) (nullable): of this document */
  guint64 version;
  gint64 last_time;
} Document;

static void
go_event_free (gpointer data)
{
  GoEvent *self = data;

  g_free (self->type);
  g_free (self->aggregate);
  g_free (self->id);
  g_string_free (self->data, TRUE);
  g_free (self);
}

static void
document_clear (Document *self)
{
  g_clear_pointer (&self->events, g_ptr_array_unref);
  g_clear_pointer (&self->id, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Document, document_clear)

void
store_go_clear (StoreGo *self)
{
  g_clear_pointer (&self->events, g_ptr_array_unref);
}

/* ---- an event ---- */

/* The data as base64 of a JSON text. */
static gboolean
read_encoded (EhJsonReader *reader, GString *out)
{
  g_autofree guint8 *bytes = NULL;
  const char *start = reader->cursor;
  EhJsonReader inner;
  gsize size = 0;
  gboolean ok;

  if (!eh_json_reader_bytes (reader, &bytes, &size))
    return FALSE;
  eh_json_reader_init (&inner, (const char *) bytes, size);
  ok = store_extended_put (&inner, out) && eh_json_reader_finish (&inner);
  if (!ok)
    eh_json_reader_fail (reader, EH_ERROR_INVALID, start, "the text in it: %s", inner.error->message);
  eh_json_reader_clear (&inner);
  return ok;
}

static gboolean
read_data (EhJsonReader *reader, GString *out)
{
  const char *start = reader->cursor;
  gboolean ok;

  g_string_truncate (out, 0);
  ok = eh_json_reader_peek (reader) == '"' ? read_encoded (reader, out) : store_extended_put (reader, out);
  eh_json_finish (out);
  if (ok && strcmp (out->str, "null") == 0)
    g_string_assign (out, "{}");
  return ok && (out->str[0] == '{' || eh_json_reader_fail (reader, EH_ERROR_INVALID, start, "expected an object"));
}

static gboolean
read_time (EhJsonReader *reader, gint64 *time, gboolean *is_cut)
{
  const char *name = NULL;
  gsize length = 0;

  if (eh_json_reader_peek (reader) == '"')
    return store_extended_read_time (reader, time, is_cut);
  return eh_json_reader_open (reader, '{')
         && (eh_json_reader_next (reader) || eh_json_reader_expected (reader, "\"$date\""))
         && eh_json_reader_member (reader, &name, &length)
         && ((length == 5 && memcmp (name, "$date", 5) == 0) || eh_json_reader_expected (reader, "\"$date\""))
         && store_extended_read_date (reader, time, is_cut)
         && (!eh_json_reader_next (reader) || eh_json_reader_expected (reader, "nothing else beside it"))
         && reader->error == NULL;
}

/* A text; also {"$oid": "..."}. */
static gboolean
read_id (EhJsonReader *reader, char **id)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *start = reader->cursor;
  EhJsonReader inner;
  gboolean ok;

  if (!store_extended_put (reader, text))
    return FALSE;
  eh_json_finish (text);
  g_clear_pointer (id, g_free);
  eh_json_reader_init (&inner, text->str, text->len);
  ok = eh_json_reader_string (&inner, id);
  eh_json_reader_clear (&inner);
  return ok || eh_json_reader_fail (reader, EH_ERROR_INVALID, start, "expected a text");
}

static gboolean
read_version (EhJsonReader *reader, guint64 *version)
{
  const char *start = reader->cursor;
  gint64 number = 0;

  if (!store_extended_read_number (reader, &number))
    return FALSE;
  *version = (guint64) number;
  return number >= 0 || eh_json_reader_fail (reader, EH_ERROR_INVALID, start, "expected a version");
}

static gboolean
read_event_member (Document *self, const char *name, GoEvent *event)
{
  EhJsonReader *reader = self->reader;
  gboolean is_cut = FALSE;

  if (strcmp (name, "event_type") == 0)
    return read_id (reader, &event->type);
  if (strcmp (name, "aggregate_type") == 0)
    return read_id (reader, &event->aggregate);
  if (strcmp (name, "_id") == 0 || strcmp (name, "aggregate_id") == 0)
    return read_id (reader, &event->id);
  if (strcmp (name, "version") == 0)
    return read_version (reader, &event->version);
  if (strcmp (name, "data") == 0)
    return read_data (reader, event->data);
  if (strcmp (name, "timestamp") != 0)
    return eh_json_reader_skip (reader);
  if (!read_time (reader, &event->time, &is_cut))
    return FALSE;
  event->has_time = TRUE;
  self->result->n_cut += is_cut;
  return TRUE;
}

static gboolean
read_member_name (EhJsonReader *reader, char **name)
{
  const char *text = NULL;
  gsize length = 0;

  if (!eh_json_reader_member (reader, &text, &length))
    return FALSE;
  *name = g_strndup (text, length);
  return TRUE;
}

static gboolean
read_event (Document *self)
{
  GoEvent *event = g_new0 (GoEvent, 1);

  event->data = g_string_new ("{}");
  g_ptr_array_add (self->events, event);
  if (!eh_json_reader_open (self->reader, '{'))
    return FALSE;
  while (eh_json_reader_next (self->reader))
    {
      g_autofree char *name = NULL;

      if (!read_member_name (self->reader, &name) || !read_event_member (self, name, event))
        return FALSE;
    }
  return self->reader->error == NULL;
}

static gboolean
read_events (Document *self)
{
  if (eh_json_reader_peek (self->reader) == 'n')
    return eh_json_reader_null (self->reader);
  if (!eh_json_reader_open (self->reader, '['))
    return FALSE;
  while (eh_json_reader_next (self->reader))
    if (!read_event (self))
      return FALSE;
  return self->reader->error == NULL;
}

/* ---- a document ---- */

static gboolean
read_document (Document *self)
{
  if (!eh_json_reader_open (self->reader, '{'))
    return FALSE;
  while (eh_json_reader_next (self->reader))
    {
      g_autofree char *name = NULL;
      gboolean ok;

      if (!read_member_name (self->reader, &name))
        return FALSE;
      if (strcmp (name, "_id") == 0)
        ok = read_id (self->reader, &self->id);
      else if (strcmp (name, "version") == 0)
        ok = read_version (self->reader, &self->version);
      else
        ok = strcmp (name, "events") == 0 ? read_events (self) : eh_json_reader_skip (self->reader);
      if (!ok)
        return FALSE;
    }
  return self->reader->error == NULL;
}

static gboolean
fail (const Document *self, guint i, const char *what, GError **error)
{
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "document %" G_GUINT64_FORMAT " (%s), events[%u]: %s",
               self->result->n_documents, self->id != NULL ? self->id : "without _id", i, what);
  return FALSE;
}

/* The envelope of an event, which is then read as any other. */
static EhEvent *
make_event (const GoEvent *from, EhStreamName *stream, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  char text[EH_ID_STRING_LENGTH + 1];
  EhId id;

  store_importer_derive_id (stream, from->version, from->time, &id);
  eh_id_write (&id, text);
  store_json_text (out, "id", text);
  out->str[0] = '{';
  store_json_text (out, "aggregate_id", eh_stream_name_get_id (stream));
  store_json_text (out, "aggregate_type", eh_stream_name_get_category (stream));
  store_json_number (out, "version", from->version);
  store_json_text (out, "type", from->type);
  g_string_append (out, ",\"data\":");
  g_string_append_len (out, from->data->str, (gssize) from->data->len);
  g_string_append (out, ",\"timestamp\":");
  eh_json_put_timestamp (out, from->time);
  eh_json_put (out, '}');
  eh_json_finish (out);
  return eh_event_from_json (out->str, (gssize) out->len, error);
}

static gboolean
take_event (Document *self, guint i, GError **error)
{
  const GoEvent *from = g_ptr_array_index (self->events, i);
  const char *id = from->id != NULL ? from->id : self->id;
  g_autoptr (EhStreamName) stream = NULL;
  g_autoptr (GError) reason = NULL;
  EhEvent *event = NULL;

  if (from->type == NULL || from->aggregate == NULL || id == NULL)
    return fail (self, i, "event_type, aggregate_type or _id is missing", error);
  if (from->version != i + 1)
    return fail (self, i, "its version is not the next one", error);
  if (!from->has_time)
    return fail (self, i, "timestamp is missing", error);
  stream = eh_stream_name_new (from->aggregate, id, &reason);
  if (stream != NULL)
    event = make_event (from, stream, &reason);
  if (event == NULL)
    return fail (self, i, reason->message, error);
  g_ptr_array_add (self->result->events, event);
  return TRUE;
}

static gboolean
take_document (Document *self, GError **error)
{
  self->result->n_documents++;
  if (!read_document (self))
    {
      g_propagate_prefixed_error (error, g_error_copy (self->reader->error), "document %" G_GUINT64_FORMAT ": ",
                                  self->result->n_documents);
      return FALSE;
    }
  if (self->version != self->events->len)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID,
                   "document %" G_GUINT64_FORMAT " (%s): it has version %" G_GUINT64_FORMAT " and %u events",
                   self->result->n_documents, self->id != NULL ? self->id : "without _id", self->version,
                   self->events->len);
      return FALSE;
    }
  for (guint i = 0; i < self->events->len; i++)
    if (!take_event (self, i, error))
      return FALSE;
  return TRUE;
}

/* ---- all of them ---- */

/* By time; what has the same time stays as it was, so that a stream's events stay in the order of their versions. */
typedef struct {
  gint64 time;
  guint place;
  EhEvent *event;
} Sorted;

static gint
compare_times (gconstpointer a, gconstpointer b)
{
  const Sorted *first = a;
  const Sorted *second = b;

  if (first->time != second->time)
    return first->time < second->time ? -1 : 1;
  return first->place < second->place ? -1 : 1;
}

static void
sort_events (StoreGo *self)
{
  g_autofree Sorted *sorted = g_new (Sorted, MAX (self->events->len, 1));
  gint64 time = 0;

  for (guint i = 0; i < self->events->len; i++)
    {
      EhEvent *event = g_ptr_array_index (self->events, i);

      /* A clock that went back does not put a stream's events in another order. */
      time = eh_event_get_version (event) > 1 ? MAX (time, eh_event_get_timestamp (event))
                                              : eh_event_get_timestamp (event);
      sorted[i] = (Sorted){ time, i, event };
    }
  qsort (sorted, self->events->len, sizeof *sorted, compare_times);
  for (guint i = 0; i < self->events->len; i++)
    self->events->pdata[i] = sorted[i].event;
}

static gboolean
read_one (StoreGo *self, EhJsonReader *reader, GError **error)
{
  g_auto (Document) document = { .result = self, .reader = reader };

  document.events = g_ptr_array_new_with_free_func (go_event_free);
  return take_document (&document, error);
}

static gboolean
read_array (StoreGo *self, EhJsonReader *reader, GError **error)
{
  if (eh_json_reader_open (reader, '['))
    while (eh_json_reader_next (reader))
      if (!read_one (self, reader, error))
        return FALSE;
  if (reader->error == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (reader->error));
  return FALSE;
}

gboolean
store_go_read (StoreGo *self, const char *text, gsize length, GError **error)
{
  EhJsonReader reader;
  gboolean ok = TRUE;

  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_event_unref);
  eh_json_reader_init_large (&reader, text, length);
  while (ok && eh_json_reader_peek (&reader) != '\0')
    ok = *reader.cursor == '[' ? read_array (self, &reader, error) : read_one (self, &reader, error);
  eh_json_reader_clear (&reader);
  if (ok)
    sort_events (self);
  return ok;
}
