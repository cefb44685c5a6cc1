/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-schema-private.h"

/*
 * Values as their schemas describe them: copy, clear, compare. A deep copy is a copy of the struct's bytes whose
 * pointers are then replaced one by one (eh_schema_own); packing a value into one block is the same walk with
 * another source of memory.
 */

static gpointer
take (guint8 **arena, gconstpointer data, gsize size)
{
  gpointer copy;

  if (arena == NULL)
    {
      /* A struct without members is there or not there, so that its copy must be a pointer too. */
      copy = g_malloc (MAX (size, 1));
    }
  else
    {
      copy = *arena;
      *arena += EH_ALIGN_8 (size);
    }
  if (size > 0)
    memcpy (copy, data, size);
  return copy;
}

static gpointer
take_bytes (guint8 **arena, EhBytes bytes)
{
  return bytes.data == NULL || bytes.size == 0 ? NULL : take (arena, bytes.data, bytes.size);
}

static void
own_text (gpointer element, guint8 **arena)
{
  const char *text = eh_pointer_load (element);

  if (text != NULL)
    eh_pointer_store (element, take (arena, text, strlen (text) + 1));
}

static void
own_element (const EhField *field, gpointer element, guint8 **arena)
{
  EhBytes *bytes;

  switch (field->kind)
    {
    case EH_KIND_STRING:
    case EH_KIND_JSON:
      own_text (element, arena);
      break;
    case EH_KIND_BYTES:
      bytes = element;
      bytes->data = take_bytes (arena, *bytes);
      bytes->size = bytes->data == NULL ? 0 : bytes->size;
      break;
    case EH_KIND_STRUCT:
      eh_schema_own (field->schema, element, arena);
      break;
    default:
      break;
    }
}

static void
own_bytes (const EhField *field, gpointer value, guint8 **arena)
{
  EhBytes bytes = eh_field_get_bytes (field, value);

  eh_pointer_store ((guint8 *) value + field->offset, take_bytes (arena, bytes));
  *eh_field_get_count (field, value) = bytes.size;
}

static void
own_elements (const EhField *field, gpointer value, guint8 **arena)
{
  EhElements elements = eh_field_get_elements (field, value);

  if (eh_field_is_apart (field))
    {
      elements.at = elements.n == 0 ? NULL : take (arena, elements.at, elements.n * elements.size);
      eh_pointer_store ((guint8 *) value + field->offset, elements.at);
      if (eh_field_is_array (field))
        *eh_field_get_count (field, value) = elements.n;
    }
  if (eh_kind_is_plain (field->kind))
    return;
  for (gsize i = 0; i < elements.n; i++)
    own_element (field, elements.at + i * elements.size, arena);
}

void
eh_schema_own (const EhSchema *schema, gpointer value, guint8 **arena)
{
  for (gsize i = 0; i < schema->n_fields; i++)
    {
      const EhField *field = &schema->fields[i];

      if (eh_field_is_plain (field))
        continue;
      if (eh_field_is_single_text (field))
        own_text ((guint8 *) value + field->offset, arena);
      else if (eh_field_is_single_bytes (field))
        own_bytes (field, value, arena);
      else
        own_elements (field, value, arena);
    }
}

gpointer
eh_schema_copy (const EhSchema *schema, gconstpointer value)
{
  gpointer copy;

  g_return_val_if_fail (schema != NULL, NULL);
  g_return_val_if_fail (value != NULL, NULL);

  copy = take (NULL, value, schema->size);
  eh_schema_own (schema, copy, NULL);
  return copy;
}

static void clear_members (const EhSchema *schema, gpointer value);

static void
clear_element (const EhField *field, gpointer element)
{
  if (eh_field_is_text (field))
    g_free (eh_pointer_load (element));
  else if (field->kind == EH_KIND_BYTES)
    g_free (((EhBytes *) element)->data);
  else if (field->kind == EH_KIND_STRUCT)
    clear_members (field->schema, element);
}

