/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-scenario-parser-private.h"

#include "model/eh-timestamp-private.h"

/* What "given" and "when" are made of. */

static const char *const command_step_members[] = { "command", NULL };
static const char *const time_step_members[] = { "time", NULL };
static const char *const event_step_members[] = { "event", NULL };
static const char *const redeliver_step_members[] = { "redeliver", NULL };
static const char *const nothing_step_members[] = { "nothing", NULL };

/* What an object can say instead of a message; one at a time. */
static const char *const verbs[] = { "time", "nothing", "event", "redeliver", "command" };

static gboolean
step_has (JsonNode *node, const char *member)
{
  return JSON_NODE_HOLDS_OBJECT (node) && json_object_has_member (json_node_get_object (node), member);
}

static gboolean
has_one_verb (JsonNode *node, const char *place, GError **error)
{
  const char *first = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      if (!step_has (node, verbs[i]))
        continue;
      if (first != NULL)
        return eh_place_fail (error, EH_ERROR_INVALID, place, "\"%s\" and \"%s\" in one object: write a list of two",
                              first, verbs[i]);
      first = verbs[i];
    }
  return TRUE;
}

EhStep *
eh_scenario_parse_time_text (const char *text, const char *place, GError **error)
{
  g_autoptr (EhStep) step = eh_step_new (EH_STEP_TIME, place);
  g_autoptr (GError) reason = NULL;
  gboolean valid;

  step->time_is_relative = *text == '+';
  valid = step->time_is_relative ? eh_interval_parse (text + 1, &step->time, &reason)
                                 : eh_timestamp_parse (text, &step->time, &reason);
  if (!valid)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "%s%s", reason->message,
                          step->time_is_relative ? "" : ", nor a step forward such as +PT1H"),
           NULL;
  return g_steal_pointer (&step);
}

EhStep *
eh_scenario_parse_time (JsonNode *node, const char *place, GError **error)
{
  JsonObject *object = json_node_get_object (node);
  g_autofree char *time_place = eh_place_member (place, "time");
  g_autoptr (EhStep) step = NULL;
  const char *text;

  if (!eh_node_check_members (object, time_step_members, place, error))
    return NULL;
  text = eh_node_as_string (json_object_get_member (object, "time"), time_place, error);
  step = text != NULL ? eh_scenario_parse_time_text (text, time_place, error) : NULL;
  if (step == NULL)
    return NULL;
  g_free (step->place);
  step->place = g_strdup (place);
  return g_steal_pointer (&step);
}

static EhStep *
parse_given_command (EhDomain *domain, EhStreamName *stream, JsonNode *node, const char *place, GError **error)
{
  JsonObject *object = json_node_get_object (node);
  g_autofree char *command_place = eh_place_member (place, "command");

  if (!eh_node_check_members (object, command_step_members, place, error))
    return NULL;
  return eh_scenario_parse_command (domain, stream, json_object_get_member (object, "command"), command_place, error);
}

static EhStep *
parse_given_step (EhDomain *domain, EhStreamName *stream, JsonNode *node, const char *place, GError **error)
{
  if (!has_one_verb (node, place, error))
    return NULL;
  if (step_has (node, "time"))
    return eh_scenario_parse_time (node, place, error);
  if (step_has (node, "command"))
    return parse_given_command (domain, stream, node, place, error);
  return eh_scenario_parse_event (domain, stream, node, place, error);
}

gboolean
eh_scenario_parse_given (EhDomain *domain, EhStreamName *stream, JsonNode *node, GPtrArray *steps, const char *place,
                         GError **error)
{
  JsonArray *list = eh_node_as_list (node, place, error);

  if (list == NULL)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_autofree char *step_place = eh_place_index (place, i);
      EhStep *step = parse_given_step (domain, stream, json_array_get_element (list, i), step_place, error);

      if (step == NULL)
        return FALSE;
      g_ptr_array_add (steps, step);
    }
  return TRUE;
}

static EhStep *
parse_told_event (EhDomain *domain, EhStreamName *stream, JsonNode *node, const char *place, GError **error)
{
  JsonObject *object = json_node_get_object (node);
  g_autofree char *event_place = eh_place_member (place, "event");

  if (!eh_scenario_need_consumers (domain, "handle it", event_place, error)
      || !eh_node_check_members (object, event_step_members, place, error))
    return NULL;
  return eh_scenario_parse_event (domain, stream, json_object_get_member (object, "event"), event_place, error);
}

static EhStep *
parse_redeliver (EhDomain *domain, JsonNode *node, const char *place, GError **error)
{
  JsonObject *object = json_node_get_object (node);
  g_autofree char *redeliver_place = eh_place_member (place, "redeliver");
  const char *what;

  if (!eh_scenario_need_consumers (domain, "handle it again", redeliver_place, error)
      || !eh_node_check_members (object, redeliver_step_members, place, error))
    return NULL;
  what = eh_node_as_string (json_object_get_member (object, "redeliver"), redeliver_place, error);
  if (what == NULL)
    return NULL;
  if (!g_str_equal (what, "all"))
    return eh_place_fail (error, EH_ERROR_INVALID, redeliver_place, "\"%s\": it can only be \"all\"", what), NULL;
  return eh_step_new (EH_STEP_REDELIVER, place);
}

static EhStep *
parse_nothing (JsonNode *node, const char *place, GError **error)
{
  JsonObject *object = json_node_get_object (node);
  g_autofree char *nothing_place = eh_place_member (place, "nothing");

  if (!eh_node_check_members (object, nothing_step_members, place, error)
      || !eh_node_as_true (json_object_get_member (object, "nothing"), nothing_place, error))
    return NULL;
  return eh_step_new (EH_STEP_NOTHING, place);
}

static EhStep *
parse_when_step (EhDomain *domain, EhStreamName *stream, JsonNode *node, const char *place, GError **error)
{
  if (!has_one_verb (node, place, error))
    return NULL;
  if (step_has (node, "time"))
    return eh_scenario_parse_time (node, place, error);
  if (step_has (node, "nothing"))
    return parse_nothing (node, place, error);
  if (step_has (node, "event"))
    return parse_told_event (domain, stream, node, place, error);
  if (step_has (node, "redeliver"))
    return parse_redeliver (domain, node, place, error);
  return eh_scenario_parse_command (domain, stream, node, place, error);
}

static gboolean
parse_when_list (EhDomain *domain, EhScenario *scenario, JsonArray *list, const char *place, GError **error)
{
  if (json_array_get_length (list) == 0)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "empty; write { \"nothing\": true } if nothing is done");
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_autofree char *step_place = eh_place_index (place, i);
      EhStep *step = parse_when_step (domain, scenario->stream, json_array_get_element (list, i), step_place, error);

      if (step == NULL)
        return FALSE;
      g_ptr_array_add (scenario->when, step);
    }
  return TRUE;
}

gboolean
eh_scenario_parse_when (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place, GError **error)
{
  EhStep *step;

  if (JSON_NODE_HOLDS_ARRAY (node))
    return parse_when_list (domain, scenario, json_node_get_array (node), place, error);
  step = parse_when_step (domain, scenario->stream, node, place, error);
  if (step == NULL)
    return FALSE;
  g_ptr_array_add (scenario->when, step);
  return TRUE;
}
