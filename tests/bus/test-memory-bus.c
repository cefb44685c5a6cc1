/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/eh-memory-bus.h"

#include "memory-bus-test.h"

static void
test_publish_nobody (MemoryBusTest *fixture, gconstpointer data)
{
  g_test_summary ("An event that nobody subscribed to is accepted and gone; later subscribers do not get it");

  bus_test_publish (fixture->bus, "A-1", 1);
  bus_test_subscribe (fixture->bus, NULL, bus_test_listen, &fixture->a);
  g_assert_false (memory_bus_test_step (fixture));
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "");
}

static gboolean
keep_event (EhEvent *event, gpointer user_data, GError **error)
{
  *(EhEvent **) user_data = eh_event_ref (event);
  return TRUE;
}

static void
test_publish_one (MemoryBusTest *fixture, gconstpointer data)
{
  g_autoptr (EhEvent) event = bus_test_event ("A-1", 1);
  g_autoptr (EhEvent) got = NULL;

  g_test_summary ("One subscriber gets the very event, only when the bus is driven");

  bus_test_subscribe (fixture->bus, NULL, keep_event, &got);
  g_assert_true (eh_event_bus_publish (fixture->bus, "bank", "account", event, NULL, NULL));
  g_assert_null (got);
  g_assert_true (memory_bus_test_step (fixture));
  g_assert_true (got == event);
  g_assert_false (memory_bus_test_step (fixture));
}

static void
test_publish_many (MemoryBusTest *fixture, gconstpointer data)
{
  g_test_summary ("Each subscriber gets each event: older events first, one event in the order of subscription");

  bus_test_subscribe (fixture->bus, NULL, bus_test_listen, &fixture->a);
  bus_test_subscribe (fixture->bus, NULL, bus_test_listen, &fixture->b);
  bus_test_publish (fixture->bus, "A-1", 1);
  bus_test_publish (fixture->bus, "A-2", 1);
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "A-1@1 b:A-1@1 A-2@1 b:A-2@1");
}

static void
test_publish_cancelled (MemoryBusTest *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (EhEvent) event = bus_test_event ("A-1", 1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A cancelled publish publishes nothing");

  g_cancellable_cancel (cancellable);
  bus_test_subscribe (fixture->bus, NULL, bus_test_listen, &fixture->a);
  g_assert_false (eh_event_bus_publish (fixture->bus, "bank", "account", event, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (memory_bus_test_step (fixture));
}

static void
test_topics (MemoryBusTest *fixture, gconstpointer data)
{
  static const struct {
    const char *bucket;
    const char *subset;
    const char *expected;
  } cases[] = {
    { "bank", "account", "A-1@1" },     { "bank", NULL, "A-1@1 A-1@2" },
    { NULL, "account", "A-1@1 A-1@3" }, { NULL, NULL, "A-1@1 A-1@2 A-1@3 A-1@4 A-1@5" },
    { "ban", "account", "" },           { "bank", "accounts", "" },
    { "BANK", "account", "" },
  };

  g_test_summary ("A subscription gets the events of its bucket and subset; NULL is all of them");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint id = eh_event_bus_subscribe (fixture->bus, cases[i].bucket, cases[i].subset, NULL, bus_test_listen,
                                         &fixture->a, NULL, NULL);

      bus_test_publish_to (fixture->bus, "bank", "account", "A-1", 1);
      bus_test_publish_to (fixture->bus, "bank", "owner", "A-1", 2);
      bus_test_publish_to (fixture->bus, "shop", "account", "A-1", 3);
      bus_test_publish_to (fixture->bus, "shop", "owner", "A-1", 4);
      bus_test_publish_to (fixture->bus, "bankbank", "accountaccount", "A-1", 5);
      bus_test_flush (fixture->bus);
      g_assert_cmpstr (fixture->log->str, ==, cases[i].expected);
      g_string_truncate (fixture->log, 0);
      g_assert_true (eh_event_bus_unsubscribe (fixture->bus, id, NULL));
    }
}

static void
test_fail_once (MemoryBusTest *fixture, gconstpointer data)
{
  g_test_summary ("A failed event comes again before the rest of its stream; other streams and subscribers go on");

  fixture->a.n_failures = 1;
  bus_test_subscribe (fixture->bus, NULL, bus_test_listen, &fixture->a);
  bus_test_subscribe (fixture->bus, NULL, bus_test_listen, &fixture->b);
  bus_test_publish (fixture->bus, "A-1", 1);
  bus_test_publish (fixture->bus, "A-1", 2);
  bus_test_publish (fixture->bus, "A-2", 1);
  bus_test_publish (fixture->bus, "A-1", 3);
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "A-1@1! b:A-1@1 b:A-1@2 A-2@1 b:A-2@1 b:A-1@3 A-1@1 A-1@2 A-1@3");
}

static void
test_fail_not_starved (MemoryBusTest *fixture, gconstpointer data)
{
  g_test_summary ("A failed event comes before what is published after it failed");

  fixture->a.n_failures = 1;
  bus_test_subscribe (fixture->bus, NULL, bus_test_listen, &fixture->a);
  bus_test_publish (fixture->bus, "A-1", 1);
  bus_test_publish (fixture->bus, "A-2", 1);
  g_assert_true (memory_bus_test_step (fixture));
  bus_test_publish (fixture->bus, "A-3", 1);
  bus_test_publish (fixture->bus, "A-1", 2);
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "A-1@1! A-2@1 A-1@1 A-3@1 A-1@2");
}

