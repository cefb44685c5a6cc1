/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-store-probe-private.h"

#include <string.h>

gboolean
eh_store_probe_open (EhStoreProbe *self, GError **error)
{
  self->store = self->factory->open (self->job->number, self->factory->user_data, error);
  return self->store != NULL || eh_claim_blame ("opening the store", error);
}

void
eh_store_probe_drop (EhStoreProbe *self)
{
  g_clear_object (&self->store);
}

gboolean
eh_store_probe_has (const EhStoreProbe *self, EhStoreFeatures feature)
{
  return (self->factory->features & feature) != 0;
}

EhId
eh_probe_id (guint64 number)
{
  EhId id = { { 1 } };

  for (guint i = 0; i < 8; i++)
    id.bytes[15 - i] = (guint8) (number >> (8 * i));
  return id;
}

EhStreamName *
eh_probe_name (const char *name)
{
  EhStreamName *parsed = eh_stream_name_parse (name, NULL);

  g_assert (parsed != NULL);
  return parsed;
}

void
eh_probe_add (EhEventBatch *batch, guint64 number, const char *type_name)
{
  EhId id = eh_probe_id (number);
  char json[64];
  gboolean added;

  g_snprintf (json, sizeof json, "{\"number\":%" G_GUINT64_FORMAT "}", number);
  added = eh_event_batch_add_json (batch, &id, type_name, 1, json, -1, NULL);
  g_assert (added);
}

EhEventBatch *
eh_probe_batch (const char *stream, guint64 first, guint n)
{
  g_autoptr (EhStreamName) name = eh_probe_name (stream);
  EhEventBatch *batch = eh_event_batch_new (name, EH_PROBE_TIME + (gint64) first);

  for (guint i = 0; i < n; i++)
    eh_probe_add (batch, first + i, "Noted");
  return batch;
}

/* Whatever else a store has made of the text: what is behind the first colon. */
gint64
eh_probe_number (const EhEvent *event)
{
  g_autofree char *json = eh_event_dup_json_data (event);
  const char *colon = strchr (json, ':');

  return colon != NULL ? g_ascii_strtoll (colon + 1, NULL, 10) : -1;
}

static char *
describe_events (EhEvent *const *events, guint n)
{
  g_autofree guint64 *numbers = g_new (guint64, n);

  for (guint i = 0; i < n; i++)
    numbers[i] = (guint64) eh_probe_number (events[i]);
  return eh_claim_describe_numbers (numbers, n);
}

char *
eh_probe_numbers (const EhEventPage *page)
{
  guint n = eh_event_page_get_size (page);
  g_autofree EhEvent **events = g_new (EhEvent *, n);

  for (guint i = 0; i < n; i++)
    events[i] = eh_event_page_get (page, i);
  return describe_events (events, n);
}

gboolean
eh_store_probe_append (EhStoreProbe *self, EhEventBatch *batch, gint64 expected, EhAppendResult *result, GError **error)
{
  return eh_event_store_append (self->store, batch, expected, result != NULL ? EH_APPEND_WANT_EVENTS : EH_APPEND_NONE,
                                result, self->job->cancellable, error)
         || eh_claim_blame ("an append", error);
}

gboolean
eh_store_probe_write_at (EhStoreProbe *self, const char *stream, gint64 expected, guint64 first, guint n,
                         GError **error)
{
  g_autoptr (EhEventBatch) batch = eh_probe_batch (stream, first, n);

  return eh_store_probe_append (self, batch, expected, NULL, error);
}

gboolean
eh_store_probe_write (EhStoreProbe *self, const char *stream, guint64 first, guint n, GError **error)
{
  return eh_store_probe_write_at (self, stream, EH_EXPECTED_ANY, first, n, error);
}

gboolean
eh_store_probe_delete (EhStoreProbe *self, const char *stream, GError **error)
{
  g_autoptr (EhStreamName) name = eh_probe_name (stream);

  return eh_event_store_delete_stream (self->store, name, EH_EXPECTED_ANY, self->job->cancellable, error)
         || eh_claim_blame ("deleting a stream", error);
}

