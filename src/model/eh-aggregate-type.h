/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-command.h"
#include "eh-decision.h"
#include "eh-event.h"

G_BEGIN_DECLS

/**
 * EhDecideFunc: (skip)
 * @state: the aggregate's state, not to be changed; zeroed for a new aggregate
 * @command: what is wished
 * @decision: where the events go
 * @error: an error of the domain's own, if the command is refused
 *
 * A command handler. It decides and does nothing else: no I/O, no clock, no randomness, no memory of its own;
 * time and ids come from @decision. The same arguments always give the same events.
 *
 * Returns: %TRUE if the command is accepted, with any number of events; %FALSE with @error set if it is refused
 */
typedef gboolean (*EhDecideFunc) (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error);

/**
 * EhApplyFunc: (skip)
 * @state: the aggregate's state, to be changed
 * @event: what happened; eh_event_get_data() is never %NULL here
 *
 * An event applier. It folds a fact into the state and cannot fail.
 */
typedef void (*EhApplyFunc) (gpointer state, const EhEvent *event);

/**
 * EhValidateFunc: (skip)
 * @data: the command's struct
 * @error: why it makes no sense
 *
 * Checks a command on its own, before anything is loaded.
 *
 * Returns: %FALSE with @error set if the command is not well-formed
 */
typedef gboolean (*EhValidateFunc) (gconstpointer data, GError **error);

/**
 * EhCommandFlags:
 * @EH_UPDATES: the aggregate must exist, else EH_ERROR_NOT_FOUND: its initial event is missing
 * @EH_CREATES: the aggregate must not exist yet, else EH_ERROR_EXISTS; accepting it takes at least one event
 * @EH_CREATES_OR_UPDATES: either
 */
typedef enum {
  EH_UPDATES = 0,
  EH_CREATES = 1,
  EH_CREATES_OR_UPDATES = 2,
} EhCommandFlags;

/**
 * EhCommandRule: (skip)
 *
 * Who decides a type of command.
 */
typedef struct {
  const EhSchema *schema;
  EhDecideFunc decide;
  EhCommandFlags flags;
  EhValidateFunc validate; /* (nullable) */
} EhCommandRule;

/**
 * EhEventRule: (skip)
 *
 * Who folds a type of event; an @apply of %NULL says that it does not change the state.
 */
typedef struct {
  const EhSchema *schema;
  EhApplyFunc apply; /* (nullable) */
} EhEventRule;

/**
 * EhAggregateType: (skip)
 * @abi: EH_ABI_VERSION of the header that it was compiled with
 * @name: the type, which is the category of its streams; no "-" in it
 * @state: the schema of the state
 * @commands: its command rules
 * @events: its event rules
 * @bucket: (nullable): the first part of the topic that its events are published to; %NULL for the domain's name
 * @subset: (nullable): the second part; %NULL for @name in lower case
 *
 * A consistency boundary, as a table: constant data that lives as long as the domain.
 */
typedef struct {
  guint32 abi;
  const char *name;
  const EhSchema *state;
  const EhCommandRule *commands;
  gsize n_commands;
  const EhEventRule *events;
  gsize n_events;
  const char *bucket;
  const char *subset;
} EhAggregateType;

/**
 * EH_AGGREGATE_TYPE: (skip)
 *
 *     const EhAggregateType bank_account =
 *         EH_AGGREGATE_TYPE ("Account", Account, account_schema, account_commands, account_events);
 *
 * The two tables are arrays. More members of EhAggregateType may follow: .bucket = "money".
 */
#define EH_AGGREGATE_TYPE(name_, State, state_schema, commands_, events_, ...)                                         \
  {                                                                                                                    \
    .abi = EH_ABI_VERSION + 0 * sizeof (State), .name = name_, .state = &(state_schema), .commands = commands_,        \
    .n_commands = G_N_ELEMENTS (commands_), .events = events_, .n_events = G_N_ELEMENTS (events_), __VA_ARGS__         \
  }

/**
 * eh_aggregate_type_find_command: (skip)
 *
 * Returns: (nullable): the rule for commands of type @type_name
 */
EH_PUBLIC const EhCommandRule *eh_aggregate_type_find_command (const EhAggregateType *self, const char *type_name);

/**
 * eh_aggregate_type_find_event: (skip)
 *
 * Returns: (nullable): the rule for events of type @type_name
 */
EH_PUBLIC const EhEventRule *eh_aggregate_type_find_event (const EhAggregateType *self, const char *type_name);

/**
 * eh_aggregate_type_apply: (skip)
 * @state: the state; changed
 * @event: an event that holds a value (see eh_domain_lift_event())
 * @error: EH_ERROR_UNKNOWN_TYPE if there is no rule for it
 *
 * Folds one event.
 *
 * Returns: %FALSE if the event is unknown; then @state is as it was
 */
EH_PUBLIC gboolean eh_aggregate_type_apply (const EhAggregateType *self, gpointer state, const EhEvent *event,
                                            GError **error);

/**
 * eh_aggregate_type_decide: (skip)
 * @state: the state
 * @version: its version; 0 for a new aggregate
 * @command: what is wished; of this aggregate type
 * @now: the decision's time, microseconds since 1970
 * @ids: where ids come from
 * @error: the domain's refusal; EH_ERROR_UNKNOWN_TYPE no rule for the command, or it emitted an event without a
 *   rule; EH_ERROR_NOT_FOUND and EH_ERROR_EXISTS by the rule's flags; EH_ERROR_INVALID the command is for
 *   another aggregate type, its validator or its handler returned %FALSE without an error or %TRUE with one,
 *   a creating command emitted nothing, an event's data cannot be written, or @now is not from year 1 to 9999
 *
 * Validates and decides one command; touches no store.
 *
 * Returns: (transfer full): the decision, or %NULL if the command was refused
 */
EH_PUBLIC EhDecision *eh_aggregate_type_decide (const EhAggregateType *self, gconstpointer state, guint64 version,
                                                const EhCommand *command, gint64 now, EhIdSource *ids, GError **error);

G_END_DECLS
