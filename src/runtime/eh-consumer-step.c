/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-error.h"
#include "model/eh-event-page-private.h"
#include "model/eh-event-private.h"
#include "runtime/eh-consumer-struct-private.h"
#include "runtime/eh-tracer-private.h"

/*
 * A step goes on in this order, and stops at the first that cannot be done now:
 *
 *   1. what is overdue is saved;
 *   2. parked events that are to be tried again, so that nothing newer of their streams comes before them;
 *   3. the events of the page, and the next page;
 *   4. once a page that was read in this step was the last: what is due by the clock, then the checkpoint.
 *
 * The cursor stays at an event until it is handled or parked. So @handled is always its position minus one, and a
 * checkpoint that is saved at any moment leads back to the same event.
 *
 * Whether the end was reached is told only by a page that was read in the same step: what is left of an older one
 * says nothing of the store as it is now.
 */

/* How many events a step takes that is not told. */
#define STEP_EVENTS EH_READ_LIMIT_MAX

void
eh_consumer_publish (EhConsumer *self)
{
  eh_lock (&self->lock);
  self->position = self->handled;
  if (self->n_waiting > 0)
    eh_cond_broadcast (&self->reached);
  eh_unlock (&self->lock);
}

gboolean
eh_consumer_is_down (const GError *reason)
{
  return g_error_matches (reason, EH_ERROR, EH_ERROR_CLOSED) || g_error_matches (reason, EH_ERROR, EH_ERROR_CRASHED);
}

gboolean
eh_consumer_wants (const EhConsumer *self, const EhEvent *event)
{
  return self->types == NULL || g_strv_contains ((const char *const *) self->types, eh_event_get_type_name (event));
}

gboolean
eh_consumer_is_parked (EhConsumer *self, guint64 position)
{
  gboolean is_parked = FALSE;

  if (g_atomic_int_get (&self->n_parked) == 0)
    return FALSE;
  eh_lock (&self->lock);
  is_parked = eh_parking_has_position (&self->parking, position);
  eh_unlock (&self->lock);
  return is_parked;
}

gboolean
eh_consumer_handle (EhConsumer *self, EhConsumerHandler handle, EhEvent *event, GError **reason)
{
  gpointer token = eh_tracer_begin_event (self->tracer, EH_SPAN_HANDLE, self->name, event);
  gboolean ok = handle (event, self->user_data, reason) && *reason == NULL;

  if (!ok && *reason == NULL)
    g_set_error_literal (reason, EH_ERROR, EH_ERROR_INVALID, "the handler failed and did not say why");
  eh_tracer_end (self->tracer, token, *reason);
  return ok;
}

static gint64
eh_consumer_get_delay (const EhConsumer *self, guint n_tries)
{
  gint64 delay = MIN (self->first_delay, self->longest_delay);

  while (n_tries-- > 1 && delay > 0 && delay < self->longest_delay)
    delay = delay > self->longest_delay / 2 ? self->longest_delay : delay * 2;
  return delay;
}

static void
eh_consumer_take_error (EhConsumer *self, GError *error)
{
  eh_lock (&self->lock);
  g_clear_error (&self->last_error);
  self->last_error = error;
  eh_unlock (&self->lock);
}

void
eh_consumer_delay (EhConsumer *self, guint n_tries, GError *reason)
{
  self->retry_at = eh_clock_now (self->clock) + eh_consumer_get_delay (self, n_tries);
  eh_consumer_take_error (self, reason);
}

gboolean
eh_consumer_park (EhConsumer *self, EhEvent *event, guint n_tries, const char *message, GError **error)
{
  gboolean has_room = FALSE;

  eh_lock (&self->lock);
  has_room = eh_parking_get_size (&self->parking) < EH_CONSUMER_PARKED_MAX;
  if (has_room)
    {
      eh_parking_add_event (&self->parking, event, n_tries, message);
      g_atomic_int_set (&self->n_parked, (gint) eh_parking_get_size (&self->parking));
    }
  eh_unlock (&self->lock);

  if (has_room)
    self->touched = TRUE;
  else
    g_set_error (error, EH_ERROR, EH_ERROR_LIMIT,
                 "%s: %d events are parked already, so event %" G_GUINT64_FORMAT
                 " of %s has to wait until some are replayed or dropped: %s",
                 self->name, EH_CONSUMER_PARKED_MAX, eh_event_get_position (event),
                 eh_stream_name_to_string (eh_event_get_stream (event)), message);
  return has_room;
}

