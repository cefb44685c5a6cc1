/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * eventhus test: loads the domain, then all files, then runs what is asked for. Nothing runs if a file is
 * malformed.
 */

#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "files.h"
#include "report.h"
#include "simulations.h"

typedef struct {
  char *domain; /* (owned) (nullable) */
  char *format; /* (owned) (nullable) */
  char *filter; /* (owned) (nullable) */
  char *page;   /* (owned) (nullable) */
  char **paths; /* (owned) (nullable) */
  gboolean no_only;
  gboolean coverage;
  gboolean quiet;
  gboolean no_color;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->domain);
  g_free (self->format);
  g_free (self->filter);
  g_free (self->page);
  g_strfreev (self->paths);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static const char description[] =
    "FILE is a scenario file; of a DIR, every *.json in it and below, in the order of names.\n"
    "MODULE is a shared library that exports EhDomain *eh_domain_plugin (void).\n"
    "Simulations run too, each with the budget that it says. A violation is made small and written as\n"
    "NAME.failure.json into the current folder.\n"
    "\n"
    "Exit status: 0 all passed, 1 a scenario or a simulation failed, 2 wrong usage or a malformed file, 4 a handler\n"
    "does not return, so that nothing after it could be run.\n"
    "See eventhus-test(1) for the formats, and docs/scenarios.md for how to write scenarios.\n";

static gboolean
parse (Options *options, int argc, char **argv, Status *status)
{
  const GOptionEntry entries[] = {
    { "domain", 'd', 0, G_OPTION_ARG_FILENAME, &options->domain, "The domain's module", "MODULE" },
    { "format", 'f', 0, G_OPTION_ARG_STRING, &options->format, "pretty, tap, junit or json", "FORMAT" },
    { "filter", 0, 0, G_OPTION_ARG_STRING, &options->filter, "Only those whose name matches (* and ?)", "GLOB" },
    { "report", 'r', 0, G_OPTION_ARG_FILENAME, &options->page, "Write a page of the simulations to look at",
      "FILE.html" },
    { "no-only", 0, 0, G_OPTION_ARG_NONE, &options->no_only, "Refuse scenarios that say \"only\" (for CI)", NULL },
    { "coverage", 0, 0, G_OPTION_ARG_NONE, &options->coverage, "Show what was tried, rule by rule", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options->quiet, "Print failures and the sum only", NULL },
    { "no-color", 0, 0, G_OPTION_ARG_NONE, &options->no_color, "No colours, also on a terminal", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->paths, NULL, NULL },
    { NULL },
  };

  if (!command_parse ("test", "FILE|DIR... --domain MODULE", description, entries, &argc, &argv, status))
    return FALSE;

  *status = STATUS_USAGE;
  if (options->paths == NULL)
    command_complain ("test", "name a scenario file or a folder of them; try eventhus test --help");
  else if (options->domain == NULL)
    command_complain ("test", "say which domain with --domain MODULE; try eventhus test --help");
  else
    return TRUE;
  return FALSE;
}

static gboolean
is_asked_for (const Options *options, EhScenario *scenario, gboolean only)
{
  if (only && !eh_scenario_is_only (scenario))
    return FALSE;
  return options->filter == NULL || g_pattern_match_simple (options->filter, eh_scenario_get_name (scenario));
}

/* No simulation says "only". */
static gboolean
is_simulation_asked_for (const Options *options, EhSimulation *simulation, gboolean only)
{
  return !only
         && (options->filter == NULL || g_pattern_match_simple (options->filter, eh_simulation_get_name (simulation)));
}

/*
 * Calls @func for each scenario and @simulation_func for each simulation, file by file; stops when one returns
 * FALSE.
 */
typedef gboolean (*ScenarioFunc) (EhScenarioFile *file, EhScenario *scenario, gpointer user_data);
typedef gboolean (*SimulationFunc) (EhScenarioFile *file, EhSimulation *simulation, gpointer user_data);

static gboolean
for_each_in (EhScenarioFile *file, ScenarioFunc func, SimulationFunc simulation_func, gpointer user_data)
{
  for (guint i = 0; i < eh_scenario_file_get_n_scenarios (file); i++)
    if (!func (file, eh_scenario_file_get_scenario (file, i), user_data))
      return FALSE;
  for (guint i = 0; i < eh_scenario_file_get_n_simulations (file); i++)
    if (!simulation_func (file, eh_scenario_file_get_simulation (file, i), user_data))
      return FALSE;
  return TRUE;
}

static void
for_each (GPtrArray *files, ScenarioFunc func, SimulationFunc simulation_func, gpointer user_data)
{
  for (guint i = 0; i < files->len; i++)
    if (!for_each_in (g_ptr_array_index (files, i), func, simulation_func, user_data))
      return;
}

typedef struct {
  const Options *options;
  gboolean only;          /* some scenario says "only" */
  EhScenario *first_only; /* (unowned) (nullable) */
  gboolean has_scenarios; /* one at least was run */
  guint n_scenarios;      /* asked for, and simulations */
  guint n_simulations;    /* of them */
  const ReportFormat *format;
  Report *report;
  EhScenarioRunner *runner;
  Simulations simulations;
  ReportSummary summary;
} Run;

static gboolean
find_only (EhScenarioFile *file, EhScenario *scenario, gpointer user_data)
{
  Run *run = user_data;

  if (!eh_scenario_is_only (scenario))
    return TRUE;

  run->only = TRUE;
  run->first_only = scenario;
  return FALSE;
}

