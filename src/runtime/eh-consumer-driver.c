/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-error.h"
#include "runtime/eh-consumer-struct-private.h"

/*
 * Who takes the steps. A driver looks at the number of wake-ups before it takes a step, and rests only while that
 * number is the same: an append between the step's read and the rest has changed it.
 *
 * The store's watch and a thread point at the consumer without a reference; stopping, which disposing does, ends both
 * and waits until they are not running. A main context's source has a weak one, since it cannot be waited for
 * everywhere.
 */

/* How long a driver rests at most where nothing wakes it: by a clock that does not go on by itself, without a watch. */
#define POLL_INTERVAL (20 * G_TIME_SPAN_MILLISECOND)

/* How many events a main context handles before others have their turn. */
#define CONTEXT_EVENTS 64

typedef struct {
  GSource source;
  GWeakRef consumer;
} EhConsumerSource;

/* Called with the lock held. */
static void
eh_consumer_signal (EhConsumer *self)
{
  self->n_wakeups++;
  eh_cond_signal (&self->work);
  if (self->source != NULL)
    g_source_set_ready_time (self->source, 0);
}

void
eh_consumer_wake (EhConsumer *self)
{
  eh_lock (&self->lock);
  if (!self->is_deaf)
    self->due = G_MININT64;
  eh_consumer_signal (self);
  eh_unlock (&self->lock);
}

static void
eh_consumer_on_watch (guint64 head, gpointer user_data)
{
  EhConsumer *self = user_data;

  eh_lock (&self->lock);
  eh_consumer_signal (self);
  eh_unlock (&self->lock);
}

/* Called with the lock held. How long there is nothing to do unless somebody wakes the driver, microseconds. */
static gint64
eh_consumer_get_rest (EhConsumer *self)
{
  const gint64 now = eh_clock_now (self->clock);
  const gint64 rest = self->due <= now ? 0 : self->due == G_MAXINT64 ? G_TIME_SPAN_HOUR : self->due - now;

  if ((!self->is_real_time && self->due != G_MAXINT64) || self->watch_id == 0)
    return MIN (rest, POLL_INTERVAL);
  /* The clock was set back. */
  if (self->is_deaf && rest > self->longest_delay)
    return 0;
  return MIN (rest, G_TIME_SPAN_HOUR);
}

static void
eh_consumer_rest_thread (EhConsumer *self, guint64 n_wakeups)
{
  gint64 rest = 0;

  eh_lock (&self->lock);
  while (!g_atomic_int_get (&self->stopping) && (self->n_wakeups == n_wakeups || self->is_deaf)
         && (rest = eh_consumer_get_rest (self)) > 0)
    if (!eh_cond_wait_until (&self->work, &self->lock, g_get_monotonic_time () + rest) && self->watch_id == 0)
      break;
  eh_unlock (&self->lock);
}

static guint64
eh_consumer_get_wakeups (EhConsumer *self)
{
  guint64 n = 0;

  eh_lock (&self->lock);
  n = self->n_wakeups;
  eh_unlock (&self->lock);
  return n;
}

static gpointer
eh_consumer_run (gpointer user_data)
{
  EhConsumer *self = user_data;

  while (!g_atomic_int_get (&self->stopping))
    {
      guint64 n_wakeups = eh_consumer_get_wakeups (self);

      if (eh_consumer_take_step (self, 0, NULL) != EH_CONSUMER_BUSY)
        eh_consumer_rest_thread (self, n_wakeups);
    }
  return NULL;
}

static void
eh_consumer_remove_watch (EhConsumer *self)
{
  guint id = 0;

  eh_lock (&self->lock);
  id = self->watch_id;
  self->watch_id = 0;
  eh_unlock (&self->lock);
  eh_event_store_remove_watch (self->store, id);
}

/* The watch is there before the first read, so that nothing is missed in between. */
static gboolean
eh_consumer_prepare (EhConsumer *self, GError **error)
{
  guint id = eh_event_store_add_watch (self->store, eh_consumer_on_watch, self, NULL);

  eh_lock (&self->lock);
  self->watch_id = id;
  self->due = G_MININT64;
  eh_unlock (&self->lock);
  g_atomic_int_set (&self->stopping, FALSE);
  if (eh_consumer_open (self, error))
    return TRUE;
  eh_consumer_remove_watch (self);
  return FALSE;
}

static gboolean
eh_consumer_is_driven (EhConsumer *self)
{
  gboolean is_driven = FALSE;

  eh_lock (&self->lock);
  is_driven = self->thread != NULL || self->source != NULL;
  eh_unlock (&self->lock);
  return is_driven;
}

gboolean
eh_consumer_start (EhConsumer *self, GError **error)
{
  g_autoptr (GError) reason = NULL;
  GThread *thread = NULL;

  g_return_val_if_fail (EH_IS_CONSUMER (self), FALSE);
  g_return_val_if_fail (!eh_consumer_is_driven (self), FALSE);

  if (!eh_consumer_prepare (self, error))
    return FALSE;
  thread = g_thread_try_new ("eh-consumer", eh_consumer_run, self, &reason);
  if (thread == NULL)
    {
      eh_consumer_stop (self, NULL);
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: there is no thread: %s", self->name, reason->message);
      return FALSE;
    }
  eh_lock (&self->lock);
  self->thread = thread;
  eh_unlock (&self->lock);
  return TRUE;
}

