/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "counter-domain.h"
#include "model/eh-error.h"
#include "runtime/eh-direct-bus.h"
#include "runtime/eh-pool-bus.h"
#include "runtime/eh-retry-bus.h"
#include "scripted-bus.h"
#include "store/eh-memory-store.h"

#define PATIENCE (10 * G_TIME_SPAN_SECOND)

/* Counts answers and keeps the last error; any thread may tell it. */
typedef struct {
  EhLock lock;
  EhCond changed;
  guint n_done;
  guint n_failed;
  GError *error; /* (owned) (nullable) */
} Tally;

static void
tally_init (Tally *self)
{
  *self = (Tally){ .n_done = 0 };
  eh_lock_init (&self->lock);
  eh_cond_init (&self->changed);
}

static void
tally_clear (Tally *self)
{
  g_clear_error (&self->error);
  eh_cond_clear (&self->changed);
  eh_lock_clear (&self->lock);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Tally, tally_clear)

static void
tell (EhOutcome *outcome, const GError *error, gpointer user_data)
{
  Tally *self = user_data;

  eh_lock (&self->lock);
  if (outcome != NULL)
    self->n_done++;
  else
    self->n_failed++;
  if (error != NULL && self->error == NULL)
    self->error = g_error_copy (error);
  eh_cond_broadcast (&self->changed);
  eh_unlock (&self->lock);
}

static void
tally_wait (Tally *self, guint n)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  eh_lock (&self->lock);
  while (self->n_done + self->n_failed < n)
    if (!eh_cond_wait_until (&self->changed, &self->lock, end))
      g_error ("only %u of %u answers came", self->n_done + self->n_failed, n);
  eh_unlock (&self->lock);
}

static gboolean
post (EhCommandBus *bus, EhCommand *command, Tally *tally, GError **error)
{
  g_autoptr (EhCommand) owned = command;

  return eh_pool_bus_post (EH_POOL_BUS (bus), owned, NULL, tally == NULL ? NULL : tell, tally, error);
}

static void
must_post (EhCommandBus *bus, EhCommand *command, Tally *tally)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (post (bus, command, tally, &error));
  g_assert_no_error (error);
}

static void
must_close (EhCommandBus *bus)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (eh_command_bus_close (bus, NULL, &error));
  g_assert_no_error (error);
}

static void
test_dispatch (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhCommandBus) direct = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  g_autoptr (EhCommand) create = NULL;
  g_autoptr (EhCommand) unknown = NULL;
  g_autoptr (EhCommand) zero = NULL;
  g_autoptr (EhOutcome) outcome = NULL;
  g_autoptr (GError) refused = NULL;
  g_autoptr (GError) not_known = NULL;
  g_autoptr (GError) invalid = NULL;

  g_test_summary ("The outcome comes back to the sender; so do refused, unknown and not well-formed commands");
  world = counter_world_new ();
  direct = eh_direct_bus_new (world->handler);
  bus = eh_pool_bus_new (direct, 2, 0);
  create = counter_create ("a");
  unknown = counter_command ("a", &unknown_command);
  zero = counter_add ("a", 0);
  outcome = eh_command_bus_dispatch (bus, create, NULL, NULL);
  g_assert_cmpuint (eh_outcome_get_version (outcome), ==, 1);
  g_assert_null (eh_command_bus_dispatch (bus, create, NULL, &refused));
  g_assert_error (refused, EH_ERROR, EH_ERROR_EXISTS);
  g_assert_null (eh_command_bus_dispatch (bus, unknown, NULL, &not_known));
  g_assert_error (not_known, EH_ERROR, EH_ERROR_UNKNOWN_TYPE);
  g_assert_null (eh_command_bus_dispatch (bus, zero, NULL, &invalid));
  g_assert_error (invalid, COUNTER_ERROR, COUNTER_ERROR_ZERO);
  must_close (bus);
}

