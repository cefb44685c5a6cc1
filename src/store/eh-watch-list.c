/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/eh-watch-list-private.h"

typedef struct {
  guint id;
  guint n_running;  /* (mutex lock): threads that are in func */
  gboolean removed; /* (mutex lock): somebody waits for n_running to become 0 */
  EhWatchFunc func;
  gpointer user_data;
  GDestroyNotify destroy; /* (nullable) */
} EhWatch;

static void
eh_watch_free (EhWatch *watch)
{
  if (watch->destroy != NULL)
    watch->destroy (watch->user_data);
  g_free (watch);
}

void
eh_watch_list_init (EhWatchList *self)
{
  eh_lock_init (&self->lock);
  eh_cond_init (&self->cond);
}

void
eh_watch_list_clear (EhWatchList *self)
{
  g_clear_pointer (&self->watches, g_ptr_array_unref);
  eh_cond_clear (&self->cond);
  eh_lock_clear (&self->lock);
}

guint
eh_watch_list_add (EhWatchList *self, EhWatchFunc func, gpointer user_data, GDestroyNotify destroy)
{
  EhWatch *watch = g_new0 (EhWatch, 1);
  guint id = 0;

  watch->func = func;
  watch->user_data = user_data;
  watch->destroy = destroy;

  eh_lock (&self->lock);
  if (self->watches == NULL)
    self->watches = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_watch_free);
  id = watch->id = ++self->last_id;
  g_ptr_array_add (self->watches, watch);
  g_atomic_int_inc (&self->n_watches);
  eh_unlock (&self->lock);

  return id;
}

/* Takes the watch out of the list, so that nobody begins to call it. */
static EhWatch *
eh_watch_list_steal (EhWatchList *self, guint id)
{
  for (guint i = 0; self->watches != NULL && i < self->watches->len; i++)
    {
      EhWatch *watch = g_ptr_array_index (self->watches, i);

      if (watch->id != id)
        continue;
      g_atomic_int_add (&self->n_watches, -1);
      return g_ptr_array_steal_index (self->watches, i);
    }
  return NULL;
}

void
eh_watch_list_remove (EhWatchList *self, guint id)
{
  EhWatch *watch = NULL;

  eh_lock (&self->lock);
  watch = eh_watch_list_steal (self, id);
  if (watch != NULL)
    {
      watch->removed = TRUE;
      while (watch->n_running > 0)
        eh_cond_wait (&self->cond, &self->lock);
    }
  eh_unlock (&self->lock);

  if (watch != NULL)
    eh_watch_free (watch);
}

static EhWatch *
eh_watch_list_get_after (EhWatchList *self, guint id)
{
  for (guint i = 0; self->watches != NULL && i < self->watches->len; i++)
    {
      EhWatch *watch = g_ptr_array_index (self->watches, i);

      if (watch->id > id)
        return watch;
    }
  return NULL;
}

/* The list may change while a watch runs, so each step looks for the next id instead of keeping an index. */
void
eh_watch_list_notify (EhWatchList *self, guint64 head)
{
  EhWatch *watch = NULL;
  guint id = 0;

  if (g_atomic_int_get (&self->n_watches) == 0)
    return;

  eh_lock (&self->lock);
  while ((watch = eh_watch_list_get_after (self, id)) != NULL)
    {
      id = watch->id;
      watch->n_running++;
      eh_unlock (&self->lock);
      watch->func (head, watch->user_data);
      eh_lock (&self->lock);
      if (--watch->n_running == 0 && watch->removed)
        eh_cond_broadcast (&self->cond);
    }
  eh_unlock (&self->lock);
}
