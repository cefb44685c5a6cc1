/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* For a script: one JSON object. Its members are documented in eventhus-test(1). */

#include "report.h"

#include <stdio.h>

#include "scenarios/eh-scenario-node-private.h"

struct _Report {
  ReportOptions options;
  JsonBuilder *builder;   /* (owned) */
  JsonArray *simulations; /* (owned) */
};

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void
add_number (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static Report *
json_begin (const ReportOptions *options)
{
  Report *self = g_new0 (Report, 1);

  self->options = *options;
  self->simulations = json_array_new ();
  self->builder = json_builder_new ();
  json_builder_begin_object (self->builder);
  add_number (self->builder, "version", 1);
  add_string (self->builder, "domain", eh_domain_get_name (options->domain));
  json_builder_set_member_name (self->builder, "scenarios");
  json_builder_begin_array (self->builder);
  return self;
}

static void
add_diff (JsonBuilder *builder, const EhDiff *diff)
{
  static const char *const kinds[] = { "missing", "unexpected", "changed", "moved" };

  json_builder_set_member_name (builder, "diff");
  json_builder_begin_array (builder);
  for (guint i = 0; diff != NULL && i < eh_diff_get_size (diff); i++)
    {
      json_builder_begin_object (builder);
      add_string (builder, "kind", kinds[eh_diff_get_kind (diff, i)]);
      add_string (builder, "path", eh_diff_get_path (diff, i));
      add_string (builder, "expected", eh_diff_get_expected (diff, i));
      add_string (builder, "actual", eh_diff_get_actual (diff, i));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_failures (JsonBuilder *builder, EhScenarioResult *result)
{
  json_builder_set_member_name (builder, "failures");
  json_builder_begin_array (builder);
  for (guint i = 0; i < eh_scenario_result_get_n_failures (result); i++)
    {
      json_builder_begin_object (builder);
      add_string (builder, "check", eh_scenario_result_get_check (result, i));
      add_string (builder, "message", eh_scenario_result_get_message (result, i));
      add_diff (builder, eh_scenario_result_get_diff (result, i));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
json_result (Report *self, const char *file, EhScenarioResult *result)
{
  static const char *const statuses[] = { "passed", "failed", "skipped" };
  EhScenario *scenario = eh_scenario_result_get_scenario (result);

  json_builder_begin_object (self->builder);
  add_string (self->builder, "name", eh_scenario_get_name (scenario));
  add_string (self->builder, "file", file);
  add_string (self->builder, "place", eh_scenario_get_place (scenario));
  add_string (self->builder, "status", statuses[eh_scenario_result_get_status (result)]);
  add_number (self->builder, "duration_us", eh_scenario_result_get_duration (result));
  add_string (self->builder, "skip", eh_scenario_get_skip (scenario));
  add_string (self->builder, "cause", eh_scenario_result_get_cause (result));
  add_failures (self->builder, result);
  json_builder_end_object (self->builder);
}

/* A path may be of any bytes. */
static void
set_string (JsonObject *object, const char *name, const char *value)
{
  g_autofree char *valid = value != NULL ? g_utf8_make_valid (value, -1) : NULL;

  json_object_set_string_member (object, name, valid);
}

static void
json_simulation (Report *self, const char *file, const EhSimulationResult *result, const ReportWritten *written)
{
  JsonNode *node = eh_simulation_result_to_json (result);
  JsonObject *object = json_node_get_object (node);

  json_object_set_string_member (object, "file", file);
  set_string (object, "failure_file", written != NULL ? written->path : NULL);
  set_string (object, "replay", written != NULL ? written->replay : NULL);
  json_array_add_element (self->simulations, node);
}

static void
add_simulations (Report *self)
{
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);

  json_node_take_array (node, g_steal_pointer (&self->simulations));
  json_builder_set_member_name (self->builder, "simulations");
  json_builder_add_value (self->builder, node);
}

static void
add_coverage (JsonBuilder *builder, EhCoverage *coverage)
{
  json_builder_set_member_name (builder, "coverage");
  json_builder_begin_array (builder);
  for (guint i = 0; coverage != NULL && i < eh_coverage_get_n_rows (coverage); i++)
    {
      const EhCoverageRow *row = eh_coverage_get_row (coverage, i);
      gboolean is_command = row->kind == EH_COVERAGE_COMMAND;

      json_builder_begin_object (builder);
      add_string (builder, "aggregate", row->type->name);
      add_string (builder, is_command ? "command" : "event", row->schema->name);
      add_number (builder, is_command ? "accepted" : "produced", (gint64) (is_command ? row->accepted : row->produced));
      add_number (builder, is_command ? "refused" : "folded", (gint64) (is_command ? row->refused : row->folded));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
report_free (Report *self)
{
  g_clear_pointer (&self->simulations, json_array_unref);
  g_object_unref (self->builder);
  g_free (self);
}

static void
json_end (Report *self, const ReportSummary *summary, EhCoverage *coverage)
{
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  if (summary == NULL)
    {
      report_free (self);
      return;
    }
  json_builder_end_array (self->builder);
  add_simulations (self);
  add_coverage (self->builder, coverage);
  json_builder_set_member_name (self->builder, "summary");
  json_builder_begin_object (self->builder);
  add_number (self->builder, "passed", summary->passed);
  add_number (self->builder, "failed", summary->failed);
  add_number (self->builder, "skipped", summary->skipped);
  add_number (self->builder, "left_out", summary->left_out);
  add_number (self->builder, "duration_us", summary->duration);
  json_builder_end_object (self->builder);
  json_builder_end_object (self->builder);

  root = json_builder_get_root (self->builder);
  text = eh_node_to_file (root);
  fputs (text, stdout);
  report_free (self);
}

const ReportFormat report_json = { "json", json_begin, json_result, json_simulation, json_end, NULL };
