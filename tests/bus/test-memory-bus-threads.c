/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/eh-memory-bus.h"

#include "bus-test.h"
#include "model/eh-lock-private.h"

#define N_PUBLISHERS 4
#define N_STREAMS_EACH 3
#define N_STREAMS (N_PUBLISHERS * N_STREAMS_EACH)
#define N_GROUPS 3
#define N_MEMBERS 3

/* No wait is longer than this, and one that is fails the test. */
#define PATIENCE (20 * G_TIME_SPAN_SECOND)

static guint
scaled (guint n)
{
  const char *slow = g_getenv ("EH_TEST_SLOW");

  return n / (slow != NULL ? MAX (1u, (guint) g_ascii_strtoull (slow, NULL, 10)) : 1u);
}

/* Counts up; somebody waits for a number. */
typedef struct {
  EhLock lock;
  EhCond cond;
  guint count;
} Gate;

static void
gate_init (Gate *self)
{
  eh_lock_init (&self->lock);
  eh_cond_init (&self->cond);
  self->count = 0;
}

static void
gate_clear (Gate *self)
{
  eh_lock_clear (&self->lock);
  eh_cond_clear (&self->cond);
}

static void
gate_pass (Gate *self)
{
  eh_lock (&self->lock);
  self->count++;
  eh_cond_broadcast (&self->cond);
  eh_unlock (&self->lock);
}

static void
gate_await (Gate *self, guint count)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  eh_lock (&self->lock);
  while (self->count < count && eh_cond_wait_until (&self->cond, &self->lock, end))
    ;
  g_assert_cmpuint (self->count, >=, count);
  eh_unlock (&self->lock);
}

/*
 * Each publisher has its own streams. What a group knows of a stream is written by handlers without a lock: the
 * bus promises that they never run at once for one stream, and ThreadSanitizer holds it to that.
 */

typedef struct {
  gint is_running; /* (atomic) */
  guint64 acknowledged;
  guint64 failed; /* the version that failed last */
} StreamCheck;

typedef struct {
  StreamCheck streams[N_STREAMS];
  gint n_overlaps;  /* (atomic) */
  gint n_disorders; /* (atomic) */
} GroupCheck;

static gboolean
check_event (EhEvent *event, gpointer user_data, GError **error)
{
  GroupCheck *self = user_data;
  guint64 version = eh_event_get_version (event);
  guint i = (guint) g_ascii_strtoull (eh_stream_name_get_id (eh_event_get_stream (event)), NULL, 10);
  StreamCheck *stream = &self->streams[i];
  gboolean fails = version % 5 == 0 && stream->failed != version;

  if (!g_atomic_int_compare_and_exchange (&stream->is_running, 0, 1))
    g_atomic_int_inc (&self->n_overlaps);
  if (version != stream->acknowledged + 1)
    g_atomic_int_inc (&self->n_disorders);

  if (fails)
    {
      stream->failed = version;
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY, "no");
    }
  else
    stream->acknowledged = version;

  g_atomic_int_set (&stream->is_running, 0);
  return !fails;
}

typedef struct {
  EhEventBus *bus;
  guint number;
  guint n_rounds;
  guint64 n_accepted;
} Publisher;

static gpointer
publish_rounds (gpointer data)
{
  Publisher *self = data;

  for (guint round = 1; round <= self->n_rounds; round++)
    {
      for (guint i = 0; i < N_STREAMS_EACH; i++)
        {
          g_autofree char *stream = g_strdup_printf ("A-%u", self->number * N_STREAMS_EACH + i);

          bus_test_publish (self->bus, stream, round);
        }
    }

  return NULL;
}

static void
run_publishers (EhEventBus *bus, GThreadFunc func, guint n_rounds, Publisher *publishers, GThread **threads)
{
  for (guint i = 0; i < N_PUBLISHERS; i++)
    {
      publishers[i] = (Publisher){ bus, i, n_rounds, 0 };
      threads[i] = g_thread_new ("publisher", func, &publishers[i]);
    }
}

static void
subscribe_checks (EhEventBus *bus, GroupCheck *checks)
{
  for (guint i = 0; i < N_GROUPS * N_MEMBERS; i++)
    {
      g_autofree char *group = g_strdup_printf ("g%u", i % N_GROUPS);

      bus_test_subscribe (bus, group, check_event, &checks[i % N_GROUPS]);
    }
}

