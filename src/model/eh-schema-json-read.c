/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-error.h"
#include "eh-json-private.h"
#include "eh-schema-private.h"

/*
 * Reads text straight into a struct. The struct is zeroed first and at each moment a value that eh_schema_clear()
 * can free: what is allocated hangs in it before it is filled. So a failure anywhere needs no clean-up of its own.
 *
 * Members mostly come in the order of the schema, as we wrote them; the field behind the last one is tried first.
 */

#define ARRAY_ROOM_FIRST 4

static gboolean read_object (EhJsonReader *reader, const EhSchema *schema, gpointer value);

static gboolean
read_enum (EhJsonReader *reader, const EhEnumValue *values, gint *value)
{
  g_autoptr (GString) nicks = NULL;
  const char *start, *text;
  const EhEnumValue *v;
  gsize length;

  eh_json_reader_peek (reader);
  start = reader->cursor;
  if (!eh_json_reader_text (reader, &text, &length))
    return FALSE;
  for (v = values; v->nick != NULL; v++)
    if (strncmp (v->nick, text, length) == 0 && v->nick[length] == '\0')
      {
        *value = v->value;
        return TRUE;
      }
  nicks = g_string_new (NULL);
  for (v = values; v->nick != NULL; v++)
    g_string_append_printf (nicks, "%s\"%s\"", v == values ? "" : ", ", v->nick);
  return eh_json_reader_fail (reader, EH_ERROR_INVALID, start, "expected one of %s", nicks->str);
}

static gboolean
read_json (EhJsonReader *reader, gpointer slot)
{
  char *json;
  gsize length;

  if (!eh_json_reader_raw (reader, &json, &length))
    return FALSE;
  eh_pointer_store (slot, json);
  return TRUE;
}

static gboolean
read_string (EhJsonReader *reader, gpointer slot)
{
  char *string;

  if (!eh_json_reader_string (reader, &string))
    return FALSE;
  eh_pointer_store (slot, string);
  return TRUE;
}

static gboolean
read_element (EhJsonReader *reader, const EhField *field, gpointer slot)
{
  EhBytes *bytes = slot;

  switch (field->kind)
    {
    case EH_KIND_BOOLEAN:
      return eh_json_reader_boolean (reader, slot);
    case EH_KIND_INT64:
      return eh_json_reader_int64 (reader, slot);
    case EH_KIND_UINT64:
      return eh_json_reader_uint64 (reader, slot);
    case EH_KIND_DOUBLE:
      return eh_json_reader_double (reader, slot);
    case EH_KIND_STRING:
      return read_string (reader, slot);
    case EH_KIND_BYTES:
      return eh_json_reader_bytes (reader, &bytes->data, &bytes->size);
    case EH_KIND_TIMESTAMP:
      return eh_json_reader_timestamp (reader, slot);
    case EH_KIND_ENUM:
      return read_enum (reader, field->values, slot);
    case EH_KIND_STRUCT:
      return read_object (reader, field->schema, slot);
    case EH_KIND_JSON:
      return read_json (reader, slot);
    default:
      g_assert_not_reached ();
    }
}

/* A text in an array, which may be null where other elements may not. */
static gboolean
read_text_element (EhJsonReader *reader, const EhField *field, gpointer slot)
{
  if (eh_json_reader_peek (reader) == 'n')
    return eh_json_reader_null (reader);
  return read_element (reader, field, slot);
}

/* One more zeroed element; a short text can ask for much memory, so there may be none. */
static gpointer
grow_array (EhJsonReader *reader, const EhField *field, gpointer value, gsize *room)
{
  gsize size = MAX (eh_field_get_element_size (field), 1); /* a struct may have no members */
  gpointer member = (guint8 *) value + field->offset;
  gsize *count = eh_field_get_count (field, value);
  guint8 *array = eh_pointer_load (member);

  if (*count == *room)
    {
      gsize more = *room == 0 ? ARRAY_ROOM_FIRST : *room * 2;

      array = g_try_realloc_n (array, more, size);
      if (array == NULL)
        {
          eh_json_reader_fail (reader, EH_ERROR_LIMIT, reader->cursor, "no memory for so many elements");
          return NULL;
        }
      eh_pointer_store (member, array);
      *room = more;
    }
  array += *count * size;
  (*count)++;
  return memset (array, 0, size);
}

