/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "counter-domain.h"
#include "model/eh-error.h"
#include "runtime/eh-dedupe-bus.h"
#include "scripted-bus.h"

/* Returns: the version; @was_done tells whether it was done before; 0 with @error set */
static guint64
send (EhCommandBus *bus, guint64 id, gboolean *was_done, GCancellable *cancellable, GError **error)
{
  g_autoptr (EhCommand) command = counter_create ("a");
  g_autoptr (EhOutcome) outcome = NULL;

  if (id > 0)
    counter_with_id (command, id);
  outcome = eh_command_bus_dispatch (bus, command, cancellable, error);
  if (outcome == NULL)
    return 0;
  if (was_done != NULL)
    *was_done = eh_outcome_was_done (outcome);
  return eh_outcome_get_version (outcome);
}

static void
test_once (void)
{
  g_autoptr (ScriptedBus) inner = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  gboolean was_done = TRUE;

  g_test_summary ("The same id is done once and has its first outcome, marked; without an id each is done");
  inner = scripted_bus_new ();
  bus = eh_dedupe_bus_new (EH_COMMAND_BUS (inner), 10);
  g_assert_cmpuint (send (bus, 1, &was_done, NULL, NULL), ==, 1);
  g_assert_false (was_done);
  g_assert_cmpuint (send (bus, 2, &was_done, NULL, NULL), ==, 2);
  g_assert_cmpuint (send (bus, 1, &was_done, NULL, NULL), ==, 1);
  g_assert_true (was_done);
  g_assert_cmpuint (send (bus, 0, &was_done, NULL, NULL), ==, 3);
  g_assert_cmpuint (send (bus, 0, &was_done, NULL, NULL), ==, 4);
  g_assert_false (was_done);
  g_assert_cmpuint (scripted_bus_get_n (inner), ==, 4);
}

static void
test_refused (void)
{
  g_autoptr (ScriptedBus) inner = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  g_autoptr (GError) error = NULL;
  gboolean was_done = TRUE;

  g_test_summary ("A refused command may be sent again");
  inner = scripted_bus_new ();
  bus = eh_dedupe_bus_new (EH_COMMAND_BUS (inner), 10);
  scripted_bus_fail (inner, 1, g_error_new_literal (COUNTER_ERROR, COUNTER_ERROR_TOO_LITTLE, "too little"));
  g_assert_cmpuint (send (bus, 1, &was_done, NULL, &error), ==, 0);
  g_assert_error (error, COUNTER_ERROR, COUNTER_ERROR_TOO_LITTLE);
  g_assert_cmpuint (send (bus, 1, &was_done, NULL, NULL), ==, 1);
  g_assert_false (was_done);
}

static void
test_forgets (void)
{
  g_autoptr (ScriptedBus) inner = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  g_autoptr (EhCommandBus) forgetful = NULL;
  gboolean was_done = TRUE;

  g_test_summary ("The oldest is forgotten first, also if it was asked for again; none can be remembered too");
  inner = scripted_bus_new ();
  bus = eh_dedupe_bus_new (EH_COMMAND_BUS (inner), 2);
  send (bus, 1, NULL, NULL, NULL);
  send (bus, 2, NULL, NULL, NULL);
  send (bus, 1, &was_done, NULL, NULL);
  g_assert_true (was_done);
  send (bus, 3, NULL, NULL, NULL);
  send (bus, 2, &was_done, NULL, NULL);
  g_assert_true (was_done);
  send (bus, 1, &was_done, NULL, NULL);
  g_assert_false (was_done);

  forgetful = eh_dedupe_bus_new (EH_COMMAND_BUS (inner), 0);
  send (forgetful, 1, NULL, NULL, NULL);
  send (forgetful, 1, &was_done, NULL, NULL);
  g_assert_false (was_done);
}

typedef struct {
  EhCommandBus *bus;
  GCancellable *cancellable;
  gboolean was_done;
  guint64 version;
  GError *error; /* (owned) (nullable) */
} Sender;

static gpointer
send_in_thread (gpointer data)
{
  Sender *sender = data;

  sender->version = send (sender->bus, 1, &sender->was_done, sender->cancellable, &sender->error);
  return NULL;
}

#define N_SENDERS 8

