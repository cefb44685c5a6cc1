/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-simulation-parser-private.h"

/* Tables in C become the same model that a file becomes; what is JSON in them goes through the same parsers. */

/* A client's time is a wait: the clock itself is not a client's to set. */
static gboolean
spec_make_wait (EhClientStep *step, const EhStepSpec *spec, const char *place, GError **error)
{
  g_autoptr (EhStep) time = NULL;

  if (spec->time == NULL)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "it has no time");
  time = eh_scenario_parse_time_text (spec->time, place, error);
  if (time == NULL)
    return FALSE;
  if (!time->time_is_relative)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "a client can only wait: write EH_TIME (\"+PT5S\")");
  step->kind = EH_CLIENT_STEP_WAIT;
  step->wait = time->time;
  return TRUE;
}

static EhClientStep *
spec_make_step (EhSimulation *self, EhDomain *domain, const EhStepSpec *spec, const char *place, GError **error)
{
  g_autoptr (EhClientStep) step = eh_client_step_new (EH_CLIENT_STEP_COMMAND);

  if (spec->kind == EH_STEP_SPEC_EVENT)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "an event; clients send commands"), NULL;
  if (spec->kind == EH_STEP_SPEC_TIME)
    return spec_make_wait (step, spec, place, error) ? g_steal_pointer (&step) : NULL;
  step->command = eh_scenario_spec_make_step (domain, spec, self->stream, place, error);
  return step->command != NULL ? g_steal_pointer (&step) : NULL;
}

static gboolean
spec_add_steps (EhSimulation *self, EhDomain *domain, EhSimClient *client, const EhStepSpec *specs, const char *place,
                GError **error)
{
  for (guint i = 0; specs[i].kind != EH_STEP_SPEC_END; i++)
    {
      g_autofree char *step_place = eh_place_index (place, i);
      EhClientStep *step = spec_make_step (self, domain, &specs[i], step_place, error);

      if (step == NULL)
        return FALSE;
      g_ptr_array_add (client->steps, step);
    }
  return client->steps->len > 0
         || eh_place_fail (error, EH_ERROR_INVALID, place, "empty; a client does at least one step");
}

static gboolean
spec_check_client (EhSimulation *self, const EhClientSpec *spec, const char *place, GError **error)
{
  if (!eh_simulation_check_client_name (self, spec->name, place, error))
    return FALSE;
  for (guint i = 0; i < self->clients->len; i++)
    {
      const EhSimClient *client = g_ptr_array_index (self->clients, i);

      if (g_str_equal (client->name, spec->name))
        return eh_place_fail (error, EH_ERROR_EXISTS, place, "another client is called so too");
    }
  return (spec->steps != NULL) != (spec->body != NULL)
         || eh_place_fail (error, EH_ERROR_INVALID, place, "it needs steps or a body, and not both");
}

static gboolean
spec_add_client (EhSimulation *self, EhDomain *domain, const EhClientSpec *spec, GError **error)
{
  g_autofree char *place = eh_place_member ("clients", spec->name);
  g_autoptr (EhSimClient) client = NULL;
  EhClientStep *step;

  if (!spec_check_client (self, spec, place, error))
    return FALSE;
  client = eh_sim_client_new (spec->name);
  if (spec->steps != NULL && !spec_add_steps (self, domain, client, spec->steps, place, error))
    return FALSE;
  if (spec->body != NULL)
    {
      step = eh_client_step_new (EH_CLIENT_STEP_BODY);
      step->body = spec->body;
      step->user_data = spec->user_data;
      g_ptr_array_add (client->steps, step);
    }
  g_ptr_array_add (self->clients, g_steal_pointer (&client));
  return TRUE;
}

static gboolean
spec_add_clients (EhSimulation *self, EhDomain *domain, const EhClientSpec *specs, GError **error)
{
  for (guint i = 0; specs != NULL && specs[i].name != NULL; i++)
    {
      if (!spec_add_client (self, domain, &specs[i], error))
        return FALSE;
    }
  return TRUE;
}

