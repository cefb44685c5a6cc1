/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/eh-memory-bus-core-private.h"

#include "bus/eh-memory-bus.h"
#include "model/eh-error.h"

/*
 * The life of the core: threads, subscriptions, flush, close.
 *
 * Closing has two phases. First everything is flushed while publishing goes on, so that what handlers publish in answer
 * is still accepted. Then publishing is refused and the rest is drained: so nothing that was accepted is lost,
 * and handlers that publish without end cannot hold the close up.
 */

/* How long a wait that can be cancelled may overlook it. */
#define POLL_INTERVAL (5 * G_TIME_SPAN_MILLISECOND)

static gboolean
refuse_closed (GError **error)
{
  g_set_error_literal (error, EH_ERROR, EH_ERROR_CLOSED, "the memory bus is closed");
  return FALSE;
}

static void
parked_clear (gpointer data)
{
  EhBusParked *self = data;

  eh_event_unref (self->event);
  g_free (self->reason);
}

/* With the lock held, which is released. */
static void
core_unref (EhBusCore *self)
{
  gboolean is_last = --self->n_refs == 0;

  eh_unlock (&self->lock);
  if (!is_last)
    return;

  g_assert (self->groups->len == 0);
  g_ptr_array_unref (self->threads);
  g_ptr_array_unref (self->groups);
  g_array_unref (self->parked);
  eh_lock_clear (&self->lock);
  eh_cond_clear (&self->work);
  eh_cond_clear (&self->progress);
  g_free (self);
}

static gpointer
core_deliver (gpointer data)
{
  EhBusCore *self = data;

  eh_lock (&self->lock);
  while (!self->closed)
    {
      if (eh_bus_core_step_locked (self))
        continue;

      self->n_idle++;
      eh_cond_wait (&self->work, &self->lock);
      self->n_idle--;
      if (self->n_called > 0)
        self->n_called--;
    }
  core_unref (self);
  return NULL;
}

EhBusCore *
eh_bus_core_new (guint n_threads)
{
  EhBusCore *self = g_new0 (EhBusCore, 1);

  eh_lock_init (&self->lock);
  eh_cond_init (&self->work);
  eh_cond_init (&self->progress);
  self->n_refs = 1 + n_threads;
  self->attempts = EH_MEMORY_BUS_ATTEMPTS;
  self->n_threads = n_threads;
  self->threads = g_ptr_array_new ();
  self->groups = g_ptr_array_new ();
  self->parked = g_array_new (FALSE, FALSE, sizeof (EhBusParked));
  g_array_set_clear_func (self->parked, parked_clear);
  for (guint i = 0; i < n_threads; i++)
    g_ptr_array_add (self->threads, g_thread_new ("eh-bus", core_deliver, self));

  return self;
}

/* A thread cannot wait for its own end; it holds a reference of its own and ends after its handler. */
static void
join_threads (GPtrArray *threads)
{
  for (guint i = 0; i < threads->len; i++)
    {
      GThread *thread = g_ptr_array_index (threads, i);

      if (thread == g_thread_self ())
        g_thread_unref (thread);
      else
        g_thread_join (thread);
    }
}

static void
core_end_group (EhBusCore *self, EhBusGroup *group, GPtrArray *members)
{
  eh_bus_core_drop_waiting (self, group);
  g_ptr_array_extend_and_steal (members, g_steal_pointer (&group->members));
  group->members = g_ptr_array_new ();
  eh_bus_group_unref (group);
}

/* With the lock held; releases it while it waits for the threads. */
static void
core_shut (EhBusCore *self)
{
  g_autoptr (GPtrArray) threads = self->threads;
  g_autoptr (GPtrArray) members = g_ptr_array_new ();

  self->closed = TRUE;
  self->threads = g_ptr_array_new ();
  for (guint i = 0; i < self->groups->len; i++)
    core_end_group (self, g_ptr_array_index (self->groups, i), members);
  g_ptr_array_set_size (self->groups, 0);
  eh_cond_broadcast (&self->work);

  eh_unlock (&self->lock);
  join_threads (threads);
  eh_lock (&self->lock);
  for (guint i = 0; i < members->len; i++)
    eh_bus_core_unref_member (self, g_ptr_array_index (members, i));
}

void
eh_bus_core_dispose (EhBusCore *self)
{
  eh_lock (&self->lock);
  core_shut (self);
  core_unref (self);
}

static EhBusGroup *
core_find_group (EhBusCore *self, const char *name)
{
  for (guint i = 0; name != NULL && i < self->groups->len; i++)
    {
      EhBusGroup *group = g_ptr_array_index (self->groups, i);

      if (g_strcmp0 (group->name, name) == 0)
        return group;
    }

  return NULL;
}

static guint
core_subscribe_locked (EhBusCore *self, const char *bucket, const char *subset, const char *name, EhBusMember *member,
                       GError **error)
{
  EhBusGroup *group = core_find_group (self, name);

  if (self->closed || self->n_closing > 0)
    return refuse_closed (error);
  if (group != NULL && !eh_bus_group_has_topic (group, bucket, subset))
    {
      g_set_error (error, EH_ERROR, EH_ERROR_EXISTS, "group \"%s\" exists with another topic, %s.%s", name,
                   group->bucket != NULL ? group->bucket : "*", group->subset != NULL ? group->subset : "*");
      return 0;
    }

  if (group == NULL)
    {
      group = eh_bus_group_new (name, bucket, subset);
      g_ptr_array_add (self->groups, group);
    }
  member->id = ++self->last_id;
  g_ptr_array_add (group->members, member);
  return member->id;
}

