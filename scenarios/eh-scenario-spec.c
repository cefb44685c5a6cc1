/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-scenario-parser-private.h"

#include "model/eh-domain-private.h"

/* Tables in C become the same model that a file becomes; the data is there already and has no matchers in it. */

static gboolean
spec_get_stream (EhDomain *domain, const EhStepSpec *spec, EhStreamName *fallback, const char *place,
                 EhStreamName **stream, GError **error)
{
  if (spec->in != NULL)
    *stream = eh_scenario_parse_stream (domain, spec->in, place, error);
  else if (fallback != NULL)
    *stream = eh_stream_name_ref (fallback);
  else
    eh_place_fail (error, EH_ERROR_INVALID, place, "which stream? set .in here or in the spec");
  return *stream != NULL;
}

/* A struct may only be read by the very schema that it was written for. */
static gboolean
spec_check_schema (const EhSchema *found, const EhStepSpec *spec, const char *place, GError **error)
{
  return found == NULL || found == spec->schema
         || eh_place_fail (error, EH_ERROR_INVALID, place, "\"%s\" has another schema in the domain", found->name);
}

static const EhSchema *
spec_find_schema (EhDomain *domain, const EhStepSpec *spec, EhStreamName *stream, const char *place, GError **error)
{
  const EhSchema *found;

  if (spec->schema == NULL || spec->data == NULL)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "it has no schema or no data"), NULL;
  found = spec->kind == EH_STEP_SPEC_EVENT
              ? eh_scenario_find_event (domain, stream, spec->schema->name, place, error)
              : eh_scenario_find_command (domain, stream, spec->schema->name, place, error);
  return spec_check_schema (found, spec, place, error) ? found : NULL;
}

/* What is told may have the shape of former times. */
static const EhSchema *
spec_find_told_schema (EhDomain *domain, const EhStepSpec *spec, EhStreamName *stream, const char *place,
                       GError **error)
{
  const EhSchema *schema = spec->schema;
  const EhSchema *old = NULL;

  if (spec->kind == EH_STEP_SPEC_EVENT && schema != NULL && eh_domain_find_event (domain, schema->name) != schema)
    old = eh_domain_find_old_event (domain, schema->name, schema->revision);
  if (old == schema && old != NULL && spec->data != NULL)
    return old;
  return spec_find_schema (domain, spec, stream, place, error);
}

static EhStep *
spec_make_message_step (EhDomain *domain, const EhStepSpec *spec, EhStreamName *stream, const char *place,
                        GError **error)
{
  gboolean is_event = spec->kind == EH_STEP_SPEC_EVENT;
  g_autoptr (EhStep) step = eh_step_new (is_event ? EH_STEP_EVENT : EH_STEP_COMMAND, place);
  GError *data_error = NULL;

  if (!spec_get_stream (domain, spec, stream, place, &step->stream, error))
    return NULL;
  step->schema = spec_find_told_schema (domain, spec, step->stream, place, error);
  if (step->schema == NULL)
    return NULL;
  step->is_former = is_event && eh_domain_find_event (domain, step->schema->name) != step->schema;
  if (!eh_schema_check (spec->schema, spec->data, &data_error))
    {
      g_propagate_prefixed_error (error, data_error, "%s.%s.", place, spec->schema->name);
      return NULL;
    }
  step->data = eh_schema_copy (spec->schema, spec->data);
  if (spec->expected != NULL)
    step->expected_version = *spec->expected;
  return g_steal_pointer (&step);
}

EhStep *
eh_scenario_spec_make_step (EhDomain *domain, const EhStepSpec *spec, EhStreamName *stream, const char *place,
                            GError **error)
{
  switch (spec->kind)
    {
    case EH_STEP_SPEC_EVENT:
    case EH_STEP_SPEC_COMMAND:
      return spec_make_message_step (domain, spec, stream, place, error);
    case EH_STEP_SPEC_TIME:
      if (spec->time == NULL)
        return eh_place_fail (error, EH_ERROR_INVALID, place, "it has no time"), NULL;
      return eh_scenario_parse_time_text (spec->time, place, error);
    case EH_STEP_SPEC_REDELIVER:
      return eh_scenario_need_consumers (domain, "handle it again", place, error)
                 ? eh_step_new (EH_STEP_REDELIVER, place)
                 : NULL;
    case EH_STEP_SPEC_NOTHING:
      return eh_step_new (EH_STEP_NOTHING, place);
    case EH_STEP_SPEC_DEADLINE:
    case EH_STEP_SPEC_END:
    default:
      return eh_place_fail (error, EH_ERROR_INVALID, place, "this can be expected, not done"), NULL;
    }
}

