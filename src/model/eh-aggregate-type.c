/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-aggregate-type-private.h"

#include <string.h>

#include "eh-decision-private.h"
#include "eh-error.h"
#include "eh-event-batch-private.h"
#include "eh-timestamp-private.h"

const EhCommandRule *
eh_aggregate_type_find_command (const EhAggregateType *self, const char *type_name)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (type_name != NULL, NULL);

  for (gsize i = 0; i < self->n_commands; i++)
    if (strcmp (self->commands[i].schema->name, type_name) == 0)
      return &self->commands[i];
  return NULL;
}

const EhEventRule *
eh_aggregate_type_find_event (const EhAggregateType *self, const char *type_name)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (type_name != NULL, NULL);

  for (gsize i = 0; i < self->n_events; i++)
    if (strcmp (self->events[i].schema->name, type_name) == 0)
      return &self->events[i];
  return NULL;
}

/*
 * The rules proper are found by schema, not by name: that is fast, and data of another struct that happens to have
 * the same name must never reach a handler.
 */
static const EhCommandRule *
find_command_rule (const EhAggregateType *self, const EhCommand *command, GError **error)
{
  const EhSchema *schema = eh_command_get_schema (command);

  for (gsize i = 0; i < self->n_commands; i++)
    if (self->commands[i].schema == schema)
      return &self->commands[i];

  if (eh_aggregate_type_find_command (self, schema->name) != NULL)
    g_set_error (error, EH_ERROR, EH_ERROR_UNKNOWN_TYPE,
                 "command %s was made with another schema than the one in the command rules of aggregate type %s",
                 schema->name, self->name);
  else
    g_set_error (error, EH_ERROR, EH_ERROR_UNKNOWN_TYPE, "aggregate type %s has no rule for command %s", self->name,
                 schema->name);
  return NULL;
}

static void
set_no_event_rule (const EhAggregateType *self, const EhEvent *event, GError **error)
{
  const char *type_name = eh_event_get_type_name (event);

  if (eh_aggregate_type_find_event (self, type_name) == NULL)
    g_set_error (error, EH_ERROR, EH_ERROR_UNKNOWN_TYPE,
                 "aggregate type %s has no rule for event %s: add one to its event rules, with NULL as its function if "
                 "the event does not change the state",
                 self->name, type_name);
  else if (eh_event_get_schema (event) == NULL)
    g_set_error (error, EH_ERROR, EH_ERROR_UNKNOWN_TYPE,
                 "event %s holds JSON text: lift it with eh_domain_lift_event() before it is applied", type_name);
  else
    g_set_error (error, EH_ERROR, EH_ERROR_UNKNOWN_TYPE,
                 "event %s was made with another schema than the one in the event rules of aggregate type %s",
                 type_name, self->name);
}

gboolean
eh_aggregate_type_apply (const EhAggregateType *self, gpointer state, const EhEvent *event, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (state != NULL, FALSE);
  g_return_val_if_fail (event != NULL, FALSE);

  if (eh_aggregate_type_try_apply (self, state, event))
    return TRUE;
  set_no_event_rule (self, event, error);
  return FALSE;
}

/* Makes up the error that a function of the domain forgot, or refuses the one that it should not have set. */
static gboolean
check_result (gboolean ok, const char *function, const EhCommand *command, GError *found, GError **error)
{
  const char *type_name;

  if (ok && found == NULL)
    return TRUE;
  if (!ok && found != NULL)
    {
      g_propagate_error (error, found);
      return FALSE;
    }

  type_name = eh_command_get_type_name (command);
  if (ok)
    g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "command %s: its %s function returned TRUE with an error set: %s",
                 type_name, function, found->message);
  else
    g_set_error (error, EH_ERROR, EH_ERROR_INVALID,
                 "command %s: its %s function returned FALSE without setting an error", type_name, function);
  g_clear_error (&found);
  return FALSE;
}

static gboolean
check_address (const EhAggregateType *self, const EhCommand *command, GError **error)
{
  EhStreamName *stream = eh_command_get_stream (command);

  if (strcmp (eh_stream_name_get_category (stream), self->name) == 0)
    return TRUE;
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "command %s is for an aggregate of type %s, not for %s",
               eh_command_get_type_name (command), self->name, eh_stream_name_to_string (stream));
  return FALSE;
}

