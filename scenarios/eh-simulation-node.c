/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-trial-consumer-private.h"

EhDomain *
eh_simulation_node_get_domain (EhSimulationNode *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->trial->domain;
}

EhEventStore *
eh_simulation_node_get_store (EhSimulationNode *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return eh_world_get_store (self->trial->world);
}

EhEventBus *
eh_simulation_node_get_bus (EhSimulationNode *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return eh_world_get_bus (self->trial->world);
}

EhCheckpointStore *
eh_simulation_node_get_checkpoints (EhSimulationNode *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return eh_world_get_checkpoints (self->trial->world);
}

EhCommandBus *
eh_simulation_node_get_commands (EhSimulationNode *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->commands;
}

EhClock *
eh_simulation_node_get_clock (EhSimulationNode *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return eh_world_get_clock (self->trial->world);
}

static const EhSimulationNode *
find_view (EhTrial *trial, const char *projection)
{
  for (guint i = 0; i < trial->consumers->len; i++)
    {
      const EhSimulationNode *consumer = g_ptr_array_index (trial->consumers, i);

      if (consumer->projection != NULL && g_str_equal (consumer->name, projection))
        return consumer;
    }
  return NULL;
}

gboolean
eh_simulation_read_row (EhClient *client, const char *projection, const char *key, gpointer *row, GError **error)
{
  EhTrial *trial = NULL;
  const EhSimulationNode *consumer = NULL;

  g_return_val_if_fail (EH_IS_CLIENT (client), FALSE);
  g_return_val_if_fail (projection != NULL && key != NULL && row != NULL, FALSE);

  trial = g_object_get_data (G_OBJECT (client), EH_TRIAL_CLIENT_DATA);
  consumer = trial != NULL ? find_view (trial, projection) : NULL;
  if (consumer == NULL)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_NOT_FOUND, "no view \"%s\" is kept in this simulation", projection);
      return FALSE;
    }
  if (!eh_world_query (trial->world, consumer->place, error))
    return FALSE;
  *row = eh_projection_get_row (consumer->projection, key);
  return TRUE;
}

void
eh_simulation_node_follow (EhSimulationNode *self, EhConsumer *consumer)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (EH_IS_CONSUMER (consumer));
  g_return_if_fail (self->consumer == NULL);

  eh_trial_consumer_take (self, consumer);
}
