/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A small line chart as SVG. Each line is named at its end, where labels make room for each other; colours tell apart
 * what the labels say already. The page's preference for light or dark is followed by a style sheet inside.
 */

#include "chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 760.0
#define HEIGHT 430.0
#define LEFT 72.0
#define RIGHT 120.0
#define TOP 48.0
#define BOTTOM 56.0
#define LABEL_STEP 17.0

static const char style[] =
    "<style>\n"
    "text{font:13px system-ui,sans-serif;fill:#333}\n"
    ".title{font-size:16px;font-weight:600}.page{fill:#fff}.grid{stroke:#ddd}.limit{stroke:#888;stroke-dasharray:5 4}\n"
    ".line{fill:none;stroke-width:2}.first{stroke-width:3.5}\n"
    ".c0{stroke:#0b62c4}.c1{stroke:#c2410c}.c2{stroke:#15803d}.c3{stroke:#7e22ce}.c4{stroke:#a16207}\n"
    "@media (prefers-color-scheme:dark){text{fill:#ddd}.page{fill:#16181d}.grid{stroke:#383c44}.limit{stroke:#999}\n"
    ".c0{stroke:#5aa9ff}.c1{stroke:#ff9257}.c2{stroke:#5fd38a}.c3{stroke:#c792ff}.c4{stroke:#e3c04d}}\n"
    "</style>\n";

typedef struct {
  double least;
  double most;
} Range;

typedef struct {
  const Chart *chart;
  GString *out;
  Range x, y;
} Drawing;

typedef struct {
  const char *text;
  double y;
} Label;

void
chart_add (ChartLine *line, double x, double y)
{
  if (line->n_points == CHART_POINTS_MAX || !(x > 0) || !(y > 0))
    return;
  line->x[line->n_points] = x;
  line->y[line->n_points++] = y;
}

static void
widen (Range *range, double value)
{
  range->least = MIN (range->least, value);
  range->most = MAX (range->most, value);
}

static double
place (const Range *range, double value)
{
  double width = log (range->most / range->least);

  return width > 0 ? log (value / range->least) / width : 0;
}

static double
place_x (const Drawing *self, double value)
{
  return LEFT + (WIDTH - LEFT - RIGHT) * place (&self->x, value);
}

static double
place_y (const Drawing *self, double value)
{
  return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * place (&self->y, value);
}

/* SVG has points in numbers, whatever the locale. */
static void
add_number (GString *out, const char *name, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (out, " %s=\"%s\"", name, g_ascii_formatd (text, sizeof text, "%.1f", value));
}

static void
add_text (Drawing *self, const char *attributes, double x, double y, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  g_string_append (self->out, "<text");
  add_number (self->out, "x", x);
  add_number (self->out, "y", y);
  g_string_append_printf (self->out, " %s>%s</text>\n", attributes, escaped);
}

static void
add_rule (Drawing *self, double x1, double y1, double x2, double y2)
{
  g_string_append (self->out, "<line class=\"grid\"");
  add_number (self->out, "x1", x1);
  add_number (self->out, "y1", y1);
  add_number (self->out, "x2", x2);
  add_number (self->out, "y2", y2);
  g_string_append (self->out, "/>\n");
}

static char *
format_value (double value)
{
  if (value >= 1e6)
    return g_strdup_printf ("%g M", value / 1e6);
  if (value >= 1e3)
    return g_strdup_printf ("%g k", value / 1e3);
  return g_strdup_printf ("%g", value);
}

/* A rule at each power of ten, from whole decade to whole decade. */
static void
draw_y_axis (Drawing *self)
{
  for (double value = self->y.least; value <= self->y.most * 1.001; value *= 10)
    {
      g_autofree char *text = format_value (value);
      double y = place_y (self, value);

      add_rule (self, LEFT, y, WIDTH - RIGHT, y);
      add_text (self, "text-anchor=\"end\"", LEFT - 8, y + 4, text);
    }
  add_text (self, "", 12, TOP - 12, self->chart->y_label);
}

