/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-worker-pool-private.h"

#include "model/eh-error.h"
#include "model/eh-lock-private.h"

/*
 * Each stream with something to do has a lane, a line of jobs. A lane is either ready (in the line of lanes that wait
 * for
 * a worker) or busy (a worker runs its first job), never both: that keeps the order. A worker takes the first
 * ready lane, runs one job and puts the lane to the end of the line if it has more, so that lanes take turns.
 * A lane without jobs is forgotten.
 *
 * Invariants, with the lock held:
 * 1. n_waiting is the number of jobs in lanes, and at most the limit.
 * 2. Jobs are parked only while n_waiting is at the limit; so nobody overtakes them, and once the lanes are
 *    empty nothing is parked.
 * 3. For each ready lane a worker is awake, or all are busy: whoever makes a lane ready wakes one, except a worker
 *    that will look itself.
 *
 * The threads keep the pool's memory, so that its owner may free it from within a job.
 */

/* How often somebody who waits looks at his cancellable, microseconds */
#define POLL_INTERVAL 20000

struct _EhPoolLane {
  EhStreamName *stream; /* (owned) */
  GQueue jobs;
  GList link; /* in the line of ready lanes */
  gboolean is_busy;
};

struct _EhWorkerPool {
  gatomicrefcount ref_count;
  EhPoolRunFunc run;
  gpointer user_data; /* (owned) by @destroy */
  GDestroyNotify destroy;
  guint limit;
  GHashTable *workers; /* (owned): a set of GThread (owned), so that no new one takes its place in memory; immutable */

  EhLock lock;
  EhCond work;        /* a lane is ready, or it is time to stop */
  EhCond room;        /* there is a place, or the pool is closed */
  EhCond idle;        /* nothing waits and nothing runs */
  GHashTable *lanes;  /* (mutex lock) (owned): EhStreamName -> EhPoolLane (owned) */
  GQueue ready;       /* (mutex lock): lanes */
  GQueue parked;      /* (mutex lock): jobs without a place */
  GPtrArray *threads; /* (mutex lock) (owned) (nullable): GThread (owned); NULL once somebody joins them */
  guint n_waiting;    /* (mutex lock) */
  guint n_running;    /* (mutex lock) */
  gboolean is_closed; /* (mutex lock) */
  gboolean is_ending; /* (mutex lock) */
};

static void
lane_free (gpointer data)
{
  EhPoolLane *lane = data;

  eh_stream_name_unref (lane->stream);
  g_free (lane);
}

static void
pool_unref (EhWorkerPool *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  self->destroy (self->user_data);
  g_hash_table_unref (self->lanes);
  g_hash_table_unref (self->workers);
  eh_cond_clear (&self->idle);
  eh_cond_clear (&self->room);
  eh_cond_clear (&self->work);
  eh_lock_clear (&self->lock);
  g_free (self);
}

/* Called with the lock held. */
static EhPoolLane *
get_lane (EhWorkerPool *self, EhStreamName *stream)
{
  EhPoolLane *lane = g_hash_table_lookup (self->lanes, stream);

  if (lane != NULL)
    return lane;
  lane = g_new0 (EhPoolLane, 1);
  lane->stream = eh_stream_name_ref (stream);
  lane->link.data = lane;
  g_queue_init (&lane->jobs);
  g_hash_table_insert (self->lanes, lane->stream, lane);
  return lane;
}

/* Called with the lock held. */
static void
place (EhWorkerPool *self, EhPoolJob *job)
{
  EhPoolLane *lane = get_lane (self, job->stream);

  job->lane = lane;
  g_queue_push_tail_link (&lane->jobs, &job->link);
  self->n_waiting++;
  if (lane->is_busy || lane->jobs.length > 1)
    return;
  g_queue_push_tail_link (&self->ready, &lane->link);
  eh_cond_signal (&self->work);
}

