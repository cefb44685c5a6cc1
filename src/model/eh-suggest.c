/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-suggest-private.h"

#include <string.h>

/* Longer words are names of nothing, and the work grows with the square. */
#define LENGTH_MAX 64

/* A beginning of a name that is long enough to mean it. */
#define PREFIX_MIN 3

/*
 * How many bytes must be inserted, dropped, replaced or swapped with their neighbour to turn @a into @b, letters of
 * either case being the same: the optimal string alignment distance, row by row.
 */
static guint
measure_distance (const char *a, gsize a_length, const char *b, gsize b_length)
{
  guint rows[3][LENGTH_MAX + 1];
  guint *before = rows[0], *above = rows[1], *row = rows[2];

  for (gsize j = 0; j <= b_length; j++)
    above[j] = (guint) j;

  for (gsize i = 1; i <= a_length; i++)
    {
      guint *oldest = before;

      row[0] = (guint) i;
      for (gsize j = 1; j <= b_length; j++)
        {
          const char ca = g_ascii_tolower (a[i - 1]), cb = g_ascii_tolower (b[j - 1]);

          row[j] = MIN (MIN (above[j], row[j - 1]) + 1, above[j - 1] + (ca != cb));
          if (i > 1 && j > 1 && ca == g_ascii_tolower (b[j - 2]) && cb == g_ascii_tolower (a[i - 2]))
            row[j] = MIN (row[j], before[j - 2] + 1);
        }
      before = above;
      above = row;
      row = oldest;
    }
  return above[b_length];
}

/* (nullable): who types little means the first that goes on so */
static const char *
find_longer (const char *word, gsize length, const char *const *candidates, gsize n_candidates)
{
  for (gsize i = 0; i < n_candidates && length >= PREFIX_MIN; i++)
    if (g_ascii_strncasecmp (word, candidates[i], length) == 0)
      return candidates[i];
  return NULL;
}

const char *
eh_suggest (const char *word, const char *const *candidates, gsize n_candidates)
{
  const gsize length = strlen (word);
  const char *nearest = NULL;
  guint limit;

  if (length == 0 || length > LENGTH_MAX)
    return NULL;

  /* A third of the word may be wrong, but never all of it. */
  limit = (guint) MIN ((length + 2) / 3, length - 1) + 1;
  for (gsize i = 0; i < n_candidates; i++)
    {
      const gsize candidate_length = strlen (candidates[i]);
      guint distance;

      if (candidate_length > LENGTH_MAX)
        continue;
      distance = measure_distance (word, length, candidates[i], candidate_length);
      if (distance < limit)
        {
          limit = distance;
          nearest = candidates[i];
        }
    }
  return nearest != NULL ? nearest : find_longer (word, length, candidates, n_candidates);
}
