/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/eh-logging-bus.h"
#include "bus/eh-memory-bus.h"
#include "bus/eh-multi-bus.h"
#include "conformance/eh-bus-conformance.h"
#include "mocks/eh-mock-bus.h"

/* Our own event buses, held to the suite that others are held to. The user data is how many threads there are. */

#define ALL_FEATURES (EH_BUS_GROUPS | EH_BUS_WILDCARDS | EH_BUS_FLUSH)

static EhEventBus *
open_memory (guint number, gpointer user_data, GError **error)
{
  return eh_memory_bus_new (GPOINTER_TO_UINT (user_data));
}

static guint
count_memory_parked (EhEventBus *bus, gpointer user_data)
{
  return eh_memory_bus_get_n_parked (EH_MEMORY_BUS (bus));
}

static EhEventBus *
open_mock (guint number, gpointer user_data, GError **error)
{
  g_autoptr (EhEventBus) inner = eh_memory_bus_new (GPOINTER_TO_UINT (user_data));

  return eh_mock_bus_new (inner, NULL, NULL);
}

static guint
count_mock_parked (EhEventBus *bus, gpointer user_data)
{
  return count_memory_parked (eh_mock_bus_get_inner (EH_MOCK_BUS (bus)), user_data);
}

/* The next event does not get through. */
static void
sever_mock (EhEventBus *bus, gboolean severed, gpointer user_data)
{
  static const EhFaultRule gone = { .fault = EH_MOCK_FAULT_PUBLISH_ERROR, .call = 1 };

  if (severed)
    eh_fault_plan_add (eh_mock_bus_get_plan (EH_MOCK_BUS (bus)), &gone);
}

static void
drop_line (const char *line, gpointer user_data)
{
}

static EhEventBus *
open_logging (guint number, gpointer user_data, GError **error)
{
  g_autoptr (EhEventBus) inner = eh_memory_bus_new (GPOINTER_TO_UINT (user_data));

  return eh_logging_bus_new (inner, drop_line, NULL, NULL);
}

/* A multi bus only publishes; its second part is listened to. */
static EhEventBus *
open_multi (guint number, gpointer user_data, GError **error)
{
  EhMultiBus *multi = eh_multi_bus_new ();
  g_autoptr (EhEventBus) first = eh_memory_bus_new (0);
  g_autoptr (EhEventBus) second = eh_memory_bus_new (GPOINTER_TO_UINT (user_data));

  eh_multi_bus_add (multi, "first", first);
  eh_multi_bus_add (multi, "second", second);
  g_object_set_data_full (G_OBJECT (multi), "listen", g_steal_pointer (&second), g_object_unref);
  return EH_EVENT_BUS (multi);
}

static EhEventBus *
listen_to_multi (EhEventBus *bus, gpointer user_data)
{
  return g_object_get_data (G_OBJECT (bus), "listen");
}

int
main (int argc, char *argv[])
{
  const EhBusFactory factories[] = {
    { "memory", ALL_FEATURES, open_memory, NULL, count_memory_parked, NULL, GUINT_TO_POINTER (3) },
    { "memory-alone", ALL_FEATURES, open_memory, NULL, count_memory_parked, NULL, GUINT_TO_POINTER (1) },
    { "memory-steps", ALL_FEATURES, open_memory, NULL, count_memory_parked, NULL, NULL },
    { "mock", ALL_FEATURES, open_mock, NULL, count_mock_parked, sever_mock, GUINT_TO_POINTER (3) },
    { "mock-steps", ALL_FEATURES, open_mock, NULL, count_mock_parked, sever_mock, NULL },
    { "logging", ALL_FEATURES, open_logging, NULL, NULL, NULL, GUINT_TO_POINTER (2) },
    { "multi", ALL_FEATURES, open_multi, listen_to_multi, NULL, NULL, GUINT_TO_POINTER (2) },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (factories); i++)
    {
      g_autofree char *prefix = g_strconcat ("/", factories[i].name, NULL);

      eh_bus_conformance_add_tests (prefix, &factories[i]);
    }
  return g_test_run ();
}