gboolean
eh_scenario_spec_add_steps (EhDomain *domain, EhStreamName *stream, const EhStepSpec *specs, GPtrArray *steps,
                            const char *place, GError **error)
{
  for (guint i = 0; specs != NULL && specs[i].kind != EH_STEP_SPEC_END; i++)
    {
      g_autofree char *step_place = eh_place_index (place, i);
      EhStep *step = eh_scenario_spec_make_step (domain, &specs[i], stream, step_place, error);

      if (step == NULL)
        return FALSE;
      g_ptr_array_add (steps, step);
    }
  return TRUE;
}

static gboolean
spec_add_when (EhDomain *domain, EhScenario *scenario, const EhStepSpec *specs, GError **error)
{
  for (guint i = 0; specs != NULL && specs[i].kind != EH_STEP_SPEC_END; i++)
    {
      g_autofree char *place = eh_place_index ("when", i);

      if (specs[i].kind == EH_STEP_SPEC_EVENT && !eh_scenario_need_consumers (domain, "handle it", place, error))
        return FALSE;
    }
  return eh_scenario_spec_add_steps (domain, scenario->stream, specs, scenario->when, "when", error);
}

static EhExpectedMessage *
spec_make_deadline (EhDomain *domain, const EhStepSpec *spec, const char *place, GError **error)
{
  g_autoptr (JsonNode) at = NULL;

  if (spec->kind != EH_STEP_SPEC_DEADLINE || spec->in == NULL || spec->name == NULL)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "only deadlines can be expected, with process and name"),
           NULL;
  if (spec->time != NULL)
    at = json_node_init_string (json_node_alloc (), spec->time);
  return eh_scenario_make_deadline (domain, spec->in, spec->name, at, place, error);
}

static EhExpectedMessage *
spec_make_expected (EhDomain *domain, const EhStepSpec *spec, EhStreamName *stream, EhStepSpecKind kind,
                    const char *place, GError **error)
{
  g_autoptr (EhExpectedMessage) expected = NULL;
  g_autoptr (EhStreamName) own_stream = NULL;
  g_autofree char *text = NULL;
  GError *data_error = NULL;

  if (spec->kind != kind)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "only %s can be expected",
                          kind == EH_STEP_SPEC_EVENT ? "events" : "commands"),
           NULL;
  if ((spec->in != NULL || stream != NULL) && !spec_get_stream (domain, spec, stream, place, &own_stream, error))
    return NULL;
  if (spec_find_schema (domain, spec, own_stream, place, error) == NULL)
    return NULL;

  text = eh_schema_to_json (spec->schema, spec->data, &data_error);
  if (text == NULL)
    {
      g_propagate_prefixed_error (error, data_error, "%s.%s.", place, spec->schema->name);
      return NULL;
    }
  expected = eh_expected_message_new (place, own_stream, spec->schema->name);
  expected->data = json_from_string (text, error);
  return expected->data != NULL ? g_steal_pointer (&expected) : NULL;
}

/* @messages stays NULL if nothing is said. */
static gboolean
spec_add_expected (EhDomain *domain, EhScenario *scenario, const EhStepSpec *specs, EhStepSpecKind kind,
                   GPtrArray **messages, const char *part, GError **error)
{
  if (specs == NULL)
    return TRUE;
  *messages = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_expected_message_free);
  for (guint i = 0; specs[i].kind != EH_STEP_SPEC_END; i++)
    {
      g_autofree char *place = eh_place_index (part, i);
      EhExpectedMessage *message = kind == EH_STEP_SPEC_DEADLINE
                                       ? spec_make_deadline (domain, &specs[i], place, error)
                                       : spec_make_expected (domain, &specs[i], scenario->stream, kind, place, error);

      if (message == NULL)
        return FALSE;
      g_ptr_array_add (*messages, message);
    }
  return TRUE;
}

static gboolean
spec_parse_state (EhDomain *domain, EhScenario *scenario, const char *text, GError **error)
{
  g_autoptr (JsonNode) node = eh_scenario_read_text ("then.state", text, strlen (text), error);

  return node != NULL && eh_scenario_parse_state (domain, scenario, node, "then.state", error);
}

static gboolean
spec_parse_view (EhDomain *domain, EhScenario *scenario, const char *text, GError **error)
{
  g_autoptr (JsonNode) node = eh_scenario_read_text ("then.view", text, strlen (text), error);

  return node != NULL && eh_scenario_parse_view (domain, scenario, node, "then.view", error);
}

