/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/eh-logging-bus.h"

/*
 * Where lines go. The bus and its subscriptions share it, because the inner bus keeps the subscriptions and may outlive
 * the bus around it; if they held the bus itself, the two would keep each other alive.
 */
typedef struct {
  EhLogFunc func; /* (nullable) */
  gpointer user_data;
  GDestroyNotify destroy; /* (nullable) */
} EhLogSink;

typedef struct {
  EhLogSink *sink; /* (owned) */
  char *name;      /* (owned) topic and group, as the lines show them */
  EhEventHandler handler;
  gpointer user_data;
  GDestroyNotify destroy; /* (nullable) */
} EhLoggedSubscription;

struct _EhLoggingBus {
  GObject parent_instance;

  EhEventBus *inner; /* (owned) */
  EhLogSink *sink;   /* (owned) */
};

static void eh_logging_bus_event_bus_init (EhEventBusInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhLoggingBus, eh_logging_bus, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_EVENT_BUS, eh_logging_bus_event_bus_init))

static void
sink_clear (gpointer data)
{
  EhLogSink *self = data;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
}

static void
sink_unref (EhLogSink *self)
{
  g_atomic_rc_box_release_full (self, sink_clear);
}

static void
sink_write (const EhLogSink *self, const char *line)
{
  if (self->func != NULL)
    self->func (line, self->user_data);
  else
    g_debug ("%s", line);
}

/* Other people's messages may have several lines, and so may the type of an event that came over a wire. */
static void
append_outcome (GString *line, gboolean is_done, const GError *reason)
{
  g_string_append (line, is_done ? " -> ok" : " -> failed");
  if (reason != NULL)
    g_string_append_printf (line, ": %s", reason->message);

  for (gsize i = 0; i < line->len; i++)
    {
      if (g_ascii_iscntrl (line->str[i]))
        line->str[i] = ' ';
    }
}

static gboolean
eh_logging_bus_publish (EhEventBus *bus, const char *bucket, const char *subset, EhEvent *event,
                        GCancellable *cancellable, GError **error)
{
  EhLoggingBus *self = EH_LOGGING_BUS (bus);
  g_autoptr (GString) line = g_string_new ("publish ");
  g_autoptr (GError) reason = NULL;
  gboolean is_done = eh_event_bus_publish (self->inner, bucket, subset, event, cancellable, &reason);

  g_string_append_printf (line, "%s.%s ", bucket, subset);
  eh_event_write_json (event, line);
  append_outcome (line, is_done, reason);
  sink_write (self->sink, line->str);
  if (!is_done)
    g_propagate_error (error, g_steal_pointer (&reason));

  return is_done;
}

static gboolean
logged_subscription_handle (EhEvent *event, gpointer user_data, GError **error)
{
  EhLoggedSubscription *self = user_data;
  g_autoptr (GString) line = g_string_new ("deliver ");
  g_autoptr (GError) reason = NULL;
  gboolean is_done = self->handler (event, self->user_data, &reason);

  g_string_append_printf (line, "%s %s %s@%" G_GUINT64_FORMAT, self->name, eh_event_get_type_name (event),
                          eh_stream_name_to_string (eh_event_get_stream (event)), eh_event_get_version (event));
  append_outcome (line, is_done, reason);
  sink_write (self->sink, line->str);
  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));

  return is_done;
}

static void
logged_subscription_free (gpointer data)
{
  EhLoggedSubscription *self = data;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  sink_unref (self->sink);
  g_free (self->name);
  g_free (self);
}

static guint
eh_logging_bus_subscribe (EhEventBus *bus, const char *bucket, const char *subset, const char *group,
                          EhEventHandler handler, gpointer user_data, GDestroyNotify destroy, GError **error)
{
  EhLoggingBus *self = EH_LOGGING_BUS (bus);
  EhLoggedSubscription *subscription = g_new0 (EhLoggedSubscription, 1);
  guint id = 0;

  subscription->sink = g_atomic_rc_box_acquire (self->sink);
  subscription->name = g_strdup_printf ("%s.%s%s%s", bucket != NULL ? bucket : "*", subset != NULL ? subset : "*",
                                        group != NULL ? " to " : "", group != NULL ? group : "");
  subscription->handler = handler;
  subscription->user_data = user_data;
  subscription->destroy = destroy;
  id = eh_event_bus_subscribe (self->inner, bucket, subset, group, logged_subscription_handle, subscription,
                               logged_subscription_free, error);
  if (id == 0)
    {
      subscription->destroy = NULL;
      logged_subscription_free (subscription);
    }

  return id;
}

static gboolean
eh_logging_bus_unsubscribe (EhEventBus *bus, guint id, GError **error)
{
  return eh_event_bus_unsubscribe (EH_LOGGING_BUS (bus)->inner, id, error);
}

static gboolean
eh_logging_bus_flush (EhEventBus *bus, GCancellable *cancellable, GError **error)
{
  return eh_event_bus_flush (EH_LOGGING_BUS (bus)->inner, cancellable, error);
}

static gboolean
eh_logging_bus_close (EhEventBus *bus, GCancellable *cancellable, GError **error)
{
  return eh_event_bus_close (EH_LOGGING_BUS (bus)->inner, cancellable, error);
}

static void
eh_logging_bus_event_bus_init (EhEventBusInterface *iface)
{
  iface->publish = eh_logging_bus_publish;
  iface->subscribe = eh_logging_bus_subscribe;
  iface->unsubscribe = eh_logging_bus_unsubscribe;
  iface->flush = eh_logging_bus_flush;
  iface->close = eh_logging_bus_close;
}

static void
eh_logging_bus_finalize (GObject *object)
{
  EhLoggingBus *self = EH_LOGGING_BUS (object);

  g_clear_object (&self->inner);
  g_clear_pointer (&self->sink, sink_unref);
  G_OBJECT_CLASS (eh_logging_bus_parent_class)->finalize (object);
}

static void
eh_logging_bus_class_init (EhLoggingBusClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_logging_bus_finalize;
}

static void
eh_logging_bus_init (EhLoggingBus *self)
{
  self->sink = g_atomic_rc_box_new0 (EhLogSink);
}

EhEventBus *
eh_logging_bus_new (EhEventBus *inner, EhLogFunc func, gpointer user_data, GDestroyNotify destroy)
{
  EhLoggingBus *self = NULL;

  g_return_val_if_fail (EH_IS_EVENT_BUS (inner), NULL);

  self = g_object_new (EH_TYPE_LOGGING_BUS, NULL);
  self->inner = g_object_ref (inner);
  self->sink->func = func;
  self->sink->user_data = user_data;
  self->sink->destroy = destroy;
  return EH_EVENT_BUS (self);
}
