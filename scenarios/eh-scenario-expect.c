/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-matcher-ops-private.h"
#include "eh-matcher-private.h"
#include "eh-scenario-parser-private.h"

/*
 * What is expected is compared, at run time, with the JSON that the schema writes. So it is brought into that form
 * when it is loaded: every plain value goes through the schema once (a time "2026-01-01T00:00:00Z" gets its six
 * decimals, a wrong type or an unknown nick is an error at once), also as an argument of a matcher. In data that is
 * matched exactly a member that is left out gets its default, as it would in the data of an event that is given;
 * null means the default too, and of an optional member that is its absence. In data that is matched partially a
 * member that is left out is left out.
 */

typedef struct {
  const EhSchema *schema;
  const EhField *field;
  gboolean is_element; /* one of an array field's elements, not the whole */
  gboolean partial;
} ExpectContext;

static JsonNode *expect_value (const ExpectContext *context, JsonNode *node, const char *place, GError **error);
static JsonNode *
expect_object (const EhSchema *schema, JsonNode *node, gboolean partial, const char *place, GError **error);

static JsonNode *
node_take_object (JsonObject *object)
{
  return json_node_init_object (json_node_alloc (), object);
}

static JsonNode *
node_new_absent (void)
{
  g_autoptr (JsonObject) object = json_object_new ();

  json_object_set_boolean_member (object, "$absent", TRUE);
  return node_take_object (object);
}

/*
 * What the schema writes for one field of @text. The field is alone in its schema because others may have no default
 * that can be written, such as an enum without a nick for 0.
 */
static JsonObject *
expect_round_trip (const EhSchema *schema, const EhField *field, const char *text, GError **error)
{
  EhSchema alone = *schema;
  gpointer value = g_malloc0 (schema->size);
  g_autofree char *written = NULL;
  g_autoptr (JsonNode) node = NULL;

  alone.n_fields = 1;
  alone.fields = field;
  if (!eh_schema_read_json (&alone, text, -1, value, error))
    {
      g_free (value);
      return NULL;
    }
  written = eh_schema_to_json (&alone, value, error);
  eh_schema_free (&alone, value);
  if (written == NULL)
    return NULL;

  node = json_from_string (written, error);
  return node != NULL ? json_node_dup_object (node) : NULL;
}

/* A schema's message is "member: what (byte 12)"; the place is known better here. */
static void
expect_take_error (GError **error, GError *schema_error, const char *place)
{
  const char *what = strstr (schema_error->message, ": ");
  char *offset = g_strrstr (schema_error->message, " (byte ");

  if (offset != NULL)
    *offset = '\0';
  g_set_error (error, schema_error->domain, schema_error->code, "%s: %s", place,
               what != NULL ? what + 2 : schema_error->message);
  g_error_free (schema_error);
}

static char *
expect_wrap (const ExpectContext *context, JsonNode *node)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) wrapper = NULL;
  JsonNode *value = json_node_ref (node);

  if (context->is_element)
    {
      JsonArray *list = json_array_new ();

      json_array_add_element (list, value);
      value = json_node_new (JSON_NODE_ARRAY);
      json_node_take_array (value, list);
    }
  json_object_set_member (object, eh_field_get_json_name (context->field), value);
  wrapper = node_take_object (object);
  return eh_node_to_text (wrapper);
}

static JsonNode *
expect_plain (const ExpectContext *context, JsonNode *node, const char *place, GError **error)
{
  g_autofree char *text = expect_wrap (context, node);
  GError *schema_error = NULL;
  g_autoptr (JsonObject) object = expect_round_trip (context->schema, context->field, text, &schema_error);
  JsonNode *member;

  if (object == NULL)
    {
      expect_take_error (error, schema_error, place);
      return NULL;
    }
  member = json_object_get_member (object, eh_field_get_json_name (context->field));
  if (member == NULL)
    return node_new_absent ();
  if (context->is_element)
    member = json_array_get_element (json_node_get_array (member), 0);
  return json_node_copy (member);
}

static JsonNode *
expect_list (const ExpectContext *context, JsonNode *node, const char *place, GError **error)
{
  JsonArray *list = json_node_get_array (node);
  g_autoptr (JsonArray) expected = json_array_new ();
  ExpectContext element_context = *context;

  element_context.is_element = TRUE;
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_autofree char *element_place = eh_place_index (place, i);
      JsonNode *element = expect_value (&element_context, json_array_get_element (list, i), element_place, error);

      if (element == NULL)
        return NULL;
      json_array_add_element (expected, element);
    }
  return json_node_init_array (json_node_alloc (), expected);
}

/* Each of the values of an $in is one that the field could have. */
static JsonNode *
expect_choices (const ExpectContext *context, JsonNode *node, const char *place, GError **error)
{
  JsonArray *list = json_node_get_array (node);
  g_autoptr (JsonArray) expected = json_array_new ();

  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_autofree char *element_place = eh_place_index (place, i);
      JsonNode *element = expect_value (context, json_array_get_element (list, i), element_place, error);

      if (element == NULL)
        return NULL;
      json_array_add_element (expected, element);
    }
  return json_node_init_array (json_node_alloc (), expected);
}

