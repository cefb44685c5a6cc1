/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-ordered-jobs-private.h"

#include "model/eh-lock-private.h"

/* How far units may be ahead of the next one to be merged: what memory there is for those that wait. */
#define WINDOW 64

typedef struct _Run Run;

typedef struct {
  Run *run;
  GThread *thread;  /* (owned) (nullable): the first is the caller's */
  gboolean working; /* (run's lock) */
  guint64 unit;     /* (run's lock) */
  gint abandoned;   /* (atomic): its unit will not be needed */
} Worker;

struct _Run {
  const EhOrderedJobs *jobs;
  gpointer user_data;
  Worker *workers; /* (owned) */
  guint n_workers;

  EhLock lock;
  EhCond cond;
  guint64 n_units;          /* (lock): becomes smaller when a last one is found */
  guint64 next;             /* (lock): to be taken */
  guint64 n_merged;         /* (lock) */
  gpointer waiting[WINDOW]; /* (lock): done, not merged */
  guint n_active;           /* (lock): workers that have not ended */
};

/* Units from @n_units on are not needed any more. (lock) */
static void
limit_units (Run *self, guint64 n_units)
{
  if (n_units >= self->n_units)
    return;
  self->n_units = n_units;
  for (guint i = 0; i < self->n_workers; i++)
    if (self->workers[i].working && self->workers[i].unit >= n_units)
      g_atomic_int_set (&self->workers[i].abandoned, TRUE);
}

/* (lock) */
static void
wait_a_while (Run *self, Worker *worker)
{
  if (worker != &self->workers[0])
    {
      eh_cond_wait (&self->cond, &self->lock);
      return;
    }
  if (eh_cond_wait_until (&self->cond, &self->lock, g_get_monotonic_time () + G_USEC_PER_SEC / 4))
    return;
  eh_unlock (&self->lock);
  self->jobs->tick (self->user_data);
  eh_lock (&self->lock);
}

static gboolean
take_unit (Run *self, Worker *worker)
{
  eh_lock (&self->lock);
  while (self->next < self->n_units && self->next - self->n_merged >= WINDOW)
    wait_a_while (self, worker);
  worker->working = self->next < self->n_units;
  if (worker->working)
    worker->unit = self->next++;
  eh_unlock (&self->lock);
  return worker->working;
}

/* (lock) */
static void
merge_what_can_be (Run *self, gpointer job)
{
  gpointer *result = &self->waiting[self->n_merged % WINDOW];

  while (*result != NULL && self->n_merged < self->n_units)
    {
      if (!self->jobs->merge (self->user_data, job, self->n_merged, g_steal_pointer (result)))
        limit_units (self, self->n_merged + 1);
      self->n_merged++;
      result = &self->waiting[self->n_merged % WINDOW];
    }
}

static void
put_result (Run *self, Worker *worker, gpointer job, gpointer result, gboolean is_last)
{
  eh_lock (&self->lock);
  worker->working = FALSE;
  if (worker->unit >= self->n_units)
    {
      self->jobs->discard (result);
    }
  else
    {
      self->waiting[worker->unit % WINDOW] = result;
      if (is_last)
        limit_units (self, worker->unit + 1);
      merge_what_can_be (self, job);
    }
  eh_cond_broadcast (&self->cond);
  eh_unlock (&self->lock);
}

static gpointer
work (gpointer data)
{
  Worker *worker = data;
  Run *self = worker->run;
  gpointer job = self->jobs->begin (self->user_data, worker == &self->workers[0]);

  while (take_unit (self, worker))
    {
      gboolean is_last = FALSE;
      gpointer result = self->jobs->work (self->user_data, job, worker->unit, &worker->abandoned, &is_last);

      put_result (self, worker, job, result, is_last);
    }
  self->jobs->end (self->user_data, job);
  eh_lock (&self->lock);
  self->n_active--;
  eh_cond_broadcast (&self->cond);
  eh_unlock (&self->lock);
  return NULL;
}

static void
wait_for_others (Run *self)
{
  eh_lock (&self->lock);
  while (self->n_active > 0)
    wait_a_while (self, &self->workers[0]);
  eh_unlock (&self->lock);
  for (guint i = 1; i < self->n_workers; i++)
    g_thread_join (self->workers[i].thread);
}

void
eh_ordered_jobs_run (const EhOrderedJobs *jobs, gpointer user_data, guint n_threads, guint64 n_units)
{
  Run self = { .jobs = jobs, .user_data = user_data, .n_units = n_units };

  self.n_workers = self.n_active = MAX (1, MIN (n_units, n_threads));
  self.workers = g_new0 (Worker, self.n_workers);
  eh_lock_init (&self.lock);
  eh_cond_init (&self.cond);
  for (guint i = 0; i < self.n_workers; i++)
    self.workers[i].run = &self;
  for (guint i = 1; i < self.n_workers; i++)
    self.workers[i].thread = g_thread_new ("explore", work, &self.workers[i]);
  work (&self.workers[0]);
  wait_for_others (&self);
  for (guint i = 0; i < WINDOW; i++)
    if (self.waiting[i] != NULL)
      jobs->discard (self.waiting[i]);
  eh_cond_clear (&self.cond);
  eh_lock_clear (&self.lock);
  g_free (self.workers);
}
