/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A thread that explores tells its lane when a run begins and ends, and the run's world when it has done an operation:
 * atomic stores, no lock, no clock. The watch's own thread looks once a second: a lane in which nothing has happened
 * since the look before is counted, and a long run that moves is let alone. So it is looks that count and not time: a
 * program that was stopped meanwhile, or got no processor, is not blamed for it. Only when the count is full is the
 * world itself looked at; it has stood still so long that it is there.
 *
 * Whoever is stuck may hold any lock, the allocator's too, and who recursed is in a signal handler. So what is said is
 * put together without either, and lanes are a fixed table.
 */

#include "model/eh-lock-private.h"
#include "scenarios/eh-explorer-private.h"
#include "scenarios/eh-simulation-watch-private.h"
#include "scenarios/eh-trial-struct-private.h"

#include <signal.h>
#include <string.h>

#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif
#ifndef RUNNING_ON_VALGRIND
#define RUNNING_ON_VALGRIND 0
#endif

/* Who stands still writes nothing; but ThreadSanitizer cannot know that. */
#ifdef EH_LOCK_PTHREAD
void AnnotateIgnoreReadsBegin (const char *file, int line);
void AnnotateIgnoreReadsEnd (const char *file, int line);
#else
#define AnnotateIgnoreReadsBegin(file, line) ((void) 0)
#define AnnotateIgnoreReadsEnd(file, line) ((void) 0)
#endif

/* A job that samples has two experiments while it begins; one more is the caller's, who shrinks and shows. */
#define LANES_MAX (2 * EH_EXPLORE_JOBS_MAX + 1)
#define SIGNAL_STACK_SIZE (64 * 1024)
/* A longer name is cut. */
#define SAID_MAX 256

#define LOOKS 10
/* What takes a second takes twenty under valgrind. */
#define LOOKS_UNDER_VALGRIND 20

struct _EhWatchLane {
  gint taken;       /* (atomic) */
  EhWorld *world;   /* (atomic) (nullable): that is running; whose it is does not matter here */
  EhTrial *trial;   /* (atomic) (nullable): whose world it is */
  gint prepares;    /* (atomic): no world is there yet */
  guint n_runs;     /* (atomic) */
  guint pulse;      /* (atomic): the world's */
  guint seen_runs;  /* (mutex lock): n_runs at the last look */
  guint seen_pulse; /* (mutex lock) */
  guint looks;      /* (mutex lock): in which nothing had happened */
  gpointer stack;   /* (owned) (nullable) */
  GThread *thread;  /* (unowned) (nullable): whose stack it is */
  char apart[64];   /* what two jobs write is never in one line of the cache */
};

struct _EhSimulationWatch {
  EhSimulationStuck stuck; /* immutable after construct, as are the next two */
  gpointer user_data;
  guint patience; /* looks */
  EhLock lock;
  EhCond cond;
  gboolean is_over;        /* (mutex lock) */
  GThread *thread;         /* (owned): looks */
  struct sigaction before; /* of SIGSEGV, until the watch came */
  struct sigaction before_bus;
  EhWatchLane lanes[LANES_MAX];
};

/* (atomic) (nullable): the watch whose stacks the handler of SIGSEGV knows: it has nothing else to go by. */
static EhSimulationWatch *guard;

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
  eh_world_set_pulse (eh_trial_get_world (trial), &self->pulse);
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
  EhWorld *world = NULL;

  if (self == NULL)
    return;
  world = g_atomic_pointer_get (&self->world);
  if (world != NULL)
    eh_world_set_pulse (world, NULL);
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

/* ---- who does not return ---- */

/* Returns: whether it has stood still for @patience looks */
static gboolean
look_at_lane (EhWatchLane *self, guint patience)
{
  guint n_runs = (guint) g_atomic_int_get (&self->n_runs);
  guint pulse = __atomic_load_n (&self->pulse, __ATOMIC_RELAXED);
  gboolean is_busy = g_atomic_pointer_get (&self->world) != NULL || g_atomic_int_get (&self->prepares);
  gboolean stands = is_busy && n_runs == self->seen_runs && pulse == self->seen_pulse;

  self->looks = stands ? self->looks + 1 : 0;
  self->seen_runs = n_runs;
  self->seen_pulse = pulse;
  return is_busy && self->looks >= patience;
}