/* A mark at each point of the first line that has most of them. */
static void
draw_x_axis (Drawing *self)
{
  const ChartLine *longest = &self->chart->lines[0];

  for (guint i = 1; i < self->chart->n_lines; i++)
    if (self->chart->lines[i].n_points > longest->n_points)
      longest = &self->chart->lines[i];
  for (guint i = 0; i < longest->n_points; i++)
    {
      g_autofree char *text = format_value (longest->x[i]);

      add_text (self, "text-anchor=\"middle\"", place_x (self, longest->x[i]), HEIGHT - BOTTOM + 20, text);
    }
  add_text (self, "text-anchor=\"middle\"", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, self->chart->x_label);
}

static void
draw_line (Drawing *self, guint number)
{
  const ChartLine *line = &self->chart->lines[number];
  char x[G_ASCII_DTOSTR_BUF_SIZE], y[G_ASCII_DTOSTR_BUF_SIZE];

  if (line->is_limit)
    g_string_append (self->out, "<polyline class=\"line limit\" points=\"");
  else
    g_string_append_printf (self->out, "<polyline class=\"line c%u%s\" points=\"", number % 5,
                            number == 0 ? " first" : "");
  for (guint i = 0; i < line->n_points; i++)
    g_string_append_printf (self->out, "%s%s,%s", i > 0 ? " " : "",
                            g_ascii_formatd (x, sizeof x, "%.1f", place_x (self, line->x[i])),
                            g_ascii_formatd (y, sizeof y, "%.1f", place_y (self, line->y[i])));
  g_string_append (self->out, "\"/>\n");
}

static int
compare_labels (const void *a, const void *b)
{
  double x = ((const Label *) a)->y, y = ((const Label *) b)->y;

  return x < y ? -1 : x > y;
}

static void
draw_labels (Drawing *self)
{
  Label labels[CHART_LINES_MAX];
  guint n = 0;

  for (guint i = 0; i < self->chart->n_lines; i++)
    {
      const ChartLine *line = &self->chart->lines[i];

      if (line->n_points > 0)
        labels[n++] = (Label){ line->label, place_y (self, line->y[line->n_points - 1]) + 4 };
    }
  qsort (labels, n, sizeof *labels, compare_labels);
  for (guint i = 0; i < n; i++)
    {
      if (i > 0)
        labels[i].y = MAX (labels[i].y, labels[i - 1].y + LABEL_STEP);
      add_text (self, "", WIDTH - RIGHT + 8, labels[i].y, labels[i].text);
    }
}

static gboolean
find_ranges (Drawing *self)
{
  self->x = self->y = (Range){ G_MAXDOUBLE, 0 };
  for (guint i = 0; i < self->chart->n_lines; i++)
    for (guint j = 0; j < self->chart->lines[i].n_points; j++)
      {
        widen (&self->x, self->chart->lines[i].x[j]);
        widen (&self->y, self->chart->lines[i].y[j]);
      }
  if (self->x.most <= 0)
    return FALSE;
  self->y.least = pow (10, floor (log10 (self->y.least)));
  self->y.most = pow (10, ceil (log10 (self->y.most)));
  return TRUE;
}

char *
chart_to_svg (const Chart *self)
{
  Drawing drawing = { .chart = self, .out = g_string_new (NULL) };

  g_string_append_printf (drawing.out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\">\n", WIDTH,
                          HEIGHT);
  g_string_append (drawing.out, style);
  g_string_append (drawing.out, "<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n");
  add_text (&drawing, "class=\"title\"", 12, 20, self->title);
  if (find_ranges (&drawing))
    {
      draw_y_axis (&drawing);
      draw_x_axis (&drawing);
      for (guint i = self->n_lines; i-- > 0;)
        draw_line (&drawing, i);
      draw_labels (&drawing);
    }
  g_string_append (drawing.out, "</svg>\n");
  return g_string_free (drawing.out, FALSE);
}