guint
eh_bus_core_subscribe (EhBusCore *self, const char *bucket, const char *subset, const char *name, EhBusMember *member,
                       GError **error)
{
  guint id = 0;

  eh_lock (&self->lock);
  id = core_subscribe_locked (self, bucket, subset, name, member, error);
  eh_unlock (&self->lock);
  if (id == 0)
    g_free (member);

  return id;
}

static EhBusMember *
group_remove_member (EhBusGroup *self, guint id)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      EhBusMember *member = g_ptr_array_index (self->members, i);

      if (member->id != id)
        continue;

      g_ptr_array_remove_index (self->members, i);
      if (i < self->next_member)
        self->next_member--;
      return member;
    }

  return NULL;
}

/* Also ends the group of the last member. */
static EhBusMember *
core_remove_member (EhBusCore *self, guint id)
{
  for (guint i = 0; i < self->groups->len; i++)
    {
      EhBusGroup *group = g_ptr_array_index (self->groups, i);
      EhBusMember *member = group_remove_member (group, id);

      if (member == NULL)
        continue;

      if (group->members->len == 0)
        {
          g_ptr_array_remove_index (self->groups, i);
          eh_bus_core_drop_waiting (self, group);
          eh_bus_group_unref (group);
        }
      return member;
    }

  return NULL;
}

static void
core_wait (EhBusCore *self, GCancellable *cancellable)
{
  if (cancellable == NULL)
    eh_cond_wait (&self->progress, &self->lock);
  else
    eh_cond_wait_until (&self->progress, &self->lock, g_get_monotonic_time () + POLL_INTERVAL);
}

static void
core_wait_for_delivery (EhBusCore *self, GCancellable *cancellable)
{
  self->n_waiters++;
  core_wait (self, cancellable);
  self->n_waiters--;
}

static gboolean
core_unsubscribe_locked (EhBusCore *self, guint id, GError **error)
{
  EhBusMember *member = NULL;

  if (self->closed)
    return refuse_closed (error);

  member = core_remove_member (self, id);
  if (member == NULL)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_NOT_FOUND, "the memory bus has no subscription %u", id);
      return FALSE;
    }

  while (eh_bus_core_runs_elsewhere (self, member))
    core_wait_for_delivery (self, NULL);
  eh_bus_core_unref_member (self, member);
  return TRUE;
}

gboolean
eh_bus_core_unsubscribe (EhBusCore *self, guint id, GError **error)
{
  gboolean done = FALSE;

  eh_lock (&self->lock);
  done = core_unsubscribe_locked (self, id, error);
  eh_unlock (&self->lock);
  return done;
}

static gboolean
core_finish_flush (EhBusCore *self, const EhBusFlush *flush, GCancellable *cancellable, GError **error)
{
  while (flush->n_left > 0)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (self->n_threads > 0)
        core_wait (self, cancellable);
      else if (!eh_bus_core_step_locked (self))
        core_wait_for_delivery (self, cancellable);
    }

  return TRUE;
}

static gboolean
core_flush_locked (EhBusCore *self, GCancellable *cancellable, GError **error)
{
  EhBusFlush flush = { .last = self->number, .n_left = self->n_outstanding };
  gboolean done = FALSE;

  if (self->closed)
    return refuse_closed (error);
  if (eh_bus_core_is_delivering (self))
    {
      g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID,
                           "a handler cannot flush or close the memory bus: that would wait for the handler itself");
      return FALSE;
    }

  flush.link.data = &flush;
  g_queue_push_tail_link (&self->flushes, &flush.link);
  done = core_finish_flush (self, &flush, cancellable, error);
  g_queue_unlink (&self->flushes, &flush.link);
  return done;
}

gboolean
eh_bus_core_flush (EhBusCore *self, GCancellable *cancellable, GError **error)
{
  gboolean done = FALSE;

  eh_lock (&self->lock);
  done = core_flush_locked (self, cancellable, error);
  eh_unlock (&self->lock);
  return done;
}

/* Another close may be first at any moment at which the lock is released. */
static gboolean
core_close_locked (EhBusCore *self, GCancellable *cancellable, GError **error)
{
  gboolean drained = FALSE;

  if (self->closed)
    return TRUE;
  if (!core_flush_locked (self, cancellable, error))
    return FALSE;

  self->n_closing++;
  drained = self->closed || core_flush_locked (self, cancellable, error);
  self->n_closing--;
  if (drained && !self->closed)
    core_shut (self);

  return drained;
}

gboolean
eh_bus_core_close (EhBusCore *self, GCancellable *cancellable, GError **error)
{
  gboolean done = FALSE;

  eh_lock (&self->lock);
  done = core_close_locked (self, cancellable, error);
  eh_unlock (&self->lock);
  return done;
}
