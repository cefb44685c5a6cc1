/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-alignment-private.h"

/*
 * Two lists of messages are aligned so that a mismatch reads as what a person would say of it. What matches at both
 * ends is set aside first. In the middle the longest common subsequence stays in place; of the rest, a message that
 * is there elsewhere has moved; one of the same type has changed; whatever is then left is missing or unexpected.
 */

/* The largest table of a longest common subsequence; above it only the ends are compared. */
#define TABLE_MAX (1u << 18)

#define NONE (-1)

typedef struct {
  GPtrArray *expected; /* (unowned) (element-type EhExpectedMessage) */
  GArray *actual;      /* (unowned) (element-type EhActualMessage) */
  const char *name;
  EhStreamName *home;    /* (unowned) (nullable) */
  gint *partner;         /* (owned): of each expected message: the actual one that it is told beside */
  EhDiffKind *kind;      /* (owned): of each expected message without a match: how it differs */
  gboolean *is_in_place; /* (owned): of each expected message: it matches its partner, in order */
  gboolean *is_taken;    /* (owned): of each actual message */
  EhDiff *diff;          /* (unowned) */
} Alignment;

static EhActualMessage *
get_actual (Alignment *self, guint j)
{
  return &g_array_index (self->actual, EhActualMessage, j);
}

static gboolean
matches (Alignment *self, guint i, guint j)
{
  return eh_actual_message_match (get_actual (self, j), g_ptr_array_index (self->expected, i), "", NULL);
}

static void
pair (Alignment *self, guint i, guint j)
{
  self->partner[i] = (gint) j;
  self->is_taken[j] = TRUE;
}

static void
pair_in_place (Alignment *self, guint i, guint j)
{
  pair (self, i, j);
  self->is_in_place[i] = TRUE;
}

static guint
pair_beginning (Alignment *self)
{
  guint n = MIN (self->expected->len, self->actual->len);
  guint i = 0;

  for (; i < n && matches (self, i, i); i++)
    pair_in_place (self, i, i);
  return i;
}

static guint
pair_end (Alignment *self, guint first)
{
  guint n = MIN (self->expected->len, self->actual->len) - first;
  guint k = 0;

  for (; k < n && matches (self, self->expected->len - 1 - k, self->actual->len - 1 - k); k++)
    pair_in_place (self, self->expected->len - 1 - k, self->actual->len - 1 - k);
  return k;
}

/* table[i * (m + 1) + j]: the length of the longest common subsequence of what follows i and j. */
static guint32 *
fill_table (Alignment *self, guint first, guint n, guint m)
{
  guint32 *table = g_new0 (guint32, (gsize) (n + 1) * (m + 1));

  for (guint i = n; i-- > 0;)
    {
      for (guint j = m; j-- > 0;)
        {
          guint32 *cell = &table[i * (m + 1) + j];

          if (matches (self, first + i, first + j))
            *cell = cell[m + 2] + 1;
          else
            *cell = MAX (cell[m + 1], cell[1]);
        }
    }
  return table;
}

static void
pair_middle (Alignment *self, guint first, guint n, guint m)
{
  g_autofree guint32 *table = fill_table (self, first, n, m);
  guint i = 0, j = 0;

  while (i < n && j < m)
    {
      const guint32 *cell = &table[i * (m + 1) + j];

      if (matches (self, first + i, first + j))
        pair_in_place (self, first + i++, first + j++);
      else if (cell[m + 1] >= cell[1])
        i++;
      else
        j++;
    }
}

static gboolean
is_changed (Alignment *self, guint i, guint j)
{
  return eh_actual_message_is_type (get_actual (self, j), g_ptr_array_index (self->expected, i));
}

/* Gives each message that is still alone the first one that is alone too and to which @relates applies. */
static void
pair_the_rest (Alignment *self, EhDiffKind kind, gboolean (*relates) (Alignment *self, guint i, guint j))
{
  for (guint i = 0; i < self->expected->len; i++)
    {
      for (guint j = 0; self->partner[i] == NONE && j < self->actual->len; j++)
        {
          if (self->is_taken[j] || !relates (self, i, j))
            continue;
          pair (self, i, j);
          self->kind[i] = kind;
        }
    }
}

