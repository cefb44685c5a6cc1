/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-fault-plans-private.h"

#include <string.h>

/*
 * Plans with k faults are made from those with k - 1, by a fault more at an operation that was seen under the smaller
 * plan. Every run is reached so: without the fault that came last in it, the same beginning is a run of the smaller
 * plan, which sees that operation. A plan can be made in several ways (of {a, b}: a first, or b first) and sometimes
 * in one only, since b may not exist without a; therefore a set, and no rule that a must be smaller than b.
 */

guint
eh_fault_plan_choose (const EhFaultPlan *plan, guint task, guint index, const EhFault *faults, guint n_faults)
{
  for (guint i = 0; plan != NULL && i < plan->n; i++)
    {
      const EhPlannedFault *planned = &plan->faults[i];

      if (planned->task != task || planned->index != index)
        continue;
      for (guint k = 0; k < n_faults; k++)
        if (faults[k].kind == planned->fault.kind && faults[k].applied == planned->fault.applied)
          return k + 1;
    }
  return 0;
}

/* A fault as a bit: its kind and whether it is applied. */
static guint
fault_to_bit (const EhFault *fault)
{
  return fault->kind << 1 | !!fault->applied;
}

G_STATIC_ASSERT (EH_FAULT_N_KINDS * 2 <= 64);

static guint64 *
get_site (EhFaultSites *self, guint task, guint index)
{
  GArray *bits;

  if (self->tasks == NULL)
    self->tasks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  while (self->tasks->len <= task)
    g_ptr_array_add (self->tasks, g_array_new (FALSE, TRUE, sizeof (guint64)));
  bits = g_ptr_array_index (self->tasks, task);
  if (bits->len <= index)
    g_array_set_size (bits, index + 1);
  return &g_array_index (bits, guint64, index);
}

void
eh_fault_sites_add (EhFaultSites *self, guint task, guint index, const EhFault *faults, guint n_faults)
{
  guint64 *site = get_site (self, task, index);

  for (guint i = 0; i < n_faults; i++)
    *site |= G_GUINT64_CONSTANT (1) << fault_to_bit (&faults[i]);
}

void
eh_fault_sites_merge (EhFaultSites *self, const EhFaultSites *other)
{
  for (guint task = 0; other->tasks != NULL && task < other->tasks->len; task++)
    {
      const GArray *bits = g_ptr_array_index (other->tasks, task);

      for (guint index = 0; index < bits->len; index++)
        *get_site (self, task, index) |= g_array_index (bits, guint64, index);
    }
}

void
eh_fault_sites_clear (EhFaultSites *self)
{
  g_clear_pointer (&self->tasks, g_ptr_array_unref);
}

static gsize
plan_size (const EhFaultPlan *plan)
{
  return sizeof (EhFaultPlan) + plan->n * sizeof (EhPlannedFault);
}

static guint
plan_hash (gconstpointer key)
{
  const EhFaultPlan *plan = key;
  guint hash = plan->n;

  for (guint i = 0; i < plan->n; i++)
    {
      const EhPlannedFault *planned = &plan->faults[i];

      hash = ((hash * 31 + planned->task) * 1009 + planned->index) * 67 + fault_to_bit (&planned->fault);
    }
  return hash;
}

static gboolean
plan_equal (gconstpointer a, gconstpointer b)
{
  return plan_size (a) == plan_size (b) && memcmp (a, b, plan_size (a)) == 0;
}

void
eh_fault_plans_init (EhFaultPlans *self)
{
  self->plans = g_ptr_array_new_with_free_func (g_free);
  self->known = g_hash_table_new (plan_hash, plan_equal);
}

void
eh_fault_plans_clear (EhFaultPlans *self)
{
  g_clear_pointer (&self->known, g_hash_table_unref);
  g_clear_pointer (&self->plans, g_ptr_array_unref);
}

static gboolean
is_before (const EhPlannedFault *a, const EhPlannedFault *b)
{
  return a->task < b->task || (a->task == b->task && a->index < b->index);
}

/* Zeroed: plans are compared as bytes. */
static EhFaultPlan *
plan_with (const EhFaultPlan *plan, const EhPlannedFault *more)
{
  guint n = plan != NULL ? plan->n : 0;
  EhFaultPlan *longer = g_malloc0 (sizeof (EhFaultPlan) + (n + 1) * sizeof (EhPlannedFault));
  guint at = 0;

  while (at < n && is_before (&plan->faults[at], more))
    at++;
  longer->n = n + 1;
  for (guint i = 0; i <= n; i++)
    longer->faults[i] = i == at ? *more : plan->faults[i < at ? i : i - 1];
  return longer;
}

static gboolean
is_within_budget (const EhFaultPlan *plan, const EhPlannedFault *more, const EhExploreBudget *budget)
{
  guint n_same = 1;

  for (guint i = 0; plan != NULL && i < plan->n; i++)
    {
      const EhPlannedFault *planned = &plan->faults[i];

      if (planned->task == more->task && planned->index == more->index)
        return FALSE;
      n_same += planned->fault.kind == more->fault.kind;
    }
  return n_same <= budget->most[more->fault.kind];
}

static gboolean
extend_at (EhFaultPlans *self, const EhFaultPlan *plan, EhPlannedFault site, guint64 bits,
           const EhExploreBudget *budget, guint64 max)
{
  for (guint bit = 0; bits >> bit != 0; bit++)
    {
      g_autofree EhFaultPlan *longer = NULL;

      site.fault = (EhFault){ bit >> 1, bit & 1 };
      if (!(bits >> bit & 1) || !is_within_budget (plan, &site, budget))
        continue;
      longer = plan_with (plan, &site);
      if (g_hash_table_contains (self->known, longer))
        continue;
      if (self->plans->len >= max)
        return FALSE;
      g_hash_table_add (self->known, longer);
      g_ptr_array_add (self->plans, g_steal_pointer (&longer));
    }
  return TRUE;
}

gboolean
eh_fault_plans_extend (EhFaultPlans *self, const EhFaultPlan *plan, const EhFaultSites *sites,
                       const EhExploreBudget *budget, guint64 max)
{
  if ((plan != NULL ? plan->n : 0) >= budget->n_faults || sites->tasks == NULL)
    return TRUE;
  for (guint task = 0; task < sites->tasks->len; task++)
    {
      GArray *bits = g_ptr_array_index (sites->tasks, task);

      for (guint index = 0; index < bits->len; index++)
        if (!extend_at (self, plan, (EhPlannedFault){ task, index, { 0 } }, g_array_index (bits, guint64, index),
                        budget, max))
          return FALSE;
    }
  return TRUE;
}
