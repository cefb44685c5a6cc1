/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "broken-command-bus.h"

#include "model/eh-lock-private.h"

#define BROKEN_TYPE_COMMAND_BUS (broken_command_bus_get_type ())
G_DECLARE_FINAL_TYPE (BrokenCommandBus, broken_command_bus, BROKEN, COMMAND_BUS, GObject)

struct _BrokenCommandBus {
  GObject parent_instance;

  BrokenCommandsFault fault; /* immutable */
  EhCommandBus *inner;       /* (owned) */
  EhLock one;                /* held while a command is done, for BROKEN_COMMANDS_ONE_BY_ONE */
  EhLock lock;
  GHashTable *failed; /* (owned) (mutex lock) of EhId */
  GPtrArray *waiting; /* (owned) (mutex lock) of GTask */
  guint n_commands;   /* (mutex lock) */
};

static void broken_command_bus_iface_init (EhCommandBusInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BrokenCommandBus, broken_command_bus, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_COMMAND_BUS, broken_command_bus_iface_init))

/* The same wish, but another command. */
static EhCommand *
copy_without_id (EhCommand *command)
{
  EhCommand *copy = eh_command_new (eh_command_get_stream (command), eh_command_get_schema (command),
                                    eh_command_get_data (command), NULL);

  eh_command_set_expected_version (copy, eh_command_get_expected_version (command));
  return copy;
}

static gboolean
is_dropped (BrokenCommandBus *self)
{
  gboolean dropped = FALSE;

  eh_lock (&self->lock);
  dropped = ++self->n_commands % 100 == 0;
  eh_unlock (&self->lock);
  return dropped && self->fault == BROKEN_COMMANDS_DROPS;
}

static gboolean
has_failed_before (BrokenCommandBus *self, EhCommand *command)
{
  gboolean found = FALSE;

  eh_lock (&self->lock);
  found = g_hash_table_contains (self->failed, eh_command_get_id (command));
  eh_unlock (&self->lock);
  return found && self->fault == BROKEN_COMMANDS_KEEPS_FAILURES;
}

/* What becomes of an answer. */
static EhOutcome *
spoil_answer (BrokenCommandBus *self, EhCommand *command, EhOutcome *outcome, GError *failure, GError **error)
{
  g_autoptr (EhOutcome) owned = outcome;
  g_autoptr (GError) owned_failure = failure;

  if (outcome == NULL && self->fault == BROKEN_COMMANDS_HIDES_REFUSALS)
    return eh_outcome_new (1, NULL, FALSE, NULL);
  if (outcome == NULL && self->fault == BROKEN_COMMANDS_VAGUE_ERRORS)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "something went wrong");
      return NULL;
    }
  if (outcome == NULL)
    {
      eh_lock (&self->lock);
      g_hash_table_add (self->failed, eh_id_copy (eh_command_get_id (command)));
      eh_unlock (&self->lock);
      g_propagate_error (error, g_steal_pointer (&owned_failure));
      return NULL;
    }
  if (self->fault == BROKEN_COMMANDS_EMPTY_OUTCOME)
    return eh_outcome_new (eh_outcome_get_version (outcome), NULL, FALSE, NULL);
  if (self->fault == BROKEN_COMMANDS_HIDES_REPEATS)
    return eh_outcome_new (eh_outcome_get_version (outcome), eh_outcome_get_events (outcome), FALSE, NULL);
  return g_steal_pointer (&owned);
}

static EhOutcome *
dispatch (EhCommandBus *bus, EhCommand *command, GCancellable *cancellable, GError **error)
{
  BrokenCommandBus *self = BROKEN_COMMAND_BUS (bus);
  g_autoptr (EhCommand) copy = copy_without_id (command);
  gboolean forgets = self->fault == BROKEN_COMMANDS_FORGETS_ID;
  EhOutcome *outcome = NULL;
  GError *failure = NULL;

  if (is_dropped (self))
    return eh_outcome_new (1, NULL, FALSE, NULL);
  if (has_failed_before (self, command))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "it failed before");
      return NULL;
    }
  if (self->fault == BROKEN_COMMANDS_IGNORES_CANCEL)
    cancellable = NULL;
  if (self->fault == BROKEN_COMMANDS_ONE_BY_ONE)
    eh_lock (&self->one);
  outcome = eh_command_bus_dispatch (self->inner, forgets ? copy : command, cancellable, &failure);
  if (self->fault == BROKEN_COMMANDS_ONE_BY_ONE)
    eh_unlock (&self->one);
  if (outcome != NULL && self->fault == BROKEN_COMMANDS_RUNS_TWICE)
    {
      eh_outcome_unref (outcome);
      outcome = eh_command_bus_dispatch (self->inner, copy, NULL, &failure);
    }
  return spoil_answer (self, command, outcome, failure, error);
}

static void
on_dispatched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  BrokenCommandBus *self = g_task_get_source_object (task);
  GError *failure = NULL;
  GError *error = NULL;
  EhOutcome *outcome = eh_command_bus_dispatch_finish (EH_COMMAND_BUS (source), result, &failure);

  outcome = spoil_answer (self, g_task_get_task_data (task), outcome, failure, &error);
  if (outcome != NULL)
    g_task_return_pointer (task, outcome, (GDestroyNotify) eh_outcome_unref);
  else
    g_task_return_error (task, error);
}

