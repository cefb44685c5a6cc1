/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <string.h>

#include "eh-schema.h"

G_BEGIN_DECLS

/*
 * How a field lies in memory. Whatever its flags, a field is a run of n elements of one size: in the struct itself,
 * or "apart", behind a pointer in the struct. Only bytes that are not in an array are no such run, since their
 * pointer and their count need not be neighbours.
 */
typedef struct {
  guint8 *at;
  gsize n;
  gsize size;
} EhElements;

/* Members have many pointer types; copying the bytes of a pointer reads each of them without an aliasing error. */
static inline gpointer
eh_pointer_load (gconstpointer at)
{
  gpointer pointer;

  memcpy (&pointer, at, sizeof pointer);
  return pointer;
}

static inline void
eh_pointer_store (gpointer at, gconstpointer pointer)
{
  memcpy (at, &pointer, sizeof pointer);
}

static inline gboolean
eh_field_is_text (const EhField *field)
{
  return field->kind == EH_KIND_STRING || field->kind == EH_KIND_JSON;
}

static inline gboolean
eh_field_is_array (const EhField *field)
{
  return (field->flags & EH_FIELD_FLAG_ARRAY) != 0;
}

/* Whether one element points nowhere. */
static inline gboolean
eh_kind_is_plain (EhKind kind)
{
  const guint pointing = 1u << EH_KIND_STRING | 1u << EH_KIND_BYTES | 1u << EH_KIND_STRUCT | 1u << EH_KIND_JSON;

  return ((pointing >> kind) & 1) == 0;
}

static inline gboolean
eh_field_is_plain (const EhField *field)
{
  return field->flags == EH_FIELD_FLAG_NONE && eh_kind_is_plain (field->kind);
}

/* Whether the struct holds a pointer to the elements. An optional text is a pointer already. */
static inline gboolean
eh_field_is_apart (const EhField *field)
{
  return eh_field_is_array (field) || ((field->flags & EH_FIELD_FLAG_OPTIONAL) != 0 && !eh_field_is_text (field));
}

static inline gboolean
eh_field_is_single_bytes (const EhField *field)
{
  return field->kind == EH_KIND_BYTES && !eh_field_is_array (field);
}

/* Most fields that point somewhere are such. */
static inline gboolean
eh_field_is_single_text (const EhField *field)
{
  return eh_field_is_text (field) && !eh_field_is_array (field);
}

static inline gsize *
eh_field_get_count (const EhField *field, gconstpointer value)
{
  return (gsize *) (gpointer) ((guint8 *) value + field->count_offset);
}

static inline gsize
eh_field_get_element_size (const EhField *field)
{
  switch (field->kind)
    {
    case EH_KIND_BOOLEAN:
    case EH_KIND_ENUM:
      return sizeof (gint);
    case EH_KIND_STRING:
    case EH_KIND_JSON:
      return sizeof (char *);
    case EH_KIND_BYTES:
      return sizeof (EhBytes);
    case EH_KIND_STRUCT:
      return field->element_size;
    default:
      return sizeof (gint64);
    }
}

/* The elements of a field that is not single bytes. A count beside a NULL pointer counts nothing. */
static inline EhElements
eh_field_get_elements (const EhField *field, gconstpointer value)
{
  guint8 *member = (guint8 *) value + field->offset;
  EhElements elements = { .at = member, .n = 1, .size = eh_field_get_element_size (field) };

  if (eh_field_is_apart (field))
    {
      elements.at = eh_pointer_load (member);
      elements.n = elements.at == NULL ? 0 : eh_field_is_array (field) ? *eh_field_get_count (field, value) : 1;
    }
  return elements;
}

/* Single bytes as an element of an array of bytes would be. */
static inline EhBytes
eh_field_get_bytes (const EhField *field, gconstpointer value)
{
  EhBytes bytes = { .data = eh_pointer_load ((const guint8 *) value + field->offset) };

  bytes.size = bytes.data == NULL ? 0 : *eh_field_get_count (field, value);
  return bytes;
}

/*
 * Replaces all that members of @value point to by copies, so that @value, made by copying another struct's bytes,
 * stands alone. Copies come from g_malloc(), or from *@arena, which is then moved past what was taken.
 */
void eh_schema_own (const EhSchema *schema, gpointer value, guint8 **arena);

/* Whether two elements of @field are equal, as eh_schema_equal(). */
gboolean eh_field_equal_element (const EhField *field, gconstpointer a, gconstpointer b);

/* Whether @field is equal in two structs, as eh_schema_equal(). */
gboolean eh_field_equal (const EhField *field, gconstpointer a, gconstpointer b);

/* Appends one element of @field, or the whole field of a struct, as eh_schema_print(). */
void eh_field_print_element (const EhField *field, gconstpointer element, GString *out);
void eh_field_print (const EhField *field, gconstpointer value, GString *out);

#define EH_ALIGN_8(size) (((gsize) (size) + 7) & ~(gsize) 7)

G_END_DECLS
