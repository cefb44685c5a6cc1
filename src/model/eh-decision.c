/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A decision draws no chance: its ids are derived from the command's. Deciding a command again, in this process or
 * after a crash, makes events with the same ids, and a store refuses ids that it has at another place. So a command
 * that is sent twice with one id cannot take effect twice, whatever the state has become in between.
 */

#include "eh-decision-private.h"

#include "eh-id-private.h"

void
eh_decision_init (EhDecision *self, const EhCommand *command, guint64 version, gint64 now, EhIdSource *ids)
{
  self->error = NULL;
  self->batch = eh_event_batch_new (eh_command_get_stream (command), now);
  eh_event_batch_set_context (self->batch, eh_command_get_metadata (command), eh_command_get_correlation_id (command),
                              eh_command_get_id (command));
  self->command_id = *eh_command_get_id (command);
  self->ids = eh_id_is_nil (&self->command_id) ? g_object_ref (ids) : NULL;
  self->n_ids = 0;
  self->version = version;
}

void
eh_decision_clear (EhDecision *self)
{
  g_clear_error (&self->error);
  g_clear_pointer (&self->batch, eh_event_batch_unref);
  g_clear_object (&self->ids);
}

EhDecision *
eh_decision_new (const EhCommand *command, guint64 version, gint64 now, EhIdSource *ids)
{
  EhDecision *self;

  g_return_val_if_fail (command != NULL, NULL);
  g_return_val_if_fail (ids != NULL, NULL);

  self = g_new (EhDecision, 1);
  eh_decision_init (self, command, version, now, ids);
  return self;
}

void
eh_decision_free (EhDecision *self)
{
  g_return_if_fail (self != NULL);

  eh_decision_clear (self);
  g_free (self);
}

static void
next_id (EhDecision *self, EhId *id)
{
  if (self->ids != NULL)
    eh_id_source_next (self->ids, id);
  else
    eh_id_derive (&self->command_id, ++self->n_ids, id);
}

void
eh_decision_emit (EhDecision *self, const EhSchema *schema, gconstpointer data)
{
  EhId id;

  g_return_if_fail (self != NULL);
  g_return_if_fail (schema != NULL);
  g_return_if_fail (data != NULL || schema->n_fields == 0);

  if (self->error != NULL)
    return;
  next_id (self, &id);
  if (!eh_event_batch_add (self->batch, &id, schema, data, &self->error))
    g_prefix_error (&self->error, "event %s: ", schema->name != NULL ? schema->name : "without a name");
}

gint64
eh_decision_get_time (const EhDecision *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return eh_event_batch_get_timestamp (self->batch);
}

void
eh_decision_new_id (EhDecision *self, EhId *id)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (id != NULL);

  next_id (self, id);
}

EhStreamName *
eh_decision_get_stream (const EhDecision *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return eh_event_batch_get_stream (self->batch);
}

guint64
eh_decision_get_version (const EhDecision *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->version;
}

EhEventBatch *
eh_decision_get_batch (const EhDecision *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->batch;
}

const GError *
eh_decision_get_error (const EhDecision *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->error;
}