static gboolean
read_array (EhJsonReader *reader, const EhField *field, gpointer value)
{
  gsize room = 0;

  if (!eh_json_reader_open (reader, '['))
    return FALSE;
  while (eh_json_reader_next (reader))
    {
      gpointer slot = grow_array (reader, field, value, &room);

      if (slot == NULL)
        return FALSE;
      if (eh_field_is_text (field) ? !read_text_element (reader, field, slot) : !read_element (reader, field, slot))
        return FALSE;
    }
  return reader->error == NULL;
}

static gboolean
read_single_bytes (EhJsonReader *reader, const EhField *field, gpointer value)
{
  guint8 *data;

  if (!eh_json_reader_bytes (reader, &data, eh_field_get_count (field, value)))
    return FALSE;
  eh_pointer_store ((guint8 *) value + field->offset, data);
  return TRUE;
}

static gboolean
read_apart (EhJsonReader *reader, const EhField *field, gpointer value)
{
  gpointer element = g_malloc0 (MAX (eh_field_get_element_size (field), 1));

  eh_pointer_store ((guint8 *) value + field->offset, element);
  return read_element (reader, field, element);
}

static gboolean
read_field (EhJsonReader *reader, const EhField *field, gpointer value)
{
  if (eh_json_reader_peek (reader) == 'n')
    return eh_json_reader_null (reader);
  if (eh_field_is_array (field))
    return read_array (reader, field, value);
  if (field->kind == EH_KIND_BYTES)
    return read_single_bytes (reader, field, value);
  if (eh_field_is_apart (field))
    return read_apart (reader, field, value);
  return read_element (reader, field, (guint8 *) value + field->offset);
}

static const EhField *
find_field (const EhSchema *schema, const char *name, gsize length)
{
  gsize i;

  for (i = 0; i < schema->n_fields; i++)
    {
      const char *known = eh_field_get_json_name (&schema->fields[i]);

      if (strncmp (known, name, length) == 0 && known[length] == '\0')
        return &schema->fields[i];
    }
  return NULL;
}

/* Reads a member's name. @field is NULL behind it if the schema has no such member, whose name is then noted. */
static gboolean
read_name (EhJsonReader *reader, const EhSchema *schema, gsize first_name, const EhField **field)
{
  const char *name;
  gsize length;

  if (!eh_json_reader_member (reader, &name, &length))
    return FALSE;
  *field = find_field (schema, name, length);
  return *field != NULL || eh_json_reader_note_name (reader, first_name, name, length);
}

static gboolean
note_field (EhJsonReader *reader, gsize i, guint64 *seen)
{
  guint64 bit = G_GUINT64_CONSTANT (1) << i;

  if ((*seen & bit) != 0)
    return eh_json_reader_fail_twice (reader);
  *seen |= bit;
  return TRUE;
}

static gboolean
read_object (EhJsonReader *reader, const EhSchema *schema, gpointer value)
{
  gsize first_name = reader->n_names;
  guint64 seen = 0;
  gsize next = 0;

  g_assert (schema->n_fields <= EH_SCHEMA_FIELDS_MAX);
  if (!eh_json_reader_open (reader, '{'))
    return FALSE;
  while (eh_json_reader_next (reader))
    {
      const EhField *field = next < schema->n_fields ? &schema->fields[next] : NULL;

      if ((field == NULL || !eh_json_reader_match_member (reader, eh_field_get_json_name (field)))
          && !read_name (reader, schema, first_name, &field))
        return FALSE;
      if (field == NULL)
        {
          if (!eh_json_reader_skip (reader))
            return FALSE;
          continue;
        }
      next = (gsize) (field - schema->fields);
      if (!note_field (reader, next++, &seen) || !read_field (reader, field, value))
        return FALSE;
    }
  return reader->error == NULL && eh_json_reader_end_names (reader, first_name);
}

gboolean
eh_schema_read_json (const EhSchema *schema, const char *text, gssize length, gpointer value, GError **error)
{
  EhJsonReader reader;
  gboolean ok;

  g_return_val_if_fail (schema != NULL, FALSE);
  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  memset (value, 0, schema->size);
  eh_json_reader_init (&reader, text, length < 0 ? strlen (text) : (gsize) length);
  ok = reader.error == NULL && read_object (&reader, schema, value) && eh_json_reader_finish (&reader);
  if (!ok)
    {
      eh_schema_clear (schema, value);
      g_propagate_error (error, g_steal_pointer (&reader.error));
    }
  eh_json_reader_clear (&reader);
  return ok;
}
