/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-strategy-private.h"

#include <string.h>

#define MIN_DEPTH 2
#define MAX_DEPTH 5

typedef struct {
  guint64 priority; /* 0: not drawn yet */
  guint total;      /* how many operations it was to have, when last seen */
} Task;

/*
 * The task with the highest priority goes on; at d - 1 steps drawn before the run the one that would go next falls
 * below all others. Which steps count is drawn too: all with a choice, or only those where who goes next matters at
 * once. The second are fewer and so hit more often, but miss what begins with a harmless operation.
 */
typedef struct {
  EhPicker parent;
  EhContention usual;
  EhContention seen;
  GArray *tasks; /* (owned) (element-type Task) */
  gboolean only_races;
  guint changes[MAX_DEPTH - 1]; /* at which steps */
  guint n_changes;
  guint64 lowest; /* priorities of those that have fallen */
} EhPctPicker;

void
eh_contention_add (EhContention *self, const EhCandidate *candidates, guint first, guint n)
{
  const EhOp *op = candidates[first].op;

  self->n_choices++;
  for (guint i = 0; i < n; i++)
    if (i != first && (candidates[i].op->n_accesses == 0 || eh_op_is_dependent (op, candidates[i].op)))
      {
        self->n_races++;
        return;
      }
}

static void
begin (EhPicker *picker, EhRandom *random)
{
  EhPctPicker *self = (EhPctPicker *) picker;
  guint n;

  g_array_set_size (self->tasks, 0);
  self->seen = (EhContention){ 0 };
  self->lowest = G_MAXUINT32;
  self->only_races = eh_random_below (random, 2);
  n = MAX (1, self->only_races ? self->usual.n_races : self->usual.n_choices);
  self->n_changes = MIN_DEPTH - 1 + eh_random_below (random, MAX_DEPTH - MIN_DEPTH + 1);
  for (guint i = 0; i < self->n_changes; i++)
    self->changes[i] = 1 + eh_random_below (random, n);
}

static void
demote (EhPctPicker *self, Task *task)
{
  task->priority = self->lowest--;
}

/* Who has more ahead than when it was last seen, and loads again, is trying again: now the others. */
static Task *
look_at (EhPctPicker *self, EhRandom *random, const EhCandidate *candidate)
{
  guint total = candidate->index + candidate->remaining;
  Task *task;

  if (candidate->task >= self->tasks->len)
    g_array_set_size (self->tasks, candidate->task + 1);
  task = &g_array_index (self->tasks, Task, candidate->task);
  if (task->priority == 0)
    task->priority = G_MAXUINT32 + (eh_random_next (random) >> 1);
  else if (total > task->total && candidate->op->kind == EH_OP_LOAD)
    demote (self, task);
  task->total = total;
  return task;
}

static guint
find_highest (EhPctPicker *self, EhRandom *random, const EhCandidate *candidates, guint n)
{
  guint64 best = 0;
  guint found = 0;

  for (guint i = 0; i < n; i++)
    {
      guint64 priority = look_at (self, random, &candidates[i])->priority;

      if (priority > best)
        {
          best = priority;
          found = i;
        }
    }
  return found;
}

/* Whether this step counts and is one of those drawn. */
static gboolean
is_change (EhPctPicker *self, const EhCandidate *candidates, guint first, guint n)
{
  guint before = self->only_races ? self->seen.n_races : self->seen.n_choices;
  guint now;

  eh_contention_add (&self->seen, candidates, first, n);
  now = self->only_races ? self->seen.n_races : self->seen.n_choices;
  for (guint i = 0; now != before && i < self->n_changes; i++)
    if (self->changes[i] == now)
      return TRUE;
  return FALSE;
}

static guint
pick (EhPicker *picker, EhRandom *random, const EhCandidate *candidates, guint n)
{
  EhPctPicker *self = (EhPctPicker *) picker;
  guint first = find_highest (self, random, candidates, n);

  if (!is_change (self, candidates, first, n))
    return first;
  demote (self, &g_array_index (self->tasks, Task, candidates[first].task));
  return find_highest (self, random, candidates, n);
}

static void
pct_free (EhPicker *picker)
{
  g_array_unref (((EhPctPicker *) picker)->tasks);
  g_free (picker);
}

EhPicker *
eh_strategy_pct_new (EhContention usual)
{
  EhPctPicker *self = g_new0 (EhPctPicker, 1);

  self->parent = (EhPicker){ begin, pick, NULL, pct_free };
  self->tasks = g_array_new (FALSE, TRUE, sizeof (Task));
  self->usual = usual;
  return &self->parent;
}