static void
align (Alignment *self)
{
  guint first = pair_beginning (self);
  guint last = pair_end (self, first);
  guint n = self->expected->len - first - last;
  guint m = self->actual->len - first - last;

  if ((guint64) n * m <= TABLE_MAX)
    {
      pair_middle (self, first, n, m);
      pair_the_rest (self, EH_DIFF_MOVED, matches);
    }
  pair_the_rest (self, EH_DIFF_CHANGED, is_changed);
}

static void
tell_unexpected (Alignment *self, guint j)
{
  g_autofree char *path = g_strdup_printf ("%s[%u]", self->name, j);
  g_autofree char *text = eh_actual_message_print (get_actual (self, j), self->home);

  eh_diff_add (self->diff, EH_DIFF_UNEXPECTED, path, NULL, text);
}

static void
tell_moved (Alignment *self, guint i, const char *path)
{
  const EhExpectedMessage *expected = g_ptr_array_index (self->expected, i);
  g_autofree char *before = g_strdup_printf ("%s at %u", expected->type_name, i);
  g_autofree char *after = g_strdup_printf ("it at %d", self->partner[i]);

  eh_diff_add (self->diff, EH_DIFF_MOVED, path, before, after);
}

static void
tell_expected (Alignment *self, guint i)
{
  const EhExpectedMessage *expected = g_ptr_array_index (self->expected, i);
  g_autofree char *path = g_strdup_printf ("%s[%u]", self->name, i);
  g_autofree char *text = NULL;

  if (self->partner[i] == NONE)
    {
      text = eh_expected_message_print (expected, self->home);
      eh_diff_add (self->diff, EH_DIFF_MISSING, path, text, NULL);
    }
  else if (self->kind[i] == EH_DIFF_MOVED)
    {
      tell_moved (self, i, path);
    }
  else
    {
      eh_actual_message_match (get_actual (self, (guint) self->partner[i]), expected, path, self->diff);
    }
}

/* In the order of the expected list, unexpected messages where they came between. */
static void
tell (Alignment *self)
{
  guint told = 0;

  for (guint i = 0; i < self->expected->len; i++)
    {
      for (; self->is_in_place[i] && told < (guint) self->partner[i]; told++)
        {
          if (!self->is_taken[told])
            tell_unexpected (self, told);
        }
      if (!self->is_in_place[i])
        tell_expected (self, i);
    }
  for (; told < self->actual->len; told++)
    {
      if (!self->is_taken[told])
        tell_unexpected (self, told);
    }
}

static gboolean
is_equal (GPtrArray *expected, GArray *actual)
{
  if (expected->len != actual->len)
    return FALSE;
  for (guint i = 0; i < expected->len; i++)
    {
      if (!eh_actual_message_match (&g_array_index (actual, EhActualMessage, i), g_ptr_array_index (expected, i), "",
                                    NULL))
        return FALSE;
    }
  return TRUE;
}

static void
alignment_clear (Alignment *self)
{
  g_free (self->partner);
  g_free (self->kind);
  g_free (self->is_in_place);
  g_free (self->is_taken);
}

EhDiff *
eh_alignment_compare (GPtrArray *expected, GArray *actual, const char *name, EhStreamName *home)
{
  g_autoptr (EhDiff) diff = NULL;
  Alignment alignment = { .expected = expected, .actual = actual, .name = name, .home = home };

  if (is_equal (expected, actual))
    return NULL;

  diff = eh_diff_new ();
  alignment.diff = diff;
  alignment.partner = g_new (gint, MAX (expected->len, 1));
  for (guint i = 0; i < expected->len; i++)
    alignment.partner[i] = NONE;
  alignment.kind = g_new0 (EhDiffKind, expected->len);
  alignment.is_in_place = g_new0 (gboolean, expected->len);
  alignment.is_taken = g_new0 (gboolean, actual->len);
  align (&alignment);
  tell (&alignment);
  alignment_clear (&alignment);
  return g_steal_pointer (&diff);
}
