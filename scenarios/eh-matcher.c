/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-matcher-private.h"

#include "eh-matcher-ops-private.h"
#include "eh-scenario-node-private.h"

/*
 * One walk over what is expected and what is there, side by side. An object whose members begin with "$" is a
 * matcher: all its operators must hold. A matcher that does not hold is one entry of the diff, however deep its
 * argument is: the argument is compared without a diff. Whether a member is allowed to be missing is decided by the
 * matcher ($absent), so a missing member is handed down as a NULL actual.
 */

static gboolean
match_fails (EhDiff *diff, EhDiffKind kind, const char *path, JsonNode *expected, JsonNode *actual)
{
  g_autofree char *expected_text = NULL;
  g_autofree char *actual_text = NULL;

  if (diff == NULL)
    return FALSE;
  expected_text = expected != NULL ? eh_node_to_text (expected) : NULL;
  actual_text = actual != NULL ? eh_node_to_text (actual) : NULL;
  eh_diff_add (diff, kind, path, expected_text, actual_text);
  return FALSE;
}

static gint
compare_integers (gint64 a, gint64 b)
{
  return (a > b) - (a < b);
}

/* Numbers by value, exactly where both are whole, and strings by their bytes; @comparable says whether it is either. */
static gint
compare_values (JsonNode *a, JsonNode *b, gboolean *comparable)
{
  double x, y;

  *comparable = TRUE;
  if (eh_node_is_integer (a) && eh_node_is_integer (b))
    return compare_integers (json_node_get_int (a), json_node_get_int (b));
  if (eh_node_is_string (a) && eh_node_is_string (b))
    return strcmp (json_node_get_string (a), json_node_get_string (b));
  if (!eh_node_is_number (a) || !eh_node_is_number (b))
    {
      *comparable = FALSE;
      return 0;
    }
  x = json_node_get_double (a);
  y = json_node_get_double (b);
  return (x > y) - (x < y);
}

static gboolean
match_order (EhMatcherOp op, JsonNode *argument, JsonNode *actual)
{
  gboolean comparable;
  gint order = compare_values (actual, argument, &comparable);

  if (!comparable)
    return FALSE;
  switch (op)
    {
    case EH_MATCHER_GT:
      return order > 0;
    case EH_MATCHER_GTE:
      return order >= 0;
    case EH_MATCHER_LT:
      return order < 0;
    default:
      return order <= 0;
    }
}

static gboolean
match_any_of (JsonArray *choices, JsonNode *actual)
{
  for (guint i = 0; i < json_array_get_length (choices); i++)
    {
      if (eh_matcher_match (json_array_get_element (choices, i), actual, FALSE, "", NULL))
        return TRUE;
    }
  return FALSE;
}

static gboolean
match_contains (JsonNode *argument, JsonNode *actual)
{
  JsonArray *list;

  if (eh_node_is_string (actual))
    return eh_node_is_string (argument)
           && strstr (json_node_get_string (actual), json_node_get_string (argument)) != NULL;
  if (!JSON_NODE_HOLDS_ARRAY (actual))
    return FALSE;

  list = json_node_get_array (actual);
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      if (eh_matcher_match (argument, json_array_get_element (list, i), FALSE, "", NULL))
        return TRUE;
    }
  return FALSE;
}

static gboolean
match_regex (JsonNode *pattern, JsonNode *actual)
{
  return eh_node_is_string (actual)
         && g_regex_match_simple (json_node_get_string (pattern), json_node_get_string (actual), 0, 0);
}

static gboolean
match_operator (EhMatcherOp op, JsonNode *argument, JsonNode *actual)
{
  if (op == EH_MATCHER_ABSENT)
    return actual == NULL;
  if (actual == NULL)
    return FALSE;
  switch (op)
    {
    case EH_MATCHER_ANY:
      return TRUE;
    case EH_MATCHER_NE:
      return !eh_matcher_match (argument, actual, FALSE, "", NULL);
    case EH_MATCHER_IN:
      return match_any_of (json_node_get_array (argument), actual);
    case EH_MATCHER_REGEX:
      return match_regex (argument, actual);
    case EH_MATCHER_CONTAINS:
      return match_contains (argument, actual);
    case EH_MATCHER_HAS:
      return eh_matcher_match (argument, actual, TRUE, "", NULL);
    default:
      return match_order (op, argument, actual);
    }
}