static void
test_fail_several_streams (MemoryBusTest *fixture, gconstpointer data)
{
  g_test_summary ("Streams that failed are tried again in the order in which they failed");

  fixture->a.n_failures = 3;
  bus_test_subscribe (fixture->bus, NULL, bus_test_listen, &fixture->a);
  for (guint version = 1; version <= 2; version++)
    {
      bus_test_publish (fixture->bus, "A-1", version);
      bus_test_publish (fixture->bus, "A-2", version);
    }
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "A-1@1! A-2@1! A-1@1! A-2@1 A-2@2 A-1@1 A-1@2");
}

static void
test_parked (MemoryBusTest *fixture, gconstpointer data)
{
  EhMemoryBus *bus = EH_MEMORY_BUS (fixture->bus);
  g_autoptr (EhEvent) event = NULL;
  g_autofree char *reason = NULL;

  g_test_summary ("After the last attempt an event is set aside with the handler's last words; its stream goes on");

  eh_memory_bus_set_attempts (bus, 3);
  fixture->a.n_failures = 3;
  bus_test_subscribe (fixture->bus, NULL, bus_test_listen, &fixture->a);
  g_assert_cmpuint (eh_memory_bus_get_n_parked (bus), ==, 0);
  bus_test_publish (fixture->bus, "A-1", 1);
  bus_test_publish (fixture->bus, "A-1", 2);
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "A-1@1! A-1@1! A-1@1! A-1@2");
  g_assert_cmpuint (eh_memory_bus_get_n_parked (bus), ==, 1);
  event = eh_memory_bus_get_parked (bus, 0, &reason);
  g_assert_cmpuint (eh_event_get_version (event), ==, 1);
  g_assert_cmpstr (reason, ==, "no");
}

static void
test_default_attempts (MemoryBusTest *fixture, gconstpointer data)
{
  guint n_steps = 0;

  g_test_summary ("Unless told otherwise an event is delivered EH_MEMORY_BUS_ATTEMPTS times");

  fixture->a.n_failures = G_MAXUINT;
  bus_test_subscribe (fixture->bus, NULL, bus_test_listen, &fixture->a);
  bus_test_publish (fixture->bus, "A-1", 1);
  while (memory_bus_test_step (fixture))
    n_steps++;
  g_assert_cmpuint (n_steps, ==, EH_MEMORY_BUS_ATTEMPTS);
}

static gboolean
fail_silently (EhEvent *event, gpointer user_data, GError **error)
{
  return FALSE;
}

static gboolean
acknowledge_with_error (EhEvent *event, gpointer user_data, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY, "busy");
  return TRUE;
}

static void
assert_parks_with (EhEventHandler handler, const char *expected)
{
  g_autoptr (EhEventBus) bus = eh_memory_bus_new (0);
  g_autoptr (EhEvent) event = NULL;
  g_autofree char *reason = NULL;

  eh_memory_bus_set_attempts (EH_MEMORY_BUS (bus), 1);
  bus_test_subscribe (bus, NULL, handler, NULL);
  bus_test_publish (bus, "A-1", 1);
  bus_test_flush (bus);
  g_assert_cmpuint (eh_memory_bus_get_n_parked (EH_MEMORY_BUS (bus)), ==, 1);
  event = eh_memory_bus_get_parked (EH_MEMORY_BUS (bus), 0, &reason);
  g_assert_cmpstr (reason, ==, expected);
}

static void
test_handler_contradicts (void)
{
  g_test_summary ("A handler that fails without an error, or succeeds with one, has failed and is told so");

  assert_parks_with (fail_silently, "the handler failed without an error");
  assert_parks_with (acknowledge_with_error, "the handler acknowledged the event, but set an error: busy");
}

static void
test_group_competes (MemoryBusTest *fixture, gconstpointer data)
{
  g_test_summary ("Each event goes to one member of a group, in turn, and to every other group");

  bus_test_subscribe (fixture->bus, "g", bus_test_listen, &(BusTestListener){ fixture->log, "x" });
  bus_test_subscribe (fixture->bus, "h", bus_test_listen, &fixture->b);
  bus_test_subscribe (fixture->bus, "g", bus_test_listen, &(BusTestListener){ fixture->log, "y" });
  for (guint i = 1; i <= 3; i++)
    bus_test_publish (fixture->bus, "A-1", i);
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "x:A-1@1 b:A-1@1 y:A-1@2 b:A-1@2 x:A-1@3 b:A-1@3");
}

