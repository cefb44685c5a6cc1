/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mocks/eh-call-log-private.h"
#include "mocks/eh-fault-plan-private.h"

G_BEGIN_DECLS

/* What a mock store and a mock bus have in common: the plan that they ask and the log that they write. */
typedef struct {
  EhFaultPlan *plan; /* (owned) */
  EhCallLog *log;    /* (owned) */
  gint is_closed;    /* (atomic): from then on nothing is planned, so that CLOSED is not hidden */
} EhMockRecorder;

/* Both are nullable: by default a plan without rules and a log of its own. */
void eh_mock_recorder_init (EhMockRecorder *self, EhFaultPlan *plan, EhCallLog *log);
void eh_mock_recorder_clear (EhMockRecorder *self);

/* Empties the log and begins the plan again. */
void eh_mock_recorder_reset (EhMockRecorder *self);

/* One call of a mock, between its begin and its end; on the stack. */
typedef struct {
  EhMockRecorder *recorder;
  EhLoggedCall *logged;
  EhPlannedFault planned;
  EhMockOperation operation;
  char *subject; /* (owned) */
} EhMockCall;

/*
 * Notes the call, decides what will go wrong with it, and waits if that is a delay. FALSE if the wait was cancelled;
 * then the call has ended. @arguments: (transfer full) (nullable).
 */
gboolean eh_mock_call_begin (EhMockCall *self, EhMockRecorder *recorder, const EhPlannedCall *what, const char *subject,
                             char *arguments, GCancellable *cancellable, GError **error);

/*
 * Each ends the call, notes its outcome, and returns what the caller returns.
 * done: TRUE; @outcome: (transfer full) (nullable): NULL for "ok".
 * fail: FALSE; @reason: (transfer full) (nullable: a callee may fail without one).
 * fail_planned: FALSE, G_IO_ERROR_FAILED.
 * fail_ambiguous: FALSE, EH_ERROR_AMBIGUOUS; @truth says what really happened, for the log.
 */
gboolean eh_mock_call_done (EhMockCall *self, char *outcome);
gboolean eh_mock_call_fail (EhMockCall *self, GError *reason, GError **error);
gboolean eh_mock_call_fail_planned (EhMockCall *self, GError **error);
gboolean eh_mock_call_fail_ambiguous (EhMockCall *self, const char *truth, GError **error);

/* "DepositPerformed Account-a1@2" */
char *eh_mock_describe_event (const EhEvent *event);

/* done or fail. */
gboolean eh_mock_call_end (EhMockCall *self, gboolean is_done, char *outcome, GError *reason, GError **error);

G_END_DECLS
