/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The passes that make a run of the same commands simpler: fewer switches and faults, and a tidier order. */

#include "scenarios/eh-shrinker-private.h"

static gboolean
drop_switches (EhShrinker *self, guint at, guint n)
{
  EhPlan *plan = eh_plan_copy (self->plan);

  g_array_remove_range (plan->switches, at, n);
  return eh_shrinker_try (self, NULL, plan);
}

/* In halves down to single ones. */
gboolean
eh_shrink_switches (EhShrinker *self)
{
  gboolean changed = FALSE;

  for (guint n = self->plan->switches->len; n > 0; n /= 2)
    {
      guint at = 0;

      while (at < self->plan->switches->len && eh_shrinker_may_try (self))
        {
          guint before = self->plan->switches->len;

          if (drop_switches (self, at, MIN (n, before - at)) && self->plan->switches->len < before)
            changed = TRUE;
          else
            at += n;
        }
    }
  return changed;
}

gboolean
eh_shrink_faults (EhShrinker *self)
{
  gboolean changed = FALSE;

  for (guint i = self->plan->faults->len; i-- > 0;)
    {
      EhPlan *plan;
      guint before = self->plan->faults->len;

      if (i >= before)
        continue;
      plan = eh_plan_copy (self->plan);
      g_array_remove_index (plan->faults, i);
      changed |= eh_shrinker_try (self, NULL, plan) && self->plan->faults->len < before;
    }
  return changed;
}

/* ---- the order ---- */

/* Operations of one client after each other. */
typedef struct {
  guint first;
  guint n;
} Segment;

static guint
task_at (const EhPlan *plan, guint i)
{
  return g_array_index (plan->ops, EhPlanOp, i).at.task;
}

static guint
step_at (const EhPlan *plan, guint i)
{
  return g_array_index (plan->ops, EhPlanOp, i).at.step;
}

static GArray *
list_segments (const EhPlan *plan)
{
  GArray *segments = g_array_new (FALSE, FALSE, sizeof (Segment));

  for (guint i = 0; i < plan->ops->len;)
    {
      Segment segment = { i, 0 };

      for (; i < plan->ops->len && task_at (plan, i) == task_at (plan, segment.first); i++)
        segment.n++;
      g_array_append_val (segments, segment);
    }
  return segments;
}

/* The order in which @n operations from @from on are done before those from @to on, which come earlier. */
static gboolean
try_move (EhShrinker *self, guint from, guint n, guint to)
{
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < self->plan->ops->len; i++)
    {
      guint task = task_at (self->plan, i);

      if (i < from || i >= from + n)
        g_array_append_val (order, task);
    }
  for (guint i = 0; i < n; i++)
    {
      guint task = task_at (self->plan, from + i);

      g_array_insert_val (order, to + i, task);
    }
  return eh_shrinker_try_order (self, (const guint *) (gpointer) order->data, order->len);
}

/* Neighbours that can be swapped without harm end up in the order of clients, and clients' parts together. */
static gboolean
swap_segments (EhShrinker *self)
{
  g_autoptr (GArray) segments = list_segments (self->plan);

  for (guint i = 0; i + 1 < segments->len && eh_shrinker_may_try (self); i++)
    {
      const Segment *first = &g_array_index (segments, Segment, i);
      const Segment *second = first + 1;

      if (try_move (self, second->first, second->n, first->first))
        return TRUE;
    }
  return FALSE;
}

/* How many operations of @segment, from its end or its beginning, belong to the command numbered @step. */
static guint
count_step (const EhPlan *plan, const Segment *segment, guint step, gboolean from_end)
{
  guint n = 0;

  while (n < segment->n && step_at (plan, from_end ? segment->first + segment->n - 1 - n : segment->first + n) == step)
    n++;
  return n;
}

/* A command that was interrupted is finished before the others go on, or begun only after them. */
static gboolean
join_command (EhShrinker *self, const Segment *part, const Segment *rest)
{
  guint step = step_at (self->plan, part->first + part->n - 1);
  guint begun = count_step (self->plan, part, step, TRUE);
  guint left = count_step (self->plan, rest, step, FALSE);
  guint between = rest->first - (part->first + part->n);

  if (left == 0)
    return FALSE;
  return try_move (self, rest->first, left, part->first + part->n)
         || try_move (self, part->first + part->n, between, part->first + part->n - begun);
}

static gboolean
join_commands (EhShrinker *self)
{
  g_autoptr (GArray) segments = list_segments (self->plan);

  for (guint i = 0; i < segments->len; i++)
    for (guint j = i + 1; j < segments->len && eh_shrinker_may_try (self); j++)
      {
        const Segment *part = &g_array_index (segments, Segment, i);
        const Segment *rest = &g_array_index (segments, Segment, j);

        if (task_at (self->plan, part->first) != task_at (self->plan, rest->first))
          continue;
        if (join_command (self, part, rest))
          return TRUE;
        break;
      }
  return FALSE;
}

gboolean
eh_shrink_order (EhShrinker *self)
{
  gboolean changed = FALSE;

  while (eh_shrinker_may_try (self) && (join_commands (self) || swap_segments (self)))
    changed = TRUE;
  return changed;
}
