/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-test.h"

#include "scenarios/eh-scenario-file.h"
#include "scenarios/eh-scenario-runner.h"

/* One registered case: a scenario, or what is wrong with it. */
typedef struct {
  EhDomain *domain;      /* (owned) */
  EhScenario *scenario;  /* (owned) (nullable) */
  char *mistake;         /* (owned) (nullable): why there is no scenario */
  gboolean is_put_aside; /* another scenario of the file says "only" */
} Case;

static void
case_free (gpointer data)
{
  Case *self = data;

  g_clear_pointer (&self->scenario, eh_scenario_unref);
  g_clear_object (&self->domain);
  g_free (self->mistake);
  g_free (self);
}

/* The report is a diagnostic of many lines; what GTest prints beside the case's name has to be one line. */
static void
fail_with_report (EhScenarioResult *result)
{
  g_autoptr (GString) report = g_string_new (NULL);
  EhScenario *scenario = eh_scenario_result_get_scenario (result);

  g_string_append_printf (report, "%s\n", eh_scenario_get_place (scenario));
  eh_scenario_result_print (result, 0, FALSE, report);
  g_test_message ("%s", g_strchomp (report->str));
  g_test_fail_printf ("%s: %s", eh_scenario_result_get_check (result, 0), eh_scenario_result_get_message (result, 0));
}

static void
run_case (gconstpointer data)
{
  const Case *self = data;
  g_autoptr (EhScenarioRunner) runner = NULL;
  g_autoptr (EhScenarioResult) result = NULL;

  if (self->mistake != NULL)
    {
      g_test_message ("%s", self->mistake);
      g_test_fail_printf ("%s", self->mistake);
      return;
    }
  if (self->is_put_aside)
    {
      g_test_skip ("another scenario says \"only\"");
      return;
    }
  runner = eh_scenario_runner_new (self->domain);
  result = eh_scenario_runner_run (runner, self->scenario);
  if (eh_scenario_result_get_status (result) == EH_SCENARIO_SKIPPED)
    g_test_skip (eh_scenario_get_skip (self->scenario));
  else if (eh_scenario_result_get_status (result) == EH_SCENARIO_FAILED)
    fail_with_report (result);
}

/* @scenario: (transfer full) (nullable); @mistake: (nullable) */
static void
add_case (const char *path, EhDomain *domain, EhScenario *scenario, const char *mistake, gboolean is_put_aside)
{
  Case *self = g_new0 (Case, 1);

  self->domain = g_object_ref (domain);
  self->scenario = scenario;
  self->mistake = g_strdup (mistake);
  self->is_put_aside = is_put_aside;
  g_test_add_data_func_full (path, self, run_case, case_free);
}

void
eh_test_add_scenario (const char *path, EhDomain *domain, const EhScenarioSpec *spec)
{
  g_autoptr (EhScenario) scenario = NULL;
  g_autoptr (GError) error = NULL;
  const char *name;

  g_return_if_fail (path != NULL && path[0] == '/');
  g_return_if_fail (EH_IS_DOMAIN (domain));
  g_return_if_fail (spec != NULL);

  name = strrchr (path, '/') + 1;
  if (eh_domain_seal (domain, &error))
    scenario = eh_scenario_new_from_spec (domain, spec, name, &error);
  add_case (path, domain, g_steal_pointer (&scenario), error != NULL ? error->message : NULL, FALSE);
}

/* A part of a test's path; GTest takes a "/" for a level of its own, and every path only once. */
static char *
make_path (const char *prefix, const char *name, GHashTable *taken)
{
  g_autofree char *part = g_strdelimit (g_strdup (name), "/", '|');
  g_autofree char *path = g_strconcat (prefix, "/", part, NULL);

  for (guint n = 2; !g_hash_table_add (taken, g_strdup (path)); n++)
    {
      g_free (path);
      path = g_strdup_printf ("%s/%s (%u)", prefix, part, n);
    }
  return g_steal_pointer (&path);
}

static gboolean
has_only (EhScenarioFile *scenarios)
{
  for (guint i = 0; i < eh_scenario_file_get_n_scenarios (scenarios); i++)
    {
      if (eh_scenario_is_only (eh_scenario_file_get_scenario (scenarios, i)))
        return TRUE;
    }
  return FALSE;
}

static void
add_all (const char *prefix, EhDomain *domain, EhScenarioFile *scenarios)
{
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean only = has_only (scenarios);

  for (guint i = 0; i < eh_scenario_file_get_n_scenarios (scenarios); i++)
    {
      EhScenario *scenario = eh_scenario_file_get_scenario (scenarios, i);
      g_autofree char *path = make_path (prefix, eh_scenario_get_name (scenario), taken);

      add_case (path, domain, eh_scenario_ref (scenario), NULL, only && !eh_scenario_is_only (scenario));
    }
}

void
eh_test_add_scenario_file (const char *prefix, EhDomain *domain, const char *file)
{
  g_autoptr (EhScenarioFile) scenarios = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;

  g_return_if_fail (prefix != NULL && prefix[0] == '/');
  g_return_if_fail (EH_IS_DOMAIN (domain));
  g_return_if_fail (file != NULL);

  if (eh_domain_seal (domain, &error))
    scenarios = eh_scenario_file_load (file, domain, &error);
  if (scenarios != NULL)
    {
      add_all (prefix, domain, scenarios);
      return;
    }
  name = g_path_get_basename (file);
  path = g_strconcat (prefix, "/", name, NULL);
  add_case (path, domain, NULL, error->message, FALSE);
}