static void
assert_checks (GroupCheck *checks, guint64 n_rounds)
{
  for (guint i = 0; i < N_GROUPS; i++)
    {
      g_assert_cmpint (g_atomic_int_get (&checks[i].n_overlaps), ==, 0);
      g_assert_cmpint (g_atomic_int_get (&checks[i].n_disorders), ==, 0);
      for (guint stream = 0; stream < N_STREAMS; stream++)
        g_assert_cmpuint (checks[i].streams[stream].acknowledged, ==, n_rounds);
    }
}

static void
test_order (gconstpointer data)
{
  guint n_threads = GPOINTER_TO_UINT (data);
  g_autoptr (EhEventBus) bus = eh_memory_bus_new (n_threads);
  g_autofree GroupCheck *checks = g_new0 (GroupCheck, N_GROUPS);
  Publisher publishers[N_PUBLISHERS];
  GThread *threads[N_PUBLISHERS];
  guint n_rounds = scaled (1000);

  g_test_summary ("Whatever the threads, each group gets each event once and each stream in order, failures included");

  subscribe_checks (bus, checks);
  run_publishers (bus, publish_rounds, n_rounds, publishers, threads);
  for (guint i = 0; i < N_PUBLISHERS; i++)
    g_thread_join (threads[i]);
  bus_test_flush (bus);
  assert_checks (checks, n_rounds);
  g_assert_cmpuint (eh_memory_bus_get_n_parked (EH_MEMORY_BUS (bus)), ==, 0);
  bus_test_close (bus);
}

static gpointer
flush_only (gpointer bus)
{
  bus_test_flush (bus);
  return NULL;
}

static void
test_many_drivers (void)
{
  g_autoptr (EhEventBus) bus = eh_memory_bus_new (0);
  g_autofree GroupCheck *checks = g_new0 (GroupCheck, N_GROUPS);
  GThread *threads[3];
  guint n_rounds = scaled (300);

  g_test_summary ("Several threads may drive a bus that has none of its own");

  subscribe_checks (bus, checks);
  for (guint i = 0; i < N_PUBLISHERS; i++)
    publish_rounds (&(Publisher){ bus, i, n_rounds, 0 });
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("flush", flush_only, bus);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  assert_checks (checks, n_rounds);
}

static gpointer
publish_until_closed (gpointer data)
{
  Publisher *self = data;
  g_autofree char *stream = g_strdup_printf ("A-%u", self->number);
  g_autoptr (EhEvent) event = bus_test_event (stream, 1);
  g_autoptr (GError) error = NULL;

  while (eh_event_bus_publish (self->bus, "bank", "account", event, NULL, &error))
    self->n_accepted++;

  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
  return NULL;
}

typedef struct {
  Gate gate;
  guint64 n_delivered[N_PUBLISHERS];
} CloseCheck;

static gboolean
count_event (EhEvent *event, gpointer user_data, GError **error)
{
  CloseCheck *self = user_data;

  self->n_delivered[g_ascii_strtoull (eh_stream_name_get_id (eh_event_get_stream (event)), NULL, 10)]++;
  gate_pass (&self->gate);
  return TRUE;
}

static gpointer
close_only (gpointer bus)
{
  bus_test_close (bus);
  return NULL;
}

static void
test_close_while_publishing (void)
{
  g_autoptr (EhEventBus) bus = eh_memory_bus_new (2);
  CloseCheck check = { 0 };
  Publisher publishers[N_PUBLISHERS];
  GThread *threads[N_PUBLISHERS];
  GThread *closer = NULL;

  g_test_summary ("Everything that was accepted before a close is delivered; two closes at once are one");

  gate_init (&check.gate);
  bus_test_subscribe (bus, NULL, count_event, &check);
  run_publishers (bus, publish_until_closed, 0, publishers, threads);
  gate_await (&check.gate, 10);
  closer = g_thread_new ("close", close_only, bus);
  bus_test_close (bus);
  g_thread_join (closer);
  for (guint i = 0; i < N_PUBLISHERS; i++)
    {
      g_thread_join (threads[i]);
      g_assert_cmpuint (check.n_delivered[i], ==, publishers[i].n_accepted);
    }
  gate_clear (&check.gate);
}

/* A handler that stops in the middle until it is let go on. */
typedef struct {
  EhEventBus *bus;
  guint id;
  Gate entered;
  Gate released;
  gint has_returned; /* (atomic) */
  gint n_destroyed;  /* (atomic) */
  GError *error;
} Held;

