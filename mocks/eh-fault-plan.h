/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus.h"

G_BEGIN_DECLS

/**
 * EhMockFault:
 * @EH_MOCK_FAULT_NONE: none
 * @EH_MOCK_FAULT_APPEND_ERROR: nothing is written; %G_IO_ERROR_FAILED
 * @EH_MOCK_FAULT_APPEND_AMBIGUOUS: EH_ERROR_AMBIGUOUS, and it was written or not, as the rule's applied says
 * @EH_MOCK_FAULT_APPEND_CONFLICT: nothing is written; EH_ERROR_CONFLICT telling the stream's true version, which may be
 *   the expected one. Appends that expect any version cannot conflict and are spared
 * @EH_MOCK_FAULT_LOAD_ERROR: read-stream, read-all, get-version or get-head is %G_IO_ERROR_FAILED
 * @EH_MOCK_FAULT_LOAD_STALE: read-stream or get-version does not see the newest event of the stream
 * @EH_MOCK_FAULT_DELETE_ERROR: nothing is deleted; %G_IO_ERROR_FAILED
 * @EH_MOCK_FAULT_SNAPSHOT_ERROR: save-snapshot or load-snapshot is %G_IO_ERROR_FAILED
 * @EH_MOCK_FAULT_SNAPSHOT_STALE: load-snapshot gives the one before the newest, or none
 * @EH_MOCK_FAULT_SNAPSHOT_LOST: load-snapshot finds none
 * @EH_MOCK_FAULT_PUBLISH_ERROR: nobody gets the event; %G_IO_ERROR_FAILED
 * @EH_MOCK_FAULT_PUBLISH_AMBIGUOUS: EH_ERROR_AMBIGUOUS, and it was published or not, as the rule's applied says
 * @EH_MOCK_FAULT_DELIVER_TWICE: the handler gets the event twice in a row
 * @EH_MOCK_FAULT_DELIVER_LATE: the handler does not get it now; the bus tries again later, in the order of its stream.
 *   For the bus it is a failed attempt
 * @EH_MOCK_FAULT_DELIVER_REORDERED: the handler gets it behind the next event of its stream, or at the next flush
 * @EH_MOCK_FAULT_DELIVER_LOST: the handler never gets it; the bus takes it for delivered
 * @EH_MOCK_FAULT_HANDLER_ERROR: the handler does its work, and then its success is turned into a failure: the
 *   bus delivers the event again
 * @EH_MOCK_FAULT_DELAY: the call waits on the plan's clock before it is done
 *
 * What can go wrong with a call of a mock. In JSON a fault is called by its value's name in lower case, as in scenario
 * files: "append-ambiguous". The faults "crash" and "clock-jump" of scenario files need a simulated world.
 */
typedef enum {
  EH_MOCK_FAULT_NONE,
  EH_MOCK_FAULT_APPEND_ERROR,
  EH_MOCK_FAULT_APPEND_AMBIGUOUS,
  EH_MOCK_FAULT_APPEND_CONFLICT,
  EH_MOCK_FAULT_LOAD_ERROR,
  EH_MOCK_FAULT_LOAD_STALE,
  EH_MOCK_FAULT_DELETE_ERROR,
  EH_MOCK_FAULT_SNAPSHOT_ERROR,
  EH_MOCK_FAULT_SNAPSHOT_STALE,
  EH_MOCK_FAULT_SNAPSHOT_LOST,
  EH_MOCK_FAULT_PUBLISH_ERROR,
  EH_MOCK_FAULT_PUBLISH_AMBIGUOUS,
  EH_MOCK_FAULT_DELIVER_TWICE,
  EH_MOCK_FAULT_DELIVER_LATE,
  EH_MOCK_FAULT_DELIVER_REORDERED,
  EH_MOCK_FAULT_DELIVER_LOST,
  EH_MOCK_FAULT_HANDLER_ERROR,
  EH_MOCK_FAULT_DELAY,
} EhMockFault;

