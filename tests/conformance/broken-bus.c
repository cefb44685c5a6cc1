/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "broken-bus.h"

#include <string.h>

#include "bus/eh-memory-bus.h"
#include "model/eh-lock-private.h"

#define BROKEN_TYPE_BUS (broken_bus_get_type ())
G_DECLARE_FINAL_TYPE (BrokenBus, broken_bus, BROKEN, BUS, GObject)

struct _BrokenBus {
  GObject parent_instance;

  BrokenBusFault fault; /* immutable */
  EhEventBus *inner;    /* (owned) */
  EhEventBus *second;   /* (owned): for BROKEN_BUS_SPREADS */
  gint severed;         /* (atomic) */
  EhLock lock;
  GHashTable *second_ids; /* (owned) (mutex lock): of subscriptions, by those of the inner bus */
  GPtrArray *published;   /* (owned) (mutex lock) of EhEvent */
  EhEvent *held;          /* (owned) (nullable) (mutex lock): for BROKEN_BUS_SWAPS */
  guint n_groups;         /* (mutex lock) */
};

static void broken_bus_iface_init (EhEventBusInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BrokenBus, broken_bus, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_EVENT_BUS, broken_bus_iface_init))

/* What its six first members leave of it. */
static EhEvent *
forget_metadata (EhEvent *event)
{
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (eh_event_get_stream (event), 0);
  g_autofree char *json = eh_event_dup_json_data (event);

  eh_event_batch_add_json (batch, eh_event_get_id (event), eh_event_get_type_name (event), 1, json, -1, NULL);
  return eh_event_batch_record_one (batch, 0, eh_event_get_version (event), 0);
}

static gboolean
publish_swapped (BrokenBus *self, const char *bucket, const char *subset, EhEvent *event, GError **error)
{
  g_autoptr (EhEvent) held = NULL;

  eh_lock (&self->lock);
  held = g_steal_pointer (&self->held);
  if (held == NULL && eh_event_get_version (event) % 4 == 3)
    self->held = eh_event_ref (event);
  eh_unlock (&self->lock);
  if (held == NULL && eh_event_get_version (event) % 4 == 3)
    return TRUE;
  return eh_event_bus_publish (self->inner, bucket, subset, event, NULL, error)
         && (held == NULL || eh_event_bus_publish (self->inner, bucket, subset, held, NULL, error));
}

static gboolean
publish_twice (BrokenBus *self, const char *bucket, const char *subset, EhEvent *event, GError **error)
{
  return eh_event_bus_publish (self->inner, bucket, subset, event, NULL, error)
         && eh_event_bus_publish (self->inner, bucket, subset, event, NULL, error);
}

static gboolean
publish_folded (BrokenBus *self, const char *bucket, const char *subset, EhEvent *event, GError **error)
{
  g_autofree char *low_bucket = g_utf8_strdown (bucket, -1);
  g_autofree char *low_subset = g_utf8_strdown (subset, -1);

  return eh_event_bus_publish (self->inner, low_bucket, low_subset, event, NULL, error);
}

static gboolean
publish (EhEventBus *bus, const char *bucket, const char *subset, EhEvent *event, GCancellable *cancellable,
         GError **error)
{
  BrokenBus *self = BROKEN_BUS (bus);
  g_autoptr (EhEvent) sent = self->fault == BROKEN_BUS_FORGETS_METADATA ? forget_metadata (event)
                                                                        : eh_event_ref (event);
  g_autofree char *json = eh_event_dup_json_data (sent);

  if (g_atomic_int_get (&self->severed))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "the broker is gone");
      g_clear_error (self->fault == BROKEN_BUS_SAYS_YES ? error : NULL);
      return self->fault == BROKEN_BUS_SAYS_YES;
    }
  eh_lock (&self->lock);
  g_ptr_array_add (self->published, eh_event_ref (event));
  eh_unlock (&self->lock);
  switch (self->fault)
    {
    case BROKEN_BUS_SWAPS:
      return publish_swapped (self, bucket, subset, sent, error);
    case BROKEN_BUS_TWICE:
      return publish_twice (self, bucket, subset, sent, error);
    case BROKEN_BUS_FOLDS_CASE:
      return publish_folded (self, bucket, subset, sent, error);
    case BROKEN_BUS_DROPS_LARGE:
      return strlen (json) > 65536 || eh_event_bus_publish (self->inner, bucket, subset, sent, cancellable, error);
    case BROKEN_BUS_SPREADS:
      return eh_event_bus_publish (eh_event_get_version (sent) % 2 == 0 ? self->inner : self->second, bucket, subset,
                                   sent, cancellable, error);
    default:
      return eh_event_bus_publish (self->inner, bucket, subset, sent, cancellable, error);
    }
}