/* A stream may be longer than a page. */
static EhEventPage *
read_part (EhStoreProbe *self, EhStreamName *name, guint64 from, GError **error)
{
  EhEventPage *page = eh_event_store_read_stream (self->store, name, from, EH_FORWARDS, 0, self->job->cancellable,
                                                  error);

  if (page == NULL)
    eh_claim_blame ("reading a stream", error);
  return page;
}

EhEventPage *
eh_store_probe_read (EhStoreProbe *self, const char *stream, GError **error)
{
  g_autoptr (EhStreamName) name = eh_probe_name (stream);
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_event_unref);
  guint64 from = 0;

  for (;;)
    {
      g_autoptr (EhEventPage) page = read_part (self, name, from, error);
      guint size = page != NULL ? eh_event_page_get_size (page) : 0;

      if (page == NULL)
        return NULL;
      for (guint i = 0; i < size; i++)
        g_ptr_array_add (events, eh_event_ref (eh_event_page_get (page, i)));
      from = eh_event_page_get_next (page);
      if (eh_event_page_is_end (page) || size == 0)
        return eh_event_page_new ((EhEvent *const *) events->pdata, events->len, from, TRUE);
    }
}

gboolean
eh_store_probe_get_version (EhStoreProbe *self, const char *stream, guint64 *version, GError **error)
{
  g_autoptr (EhStreamName) name = eh_probe_name (stream);

  return eh_event_store_get_version (self->store, name, version, self->job->cancellable, error)
         || eh_claim_blame ("asking for a version", error);
}

gboolean
eh_store_probe_get_head (EhStoreProbe *self, guint64 *head, GError **error)
{
  return eh_event_store_get_head (self->store, head, self->job->cancellable, error)
         || eh_claim_blame ("asking for the newest position", error);
}

static gboolean
take_page (GPtrArray *events, const EhEventPage *page, guint64 *from, GError **error)
{
  guint64 next = eh_event_page_get_next (page);

  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    g_ptr_array_add (events, eh_event_ref (eh_event_page_get (page, i)));
  if (!eh_event_page_is_end (page) && next <= *from)
    return eh_claim_fail (error,
                          "a page from %" G_GUINT64_FORMAT " that is not the end says to go on at %" G_GUINT64_FORMAT,
                          *from, next);
  *from = next;
  return TRUE;
}

GPtrArray *
eh_store_probe_read_all (EhStoreProbe *self, const char *category, GError **error)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_event_unref);
  guint64 from = 0;

  for (;;)
    {
      g_autoptr (EhEventPage)
          page = eh_event_store_read_all (self->store, category, from, EH_FORWARDS, 0, self->job->cancellable, error);

      if (page == NULL)
        {
          eh_claim_blame ("reading all", error);
          return NULL;
        }
      if (!take_page (events, page, &from, error))
        return NULL;
      if (eh_event_page_is_end (page))
        return g_steal_pointer (&events);
    }
}

gboolean
eh_store_probe_refuse (EhStoreProbe *self, EhEventBatch *batch, gint64 expected, gint code, GError **error)
{
  EhAppendResult result = { 101, 102, 103, TRUE, NULL };
  GError *failure = NULL;

  if (eh_event_store_append (self->store, batch, expected, EH_APPEND_WANT_EVENTS, &result, self->job->cancellable,
                             &failure))
    eh_append_result_clear (&result);
  else if (failure == NULL)
    return eh_claim_fail (error, "an append failed without an error");
  else if (result.first_version != 101 || result.last_version != 102 || result.last_position != 103 || !result.was_there
           || result.events != NULL)
    {
      g_clear_error (&failure);
      return eh_claim_fail (error, "an append that failed has changed its result");
    }
  return eh_claim_refused ("an append", failure, code, error);
}

gboolean
eh_store_probe_refuse_at (EhStoreProbe *self, const char *stream, gint64 expected, guint64 first, guint n, gint code,
                          GError **error)
{
  g_autoptr (EhEventBatch) batch = eh_probe_batch (stream, first, n);

  return eh_store_probe_refuse (self, batch, expected, code, error);
}