static void
test_order (void)
{
  g_autoptr (ScriptedBus) inner = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  static const char *const ids[] = { "a", "b", "c" };
  guint n_seen[G_N_ELEMENTS (ids)] = { 0 };

  g_test_summary ("Commands of one aggregate never overlap, those of several do, and none is lost");
  inner = scripted_bus_new ();
  bus = eh_pool_bus_new (EH_COMMAND_BUS (inner), 8, 0);
  scripted_bus_hold (inner);
  for (guint i = 0; i < 300; i++)
    must_post (bus, counter_create (ids[i % G_N_ELEMENTS (ids)]), NULL);
  scripted_bus_wait_inside (inner, 3);
  scripted_bus_release (inner);
  must_close (bus);
  g_assert_cmpuint (scripted_bus_get_n (inner), ==, 300);
  g_assert_cmpuint (scripted_bus_get_most (inner), ==, 3);
  g_assert_cmpuint (scripted_bus_get_most_of_one (inner), ==, 1);
  for (guint i = 0; i < 300; i++)
    n_seen[scripted_bus_get_aggregate_id (inner, i)[0] - 'a']++;
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    g_assert_cmpuint (n_seen[i], ==, 100);
}

static void
test_order_of_one (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhCommandBus) direct = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  g_autoptr (EhEventPage) page = NULL;
  g_autoptr (EhStreamName) stream = NULL;

  g_test_summary ("Commands of one aggregate are done in the order in which they were posted, parked ones too");
  world = counter_world_new ();
  direct = eh_direct_bus_new (world->handler);
  bus = eh_pool_bus_new (direct, 8, 10);
  must_post (bus, counter_create ("a"), NULL);
  for (gint64 i = 1; i < 200; i++)
    {
      g_autoptr (EhCommand) command = counter_add ("a", i);

      if (i % 2 == 0)
        must_post (bus, g_steal_pointer (&command), NULL);
      else
        eh_command_bus_dispatch_async (bus, command, NULL, NULL, NULL);
    }
  must_close (bus);
  stream = counter_stream ("a");
  page = eh_event_store_read_stream (world->store->inner, stream, 2, EH_FORWARDS, 0, NULL, NULL);
  g_assert_cmpuint (eh_event_page_get_size (page), ==, 199);
  for (guint i = 0; i < 199; i++)
    {
      const CounterAdded *added = eh_event_get_data (eh_event_page_get (page, i));

      g_assert_cmpint (added->amount, ==, i + 1);
    }
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

typedef struct {
  EhCommandBus *bus;
  guint number;
  guint n_commands;
  guint n_done;
  GThread *thread;
} Sender;

static gpointer
send_many (gpointer data)
{
  Sender *sender = data;

  for (guint i = 0; i < sender->n_commands; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", (sender->number + i) % 16);
      g_autoptr (EhCommand) command = counter_add (id, 1);
      g_autoptr (EhOutcome) outcome = eh_command_bus_dispatch (sender->bus, command, NULL, NULL);

      sender->n_done += outcome != NULL;
    }
  return NULL;
}

static guint
get_slowness (void)
{
  const char *text = g_getenv ("EH_TEST_SLOW");

  return text == NULL ? 1 : MAX (1, (guint) g_ascii_strtoull (text, NULL, 10));
}

static void
test_thousand_senders (void)
{
  g_autoptr (EhDomain) domain = NULL;
  g_autoptr (EhEventStore) store = NULL;
  g_autoptr (EhRepository) repository = NULL;
  g_autoptr (EhCommandHandler) handler = NULL;
  g_autoptr (EhCommandBus) direct = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  g_autofree Sender *senders = NULL;
  guint n_senders = 1000 / get_slowness ();
  guint n_done = 0;
  gint64 sum = 0;

  g_test_summary ("A thousand senders on eight workers: nothing lost, nothing twice, no conflict");
  domain = counter_domain_new ();
  store = eh_memory_store_new ();
  repository = eh_repository_new (domain, store);
  handler = eh_command_handler_new (repository, NULL, NULL);
  direct = eh_direct_bus_new (handler);
  bus = eh_pool_bus_new (direct, 8, 64);
  senders = g_new0 (Sender, n_senders);
  for (guint i = 0; i < 16; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);

      counter_do (handler, counter_create (id));
    }
  for (guint i = 0; i < n_senders; i++)
    {
      senders[i] = (Sender){ .bus = bus, .number = i, .n_commands = 5 };
      senders[i].thread = g_thread_new ("sender", send_many, &senders[i]);
    }
  for (guint i = 0; i < n_senders; i++)
    {
      g_thread_join (senders[i].thread);
      n_done += senders[i].n_done;
    }
  must_close (bus);
  g_assert_cmpuint (n_done, ==, n_senders * 5);
  for (guint i = 0; i < 16; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);

      sum += counter_read (store, domain, id, NULL);
    }
  g_assert_cmpint (sum, ==, n_senders * 5);
}

