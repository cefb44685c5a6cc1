/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-mock-bus.h"

#include "../bus/bus-test.h"
#include "mocks/eh-mock-store.h"
#include "mocks/eh-verify.h"

typedef struct {
  EhEventBus *bus;
  EhFaultPlan *plan; /* (borrowed) */
  EhCallLog *calls;  /* (borrowed) */
  GString *log;
  BusTestListener listener;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->bus = eh_mock_bus_new (NULL, NULL, NULL);
  self->plan = eh_mock_bus_get_plan (EH_MOCK_BUS (self->bus));
  self->calls = eh_mock_bus_get_log (EH_MOCK_BUS (self->bus));
  self->log = g_string_new (NULL);
  self->listener = (BusTestListener){ .log = self->log };
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_assert_finalize_object (self->bus);
  g_string_free (self->log, TRUE);
}

static guint
plan_fault (Fixture *self, EhMockFault fault, guint call)
{
  return eh_fault_plan_add (self->plan, &(EhFaultRule){ .fault = fault, .call = call });
}

static void
publish_three (Fixture *self)
{
  bus_test_publish (self->bus, "A-1", 1);
  bus_test_publish (self->bus, "A-1", 2);
  bus_test_publish (self->bus, "A-1", 3);
}

static void
test_log (Fixture *self, gconstpointer data)
{
  g_autofree char *text = NULL;
  guint id = bus_test_subscribe (self->bus, "views", bus_test_listen, &self->listener);

  g_test_summary ("Every call and every delivery is noted, in the order in which they began");

  self->listener.n_failures = 1;
  bus_test_publish (self->bus, "A-1", 1);
  bus_test_flush (self->bus);
  g_assert_true (eh_event_bus_unsubscribe (self->bus, id, NULL));
  g_assert_false (eh_event_bus_unsubscribe (self->bus, id, NULL));
  bus_test_close (self->bus);
  text = eh_call_log_to_string (self->calls);
  g_assert_true (g_str_has_prefix (text, "1. subscribe bank.account: group views -> id 1\n"
                                         "2. publish bank.account: Happened A-1@1 -> ok\n"
                                         "3. flush -> ok\n"
                                         "4. deliver bank.account: Happened A-1@1 to views -> failed: no\n"
                                         "5. deliver bank.account: Happened A-1@1 to views -> ok\n"
                                         "6. unsubscribe: id 1 -> ok\n"
                                         "7. unsubscribe: id 1 -> failed: "));
  g_assert_true (g_str_has_suffix (text, "8. close -> ok\n"));
}

