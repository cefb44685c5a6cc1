/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Runs the benchmarks in rounds: every figure and its peer once a round, so that a machine whose speed drifts favours
 * none. Prints the median of the rounds with the least and the most.
 */

#include <json-glib/json-glib.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bench-file.h"

#define RUNS_MAX 99

typedef struct {
  const BenchCase *what;
  double values[RUNS_MAX]; /* sorted at the end */
  double flushes;          /* for an event, in the last round; negative if not noted */
} Figure;

static int n_runs = 5;
static char *only = NULL;
static char *json_file = NULL;
static char *plot_dir = NULL;
static char *disk_dir = NULL;
static char *child = NULL;
static gboolean is_forced = FALSE;
static double noted_flushes = -1;
static GArray *figures = NULL; /* (owned) (element-type Figure) */

static const GOptionEntry entries[] = {
  { "runs", 'n', 0, G_OPTION_ARG_INT, &n_runs, "Rounds (default 5)", "N" },
  { "only", 0, 0, G_OPTION_ARG_STRING, &only, "Only figures whose name matches (* and ?), and their peers", "GLOB" },
  { "json", 0, 0, G_OPTION_ARG_FILENAME, &json_file, "Write the figures to FILE too (- for stdout)", "FILE" },
  { "dir", 0, 0, G_OPTION_ARG_FILENAME, &disk_dir, "Put stores into a folder within DIR (default: here)", "DIR" },
  { "force", 0, 0, G_OPTION_ARG_NONE, &is_forced, "Take DIR even if it is in memory", NULL },
  { "events", 0, 0, G_OPTION_ARG_INT64, &file_n_events, "Events of a store to be read (default 1000000)", "N" },
  { "per-stream", 0, 0, G_OPTION_ARG_INT64, &file_per_stream, "Events of each of its streams (default 100)", "N" },
  { "seconds", 0, 0, G_OPTION_ARG_DOUBLE, &file_seconds, "Time for appending to a store (default 1)", "S" },
  { "plot", 0, 0, G_OPTION_ARG_FILENAME, &plot_dir, "Write pictures of the stores' figures to DIR, nothing else",
    "DIR" },
  { "child", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &child, "Work with a store until killed", "ENGINE" },
  { NULL },
};

double
bench_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

gsize
bench_allocated (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

void
bench_check (gboolean good, GError *error)
{
  if (good)
    return;

  fprintf (stderr, "bench: %s\n", error != NULL ? error->message : "a result is wrong");
  exit (EXIT_FAILURE);
}

void
bench_note_flushes (double per_event)
{
  noted_flushes = per_event;
}

static gboolean
is_wanted (const BenchCase *what)
{
  return only == NULL || g_pattern_match_simple (only, what->name);
}

/* Whether @what is among the figure's peers. */
static gboolean
is_peer (const BenchCase *figure, const char *name)
{
  g_auto (GStrv) names = g_strsplit (figure->peer != NULL ? figure->peer : "", "|", -1);

  return g_strv_contains ((const char *const *) names, name);
}

static gboolean
is_peer_of_wanted (const BenchCase *cases, const BenchCase *what)
{
  for (const BenchCase *other = cases; other->name != NULL; other++)
    if (is_wanted (other) && is_peer (other, what->name))
      return TRUE;
  return FALSE;
}

static void
collect (const BenchCase *cases)
{
  for (const BenchCase *what = cases; what->name != NULL; what++)
    if (is_wanted (what) || is_peer_of_wanted (cases, what))
      {
        Figure figure = { .what = what };

        g_array_append_val (figures, figure);
      }
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static void
run_once (Figure *figure, int round)
{
  const BenchCase *what = figure->what;

  noted_flushes = -1;
  figure->values[round] = what->measure != NULL ? what->measure (what->data) : what->run ();
  figure->flushes = noted_flushes;
}

static void
run_all (void)
{
  for (int round = 0; round < n_runs; round++)
    for (guint i = 0; i < figures->len; i++)
      {
        Figure *figure = &g_array_index (figures, Figure, i);

        if (isatty (STDERR_FILENO))
          fprintf (stderr, "\rround %d of %d  %-30s", round + 1, n_runs, figure->what->name);
        run_once (figure, round);
      }
  if (isatty (STDERR_FILENO))
    fprintf (stderr, "\r%60s\r", "");

  for (guint i = 0; i < figures->len; i++)
    qsort (g_array_index (figures, Figure, i).values, (gsize) n_runs, sizeof (double), compare);
}

static double
median (const Figure *figure)
{
  return figure->values[n_runs / 2];
}

/* Of rates the greater is better, of all else the less. */
static gboolean
is_better (const Figure *a, const Figure *b)
{
  return g_str_has_suffix (a->what->unit, "/s") ? median (a) > median (b) : median (a) < median (b);
}

/* The best of its peers. */
static const Figure *
find_peer (const Figure *figure)
{
  const Figure *best = NULL;

  for (guint i = 0; figure->what->peer != NULL && i < figures->len; i++)
    {
      const Figure *other = &g_array_index (figures, Figure, i);

      if (is_peer (figure->what, other->what->name) && (best == NULL || is_better (other, best)))
        best = other;
    }
  return best;
}

static double
lookup (const char *name)
{
  for (guint i = 0; i < figures->len; i++)
    if (g_str_equal (g_array_index (figures, Figure, i).what->name, name))
      return median (&g_array_index (figures, Figure, i));
  return NAN;
}

static void
print_table (void)
{
  printf ("%-28s %14s %14s %14s  %-6s %s\n", "figure", "median", "least", "most", "unit", "against its peer");
  for (guint i = 0; i < figures->len; i++)
    {
      const Figure *figure = &g_array_index (figures, Figure, i);
      const Figure *peer = find_peer (figure);

      printf ("%-28s %14.2f %14.2f %14.2f  %-6s", figure->what->name, median (figure), figure->values[0],
              figure->values[n_runs - 1], figure->what->unit);
      if (peer != NULL)
        printf (" %.2f x %s", median (figure) / median (peer), peer->what->name);
      if (figure->flushes >= 0)
        printf (" (%.3g flushes an event)", figure->flushes);
      putchar ('\n');
    }
}

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_double (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

static char *
read_processor (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL))
    return g_strdup ("unknown");
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "model name"))
      return g_strstrip (g_strdup (strchr (lines[i], ':') + 1));
  return g_strdup ("unknown");
}

