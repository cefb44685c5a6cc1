/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-virtual-clock.h"

/* Work that writes its name and the time, and may then do something with the clock. */
typedef struct {
  GString *log; /* (borrowed) */
  char name;
  gint64 schedules; /* so much later, once more; 0 for not */
  gint64 sleeps;
  GCancellable *cancels; /* (borrowed) (nullable) */
  gint n_destroyed;
} Work;

static void
work_destroyed (gpointer user_data)
{
  ((Work *) user_data)->n_destroyed++;
}

static void
work_run (EhVirtualClock *clock, gpointer user_data)
{
  Work *self = user_data;
  gint64 later = self->schedules;

  g_string_append_printf (self->log, "%s%c@%" G_GINT64_FORMAT, self->log->len > 0 ? " " : "", self->name,
                          eh_clock_now (EH_CLOCK (clock)));
  self->schedules = 0;
  if (later != 0)
    eh_virtual_clock_schedule (clock, eh_clock_now (EH_CLOCK (clock)) + later, work_run, self, NULL);
  if (self->cancels != NULL)
    g_cancellable_cancel (self->cancels);
  if (self->sleeps > 0)
    g_assert_true (eh_clock_sleep (EH_CLOCK (clock), self->sleeps, NULL, NULL));
}

static guint
schedule (EhVirtualClock *clock, gint64 at, Work *work)
{
  return eh_virtual_clock_schedule (clock, at, work_run, work, work_destroyed);
}

static void
test_order (void)
{
  g_autoptr (EhVirtualClock) clock = eh_virtual_clock_new (100);
  g_autoptr (GString) log = g_string_new (NULL);
  Work a = { log, 'a' }, b = { log, 'b' }, c = { log, 'c' }, d = { log, 'd' };

  g_test_summary ("Advancing runs what is due in the order of time, then of scheduling, each at its own time");

  g_assert_cmpint (eh_clock_now (EH_CLOCK (clock)), ==, 100);
  schedule (clock, 130, &c);
  schedule (clock, 110, &a);
  schedule (clock, 110, &b);
  schedule (clock, 141, &d);
  eh_virtual_clock_advance (clock, 9);
  g_assert_cmpstr (log->str, ==, "");
  eh_virtual_clock_advance (clock, 31);
  g_assert_cmpstr (log->str, ==, "a@110 b@110 c@130");
  g_assert_cmpint (eh_clock_now (EH_CLOCK (clock)), ==, 140);
  g_assert_cmpint (a.n_destroyed + b.n_destroyed + c.n_destroyed, ==, 3);
  g_assert_cmpint (d.n_destroyed, ==, 0);
  g_assert_cmpuint (eh_virtual_clock_get_n_scheduled (clock), ==, 1);
  g_clear_object (&clock);
  g_assert_cmpint (d.n_destroyed, ==, 1);
}

static void
test_late (void)
{
  g_autoptr (EhVirtualClock) clock = eh_virtual_clock_new (100);
  g_autoptr (GString) log = g_string_new (NULL);
  Work a = { log, 'a' };

  g_test_summary ("Work whose time has passed runs when the clock is told to move, and time does not go back");

  schedule (clock, 50, &a);
  g_assert_cmpstr (log->str, ==, "");
  eh_virtual_clock_advance (clock, 0);
  g_assert_cmpstr (log->str, ==, "a@100");
}

static void
test_within (void)
{
  g_autoptr (EhVirtualClock) clock = eh_virtual_clock_new (0);
  g_autoptr (GString) log = g_string_new (NULL);
  Work a = { log, 'a', .schedules = 5 }, b = { log, 'b', .sleeps = 10 }, c = { log, 'c' };

  g_test_summary ("Work may schedule more, and may sleep, which moves the time on for everybody");

  schedule (clock, 10, &a);
  schedule (clock, 20, &b);
  schedule (clock, 25, &c);
  eh_virtual_clock_advance (clock, 21);
  g_assert_cmpstr (log->str, ==, "a@10 a@15 b@20 c@25");
  g_assert_cmpint (eh_clock_now (EH_CLOCK (clock)), ==, 30);
}

static void
test_sleep (void)
{
  g_autoptr (EhVirtualClock) clock = eh_virtual_clock_new (0);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  Work a = { log, 'a' }, b = { log, 'b', .cancels = cancellable };

  g_test_summary ("Who sleeps moves the clock; scheduled work may cancel the sleep, which ends then");

  schedule (clock, 3, &a);
  g_assert_true (eh_clock_sleep (EH_CLOCK (clock), 5, cancellable, NULL));
  g_assert_cmpint (eh_clock_now (EH_CLOCK (clock)), ==, 5);
  schedule (clock, 8, &b);
  g_assert_false (eh_clock_sleep (EH_CLOCK (clock), 100, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (eh_clock_now (EH_CLOCK (clock)), ==, 8);
  g_assert_cmpstr (log->str, ==, "a@3 b@8");
}

static void
test_cancel_and_step (void)
{
  g_autoptr (EhVirtualClock) clock = eh_virtual_clock_new (0);
  g_autoptr (GString) log = g_string_new (NULL);
  Work a = { log, 'a' }, b = { log, 'b' }, c = { log, 'c' };
  guint first, second;

  g_test_summary ("What is cancelled does not run; stepping goes from work to work");

  first = schedule (clock, 10, &a);
  second = schedule (clock, 10, &b);
  schedule (clock, G_MAXINT64, &c);
  g_assert_cmpuint (first, !=, 0);
  g_assert_true (eh_virtual_clock_cancel (clock, first));
  g_assert_false (eh_virtual_clock_cancel (clock, first));
  g_assert_cmpint (a.n_destroyed, ==, 1);
  g_assert_true (eh_virtual_clock_step (clock));
  g_assert_cmpstr (log->str, ==, "b@10");
  g_assert_false (eh_virtual_clock_cancel (clock, second));
  g_assert_true (eh_virtual_clock_step (clock));
  g_assert_false (eh_virtual_clock_step (clock));
  g_assert_cmpint (eh_clock_now (EH_CLOCK (clock)), ==, G_MAXINT64);
  eh_virtual_clock_advance (clock, G_MAXINT64);
  g_assert_cmpint (eh_clock_now (EH_CLOCK (clock)), ==, G_MAXINT64);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/virtual-clock/order", test_order);
  g_test_add_func ("/virtual-clock/late", test_late);
  g_test_add_func ("/virtual-clock/within", test_within);
  g_test_add_func ("/virtual-clock/sleep", test_sleep);
  g_test_add_func ("/virtual-clock/cancel-and-step", test_cancel_and_step);
  return g_test_run ();
}
