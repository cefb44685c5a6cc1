/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-bus-probe-private.h"
#include "conformance/eh-crowd-private.h"

static gboolean
refuses_unsubscribe (EhBusProbe *self, guint id, gint code, GError **error)
{
  GError *failure = NULL;

  eh_event_bus_unsubscribe (self->listens, id, &failure);
  return eh_claim_refused ("unsubscribing", failure, code, error);
}

static gboolean
unsubscribed (EhBusProbe *self, GError **error)
{
  EhBusListener *stays = eh_bus_probe_listen (self, NULL, NULL, NULL, error);
  EhBusListener *leaves = stays != NULL ? eh_bus_probe_listen (self, NULL, NULL, NULL, error) : NULL;

  return leaves != NULL && eh_bus_probe_publish (self, "A-1", 1, 2, error) && eh_bus_listener_wait (stays, 2, error)
         && eh_bus_listener_wait (leaves, 2, error) && eh_bus_probe_unsubscribe (self, leaves, error)
         && eh_claim_uint ("how often its data was freed", (guint) g_atomic_int_get (&leaves->n_destroyed), 1, error)
         && eh_bus_probe_publish (self, "A-1", 3, 2, error) && eh_bus_listener_wait (stays, 4, error)
         && eh_bus_listener_was_given (stays, "A-1", "1..4", error)
         && eh_bus_listener_was_given (leaves, "A-1", "1 2", error)
         && refuses_unsubscribe (self, leaves->id, EH_ERROR_NOT_FOUND, error)
         && refuses_unsubscribe (self, 999999, EH_ERROR_NOT_FOUND, error);
}

/* A handler is not a name: each registration is a subscription of its own, and ends alone. */
static gboolean
registered_twice (EhBusProbe *self, GError **error)
{
  EhBusListener *listener = eh_bus_probe_listen (self, NULL, NULL, NULL, error);
  guint first = listener != NULL ? listener->id : 0;
  guint second = first != 0 ? eh_bus_listener_subscribe (listener, "bank", "account", NULL, error) : 0;

  if (second == 0)
    return first != 0 && eh_claim_blame ("subscribing again", error);
  return eh_claim_true (first != second, "two subscriptions have one id", error)
         && eh_bus_probe_publish (self, "A-1", 1, 1, error) && eh_bus_listener_wait (listener, 2, error)
         && (eh_event_bus_unsubscribe (self->listens, first, error) || eh_claim_blame ("unsubscribing", error))
         && refuses_unsubscribe (self, first, EH_ERROR_NOT_FOUND, error)
         && eh_bus_probe_publish (self, "A-1", 2, 1, error) && eh_bus_listener_wait (listener, 3, error)
         && eh_bus_listener_was_given (listener, "A-1", "1 1 2", error);
}

static gboolean
unsubscribe_itself (EhBusListener *self, EhEvent *event, guint n, GError **error)
{
  return eh_event_get_version (event) != 2 || eh_event_bus_unsubscribe (self->probe->listens, self->id, error);
}

static gboolean
inside_handler (EhBusProbe *self, GError **error)
{
  EhBusListener *leaves = eh_bus_probe_listen (self, NULL, unsubscribe_itself, NULL, error);
  EhBusListener *stays = leaves != NULL ? eh_bus_probe_listen (self, NULL, NULL, NULL, error) : NULL;

  return stays != NULL && eh_bus_probe_publish (self, "A-1", 1, 5, error) && eh_bus_listener_wait (stays, 5, error)
         && eh_bus_listener_was_given (leaves, "A-1", "1 2", error)
         && eh_bus_listener_was_given (stays, "A-1", "1..5", error)
         && eh_claim_uint ("how often its data was freed", (guint) g_atomic_int_get (&leaves->n_destroyed), 1, error);
}

/* Long enough for another thread to come to its unsubscribe. */
static gboolean
dawdle (EhBusListener *self, EhEvent *event, guint n, GError **error)
{
  g_usleep (2000);
  return TRUE;
}

/* While it publishes or flushes, so that the handler runs in some thread when it is unsubscribed. */
static gboolean
unsubscribe_or_flush (guint i, gpointer data, GError **error)
{
  EhBusListener *listener = data;
  gint64 end = g_get_monotonic_time () + EH_BUS_PATIENCE;
  guint n_running = 0;
  gboolean is_freed = FALSE;

  if (i == 0)
    return eh_bus_probe_settle (listener->probe, error);
  eh_lock (&listener->lock);
  while (listener->given->len == 0 && eh_cond_wait_until (&listener->cond, &listener->lock, end))
    continue;
  eh_unlock (&listener->lock);
  if (!eh_bus_probe_unsubscribe (listener->probe, listener, error))
    return FALSE;
  eh_lock (&listener->lock);
  n_running = listener->n_running;
  eh_unlock (&listener->lock);
  is_freed = g_atomic_int_get (&listener->n_destroyed) == 1;
  return eh_claim_uint ("the number of threads in a handler that was unsubscribed", n_running, 0, error)
         && eh_claim_true (is_freed, "the data of a subscription that has ended was not freed", error);
}

