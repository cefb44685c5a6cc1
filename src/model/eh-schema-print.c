/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-schema-private.h"

/* Printing is for eyes: whatever a struct holds comes out, also what check and JSON refuse. */

static void
print_escape (gunichar c, GString *out)
{
  if (c == '"' || c == '\\')
    g_string_append_printf (out, "\\%c", (char) c);
  else if (c == '\n')
    g_string_append (out, "\\n");
  else if (c == '\t')
    g_string_append (out, "\\t");
  else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
    g_string_append_printf (out, "\\u%04x", c);
  else
    g_string_append_unichar (out, c);
}

static void
print_string (const char *text, GString *out)
{
  if (text == NULL)
    {
      g_string_append (out, "null");
      return;
    }
  g_string_append_c (out, '"');
  while (*text != '\0')
    {
      gunichar c = g_utf8_get_char_validated (text, -1);

      if (c == (gunichar) -1 || c == (gunichar) -2)
        {
          g_string_append_printf (out, "\\x%02x", (guint) (guchar) *text++);
          continue;
        }
      print_escape (c, out);
      text = g_utf8_next_char (text);
    }
  g_string_append_c (out, '"');
}

static void
print_bytes (gconstpointer data, gsize size, GString *out)
{
  g_autofree char *text = size == 0 ? NULL : g_base64_encode (data, size);

  g_string_append_printf (out, "\"%s\"", text == NULL ? "" : text);
}

/* The fewest digits that read back the same. */
static void
print_double (gdouble number, GString *out)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  const char *formats[] = { "%.15g", "%.16g", "%.17g" };

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_ascii_formatd (text, sizeof text, formats[i], number);
      if (g_ascii_strtod (text, NULL) == number)
        break;
    }
  g_string_append (out, text);
}

static void
print_timestamp (gint64 at, GString *out)
{
  gint64 micros = at % G_USEC_PER_SEC;
  gint64 seconds = at / G_USEC_PER_SEC;
  g_autoptr (GDateTime) time = NULL;

  if (micros < 0)
    {
      micros += G_USEC_PER_SEC;
      seconds--;
    }
  time = g_date_time_new_from_unix_utc (seconds);
  if (time == NULL)
    g_string_append_printf (out, "%" G_GINT64_FORMAT "us", at);
  else
    g_string_append_printf (out, "\"%04d-%02d-%02dT%02d:%02d:%02d.%06dZ\"", g_date_time_get_year (time),
                            g_date_time_get_month (time), g_date_time_get_day_of_month (time),
                            g_date_time_get_hour (time), g_date_time_get_minute (time), g_date_time_get_second (time),
                            (gint) micros);
}

static void
print_enum (const EhEnumValue *values, gint value, GString *out)
{
  for (; values->nick != NULL; values++)
    {
      if (values->value == value)
        {
          g_string_append (out, values->nick);
          return;
        }
    }
  g_string_append_printf (out, "%d", value);
}

void
eh_field_print_element (const EhField *field, gconstpointer element, GString *out)
{
  const EhBytes *bytes = element;
  const char *text;

  switch (field->kind)
    {
    case EH_KIND_BOOLEAN:
      g_string_append (out, *(const gboolean *) element ? "true" : "false");
      break;
    case EH_KIND_INT64:
      g_string_append_printf (out, "%" G_GINT64_FORMAT, *(const gint64 *) element);
      break;
    case EH_KIND_UINT64:
      g_string_append_printf (out, "%" G_GUINT64_FORMAT, *(const guint64 *) element);
      break;
    case EH_KIND_DOUBLE:
      print_double (*(const gdouble *) element, out);
      break;
    case EH_KIND_STRING:
      print_string (eh_pointer_load (element), out);
      break;
    case EH_KIND_BYTES:
      print_bytes (bytes->data, bytes->data == NULL ? 0 : bytes->size, out);
      break;
    case EH_KIND_TIMESTAMP:
      print_timestamp (*(const gint64 *) element, out);
      break;
    case EH_KIND_ENUM:
      print_enum (field->values, *(const gint *) element, out);
      break;
    case EH_KIND_STRUCT:
      eh_schema_print (field->schema, element, out);
      break;
    case EH_KIND_JSON:
      text = eh_pointer_load (element);
      g_string_append (out, text == NULL ? "null" : text);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
print_array (const EhField *field, EhElements elements, GString *out)
{
  g_string_append_c (out, '[');
  for (gsize i = 0; i < elements.n; i++)
    {
      g_string_append (out, i == 0 ? "" : ", ");
      eh_field_print_element (field, elements.at + i * elements.size, out);
    }
  g_string_append_c (out, ']');
}

void
eh_field_print (const EhField *field, gconstpointer value, GString *out)
{
  EhElements elements;
  EhBytes bytes;

  if (eh_field_is_single_bytes (field))
    {
      bytes = eh_field_get_bytes (field, value);
      print_bytes (bytes.data, bytes.size, out);
      return;
    }
  elements = eh_field_get_elements (field, value);
  if (eh_field_is_array (field))
    print_array (field, elements, out);
  else if (elements.n == 0)
    g_string_append (out, "null");
  else
    eh_field_print_element (field, elements.at, out);
}

/* An optional member that is absent is left out, as in JSON. */
static gboolean
is_absent (const EhField *field, gconstpointer value)
{
  return (field->flags & EH_FIELD_FLAG_OPTIONAL) != 0
         && eh_pointer_load ((const guint8 *) value + field->offset) == NULL;
}

void
eh_schema_print (const EhSchema *schema, gconstpointer value, GString *out)
{
  gboolean empty = TRUE;

  g_return_if_fail (schema != NULL);
  g_return_if_fail (value != NULL);
  g_return_if_fail (out != NULL);

  g_string_append_c (out, '{');
  for (gsize i = 0; i < schema->n_fields; i++)
    {
      const EhField *field = &schema->fields[i];

      if (is_absent (field, value))
        continue;
      g_string_append_printf (out, "%s %s: ", empty ? "" : ",", eh_field_get_json_name (field));
      eh_field_print (field, value, out);
      empty = FALSE;
    }
  g_string_append (out, empty ? "}" : " }");
}
