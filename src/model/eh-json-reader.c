/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-json-private.h"

#include "eh-error.h"

/*
 * The frame of the reader: brackets, commas, member names, and the place that an error tells. What the
 * values look like is in eh-json-text.c and eh-json-number.c.
 *
 * Each open bracket has an EhJsonPlace on a stack of fixed size, which bounds the depth and gives the path of an
 * error without any work while all is well. A member that appears twice is found in a schema's object by a bit per
 * field; all other names are noted in one array that nested objects use as a stack. A few are compared one by one;
 * many are sorted once when their object ends, so that no choice of names costs more than n log n.
 */

#define PATH_NAME_MAX 64
#define NAMES_COMPARED 8
/* An envelope is larger than its data by metadata, all of it escaped at worst, and one level deeper. */
#define ENVELOPE_SIZE_MAX (EH_JSON_SIZE_MAX + (4u << 20))

static void
reader_init (EhJsonReader *self, const char *text, gsize length, gsize size_max)
{
  self->text = text;
  self->cursor = text;
  self->end = text + length;
  self->depth = 0;
  self->depth_max = EH_JSON_DEPTH_MAX;
  self->names = self->names_inline;
  self->n_names = 0;
  self->names_room = EH_JSON_NAMES_INLINE;
  self->unescaped = NULL;
  self->scratch = NULL;
  self->error = NULL;
  if (length > size_max)
    {
      self->end = text;
      eh_json_reader_fail (self, EH_ERROR_LIMIT, text + size_max, "the text is longer than %" G_GSIZE_FORMAT " bytes",
                           size_max);
    }
}

void
eh_json_reader_init (EhJsonReader *self, const char *text, gsize length)
{
  reader_init (self, text, length, EH_JSON_SIZE_MAX);
}

void
eh_json_reader_init_envelope (EhJsonReader *self, const char *text, gsize length)
{
  reader_init (self, text, length, ENVELOPE_SIZE_MAX);
  self->depth_max = EH_JSON_DEPTH_MAX + 1;
}

void
eh_json_reader_init_large (EhJsonReader *self, const char *text, gsize length)
{
  reader_init (self, text, length, G_MAXSSIZE);
  self->depth_max = EH_JSON_DEPTH_MAX + 1;
}

void
eh_json_reader_clear (EhJsonReader *self)
{
  if (self->names != self->names_inline)
    g_free (self->names);
  g_clear_pointer (&self->unescaped, g_string_chunk_free);
  g_clear_pointer (&self->scratch, g_free);
  g_clear_error (&self->error);
}

static void
append_place (const EhJsonPlace *place, GString *path)
{
  const char *cut_end = NULL;
  gsize length = place->name_length;

  if (place->name == NULL)
    return;
  if (place->close == ']')
    {
      g_string_append_printf (path, "[%u]", place->count - 1);
      return;
    }
  if (path->len > 0)
    g_string_append_c (path, '.');
  if (length > PATH_NAME_MAX)
    {
      g_utf8_validate_len (place->name, PATH_NAME_MAX, &cut_end);
      length = (gsize) (cut_end - place->name);
    }
  g_string_append_len (path, place->name, (gssize) length);
  if (length < place->name_length)
    g_string_append (path, "…");
}

gboolean
eh_json_reader_fail (EhJsonReader *self, gint code, const char *at, const char *format, ...)
{
  g_autoptr (GString) message = g_string_new (NULL);
  va_list args;
  guint i;

  if (self->error != NULL)
    return FALSE;
  for (i = 0; i < self->depth; i++)
    append_place (&self->places[i], message);
  if (message->len > 0)
    g_string_append (message, ": ");
  va_start (args, format);
  g_string_append_vprintf (message, format, args);
  va_end (args);
  g_string_append_printf (message, " (byte %" G_GSIZE_FORMAT ")", (gsize) (at - self->text));
  self->error = g_error_new_literal (EH_ERROR, code, message->str);
  return FALSE;
}

static gboolean
is_literal (const EhJsonReader *self, const char *literal)
{
  gsize length = strlen (literal);

  return (gsize) (self->end - self->cursor) >= length && memcmp (self->cursor, literal, length) == 0;
}

static const char *
name_token (const EhJsonReader *self)
{
  if (self->cursor == self->end)
    return "the end of the text";
  switch (*self->cursor)
    {
    case '"':
      return "a string";
    case '{':
      return "an object";
    case '[':
      return "an array";
    case 't':
      return is_literal (self, "true") ? "true" : NULL;
    case 'f':
      return is_literal (self, "false") ? "false" : NULL;
    case 'n':
      return is_literal (self, "null") ? "null" : NULL;
    default:
      return *self->cursor == '-' || g_ascii_isdigit (*self->cursor) ? "a number" : NULL;
    }
}

