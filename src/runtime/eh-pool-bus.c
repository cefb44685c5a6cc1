/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-pool-bus-private.h"

#include "eh-command-bus-private.h"
#include "eh-worker-pool-private.h"
#include "model/eh-error.h"
#include "model/eh-lock-private.h"

#define WORKERS_MAX 1024

/* How often somebody who waits looks at his cancellable, microseconds */
#define POLL_INTERVAL 20000

struct _EhPoolBus {
  GObject parent_instance;

  EhCommandBus *inner; /* (owned) */
  EhWorkerPool *pool;  /* (owned): keeps a reference of @inner too */
};

typedef struct {
  EhPoolJob parent;
  EhCommand *command;        /* (owned) if posted */
  GCancellable *cancellable; /* (owned) (nullable) if posted */
  EhOutcomeFunc func;        /* (nullable) */
  gpointer user_data;
  gboolean is_posted; /* nobody waits: the job is freed when it has run */
} Job;

/* A sender that waits for the outcome, with the job, on its stack. */
typedef struct {
  Job job;
  EhLock lock;
  EhCond cond;
  gboolean is_done;   /* (mutex lock) */
  EhOutcome *outcome; /* (mutex lock) (owned) (nullable) */
  GError *error;      /* (mutex lock) (owned) (nullable) */
} Waiter;

static void eh_pool_bus_iface_init (EhCommandBusInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhPoolBus, eh_pool_bus, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_COMMAND_BUS, eh_pool_bus_iface_init))

static Job *
job_new_posted (EhCommand *command, GCancellable *cancellable, EhOutcomeFunc func, gpointer user_data)
{
  Job *job = g_new0 (Job, 1);

  job->parent.stream = eh_command_get_stream (command);
  job->command = eh_command_ref (command);
  job->cancellable = cancellable == NULL ? NULL : g_object_ref (cancellable);
  job->func = func;
  job->user_data = user_data;
  job->is_posted = TRUE;
  return job;
}

static void
job_free (Job *job)
{
  eh_command_unref (job->command);
  g_clear_object (&job->cancellable);
  g_free (job);
}

static void
run (EhPoolJob *pool_job, gpointer user_data)
{
  Job *job = (Job *) pool_job;
  EhCommandBus *inner = user_data;
  EhOutcomeFunc func = job->func;
  gpointer func_data = job->user_data;
  g_autoptr (EhOutcome) outcome = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_cancellable_set_error_if_cancelled (job->cancellable, &error))
    outcome = eh_command_bus_dispatch (inner, job->command, job->cancellable, &error);
  if (job->is_posted)
    job_free (job);
  if (func != NULL)
    func (outcome, error, func_data);
}

static void
tell_waiter (EhOutcome *outcome, const GError *error, gpointer user_data)
{
  Waiter *waiter = user_data;

  eh_lock (&waiter->lock);
  waiter->outcome = outcome == NULL ? NULL : eh_outcome_ref (outcome);
  waiter->error = error == NULL ? NULL : g_error_copy (error);
  waiter->is_done = TRUE;
  eh_cond_signal (&waiter->cond);
  eh_unlock (&waiter->lock);
}

/* Returns: whether the command was done or refused; %FALSE if it was cancelled before it started */
static gboolean
wait_until_done (EhPoolBus *self, Waiter *waiter)
{
  GCancellable *cancellable = waiter->job.cancellable;
  gboolean withdrawn = FALSE;

  eh_lock (&waiter->lock);
  while (!waiter->is_done && !withdrawn)
    {
      if (cancellable == NULL)
        {
          eh_cond_wait (&waiter->cond, &waiter->lock);
          continue;
        }
      eh_cond_wait_until (&waiter->cond, &waiter->lock, g_get_monotonic_time () + POLL_INTERVAL);
      if (!waiter->is_done && g_cancellable_is_cancelled (cancellable))
        withdrawn = eh_worker_pool_withdraw (self->pool, &waiter->job.parent);
    }
  eh_unlock (&waiter->lock);
  return !withdrawn;
}

static EhOutcome *
send_and_wait (EhPoolBus *self, Waiter *waiter, GError **error)
{
  if (!eh_worker_pool_submit (self->pool, &waiter->job.parent, TRUE, waiter->job.cancellable, error))
    return NULL;
  if (!wait_until_done (self, waiter))
    g_cancellable_set_error_if_cancelled (waiter->job.cancellable, error);
  else if (waiter->outcome == NULL)
    g_propagate_error (error, g_steal_pointer (&waiter->error));
  return g_steal_pointer (&waiter->outcome);
}

