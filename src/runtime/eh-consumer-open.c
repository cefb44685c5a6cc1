/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-error.h"
#include "runtime/eh-consumer-struct-private.h"

/*
 * Where a consumer begins, and what it leaves behind. The payload is used only if it is what this very consumer would
 * have written: the position and the payload are one thing, so without the one the other means nothing.
 *
 * A checkpoint must not outlive its events: if the store lost some in a power cut and had others in their places, the
 * consumer would pass them over. So the store is flushed before the checkpoint is saved.
 */

/* Whether @checkpoint is of the kind that this consumer saves. */
static gboolean
eh_consumer_check_shape (EhConsumer *self, EhCheckpoint *checkpoint, GError **error)
{
  const char *shape = self->funcs.shape != NULL ? self->funcs.shape : "";

  if (self->funcs.shape != NULL && eh_checkpoint_get_payload (checkpoint) == NULL)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "checkpoint %s was saved without a \"%s\"", self->name, shape);
      return FALSE;
    }
  if (g_str_equal (eh_checkpoint_get_shape (checkpoint), shape)
      && eh_checkpoint_get_revision (checkpoint) == self->funcs.revision)
    return TRUE;
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID,
               "checkpoint %s was saved with \"%s\" of revision %u, and \"%s\" of revision %u is wanted", self->name,
               eh_checkpoint_get_shape (checkpoint), eh_checkpoint_get_revision (checkpoint), shape,
               self->funcs.revision);
  return FALSE;
}

static gboolean
eh_consumer_check_position (EhConsumer *self, EhCheckpoint *checkpoint, GError **error)
{
  guint64 head = 0;

  if (eh_checkpoint_get_position (checkpoint) == 0)
    return TRUE;
  if (!eh_event_store_get_head (self->store, &head, NULL, error))
    return FALSE;
  if (eh_checkpoint_get_position (checkpoint) <= head)
    return TRUE;
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID,
               "checkpoint %s is at position %" G_GUINT64_FORMAT ", but the store ends at %" G_GUINT64_FORMAT
               ": it is of another store, or the store has lost events",
               self->name, eh_checkpoint_get_position (checkpoint), head);
  return FALSE;
}

static gboolean
eh_consumer_restore (EhConsumer *self, EhCheckpoint *checkpoint, GError **error)
{
  return self->funcs.restore == NULL || self->funcs.restore (checkpoint, self->user_data, error);
}

/* Everything up to there is handled as far as this consumer is concerned. */
static gboolean
eh_consumer_find_beginning (EhConsumer *self, guint64 *position, GError **error)
{
  if (self->from == EH_FROM_NOW)
    return eh_event_store_get_head (self->store, position, NULL, error);
  *position = MAX (self->from, 1) - 1;
  return TRUE;
}

static void
eh_consumer_set_parked (EhConsumer *self, EhCheckpoint *checkpoint)
{
  guint n = eh_checkpoint_get_n_parked (checkpoint);

  eh_lock (&self->lock);
  eh_parking_remove_all (&self->parking);
  for (guint i = 0; i < n; i++)
    eh_parking_add (&self->parking, eh_parked_event_ref (eh_checkpoint_get_parked (checkpoint, i)));
  g_atomic_int_set (&self->n_parked, (gint) n);
  eh_unlock (&self->lock);
}

static gboolean
eh_consumer_begin (EhConsumer *self, GError **error)
{
  g_autoptr (EhCheckpoint) nothing = eh_checkpoint_new (self->name, 0, "", 0, NULL, NULL, 0);

  if (!eh_consumer_find_beginning (self, &self->handled, error) || !eh_consumer_restore (self, nothing, error))
    return FALSE;
  eh_consumer_set_parked (self, nothing);
  /* "Now" is to be the same moment after a crash. */
  return self->from != EH_FROM_NOW || eh_consumer_save (self, error);
}

/* @reason: why what was kept cannot be used */
static gboolean
eh_consumer_begin_anew (EhConsumer *self, GError *reason, GError **error)
{
  g_autoptr (GError) own = reason;

  if (self->funcs.unusable == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&own));
      return FALSE;
    }
  self->funcs.unusable (own, self->user_data);
  return eh_consumer_begin (self, error);
}

