/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-mock-bus-core-private.h"

/*
 * The bus inside delivers to a handler of ours, which asks the plan and calls the subscriber's. What is to change
 * its order is held back here and acknowledged to the bus inside. It is handed over in the call that delivers the
 * next event of its stream to its group, so that no stream of a group is ever handled by two threads, and at the
 * latest by a flush.
 */

struct _EhMockSubscription {
  EhMockBusCore *core; /* (owned) */
  char *topic;         /* (owned): with "*" for what was left open */
  char *group;         /* (owned) (nullable) */
  char *key;           /* (owned): the group, or what no group can be called */
  guint id;            /* (mutex core's lock): 0 while it is being subscribed */
  gint has_ended;      /* (atomic) */
  EhEventHandler handler;
  gpointer user_data;
  GDestroyNotify destroy; /* (nullable) */
};

typedef struct {
  EhEvent *event; /* (owned) */
  char *key;      /* (owned): whose it is */
} HeldEvent;

static void
held_event_free (gpointer data)
{
  HeldEvent *self = data;

  eh_event_unref (self->event);
  g_free (self->key);
  g_free (self);
}

EhMockBusCore *
eh_mock_bus_core_new (EhFaultPlan *plan, EhCallLog *log)
{
  EhMockBusCore *self = g_atomic_rc_box_new0 (EhMockBusCore);

  eh_mock_recorder_init (&self->recorder, plan, log);
  eh_lock_init (&self->lock);
  self->subscriptions = g_ptr_array_new ();
  g_queue_init (&self->held);
  return self;
}

static void
core_clear (gpointer data)
{
  EhMockBusCore *self = data;

  g_queue_clear_full (&self->held, held_event_free);
  g_clear_pointer (&self->subscriptions, g_ptr_array_unref);
  eh_lock_clear (&self->lock);
  eh_mock_recorder_clear (&self->recorder);
}

void
eh_mock_bus_core_unref (EhMockBusCore *self)
{
  g_atomic_rc_box_release_full (self, core_clear);
}

/* Takes out what is held for @key (NULL: for anyone) and of @stream (NULL: of any). */
static GQueue
take_held (EhMockBusCore *self, const char *key, const EhStreamName *stream)
{
  GQueue taken = G_QUEUE_INIT;
  GList *next;

  eh_lock (&self->lock);
  for (GList *link = self->held.head; link != NULL; link = next)
    {
      HeldEvent *held = link->data;

      next = link->next;
      if ((key != NULL && !g_str_equal (key, held->key))
          || (stream != NULL && !eh_stream_name_equal (stream, eh_event_get_stream (held->event))))
        continue;
      g_queue_unlink (&self->held, link);
      g_queue_push_tail_link (&taken, link);
    }
  eh_unlock (&self->lock);
  return taken;
}

/* @held: (transfer full) */
static void
hold (EhMockBusCore *self, HeldEvent *held)
{
  eh_lock (&self->lock);
  g_queue_push_tail (&self->held, held);
  eh_unlock (&self->lock);
}

void
eh_mock_bus_core_drop_held (EhMockBusCore *self)
{
  GQueue taken = take_held (self, NULL, NULL);

  g_queue_clear_full (&taken, held_event_free);
}

EhMockSubscription *
eh_mock_subscription_new (EhMockBusCore *core, const char *topic, const char *group, EhEventHandler handler,
                          gpointer user_data, GDestroyNotify destroy)
{
  EhMockSubscription *self = g_atomic_rc_box_new0 (EhMockSubscription);

  g_atomic_rc_box_acquire (self);
  self->core = g_atomic_rc_box_acquire (core);
  self->topic = g_strdup (topic);
  self->group = g_strdup (group);
  self->handler = handler;
  self->user_data = user_data;
  self->destroy = destroy;
  eh_lock (&core->lock);
  self->key = group != NULL ? g_strdup (group) : g_strdup_printf (" %u", ++core->last_number);
  g_ptr_array_add (core->subscriptions, self);
  eh_unlock (&core->lock);
  return self;
}

static void
subscription_clear (gpointer data)
{
  EhMockSubscription *self = data;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self->topic);
  g_free (self->group);
  g_free (self->key);
  eh_mock_bus_core_unref (self->core);
}

void
eh_mock_subscription_unref (EhMockSubscription *self)
{
  g_atomic_rc_box_release_full (self, subscription_clear);
}

