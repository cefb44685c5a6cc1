/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-plan-private.h"

EhPlan *
eh_plan_new (void)
{
  EhPlan *self = g_new0 (EhPlan, 1);

  self->switches = g_array_new (FALSE, FALSE, sizeof (EhPlanSwitch));
  self->faults = g_array_new (FALSE, FALSE, sizeof (EhPlanFault));
  self->values = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->ops = g_array_new (FALSE, FALSE, sizeof (EhPlanOp));
  return self;
}

EhPlan *
eh_plan_copy (const EhPlan *self)
{
  EhPlan *copy = eh_plan_new ();

  g_array_append_vals (copy->switches, self->switches->data, self->switches->len);
  g_array_append_vals (copy->faults, self->faults->data, self->faults->len);
  g_array_append_vals (copy->values, self->values->data, self->values->len);
  return copy;
}

void
eh_plan_free (EhPlan *self)
{
  g_array_unref (self->switches);
  g_array_unref (self->faults);
  g_array_unref (self->values);
  g_array_unref (self->ops);
  g_free (self);
}

static gboolean
point_equal (const EhPlanPoint *a, const EhPlanPoint *b)
{
  return a->task == b->task && a->step == b->step && a->op == b->op;
}

/* FALSE if the point itself is gone. */
static gboolean
move_up (EhPlanPoint *point, guint task, guint step, gboolean whole_task)
{
  if (point->task == G_MAXUINT)
    return TRUE;
  if (whole_task && point->task >= task)
    return point->task-- != task;
  if (!whole_task && point->task == task && point->step >= step)
    return point->step-- != step;
  return TRUE;
}

static void
drop (EhPlan *self, guint task, guint step, gboolean whole_task)
{
  for (guint i = self->switches->len; i-- > 0;)
    {
      EhPlanSwitch *item = &g_array_index (self->switches, EhPlanSwitch, i);
      gboolean stays = move_up (&item->after, task, step, whole_task) && !(whole_task && item->to == task);

      if (whole_task && item->to > task)
        item->to--;
      if (!stays)
        g_array_remove_index (self->switches, i);
    }
  for (guint i = self->faults->len; i-- > 0;)
    if (!move_up (&g_array_index (self->faults, EhPlanFault, i).at, task, step, whole_task))
      g_array_remove_index (self->faults, i);
}

void
eh_plan_drop_task (EhPlan *self, guint task)
{
  drop (self, task, 0, TRUE);
}

void
eh_plan_drop_step (EhPlan *self, guint task, guint step)
{
  drop (self, task, step, FALSE);
}

guint
eh_plan_get_n_switches (const EhPlan *self)
{
  guint n = 0;

  for (guint i = 0; i < self->switches->len; i++)
    n += g_array_index (self->switches, EhPlanSwitch, i).forced ? 1 : 0;
  return n;
}

guint
eh_plan_get_n_faults (const EhPlan *self, EhFaultKind kind)
{
  guint n = 0;

  for (guint i = 0; i < self->faults->len; i++)
    n += g_array_index (self->faults, EhPlanFault, i).fault.kind == kind ? 1 : 0;
  return n;
}

/* ---- the oracle ---- */

/* Where the running client is: its @op counts the operations of the command that it has done. */
static EhPlanPoint *
get_point (EhPlanOracle *self, guint task)
{
  guint step = eh_world_get_step (self->world);
  EhPlanPoint *known;

  for (guint i = self->points->len; i <= task; i++)
    {
      EhPlanPoint point = { i, 0, 0 };

      g_array_append_val (self->points, point);
    }
  known = &g_array_index (self->points, EhPlanPoint, task);
  if (known->step != step)
    *known = (EhPlanPoint){ task, step, 0 };
  return known;
}

static guint
find_task (const EhCandidate *candidates, guint n, guint task)
{
  for (guint i = 0; i < n; i++)
    if (candidates[i].task == task)
      return i;
  return n;
}

static guint
next_by_plan (EhPlanOracle *self, const EhCandidate *candidates, guint n)
{
  for (guint i = 0; i < self->plan->switches->len; i++)
    {
      const EhPlanSwitch *item = &g_array_index (self->plan->switches, EhPlanSwitch, i);
      guint found = n;

      if (point_equal (&item->after, &self->last))
        found = find_task (candidates, n, item->to);
      if (found < n)
        return found;
    }
  return 0;
}

