/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-client-private.h"

#include "eh-close-report-private.h"
#include "eh-relay-private.h"
#include "model/eh-error.h"
#include "runtime/eh-consumer-private.h"
#include "store/eh-memory-checkpoint-store.h"

/* What of a client follows its store: projections, process managers, the relay, consumers of one's own. */

static void
follower_free (gpointer data)
{
  EhFollower *follower = data;

  eh_consumer_stop (follower->consumer, NULL);
  g_clear_object (&follower->projection);
  g_clear_object (&follower->manager);
  g_clear_object (&follower->consumer);
  g_free (follower);
}

GPtrArray *
eh_client_new_followers (void)
{
  return g_ptr_array_new_with_free_func (follower_free);
}

/* @projection and @manager: (transfer full) (nullable) */
static void
add_follower (EhClient *self, EhConsumer *consumer, EhProjection *projection, EhProcessManager *manager)
{
  EhFollower *follower = g_new0 (EhFollower, 1);

  follower->consumer = g_object_ref (consumer);
  follower->projection = projection;
  follower->manager = manager;
  g_ptr_array_add (self->followers, follower);
}

void
eh_client_set_publish_mode (EhClient *self, EhPublishMode mode)
{
  g_return_if_fail (EH_IS_CLIENT (self));
  g_return_if_fail (!self->is_prepared);

  self->mode = mode;
  eh_command_handler_set_event_bus (self->handler, mode == EH_PUBLISH_AFTER_SAVE ? self->bus : NULL);
}

void
eh_client_set_checkpoints (EhClient *self, EhCheckpointStore *checkpoints)
{
  g_return_if_fail (EH_IS_CLIENT (self));
  g_return_if_fail (EH_IS_CHECKPOINT_STORE (checkpoints));
  g_return_if_fail (!self->is_prepared);

  g_set_object (&self->checkpoints, checkpoints);
}

EhCheckpointStore *
eh_client_get_checkpoints (EhClient *self, GError **error)
{
  g_return_val_if_fail (EH_IS_CLIENT (self), NULL);

  if (self->checkpoints != NULL)
    return self->checkpoints;
  if (self->checkpoints_uri != NULL)
    self->checkpoints = eh_checkpoint_store_open (self->checkpoints_uri, error);
  else if ((eh_event_store_get_features (self->store) & EH_STORE_DURABLE) == 0)
    self->checkpoints = eh_memory_checkpoint_store_new ();
  else
    g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID,
                         "the store is durable: say by eh_client_set_checkpoints() where checkpoints are kept");
  return self->checkpoints;
}

void
eh_client_set_tracer (EhClient *self, EhTracer *tracer)
{
  g_return_if_fail (EH_IS_CLIENT (self));
  g_return_if_fail (tracer == NULL || EH_IS_TRACER (tracer));
  g_return_if_fail (!self->is_prepared);

  g_set_object (&self->tracer, tracer);
  eh_command_handler_set_tracer (self->handler, tracer);
  eh_repository_set_tracer (self->repository, tracer);
}

void
eh_client_add_consumer (EhClient *self, EhConsumer *consumer)
{
  g_return_if_fail (EH_IS_CLIENT (self));
  g_return_if_fail (EH_IS_CONSUMER (consumer));
  g_return_if_fail (!self->is_prepared);

  add_follower (self, consumer, NULL, NULL);
}

static gboolean
prepare_projections (EhClient *self, EhCheckpointStore *checkpoints, GError **error)
{
  for (guint i = 0; i < eh_domain_get_n_projections (self->domain); i++)
    {
      EhProjection *projection = eh_projection_new (self->domain, eh_domain_get_projection (self->domain, i),
                                                    self->store, checkpoints, self->clock, error);

      if (projection == NULL)
        return FALSE;
      add_follower (self, eh_projection_get_consumer (projection), projection, NULL);
    }
  return TRUE;
}

static gboolean
prepare_managers (EhClient *self, EhCheckpointStore *checkpoints, GError **error)
{
  for (guint i = 0; i < eh_domain_get_n_processes (self->domain); i++)
    {
      EhProcessManager *manager = eh_process_manager_new (self->domain, eh_domain_get_process (self->domain, i),
                                                          self->store, self->inner_bus, checkpoints, self->clock,
                                                          error);

      if (manager == NULL)
        return FALSE;
      add_follower (self, eh_process_manager_get_consumer (manager), NULL, manager);
    }
  return TRUE;
}

static gboolean
has_relay (EhClient *self)
{
  return self->bus != NULL && self->mode == EH_PUBLISH_RELAY;
}

static gboolean
prepare_relay (EhClient *self, EhCheckpointStore *checkpoints, GError **error)
{
  g_autoptr (EhConsumer) relay = NULL;

  if (!has_relay (self))
    return TRUE;
  relay = eh_relay_new (EH_CLIENT_RELAY, self->domain, self->store, self->bus, checkpoints, self->clock, error);
  if (relay == NULL)
    return FALSE;
  eh_relay_set_leaving (relay, self->leaving);
  add_follower (self, relay, NULL, NULL);
  return TRUE;
}

static gboolean
needs_checkpoints (EhClient *self)
{
  return has_relay (self) || eh_domain_get_n_projections (self->domain) > 0
         || eh_domain_get_n_processes (self->domain) > 0;
}

