/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-scenario-node-private.h"

#include <math.h>

#include "model/eh-json-private.h"
#include "model/eh-suggest-private.h"

char *
eh_place_member (const char *path, const char *member)
{
  return *path == '\0' ? g_strdup (member) : g_strconcat (path, ".", member, NULL);
}

char *
eh_place_index (const char *path, guint i)
{
  return g_strdup_printf ("%s[%u]", path, i);
}

gboolean
eh_place_fail (GError **error, EhError code, const char *path, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  if (*path == '\0')
    g_set_error_literal (error, EH_ERROR, code, message);
  else
    g_set_error (error, EH_ERROR, code, "%s: %s", path, message);
  return FALSE;
}

gboolean
eh_place_fail_suggest (GError **error, EhError code, const char *path, const char *message, const char *word,
                       const char *const *words)
{
  const char *near_word = eh_suggest (word, words, g_strv_length ((GStrv) words));

  if (near_word == NULL)
    return eh_place_fail (error, code, path, "%s", message);
  return eh_place_fail (error, code, path, "%s; did you mean \"%s\"?", message, near_word);
}

gboolean
eh_node_is_integer (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64;
}

gboolean
eh_node_is_number (JsonNode *node)
{
  return eh_node_is_integer (node)
         || (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_DOUBLE);
}

gboolean
eh_node_is_string (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;
}

const char *
eh_node_describe (JsonNode *node)
{
  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      return "an object";
    case JSON_NODE_ARRAY:
      return "a list";
    case JSON_NODE_NULL:
      return "null";
    case JSON_NODE_VALUE:
    default:
      break;
    }
  if (eh_node_is_string (node))
    return "a string";
  return eh_node_is_number (node) ? "a number" : "a boolean";
}

static gboolean
node_expect (JsonNode *node, gboolean fits, const char *what, const char *path, GError **error)
{
  return fits || eh_place_fail (error, EH_ERROR_INVALID, path, "expected %s, found %s", what, eh_node_describe (node));
}

JsonObject *
eh_node_as_object (JsonNode *node, const char *path, GError **error)
{
  return node_expect (node, JSON_NODE_HOLDS_OBJECT (node), "an object", path, error) ? json_node_get_object (node)
                                                                                     : NULL;
}

JsonArray *
eh_node_as_list (JsonNode *node, const char *path, GError **error)
{
  return node_expect (node, JSON_NODE_HOLDS_ARRAY (node), "a list", path, error) ? json_node_get_array (node) : NULL;
}

const char *
eh_node_as_string (JsonNode *node, const char *path, GError **error)
{
  return node_expect (node, eh_node_is_string (node), "a string", path, error) ? json_node_get_string (node) : NULL;
}

gboolean
eh_node_as_integer (JsonNode *node, gint64 min, const char *path, gint64 *value, GError **error)
{
  if (!node_expect (node, eh_node_is_integer (node), "a whole number", path, error))
    return FALSE;
  if (json_node_get_int (node) < min)
    return eh_place_fail (error, EH_ERROR_INVALID, path, "must be at least %" G_GINT64_FORMAT, min);

  *value = json_node_get_int (node);
  return TRUE;
}

gboolean
eh_node_as_boolean (JsonNode *node, const char *path, gboolean *value, GError **error)
{
  gboolean is_boolean = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN;

  if (!node_expect (node, is_boolean, "true or false", path, error))
    return FALSE;

  *value = json_node_get_boolean (node);
  return TRUE;
}

gboolean
eh_node_as_true (JsonNode *node, const char *path, GError **error)
{
  gboolean value;

  if (!eh_node_as_boolean (node, path, &value, error))
    return FALSE;
  return value || eh_place_fail (error, EH_ERROR_INVALID, path, "can only be true; leave it out otherwise");
}

gboolean
eh_members_begin (EhMembers *self, JsonNode *node, const char *advice, const char *path, GError **error)
{
  JsonObject *object = eh_node_as_object (node, path, error);

  if (object == NULL)
    return FALSE;
  if (advice != NULL && json_object_get_size (object) == 0)
    return eh_place_fail (error, EH_ERROR_INVALID, path, "empty; %s", advice);
  *self = (EhMembers){ .path = path };
  json_object_iter_init_ordered (&self->iter, object);
  return TRUE;
}

gboolean
eh_members_next (EhMembers *self)
{
  g_clear_pointer (&self->place, g_free);
  if (!json_object_iter_next_ordered (&self->iter, &self->name, &self->node))
    return FALSE;
  self->place = eh_place_member (self->path, self->name);
  return TRUE;
}

void
eh_members_clear (EhMembers *self)
{
  g_clear_pointer (&self->place, g_free);
}

