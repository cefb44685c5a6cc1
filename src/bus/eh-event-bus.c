/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/eh-event-bus.h"

#include <string.h>

#include "bus/eh-memory-bus-private.h"
#include "model/eh-error.h"

typedef struct {
  const char *scheme;
  EhEventBus *(*open) (GUri *uri, GCancellable *cancellable, GError **error);
} EhBusEngine;

static const EhBusEngine engines[] = {
  { "memory", eh_memory_bus_open },
};

G_DEFINE_INTERFACE (EhEventBus, eh_event_bus, G_TYPE_OBJECT)

static void
eh_event_bus_default_init (EhEventBusInterface *iface)
{
}

static gboolean
refuse_unsupported (EhEventBus *self, const char *what, GError **error)
{
  g_set_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED, "%s cannot %s", G_OBJECT_TYPE_NAME (self), what);
  return FALSE;
}

/* Everything beyond ASCII is left to the slow check, so that a usual name costs one pass over its bytes. */
static gboolean
is_plain_name (const char *name)
{
  /* All of printing ASCII but ".", "*", ">" and the space. */
  static const guint8 plain[256] = {
    ['!' ... ')'] = 1,
    ['+' ... '-'] = 1,
    ['/' ... '='] = 1,
    ['?' ... '~'] = 1,
  };

  while (plain[(guchar) *name])
    name++;
  return *name == '\0';
}

static gboolean
is_name (const char *name)
{
  if (*name == '\0' || !g_utf8_validate (name, -1, NULL))
    return FALSE;

  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    {
      if (g_unichar_iscntrl (g_utf8_get_char (p)) || strchr (".*> ", *p) != NULL)
        return FALSE;
    }

  return TRUE;
}

static gboolean
check_name (const char *what, const char *name, GError **error)
{
  g_autofree char *shown = NULL;

  if (G_LIKELY (*name != '\0' && is_plain_name (name)) || is_name (name))
    return TRUE;

  shown = g_strescape (name, NULL);
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID,
               "\"%s\" is no %s: it must be UTF-8, not empty, without \".\", \"*\", \">\", space or control characters",
               shown, what);
  return FALSE;
}

static gboolean
check_topic (const char *bucket, const char *subset, GError **error)
{
  return (bucket == NULL || check_name ("bucket", bucket, error))
         && (subset == NULL || check_name ("subset", subset, error));
}

gboolean
eh_event_bus_publish (EhEventBus *self, const char *bucket, const char *subset, EhEvent *event,
                      GCancellable *cancellable, GError **error)
{
  EhEventBusInterface *iface;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (bucket != NULL && subset != NULL && event != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  /* Finding the interface is the check, and done once. */
  iface = EH_EVENT_BUS_GET_IFACE (self);
  g_return_val_if_fail (iface != NULL, FALSE);
  if (!check_topic (bucket, subset, error))
    return FALSE;

  return iface->publish (self, bucket, subset, event, cancellable, error);
}

guint
eh_event_bus_subscribe (EhEventBus *self, const char *bucket, const char *subset, const char *group,
                        EhEventHandler handler, gpointer user_data, GDestroyNotify destroy, GError **error)
{
  EhEventBusInterface *iface = NULL;

  g_return_val_if_fail (EH_IS_EVENT_BUS (self), 0);
  g_return_val_if_fail (handler != NULL, 0);
  g_return_val_if_fail (error == NULL || *error == NULL, 0);

  iface = EH_EVENT_BUS_GET_IFACE (self);
  if (iface->subscribe == NULL)
    return refuse_unsupported (self, "subscribe", error);
  if (!check_topic (bucket, subset, error) || (group != NULL && !check_name ("group", group, error)))
    return 0;

  return iface->subscribe (self, bucket, subset, group, handler, user_data, destroy, error);
}

gboolean
eh_event_bus_unsubscribe (EhEventBus *self, guint id, GError **error)
{
  EhEventBusInterface *iface = NULL;

  g_return_val_if_fail (EH_IS_EVENT_BUS (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  iface = EH_EVENT_BUS_GET_IFACE (self);
  if (iface->unsubscribe == NULL)
    return refuse_unsupported (self, "unsubscribe", error);

  return iface->unsubscribe (self, id, error);
}

gboolean
eh_event_bus_flush (EhEventBus *self, GCancellable *cancellable, GError **error)
{
  EhEventBusInterface *iface = NULL;

  g_return_val_if_fail (EH_IS_EVENT_BUS (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  iface = EH_EVENT_BUS_GET_IFACE (self);
  return iface->flush == NULL || iface->flush (self, cancellable, error);
}

gboolean
eh_event_bus_close (EhEventBus *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (EH_IS_EVENT_BUS (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return EH_EVENT_BUS_GET_IFACE (self)->close (self, cancellable, error);
}

static void
refuse_scheme (const char *scheme, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (engines); i++)
    g_string_append_printf (known, "%s\"%s:\"", i == 0 ? "" : ", ", engines[i].scheme);

  g_set_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED, "there is no event bus \"%s:\"; there is %s", scheme, known->str);
}

EhEventBus *
eh_event_bus_open (const char *uri, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GUri) parsed = NULL;

  g_return_val_if_fail (uri != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  parsed = g_uri_parse (uri, G_URI_FLAGS_ENCODED_QUERY, &reason);
  if (parsed == NULL)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "\"%s\" is no URI of an event bus: %s", uri, reason->message);
      return NULL;
    }

  for (guint i = 0; i < G_N_ELEMENTS (engines); i++)
    {
      if (g_str_equal (engines[i].scheme, g_uri_get_scheme (parsed)))
        return engines[i].open (parsed, cancellable, error);
    }

  refuse_scheme (g_uri_get_scheme (parsed), error);
  return NULL;
}