static void
held_init (Held *self, EhEventBus *bus)
{
  *self = (Held){ .bus = bus };
  gate_init (&self->entered);
  gate_init (&self->released);
}

static void
held_clear (Held *self)
{
  gate_clear (&self->entered);
  gate_clear (&self->released);
  g_clear_error (&self->error);
}

static gboolean
hold (EhEvent *event, gpointer user_data, GError **error)
{
  Held *self = user_data;

  gate_pass (&self->entered);
  gate_await (&self->released, 1);
  g_atomic_int_set (&self->has_returned, TRUE);
  return TRUE;
}

static void
held_count_destroyed (gpointer user_data)
{
  Held *self = user_data;

  g_atomic_int_inc (&self->n_destroyed);
}

static gpointer
unsubscribe_held (gpointer data)
{
  Held *self = data;

  g_assert_true (eh_event_bus_unsubscribe (self->bus, self->id, NULL));
  g_assert_true (g_atomic_int_get (&self->has_returned));
  g_assert_cmpint (g_atomic_int_get (&self->n_destroyed), ==, 1);
  return NULL;
}

/* The group ends when the unsubscribe has begun: from then on its name can have another topic. */
static void
await_group_ended (EhEventBus *bus, const char *group)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;
  guint id = 0;

  while (id == 0)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      id = eh_event_bus_subscribe (bus, "other", NULL, group, hold, NULL, NULL, NULL);
      g_thread_yield ();
    }
}

static void
test_unsubscribe_waits (void)
{
  g_autoptr (EhEventBus) bus = eh_memory_bus_new (1);
  GThread *thread = NULL;
  Held held;

  g_test_summary ("Unsubscribing returns after the handler that runs in another thread has, and destroys before");

  held_init (&held, bus);
  held.id = eh_event_bus_subscribe (bus, "bank", NULL, "g", hold, &held, held_count_destroyed, NULL);
  bus_test_publish (bus, "A-1", 1);
  bus_test_publish (bus, "A-1", 2);
  gate_await (&held.entered, 1);
  thread = g_thread_new ("unsubscribe", unsubscribe_held, &held);
  await_group_ended (bus, "g");
  g_assert_cmpint (g_atomic_int_get (&held.n_destroyed), ==, 0);
  gate_pass (&held.released);
  g_thread_join (thread);
  bus_test_flush (bus);
  g_assert_cmpuint (held.entered.count, ==, 1);
  bus_test_close (bus);
  held_clear (&held);
}

static gboolean
unsubscribe_self (EhEvent *event, gpointer user_data, GError **error)
{
  Held *self = user_data;

  gate_await (&self->released, 1);
  g_assert_true (eh_event_bus_unsubscribe (self->bus, self->id, NULL));
  g_assert_cmpint (g_atomic_int_get (&self->n_destroyed), ==, 0);
  gate_pass (&self->entered);
  return TRUE;
}

/* In the delivery thread, after the handler: the thread must not wait for itself. */
static void
flush_in_destroy (gpointer user_data)
{
  Held *self = user_data;

  g_assert_false (eh_event_bus_flush (self->bus, NULL, &self->error));
  held_count_destroyed (user_data);
  gate_pass (&self->released);
}

