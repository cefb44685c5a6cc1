/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/eh-event-bus.h"

#include <string.h>

#include "bus-test.h"
#include "bus/eh-memory-bus.h"

/* A bus with nothing but what is obligatory. */

#define BARE_TYPE_BUS (bare_bus_get_type ())
G_DECLARE_FINAL_TYPE (BareBus, bare_bus, BARE, BUS, GObject)

struct _BareBus {
  GObject parent_instance;

  guint n_published;
};

static void bare_bus_event_bus_init (EhEventBusInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BareBus, bare_bus, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_EVENT_BUS, bare_bus_event_bus_init))

static gboolean
bare_bus_publish (EhEventBus *bus, const char *bucket, const char *subset, EhEvent *event, GCancellable *cancellable,
                  GError **error)
{
  BARE_BUS (bus)->n_published++;
  return TRUE;
}

static gboolean
bare_bus_close (EhEventBus *bus, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static void
bare_bus_event_bus_init (EhEventBusInterface *iface)
{
  iface->publish = bare_bus_publish;
  iface->close = bare_bus_close;
}

static void
bare_bus_class_init (BareBusClass *klass)
{
}

static void
bare_bus_init (BareBus *self)
{
}

static gboolean
handle_nothing (EhEvent *event, gpointer user_data, GError **error)
{
  return TRUE;
}

static void
test_defaults (void)
{
  g_autoptr (EhEventBus) bus = g_object_new (BARE_TYPE_BUS, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A bus that only publishes refuses to subscribe, and a flush does nothing");

  bus_test_publish (bus, "A-1", 1);
  g_assert_cmpuint (BARE_BUS (bus)->n_published, ==, 1);
  g_assert_cmpuint (eh_event_bus_subscribe (bus, NULL, NULL, NULL, handle_nothing, NULL, NULL, &error), ==, 0);
  g_assert_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED);
  g_assert_cmpstr (error->message, ==, "BareBus cannot subscribe");
  g_clear_error (&error);
  g_assert_false (eh_event_bus_unsubscribe (bus, 1, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED);
  bus_test_flush (bus);
  bus_test_close (bus);
}

static void
assert_refuses_name (EhEventBus *bus, const char *bucket, const char *subset)
{
  g_autoptr (EhEvent) event = bus_test_event ("A-1", 1);
  g_autoptr (GError) error = NULL;

  g_assert_false (eh_event_bus_publish (bus, bucket, subset, event, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_cmpuint (eh_event_bus_subscribe (bus, bucket, subset, NULL, handle_nothing, NULL, NULL, &error), ==, 0);
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
}

static void
test_topics_refused (void)
{
  static const char *const names[] = { "",    ".",   "a.b",   "*",     "a*",        ">",    "a b",
                                       " a",  "a\n", "a\x7f", "\x01",  "a\xc2\x85", "\xff", "a\xc3",
                                       "é.ö", "é*",  "é ö",   "é\x1f", "a\t" };
  g_autoptr (EhEventBus) bus = eh_memory_bus_new (0);

  g_test_summary ("What is no bucket or subset is refused, for publishing and subscribing");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      assert_refuses_name (bus, names[i], "account");
      assert_refuses_name (bus, "bank", names[i]);
    }
}

static void
test_topic_message (void)
{
  g_autoptr (EhEventBus) bus = eh_memory_bus_new (0);
  g_autoptr (EhEvent) event = bus_test_event ("A-1", 1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("The message names the part and shows it on one line");

  g_assert_false (eh_event_bus_publish (bus, "bank", "a\nb", event, NULL, &error));
  g_assert_true (g_str_has_prefix (error->message, "\"a\\nb\" is no subset: "));
  g_clear_error (&error);
  g_assert_cmpuint (eh_event_bus_subscribe (bus, NULL, NULL, "", handle_nothing, NULL, NULL, &error), ==, 0);
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, "\"\" is no group: "));
}

static void
test_topics_accepted (void)
{
  static const char *const names[] = { "a", "bank-1", "A_b", "é", "口座", "a/b", "a:b", "!" };
  g_autoptr (EhEventBus) bus = eh_memory_bus_new (0);

  g_test_summary ("Every other name is a bucket and a subset");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    bus_test_publish_to (bus, names[i], names[i], "A-1", 1);
}

static EhEventBus *
open_bus (const char *uri)
{
  g_autoptr (GError) error = NULL;
  EhEventBus *bus = eh_event_bus_open (uri, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (EH_IS_MEMORY_BUS (bus));
  return bus;
}

static void
test_open_default (void)
{
  g_autoptr (EhEventBus) bus = open_bus ("memory:");
  g_autoptr (GString) log = g_string_new (NULL);
  BusTestListener listener = { .log = log, .n_failures = EH_MEMORY_BUS_ATTEMPTS };

  g_test_summary ("\"memory:\" has a thread and sets an event aside after the default number of attempts");

  bus_test_subscribe (bus, NULL, bus_test_listen, &listener);
  bus_test_publish (bus, "A-1", 1);
  bus_test_flush (bus);
  g_assert_cmpuint (listener.n_failures, ==, 0);
  g_assert_cmpuint (eh_memory_bus_get_n_parked (EH_MEMORY_BUS (bus)), ==, 1);
  bus_test_close (bus);
}

static void
test_open_parameters (void)
{
  g_autoptr (EhEventBus) bus = open_bus ("memory:?attempts=2&threads=0&limit=1");
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (EhEvent) event = bus_test_event ("A-1", 2);
  g_autoptr (GError) error = NULL;
  BusTestListener listener = { .log = log, .n_failures = 2 };

  g_test_summary ("The parameters of the URI are obeyed");

  bus_test_subscribe (bus, NULL, bus_test_listen, &listener);
  bus_test_publish (bus, "A-1", 1);
  g_assert_false (eh_event_bus_publish (bus, "bank", "account", event, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_LIMIT);
  g_assert_true (eh_memory_bus_step (EH_MEMORY_BUS (bus)));
  g_assert_true (eh_memory_bus_step (EH_MEMORY_BUS (bus)));
  g_assert_false (eh_memory_bus_step (EH_MEMORY_BUS (bus)));
  g_assert_cmpstr (log->str, ==, "A-1@1! A-1@1!");
  g_assert_cmpuint (eh_memory_bus_get_n_parked (EH_MEMORY_BUS (bus)), ==, 1);
}

static void
test_open_refused (void)
{
  static const struct {
    const char *uri;
    EhError code;
    const char *part;
  } cases[] = {
    { "memory:?thread=1", EH_ERROR_INVALID, "no parameter \"thread\"; it has threads, attempts, limit" },
    { "memory:?threads=1&threads=2", EH_ERROR_INVALID, "\"threads\" is given twice" },
    { "memory:?threads=-1", EH_ERROR_INVALID, "\"threads\" is a number from 0 to 256, not \"-1\"" },
    { "memory:?threads=257", EH_ERROR_INVALID, "not \"257\"" },
    { "memory:?threads=", EH_ERROR_INVALID, "not \"\"" },
    { "memory:?attempts=0", EH_ERROR_INVALID, "\"attempts\" is a number from 1 to " },
    { "memory:?limit=99999999999", EH_ERROR_INVALID, "\"limit\"" },
    { "memory:?limit=1x", EH_ERROR_INVALID, "not \"1x\"" },
    { "memory:?threads", EH_ERROR_INVALID, "\"threads\"" },
    { "memory:?=1", EH_ERROR_INVALID, "no parameter \"\"" },
    { "memory:?%zz=1", EH_ERROR_INVALID, "%zz" },
    { "memory:here", EH_ERROR_INVALID, "a memory bus is" },
    { "memory://host", EH_ERROR_INVALID, "a memory bus is" },
    { "memory:#x", EH_ERROR_INVALID, "a memory bus is" },
    { "memory", EH_ERROR_INVALID, "\"memory\" is no URI" },
    { "", EH_ERROR_INVALID, "\"\" is no URI" },
    { "pigeon:", EH_ERROR_UNSUPPORTED, "no event bus \"pigeon:\"; there is \"memory:\"" },
  };

  g_test_summary ("A bad URI is refused with a message that says what is wrong with it");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (eh_event_bus_open (cases[i].uri, NULL, &error));
      g_assert_error (error, EH_ERROR, (gint) cases[i].code);
      if (strstr (error->message, cases[i].part) == NULL)
        g_test_message ("%s: %s", cases[i].uri, error->message);
      g_assert_nonnull (strstr (error->message, cases[i].part));
    }
}

static void
test_open_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A cancelled open makes no bus");

  g_cancellable_cancel (cancellable);
  g_assert_null (eh_event_bus_open ("memory:", cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/event-bus/defaults", test_defaults);
  g_test_add_func ("/event-bus/topics/refused", test_topics_refused);
  g_test_add_func ("/event-bus/topics/message", test_topic_message);
  g_test_add_func ("/event-bus/topics/accepted", test_topics_accepted);
  g_test_add_func ("/event-bus/open/default", test_open_default);
  g_test_add_func ("/event-bus/open/parameters", test_open_parameters);
  g_test_add_func ("/event-bus/open/refused", test_open_refused);
  g_test_add_func ("/event-bus/open/cancelled", test_open_cancelled);

  return g_test_run ();
}
