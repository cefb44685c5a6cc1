/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A thread that explores tells its lane when a run begins and ends: two atomic stores, no clock. A tick finds a run
 * in which no operation was done since the tick before and counts; a long run that moves is let alone. All of it
 * has to be fit for a signal handler, so lanes are a fixed table.
 */

#include "scenarios/eh-explorer-private.h"
#include "scenarios/eh-simulation-watch-private.h"
#include "scenarios/eh-trial-struct-private.h"

#include <signal.h>
#include <string.h>

/* A job that samples has two experiments while it begins; one more is the caller's, who shrinks and shows. */
#define LANES_MAX (2 * EH_EXPLORE_JOBS_MAX + 1)
#define SIGNAL_STACK_SIZE (64 * 1024)

struct _EhWatchLane {
  gint taken;      /* (atomic) */
  EhWorld *world;  /* (atomic) (nullable): that is running; whose it is does not matter here */
  EhTrial *trial;  /* (atomic) (nullable): whose world it is */
  gint prepares;   /* (atomic): no world is there yet */
  guint n_runs;    /* (atomic) */
  guint seen;      /* n_runs at the last tick */
  guint seen_ops;  /* the world's operations at the last tick */
  guint ticks;     /* in which no operation was done */
  gpointer stack;  /* (owned) (nullable) */
  GThread *thread; /* (unowned) (nullable): whose stack it is */
};

struct _EhSimulationWatch {
  EhWatchLane lanes[LANES_MAX];
};

EhSimulationWatch *
eh_simulation_watch_new (void)
{
  return g_new0 (EhSimulationWatch, 1);
}

void
eh_simulation_watch_free (EhSimulationWatch *self)
{
  g_return_if_fail (self != NULL);

  for (guint i = 0; i < LANES_MAX; i++)
    g_free (self->lanes[i].stack);
  g_free (self);
}

/* A program that has a stack for signals keeps it. */
static void
give_signal_stack (EhWatchLane *self)
{
  stack_t stack = { .ss_flags = 0 };

  if (sigaltstack (NULL, &stack) != 0 || (stack.ss_flags & SS_DISABLE) == 0)
    return;
  if (self->stack == NULL)
    self->stack = g_malloc (SIGNAL_STACK_SIZE);
  stack = (stack_t){ .ss_sp = self->stack, .ss_size = SIGNAL_STACK_SIZE };
  self->thread = sigaltstack (&stack, NULL) == 0 ? g_thread_self () : NULL;
}

EhWatchLane *
eh_simulation_watch_open (EhSimulationWatch *self)
{
  for (guint i = 0; self != NULL && i < LANES_MAX; i++)
    {
      if (!g_atomic_int_compare_and_exchange (&self->lanes[i].taken, FALSE, TRUE))
        continue;
      give_signal_stack (&self->lanes[i]);
      return &self->lanes[i];
    }
  return NULL;
}

void
eh_watch_lane_close (EhWatchLane *self)
{
  const stack_t none = { .ss_flags = SS_DISABLE };

  if (self == NULL)
    return;
  eh_watch_lane_leave (self);
  if (self->thread == g_thread_self ())
    {
      sigaltstack (&none, NULL);
      self->thread = NULL;
    }
  /* A lane whose stack another thread still stands on is not given to anybody else. */
  if (self->thread == NULL)
    g_atomic_int_set (&self->taken, FALSE);
}

void
eh_watch_lane_enter (EhWatchLane *self, EhTrial *trial)
{
  if (self == NULL)
    return;
  g_atomic_int_inc (&self->n_runs);
  g_atomic_pointer_set (&self->trial, trial);
  g_atomic_pointer_set (&self->world, eh_trial_get_world (trial));
}

void
eh_watch_lane_prepare (EhWatchLane *self)
{
  if (self == NULL)
    return;
  g_atomic_int_inc (&self->n_runs);
  g_atomic_int_set (&self->prepares, TRUE);
}

void
eh_watch_lane_leave (EhWatchLane *self)
{
  if (self == NULL)
    return;
  g_atomic_pointer_set (&self->world, NULL);
  g_atomic_int_set (&self->prepares, FALSE);
}

typedef struct {
  char *text;
  gsize size;
  gsize used;
} Text;

/* By hand, for a signal handler may not print into a string, nor allocate: either may be what was interrupted. */
static void
append (Text *self, const char *text)
{
  while (*text != '\0' && self->used + 1 < self->size)
    self->text[self->used++] = *text++;
  if (self->used < self->size)
    self->text[self->used] = '\0';
}

static void
append_number (Text *self, guint number)
{
  char digits[sizeof "4294967295"] = { 0 };
  guint at = sizeof digits - 1;

  do
    {
      digits[--at] = (char) ('0' + number % 10);
      number /= 10;
    }
  while (number > 0);
  append (self, digits + at);
}

/* The type of the command, where there is one: looking it up only reads. */
static void
append_command (Text *self, EhTrial *trial, guint task, guint step)
{
  const EhTrialStep *record = eh_trial_find_record (trial, task, step);

  if (record == NULL)
    return;
  append (self, " (");
  append (self, eh_trial_get_step_type (record));
  append (self, ")");
}

static void
describe (EhWatchLane *lane, EhWorld *world, char *buffer, gsize size)
{
  Text text = { buffer, size, 0 };
  guint task;

  if (world == NULL)
    {
      append (&text, "what is given");
      return;
    }
  task = eh_world_get_running (world);
  if (task >= eh_world_get_n_tasks (world))
    {
      append (&text, "no client");
      return;
    }
  append (&text, "client ");
  append (&text, eh_world_get_task_name (world, task));
  append (&text, ", step ");
  append_number (&text, eh_world_get_step (world) + 1);
  append_command (&text, g_atomic_pointer_get (&lane->trial), task, eh_world_get_step (world));
}

gboolean
eh_simulation_watch_tick (EhSimulationWatch *self, guint limit, char *buffer, gsize size)
{
  g_return_val_if_fail (self != NULL, FALSE);

  for (guint i = 0; i < LANES_MAX; i++)
    {
      EhWatchLane *lane = &self->lanes[i];
      EhWorld *world = g_atomic_pointer_get (&lane->world);
      guint n_runs = (guint) g_atomic_int_get (&lane->n_runs);
      guint n_ops = world != NULL ? eh_world_get_n_ops (world) : 0;
      gboolean is_busy = world != NULL || g_atomic_int_get (&lane->prepares);
      gboolean stands = is_busy && n_runs == lane->seen && n_ops == lane->seen_ops;

      lane->ticks = stands ? lane->ticks + 1 : 0;
      lane->seen = n_runs;
      lane->seen_ops = n_ops;
      if (lane->ticks < limit || !is_busy)
        continue;
      describe (lane, world, buffer, size);
      return TRUE;
    }
  return FALSE;
}

gboolean
eh_simulation_watch_owns_guard (EhSimulationWatch *self, gconstpointer address, char *buffer, gsize size)
{
  g_return_val_if_fail (self != NULL, FALSE);

  for (guint i = 0; i < LANES_MAX; i++)
    {
      EhWorld *world = g_atomic_pointer_get (&self->lanes[i].world);

      if (world == NULL || !eh_world_owns_guard (world, address))
        continue;
      describe (&self->lanes[i], world, buffer, size);
      return TRUE;
    }
  return FALSE;
}
