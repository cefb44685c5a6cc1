/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* For a person: a line a scenario under its file, failures in full, then the coverage and the sum. */

#include "report.h"

#include <stdio.h>
#include <string.h>

#define GREEN "\033[32m"
#define RED "\033[31m"
#define YELLOW "\033[33m"
#define BOLD "\033[1m"
#define PLAIN "\033[0m"

struct _Report {
  ReportOptions options;
  char *file; /* (owned) (nullable): whose scenarios are being printed */
};

static const char *
paint (Report *self, const char *colour)
{
  return self->options.colour ? colour : "";
}

static Report *
pretty_begin (const ReportOptions *options)
{
  Report *self = g_new0 (Report, 1);

  self->options = *options;
  return self;
}

static void
print_file (Report *self, const char *file)
{
  if (g_strcmp0 (self->file, file) == 0)
    return;

  printf ("%s%s%s%s\n", self->file != NULL ? "\n" : "", paint (self, BOLD), file, paint (self, PLAIN));
  g_free (self->file);
  self->file = g_strdup (file);
}

static void
pretty_result (Report *self, const char *file, EhScenarioResult *result)
{
  EhScenario *scenario = eh_scenario_result_get_scenario (result);
  const char *name = eh_scenario_get_name (scenario);
  EhScenarioStatus status = eh_scenario_result_get_status (result);

  if (self->options.quiet && status != EH_SCENARIO_FAILED)
    return;

  print_file (self, file);
  switch (status)
    {
    case EH_SCENARIO_PASSED:
      printf ("  %spassed%s   %s\n", paint (self, GREEN), paint (self, PLAIN), name);
      break;
    case EH_SCENARIO_SKIPPED:
      printf ("  %sskipped%s  %s: %s\n", paint (self, YELLOW), paint (self, PLAIN), name,
              eh_scenario_get_skip (scenario));
      break;
    case EH_SCENARIO_FAILED:
      {
        g_autoptr (GString) text = g_string_new (NULL);

        eh_scenario_result_print (result, 11, self->options.colour, text);
        printf ("  %sFAILED%s   %s\n           at %s\n%s", paint (self, RED), paint (self, PLAIN), name,
                eh_scenario_get_place (scenario), text->str);
        break;
      }
    default:
      g_assert_not_reached ();
    }
}

static void
pretty_simulation (Report *self, const char *file, const EhSimulationResult *result, const ReportWritten *written)
{
  static const char *const labels[] = { "proven", "sampled", "passed", "FAILED", "expected",
                                        "FAILED", "FAILED",  "FAILED", "FAILED" };
  const EhSimulation *simulation = eh_simulation_result_get_simulation (result);
  gboolean good = report_is_good (result);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *note = report_written_describe (written);
  const EhSimulationPrint style = { 4, self->options.width, self->options.colour, note, self->options.brief };

  if (self->options.quiet && good)
    return;

  print_file (self, file);
  eh_simulation_result_print (result, &style, text);
  printf ("  %s%-8s%s %s\n", paint (self, good ? GREEN : RED), labels[eh_simulation_result_get_status (result)],
          paint (self, PLAIN), eh_simulation_get_name (simulation));
  if (!good)
    printf ("    at %s\n", eh_simulation_get_place (simulation));
  fputs (text->str, stdout);
}

static void
print_coverage (Report *self, EhCoverage *coverage)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (self->options.coverage)
    eh_coverage_print_table (coverage, self->options.colour, text);
  eh_coverage_print_line (coverage, text);
  fputs (text->str, stdout);
  if (text->len > 0 && text->str[text->len - 1] != '\n')
    putchar ('\n');
}

static void
print_summary (Report *self, const ReportSummary *summary, EhCoverage *coverage)
{
  if (!self->options.quiet)
    {
      putchar ('\n');
      if (coverage != NULL && summary->tell_coverage)
        print_coverage (self, coverage);
    }
  printf ("%s%u passed, %u failed%s", paint (self, summary->failed > 0 ? RED : GREEN), summary->passed, summary->failed,
          paint (self, PLAIN));
  if (summary->skipped > 0)
    printf (", %u skipped", summary->skipped);
  if (summary->left_out > 0)
    printf (", %u not asked for", summary->left_out);
  if (summary->duration > 0)
    printf (" in %.1f ms", (double) summary->duration / 1000.0);
  putchar ('\n');
}

static void
pretty_end (Report *self, const ReportSummary *summary, EhCoverage *coverage)
{
  if (summary != NULL)
    print_summary (self, summary, coverage);
  g_free (self->file);
  g_free (self);
}

const ReportFormat report_pretty = { "pretty", pretty_begin, pretty_result, pretty_simulation, pretty_end, NULL };