void
eh_mock_subscription_end (gpointer subscription)
{
  EhMockSubscription *self = subscription;

  if (g_atomic_int_get (&self->core->is_closing) != 0 && g_atomic_int_get (&self->has_ended) == 0)
    eh_mock_bus_core_flush_held (self->core, self->key);
  g_atomic_int_set (&self->has_ended, 1);
  eh_lock (&self->core->lock);
  g_ptr_array_remove (self->core->subscriptions, self);
  eh_unlock (&self->core->lock);
  eh_mock_subscription_unref (self);
}

void
eh_mock_subscription_discard (EhMockSubscription *self)
{
  self->destroy = NULL;
  eh_mock_subscription_end (self);
}

void
eh_mock_subscription_set_id (EhMockSubscription *self, guint id)
{
  eh_lock (&self->core->lock);
  self->id = id;
  eh_unlock (&self->core->lock);
}

/* A reference of a subscription that gets what is held for @key. */
static EhMockSubscription *
find_by_key (EhMockBusCore *self, const char *key)
{
  EhMockSubscription *found = NULL;

  eh_lock (&self->lock);
  for (guint i = 0; i < self->subscriptions->len && found == NULL; i++)
    {
      EhMockSubscription *subscription = self->subscriptions->pdata[i];

      if (g_atomic_int_get (&subscription->has_ended) == 0 && g_str_equal (subscription->key, key))
        found = g_atomic_rc_box_acquire (subscription);
    }
  eh_unlock (&self->lock);
  return found;
}

/* With the lock held. */
static EhMockSubscription *
find_by_id (EhMockBusCore *self, guint id)
{
  for (guint i = 0; i < self->subscriptions->len; i++)
    {
      EhMockSubscription *subscription = self->subscriptions->pdata[i];

      if (subscription->id == id)
        return subscription;
    }
  return NULL;
}

char *
eh_mock_bus_core_dup_key (EhMockBusCore *self, guint id)
{
  EhMockSubscription *subscription;
  char *key = NULL;

  eh_lock (&self->lock);
  subscription = find_by_id (self, id);
  if (subscription != NULL)
    key = g_strdup (subscription->key);
  eh_unlock (&self->lock);
  return key;
}

/* A subscription that ends itself from its handler is in the list until the handler has returned. */
void
eh_mock_bus_core_unsubscribed (EhMockBusCore *self, guint id, const char *key)
{
  EhMockSubscription *subscription;
  GQueue dropped;

  if (key == NULL)
    return;
  eh_lock (&self->lock);
  subscription = find_by_id (self, id);
  if (subscription != NULL)
    g_atomic_int_set (&subscription->has_ended, 1);
  eh_unlock (&self->lock);
  subscription = find_by_key (self, key);
  if (subscription != NULL)
    {
      eh_mock_subscription_unref (subscription);
      return;
    }
  dropped = take_held (self, key, NULL);
  g_queue_clear_full (&dropped, held_event_free);
}

static char *
describe_delivery (const EhMockSubscription *self, const EhEvent *event, const char *note)
{
  g_autofree char *what = eh_mock_describe_event (event);

  return g_strconcat (what, self->group != NULL ? " to " : "", self->group != NULL ? self->group : "", note, NULL);
}

static gboolean
handle (EhMockSubscription *self, EhEvent *event, GError **error)
{
  return self->handler (event, self->user_data, error);
}

/* It may end itself the first time. */
static gboolean
handle_twice (EhMockSubscription *self, EhEvent *event, GError **error)
{
  GError *reason = NULL;
  gboolean is_done = handle (self, event, &reason);

  if (reason != NULL)
    g_propagate_error (error, reason);
  else if (is_done && g_atomic_int_get (&self->has_ended) == 0)
    return handle (self, event, error);
  return is_done;
}

/* The handler may succeed with an error set, which the bus inside is told as it was. */
static gboolean
end_delivery (EhMockCall *call, gboolean is_done, const char *outcome, GError *reason, GError **error)
{
  if (is_done && reason == NULL)
    return eh_mock_call_done (call, g_strdup (outcome));
  eh_mock_call_fail (call, reason, error);
  return is_done;
}

static gboolean
handle_and_fail (EhMockSubscription *self, EhMockCall *call, EhEvent *event, GError **error)
{
  GError *reason = NULL;

  if (!handle (self, event, &reason))
    return eh_mock_call_fail (call, reason, error);
  g_clear_error (&reason);
  return eh_mock_call_fail_planned (call, error);
}

