/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scripted-bus.h"

#include "model/eh-error.h"

#define PATIENCE (10 * G_TIME_SPAN_SECOND)

struct _ScriptedBus {
  GObject parent_instance;

  EhLock lock;
  EhCond changed;
  GPtrArray *commands; /* (mutex lock) (owned) */
  GPtrArray *inside;   /* (mutex lock) (owned) */
  GError *error;       /* (mutex lock) (owned) (nullable) */
  guint n_failing;     /* (mutex lock) */
  guint n_done;        /* (mutex lock) */
  guint most;          /* (mutex lock) */
  guint most_of_one;   /* (mutex lock) */
  gboolean is_holding; /* (mutex lock) */
  gboolean is_closed;  /* (mutex lock) */
};

static void scripted_bus_iface_init (EhCommandBusInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ScriptedBus, scripted_bus, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_COMMAND_BUS, scripted_bus_iface_init))

static void
enter (ScriptedBus *self, EhCommand *command)
{
  guint of_one = 0;

  g_ptr_array_add (self->commands, eh_command_ref (command));
  g_ptr_array_add (self->inside, command);
  for (guint i = 0; i < self->inside->len; i++)
    if (eh_stream_name_equal (eh_command_get_stream (g_ptr_array_index (self->inside, i)),
                              eh_command_get_stream (command)))
      of_one++;
  self->most = MAX (self->most, self->inside->len);
  self->most_of_one = MAX (self->most_of_one, of_one);
  eh_cond_broadcast (&self->changed);
}

static EhOutcome *
answer (ScriptedBus *self, GError **error)
{
  if (self->is_closed)
    {
      g_set_error_literal (error, EH_ERROR, EH_ERROR_CLOSED, "closed");
      return NULL;
    }
  if (self->n_failing > 0)
    {
      self->n_failing--;
      g_propagate_error (error, g_error_copy (self->error));
      return NULL;
    }
  return eh_outcome_new (++self->n_done, NULL, FALSE, NULL);
}

static EhOutcome *
dispatch (EhCommandBus *bus, EhCommand *command, GCancellable *cancellable, GError **error)
{
  ScriptedBus *self = SCRIPTED_BUS (bus);
  gint64 end = g_get_monotonic_time () + PATIENCE;
  EhOutcome *outcome;

  eh_lock (&self->lock);
  enter (self, command);
  while (self->is_holding)
    if (!eh_cond_wait_until (&self->changed, &self->lock, end))
      g_error ("held for too long");
  g_ptr_array_remove_fast (self->inside, command);
  outcome = answer (self, error);
  eh_unlock (&self->lock);
  return outcome;
}

static gboolean
close_bus (EhCommandBus *bus, GCancellable *cancellable, GError **error)
{
  ScriptedBus *self = SCRIPTED_BUS (bus);

  eh_lock (&self->lock);
  self->is_closed = TRUE;
  eh_unlock (&self->lock);
  return TRUE;
}

static void
scripted_bus_finalize (GObject *object)
{
  ScriptedBus *self = SCRIPTED_BUS (object);

  g_ptr_array_unref (self->commands);
  g_ptr_array_unref (self->inside);
  g_clear_error (&self->error);
  eh_cond_clear (&self->changed);
  eh_lock_clear (&self->lock);
  G_OBJECT_CLASS (scripted_bus_parent_class)->finalize (object);
}

static void
scripted_bus_class_init (ScriptedBusClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = scripted_bus_finalize;
}

static void
scripted_bus_iface_init (EhCommandBusInterface *iface)
{
  iface->dispatch = dispatch;
  iface->close = close_bus;
}

static void
scripted_bus_init (ScriptedBus *self)
{
  eh_lock_init (&self->lock);
  eh_cond_init (&self->changed);
  self->commands = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_command_unref);
  self->inside = g_ptr_array_new ();
}

ScriptedBus *
scripted_bus_new (void)
{
  return g_object_new (SCRIPTED_TYPE_BUS, NULL);
}

void
scripted_bus_fail (ScriptedBus *self, guint n, GError *error)
{
  eh_lock (&self->lock);
  self->n_failing = n;
  g_clear_error (&self->error);
  self->error = error;
  eh_unlock (&self->lock);
}

static void
set_holding (ScriptedBus *self, gboolean is_holding)
{
  eh_lock (&self->lock);
  self->is_holding = is_holding;
  eh_cond_broadcast (&self->changed);
  eh_unlock (&self->lock);
}

void
scripted_bus_hold (ScriptedBus *self)
{
  set_holding (self, TRUE);
}

void
scripted_bus_release (ScriptedBus *self)
{
  set_holding (self, FALSE);
}

void
scripted_bus_wait_inside (ScriptedBus *self, guint n)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  eh_lock (&self->lock);
  while (self->inside->len < n)
    if (!eh_cond_wait_until (&self->changed, &self->lock, end))
      g_error ("only %u of %u commands came inside", self->inside->len, n);
  eh_unlock (&self->lock);
}

guint
scripted_bus_get_n (ScriptedBus *self)
{
  guint n;

  eh_lock (&self->lock);
  n = self->commands->len;
  eh_unlock (&self->lock);
  return n;
}

const char *
scripted_bus_get_aggregate_id (ScriptedBus *self, guint i)
{
  const char *id;

  eh_lock (&self->lock);
  g_assert_cmpuint (i, <, self->commands->len);
  id = eh_command_get_aggregate_id (g_ptr_array_index (self->commands, i));
  eh_unlock (&self->lock);
  return id;
}

guint
scripted_bus_get_most (ScriptedBus *self)
{
  guint n;

  eh_lock (&self->lock);
  n = self->most;
  eh_unlock (&self->lock);
  return n;
}

guint
scripted_bus_get_most_of_one (ScriptedBus *self)
{
  guint n;

  eh_lock (&self->lock);
  n = self->most_of_one;
  eh_unlock (&self->lock);
  return n;
}

gboolean
scripted_bus_is_closed (ScriptedBus *self)
{
  gboolean is_closed;

  eh_lock (&self->lock);
  is_closed = self->is_closed;
  eh_unlock (&self->lock);
  return is_closed;
}
