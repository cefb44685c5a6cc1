/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* For a test harness: TAP version 13, with the failures' reports as diagnostics. */

#include "report.h"

#include <stdio.h>

struct _Report {
  ReportOptions options;
  guint number;
};

static Report *
tap_begin (const ReportOptions *options)
{
  Report *self = g_new0 (Report, 1);

  self->options = *options;
  printf ("TAP version 13\n1..%u\n", options->n_scenarios);
  return self;
}

/* A "#" in a description would begin a directive. */
static char *
escape (const char *text)
{
  g_autoptr (GString) escaped = g_string_new (text);

  g_string_replace (escaped, "\\", "\\\\", 0);
  g_string_replace (escaped, "#", "\\#", 0);
  g_string_replace (escaped, "\n", " ", 0);
  g_string_replace (escaped, "\r", " ", 0);
  return g_strdup (escaped->str);
}

static void
print_diagnostics (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++)
    if (lines[i][0] != '\0')
      printf ("# %s\n", lines[i]);
}

static void
tap_result (Report *self, const char *file, EhScenarioResult *result)
{
  EhScenario *scenario = eh_scenario_result_get_scenario (result);
  g_autofree char *name = escape (eh_scenario_get_name (scenario));
  EhScenarioStatus status = eh_scenario_result_get_status (result);

  self->number++;
  if (status == EH_SCENARIO_SKIPPED)
    {
      g_autofree char *reason = escape (eh_scenario_get_skip (scenario));

      printf ("ok %u - %s # SKIP %s\n", self->number, name, reason);
      return;
    }

  printf ("%s %u - %s\n", status == EH_SCENARIO_PASSED ? "ok" : "not ok", self->number, name);
  if (status == EH_SCENARIO_FAILED)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      g_string_append_printf (text, "at %s\n", eh_scenario_get_place (scenario));
      eh_scenario_result_print (result, 0, FALSE, text);
      print_diagnostics (text->str);
    }
}

static void
tap_simulation (Report *self, const char *file, const EhSimulationResult *result, const ReportWritten *written)
{
  const EhSimulation *simulation = eh_simulation_result_get_simulation (result);
  g_autofree char *name = escape (eh_simulation_get_name (simulation));
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *note = report_written_describe (written);
  const EhSimulationPrint style = { .note = note, .brief = self->options.brief };

  self->number++;
  printf ("%s %u - %s\n", report_is_good (result) ? "ok" : "not ok", self->number, name);
  if (self->options.quiet && report_is_good (result))
    return;
  g_string_append_printf (text, "at %s\n", eh_simulation_get_place (simulation));
  eh_simulation_result_print (result, &style, text);
  print_diagnostics (text->str);
}

static void
tap_end (Report *self, const ReportSummary *summary, EhCoverage *coverage)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (summary == NULL)
    puts ("Bail out!");
  else if (coverage != NULL && summary->tell_coverage)
    {
      if (self->options.coverage)
        eh_coverage_print_table (coverage, FALSE, text);
      eh_coverage_print_line (coverage, text);
    }
  print_diagnostics (text->str);
  g_free (self);
}

const ReportFormat report_tap = { "tap", tap_begin, tap_result, tap_simulation, tap_end, "Bail out! " };
