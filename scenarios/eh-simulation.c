/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-simulation-private.h"

G_DEFINE_BOXED_TYPE (EhSimulation, eh_simulation, eh_simulation_ref, eh_simulation_unref)

const EhEnumValue eh_sim_check_nicks[] = {
  { EH_SIM_CHECK_INVARIANTS, "invariants" },
  { EH_SIM_CHECK_SERIALIZABLE, "serializable" },
  { EH_SIM_CHECK_VIEWS, "views" },
  { EH_SIM_CHECK_DELIVERED, "delivered" },
  { EH_SIM_CHECK_PROGRESS, "progress" },
  { EH_SIM_CHECK_DETERMINISM, "determinism" },
  { 0, NULL },
};

EhClientStep *
eh_client_step_new (EhClientStepKind kind)
{
  EhClientStep *self = g_new0 (EhClientStep, 1);

  self->kind = kind;
  return self;
}

void
eh_client_step_free (EhClientStep *self)
{
  if (self == NULL)
    return;
  eh_step_free (self->command);
  g_clear_pointer (&self->stream, eh_stream_name_unref);
  g_free (self);
}

static EhClientStep *
copy_step (const EhClientStep *self)
{
  EhClientStep *copy = eh_client_step_new (self->kind);

  copy->command = self->command != NULL ? eh_step_copy (self->command, self->command->place) : NULL;
  copy->wait = self->wait;
  copy->stream = self->stream != NULL ? eh_stream_name_ref (self->stream) : NULL;
  copy->body = self->body;
  copy->user_data = self->user_data;
  return copy;
}

EhSimClient *
eh_sim_client_new (const char *name)
{
  EhSimClient *self = g_new0 (EhSimClient, 1);

  self->name = g_strdup (name);
  self->steps = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_client_step_free);
  return self;
}

void
eh_sim_client_free (EhSimClient *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_ptr_array_unref (self->steps);
  g_free (self);
}

static EhSimClient *
copy_client (const EhSimClient *self)
{
  EhSimClient *copy = eh_sim_client_new (self->name);

  for (guint i = 0; i < self->steps->len; i++)
    g_ptr_array_add (copy->steps, copy_step (g_ptr_array_index (self->steps, i)));
  return copy;
}

EhSimulation *
eh_simulation_new (const char *name, const char *place)
{
  EhSimulation *self = g_new0 (EhSimulation, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->name = g_strdup (name);
  self->place = g_strdup (place);
  self->given = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_step_free);
  self->clients = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_sim_client_free);
  self->nodes = g_ptr_array_new ();
  self->retry = 1;
  self->checks = EH_SIM_CHECK_ALL;
  return self;
}

static void
copy_options (EhSimulation *self, const EhSimulation *from)
{
  self->expect_any = from->expect_any;
  self->publish_after_save = from->publish_after_save;
  self->publish_by_relay = from->publish_by_relay;
  self->bus_unordered = from->bus_unordered;
  self->consumers = g_strdupv (from->consumers);
  g_ptr_array_extend (self->nodes, from->nodes, NULL, NULL);
  self->retry = from->retry;
  self->snapshots = from->snapshots;
  for (guint i = 0; i < EH_FAULT_N_KINDS; i++)
    self->most[i] = from->most[i];
  self->most_in_all = from->most_in_all;
  self->checks = from->checks;
  self->budget = from->budget;
  self->expect_violation = from->expect_violation;
  self->schedule = g_strdupv (from->schedule);
  self->fault_at = g_strdupv (from->fault_at);
}

EhSimulation *
eh_simulation_copy (const EhSimulation *self)
{
  EhSimulation *copy = eh_simulation_new (self->name, self->place);

  copy->stream = self->stream != NULL ? eh_stream_name_ref (self->stream) : NULL;
  for (guint i = 0; i < self->given->len; i++)
    {
      const EhStep *step = g_ptr_array_index (self->given, i);

      g_ptr_array_add (copy->given, eh_step_copy (step, step->place));
    }
  for (guint i = 0; i < self->clients->len; i++)
    g_ptr_array_add (copy->clients, copy_client (g_ptr_array_index (self->clients, i)));
  copy->generate = self->generate;
  copy->generate.types = g_strdupv (self->generate.types);
  copy_options (copy, self);
  return copy;
}

EhSimulation *
eh_simulation_ref (EhSimulation *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
eh_simulation_unref (EhSimulation *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->name);
  g_free (self->place);
  g_clear_pointer (&self->stream, eh_stream_name_unref);
  g_clear_pointer (&self->given, g_ptr_array_unref);
  g_clear_pointer (&self->clients, g_ptr_array_unref);
  g_ptr_array_unref (self->nodes);
  g_strfreev (self->consumers);
  g_strfreev (self->generate.types);
  g_strfreev (self->schedule);
  g_strfreev (self->fault_at);
  g_free (self);
}

const char *
eh_simulation_get_name (const EhSimulation *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->name;
}

const char *
eh_simulation_get_place (const EhSimulation *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->place;
}

gboolean
eh_simulation_has_schedule (const EhSimulation *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->schedule != NULL;
}
