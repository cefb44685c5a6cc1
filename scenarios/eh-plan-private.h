/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mocks/eh-world-private.h"

G_BEGIN_DECLS

/*
 * A run told by what is not boring in it: after which operation another client goes on, which operation goes wrong.
 * Places are named by client, command and operation of the command, not by a position in a list, so that a plan
 * still means the same after another client or command is taken out.
 */

/* After (for a switch) or at (for a fault) operation number @op of command number @step of client @task. */
typedef struct {
  guint task;
  guint step;
  guint op;
} EhPlanPoint;

/* The point before anything has been done. */
#define EH_PLAN_BEGIN ((EhPlanPoint){ G_MAXUINT, 0, 0 })

typedef struct {
  EhPlanPoint after;
  guint to;
  gboolean forced; /* the running client could have carried on: what is counted as a switch */
} EhPlanSwitch;

typedef struct {
  EhPlanPoint at;
  EhFault fault;
} EhPlanFault;

/* One operation of the run that the plan was recorded from. */
typedef struct {
  EhPlanPoint at;
  EhOp op; /* its subject is not kept */
} EhPlanOp;

typedef struct {
  GArray *switches; /* (owned) (element-type EhPlanSwitch) */
  GArray *faults;   /* (owned) (element-type EhPlanFault) */
  GArray *values;   /* (owned) (element-type guint64): everything else that was chosen, in order */
  GArray *ops;      /* (owned) (element-type EhPlanOp): as recorded; empty in a plan that was changed */
} EhPlan;

EhPlan *eh_plan_new (void);
/* Without the recorded operations. */
EhPlan *eh_plan_copy (const EhPlan *self);
void eh_plan_free (EhPlan *self);

/* Takes a client, or one of its commands, out; the later ones move up. */
void eh_plan_drop_task (EhPlan *self, guint task);
void eh_plan_drop_step (EhPlan *self, guint task, guint step);

/* How often a client was left although it could have carried on. */
guint eh_plan_get_n_switches (const EhPlan *self);
guint eh_plan_get_n_faults (const EhPlan *self, EhFaultKind kind);

/*
 * An oracle that follows a plan leniently and records the run. What it follows is one of: @plan, where whatever
 * does not fit is left out; @inner, which it only listens to; @order, client numbers one an operation.
 */
typedef struct {
  EhOracle parent;
  EhWorld *world;     /* (unowned): where it runs; knows the commands' numbers */
  const EhPlan *plan; /* (unowned) (nullable) */
  EhOracle *inner;    /* (unowned) (nullable) */
  const guint *order; /* (unowned) (nullable) */
  guint n_order;

  EhPlan *recorded; /* (owned) */
  GArray *points;   /* (owned) (element-type EhPlanPoint): by client, where it is */
  EhPlanPoint last; /* what was done last */
  guint next_value; /* in the plan's values */
  guint next_order;
} EhPlanOracle;

void eh_plan_oracle_init (EhPlanOracle *self, EhWorld *world, const EhPlan *plan);
void eh_plan_oracle_init_listening (EhPlanOracle *self, EhWorld *world, EhOracle *inner);
/* @plan: the faults and values beside the order */
void eh_plan_oracle_init_order (EhPlanOracle *self, EhWorld *world, const EhPlan *plan, const guint *order, guint n);
void eh_plan_oracle_clear (EhPlanOracle *self);
/* (transfer full): what was recorded; the oracle is of no use afterwards */
EhPlan *eh_plan_oracle_steal (EhPlanOracle *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhPlan, eh_plan_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EhPlanOracle, eh_plan_oracle_clear)

G_END_DECLS
