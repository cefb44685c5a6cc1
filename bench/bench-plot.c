/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Pictures: appends a second over the number of writers, each engine in its better form, and what loading and opening
 * cost over the size of the store. Every point is the median of the rounds, in which all engines take turns.
 */

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench-file.h"
#include "chart.h"

#define LEAST_EVENTS 100000
#define MOST_WRITERS 128

/* Those to be drawn, for the charts' lines in the same order. */
static const PeerEngine *engines[CHART_LINES_MAX];
static guint n_engines;

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

/* A chart with a line for each engine, at the same index. */
static void
begin (Chart *chart, const char *title, const char *x_label, const char *y_label)
{
  *chart = (Chart){ .title = title, .x_label = x_label, .y_label = y_label };
  for (guint i = 0; i < n_engines; i++)
    chart->lines[chart->n_lines++] = (ChartLine){ engines[i]->name, engines[i]->is_limit };
}

static void
save (const Chart *chart, const char *dir, const char *name)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autofree char *text = chart_to_svg (chart);
  g_autoptr (GError) error = NULL;

  bench_check (g_mkdir_with_parents (dir, 0755) == 0, NULL);
  bench_check (g_file_set_contents (path, text, -1, &error), error);
  printf ("%s\n", path);
}

/* The median of each engine's rounds at the work is added to its line. */
static void
add_points (Chart *chart, double x, double (*measure) (const PeerEngine *engine, gconstpointer data),
            gconstpointer data, guint n_rounds)
{
  g_autofree double *values = g_new0 (double, n_rounds * chart->n_lines);

  for (guint round = 0; round < n_rounds; round++)
    for (guint i = 0; i < chart->n_lines; i++)
      values[i * n_rounds + round] = measure (engines[i], data);
  for (guint i = 0; i < chart->n_lines; i++)
    {
      qsort (values + i * n_rounds, n_rounds, sizeof *values, compare);
      chart_add (&chart->lines[i], x, values[i * n_rounds + n_rounds / 2]);
      fprintf (stderr, "%s: %s at %g: %g\n", chart->title, chart->lines[i].label, x,
               values[i * n_rounds + n_rounds / 2]);
    }
}

static double
append_in_form (const PeerEngine *engine, guint n_writers, PeerForm form)
{
  FileWork work = { .n_writers = n_writers, .n_batch = 1, .form = form };
  FileJob job = { engine, &work };

  return file_measure_append (&job);
}

/* Alone nobody gains by a group; an engine with no threads of its own does nothing without. */
static double
append_by (const PeerEngine *engine, gconstpointer data)
{
  guint n_writers = *(const guint *) data;
  double best = n_writers == 1 || engine->has_groups ? append_in_form (engine, n_writers, PEER_PLAIN) : 0;

  if (n_writers > 1 && engine != &peer_file)
    {
      best = MAX (best, append_in_form (engine, n_writers, PEER_GROUPED));
      best = MAX (best, append_in_form (engine, n_writers, PEER_GROUPED_AWAKE));
    }
  return best;
}

static double
measure_stored (const PeerEngine *engine, gconstpointer data)
{
  FileJob job = { engine, data };

  return engine->is_limit ? 0 : job.work->measure (&job);
}

static void
plot_writers (const char *dir, guint n_rounds)
{
  Chart chart;

  begin (&chart, "Durable appends of 256 bytes", "writers", "appends a second");
  for (guint n = 1; n <= MOST_WRITERS; n *= 2)
    add_points (&chart, n, append_by, &n, n_rounds);
  save (&chart, dir, "store-writers.svg");
}

static void
forget_stored (void)
{
  for (guint i = 0; i < n_engines; i++)
    {
      g_autofree char *path = file_make_stored_path (engines[i]);

      peer_disk_remove (path);
    }
}

static void
plot_sizes (const char *dir, guint n_rounds)
{
  static const FileWork load = { .measure = file_measure_load }, open = { .measure = file_measure_open_clean },
                        killed = { .measure = file_measure_open_killed }, bytes = { .measure = file_measure_bytes };
  gint64 most = file_n_events;
  Chart loads, opens, killeds, sizes;

  begin (&loads, "Loading a stream of 100 events", "events in the store", "microseconds");
  begin (&opens, "Opening after a clean close", "events in the store", "milliseconds");
  begin (&killeds, "Opening after a kill", "events in the store", "milliseconds");
  begin (&sizes, "Disk space", "events in the store", "bytes an event");
  for (file_n_events = LEAST_EVENTS; file_n_events <= most; file_n_events *= 10)
    {
      add_points (&loads, (double) file_n_events, measure_stored, &load, n_rounds);
      add_points (&opens, (double) file_n_events, measure_stored, &open, n_rounds);
      add_points (&killeds, (double) file_n_events, measure_stored, &killed, n_rounds);
      add_points (&sizes, (double) file_n_events, measure_stored, &bytes, 1);
      forget_stored ();
    }
  save (&loads, dir, "store-load.svg");
  save (&opens, dir, "store-open.svg");
  save (&killeds, dir, "store-open-killed.svg");
  save (&sizes, dir, "store-bytes.svg");
}

static void
choose_engines (const char *only)
{
  for (guint i = 0; peer_engines[i] != NULL && n_engines < CHART_LINES_MAX; i++)
    {
      g_autofree char *name = g_strconcat (peer_engines[i]->name, "/", NULL);

      if (only == NULL || g_pattern_match_simple (only, name))
        engines[n_engines++] = peer_engines[i];
    }
}

void
file_plot (const char *dir, const char *only, guint n_rounds)
{
  choose_engines (only);
  plot_writers (dir, n_rounds);
  plot_sizes (dir, n_rounds);
}