static gboolean
deliver (EhMockSubscription *self, EhMockCall *call, EhEvent *event, GError **error)
{
  GError *reason = NULL;
  gboolean is_done;

  switch (call->planned.fault)
    {
    case EH_MOCK_FAULT_DELIVER_LATE:
      return eh_mock_call_fail_planned (call, error);
    case EH_MOCK_FAULT_DELIVER_LOST:
      return eh_mock_call_done (call, g_strdup ("lost"));
    case EH_MOCK_FAULT_HANDLER_ERROR:
      return handle_and_fail (self, call, event, error);
    case EH_MOCK_FAULT_DELIVER_TWICE:
      is_done = handle_twice (self, event, &reason);
      return end_delivery (call, is_done, "handled twice", reason, error);
    default:
      is_done = handle (self, event, &reason);
      return end_delivery (call, is_done, "ok", reason, error);
    }
}

/* What was held back has had its fault: nothing more is planned for it. @held: (transfer full) */
static void
deliver_held (EhMockSubscription *self, HeldEvent *held)
{
  EhCallLog *log = self->core->recorder.log;
  EhLoggedCall *logged = eh_call_log_begin (log, EH_MOCK_DELIVER, self->topic,
                                            describe_delivery (self, held->event, ", held back before"));
  g_autoptr (GError) reason = NULL;

  if (handle (self, held->event, &reason))
    {
      eh_call_log_end (log, logged, g_strdup ("ok"), NULL, NULL);
      held_event_free (held);
      return;
    }
  eh_call_log_end (log, logged, g_strdup_printf ("failed: %s", reason != NULL ? reason->message : "no reason given"),
                   NULL, reason);
  hold (self->core, held);
}

static void
release_held (EhMockSubscription *self, const EhStreamName *stream)
{
  GQueue taken = take_held (self->core, self->key, stream);
  HeldEvent *held;

  while ((held = g_queue_pop_head (&taken)) != NULL)
    {
      if (g_atomic_int_get (&self->has_ended) != 0)
        hold (self->core, held);
      else
        deliver_held (self, held);
    }
}

static gboolean
hold_back (EhMockSubscription *self, EhMockCall *call, EhEvent *event)
{
  HeldEvent *held = g_new0 (HeldEvent, 1);

  held->event = eh_event_ref (event);
  held->key = g_strdup (self->key);
  hold (self->core, held);
  return eh_mock_call_done (call, g_strdup ("held back"));
}

gboolean
eh_mock_subscription_handle (EhEvent *event, gpointer subscription, GError **error)
{
  EhMockSubscription *self = subscription;
  EhPlannedCall what = { .operation = EH_MOCK_DELIVER, .topic = self->topic, .event = event };
  EhMockCall call;

  what.stream = eh_stream_name_to_string (eh_event_get_stream (event));
  if (!eh_mock_call_begin (&call, &self->core->recorder, &what, self->topic, describe_delivery (self, event, ""), NULL,
                           error))
    return FALSE;
  if (call.planned.fault == EH_MOCK_FAULT_DELIVER_REORDERED)
    return hold_back (self, &call, event);
  if (!deliver (self, &call, event, error))
    return FALSE;
  release_held (self, eh_event_get_stream (event));
  return TRUE;
}

/* @held: (transfer full). Nobody is there any more: it goes the way of what waits in a group without members. */
static void
flush_one (EhMockBusCore *self, HeldEvent *held)
{
  EhMockSubscription *subscription = find_by_key (self, held->key);

  if (subscription == NULL)
    {
      held_event_free (held);
      return;
    }
  deliver_held (subscription, held);
  eh_mock_subscription_unref (subscription);
}

static void
set_aside (EhMockBusCore *self, HeldEvent *held)
{
  EhCallLog *log = self->recorder.log;
  EhLoggedCall *logged = eh_call_log_begin (log, EH_MOCK_DELIVER, "", eh_mock_describe_event (held->event));

  eh_call_log_end (log, logged, g_strdup ("set aside"), NULL, NULL);
  held_event_free (held);
}

void
eh_mock_bus_core_flush_held (EhMockBusCore *self, const char *key)
{
  GQueue taken;
  HeldEvent *held;

  for (guint attempt = 0; attempt < EH_MEMORY_BUS_ATTEMPTS; attempt++)
    {
      taken = take_held (self, key, NULL);
      if (taken.head == NULL)
        return;
      while ((held = g_queue_pop_head (&taken)) != NULL)
        flush_one (self, held);
    }
  taken = take_held (self, key, NULL);
  while ((held = g_queue_pop_head (&taken)) != NULL)
    set_aside (self, held);
}
