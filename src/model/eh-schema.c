/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-schema.h"

#include "eh-error.h"
#include "eh-schema-private.h"

/*
 * Tables may refer to each other in a circle (a tree's node has an array of nodes), but a struct cannot lie inside
 * itself. So validation follows two kinds of reference: structs that lie inside are visited at once, and one that is
 * met while it is open contains itself; structs behind a pointer wait in a list, each schema once.
 */
typedef struct {
  GHashTable *states; /* (owned) schema to OPEN or DONE; absent: never met */
  GPtrArray *waiting; /* (owned) schemas in the order met */
} Validation;

enum {
  OPEN = 1,
  DONE,
};

static gboolean
    G_GNUC_PRINTF (4, 5) refuse (const EhSchema *schema, const EhField *field, GError **error, const char *format, ...)
{
  g_autofree char *reason = NULL;
  va_list arguments;

  va_start (arguments, format);
  reason = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (field == NULL)
    g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "schema %s: %s", schema->name, reason);
  else
    g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "schema %s: field %s: %s", schema->name, field->name, reason);
  return FALSE;
}

static gboolean
validate_head (const EhSchema *schema, GError **error)
{
  if (schema->abi != EH_ABI_VERSION)
    {
      /* Past this member the layout is unknown, the name included. */
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID,
                   "a schema was compiled for another version of the library (ABI %u, this one is %u); "
                   "compile the domain again",
                   schema->abi, (guint) EH_ABI_VERSION);
      return FALSE;
    }
  if (schema->name == NULL || *schema->name == '\0')
    {
      g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID, "a schema has no name");
      return FALSE;
    }
  if (schema->revision == 0)
    return refuse (schema, NULL, error, "revisions count from 1");
  if (schema->n_fields > EH_SCHEMA_FIELDS_MAX)
    return refuse (schema, NULL, error, "%" G_GSIZE_FORMAT " fields are more than %d", schema->n_fields,
                   EH_SCHEMA_FIELDS_MAX);
  if (schema->n_fields > 0 && schema->fields == NULL)
    return refuse (schema, NULL, error, "the table of fields is missing");
  return TRUE;
}

/* A name is written between quotes as it is. */
static gboolean
is_name (const char *name)
{
  if (*name == '\0' || !g_utf8_validate (name, -1, NULL))
    return FALSE;
  for (; *name != '\0'; name++)
    {
      if ((guchar) *name < 0x20 || *name == '"' || *name == '\\')
        return FALSE;
    }
  return TRUE;
}

static gboolean
validate_names (const EhSchema *schema, GError **error)
{
  for (gsize i = 0; i < schema->n_fields; i++)
    {
      const EhField *field = &schema->fields[i];

      if (field->name == NULL || *field->name == '\0')
        return refuse (schema, NULL, error, "field %" G_GSIZE_FORMAT " has no name", i);
      if (!is_name (eh_field_get_json_name (field)))
        return refuse (schema, field, error, "its JSON name is empty or would have to be escaped");
      for (gsize j = 0; j < i; j++)
        {
          const EhField *other = &schema->fields[j];

          if (g_str_equal (field->name, other->name))
            return refuse (schema, field, error, "the member is there twice");
          if (g_str_equal (eh_field_get_json_name (field), eh_field_get_json_name (other)))
            return refuse (schema, field, error, "the JSON name \"%s\" is there twice", eh_field_get_json_name (field));
        }
    }
  return TRUE;
}

static gboolean
validate_kind (const EhSchema *schema, const EhField *field, GError **error)
{
  const guint both = EH_FIELD_FLAG_OPTIONAL | EH_FIELD_FLAG_ARRAY;

  if ((guint) field->kind > EH_KIND_JSON)
    return refuse (schema, field, error, "there is no kind %u", (guint) field->kind);
  if ((field->flags & ~both) != 0)
    return refuse (schema, field, error, "there are no flags 0x%x", (guint) field->flags);
  if (field->flags == both)
    return refuse (schema, field, error, "an array cannot be optional; it can be empty");
  if (field->kind == EH_KIND_BYTES && field->flags == EH_FIELD_FLAG_OPTIONAL)
    return refuse (schema, field, error, "bytes cannot be optional; they can be empty");
  if (field->kind == EH_KIND_ENUM && (field->values == NULL || field->values[0].nick == NULL))
    return refuse (schema, field, error, "the table of nicks is missing or empty");
  if (field->kind == EH_KIND_STRUCT && field->schema == NULL)
    return refuse (schema, field, error, "the schema of the struct is missing");
  return TRUE;
}

