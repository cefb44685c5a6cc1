/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-middleware-bus.h"

#include "eh-command-bus-private.h"

struct _EhMiddlewareBus {
  GObject parent_instance;

  EhCommandBus *inner; /* (owned) */
  EhMiddlewareFunc func;
  gpointer user_data; /* (owned) by @destroy */
  GDestroyNotify destroy;
  gint is_closed; /* (atomic): a function that does not pass commands on would not learn it from @inner */
};

static void eh_middleware_bus_iface_init (EhCommandBusInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhMiddlewareBus, eh_middleware_bus, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_COMMAND_BUS, eh_middleware_bus_iface_init))

static EhOutcome *
eh_middleware_bus_dispatch (EhCommandBus *bus, EhCommand *command, GCancellable *cancellable, GError **error)
{
  EhMiddlewareBus *self = EH_MIDDLEWARE_BUS (bus);

  if (g_atomic_int_get (&self->is_closed))
    return eh_command_bus_refuse_closed (error);
  return self->func (self->inner, command, self->user_data, cancellable, error);
}

static gboolean
eh_middleware_bus_close (EhCommandBus *bus, GCancellable *cancellable, GError **error)
{
  EhMiddlewareBus *self = EH_MIDDLEWARE_BUS (bus);

  g_atomic_int_set (&self->is_closed, TRUE);
  return eh_command_bus_close (self->inner, cancellable, error);
}

static void
eh_middleware_bus_finalize (GObject *object)
{
  EhMiddlewareBus *self = EH_MIDDLEWARE_BUS (object);

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_clear_object (&self->inner);
  G_OBJECT_CLASS (eh_middleware_bus_parent_class)->finalize (object);
}

static void
eh_middleware_bus_class_init (EhMiddlewareBusClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_middleware_bus_finalize;
}

static void
eh_middleware_bus_iface_init (EhCommandBusInterface *iface)
{
  iface->dispatch = eh_middleware_bus_dispatch;
  iface->close = eh_middleware_bus_close;
}

static void
eh_middleware_bus_init (EhMiddlewareBus *self)
{
}

EhCommandBus *
eh_middleware_bus_new (EhCommandBus *inner, EhMiddlewareFunc func, gpointer user_data, GDestroyNotify destroy)
{
  EhMiddlewareBus *self;

  g_return_val_if_fail (EH_IS_COMMAND_BUS (inner), NULL);
  g_return_val_if_fail (func != NULL, NULL);

  self = g_object_new (EH_TYPE_MIDDLEWARE_BUS, NULL);
  self->inner = g_object_ref (inner);
  self->func = func;
  self->user_data = user_data;
  self->destroy = destroy;
  return EH_COMMAND_BUS (self);
}

EhOutcome *
eh_log_middleware (EhCommandBus *next, EhCommand *command, gpointer user_data, GCancellable *cancellable,
                   GError **error)
{
  const char *type_name = eh_command_get_type_name (command);
  const char *stream = eh_stream_name_to_string (eh_command_get_stream (command));
  g_autoptr (GError) failure = NULL;
  EhOutcome *outcome = eh_command_bus_dispatch (next, command, cancellable, &failure);

  if (outcome != NULL)
    {
      EhEventPage *events = eh_outcome_get_events (outcome);

      g_debug ("%s to %s: version %" G_GUINT64_FORMAT ", %u events%s", type_name, stream,
               eh_outcome_get_version (outcome), events == NULL ? 0 : eh_event_page_get_size (events),
               eh_outcome_was_done (outcome) ? ", done before" : "");
      return outcome;
    }
  g_debug ("%s to %s: %s", type_name, stream, failure->message);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}
