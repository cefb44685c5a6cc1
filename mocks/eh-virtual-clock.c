/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-virtual-clock.h"

#include "model/eh-lock-private.h"

typedef struct {
  gint64 at;
  guint id;
  EhVirtualClockFunc func;
  gpointer user_data;
  GDestroyNotify destroy; /* (nullable) */
} ScheduledWork;

struct _EhVirtualClock {
  GObject parent_instance;

  EhLock lock;
  gint64 now;    /* (mutex lock) */
  guint last_id; /* (mutex lock) */
  GQueue works;  /* (element-type ScheduledWork) (owned) (mutex lock): by time, then by id */
};

static void eh_virtual_clock_clock_init (EhClockInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhVirtualClock, eh_virtual_clock, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_CLOCK, eh_virtual_clock_clock_init))

static void
scheduled_work_free (gpointer data)
{
  ScheduledWork *self = data;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self);
}

/* The first work that is due at @until, taken out; the time is its own then. */
static ScheduledWork *
take_due (EhVirtualClock *self, gint64 until)
{
  ScheduledWork *work;

  eh_lock (&self->lock);
  work = g_queue_peek_head (&self->works);
  if (work != NULL && work->at <= until)
    {
      g_queue_pop_head (&self->works);
      self->now = MAX (self->now, work->at);
    }
  else
    work = NULL;
  eh_unlock (&self->lock);
  return work;
}

static void
run_work (EhVirtualClock *self, ScheduledWork *work)
{
  work->func (self, work->user_data);
  scheduled_work_free (work);
}

static void
reach (EhVirtualClock *self, gint64 time)
{
  eh_lock (&self->lock);
  self->now = MAX (self->now, time);
  eh_unlock (&self->lock);
}

static gint64
eh_virtual_clock_now (EhClock *clock)
{
  EhVirtualClock *self = EH_VIRTUAL_CLOCK (clock);
  gint64 now;

  eh_lock (&self->lock);
  now = self->now;
  eh_unlock (&self->lock);
  return now;
}

/* Scheduled work may cancel the sleeper, who then wakes up at that time. */
static gboolean
move_on (EhVirtualClock *self, gint64 interval, GCancellable *cancellable, GError **error)
{
  gint64 now = eh_virtual_clock_now (EH_CLOCK (self));
  gint64 until = now > 0 && interval > G_MAXINT64 - now ? G_MAXINT64 : now + interval;
  ScheduledWork *work;

  while ((work = take_due (self, until)) != NULL)
    {
      run_work (self, work);
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
    }
  reach (self, until);
  return TRUE;
}

static gboolean
eh_virtual_clock_sleep (EhClock *clock, gint64 interval, GCancellable *cancellable, GError **error)
{
  return move_on (EH_VIRTUAL_CLOCK (clock), interval, cancellable, error);
}

static void
eh_virtual_clock_clock_init (EhClockInterface *iface)
{
  iface->now = eh_virtual_clock_now;
  iface->sleep = eh_virtual_clock_sleep;
}

static void
eh_virtual_clock_finalize (GObject *object)
{
  EhVirtualClock *self = EH_VIRTUAL_CLOCK (object);

  g_queue_clear_full (&self->works, scheduled_work_free);
  eh_lock_clear (&self->lock);
  G_OBJECT_CLASS (eh_virtual_clock_parent_class)->finalize (object);
}

static void
eh_virtual_clock_class_init (EhVirtualClockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_virtual_clock_finalize;
}

static void
eh_virtual_clock_init (EhVirtualClock *self)
{
  eh_lock_init (&self->lock);
  g_queue_init (&self->works);
}

EhVirtualClock *
eh_virtual_clock_new (gint64 start)
{
  EhVirtualClock *self = g_object_new (EH_TYPE_VIRTUAL_CLOCK, NULL);

  self->now = start;
  return self;
}

void
eh_virtual_clock_advance (EhVirtualClock *self, gint64 interval)
{
  g_return_if_fail (EH_IS_VIRTUAL_CLOCK (self));
  g_return_if_fail (interval >= 0);

  move_on (self, interval, NULL, NULL);
}

gboolean
eh_virtual_clock_step (EhVirtualClock *self)
{
  ScheduledWork *work;

  g_return_val_if_fail (EH_IS_VIRTUAL_CLOCK (self), FALSE);

  work = take_due (self, G_MAXINT64);
  if (work == NULL)
    return FALSE;
  run_work (self, work);
  return TRUE;
}

static gint
compare_works (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const ScheduledWork *first = a;
  const ScheduledWork *second = b;

  if (first->at != second->at)
    return first->at < second->at ? -1 : 1;
  return first->id < second->id ? -1 : 1;
}

guint
eh_virtual_clock_schedule (EhVirtualClock *self, gint64 at, EhVirtualClockFunc func, gpointer user_data,
                           GDestroyNotify destroy)
{
  ScheduledWork *work;
  guint id;

  g_return_val_if_fail (EH_IS_VIRTUAL_CLOCK (self), 0);
  g_return_val_if_fail (func != NULL, 0);

  work = g_new0 (ScheduledWork, 1);
  work->at = at;
  work->func = func;
  work->user_data = user_data;
  work->destroy = destroy;
  eh_lock (&self->lock);
  work->id = id = ++self->last_id;
  g_queue_insert_sorted (&self->works, work, compare_works, NULL);
  eh_unlock (&self->lock);
  return id;
}

static GList *
find_work (EhVirtualClock *self, guint id)
{
  for (GList *link = self->works.head; link != NULL; link = link->next)
    {
      if (((ScheduledWork *) link->data)->id == id)
        return link;
    }
  return NULL;
}

gboolean
eh_virtual_clock_cancel (EhVirtualClock *self, guint id)
{
  ScheduledWork *work = NULL;
  GList *link;

  g_return_val_if_fail (EH_IS_VIRTUAL_CLOCK (self), FALSE);

  eh_lock (&self->lock);
  link = find_work (self, id);
  if (link != NULL)
    {
      work = link->data;
      g_queue_delete_link (&self->works, link);
    }
  eh_unlock (&self->lock);
  if (work == NULL)
    return FALSE;
  scheduled_work_free (work);
  return TRUE;
}

guint
eh_virtual_clock_get_n_scheduled (EhVirtualClock *self)
{
  guint n;

  g_return_val_if_fail (EH_IS_VIRTUAL_CLOCK (self), 0);

  eh_lock (&self->lock);
  n = self->works.length;
  eh_unlock (&self->lock);
  return n;
}