static gboolean
eh_consumer_begin_at (EhConsumer *self, EhCheckpoint *checkpoint, GError **error)
{
  GError *reason = NULL;

  if (!eh_consumer_check_position (self, checkpoint, error))
    return FALSE;
  if (!eh_consumer_check_shape (self, checkpoint, &reason) || !eh_consumer_restore (self, checkpoint, &reason))
    return eh_consumer_begin_anew (self, reason, error);
  self->handled = eh_checkpoint_get_position (checkpoint);
  eh_consumer_set_parked (self, checkpoint);
  return TRUE;
}

static gboolean
eh_consumer_load (EhConsumer *self, GError **error)
{
  g_autoptr (EhCheckpoint) checkpoint = NULL;
  GError *failed = NULL;

  if (!eh_checkpoint_store_load (self->checkpoints, self->name, &checkpoint, NULL, &failed))
    {
      if (g_error_matches (failed, EH_ERROR, EH_ERROR_CORRUPT))
        return eh_consumer_begin_anew (self, failed, error);
      g_propagate_error (error, failed);
      return FALSE;
    }
  return checkpoint != NULL ? eh_consumer_begin_at (self, checkpoint, error) : eh_consumer_begin (self, error);
}

gboolean
eh_consumer_open (EhConsumer *self, GError **error)
{
  if (self->is_open)
    return TRUE;
  if (!eh_checkpoint_store_claim (self->checkpoints, self->name, error))
    return FALSE;
  self->has_saved = FALSE;
  self->saved_at = eh_clock_now (self->clock);
  if (!eh_consumer_load (self, error))
    {
      eh_checkpoint_store_release (self->checkpoints, self->name);
      return FALSE;
    }
  self->is_open = TRUE;
  if (self->n_partitions > 1)
    self->lanes = eh_partitions_new (self);
  eh_lock (&self->lock);
  self->is_stopped = FALSE;
  self->state = EH_CONSUMER_IDLE;
  self->is_deaf = FALSE;
  eh_unlock (&self->lock);
  eh_consumer_publish (self);
  return TRUE;
}

/* FALSE with the error set, or what funcs.save gave, which may be nothing. */
static gboolean
eh_consumer_make_payload (EhConsumer *self, GBytes **payload, GError **error)
{
  GError *failed = NULL;

  if (self->funcs.save != NULL)
    *payload = self->funcs.save (self->handled, self->user_data, &failed);
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, failed);
  return FALSE;
}

/* With partitions something may be parked ahead of the position: it comes again, as all that was handled there. */
static guint
eh_consumer_count_parked (const EhConsumer *self, const GPtrArray *parked)
{
  guint n = parked->len;

  while (n > 0 && eh_parked_event_get_position (g_ptr_array_index (parked, n - 1)) > self->handled)
    n--;
  return n;
}

gboolean
eh_consumer_save (EhConsumer *self, GError **error)
{
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (GPtrArray) parked = NULL;
  g_autoptr (EhCheckpoint) checkpoint = NULL;

  if (!eh_consumer_make_payload (self, &payload, error))
    return FALSE;
  g_atomic_int_set (&self->dropped, FALSE);
  parked = eh_consumer_list_parked (self);
  checkpoint = eh_checkpoint_new (self->name, self->handled, self->funcs.shape != NULL ? self->funcs.shape : "",
                                  self->funcs.revision, payload, (EhParkedEvent *const *) parked->pdata,
                                  eh_consumer_count_parked (self, parked));
  if (!eh_event_store_flush (self->store, NULL, error)
      || !eh_checkpoint_store_save (self->checkpoints, checkpoint, NULL, error))
    {
      self->touched = TRUE;
      return FALSE;
    }
  self->n_unsaved = 0;
  self->touched = FALSE;
  self->has_saved = TRUE;
  self->saved_at = eh_clock_now (self->clock);
  return TRUE;
}

void
eh_consumer_forget (EhConsumer *self)
{
  if (!self->is_open)
    return;
  g_clear_pointer (&self->lanes, eh_partitions_free);
  g_clear_pointer (&self->page, eh_event_page_unref);
  self->n_taken = 0;
  self->n_tries = 0;
  self->n_tick_tries = 0;
  self->tick_at = G_MININT64;
  self->n_failures = 0;
  self->n_unsaved = 0;
  self->touched = FALSE;
  self->retry_at = G_MININT64;
  self->is_open = FALSE;
  eh_checkpoint_store_release (self->checkpoints, self->name);
}