/* Its number is one that nobody else uses, so that another case of the same id cannot be the reason. */
gboolean
eh_store_probe_conflict (EhStoreProbe *self, const char *stream, gint64 expected, guint64 actual, GError **error)
{
  g_autoptr (EhEventBatch) batch = eh_probe_batch (stream, 900000, 2);
  g_autoptr (GError) failure = NULL;
  gint64 told_expected = -9;
  guint64 told_actual = G_MAXUINT64;

  if (eh_event_store_append (self->store, batch, expected, EH_APPEND_NONE, NULL, self->job->cancellable, &failure))
    return eh_claim_fail (error,
                          "an append to %s at version %" G_GUINT64_FORMAT " that expects %" G_GINT64_FORMAT
                          " was not refused; it should be \"conflict\"",
                          stream, actual, expected);
  if (!g_error_matches (failure, EH_ERROR, EH_ERROR_CONFLICT))
    return eh_claim_refused ("an append", g_steal_pointer (&failure), EH_ERROR_CONFLICT, error);
  return eh_claim_true (eh_error_get_versions (failure, &told_expected, &told_actual),
                        "a conflict does not tell its versions: eh_error_new_conflict() makes one that does", error)
         && eh_claim_true (told_expected == expected, "a conflict tells another expected version", error)
         && eh_claim_uint ("the actual version that a conflict tells", told_actual, actual, error);
}

static gboolean
is_in_its_place (const EhEvent *event, const char *stream, guint64 version, GError **error)
{
  EhId id = eh_probe_id ((guint64) eh_probe_number (event));

  return eh_claim_uint ("the version of an event", eh_event_get_version (event), version, error)
         && eh_claim_text ("the stream of an event", eh_stream_name_to_string (eh_event_get_stream (event)), stream,
                           error)
         && eh_claim_true (eh_id_equal (eh_event_get_id (event), &id), "an event has the id of another", error);
}

gboolean
eh_store_probe_holds (EhStoreProbe *self, const char *stream, const char *numbers, GError **error)
{
  g_autoptr (EhEventPage) page = eh_store_probe_read (self, stream, error);
  g_autofree char *actual = page != NULL ? eh_probe_numbers (page) : NULL;
  g_autofree char *what = g_strdup_printf ("what %s holds", stream);
  guint64 version = 0;

  if (page == NULL || !eh_claim_text (what, actual, numbers, error))
    return FALSE;
  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    if (!is_in_its_place (eh_event_page_get (page, i), stream, i + 1, error))
      return FALSE;
  return eh_store_probe_get_version (self, stream, &version, error)
         && eh_claim_uint ("the stream's version", version, eh_event_page_get_size (page), error);
}

gboolean
eh_store_probe_holds_all (EhStoreProbe *self, const char *numbers, GError **error)
{
  g_autoptr (GPtrArray) events = NULL;
  g_autofree char *actual = NULL;

  if (!eh_store_probe_has (self, EH_STORE_READ_ALL))
    return TRUE;
  events = eh_store_probe_read_all (self, NULL, error);
  if (events == NULL)
    return FALSE;
  actual = describe_events ((EhEvent *const *) events->pdata, events->len);
  return eh_claim_text ("what the store holds in global order", actual, numbers, error);
}

gboolean
eh_store_probe_lacks_order (EhStoreProbe *self, gboolean *lacks, GError **error)
{
  GError *failure = NULL;
  g_autoptr (EhEventPage) page = NULL;

  *lacks = FALSE;
  if (eh_store_probe_has (self, EH_STORE_READ_ALL))
    return TRUE;
  page = eh_event_store_read_all (self->store, NULL, 0, EH_FORWARDS, 0, self->job->cancellable, &failure);
  *lacks = eh_claim_refused ("reading all", failure, EH_ERROR_UNSUPPORTED, error);
  return *lacks;
}
