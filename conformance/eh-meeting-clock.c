/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-meeting-clock-private.h"

struct _EhMeetingClock {
  GObject parent_instance;

  EhLock lock;
  EhCond cond;
  guint n_inside;  /* (mutex lock) */
  guint n_most;    /* (mutex lock) */
  guint expected;  /* (mutex lock) */
  gint64 patience; /* (mutex lock): microseconds */
};

static void eh_meeting_clock_iface_init (EhClockInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhMeetingClock, eh_meeting_clock, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_CLOCK, eh_meeting_clock_iface_init))

static gint64
eh_meeting_clock_now (EhClock *clock)
{
  EhMeetingClock *self = EH_MEETING_CLOCK (clock);
  gint64 end = 0;

  eh_lock (&self->lock);
  end = g_get_monotonic_time () + self->patience;
  self->n_inside++;
  self->n_most = MAX (self->n_most, self->n_inside);
  eh_cond_broadcast (&self->cond);
  /* Who waited in vain keeps nobody else waiting. */
  while (self->n_most < self->expected)
    if (!eh_cond_wait_until (&self->cond, &self->lock, end))
      self->expected = 0;
  self->n_inside--;
  eh_unlock (&self->lock);
  return g_get_real_time ();
}

static gboolean
eh_meeting_clock_sleep (EhClock *clock, gint64 interval, GCancellable *cancellable, GError **error)
{
  if (interval > 0)
    g_usleep ((gulong) interval);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static void
eh_meeting_clock_iface_init (EhClockInterface *iface)
{
  iface->now = eh_meeting_clock_now;
  iface->sleep = eh_meeting_clock_sleep;
}

static void
eh_meeting_clock_finalize (GObject *object)
{
  EhMeetingClock *self = EH_MEETING_CLOCK (object);

  eh_cond_clear (&self->cond);
  eh_lock_clear (&self->lock);
  G_OBJECT_CLASS (eh_meeting_clock_parent_class)->finalize (object);
}

static void
eh_meeting_clock_class_init (EhMeetingClockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_meeting_clock_finalize;
}

static void
eh_meeting_clock_init (EhMeetingClock *self)
{
  eh_lock_init (&self->lock);
  eh_cond_init (&self->cond);
}

EhMeetingClock *
eh_meeting_clock_new (void)
{
  return g_object_new (EH_TYPE_MEETING_CLOCK, NULL);
}

void
eh_meeting_clock_expect (EhMeetingClock *self, guint n, gint64 patience)
{
  eh_lock (&self->lock);
  self->expected = n;
  self->patience = patience;
  eh_unlock (&self->lock);
}

guint
eh_meeting_clock_get_most (EhMeetingClock *self)
{
  guint n_most = 0;

  eh_lock (&self->lock);
  n_most = self->n_most;
  eh_unlock (&self->lock);
  return n_most;
}