static gboolean
check_existence (const EhCommandRule *rule, guint64 version, const EhCommand *command, GError **error)
{
  const char *name = eh_stream_name_to_string (eh_command_get_stream (command));

  if (rule->flags == EH_UPDATES && version == 0)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_NOT_FOUND, "command %s: %s does not exist, its initial event is missing",
                   rule->schema->name, name);
      return FALSE;
    }
  if (rule->flags == EH_CREATES && version > 0)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_EXISTS, "command %s: %s exists already, at version %" G_GUINT64_FORMAT,
                   rule->schema->name, name, version);
      return FALSE;
    }
  return TRUE;
}

/* The clock is somebody else's, and a scenario may move it anywhere. */
static gboolean
check_time (gint64 now, const EhCommand *command, GError **error)
{
  if (eh_timestamp_in_range (now))
    return TRUE;
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID,
               "command %s: the clock says %" G_GINT64_FORMAT " microseconds since 1970, which is not from year 1 to "
               "9999",
               eh_command_get_type_name (command), now);
  return FALSE;
}

gboolean
eh_command_rule_validate (const EhCommandRule *rule, const EhCommand *command, GError **error)
{
  GError *found = NULL;
  gboolean ok;

  if (rule->validate == NULL)
    return TRUE;
  ok = rule->validate (eh_command_get_data (command), &found);
  return check_result (ok, "validate", command, found, error);
}

static gboolean
check_decision (const EhAggregateType *self, const EhCommandRule *rule, const EhDecision *decision, GError **error)
{
  const EhEventBatch *batch = eh_decision_get_batch (decision);
  const guint n_events = eh_event_batch_get_size (batch);

  for (guint i = 0; i < n_events; i++)
    {
      const EhEvent *event = eh_event_batch_peek (batch, i);

      if (eh_aggregate_type_find_rule (self, eh_event_peek_schema (event)) == NULL)
        {
          set_no_event_rule (self, event, error);
          g_prefix_error (error, "command %s: ", rule->schema->name);
          return FALSE;
        }
    }
  if (rule->flags == EH_CREATES && n_events == 0)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID,
                   "command %s creates an aggregate, but its handler accepted it without emitting an event",
                   rule->schema->name);
      return FALSE;
    }
  return TRUE;
}

static gboolean
run_handler (const EhAggregateType *self, const EhCommandRule *rule, gconstpointer state, const EhCommand *command,
             EhDecision *decision, GError **error)
{
  GError *found = NULL;
  const gboolean ok = rule->decide (state, command, decision, &found);
  const GError *emit_error = eh_decision_get_error (decision);

  if (emit_error != NULL)
    {
      g_clear_error (&found);
      g_propagate_prefixed_error (error, g_error_copy (emit_error), "command %s: ", rule->schema->name);
      return FALSE;
    }
  return check_result (ok, "decide", command, found, error) && check_decision (self, rule, decision, error);
}

gboolean
eh_command_rule_decide (const EhCommandRule *rule, const EhAggregateType *type, gconstpointer state, guint64 version,
                        const EhCommand *command, gint64 now, EhIdSource *ids, EhDecision *decision, GError **error)
{
  if (!check_existence (rule, version, command, error) || !check_time (now, command, error))
    return FALSE;
  eh_decision_init (decision, command, version, now, ids);
  return run_handler (type, rule, state, command, decision, error);
}

EhDecision *
eh_aggregate_type_decide (const EhAggregateType *self, gconstpointer state, guint64 version, const EhCommand *command,
                          gint64 now, EhIdSource *ids, GError **error)
{
  g_autoptr (EhDecision) decision = NULL;
  const EhCommandRule *rule;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (state != NULL, NULL);
  g_return_val_if_fail (command != NULL, NULL);
  g_return_val_if_fail (ids != NULL, NULL);

  rule = find_command_rule (self, command, error);
  if (rule == NULL || !check_address (self, command, error) || !eh_command_rule_validate (rule, command, error))
    return NULL;
  decision = g_new0 (EhDecision, 1);
  if (!eh_command_rule_decide (rule, self, state, version, command, now, ids, decision, error))
    return NULL;
  return g_steal_pointer (&decision);
}