static EhOutcome *
eh_pool_bus_dispatch (EhCommandBus *bus, EhCommand *command, GCancellable *cancellable, GError **error)
{
  EhPoolBus *self = EH_POOL_BUS (bus);
  Waiter waiter = { .job = { .parent.stream = eh_command_get_stream (command),
                             .command = command,
                             .cancellable = cancellable,
                             .func = tell_waiter } };
  EhOutcome *outcome;

  if (eh_worker_pool_is_worker (self->pool))
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID,
                   "%s: a worker cannot wait for its own pool; post the command or send it asynchronously",
                   eh_command_get_type_name (command));
      return NULL;
    }
  waiter.job.user_data = &waiter;
  eh_lock_init (&waiter.lock);
  eh_cond_init (&waiter.cond);
  outcome = send_and_wait (self, &waiter, error);
  eh_cond_clear (&waiter.cond);
  eh_lock_clear (&waiter.lock);
  return outcome;
}

static void
tell_task (EhOutcome *outcome, const GError *error, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  if (outcome != NULL)
    g_task_return_pointer (task, eh_outcome_ref (outcome), (GDestroyNotify) eh_outcome_unref);
  else
    g_task_return_error (task, g_error_copy (error));
}

static void
eh_pool_bus_dispatch_async (EhCommandBus *bus, EhCommand *command, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  EhPoolBus *self = EH_POOL_BUS (bus);
  GTask *task = g_task_new (bus, cancellable, callback, user_data);
  Job *job = job_new_posted (command, cancellable, tell_task, task);
  GError *error = NULL;

  g_task_set_source_tag (task, eh_pool_bus_dispatch_async);
  g_task_set_check_cancellable (task, FALSE);
  if (eh_worker_pool_submit (self->pool, &job->parent, FALSE, NULL, &error))
    return;
  job_free (job);
  g_task_return_error (task, error);
  g_object_unref (task);
}

gboolean
eh_pool_bus_post (EhPoolBus *self, EhCommand *command, GCancellable *cancellable, EhOutcomeFunc func,
                  gpointer user_data, GError **error)
{
  Job *job;

  g_return_val_if_fail (EH_IS_POOL_BUS (self), FALSE);
  g_return_val_if_fail (command != NULL, FALSE);

  job = job_new_posted (command, cancellable, func, user_data);
  if (eh_worker_pool_submit (self->pool, &job->parent, TRUE, cancellable, error))
    return TRUE;
  job_free (job);
  return FALSE;
}

guint
eh_pool_bus_get_n_pending (EhPoolBus *self)
{
  return eh_worker_pool_get_n_jobs (self->pool);
}

static gboolean
eh_pool_bus_close (EhCommandBus *bus, GCancellable *cancellable, GError **error)
{
  EhPoolBus *self = EH_POOL_BUS (bus);

  if (eh_worker_pool_is_worker (self->pool))
    {
      g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID, "a worker cannot wait for the end of its own pool");
      return FALSE;
    }
  return eh_worker_pool_close (self->pool, cancellable, error)
         && eh_command_bus_close (self->inner, cancellable, error);
}

static void
eh_pool_bus_finalize (GObject *object)
{
  EhPoolBus *self = EH_POOL_BUS (object);

  g_clear_pointer (&self->pool, eh_worker_pool_free);
  g_clear_object (&self->inner);
  G_OBJECT_CLASS (eh_pool_bus_parent_class)->finalize (object);
}

static void
eh_pool_bus_class_init (EhPoolBusClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_pool_bus_finalize;
}

static void
eh_pool_bus_iface_init (EhCommandBusInterface *iface)
{
  iface->dispatch = eh_pool_bus_dispatch;
  iface->dispatch_async = eh_pool_bus_dispatch_async;
  iface->close = eh_pool_bus_close;
}

static void
eh_pool_bus_init (EhPoolBus *self)
{
}

EhCommandBus *
eh_pool_bus_new (EhCommandBus *inner, guint n_workers, guint limit)
{
  EhPoolBus *self;

  g_return_val_if_fail (EH_IS_COMMAND_BUS (inner), NULL);
  g_return_val_if_fail (n_workers >= 1 && n_workers <= WORKERS_MAX, NULL);

  self = g_object_new (EH_TYPE_POOL_BUS, NULL);
  self->inner = g_object_ref (inner);
  self->pool = eh_worker_pool_new (n_workers, limit > 0 ? limit : EH_POOL_BUS_LIMIT, run, g_object_ref (inner),
                                   g_object_unref);
  return EH_COMMAND_BUS (self);
}
