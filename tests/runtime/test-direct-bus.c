/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "counter-domain.h"
#include "model/eh-error.h"
#include "runtime/eh-direct-bus.h"

typedef struct {
  EhOutcome *outcome; /* (owned) (nullable) */
  GError *error;      /* (owned) (nullable) */
  GThread *thread;
  guint n_calls;
} Answer;

static void
answer_clear (Answer *answer)
{
  g_clear_pointer (&answer->outcome, eh_outcome_unref);
  g_clear_error (&answer->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Answer *answer = user_data;

  answer->outcome = eh_command_bus_dispatch_finish (EH_COMMAND_BUS (source), result, &answer->error);
  answer->thread = g_thread_self ();
  answer->n_calls++;
}

static void
send_async (EhCommandBus *bus, EhCommand *command, Answer *answer)
{
  g_autoptr (EhCommand) owned = command;

  eh_command_bus_dispatch_async (bus, owned, NULL, on_answer, answer);
  while (answer->n_calls == 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_dispatch (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  g_autoptr (EhCommand) create = NULL;
  g_autoptr (EhOutcome) outcome = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A command is done before dispatch returns; a refusal comes back");
  world = counter_world_new ();
  bus = eh_direct_bus_new (world->handler);
  create = counter_create ("a");
  outcome = eh_command_bus_dispatch (bus, create, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (eh_outcome_get_version (outcome), ==, 1);
  g_assert_null (eh_command_bus_dispatch (bus, create, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_EXISTS);
}

static void
test_async (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  g_auto (Answer) done = { NULL };
  g_auto (Answer) refused = { NULL };

  g_test_summary ("An asynchronous command is answered once, in the sender's context");
  world = counter_world_new ();
  bus = eh_direct_bus_new (world->handler);
  send_async (bus, counter_create ("a"), &done);
  g_assert_no_error (done.error);
  g_assert_cmpuint (eh_outcome_get_version (done.outcome), ==, 1);
  g_assert_true (done.thread == g_thread_self ());
  send_async (bus, counter_take ("a", 1), &refused);
  g_assert_error (refused.error, COUNTER_ERROR, COUNTER_ERROR_TOO_LITTLE);
  g_assert_null (refused.outcome);
  g_assert_cmpuint (refused.n_calls, ==, 1);
}

static void
test_close (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  g_autoptr (EhCommand) create = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (Answer) answer = { NULL };

  g_test_summary ("A closed bus refuses, and can be closed again");
  world = counter_world_new ();
  bus = eh_direct_bus_new (world->handler);
  g_assert_true (eh_command_bus_close (bus, NULL, &error));
  g_assert_true (eh_command_bus_close (bus, NULL, &error));
  g_assert_no_error (error);
  create = counter_create ("a");
  g_assert_null (eh_command_bus_dispatch (bus, create, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
  send_async (bus, counter_create ("a"), &answer);
  g_assert_error (answer.error, EH_ERROR, EH_ERROR_CLOSED);
  g_assert_cmpuint (world->store->n_appends, ==, 0);
}

/* Closes the bus from within an event handler's thread while a command is inside. */
typedef struct {
  EhCommandBus *bus;
  GCancellable *cancellable;
  gboolean was_closed;
  GError *error; /* (owned) (nullable) */
} Closing;

static gpointer
close_in_thread (gpointer data)
{
  Closing *closing = data;

  closing->was_closed = eh_command_bus_close (closing->bus, closing->cancellable, &closing->error);
  return NULL;
}

#define CLOSING_TYPE_CLOCK (closing_clock_get_type ())
G_DECLARE_FINAL_TYPE (ClosingClock, closing_clock, CLOSING, CLOCK, GObject)

/* A clock that is asked inside a command, where it lets somebody try to close the bus. */
struct _ClosingClock {
  GObject parent_instance;

  Closing *closing; /* (nullable) */
};

static void closing_clock_iface_init (EhClockInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ClosingClock, closing_clock, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_CLOCK, closing_clock_iface_init))

static gint64
closing_clock_now (EhClock *clock)
{
  Closing *closing = g_steal_pointer (&CLOSING_CLOCK (clock)->closing);

  if (closing != NULL)
    g_thread_join (g_thread_new ("closer", close_in_thread, closing));
  return EH_FIXED_CLOCK_START;
}

static gboolean
closing_clock_sleep (EhClock *clock, gint64 interval, GCancellable *cancellable, GError **error)
{
  g_cancellable_cancel (cancellable);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static void
closing_clock_class_init (ClosingClockClass *klass)
{
}

static void
closing_clock_iface_init (EhClockInterface *iface)
{
  iface->now = closing_clock_now;
  iface->sleep = closing_clock_sleep;
}

static void
closing_clock_init (ClosingClock *self)
{
}

static void
test_close_waits (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (ClosingClock) clock = NULL;
  g_autoptr (EhCommandHandler) handler = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  g_autoptr (EhCommand) create = NULL;
  g_autoptr (EhOutcome) outcome = NULL;
  g_autoptr (GCancellable) cancellable = NULL;
  g_autoptr (GError) error = NULL;
  Closing closing = { NULL };

  g_test_summary ("Closing waits on the clock for a command that is inside, which is done all the same");
  world = counter_world_new ();
  clock = g_object_new (CLOSING_TYPE_CLOCK, NULL);
  handler = eh_command_handler_new (world->repository, EH_CLOCK (clock), EH_ID_SOURCE (world->ids));
  bus = eh_direct_bus_new (handler);
  cancellable = g_cancellable_new ();
  closing.bus = bus;
  closing.cancellable = cancellable;
  clock->closing = &closing;
  create = counter_create ("a");
  outcome = eh_command_bus_dispatch (bus, create, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (eh_outcome_get_version (outcome), ==, 1);
  g_assert_false (closing.was_closed);
  g_assert_error (closing.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&closing.error);
  g_assert_true (eh_command_bus_close (bus, NULL, &error));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/direct-bus/dispatch", test_dispatch);
  g_test_add_func ("/direct-bus/async", test_async);
  g_test_add_func ("/direct-bus/close", test_close);
  g_test_add_func ("/direct-bus/close-waits", test_close_waits);
  return g_test_run ();
}
