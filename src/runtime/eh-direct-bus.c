/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-direct-bus.h"

#include "eh-command-bus-private.h"
#include "eh-command-handler-private.h"
#include "eh-gate-private.h"

struct _EhDirectBus {
  GObject parent_instance;

  EhCommandHandler *handler; /* (owned) */
  EhGate gate;
};

static void eh_direct_bus_iface_init (EhCommandBusInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhDirectBus, eh_direct_bus, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_COMMAND_BUS, eh_direct_bus_iface_init))

static EhOutcome *
eh_direct_bus_dispatch (EhCommandBus *bus, EhCommand *command, GCancellable *cancellable, GError **error)
{
  EhDirectBus *self = EH_DIRECT_BUS (bus);
  EhOutcome *outcome;

  if (!eh_gate_enter (&self->gate))
    return eh_command_bus_refuse_closed (error);
  outcome = eh_command_handler_handle (self->handler, command, cancellable, error);
  eh_gate_leave (&self->gate);
  return outcome;
}

static gboolean
eh_direct_bus_close (EhCommandBus *bus, GCancellable *cancellable, GError **error)
{
  EhDirectBus *self = EH_DIRECT_BUS (bus);

  return eh_gate_close (&self->gate, eh_command_handler_get_clock (self->handler), cancellable, error);
}

static void
eh_direct_bus_finalize (GObject *object)
{
  EhDirectBus *self = EH_DIRECT_BUS (object);

  g_clear_object (&self->handler);
  G_OBJECT_CLASS (eh_direct_bus_parent_class)->finalize (object);
}

static void
eh_direct_bus_class_init (EhDirectBusClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_direct_bus_finalize;
}

static void
eh_direct_bus_iface_init (EhCommandBusInterface *iface)
{
  iface->dispatch = eh_direct_bus_dispatch;
  iface->close = eh_direct_bus_close;
}

static void
eh_direct_bus_init (EhDirectBus *self)
{
}

EhCommandBus *
eh_direct_bus_new (EhCommandHandler *handler)
{
  EhDirectBus *self;

  g_return_val_if_fail (EH_IS_COMMAND_HANDLER (handler), NULL);

  self = g_object_new (EH_TYPE_DIRECT_BUS, NULL);
  self->handler = g_object_ref (handler);
  return EH_COMMAND_BUS (self);
}
