/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-command-bus-private.h"

#include "model/eh-error.h"

G_DEFINE_INTERFACE (EhCommandBus, eh_command_bus, G_TYPE_OBJECT)

EhOutcome *
eh_command_bus_refuse_closed (GError **error)
{
  g_set_error_literal (error, EH_ERROR, EH_ERROR_CLOSED, "the command bus is closed");
  return NULL;
}

static void
dispatch_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;
  EhOutcome *outcome = eh_command_bus_dispatch (source, task_data, cancellable, &error);

  if (outcome != NULL)
    g_task_return_pointer (task, outcome, (GDestroyNotify) eh_outcome_unref);
  else
    g_task_return_error (task, error);
}

/* A command that is done is done, also if it was cancelled meanwhile: so the task does not look at that. */
static void
dispatch_async (EhCommandBus *self, EhCommand *command, GCancellable *cancellable, GAsyncReadyCallback callback,
                gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, dispatch_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, eh_command_ref (command), (GDestroyNotify) eh_command_unref);
  g_task_run_in_thread (task, dispatch_in_thread);
}

static EhOutcome *
dispatch_finish (EhCommandBus *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
eh_command_bus_default_init (EhCommandBusInterface *iface)
{
  iface->dispatch_async = dispatch_async;
  iface->dispatch_finish = dispatch_finish;
}

EhOutcome *
eh_command_bus_dispatch (EhCommandBus *self, EhCommand *command, GCancellable *cancellable, GError **error)
{
  EhCommandBusInterface *iface;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (command != NULL, NULL);

  /* Once for each layer of middleware: finding the interface is the check, and done once. */
  iface = EH_COMMAND_BUS_GET_IFACE (self);
  g_return_val_if_fail (iface != NULL, NULL);
  return iface->dispatch (self, command, cancellable, error);
}

void
eh_command_bus_dispatch_async (EhCommandBus *self, EhCommand *command, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (EH_IS_COMMAND_BUS (self));
  g_return_if_fail (command != NULL);

  EH_COMMAND_BUS_GET_IFACE (self)->dispatch_async (self, command, cancellable, callback, user_data);
}

EhOutcome *
eh_command_bus_dispatch_finish (EhCommandBus *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (EH_IS_COMMAND_BUS (self), NULL);

  return EH_COMMAND_BUS_GET_IFACE (self)->dispatch_finish (self, result, error);
}

gboolean
eh_command_bus_close (EhCommandBus *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (EH_IS_COMMAND_BUS (self), FALSE);

  return EH_COMMAND_BUS_GET_IFACE (self)->close (self, cancellable, error);
}
