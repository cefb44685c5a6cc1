/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-door-bus-private.h"

#include "eh-command-bus-private.h"
#include "eh-gate-private.h"

struct _EhDoorBus {
  GObject parent_instance;

  EhCommandBus *inner;                /* (owned) */
  EhCommandBusInterface *inner_iface; /* of @inner: looked up once */
  EhClock *clock;                     /* (owned) */
  EhGate gate;
};

static void eh_door_bus_iface_init (EhCommandBusInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhDoorBus, eh_door_bus, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_COMMAND_BUS, eh_door_bus_iface_init))

static EhOutcome *
eh_door_bus_dispatch (EhCommandBus *bus, EhCommand *command, GCancellable *cancellable, GError **error)
{
  EhDoorBus *self = EH_DOOR_BUS (bus);
  EhOutcome *outcome;

  if (!eh_gate_enter (&self->gate))
    return eh_command_bus_refuse_closed (error);
  outcome = self->inner_iface->dispatch (self->inner, command, cancellable, error);
  eh_gate_leave (&self->gate);
  return outcome;
}

static gboolean
eh_door_bus_close (EhCommandBus *bus, GCancellable *cancellable, GError **error)
{
  EhDoorBus *self = EH_DOOR_BUS (bus);

  return eh_gate_close (&self->gate, self->clock, cancellable, error);
}

static void
eh_door_bus_finalize (GObject *object)
{
  EhDoorBus *self = EH_DOOR_BUS (object);

  g_clear_object (&self->clock);
  g_clear_object (&self->inner);
  G_OBJECT_CLASS (eh_door_bus_parent_class)->finalize (object);
}

static void
eh_door_bus_class_init (EhDoorBusClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_door_bus_finalize;
}

static void
eh_door_bus_iface_init (EhCommandBusInterface *iface)
{
  iface->dispatch = eh_door_bus_dispatch;
  iface->close = eh_door_bus_close;
}

static void
eh_door_bus_init (EhDoorBus *self)
{
}

EhCommandBus *
eh_door_bus_new (EhCommandBus *inner, EhClock *clock)
{
  EhDoorBus *self = g_object_new (EH_TYPE_DOOR_BUS, NULL);

  self->inner = g_object_ref (inner);
  self->inner_iface = EH_COMMAND_BUS_GET_IFACE (inner);
  self->clock = g_object_ref (clock);
  return EH_COMMAND_BUS (self);
}

guint
eh_door_bus_get_n_pending (EhDoorBus *self)
{
  return (guint) g_atomic_int_get (&self->gate.state) / 2;
}
