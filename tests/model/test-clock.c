/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-fixed-clock.h"
#include "model/eh-system-clock.h"

static void
test_fixed (void)
{
  g_autoptr (EhFixedClock) fixed = eh_fixed_clock_new (EH_FIXED_CLOCK_START);
  EhClock *clock = EH_CLOCK (fixed);
  g_autoptr (GDateTime) start = g_date_time_new_utc (2026, 1, 1, 0, 0, 0);

  g_test_summary ("A fixed clock stands still until it is moved");

  g_assert_cmpint (EH_FIXED_CLOCK_START, ==, g_date_time_to_unix (start) * G_TIME_SPAN_SECOND);
  g_assert_cmpint (eh_clock_now (clock), ==, EH_FIXED_CLOCK_START);
  g_assert_cmpint (eh_clock_now (clock), ==, EH_FIXED_CLOCK_START);
  eh_fixed_clock_advance (fixed, 5);
  g_assert_cmpint (eh_clock_now (clock), ==, EH_FIXED_CLOCK_START + 5);
  eh_fixed_clock_set (fixed, -3);
  g_assert_cmpint (eh_clock_now (clock), ==, -3);
}

static void
test_fixed_sleep (void)
{
  g_autoptr (EhFixedClock) fixed = eh_fixed_clock_new (100);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Sleeping on a fixed clock moves it, backwards never");

  g_assert_true (eh_clock_sleep (EH_CLOCK (fixed), 60, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (eh_clock_sleep (EH_CLOCK (fixed), 0, NULL, &error));
  g_assert_true (eh_clock_sleep (EH_CLOCK (fixed), -60, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (eh_clock_now (EH_CLOCK (fixed)), ==, 160);
}

static void
test_fixed_cancelled (void)
{
  g_autoptr (EhFixedClock) fixed = eh_fixed_clock_new (100);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A sleep that was cancelled before does not move the clock");

  g_cancellable_cancel (cancellable);
  g_assert_false (eh_clock_sleep (EH_CLOCK (fixed), 60, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (eh_clock_now (EH_CLOCK (fixed)), ==, 100);
}

static void
test_system (void)
{
  g_autoptr (EhClock) clock = eh_system_clock_new ();
  const gint64 before = g_get_real_time ();
  const gint64 now = eh_clock_now (clock);

  g_test_summary ("The system clock tells the system's time");

  g_assert_cmpint (now, >=, before);
  g_assert_cmpint (now, <=, g_get_real_time ());
}

static void
test_system_sleep (void)
{
  static const gint64 intervals[] = { 300, 3000 };
  g_autoptr (EhClock) clock = eh_system_clock_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_test_summary ("The system clock waits at least as long as it was asked to, with and without a cancellable");

  for (guint i = 0; i < 4; i++)
    {
      const gint64 begin = g_get_monotonic_time ();
      g_autoptr (GError) error = NULL;

      g_assert_true (eh_clock_sleep (clock, intervals[i / 2], i % 2 ? cancellable : NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpint (g_get_monotonic_time () - begin, >=, intervals[i / 2]);
    }
}

static gpointer
cancel (gpointer data)
{
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_system_cancelled (void)
{
  g_autoptr (EhClock) clock = eh_system_clock_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  const gint64 begin = g_get_monotonic_time ();
  GThread *thread = g_thread_new ("cancel", cancel, cancellable);

  g_test_summary ("Another thread ends a sleep early");

  g_assert_false (eh_clock_sleep (clock, 3600 * G_TIME_SPAN_SECOND, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 60 * G_TIME_SPAN_SECOND);
  g_thread_join (thread);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/clock/fixed", test_fixed);
  g_test_add_func ("/clock/fixed-sleep", test_fixed_sleep);
  g_test_add_func ("/clock/fixed-cancelled", test_fixed_cancelled);
  g_test_add_func ("/clock/system", test_system);
  g_test_add_func ("/clock/system-sleep", test_system_sleep);
  g_test_add_func ("/clock/system-cancelled", test_system_cancelled);
  return g_test_run ();
}
