/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-command-bus-conformance.h"

/* Our own command buses, held to the suite that others are held to. */

static EhCommandBus *
open_direct (EhCommandHandler *handler, gpointer user_data, GError **error)
{
  return eh_direct_bus_new (handler);
}

static EhCommandBus *
open_retry (EhCommandHandler *handler, gpointer user_data, GError **error)
{
  g_autoptr (EhCommandBus) direct = eh_direct_bus_new (handler);

  return eh_retry_bus_new (direct, NULL, 3);
}

static EhCommandBus *
open_dedupe (EhCommandHandler *handler, gpointer user_data, GError **error)
{
  g_autoptr (EhCommandBus) direct = eh_direct_bus_new (handler);

  return eh_dedupe_bus_new (direct, 2000);
}

static EhOutcome *
pass_on (EhCommandBus *next, EhCommand *command, gpointer user_data, GCancellable *cancellable, GError **error)
{
  return eh_command_bus_dispatch (next, command, cancellable, error);
}

static EhCommandBus *
open_middleware (EhCommandHandler *handler, gpointer user_data, GError **error)
{
  g_autoptr (EhCommandBus) direct = eh_direct_bus_new (handler);

  return eh_middleware_bus_new (direct, pass_on, NULL, NULL);
}

/* User data: how many workers. */
static EhCommandBus *
open_pool (EhCommandHandler *handler, gpointer user_data, GError **error)
{
  g_autoptr (EhCommandBus) direct = eh_direct_bus_new (handler);

  return eh_pool_bus_new (direct, GPOINTER_TO_UINT (user_data), 0);
}

/* As a service has them. */
static EhCommandBus *
open_stack (EhCommandHandler *handler, gpointer user_data, GError **error)
{
  g_autoptr (EhCommandBus) direct = eh_direct_bus_new (handler);
  g_autoptr (EhCommandBus) retry = eh_retry_bus_new (direct, NULL, 5);
  g_autoptr (EhCommandBus) dedupe = eh_dedupe_bus_new (retry, 2000);

  return eh_pool_bus_new (dedupe, 8, 64);
}

int
main (int argc, char *argv[])
{
  static const EhCommandBusFactory factories[] = {
    { "direct", EH_COMMAND_BUS_PARALLEL, 1, open_direct },
    { "retry", EH_COMMAND_BUS_PARALLEL, 3, open_retry },
    { "dedupe", EH_COMMAND_BUS_PARALLEL | EH_COMMAND_BUS_DEDUPES, 1, open_dedupe },
    { "middleware", EH_COMMAND_BUS_PARALLEL, 1, open_middleware },
    { "pool", EH_COMMAND_BUS_PARALLEL | EH_COMMAND_BUS_ORDERED, 1, open_pool, GUINT_TO_POINTER (8) },
    { "pool-alone", EH_COMMAND_BUS_ORDERED, 1, open_pool, GUINT_TO_POINTER (1) },
    { "stack", EH_COMMAND_BUS_PARALLEL | EH_COMMAND_BUS_ORDERED | EH_COMMAND_BUS_DEDUPES, 5, open_stack },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (factories); i++)
    {
      g_autofree char *prefix = g_strconcat ("/", factories[i].name, NULL);

      eh_command_bus_conformance_add_tests (prefix, &factories[i]);
    }
  return g_test_run ();
}
