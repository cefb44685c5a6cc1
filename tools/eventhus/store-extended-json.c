/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store-extended-json.h"

#include <string.h>

#include "model/eh-timestamp-private.h"

static gboolean
is_number (const char *text, gsize length)
{
  EhJsonReader reader;
  gboolean ok;

  eh_json_reader_init (&reader, text, length);
  ok = eh_json_reader_skip_number (&reader) && eh_json_reader_finish (&reader);
  eh_json_reader_clear (&reader);
  return ok;
}

/* {"$numberLong": "12"}: behind the name. NaN and Infinity stay texts. */
static gboolean
put_number (EhJsonReader *reader, GString *out)
{
  const char *text = NULL;
  gsize length = 0;

  if (eh_json_reader_peek (reader) != '"')
    return store_extended_put (reader, out);
  if (!eh_json_reader_text (reader, &text, &length))
    return FALSE;
  if (is_number (text, length))
    eh_json_put_raw (out, text, length);
  else
    eh_json_put_string (out, text, length);
  return TRUE;
}

gboolean
store_extended_read_number (EhJsonReader *reader, gint64 *number)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *start = reader->cursor;

  if (!store_extended_put (reader, text))
    return FALSE;
  eh_json_finish (text);
  return g_ascii_string_to_signed (text->str, 10, G_MININT64, G_MAXINT64, number, NULL)
         || eh_json_reader_fail (reader, EH_ERROR_INVALID, start, "expected a whole number");
}

gboolean
store_extended_read_time (EhJsonReader *reader, gint64 *time, gboolean *is_cut)
{
  g_autofree char *text = NULL;
  const char *start = reader->cursor;
  const char *wrong = NULL;
  char *fraction = NULL;

  if (!eh_json_reader_string (reader, &text))
    return FALSE;
  fraction = strchr (text, '.');
  if (fraction != NULL)
    {
      const gsize n = strspn (fraction + 1, "0123456789");

      if (n > 6)
        {
          *is_cut = strspn (fraction + 7, "0") < n - 6;
          memmove (fraction + 7, fraction + 1 + n, strlen (fraction + 1 + n) + 1);
        }
    }
  wrong = eh_timestamp_scan (text, strlen (text), time);
  return wrong == NULL || eh_json_reader_fail (reader, EH_ERROR_INVALID, start, "%s", wrong);
}

gboolean
store_extended_read_date (EhJsonReader *reader, gint64 *time, gboolean *is_cut)
{
  gint64 milliseconds = 0;

  if (eh_json_reader_peek (reader) == '"')
    return store_extended_read_time (reader, time, is_cut);
  if (!store_extended_read_number (reader, &milliseconds))
    return FALSE;
  *time = milliseconds > G_MAXINT64 / 1000 || milliseconds < G_MININT64 / 1000 ? G_MAXINT64 : milliseconds * 1000;
  return eh_timestamp_in_range (*time)
         || eh_json_reader_fail (reader, EH_ERROR_INVALID, reader->cursor, "expected a time from year 1 to 9999");
}

static gboolean
put_date (EhJsonReader *reader, GString *out)
{
  gboolean is_cut = FALSE;
  gint64 time = 0;

  return store_extended_read_date (reader, &time, &is_cut) && eh_json_put_timestamp (out, time);
}

/* The value of an object whose only member is @name, if that is one of MongoDB's. */
static gboolean
put_wrapped (EhJsonReader *reader, const char *name, GString *out, gboolean *is_wrapped)
{
  *is_wrapped = TRUE;
  if (strcmp (name, "$numberInt") == 0 || strcmp (name, "$numberLong") == 0 || strcmp (name, "$numberDouble") == 0
      || strcmp (name, "$numberDecimal") == 0)
    return put_number (reader, out);
  if (strcmp (name, "$date") == 0)
    return put_date (reader, out);
  if (strcmp (name, "$oid") == 0)
    return store_extended_put (reader, out);
  *is_wrapped = FALSE;
  return TRUE;
}

static gboolean
put_object (EhJsonReader *reader, GString *out)
{
  const gsize first_name = reader->n_names;
  char before = '{';

  if (!eh_json_reader_open (reader, '{'))
    return FALSE;
  for (; eh_json_reader_next (reader); before = ',')
    {
      g_autofree char *name = NULL;
      const char *text = NULL;
      gboolean is_wrapped = FALSE;
      gsize length = 0;

      if (!eh_json_reader_member (reader, &text, &length)
          || !eh_json_reader_note_name (reader, first_name, text, length))
        return FALSE;
      name = g_strndup (text, length);
      if (before == '{' && !put_wrapped (reader, name, out, &is_wrapped))
        return FALSE;
      if (is_wrapped)
        return eh_json_reader_end_names (reader, first_name)
               && (!eh_json_reader_next (reader) || eh_json_reader_expected (reader, "nothing else beside it"))
               && reader->error == NULL;
      eh_json_put_name (out, before, name);
      if (!store_extended_put (reader, out))
        return FALSE;
    }
  if (before == '{')
    eh_json_put (out, '{');
  eh_json_put (out, '}');
  return reader->error == NULL && eh_json_reader_end_names (reader, first_name);
}

static gboolean
put_list (EhJsonReader *reader, GString *out)
{
  char before = '[';

  if (!eh_json_reader_open (reader, '['))
    return FALSE;
  for (; eh_json_reader_next (reader); before = ',')
    {
      eh_json_put (out, before);
      if (!store_extended_put (reader, out))
        return FALSE;
    }
  if (before == '[')
    eh_json_put (out, '[');
  eh_json_put (out, ']');
  return reader->error == NULL;
}

gboolean
store_extended_put (EhJsonReader *reader, GString *out)
{
  g_autofree char *json = NULL;
  gsize length = 0;

  switch (eh_json_reader_peek (reader))
    {
    case '{':
      return put_object (reader, out);
    case '[':
      return put_list (reader, out);
    default:
      if (!eh_json_reader_raw (reader, &json, &length))
        return FALSE;
      eh_json_put_raw (out, json, length);
      return TRUE;
    }
}