static void
test_close_drains (void)
{
  g_autoptr (ScriptedBus) inner = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (Tally) tally;

  g_test_summary ("Closing while busy finishes everything that was accepted, then refuses");
  tally_init (&tally);
  inner = scripted_bus_new ();
  bus = eh_pool_bus_new (EH_COMMAND_BUS (inner), 3, 0);
  for (guint i = 0; i < 500; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i % 7);

      must_post (bus, counter_create (id), &tally);
    }
  must_close (bus);
  g_assert_cmpuint (tally.n_done, ==, 500);
  g_assert_true (scripted_bus_is_closed (inner));
  g_assert_false (post (bus, counter_create ("a"), &tally, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
  must_close (bus);
  g_assert_cmpuint (tally.n_done + tally.n_failed, ==, 500);
}

static void
test_close_cancelled (void)
{
  g_autoptr (ScriptedBus) inner = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  g_autoptr (GCancellable) cancellable = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (Tally) tally;

  g_test_summary ("Waiting for the end can be cancelled, and taken up again");
  tally_init (&tally);
  inner = scripted_bus_new ();
  bus = eh_pool_bus_new (EH_COMMAND_BUS (inner), 1, 0);
  cancellable = g_cancellable_new ();
  g_cancellable_cancel (cancellable);
  scripted_bus_hold (inner);
  must_post (bus, counter_create ("a"), &tally);
  g_assert_false (eh_command_bus_close (bus, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (scripted_bus_is_closed (inner));
  scripted_bus_release (inner);
  must_close (bus);
  g_assert_cmpuint (tally.n_done, ==, 1);
}

static gpointer
post_in_thread (gpointer data)
{
  EhCommandBus *bus = data;

  return GINT_TO_POINTER (post (bus, counter_create ("late"), NULL, NULL));
}

/* A bus of one worker that is held inside with "a", and two more waiting, which is its limit. */
static EhCommandBus *
new_full_bus (ScriptedBus *inner, Tally *tally)
{
  EhCommandBus *bus = eh_pool_bus_new (EH_COMMAND_BUS (inner), 1, 2);

  scripted_bus_hold (inner);
  must_post (bus, counter_create ("a"), tally);
  scripted_bus_wait_inside (inner, 1);
  must_post (bus, counter_create ("b"), tally);
  must_post (bus, counter_create ("b"), tally);
  return bus;
}

static void
test_back_pressure (void)
{
  g_autoptr (ScriptedBus) inner = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  g_autoptr (GCancellable) cancellable = NULL;
  g_autoptr (EhCommand) command = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (Tally) tally;
  GThread *thread;

  g_test_summary ("When the queue is full, post waits for room, can be cancelled meanwhile, and goes on in the end");
  tally_init (&tally);
  inner = scripted_bus_new ();
  bus = new_full_bus (inner, &tally);
  cancellable = g_cancellable_new ();
  g_cancellable_cancel (cancellable);
  command = counter_create ("c");
  g_assert_false (eh_pool_bus_post (EH_POOL_BUS (bus), command, cancellable, tell, &tally, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  thread = g_thread_new ("poster", post_in_thread, bus);
  g_assert_cmpuint (scripted_bus_get_n (inner), ==, 1);
  scripted_bus_release (inner);
  g_assert_true (GPOINTER_TO_INT (g_thread_join (thread)));
  must_close (bus);
  g_assert_cmpuint (tally.n_done, ==, 3);
  g_assert_cmpuint (scripted_bus_get_n (inner), ==, 4);
}

static gpointer
close_in_thread (gpointer data)
{
  must_close (data);
  return NULL;
}

static void
test_close_while_full (void)
{
  g_autoptr (ScriptedBus) inner = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  g_auto (Tally) tally;
  GThread *poster;
  GThread *closer;
  guint n_late;

  g_test_summary ("Who waits for room when the bus closes is refused, or was accepted and is done: never lost");
  tally_init (&tally);
  inner = scripted_bus_new ();
  bus = new_full_bus (inner, &tally);
  poster = g_thread_new ("poster", post_in_thread, bus);
  closer = g_thread_new ("closer", close_in_thread, bus);
  scripted_bus_release (inner);
  n_late = GPOINTER_TO_UINT (g_thread_join (poster));
  g_thread_join (closer);
  g_assert_cmpuint (scripted_bus_get_n (inner), ==, 3 + n_late);
  g_assert_cmpuint (tally.n_done, ==, 3);
}

static void
on_finished (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhOutcome) outcome = eh_command_bus_dispatch_finish (EH_COMMAND_BUS (source), result, &error);

  tell (outcome, error, user_data);
}

static void
iterate_until (Tally *tally, guint n)
{
  guint n_answers = 0;

  while (n_answers < n)
    {
      g_main_context_iteration (NULL, TRUE);
      eh_lock (&tally->lock);
      n_answers = tally->n_done + tally->n_failed;
      eh_unlock (&tally->lock);
    }
}

static void
test_async (void)
{
  g_autoptr (ScriptedBus) inner = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  g_autoptr (EhCommand) late = NULL;
  g_auto (Tally) posted;
  g_auto (Tally) tally;

  g_test_summary ("An asynchronous sender never blocks; each is answered once; a closed bus answers too");
  tally_init (&posted);
  tally_init (&tally);
  inner = scripted_bus_new ();
  bus = new_full_bus (inner, &posted);
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i % 7);
      g_autoptr (EhCommand) command = counter_create (id);

      eh_command_bus_dispatch_async (bus, command, NULL, on_finished, &tally);
    }
  g_assert_cmpuint (scripted_bus_get_n (inner), ==, 1);
  scripted_bus_release (inner);
  must_close (bus);
  late = counter_create ("late");
  eh_command_bus_dispatch_async (bus, late, NULL, on_finished, &tally);
  iterate_until (&tally, 101);
  g_assert_cmpuint (tally.n_done, ==, 100);
  g_assert_cmpuint (tally.n_failed, ==, 1);
  g_assert_error (tally.error, EH_ERROR, EH_ERROR_CLOSED);
}

typedef struct {
  EhCommandBus *bus;
  GCancellable *cancellable;
  GError *error; /* (owned) (nullable) */
} Dispatch;

static gpointer
dispatch_in_thread (gpointer data)
{
  Dispatch *dispatch = data;
  g_autoptr (EhCommand) command = counter_create ("cancelled");
  g_autoptr (EhOutcome)
      outcome = eh_command_bus_dispatch (dispatch->bus, command, dispatch->cancellable, &dispatch->error);

  g_assert_null (outcome);
  return NULL;
}

static void
test_cancel (void)
{
  g_autoptr (ScriptedBus) inner = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  g_autoptr (GCancellable) cancellable = NULL;
  g_autoptr (EhCommand) command = NULL;
  g_auto (Tally) tally;
  Dispatch dispatch;
  GThread *thread;

  g_test_summary ("A command that is cancelled before it starts is not done; who waits for it learns it at once");
  tally_init (&tally);
  inner = scripted_bus_new ();
  bus = eh_pool_bus_new (EH_COMMAND_BUS (inner), 1, 0);
  scripted_bus_hold (inner);
  must_post (bus, counter_create ("a"), &tally);
  scripted_bus_wait_inside (inner, 1);
  cancellable = g_cancellable_new ();
  command = counter_create ("cancelled");
  eh_command_bus_dispatch_async (bus, command, cancellable, on_finished, &tally);
  dispatch = (Dispatch){ .bus = bus, .cancellable = cancellable };
  thread = g_thread_new ("dispatcher", dispatch_in_thread, &dispatch);
  g_cancellable_cancel (cancellable);
  g_thread_join (thread);
  g_assert_error (dispatch.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&dispatch.error);
  scripted_bus_release (inner);
  must_close (bus);
  iterate_until (&tally, 2);
  g_assert_error (tally.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (scripted_bus_get_n (inner), ==, 1);
}

/* What a worker tries from within. */
typedef struct {
  EhCommandBus *bus;
  Tally *tally;
  GError *dispatch_error; /* (owned) (nullable) */
  GError *close_error;    /* (owned) (nullable) */
} Within;

static void
try_from_within (EhOutcome *outcome, const GError *error, gpointer user_data)
{
  Within *within = user_data;
  g_autoptr (EhCommand) command = counter_create ("within");

  g_assert_null (eh_command_bus_dispatch (within->bus, command, NULL, &within->dispatch_error));
  g_assert_false (eh_command_bus_close (within->bus, NULL, &within->close_error));
  for (guint i = 0; i < 10; i++)
    must_post (within->bus, counter_create ("within"), within->tally);
  tell (outcome, error, within->tally);
}

static void
test_from_within (void)
{
  g_autoptr (ScriptedBus) inner = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  g_autoptr (EhCommand) command = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (Tally) tally;
  Within within;

  g_test_summary ("A worker cannot wait for itself and is told so; it posts without blocking, also past the limit");
  tally_init (&tally);
  inner = scripted_bus_new ();
  bus = eh_pool_bus_new (EH_COMMAND_BUS (inner), 1, 2);
  within = (Within){ .bus = bus, .tally = &tally };
  command = counter_create ("a");
  g_assert_true (eh_pool_bus_post (EH_POOL_BUS (bus), command, NULL, try_from_within, &within, &error));
  tally_wait (&tally, 11);
  must_close (bus);
  g_assert_cmpuint (tally.n_done, ==, 11);
  g_assert_error (within.dispatch_error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_error (within.close_error, EH_ERROR, EH_ERROR_INVALID);
  g_clear_error (&within.dispatch_error);
  g_clear_error (&within.close_error);
}

static void
test_freed (void)
{
  g_autoptr (ScriptedBus) inner = NULL;
  EhCommandBus *bus;
  g_auto (Tally) tally;

  g_test_summary ("A bus that is freed without being closed finishes what it accepted");
  tally_init (&tally);
  inner = scripted_bus_new ();
  bus = eh_pool_bus_new (EH_COMMAND_BUS (inner), 2, 10);
  for (guint i = 0; i < 50; i++)
    must_post (bus, counter_create (i % 2 == 0 ? "a" : "b"), &tally);
  g_object_unref (bus);
  g_assert_cmpuint (tally.n_done, ==, 50);
}

static gpointer
use_closed (gpointer data)
{
  g_autoptr (EhCommand) command = counter_create ("a");
  g_autoptr (GError) error = NULL;

  g_assert_null (eh_command_bus_dispatch (data, command, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
  must_close (data);
  return NULL;
}

static void
test_closed_for_new_threads (void)
{
  g_autoptr (ScriptedBus) inner = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  GThread *threads[32];

  g_test_summary ("A thread that begins where a worker of a closed bus was in memory is no worker");
  inner = scripted_bus_new ();
  bus = eh_pool_bus_new (EH_COMMAND_BUS (inner), G_N_ELEMENTS (threads), 10);
  must_close (bus);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("stranger", use_closed, bus);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
free_from_within (EhOutcome *outcome, const GError *error, gpointer user_data)
{
  Within *within = user_data;

  g_object_unref (within->bus);
  tell (outcome, error, within->tally);
}

static void
test_freed_from_within (void)
{
  g_autoptr (ScriptedBus) inner = NULL;
  g_autoptr (EhCommand) command = NULL;
  g_auto (Tally) tally;
  Within within;

  g_test_summary ("The last reference may be dropped by a worker");
  tally_init (&tally);
  inner = scripted_bus_new ();
  within = (Within){ .bus = eh_pool_bus_new (EH_COMMAND_BUS (inner), 2, 10), .tally = &tally };
  command = counter_create ("a");
  scripted_bus_hold (inner);
  g_assert_true (eh_pool_bus_post (EH_POOL_BUS (within.bus), command, NULL, free_from_within, &within, NULL));
  for (guint i = 0; i < 5; i++)
    must_post (within.bus, counter_create ("a"), &tally);
  scripted_bus_release (inner);
  tally_wait (&tally, 6);
  g_assert_cmpuint (tally.n_done, ==, 6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pool-bus/dispatch", test_dispatch);
  g_test_add_func ("/pool-bus/order", test_order);
  g_test_add_func ("/pool-bus/order-of-one", test_order_of_one);
  g_test_add_func ("/pool-bus/thousand-senders", test_thousand_senders);
  g_test_add_func ("/pool-bus/close-drains", test_close_drains);
  g_test_add_func ("/pool-bus/close-cancelled", test_close_cancelled);
  g_test_add_func ("/pool-bus/close-while-full", test_close_while_full);
  g_test_add_func ("/pool-bus/back-pressure", test_back_pressure);
  g_test_add_func ("/pool-bus/async", test_async);
  g_test_add_func ("/pool-bus/cancel", test_cancel);
  g_test_add_func ("/pool-bus/from-within", test_from_within);
  g_test_add_func ("/pool-bus/closed-for-new-threads", test_closed_for_new_threads);
  g_test_add_func ("/pool-bus/freed", test_freed);
  g_test_add_func ("/pool-bus/freed-from-within", test_freed_from_within);
  return g_test_run ();
}
