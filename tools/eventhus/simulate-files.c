/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "simulate-files.h"

#include "files.h"
#include "simulations.h"

void
simulate_options_clear (SimulateOptions *self)
{
  g_free (self->domain);
  g_free (self->format);
  g_free (self->filter);
  g_free (self->page);
  g_strfreev (self->paths);
}

static gboolean
check_options (const SimulateOptions *options)
{
  g_autofree char *message = NULL;

  if (options->paths != NULL && options->domain != NULL)
    return TRUE;
  if (options->paths == NULL)
    message = g_strdup_printf ("name a file with simulations; try eventhus %s --help", options->command);
  else
    message = g_strdup_printf ("say which domain with --domain MODULE; try eventhus %s --help", options->command);
  command_complain (options->command, message);
  return FALSE;
}

typedef struct {
  EhScenarioFile *file;     /* (unowned) */
  EhSimulation *simulation; /* (unowned) */
} Asked;

static GArray *
list_asked (const SimulateOptions *options, GPtrArray *files, guint *left_out)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (Asked));

  for (guint i = 0; i < files->len; i++)
    {
      Asked asked = { g_ptr_array_index (files, i), NULL };

      for (guint j = 0; j < eh_scenario_file_get_n_simulations (asked.file); j++)
        {
          asked.simulation = eh_scenario_file_get_simulation (asked.file, j);
          if (options->filter == NULL
              || g_pattern_match_simple (options->filter, eh_simulation_get_name (asked.simulation)))
            g_array_append_val (list, asked);
          else
            (*left_out)++;
        }
    }
  return list;
}

static void
complain_nothing_to_run (const SimulateOptions *options)
{
  g_autofree char *message = NULL;

  if (options->filter != NULL)
    message = g_strdup_printf ("no simulation's whole name matches --filter '%s'; * stands for any text: '*%s*'",
                               options->filter, options->filter);
  else
    message = g_strdup ("there is no simulation in the files named; docs/simulation.md shows how to write one");
  command_complain (options->command, message);
}

static gboolean
check_schedules (const SimulateOptions *options, GArray *list)
{
  for (guint i = 0; i < list->len; i++)
    {
      const EhSimulation *simulation = g_array_index (list, Asked, i).simulation;
      g_autofree char *message = NULL;

      if (eh_simulation_has_schedule (simulation))
        continue;
      message = g_strdup_printf ("%s: there is no \"schedule\" to replay; explore it with eventhus simulate",
                                 eh_simulation_get_place (simulation));
      command_complain (options->command, message);
      return FALSE;
    }
  return TRUE;
}

static Status
run_all (const SimulateOptions *options, const ReportFormat *format, EhDomain *domain, const char *overrides,
         GArray *list, ReportSummary *summary)
{
  const ReportOptions report_options = { .domain = domain,
                                         .colour = report_wants_colour (options->no_color),
                                         .quiet = options->quiet,
                                         .width = report_get_width (),
                                         .n_scenarios = list->len };
  Simulations simulations = { .command = options->command,
                              .domain = domain,
                              .module = options->domain,
                              .overrides = overrides,
                              .page = options->page,
                              .show_progress = !options->quiet && command_get_columns () > 0,
                              .format = format,
                              .summary = summary };
  gboolean good = TRUE;

  simulations.report = format->begin (&report_options);
  simulations_begin (&simulations);
  for (guint i = 0; i < list->len && good; i++)
    {
      const Asked *asked = &g_array_index (list, Asked, i);

      good = simulations_run (&simulations, eh_scenario_file_get_name (asked->file), asked->simulation);
    }
  format->end (simulations.report, good ? summary : NULL, NULL);
  return simulations_end (&simulations);
}

Status
simulate_files (const SimulateOptions *options, const char *overrides)
{
  g_autoptr (EhDomain) domain = NULL;
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GArray) list = NULL;
  ReportSummary summary = { 0 };
  const ReportFormat *format;

  if (!check_options (options))
    return STATUS_USAGE;
  format = report_choose_format (options->command, options->format);
  if (format == NULL)
    return STATUS_USAGE;
  domain = command_load_domain (options->command, options->domain);
  if (domain == NULL)
    return STATUS_USAGE;
  files = files_load (options->command, (const char *const *) options->paths, domain);
  if (files == NULL)
    return STATUS_USAGE;

  list = list_asked (options, files, &summary.left_out);
  if (list->len == 0)
    {
      complain_nothing_to_run (options);
      return STATUS_USAGE;
    }
  if ((options->needs_schedule && !check_schedules (options, list))
      || !simulations_check_page (options->command, options->page))
    return STATUS_USAGE;
  return run_all (options, format, domain, overrides, list, &summary);
}
