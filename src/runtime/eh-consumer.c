/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runtime/eh-consumer.h"

#include "model/eh-error.h"
#include "model/eh-system-clock.h"
#include "runtime/eh-consumer-struct-private.h"
#include "store/eh-checkpoint-private.h"

/*
 * A consumer in parts: here is the object and what any thread may ask of it; eh-consumer-open.c begins at a checkpoint
 * and saves one, eh-consumer-step.c takes events, eh-consumer-driver.c has steps taken, eh-consumer-partitions.c
 * handles with several threads.
 *
 * What only the driver needs has no lock. The position, what is parked and the last error are under the lock; the
 * driver publishes the position after the handler has returned, so whoever sees a position sees its effects.
 */

#define FIRST_DELAY (100 * G_TIME_SPAN_MILLISECOND)
#define LONGEST_DELAY (10 * G_TIME_SPAN_SECOND)
#define SAVE_EVENTS 1000
#define SAVE_INTERVAL G_TIME_SPAN_SECOND

/* How often somebody who waits looks at his cancellable, or at a clock that does not go on by itself. */
#define POLL_INTERVAL (10 * G_TIME_SPAN_MILLISECOND)

G_DEFINE_FINAL_TYPE (EhConsumer, eh_consumer, G_TYPE_OBJECT)

static void
eh_consumer_dispose (GObject *object)
{
  EhConsumer *self = EH_CONSUMER (object);

  if (self->store != NULL && self->checkpoints != NULL)
    eh_consumer_stop (self, NULL);
  G_OBJECT_CLASS (eh_consumer_parent_class)->dispose (object);
}

static void
eh_consumer_finalize (GObject *object)
{
  EhConsumer *self = EH_CONSUMER (object);

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_clear_error (&self->last_error);
  eh_parking_clear (&self->parking);
  eh_cond_clear (&self->reached);
  eh_cond_clear (&self->work);
  eh_lock_clear (&self->lock);
  g_strfreev (self->types);
  g_free (self->category);
  g_clear_object (&self->tracer);
  g_clear_object (&self->clock);
  g_clear_object (&self->checkpoints);
  g_clear_object (&self->store);
  g_free (self->name);
  G_OBJECT_CLASS (eh_consumer_parent_class)->finalize (object);
}

static void
eh_consumer_class_init (EhConsumerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = eh_consumer_dispose;
  G_OBJECT_CLASS (klass)->finalize = eh_consumer_finalize;
}

static void
eh_consumer_init (EhConsumer *self)
{
  eh_lock_init (&self->lock);
  eh_cond_init (&self->work);
  eh_cond_init (&self->reached);
  eh_parking_init (&self->parking);
  self->attempts = EH_CONSUMER_ATTEMPTS;
  self->first_delay = FIRST_DELAY;
  self->longest_delay = LONGEST_DELAY;
  self->save_events = SAVE_EVENTS;
  self->save_interval = SAVE_INTERVAL;
  self->n_partitions = 1;
  self->tick_at = G_MININT64;
  self->retry_at = G_MININT64;
  self->due = G_MAXINT64;
  self->state = EH_CONSUMER_IDLE;
}

static gboolean
eh_consumer_check_parts (const char *name, EhEventStore *store, GError **error)
{
  if (!eh_checkpoint_check_name (name, error))
    return FALSE;
  if ((eh_event_store_get_features (store) & EH_STORE_READ_ALL) != 0)
    return TRUE;
  g_set_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED, "%s has no global order to follow", G_OBJECT_TYPE_NAME (store));
  return FALSE;
}

EhConsumer *
eh_consumer_new_with (const char *name, EhEventStore *store, EhCheckpointStore *checkpoints, EhClock *clock,
                      const EhConsumerFuncs *funcs, gpointer user_data, GDestroyNotify destroy, GError **error)
{
  EhConsumer *self = NULL;

  if (!eh_consumer_check_parts (name, store, error))
    {
      if (destroy != NULL)
        destroy (user_data);
      return NULL;
    }
  self = g_object_new (EH_TYPE_CONSUMER, NULL);
  self->name = g_strdup (name);
  self->store = g_object_ref (store);
  self->checkpoints = g_object_ref (checkpoints);
  self->clock = clock != NULL ? g_object_ref (clock) : eh_system_clock_new ();
  self->is_real_time = EH_IS_SYSTEM_CLOCK (self->clock);
  self->funcs = *funcs;
  self->user_data = user_data;
  self->destroy = destroy;
  return self;
}