gboolean
eh_consumer_park_behind (EhConsumer *self, EhEvent *event, EhTaken *taken, GError **error)
{
  gboolean is_behind = FALSE;

  if (g_atomic_int_get (&self->n_parked) == 0)
    return FALSE;
  eh_lock (&self->lock);
  is_behind = eh_parking_has_stream (&self->parking, eh_event_get_stream (event));
  eh_unlock (&self->lock);
  if (!is_behind)
    return FALSE;
  *taken = eh_consumer_park (self, event, 0, EH_PARKED_BEHIND, error) ? EH_TAKEN : EH_FAILED;
  return TRUE;
}

gboolean
eh_consumer_check_room (EhConsumer *self, guint n_more, GError **error)
{
  gboolean has_room = FALSE;

  eh_lock (&self->lock);
  has_room = eh_parking_get_size (&self->parking) + n_more <= EH_CONSUMER_PARKED_MAX;
  eh_unlock (&self->lock);
  if (!has_room)
    g_set_error (error, EH_ERROR, EH_ERROR_LIMIT, "%s: more than %d events would be parked", self->name,
                 EH_CONSUMER_PARKED_MAX);
  return has_room;
}

void
eh_consumer_park_all (EhConsumer *self, const EhParking *more)
{
  eh_lock (&self->lock);
  eh_parking_add_all (&self->parking, more);
  g_atomic_int_set (&self->n_parked, (gint) eh_parking_get_size (&self->parking));
  eh_unlock (&self->lock);
}

/* The event at the cursor failed. @reason: (transfer full) */
static EhTaken
eh_consumer_fail_event (EhConsumer *self, EhEvent *event, GError *reason, GError **error)
{
  g_autoptr (GError) own = reason;

  if (eh_consumer_is_down (own))
    {
      g_propagate_error (error, g_steal_pointer (&own));
      return EH_FAILED;
    }
  if (self->gate_failed != NULL)
    self->gate_failed (event, own, self->gate_data);
  self->n_tries++;
  if (self->attempts == 0 || self->n_tries < self->attempts)
    {
      eh_consumer_delay (self, self->n_tries, g_steal_pointer (&own));
      return EH_RETRY;
    }
  if (!eh_consumer_park (self, event, self->n_tries, own->message, error))
    {
      self->n_tries--;
      return EH_FAILED;
    }
  self->n_tries = 0;
  self->n_taken++;
  self->n_unsaved++;
  self->handled = eh_event_get_position (event);
  eh_consumer_publish (self);
  return EH_TAKEN;
}

static EhTaken
eh_consumer_take_one (EhConsumer *self, EhEvent *event, GError **reason, GError **error)
{
  EhTaken taken = EH_TAKEN;

  if (self->types != NULL && !eh_consumer_wants (self, event))
    return EH_TAKEN;
  if (eh_consumer_park_behind (self, event, &taken, error))
    return taken;
  if (!eh_consumer_handle (self, self->funcs.handle, event, reason))
    return EH_RETRY;
  self->n_tries = 0;
  self->touched = TRUE;
  return EH_TAKEN;
}

/* Before the turn to change what readers see is taken: a gate may wait. */
static gboolean
eh_consumer_pass_gate (EhConsumer *self, EhEvent *event, gboolean *twice, GError **reason)
{
  return self->gate == NULL || !eh_consumer_wants (self, event) || self->gate (event, twice, self->gate_data, reason);
}

