/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/eh-memory-bus.h"

#include "memory-bus-test.h"

static void
test_unsubscribe (MemoryBusTest *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint n_destroyed = 0;
  guint id = eh_event_bus_subscribe (fixture->bus, NULL, NULL, NULL, bus_test_listen, &n_destroyed,
                                     bus_test_count_destroyed, NULL);

  g_test_summary ("Unsubscribing drops what its own group had not handled, and destroys once");

  bus_test_publish (fixture->bus, "A-1", 1);
  g_assert_true (eh_event_bus_unsubscribe (fixture->bus, id, &error));
  g_assert_no_error (error);
  g_assert_cmpint (n_destroyed, ==, 1);
  g_assert_false (memory_bus_test_step (fixture));
  bus_test_flush (fixture->bus);
  g_assert_false (eh_event_bus_unsubscribe (fixture->bus, id, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
  g_assert_cmpint (n_destroyed, ==, 1);
}

static void
test_unsubscribe_member (MemoryBusTest *fixture, gconstpointer data)
{
  BusTestListener x = { fixture->log, "x", 1 };
  guint id = bus_test_subscribe (fixture->bus, "g", bus_test_listen, &x);

  g_test_summary ("What waits for a group goes on to the members that remain, also what failed");

  bus_test_subscribe (fixture->bus, "g", bus_test_listen, &fixture->b);
  for (guint i = 1; i <= 3; i++)
    bus_test_publish (fixture->bus, "A-1", i);
  g_assert_true (memory_bus_test_step (fixture));
  g_assert_true (eh_event_bus_unsubscribe (fixture->bus, id, NULL));
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "x:A-1@1! b:A-1@1 b:A-1@2 b:A-1@3");
}

static void
test_unsubscribe_failed (MemoryBusTest *fixture, gconstpointer data)
{
  guint id = bus_test_subscribe (fixture->bus, "g", bus_test_listen, &fixture->a);

  g_test_summary ("The last member takes failed events and lines with it; a new group of that name begins empty");

  fixture->a.n_failures = 1;
  bus_test_publish (fixture->bus, "A-1", 1);
  bus_test_publish (fixture->bus, "A-1", 2);
  g_assert_true (memory_bus_test_step (fixture));
  g_assert_true (eh_event_bus_unsubscribe (fixture->bus, id, NULL));
  bus_test_subscribe (fixture->bus, "g", bus_test_listen, &fixture->b);
  g_assert_false (memory_bus_test_step (fixture));
  bus_test_publish (fixture->bus, "A-1", 3);
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "A-1@1! b:A-1@3");
  g_assert_cmpuint (eh_memory_bus_get_n_parked (EH_MEMORY_BUS (fixture->bus)), ==, 0);
}

static gboolean
unsubscribe_within (EhEvent *event, gpointer user_data, GError **error)
{
  MemoryBusActor *self = user_data;

  g_assert_true (eh_event_bus_unsubscribe (self->bus, self->id, error));
  self->was_alive = self->n_destroyed == 0;
  bus_test_listen (event, self->listener, NULL);
  if (self->fails)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY, "no");

  return !self->fails;
}

static void
actor_count_destroyed (gpointer user_data)
{
  ((MemoryBusActor *) user_data)->n_destroyed++;
}

static void
test_unsubscribe_within (MemoryBusTest *fixture, gconstpointer data)
{
  g_test_summary ("A handler may unsubscribe itself, acknowledging or failing; it is destroyed after it returned");

  for (guint fails = 0; fails < 2; fails++)
    {
      MemoryBusActor actor = { .bus = fixture->bus, .listener = &fixture->a, .fails = fails == 1 };

      actor.id = eh_event_bus_subscribe (fixture->bus, NULL, NULL, NULL, unsubscribe_within, &actor,
                                         actor_count_destroyed, NULL);
      bus_test_publish (fixture->bus, "A-1", 1);
      bus_test_publish (fixture->bus, "A-1", 2);
      bus_test_flush (fixture->bus);
      g_assert_cmpstr (fixture->log->str, ==, "A-1@1");
      g_assert_true (actor.was_alive);
      g_assert_cmpint (actor.n_destroyed, ==, 1);
      g_string_truncate (fixture->log, 0);
    }
  g_assert_cmpuint (eh_memory_bus_get_n_parked (EH_MEMORY_BUS (fixture->bus)), ==, 0);
}

