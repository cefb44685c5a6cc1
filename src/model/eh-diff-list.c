/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-diff-list-private.h"

/*
 * How two lists differ. Elements of a longest common subsequence stand in their place and are not spoken of, however
 * far they were shifted. Of the others, an equal pair has moved; what stands between the same two neighbours on both
 * sides has changed; the rest is missing or unexpected. Equal ends are cut off first, so that the quadratic table only
 * covers what differs; if that is still too much, elements are compared place by place.
 */

#define TABLE_MAX (1u << 20)
#define NOWHERE G_MAXSIZE

typedef struct {
  gsize n_expected;
  gsize n_actual;
  EhDiffListEqual equal;
  gconstpointer user_data;
  gsize *of_expected; /* to each expected element its actual one, or NOWHERE */
  gsize *of_actual;   /* the other way round */
  gboolean *moved;    /* whether an expected element and its actual one left their order */
} Alignment;

static gboolean
is_equal (const Alignment *self, gsize expected, gsize actual)
{
  return self->equal (expected, actual, self->user_data);
}

static void
join (Alignment *self, gsize expected, gsize actual)
{
  self->of_expected[expected] = actual;
  self->of_actual[actual] = expected;
}

static void
join_places (Alignment *self, gsize start, gsize m, gsize n)
{
  for (gsize i = start; i < start + MIN (m, n); i++)
    {
      if (is_equal (self, i, i))
        join (self, i, i);
    }
}

/* lengths[i][j]: of the longest common subsequence of what follows i and j. */
static guint32 *
measure (const Alignment *self, gsize start, gsize m, gsize n)
{
  gsize width = n + 1;
  guint32 *lengths = g_new0 (guint32, (m + 1) * width);

  for (gsize i = m; i-- > 0;)
    {
      for (gsize j = n; j-- > 0;)
        {
          if (is_equal (self, start + i, start + j))
            lengths[i * width + j] = lengths[(i + 1) * width + j + 1] + 1;
          else
            lengths[i * width + j] = MAX (lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
        }
    }
  return lengths;
}

static void
join_subsequence (Alignment *self, gsize start, gsize m, gsize n)
{
  g_autofree guint32 *lengths = measure (self, start, m, n);
  gsize width = n + 1;
  gsize i = 0, j = 0;

  while (i < m && j < n)
    {
      if (is_equal (self, start + i, start + j))
        join (self, start + i++, start + j++);
      else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1])
        i++;
      else
        j++;
    }
}

static void
align (Alignment *self)
{
  gsize start = 0;
  gsize m = self->n_expected;
  gsize n = self->n_actual;

  for (; start < MIN (m, n) && is_equal (self, start, start); start++)
    join (self, start, start);
  for (; MIN (m, n) > start && is_equal (self, m - 1, n - 1); m--, n--)
    join (self, m - 1, n - 1);
  m -= start;
  n -= start;
  if (m == 0 || n == 0)
    return;
  if (m <= TABLE_MAX / n)
    join_subsequence (self, start, m, n);
  else
    join_places (self, start, m, n);
}

static void
add (GArray *entries, EhDiffKind kind, gsize expected, gsize actual)
{
  EhDiffListEntry entry = { .kind = kind, .expected = expected, .actual = actual };

  g_array_append_val (entries, entry);
}

static gsize
find_left (const Alignment *self, gsize expected)
{
  for (gsize j = 0; j < self->n_actual; j++)
    {
      if (self->of_actual[j] == NOWHERE && is_equal (self, expected, j))
        return j;
    }
  return NOWHERE;
}

/* What moved is what is left and equal when all that kept their order are joined. */
static void
join_moved (Alignment *self)
{
  if (self->n_expected > TABLE_MAX / MAX (self->n_actual, 1))
    return;
  for (gsize i = 0; i < self->n_expected; i++)
    {
      gsize j = self->of_expected[i] == NOWHERE ? find_left (self, i) : NOWHERE;

      if (j == NOWHERE)
        continue;
      join (self, i, j);
      self->moved[i] = TRUE;
    }
}

static gboolean
is_moved_actual (const Alignment *self, gsize j)
{
  return j < self->n_actual && self->of_actual[j] != NOWHERE && self->moved[self->of_actual[j]];
}

/* Adds what stands at the two places, and goes on. */
static void
list_place (const Alignment *self, gsize *i, gsize *j, GArray *entries)
{
  gboolean left_expected = *i < self->n_expected && self->of_expected[*i] == NOWHERE;
  gboolean left_actual = *j < self->n_actual && self->of_actual[*j] == NOWHERE;

  if (left_expected && left_actual)
    add (entries, EH_DIFF_CHANGED, (*i)++, (*j)++);
  else if (left_expected)
    add (entries, EH_DIFF_MISSING, (*i)++, NOWHERE);
  else if (left_actual)
    add (entries, EH_DIFF_UNEXPECTED, NOWHERE, (*j)++);
  else
    {
      (*i)++;
      (*j)++;
    }
}

static GArray *
list_entries (const Alignment *self)
{
  GArray *entries = g_array_new (FALSE, FALSE, sizeof (EhDiffListEntry));
  gsize i = 0, j = 0;

  while (i < self->n_expected || j < self->n_actual)
    {
      if (is_moved_actual (self, j))
        {
          j++;
        }
      else if (i < self->n_expected && self->moved[i])
        {
          add (entries, EH_DIFF_MOVED, i, self->of_expected[i]);
          i++;
        }
      else
        {
          list_place (self, &i, &j, entries);
        }
    }
  return entries;
}

GArray *
eh_diff_list_compare (gsize n_expected, gsize n_actual, EhDiffListEqual equal, gconstpointer user_data)
{
  g_autofree gsize *of_expected = g_new (gsize, n_expected + 1);
  g_autofree gsize *of_actual = g_new (gsize, n_actual + 1);
  g_autofree gboolean *moved = g_new0 (gboolean, n_expected + 1);
  Alignment self = { n_expected, n_actual, equal, user_data, of_expected, of_actual, moved };

  for (gsize i = 0; i < n_expected; i++)
    of_expected[i] = NOWHERE;
  for (gsize j = 0; j < n_actual; j++)
    of_actual[j] = NOWHERE;

  align (&self);
  join_moved (&self);
  return list_entries (&self);
}
