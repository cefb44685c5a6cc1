/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "eh-message-schema-private.h"

#include <string.h>

#include "model/eh-domain-private.h"

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_ref (JsonBuilder *builder, const char *definition)
{
  g_autofree char *ref = g_strconcat ("#/definitions/", definition, NULL);

  json_builder_begin_object (builder);
  add_string (builder, "$ref", ref);
  json_builder_end_object (builder);
}

/* Old shapes of an event have its name, but another revision. */
static char *
definition_name (const EhSchema *schema, EhDataForm form)
{
  const char *prefix = form == EH_DATA_WRITTEN ? "data-" : "expected-";

  if (schema->revision == 1)
    return g_strconcat (prefix, schema->name, NULL);
  return g_strdup_printf ("%s%s-%u", prefix, schema->name, schema->revision);
}

static void
add_nicks (JsonBuilder *builder, const EhEnumValue *values)
{
  json_builder_set_member_name (builder, "enum");
  json_builder_begin_array (builder);
  for (; values->nick != NULL; values++)
    json_builder_add_string_value (builder, values->nick);
  json_builder_end_array (builder);
}

/* The members of a schema for one value of a field, an array's element included. */
static void
add_kind (JsonBuilder *builder, const EhField *field)
{
  switch (field->kind)
    {
    case EH_KIND_BOOLEAN:
      add_string (builder, "type", "boolean");
      break;
    case EH_KIND_INT64:
      add_string (builder, "type", "integer");
      break;
    case EH_KIND_UINT64:
      add_string (builder, "type", "integer");
      json_builder_set_member_name (builder, "minimum");
      json_builder_add_int_value (builder, 0);
      break;
    case EH_KIND_DOUBLE:
      add_string (builder, "type", "number");
      break;
    case EH_KIND_STRING:
      json_builder_set_member_name (builder, "type");
      json_builder_begin_array (builder);
      json_builder_add_string_value (builder, "string");
      json_builder_add_string_value (builder, "null");
      json_builder_end_array (builder);
      break;
    case EH_KIND_BYTES:
      add_string (builder, "type", "string");
      add_string (builder, "contentEncoding", "base64");
      break;
    case EH_KIND_TIMESTAMP:
      add_string (builder, "type", "string");
      add_string (builder, "format", "date-time");
      break;
    case EH_KIND_ENUM:
      add_nicks (builder, field->values);
      break;
    case EH_KIND_STRUCT:
    case EH_KIND_JSON:
    default:
      break;
    }
}

/* What may stand for any value: an example's placeholder and, where data is expected, a matcher. */
static void
add_stand_ins (JsonBuilder *builder, EhDataForm form)
{
  add_ref (builder, "placeholder");
  if (form == EH_DATA_EXPECTED)
    add_ref (builder, "matcher");
}

static void
add_element (JsonBuilder *builder, const EhField *field, EhDataForm form)
{
  g_autofree char *name = NULL;

  if (field->kind == EH_KIND_STRUCT)
    {
      name = definition_name (field->schema, form);
      add_ref (builder, name);
      return;
    }
  json_builder_begin_object (builder);
  add_kind (builder, field);
  json_builder_end_object (builder);
}

static void
add_array (JsonBuilder *builder, const EhField *field, EhDataForm form)
{
  json_builder_begin_object (builder);
  add_string (builder, "type", "array");
  json_builder_set_member_name (builder, "items");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "anyOf");
  json_builder_begin_array (builder);
  add_element (builder, field, form);
  add_stand_ins (builder, form);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

static void
add_field (JsonBuilder *builder, const EhField *field, EhDataForm form)
{
  json_builder_set_member_name (builder, eh_field_get_json_name (field));
  json_builder_begin_object (builder);
  if (field->doc != NULL)
    add_string (builder, "description", field->doc);
  json_builder_set_member_name (builder, "anyOf");
  json_builder_begin_array (builder);
  if ((field->flags & EH_FIELD_FLAG_ARRAY) != 0)
    add_array (builder, field, form);
  else
    add_element (builder, field, form);
  add_stand_ins (builder, form);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
add_definition (JsonBuilder *builder, const EhSchema *schema, EhDataForm form)
{
  g_autofree char *name = definition_name (schema, form);

  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  add_string (builder, "type", "object");
  json_builder_set_member_name (builder, "properties");
  json_builder_begin_object (builder);
  for (gsize i = 0; i < schema->n_fields; i++)
    add_field (builder, &schema->fields[i], form);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "additionalProperties");
  json_builder_add_boolean_value (builder, FALSE);
  json_builder_end_object (builder);
}

/* Adds @schema and those that it refers to, each once. */
static void
collect (GPtrArray *schemas, GHashTable *seen, const EhSchema *schema)
{
  if (!g_hash_table_add (seen, definition_name (schema, EH_DATA_WRITTEN)))
    return;

  g_ptr_array_add (schemas, (gpointer) schema);
  for (gsize i = 0; i < schema->n_fields; i++)
    if (schema->fields[i].kind == EH_KIND_STRUCT)
      collect (schemas, seen, schema->fields[i].schema);
}

