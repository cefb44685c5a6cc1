/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-quick-match-private.h"

/*
 * Most expected data is plain and most of it is there as expected. Making a JSON tree of each event and state costs
 * more than everything else that a scenario does, so the common kinds are compared where they are.
 */

static gboolean
holds (JsonNode *node, GType type)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

static gboolean
is_string (JsonNode *node, const char *text)
{
  if (text == NULL)
    return JSON_NODE_HOLDS_NULL (node);
  return holds (node, G_TYPE_STRING) && g_str_equal (json_node_get_string (node), text);
}

static gboolean
is_nick (JsonNode *node, const EhEnumValue *values, gint value)
{
  for (; values->nick != NULL; values++)
    {
      if (values->value == value)
        return is_string (node, values->nick);
    }
  return FALSE;
}

static gboolean
is_uint64 (JsonNode *node, guint64 value)
{
  return holds (node, G_TYPE_INT64) && value <= G_MAXINT64 && json_node_get_int (node) == (gint64) value;
}

static gboolean
match_member (JsonNode *node, const EhField *field, gconstpointer member, gboolean partial)
{
  if (field->flags != EH_FIELD_FLAG_NONE)
    return FALSE;
  switch (field->kind)
    {
    case EH_KIND_BOOLEAN:
      return holds (node, G_TYPE_BOOLEAN) && json_node_get_boolean (node) == *(const gboolean *) member;
    case EH_KIND_INT64:
      return holds (node, G_TYPE_INT64) && json_node_get_int (node) == *(const gint64 *) member;
    case EH_KIND_UINT64:
      return is_uint64 (node, *(const guint64 *) member);
    case EH_KIND_DOUBLE:
      return holds (node, G_TYPE_DOUBLE) && json_node_get_double (node) == *(const gdouble *) member;
    case EH_KIND_STRING:
      return is_string (node, *(const char *const *) member);
    case EH_KIND_ENUM:
      return is_nick (node, field->values, *(const gint *) member);
    case EH_KIND_STRUCT:
      return eh_quick_match (node, field->schema, member, partial);
    case EH_KIND_BYTES:
    case EH_KIND_TIMESTAMP:
    case EH_KIND_JSON:
      break;
    }
  return FALSE;
}

gboolean
eh_quick_match (JsonNode *expected, const EhSchema *schema, gconstpointer value, gboolean partial)
{
  JsonObject *object;
  gsize n_seen = 0;

  if (!JSON_NODE_HOLDS_OBJECT (expected))
    return FALSE;

  object = json_node_get_object (expected);
  for (gsize i = 0; i < schema->n_fields; i++)
    {
      const EhField *field = &schema->fields[i];
      JsonNode *node = json_object_get_member (object, eh_field_get_json_name (field));

      if (node == NULL && partial)
        continue;
      if (node == NULL || !match_member (node, field, (const guint8 *) value + field->offset, partial))
        return FALSE;
      n_seen++;
    }
  return n_seen == json_object_get_size (object);
}