EhConsumer *
eh_consumer_new (const char *name, EhEventStore *store, EhCheckpointStore *checkpoints, EhClock *clock,
                 EhConsumerHandler handler, gpointer user_data, GDestroyNotify destroy, GError **error)
{
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (EH_IS_EVENT_STORE (store), NULL);
  g_return_val_if_fail (EH_IS_CHECKPOINT_STORE (checkpoints), NULL);
  g_return_val_if_fail (clock == NULL || EH_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (handler != NULL, NULL);

  return eh_consumer_new_with (name, store, checkpoints, clock, &(EhConsumerFuncs){ .handle = handler }, user_data,
                               destroy, error);
}

const char *
eh_consumer_get_name (EhConsumer *self)
{
  g_return_val_if_fail (EH_IS_CONSUMER (self), NULL);

  return self->name;
}

void
eh_consumer_set_from (EhConsumer *self, guint64 position)
{
  g_return_if_fail (EH_IS_CONSUMER (self));

  self->from = position;
}

void
eh_consumer_set_category (EhConsumer *self, const char *category)
{
  g_return_if_fail (EH_IS_CONSUMER (self));

  g_free (self->category);
  self->category = g_strdup (category);
}

void
eh_consumer_set_types (EhConsumer *self, const char *const *types)
{
  g_return_if_fail (EH_IS_CONSUMER (self));

  g_strfreev (self->types);
  self->types = g_strdupv ((char **) types);
}

void
eh_consumer_set_attempts (EhConsumer *self, guint n, gint64 first_delay, gint64 longest_delay)
{
  g_return_if_fail (EH_IS_CONSUMER (self));
  g_return_if_fail (first_delay >= 0 && longest_delay >= 0);

  self->attempts = n;
  self->first_delay = first_delay;
  self->longest_delay = longest_delay;
}

void
eh_consumer_set_checkpoint_every (EhConsumer *self, guint n_events, gint64 interval)
{
  g_return_if_fail (EH_IS_CONSUMER (self));
  g_return_if_fail (n_events > 0);
  g_return_if_fail (interval >= 0);

  self->save_events = n_events;
  self->save_interval = interval;
}

void
eh_consumer_set_partitions (EhConsumer *self, guint n)
{
  g_return_if_fail (EH_IS_CONSUMER (self));
  g_return_if_fail (n > 0);
  g_return_if_fail (n == 1 || self->funcs.save == NULL);

  self->n_partitions = n;
}

void
eh_consumer_set_tracer (EhConsumer *self, EhTracer *tracer)
{
  g_return_if_fail (EH_IS_CONSUMER (self));
  g_return_if_fail (tracer == NULL || EH_IS_TRACER (tracer));

  g_set_object (&self->tracer, tracer);
}

void
eh_consumer_set_gate (EhConsumer *self, EhConsumerGate gate, EhConsumerFailed failed, gpointer user_data)
{
  self->gate = gate;
  self->gate_failed = failed;
  self->gate_data = user_data;
}

gint64
eh_consumer_get_due (EhConsumer *self)
{
  gint64 due = 0;

  g_return_val_if_fail (EH_IS_CONSUMER (self), G_MAXINT64);

  eh_lock (&self->lock);
  due = self->due;
  eh_unlock (&self->lock);
  return due;
}

guint64
eh_consumer_get_position (EhConsumer *self)
{
  guint64 position = 0;

  g_return_val_if_fail (EH_IS_CONSUMER (self), 0);

  eh_lock (&self->lock);
  position = self->position;
  eh_unlock (&self->lock);
  return position;
}

GError *
eh_consumer_get_last_error (EhConsumer *self)
{
  GError *error = NULL;

  g_return_val_if_fail (EH_IS_CONSUMER (self), NULL);

  eh_lock (&self->lock);
  error = self->last_error != NULL ? g_error_copy (self->last_error) : NULL;
  eh_unlock (&self->lock);
  return error;
}

/* Called with the lock held. Whether there is an answer: the error is set or @position was reached. */
static gboolean
eh_consumer_is_settled (EhConsumer *self, guint64 position, GError **error)
{
  if (self->position >= position)
    return TRUE;
  if (self->is_stopped)
    g_set_error (error, EH_ERROR, EH_ERROR_CLOSED, "%s was stopped at position %" G_GUINT64_FORMAT, self->name,
                 self->position);
  else if (self->state == EH_CONSUMER_FAILED && self->last_error != NULL)
    g_propagate_error (error, g_error_copy (self->last_error));
  else
    return FALSE;
  return TRUE;
}

/* Called with the lock held, which is let go meanwhile. */
static gboolean
eh_consumer_sleep (EhConsumer *self, gint64 end, GCancellable *cancellable, GError **error)
{
  const gint64 left = end == G_MAXINT64 ? G_MAXINT64 : end - eh_clock_now (self->clock);
  gboolean ok = TRUE;

  if (left <= 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "%s has come to position %" G_GUINT64_FORMAT " only",
                   self->name, self->position);
      return FALSE;
    }
  if (self->is_real_time)
    {
      gint64 most = cancellable != NULL ? POLL_INTERVAL : G_TIME_SPAN_HOUR;

      self->n_waiting++;
      eh_cond_wait_until (&self->reached, &self->lock, g_get_monotonic_time () + MIN (left, most));
      self->n_waiting--;
      return !g_cancellable_set_error_if_cancelled (cancellable, error);
    }
  eh_unlock (&self->lock);
  ok = eh_clock_sleep (self->clock, MIN (left, POLL_INTERVAL), cancellable, error);
  eh_lock (&self->lock);
  return ok;
}

