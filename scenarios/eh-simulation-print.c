/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The report for a person, around the table of the run, which stands in a file of its own.
 */

#include "scenarios/eh-simulation-print-private.h"

#include <string.h>

#define WIDTH 100

guint
eh_simulation_print_get_width (const EhSimulationPrint *style, guint margin)
{
  guint width = style->width > 0 ? style->width : WIDTH;

  return width > style->indent + margin ? width - style->indent - margin : 1;
}

gsize
eh_simulation_print_measure_line (const char *text, guint width)
{
  gsize length = strcspn (text, "\n");
  gsize space;

  if ((guint) g_utf8_strlen (text, (gssize) length) <= width)
    return length;
  length = (gsize) (g_utf8_offset_to_pointer (text, (glong) width) - text);
  for (space = length; space > 0 && text[space] != ' '; space--)
    ;
  return space > 0 ? space : length;
}

guint
eh_shrunk_count_lanes (const EhShrunk *shown)
{
  guint n = shown->simulation != NULL ? shown->simulation->clients->len : 0;

  for (guint i = 0; shown->rows != NULL && i < shown->rows->len; i++)
    n = MAX (n, ((const EhTraceRow *) g_ptr_array_index (shown->rows, i))->task + 1);
  return n;
}

char *
eh_shrunk_dup_lane_name (const EhShrunk *shown, guint task)
{
  const GPtrArray *clients = shown->simulation->clients;

  if (task < clients->len)
    return g_strdup (((const EhSimClient *) g_ptr_array_index (clients, task))->name);
  for (guint i = 0; i < shown->rows->len; i++)
    {
      const EhTraceRow *row = g_ptr_array_index (shown->rows, i);

      if (row->task == task)
        return g_strndup (row->schedule, strcspn (row->schedule, ":"));
    }
  return g_strdup_printf ("client-%u", task + 1);
}

static void
print_lines (const char *text, const EhSimulationPrint *style, GString *out)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      g_string_append_printf (out, "%*s%s\n", (int) style->indent, "", lines[i]);
}

static void
print_run (const EhShrunk *shown, const EhSimulationPrint *style, GString *out)
{
  if (shown->rows != NULL)
    eh_simulation_print_table (shown, style, out);
  if (shown->states != NULL)
    print_lines (shown->states, style, out);
}

/* A text of one paragraph, broken at spaces so that it fits. */
static void
print_wrapped (const char *text, const EhSimulationPrint *style, GString *out)
{
  guint width = eh_simulation_print_get_width (style, 0);

  while (*text != '\0')
    {
      gsize length = eh_simulation_print_measure_line (text, width);

      g_string_append_printf (out, "%*s%.*s\n", (int) style->indent, "", (int) length, text);
      text += length;
      if (*text == ' ' || *text == '\n')
        text++;
    }
}

/* The same, with a word and a colon in front. */
static void
print_marked (const char *word, const char *colour, const char *text, const EhSimulationPrint *style, GString *out)
{
  g_autofree char *whole = g_strdup_printf ("%s: %s", word, text);
  gsize at = out->len + style->indent;

  print_wrapped (whole, style, out);
  if (!style->colour)
    return;
  g_string_insert (out, (gssize) (at + strlen (word) + 1), EH_PRINT_PLAIN);
  g_string_insert (out, (gssize) at, colour);
}

static void
print_sentence (const EhSimulationResult *self, const EhSimulationPrint *style, GString *out)
{
  const char *nick = self->check != 0 ? eh_sim_check_get_nick (self->check)
                                      : eh_simulation_status_get_nick (self->status);

  if (self->status != EH_SIMULATION_EXPECTED && eh_simulation_status_is_good (self->status))
    print_wrapped (self->sentence, style, out);
  else
    print_marked (nick, EH_PRINT_RED, self->sentence, style, out);
}

void
eh_simulation_result_print (const EhSimulationResult *self, const EhSimulationPrint *style, GString *out)
{
  g_autofree char *coverage = NULL;
  g_autofree char *shrinking = NULL;
  g_autofree char *sometimes = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (style != NULL);
  g_return_if_fail (out != NULL);

  print_sentence (self, style, out);
  if (style->note != NULL)
    print_lines (style->note, style, out);
  if (!style->brief || !eh_simulation_status_is_good (self->status))
    print_run (&self->shown, style, out);
  shrinking = eh_simulation_result_describe_shrinking (self);
  if (shrinking != NULL)
    print_wrapped (shrinking, style, out);
  coverage = eh_simulation_result_describe_coverage (self);
  print_wrapped (coverage, style, out);
  sometimes = eh_simulation_result_describe_sometimes (self);
  if (sometimes != NULL)
    print_wrapped (sometimes, style, out);
  for (guint i = 0; i < self->warnings->len; i++)
    print_marked ("warning", EH_PRINT_YELLOW, g_ptr_array_index (self->warnings, i), style, out);
}