gboolean
eh_node_check_members (JsonObject *object, const char *const *allowed, const char *path, GError **error)
{
  JsonObjectIter iter;
  const char *name;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, NULL))
    {
      g_autofree char *place = NULL;

      if (g_strv_contains (allowed, name))
        continue;
      place = eh_place_member (path, name);
      return eh_place_fail_suggest (error, EH_ERROR_INVALID, place, "unknown", name, allowed);
    }
  return TRUE;
}

static void
node_print_double (double value, GString *out)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  /* "-0" would be read as a whole number, which has no such sign. */
  if (value == 0 && signbit (value))
    {
      g_string_append (out, "-0.0");
      return;
    }
  for (int digits = 15; digits <= 17; digits++)
    {
      char format[] = "%.00g";

      format[2] = '1';
      format[3] = (char) ('0' + digits - 10);
      g_ascii_formatd (text, sizeof text, format, value);
      if (g_ascii_strtod (text, NULL) == value)
        break;
    }
  g_string_append (out, text);
}

static void
node_print_string (const char *string, GString *out)
{
  g_autofree char *valid = g_utf8_make_valid (string, -1);

  eh_json_put_string (out, valid, strlen (valid));
  eh_json_finish (out);
}

static void
node_print_list (JsonArray *list, GString *out)
{
  g_string_append_c (out, '[');
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_string_append (out, i > 0 ? ", " : "");
      eh_node_print (json_array_get_element (list, i), out);
    }
  g_string_append_c (out, ']');
}

static void
node_print_object (JsonObject *object, GString *out)
{
  const char *separator = " ";
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  g_string_append_c (out, '{');
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      g_string_append (out, separator);
      node_print_string (name, out);
      g_string_append (out, ": ");
      eh_node_print (member, out);
      separator = ", ";
    }
  g_string_append (out, json_object_get_size (object) > 0 ? " }" : "}");
}

void
eh_node_print (JsonNode *node, GString *out)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    node_print_object (json_node_get_object (node), out);
  else if (JSON_NODE_HOLDS_ARRAY (node))
    node_print_list (json_node_get_array (node), out);
  else if (JSON_NODE_HOLDS_NULL (node))
    g_string_append (out, "null");
  else if (eh_node_is_string (node))
    node_print_string (json_node_get_string (node), out);
  else if (eh_node_is_integer (node))
    g_string_append_printf (out, "%" G_GINT64_FORMAT, json_node_get_int (node));
  else if (eh_node_is_number (node))
    node_print_double (json_node_get_double (node), out);
  else
    g_string_append (out, json_node_get_boolean (node) ? "true" : "false");
}

char *
eh_node_to_text (JsonNode *node)
{
  GString *out = g_string_new (NULL);

  eh_node_print (node, out);
  return g_string_free (out, FALSE);
}

/* How wide a file is written. */
#define FILE_WIDTH 110

static void node_write (JsonNode *node, guint indent, guint reserved, GString *out);

static void
node_new_line (guint indent, GString *out)
{
  g_string_append_printf (out, "\n%*s", (int) indent, "");
}

static void
node_write_list (JsonArray *list, guint indent, GString *out)
{
  g_string_append_c (out, '[');
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_string_append (out, i > 0 ? "," : "");
      node_new_line (indent + 2, out);
      node_write (json_array_get_element (list, i), indent + 2, indent + 3, out);
    }
  node_new_line (indent, out);
  g_string_append_c (out, ']');
}

static void
node_write_object (JsonObject *object, guint indent, GString *out)
{
  const char *separator = "";
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  g_string_append_c (out, '{');
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      g_string_append (out, separator);
      node_new_line (indent + 2, out);
      node_print_string (name, out);
      g_string_append (out, ": ");
      node_write (member, indent + 2, indent + (guint) strlen (name) + 7, out);
      separator = ",";
    }
  node_new_line (indent, out);
  g_string_append_c (out, '}');
}

/* What fits into the line behind the @reserved columns stays in one line. */
static void
node_write (JsonNode *node, guint indent, guint reserved, GString *out)
{
  gsize length = out->len;

  eh_node_print (node, out);
  if (out->len - length + reserved <= FILE_WIDTH || JSON_NODE_HOLDS_VALUE (node) || JSON_NODE_HOLDS_NULL (node))
    return;
  g_string_truncate (out, length);
  if (JSON_NODE_HOLDS_OBJECT (node))
    node_write_object (json_node_get_object (node), indent, out);
  else
    node_write_list (json_node_get_array (node), indent, out);
}

char *
eh_node_to_file (JsonNode *node)
{
  GString *out = g_string_new (NULL);

  node_write (node, 0, 0, out);
  g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}