/* Entries of clients that cannot go on are left out for good. */
static guint
next_by_order (EhPlanOracle *self, const EhCandidate *candidates, guint n)
{
  for (; self->next_order < self->n_order; self->next_order++)
    {
      guint found = find_task (candidates, n, self->order[self->next_order]);

      if (found < n)
        return found;
    }
  return 0;
}

static guint
oracle_next (EhOracle *oracle, const EhCandidate *candidates, guint n, gboolean running_first)
{
  EhPlanOracle *self = (EhPlanOracle *) oracle;
  guint chosen;

  if (self->inner != NULL)
    chosen = self->inner->next (self->inner, candidates, n, running_first);
  else if (self->order != NULL)
    chosen = next_by_order (self, candidates, n);
  else
    chosen = next_by_plan (self, candidates, n);

  if (chosen > 0 && chosen < n)
    {
      EhPlanSwitch item = { self->last, candidates[chosen].task, running_first };

      g_array_append_val (self->recorded->switches, item);
    }
  return chosen;
}

static guint
fault_by_plan (EhPlanOracle *self, const EhPlanPoint *at, const EhFault *faults, guint n)
{
  for (guint i = 0; i < self->plan->faults->len; i++)
    {
      const EhPlanFault *item = &g_array_index (self->plan->faults, EhPlanFault, i);

      if (!point_equal (&item->at, at))
        continue;
      for (guint j = 0; j < n; j++)
        if (faults[j].kind == item->fault.kind && faults[j].applied == item->fault.applied)
          return j + 1;
    }
  return 0;
}

static guint
oracle_fault (EhOracle *oracle, guint task, guint index, const EhOp *op, const EhFault *faults, guint n)
{
  EhPlanOracle *self = (EhPlanOracle *) oracle;
  EhPlanPoint at = *get_point (self, task);
  guint chosen;

  if (self->inner != NULL)
    chosen = self->inner->fault (self->inner, task, index, op, faults, n);
  else
    chosen = fault_by_plan (self, &at, faults, n);

  if (chosen > 0 && chosen <= n)
    {
      EhPlanFault item = { at, faults[chosen - 1] };

      g_array_append_val (self->recorded->faults, item);
    }
  return chosen;
}

static guint64
oracle_choose (EhOracle *oracle, EhChoiceKind kind, guint64 arity, const char *label)
{
  EhPlanOracle *self = (EhPlanOracle *) oracle;
  guint64 value = 0;

  if (self->inner != NULL)
    value = self->inner->choose (self->inner, kind, arity, label);
  else if (self->next_value < self->plan->values->len)
    value = MIN (g_array_index (self->plan->values, guint64, self->next_value), arity - 1);
  self->next_value++;
  g_array_append_val (self->recorded->values, value);
  return value;
}

static void
oracle_did (EhOracle *oracle, guint task, guint index, const EhOp *op)
{
  EhPlanOracle *self = (EhPlanOracle *) oracle;
  EhPlanPoint *point = get_point (self, task);
  EhPlanOp done = { .op = *op };

  if (self->inner != NULL && self->inner->did != NULL)
    self->inner->did (self->inner, task, index, op);
  done.at = *point;
  done.op.subject = NULL;
  g_array_append_val (self->recorded->ops, done);
  point->op++;
  self->last = *point;
  if (self->order != NULL && self->next_order < self->n_order && self->order[self->next_order] == task)
    self->next_order++;
}

static void
init (EhPlanOracle *self, EhWorld *world)
{
  *self = (EhPlanOracle){ .parent = { oracle_next, oracle_fault, oracle_choose, oracle_did }, .last = EH_PLAN_BEGIN };
  self->world = world;
  self->recorded = eh_plan_new ();
  self->points = g_array_new (FALSE, FALSE, sizeof (EhPlanPoint));
}

void
eh_plan_oracle_init (EhPlanOracle *self, EhWorld *world, const EhPlan *plan)
{
  init (self, world);
  self->plan = plan;
}

void
eh_plan_oracle_init_listening (EhPlanOracle *self, EhWorld *world, EhOracle *inner)
{
  init (self, world);
  self->inner = inner;
}

void
eh_plan_oracle_init_order (EhPlanOracle *self, EhWorld *world, const EhPlan *plan, const guint *order, guint n)
{
  init (self, world);
  self->plan = plan;
  self->order = order;
  self->n_order = n;
}

EhPlan *
eh_plan_oracle_steal (EhPlanOracle *self)
{
  return g_steal_pointer (&self->recorded);
}

void
eh_plan_oracle_clear (EhPlanOracle *self)
{
  g_clear_pointer (&self->recorded, eh_plan_free);
  g_clear_pointer (&self->points, g_array_unref);
}