/* A handler and what stands between it and the bus. */
typedef struct {
  BrokenBusFault fault;
  EhEventHandler handler;
  gpointer user_data;
  GDestroyNotify destroy; /* (nullable) */
  gint is_gone;           /* (atomic) */
} Handler;

static gboolean
handle (EhEvent *event, gpointer user_data, GError **error)
{
  Handler *self = user_data;

  if (g_atomic_int_get (&self->is_gone))
    return TRUE;
  if (self->fault == BROKEN_BUS_LOSES_ON_FAILURE)
    {
      self->handler (event, self->user_data, NULL);
      return TRUE;
    }
  if (self->fault != BROKEN_BUS_HOLDS_UP)
    return self->handler (event, self->user_data, error);
  for (guint i = 0; i < 10; i++)
    if (self->handler (event, self->user_data, NULL))
      return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "failed ten times");
  return FALSE;
}

static void
handler_free (gpointer data)
{
  Handler *self = data;

  if (self->destroy != NULL && !g_atomic_int_get (&self->is_gone))
    self->destroy (self->user_data);
  g_free (self);
}

static guint
subscribe_inner (BrokenBus *self, EhEventBus *bus, const char *bucket, const char *subset, const char *group,
                 const Handler *handler, GError **error)
{
  Handler *copy = g_memdup2 (handler, sizeof *handler);
  guint id = eh_event_bus_subscribe (bus, bucket, subset, group, handle, copy, handler_free, error);

  if (id == 0)
    g_free (copy);
  else if (self->fault == BROKEN_BUS_LEAVES_EARLY)
    g_object_set_data (G_OBJECT (self), "handler", copy);
  return id;
}

static void
replay (BrokenBus *self, const Handler *handler)
{
  eh_lock (&self->lock);
  for (guint i = 0; i < self->published->len; i++)
    handler->handler (self->published->pdata[i], handler->user_data, NULL);
  eh_unlock (&self->lock);
}

static guint
subscribe (EhEventBus *bus, const char *bucket, const char *subset, const char *group, EhEventHandler func,
           gpointer user_data, GDestroyNotify destroy, GError **error)
{
  BrokenBus *self = BROKEN_BUS (bus);
  Handler handler = { self->fault, func, user_data, destroy, FALSE };
  g_autofree char *low_bucket = bucket != NULL ? g_utf8_strdown (bucket, -1) : NULL;
  g_autofree char *low_subset = subset != NULL ? g_utf8_strdown (subset, -1) : NULL;
  g_autofree char *own = g_strdup_printf ("%s-%s", group != NULL ? group : "", subset != NULL ? subset : "");
  Handler silent = { self->fault, func, user_data, NULL, FALSE };
  guint second = 0;
  guint id = 0;

  if (self->fault == BROKEN_BUS_REPLAYS)
    replay (self, &handler);
  if (self->fault == BROKEN_BUS_IGNORES_SUBSET)
    subset = NULL;
  if (self->fault == BROKEN_BUS_IGNORES_GROUPS)
    group = NULL;
  if (self->fault == BROKEN_BUS_MIXES_GROUPS && group != NULL)
    group = own;
  if (self->fault == BROKEN_BUS_NARROW_WILDCARDS && bucket == NULL)
    bucket = "bank";
  if (self->fault == BROKEN_BUS_FOLDS_CASE)
    {
      bucket = low_bucket;
      subset = low_subset;
    }
  id = subscribe_inner (self, self->inner, bucket, subset, group, &handler, error);
  if (id == 0 || self->fault != BROKEN_BUS_SPREADS)
    return id;
  second = subscribe_inner (self, self->second, bucket, subset, group, &silent, NULL);
  eh_lock (&self->lock);
  g_hash_table_insert (self->second_ids, GUINT_TO_POINTER (id), GUINT_TO_POINTER (second));
  eh_unlock (&self->lock);
  return id;
}

