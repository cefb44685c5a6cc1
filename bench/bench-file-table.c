/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the stores do side by side: a row for each work, a column for each engine, and ours against the best peer. */

#include <math.h>
#include <stdio.h>

#include "bench-file.h"

/* With three digits that count. */
static char *
format (double value, const char *unit)
{
  gboolean is_rate = g_str_has_suffix (unit, "/s");
  const char *scale = "";

  if (isnan (value))
    return g_strdup ("");
  if (is_rate && value >= 1e6)
    {
      value /= 1e6;
      scale = " M";
    }
  else if (is_rate && value >= 1e3)
    {
      value /= 1e3;
      scale = " k";
    }
  return g_strdup_printf ("%.*f%s", value < 10 ? 2 : value < 100 ? 1 : 0, value, scale);
}

static double
find (BenchLookup lookup, const PeerEngine *engine, const FileWork *work)
{
  g_autofree char *name = g_strdup_printf ("%s/%s", engine->name, work->name);

  return lookup (name);
}

/* The best of the peers at the work, in whatever form. */
static double
find_best (BenchLookup lookup, const FileWork *work)
{
  gboolean is_rate = g_str_has_suffix (work->unit, "/s");
  double best = NAN;

  for (guint i = 0; i < file_n_works; i++)
    for (guint j = 0; peer_engines[j] != NULL && file_work_is_alike (&file_works[i], work); j++)
      if (peer_engines[j] != &peer_file && !peer_engines[j]->is_limit)
        {
          double value = find (lookup, peer_engines[j], &file_works[i]);

          best = is_rate ? fmax (best, value) : fmin (best, value);
        }
  return best;
}

static void
print_row (BenchLookup lookup, const FileWork *work)
{
  double ours = find (lookup, &peer_file, work), best = find_best (lookup, work);

  printf ("| `%s` (%s) |", work->name, work->unit);
  for (guint i = 0; peer_engines[i] != NULL; i++)
    {
      g_autofree char *text = format (find (lookup, peer_engines[i], work), work->unit);

      printf (" %s |", text);
    }
  if (isnan (ours) || isnan (best))
    puts (" |");
  else
    printf (" %.2f |\n", ours / best);
}

static gboolean
is_measured (BenchLookup lookup, const FileWork *work)
{
  for (guint i = 0; peer_engines[i] != NULL; i++)
    if (!isnan (find (lookup, peer_engines[i], work)))
      return TRUE;
  return FALSE;
}

void
bench_file_print (BenchLookup lookup)
{
  gboolean has_head = FALSE;

  for (guint i = 0; i < file_n_works; i++)
    {
      if (!is_measured (lookup, &file_works[i]))
        continue;
      if (!has_head)
        {
          fputs ("\n| |", stdout);
          for (guint j = 0; peer_engines[j] != NULL; j++)
            printf (" %s |", peer_engines[j]->name);
          fputs (" ours / best store |\n|---|", stdout);
          for (guint j = 0; peer_engines[j] != NULL; j++)
            fputs ("---|", stdout);
          puts ("---|");
          has_head = TRUE;
        }
      print_row (lookup, &file_works[i]);
    }
}
