/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-event.h"

G_BEGIN_DECLS

/**
 * EhProjectFunc: (skip)
 * @row: a struct of the projection's row schema, to be changed; zeroed when it is new
 * @event: what happened; eh_event_get_data() is never %NULL here
 *
 * Folds a fact into a row. Pure, like an applier: no I/O, no clock, nothing remembered elsewhere.
 */
typedef void (*EhProjectFunc) (gpointer row, const EhEvent *event);

/**
 * EhEventKeyFunc: (skip)
 * @event: what happened
 * @key: empty; the key is appended to it. Left empty, the rule does not concern this event.
 *
 * Says to which row, or to which process, an event belongs.
 */
typedef void (*EhEventKeyFunc) (const EhEvent *event, GString *key);

/**
 * EhProjectionRuleFlags:
 * @EH_ROW_UPDATES: the row is made if it is not there, and changed
 * @EH_ROW_REMOVES: the row is removed, if it is there
 */
typedef enum {
  EH_ROW_UPDATES = 0,
  EH_ROW_REMOVES = 1,
} EhProjectionRuleFlags;

/**
 * EhProjectionRule: (skip)
 * @schema: the event's type
 * @project: (nullable): changes the row; %NULL for a rule that removes it
 * @key: (nullable): which row; %NULL for the row named by the aggregate's id
 * @flags: update or remove
 *
 * What a type of event does to a row. Several rules may name one type, each with a key of its own: they run in the
 * table's order, all or (should the process end in between) none.
 */
typedef struct {
  const EhSchema *schema;
  EhProjectFunc project;
  EhEventKeyFunc key;
  EhProjectionRuleFlags flags;
} EhProjectionRule;

/**
 * EhProjectionType: (skip)
 * @abi: EH_ABI_VERSION of the header that it was compiled with
 * @name: the view's name, also that of its checkpoint: "Balances"
 * @row: the schema of a row; its revision is the view's: a saved view of another revision is not used
 * @rules: what events do to rows; events without a rule are passed over
 * @category: (nullable): only events of this category; %NULL for all
 *
 * A read model, as a table: rows by key, folded from events. Constant data that lives as long as the domain.
 */
typedef struct {
  guint32 abi;
  const char *name;
  const EhSchema *row;
  const EhProjectionRule *rules;
  gsize n_rules;
  const char *category;
} EhProjectionType;

/**
 * EH_PROJECTION_TYPE: (skip)
 *
 *     const EhProjectionType bank_balances = EH_PROJECTION_TYPE ("Balances", Balance, balance_schema, balance_rules);
 */
#define EH_PROJECTION_TYPE(name_, Row, row_schema, rules_, ...)                                                        \
  {                                                                                                                    \
    .abi = EH_ABI_VERSION + 0 * sizeof (Row), .name = name_, .row = &(row_schema), .rules = rules_,                    \
    .n_rules = G_N_ELEMENTS (rules_), __VA_ARGS__                                                                      \
  }

G_END_DECLS