/**
 * EhFaultRule: (skip)
 * @fault: what goes wrong
 * @operation: (nullable): only this operation of those that the fault fits, such as "read-stream"
 * @stream: (nullable): only calls about a stream that matches this glob ("*" and "?"); of a bus, the event's
 * @event_type: (nullable): only calls with such an event: append, publish, deliver
 * @topic: (nullable): only calls of a bus whose topic, "bucket.subset", matches this glob
 * @call: which of the calls that match it strikes first, from 1; with @n_calls 0 it strikes this one only
 * @n_calls: how many calls it strikes in a row. With both 0 it strikes every call
 * @probability: of striking each of these; 0 means always, as 1 does
 * @applied: for the ambiguous faults: whether the call had its effect
 * @delay: for EH_MOCK_FAULT_DELAY: microseconds
 *
 * One rule of a plan: { .fault = EH_MOCK_FAULT_APPEND_ERROR, .call = 3, .stream = "Account-*" }.
 */
typedef struct {
  EhMockFault fault;
  const char *operation;
  const char *stream;
  const char *event_type;
  const char *topic;
  guint call;
  guint n_calls;
  gdouble probability;
  gboolean applied;
  gint64 delay;
} EhFaultRule;

#define EH_TYPE_FAULT_PLAN (eh_fault_plan_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhFaultPlan, eh_fault_plan, EH, FAULT_PLAN, GObject)

/**
 * EhFaultPlan:
 *
 * What goes wrong, and when: an ordered list of rules that mocks ask before each call. Every rule counts the calls
 * that it matches for itself; the first one that strikes decides, and delays come on top. Chance comes from the seed
 * alone, for each rule by itself, so the same calls in the same order meet the same faults on every machine. A store
 * and a bus may share a plan. Any thread may call.
 */

/**
 * eh_fault_plan_new:
 * @seed: where chance comes from; of no matter if no rule has a probability
 *
 * Makes a plan without rules: nothing goes wrong.
 *
 * Returns: (transfer full): the plan
 */
EH_PUBLIC EhFaultPlan *eh_fault_plan_new (guint64 seed);

/**
 * eh_fault_plan_new_from_json:
 * @text: { "seed": 7, "faults": [ { "fault": "append-ambiguous", "applied": true, "stream": "Account-*" } ] }
 * @length: in bytes; -1 if @text is nul-terminated
 * @error: EH_ERROR_INVALID, EH_ERROR_LIMIT with the path: "faults[1].cal: unknown; did you mean "call"? (byte 61)"
 *
 * Reads a plan. The members of a rule are those of #EhFaultRule, "fault" by its name, @event_type as "type",
 * @n_calls as "calls", @delay as an ISO 8601 duration: "PT0.5S". Unknown members are errors.
 *
 * Returns: (transfer full): the plan
 */
EH_PUBLIC EhFaultPlan *eh_fault_plan_new_from_json (const char *text, gssize length, GError **error);

/**
 * eh_fault_plan_add: (skip)
 * @rule: copied; a rule that makes no sense, such as a stale publish, is a mistake in the program
 *
 * Adds a rule, behind the others.
 *
 * Returns: the rule's number, from 0
 */
EH_PUBLIC guint eh_fault_plan_add (EhFaultPlan *self, const EhFaultRule *rule);

/**
 * eh_fault_plan_set_clock:
 * @clock: what delays wait on; at first a system clock
 *
 * To be called before the plan is used.
 */
EH_PUBLIC void eh_fault_plan_set_clock (EhFaultPlan *self, EhClock *clock);

/**
 * eh_fault_plan_get_n_rules:
 *
 * Tells how many rules there are.
 *
 * Returns: the number of rules
 */
EH_PUBLIC guint eh_fault_plan_get_n_rules (EhFaultPlan *self);

/**
 * eh_fault_plan_get_n_struck:
 * @rule: its number, below the number of rules
 *
 * Tells how often a rule's fault came to a call. A test that plans a fault should see that it did.
 *
 * Returns: the number of calls that had the fault
 */
EH_PUBLIC guint eh_fault_plan_get_n_struck (EhFaultPlan *self, guint rule);

/**
 * eh_fault_plan_reset:
 *
 * Begins again: counts start at 0 and chance at the seed. The rules stay.
 */
EH_PUBLIC void eh_fault_plan_reset (EhFaultPlan *self);

/**
 * eh_mock_fault_get_nick:
 * @fault: one of #EhMockFault
 *
 * Tells the name of a fault in JSON and in logs.
 *
 * Returns: (transfer none) (nullable): such as "append-error"; %NULL if there is no such fault
 */
EH_PUBLIC const char *eh_mock_fault_get_nick (EhMockFault fault);

G_END_DECLS