static void
clear_members (const EhSchema *schema, gpointer value)
{
  for (gsize i = 0; i < schema->n_fields; i++)
    {
      const EhField *field = &schema->fields[i];
      EhElements elements;

      if (eh_field_is_plain (field))
        continue;
      if (eh_field_is_single_bytes (field))
        {
          g_free (eh_pointer_load ((guint8 *) value + field->offset));
          continue;
        }
      elements = eh_field_get_elements (field, value);
      for (gsize j = 0; j < elements.n; j++)
        clear_element (field, elements.at + j * elements.size);
      if (eh_field_is_apart (field))
        g_free (elements.at);
    }
}

void
eh_schema_clear (const EhSchema *schema, gpointer value)
{
  g_return_if_fail (schema != NULL);
  g_return_if_fail (value != NULL);

  clear_members (schema, value);
  memset (value, 0, schema->size);
}

static const char *
skip_space (const char *text)
{
  return text + strspn (text, " \t\r\n");
}

/* The text that is read back has no white space around its tokens, and null is read as no text. */
static gboolean
json_equal (const char *a, const char *b)
{
  gboolean quoted = FALSE;
  gboolean escaped = FALSE;

  a = a == NULL ? "null" : a;
  b = b == NULL ? "null" : b;
  for (;; a++, b++)
    {
      if (!quoted)
        {
          a = skip_space (a);
          b = skip_space (b);
        }
      if (*a != *b || *a == '\0')
        return *a == *b;
      if (*a == '"' && !escaped)
        quoted = !quoted;
      escaped = *a == '\\' && !escaped;
    }
}

static gboolean
bytes_equal (EhBytes a, EhBytes b)
{
  gsize size_a = a.data == NULL ? 0 : a.size;
  gsize size_b = b.data == NULL ? 0 : b.size;

  return size_a == size_b && (size_a == 0 || memcmp (a.data, b.data, size_a) == 0);
}

static gboolean
doubles_equal (const gdouble *a, const gdouble *b)
{
  return memcmp (a, b, sizeof *a) == 0 || (*a == 0.0 && *b == 0.0);
}

gboolean
eh_field_equal_element (const EhField *field, gconstpointer a, gconstpointer b)
{
  switch (field->kind)
    {
    case EH_KIND_BOOLEAN:
      return !*(const gboolean *) a == !*(const gboolean *) b;
    case EH_KIND_ENUM:
      return *(const gint *) a == *(const gint *) b;
    case EH_KIND_DOUBLE:
      return doubles_equal (a, b);
    case EH_KIND_STRING:
      return g_strcmp0 (eh_pointer_load (a), eh_pointer_load (b)) == 0;
    case EH_KIND_JSON:
      return json_equal (eh_pointer_load (a), eh_pointer_load (b));
    case EH_KIND_BYTES:
      return bytes_equal (*(const EhBytes *) a, *(const EhBytes *) b);
    case EH_KIND_STRUCT:
      return eh_schema_equal (field->schema, a, b);
    default:
      return *(const gint64 *) a == *(const gint64 *) b;
    }
}

gboolean
eh_field_equal (const EhField *field, gconstpointer a, gconstpointer b)
{
  EhElements of_a, of_b;

  if (eh_field_is_single_bytes (field))
    return bytes_equal (eh_field_get_bytes (field, a), eh_field_get_bytes (field, b));

  of_a = eh_field_get_elements (field, a);
  of_b = eh_field_get_elements (field, b);
  if (of_a.n != of_b.n)
    return FALSE;
  for (gsize i = 0; i < of_a.n; i++)
    {
      if (!eh_field_equal_element (field, of_a.at + i * of_a.size, of_b.at + i * of_b.size))
        return FALSE;
    }
  return TRUE;
}

gboolean
eh_schema_equal (const EhSchema *schema, gconstpointer a, gconstpointer b)
{
  g_return_val_if_fail (schema != NULL, FALSE);
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  for (gsize i = 0; i < schema->n_fields; i++)
    {
      if (!eh_field_equal (&schema->fields[i], a, b))
        return FALSE;
    }
  return TRUE;
}
