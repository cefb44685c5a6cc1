/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-test.h"

#include "scenarios/eh-scenario-file.h"
#include "scenarios/eh-scenario-runner.h"
#include "scenarios/eh-simulation-result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One registered case: a scenario, a simulation, or what is wrong with it. */
typedef struct {
  EhDomain *domain;         /* (owned) */
  EhScenario *scenario;     /* (owned) (nullable) */
  EhSimulation *simulation; /* (owned) (nullable) */
  char *mistake;            /* (owned) (nullable): why there is neither */
  gboolean is_put_aside;    /* a scenario of the file says "only", and it is not this */
} Case;

static void
case_free (gpointer data)
{
  Case *self = data;

  g_clear_pointer (&self->scenario, eh_scenario_unref);
  g_clear_pointer (&self->simulation, eh_simulation_unref);
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
run_scenario (const Case *self)
{
  g_autoptr (EhScenarioRunner) runner = eh_scenario_runner_new (self->domain);
  g_autoptr (EhScenarioResult) result = eh_scenario_runner_run (runner, self->scenario);

  if (eh_scenario_result_get_status (result) == EH_SCENARIO_SKIPPED)
    g_test_skip (eh_scenario_get_skip (self->scenario));
  else if (eh_scenario_result_get_status (result) == EH_SCENARIO_FAILED)
    fail_with_report (result);
}

/* Where the failure was written; (transfer full) (nullable) */
static char *
save_failure (const EhSimulationResult *result)
{
  const char *folder = g_getenv ("G_TEST_BUILDDIR");
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *shell = NULL;
  g_autofree char *c = NULL;

  if (eh_simulation_result_get_failure_json (result) == NULL)
    return NULL;
  path = eh_simulation_result_save_failure (result, folder != NULL ? folder : ".", &error);
  if (path == NULL)
    return g_strdup (error->message);
  shell = g_shell_quote (path);
  c = g_strescape (path, NULL);
  return g_strdup_printf ("written to %s\n"
                          "replay it with: eventhus replay %s --domain MODULE\n"
                          "without a module, in this program: eh_test_add_scenario_file (\"/replay\", domain, \"%s\");",
                          path, shell, c);
}

static void
fail_simulation (const EhSimulationResult *result)
{
  g_autoptr (GString) report = g_string_new (NULL);
  g_autofree char *note = save_failure (result);
  const EhSimulationPrint style = { .note = note };

  g_string_append_printf (report, "%s\n", eh_simulation_get_place (eh_simulation_result_get_simulation (result)));
  eh_simulation_result_print (result, &style, report);
  g_test_message ("%s", g_strchomp (report->str));
  g_test_fail_printf ("%s", eh_simulation_result_get_sentence (result));
}

static void
say (int where, const char *begin, const char *path, const char *what)
{
  const char *const parts[] = { begin, path, ": ", what, "\n" };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (write (where, parts[i], strlen (parts[i])) < 0)
      return;
}

/* A handler that is stuck cannot be left. So the program ends as GTest has it end, but without taking any lock. */
static void
bail_out (const char *what, gpointer path)
{
  say (STDOUT_FILENO, "Bail out! ", path, what);
  say (STDERR_FILENO, "", path, what);
  abort ();
}

static EhSimulationResult *
explore (const Case *self, GError **error)
{
  EhSimulationWatch *watch = NULL;
  EhSimulationResult *result = NULL;

  fflush (stdout);
  watch = eh_simulation_watch_new (bail_out, (gpointer) g_test_get_path ());
  result = eh_simulation_explore_watched (self->domain, self->simulation, NULL, watch, NULL, NULL, error);
  eh_simulation_watch_free (watch);
  return result;
}

static void
run_simulation (const Case *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhSimulationResult) result = explore (self, &error);

  if (result == NULL)
    {
      g_test_fail_printf ("%s", error->message);
      return;
    }
  switch (eh_simulation_result_get_status (result))
    {
    case EH_SIMULATION_PROVEN:
    case EH_SIMULATION_SAMPLED:
    case EH_SIMULATION_PASSED:
    case EH_SIMULATION_EXPECTED:
      return;
    default:
      fail_simulation (result);
    }
}

static void
run_case (gconstpointer data)
{
  const Case *self = data;

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
  if (self->simulation != NULL)
    run_simulation (self);
  else
    run_scenario (self);
}

/* @mistake: (nullable) */
static Case *
add_case (const char *path, EhDomain *domain, const char *mistake)
{
  Case *self = g_new0 (Case, 1);
  g_autofree char *line = g_strdelimit (g_strdup (path), "\n\r", ' ');

  self->domain = g_object_ref (domain);
  self->mistake = g_strdup (mistake);
  g_test_add_data_func_full (line, self, run_case, case_free);
  return self;
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
  add_case (path, domain, error != NULL ? error->message : NULL)->scenario = g_steal_pointer (&scenario);
}

void
eh_test_add_simulation (const char *path, EhDomain *domain, const EhSimulationSpec *spec)
{
  g_autoptr (EhSimulation) simulation = NULL;
  g_autoptr (GError) error = NULL;
  const char *name;

  g_return_if_fail (path != NULL && path[0] == '/');
  g_return_if_fail (EH_IS_DOMAIN (domain));
  g_return_if_fail (spec != NULL);

  name = strrchr (path, '/') + 1;
  if (eh_domain_seal (domain, &error))
    simulation = eh_simulation_new_from_spec (domain, spec, name, &error);
  add_case (path, domain, error != NULL ? error->message : NULL)->simulation = g_steal_pointer (&simulation);
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
      Case *item = add_case (path, domain, NULL);

      item->scenario = eh_scenario_ref (scenario);
      item->is_put_aside = only && !eh_scenario_is_only (scenario);
    }
  for (guint i = 0; i < eh_scenario_file_get_n_simulations (scenarios); i++)
    {
      EhSimulation *simulation = eh_scenario_file_get_simulation (scenarios, i);
      g_autofree char *path = make_path (prefix, eh_simulation_get_name (simulation), taken);
      Case *item = add_case (path, domain, NULL);

      item->simulation = eh_simulation_ref (simulation);
      item->is_put_aside = only;
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
  add_case (path, domain, error->message);
}