/* A part that is JSON text; @text is nullable. */
static gboolean
spec_parse (EhSimulation *self, EhDomain *domain, EhSimulationPart parse, const char *text, const char *place,
            GError **error)
{
  g_autoptr (JsonNode) node = NULL;

  if (text == NULL)
    return TRUE;
  node = eh_scenario_read_text (place, text, strlen (text), error);
  return node != NULL && parse (self, domain, node, place, error);
}

static gboolean
spec_set_checks (EhSimulation *self, const EhSimulationSpec *spec, GError **error)
{
  if (spec->check != NULL)
    self->checks = 0;
  for (guint i = 0; spec->check != NULL && spec->check[i] != NULL; i++)
    {
      g_autofree char *place = eh_place_index ("check", i);

      if (!eh_simulation_parse_check_nick (&self->checks, spec->check[i], place, error))
        return FALSE;
    }
  if (self->checks == 0)
    return eh_place_fail (error, EH_ERROR_INVALID, "check", "empty; leave it out for all checks");
  return spec->expect_violation == NULL
         || eh_simulation_parse_check_nick (&self->expect_violation, spec->expect_violation, "expect-violation", error);
}

static gboolean
spec_set_stream (EhSimulation *self, EhDomain *domain, const char *in, GError **error)
{
  if (in == NULL)
    return TRUE;
  self->stream = eh_scenario_parse_stream (domain, in, "in", error);
  return self->stream != NULL;
}

static gboolean
spec_check_node (EhSimulation *self, const EhNodeSpec *spec, const char *place, GError **error)
{
  if (spec->start == NULL)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "it has no start function");
  if (strpbrk (spec->name, ":\n\r\t") != NULL || *spec->name == '\0')
    return eh_place_fail (error, EH_ERROR_INVALID, place,
                          "a name is not empty and has no \":\", tab or line end in it");
  return (spec->shows == NULL) == (spec->show == NULL)
         || eh_place_fail (error, EH_ERROR_INVALID, place, "\"shows\" and \"show\" go together");
}

static gboolean
spec_add_nodes (EhSimulation *self, const EhNodeSpec *specs, GError **error)
{
  for (guint i = 0; specs != NULL && specs[i].name != NULL; i++)
    {
      g_autofree char *place = eh_place_member ("nodes", specs[i].name);

      if (!spec_check_node (self, &specs[i], place, error))
        return FALSE;
      g_ptr_array_add (self->nodes, (gpointer) &specs[i]);
    }
  return TRUE;
}

EhSimulation *
eh_simulation_new_from_spec (EhDomain *domain, const EhSimulationSpec *spec, const char *name, GError **error)
{
  const char *own_name;
  g_autoptr (EhSimulation) self = NULL;

  g_return_val_if_fail (EH_IS_DOMAIN (domain), NULL);
  g_return_val_if_fail (spec != NULL, NULL);

  own_name = spec->name != NULL ? spec->name : name != NULL ? name : "simulation";
  self = eh_simulation_new (own_name, own_name);
  if (!spec_set_stream (self, domain, spec->in, error)
      || !eh_scenario_spec_add_steps (domain, self->stream, spec->given, self->given, "given", error)
      || !spec_add_clients (self, domain, spec->clients, error)
      || !spec_parse (self, domain, eh_simulation_parse_options, spec->options, "options", error)
      || !spec_parse (self, domain, eh_simulation_parse_faults, spec->faults, "faults", error)
      || !spec_parse (self, domain, eh_simulation_parse_explore, spec->explore, "explore", error)
      || !spec_add_nodes (self, spec->nodes, error) || !spec_set_checks (self, spec, error)
      || !eh_simulation_finish (self, domain, "", error))
    return NULL;
  return g_steal_pointer (&self);
}