static void
test_publish_error (Fixture *self, gconstpointer data)
{
  g_autoptr (EhEvent) event = bus_test_event ("A-1", 1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A failed publish reaches nobody");

  bus_test_subscribe (self->bus, NULL, bus_test_listen, &self->listener);
  plan_fault (self, EH_MOCK_FAULT_PUBLISH_ERROR, 1);
  g_assert_false (eh_event_bus_publish (self->bus, "bank", "account", event, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  bus_test_publish (self->bus, "A-1", 2);
  bus_test_flush (self->bus);
  g_assert_cmpstr (self->log->str, ==, "A-1@2");
}

static void
test_publish_ambiguous (Fixture *self, gconstpointer data)
{
  gboolean applied = GPOINTER_TO_INT (data);
  g_autoptr (EhEvent) event = bus_test_event ("A-1", 1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("An ambiguous publish reached everybody or nobody");

  bus_test_subscribe (self->bus, NULL, bus_test_listen, &self->listener);
  eh_fault_plan_add (self->plan, &(EhFaultRule){ .fault = EH_MOCK_FAULT_PUBLISH_AMBIGUOUS, .applied = applied });
  g_assert_false (eh_event_bus_publish (self->bus, "bank", "account", event, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_AMBIGUOUS);
  bus_test_flush (self->bus);
  g_assert_cmpstr (self->log->str, ==, applied ? "A-1@1" : "");
}

/* What each fault of the second delivery makes of them. */
static const struct {
  EhMockFault fault;
  const char *expected;
} deliveries[] = {
  { EH_MOCK_FAULT_DELIVER_TWICE, "A-1@1 A-1@2 A-1@2 A-1@3 A-1@4" },
  { EH_MOCK_FAULT_DELIVER_LATE, "A-1@1 B-1@1 A-1@2 A-1@3 A-1@4" },
  { EH_MOCK_FAULT_DELIVER_REORDERED, "A-1@1 A-1@3 A-1@2 A-1@4" },
  { EH_MOCK_FAULT_DELIVER_LOST, "A-1@1 A-1@3 A-1@4" },
  { EH_MOCK_FAULT_HANDLER_ERROR, "A-1@1 A-1@2 B-1@1 A-1@2 A-1@3 A-1@4" },
};

static void
test_delivery (Fixture *self, gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  gboolean with_other = strstr (deliveries[i].expected, "B-1") != NULL;
  guint rule;

  g_test_summary ("A delivery may come twice, late, reordered, never, or its handler may fail");

  bus_test_subscribe (self->bus, NULL, bus_test_listen, &self->listener);
  rule = plan_fault (self, deliveries[i].fault, 2);
  bus_test_publish (self->bus, "A-1", 1);
  bus_test_publish (self->bus, "A-1", 2);
  if (with_other)
    bus_test_publish (self->bus, "B-1", 1);
  bus_test_publish (self->bus, "A-1", 3);
  bus_test_publish (self->bus, "A-1", 4);
  bus_test_flush (self->bus);
  g_assert_cmpstr (self->log->str, ==, deliveries[i].expected);
  g_assert_cmpuint (eh_fault_plan_get_n_struck (self->plan, rule), ==, 1);
}

static void
test_reordered_last (Fixture *self, gconstpointer data)
{
  g_test_summary ("What is held back and nothing follows comes with the flush, and as often as its handler fails");

  bus_test_subscribe (self->bus, NULL, bus_test_listen, &self->listener);
  plan_fault (self, EH_MOCK_FAULT_DELIVER_REORDERED, 1);
  bus_test_publish (self->bus, "A-1", 1);
  g_assert_true (eh_memory_bus_step (EH_MEMORY_BUS (eh_mock_bus_get_inner (EH_MOCK_BUS (self->bus)))));
  g_assert_cmpstr (self->log->str, ==, "");
  self->listener.n_failures = 2;
  bus_test_flush (self->bus);
  g_assert_cmpstr (self->log->str, ==, "A-1@1! A-1@1! A-1@1");
  bus_test_flush (self->bus);
  g_assert_cmpstr (self->log->str, ==, "A-1@1! A-1@1! A-1@1");
}

static void
test_reordered_set_aside (Fixture *self, gconstpointer data)
{
  guint last;

  g_test_summary ("A held event whose handler always fails is set aside, which the log tells");

  bus_test_subscribe (self->bus, NULL, bus_test_listen, &self->listener);
  plan_fault (self, EH_MOCK_FAULT_DELIVER_REORDERED, 1);
  self->listener.n_failures = G_MAXUINT;
  bus_test_publish (self->bus, "A-1", 1);
  bus_test_flush (self->bus);
  last = eh_call_log_get_size (self->calls) - 1;
  g_assert_cmpstr (eh_call_log_get_outcome (self->calls, last), ==, "set aside");
  g_assert_cmpuint (eh_call_log_count (self->calls, "deliver", "bank.*"), ==, 1 + EH_MEMORY_BUS_ATTEMPTS);
}

static void
test_reordered_close (Fixture *self, gconstpointer data)
{
  g_test_summary ("Close hands over what is held back");

  bus_test_subscribe (self->bus, "views", bus_test_listen, &self->listener);
  plan_fault (self, EH_MOCK_FAULT_DELIVER_REORDERED, 3);
  publish_three (self);
  bus_test_close (self->bus);
  g_assert_cmpstr (self->log->str, ==, "A-1@1 A-1@2 A-1@3");
}

static void
test_reordered_unsubscribed (Fixture *self, gconstpointer data)
{
  BusTestListener other = { .log = self->log, .mark = "b" };
  EhMemoryBus *inner = EH_MEMORY_BUS (eh_mock_bus_get_inner (EH_MOCK_BUS (self->bus)));
  guint alone = bus_test_subscribe (self->bus, NULL, bus_test_listen, &self->listener);
  guint member = bus_test_subscribe (self->bus, "views", bus_test_listen, &self->listener);

  g_test_summary ("What is held for a subscription goes with it; what is held for a group goes to who remains");

  plan_fault (self, EH_MOCK_FAULT_DELIVER_REORDERED, 0);
  bus_test_publish (self->bus, "A-1", 1);
  while (eh_memory_bus_step (inner))
    continue;
  bus_test_subscribe (self->bus, "views", bus_test_listen, &other);
  g_assert_true (eh_event_bus_unsubscribe (self->bus, alone, NULL));
  g_assert_true (eh_event_bus_unsubscribe (self->bus, member, NULL));
  bus_test_flush (self->bus);
  g_assert_cmpstr (self->log->str, ==, "b:A-1@1");
}

static void
test_groups (Fixture *self, gconstpointer data)
{
  BusTestListener other = { .log = self->log, .mark = "b" };

  g_test_summary ("A fault of one delivery leaves the other subscribers alone");

  bus_test_subscribe (self->bus, NULL, bus_test_listen, &self->listener);
  bus_test_subscribe (self->bus, NULL, bus_test_listen, &other);
  plan_fault (self, EH_MOCK_FAULT_DELIVER_LOST, 1);
  bus_test_publish (self->bus, "A-1", 1);
  bus_test_flush (self->bus);
  g_assert_cmpstr (self->log->str, ==, "b:A-1@1");
}

static void
test_shared_log (Fixture *self, gconstpointer data)
{
  g_autoptr (EhEventStore) store = eh_mock_store_new (NULL, self->plan, self->calls);
  g_autoptr (EhStreamName) name = eh_stream_name_parse ("A-1", NULL);
  guint64 version;

  g_test_summary ("A store and a bus may share log and plan: what came first is told");

  g_assert_true (eh_event_store_get_version (store, name, &version, NULL, NULL));
  bus_test_publish (self->bus, "A-1", 1);
  eh_assert_called_in_order (self->calls, "get-version A-1", "publish bank.account");
}

static void
test_reset (Fixture *self, gconstpointer data)
{
  g_autoptr (EhEventBus) around = eh_mock_bus_new (self->bus, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("After a reset nothing waits and nothing is held; subscriptions stay");

  bus_test_subscribe (self->bus, NULL, bus_test_listen, &self->listener);
  plan_fault (self, EH_MOCK_FAULT_DELIVER_REORDERED, 1);
  for (guint round = 0; round < 2; round++)
    {
      bus_test_publish (self->bus, "A-1", 1);
      bus_test_publish (self->bus, "B-1", 1);
      g_assert_true (eh_memory_bus_step (EH_MEMORY_BUS (eh_mock_bus_get_inner (EH_MOCK_BUS (self->bus)))));
      g_assert_cmpuint (eh_fault_plan_get_n_struck (self->plan, 0), ==, 1);
      g_assert_true (eh_mock_bus_reset (EH_MOCK_BUS (self->bus), NULL));
      g_assert_cmpuint (eh_call_log_get_size (self->calls), ==, 0);
      bus_test_flush (self->bus);
      g_assert_cmpstr (self->log->str, ==, "");
    }
  g_assert_false (eh_mock_bus_reset (EH_MOCK_BUS (around), &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED);
}

static void
test_closed (Fixture *self, gconstpointer data)
{
  g_autoptr (EhEvent) event = bus_test_event ("A-1", 1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("After close a call is CLOSED, whatever is planned");

  plan_fault (self, EH_MOCK_FAULT_PUBLISH_ERROR, 0);
  bus_test_close (self->bus);
  g_assert_false (eh_event_bus_publish (self->bus, "bank", "account", event, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
}

#define add(path, data, func) g_test_add ("/mock-bus/" path, Fixture, data, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add ("log", NULL, test_log);
  add ("publish-error", NULL, test_publish_error);
  add ("publish-ambiguous/applied", GINT_TO_POINTER (TRUE), test_publish_ambiguous);
  add ("publish-ambiguous/not-applied", GINT_TO_POINTER (FALSE), test_publish_ambiguous);
  for (guint i = 0; i < G_N_ELEMENTS (deliveries); i++)
    {
      g_autofree char *path = g_strconcat ("/mock-bus/", eh_mock_fault_get_nick (deliveries[i].fault), NULL);

      g_test_add (path, Fixture, GUINT_TO_POINTER (i), set_up, test_delivery, tear_down);
    }
  add ("reordered-last", NULL, test_reordered_last);
  add ("reordered-set-aside", NULL, test_reordered_set_aside);
  add ("reordered-close", NULL, test_reordered_close);
  add ("reordered-unsubscribed", NULL, test_reordered_unsubscribed);
  add ("groups", NULL, test_groups);
  add ("shared-log", NULL, test_shared_log);
  add ("reset", NULL, test_reset);
  add ("closed", NULL, test_closed);
  return g_test_run ();
}