static gboolean
spec_parse_error (EhDomain *domain, EhScenario *scenario, const char *nick, GError **error)
{
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), nick);

  return eh_scenario_parse_error (domain, scenario, node, "then.error", error);
}

static gboolean
spec_set_version (EhScenario *scenario, guint64 version, GError **error)
{
  if (scenario->stream == NULL)
    return eh_place_fail (error, EH_ERROR_INVALID, "then.version", "of which stream? set .in in the spec");
  scenario->has_version = TRUE;
  scenario->version = version;
  return TRUE;
}

static gboolean
spec_is_empty (const EhThenSpec *then)
{
  return then->events == NULL && then->events_include == NULL && then->error == NULL && then->state == NULL
         && then->version == NULL && then->commands == NULL && then->commands_include == NULL && then->view == NULL
         && then->deadlines == NULL && then->published == NULL;
}

static gboolean
spec_fill_messages (EhDomain *domain, EhScenario *scenario, const EhThenSpec *then, GError **error)
{
  return spec_add_expected (domain, scenario, then->events, EH_STEP_SPEC_EVENT, &scenario->events, "then.events", error)
         && spec_add_expected (domain, scenario, then->events_include, EH_STEP_SPEC_EVENT, &scenario->events_include,
                               "then.events-include", error)
         && spec_add_expected (domain, scenario, then->published, EH_STEP_SPEC_EVENT, &scenario->published,
                               "then.published", error);
}

static gboolean
spec_fill_consumers (EhDomain *domain, EhScenario *scenario, const EhThenSpec *then, GError **error)
{
  if (then->commands != NULL || then->commands_include != NULL || then->deadlines != NULL)
    {
      if (!eh_scenario_need_processes (domain, "send commands or set deadlines", "then", error))
        return FALSE;
    }
  return spec_add_expected (domain, scenario, then->commands, EH_STEP_SPEC_COMMAND, &scenario->commands,
                            "then.commands", error)
         && spec_add_expected (domain, scenario, then->commands_include, EH_STEP_SPEC_COMMAND,
                               &scenario->commands_include, "then.commands-include", error)
         && spec_add_expected (domain, scenario, then->deadlines, EH_STEP_SPEC_DEADLINE, &scenario->deadlines,
                               "then.deadlines", error)
         && (then->view == NULL || spec_parse_view (domain, scenario, then->view, error));
}

static gboolean
spec_fill_then (EhDomain *domain, EhScenario *scenario, const EhThenSpec *then, GError **error)
{
  if (spec_is_empty (then))
    return eh_place_fail (error, EH_ERROR_INVALID, "then", "empty; say what must follow, such as EH_NO_EVENTS");
  return spec_fill_messages (domain, scenario, then, error)
         && (then->error == NULL || spec_parse_error (domain, scenario, then->error, error))
         && (then->state == NULL || spec_parse_state (domain, scenario, then->state, error))
         && (then->version == NULL || spec_set_version (scenario, *then->version, error))
         && spec_fill_consumers (domain, scenario, then, error);
}

static gboolean
spec_fill_settings (EhDomain *domain, EhScenario *scenario, const EhScenarioSpec *spec, GError **error)
{
  if (spec->in != NULL)
    {
      scenario->stream = eh_scenario_parse_stream (domain, spec->in, "in", error);
      if (scenario->stream == NULL)
        return FALSE;
    }
  for (guint i = 0; spec->off != NULL && spec->off[i] != NULL; i++)
    {
      g_autofree char *place = eh_place_index ("off", i);

      if (!eh_scenario_parse_off (scenario, spec->off[i], place, error))
        return FALSE;
    }
  return TRUE;
}

EhScenario *
eh_scenario_new_from_spec (EhDomain *domain, const EhScenarioSpec *spec, const char *name, GError **error)
{
  const char *own_name;
  g_autoptr (EhScenario) scenario = NULL;

  g_return_val_if_fail (EH_IS_DOMAIN (domain), NULL);
  g_return_val_if_fail (spec != NULL, NULL);

  own_name = spec->name != NULL ? spec->name : name != NULL ? name : "scenario";
  scenario = eh_scenario_new (own_name, own_name);
  if (!spec_fill_settings (domain, scenario, spec, error)
      || !eh_scenario_spec_add_steps (domain, scenario->stream, spec->given, scenario->given, "given", error)
      || !spec_add_when (domain, scenario, spec->when, error))
    return NULL;
  if (scenario->when->len == 0)
    return eh_place_fail (error, EH_ERROR_INVALID, "when", "empty: what is done?"), NULL;
  if (!spec_fill_then (domain, scenario, &spec->then, error))
    return NULL;
  return g_steal_pointer (&scenario);
}
