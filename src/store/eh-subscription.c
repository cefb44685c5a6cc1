/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/eh-subscription.h"

#include "model/eh-error.h"
#include "model/eh-lock-private.h"

/*
 * A subscription is a position and a page that was read from there. The store's watch tells it nothing but "look
 * again", so a doubled or early call does no harm.
 *
 * The watch points at the subscription without a reference; disposing removes it, which waits until it is not
 * running. A waiting thread takes the number of wake-ups, then looks at the head, and only sleeps while that
 * number is the same: an append between the look and the sleep has changed it.
 */

struct _EhSubscription {
  GObject parent_instance;

  EhEventStore *store;  /* (owned): immutable until disposed */
  guint64 caught_up_at; /* immutable: the head at the beginning */
  guint watch_id;       /* immutable */

  char *category; /* (owned) (nullable): set before the first next */
  char **types;   /* (owned) (nullable): set before the first next */

  EhEventPage *page; /* (owned) (nullable): next's own, as the two after it */
  guint n_taken;     /* of the page */
  gboolean caught_up;

  EhLock lock;
  EhCond cond;
  guint64 checkpoint; /* (mutex lock) */
  guint64 n_wakeups;  /* (mutex lock) */
  guint wakeup_id;    /* (mutex lock) */
};

G_DEFINE_FINAL_TYPE (EhSubscription, eh_subscription, G_TYPE_OBJECT)

static void
eh_subscription_wake (EhSubscription *self)
{
  eh_lock (&self->lock);
  self->n_wakeups++;
  eh_cond_broadcast (&self->cond);
  eh_unlock (&self->lock);
}

static void
eh_subscription_on_watch (guint64 head, gpointer user_data)
{
  eh_subscription_wake (user_data);
}

static void
eh_subscription_on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  eh_subscription_wake (user_data);
}

static void
eh_subscription_dispose (GObject *object)
{
  EhSubscription *self = EH_SUBSCRIPTION (object);

  if (self->store != NULL)
    {
      eh_subscription_set_wakeup (self, NULL, NULL, NULL);
      eh_event_store_remove_watch (self->store, self->watch_id);
    }
  g_clear_object (&self->store);
  G_OBJECT_CLASS (eh_subscription_parent_class)->dispose (object);
}

static void
eh_subscription_finalize (GObject *object)
{
  EhSubscription *self = EH_SUBSCRIPTION (object);

  g_clear_pointer (&self->page, eh_event_page_unref);
  g_strfreev (self->types);
  g_free (self->category);
  eh_cond_clear (&self->cond);
  eh_lock_clear (&self->lock);
  G_OBJECT_CLASS (eh_subscription_parent_class)->finalize (object);
}

static void
eh_subscription_class_init (EhSubscriptionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = eh_subscription_dispose;
  G_OBJECT_CLASS (klass)->finalize = eh_subscription_finalize;
}

static void
eh_subscription_init (EhSubscription *self)
{
  eh_lock_init (&self->lock);
  eh_cond_init (&self->cond);
}

EhSubscription *
eh_subscription_new (EhEventStore *store, guint64 from_position, GError **error)
{
  g_autoptr (EhSubscription) self = NULL;

  g_return_val_if_fail (EH_IS_EVENT_STORE (store), NULL);

  if ((eh_event_store_get_features (store) & EH_STORE_READ_ALL) == 0)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED, "%s has no global order to follow",
                   G_OBJECT_TYPE_NAME (store));
      return NULL;
    }
  self = g_object_new (EH_TYPE_SUBSCRIPTION, NULL);
  self->store = g_object_ref (store);
  self->watch_id = eh_event_store_add_watch (store, eh_subscription_on_watch, self, NULL);
  if (!eh_event_store_get_head (store, &self->caught_up_at, NULL, error))
    return NULL;

  self->checkpoint = from_position == EH_FROM_NOW ? self->caught_up_at : MAX (from_position, 1) - 1;
  return g_steal_pointer (&self);
}

void
eh_subscription_set_category (EhSubscription *self, const char *category)
{
  g_return_if_fail (EH_IS_SUBSCRIPTION (self));

  g_free (self->category);
  self->category = g_strdup (category);
}

void
eh_subscription_set_types (EhSubscription *self, const char *const *types)
{
  g_return_if_fail (EH_IS_SUBSCRIPTION (self));

  g_strfreev (self->types);
  self->types = g_strdupv ((char **) types);
}

guint64
eh_subscription_get_checkpoint (EhSubscription *self)
{
  guint64 checkpoint = 0;

  g_return_val_if_fail (EH_IS_SUBSCRIPTION (self), 0);

  eh_lock (&self->lock);
  checkpoint = self->checkpoint;
  eh_unlock (&self->lock);
  return checkpoint;
}

static void
eh_subscription_set_checkpoint (EhSubscription *self, guint64 checkpoint)
{
  eh_lock (&self->lock);
  self->checkpoint = checkpoint;
  eh_unlock (&self->lock);
}

static gboolean
eh_subscription_matches (const EhSubscription *self, const EhEvent *event)
{
  return self->types == NULL || g_strv_contains ((const char *const *) self->types, eh_event_get_type_name (event));
}

static gboolean
eh_subscription_has_page (const EhSubscription *self)
{
  return self->page != NULL && self->n_taken < eh_event_page_get_size (self->page);
}

