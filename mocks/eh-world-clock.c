/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-world-struct-private.h"

/*
 * The clock that tasks see. Time stands still while anybody can go on, so what a task reads depends on its own sleeps
 * alone, and reading is no operation. A clock that jumps does so for one node only, for the same reason.
 */

#define EH_WORLD_JUMP (60 * G_TIME_SPAN_MINUTE)
#define EH_WORLD_MOMENT (10 * G_TIME_SPAN_MILLISECOND)

struct _EhWorldClock {
  GObject parent_instance;

  EhWorld *world; /* (unowned) */
};

static void eh_world_clock_iface_init (EhClockInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhWorldClock, eh_world_clock, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_CLOCK, eh_world_clock_iface_init))

/* Time has an end, which nobody comes to: who sleeps till then is not woken. */
static gint64
eh_world_later (EhWorld *self, gint64 interval)
{
  return interval < G_MAXINT64 - self->now ? self->now + interval : G_MAXINT64;
}

static gint64
eh_world_clock_now (EhClock *clock)
{
  EhWorld *self = ((EhWorldClock *) (gpointer) clock)->world;

  return self->running != NULL ? self->now + self->running->skew : self->now;
}

static void
eh_world_leave_time (EhWorld *self, EhWorldTask *task, EhWorldStep *step, gint64 interval)
{
  if (step->fault.kind == EH_FAULT_CLOCK_JUMP)
    task->skew += EH_WORLD_JUMP;
  eh_world_leave (self, task, step, (guint64) interval);
}

static gboolean
eh_world_clock_sleep (EhClock *clock, gint64 interval, GCancellable *cancellable, GError **error)
{
  EhWorld *self = ((EhWorldClock *) (gpointer) clock)->world;
  EhWorldTask *task = eh_world_begin (self, EH_OP_SLEEP, NULL, 0);
  EhWorldStep step = { 0 };
  gboolean ok = FALSE;

  if (task == NULL)
    {
      self->now = eh_world_later (self, interval);
      return TRUE;
    }
  eh_world_task_touch (task, EH_RESOURCE_CLOCK, FALSE);
  task->wake = eh_world_later (self, interval);
  ok = eh_world_enter (self, task, 0, &step.fault, error);
  if (ok)
    eh_world_leave_time (self, task, &step, interval);
  return ok;
}

/* Others go on as long as they can; after them a moment passes, for those who sleep. */
static gboolean
eh_world_clock_give_way (EhClock *clock, GError **error)
{
  return eh_world_clock_sleep (clock, EH_WORLD_MOMENT, NULL, error);
}

void
eh_world_move_clock (EhWorld *self, gint64 interval)
{
  EhWorldTask *task = eh_world_begin (self, EH_OP_TIME, NULL, 0);
  EhWorldStep step = { 0 };

  if (task == NULL)
    {
      self->now = eh_world_later (self, interval);
      return;
    }
  eh_world_task_touch (task, EH_RESOURCE_CLOCK, TRUE);
  if (!eh_world_enter (self, task, 0, &step.fault, NULL))
    return;
  self->now = eh_world_later (self, interval);
  eh_world_leave_time (self, task, &step, interval);
}

static void
eh_world_clock_iface_init (EhClockInterface *iface)
{
  iface->now = eh_world_clock_now;
  iface->sleep = eh_world_clock_sleep;
  iface->give_way = eh_world_clock_give_way;
}

static void
eh_world_clock_class_init (EhWorldClockClass *klass)
{
}

static void
eh_world_clock_init (EhWorldClock *self)
{
}

EhClock *
eh_world_clock_new (EhWorld *world)
{
  EhWorldClock *self = g_object_new (EH_TYPE_WORLD_CLOCK, NULL);

  self->world = world;
  return EH_CLOCK (self);
}