static void
test_unsubscribe_other_within (MemoryBusTest *fixture, gconstpointer data)
{
  MemoryBusActor actor = { .bus = fixture->bus, .listener = &fixture->a };
  guint own = bus_test_subscribe (fixture->bus, NULL, unsubscribe_within, &actor);

  g_test_summary ("A handler may unsubscribe another, which then does not get the event under way");

  actor.id = eh_event_bus_subscribe (fixture->bus, NULL, NULL, NULL, bus_test_listen, &fixture->b, NULL, NULL);
  bus_test_publish (fixture->bus, "A-1", 1);
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "A-1@1");
  g_assert_true (eh_event_bus_unsubscribe (fixture->bus, own, NULL));
}

static gboolean
subscribe_within (EhEvent *event, gpointer user_data, GError **error)
{
  MemoryBusActor *self = user_data;

  if (self->id == 0)
    self->id = bus_test_subscribe (self->bus, NULL, bus_test_listen, self->listener);

  return TRUE;
}

static void
test_subscribe_within (MemoryBusTest *fixture, gconstpointer data)
{
  MemoryBusActor actor = { .bus = fixture->bus, .listener = &fixture->a };

  g_test_summary ("A handler may subscribe another, which gets what is published afterwards");

  bus_test_subscribe (fixture->bus, NULL, subscribe_within, &actor);
  bus_test_publish (fixture->bus, "A-1", 1);
  bus_test_publish (fixture->bus, "A-1", 2);
  bus_test_flush (fixture->bus);
  bus_test_publish (fixture->bus, "A-1", 3);
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "A-1@3");
}

static gboolean
flush_within (EhEvent *event, gpointer user_data, GError **error)
{
  MemoryBusActor *self = user_data;

  g_assert_false (eh_event_bus_close (self->bus, NULL, &self->error));
  g_assert_error (self->error, EH_ERROR, EH_ERROR_INVALID);
  g_clear_error (&self->error);
  g_assert_false (eh_event_bus_flush (self->bus, NULL, &self->error));
  return TRUE;
}

static void
test_flush_within (MemoryBusTest *fixture, gconstpointer data)
{
  MemoryBusActor actor = { .bus = fixture->bus };

  g_test_summary ("A flush or close from a handler is refused, and the bus stays open");

  bus_test_subscribe (fixture->bus, NULL, flush_within, &actor);
  bus_test_publish (fixture->bus, "A-1", 1);
  bus_test_flush (fixture->bus);
  g_assert_error (actor.error, EH_ERROR, EH_ERROR_INVALID);
  g_clear_error (&actor.error);
}

static gboolean
cancel_within (EhEvent *event, gpointer user_data, GError **error)
{
  g_cancellable_cancel (user_data);
  return TRUE;
}