static void
test_group_retries_with_other (MemoryBusTest *fixture, gconstpointer data)
{
  BusTestListener broken = { fixture->log, "x", G_MAXUINT };
  BusTestListener sound = { fixture->log, "y" };

  g_test_summary ("What one member fails at, another gets");

  bus_test_subscribe (fixture->bus, "g", bus_test_listen, &broken);
  bus_test_subscribe (fixture->bus, "g", bus_test_listen, &sound);
  bus_test_publish (fixture->bus, "A-1", 1);
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "x:A-1@1! y:A-1@1");
}

static void
test_group_other_topic (MemoryBusTest *fixture, gconstpointer data)
{
  static const char *const topics[][2] = { { "bank", "owner" }, { "bank", NULL }, { NULL, "account" }, { NULL, NULL } };
  gint n_destroyed = 0;

  g_test_summary ("A group cannot have two topics; what was refused is not destroyed and gets nothing");

  bus_test_subscribe (fixture->bus, "g", bus_test_listen, &fixture->a);
  for (guint i = 0; i < G_N_ELEMENTS (topics); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpuint (eh_event_bus_subscribe (fixture->bus, topics[i][0], topics[i][1], "g", bus_test_listen,
                                                &n_destroyed, bus_test_count_destroyed, &error),
                        ==, 0);
      g_assert_error (error, EH_ERROR, EH_ERROR_EXISTS);
      g_assert_cmpstr (error->message, ==, "group \"g\" exists with another topic, bank.account");
    }
  bus_test_publish (fixture->bus, "A-1", 1);
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "A-1@1");
  g_assert_cmpint (n_destroyed, ==, 0);
}

static void
test_limit (MemoryBusTest *fixture, gconstpointer data)
{
  g_autoptr (EhEvent) event = bus_test_event ("A-1", 3);
  g_autoptr (GError) error = NULL;

  g_test_summary ("When one group is full, publishing is refused and no group gets the event");

  eh_memory_bus_set_limit (EH_MEMORY_BUS (fixture->bus), 2);
  eh_event_bus_subscribe (fixture->bus, NULL, NULL, NULL, bus_test_listen, &fixture->a, NULL, NULL);
  bus_test_publish (fixture->bus, "A-1", 1);
  bus_test_subscribe (fixture->bus, "g", bus_test_listen, &fixture->b);
  bus_test_publish (fixture->bus, "A-1", 2);
  g_assert_false (eh_event_bus_publish (fixture->bus, "bank", "account", event, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_LIMIT);
  g_assert_cmpstr (error->message, ==, "2 events wait in group (unnamed) of the memory bus; the limit is 2");
  g_assert_true (memory_bus_test_step (fixture));
  g_assert_true (eh_event_bus_publish (fixture->bus, "bank", "account", event, NULL, NULL));
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "A-1@1 A-1@2 b:A-1@2 A-1@3 b:A-1@3");
}

static void
test_limit_counts_lines (MemoryBusTest *fixture, gconstpointer data)
{
  g_autoptr (EhEvent) event = bus_test_event ("A-2", 1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("What waits behind a failed event counts");

  eh_memory_bus_set_limit (EH_MEMORY_BUS (fixture->bus), 2);
  fixture->a.n_failures = 1;
  bus_test_subscribe (fixture->bus, NULL, bus_test_listen, &fixture->a);
  bus_test_publish (fixture->bus, "A-1", 1);
  bus_test_publish (fixture->bus, "A-1", 2);
  g_assert_true (memory_bus_test_step (fixture));
  g_assert_false (eh_event_bus_publish (fixture->bus, "bank", "account", event, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_LIMIT);
  bus_test_flush (fixture->bus);
  g_assert_true (eh_event_bus_publish (fixture->bus, "bank", "account", event, NULL, NULL));
}

static void
test_publish_within (MemoryBusTest *fixture, gconstpointer data)
{
  MemoryBusActor actor = { .bus = fixture->bus, .listener = &fixture->a };

  g_test_summary ("A handler may publish; a flush does not wait for what is published after it began");

  bus_test_subscribe (fixture->bus, NULL, memory_bus_test_publish_within, &actor);
  bus_test_publish (fixture->bus, "A-1", 1);
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "A-1@1");
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "A-1@1 A-1@2");
}

static gboolean
step_within (EhEvent *event, gpointer user_data, GError **error)
{
  MemoryBusActor *self = user_data;

  bus_test_listen (event, self->listener, NULL);
  if (eh_event_get_version (event) == 1)
    g_assert_true (eh_memory_bus_step (EH_MEMORY_BUS (self->bus)));

  return TRUE;
}