gboolean
eh_json_reader_expected (EhJsonReader *self, const char *what)
{
  const char *found = name_token (self);
  guchar byte = self->cursor < self->end ? (guchar) *self->cursor : 0;

  if (found != NULL)
    return eh_json_reader_fail (self, EH_ERROR_INVALID, self->cursor, "expected %s, found %s", what, found);
  if (g_ascii_isgraph (byte))
    return eh_json_reader_fail (self, EH_ERROR_INVALID, self->cursor, "expected %s, found '%c'", what, byte);
  return eh_json_reader_fail (self, EH_ERROR_INVALID, self->cursor, "expected %s, found byte 0x%02x", what, byte);
}

gboolean
eh_json_reader_finish (EhJsonReader *self)
{
  if (self->error != NULL)
    return FALSE;
  eh_json_reader_peek (self);
  return self->cursor == self->end || eh_json_reader_expected (self, "the end of the text");
}

gboolean
eh_json_reader_open (EhJsonReader *self, char bracket)
{
  EhJsonPlace *place;

  if (eh_json_reader_peek (self) != bracket)
    return eh_json_reader_expected (self, bracket == '{' ? "an object" : "an array");
  if (self->depth == self->depth_max)
    return eh_json_reader_fail (self, EH_ERROR_LIMIT, self->cursor, "nested more than %u deep", self->depth_max);
  self->cursor++;
  place = &self->places[self->depth++];
  place->name = NULL;
  place->count = 0;
  place->close = bracket == '{' ? '}' : ']';
  return TRUE;
}

gboolean
eh_json_reader_next (EhJsonReader *self)
{
  EhJsonPlace *place = &self->places[self->depth - 1];
  char c = eh_json_reader_peek (self);

  place->name = NULL;
  if (c == place->close)
    {
      self->cursor++;
      self->depth--;
      return FALSE;
    }
  if (place->count > 0)
    {
      if (c != ',')
        return eh_json_reader_expected (self, place->close == '}' ? "',' or '}'" : "',' or ']'");
      self->cursor++;
      if (eh_json_reader_peek (self) == place->close)
        return eh_json_reader_expected (self, place->close == '}' ? "a member behind ','" : "a value behind ','");
    }
  place->count++;
  if (place->close == ']')
    place->name = "";
  return TRUE;
}

static inline gboolean
read_colon (EhJsonReader *self)
{
  if (eh_json_reader_peek (self) != ':')
    return eh_json_reader_expected (self, "':'");
  self->cursor++;
  return TRUE;
}

gboolean
eh_json_reader_match_member (EhJsonReader *self, const char *name)
{
  EhJsonPlace *place = &self->places[self->depth - 1];
  const char *start = self->cursor + 1;
  gsize length = strlen (name);
  const char *end = start + length;

  if (self->end - self->cursor < (gssize) length + 3 || self->cursor[0] != '"' || end[0] != '"' || end[1] != ':'
      || memcmp (start, name, length) != 0 || eh_json_skip_plain (start, end) != end)
    return FALSE;
  place->name = start;
  place->name_length = (guint32) length;
  self->cursor = end + 2;
  return TRUE;
}

gboolean
eh_json_reader_member (EhJsonReader *self, const char **name, gsize *length)
{
  EhJsonPlace *place = &self->places[self->depth - 1];
  const char *start = self->cursor + 1;

  if (eh_json_reader_peek (self) != '"')
    return eh_json_reader_expected (self, "a member's name");
  if (!eh_json_reader_text (self, name, length))
    return FALSE;
  place->name = start;
  place->name_length = (guint32) (self->cursor - 1 - start);
  return read_colon (self);
}

/* ---- members that appear twice ---- */

static gboolean
fail_twice (EhJsonReader *self, gsize offset)
{
  return eh_json_reader_fail (self, EH_ERROR_INVALID, self->text + offset, "this member appears twice");
}

gboolean
eh_json_reader_fail_twice (EhJsonReader *self)
{
  return fail_twice (self, (gsize) (self->places[self->depth - 1].name - 1 - self->text));
}

static gboolean
names_equal (const EhJsonName *a, const EhJsonName *b)
{
  return a->length == b->length && memcmp (a->name, b->name, a->length) == 0;
}

static void
push_name (EhJsonReader *self, const EhJsonName *name)
{
  if (self->n_names == self->names_room)
    {
      gboolean is_inline = self->names == self->names_inline;

      self->names_room *= 2;
      self->names = g_realloc_n (is_inline ? NULL : self->names, self->names_room, sizeof (EhJsonName));
      if (is_inline)
        memcpy (self->names, self->names_inline, sizeof (self->names_inline));
    }
  self->names[self->n_names++] = *name;
}

