/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-aggregate-type.h"
#include "eh-event-private.h"

G_BEGIN_DECLS

/* Here, not in the source file, because loading a stream does both for every event. */

/* By schema, not by name: see the command rules. (nullable) */
static inline const EhEventRule *
eh_aggregate_type_find_rule (const EhAggregateType *self, const EhSchema *schema)
{
  const EhEventRule *end = self->events + self->n_events;

  for (const EhEventRule *rule = self->events; schema != NULL && rule < end; rule++)
    if (rule->schema == schema)
      return rule;
  return NULL;
}

/* Applies @event if its data is of the very struct of a rule, so that it needs no lifting; else does nothing. */
static inline gboolean
eh_aggregate_type_try_apply (const EhAggregateType *self, gpointer state, const EhEvent *event)
{
  const EhEventRule *rule = eh_aggregate_type_find_rule (self, eh_event_peek_schema (event));

  if (rule != NULL && rule->apply != NULL)
    rule->apply (state, event);
  return rule != NULL;
}

/*
 * eh_aggregate_type_decide() in two steps, for who has found the rule, knows that the command is for an aggregate of
 * its type, and would rather know before it loads the state whether the command is well-formed.
 */
gboolean eh_command_rule_validate (const EhCommandRule *rule, const EhCommand *command, GError **error);

/* Of a command that is well-formed. @decision is all zero, and to be cleared by the caller in any case. */
gboolean
eh_command_rule_decide (const EhCommandRule *rule, const EhAggregateType *type, gconstpointer state, guint64 version,
                        const EhCommand *command, gint64 now, EhIdSource *ids, EhDecision *decision, GError **error);

G_END_DECLS
