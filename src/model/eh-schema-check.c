/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>

#include "eh-error.h"
#include "eh-json-private.h"
#include "eh-schema-private.h"
#include "eh-timestamp-private.h"

/*
 * Whether a value can be written. Every event and command passes here, so nothing is noted on the way down: a
 * refusal says only what is wrong, and each level that it passes on its way out puts its member's name before it.
 */

static gboolean
refuse (GError **error, EhError code, const char *reason)
{
  g_set_error_literal (error, EH_ERROR, code, reason);
  return FALSE;
}

/* Text is ASCII as a rule, and eight bytes of it are seen to be so at once. */
static gboolean
is_utf8 (const char *text, gsize length)
{
  gsize i = 0;

  for (; i + 8 <= length; i += 8)
    {
      guint64 eight;

      memcpy (&eight, text + i, sizeof eight);
      if ((eight & G_GUINT64_CONSTANT (0x8080808080808080)) != 0)
        break;
    }
  while (i < length && (guchar) text[i] < 0x80)
    i++;
  return i == length || g_utf8_validate_len (text + i, length - i, NULL);
}

static gboolean
check_string (const char *text, GError **error)
{
  gsize length;

  if (text == NULL)
    return TRUE;
  length = strlen (text);
  if (length > EH_JSON_SIZE_MAX)
    return refuse (error, EH_ERROR_LIMIT, "longer than a JSON text can be");
  if (!is_utf8 (text, length))
    return refuse (error, EH_ERROR_INVALID, "not valid UTF-8");
  return TRUE;
}

/* Of a text that is known to be JSON: 0 for a number, 1 for [], 2 for [[]]. */
static guint
get_json_depth (const char *text)
{
  guint depth = 0, deepest = 0;
  gboolean quoted = FALSE;

  for (; *text != '\0'; text++)
    {
      if (*text == '"')
        quoted = !quoted;
      else if (quoted && *text == '\\')
        text++;
      else if (!quoted && (*text == '[' || *text == '{'))
        depth++;
      else if (!quoted && (*text == ']' || *text == '}'))
        depth--;
      deepest = MAX (deepest, depth);
    }
  return deepest;
}

static gboolean
check_json (const char *text, guint depth, GError **error)
{
  if (text == NULL)
    return TRUE;
  if (!eh_json_check_text (text, strlen (text), error))
    return FALSE;
  if (depth + get_json_depth (text) > EH_JSON_DEPTH_MAX)
    return refuse (error, EH_ERROR_LIMIT, "nested too deep for JSON");
  return TRUE;
}

static gboolean
check_enum (const EhEnumValue *values, gint value, GError **error)
{
  for (; values->nick != NULL; values++)
    {
      if (values->value == value)
        return TRUE;
    }
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "the enum has no nick for %d", value);
  return FALSE;
}

static gboolean
check_timestamp (gint64 at, GError **error)
{
  if (!eh_timestamp_in_range (at))
    return refuse (error, EH_ERROR_INVALID, "a time before year 1 or after year 9999");
  return TRUE;
}

static gboolean
check_bytes (gconstpointer data, gsize size, GError **error)
{
  if (data == NULL && size > 0)
    return refuse (error, EH_ERROR_INVALID, "bytes are counted but there are none");
  if (size > EH_JSON_SIZE_MAX)
    return refuse (error, EH_ERROR_LIMIT, "longer than a JSON text can be");
  return TRUE;
}

static gboolean check_members (const EhSchema *schema, gconstpointer value, guint depth, GError **error);

static gboolean
check_element (const EhField *field, gconstpointer element, guint depth, GError **error)
{
  const EhBytes *bytes = element;

  switch (field->kind)
    {
    case EH_KIND_DOUBLE:
      return isfinite (*(const gdouble *) element) || refuse (error, EH_ERROR_INVALID, "not a finite number");
    case EH_KIND_STRING:
      return check_string (eh_pointer_load (element), error);
    case EH_KIND_BYTES:
      return check_bytes (bytes->data, bytes->size, error);
    case EH_KIND_TIMESTAMP:
      return check_timestamp (*(const gint64 *) element, error);
    case EH_KIND_ENUM:
      return check_enum (field->values, *(const gint *) element, error);
    case EH_KIND_STRUCT:
      return check_members (field->schema, element, depth, error);
    case EH_KIND_JSON:
      return check_json (eh_pointer_load (element), depth, error);
    default:
      return TRUE;
    }
}