gboolean
eh_json_reader_note_name (EhJsonReader *self, gsize first, const char *name, gsize length)
{
  const EhJsonPlace *place = &self->places[self->depth - 1];
  EhJsonName noted = { name, (guint32) length, (guint32) (place->name - 1 - self->text) };
  gsize i;

  if (self->n_names - first < NAMES_COMPARED)
    for (i = first; i < self->n_names; i++)
      if (names_equal (&self->names[i], &noted))
        return fail_twice (self, noted.offset);
  if (name != place->name)
    {
      if (self->unescaped == NULL)
        self->unescaped = g_string_chunk_new (256);
      noted.name = g_string_chunk_insert_len (self->unescaped, name, (gssize) length);
    }
  push_name (self, &noted);
  return TRUE;
}

static gint
compare_names (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const EhJsonName *one = a;
  const EhJsonName *other = b;
  gint order;

  if (one->length != other->length)
    return one->length < other->length ? -1 : 1;
  order = memcmp (one->name, other->name, one->length);
  if (order != 0)
    return order;
  return one->offset < other->offset ? -1 : 1;
}

gboolean
eh_json_reader_end_names (EhJsonReader *self, gsize first)
{
  gsize n = self->n_names - first;
  EhJsonName *names = self->names + first;
  gsize offset = G_MAXSIZE;
  gsize i;

  self->n_names = first;
  if (n <= NAMES_COMPARED)
    return TRUE;
  g_qsort_with_data (names, (gint) n, sizeof (EhJsonName), compare_names, NULL);
  for (i = 1; i < n; i++)
    if (names_equal (&names[i - 1], &names[i]))
      offset = MIN (offset, names[i].offset);
  return offset == G_MAXSIZE || fail_twice (self, offset);
}

/* ---- values that are skipped ---- */

static gboolean
skip_object (EhJsonReader *self)
{
  gsize first = self->n_names;
  const char *name;
  gsize length;

  if (!eh_json_reader_open (self, '{'))
    return FALSE;
  while (eh_json_reader_next (self))
    if (!eh_json_reader_member (self, &name, &length) || !eh_json_reader_note_name (self, first, name, length)
        || !eh_json_reader_skip (self))
      return FALSE;
  return self->error == NULL && eh_json_reader_end_names (self, first);
}

static gboolean
skip_array (EhJsonReader *self)
{
  if (!eh_json_reader_open (self, '['))
    return FALSE;
  while (eh_json_reader_next (self))
    if (!eh_json_reader_skip (self))
      return FALSE;
  return self->error == NULL;
}

static gboolean
skip_literal (EhJsonReader *self, const char *literal)
{
  if (!is_literal (self, literal))
    return eh_json_reader_expected (self, "a value");
  self->cursor += strlen (literal);
  return TRUE;
}

gboolean
eh_json_reader_skip (EhJsonReader *self)
{
  EhJsonSlice slice;

  switch (eh_json_reader_peek (self))
    {
    case '{':
      return skip_object (self);
    case '[':
      return skip_array (self);
    case '"':
      return eh_json_reader_scan_text (self, &slice);
    case 't':
      return skip_literal (self, "true");
    case 'f':
      return skip_literal (self, "false");
    case 'n':
      return skip_literal (self, "null");
    default:
      return eh_json_reader_skip_number (self);
    }
}

gboolean
eh_json_reader_null (EhJsonReader *self)
{
  eh_json_reader_peek (self);
  return is_literal (self, "null") ? skip_literal (self, "null") : eh_json_reader_expected (self, "null");
}

gboolean
eh_json_reader_boolean (EhJsonReader *self, gboolean *value)
{
  char c = eh_json_reader_peek (self);

  if (!is_literal (self, c == 't' ? "true" : "false"))
    return eh_json_reader_expected (self, "true or false");
  self->cursor += c == 't' ? 4 : 5;
  *value = c == 't';
  return TRUE;
}

gboolean
eh_json_reader_raw (EhJsonReader *self, char **json, gsize *length)
{
  const char *start;
  gsize n;

  eh_json_reader_peek (self);
  start = self->cursor;
  if (!eh_json_reader_skip (self))
    return FALSE;
  n = (gsize) (self->cursor - start);
  *json = g_malloc (n + 1);
  *length = eh_json_compact (start, n, *json);
  (*json)[*length] = '\0';
  return TRUE;
}

static gboolean
check (const char *text, gsize length, gboolean object, GError **error)
{
  EhJsonReader reader;
  gboolean ok;

  eh_json_reader_init (&reader, text, length);
  if (reader.error == NULL && object && eh_json_reader_peek (&reader) != '{')
    eh_json_reader_expected (&reader, "an object");
  ok = reader.error == NULL && eh_json_reader_skip (&reader) && eh_json_reader_finish (&reader);
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&reader.error));
  eh_json_reader_clear (&reader);
  return ok;
}

gboolean
eh_json_check_text (const char *text, gsize length, GError **error)
{
  return check (text, length, FALSE, error);
}

gboolean
eh_json_check_object (const char *text, gsize length, GError **error)
{
  return check (text, length, TRUE, error);
}
