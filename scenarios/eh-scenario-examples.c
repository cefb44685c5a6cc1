/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-scenario-parser-private.h"

/*
 * A row of examples is filled in before the scenario is read: what is read is a scenario as if it had been written
 * out. A placeholder is a name in angle brackets, "<amount>".
 */

typedef struct {
  JsonObject *row;
  GHashTable *used; /* names of the row's members that were used */
} FillIn;

static JsonNode *fill_in_node (const FillIn *self, JsonNode *node, const char *place, GError **error);

static gboolean
is_name_char (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '-';
}

/* The placeholder at @p: its name, and the length with the brackets; NULL if there is none. */
static char *
scan_placeholder (const char *p, gsize *length)
{
  const char *end;

  if (*p != '<' || !(g_ascii_isalpha (p[1]) || p[1] == '_'))
    return NULL;
  for (end = p + 1; is_name_char (*end); end++)
    ;
  if (*end != '>')
    return NULL;
  *length = (gsize) (end + 1 - p);
  return g_strndup (p + 1, (gsize) (end - p - 1));
}

static JsonNode *
find_value (const FillIn *self, const char *name, const char *place, GError **error)
{
  JsonNode *value = json_object_get_member (self->row, name);
  g_autofree const char **names = NULL;
  g_autofree char *message = NULL;
  JsonObjectIter iter;
  guint n = 0;

  if (value != NULL)
    {
      g_hash_table_add (self->used, g_strdup (name));
      return value;
    }
  names = g_new0 (const char *, json_object_get_size (self->row) + 1);
  json_object_iter_init_ordered (&iter, self->row);
  while (json_object_iter_next_ordered (&iter, &names[n], NULL))
    n++;
  names[n] = NULL;
  message = g_strdup_printf ("the example has no \"%s\"", name);
  return eh_place_fail_suggest (error, EH_ERROR_INVALID, place, message, name, names), NULL;
}

static void
append_value (GString *out, JsonNode *value)
{
  if (eh_node_is_string (value))
    g_string_append (out, json_node_get_string (value));
  else
    eh_node_print (value, out);
}

static char *
fill_in_text (const FillIn *self, const char *text, const char *place, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  const char *p = text;

  while (*p != '\0')
    {
      gsize length;
      g_autofree char *name = scan_placeholder (p, &length);
      JsonNode *value;

      if (name == NULL)
        {
          g_string_append_c (out, *p++);
          continue;
        }
      value = find_value (self, name, place, error);
      if (value == NULL)
        return NULL;
      append_value (out, value);
      p += length;
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static JsonNode *
fill_in_string (const FillIn *self, JsonNode *node, const char *place, GError **error)
{
  const char *text = json_node_get_string (node);
  gsize length;
  g_autofree char *name = scan_placeholder (text, &length);
  g_autofree char *filled = NULL;
  JsonNode *value;

  if (name != NULL && text[length] == '\0')
    {
      value = find_value (self, name, place, error);
      return value != NULL ? json_node_copy (value) : NULL;
    }
  filled = fill_in_text (self, text, place, error);
  return filled != NULL ? json_node_init_string (json_node_alloc (), filled) : NULL;
}

static JsonNode *
fill_in_object (const FillIn *self, JsonObject *object, const char *place, GError **error)
{
  g_autoptr (JsonObject) filled = json_object_new ();
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      g_autofree char *member_place = eh_place_member (place, name);
      g_autofree char *filled_name = fill_in_text (self, name, member_place, error);
      JsonNode *value = filled_name != NULL ? fill_in_node (self, member, member_place, error) : NULL;

      if (value == NULL)
        return NULL;
      if (json_object_has_member (filled, filled_name))
        {
          json_node_unref (value);
          return eh_place_fail (error, EH_ERROR_INVALID, member_place, "there is \"%s\" already", filled_name), NULL;
        }
      json_object_set_member (filled, filled_name, value);
    }
  return json_node_init_object (json_node_alloc (), filled);
}

static JsonNode *
fill_in_list (const FillIn *self, JsonArray *list, const char *place, GError **error)
{
  g_autoptr (JsonArray) filled = json_array_new ();

  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_autofree char *element_place = eh_place_index (place, i);
      JsonNode *element = fill_in_node (self, json_array_get_element (list, i), element_place, error);

      if (element == NULL)
        return NULL;
      json_array_add_element (filled, element);
    }
  return json_node_init_array (json_node_alloc (), filled);
}

static JsonNode *
fill_in_node (const FillIn *self, JsonNode *node, const char *place, GError **error)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    return fill_in_object (self, json_node_get_object (node), place, error);
  if (JSON_NODE_HOLDS_ARRAY (node))
    return fill_in_list (self, json_node_get_array (node), place, error);
  if (eh_node_is_string (node))
    return fill_in_string (self, node, place, error);
  return json_node_ref (node);
}

JsonNode *
eh_scenario_fill_in (JsonNode *node, JsonObject *row, GHashTable *used, const char *place, GError **error)
{
  FillIn self = { row, used };

  return fill_in_node (&self, node, place, error);
}

gboolean
eh_scenario_has_placeholder (const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    {
      gsize length;
      g_autofree char *name = scan_placeholder (p, &length);

      if (name != NULL)
        return TRUE;
    }
  return FALSE;
}