/* Sends one id from all senders at once while the first one is held; then lets go. */
static void
send_together (EhCommandBus *bus, ScriptedBus *inner, Sender *senders)
{
  GThread *threads[N_SENDERS];

  scripted_bus_hold (inner);
  for (guint i = 0; i < N_SENDERS; i++)
    {
      senders[i] = (Sender){ .bus = bus };
      threads[i] = g_thread_new ("sender", send_in_thread, &senders[i]);
    }
  scripted_bus_wait_inside (inner, 1);
  scripted_bus_release (inner);
  for (guint i = 0; i < N_SENDERS; i++)
    g_thread_join (threads[i]);
}

static void
test_together (void)
{
  g_autoptr (ScriptedBus) inner = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  Sender senders[N_SENDERS];
  guint n_first = 0;

  g_test_summary ("Of those who send one id at once, one does it and the others wait for its outcome");
  inner = scripted_bus_new ();
  bus = eh_dedupe_bus_new (EH_COMMAND_BUS (inner), 10);
  send_together (bus, inner, senders);
  for (guint i = 0; i < N_SENDERS; i++)
    {
      g_assert_cmpuint (senders[i].version, ==, 1);
      n_first += !senders[i].was_done;
    }
  g_assert_cmpuint (n_first, ==, 1);
  g_assert_cmpuint (scripted_bus_get_n (inner), ==, 1);
}

static void
test_together_refused (void)
{
  g_autoptr (ScriptedBus) inner = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  Sender senders[N_SENDERS];
  guint n_refused = 0;
  guint n_first = 0;

  g_test_summary ("If the first is refused, the next one of those who wait tries");
  inner = scripted_bus_new ();
  bus = eh_dedupe_bus_new (EH_COMMAND_BUS (inner), 10);
  scripted_bus_fail (inner, 2, g_error_new_literal (COUNTER_ERROR, COUNTER_ERROR_TOO_LITTLE, "too little"));
  send_together (bus, inner, senders);
  for (guint i = 0; i < N_SENDERS; i++)
    {
      n_refused += senders[i].error != NULL;
      n_first += senders[i].error == NULL && !senders[i].was_done;
      g_clear_error (&senders[i].error);
    }
  g_assert_cmpuint (n_refused, ==, 2);
  g_assert_cmpuint (n_first, ==, 1);
  g_assert_cmpuint (scripted_bus_get_n (inner), ==, 3);
  g_assert_cmpuint (scripted_bus_get_most (inner), ==, 1);
}

static void
test_cancelled (void)
{
  g_autoptr (ScriptedBus) inner = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  g_autoptr (GCancellable) cancellable = NULL;
  Sender first = { NULL };
  Sender second = { NULL };
  GThread *threads[2];

  g_test_summary ("Who waits for another one's outcome can be cancelled; the other one goes on");
  inner = scripted_bus_new ();
  bus = eh_dedupe_bus_new (EH_COMMAND_BUS (inner), 10);
  cancellable = g_cancellable_new ();
  first.bus = second.bus = bus;
  second.cancellable = cancellable;
  scripted_bus_hold (inner);
  threads[0] = g_thread_new ("first", send_in_thread, &first);
  scripted_bus_wait_inside (inner, 1);
  threads[1] = g_thread_new ("second", send_in_thread, &second);
  g_cancellable_cancel (cancellable);
  g_thread_join (threads[1]);
  scripted_bus_release (inner);
  g_thread_join (threads[0]);
  g_assert_error (second.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&second.error);
  g_assert_no_error (first.error);
  g_assert_cmpuint (first.version, ==, 1);
}

static void
test_close (void)
{
  g_autoptr (ScriptedBus) inner = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A closed bus refuses what it remembers too, and closes what is inside");
  inner = scripted_bus_new ();
  bus = eh_dedupe_bus_new (EH_COMMAND_BUS (inner), 10);
  send (bus, 1, NULL, NULL, NULL);
  g_assert_true (eh_command_bus_close (bus, NULL, &error));
  g_assert_true (eh_command_bus_close (bus, NULL, &error));
  g_assert_true (scripted_bus_is_closed (inner));
  g_assert_cmpuint (send (bus, 1, NULL, NULL, &error), ==, 0);
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_cmpuint (send (bus, 0, NULL, NULL, &error), ==, 0);
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dedupe-bus/once", test_once);
  g_test_add_func ("/dedupe-bus/refused", test_refused);
  g_test_add_func ("/dedupe-bus/forgets", test_forgets);
  g_test_add_func ("/dedupe-bus/together", test_together);
  g_test_add_func ("/dedupe-bus/together-refused", test_together_refused);
  g_test_add_func ("/dedupe-bus/cancelled", test_cancelled);
  g_test_add_func ("/dedupe-bus/close", test_close);
  return g_test_run ();
}