/* Takes @n events of the page at most; where more than one may be taken they are one batch. */
static EhTaken
eh_consumer_take_batch (EhConsumer *self, guint n, guint *budget, GError **error)
{
  EhEvent *const *events = eh_event_page_peek (self->page);
  const guint first = self->n_taken;
  const guint end = first + n;
  EhTaken taken = EH_TAKEN;
  gboolean twice = FALSE;
  GError *reason = NULL;

  if (!eh_consumer_pass_gate (self, events[first], &twice, &reason))
    return eh_consumer_fail_event (self, events[first], reason, error);
  if (self->funcs.enter != NULL)
    self->funcs.enter (events + first, n, self->user_data);
  if (twice)
    taken = eh_consumer_take_one (self, events[first], &reason, error);
  while (self->n_taken < end && taken == EH_TAKEN)
    {
      taken = eh_consumer_take_one (self, events[self->n_taken], &reason, error);
      self->n_taken += taken == EH_TAKEN;
    }
  if (self->funcs.leave != NULL)
    self->funcs.leave (self->user_data);

  *budget -= self->n_taken - first;
  self->n_unsaved += self->n_taken - first;
  if (self->n_taken > first)
    {
      self->handled = eh_event_get_position (events[self->n_taken - 1]);
      eh_consumer_publish (self);
    }
  return taken == EH_RETRY ? eh_consumer_fail_event (self, events[self->n_taken], reason, error) : taken;
}

static EhTaken
eh_consumer_take_from_page (EhConsumer *self, guint *budget, GError **error)
{
  guint n = MIN (eh_event_page_get_size (self->page) - self->n_taken, *budget);

  if (self->lanes != NULL)
    return eh_partitions_take (self->lanes, budget, error);
  n = MIN (n, self->save_events - self->n_unsaved);
  return eh_consumer_take_batch (self, MIN (n, self->funcs.enter != NULL && self->gate == NULL ? EH_CONSUMER_BATCH : 1),
                                 budget, error);
}

/* The page is done: what lies behind its last event up to where the next page begins does not concern the consumer. */
static void
eh_consumer_leave_page (EhConsumer *self)
{
  guint64 next = eh_event_page_get_next (self->page);

  self->at_end = self->is_fresh && eh_event_page_is_end (self->page);
  g_clear_pointer (&self->page, eh_event_page_unref);
  if (next > self->handled + 1)
    {
      self->handled = next - 1;
      eh_consumer_publish (self);
    }
}

static EhTaken
eh_consumer_read_page (EhConsumer *self, GError **error)
{
  self->page = eh_event_store_read_all (self->store, self->category, self->handled + 1, EH_FORWARDS, 0, NULL, error);
  self->n_taken = 0;
  self->is_fresh = TRUE;
  return self->page != NULL ? EH_TAKEN : EH_FAILED;
}

static EhParkedEvent *
eh_consumer_get_replay (EhConsumer *self)
{
  EhParkedEvent *parked = NULL;

  if (g_atomic_int_get (&self->n_parked) == 0)
    return NULL;
  eh_lock (&self->lock);
  parked = eh_parking_get_replay (&self->parking);
  eh_unlock (&self->lock);
  return parked;
}

/* @reason: (nullable): why it failed once more */
static void
eh_consumer_end_replay (EhConsumer *self, guint64 position, const GError *reason)
{
  eh_lock (&self->lock);
  if (reason != NULL)
    eh_parking_fail (&self->parking, position, reason->message);
  else
    eh_parking_remove (&self->parking, position);
  g_atomic_int_set (&self->n_parked, (gint) eh_parking_get_size (&self->parking));
  eh_unlock (&self->lock);
  self->touched = TRUE;
}

static gboolean
eh_consumer_handle_replay (EhConsumer *self, EhEvent *event, GError **reason)
{
  EhConsumerHandler handle = self->funcs.replay != NULL ? self->funcs.replay : self->funcs.handle;
  gboolean ok = FALSE;

  if (self->funcs.enter != NULL)
    self->funcs.enter (&event, 1, self->user_data);
  ok = eh_consumer_handle (self, handle, event, reason);
  if (self->funcs.leave != NULL)
    self->funcs.leave (self->user_data);
  return ok;
}

