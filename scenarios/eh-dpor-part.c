/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-dpor-part-private.h"

#include <string.h>

/*
 * What a part explores depends on its path and on who sleeps there alone: on those branches of its forks that were
 * marked before it was. So parts can be explored in any order, or at once, if what they want reversed at their forks is
 * looked at in the order of the parts: then the same branches are marked, in the same order, as if one had been
 * explored after the other.
 */

static EhDporFork *
fork_ref (EhDporFork *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
fork_unref (gpointer data)
{
  EhDporFork *self = data;

  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;
  fork_unref (self->above);
  g_array_unref (self->nodes);
  g_array_unref (self->branches);
  g_free (self);
}

EhDporFork *
eh_dpor_fork_ref (EhDporFork *self)
{
  return fork_ref (self);
}

void
eh_dpor_fork_unref (EhDporFork *self)
{
  fork_unref (self);
}

static GArray *
copy_first (const GArray *array, gsize size, guint n)
{
  GArray *copy = g_array_sized_new (FALSE, TRUE, (guint) size, n);

  g_array_append_vals (copy, array->data, n);
  return copy;
}

EhDporPart *
eh_dpor_part_new (void)
{
  EhDporPart *self = g_new0 (EhDporPart, 1);

  self->nodes = g_array_new (FALSE, TRUE, sizeof (EhDporNode));
  self->branches = g_array_new (FALSE, TRUE, sizeof (EhDporBranch));
  self->forks = g_ptr_array_new_with_free_func (fork_unref);
  return self;
}

void
eh_dpor_part_free (EhDporPart *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->nodes);
  g_array_unref (self->branches);
  g_ptr_array_unref (self->forks);
  g_free (self);
}

gint
eh_dpor_part_compare (const EhDporPart *a, const EhDporPart *b)
{
  for (guint i = 0; i < EH_DPOR_LEVELS_MAX; i++)
    if (a->key[i] != b->key[i])
      return a->key[i] < b->key[i] ? -1 : 1;
  return 0;
}

void
eh_dpor_part_add_fork (EhDporPart *self, const GArray *nodes, const GArray *branches, guint n_nodes)
{
  const EhDporNode *node = &g_array_index (nodes, EhDporNode, n_nodes - 1);
  EhDporFork *fork = g_new0 (EhDporFork, 1);

  g_assert (self->forks->len < EH_DPOR_LEVELS_MAX);
  g_atomic_ref_count_init (&fork->ref_count);
  fork->level = self->forks->len;
  if (fork->level > 0)
    fork->above = fork_ref (g_ptr_array_index (self->forks, fork->level - 1));
  memcpy (fork->key, self->key, sizeof fork->key);
  fork->n_ranks = 1;
  fork->nodes = copy_first (nodes, sizeof (EhDporNode), n_nodes);
  fork->branches = copy_first (branches, sizeof (EhDporBranch), node->first_branch + node->n_branches);
  g_ptr_array_add (self->forks, fork);
}

static EhDporBranch *
get_branches (EhDporFork *self, guint *n)
{
  const EhDporNode *node = &g_array_index (self->nodes, EhDporNode, self->nodes->len - 1);

  *n = node->n_branches;
  return &g_array_index (self->branches, EhDporBranch, node->first_branch);
}

/* All branches that were marked before @branch are tried before it. */
static EhDporPart *
part_new_from (EhDporFork *self, guint branch)
{
  EhDporPart *part = g_new0 (EhDporPart, 1);
  EhDporNode *node;

  part->nodes = copy_first (self->nodes, sizeof (EhDporNode), self->nodes->len);
  part->branches = copy_first (self->branches, sizeof (EhDporBranch), self->branches->len);
  part->forks = g_ptr_array_new_with_free_func (fork_unref);
  memcpy (part->key, self->key, self->level * sizeof *part->key);
  part->key[self->level] = self->n_ranks++;
  for (EhDporFork *fork = self; fork != NULL; fork = fork->above)
    g_ptr_array_insert (part->forks, 0, fork_ref (fork));

  node = &g_array_index (part->nodes, EhDporNode, part->nodes->len - 1);
  node->chosen = branch;
  for (guint i = 0; i < node->n_branches; i++)
    {
      EhDporBranch *one = &g_array_index (part->branches, EhDporBranch, node->first_branch + i);

      if ((one->flags & EH_DPOR_TO_TRY) != 0)
        one->flags |= EH_DPOR_TRIED;
      if (i == branch)
        one->flags = EH_DPOR_TO_TRY;
    }
  return part;
}

static void
mark (EhDporFork *self, EhDporBranch *branches, guint i, GPtrArray *parts)
{
  if (branches[i].flags == 0)
    g_ptr_array_add (parts, part_new_from (self, i));
  branches[i].flags |= EH_DPOR_TO_TRY;
}

void
eh_dpor_fork_reverse (EhDporFork *self, guint64 mask, GPtrArray *parts)
{
  guint n;
  EhDporBranch *branches = get_branches (self, &n);
  guint found = n;

  for (guint i = 0; i < n; i++)
    {
      if ((mask >> i & 1) == 0)
        continue;
      if (branches[i].flags != 0)
        return; /* to be tried, tried, or covered elsewhere */
      if (found == n)
        found = i;
    }
  for (guint i = 0; i < n; i++)
    if (found == n || found == i)
      mark (self, branches, i, parts);
}