/* Called with the lock held, when a job has left its place. */
static void
give_place (EhWorkerPool *self)
{
  self->n_waiting--;
  if (self->parked.length > 0)
    place (self, g_queue_pop_head_link (&self->parked)->data);
  else
    eh_cond_signal (&self->room);
}

/* Called with the lock held. */
static EhPoolJob *
take_job (EhWorkerPool *self, EhPoolLane *lane)
{
  EhPoolJob *job = g_queue_pop_head_link (&lane->jobs)->data;

  lane->is_busy = TRUE;
  job->lane = NULL;
  job->has_started = TRUE;
  self->n_running++;
  give_place (self);
  return job;
}

/* Called with the lock held, when a job of @lane has run. */
static void
leave_lane (EhWorkerPool *self, EhPoolLane *lane)
{
  lane->is_busy = FALSE;
  if (lane->jobs.length > 0)
    g_queue_push_tail_link (&self->ready, &lane->link);
  else
    g_hash_table_remove (self->lanes, lane->stream);
  if (--self->n_running == 0 && self->n_waiting == 0)
    eh_cond_broadcast (&self->idle);
}

static gpointer
work (gpointer data)
{
  EhWorkerPool *self = data;

  eh_lock (&self->lock);
  for (;;)
    {
      EhPoolLane *lane;
      EhPoolJob *job;

      while (self->ready.length == 0 && !self->is_ending)
        eh_cond_wait (&self->work, &self->lock);
      if (self->ready.length == 0)
        break;
      lane = g_queue_pop_head_link (&self->ready)->data;
      job = take_job (self, lane);
      eh_unlock (&self->lock);
      self->run (job, self->user_data);
      eh_lock (&self->lock);
      leave_lane (self, lane);
    }
  eh_unlock (&self->lock);
  pool_unref (self);
  return NULL;
}

EhWorkerPool *
eh_worker_pool_new (guint n_workers, guint limit, EhPoolRunFunc run, gpointer user_data, GDestroyNotify destroy)
{
  EhWorkerPool *self = g_new0 (EhWorkerPool, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->run = run;
  self->user_data = user_data;
  self->destroy = destroy;
  self->limit = limit;
  self->workers = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) g_thread_unref, NULL);
  self->lanes = g_hash_table_new_full (eh_stream_name_hash, eh_stream_name_equal, NULL, lane_free);
  self->threads = g_ptr_array_new_with_free_func ((GDestroyNotify) g_thread_unref);
  eh_lock_init (&self->lock);
  eh_cond_init (&self->work);
  eh_cond_init (&self->room);
  eh_cond_init (&self->idle);

  eh_lock (&self->lock);
  for (guint i = 0; i < n_workers; i++)
    {
      GThread *thread;

      g_atomic_ref_count_inc (&self->ref_count);
      thread = g_thread_new ("eh-worker", work, self);
      g_ptr_array_add (self->threads, thread);
      g_hash_table_add (self->workers, g_thread_ref (thread));
    }
  eh_unlock (&self->lock);
  return self;
}

gboolean
eh_worker_pool_is_worker (EhWorkerPool *self)
{
  return g_hash_table_contains (self->workers, g_thread_self ());
}