/* One attempt: a person who looks at the list decides about another. An event whose stream was deleted is gone. */
static EhTaken
eh_consumer_replay_one (EhConsumer *self, EhParkedEvent *parked, guint *budget, GError **error)
{
  const guint64 position = eh_parked_event_get_position (parked);
  g_autoptr (EhEventPage) page = eh_event_store_read_all (self->store, NULL, position, EH_FORWARDS, 1, NULL, error);
  g_autoptr (GError) reason = NULL;
  EhEvent *event = NULL;

  if (page == NULL)
    return EH_FAILED;
  if (eh_event_page_get_size (page) > 0)
    event = eh_event_page_get (page, 0);
  if (event != NULL && eh_event_get_position (event) == position && !eh_consumer_handle_replay (self, event, &reason)
      && eh_consumer_is_down (reason))
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return EH_FAILED;
    }
  eh_consumer_end_replay (self, position, reason);
  *budget -= 1;
  return EH_TAKEN;
}

static EhTaken
eh_consumer_take_next (EhConsumer *self, guint *budget, GError **error)
{
  g_autoptr (EhParkedEvent) replay = eh_consumer_get_replay (self);

  if (replay != NULL)
    return eh_consumer_replay_one (self, replay, budget, error);
  if (self->page == NULL)
    return self->at_end ? EH_NOTHING : eh_consumer_read_page (self, error);
  if (self->n_taken < eh_event_page_get_size (self->page) || eh_partitions_is_busy (self->lanes))
    return eh_consumer_take_from_page (self, budget, error);
  eh_consumer_leave_page (self);
  return EH_TAKEN;
}

static gboolean
eh_consumer_must_save (EhConsumer *self)
{
  gint64 now = 0;

  if (self->n_unsaved >= self->save_events || g_atomic_int_get (&self->dropped))
    return TRUE;
  if ((self->n_unsaved == 0 && !self->touched) || self->save_interval == 0)
    return FALSE;
  now = eh_clock_now (self->clock);
  return now - self->saved_at >= self->save_interval || now < self->saved_at;
}

/* When everything is handled: not at once after each event that comes, but the first, and then by the interval. */
static gint64
eh_consumer_get_save_due (EhConsumer *self)
{
  if (!self->touched)
    return G_MAXINT64;
  return self->has_saved && self->save_interval > 0 ? self->saved_at + self->save_interval : G_MININT64;
}

/* Only what is due waits: the events that come meanwhile are not to blame. */
static EhConsumerState
eh_consumer_fail_tick (EhConsumer *self, GError *reason, GError **error)
{
  if (eh_consumer_is_down (reason))
    {
      g_propagate_error (error, reason);
      return EH_CONSUMER_FAILED;
    }
  self->tick_at = eh_clock_now (self->clock) + eh_consumer_get_delay (self, ++self->n_tick_tries);
  eh_consumer_take_error (self, reason);
  return EH_CONSUMER_WAITING;
}

static void
eh_consumer_forget_tick (EhConsumer *self)
{
  self->n_tick_tries = 0;
  self->tick_at = G_MININT64;
}

static EhConsumerState
eh_consumer_tick (EhConsumer *self, gint64 now, GError **error)
{
  GError *reason = NULL;

  if (!self->funcs.tick (now, self->user_data, &reason))
    return eh_consumer_fail_tick (self, reason, error);
  eh_consumer_forget_tick (self);
  self->touched = TRUE;
  return EH_CONSUMER_BUSY;
}

/* Everything is handled. */
static EhConsumerState
eh_consumer_rest (EhConsumer *self, GError **error)
{
  const gint64 now = eh_clock_now (self->clock);
  const gint64 due = self->funcs.due != NULL ? self->funcs.due (self->user_data) : G_MAXINT64;

  if (due <= now && self->tick_at <= now)
    return eh_consumer_tick (self, now, error);
  if (due > now)
    eh_consumer_forget_tick (self);
  if (eh_consumer_get_save_due (self) <= now && !eh_consumer_save (self, error))
    return EH_CONSUMER_FAILED;
  return due != G_MAXINT64 ? EH_CONSUMER_WAITING : EH_CONSUMER_IDLE;
}

