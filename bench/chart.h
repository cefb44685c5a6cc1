/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#define CHART_POINTS_MAX 16
#define CHART_LINES_MAX 8

typedef struct {
  const char *label;
  gboolean is_limit; /* drawn as something to be measured by, not as a competitor */
  guint n_points;
  double x[CHART_POINTS_MAX];
  double y[CHART_POINTS_MAX];
} ChartLine;

/* Lines over axes that are both logarithmic. All values are above 0. */
typedef struct {
  const char *title;
  const char *x_label;
  const char *y_label;
  guint n_lines;
  ChartLine lines[CHART_LINES_MAX];
} Chart;

/* Ends at the line's last point; does nothing for what is not above 0. */
void chart_add (ChartLine *line, double x, double y);

/* A picture that suits a light and a dark page; (transfer full). */
char *chart_to_svg (const Chart *self);
