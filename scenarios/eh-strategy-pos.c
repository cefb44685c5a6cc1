/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-strategy-private.h"

typedef struct {
  gboolean drawn;
  guint index; /* which operation of the task it was drawn for */
  guint64 priority;
} Pending;

typedef struct {
  EhPicker parent;
  GArray *pending; /* (owned) (element-type Pending): by task */
  gboolean did_any;
  guint last_task;
  EhOp last; /* what was done last; it redraws those that it raced with */
} EhPosPicker;

static void
begin (EhPicker *picker, EhRandom *random)
{
  EhPosPicker *self = (EhPosPicker *) picker;

  g_array_set_size (self->pending, 0);
  self->did_any = FALSE;
}

static Pending *
get_pending (EhPosPicker *self, guint task)
{
  if (task >= self->pending->len)
    g_array_set_size (self->pending, task + 1);
  return &g_array_index (self->pending, Pending, task);
}

static guint64
get_priority (EhPosPicker *self, EhRandom *random, const EhCandidate *candidate)
{
  Pending *pending = get_pending (self, candidate->task);

  if (self->did_any && candidate->task != self->last_task && eh_op_is_dependent (candidate->op, &self->last))
    pending->drawn = FALSE;
  if (!pending->drawn || pending->index != candidate->index)
    *pending = (Pending){ TRUE, candidate->index, eh_random_next (random) };
  return pending->priority;
}

static guint
pick (EhPicker *picker, EhRandom *random, const EhCandidate *candidates, guint n)
{
  EhPosPicker *self = (EhPosPicker *) picker;
  guint64 best = 0;
  guint found = 0;

  for (guint i = 0; i < n; i++)
    {
      guint64 priority = get_priority (self, random, &candidates[i]);

      if (priority > best)
        {
          best = priority;
          found = i;
        }
    }
  self->did_any = FALSE;
  return found;
}

static void
did (EhPicker *picker, guint task, const EhOp *op)
{
  EhPosPicker *self = (EhPosPicker *) picker;

  self->did_any = TRUE;
  self->last_task = task;
  self->last = *op;
}

static void
pos_free (EhPicker *picker)
{
  g_array_unref (((EhPosPicker *) picker)->pending);
  g_free (picker);
}

EhPicker *
eh_strategy_pos_new (void)
{
  EhPosPicker *self = g_new0 (EhPosPicker, 1);

  self->parent = (EhPicker){ begin, pick, did, pos_free };
  self->pending = g_array_new (FALSE, TRUE, sizeof (Pending));
  return &self->parent;
}
