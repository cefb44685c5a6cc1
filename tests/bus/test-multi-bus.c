/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/eh-multi-bus.h"

#include "bus-test.h"
#include "bus/eh-memory-bus.h"

typedef struct {
  EhMultiBus *multi;
  EhEventBus *parts[3];
  GString *log;
  BusTestListener listeners[3];
} Fixture;

static const char *const names[] = { "nats", "memory", "mqtt" };

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->multi = eh_multi_bus_new ();
  fixture->log = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (fixture->parts); i++)
    {
      fixture->parts[i] = eh_memory_bus_new (0);
      fixture->listeners[i] = (BusTestListener){ .log = fixture->log, .mark = names[i] };
      bus_test_subscribe (fixture->parts[i], NULL, bus_test_listen, &fixture->listeners[i]);
      eh_multi_bus_add (fixture->multi, names[i], fixture->parts[i]);
    }
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->multi);
  for (guint i = 0; i < G_N_ELEMENTS (fixture->parts); i++)
    g_assert_finalize_object (fixture->parts[i]);
  g_string_free (fixture->log, TRUE);
}

static void
test_publish (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Every part gets the event, and a flush flushes every part");

  bus_test_publish (EH_EVENT_BUS (fixture->multi), "A-1", 1);
  g_assert_cmpstr (fixture->log->str, ==, "");
  bus_test_flush (EH_EVENT_BUS (fixture->multi));
  g_assert_cmpstr (fixture->log->str, ==, "nats:A-1@1 memory:A-1@1 mqtt:A-1@1");
}

static void
test_failures (Fixture *fixture, gconstpointer data)
{
  EhEventBus *bus = EH_EVENT_BUS (fixture->multi);
  g_autoptr (EhEvent) event = bus_test_event ("A-1", 2);
  g_autoptr (GError) error = NULL;

  g_test_summary ("One error names every part that failed and has the code of the first; the others got the event");

  eh_memory_bus_set_limit (EH_MEMORY_BUS (fixture->parts[0]), 1);
  bus_test_publish (bus, "A-1", 1);
  bus_test_close (fixture->parts[2]);
  g_string_truncate (fixture->log, 0);

  g_assert_false (eh_event_bus_publish (bus, "bank", "account", event, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_LIMIT);
  g_assert_cmpstr (error->message, ==,
                   "2 of 3 buses failed: nats: 1 events wait in group (unnamed) of the memory bus; the limit is 1; "
                   "mqtt: the memory bus is closed");
  g_clear_error (&error);
  bus_test_flush (fixture->parts[1]);
  g_assert_cmpstr (fixture->log->str, ==, "memory:A-1@1 memory:A-1@2");

  g_assert_false (eh_event_bus_flush (bus, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
  g_assert_cmpstr (error->message, ==, "1 of 3 buses failed: mqtt: the memory bus is closed");
  g_assert_cmpstr (fixture->log->str, ==, "memory:A-1@1 memory:A-1@2 nats:A-1@1");
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("An error of another domain keeps it; a close that failed can be repeated");

  bus_test_publish (fixture->parts[1], "A-1", 1);
  g_cancellable_cancel (cancellable);
  g_assert_false (eh_event_bus_close (EH_EVENT_BUS (fixture->multi), cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (g_str_has_prefix (error->message, "1 of 3 buses failed: memory: "));
  bus_test_close (EH_EVENT_BUS (fixture->multi));
  g_assert_cmpstr (fixture->log->str, ==, "memory:A-1@1");
}

static void
test_close (Fixture *fixture, gconstpointer data)
{
  EhEventBus *bus = EH_EVENT_BUS (fixture->multi);
  g_autoptr (EhEvent) event = bus_test_event ("A-1", 2);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Close drains and closes every part, once; afterwards the bus itself says that it is closed");

  bus_test_publish (bus, "A-1", 1);
  bus_test_close (bus);
  g_assert_cmpstr (fixture->log->str, ==, "nats:A-1@1 memory:A-1@1 mqtt:A-1@1");
  bus_test_close (bus);
  for (guint i = 0; i < G_N_ELEMENTS (fixture->parts); i++)
    {
      g_assert_false (eh_event_bus_flush (fixture->parts[i], NULL, &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
      g_clear_error (&error);
    }
  g_assert_false (eh_event_bus_publish (bus, "bank", "account", event, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
  g_assert_cmpstr (error->message, ==, "the multi bus is closed");
  g_clear_error (&error);
  g_assert_false (eh_event_bus_flush (bus, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
}

static void
test_subscribe (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A multi bus cannot be subscribed to");

  g_assert_cmpuint (eh_event_bus_subscribe (EH_EVENT_BUS (fixture->multi), NULL, NULL, NULL, bus_test_listen,
                                            &fixture->listeners[0], NULL, &error),
                    ==, 0);
  g_assert_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_false (eh_event_bus_unsubscribe (EH_EVENT_BUS (fixture->multi), 1, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED);
}

static void
test_empty (void)
{
  g_autoptr (EhMultiBus) multi = eh_multi_bus_new ();
  g_autoptr (EhEvent) event = bus_test_event ("A-1", 2);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Without parts it accepts everything until it is closed");

  bus_test_publish (EH_EVENT_BUS (multi), "A-1", 1);
  bus_test_flush (EH_EVENT_BUS (multi));
  bus_test_close (EH_EVENT_BUS (multi));
  g_assert_false (eh_event_bus_publish (EH_EVENT_BUS (multi), "bank", "account", event, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
}

#define ADD(path, func) g_test_add ("/multi-bus/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("publish", test_publish);
  ADD ("failures", test_failures);
  ADD ("cancelled", test_cancelled);
  ADD ("close", test_close);
  ADD ("subscribe", test_subscribe);
  g_test_add_func ("/multi-bus/empty", test_empty);

  return g_test_run ();
}