static gboolean
pass_by (EhScenarioFile *file, EhSimulation *simulation, gpointer user_data)
{
  return TRUE;
}

static gboolean
count_one (EhScenarioFile *file, EhScenario *scenario, gpointer user_data)
{
  Run *run = user_data;

  if (is_asked_for (run->options, scenario, run->only))
    run->n_scenarios++;
  else
    run->summary.left_out++;
  return TRUE;
}

static gboolean
count_simulation (EhScenarioFile *file, EhSimulation *simulation, gpointer user_data)
{
  Run *run = user_data;

  if (is_simulation_asked_for (run->options, simulation, run->only))
    {
      run->n_scenarios++;
      run->n_simulations++;
    }
  else
    run->summary.left_out++;
  return TRUE;
}

static gboolean
run_one (EhScenarioFile *file, EhScenario *scenario, gpointer user_data)
{
  Run *run = user_data;
  g_autoptr (EhScenarioResult) result = NULL;

  if (!is_asked_for (run->options, scenario, run->only))
    return TRUE;

  run->has_scenarios = TRUE;
  result = eh_scenario_runner_run (run->runner, scenario);
  switch (eh_scenario_result_get_status (result))
    {
    case EH_SCENARIO_PASSED:
      run->summary.passed++;
      break;
    case EH_SCENARIO_FAILED:
      run->summary.failed++;
      break;
    case EH_SCENARIO_SKIPPED:
      run->summary.skipped++;
      break;
    default:
      g_assert_not_reached ();
    }
  run->format->result (run->report, eh_scenario_file_get_name (file), result);
  return TRUE;
}

static gboolean
run_simulation (EhScenarioFile *file, EhSimulation *simulation, gpointer user_data)
{
  Run *run = user_data;

  if (!is_simulation_asked_for (run->options, simulation, run->only))
    return TRUE;
  return simulations_run (&run->simulations, eh_scenario_file_get_name (file), simulation);
}

static void
complain_nothing_to_run (const Options *options)
{
  g_autofree char *message = NULL;

  if (options->filter != NULL)
    message = g_strdup_printf ("no scenario's whole name matches --filter '%s'; * stands for any text: '*%s*'",
                               options->filter, options->filter);
  else
    message = g_strdup ("there is no scenario in the files named; docs/scenarios.md shows how to write one");
  command_complain ("test", message);
}

static gboolean
check_page (const Run *run)
{
  if (run->options->page == NULL || run->n_simulations > 0)
    return simulations_check_page ("test", run->options->page);
  command_complain ("test", "--report shows simulations, and none is asked for");
  return FALSE;
}

/* To a script, that something failed is all the same. */
static Status
run_everything (Run *run, EhDomain *domain, GPtrArray *files)
{
  Status status;

  run->simulations = (Simulations){ .command = "test",
                                    .domain = domain,
                                    .module = run->options->domain,
                                    .page = run->options->page,
                                    .format = run->format,
                                    .report = run->report,
                                    .summary = &run->summary };
  simulations_begin (&run->simulations);
  for_each (files, run_one, run_simulation, run);
  status = simulations_end (&run->simulations);
  return status == STATUS_USAGE ? status : run->summary.failed > 0 ? STATUS_FAILED : STATUS_OK;
}

static Status
run_all (const Options *options, const ReportFormat *format, EhDomain *domain, GPtrArray *files)
{
  g_autoptr (EhScenarioRunner) runner = eh_scenario_runner_new (domain);
  Run run = { .options = options, .format = format, .runner = runner };
  ReportOptions report_options = {
    .domain = domain,
    .colour = report_wants_colour (options->no_color),
    .width = report_get_width (),
    .quiet = options->quiet,
    .coverage = options->coverage,
    .brief = TRUE,
  };
  gint64 start = g_get_monotonic_time ();
  Status status;

  for_each (files, find_only, pass_by, &run);
  if (run.only && options->no_only)
    {
      g_autofree char *message = g_strdup_printf ("%s: says \"only\", which --no-only forbids; take it out",
                                                  eh_scenario_get_place (run.first_only));

      command_complain ("test", message);
      return STATUS_USAGE;
    }
  for_each (files, count_one, count_simulation, &run);
  if (run.n_scenarios == 0)
    {
      complain_nothing_to_run (options);
      return STATUS_USAGE;
    }
  if (!check_page (&run))
    return STATUS_USAGE;

  report_options.n_scenarios = run.n_scenarios;
  run.report = format->begin (&report_options);
  status = run_everything (&run, domain, files);
  run.summary.duration = g_get_monotonic_time () - start;
  run.summary.tell_coverage = options->coverage || (run.has_scenarios && options->filter == NULL);
  format->end (run.report, status != STATUS_USAGE ? &run.summary : NULL, eh_scenario_runner_get_coverage (runner));
  return status;
}

Status
command_test (int argc, char **argv)
{
  g_auto (Options) options = { NULL };
  g_autoptr (EhDomain) domain = NULL;
  g_autoptr (GPtrArray) files = NULL;
  const ReportFormat *format;
  Status status;

  if (!parse (&options, argc, argv, &status))
    return status;

  format = report_choose_format ("test", options.format);
  if (format == NULL)
    return STATUS_USAGE;

  domain = command_load_domain ("test", options.domain);
  if (domain == NULL)
    return STATUS_USAGE;

  files = files_load ("test", (const char *const *) options.paths, domain);
  if (files == NULL)
    return STATUS_USAGE;

  return run_all (&options, format, domain, files);
}