/* Before the reason stands ": ", between two members ".". */
static void
prefix_name (const EhField *field, gboolean is_struct, GError **error)
{
  g_prefix_error (error, "%s%s", eh_field_get_json_name (field), is_struct ? "." : ": ");
}

static gboolean
check_elements (const EhField *field, EhElements elements, guint depth, GError **error)
{
  for (gsize i = 0; i < elements.n; i++)
    {
      if (check_element (field, elements.at + i * elements.size, depth, error))
        continue;
      g_prefix_error (error, "%s[%" G_GSIZE_FORMAT "]%s", eh_field_get_json_name (field), i,
                      field->kind == EH_KIND_STRUCT ? "." : ": ");
      return FALSE;
    }
  return TRUE;
}

/* An array whose count is not to be believed, or more nesting than JSON may have; an empty array nests, too. */
static gboolean
check_shape (const EhField *field, gconstpointer value, EhElements elements, guint depth, GError **error)
{
  guint inner = depth + (field->kind == EH_KIND_STRUCT ? 1 : 0);

  if (depth > EH_JSON_DEPTH_MAX || (elements.n > 0 && inner > EH_JSON_DEPTH_MAX))
    return refuse (error, EH_ERROR_LIMIT, "nested too deep for JSON");
  if (eh_field_is_array (field) && elements.at == NULL && *eh_field_get_count (field, value) > 0)
    return refuse (error, EH_ERROR_INVALID, "elements are counted but there are none");
  if (elements.n > EH_JSON_SIZE_MAX)
    return refuse (error, EH_ERROR_LIMIT, "more elements than a JSON text can have");
  return TRUE;
}

/* @depth: of the brackets that are open around the field */
static gboolean
check_field (const EhField *field, gconstpointer value, guint depth, GError **error)
{
  EhElements elements = eh_field_get_elements (field, value);
  gboolean is_struct = field->kind == EH_KIND_STRUCT;

  depth += eh_field_is_array (field) ? 1 : 0;
  if (!check_shape (field, value, elements, depth, error))
    {
      prefix_name (field, FALSE, error);
      return FALSE;
    }
  depth += is_struct ? 1 : 0;
  if (eh_field_is_array (field))
    return check_elements (field, elements, depth, error);
  if (elements.n > 0 && !check_element (field, elements.at, depth, error))
    {
      prefix_name (field, is_struct, error);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_single_bytes (const EhField *field, gconstpointer value, GError **error)
{
  gconstpointer data = eh_pointer_load ((const guint8 *) value + field->offset);

  if (check_bytes (data, *eh_field_get_count (field, value), error))
    return TRUE;
  prefix_name (field, FALSE, error);
  return FALSE;
}

/* Booleans and whole numbers cannot be wrong, and most members are such. */
static gboolean
is_always_right (const EhField *field)
{
  const guint kinds = 1u << EH_KIND_BOOLEAN | 1u << EH_KIND_INT64 | 1u << EH_KIND_UINT64;

  return ((kinds >> field->kind) & 1) != 0 && field->flags == EH_FIELD_FLAG_NONE;
}

static gboolean
check_members (const EhSchema *schema, gconstpointer value, guint depth, GError **error)
{
  for (gsize i = 0; i < schema->n_fields; i++)
    {
      const EhField *field = &schema->fields[i];

      if (is_always_right (field))
        continue;
      if (eh_field_is_single_bytes (field) ? !check_single_bytes (field, value, error)
                                           : !check_field (field, value, depth, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
eh_schema_check (const EhSchema *schema, gconstpointer value, GError **error)
{
  g_return_val_if_fail (schema != NULL, FALSE);
  g_return_val_if_fail (value != NULL || schema->n_fields == 0, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return check_members (schema, value, 1, error);
}
