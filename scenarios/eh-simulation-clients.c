/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-simulation-parser-private.h"

/* "clients" and "generate": who does what. */

static const char *const wait_members[] = { "wait", NULL };
static const char *const read_members[] = { "read", NULL };
static const char *const generate_members[] = { "clients", "commands", "streams", "types", NULL };

#define GENERATE_STREAMS_MAX 64

gboolean
eh_simulation_parse_count (JsonNode *node, guint min, guint max, const char *place, guint *count, GError **error)
{
  gint64 value;

  if (!eh_node_as_integer (node, min, place, &value, error))
    return FALSE;
  if (value > max)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "must be at most %u", max);
  *count = (guint) value;
  return TRUE;
}

static EhClientStep *
parse_wait (JsonObject *object, const char *place, GError **error)
{
  g_autofree char *wait_place = eh_place_member (place, "wait");
  g_autoptr (EhClientStep) step = eh_client_step_new (EH_CLIENT_STEP_WAIT);

  if (!eh_node_check_members (object, wait_members, place, error)
      || !eh_simulation_parse_interval (json_object_get_member (object, "wait"), wait_place, &step->wait, error))
    return NULL;
  return g_steal_pointer (&step);
}

static EhClientStep *
parse_read (EhDomain *domain, JsonObject *object, const char *place, GError **error)
{
  g_autofree char *read_place = eh_place_member (place, "read");
  g_autoptr (EhClientStep) step = eh_client_step_new (EH_CLIENT_STEP_READ);
  const char *name;

  if (!eh_node_check_members (object, read_members, place, error))
    return NULL;
  name = eh_node_as_string (json_object_get_member (object, "read"), read_place, error);
  step->stream = name != NULL ? eh_scenario_parse_stream (domain, name, read_place, error) : NULL;
  return step->stream != NULL ? g_steal_pointer (&step) : NULL;
}

static EhClientStep *
parse_step (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place, GError **error)
{
  JsonObject *object = eh_node_as_object (node, place, error);
  g_autoptr (EhClientStep) step = NULL;

  if (object == NULL)
    return NULL;
  if (json_object_has_member (object, "wait"))
    return parse_wait (object, place, error);
  if (json_object_has_member (object, "read"))
    return parse_read (domain, object, place, error);
  step = eh_client_step_new (EH_CLIENT_STEP_COMMAND);
  step->command = eh_scenario_parse_command (domain, self->stream, node, place, error);
  return step->command != NULL ? g_steal_pointer (&step) : NULL;
}

gboolean
eh_simulation_check_client_name (EhSimulation *self, const char *name, const char *place, GError **error)
{
  if (*name == '\0')
    return eh_place_fail (error, EH_ERROR_INVALID, place, "a client's name is empty");
  if (strpbrk (name, ":\n\r\t") != NULL)
    return eh_place_fail (
        error, EH_ERROR_INVALID, place,
        "a client's name has no \":\", tab or line end in it: schedules are lines that begin with it");
  return self->clients->len < EH_SIMULATION_CLIENTS_MAX
         || eh_place_fail (error, EH_ERROR_LIMIT, place, "more than %u clients", EH_SIMULATION_CLIENTS_MAX);
}

static gboolean
parse_client (EhSimulation *self, EhDomain *domain, const char *name, JsonNode *node, const char *place, GError **error)
{
  g_autoptr (EhSimClient) client = NULL;
  JsonArray *list;

  if (!eh_simulation_check_client_name (self, name, place, error))
    return FALSE;
  list = eh_node_as_list (node, place, error);
  if (list == NULL)
    return FALSE;
  if (json_array_get_length (list) == 0)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "empty; a client does at least one step");
  if (json_array_get_length (list) > EH_SIMULATION_STEPS_MAX)
    return eh_place_fail (error, EH_ERROR_LIMIT, place, "more than %u steps", EH_SIMULATION_STEPS_MAX);

  client = eh_sim_client_new (name);
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_autofree char *step_place = eh_place_index (place, i);
      EhClientStep *step = parse_step (self, domain, json_array_get_element (list, i), step_place, error);

      if (step == NULL)
        return FALSE;
      g_ptr_array_add (client->steps, step);
    }
  g_ptr_array_add (self->clients, g_steal_pointer (&client));
  return TRUE;
}

gboolean
eh_simulation_parse_clients (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place, GError **error)
{
  g_auto (EhMembers) members = { NULL };

  if (!eh_members_begin (&members, node, "name a client and what it does", place, error))
    return FALSE;
  while (eh_members_next (&members))
    {
      if (!parse_client (self, domain, members.name, members.node, members.place, error))
        return FALSE;
    }
  return TRUE;
}

/* A command of any aggregate type. */
static gboolean
check_command_type (EhDomain *domain, const char *name, const char *place, GError **error)
{
  /* The stream is looked at only if there is such a command. */
  return eh_domain_find_command (domain, name, NULL) != NULL
         || eh_scenario_find_command (domain, NULL, name, place, error) != NULL;
}

static gboolean
parse_types (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place, GError **error)
{
  g_autoptr (GStrvBuilder) types = g_strv_builder_new ();
  JsonArray *list = eh_node_as_list (node, place, error);

  if (list == NULL)
    return FALSE;
  if (json_array_get_length (list) == 0)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "empty; leave it out for all types of commands");
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_autofree char *type_place = eh_place_index (place, i);
      const char *name = eh_node_as_string (json_array_get_element (list, i), type_place, error);

      if (name == NULL || !check_command_type (domain, name, type_place, error))
        return FALSE;
      g_strv_builder_add (types, name);
    }
  self->generate.types = g_strv_builder_end (types);
  return TRUE;
}

static gboolean
parse_generate_count (JsonObject *object, const char *member, guint max, const char *place, guint *count,
                      GError **error)
{
  JsonNode *node = json_object_get_member (object, member);
  g_autofree char *member_place = eh_place_member (place, member);

  if (node == NULL)
    return *count > 0 || eh_place_fail (error, EH_ERROR_INVALID, place, "it has no \"%s\": how many?", member);
  return eh_simulation_parse_count (node, 1, max, member_place, count, error);
}

/* Nobody else may be called what generated clients are called. */
static gboolean
check_no_generated_name (EhSimulation *self, const char *place, GError **error)
{
  for (guint i = 0; i < self->clients->len; i++)
    {
      const EhSimClient *client = g_ptr_array_index (self->clients, i);

      for (guint j = 1; j <= self->generate.n_clients; j++)
        {
          g_autofree char *name = g_strdup_printf ("client-%u", j);

          if (g_str_equal (client->name, name))
            return eh_place_fail (error, EH_ERROR_EXISTS, place, "a generated client would be called \"%s\" too", name);
        }
    }
  return TRUE;
}

gboolean
eh_simulation_parse_generate (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place, GError **error)
{
  JsonObject *object = eh_node_as_object (node, place, error);
  g_autofree char *types_place = eh_place_member (place, "types");
  JsonNode *types;

  if (object == NULL || !eh_node_check_members (object, generate_members, place, error))
    return FALSE;
  types = json_object_get_member (object, "types");
  self->generate.n_streams = 1;
  return parse_generate_count (object, "clients", EH_SIMULATION_CLIENTS_MAX, place, &self->generate.n_clients, error)
         && parse_generate_count (object, "commands", EH_SIMULATION_STEPS_MAX, place, &self->generate.n_commands, error)
         && parse_generate_count (object, "streams", GENERATE_STREAMS_MAX, place, &self->generate.n_streams, error)
         && (types == NULL || parse_types (self, domain, types, types_place, error))
         && check_no_generated_name (self, place, error);
}
