/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/eh-memory-bus.h"

#include "bus/eh-memory-bus-core-private.h"
#include "bus/eh-memory-bus-private.h"
#include "model/eh-error.h"

struct _EhMemoryBus {
  GObject parent_instance;

  EhBusCore *core; /* (owned) */
};

static void eh_memory_bus_event_bus_init (EhEventBusInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhMemoryBus, eh_memory_bus, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_EVENT_BUS, eh_memory_bus_event_bus_init))

static gboolean
eh_memory_bus_publish (EhEventBus *bus, const char *bucket, const char *subset, EhEvent *event,
                       GCancellable *cancellable, GError **error)
{
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  return eh_bus_core_publish (EH_MEMORY_BUS (bus)->core, bucket, subset, event, error);
}

static guint
eh_memory_bus_subscribe (EhEventBus *bus, const char *bucket, const char *subset, const char *group,
                         EhEventHandler handler, gpointer user_data, GDestroyNotify destroy, GError **error)
{
  EhBusMember *member = g_new0 (EhBusMember, 1);

  member->n_refs = 1;
  member->handler = handler;
  member->user_data = user_data;
  member->destroy = destroy;
  return eh_bus_core_subscribe (EH_MEMORY_BUS (bus)->core, bucket, subset, group, member, error);
}

static gboolean
eh_memory_bus_unsubscribe (EhEventBus *bus, guint id, GError **error)
{
  return eh_bus_core_unsubscribe (EH_MEMORY_BUS (bus)->core, id, error);
}

static gboolean
eh_memory_bus_flush (EhEventBus *bus, GCancellable *cancellable, GError **error)
{
  return eh_bus_core_flush (EH_MEMORY_BUS (bus)->core, cancellable, error);
}

static gboolean
eh_memory_bus_close (EhEventBus *bus, GCancellable *cancellable, GError **error)
{
  return eh_bus_core_close (EH_MEMORY_BUS (bus)->core, cancellable, error);
}

static void
eh_memory_bus_event_bus_init (EhEventBusInterface *iface)
{
  iface->publish = eh_memory_bus_publish;
  iface->subscribe = eh_memory_bus_subscribe;
  iface->unsubscribe = eh_memory_bus_unsubscribe;
  iface->flush = eh_memory_bus_flush;
  iface->close = eh_memory_bus_close;
}

static void
eh_memory_bus_finalize (GObject *object)
{
  g_clear_pointer (&EH_MEMORY_BUS (object)->core, eh_bus_core_dispose);
  G_OBJECT_CLASS (eh_memory_bus_parent_class)->finalize (object);
}

static void
eh_memory_bus_class_init (EhMemoryBusClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_memory_bus_finalize;
}

static void
eh_memory_bus_init (EhMemoryBus *self)
{
}

EhEventBus *
eh_memory_bus_new (guint n_threads)
{
  EhMemoryBus *self = NULL;

  g_return_val_if_fail (n_threads <= EH_MEMORY_BUS_THREADS_MAX, NULL);

  self = g_object_new (EH_TYPE_MEMORY_BUS, NULL);
  self->core = eh_bus_core_new (n_threads);
  return EH_EVENT_BUS (self);
}

void
eh_memory_bus_set_attempts (EhMemoryBus *self, guint attempts)
{
  g_return_if_fail (EH_IS_MEMORY_BUS (self));
  g_return_if_fail (attempts >= 1);

  eh_lock (&self->core->lock);
  self->core->attempts = attempts;
  eh_unlock (&self->core->lock);
}

void
eh_memory_bus_set_limit (EhMemoryBus *self, guint limit)
{
  g_return_if_fail (EH_IS_MEMORY_BUS (self));

  eh_lock (&self->core->lock);
  self->core->limit = limit;
  eh_unlock (&self->core->lock);
}

gboolean
eh_memory_bus_step (EhMemoryBus *self)
{
  g_return_val_if_fail (EH_IS_MEMORY_BUS (self), FALSE);

  return eh_bus_core_step (self->core);
}

guint
eh_memory_bus_get_n_parked (EhMemoryBus *self)
{
  guint n_parked = 0;

  g_return_val_if_fail (EH_IS_MEMORY_BUS (self), 0);

  eh_lock (&self->core->lock);
  n_parked = self->core->parked->len;
  eh_unlock (&self->core->lock);
  return n_parked;
}

static EhEvent *
dup_parked (EhBusCore *core, guint i, char **reason)
{
  const EhBusParked *parked = NULL;

  if (i >= core->parked->len)
    return NULL;

  parked = &g_array_index (core->parked, EhBusParked, i);
  if (reason != NULL)
    *reason = g_strdup (parked->reason);
  return eh_event_ref (parked->event);
}

EhEvent *
eh_memory_bus_get_parked (EhMemoryBus *self, guint i, char **reason)
{
  EhEvent *event = NULL;

  g_return_val_if_fail (EH_IS_MEMORY_BUS (self), NULL);

  eh_lock (&self->core->lock);
  event = dup_parked (self->core, i, reason);
  eh_unlock (&self->core->lock);
  g_return_val_if_fail (event != NULL, NULL);
  return event;
}

void
eh_memory_bus_reset (EhMemoryBus *self)
{
  g_return_if_fail (EH_IS_MEMORY_BUS (self));

  eh_bus_core_reset (self->core);
}

gsize
eh_memory_bus_get_n_waiting (EhMemoryBus *self)
{
  gsize n_waiting = 0;

  eh_lock (&self->core->lock);
  for (guint i = 0; i < self->core->groups->len; i++)
    n_waiting += ((const EhBusGroup *) g_ptr_array_index (self->core->groups, i))->n_waiting;
  eh_unlock (&self->core->lock);
  return n_waiting;
}

gboolean
eh_memory_bus_has_subscriptions (EhMemoryBus *self)
{
  gboolean has_subscriptions = FALSE;

  eh_lock (&self->core->lock);
  has_subscriptions = self->core->groups->len > 0;
  eh_unlock (&self->core->lock);
  return has_subscriptions;
}

gpointer
eh_memory_bus_get_next_user_data (EhMemoryBus *self)
{
  const EhBusMember *next = NULL;
  gpointer user_data = NULL;

  eh_lock (&self->core->lock);
  next = eh_bus_core_peek_member (self->core);
  user_data = next != NULL ? next->user_data : NULL;
  eh_unlock (&self->core->lock);
  return user_data;
}
