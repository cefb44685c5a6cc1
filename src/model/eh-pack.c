/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-pack-private.h"
#include "eh-schema-private.h"

static gsize get_members_size (const EhSchema *schema, gconstpointer value);

static gsize
get_text_size (gconstpointer element)
{
  const char *text = eh_pointer_load (element);

  return text == NULL ? 0 : EH_ALIGN_8 (strlen (text) + 1);
}

static gsize
get_element_size (const EhField *field, gconstpointer element)
{
  const EhBytes *bytes = element;

  switch (field->kind)
    {
    case EH_KIND_STRING:
    case EH_KIND_JSON:
      return get_text_size (element);
    case EH_KIND_BYTES:
      return bytes->data == NULL ? 0 : EH_ALIGN_8 (bytes->size);
    case EH_KIND_STRUCT:
      return get_members_size (field->schema, element);
    default:
      return 0;
    }
}

static gsize
get_field_size (const EhField *field, gconstpointer value)
{
  EhElements elements;
  gsize size = 0;

  if (eh_field_is_single_bytes (field))
    return EH_ALIGN_8 (eh_field_get_bytes (field, value).size);

  elements = eh_field_get_elements (field, value);
  if (eh_field_is_apart (field))
    size = EH_ALIGN_8 (elements.n * elements.size);
  if (eh_kind_is_plain (field->kind))
    return size;
  for (gsize i = 0; i < elements.n; i++)
    size += get_element_size (field, elements.at + i * elements.size);
  return size;
}

/* What lies behind the pointers of @value, without the struct itself. */
static gsize
get_members_size (const EhSchema *schema, gconstpointer value)
{
  gsize size = 0;

  for (gsize i = 0; i < schema->n_fields; i++)
    {
      const EhField *field = &schema->fields[i];

      if (eh_field_is_single_text (field))
        size += get_text_size ((const guint8 *) value + field->offset);
      else if (!eh_field_is_plain (field))
        size += get_field_size (field, value);
    }
  return size;
}

gsize
eh_pack_get_size (const EhSchema *schema, gconstpointer value)
{
  return EH_ALIGN_8 (schema->size) + get_members_size (schema, value);
}

void
eh_pack (const EhSchema *schema, gconstpointer value, gpointer block)
{
  guint8 *arena = (guint8 *) block + EH_ALIGN_8 (schema->size);

  if (value == NULL)
    memset (block, 0, schema->size);
  else if (schema->size > 0)
    memcpy (block, value, schema->size);
  eh_schema_own (schema, block, &arena);
}
