/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The result for scripts and for the report page. */

#include "scenarios/eh-simulation-result-private.h"

static void
set_string (JsonObject *object, const char *name, const char *text)
{
  g_autofree char *valid = text != NULL ? g_utf8_make_valid (text, -1) : NULL;

  json_object_set_string_member (object, name, valid);
}

/* All who have a lane. */
static JsonArray *
list_clients (const EhShrunk *shown)
{
  JsonArray *list = json_array_new ();

  for (guint i = 0; shown->simulation != NULL && i < eh_shrunk_count_lanes (shown); i++)
    {
      g_autofree char *name = eh_shrunk_dup_lane_name (shown, i);
      g_autofree char *valid = g_utf8_make_valid (name, -1);

      json_array_add_string_element (list, valid);
    }
  return list;
}

static JsonObject *
make_row (const EhTraceRow *row)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "client", row->task);
  set_string (object, "what", row->what);
  set_string (object, "detail", row->detail);
  set_string (object, "result", row->result);
  set_string (object, "state", row->state);
  set_string (object, "fault", row->fault);
  json_object_set_boolean_member (object, "switched", row->switched);
  return object;
}

static JsonArray *
list_rows (const EhSimulationResult *self)
{
  JsonArray *list = json_array_new ();

  for (guint i = 0; self->shown.rows != NULL && i < self->shown.rows->len; i++)
    json_array_add_object_element (list, make_row (g_ptr_array_index (self->shown.rows, i)));
  return list;
}

static JsonArray *
list_warnings (const EhSimulationResult *self)
{
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < self->warnings->len; i++)
    json_array_add_string_element (list, g_ptr_array_index (self->warnings, i));
  return list;
}

static JsonArray *
list_sometimes (const EhSimulationResult *self)
{
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < self->sometimes->len; i++)
    {
      const EhSimulationSometimes *sometimes = &g_array_index (self->sometimes, EhSimulationSometimes, i);
      JsonObject *object = json_object_new ();

      set_string (object, "name", sometimes->name);
      json_object_set_int_member (object, "runs", (gint64) sometimes->n_runs);
      json_array_add_object_element (list, object);
    }
  return list;
}

/* (nullable): what was found was found by one of a portfolio */
static const char *
get_strategy (const EhSimulationResult *self)
{
  if (self->is_exact)
    return NULL;
  return eh_strategy_get_nick (self->exploration.failed ? self->exploration.failed_by
                                                        : self->simulation->budget.strategy);
}

static void
set_coverage (JsonObject *object, const EhSimulationResult *self)
{
  const EhExploration *exploration = &self->exploration;
  g_autofree char *coverage = eh_simulation_result_describe_coverage (self);

  set_string (object, "coverage", coverage);
  json_object_set_boolean_member (object, "exhaustive", exploration->exhaustive);
  json_object_set_int_member (object, "runs", (gint64) exploration->n_runs);
  json_object_set_int_member (object, "distinct", (gint64) exploration->n_distinct);
  if (eh_simulation_result_is_cut_off (self))
    json_object_set_null_member (object, "unseen");
  else
    json_object_set_double_member (object, "unseen", eh_simulation_result_get_unseen (self));
  set_string (object, "strategy", get_strategy (self));
  if (exploration->failed)
    json_object_set_int_member (object, "found_in_run", (gint64) exploration->failed_run + 1);
  else
    json_object_set_null_member (object, "found_in_run");
  json_object_set_int_member (object, "fault_plans", (gint64) exploration->n_fault_plans);
  json_object_set_int_member (object, "seed", (gint64) self->simulation->budget.seed);
  json_object_set_array_member (object, "sometimes", list_sometimes (self));
  json_object_set_array_member (object, "warnings", list_warnings (self));
}

static void
set_shrinking (JsonObject *object, const EhSimulationResult *self)
{
  const EhShrinkStats *stats = &self->shown.stats;
  g_autofree char *text = eh_simulation_result_describe_shrinking (self);
  JsonObject *shrunk;

  if (text == NULL)
    {
      json_object_set_null_member (object, "shrunk");
      return;
    }
  shrunk = json_object_new ();
  set_string (shrunk, "text", text);
  json_object_set_int_member (shrunk, "steps_before", stats->ops_before);
  json_object_set_int_member (shrunk, "steps_after", stats->ops_after);
  json_object_set_int_member (shrunk, "switches_before", stats->switches_before);
  json_object_set_int_member (shrunk, "switches_after", stats->switches_after);
  json_object_set_boolean_member (shrunk, "minimal", stats->minimal);
  json_object_set_object_member (object, "shrunk", shrunk);
}

static void
set_failure (JsonObject *object, const EhSimulationResult *self)
{
  JsonNode *failure = self->failure_json != NULL ? json_from_string (self->failure_json, NULL) : NULL;

  json_object_set_member (object, "failure", failure != NULL ? failure : json_node_new (JSON_NODE_NULL));
}

JsonNode *
eh_simulation_result_to_json (const EhSimulationResult *self)
{
  JsonNode *node;
  JsonObject *object;

  g_return_val_if_fail (self != NULL, NULL);

  node = json_node_new (JSON_NODE_OBJECT);
  object = json_object_new ();
  json_node_take_object (node, object);
  set_string (object, "name", eh_simulation_get_name (self->simulation));
  set_string (object, "place", eh_simulation_get_place (self->simulation));
  set_string (object, "status", eh_simulation_status_get_nick (self->status));
  set_string (object, "check", eh_sim_check_get_nick (self->check));
  set_string (object, "sentence", self->sentence);
  set_coverage (object, self);
  json_object_set_array_member (object, "clients", list_clients (&self->shown));
  json_object_set_array_member (object, "rows", list_rows (self));
  set_string (object, "states", self->shown.states);
  set_shrinking (object, self);
  set_failure (object, self);
  return node;
}