static gboolean
unsubscribe_waits (EhBusProbe *self, GError **error)
{
  for (guint round = 0; round < 10; round++)
    {
      EhBusListener *listener = eh_bus_probe_listen (self, NULL, dawdle, NULL, error);
      guint n_given = 0;

      if (listener == NULL || !eh_bus_probe_publish (self, "A-1", 1 + 3 * round, 3, error)
          || !eh_crowd_run (2, unsubscribe_or_flush, listener, error))
        return FALSE;
      n_given = listener->given->len;
      if (!eh_bus_probe_settle (self, error)
          || !eh_claim_uint ("what a handler was given that was unsubscribed", listener->given->len, n_given, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
dawdle_briefly (EhBusListener *self, EhEvent *event, guint n, GError **error)
{
  g_thread_yield ();
  return TRUE;
}

static gboolean
flush_waits (EhBusProbe *self, GError **error)
{
  EhBusListener *listener = eh_bus_probe_listen (self, NULL, dawdle_briefly, NULL, error);

  if (listener == NULL)
    return FALSE;
  for (guint round = 1; round <= 20; round++)
    {
      if (!eh_bus_probe_publish (self, "A-1", 1 + 10 * (round - 1), 10, error) || !eh_bus_probe_settle (self, error))
        return FALSE;
      if (eh_bus_probe_has (self, EH_BUS_FLUSH)
          && !eh_claim_uint ("the number of events handled when a flush is over", eh_bus_listener_count (listener),
                             10 * round, error))
        return FALSE;
    }
  return eh_bus_listener_wait (listener, 200, error) && eh_bus_listener_was_given (listener, "A-1", "1..200", error);
}

/* It would wait for itself: refused, or it returns. In neither case does anything hang. */
static gboolean
flush_inside (EhBusListener *self, EhEvent *event, guint n, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (eh_event_bus_flush (self->probe->bus, self->probe->job->cancellable, &failure)
      || g_error_matches (failure, EH_ERROR, EH_ERROR_INVALID))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
flush_in_handler (EhBusProbe *self, GError **error)
{
  EhBusListener *listener = eh_bus_probe_listen (self, NULL, flush_inside, NULL, error);

  return listener != NULL && eh_bus_probe_publish (self, "A-1", 1, 2, error)
         && eh_bus_listener_wait (listener, 2, error) && eh_bus_listener_was_given (listener, "A-1", "1 2", error);
}

static gboolean
refuses_everything (EhBusProbe *self, GError **error)
{
  g_autoptr (EhEvent) event = eh_bus_probe_event ("A-1", 900);
  EhBusListener *late = eh_bus_probe_make_listener (self, NULL, NULL);
  GError *publishing = NULL;
  GError *subscribing = NULL;
  GError *flushing = NULL;

  eh_event_bus_publish (self->bus, "bank", "account", event, NULL, &publishing);
  if (!eh_claim_refused ("publishing to a closed bus", publishing, EH_ERROR_CLOSED, error))
    return FALSE;
  eh_bus_listener_subscribe (late, "bank", "account", NULL, &subscribing);
  if (!eh_claim_refused ("subscribing to a closed bus", subscribing, EH_ERROR_CLOSED, error)
      || !refuses_unsubscribe (self, 1, EH_ERROR_CLOSED, error))
    return FALSE;
  if (!eh_bus_probe_has (self, EH_BUS_FLUSH))
    return TRUE;
  eh_event_bus_flush (self->bus, NULL, &flushing);
  return eh_claim_refused ("flushing a closed bus", flushing, EH_ERROR_CLOSED, error);
}

static gboolean
close_drains (EhBusProbe *self, GError **error)
{
  EhBusListener *first = eh_bus_probe_listen (self, NULL, dawdle_briefly, NULL, error);
  EhBusListener *second = first != NULL ? eh_bus_probe_listen (self, NULL, NULL, NULL, error) : NULL;

  return second != NULL && eh_bus_probe_publish (self, "A-1", 1, 100, error)
         && eh_bus_probe_publish (self, "A-2", 1, 100, error) && eh_bus_probe_close (self, error)
         && eh_bus_listener_was_given (first, "A-1", "1..100", error)
         && eh_bus_listener_was_given (first, "A-2", "1..100", error)
         && eh_bus_listener_was_given (second, "A-1", "1..100", error)
         && eh_claim_uint ("how often a subscription's data was freed", (guint) first->n_destroyed, 1, error)
         && eh_claim_uint ("how often another's was", (guint) second->n_destroyed, 1, error);
}

static gboolean
closed (EhBusProbe *self, GError **error)
{
  return eh_bus_probe_listen (self, NULL, NULL, NULL, error) != NULL && eh_bus_probe_publish (self, "A-1", 1, 2, error)
         && eh_bus_probe_close (self, error) && refuses_everything (self, error) && eh_bus_probe_close (self, error)
         && refuses_everything (self, error);
}

#define N_PUBLISHERS 4

typedef struct {
  EhBusProbe *probe;
  guint n_accepted[N_PUBLISHERS]; /* each publisher's own */
  gint n_published;               /* (atomic): of all */
} Closing;

static gboolean
publish_until_closed (Closing *self, guint i, GError **error)
{
  g_autofree char *stream = g_strdup_printf ("A-%u", i);

  for (guint n = 1; n < 200000; n++)
    {
      g_autoptr (EhEvent) event = eh_bus_probe_event (stream, n);
      g_autoptr (GError) failure = NULL;

      if (!eh_event_bus_publish (self->probe->bus, "bank", "account", event, self->probe->job->cancellable, &failure))
        return eh_claim_refused ("publishing while the bus is closed", g_steal_pointer (&failure), EH_ERROR_CLOSED,
                                 error);
      self->n_accepted[i] = n;
      g_atomic_int_inc (&self->n_published);
      if (n % 16 == 0)
        g_thread_yield ();
    }
  return eh_claim_fail (error, "publishing goes on after the bus was closed");
}

static gboolean
publish_or_close (guint i, gpointer data, GError **error)
{
  Closing *self = data;

  if (i < N_PUBLISHERS)
    return publish_until_closed (self, i, error);
  while (g_atomic_int_get (&self->n_published) < 200)
    g_thread_yield ();
  return eh_bus_probe_close (self->probe, error);
}

/*
 * Whatever was accepted was handled, once. The one event that was refused at last may have been handled too: of several
 * buses in one, another may have been closed first.
 */
static gboolean
claim_accepted (EhBusListener *listener, const char *stream, guint n_accepted, GError **error)
{
  g_autofree char *exactly = g_strdup_printf ("1..%u", n_accepted);
  g_autofree char *one_more = g_strdup_printf ("1..%u", n_accepted + 1);

  return n_accepted < 3 || eh_bus_listener_was_given (listener, stream, one_more, NULL)
         || eh_bus_listener_was_given (listener, stream, exactly, error);
}

static gboolean
close_while_busy (EhBusProbe *self, GError **error)
{
  Closing closing = { .probe = self };
  EhBusListener *listener = eh_bus_probe_listen (self, NULL, NULL, NULL, error);

  if (listener == NULL || !eh_crowd_run (N_PUBLISHERS + 1, publish_or_close, &closing, error))
    return FALSE;
  for (guint i = 0; i < N_PUBLISHERS; i++)
    {
      g_autofree char *stream = g_strdup_printf ("A-%u", i);

      if (!claim_accepted (listener, stream, closing.n_accepted[i], error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
refuses_to_subscribe (EhBusProbe *self, GError **error)
{
  EhBusListener *listener = eh_bus_probe_make_listener (self, NULL, NULL);
  EhBusProbe direct = *self;
  GError *failure = NULL;

  if (self->factory->listen == NULL)
    return eh_bus_listener_subscribe (listener, "bank", "account", NULL, error) != 0;
  direct.listens = self->bus;
  listener->probe = &direct;
  eh_bus_listener_subscribe (listener, "bank", "account", NULL, &failure);
  listener->probe = self;
  return eh_claim_refused ("subscribing to a bus that only publishes", failure, EH_ERROR_UNSUPPORTED, error);
}

static const EhBusCase cases[] = {
  { "subscribes", "publish", "A bus is subscribed to, or refuses where it only publishes", refuses_to_subscribe },
  { "unsubscribed", "publish", "Who has unsubscribed gets nothing more; who has not is refused with \"not-found\"",
    unsubscribed },
  { "registered-twice", "publish",
    "A handler that is registered twice is two subscriptions, each with an end of its own", registered_twice },
  { "inside-handler", "publish", "A handler may unsubscribe itself", inside_handler },
  { "unsubscribe-waits", "publish", "When unsubscribe returns the handler does not run", unsubscribe_waits },
  { "flush-waits", "flush", "When flush returns everything was handled", flush_waits },
  { "flush-in-handler", "flush", "A flush inside a handler does not hang", flush_in_handler },
  { "close-drains", "publish", "Close lets everything be handled, and ends subscriptions", close_drains },
  { "closed", "publish", "After close every call is refused with \"closed\"; closing again does nothing", closed },
  { "close-while-busy", "publish", "What was accepted while the bus was being closed is handled", close_while_busy },
};

const EhBusSection eh_bus_life = { { "life", "D. Life" }, cases, G_N_ELEMENTS (cases) };
