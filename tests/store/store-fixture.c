/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store-fixture.h"

#include <string.h>

EH_DEFINE_SCHEMA (Noted, noted, EH_FIELD_INT64 (number), EH_FIELD_STRING (text))

typedef Noted Forgotten;
EH_DEFINE_SCHEMA (Forgotten, forgotten, EH_FIELD_INT64 (number), EH_FIELD_STRING (text))

EhId
store_id (guint64 number)
{
  EhId id = { { 1 } };

  for (guint i = 0; i < 8; i++)
    id.bytes[15 - i] = (guint8) (number >> (8 * i));
  return id;
}

EhStreamName *
store_name (const char *name)
{
  g_autoptr (GError) error = NULL;
  EhStreamName *parsed = eh_stream_name_parse (name, &error);

  g_assert_no_error (error);
  return parsed;
}

EhEventBatch *
store_batch_of (const char *stream, const EhSchema *schema, guint64 first, guint n)
{
  g_autoptr (EhStreamName) name = store_name (stream);
  EhEventBatch *batch = eh_event_batch_new (name, EH_FIXED_CLOCK_START + (gint64) first);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      Noted data = { (gint64) first + i, "text" };
      EhId id = store_id (first + i);

      eh_event_batch_add (batch, &id, schema, &data, &error);
      g_assert_no_error (error);
    }
  return batch;
}

EhEventBatch *
store_batch (const char *stream, guint64 first, guint n)
{
  return store_batch_of (stream, &noted, first, n);
}

gboolean
store_try (EhEventStore *store, const char *stream, gint64 expected, guint64 first, guint n, GError **error)
{
  g_autoptr (EhEventBatch) batch = store_batch (stream, first, n);

  return eh_event_store_append (store, batch, expected, EH_APPEND_NONE, NULL, NULL, error);
}

void
store_append (EhEventStore *store, const char *stream, guint64 first, guint n)
{
  g_autoptr (GError) error = NULL;

  store_try (store, stream, EH_EXPECTED_ANY, first, n, &error);
  g_assert_no_error (error);
}

EhEventPage *
store_read (EhEventStore *store, const char *stream)
{
  g_autoptr (EhStreamName) name = store_name (stream);
  g_autoptr (GError) error = NULL;
  EhEventPage *page = eh_event_store_read_stream (store, name, 0, EH_FORWARDS, 0, NULL, &error);

  g_assert_no_error (error);
  return page;
}

guint64
store_version (EhEventStore *store, const char *stream)
{
  g_autoptr (EhStreamName) name = store_name (stream);
  g_autoptr (GError) error = NULL;
  guint64 version = 0;

  eh_event_store_get_version (store, name, &version, NULL, &error);
  g_assert_no_error (error);
  return version;
}

guint64
store_head (EhEventStore *store)
{
  g_autoptr (GError) error = NULL;
  guint64 head = 0;

  eh_event_store_get_head (store, &head, NULL, &error);
  g_assert_no_error (error);
  return head;
}

gint64
store_number (const EhEvent *event)
{
  const Noted *data = eh_event_get_data (event);
  g_autofree char *json = NULL;
  const char *number = NULL;

  if (data != NULL)
    return data->number;
  json = eh_event_dup_json_data (event);
  number = strstr (json, "\"number\":");
  g_assert_nonnull (number);
  return g_ascii_strtoll (number + strlen ("\"number\":"), NULL, 10);
}

char *
store_numbers (const EhEventPage *page)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? " " : "", store_number (eh_event_page_get (page, i)));
  return g_string_free (text, FALSE);
}

guint
store_count (guint n)
{
  const char *slow = g_getenv ("EH_TEST_SLOW");
  guint64 by = slow != NULL ? g_ascii_strtoull (slow, NULL, 10) : 1;

  return MAX (1, (guint) (n / MAX (by, 1)));
}