static gboolean
match_operators (JsonObject *operators, JsonNode *actual)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *argument;

  json_object_iter_init_ordered (&iter, operators);
  while (json_object_iter_next_ordered (&iter, &name, &argument))
    {
      EhMatcherOp op;
      gboolean known = eh_matcher_find_op (name, &op);

      g_assert (known);
      if (!match_operator (op, argument, actual))
        return FALSE;
    }
  return TRUE;
}

static gboolean
match_expected_members (JsonObject *expected, JsonObject *actual, gboolean partial, const char *path, EhDiff *diff)
{
  gboolean matches = TRUE;
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  json_object_iter_init_ordered (&iter, expected);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      g_autofree char *place = eh_place_member (path, name);

      matches &= eh_matcher_match (member, json_object_get_member (actual, name), partial, place, diff);
    }
  return matches;
}

static gboolean
match_no_others (JsonObject *expected, JsonObject *actual, const char *path, EhDiff *diff)
{
  gboolean matches = TRUE;
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  json_object_iter_init_ordered (&iter, actual);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      g_autofree char *place = NULL;

      if (json_object_has_member (expected, name))
        continue;
      place = eh_place_member (path, name);
      matches = match_fails (diff, EH_DIFF_UNEXPECTED, place, NULL, member);
    }
  return matches;
}

static gboolean
match_objects (JsonObject *expected, JsonObject *actual, gboolean partial, const char *path, EhDiff *diff)
{
  gboolean matches = match_expected_members (expected, actual, partial, path, diff);

  return partial ? matches : match_no_others (expected, actual, path, diff) && matches;
}

static gboolean
match_lists (JsonArray *expected, JsonArray *actual, gboolean partial, const char *path, EhDiff *diff)
{
  guint n_expected = json_array_get_length (expected);
  guint n_actual = json_array_get_length (actual);
  gboolean matches = TRUE;

  for (guint i = 0; i < MAX (n_expected, n_actual); i++)
    {
      JsonNode *expected_element = i < n_expected ? json_array_get_element (expected, i) : NULL;
      JsonNode *actual_element = i < n_actual ? json_array_get_element (actual, i) : NULL;
      g_autofree char *place = eh_place_index (path, i);

      if (expected_element == NULL)
        matches = match_fails (diff, EH_DIFF_UNEXPECTED, place, NULL, actual_element);
      else
        matches &= eh_matcher_match (expected_element, actual_element, partial, place, diff);
    }
  return matches;
}

static gboolean
match_values (JsonNode *expected, JsonNode *actual)
{
  gboolean comparable;
  gint order;

  if (JSON_NODE_HOLDS_NULL (expected) || JSON_NODE_HOLDS_NULL (actual))
    return JSON_NODE_HOLDS_NULL (expected) && JSON_NODE_HOLDS_NULL (actual);
  if (!JSON_NODE_HOLDS_VALUE (expected) || !JSON_NODE_HOLDS_VALUE (actual))
    return FALSE;

  order = compare_values (expected, actual, &comparable);
  if (comparable)
    return order == 0;
  return json_node_get_value_type (expected) == G_TYPE_BOOLEAN && json_node_get_value_type (actual) == G_TYPE_BOOLEAN
         && json_node_get_boolean (expected) == json_node_get_boolean (actual);
}

gboolean
eh_matcher_match (JsonNode *expected, JsonNode *actual, gboolean partial, const char *path, EhDiff *diff)
{
  EhDiffKind kind = actual == NULL ? EH_DIFF_MISSING : EH_DIFF_CHANGED;

  if (eh_matcher_is_matcher (expected))
    {
      if (match_operators (json_node_get_object (expected), actual))
        return TRUE;
      if (actual != NULL && json_object_has_member (json_node_get_object (expected), "$absent"))
        kind = EH_DIFF_UNEXPECTED;
      return match_fails (diff, kind, path, expected, actual);
    }
  if (actual == NULL)
    return match_fails (diff, EH_DIFF_MISSING, path, expected, NULL);
  if (JSON_NODE_HOLDS_OBJECT (expected) && JSON_NODE_HOLDS_OBJECT (actual))
    return match_objects (json_node_get_object (expected), json_node_get_object (actual), partial, path, diff);
  if (JSON_NODE_HOLDS_ARRAY (expected) && JSON_NODE_HOLDS_ARRAY (actual))
    return match_lists (json_node_get_array (expected), json_node_get_array (actual), partial, path, diff);
  return match_values (expected, actual) || match_fails (diff, EH_DIFF_CHANGED, path, expected, actual);
}