static EhConsumerState
eh_consumer_work (EhConsumer *self, guint budget, GError **error)
{
  self->is_fresh = FALSE;
  self->at_end = FALSE;
  for (;;)
    {
      if (eh_consumer_must_save (self) && !eh_consumer_save (self, error))
        return EH_CONSUMER_FAILED;
      if (budget == 0 || g_atomic_int_get (&self->stopping))
        return EH_CONSUMER_BUSY;
      switch (eh_consumer_take_next (self, &budget, error))
        {
        case EH_TAKEN:
          break;
        case EH_NOTHING:
          return eh_consumer_rest (self, error);
        case EH_RETRY:
          return EH_CONSUMER_WAITING;
        case EH_FAILED:
        default:
          return EH_CONSUMER_FAILED;
        }
    }
}

/*
 * No delay is longer than the longest: then the clock was set back, and the time would not come for who knows how long.
 */
static gboolean
eh_consumer_has_to_wait (EhConsumer *self)
{
  const gint64 now = eh_clock_now (self->clock);

  return now < self->retry_at && self->retry_at - now <= self->longest_delay;
}

static EhConsumerState
eh_consumer_go_on (EhConsumer *self, guint n_max, GError **error)
{
  if (!eh_consumer_open (self, error))
    return EH_CONSUMER_FAILED;
  if (eh_consumer_has_to_wait (self))
    return EH_CONSUMER_WAITING;
  self->retry_at = G_MININT64;
  return eh_consumer_work (self, n_max > 0 ? n_max : STEP_EVENTS, error);
}

static gint64
eh_consumer_find_due (EhConsumer *self, EhConsumerState state)
{
  gint64 due = G_MAXINT64;

  switch (state)
    {
    case EH_CONSUMER_BUSY:
      return G_MININT64;
    case EH_CONSUMER_FAILED:
      return eh_clock_now (self->clock) + eh_consumer_get_delay (self, ++self->n_failures);
    case EH_CONSUMER_IDLE:
    case EH_CONSUMER_WAITING:
    default:
      if (self->retry_at != G_MININT64)
        return self->retry_at;
      due = self->funcs.due != NULL ? self->funcs.due (self->user_data) : G_MAXINT64;
      return MIN (eh_consumer_get_save_due (self), MAX (due, self->tick_at));
    }
}

/* @failed: (transfer full) (nullable) */
static void
eh_consumer_conclude (EhConsumer *self, EhConsumerState state, GError *failed)
{
  gint64 due = 0;

  if (state != EH_CONSUMER_FAILED)
    self->n_failures = 0;
  if (failed != NULL || (self->n_tries == 0 && self->n_tick_tries == 0 && self->retry_at == G_MININT64))
    eh_consumer_take_error (self, failed);
  due = eh_consumer_find_due (self, state);
  eh_lock (&self->lock);
  self->state = state;
  self->is_deaf = state == EH_CONSUMER_FAILED || self->retry_at != G_MININT64;
  self->due = due;
  if (self->n_waiting > 0 && state == EH_CONSUMER_FAILED)
    eh_cond_broadcast (&self->reached);
  eh_unlock (&self->lock);
}

EhConsumerState
eh_consumer_take_step (EhConsumer *self, guint n_max, GError **error)
{
  GError *failed = NULL;
  EhConsumerState state = eh_consumer_go_on (self, n_max, &failed);

  eh_consumer_conclude (self, state, failed != NULL ? g_error_copy (failed) : NULL);
  if (failed != NULL)
    g_propagate_error (error, failed);
  return state;
}

EhConsumerState
eh_consumer_step (EhConsumer *self, guint n_max, GError **error)
{
  g_return_val_if_fail (EH_IS_CONSUMER (self), EH_CONSUMER_FAILED);
  g_return_val_if_fail (error == NULL || *error == NULL, EH_CONSUMER_FAILED);

  return eh_consumer_take_step (self, n_max, error);
}