/* The next event of the page that is wanted and may be given now, or NULL; what is not wanted is passed over. */
static EhEvent *
eh_subscription_take (EhSubscription *self)
{
  while (eh_subscription_has_page (self))
    {
      EhEvent *event = eh_event_page_get (self->page, self->n_taken);
      guint64 position = eh_event_get_position (event);

      /* What came after the beginning waits until it was said that everything before it was given. */
      if (!self->caught_up && position > self->caught_up_at)
        {
          eh_subscription_set_checkpoint (self, position - 1);
          return NULL;
        }
      self->n_taken++;
      if (!eh_subscription_matches (self, event))
        continue;
      eh_subscription_set_checkpoint (self, position);
      return event;
    }
  eh_subscription_set_checkpoint (self, eh_event_page_get_next (self->page) - 1);
  return NULL;
}

static gboolean
eh_subscription_read_page (EhSubscription *self, GError **error)
{
  EhEventPage *page = eh_event_store_read_all (self->store, self->category, eh_subscription_get_checkpoint (self) + 1,
                                               EH_FORWARDS, 0, NULL, error);

  if (page == NULL)
    return FALSE;
  g_clear_pointer (&self->page, eh_event_page_unref);
  self->page = page;
  self->n_taken = 0;
  return TRUE;
}

/* Whether to say now that everything that was there at the beginning was given. What is left of a page is newer. */
static gboolean
eh_subscription_catch_up (EhSubscription *self)
{
  if (self->caught_up)
    return FALSE;
  if (!eh_subscription_has_page (self) && eh_subscription_get_checkpoint (self) < self->caught_up_at)
    return FALSE;
  self->caught_up = TRUE;
  return TRUE;
}

EhSubscriptionState
eh_subscription_next (EhSubscription *self, EhEvent **event, GError **error)
{
  g_return_val_if_fail (EH_IS_SUBSCRIPTION (self), EH_SUBSCRIPTION_ERROR);
  g_return_val_if_fail (event != NULL, EH_SUBSCRIPTION_ERROR);

  *event = NULL;
  for (;;)
    {
      gboolean fresh = !eh_subscription_has_page (self);
      EhEvent *taken = NULL;

      if (fresh && !eh_subscription_read_page (self, error))
        return EH_SUBSCRIPTION_ERROR;
      taken = eh_subscription_take (self);
      if (taken != NULL)
        {
          *event = eh_event_ref (taken);
          return EH_SUBSCRIPTION_EVENT;
        }
      if (eh_subscription_catch_up (self))
        return EH_SUBSCRIPTION_CAUGHT_UP;
      if (fresh && eh_event_page_is_end (self->page))
        return EH_SUBSCRIPTION_IDLE;
    }
}

/* A store that does not answer is news too: the next call gives its error. */
static gboolean
eh_subscription_has_news (EhSubscription *self)
{
  guint64 head = 0;

  return !eh_event_store_get_head (self->store, &head, NULL, NULL) || head > eh_subscription_get_checkpoint (self);
}

/* FALSE if the time ran out. */
static gboolean
eh_subscription_sleep (EhSubscription *self, guint64 n_wakeups, gint64 end)
{
  gboolean in_time = TRUE;

  eh_lock (&self->lock);
  while (in_time && self->n_wakeups == n_wakeups)
    if (end >= 0)
      in_time = eh_cond_wait_until (&self->cond, &self->lock, end);
    else
      eh_cond_wait (&self->cond, &self->lock);
  eh_unlock (&self->lock);
  return in_time;
}

static gboolean
eh_subscription_wait_until (EhSubscription *self, gint64 end, GCancellable *cancellable, GError **error)
{
  for (;;)
    {
      guint64 n_wakeups = 0;

      eh_lock (&self->lock);
      n_wakeups = self->n_wakeups;
      eh_unlock (&self->lock);

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (eh_subscription_has_news (self) || !eh_subscription_sleep (self, n_wakeups, end))
        return TRUE;
    }
}

gboolean
eh_subscription_wait (EhSubscription *self, gint64 timeout, GCancellable *cancellable, GError **error)
{
  gint64 now = g_get_monotonic_time ();
  gint64 end = timeout < 0 ? -1 : now + MIN (timeout, G_MAXINT64 - now);
  gulong handler = 0;
  gboolean ok = FALSE;

  g_return_val_if_fail (EH_IS_SUBSCRIPTION (self), FALSE);

  /* Connected rather than polled: the thread may sleep for ever, and is to wake at once. */
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (eh_subscription_on_cancelled), self, NULL);
  ok = eh_subscription_wait_until (self, end, cancellable, error);
  g_cancellable_disconnect (cancellable, handler);
  return ok;
}

void
eh_subscription_set_wakeup (EhSubscription *self, EhWatchFunc func, gpointer user_data, GDestroyNotify destroy)
{
  guint id = 0;
  guint old_id = 0;

  g_return_if_fail (EH_IS_SUBSCRIPTION (self));

  if (func != NULL)
    id = eh_event_store_add_watch (self->store, func, user_data, destroy);

  eh_lock (&self->lock);
  old_id = self->wakeup_id;
  self->wakeup_id = id;
  eh_unlock (&self->lock);

  eh_event_store_remove_watch (self->store, old_id);
}