/* Called with the lock held. */
static gboolean
wait_on (EhWorkerPool *self, EhCond *cond, GCancellable *cancellable, GError **error)
{
  if (cancellable == NULL)
    eh_cond_wait (cond, &self->lock);
  else
    eh_cond_wait_until (cond, &self->lock, g_get_monotonic_time () + POLL_INTERVAL);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* Called with the lock held. Who gives up passes on the signal that may have been meant for him. */
static gboolean
wait_for_room (EhWorkerPool *self, GCancellable *cancellable, GError **error)
{
  while (self->n_waiting >= self->limit && !self->is_closed)
    {
      if (!wait_on (self, &self->room, cancellable, error))
        {
          eh_cond_signal (&self->room);
          return FALSE;
        }
    }
  return TRUE;
}

/* Called with the lock held. */
static gboolean
accept (EhWorkerPool *self, EhPoolJob *job, GError **error)
{
  if (self->is_closed)
    {
      g_set_error_literal (error, EH_ERROR, EH_ERROR_CLOSED, "the command bus is closed");
      return FALSE;
    }
  if (self->n_waiting < self->limit)
    place (self, job);
  else
    g_queue_push_tail_link (&self->parked, &job->link);
  return TRUE;
}

gboolean
eh_worker_pool_submit (EhWorkerPool *self, EhPoolJob *job, gboolean block, GCancellable *cancellable, GError **error)
{
  gboolean may_block = block && !eh_worker_pool_is_worker (self);
  gboolean accepted;

  job->link = (GList){ .data = job };
  job->lane = NULL;
  job->has_started = FALSE;

  eh_lock (&self->lock);
  accepted = (!may_block || wait_for_room (self, cancellable, error)) && accept (self, job, error);
  eh_unlock (&self->lock);
  return accepted;
}

/* Called with the lock held. */
static void
unlink_job (EhWorkerPool *self, EhPoolJob *job)
{
  EhPoolLane *lane = job->lane;

  if (lane == NULL)
    {
      g_queue_unlink (&self->parked, &job->link);
      return;
    }
  g_queue_unlink (&lane->jobs, &job->link);
  if (lane->jobs.length == 0 && !lane->is_busy)
    {
      g_queue_unlink (&self->ready, &lane->link);
      g_hash_table_remove (self->lanes, lane->stream);
    }
  give_place (self);
  if (self->n_running == 0 && self->n_waiting == 0)
    eh_cond_broadcast (&self->idle);
}

guint
eh_worker_pool_get_n_jobs (EhWorkerPool *self)
{
  guint n;

  eh_lock (&self->lock);
  n = self->n_waiting + self->n_running + self->parked.length;
  eh_unlock (&self->lock);
  return n;
}

gboolean
eh_worker_pool_withdraw (EhWorkerPool *self, EhPoolJob *job)
{
  gboolean withdrawn;

  eh_lock (&self->lock);
  withdrawn = !job->has_started;
  if (withdrawn)
    unlink_job (self, job);
  eh_unlock (&self->lock);
  return withdrawn;
}

/* Called with the lock held. Returns: (transfer full) (nullable): the threads, to be joined by the caller */
static GPtrArray *
end_workers (EhWorkerPool *self)
{
  self->is_closed = TRUE;
  self->is_ending = TRUE;
  eh_cond_broadcast (&self->work);
  eh_cond_broadcast (&self->room);
  return g_steal_pointer (&self->threads);
}

static void
join_workers (GPtrArray *threads)
{
  if (threads == NULL)
    return;
  for (guint i = 0; i < threads->len; i++)
    {
      GThread *thread = g_ptr_array_index (threads, i);

      if (thread != g_thread_self ())
        g_thread_join (g_thread_ref (thread));
    }
  g_ptr_array_unref (threads);
}

gboolean
eh_worker_pool_close (EhWorkerPool *self, GCancellable *cancellable, GError **error)
{
  GPtrArray *threads;

  eh_lock (&self->lock);
  self->is_closed = TRUE;
  eh_cond_broadcast (&self->room);
  while (self->n_waiting > 0 || self->n_running > 0)
    {
      if (!wait_on (self, &self->idle, cancellable, error))
        {
          eh_unlock (&self->lock);
          return FALSE;
        }
    }
  threads = end_workers (self);
  eh_unlock (&self->lock);
  join_workers (threads);
  return TRUE;
}

void
eh_worker_pool_free (EhWorkerPool *self)
{
  GPtrArray *threads;

  if (self == NULL)
    return;
  eh_lock (&self->lock);
  threads = end_workers (self);
  eh_unlock (&self->lock);
  join_workers (threads);
  pool_unref (self);
}