static void
test_unsubscribe_within (void)
{
  g_autoptr (EhEventBus) bus = eh_memory_bus_new (1);
  Held held;

  g_test_summary ("A handler unsubscribes itself in a delivery thread; its destroy function cannot flush there");

  held_init (&held, bus);
  held.id = eh_event_bus_subscribe (bus, NULL, NULL, NULL, unsubscribe_self, &held, flush_in_destroy, NULL);
  bus_test_publish (bus, "A-1", 1);
  bus_test_publish (bus, "A-1", 2);
  gate_pass (&held.released);
  gate_await (&held.released, 2);
  g_assert_error (held.error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_cmpint (g_atomic_int_get (&held.n_destroyed), ==, 1);
  bus_test_flush (bus);
  g_assert_cmpuint (held.entered.count, ==, 1);
  bus_test_close (bus);
  held_clear (&held);
}

/* Each stream's handler waits until the other's has begun. */
static gboolean
meet (EhEvent *event, gpointer user_data, GError **error)
{
  gate_pass (user_data);
  gate_await (user_data, 2);
  return TRUE;
}

static void
test_parallel (void)
{
  g_autoptr (EhEventBus) bus = eh_memory_bus_new (2);
  Gate gate;

  g_test_summary ("Two threads handle two streams at the same time");

  gate_init (&gate);
  bus_test_subscribe (bus, NULL, meet, &gate);
  bus_test_publish (bus, "A-1", 1);
  bus_test_publish (bus, "A-2", 1);
  bus_test_flush (bus);
  g_assert_cmpuint (gate.count, ==, 2);
  bus_test_close (bus);
  gate_clear (&gate);
}

static gpointer
cancel_when_entered (gpointer data)
{
  gpointer *both = data;

  gate_await (&((Held *) both[0])->entered, 1);
  g_cancellable_cancel (both[1]);
  return NULL;
}

static void
test_flush_cancelled (gconstpointer data)
{
  g_autoptr (EhEventBus) bus = eh_memory_bus_new (1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread = NULL;
  Held held;

  g_test_summary ("A flush or close that waits for a handler can be cancelled; the bus stays open");

  held_init (&held, bus);
  bus_test_subscribe (bus, NULL, hold, &held);
  bus_test_publish (bus, "A-1", 1);
  thread = g_thread_new ("cancel", cancel_when_entered, (gpointer[]){ &held, cancellable });
  if (data == NULL)
    g_assert_false (eh_event_bus_flush (bus, cancellable, &error));
  else
    g_assert_false (eh_event_bus_close (bus, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  gate_pass (&held.released);
  bus_test_publish (bus, "A-1", 2);
  bus_test_flush (bus);
  g_assert_cmpuint (held.entered.count, ==, 2);
  bus_test_close (bus);
  held_clear (&held);
}

static gboolean
drop_bus (EhEvent *event, gpointer user_data, GError **error)
{
  Held *self = user_data;

  gate_await (&self->released, 1);
  g_clear_object (&self->bus);
  return TRUE;
}

static gboolean
hold_nothing (EhEvent *event, gpointer user_data, GError **error)
{
  return TRUE;
}

static void
pass_entered (gpointer user_data)
{
  gate_pass (&((Held *) user_data)->entered);
}

static void
test_drop_within (void)
{
  Held held;

  g_test_summary ("A handler may drop the last reference of its bus: subscriptions end, what waits is dropped");

  held_init (&held, eh_memory_bus_new (2));
  eh_event_bus_subscribe (held.bus, NULL, NULL, NULL, drop_bus, &held, pass_entered, NULL);
  eh_event_bus_subscribe (held.bus, NULL, NULL, "g", hold_nothing, &held, pass_entered, NULL);
  bus_test_publish_to (held.bus, "bank", "account", "A-1", 1);
  gate_pass (&held.released);
  gate_await (&held.entered, 2);
  g_assert_null (held.bus);
  held_clear (&held);
}

static void
test_drop_idle (void)
{
  EhEventBus *bus = eh_memory_bus_new (3);

  g_test_summary ("A bus with threads that is dropped ends them");

  g_assert_finalize_object (bus);
}

/*
 * GLib makes a lock of its own at the first error; if threads race for that, ThreadSanitizer cannot see that it is
 * safe.
 */
static void
warm_up (void)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "");

  g_clear_error (&error);
  g_set_error_literal (&error, EH_ERROR, EH_ERROR_CLOSED, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  warm_up ();

  g_test_add_data_func ("/memory-bus-threads/order/1", GUINT_TO_POINTER (1), test_order);
  g_test_add_data_func ("/memory-bus-threads/order/2", GUINT_TO_POINTER (2), test_order);
  g_test_add_data_func ("/memory-bus-threads/order/8", GUINT_TO_POINTER (8), test_order);
  g_test_add_func ("/memory-bus-threads/many-drivers", test_many_drivers);
  g_test_add_func ("/memory-bus-threads/parallel", test_parallel);
  g_test_add_func ("/memory-bus-threads/close-while-publishing", test_close_while_publishing);
  g_test_add_func ("/memory-bus-threads/unsubscribe/waits", test_unsubscribe_waits);
  g_test_add_func ("/memory-bus-threads/unsubscribe/within", test_unsubscribe_within);
  g_test_add_data_func ("/memory-bus-threads/cancelled/flush", NULL, test_flush_cancelled);
  g_test_add_data_func ("/memory-bus-threads/cancelled/close", GUINT_TO_POINTER (1), test_flush_cancelled);
  g_test_add_func ("/memory-bus-threads/drop/within", test_drop_within);
  g_test_add_func ("/memory-bus-threads/drop/idle", test_drop_idle);

  return g_test_run ();
}
