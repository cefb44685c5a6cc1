/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-expectations-private.h"
#include "scenarios/eh-matcher-private.h"
#include "scenarios/eh-quick-match-private.h"
#include "scenarios/eh-scenario-consumers-private.h"

static void
check_commands (EhScenarioRun *run)
{
  EhScenario *scenario = run->scenario;
  GPtrArray *sent = eh_sent_bus_get_sent (eh_scenario_consumers_get_sent_bus (run->consumers));
  g_autoptr (GArray) actual = NULL;

  if (scenario->commands == NULL && scenario->commands_include == NULL)
    return;
  actual = eh_actual_messages_new ();
  for (guint i = run->n_sent; i < sent->len; i++)
    eh_actual_messages_add_command (actual, g_ptr_array_index (sent, i));
  if (scenario->commands != NULL)
    eh_expectations_check_list (run, scenario->commands, actual, "commands", "command");
  if (scenario->commands_include != NULL)
    eh_expectations_check_include (run, scenario->commands_include, actual, "commands-include", "command");
}

static void
check_deadlines (EhScenarioRun *run)
{
  g_autoptr (GArray) set = NULL;
  g_autoptr (GArray) actual = NULL;

  if (run->scenario->deadlines == NULL)
    return;
  set = eh_scenario_consumers_list_deadlines (run->consumers);
  actual = eh_actual_messages_new ();
  for (guint i = 0; i < set->len; i++)
    {
      const EhSetDeadline *deadline = &g_array_index (set, EhSetDeadline, i);

      eh_actual_messages_add_deadline (actual, deadline->process, deadline->name, deadline->time);
    }
  eh_expectations_check_list (run, run->scenario->deadlines, actual, "deadlines", "deadline");
}

/* @row: (nullable) */
static gboolean
match_row (const EhExpectedRow *expected, gconstpointer row, const char *path, EhDiff *diff, GError **error)
{
  const EhSchema *schema = expected->type->row;
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (row == NULL)
    return eh_matcher_match (expected->row, NULL, TRUE, path, diff);
  if (eh_quick_match (expected->row, schema, row, TRUE))
    return TRUE;
  text = eh_schema_to_json (schema, row, error);
  if (text == NULL)
    return FALSE;
  node = json_from_string (text, error);
  return node != NULL && eh_matcher_match (expected->row, node, TRUE, path, diff);
}

static void
check_row (EhScenarioRun *run, const EhExpectedRow *expected)
{
  EhProjection *projection = eh_scenario_consumers_find_projection (run->consumers, expected->type);
  gpointer row = eh_projection_get_row (projection, expected->key);
  g_autofree char *path = g_strdup_printf ("view.%s.%s", expected->type->name, expected->key);
  g_autoptr (EhDiff) diff = eh_diff_new ();
  g_autoptr (GError) error = NULL;

  if (!match_row (expected, row, path, diff, &error))
    {
      if (error != NULL)
        eh_scenario_run_fail (run, "view", NULL, "the row \"%s\" of %s cannot be read: %s", expected->key,
                              expected->type->name, error->message);
      else if (row == NULL)
        eh_scenario_run_fail (run, "view", g_steal_pointer (&diff), "%s has no row \"%s\"", expected->type->name,
                              expected->key);
      else
        eh_scenario_run_fail (run, "view", g_steal_pointer (&diff), "the row \"%s\" of %s is another", expected->key,
                              expected->type->name);
    }
  if (row != NULL)
    eh_schema_free (expected->type->row, row);
}

void
eh_expectations_check_consumers (EhScenarioRun *run)
{
  GPtrArray *rows = run->scenario->rows;

  check_commands (run);
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    check_row (run, g_ptr_array_index (rows, i));
  check_deadlines (run);
}