static void
pass_on (BrokenCommandBus *self, GTask *task)
{
  eh_command_bus_dispatch_async (self->inner, g_task_get_task_data (task), g_task_get_cancellable (task), on_dispatched,
                                 task);
}

/* Keeps one back until the next has gone. */
static void
pass_on_swapped (BrokenCommandBus *self, GTask *task)
{
  GTask *held = NULL;

  eh_lock (&self->lock);
  if (self->waiting->len == 0)
    g_ptr_array_add (self->waiting, task);
  else
    held = g_ptr_array_steal_index (self->waiting, 0);
  eh_unlock (&self->lock);
  if (held != NULL)
    {
      pass_on (self, task);
      pass_on (self, held);
    }
}

static void
dispatch_async (EhCommandBus *bus, EhCommand *command, GCancellable *cancellable, GAsyncReadyCallback callback,
                gpointer user_data)
{
  BrokenCommandBus *self = BROKEN_COMMAND_BUS (bus);
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_task_data (task, eh_command_ref (command), (GDestroyNotify) eh_command_unref);
  if (is_dropped (self))
    {
      g_task_return_pointer (task, eh_outcome_new (1, NULL, FALSE, NULL), (GDestroyNotify) eh_outcome_unref);
      g_object_unref (task);
    }
  else if (self->fault == BROKEN_COMMANDS_CLOSE_LOSES)
    g_ptr_array_add (self->waiting, task);
  else if (self->fault == BROKEN_COMMANDS_REORDERS)
    pass_on_swapped (self, task);
  else
    pass_on (self, task);
}

static EhOutcome *
dispatch_finish (EhCommandBus *bus, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
close_bus (EhCommandBus *bus, GCancellable *cancellable, GError **error)
{
  BrokenCommandBus *self = BROKEN_COMMAND_BUS (bus);

  while (self->fault == BROKEN_COMMANDS_CLOSE_LOSES && self->waiting->len > 0)
    {
      g_autoptr (GTask) task = g_ptr_array_steal_index (self->waiting, self->waiting->len - 1);

      g_task_return_pointer (task, eh_outcome_new (1, NULL, FALSE, NULL), (GDestroyNotify) eh_outcome_unref);
    }
  return self->fault == BROKEN_COMMANDS_STAYS_OPEN || eh_command_bus_close (self->inner, cancellable, error);
}

static void
broken_command_bus_iface_init (EhCommandBusInterface *iface)
{
  iface->dispatch = dispatch;
  iface->dispatch_async = dispatch_async;
  iface->dispatch_finish = dispatch_finish;
  iface->close = close_bus;
}

static void
broken_command_bus_finalize (GObject *object)
{
  BrokenCommandBus *self = BROKEN_COMMAND_BUS (object);

  if (self->fault == BROKEN_COMMANDS_STAYS_OPEN)
    eh_command_bus_close (self->inner, NULL, NULL);
  g_clear_object (&self->inner);
  g_ptr_array_unref (self->waiting);
  g_hash_table_unref (self->failed);
  eh_lock_clear (&self->lock);
  eh_lock_clear (&self->one);
  G_OBJECT_CLASS (broken_command_bus_parent_class)->finalize (object);
}

static void
broken_command_bus_class_init (BrokenCommandBusClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = broken_command_bus_finalize;
}

static void
broken_command_bus_init (BrokenCommandBus *self)
{
  eh_lock_init (&self->one);
  eh_lock_init (&self->lock);
  self->failed = g_hash_table_new_full ((GHashFunc) eh_id_hash, (GEqualFunc) eh_id_equal, (GDestroyNotify) eh_id_free,
                                        NULL);
  self->waiting = g_ptr_array_new ();
}

static guint
get_attempts (BrokenCommandsFault fault)
{
  return fault == BROKEN_COMMANDS_TRIES_ON   ? BROKEN_COMMANDS_ATTEMPTS + 1
         : fault == BROKEN_COMMANDS_GIVES_UP ? BROKEN_COMMANDS_ATTEMPTS - 1
                                             : BROKEN_COMMANDS_ATTEMPTS;
}

EhCommandBus *
broken_command_bus_open (EhCommandHandler *handler, gpointer fault, GError **error)
{
  BrokenCommandBus *self = g_object_new (BROKEN_TYPE_COMMAND_BUS, NULL);
  g_autoptr (EhCommandBus) direct = eh_direct_bus_new (handler);
  g_autoptr (EhCommandBus) retry = NULL;
  g_autoptr (EhCommandBus) dedupe = NULL;

  self->fault = (BrokenCommandsFault) GPOINTER_TO_UINT (fault);
  retry = eh_retry_bus_new (direct, NULL, get_attempts (self->fault));
  dedupe = eh_dedupe_bus_new (retry, 2000);
  self->inner = eh_pool_bus_new (dedupe, 4, 0);
  return EH_COMMAND_BUS (self);
}
