/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-bus-probe-private.h"

static void
listener_free (gpointer data)
{
  EhBusListener *self = data;

  g_ptr_array_unref (self->given);
  g_ptr_array_unref (self->handled);
  g_hash_table_unref (self->busy);
  eh_cond_clear (&self->cond);
  eh_lock_clear (&self->lock);
  g_free (self);
}

gboolean
eh_bus_probe_open (EhBusProbe *self, GError **error)
{
  self->bus = self->factory->open (self->job->number, self->factory->user_data, error);
  if (self->bus == NULL)
    return eh_claim_blame ("opening the bus", error);
  self->listens = self->bus;
  if (self->factory->listen != NULL)
    self->listens = self->factory->listen (self->bus, self->factory->user_data);
  self->listeners = g_ptr_array_new_with_free_func (listener_free);
  return TRUE;
}

void
eh_bus_probe_drop (EhBusProbe *self)
{
  g_clear_object (&self->bus);
  g_clear_pointer (&self->listeners, g_ptr_array_unref);
}

gboolean
eh_bus_probe_has (const EhBusProbe *self, EhBusFeatures feature)
{
  return (self->factory->features & feature) != 0;
}

EhEvent *
eh_bus_probe_event (const char *stream, guint64 version)
{
  g_autoptr (EhStreamName) name = eh_stream_name_parse (stream, NULL);
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (name, G_GINT64_CONSTANT (1767225600123457));
  g_autofree char *json = g_strdup_printf ("{\"number\":%" G_GUINT64_FORMAT "}", version);
  EhId id = { { 1 } };
  gboolean added;

  for (guint i = 0; i < 8; i++)
    id.bytes[15 - i] = (guint8) ((version + ((guint64) g_str_hash (stream) << 24)) >> (8 * i));
  added = eh_event_batch_add_json (batch, &id, "Noted", 1, json, -1, NULL);
  g_assert (added);
  return eh_event_batch_record_one (batch, 0, version, 0);
}

gboolean
eh_bus_probe_publish_to (EhBusProbe *self, const char *bucket, const char *subset, const char *stream, guint64 version,
                         GError **error)
{
  g_autoptr (EhEvent) event = eh_bus_probe_event (stream, version);

  return eh_event_bus_publish (self->bus, bucket, subset, event, self->job->cancellable, error)
         || eh_claim_blame ("publishing", error);
}

gboolean
eh_bus_probe_publish (EhBusProbe *self, const char *stream, guint64 first, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    if (!eh_bus_probe_publish_to (self, "bank", "account", stream, first + i, error))
      return FALSE;
  return TRUE;
}

/* Returns: how often the event was given, this time included */
static guint
listener_begin (EhBusListener *self, EhEvent *event)
{
  guint n = 0;

  eh_lock (&self->lock);
  g_ptr_array_add (self->given, eh_event_ref (event));
  for (guint i = 0; i < self->given->len; i++)
    n += eh_id_equal (eh_event_get_id (self->given->pdata[i]), eh_event_get_id (event)) ? 1 : 0;
  self->was_at_once |= !g_hash_table_add (self->busy, eh_stream_name_ref (eh_event_get_stream (event)));
  self->n_running++;
  eh_cond_broadcast (&self->cond);
  eh_unlock (&self->lock);
  return n;
}

static void
listener_end (EhBusListener *self, EhEvent *event, gboolean is_handled)
{
  eh_lock (&self->lock);
  g_hash_table_remove (self->busy, eh_event_get_stream (event));
  self->n_running--;
  if (is_handled)
    g_ptr_array_add (self->handled, eh_event_ref (event));
  eh_cond_broadcast (&self->cond);
  eh_unlock (&self->lock);
}

static gboolean
on_event (EhEvent *event, gpointer user_data, GError **error)
{
  EhBusListener *self = user_data;
  guint n = listener_begin (self, event);
  gboolean is_handled = self->act == NULL || self->act (self, event, n, error);

  listener_end (self, event, is_handled);
  return is_handled;
}

static void
on_destroyed (gpointer user_data)
{
  g_atomic_int_inc (&((EhBusListener *) user_data)->n_destroyed);
}

