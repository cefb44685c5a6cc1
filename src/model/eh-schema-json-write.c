/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-error.h"
#include "eh-json-private.h"
#include "eh-schema-private.h"

/*
 * Writes a struct as text in one pass that checks as it goes but keeps no path: when it meets something that cannot
 * be written, eh_schema_check() is asked to say what and where.
 */

#define TEXT_ROOM_FIRST 256

static gboolean write_object (GString *out, const EhSchema *schema, gconstpointer value, guint depth);

static gboolean
write_string (GString *out, const char *text)
{
  if (text != NULL)
    return eh_json_put_string (out, text, strlen (text));
  eh_json_put_raw (out, "null", 4);
  return TRUE;
}

static gboolean
write_json (GString *out, const char *text)
{
  gsize length = text != NULL ? strlen (text) : 0;

  if (text == NULL)
    eh_json_put_raw (out, "null", 4);
  else if (eh_json_check_text (text, length, NULL))
    eh_json_put_compact (out, text, length);
  else
    return FALSE;
  return TRUE;
}

static gboolean
write_bytes (GString *out, const EhBytes *bytes)
{
  if (bytes->data == NULL && bytes->size > 0)
    return FALSE;
  eh_json_put_base64 (out, bytes->data, bytes->size);
  return TRUE;
}

static gboolean
write_boolean (GString *out, gboolean value)
{
  eh_json_put_raw (out, value ? "true" : "false", value ? 4 : 5);
  return TRUE;
}

static gboolean
write_enum (GString *out, const EhEnumValue *values, gint value)
{
  for (; values->nick != NULL; values++)
    if (values->value == value)
      return write_string (out, values->nick);
  return FALSE;
}

/* @depth: of brackets that are open */
static gboolean
write_element (GString *out, const EhField *field, gconstpointer element, guint depth)
{
  switch (field->kind)
    {
    case EH_KIND_BOOLEAN:
      return write_boolean (out, *(const gboolean *) element);
    case EH_KIND_INT64:
      eh_json_put_int64 (out, *(const gint64 *) element);
      return TRUE;
    case EH_KIND_UINT64:
      eh_json_put_uint64 (out, *(const guint64 *) element);
      return TRUE;
    case EH_KIND_DOUBLE:
      return eh_json_put_double (out, *(const gdouble *) element);
    case EH_KIND_STRING:
      return write_string (out, eh_pointer_load (element));
    case EH_KIND_BYTES:
      return write_bytes (out, element);
    case EH_KIND_TIMESTAMP:
      return eh_json_put_timestamp (out, *(const gint64 *) element);
    case EH_KIND_ENUM:
      return write_enum (out, field->values, *(const gint *) element);
    case EH_KIND_STRUCT:
      return write_object (out, field->schema, element, depth);
    case EH_KIND_JSON:
      return write_json (out, eh_pointer_load (element));
    default:
      g_assert_not_reached ();
    }
}

static gboolean
write_array (GString *out, const EhField *field, gconstpointer value, guint depth)
{
  EhElements elements = eh_field_get_elements (field, value);
  gsize i;

  if (depth == EH_JSON_DEPTH_MAX || (elements.at == NULL && *eh_field_get_count (field, value) > 0))
    return FALSE;
  eh_json_put (out, '[');
  for (i = 0; i < elements.n; i++)
    {
      if (i > 0)
        eh_json_put (out, ',');
      if (!write_element (out, field, elements.at + i * elements.size, depth + 1))
        return FALSE;
    }
  eh_json_put (out, ']');
  return TRUE;
}

static gboolean
write_field (GString *out, const EhField *field, gconstpointer value, guint depth)
{
  if (eh_field_is_array (field))
    return write_array (out, field, value, depth);
  if (field->kind == EH_KIND_BYTES)
    {
      EhBytes bytes = { eh_pointer_load ((const guint8 *) value + field->offset), *eh_field_get_count (field, value) };

      return write_bytes (out, &bytes);
    }
  return write_element (out, field, eh_field_get_elements (field, value).at, depth);
}

static gboolean
is_absent (const EhField *field, gconstpointer value)
{
  return (field->flags & EH_FIELD_FLAG_OPTIONAL) != 0
         && eh_pointer_load ((const guint8 *) value + field->offset) == NULL;
}

static gboolean
write_object (GString *out, const EhSchema *schema, gconstpointer value, guint depth)
{
  char before = '{';
  gsize i;

  if (depth == EH_JSON_DEPTH_MAX)
    return FALSE;
  for (i = 0; i < schema->n_fields; i++)
    {
      const EhField *field = &schema->fields[i];

      if (is_absent (field, value))
        continue;
      if (!eh_json_put_name (out, before, eh_field_get_json_name (field))
          || !write_field (out, field, value, depth + 1))
        return FALSE;
      before = ',';
    }
  if (before == '{')
    eh_json_put (out, '{');
  eh_json_put (out, '}');
  return TRUE;
}

gboolean
eh_json_put_value (GString *out, const EhSchema *schema, gconstpointer value)
{
  return write_object (out, schema, value, 0);
}

static void
explain (const EhSchema *schema, gconstpointer value, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (eh_schema_check (schema, value, &reason))
    g_set_error (&reason, EH_ERROR, EH_ERROR_LIMIT, "the text would be longer than %u bytes", EH_JSON_SIZE_MAX);
  g_propagate_error (error, g_steal_pointer (&reason));
}

gboolean
eh_schema_write_json (const EhSchema *schema, gconstpointer value, GString *out, GError **error)
{
  gsize start;

  g_return_val_if_fail (schema != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);
  g_return_val_if_fail (out != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  start = out->len;
  if (write_object (out, schema, value, 0) && out->len - start <= EH_JSON_SIZE_MAX)
    {
      eh_json_finish (out);
      return TRUE;
    }
  g_string_truncate (out, start);
  explain (schema, value, error);
  return FALSE;
}

char *
eh_schema_to_json (const EhSchema *schema, gconstpointer value, GError **error)
{
  g_autoptr (GString) text = NULL;

  g_return_val_if_fail (schema != NULL, NULL);
  g_return_val_if_fail (value != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  text = g_string_sized_new (TEXT_ROOM_FIRST);
  if (!eh_schema_write_json (schema, value, text, error))
    return NULL;
  return g_string_free (g_steal_pointer (&text), FALSE);
}
