/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-scenario-parser-private.h"

/* What must follow: a table of parts. State and error have a file of their own, and so has what consumers do. */

static gboolean
parse_events (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place, GError **error)
{
  scenario->events = eh_scenario_parse_expected_list (domain, scenario->stream, node, EH_EXPECT_EVENT, place, error);
  return scenario->events != NULL;
}

static gboolean
parse_events_include (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place, GError **error)
{
  scenario->events_include = eh_scenario_parse_expected_list (domain, scenario->stream, node, EH_EXPECT_EVENT, place,
                                                              error);
  return scenario->events_include != NULL;
}

static gboolean
parse_published (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place, GError **error)
{
  scenario->published = eh_scenario_parse_expected_list (domain, scenario->stream, node, EH_EXPECT_PUBLISHED, place,
                                                         error);
  return scenario->published != NULL;
}

static gboolean
parse_no_events (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place, GError **error)
{
  JsonArray *list = eh_node_as_list (node, place, error);

  if (list == NULL)
    return FALSE;
  scenario->no_events = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_autofree char *type_place = eh_place_index (place, i);
      const char *type_name = eh_node_as_string (json_array_get_element (list, i), type_place, error);

      if (type_name == NULL || eh_scenario_find_event (domain, NULL, type_name, type_place, error) == NULL)
        return FALSE;
      g_ptr_array_add (scenario->no_events, g_strdup (type_name));
    }
  return TRUE;
}

static gboolean
parse_version (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place, GError **error)
{
  gint64 version;

  if (!eh_node_as_integer (node, 0, place, &version, error))
    return FALSE;
  if (scenario->stream == NULL)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "of which stream? add \"in\" to the scenario");
  scenario->has_version = TRUE;
  scenario->version = (guint64) version;
  return TRUE;
}

typedef gboolean (*ParsePartFunc) (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place,
                                   GError **error);

static const char *const part_names[] = {
  "events",   "events-include",   "no-events", "error",     "state",     "states", "version",
  "commands", "commands-include", "view",      "deadlines", "published", NULL
};

/* In the order of their names. */
static const ParsePartFunc part_parsers[] = { parse_events,
                                              parse_events_include,
                                              parse_no_events,
                                              eh_scenario_parse_error,
                                              eh_scenario_parse_state,
                                              eh_scenario_parse_states,
                                              parse_version,
                                              eh_scenario_parse_commands,
                                              eh_scenario_parse_commands_include,
                                              eh_scenario_parse_view,
                                              eh_scenario_parse_deadlines,
                                              parse_published };

G_STATIC_ASSERT (G_N_ELEMENTS (part_names) == G_N_ELEMENTS (part_parsers) + 1);

gboolean
eh_scenario_parse_then (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place, GError **error)
{
  JsonObject *object = eh_node_as_object (node, place, error);

  if (object == NULL || !eh_node_check_members (object, part_names, place, error))
    return FALSE;
  if (json_object_get_size (object) == 0)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "empty; say what must follow, such as \"events\": []");
  for (guint i = 0; part_names[i] != NULL; i++)
    {
      JsonNode *part = json_object_get_member (object, part_names[i]);
      g_autofree char *part_place = NULL;

      if (part == NULL)
        continue;
      part_place = eh_place_member (place, part_names[i]);
      if (!part_parsers[i](domain, scenario, part, part_place, error))
        return FALSE;
    }
  return TRUE;
}