static void
add_machine (JsonBuilder *builder)
{
  g_autofree char *processor = read_processor ();
  struct utsname name;

  uname (&name);
  json_builder_set_member_name (builder, "machine");
  json_builder_begin_object (builder);
  add_string (builder, "processor", processor);
  add_double (builder, "cores", (double) g_get_num_processors ());
  add_string (builder, "system", name.sysname);
  add_string (builder, "release", name.release);
  json_builder_end_object (builder);
}

static void
add_figure (JsonBuilder *builder, const Figure *figure)
{
  const Figure *peer = find_peer (figure);

  json_builder_begin_object (builder);
  add_string (builder, "name", figure->what->name);
  add_string (builder, "unit", figure->what->unit);
  add_double (builder, "value", median (figure));
  add_double (builder, "min", figure->values[0]);
  add_double (builder, "max", figure->values[n_runs - 1]);
  add_double (builder, "runs", n_runs);
  if (figure->flushes >= 0)
    add_double (builder, "flushes", figure->flushes);
  if (peer != NULL)
    {
      add_string (builder, "peer", peer->what->name);
      add_double (builder, "ratio", median (figure) / median (peer));
    }
  json_builder_end_object (builder);
}

static char *
to_json (void)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "version");
  json_builder_add_int_value (builder, 1);
  add_machine (builder);
  json_builder_set_member_name (builder, "results");
  json_builder_begin_array (builder);
  for (guint i = 0; i < figures->len; i++)
    add_figure (builder, &g_array_index (figures, Figure, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  return json_to_string (root, TRUE);
}

static gboolean
parse (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- measure Eventhus for GLib beside its peers");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    fprintf (stderr, "bench: %s\nTry bench --help.\n", error->message);
  else if (n_runs < 1 || n_runs > RUNS_MAX)
    fprintf (stderr, "bench: --runs takes a number from 1 to %d\n", RUNS_MAX);
  else if (file_n_events < 100 || file_n_events > G_MAXINT32 || !(file_seconds > 0 && file_seconds < 3600))
    fprintf (stderr, "bench: --events takes at least 100, --seconds more than 0\n");
  else if (file_per_stream < 1 || file_n_events % file_per_stream != 0)
    fprintf (stderr, "bench: --per-stream takes a number that divides that of the events\n");
  else if (child != NULL && (peer_find (child) == NULL || disk_dir == NULL))
    fprintf (stderr, "bench: no such engine\n");
  else
    return TRUE;
  return FALSE;
}

static void
collect_all (void)
{
  figures = g_array_new (FALSE, FALSE, sizeof (Figure));
  collect (bench_codec);
  collect (bench_memory);
  collect (bench_command);
  collect (bench_consumer);
  collect (bench_process);
  collect (bench_scenario);
  collect (bench_simulate);
  collect (bench_faults);
  collect (bench_file_list ());
}

static void
print_all (void)
{
  print_table ();
  bench_file_print (lookup);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (!parse (argc, argv))
    return 2;
  if (child != NULL)
    file_run_child (peer_find (child), disk_dir);

  peer_disk_set (disk_dir, is_forced);
  atexit (peer_disk_clean_up);
  if (plot_dir != NULL)
    {
      file_plot (plot_dir, only, (guint) n_runs);
      return EXIT_SUCCESS;
    }

  collect_all ();
  if (figures->len == 0)
    {
      fprintf (stderr, "bench: no figure's name matches --only\n");
      return 2;
    }

  run_all ();
  if (g_strcmp0 (json_file, "-") != 0)
    print_all ();
  if (json_file == NULL)
    return EXIT_SUCCESS;

  text = to_json ();
  if (g_strcmp0 (json_file, "-") == 0)
    puts (text);
  else
    bench_check (g_file_set_contents (json_file, text, -1, &error), error);
  return EXIT_SUCCESS;
}
