/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-fixed-clock.h"

#include "eh-lock-private.h"

struct _EhFixedClock {
  GObject parent_instance;

  EhLock lock;
  gint64 now; /* (mutex lock) */
};

static gint64
eh_fixed_clock_now (EhClock *clock)
{
  EhFixedClock *self = EH_FIXED_CLOCK (clock);
  gint64 now;

  eh_lock (&self->lock);
  now = self->now;
  eh_unlock (&self->lock);
  return now;
}

static gboolean
eh_fixed_clock_sleep (EhClock *clock, gint64 interval, GCancellable *cancellable, GError **error)
{
  eh_fixed_clock_advance (EH_FIXED_CLOCK (clock), interval);
  return TRUE;
}

static void
eh_fixed_clock_iface_init (EhClockInterface *iface)
{
  iface->now = eh_fixed_clock_now;
  iface->sleep = eh_fixed_clock_sleep;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (EhFixedClock, eh_fixed_clock, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_CLOCK, eh_fixed_clock_iface_init))

static void
eh_fixed_clock_finalize (GObject *object)
{
  EhFixedClock *self = EH_FIXED_CLOCK (object);

  eh_lock_clear (&self->lock);
  G_OBJECT_CLASS (eh_fixed_clock_parent_class)->finalize (object);
}

static void
eh_fixed_clock_class_init (EhFixedClockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_fixed_clock_finalize;
}

static void
eh_fixed_clock_init (EhFixedClock *self)
{
  eh_lock_init (&self->lock);
  self->now = EH_FIXED_CLOCK_START;
}

EhFixedClock *
eh_fixed_clock_new (gint64 start)
{
  EhFixedClock *self = g_object_new (EH_TYPE_FIXED_CLOCK, NULL);

  self->now = start;
  return self;
}

void
eh_fixed_clock_set (EhFixedClock *self, gint64 now)
{
  g_return_if_fail (EH_IS_FIXED_CLOCK (self));

  eh_lock (&self->lock);
  self->now = now;
  eh_unlock (&self->lock);
}

void
eh_fixed_clock_advance (EhFixedClock *self, gint64 interval)
{
  g_return_if_fail (EH_IS_FIXED_CLOCK (self));

  eh_lock (&self->lock);
  self->now += interval;
  eh_unlock (&self->lock);
}
