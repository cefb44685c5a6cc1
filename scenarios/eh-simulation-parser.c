/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-simulation-parser-private.h"

static const char *const simulation_members[] = { "name",     "in",       "given", "clients", "generate",
                                                  "options",  "faults",   "check", "explore", "expect-violation",
                                                  "schedule", "fault-at", NULL };

static gboolean
parse_in (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place, GError **error)
{
  const char *name = eh_node_as_string (node, place, error);

  self->stream = name != NULL ? eh_scenario_parse_stream (domain, name, place, error) : NULL;
  return self->stream != NULL;
}

static gboolean
parse_given (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place, GError **error)
{
  return eh_scenario_parse_given (domain, self->stream, node, self->given, place, error);
}

static const struct {
  const char *member;
  EhSimulationPart parse;
} parts[] = {
  { "in", parse_in },
  { "given", parse_given },
  { "clients", eh_simulation_parse_clients },
  { "generate", eh_simulation_parse_generate },
  { "options", eh_simulation_parse_options },
  { "faults", eh_simulation_parse_faults },
  { "check", eh_simulation_parse_check },
  { "explore", eh_simulation_parse_explore },
  { "expect-violation", eh_simulation_parse_expect_violation },
  { "schedule", eh_simulation_parse_schedule },
  { "fault-at", eh_simulation_parse_fault_at },
};

static gboolean
parse_parts (EhSimulation *self, EhDomain *domain, JsonObject *object, const char *place, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      JsonNode *node = json_object_get_member (object, parts[i].member);
      g_autofree char *part_place = eh_place_member (place, parts[i].member);

      if (node != NULL && !parts[i].parse (self, domain, node, part_place, error))
        return FALSE;
    }
  return eh_simulation_finish (self, domain, place, error);
}

static gboolean
check_generated (EhSimulation *self, EhDomain *domain, const char *place, GError **error)
{
  g_autofree char *generate_place = eh_place_member (place, "generate");
  gsize n_commands = 0;

  if (self->generate.n_clients + self->clients->len > EH_SIMULATION_CLIENTS_MAX)
    return eh_place_fail (error, EH_ERROR_LIMIT, place, "more than %u clients", EH_SIMULATION_CLIENTS_MAX);
  for (guint i = 0; i < eh_domain_get_n_aggregate_types (domain); i++)
    n_commands += eh_domain_get_aggregate_type (domain, i)->n_commands;
  return n_commands > 0
         || eh_place_fail (error, EH_ERROR_INVALID, generate_place, "domain \"%s\" has no command",
                           eh_domain_get_name (domain));
}

/* Schedules call everybody by name. */
static gboolean
is_taken (const EhSimulation *self, EhDomain *domain, const char *name)
{
  for (guint i = 0; i < self->nodes->len; i++)
    {
      if (g_str_equal (((const EhNodeSpec *) g_ptr_array_index (self->nodes, i))->name, name))
        return TRUE;
    }
  return (self->publish_by_relay && g_str_equal (name, EH_SIMULATION_RELAY))
         || eh_domain_find_projection (domain, name) != NULL || eh_domain_find_process (domain, name) != NULL;
}

static gboolean
check_names (const EhSimulation *self, EhDomain *domain, const char *place, GError **error)
{
  for (guint i = 0; i < self->clients->len; i++)
    {
      const char *name = ((const EhSimClient *) g_ptr_array_index (self->clients, i))->name;

      if (is_taken (self, domain, name))
        return eh_place_fail (error, EH_ERROR_EXISTS, place, "client \"%s\" is called as a consumer is", name);
    }
  return TRUE;
}

gboolean
eh_simulation_finish (EhSimulation *self, EhDomain *domain, const char *place, GError **error)
{
  g_autofree char *violation_place = eh_place_member (place, "expect-violation");

  if (self->clients->len == 0 && self->generate.n_clients == 0)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "it has neither \"clients\" nor \"generate\": who does it?");
  if (!check_names (self, domain, place, error))
    return FALSE;
  if (self->generate.n_clients > 0 && !check_generated (self, domain, place, error))
    return FALSE;
  if ((self->expect_violation & self->checks) != self->expect_violation)
    return eh_place_fail (error, EH_ERROR_INVALID, violation_place,
                          "this check is not among those of \"check\", so it never fails");

  self->budget.n_jobs = MAX (self->budget.n_jobs, 1);
  self->budget.n_faults = 0;
  for (guint i = 0; i < EH_FAULT_N_KINDS; i++)
    {
      self->budget.most[i] = self->most[i];
      self->budget.n_faults += self->most[i];
    }
  if (self->most_in_all > 0)
    self->budget.n_faults = MIN (self->budget.n_faults, self->most_in_all);
  return TRUE;
}

gboolean
eh_simulation_parser_add (EhScenarioParser *self, JsonNode *node, const char *place, GError **error)
{
  JsonObject *object = eh_node_as_object (node, place, error);
  const char *name = object != NULL ? eh_scenario_parse_name (object, place, error) : NULL;
  g_autofree char *whole_place = g_strdup_printf ("%s: %s", self->file, place);
  g_autofree char *name_place = eh_place_member (place, "name");
  g_autoptr (EhSimulation) simulation = NULL;

  if (name == NULL || !eh_node_check_members (object, simulation_members, place, error))
    return FALSE;
  if (g_hash_table_contains (self->simulation_names, name))
    return eh_place_fail (error, EH_ERROR_EXISTS, name_place, "another simulation is called \"%s\" too", name);

  simulation = eh_simulation_new (name, whole_place);
  if (!parse_parts (simulation, self->domain, object, place, error))
    return FALSE;
  g_hash_table_add (self->simulation_names, simulation->name);
  g_ptr_array_add (self->simulations, g_steal_pointer (&simulation));
  return TRUE;
}
