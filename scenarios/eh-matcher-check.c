/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-matcher-private.h"

#include "eh-matcher-ops-private.h"
#include "eh-scenario-node-private.h"

/* In the order of EhMatcherOp. */
static const char *const matcher_names[] = {
  "$any", "$gt", "$gte", "$lt", "$lte", "$ne", "$in", "$regex", "$contains", "$absent", "$has", NULL,
};

gboolean
eh_matcher_find_op (const char *name, EhMatcherOp *op)
{
  for (guint i = 0; matcher_names[i] != NULL; i++)
    {
      if (!g_str_equal (matcher_names[i], name))
        continue;
      *op = (EhMatcherOp) i;
      return TRUE;
    }
  return FALSE;
}

gboolean
eh_matcher_is_matcher (JsonNode *expected)
{
  JsonObjectIter iter;
  const char *name;

  if (!JSON_NODE_HOLDS_OBJECT (expected))
    return FALSE;
  json_object_iter_init_ordered (&iter, json_node_get_object (expected));
  return json_object_iter_next_ordered (&iter, &name, NULL) && *name == '$';
}

static gboolean
matcher_check_regex (JsonNode *argument, const char *path, GError **error)
{
  g_autoptr (GRegex) regex = NULL;
  g_autoptr (GError) regex_error = NULL;
  const char *pattern = eh_node_as_string (argument, path, error);

  if (pattern == NULL)
    return FALSE;
  regex = g_regex_new (pattern, 0, 0, &regex_error);
  if (regex == NULL)
    return eh_place_fail (error, EH_ERROR_INVALID, path, "%s", regex_error->message);
  return TRUE;
}

static gboolean
matcher_check_argument (EhMatcherOp op, JsonNode *argument, const char *path, GError **error)
{
  switch (op)
    {
    case EH_MATCHER_ANY:
    case EH_MATCHER_ABSENT:
      return eh_node_as_true (argument, path, error);
    case EH_MATCHER_GT:
    case EH_MATCHER_GTE:
    case EH_MATCHER_LT:
    case EH_MATCHER_LTE:
      if (eh_node_is_number (argument) || eh_node_is_string (argument))
        return TRUE;
      return eh_place_fail (error, EH_ERROR_INVALID, path, "expected a number or a string, found %s",
                            eh_node_describe (argument));
    case EH_MATCHER_IN:
      return eh_node_as_list (argument, path, error) != NULL && eh_matcher_check (argument, path, error);
    case EH_MATCHER_REGEX:
      return matcher_check_regex (argument, path, error);
    case EH_MATCHER_HAS:
      return eh_node_as_object (argument, path, error) != NULL && eh_matcher_check (argument, path, error);
    case EH_MATCHER_NE:
    case EH_MATCHER_CONTAINS:
    default:
      return eh_matcher_check (argument, path, error);
    }
}

static gboolean
matcher_check_operators (JsonObject *operators, const char *path, GError **error)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *argument;

  json_object_iter_init_ordered (&iter, operators);
  while (json_object_iter_next_ordered (&iter, &name, &argument))
    {
      g_autofree char *place = eh_place_member (path, name);
      EhMatcherOp op;

      if (*name != '$')
        return eh_place_fail (error, EH_ERROR_INVALID, place,
                              "a matcher has no plain members; for a partial object write { \"$has\": { ... } }");
      if (!eh_matcher_find_op (name, &op))
        return eh_place_fail_suggest (error, EH_ERROR_INVALID, place, "unknown matcher", name, matcher_names);
      if (!matcher_check_argument (op, argument, place, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
matcher_check_members (JsonObject *object, const char *path, GError **error)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      g_autofree char *place = eh_place_member (path, name);

      if (*name == '$')
        return eh_place_fail (error, EH_ERROR_INVALID, place, "a matcher cannot stand beside plain members");
      if (!eh_matcher_check (member, place, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
matcher_check_elements (JsonArray *list, const char *path, GError **error)
{
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_autofree char *place = eh_place_index (path, i);

      if (!eh_matcher_check (json_array_get_element (list, i), place, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
eh_matcher_check (JsonNode *expected, const char *path, GError **error)
{
  if (eh_matcher_is_matcher (expected))
    return matcher_check_operators (json_node_get_object (expected), path, error);
  if (JSON_NODE_HOLDS_OBJECT (expected))
    return matcher_check_members (json_node_get_object (expected), path, error);
  if (JSON_NODE_HOLDS_ARRAY (expected))
    return matcher_check_elements (json_node_get_array (expected), path, error);
  return TRUE;
}
