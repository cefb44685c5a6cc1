/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-consumer-schema-private.h"

#include "eh-message-schema-private.h"

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_false (JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, FALSE);
}

static void
begin (JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
}

/* Rows by key. */
static void
add_projection (JsonBuilder *builder, const EhProjectionType *type)
{
  begin (builder, type->name);
  add_string (builder, "type", "object");
  json_builder_set_member_name (builder, "minProperties");
  json_builder_add_int_value (builder, 1);
  json_builder_set_member_name (builder, "additionalProperties");
  eh_message_schema_add_data (builder, type->row, EH_DATA_EXPECTED);
  json_builder_end_object (builder);
}

static void
add_view (JsonBuilder *builder, EhDomain *domain)
{
  begin (builder, "view");
  add_string (builder, "description", "Rows by projection and key, each matched partially");
  add_string (builder, "type", "object");
  begin (builder, "properties");
  for (guint i = 0; domain != NULL && i < eh_domain_get_n_projections (domain); i++)
    add_projection (builder, eh_domain_get_projection (domain, i));
  json_builder_end_object (builder);
  if (domain != NULL)
    {
      add_false (builder, "additionalProperties");
    }
  else
    {
      begin (builder, "additionalProperties");
      add_string (builder, "type", "object");
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
}

/* The names of all deadlines, each once; any if there are none. */
static void
add_names (JsonBuilder *builder, EhDomain *domain)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; domain != NULL && i < eh_domain_get_n_processes (domain); i++)
    {
      const EhProcessType *type = eh_domain_get_process (domain, i);

      for (gsize j = 0; j < type->n_deadlines; j++)
        if (!g_ptr_array_find_with_equal_func (names, type->deadlines[j].name, g_str_equal, NULL))
          g_ptr_array_add (names, (gpointer) type->deadlines[j].name);
    }
  begin (builder, "name");
  add_string (builder, "type", "string");
  if (names->len > 0)
    {
      json_builder_set_member_name (builder, "enum");
      json_builder_begin_array (builder);
      for (guint i = 0; i < names->len; i++)
        json_builder_add_string_value (builder, g_ptr_array_index (names, i));
      json_builder_end_array (builder);
    }
  json_builder_end_object (builder);
}

static char *
make_process_pattern (EhDomain *domain)
{
  g_autoptr (GString) pattern = g_string_new ("^(");

  if (domain == NULL || eh_domain_get_n_processes (domain) == 0)
    return g_strdup ("^[^-]+-.+$");
  for (guint i = 0; i < eh_domain_get_n_processes (domain); i++)
    {
      g_autofree char *name = g_regex_escape_string (eh_domain_get_process (domain, i)->name, -1);

      g_string_append_printf (pattern, "%s%s", i > 0 ? "|" : "", name);
    }
  g_string_append (pattern, ")-.+$");
  return g_string_free (g_steal_pointer (&pattern), FALSE);
}

static void
add_process (JsonBuilder *builder, EhDomain *domain)
{
  g_autofree char *pattern = make_process_pattern (domain);

  begin (builder, "process");
  add_string (builder, "type", "string");
  add_string (builder, "description", "Which process, <process manager>-<key>");
  add_string (builder, "pattern", pattern);
  json_builder_end_object (builder);
}

static void
add_time (JsonBuilder *builder)
{
  begin (builder, "at");
  add_string (builder, "description", "When it passes; any time if left out");
  json_builder_set_member_name (builder, "anyOf");
  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  add_string (builder, "type", "string");
  json_builder_end_object (builder);
  json_builder_begin_object (builder);
  add_string (builder, "$ref", "#/definitions/matcher");
  json_builder_end_object (builder);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
add_deadline (JsonBuilder *builder, EhDomain *domain)
{
  begin (builder, "deadline");
  add_string (builder, "type", "object");
  begin (builder, "properties");
  add_process (builder, domain);
  add_names (builder, domain);
  add_time (builder);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "required");
  json_builder_begin_array (builder);
  json_builder_add_string_value (builder, "process");
  json_builder_add_string_value (builder, "name");
  json_builder_end_array (builder);
  add_false (builder, "additionalProperties");
  json_builder_end_object (builder);
}

void
eh_consumer_schema_add_definitions (JsonBuilder *builder, EhDomain *domain)
{
  add_view (builder, domain);
  add_deadline (builder, domain);
}