gboolean
eh_simulation_watch_look (EhSimulationWatch *self, guint patience, char *buffer, gsize size)
{
  EhWatchLane *stuck = NULL;

  eh_lock (&self->lock);
  for (guint i = 0; i < LANES_MAX; i++)
    if (look_at_lane (&self->lanes[i], patience) && stuck == NULL)
      stuck = &self->lanes[i];
  eh_unlock (&self->lock);
  if (stuck == NULL)
    return FALSE;
  AnnotateIgnoreReadsBegin (__FILE__, __LINE__);
  describe (stuck, g_atomic_pointer_get (&stuck->world), buffer, size);
  AnnotateIgnoreReadsEnd (__FILE__, __LINE__);
  return TRUE;
}

static void
say (EhSimulationWatch *self, char *who, gsize size, const char *what)
{
  Text text = { who, size, strlen (who) };

  append (&text, what);
  self->stuck (who, self->user_data);
}

/* FALSE if there is no more to look at. */
static gboolean
wait_a_second (EhSimulationWatch *self)
{
  gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC;
  gboolean is_over;

  eh_lock (&self->lock);
  while (!self->is_over && eh_cond_wait_until (&self->cond, &self->lock, end))
    continue;
  is_over = self->is_over;
  eh_unlock (&self->lock);
  return !is_over;
}

static gpointer
keep_looking (gpointer data)
{
  EhSimulationWatch *self = data;
  char who[SAID_MAX];

  while (wait_a_second (self))
    if (eh_simulation_watch_look (self, self->patience, who, sizeof who))
      say (self, who, sizeof who, ": the handler does not return: it blocks or loops");
  return NULL;
}

/* ---- who recurses ---- */

static gboolean
find_guard (EhSimulationWatch *self, gconstpointer address, char *buffer, gsize size)
{
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

/* Another crash is no business of ours: the instruction is tried again with the handler that was there before. */
static void
on_fault (int number, siginfo_t *info, void *context)
{
  EhSimulationWatch *self = g_atomic_pointer_get (&guard);
  char who[SAID_MAX];

  if (self == NULL)
    return;
  if (find_guard (self, info->si_addr, who, sizeof who))
    say (self, who, sizeof who, ": the handler recursed through its stack");
  sigaction (number, number == SIGBUS ? &self->before_bus : &self->before, NULL);
}

static void
begin_guard (EhSimulationWatch *self)
{
  struct sigaction action = { .sa_flags = SA_SIGINFO | SA_ONSTACK };

  if (!g_atomic_pointer_compare_and_exchange (&guard, NULL, self))
    return;
  sigemptyset (&action.sa_mask);
  action.sa_sigaction = on_fault;
  sigaction (SIGSEGV, &action, &self->before);
  sigaction (SIGBUS, &action, &self->before_bus);
}

static void
end_guard (EhSimulationWatch *self)
{
  if (g_atomic_pointer_get (&guard) != self)
    return;
  sigaction (SIGSEGV, &self->before, NULL);
  sigaction (SIGBUS, &self->before_bus, NULL);
  g_atomic_pointer_set (&guard, NULL);
}

/* ---- the watch ---- */

static guint
get_patience (void)
{
  const char *text = g_getenv ("EVENTHUS_PATIENCE");
  guint64 seconds = LOOKS;

  if (text != NULL)
    g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT / LOOKS_UNDER_VALGRIND, &seconds, NULL);
  return (guint) seconds * (RUNNING_ON_VALGRIND ? LOOKS_UNDER_VALGRIND : 1);
}

EhSimulationWatch *
eh_simulation_watch_new (EhSimulationStuck stuck, gpointer user_data)
{
  EhSimulationWatch *self = NULL;

  g_return_val_if_fail (stuck != NULL, NULL);

  self = g_new0 (EhSimulationWatch, 1);
  self->stuck = stuck;
  self->user_data = user_data;
  self->patience = get_patience ();
  eh_lock_init (&self->lock);
  eh_cond_init (&self->cond);
  begin_guard (self);
  self->thread = g_thread_new ("simulation-watch", keep_looking, self);
  return self;
}

void
eh_simulation_watch_free (EhSimulationWatch *self)
{
  g_return_if_fail (self != NULL);

  eh_lock (&self->lock);
  self->is_over = TRUE;
  eh_cond_signal (&self->cond);
  eh_unlock (&self->lock);
  g_thread_join (self->thread);
  end_guard (self);
  for (guint i = 0; i < LANES_MAX; i++)
    g_free (self->lanes[i].stack);
  eh_cond_clear (&self->cond);
  eh_lock_clear (&self->lock);
  g_free (self);
}