gboolean
eh_client_prepare (EhClient *self, GError **error)
{
  guint n_added = self->followers->len;
  EhCheckpointStore *checkpoints;

  if (self->is_prepared)
    return TRUE;
  if (needs_checkpoints (self))
    {
      checkpoints = eh_client_get_checkpoints (self, error);
      if (checkpoints == NULL)
        return FALSE;
      if (!prepare_projections (self, checkpoints, error) || !prepare_managers (self, checkpoints, error)
          || !prepare_relay (self, checkpoints, error))
        {
          g_ptr_array_set_size (self->followers, (gint) n_added);
          return FALSE;
        }
    }
  /* A consumer of one's own may have one of its own. */
  for (guint i = 0; i < self->followers->len && self->tracer != NULL; i++)
    eh_consumer_set_tracer (eh_client_get_nth_consumer (self, i), self->tracer);
  self->is_prepared = TRUE;
  return TRUE;
}

guint
eh_client_get_n_consumers (EhClient *self)
{
  return self->followers->len;
}

EhConsumer *
eh_client_get_nth_consumer (EhClient *self, guint i)
{
  return ((EhFollower *) self->followers->pdata[i])->consumer;
}

gboolean
eh_client_start (EhClient *self, GError **error)
{
  g_return_val_if_fail (EH_IS_CLIENT (self), FALSE);

  if (!eh_client_prepare (self, error))
    return FALSE;
  for (guint i = 0; i < self->followers->len; i++)
    {
      EhConsumer *consumer = eh_client_get_nth_consumer (self, i);

      if (eh_consumer_start (consumer, error))
        continue;
      g_prefix_error (error, "%s: ", eh_consumer_get_name (consumer));
      while (i-- > 0)
        eh_consumer_stop (eh_client_get_nth_consumer (self, i), NULL);
      return FALSE;
    }
  return TRUE;
}

static EhFollower *
find_follower (EhClient *self, const char *name)
{
  for (guint i = 0; i < self->followers->len && self->is_prepared; i++)
    {
      EhFollower *follower = self->followers->pdata[i];

      if (g_str_equal (eh_consumer_get_name (follower->consumer), name))
        return follower;
    }
  return NULL;
}

EhProjection *
eh_client_get_projection (EhClient *self, const char *name)
{
  EhFollower *follower;

  g_return_val_if_fail (EH_IS_CLIENT (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  follower = find_follower (self, name);
  return follower == NULL ? NULL : follower->projection;
}

EhProcessManager *
eh_client_get_process_manager (EhClient *self, const char *name)
{
  EhFollower *follower;

  g_return_val_if_fail (EH_IS_CLIENT (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  follower = find_follower (self, name);
  return follower == NULL ? NULL : follower->manager;
}

EhConsumer *
eh_client_get_consumer (EhClient *self, const char *name)
{
  EhFollower *follower;

  g_return_val_if_fail (EH_IS_CLIENT (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  follower = find_follower (self, name);
  return follower == NULL ? NULL : follower->consumer;
}

gboolean
eh_client_wait (EhClient *self, EhOutcome *outcome, const char *name, gint64 timeout, GError **error)
{
  guint64 position;
  EhConsumer *consumer;

  g_return_val_if_fail (EH_IS_CLIENT (self), FALSE);
  g_return_val_if_fail (outcome != NULL, FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  consumer = eh_client_get_consumer (self, name);
  if (consumer == NULL)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_NOT_FOUND, "the client runs no consumer %s", name);
      return FALSE;
    }
  position = eh_outcome_get_position (outcome);
  return position == 0
         || eh_consumer_wait_for_stream (consumer,
                                         eh_event_get_stream (eh_event_page_get (eh_outcome_get_events (outcome), 0)),
                                         position, timeout, error);
}

/* A consumer that fails is told of once: it is left out from then on. */
static gboolean
wait_for (EhFollower *follower, guint64 head, EhCloseReport *report, GCancellable *cancellable, GError **error)
{
  const char *name = eh_consumer_get_name (follower->consumer);
  GError *failure = NULL;

  if (eh_consumer_reach (follower->consumer, head, -1, cancellable, &failure))
    return TRUE;
  if (report == NULL || g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_prefixed_error (error, failure, "%s: ", name);
      return FALSE;
    }
  eh_close_report_add_error (report, name, failure);
  follower->is_stopped = TRUE;
  eh_consumer_stop (follower->consumer, NULL);
  return TRUE;
}

gboolean
eh_client_let_settle (EhClient *self, EhCloseReport *report, GCancellable *cancellable, GError **error)
{
  guint64 head = 0;
  guint64 before;

  if (self->followers->len == 0)
    return TRUE;
  if (!eh_event_store_get_head (self->store, &head, NULL, error))
    return FALSE;
  do
    {
      before = head;
      for (guint i = 0; i < self->followers->len; i++)
        {
          EhFollower *follower = self->followers->pdata[i];

          if (!follower->is_stopped && !wait_for (follower, head, report, cancellable, error))
            return FALSE;
        }
      if (!eh_event_store_get_head (self->store, &head, NULL, error))
        return FALSE;
    }
  while (head != before);
  return TRUE;
}

gboolean
eh_client_settle (EhClient *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (EH_IS_CLIENT (self), FALSE);

  return eh_client_let_settle (self, NULL, cancellable, error);
}
