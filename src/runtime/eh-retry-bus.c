/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-retry-bus.h"

#include "eh-command-bus-private.h"
#include "eh-gate-private.h"
#include "model/eh-error.h"
#include "model/eh-system-clock.h"

#define FIRST_WAIT 1000
#define LONGEST_WAIT 64000

struct _EhRetryBus {
  GObject parent_instance;

  EhCommandBus *inner;                /* (owned) */
  EhCommandBusInterface *inner_iface; /* of @inner: looked up once, not for each command */
  EhClock *clock;                     /* (owned) */
  guint attempts;
  EhGate gate; /* closed before @inner, so that a command that was accepted can still be tried again */
};

static void eh_retry_bus_iface_init (EhCommandBusInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhRetryBus, eh_retry_bus, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_COMMAND_BUS, eh_retry_bus_iface_init))

/* FNV-1a over the id and the attempt: nothing that differs from run to run, and no two senders alike. */
static guint64
mix (const EhId *id, guint attempt)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  for (guint i = 0; i < sizeof id->bytes; i++)
    hash = (hash ^ id->bytes[i]) * G_GUINT64_CONSTANT (0x100000001b3);
  hash = (hash ^ attempt) * G_GUINT64_CONSTANT (0x100000001b3);
  return hash ^ hash >> 32;
}

/* Before attempt number @attempt, 2 or more. */
static gint64
get_wait (EhCommand *command, guint attempt)
{
  gint64 longest = attempt < 3 ? 0 : MIN (LONGEST_WAIT, FIRST_WAIT << MIN (attempt - 3, 6));

  return longest == 0 ? 0 : 1 + (gint64) (mix (eh_command_get_id (command), attempt) % (guint64) longest);
}

static EhOutcome *
try_often (EhRetryBus *self, EhCommand *command, GCancellable *cancellable, GError **error)
{
  gboolean own_version = eh_command_get_expected_version (command) != EH_EXPECTED_ANY;

  for (guint attempt = 1;; attempt++)
    {
      g_autoptr (GError) failure = NULL;
      EhOutcome *outcome = self->inner_iface->dispatch (self->inner, command, cancellable, &failure);
      gint64 wait;

      if (outcome != NULL)
        return outcome;
      if (own_version || attempt >= self->attempts || !g_error_matches (failure, EH_ERROR, EH_ERROR_CONFLICT))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      wait = get_wait (command, attempt + 1);
      if (wait > 0 && !eh_clock_sleep (self->clock, wait, cancellable, error))
        return NULL;
    }
}

static EhOutcome *
eh_retry_bus_dispatch (EhCommandBus *bus, EhCommand *command, GCancellable *cancellable, GError **error)
{
  EhRetryBus *self = EH_RETRY_BUS (bus);
  EhOutcome *outcome;

  if (!eh_gate_enter (&self->gate))
    return eh_command_bus_refuse_closed (error);
  outcome = try_often (self, command, cancellable, error);
  eh_gate_leave (&self->gate);
  return outcome;
}

static gboolean
eh_retry_bus_close (EhCommandBus *bus, GCancellable *cancellable, GError **error)
{
  EhRetryBus *self = EH_RETRY_BUS (bus);

  return eh_gate_close (&self->gate, self->clock, cancellable, error)
         && eh_command_bus_close (self->inner, cancellable, error);
}

static void
eh_retry_bus_finalize (GObject *object)
{
  EhRetryBus *self = EH_RETRY_BUS (object);

  g_clear_object (&self->clock);
  g_clear_object (&self->inner);
  G_OBJECT_CLASS (eh_retry_bus_parent_class)->finalize (object);
}

static void
eh_retry_bus_class_init (EhRetryBusClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_retry_bus_finalize;
}

static void
eh_retry_bus_iface_init (EhCommandBusInterface *iface)
{
  iface->dispatch = eh_retry_bus_dispatch;
  iface->close = eh_retry_bus_close;
}

static void
eh_retry_bus_init (EhRetryBus *self)
{
}

EhCommandBus *
eh_retry_bus_new (EhCommandBus *inner, EhClock *clock, guint attempts)
{
  EhRetryBus *self;

  g_return_val_if_fail (EH_IS_COMMAND_BUS (inner), NULL);
  g_return_val_if_fail (clock == NULL || EH_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (attempts > 0, NULL);

  self = g_object_new (EH_TYPE_RETRY_BUS, NULL);
  self->inner = g_object_ref (inner);
  self->inner_iface = EH_COMMAND_BUS_GET_IFACE (inner);
  self->clock = clock != NULL ? g_object_ref (clock) : eh_system_clock_new ();
  self->attempts = attempts;
  return EH_COMMAND_BUS (self);
}