EhBusListener *
eh_bus_probe_make_listener (EhBusProbe *self, EhBusAct act, gpointer data)
{
  EhBusListener *listener = g_new0 (EhBusListener, 1);

  listener->probe = self;
  listener->act = act;
  listener->data = data;
  eh_lock_init (&listener->lock);
  eh_cond_init (&listener->cond);
  listener->given = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_event_unref);
  listener->handled = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_event_unref);
  listener->busy = g_hash_table_new_full (eh_stream_name_hash, eh_stream_name_equal,
                                          (GDestroyNotify) eh_stream_name_unref, NULL);
  g_ptr_array_add (self->listeners, listener);
  return listener;
}

guint
eh_bus_listener_subscribe (EhBusListener *self, const char *bucket, const char *subset, const char *group,
                           GError **error)
{
  self->id = eh_event_bus_subscribe (self->probe->listens, bucket, subset, group, on_event, self, on_destroyed, error);
  return self->id;
}

EhBusListener *
eh_bus_probe_listen (EhBusProbe *self, const char *group, EhBusAct act, gpointer data, GError **error)
{
  EhBusListener *listener = eh_bus_probe_make_listener (self, act, data);

  if (eh_bus_listener_subscribe (listener, "bank", "account", group, error) != 0)
    return listener;
  eh_claim_blame ("subscribing", error);
  return NULL;
}

EhBusListener *
eh_bus_probe_listen_to (EhBusProbe *self, const char *bucket, const char *subset, const char *group, GError **error)
{
  EhBusListener *listener = eh_bus_probe_make_listener (self, NULL, NULL);

  if (eh_bus_listener_subscribe (listener, bucket, subset, group, error) != 0)
    return listener;
  eh_claim_blame ("subscribing", error);
  return NULL;
}

gboolean
eh_bus_probe_unsubscribe (EhBusProbe *self, EhBusListener *listener, GError **error)
{
  return eh_event_bus_unsubscribe (self->listens, listener->id, error) || eh_claim_blame ("unsubscribing", error);
}

gboolean
eh_bus_probe_close (EhBusProbe *self, GError **error)
{
  return eh_event_bus_close (self->bus, self->job->cancellable, error) || eh_claim_blame ("closing the bus", error);
}

gboolean
eh_bus_probe_settle (EhBusProbe *self, GError **error)
{
  return eh_event_bus_flush (self->bus, self->job->cancellable, error) || eh_claim_blame ("flushing the bus", error);
}

gboolean
eh_bus_listener_wait (EhBusListener *self, guint n, GError **error)
{
  gint64 end = g_get_monotonic_time () + EH_BUS_PATIENCE;
  guint actual = 0;

  if (!eh_bus_probe_settle (self->probe, error))
    return FALSE;
  /* Where a flush waits, everything is there now or never. */
  eh_lock (&self->lock);
  while (!eh_bus_probe_has (self->probe, EH_BUS_FLUSH) && self->handled->len < n
         && eh_cond_wait_until (&self->cond, &self->lock, end))
    continue;
  actual = self->handled->len;
  eh_unlock (&self->lock);
  return actual >= n || eh_claim_fail (error, "%u events were handled, not %u", actual, n);
}

guint
eh_bus_listener_count (EhBusListener *self)
{
  guint n = 0;

  eh_lock (&self->lock);
  n = self->handled->len;
  eh_unlock (&self->lock);
  return n;
}

/* With the lock held. */
static char *
describe (GPtrArray *events, const char *stream)
{
  g_autofree guint64 *versions = g_new (guint64, events->len);
  guint n = 0;

  for (guint i = 0; i < events->len; i++)
    if (g_str_equal (eh_stream_name_to_string (eh_event_get_stream (events->pdata[i])), stream))
      versions[n++] = eh_event_get_version (events->pdata[i]);
  return eh_claim_describe_numbers (versions, n);
}

static gboolean
listener_claim (EhBusListener *self, GPtrArray *events, const char *stream, const char *versions, GError **error)
{
  g_autofree char *what = g_strdup_printf ("what a handler got of %s", stream);
  g_autofree char *actual = NULL;

  eh_lock (&self->lock);
  actual = describe (events, stream);
  eh_unlock (&self->lock);
  return eh_claim_text (what, actual, versions, error);
}

gboolean
eh_bus_listener_holds (EhBusListener *self, const char *stream, const char *versions, GError **error)
{
  return listener_claim (self, self->handled, stream, versions, error);
}

gboolean
eh_bus_listener_was_given (EhBusListener *self, const char *stream, const char *versions, GError **error)
{
  return listener_claim (self, self->given, stream, versions, error);
}
