/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "counter-domain.h"
#include "model/eh-error.h"
#include "runtime/eh-retry-bus.h"
#include "scripted-bus.h"

typedef struct {
  ScriptedBus *inner;
  EhFixedClock *clock;
  EhCommandBus *bus;
} Fixture;

static void
fixture_init (Fixture *self, guint attempts)
{
  self->inner = scripted_bus_new ();
  self->clock = eh_fixed_clock_new (0);
  self->bus = eh_retry_bus_new (EH_COMMAND_BUS (self->inner), EH_CLOCK (self->clock), attempts);
}

static void
fixture_clear (Fixture *self)
{
  g_clear_object (&self->bus);
  g_clear_object (&self->clock);
  g_clear_object (&self->inner);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

/* Dispatches a command with id @id. Returns: how long it waited, or -1 with @error set */
static gint64
send (Fixture *self, guint64 id, gint64 expected, GError **error)
{
  g_autoptr (EhCommand) command = counter_with_id (counter_create ("a"), id);
  gint64 start = eh_clock_now (EH_CLOCK (self->clock));
  g_autoptr (EhOutcome) outcome = NULL;

  eh_command_set_expected_version (command, expected);
  outcome = eh_command_bus_dispatch (self->bus, command, NULL, error);
  return outcome == NULL ? -1 : eh_clock_now (EH_CLOCK (self->clock)) - start;
}

static void
test_conflicts (void)
{
  g_auto (Fixture) fixture = { NULL };
  g_autoptr (GError) error = NULL;

  g_test_summary ("A conflict is tried again, the first time at once");
  fixture_init (&fixture, 10);
  g_assert_cmpint (send (&fixture, 1, EH_EXPECTED_ANY, &error), ==, 0);
  scripted_bus_fail (fixture.inner, 1, eh_error_new_conflict ("Counter-a", 1, 2));
  g_assert_cmpint (send (&fixture, 1, EH_EXPECTED_ANY, &error), ==, 0);
  g_assert_no_error (error);
  g_assert_cmpuint (scripted_bus_get_n (fixture.inner), ==, 3);
}

static void
test_bound (void)
{
  g_auto (Fixture) fixture = { NULL };
  g_autoptr (GError) error = NULL;
  guint64 actual = 0;

  g_test_summary ("After the last attempt the conflict is passed on");
  fixture_init (&fixture, 4);
  scripted_bus_fail (fixture.inner, 100, eh_error_new_conflict ("Counter-a", 1, 2));
  g_assert_cmpint (send (&fixture, 1, EH_EXPECTED_ANY, &error), ==, -1);
  g_assert_error (error, EH_ERROR, EH_ERROR_CONFLICT);
  g_assert_true (eh_error_get_versions (error, NULL, &actual));
  g_assert_cmpuint (actual, ==, 2);
  g_assert_cmpuint (scripted_bus_get_n (fixture.inner), ==, 4);
}

static void
test_not_retried (void)
{
  g_auto (Fixture) fixture = { NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) conflict = NULL;

  g_test_summary ("Other errors, and conflicts of a command with a version of its own, are passed on at once");
  fixture_init (&fixture, 10);
  scripted_bus_fail (fixture.inner, 1, g_error_new_literal (EH_ERROR, EH_ERROR_AMBIGUOUS, "no reply"));
  g_assert_cmpint (send (&fixture, 1, EH_EXPECTED_ANY, &error), ==, -1);
  g_assert_error (error, EH_ERROR, EH_ERROR_AMBIGUOUS);
  g_assert_cmpuint (scripted_bus_get_n (fixture.inner), ==, 1);
  scripted_bus_fail (fixture.inner, 1, eh_error_new_conflict ("Counter-a", 1, 2));
  g_assert_cmpint (send (&fixture, 1, 1, &conflict), ==, -1);
  g_assert_error (conflict, EH_ERROR, EH_ERROR_CONFLICT);
  g_assert_cmpuint (scripted_bus_get_n (fixture.inner), ==, 2);
}

/* How long a command waits in all if it takes @attempts. */
static gint64
get_wait (guint64 id, guint attempts)
{
  g_auto (Fixture) fixture = { NULL };
  g_autoptr (GError) error = NULL;
  gint64 wait;

  fixture_init (&fixture, 100);
  scripted_bus_fail (fixture.inner, attempts - 1, eh_error_new_conflict ("Counter-a", 1, 2));
  wait = send (&fixture, id, EH_EXPECTED_ANY, &error);
  g_assert_no_error (error);
  return wait;
}

static void
test_backoff (void)
{
  gint64 longest = 1000;
  gboolean differs = FALSE;

  g_test_summary ("Waits grow to 64 ms, are the same each time for one command, and differ between commands");
  for (guint attempts = 3; attempts < 20; attempts++)
    {
      gint64 wait = get_wait (1, attempts) - get_wait (1, attempts - 1);

      g_assert_cmpint (wait, >, 0);
      g_assert_cmpint (wait, <=, longest);
      g_assert_cmpint (get_wait (1, attempts), ==, get_wait (1, attempts));
      differs = differs || get_wait (1, attempts) != get_wait (2, attempts);
      longest = MIN (longest * 2, 64000);
    }
  g_assert_true (differs);
}

static void
test_cancelled (void)
{
  g_auto (Fixture) fixture = { NULL };
  g_autoptr (EhCommandBus) bus = NULL;
  g_autoptr (GCancellable) cancellable = NULL;
  g_autoptr (EhCommand) command = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A cancelled wait ends the attempts");
  fixture_init (&fixture, 10);
  bus = eh_retry_bus_new (EH_COMMAND_BUS (fixture.inner), NULL, 10);
  cancellable = g_cancellable_new ();
  g_cancellable_cancel (cancellable);
  scripted_bus_fail (fixture.inner, 100, eh_error_new_conflict ("Counter-a", 1, 2));
  command = counter_create ("a");
  g_assert_null (eh_command_bus_dispatch (bus, command, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (scripted_bus_get_n (fixture.inner), ==, 2);
}

static void
test_close (void)
{
  g_auto (Fixture) fixture = { NULL };
  g_autoptr (GError) error = NULL;

  g_test_summary ("Closing closes what is inside, and refuses");
  fixture_init (&fixture, 10);
  g_assert_true (eh_command_bus_close (fixture.bus, NULL, &error));
  g_assert_true (eh_command_bus_close (fixture.bus, NULL, &error));
  g_assert_true (scripted_bus_is_closed (fixture.inner));
  g_assert_cmpint (send (&fixture, 1, EH_EXPECTED_ANY, &error), ==, -1);
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
  g_assert_cmpuint (scripted_bus_get_n (fixture.inner), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/retry-bus/conflicts", test_conflicts);
  g_test_add_func ("/retry-bus/bound", test_bound);
  g_test_add_func ("/retry-bus/not-retried", test_not_retried);
  g_test_add_func ("/retry-bus/backoff", test_backoff);
  g_test_add_func ("/retry-bus/cancelled", test_cancelled);
  g_test_add_func ("/retry-bus/close", test_close);
  return g_test_run ();
}