static void
test_flush_cancelled (MemoryBusTest *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A flush or close that is cancelled midway delivers no more and leaves the bus open");

  bus_test_subscribe (fixture->bus, NULL, cancel_within, cancellable);
  bus_test_subscribe (fixture->bus, NULL, bus_test_listen, &fixture->a);
  bus_test_publish (fixture->bus, "A-1", 1);
  g_assert_false (eh_event_bus_flush (fixture->bus, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_false (eh_event_bus_close (fixture->bus, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (fixture->log->str, ==, "");
  bus_test_publish (fixture->bus, "A-1", 2);
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "A-1@1 A-1@2");
}

static void
assert_closed (EhEventBus *bus)
{
  g_autoptr (EhEvent) event = bus_test_event ("A-1", 1);
  g_autoptr (GError) error = NULL;

  g_assert_false (eh_event_bus_publish (bus, "bank", "account", event, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_cmpuint (eh_event_bus_subscribe (bus, NULL, NULL, NULL, bus_test_listen, NULL, NULL, &error), ==, 0);
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_false (eh_event_bus_unsubscribe (bus, 1, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_false (eh_event_bus_flush (bus, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
  g_assert_false (eh_memory_bus_step (EH_MEMORY_BUS (bus)));
}

static void
test_close (MemoryBusTest *fixture, gconstpointer data)
{
  MemoryBusActor actor = { .bus = fixture->bus, .listener = &fixture->a };

  g_test_summary ("Close drains, failures included, destroys the subscriptions, and refuses everything afterwards");

  fixture->a.n_failures = 2;
  eh_event_bus_subscribe (fixture->bus, NULL, NULL, NULL, bus_test_listen, &fixture->a, NULL, NULL);
  eh_event_bus_subscribe (fixture->bus, NULL, NULL, "g", bus_test_listen, &fixture->b, NULL, NULL);
  eh_event_bus_subscribe (fixture->bus, "x", "y", NULL, bus_test_listen, &actor, actor_count_destroyed, NULL);
  bus_test_publish (fixture->bus, "A-1", 1);
  bus_test_close (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "A-1@1! b:A-1@1 A-1@1! A-1@1");
  g_assert_cmpint (actor.n_destroyed, ==, 1);
  assert_closed (fixture->bus);
  bus_test_close (fixture->bus);
}

static void
test_close_endless (MemoryBusTest *fixture, gconstpointer data)
{
  MemoryBusActor actor = { .bus = fixture->bus, .listener = &fixture->a };
  g_autofree char *reason = NULL;
  g_autoptr (EhEvent) event = NULL;

  g_test_summary ("While a close drains, answers to what was published are delivered; then publishing is refused");

  eh_memory_bus_set_attempts (EH_MEMORY_BUS (fixture->bus), 1);
  bus_test_subscribe (fixture->bus, NULL, memory_bus_test_publish_within, &actor);
  bus_test_publish (fixture->bus, "A-1", 1);
  bus_test_close (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "A-1@1 A-1@2");
  g_assert_cmpuint (eh_memory_bus_get_n_parked (EH_MEMORY_BUS (fixture->bus)), ==, 1);
  event = eh_memory_bus_get_parked (EH_MEMORY_BUS (fixture->bus), 0, &reason);
  g_assert_cmpstr (reason, ==, "the memory bus is closed");
}

static void
test_drop (void)
{
  EhEventBus *bus = eh_memory_bus_new (0);
  gint n_destroyed = 0;

  g_test_summary ("A bus that is dropped without being closed drops what waits and destroys its subscriptions");

  eh_event_bus_subscribe (bus, NULL, NULL, NULL, bus_test_listen, &n_destroyed, bus_test_count_destroyed, NULL);
  eh_event_bus_subscribe (bus, NULL, NULL, "g", bus_test_listen, &n_destroyed, bus_test_count_destroyed, NULL);
  bus_test_publish (bus, "A-1", 1);
  g_assert_finalize_object (bus);
  g_assert_cmpint (n_destroyed, ==, 2);
}

static gboolean
reset_within (EhEvent *event, gpointer user_data, GError **error)
{
  MemoryBusActor *self = user_data;

  bus_test_listen (event, self->listener, NULL);
  eh_memory_bus_reset (EH_MEMORY_BUS (self->bus));
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY, "no");
  return FALSE;
}

static void
test_reset (MemoryBusTest *fixture, gconstpointer data)
{
  EhMemoryBus *bus = EH_MEMORY_BUS (fixture->bus);

  g_test_summary (
      "A reset drops what waits, failed or was set aside, begins with the first member; all stay subscribed");

  eh_memory_bus_set_attempts (bus, 2);
  fixture->a.n_failures = 3;
  bus_test_subscribe (fixture->bus, "g", bus_test_listen, &fixture->a);
  bus_test_subscribe (fixture->bus, "g", bus_test_listen, &fixture->b);
  fixture->b.n_failures = 1;
  bus_test_publish (fixture->bus, "A-1", 1);
  bus_test_flush (fixture->bus);
  bus_test_publish (fixture->bus, "A-2", 1);
  bus_test_publish (fixture->bus, "A-2", 2);
  bus_test_publish (fixture->bus, "A-3", 1);
  g_assert_true (memory_bus_test_step (fixture));
  g_assert_cmpuint (eh_memory_bus_get_n_parked (bus), ==, 1);
  g_string_truncate (fixture->log, 0);
  fixture->a.n_failures = 0;

  eh_memory_bus_reset (bus);
  g_assert_cmpuint (eh_memory_bus_get_n_parked (bus), ==, 0);
  g_assert_false (memory_bus_test_step (fixture));
  bus_test_flush (fixture->bus);
  bus_test_publish (fixture->bus, "A-2", 1);
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "A-2@1");
}

static void
test_reset_within (MemoryBusTest *fixture, gconstpointer data)
{
  MemoryBusActor actor = { .bus = fixture->bus, .listener = &fixture->a };

  g_test_summary ("An event under way at a reset does not come again when its handler fails");

  bus_test_subscribe (fixture->bus, NULL, reset_within, &actor);
  bus_test_publish (fixture->bus, "A-1", 1);
  bus_test_publish (fixture->bus, "A-1", 2);
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "A-1@1");
  g_assert_cmpuint (eh_memory_bus_get_n_parked (EH_MEMORY_BUS (fixture->bus)), ==, 0);
}

/* At the first event publishes one of another stream and fails; acknowledges everything else. */
static gboolean
publish_and_fail (EhEvent *event, gpointer user_data, GError **error)
{
  MemoryBusActor *self = user_data;

  bus_test_listen (event, self->listener, NULL);
  if (self->fails)
    return TRUE;

  self->fails = TRUE;
  bus_test_publish (self->bus, "A-2", 1);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY, "no");
  return FALSE;
}

static void
test_flush_counts_its_own (MemoryBusTest *fixture, gconstpointer data)
{
  MemoryBusActor actor = { .bus = fixture->bus, .listener = &fixture->a };

  g_test_summary ("A later event that is delivered earlier does not count for a flush");

  bus_test_subscribe (fixture->bus, NULL, publish_and_fail, &actor);
  bus_test_publish (fixture->bus, "A-1", 1);
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "A-1@1 A-2@1 A-1@1");
}

typedef struct {
  EhEventBus *bus;
  GCancellable *cancellable;
} Canceller;

/* Answers the first event; at the answer cancels the close, while the event still has to come again. */
static gboolean
answer_then_cancel (EhEvent *event, gpointer user_data, GError **error)
{
  Canceller *self = user_data;

  if (eh_event_get_version (event) == 1)
    {
      bus_test_publish (self->bus, "A-1", 2);
      return TRUE;
    }

  if (g_cancellable_is_cancelled (self->cancellable))
    return TRUE;

  g_cancellable_cancel (self->cancellable);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY, "no");
  return FALSE;
}

static void
test_close_cancelled_late (MemoryBusTest *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Canceller canceller = { fixture->bus, cancellable };

  g_test_summary ("A close that is cancelled after publishing was refused opens the bus again");

  bus_test_subscribe (fixture->bus, NULL, answer_then_cancel, &canceller);
  bus_test_publish (fixture->bus, "A-1", 1);
  g_assert_false (eh_event_bus_close (fixture->bus, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  bus_test_publish (fixture->bus, "A-1", 3);
  bus_test_close (fixture->bus);
}

static void
test_unsubscribe_keeps_turns (MemoryBusTest *fixture, gconstpointer data)
{
  guint id = bus_test_subscribe (fixture->bus, "g", bus_test_listen, &fixture->a);

  g_test_summary ("When a member leaves, the turn stays with the one that has it");

  bus_test_subscribe (fixture->bus, "g", bus_test_listen, &fixture->b);
  bus_test_subscribe (fixture->bus, "g", bus_test_listen, &(BusTestListener){ fixture->log, "c" });
  bus_test_publish (fixture->bus, "A-1", 1);
  bus_test_flush (fixture->bus);
  g_assert_true (eh_event_bus_unsubscribe (fixture->bus, id, NULL));
  bus_test_publish (fixture->bus, "A-1", 2);
  bus_test_publish (fixture->bus, "A-1", 3);
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "A-1@1 b:A-1@2 c:A-1@3");
}

static void
test_reset_limit (MemoryBusTest *fixture, gconstpointer data)
{
  g_test_summary ("A full group has room after a reset");

  eh_memory_bus_set_limit (EH_MEMORY_BUS (fixture->bus), 1);
  bus_test_subscribe (fixture->bus, NULL, bus_test_listen, &fixture->a);
  bus_test_publish (fixture->bus, "A-1", 1);
  eh_memory_bus_reset (EH_MEMORY_BUS (fixture->bus));
  bus_test_publish (fixture->bus, "A-1", 2);
}

#define ADD(path, func)                                                                                                \
  g_test_add ("/memory-bus-life/" path, MemoryBusTest, NULL, memory_bus_test_set_up, func, memory_bus_test_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("unsubscribe/alone", test_unsubscribe);
  ADD ("unsubscribe/member", test_unsubscribe_member);
  ADD ("unsubscribe/failed", test_unsubscribe_failed);
  ADD ("unsubscribe/within", test_unsubscribe_within);
  ADD ("unsubscribe/other-within", test_unsubscribe_other_within);
  ADD ("unsubscribe/keeps-turns", test_unsubscribe_keeps_turns);
  ADD ("subscribe/within", test_subscribe_within);
  ADD ("flush/within", test_flush_within);
  ADD ("flush/cancelled", test_flush_cancelled);
  ADD ("flush/counts-its-own", test_flush_counts_its_own);
  ADD ("close/cancelled-late", test_close_cancelled_late);
  ADD ("close/drains", test_close);
  ADD ("close/endless", test_close_endless);
  g_test_add_func ("/memory-bus-life/drop", test_drop);
  ADD ("reset/drops", test_reset);
  ADD ("reset/limit", test_reset_limit);
  ADD ("reset/within", test_reset_within);

  return g_test_run ();
}