/* Whether the source is still the consumer's; then nobody stops it before eh_consumer_end_turn(). */
static gboolean
eh_consumer_begin_turn (EhConsumer *self, GSource *source)
{
  gboolean is_mine = FALSE;

  eh_lock (&self->lock);
  is_mine = self->source == source;
  if (is_mine)
    self->stepping = g_thread_self ();
  eh_unlock (&self->lock);
  return is_mine;
}

static void
eh_consumer_end_turn (EhConsumer *self, GSource *source, guint64 n_wakeups)
{
  eh_lock (&self->lock);
  self->stepping = NULL;
  eh_cond_broadcast (&self->reached);
  if (self->n_wakeups != n_wakeups && !self->is_deaf)
    g_source_set_ready_time (source, 0);
  else
    g_source_set_ready_time (source, g_get_monotonic_time () + eh_consumer_get_rest (self));
  eh_unlock (&self->lock);
}

static gboolean
eh_consumer_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  g_autoptr (EhConsumer) self = g_weak_ref_get (&((EhConsumerSource *) (gpointer) source)->consumer);
  guint64 n_wakeups = 0;

  if (self == NULL || !eh_consumer_begin_turn (self, source))
    return G_SOURCE_REMOVE;
  n_wakeups = eh_consumer_get_wakeups (self);
  eh_consumer_take_step (self, CONTEXT_EVENTS, NULL);
  eh_consumer_end_turn (self, source, n_wakeups);
  return G_SOURCE_CONTINUE;
}

static void
eh_consumer_source_finalize (GSource *source)
{
  g_weak_ref_clear (&((EhConsumerSource *) (gpointer) source)->consumer);
}

static GSourceFuncs source_funcs = {
  .dispatch = eh_consumer_source_dispatch,
  .finalize = eh_consumer_source_finalize,
};

gboolean
eh_consumer_attach (EhConsumer *self, GMainContext *context, GError **error)
{
  g_autoptr (GSource) source = NULL;

  g_return_val_if_fail (EH_IS_CONSUMER (self), FALSE);
  g_return_val_if_fail (!eh_consumer_is_driven (self), FALSE);

  if (!eh_consumer_prepare (self, error))
    return FALSE;
  source = g_source_new (&source_funcs, sizeof (EhConsumerSource));
  g_weak_ref_init (&((EhConsumerSource *) (gpointer) source)->consumer, self);
  g_source_set_static_name (source, "eh-consumer");
  g_source_set_ready_time (source, 0);
  eh_lock (&self->lock);
  self->source = g_source_ref (source);
  eh_unlock (&self->lock);
  g_source_attach (source, context != NULL ? context : g_main_context_get_thread_default ());
  return TRUE;
}

/* Returns when no driver is in a step, and none will be. */
static void
eh_consumer_end_driver (EhConsumer *self)
{
  GThread *thread = NULL;
  g_autoptr (GSource) source = NULL;

  eh_lock (&self->lock);
  g_atomic_int_set (&self->stopping, TRUE);
  eh_cond_broadcast (&self->work);
  thread = g_steal_pointer (&self->thread);
  source = g_steal_pointer (&self->source);
  self->n_waiting++;
  while (self->stepping != NULL)
    eh_cond_wait (&self->reached, &self->lock);
  self->n_waiting--;
  eh_unlock (&self->lock);

  if (source != NULL)
    g_source_destroy (source);
  if (thread != NULL)
    g_thread_join (thread);
  eh_consumer_remove_watch (self);
}

static void
eh_consumer_tell_stopped (EhConsumer *self)
{
  eh_lock (&self->lock);
  self->is_stopped = TRUE;
  self->due = G_MAXINT64;
  eh_cond_broadcast (&self->reached);
  eh_unlock (&self->lock);
}

static gboolean
eh_consumer_is_inside (EhConsumer *self)
{
  gboolean is_inside = FALSE;

  eh_lock (&self->lock);
  is_inside = self->thread == g_thread_self () || self->stepping == g_thread_self ();
  eh_unlock (&self->lock);
  return is_inside;
}

gboolean
eh_consumer_stop (EhConsumer *self, GError **error)
{
  gboolean ok = TRUE;

  g_return_val_if_fail (EH_IS_CONSUMER (self), FALSE);
  g_return_val_if_fail (!eh_consumer_is_inside (self), FALSE);

  eh_consumer_end_driver (self);
  g_atomic_int_set (&self->stopping, FALSE);
  if (self->is_open && (self->touched || self->n_unsaved > 0 || g_atomic_int_get (&self->dropped)))
    ok = eh_consumer_save (self, error);
  eh_consumer_forget (self);
  eh_consumer_tell_stopped (self);
  return ok;
}

void
eh_consumer_crash (EhConsumer *self)
{
  eh_consumer_forget (self);
  if (self->funcs.forget != NULL)
    self->funcs.forget (self->user_data);
  eh_lock (&self->lock);
  self->position = 0;
  self->due = G_MININT64;
  g_clear_error (&self->last_error);
  self->state = EH_CONSUMER_IDLE;
  self->is_deaf = FALSE;
  eh_parking_remove_all (&self->parking);
  g_atomic_int_set (&self->n_parked, 0);
  g_atomic_int_set (&self->dropped, FALSE);
  eh_unlock (&self->lock);
}
