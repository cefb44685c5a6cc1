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

/*
 * With a cancellable the wait is cut into slices, after each of which the cancellable is looked at. A handler connected
 * to it could deadlock with one that cancels from inside another handler, and its file descriptor costs one of
 * the process's for a wait that is short anyway.
 */
#define SLICE (10 * G_TIME_SPAN_MILLISECOND)

static gboolean
eh_system_clock_sleep (EhClock *clock, gint64 interval, GCancellable *cancellable, GError **error)
{
  const gint64 now = g_get_monotonic_time ();
  const gint64 end = interval < G_MAXINT64 - now ? now + interval : G_MAXINT64;

  for (gint64 left = interval; left > 0; left = end - g_get_monotonic_time ())
    {
      g_usleep ((gulong) (cancellable != NULL ? MIN (left, SLICE) : MIN (left, G_TIME_SPAN_HOUR)));
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
    }
  return TRUE;
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