static gboolean
lies_inside (const EhSchema *schema, guint32 offset, gsize size)
{
  return size <= schema->size && offset <= schema->size - size;
}

static gboolean
validate_place (const EhSchema *schema, const EhField *field, GError **error)
{
  gboolean counted = eh_field_is_array (field) || field->kind == EH_KIND_BYTES;
  gboolean pointer = counted || eh_field_is_apart (field);

  if (!lies_inside (schema, field->offset, pointer ? sizeof (gpointer) : eh_field_get_element_size (field)))
    return refuse (schema, field, error, "the member lies outside of the struct");
  if (counted && !lies_inside (schema, field->count_offset, sizeof (gsize)))
    return refuse (schema, field, error, "the count lies outside of the struct");
  return TRUE;
}

static gboolean visit (Validation *self, const EhSchema *schema, GError **error);

static gboolean
follow (Validation *self, const EhSchema *schema, const EhField *field, GError **error)
{
  guint state = GPOINTER_TO_UINT (g_hash_table_lookup (self->states, field->schema));

  if (eh_field_is_apart (field))
    {
      g_ptr_array_add (self->waiting, (gpointer) field->schema);
    }
  else
    {
      if (state == OPEN)
        return refuse (schema, field, error, "the struct would contain itself");
      if (state == 0 && !visit (self, field->schema, error))
        return FALSE;
    }
  if (field->schema->abi == EH_ABI_VERSION && field->element_size != field->schema->size)
    return refuse (schema, field, error, "schema %s describes a struct of another size (%" G_GSIZE_FORMAT ", not %u)",
                   field->schema->name, field->schema->size, field->element_size);
  return TRUE;
}

static gboolean
visit (Validation *self, const EhSchema *schema, GError **error)
{
  if (!validate_head (schema, error) || !validate_names (schema, error))
    return FALSE;

  g_hash_table_insert (self->states, (gpointer) schema, GUINT_TO_POINTER (OPEN));
  for (gsize i = 0; i < schema->n_fields; i++)
    {
      const EhField *field = &schema->fields[i];

      if (!validate_kind (schema, field, error) || !validate_place (schema, field, error))
        return FALSE;
      if (field->kind == EH_KIND_STRUCT && !follow (self, schema, field, error))
        return FALSE;
    }
  g_hash_table_insert (self->states, (gpointer) schema, GUINT_TO_POINTER (DONE));
  return TRUE;
}

gboolean
eh_schema_validate (const EhSchema *schema, GError **error)
{
  g_autoptr (GHashTable) states = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) waiting = g_ptr_array_new ();
  Validation self = { .states = states, .waiting = waiting };

  g_return_val_if_fail (schema != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  g_ptr_array_add (waiting, (gpointer) schema);
  for (guint i = 0; i < waiting->len; i++)
    {
      const EhSchema *next = g_ptr_array_index (waiting, i);

      if (!g_hash_table_contains (states, next) && !visit (&self, next, error))
        return FALSE;
    }
  return TRUE;
}

const char *
eh_field_get_json_name (const EhField *field)
{
  g_return_val_if_fail (field != NULL, NULL);

  return field->json_name != NULL ? field->json_name : field->name;
}

const EhField *
eh_schema_find (const EhSchema *schema, const char *json_name)
{
  g_return_val_if_fail (schema != NULL, NULL);
  g_return_val_if_fail (json_name != NULL, NULL);

  for (gsize i = 0; i < schema->n_fields; i++)
    {
      if (g_str_equal (eh_field_get_json_name (&schema->fields[i]), json_name))
        return &schema->fields[i];
    }
  return NULL;
}

gpointer
eh_schema_new (const EhSchema *schema)
{
  g_return_val_if_fail (schema != NULL, NULL);

  /* A struct without members is a value too, and a value is never NULL. */
  return g_malloc0 (MAX (schema->size, 1));
}

void
eh_schema_free (const EhSchema *schema, gpointer value)
{
  g_return_if_fail (schema != NULL);

  if (value == NULL)
    return;
  eh_schema_clear (schema, value);
  g_free (value);
}

void
eh_set_string (char **member, const char *text)
{
  char *copy;

  g_return_if_fail (member != NULL);

  /* Copied before the old one is freed: @text may be a part of it. */
  copy = g_strdup (text);
  g_free (*member);
  *member = copy;
}
