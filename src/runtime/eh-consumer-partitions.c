/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-error.h"
#include "model/eh-lock-private.h"
#include "runtime/eh-consumer-struct-private.h"
#include "runtime/eh-worker-pool-private.h"

/*
 * Handling by several threads. The driver takes a window of events from the page, gives each to the pool, which keeps
 * the order of each stream, and waits until all have been looked at. An event behind one of its stream that failed
 * is held: the worker does not handle it. Then the driver goes through the window in order: what is handled leaves it,
 * what failed is tried again later, or parked, and what was held goes with the next round.
 *
 * Everything before the first event that is left in the window is handled: that is the position to go on from after a
 * crash. Events behind it may have been handled, and are seen again then.
 */

/* The most events of a window, for each thread */
#define WINDOW 64

typedef enum {
  EH_LANE_WAITING,
  EH_LANE_HANDLED,
  EH_LANE_FAILED,
  EH_LANE_HELD,
} EhLaneState;

typedef struct {
  EhPoolJob job;  /* first, so that it is the same pointer */
  EhEvent *event; /* (owned) */
  GError *error;  /* (owned) (nullable) */
  EhLaneState state;
  guint n_tries;
} EhLaneJob;

struct _EhPartitions {
  EhConsumer *consumer; /* (unowned) */
  EhWorkerPool *pool;   /* (owned) */
  GPtrArray *window;    /* (owned): of EhLaneJob (owned): the driver's while nothing is in the pool */
  guint64 end;          /* the position behind which the window ends */

  EhLock lock;
  EhCond done;
  guint n_left;       /* (mutex lock): in the pool */
  GHashTable *failed; /* (mutex lock) (owned): a set of streams whose events are held */
};

static void
eh_lane_job_free (gpointer data)
{
  EhLaneJob *job = data;

  g_clear_error (&job->error);
  eh_event_unref (job->event);
  g_free (job);
}

static gboolean
eh_partitions_is_held (EhPartitions *self, EhLaneJob *job)
{
  gboolean is_held = FALSE;

  if (g_atomic_int_get (&self->consumer->stopping))
    return TRUE;
  eh_lock (&self->lock);
  is_held = g_hash_table_contains (self->failed, job->job.stream);
  eh_unlock (&self->lock);
  return is_held;
}

static void
eh_partitions_handle (EhPartitions *self, EhLaneJob *job)
{
  EhConsumer *consumer = self->consumer;

  if (eh_partitions_is_held (self, job))
    job->state = EH_LANE_HELD;
  else if (eh_consumer_handle (consumer, consumer->funcs.handle, job->event, &job->error))
    job->state = EH_LANE_HANDLED;
  else
    job->state = EH_LANE_FAILED;
}

static void
eh_partitions_run (EhPoolJob *pool_job, gpointer user_data)
{
  EhPartitions *self = user_data;
  EhLaneJob *job = (EhLaneJob *) (gpointer) pool_job;

  eh_partitions_handle (self, job);
  eh_lock (&self->lock);
  if (job->state == EH_LANE_FAILED)
    g_hash_table_add (self->failed, job->job.stream);
  if (--self->n_left == 0)
    eh_cond_signal (&self->done);
  eh_unlock (&self->lock);
}

static void
eh_partitions_nothing (gpointer user_data)
{
}

EhPartitions *
eh_partitions_new (EhConsumer *consumer)
{
  EhPartitions *self = g_new0 (EhPartitions, 1);
  guint n = consumer->n_partitions;

  self->consumer = consumer;
  self->window = g_ptr_array_new_with_free_func (eh_lane_job_free);
  self->failed = g_hash_table_new (eh_stream_name_hash, eh_stream_name_equal);
  eh_lock_init (&self->lock);
  eh_cond_init (&self->done);
  self->pool = eh_worker_pool_new (n, n * WINDOW, eh_partitions_run, self, eh_partitions_nothing);
  return self;
}

void
eh_partitions_free (EhPartitions *self)
{
  eh_worker_pool_free (self->pool);
  g_hash_table_unref (self->failed);
  g_ptr_array_unref (self->window);
  eh_cond_clear (&self->done);
  eh_lock_clear (&self->lock);
  g_free (self);
}

gboolean
eh_partitions_is_busy (const EhPartitions *self)
{
  return self != NULL && self->window->len > 0;
}

static void
eh_partitions_add (EhPartitions *self, EhEvent *event)
{
  EhLaneJob *job = g_new0 (EhLaneJob, 1);

  job->event = eh_event_ref (event);
  job->job.stream = eh_event_get_stream (event);
  g_ptr_array_add (self->window, job);
}

