/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-explorer-private.h"

G_BEGIN_DECLS

/*
 * Fault plans: which operations go wrong, fixed before a run. Were faults drawn from a counter inside of a run, each
 * operation that can fail would depend on every other, and there would be nothing to reduce.
 */
typedef struct {
  guint task;
  guint index; /* which operation of the task */
  EhFault fault;
} EhPlannedFault;

typedef struct {
  guint n;
  EhPlannedFault faults[]; /* by task and index, of which no two are the same */
} EhFaultPlan;

/* 0 for no fault, i for faults[i - 1]; @plan may be NULL. */
guint eh_fault_plan_choose (const EhFaultPlan *plan, guint task, guint index, const EhFault *faults, guint n_faults);

/* Where runs could have gone wrong: a set. */
typedef struct {
  GPtrArray *tasks; /* (owned) (nullable) (element-type GArray): by task and index, bits of EhFault */
} EhFaultSites;

void eh_fault_sites_add (EhFaultSites *self, guint task, guint index, const EhFault *faults, guint n_faults);
/* Adds those of @other. */
void eh_fault_sites_merge (EhFaultSites *self, const EhFaultSites *other);
void eh_fault_sites_clear (EhFaultSites *self);

/* A set of plans, in order of adding. */
typedef struct {
  GPtrArray *plans;  /* (owned) (element-type EhFaultPlan) */
  GHashTable *known; /* (owned): of the same */
} EhFaultPlans;

void eh_fault_plans_init (EhFaultPlans *self);
void eh_fault_plans_clear (EhFaultPlans *self);

/*
 * Adds every plan that is @plan (NULL for none) and one fault more, at one of @sites, within the limits of @budget.
 * FALSE if it has stopped at @max plans.
 */
gboolean eh_fault_plans_extend (EhFaultPlans *self, const EhFaultPlan *plan, const EhFaultSites *sites,
                                const EhExploreBudget *budget, guint64 max);

G_END_DECLS