static gboolean
leave_early (BrokenBus *self)
{
  Handler *handler = g_object_get_data (G_OBJECT (self), "handler");

  handler->destroy (handler->user_data);
  g_atomic_int_set (&handler->is_gone, TRUE);
  return TRUE;
}

static gboolean
unsubscribe (EhEventBus *bus, guint id, GError **error)
{
  BrokenBus *self = BROKEN_BUS (bus);
  guint second = 0;

  if (self->fault == BROKEN_BUS_STAYS)
    return TRUE;
  if (self->fault == BROKEN_BUS_LEAVES_EARLY)
    return leave_early (self);
  if (self->fault == BROKEN_BUS_FORGIVES)
    {
      eh_event_bus_unsubscribe (self->inner, id, NULL);
      return TRUE;
    }
  eh_lock (&self->lock);
  second = GPOINTER_TO_UINT (g_hash_table_lookup (self->second_ids, GUINT_TO_POINTER (id)));
  eh_unlock (&self->lock);
  if (second != 0)
    eh_event_bus_unsubscribe (self->second, second, NULL);
  return eh_event_bus_unsubscribe (self->inner, id, error);
}

static gboolean
flush (EhEventBus *bus, GCancellable *cancellable, GError **error)
{
  BrokenBus *self = BROKEN_BUS (bus);

  if (self->fault == BROKEN_BUS_FLUSHES_EARLY)
    return TRUE;
  return eh_event_bus_flush (self->inner, cancellable, error) && eh_event_bus_flush (self->second, cancellable, error);
}

static gboolean
close_bus (EhEventBus *bus, GCancellable *cancellable, GError **error)
{
  BrokenBus *self = BROKEN_BUS (bus);

  if (self->fault == BROKEN_BUS_STAYS_OPEN)
    return TRUE;
  if (self->fault == BROKEN_BUS_CLOSE_DROPS || self->fault == BROKEN_BUS_TRIES_FOR_EVER)
    eh_memory_bus_reset (EH_MEMORY_BUS (self->inner));
  return eh_event_bus_close (self->inner, cancellable, error) && eh_event_bus_close (self->second, cancellable, error);
}

static void
broken_bus_iface_init (EhEventBusInterface *iface)
{
  iface->publish = publish;
  iface->subscribe = subscribe;
  iface->unsubscribe = unsubscribe;
  iface->flush = flush;
  iface->close = close_bus;
}

static void
broken_bus_finalize (GObject *object)
{
  BrokenBus *self = BROKEN_BUS (object);

  g_clear_object (&self->inner);
  g_clear_object (&self->second);
  g_clear_pointer (&self->held, eh_event_unref);
  g_ptr_array_unref (self->published);
  g_hash_table_unref (self->second_ids);
  eh_lock_clear (&self->lock);
  G_OBJECT_CLASS (broken_bus_parent_class)->finalize (object);
}

static void
broken_bus_class_init (BrokenBusClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = broken_bus_finalize;
}

static void
broken_bus_init (BrokenBus *self)
{
  eh_lock_init (&self->lock);
  self->second_ids = g_hash_table_new (NULL, NULL);
  self->published = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_event_unref);
}

EhEventBus *
broken_bus_open (guint number, gpointer fault, GError **error)
{
  BrokenBus *self = g_object_new (BROKEN_TYPE_BUS, NULL);

  self->fault = (BrokenBusFault) GPOINTER_TO_UINT (fault);
  self->inner = eh_memory_bus_new (self->fault == BROKEN_BUS_HOLDS_UP ? 1 : 2);
  self->second = eh_memory_bus_new (1);
  if (self->fault == BROKEN_BUS_TRIES_FOR_EVER)
    eh_memory_bus_set_attempts (EH_MEMORY_BUS (self->inner), G_MAXUINT);
  return EH_EVENT_BUS (self);
}

guint
broken_bus_count_parked (EhEventBus *bus, gpointer fault)
{
  BrokenBus *self = BROKEN_BUS (bus);

  return self->fault == BROKEN_BUS_HIDES_PARKED ? 0 : eh_memory_bus_get_n_parked (EH_MEMORY_BUS (self->inner));
}

void
broken_bus_sever (EhEventBus *bus, gboolean severed, gpointer fault)
{
  g_atomic_int_set (&BROKEN_BUS (bus)->severed, severed);
}