void
eh_message_schema_add_definitions (JsonBuilder *builder, EhDomain *domain)
{
  g_autoptr (GPtrArray) schemas = g_ptr_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < eh_domain_get_n_aggregate_types (domain); i++)
    {
      const EhAggregateType *type = eh_domain_get_aggregate_type (domain, i);

      for (gsize j = 0; j < type->n_commands; j++)
        collect (schemas, seen, type->commands[j].schema);
      for (gsize j = 0; j < type->n_events; j++)
        collect (schemas, seen, type->events[j].schema);
    }
  for (guint i = 0; i < eh_domain_get_n_projections (domain); i++)
    collect (schemas, seen, eh_domain_get_projection (domain, i)->row);
  for (guint i = 0; i < domain->upcasters->len; i++)
    collect (schemas, seen, ((const EhUpcaster *) g_ptr_array_index (domain->upcasters, i))->from);

  for (guint i = 0; i < schemas->len; i++)
    {
      add_definition (builder, g_ptr_array_index (schemas, i), EH_DATA_WRITTEN);
      add_definition (builder, g_ptr_array_index (schemas, i), EH_DATA_EXPECTED);
    }
}

static void
add_addresses (JsonBuilder *builder, const char *const *addresses)
{
  for (; *addresses != NULL; addresses++)
    {
      json_builder_set_member_name (builder, *addresses);
      add_ref (builder, *addresses);
    }
}

void
eh_message_schema_add_data (JsonBuilder *builder, const EhSchema *schema, EhDataForm form)
{
  g_autofree char *name = definition_name (schema, form);

  if (form == EH_DATA_WRITTEN)
    {
      add_ref (builder, name);
      return;
    }
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "anyOf");
  json_builder_begin_array (builder);
  add_ref (builder, name);
  add_ref (builder, "matcher");
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

/* One alternative: the message of type @schema. */
static void
add_type (JsonBuilder *builder, const EhSchema *schema, EhDataForm form, const char *const *addresses)
{
  json_builder_begin_object (builder);
  add_string (builder, "type", "object");
  add_string (builder, "title", schema->name);
  json_builder_set_member_name (builder, "properties");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, schema->name);
  eh_message_schema_add_data (builder, schema, form);
  add_addresses (builder, addresses);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "required");
  json_builder_begin_array (builder);
  json_builder_add_string_value (builder, schema->name);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "additionalProperties");
  json_builder_add_boolean_value (builder, FALSE);
  json_builder_end_object (builder);
}

static void
add_any_message (JsonBuilder *builder, const char *const *addresses)
{
  json_builder_begin_object (builder);
  add_string (builder, "type", "object");
  json_builder_set_member_name (builder, "minProperties");
  json_builder_add_int_value (builder, 1);
  json_builder_set_member_name (builder, "properties");
  json_builder_begin_object (builder);
  add_addresses (builder, addresses);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "patternProperties");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "^[A-Z]");
  json_builder_begin_object (builder);
  add_string (builder, "type", "object");
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "additionalProperties");
  json_builder_add_boolean_value (builder, FALSE);
  json_builder_end_object (builder);
}

void
eh_message_schema_add_message (JsonBuilder *builder, EhDomain *domain, gboolean is_event, EhDataForm form,
                               const char *const *addresses)
{
  if (domain == NULL)
    {
      add_any_message (builder, addresses);
      return;
    }

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "anyOf");
  json_builder_begin_array (builder);
  for (guint i = 0; i < eh_domain_get_n_aggregate_types (domain); i++)
    {
      const EhAggregateType *type = eh_domain_get_aggregate_type (domain, i);

      for (gsize j = 0; is_event && j < type->n_events; j++)
        add_type (builder, type->events[j].schema, form, addresses);
      for (gsize j = 0; !is_event && j < type->n_commands; j++)
        add_type (builder, type->commands[j].schema, form, addresses);
    }
  for (guint i = 0; is_event && form == EH_DATA_WRITTEN && i < domain->upcasters->len; i++)
    add_type (builder, ((const EhUpcaster *) g_ptr_array_index (domain->upcasters, i))->from, form, addresses);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

void
eh_message_schema_add_names (JsonBuilder *builder, EhDomain *domain, gboolean is_event)
{
  json_builder_begin_object (builder);
  add_string (builder, "type", "array");
  json_builder_set_member_name (builder, "items");
  json_builder_begin_object (builder);
  add_string (builder, "type", "string");
  if (domain != NULL)
    {
      json_builder_set_member_name (builder, "enum");
      json_builder_begin_array (builder);
      for (guint i = 0; i < eh_domain_get_n_aggregate_types (domain); i++)
        {
          const EhAggregateType *type = eh_domain_get_aggregate_type (domain, i);

          for (gsize j = 0; is_event && j < type->n_events; j++)
            json_builder_add_string_value (builder, type->events[j].schema->name);
          for (gsize j = 0; !is_event && j < type->n_commands; j++)
            json_builder_add_string_value (builder, type->commands[j].schema->name);
        }
      json_builder_end_array (builder);
    }
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}
