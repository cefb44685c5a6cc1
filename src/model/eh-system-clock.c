/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-system-clock.h"

struct _EhSystemClock {
  GObject parent_instance;
};

static gint64
eh_system_clock_now (EhClock *clock)
{
  return g_get_real_time ();
}

/* The milliseconds to wait for in one poll, rounded up so that the wait is never too short. */
static gint
poll_timeout (gint64 left)
{
  return (gint) MIN ((left + 999) / 1000, G_MAXINT / 2);
}

/*
 * Polls the cancellable's file descriptor: a handler connected to the cancellable could deadlock with one that
 * cancels from inside another handler.
 */
static gboolean
eh_system_clock_sleep (EhClock *clock, gint64 interval, GCancellable *cancellable, GError **error)
{
  const gint64 now = g_get_monotonic_time ();
  const gint64 end = interval < G_MAXINT64 - now ? now + interval : G_MAXINT64;
  GPollFD fd = { .fd = -1 };
  const guint n_fds = g_cancellable_make_pollfd (cancellable, &fd) ? 1 : 0;
  gint64 left = interval;

  if (n_fds == 0 && cancellable == NULL && interval < 1000)
    {
      g_usleep ((gulong) interval);
      return TRUE;
    }

  while (left > 0 && !g_cancellable_is_cancelled (cancellable))
    {
      g_poll (&fd, n_fds, poll_timeout (left));
      left = end - g_get_monotonic_time ();
    }

  if (n_fds > 0)
    g_cancellable_release_fd (cancellable);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static void
eh_system_clock_iface_init (EhClockInterface *iface)
{
  iface->now = eh_system_clock_now;
  iface->sleep = eh_system_clock_sleep;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (EhSystemClock, eh_system_clock, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_CLOCK, eh_system_clock_iface_init))

static void
eh_system_clock_class_init (EhSystemClockClass *klass)
{
}

static void
eh_system_clock_init (EhSystemClock *self)
{
}

EhClock *
eh_system_clock_new (void)
{
  return g_object_new (EH_TYPE_SYSTEM_CLOCK, NULL);
}
