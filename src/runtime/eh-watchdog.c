/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-watchdog-private.h"

#include "model/eh-lock-private.h"

struct _EhWatchdog {
  EhLock lock;
  EhCond changed;
  gint64 end;
  gboolean is_over;          /* (mutex lock) */
  GCancellable *cancellable; /* (owned) (nullable) */
  GThread *thread;           /* (owned) (nullable) */
};

static gpointer
watch (gpointer data)
{
  EhWatchdog *self = data;
  gboolean is_over;

  eh_lock (&self->lock);
  while (!self->is_over && g_get_monotonic_time () < self->end)
    eh_cond_wait_until (&self->changed, &self->lock, self->end);
  is_over = self->is_over;
  eh_unlock (&self->lock);
  if (!is_over)
    g_cancellable_cancel (self->cancellable);
  return NULL;
}

EhWatchdog *
eh_watchdog_new (gint64 timeout)
{
  EhWatchdog *self = g_new0 (EhWatchdog, 1);
  gint64 now = g_get_monotonic_time ();

  eh_lock_init (&self->lock);
  eh_cond_init (&self->changed);
  if (timeout < 0)
    return self;
  self->end = timeout < G_MAXINT64 - now ? now + timeout : G_MAXINT64;
  self->cancellable = g_cancellable_new ();
  if (timeout == 0)
    g_cancellable_cancel (self->cancellable);
  else
    self->thread = g_thread_new ("eh-watchdog", watch, self);
  return self;
}

void
eh_watchdog_free (EhWatchdog *self)
{
  if (self == NULL)
    return;
  eh_lock (&self->lock);
  self->is_over = TRUE;
  eh_cond_broadcast (&self->changed);
  eh_unlock (&self->lock);
  if (self->thread != NULL)
    g_thread_join (self->thread);
  g_clear_object (&self->cancellable);
  eh_cond_clear (&self->changed);
  eh_lock_clear (&self->lock);
  g_free (self);
}

GCancellable *
eh_watchdog_get_cancellable (EhWatchdog *self)
{
  return self->cancellable;
}