gboolean
eh_consumer_reach (EhConsumer *self, guint64 position, gint64 timeout, GCancellable *cancellable, GError **error)
{
  GError *failed = NULL;
  gint64 now = 0;
  gint64 end = G_MAXINT64;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  now = eh_clock_now (self->clock);
  if (timeout >= 0 && timeout < G_MAXINT64 - now)
    end = now + timeout;

  eh_lock (&self->lock);
  while (!eh_consumer_is_settled (self, position, &failed))
    if (!eh_consumer_sleep (self, end, cancellable, &failed))
      break;
  eh_unlock (&self->lock);

  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, failed);
  return FALSE;
}

static gboolean
eh_consumer_check_cause (EhConsumer *self, EhStreamName *stream, guint64 position, GError **error)
{
  const EhParkedEvent *cause = NULL;

  eh_lock (&self->lock);
  cause = eh_parking_find_cause (&self->parking, stream, position);
  if (cause != NULL)
    g_set_error (error, EH_ERROR, EH_ERROR_PARKED, "%s: event %" G_GUINT64_FORMAT " of %s was set aside: %s",
                 self->name, eh_parked_event_get_position (cause),
                 eh_stream_name_to_string (eh_parked_event_get_stream (cause)), eh_parked_event_get_message (cause));
  eh_unlock (&self->lock);
  return cause == NULL;
}

gboolean
eh_consumer_wait_for_stream (EhConsumer *self, EhStreamName *stream, guint64 position, gint64 timeout, GError **error)
{
  return eh_consumer_reach (self, position, timeout, NULL, error)
         && eh_consumer_check_cause (self, stream, position, error);
}

gboolean
eh_consumer_wait (EhConsumer *self, guint64 position, gint64 timeout, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (EH_IS_CONSUMER (self), FALSE);

  return eh_consumer_reach (self, position, timeout, cancellable, error)
         && eh_consumer_check_cause (self, NULL, position, error);
}

GPtrArray *
eh_consumer_list_parked (EhConsumer *self)
{
  GPtrArray *list = NULL;

  g_return_val_if_fail (EH_IS_CONSUMER (self), NULL);

  eh_lock (&self->lock);
  list = eh_parking_list (&self->parking);
  eh_unlock (&self->lock);
  return list;
}

/* Called with the lock held. What is changed while nobody follows would be forgotten for the checkpoint. */
static gboolean
eh_consumer_check_running (EhConsumer *self, GError **error)
{
  if (!self->is_stopped)
    return TRUE;
  g_set_error (error, EH_ERROR, EH_ERROR_CLOSED, "%s was stopped", self->name);
  return FALSE;
}

static gboolean
eh_consumer_replay_locked (EhConsumer *self, EhStreamName *stream, GError **error)
{
  if (!eh_consumer_check_running (self, error))
    return FALSE;
  if (eh_parking_replay (&self->parking, stream))
    return TRUE;
  g_set_error (error, EH_ERROR, EH_ERROR_NOT_FOUND, "%s: no event of %s is parked", self->name,
               eh_stream_name_to_string (stream));
  return FALSE;
}

gboolean
eh_consumer_replay_parked (EhConsumer *self, EhStreamName *stream, GError **error)
{
  gboolean ok = FALSE;

  g_return_val_if_fail (EH_IS_CONSUMER (self), FALSE);
  g_return_val_if_fail (stream != NULL, FALSE);

  eh_lock (&self->lock);
  ok = eh_consumer_replay_locked (self, stream, error);
  eh_unlock (&self->lock);
  if (ok)
    eh_consumer_wake (self);
  return ok;
}

static gboolean
eh_consumer_drop_locked (EhConsumer *self, guint64 position, GError **error)
{
  if (!eh_consumer_check_running (self, error))
    return FALSE;
  if (!eh_parking_remove (&self->parking, position))
    {
      g_set_error (error, EH_ERROR, EH_ERROR_NOT_FOUND, "%s: event %" G_GUINT64_FORMAT " is not parked", self->name,
                   position);
      return FALSE;
    }
  g_atomic_int_set (&self->n_parked, (gint) eh_parking_get_size (&self->parking));
  g_atomic_int_set (&self->dropped, TRUE);
  return TRUE;
}

gboolean
eh_consumer_drop_parked (EhConsumer *self, guint64 position, GError **error)
{
  gboolean ok = FALSE;

  g_return_val_if_fail (EH_IS_CONSUMER (self), FALSE);

  eh_lock (&self->lock);
  ok = eh_consumer_drop_locked (self, position, error);
  eh_unlock (&self->lock);
  if (ok)
    eh_consumer_wake (self);
  return ok;
}
