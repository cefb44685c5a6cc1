/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-scenario-parser-private.h"

gboolean
eh_scenario_fail_unknown_field (const EhSchema *schema, const char *name, const char *place, GError **error)
{
  g_autofree const char **names = g_new0 (const char *, schema->n_fields + 1);
  g_autofree char *message = g_strdup_printf ("%s has no such member", schema->name);

  for (gsize i = 0; i < schema->n_fields; i++)
    names[i] = eh_field_get_json_name (&schema->fields[i]);
  return eh_place_fail_suggest (error, EH_ERROR_INVALID, place, message, name, names);
}

static gboolean data_check_members (const EhSchema *schema, JsonNode *node, const char *place, GError **error);

static gboolean
data_check_elements (const EhSchema *schema, JsonArray *list, const char *place, GError **error)
{
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_autofree char *element_place = eh_place_index (place, i);

      if (!data_check_members (schema, json_array_get_element (list, i), element_place, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
data_check_field (const EhField *field, JsonNode *node, const char *place, GError **error)
{
  if (field->kind != EH_KIND_STRUCT)
    return TRUE;
  if (JSON_NODE_HOLDS_ARRAY (node) && (field->flags & EH_FIELD_FLAG_ARRAY) != 0)
    return data_check_elements (field->schema, json_node_get_array (node), place, error);
  return data_check_members (field->schema, node, place, error);
}

/* Values of a wrong kind are left for the schema to find. */
static gboolean
data_check_members (const EhSchema *schema, JsonNode *node, const char *place, GError **error)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return TRUE;
  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      g_autofree char *member_place = eh_place_member (place, name);
      const EhField *field = eh_schema_find (schema, name);

      if (field == NULL)
        return eh_scenario_fail_unknown_field (schema, name, member_place, error);
      if (!data_check_field (field, member, member_place, error))
        return FALSE;
    }
  return TRUE;
}

/* The offset that the schema's message ends with is one in a text that nobody sees. */
static void
data_take_error (GError **error, GError *schema_error, const char *place)
{
  char *offset = g_strrstr (schema_error->message, " (byte ");

  if (offset != NULL)
    *offset = '\0';
  g_set_error (error, schema_error->domain, schema_error->code, "%s.%s", place, schema_error->message);
  g_error_free (schema_error);
}

gpointer
eh_scenario_read_data (const EhSchema *schema, JsonNode *node, const char *place, GError **error)
{
  g_autofree char *text = NULL;
  GError *schema_error = NULL;
  gpointer data;

  if (eh_node_as_object (node, place, error) == NULL || !data_check_members (schema, node, place, error))
    return NULL;

  text = eh_node_to_text (node);
  data = g_malloc0 (schema->size);
  if (eh_schema_read_json (schema, text, -1, data, &schema_error))
    return data;
  g_free (data);
  data_take_error (error, schema_error, place);
  return NULL;
}
