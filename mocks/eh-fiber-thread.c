/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Fibers over threads, for where ucontext is not to be had: each fiber is a thread, and a baton says whose turn it is.
 * Only one of them ever runs, so that everything behaves as with one thread, only slower.
 */

#include "eh-fiber-private.h"

#include "model/eh-lock-private.h"

struct _EhFiber {
  EhFiberPool *pool;  /* (unowned) */
  EhFiber *next_free; /* (unowned) (nullable) */
  GThread *thread;    /* (owned) */
  EhCond wake;
  gboolean done;
  EhFiberFunc func; /* (nullable): NULL tells the thread to end */
  gpointer user_data;
};

struct _EhFiberPool {
  GPtrArray *fibers; /* (owned): all of them */
  EhFiber *free;     /* (unowned) (nullable): those that are parked */
  EhLock lock;
  EhCond wake_owner;
  EhFiber *baton; /* (mutex lock) (unowned) (nullable): whose turn it is; NULL for the owner's */
  EhFiber *last;  /* (mutex lock) (unowned) (nullable): who gave it away last */
};

/* Gives the baton to @next, or the owner, and waits to get it back. */
static void
pass_on (EhFiber *self, EhFiber *next)
{
  EhFiberPool *pool = self->pool;

  pool->last = self;
  pool->baton = next;
  eh_cond_signal (next != NULL ? &next->wake : &pool->wake_owner);
  while (pool->baton != self)
    eh_cond_wait (&self->wake, &pool->lock);
}

static gpointer
run_fiber (gpointer data)
{
  EhFiber *self = data;
  EhFiberPool *pool = self->pool;

  eh_lock (&pool->lock);
  while (pool->baton != self)
    eh_cond_wait (&self->wake, &pool->lock);
  while (self->func != NULL)
    {
      eh_unlock (&pool->lock);
      self->func (self->user_data);
      eh_lock (&pool->lock);
      self->done = TRUE;
      pass_on (self, NULL);
    }
  pool->baton = NULL;
  eh_cond_signal (&pool->wake_owner);
  eh_unlock (&pool->lock);
  return NULL;
}

/* Gives the baton to @self and waits until it comes back. */
static void
hand_over (EhFiber *self)
{
  EhFiberPool *pool = self->pool;

  eh_lock (&pool->lock);
  pool->baton = self;
  eh_cond_signal (&self->wake);
  while (pool->baton != NULL)
    eh_cond_wait (&pool->wake_owner, &pool->lock);
  eh_unlock (&pool->lock);
}

static void
fiber_free (gpointer data)
{
  EhFiber *self = data;

  self->func = NULL;
  hand_over (self);
  g_thread_join (self->thread);
  eh_cond_clear (&self->wake);
  g_free (self);
}

EhFiberPool *
eh_fiber_pool_new (void)
{
  EhFiberPool *self = g_new0 (EhFiberPool, 1);

  self->fibers = g_ptr_array_new_with_free_func (fiber_free);
  eh_lock_init (&self->lock);
  eh_cond_init (&self->wake_owner);
  return self;
}

void
eh_fiber_pool_free (EhFiberPool *self)
{
  g_ptr_array_unref (self->fibers);
  eh_cond_clear (&self->wake_owner);
  eh_lock_clear (&self->lock);
  g_free (self);
}

EhFiber *
eh_fiber_pool_take (EhFiberPool *self, EhFiberFunc func, gpointer user_data)
{
  EhFiber *fiber = self->free;

  if (fiber != NULL)
    self->free = fiber->next_free;
  else
    {
      fiber = g_new0 (EhFiber, 1);
      fiber->pool = self;
      eh_cond_init (&fiber->wake);
      fiber->thread = g_thread_new ("eh-fiber", run_fiber, fiber);
      g_ptr_array_add (self->fibers, fiber);
    }

  fiber->func = func;
  fiber->user_data = user_data;
  fiber->done = FALSE;
  return fiber;
}

gboolean
eh_fiber_resume (EhFiber *self)
{
  EhFiberPool *pool = self->pool;

  hand_over (self);
  if (!pool->last->done)
    return TRUE;

  pool->last->next_free = pool->free;
  pool->free = pool->last;
  return FALSE;
}

void
eh_fiber_yield (EhFiber *self)
{
  eh_fiber_switch (self, NULL);
}

void
eh_fiber_switch (EhFiber *self, EhFiber *next)
{
  eh_lock (&self->pool->lock);
  pass_on (self, next);
  eh_unlock (&self->pool->lock);
}

gboolean
eh_fiber_owns_guard (EhFiber *self, gconstpointer address)
{
  return FALSE;
}
