/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-command.h"
#include "eh-projection-type.h"
#include "eh-reaction.h"

G_BEGIN_DECLS

/**
 * EhReactFunc: (skip)
 * @state: the process's state, to be changed; zeroed when the process starts
 * @event: what happened; eh_event_get_data() is never %NULL here
 * @reaction: where commands and deadlines go
 *
 * Reacts to a fact. Pure: the same arguments always give the same result; time comes from @reaction.
 */
typedef void (*EhReactFunc) (gpointer state, const EhEvent *event, EhReaction *reaction);

/**
 * EhRefusedFunc: (skip)
 * @command: a command that the process had sent
 * @nick: the refusal's nick, "balance-out"; what eh_domain_get_error_nick() says, or the error's domain and code
 * @message: the refusal's text
 *
 * Reacts to a refusal, mostly by compensating.
 */
typedef void (*EhRefusedFunc) (gpointer state, const EhCommand *command, const char *nick, const char *message,
                               EhReaction *reaction);

/**
 * EhDeadlineFunc: (skip)
 * @name: which deadline
 *
 * Reacts to a deadline that has passed.
 */
typedef void (*EhDeadlineFunc) (gpointer state, const char *name, EhReaction *reaction);

/**
 * EhProcessRuleFlags:
 * @EH_CONTINUES: concerns a process that has started; without one the event is passed over
 * @EH_STARTS: starts the process if there is none of that key
 */
typedef enum {
  EH_CONTINUES = 0,
  EH_STARTS = 1,
} EhProcessRuleFlags;

/**
 * EhProcessRule: (skip)
 * @schema: the event's type; one rule a type
 * @react: what to do
 * @key: (nullable): which process; %NULL for the one whose key is the aggregate's id. eh_event_key_correlation() is
 *   ready-made.
 * @flags: whether it starts one
 */
typedef struct {
  const EhSchema *schema;
  EhReactFunc react;
  EhEventKeyFunc key;
  EhProcessRuleFlags flags;
} EhProcessRule;

/**
 * EhRefusalRule: (skip)
 * @schema: the type of a command that the process sends
 *
 * What to do when it is refused. A refused command without a rule sets the process aside, to be looked at by a person.
 */
typedef struct {
  const EhSchema *schema;
  EhRefusedFunc react;
} EhRefusalRule;

/**
 * EhDeadlineRule: (skip)
 * @name: a deadline that the process sets
 */
typedef struct {
  const char *name;
  EhDeadlineFunc react;
} EhDeadlineRule;

/**
 * EhProcessType: (skip)
 * @abi: EH_ABI_VERSION of the header that it was compiled with
 * @name: the type, which is the category of the streams that processes are kept in; no "-" in it, and no aggregate
 *   type's
 * @state: the schema of the state
 * @rules: what events do
 * @refusals: (nullable): what refusals do
 * @deadlines: (nullable): what deadlines do
 *
 * A process manager, as a table: events in, commands out. Each process (one for each key) is a stream of the
 * store, `<name>-<key>`: one event for every step that it took, with its state, the commands that it sent and its
 * deadlines. Constant data that lives as long as the domain.
 */
typedef struct {
  guint32 abi;
  const char *name;
  const EhSchema *state;
  const EhProcessRule *rules;
  gsize n_rules;
  const EhRefusalRule *refusals;
  gsize n_refusals;
  const EhDeadlineRule *deadlines;
  gsize n_deadlines;
} EhProcessType;

/**
 * EH_PROCESS_TYPE: (skip)
 *
 *     const EhProcessType bank_transfer = EH_PROCESS_TYPE ("Transfer", Transfer, transfer_schema, transfer_rules,
 *                                                          EH_REFUSALS (transfer_refusals),
 *                                                          EH_DEADLINES (transfer_deadlines));
 */
#define EH_PROCESS_TYPE(name_, State, state_schema, rules_, ...)                                                       \
  {                                                                                                                    \
    .abi = EH_ABI_VERSION + 0 * sizeof (State), .name = name_, .state = &(state_schema), .rules = rules_,              \
    .n_rules = G_N_ELEMENTS (rules_), __VA_ARGS__                                                                      \
  }
#define EH_REFUSALS(table) .refusals = table, .n_refusals = G_N_ELEMENTS (table)
#define EH_DEADLINES(table) .deadlines = table, .n_deadlines = G_N_ELEMENTS (table)

/**
 * eh_event_key_correlation: (skip)
 *
 * An #EhEventKeyFunc: the text of the event's correlation id, so that all that a process leads to comes back to it.
 * Nothing for an event without one.
 */
EH_PUBLIC void eh_event_key_correlation (const EhEvent *event, GString *key);

G_END_DECLS