/* Takes up to @n events of the page. Those behind a parked one never come into the window. */
static EhTaken
eh_partitions_fill (EhPartitions *self, guint n, GError **error)
{
  EhConsumer *consumer = self->consumer;
  EhTaken taken = EH_TAKEN;

  for (; n > 0; n--)
    {
      EhEvent *event = eh_event_page_get (consumer->page, consumer->n_taken);

      if (eh_consumer_wants (consumer, event) && !eh_consumer_park_behind (consumer, event, &taken, error))
        eh_partitions_add (self, event);
      if (taken != EH_TAKEN)
        break;
      consumer->n_taken++;
      consumer->n_unsaved++;
      self->end = eh_event_get_position (event);
    }
  /* What is in the window already is handled all the same; the next call comes to this event again. */
  if (taken == EH_FAILED && self->window->len > 0)
    g_clear_error (error);
  return self->window->len > 0 ? EH_TAKEN : taken;
}

static void
eh_partitions_handle_window (EhPartitions *self)
{
  eh_lock (&self->lock);
  g_hash_table_remove_all (self->failed);
  self->n_left = self->window->len;
  eh_unlock (&self->lock);

  for (guint i = 0; i < self->window->len; i++)
    {
      EhLaneJob *job = g_ptr_array_index (self->window, i);

      job->state = EH_LANE_WAITING;
      if (!eh_worker_pool_submit (self->pool, &job->job, TRUE, NULL, NULL))
        g_assert_not_reached ();
    }

  eh_lock (&self->lock);
  while (self->n_left > 0)
    eh_cond_wait (&self->done, &self->lock);
  eh_unlock (&self->lock);
}

/* What becomes of a job that was looked at; EH_TAKEN if it leaves the window. */
static EhTaken
eh_partitions_settle (EhPartitions *self, EhLaneJob *job, GError **error)
{
  EhConsumer *consumer = self->consumer;
  g_autoptr (GError) reason = g_steal_pointer (&job->error);
  EhTaken taken = EH_RETRY;

  if (job->state == EH_LANE_HANDLED)
    return EH_TAKEN;
  if (job->state == EH_LANE_HELD)
    return eh_consumer_park_behind (consumer, job->event, &taken, error) ? taken : EH_RETRY;
  if (eh_consumer_is_down (reason))
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return EH_FAILED;
    }
  job->n_tries++;
  if (consumer->attempts > 0 && job->n_tries >= consumer->attempts)
    {
      if (eh_consumer_park (consumer, job->event, job->n_tries, reason->message, error))
        return EH_TAKEN;
      job->n_tries--;
      return EH_FAILED;
    }
  eh_consumer_delay (consumer, job->n_tries, g_steal_pointer (&reason));
  return EH_RETRY;
}

/* Goes through the window; what is left of it is tried again. The first error that stops the consumer is told. */
static EhTaken
eh_partitions_settle_all (EhPartitions *self, GError **error)
{
  g_autoptr (GPtrArray) left = g_ptr_array_new_with_free_func (eh_lane_job_free);
  EhTaken result = EH_TAKEN;

  for (guint i = 0; i < self->window->len; i++)
    {
      EhLaneJob *job = g_ptr_array_index (self->window, i);
      EhTaken taken = eh_partitions_settle (self, job, result == EH_FAILED ? NULL : error);

      if (taken == EH_TAKEN)
        {
          self->consumer->touched = TRUE;
          continue;
        }
      g_ptr_array_add (left, job);
      g_ptr_array_index (self->window, i) = NULL;
      result = taken == EH_FAILED ? EH_FAILED : result;
    }
  g_ptr_array_set_free_func (self->window, NULL);
  for (guint i = 0; i < self->window->len; i++)
    g_clear_pointer (&g_ptr_array_index (self->window, i), eh_lane_job_free);
  g_ptr_array_unref (self->window);
  self->window = g_steal_pointer (&left);
  return result;
}

static void
eh_partitions_move_on (EhPartitions *self)
{
  EhConsumer *consumer = self->consumer;

  consumer->handled = self->end;
  if (self->window->len > 0)
    consumer->handled = eh_event_get_position (((EhLaneJob *) g_ptr_array_index (self->window, 0))->event) - 1;
  eh_consumer_publish (consumer);
}

EhTaken
eh_partitions_take (EhPartitions *self, guint *budget, GError **error)
{
  EhConsumer *consumer = self->consumer;
  EhTaken taken = EH_TAKEN;
  guint before = 0;

  if (self->window->len == 0)
    {
      guint n = eh_event_page_get_size (consumer->page) - consumer->n_taken;

      taken = eh_partitions_fill (self, MIN (MIN (n, *budget), consumer->n_partitions * WINDOW), error);
    }
  before = self->window->len;
  if (taken == EH_TAKEN && before > 0)
    {
      eh_partitions_handle_window (self);
      taken = eh_partitions_settle_all (self, error);
    }
  eh_partitions_move_on (self);
  *budget -= MIN (*budget, MAX (before - self->window->len, 1));
  if (taken != EH_TAKEN)
    return taken;
  return consumer->retry_at != G_MININT64 ? EH_RETRY : EH_TAKEN;
}
