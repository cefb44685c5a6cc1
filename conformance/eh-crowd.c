/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-crowd-private.h"

#include "model/eh-lock-private.h"

typedef struct {
  EhCrowdFunc func;
  gpointer data;
  EhLock lock;
  EhCond cond;
  guint n_missing; /* (mutex lock): not yet at the start */
} Crowd;

typedef struct {
  Crowd *crowd;
  guint i;
  gboolean did_well;
  GError *error; /* (owned) */
} Member;

static void
crowd_start_together (Crowd *self)
{
  eh_lock (&self->lock);
  if (--self->n_missing == 0)
    eh_cond_broadcast (&self->cond);
  while (self->n_missing > 0)
    eh_cond_wait (&self->cond, &self->lock);
  eh_unlock (&self->lock);
}

static gpointer
member_run (gpointer data)
{
  Member *self = data;

  crowd_start_together (self->crowd);
  self->did_well = self->crowd->func (self->i, self->crowd->data, &self->error);
  return NULL;
}

gboolean
eh_crowd_run (guint n_threads, EhCrowdFunc func, gpointer data, GError **error)
{
  Crowd crowd = { .func = func, .data = data, .n_missing = n_threads };
  Member members[EH_CROWD_MAX] = { { NULL } };
  GThread *threads[EH_CROWD_MAX];
  gboolean did_well = TRUE;

  g_assert (n_threads <= EH_CROWD_MAX);
  eh_lock_init (&crowd.lock);
  eh_cond_init (&crowd.cond);
  for (guint i = 0; i < n_threads; i++)
    {
      members[i] = (Member){ &crowd, i, FALSE, NULL };
      threads[i] = g_thread_new ("crowd", member_run, &members[i]);
    }
  for (guint i = 0; i < n_threads; i++)
    g_thread_join (threads[i]);
  eh_cond_clear (&crowd.cond);
  eh_lock_clear (&crowd.lock);

  for (guint i = 0; i < n_threads; i++)
    {
      if (did_well && !members[i].did_well)
        g_propagate_error (error, g_steal_pointer (&members[i].error));
      did_well = did_well && members[i].did_well;
      g_clear_error (&members[i].error);
    }
  return did_well;
}

guint
eh_crowd_count (guint n)
{
  const char *slow = g_getenv ("EH_TEST_SLOW");
  guint64 by = slow != NULL ? g_ascii_strtoull (slow, NULL, 10) : 1;

  return MAX (1, (guint) (n / MAX (by, 1)));
}