static JsonNode *
expect_argument (const ExpectContext *context, EhMatcherOp op, JsonNode *node, const char *place, GError **error)
{
  gboolean is_list = (context->field->flags & EH_FIELD_FLAG_ARRAY) != 0 && !context->is_element;
  ExpectContext element_context = *context;

  switch (op)
    {
    case EH_MATCHER_GT:
    case EH_MATCHER_GTE:
    case EH_MATCHER_LT:
    case EH_MATCHER_LTE:
    case EH_MATCHER_NE:
      return expect_value (context, node, place, error);
    case EH_MATCHER_IN:
      return expect_choices (context, node, place, error);
    case EH_MATCHER_HAS:
      if (context->field->kind != EH_KIND_STRUCT || is_list)
        return eh_place_fail (error, EH_ERROR_INVALID, place, "%s is no object", context->field->name), NULL;
      return expect_object (context->field->schema, node, TRUE, place, error);
    case EH_MATCHER_CONTAINS:
      if (!is_list)
        return json_node_ref (node);
      element_context.is_element = TRUE;
      return expect_value (&element_context, node, place, error);
    case EH_MATCHER_ANY:
    case EH_MATCHER_REGEX:
    case EH_MATCHER_ABSENT:
    default:
      return json_node_ref (node);
    }
}

static JsonNode *
expect_matcher (const ExpectContext *context, JsonNode *node, const char *place, GError **error)
{
  g_autoptr (JsonObject) expected = json_object_new ();
  JsonObjectIter iter;
  const char *name;
  JsonNode *argument;

  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, &argument))
    {
      g_autofree char *argument_place = eh_place_member (place, name);
      JsonNode *expected_argument;
      EhMatcherOp op;
      gboolean known = eh_matcher_find_op (name, &op);

      g_assert (known);
      expected_argument = expect_argument (context, op, argument, argument_place, error);
      if (expected_argument == NULL)
        return NULL;
      json_object_set_member (expected, name, expected_argument);
    }
  return node_take_object (expected);
}

static JsonNode *
expect_value (const ExpectContext *context, JsonNode *node, const char *place, GError **error)
{
  const EhField *field = context->field;

  if (field->kind == EH_KIND_JSON)
    return json_node_ref (node);
  if (eh_matcher_is_matcher (node))
    return expect_matcher (context, node, place, error);
  if (JSON_NODE_HOLDS_ARRAY (node) && (field->flags & EH_FIELD_FLAG_ARRAY) != 0 && !context->is_element)
    return expect_list (context, node, place, error);
  if (JSON_NODE_HOLDS_OBJECT (node) && field->kind == EH_KIND_STRUCT
      && ((field->flags & EH_FIELD_FLAG_ARRAY) == 0 || context->is_element))
    return expect_object (field->schema, node, context->partial, place, error);
  return expect_plain (context, node, place, error);
}

static gboolean
expect_no_others (const EhSchema *schema, JsonObject *object, const char *place, GError **error)
{
  JsonObjectIter iter;
  const char *name;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, NULL))
    {
      g_autofree char *member_place = NULL;

      if (eh_schema_find (schema, name) != NULL)
        continue;
      member_place = eh_place_member (place, name);
      return eh_scenario_fail_unknown_field (schema, name, member_place, error);
    }
  return TRUE;
}

/* What a member that is left out must be; NULL if it must be absent. */
static JsonNode *
expect_default (const EhSchema *schema, const EhField *field)
{
  g_autoptr (JsonObject) defaults = expect_round_trip (schema, field, "{}", NULL);
  const char *name = eh_field_get_json_name (field);

  return defaults != NULL && json_object_has_member (defaults, name) ? json_object_dup_member (defaults, name) : NULL;
}

static JsonNode *
expect_object (const EhSchema *schema, JsonNode *node, gboolean partial, const char *place, GError **error)
{
  JsonObject *object = json_node_get_object (node);
  g_autoptr (JsonObject) expected = json_object_new ();

  if (!expect_no_others (schema, object, place, error))
    return NULL;
  for (gsize i = 0; i < schema->n_fields; i++)
    {
      ExpectContext context = { schema, &schema->fields[i], FALSE, partial };
      const char *name = eh_field_get_json_name (context.field);
      JsonNode *member = json_object_get_member (object, name);
      g_autofree char *member_place = eh_place_member (place, name);
      JsonNode *value = NULL;

      if (member != NULL)
        {
          value = expect_value (&context, member, member_place, error);
          if (value == NULL)
            return NULL;
        }
      else if (!partial)
        value = expect_default (schema, context.field);
      if (value != NULL)
        json_object_set_member (expected, name, value);
    }
  return node_take_object (expected);
}

/* A matcher in the place of the whole data, which is no field's: only a partial object has members to look after. */
static JsonNode *
expect_whole_matcher (const EhSchema *schema, JsonNode *node, const char *place, GError **error)
{
  g_autoptr (JsonObject) expected = json_object_new ();
  JsonObjectIter iter;
  const char *name;
  JsonNode *argument;

  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, &argument))
    {
      g_autofree char *argument_place = eh_place_member (place, name);
      JsonNode *expected_argument = g_str_equal (name, "$has")
                                        ? expect_object (schema, argument, TRUE, argument_place, error)
                                        : json_node_ref (argument);

      if (expected_argument == NULL)
        return NULL;
      json_object_set_member (expected, name, expected_argument);
    }
  return node_take_object (expected);
}

JsonNode *
eh_scenario_expect_data (const EhSchema *schema, JsonNode *node, gboolean partial, const char *place, GError **error)
{
  if (eh_node_as_object (node, place, error) == NULL || !eh_matcher_check (node, place, error))
    return NULL;
  if (eh_matcher_is_matcher (node))
    return expect_whole_matcher (schema, node, place, error);
  return expect_object (schema, node, partial, place, error);
}
