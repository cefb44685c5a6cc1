/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/eh-multi-bus.h"

#include "model/eh-error.h"

typedef struct {
  char *name;      /* (owned) */
  EhEventBus *bus; /* (owned) */
} EhMultiBusPart;

struct _EhMultiBus {
  GObject parent_instance;

  GPtrArray *parts; /* (owned) of EhMultiBusPart; immutable after the first publish */
  gint closed;      /* (atomic) */
};

/* What was asked of all parts. */
typedef struct {
  const char *bucket;
  const char *subset;
  EhEvent *event;
  GCancellable *cancellable;
} EhMultiBusCall;

typedef gboolean (*EhMultiBusFunc) (EhEventBus *bus, const EhMultiBusCall *call, GError **error);

static void eh_multi_bus_event_bus_init (EhEventBusInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhMultiBus, eh_multi_bus, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_EVENT_BUS, eh_multi_bus_event_bus_init))

static void
part_free (gpointer data)
{
  EhMultiBusPart *self = data;

  g_free (self->name);
  g_object_unref (self->bus);
  g_free (self);
}

static gboolean
multi_bus_call (EhMultiBus *self, EhMultiBusFunc func, const EhMultiBusCall *call, GError **error)
{
  g_autoptr (GString) reasons = g_string_new (NULL);
  g_autoptr (GError) first = NULL;
  guint n_failed = 0;

  for (guint i = 0; i < self->parts->len; i++)
    {
      const EhMultiBusPart *part = g_ptr_array_index (self->parts, i);
      g_autoptr (GError) reason = NULL;

      if (func (part->bus, call, &reason))
        continue;

      g_string_append_printf (reasons, "%s%s: %s", n_failed == 0 ? "" : "; ", part->name, reason->message);
      n_failed++;
      if (first == NULL)
        first = g_steal_pointer (&reason);
    }

  if (first == NULL)
    return TRUE;

  g_set_error (error, first->domain, first->code, "%u of %u buses failed: %s", n_failed, self->parts->len,
               reasons->str);
  return FALSE;
}

static gboolean
multi_bus_check_open (EhMultiBus *self, GError **error)
{
  if (!g_atomic_int_get (&self->closed))
    return TRUE;

  g_set_error_literal (error, EH_ERROR, EH_ERROR_CLOSED, "the multi bus is closed");
  return FALSE;
}

static gboolean
publish_part (EhEventBus *bus, const EhMultiBusCall *call, GError **error)
{
  return eh_event_bus_publish (bus, call->bucket, call->subset, call->event, call->cancellable, error);
}

static gboolean
eh_multi_bus_publish (EhEventBus *bus, const char *bucket, const char *subset, EhEvent *event,
                      GCancellable *cancellable, GError **error)
{
  EhMultiBus *self = EH_MULTI_BUS (bus);
  EhMultiBusCall call = { bucket, subset, event, cancellable };

  return multi_bus_check_open (self, error) && multi_bus_call (self, publish_part, &call, error);
}

static gboolean
flush_part (EhEventBus *bus, const EhMultiBusCall *call, GError **error)
{
  return eh_event_bus_flush (bus, call->cancellable, error);
}

static gboolean
eh_multi_bus_flush (EhEventBus *bus, GCancellable *cancellable, GError **error)
{
  EhMultiBus *self = EH_MULTI_BUS (bus);
  EhMultiBusCall call = { .cancellable = cancellable };

  return multi_bus_check_open (self, error) && multi_bus_call (self, flush_part, &call, error);
}

static gboolean
close_part (EhEventBus *bus, const EhMultiBusCall *call, GError **error)
{
  return eh_event_bus_close (bus, call->cancellable, error);
}

/* Parts that closed while others failed are no harm: closing again does nothing to them. */
static gboolean
eh_multi_bus_close (EhEventBus *bus, GCancellable *cancellable, GError **error)
{
  EhMultiBus *self = EH_MULTI_BUS (bus);
  EhMultiBusCall call = { .cancellable = cancellable };

  if (g_atomic_int_get (&self->closed))
    return TRUE;
  if (!multi_bus_call (self, close_part, &call, error))
    return FALSE;

  g_atomic_int_set (&self->closed, TRUE);
  return TRUE;
}

static void
eh_multi_bus_event_bus_init (EhEventBusInterface *iface)
{
  iface->publish = eh_multi_bus_publish;
  iface->flush = eh_multi_bus_flush;
  iface->close = eh_multi_bus_close;
}

static void
eh_multi_bus_finalize (GObject *object)
{
  g_clear_pointer (&EH_MULTI_BUS (object)->parts, g_ptr_array_unref);
  G_OBJECT_CLASS (eh_multi_bus_parent_class)->finalize (object);
}

static void
eh_multi_bus_class_init (EhMultiBusClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_multi_bus_finalize;
}

static void
eh_multi_bus_init (EhMultiBus *self)
{
  self->parts = g_ptr_array_new_with_free_func (part_free);
}

EhMultiBus *
eh_multi_bus_new (void)
{
  return g_object_new (EH_TYPE_MULTI_BUS, NULL);
}

void
eh_multi_bus_add (EhMultiBus *self, const char *name, EhEventBus *bus)
{
  EhMultiBusPart *part = NULL;

  g_return_if_fail (EH_IS_MULTI_BUS (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (EH_IS_EVENT_BUS (bus));

  part = g_new0 (EhMultiBusPart, 1);
  part->name = g_strdup (name);
  part->bus = g_object_ref (bus);
  g_ptr_array_add (self->parts, part);
}
