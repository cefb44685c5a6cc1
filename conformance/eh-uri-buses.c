/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-bus-conformance.h"

/* The buses of an engine that is opened by URI. What a bus can do it does not say; so it is tried. */

static EhEventBus *
open_bus (guint number, gpointer user_data, GError **error)
{
  return eh_event_bus_open (user_data, NULL, error);
}

static guint
count_parked (EhEventBus *bus, gpointer user_data)
{
  return eh_memory_bus_get_n_parked (EH_MEMORY_BUS (bus));
}

static gboolean
accept (EhEvent *event, gpointer user_data, GError **error)
{
  return TRUE;
}

/* A refusal for any other reason is none: the cases will find it. */
static gboolean
can_subscribe (EhEventBus *bus, const char *bucket, const char *group)
{
  g_autoptr (GError) failure = NULL;
  guint id = eh_event_bus_subscribe (bus, bucket, "trial", group, accept, NULL, NULL, &failure);

  if (id != 0)
    eh_event_bus_unsubscribe (bus, id, NULL);
  return id != 0 || !g_error_matches (failure, EH_ERROR, EH_ERROR_UNSUPPORTED);
}

static EhBusFeatures
ask_features (EhEventBus *bus)
{
  return (can_subscribe (bus, "trial", "trial") ? EH_BUS_GROUPS : 0)
         | (can_subscribe (bus, NULL, NULL) ? EH_BUS_WILDCARDS : 0)
         | (EH_EVENT_BUS_GET_IFACE (bus)->flush != NULL ? EH_BUS_FLUSH : 0);
}

EhConformanceResult *
eh_bus_conformance_run_uri (const char *uri, const char *filter, guint64 seed, GError **error)
{
  EhBusFactory factory = { .name = uri, .open = open_bus, .user_data = (gpointer) uri };
  g_autoptr (EhEventBus) bus = NULL;

  g_return_val_if_fail (uri != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  bus = eh_event_bus_open (uri, NULL, error);
  if (bus == NULL)
    return NULL;
  factory.features = ask_features (bus);
  if (EH_IS_MEMORY_BUS (bus))
    factory.count_parked = count_parked;
  if (!eh_event_bus_close (bus, NULL, error))
    return NULL;
  return eh_bus_conformance_run (&factory, filter, seed);
}
