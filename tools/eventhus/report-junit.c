/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* For CI servers: JUnit's XML, a test suite a file. */

#include "report.h"

#include <stdio.h>

typedef struct {
  char *file; /* (owned) */
  guint n_tests;
  guint n_failures;
  guint n_skipped;
  gint64 duration;
  GString *cases; /* (owned) */
} Suite;

/* The counts come before the cases, so that nothing can be printed until the end. */
struct _Report {
  ReportOptions options;
  GPtrArray *suites; /* (owned) (element-type Suite) */
};

static void
suite_free (gpointer data)
{
  Suite *self = data;

  g_free (self->file);
  g_string_free (self->cases, TRUE);
  g_free (self);
}

static Report *
junit_begin (const ReportOptions *options)
{
  Report *self = g_new0 (Report, 1);

  self->options = *options;
  self->suites = g_ptr_array_new_with_free_func (suite_free);
  return self;
}

/* Results come file by file. */
static Suite *
current_suite (Report *self, const char *file)
{
  Suite *suite = self->suites->len > 0 ? g_ptr_array_index (self->suites, self->suites->len - 1) : NULL;

  if (suite != NULL && g_strcmp0 (suite->file, file) == 0)
    return suite;

  suite = g_new0 (Suite, 1);
  suite->file = g_strdup (file);
  suite->cases = g_string_new (NULL);
  g_ptr_array_add (self->suites, suite);
  return suite;
}

static double
seconds (gint64 microseconds)
{
  return (double) microseconds / G_USEC_PER_SEC;
}

/* What XML 1.0 can hold, in whatever form. */
static gboolean
is_allowed (gunichar c)
{
  return c >= 0x20 ? c != 0xfffe && c != 0xffff : c == '\t' || c == '\n' || c == '\r';
}

static char *
make_valid (const char *text)
{
  g_autofree char *utf8 = g_utf8_make_valid (text, -1);
  GString *valid = g_string_new (NULL);

  for (const char *p = utf8; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      g_string_append_unichar (valid, is_allowed (c) ? c : 0xfffd);
    }
  return g_string_free (valid, FALSE);
}

/* Appends @format with its "@" replaced by the text, escaped. */
static void
append (GString *out, const char *format, const char *text)
{
  g_autofree char *valid = make_valid (text);
  g_autofree char *escaped = g_markup_escape_text (valid, -1);
  g_autoptr (GString) piece = g_string_new (format);

  g_string_replace (piece, "@", escaped, 1);
  g_string_append_len (out, piece->str, (gssize) piece->len);
}

static void
append_failure (GString *out, EhScenarioResult *result)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "at %s\n", eh_scenario_get_place (eh_scenario_result_get_scenario (result)));
  eh_scenario_result_print (result, 0, FALSE, text);
  append (out, "      <failure type=\"@\"", eh_scenario_result_get_check (result, 0));
  append (out, " message=\"@\">", eh_scenario_result_get_message (result, 0));
  append (out, "@</failure>\n", text->str);
}

static void
junit_result (Report *self, const char *file, EhScenarioResult *result)
{
  Suite *suite = current_suite (self, file);
  EhScenario *scenario = eh_scenario_result_get_scenario (result);
  gint64 duration = eh_scenario_result_get_duration (result);
  EhScenarioStatus status = eh_scenario_result_get_status (result);
  char time[G_ASCII_DTOSTR_BUF_SIZE];

  suite->n_tests++;
  suite->duration += duration;
  append (suite->cases, "    <testcase name=\"@\"", eh_scenario_get_name (scenario));
  append (suite->cases, " classname=\"@\"", file);
  append (suite->cases, " time=\"@\"", g_ascii_formatd (time, sizeof time, "%.6f", seconds (duration)));
  if (status == EH_SCENARIO_PASSED)
    {
      g_string_append (suite->cases, "/>\n");
      return;
    }

  g_string_append (suite->cases, ">\n");
  if (status == EH_SCENARIO_SKIPPED)
    {
      suite->n_skipped++;
      append (suite->cases, "      <skipped message=\"@\"/>\n", eh_scenario_get_skip (scenario));
    }
  else
    {
      suite->n_failures++;
      append_failure (suite->cases, result);
    }
  g_string_append (suite->cases, "    </testcase>\n");
}

/* The report goes with a simulation that has passed, too: what was covered is the point of it. */
static void
junit_simulation (Report *self, const char *file, const EhSimulationResult *result, const ReportWritten *written)
{
  Suite *suite = current_suite (self, file);
  const EhSimulation *simulation = eh_simulation_result_get_simulation (result);
  const char *check = eh_simulation_result_get_check (result);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *note = report_written_describe (written);
  const EhSimulationPrint style = { .note = note, .brief = self->options.brief };

  g_string_append_printf (text, "at %s\n", eh_simulation_get_place (simulation));
  eh_simulation_result_print (result, &style, text);
  suite->n_tests++;
  append (suite->cases, "    <testcase name=\"@\"", eh_simulation_get_name (simulation));
  append (suite->cases, " classname=\"@\">\n", file);
  if (report_is_good (result))
    append (suite->cases, "      <system-out>@</system-out>\n", text->str);
  else
    {
      suite->n_failures++;
      append (suite->cases, "      <failure type=\"@\"", check != NULL ? check : "simulation");
      append (suite->cases, " message=\"@\">", eh_simulation_result_get_sentence (result));
      append (suite->cases, "@</failure>\n", text->str);
    }
  g_string_append (suite->cases, "    </testcase>\n");
}

static void
append_suite (GString *out, const Suite *suite)
{
  char time[G_ASCII_DTOSTR_BUF_SIZE];

  append (out, "  <testsuite name=\"@\"", suite->file);
  g_string_append_printf (out, " tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"%u\"", suite->n_tests,
                          suite->n_failures, suite->n_skipped);
  append (out, " time=\"@\">\n", g_ascii_formatd (time, sizeof time, "%.6f", seconds (suite->duration)));
  g_string_append_len (out, suite->cases->str, (gssize) suite->cases->len);
  g_string_append (out, "  </testsuite>\n");
}

static void
append_suites (Report *self, const ReportSummary *summary, GString *out)
{
  append (out, "<testsuites name=\"@\"", eh_domain_get_name (self->options.domain));
  g_string_append_printf (out, " tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"%u\">\n",
                          summary->passed + summary->failed + summary->skipped, summary->failed, summary->skipped);
  for (guint i = 0; i < self->suites->len; i++)
    append_suite (out, g_ptr_array_index (self->suites, i));
  g_string_append (out, "</testsuites>\n");
}

static void
junit_end (Report *self, const ReportSummary *summary, EhCoverage *coverage)
{
  g_autoptr (GString) out = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");

  if (summary != NULL)
    {
      append_suites (self, summary, out);
      fputs (out->str, stdout);
    }
  g_ptr_array_unref (self->suites);
  g_free (self);
}

const ReportFormat report_junit = { "junit", junit_begin, junit_result, junit_simulation, junit_end, NULL };
