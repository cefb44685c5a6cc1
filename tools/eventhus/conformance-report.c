/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What eventhus conformance prints, in each format. */

#include "conformance-report.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

static guint
count_held (const EhConformanceResult *result)
{
  return eh_conformance_result_get_n_cases (result) - eh_conformance_result_get_n_failed (result);
}

static void
print_failure (const EhConformanceResult *result, guint i)
{
  const char *failure = eh_conformance_result_get_case_failure (result, i);

  if (failure == NULL)
    return;
  printf ("    %s: %s\n", eh_conformance_result_get_case_name (result, i),
          eh_conformance_result_get_case_summary (result, i));
  printf ("      %s\n", failure);
}

/* Returns: (transfer full) (nullable): what was not tried, in a line */
static char *
tell_left_out (const EhConformanceResult *result)
{
  guint n = eh_conformance_result_get_n_left_out (result);
  GString *text = g_string_new (NULL);

  if (n == 0)
    return g_string_free (text, TRUE);
  g_string_append_printf (
      text, n == 1 ? "%u case needs a factory of one's own:" : "%u cases need a factory of one's own:", n);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s %s", i > 0 ? "," : "", eh_conformance_result_get_left_out (result, i));
  return g_string_free (text, FALSE);
}

typedef const char *(*GetText) (const EhConformanceResult *result, guint i);

/* How many of the cases whose text is @text hold: "7 of 8". */
static void
print_count (const EhConformanceResult *result, GetText get_text, const char *text)
{
  guint n = 0;
  guint n_held = 0;

  for (guint i = 0; i < eh_conformance_result_get_n_cases (result); i++)
    if (strcmp (get_text (result, i), text) == 0)
      {
        n++;
        n_held += eh_conformance_result_get_case_failure (result, i) == NULL ? 1 : 0;
      }
  printf ("  %-24s %3u of %u\n", text, n_held, n);
}

static gboolean
is_first (const EhConformanceResult *result, GetText get_text, guint i)
{
  for (guint before = 0; before < i; before++)
    if (strcmp (get_text (result, before), get_text (result, i)) == 0)
      return FALSE;
  return TRUE;
}

static void
print_pretty (const EhConformanceResult *result)
{
  guint n = eh_conformance_result_get_n_cases (result);
  guint n_failed = eh_conformance_result_get_n_failed (result);
  g_autofree char *left_out = tell_left_out (result);

  printf ("%s\n\n", eh_conformance_result_get_name (result));
  for (guint i = 0; i < n; i++)
    {
      if (is_first (result, eh_conformance_result_get_case_section, i))
        print_count (result, eh_conformance_result_get_case_section,
                     eh_conformance_result_get_case_section (result, i));
      print_failure (result, i);
    }
  printf ("\nBy capability (what is not there is refused as it should be):\n");
  for (guint i = 0; i < n; i++)
    if (is_first (result, eh_conformance_result_get_case_capability, i))
      print_count (result, eh_conformance_result_get_case_capability,
                   eh_conformance_result_get_case_capability (result, i));
  if (left_out != NULL)
    printf ("\n%s.\n", left_out);
  if (n_failed == 0)
    printf ("\nAll %u hold.\n", n);
  else
    printf ("\n%u of %u do not hold (--seed %" G_GUINT64_FORMAT ").\n", n_failed, n,
            eh_conformance_result_get_seed (result));
}

/* What a line of TAP, and XML, can have in it. */
static char *
flatten (const char *text)
{
  GString *flat = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++)
    if ((guchar) *p < ' ' || *p == '\x7f')
      g_string_append_c (flat, ' ');
    else
      g_string_append_c (flat, *p);
  return g_string_free (flat, FALSE);
}

static void
print_tap (const EhConformanceResult *result)
{
  guint n = eh_conformance_result_get_n_cases (result);
  g_autofree char *left_out = tell_left_out (result);

  printf ("TAP version 13\n1..%u\n", n);
  for (guint i = 0; i < n; i++)
    {
      const char *failure = eh_conformance_result_get_case_failure (result, i);
      g_autofree char *flat = failure != NULL ? flatten (failure) : NULL;

      printf ("%sok %u - %s\n", failure != NULL ? "not " : "", i + 1, eh_conformance_result_get_case_name (result, i));
      if (flat != NULL)
        printf ("# %s\n# %s\n", eh_conformance_result_get_case_summary (result, i), flat);
    }
  if (left_out != NULL)
    printf ("# %s\n", left_out);
  if (eh_conformance_result_get_n_failed (result) > 0)
    printf ("# seed %" G_GUINT64_FORMAT "\n", eh_conformance_result_get_seed (result));
}

