/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-scenario-parser-private.h"

#include "model/eh-json-private.h"

/*
 * The text of a scenario file becomes a tree of json-glib, but json-glib's own parser does not read it: that one
 * takes hexadecimal numbers and assignments, wraps numbers around, keeps the last of two members with one name and
 * recurses as deep as the text says. The strict reader of the ground floor does none of this. It knows no comments,
 * so these are blanked out first, byte for byte, and every offset stays that of the file.
 */

static const char *
skip_string (const char *p, const char *end)
{
  for (p++; p < end && *p != '"'; p++)
    {
      if (*p == '\\' && p + 1 < end)
        p++;
    }
  return p < end ? p + 1 : end;
}

/* Lines stay: only what is between their ends is blanked. */
static void
blank (char *from, const char *to)
{
  for (char *p = from; p < to; p++)
    {
      if (*p != '\n' && *p != '\r')
        *p = ' ';
    }
}

/* The end of the comment at @p; NULL if it has none. */
static char *
find_comment_end (char *p, char *end)
{
  char *close;

  if (p[1] == '/')
    {
      close = memchr (p, '\n', (gsize) (end - p));
      return close != NULL ? close : end;
    }
  close = end - p > 2 ? g_strstr_len (p + 2, end - p - 2, "*/") : NULL;
  return close != NULL ? close + 2 : NULL;
}

/* FALSE with *@bad at a comment that does not end. */
static gboolean
blank_comments (char *text, gsize length, char **bad)
{
  char *end = text + length;
  char *p = text;

  while (p < end)
    {
      char *close;

      if (*p == '"')
        {
          p = (char *) skip_string (p, end);
          continue;
        }
      if (*p != '/' || p + 1 == end || (p[1] != '/' && p[1] != '*'))
        {
          p++;
          continue;
        }
      close = find_comment_end (p, end);
      if (close == NULL)
        {
          *bad = p;
          return FALSE;
        }
      blank (p, close);
      p = close;
    }
  return TRUE;
}

static gboolean
fail_at (GError **error, gint code, const char *name, const char *text, const char *at, const char *message)
{
  guint line = 1;
  guint column = 1;

  for (const char *p = text; p < at; p++)
    {
      if (*p == '\n')
        {
          line++;
          column = 1;
        }
      else if (((guchar) *p & 0xc0) != 0x80)
        column++;
    }
  g_set_error (error, EH_ERROR, code, "%s:%u:%u: %s", name, line, column, message);
  return FALSE;
}

static JsonNode *read_value (EhJsonReader *reader);

static JsonNode *
read_object (EhJsonReader *reader)
{
  g_autoptr (JsonObject) object = json_object_new ();
  gsize first = reader->n_names;
  const char *text;
  gsize length;

  if (!eh_json_reader_open (reader, '{'))
    return NULL;
  while (eh_json_reader_next (reader))
    {
      g_autofree char *name = NULL;
      JsonNode *value;

      if (!eh_json_reader_member (reader, &text, &length) || !eh_json_reader_note_name (reader, first, text, length))
        return NULL;
      name = g_strndup (text, length);
      value = read_value (reader);
      if (value == NULL)
        return NULL;
      json_object_set_member (object, name, value);
    }
  if (reader->error != NULL || !eh_json_reader_end_names (reader, first))
    return NULL;
  return json_node_init_object (json_node_alloc (), object);
}

static JsonNode *
read_list (EhJsonReader *reader)
{
  g_autoptr (JsonArray) list = json_array_new ();

  if (!eh_json_reader_open (reader, '['))
    return NULL;
  while (eh_json_reader_next (reader))
    {
      JsonNode *value = read_value (reader);

      if (value == NULL)
        return NULL;
      json_array_add_element (list, value);
    }
  return reader->error == NULL ? json_node_init_array (json_node_alloc (), list) : NULL;
}

static JsonNode *
read_string (EhJsonReader *reader)
{
  g_autofree char *string = NULL;

  return eh_json_reader_string (reader, &string) ? json_node_init_string (json_node_alloc (), string) : NULL;
}

static JsonNode *
read_boolean (EhJsonReader *reader)
{
  gboolean value;

  return eh_json_reader_boolean (reader, &value) ? json_node_init_boolean (json_node_alloc (), value) : NULL;
}

static gboolean
is_whole_number (const EhJsonReader *reader)
{
  const char *p = reader->cursor;

  while (p < reader->end && (*p == '-' || g_ascii_isdigit (*p)))
    p++;
  return p == reader->end || (*p != '.' && *p != 'e' && *p != 'E');
}

static JsonNode *
read_number (EhJsonReader *reader)
{
  gint64 whole;
  double number;

  if (is_whole_number (reader))
    return eh_json_reader_int64 (reader, &whole) ? json_node_init_int (json_node_alloc (), whole) : NULL;
  return eh_json_reader_double (reader, &number) ? json_node_init_double (json_node_alloc (), number) : NULL;
}

static JsonNode *
read_value (EhJsonReader *reader)
{
  char c = eh_json_reader_peek (reader);

  switch (c)
    {
    case '{':
      return read_object (reader);
    case '[':
      return read_list (reader);
    case '"':
      return read_string (reader);
    case 't':
    case 'f':
      return read_boolean (reader);
    case 'n':
      return eh_json_reader_null (reader) ? json_node_init_null (json_node_alloc ()) : NULL;
    default:
      if (c == '-' || g_ascii_isdigit (c))
        return read_number (reader);
      eh_json_reader_expected (reader, "a value");
      return NULL;
    }
}

/* The reader's messages end with the offset, "(byte 12)"; people count lines. */
static void
take_reader_error (GError **error, const EhJsonReader *reader, const char *name)
{
  g_autofree char *message = g_strdup (reader->error->message);
  char *offset = g_strrstr (message, " (byte ");
  const char *at = reader->text;

  if (offset != NULL)
    {
      at += MIN (g_ascii_strtoull (offset + strlen (" (byte "), NULL, 10), (guint64) (reader->end - reader->text));
      *offset = '\0';
    }
  fail_at (error, reader->error->code, name, reader->text, at, message);
}

JsonNode *
eh_scenario_read_text (const char *name, const char *text, gsize length, GError **error)
{
  g_autofree char *copy = g_malloc (length + 1);
  g_autoptr (JsonNode) node = NULL;
  EhJsonReader reader;
  char *bad;

  memcpy (copy, text, length);
  copy[length] = '\0';
  if (!blank_comments (copy, length, &bad))
    return fail_at (error, EH_ERROR_INVALID, name, copy, bad, "this comment has no end"), NULL;

  eh_json_reader_init (&reader, copy, length);
  node = reader.error == NULL ? read_value (&reader) : NULL;
  if (node == NULL || !eh_json_reader_finish (&reader))
    {
      g_clear_pointer (&node, json_node_unref);
      take_reader_error (error, &reader, name);
    }
  eh_json_reader_clear (&reader);
  return g_steal_pointer (&node);
}
