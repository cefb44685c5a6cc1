/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/eh-logging-bus.h"

#include <string.h>

#include "bus-test.h"
#include "bus/eh-memory-bus.h"
#include "bus/eh-multi-bus.h"

typedef struct {
  EhEventBus *inner;
  EhEventBus *bus;
  GString *lines;
  GString *log;
  BusTestListener listener;
  gint n_destroyed;
} Fixture;

static void
add_line (const char *line, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_null (strchr (line, '\n'));
  g_string_append_printf (fixture->lines, "%s\n", line);
}

static void
count_sink_destroyed (gpointer user_data)
{
  ((Fixture *) user_data)->n_destroyed++;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->inner = eh_memory_bus_new (0);
  fixture->lines = g_string_new (NULL);
  fixture->log = g_string_new (NULL);
  fixture->listener = (BusTestListener){ .log = fixture->log };
  fixture->bus = eh_logging_bus_new (fixture->inner, add_line, fixture, count_sink_destroyed);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->bus);
  g_assert_finalize_object (fixture->inner);
  g_assert_cmpint (fixture->n_destroyed, ==, 1);
  g_string_free (fixture->lines, TRUE);
  g_string_free (fixture->log, TRUE);
}

static void
test_publish (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EhEvent) event = bus_test_event ("A-1", 1);
  g_autofree char *envelope = eh_event_to_json (event);
  g_autofree char *expected = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Each publish is a line with topic, envelope and outcome, and the error comes back as it was");

  g_assert_true (eh_event_bus_publish (fixture->bus, "bank", "account", event, NULL, &error));
  bus_test_close (fixture->inner);
  g_assert_false (eh_event_bus_publish (fixture->bus, "bank", "account", event, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
  g_assert_cmpstr (error->message, ==, "the memory bus is closed");
  expected = g_strdup_printf ("publish bank.account %s -> ok\n"
                              "publish bank.account %s -> failed: the memory bus is closed\n",
                              envelope, envelope);
  g_assert_cmpstr (fixture->lines->str, ==, expected);
}

static gboolean
fail_on_two_lines (EhEvent *event, gpointer user_data, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY, "no\nno");
  return FALSE;
}

static void
test_deliver (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Each delivery is a line with subscription, event and outcome, and acts as without the logging");

  fixture->listener.n_failures = 1;
  bus_test_subscribe (fixture->bus, "g", bus_test_listen, &fixture->listener);
  bus_test_publish (fixture->inner, "A-1", 7);
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "A-1@7! A-1@7");
  g_assert_cmpstr (fixture->lines->str, ==,
                   "deliver bank.account to g Happened A-1@7 -> failed: no\n"
                   "deliver bank.account to g Happened A-1@7 -> ok\n");
}

static void
test_one_line (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EhEvent) event = NULL;
  g_autofree char *reason = NULL;

  g_test_summary ("A message of two lines is logged as one and handed on as it is");

  eh_memory_bus_set_attempts (EH_MEMORY_BUS (fixture->inner), 1);
  eh_event_bus_subscribe (fixture->bus, NULL, NULL, NULL, fail_on_two_lines, NULL, NULL, NULL);
  bus_test_publish (fixture->inner, "A-1", 1);
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->lines->str, ==, "deliver *.* Happened A-1@1 -> failed: no no\n");
  event = eh_memory_bus_get_parked (EH_MEMORY_BUS (fixture->inner), 0, &reason);
  g_assert_cmpstr (reason, ==, "no\nno");
}

static void
test_one_line_of_type (Fixture *fixture, gconstpointer data)
{
  const char *envelope = "{\"id\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"aggregate_id\":\"1\",\"aggregate_type\":\"A\","
                         "\"version\":1,\"type\":\"Happened\\n-> ok\",\"data\":{}}";
  g_autoptr (GError) error = NULL;
  g_autoptr (EhEvent) event = eh_event_from_json (envelope, -1, &error);

  g_test_summary ("An event's type cannot begin a line of its own");

  g_assert_no_error (error);
  bus_test_subscribe (fixture->bus, NULL, bus_test_listen, &fixture->listener);
  g_assert_true (eh_event_bus_publish (fixture->inner, "bank", "account", event, NULL, &error));
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->lines->str, ==, "deliver bank.account Happened -> ok A-1@1 -> ok\n");
}

static void
test_subscriptions (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint n_destroyed = 0;
  guint id = 0;

  g_test_summary ("Subscribing, unsubscribing and their errors pass through; destroy functions run once");

  id = eh_event_bus_subscribe (fixture->bus, "a", "b", "g", bus_test_listen, &n_destroyed, bus_test_count_destroyed,
                               &error);
  g_assert_no_error (error);
  g_assert_cmpuint (eh_event_bus_subscribe (fixture->bus, "a", "c", "g", bus_test_listen, &n_destroyed,
                                            bus_test_count_destroyed, &error),
                    ==, 0);
  g_assert_error (error, EH_ERROR, EH_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_cmpint (n_destroyed, ==, 0);
  g_assert_true (eh_event_bus_unsubscribe (fixture->bus, id, &error));
  g_assert_cmpint (n_destroyed, ==, 1);
  g_assert_false (eh_event_bus_unsubscribe (fixture->bus, id, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
}

static void
test_close (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("Close closes the inner bus");

  bus_test_subscribe (fixture->bus, NULL, bus_test_listen, &fixture->listener);
  bus_test_publish (fixture->bus, "A-1", 1);
  bus_test_close (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "A-1@1");
  g_assert_false (eh_event_bus_flush (fixture->inner, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
}

static void
test_outlived (void)
{
  g_autoptr (EhEventBus) inner = eh_memory_bus_new (0);
  Fixture fixture = { .lines = g_string_new (NULL), .log = g_string_new (NULL) };
  BusTestListener listener = { .log = fixture.log };
  EhEventBus *bus = eh_logging_bus_new (inner, add_line, &fixture, count_sink_destroyed);

  g_test_summary ("A subscription that outlives the logging bus still logs; the sink ends with the last of them");

  bus_test_subscribe (bus, NULL, bus_test_listen, &listener);
  g_assert_finalize_object (bus);
  bus_test_publish (inner, "A-1", 1);
  bus_test_flush (inner);
  g_assert_cmpstr (fixture.lines->str, ==, "deliver bank.account Happened A-1@1 -> ok\n");
  g_assert_cmpint (fixture.n_destroyed, ==, 0);
  bus_test_close (inner);
  g_assert_cmpint (fixture.n_destroyed, ==, 1);
  g_string_free (fixture.lines, TRUE);
  g_string_free (fixture.log, TRUE);
}

static void
test_debug (void)
{
  g_autoptr (EhMultiBus) multi = eh_multi_bus_new ();
  g_autoptr (EhEventBus) bus = eh_logging_bus_new (EH_EVENT_BUS (multi), NULL, NULL, NULL);

  g_test_summary ("Without a function lines are debug messages of the domain \"eventhus\"");

  g_test_expect_message ("eventhus", G_LOG_LEVEL_DEBUG, "publish bank.account {*} -> ok");
  bus_test_publish (bus, "A-1", 1);
  g_test_assert_expected_messages ();
}

#define ADD(path, func) g_test_add ("/logging-bus/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("publish", test_publish);
  ADD ("deliver", test_deliver);
  ADD ("one-line", test_one_line);
  ADD ("one-line-of-type", test_one_line_of_type);
  ADD ("subscriptions", test_subscriptions);
  ADD ("close", test_close);
  g_test_add_func ("/logging-bus/outlived", test_outlived);
  g_test_add_func ("/logging-bus/debug", test_debug);

  return g_test_run ();
}