static void
test_step_within (MemoryBusTest *fixture, gconstpointer data)
{
  MemoryBusActor actor = { .bus = fixture->bus, .listener = &fixture->a };

  g_test_summary ("A step from a handler passes over the stream that is being handled");

  bus_test_subscribe (fixture->bus, NULL, step_within, &actor);
  bus_test_publish (fixture->bus, "A-1", 1);
  bus_test_publish (fixture->bus, "A-1", 2);
  bus_test_publish (fixture->bus, "A-2", 9);
  bus_test_flush (fixture->bus);
  g_assert_cmpstr (fixture->log->str, ==, "A-1@1 A-2@9 A-1@2");
}

/*
 * Property: whatever is published, fails and is delivered, in whatever order, each group sees each event acknowledged
 * once and each stream in order.
 */

#define N_STREAMS 7
#define N_GROUPS 3

typedef struct {
  GRand *rand;
  guint64 acknowledged[N_STREAMS];
} Checker;

static gboolean
check_order (EhEvent *event, gpointer user_data, GError **error)
{
  Checker *self = user_data;
  guint stream = (guint) g_ascii_strtoull (eh_stream_name_get_id (eh_event_get_stream (event)), NULL, 10);

  g_assert_cmpuint (eh_event_get_version (event), ==, self->acknowledged[stream] + 1);
  if (g_rand_int_range (self->rand, 0, 3) == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY, "no");
      return FALSE;
    }

  self->acknowledged[stream]++;
  return TRUE;
}

static void
run_random (EhEventBus *bus, GRand *rand, Checker *checkers)
{
  guint64 published[N_STREAMS] = { 0 };

  for (guint i = 0; i < 400; i++)
    {
      guint stream = (guint) g_rand_int_range (rand, 0, N_STREAMS);
      g_autofree char *name = g_strdup_printf ("A-%u", stream);

      if (g_rand_boolean (rand))
        bus_test_publish (bus, name, ++published[stream]);
      else
        eh_memory_bus_step (EH_MEMORY_BUS (bus));
    }
  bus_test_flush (bus);

  for (guint i = 0; i < N_GROUPS * N_STREAMS; i++)
    g_assert_cmpuint (checkers[i / N_STREAMS].acknowledged[i % N_STREAMS], ==, published[i % N_STREAMS]);
}

static void
test_random (void)
{
  const char *slow = g_getenv ("EH_TEST_SLOW");
  guint n_runs = 200 / (slow != NULL ? MAX (1u, (guint) g_ascii_strtoull (slow, NULL, 10)) : 1u);

  g_test_summary ("Random publishing, failing and stepping keeps each stream in order, each event once a group");

  for (guint32 seed = 1; seed <= n_runs; seed++)
    {
      g_autoptr (EhEventBus) bus = eh_memory_bus_new (0);
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      Checker checkers[N_GROUPS] = { 0 };

      g_test_message ("seed %u", seed);
      eh_memory_bus_set_attempts (EH_MEMORY_BUS (bus), G_MAXUINT);
      for (guint i = 0; i < 2 * N_GROUPS; i++)
        {
          g_autofree char *group = g_strdup_printf ("g%u", i % N_GROUPS);

          checkers[i % N_GROUPS].rand = rand;
          bus_test_subscribe (bus, group, check_order, &checkers[i % N_GROUPS]);
        }
      run_random (bus, rand, checkers);
    }
}

#define ADD(path, func)                                                                                                \
  g_test_add ("/memory-bus/" path, MemoryBusTest, NULL, memory_bus_test_set_up, func, memory_bus_test_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("group/competes", test_group_competes);
  ADD ("group/retries-with-other", test_group_retries_with_other);
  ADD ("group/other-topic", test_group_other_topic);
  ADD ("publish/nobody", test_publish_nobody);
  ADD ("publish/one", test_publish_one);
  ADD ("publish/many", test_publish_many);
  ADD ("publish/cancelled", test_publish_cancelled);
  ADD ("publish/within", test_publish_within);
  ADD ("step/within", test_step_within);
  ADD ("topics", test_topics);
  ADD ("fail/once", test_fail_once);
  ADD ("fail/not-starved", test_fail_not_starved);
  ADD ("fail/several-streams", test_fail_several_streams);
  ADD ("fail/default-attempts", test_default_attempts);
  ADD ("fail/parked", test_parked);
  g_test_add_func ("/memory-bus/fail/contradicts", test_handler_contradicts);
  ADD ("limit/all-or-nothing", test_limit);
  ADD ("limit/lines", test_limit_counts_lines);
  g_test_add_func ("/memory-bus/random", test_random);

  return g_test_run ();
}
