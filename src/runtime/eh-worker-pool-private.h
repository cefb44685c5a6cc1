/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "model/eh-stream-name.h"

G_BEGIN_DECLS

/*
 * Threads that run jobs: those of one stream one at a time in the order in which they were accepted, those of different
 * streams in parallel, at most so many waiting. Jobs are the caller's memory.
 */
typedef struct _EhWorkerPool EhWorkerPool;
typedef struct _EhPoolLane EhPoolLane;

typedef struct {
  EhStreamName *stream; /* set by the caller; lives as long as the job waits */
  GList link;           /* the pool's */
  EhPoolLane *lane;     /* the pool's (nullable): NULL while it waits for room, and once it has started */
  gboolean has_started; /* the pool's */
} EhPoolJob;

/* Runs @job in a worker; from then on the pool does not touch it. */
typedef void (*EhPoolRunFunc) (EhPoolJob *job, gpointer user_data);

/* @user_data: (transfer full): freed with @destroy when the last worker is gone */
EhWorkerPool *
eh_worker_pool_new (guint n_workers, guint limit, EhPoolRunFunc run, gpointer user_data, GDestroyNotify destroy);

/* Closes, and leaves what is waiting to the workers; waits for them, unless it is called by one. */
void eh_worker_pool_free (EhWorkerPool *self);

/* Whether the calling thread is one of the pool's. */
gboolean eh_worker_pool_is_worker (EhWorkerPool *self);

/*
 * Accepts a job. When so many wait already: blocks until there is room, if @block and the caller is not a worker; else
 * the job waits in line for a place. EH_ERROR_CLOSED; G_IO_ERROR_CANCELLED while blocked.
 */
gboolean
eh_worker_pool_submit (EhWorkerPool *self, EhPoolJob *job, gboolean block, GCancellable *cancellable, GError **error);

/* Takes back a job. Returns: %FALSE if it has started */
gboolean eh_worker_pool_withdraw (EhWorkerPool *self, EhPoolJob *job);

/*
 * Accepts nothing more, waits until everything has run, ends the workers. Again: waits too, or does nothing. Not to be
 * called by a worker. G_IO_ERROR_CANCELLED
 */
gboolean eh_worker_pool_close (EhWorkerPool *self, GCancellable *cancellable, GError **error);

/* How many jobs were accepted and have not ended. */
guint eh_worker_pool_get_n_jobs (EhWorkerPool *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhWorkerPool, eh_worker_pool_free)

G_END_DECLS