static double
get_seconds (const EhConformanceResult *result, guint i)
{
  return (double) eh_conformance_result_get_case_duration (result, i) / G_USEC_PER_SEC;
}

static char *
escape (const char *text)
{
  g_autofree char *flat = flatten (text);

  return g_markup_escape_text (flat, -1);
}

static void
print_junit_case (const EhConformanceResult *result, guint i)
{
  g_autofree char *section = escape (eh_conformance_result_get_case_section (result, i));
  const char *failure = eh_conformance_result_get_case_failure (result, i);
  g_autofree char *message = failure != NULL ? escape (failure) : NULL;

  printf ("    <testcase classname=\"%s\" name=\"%s\" time=\"%.6f\"", section,
          eh_conformance_result_get_case_name (result, i), get_seconds (result, i));
  if (message != NULL)
    printf (">\n      <failure message=\"%s\"/>\n    </testcase>\n", message);
  else
    printf ("/>\n");
}

static void
print_junit (const EhConformanceResult *result)
{
  guint n = eh_conformance_result_get_n_cases (result);
  g_autofree char *name = escape (eh_conformance_result_get_name (result));

  printf ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
  printf ("  <testsuite name=\"%s\" tests=\"%u\" failures=\"%u\">\n", name, n,
          eh_conformance_result_get_n_failed (result));
  for (guint i = 0; i < n; i++)
    print_junit_case (result, i);
  printf ("  </testsuite>\n</testsuites>\n");
}

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_number (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
add_case (JsonBuilder *builder, const EhConformanceResult *result, guint i)
{
  const char *failure = eh_conformance_result_get_case_failure (result, i);
  g_autofree char *valid = failure != NULL ? g_utf8_make_valid (failure, -1) : NULL;

  json_builder_begin_object (builder);
  add_string (builder, "name", eh_conformance_result_get_case_name (result, i));
  add_string (builder, "section", eh_conformance_result_get_case_section (result, i));
  add_string (builder, "capability", eh_conformance_result_get_case_capability (result, i));
  add_string (builder, "summary", eh_conformance_result_get_case_summary (result, i));
  json_builder_set_member_name (builder, "holds");
  json_builder_add_boolean_value (builder, failure == NULL);
  if (valid != NULL)
    add_string (builder, "failure", valid);
  add_number (builder, "microseconds", eh_conformance_result_get_case_duration (result, i));
  json_builder_end_object (builder);
}

/* The seed is a text: not every reader of JSON has 64 bits. */
static void
print_json (const EhConformanceResult *result)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, eh_conformance_result_get_seed (result));
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  add_number (builder, "version", 1);
  add_string (builder, "name", eh_conformance_result_get_name (result));
  add_string (builder, "seed", seed);
  add_number (builder, "held", count_held (result));
  add_number (builder, "failed", eh_conformance_result_get_n_failed (result));
  json_builder_set_member_name (builder, "cases");
  json_builder_begin_array (builder);
  for (guint i = 0; i < eh_conformance_result_get_n_cases (result); i++)
    add_case (builder, result, i);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "left-out");
  json_builder_begin_array (builder);
  for (guint i = 0; i < eh_conformance_result_get_n_left_out (result); i++)
    json_builder_add_string_value (builder, eh_conformance_result_get_left_out (result, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, TRUE);
  puts (text);
}

ConformanceReport
conformance_report_choose (const char *name)
{
  static const struct {
    const char *name;
    ConformanceReport report;
  } formats[] = { { "pretty", print_pretty }, { "tap", print_tap }, { "junit", print_junit }, { "json", print_json } };

  if (name == NULL)
    return g_getenv ("HARNESS_ACTIVE") != NULL ? print_tap : print_pretty;
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    if (strcmp (formats[i].name, name) == 0)
      return formats[i].report;
  return NULL;
}
