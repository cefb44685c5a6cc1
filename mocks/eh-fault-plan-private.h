/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mocks/eh-fault-plan.h"
#include "mocks/eh-mock-operation-private.h"

G_BEGIN_DECLS

/* ---- what fits what: eh-fault-rule.c ---- */

/* Error: EH_ERROR_INVALID, with a suggestion. */
gboolean eh_mock_fault_from_nick (const char *nick, EhMockFault *fault, GError **error);

/* Whether @fault can happen to @operation. */
gboolean eh_mock_fault_fits (EhMockFault fault, EhMockOperation operation);

/* What is wrong with a rule: EH_ERROR_INVALID. */
gboolean eh_fault_rule_check (const EhFaultRule *self, GError **error);

/* ---- asking a plan ---- */

/* A call as rules see it. */
typedef struct {
  EhMockOperation operation;
  const char *stream;        /* (nullable) */
  const char *topic;         /* (nullable) */
  const EhEventBatch *batch; /* (nullable): what is appended */
  const EhEvent *event;      /* (nullable): what is published or delivered */
  gboolean cannot_conflict;  /* an append that expects any version */
} EhPlannedCall;

/* What happens to it. */
typedef struct {
  EhMockFault fault;
  gboolean applied;
  gint64 delay; /* microseconds; 0 for none */
} EhPlannedFault;

EhPlannedFault eh_fault_plan_decide (EhFaultPlan *self, const EhPlannedCall *call);

/* Another seed, and everything as new. */
void eh_fault_plan_set_seed (EhFaultPlan *self, guint64 seed);

/* Waits on the plan's clock. */
gboolean eh_fault_plan_wait (EhFaultPlan *self, gint64 delay, GCancellable *cancellable, GError **error);

G_END_DECLS
