/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-bus-probe-private.h"
#include "conformance/eh-crowd-private.h"

static gboolean
nobody (EhBusProbe *self, GError **error)
{
  EhBusListener *late = NULL;

  if (!eh_bus_probe_publish (self, "A-1", 1, 2, error) || !eh_bus_probe_settle (self, error))
    return FALSE;
  late = eh_bus_probe_listen (self, NULL, NULL, NULL, error);
  return late != NULL && eh_bus_probe_publish (self, "A-1", 3, 1, error) && eh_bus_listener_wait (late, 1, error)
         && eh_bus_listener_holds (late, "A-1", "3", error);
}

static gboolean
one (EhBusProbe *self, GError **error)
{
  EhBusListener *listener = eh_bus_probe_listen (self, NULL, NULL, NULL, error);

  return listener != NULL && eh_bus_probe_publish (self, "A-1", 1, 20, error)
         && eh_bus_listener_wait (listener, 20, error) && eh_bus_listener_was_given (listener, "A-1", "1..20", error);
}

static gboolean
many (EhBusProbe *self, GError **error)
{
  EhBusListener *listeners[5];

  for (guint i = 0; i < G_N_ELEMENTS (listeners); i++)
    {
      listeners[i] = eh_bus_probe_listen (self, NULL, NULL, NULL, error);
      if (listeners[i] == NULL)
        return FALSE;
    }
  if (!eh_bus_probe_publish (self, "A-1", 1, 20, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (listeners); i++)
    if (!eh_bus_listener_wait (listeners[i], 20, error)
        || !eh_bus_listener_was_given (listeners[i], "A-1", "1..20", error))
      return FALSE;
  return TRUE;
}

/* Topics that look alike. Event i goes to topic i, and each topic has its listener. */
static const char *const topics[][2] = {
  { "bank", "account" }, { "bank", "accounts" }, { "bank", "Account" }, { "bankaccount", "x" }, { "Bank", "account" },
  { "account", "bank" }, { "bänk", "konto" },    { "b", "a" },          { "bank", "a-b_c/d" },  { "bank", "$x" },
};

static gboolean
claim_topics (EhBusListener *const *listeners, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (topics); i++)
    {
      g_autofree char *version = g_strdup_printf ("%u", i + 1);

      if (!eh_bus_listener_wait (listeners[i], 1, error)
          || !eh_bus_listener_was_given (listeners[i], "A-1", version, error))
        {
          g_prefix_error (error, "%s.%s: ", topics[i][0], topics[i][1]);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
by_topic (EhBusProbe *self, GError **error)
{
  EhBusListener *listeners[G_N_ELEMENTS (topics)];

  for (guint i = 0; i < G_N_ELEMENTS (topics); i++)
    {
      listeners[i] = eh_bus_probe_listen_to (self, topics[i][0], topics[i][1], NULL, error);
      if (listeners[i] == NULL)
        return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (topics); i++)
    if (!eh_bus_probe_publish_to (self, topics[i][0], topics[i][1], "A-1", i + 1, error))
      return FALSE;
  return claim_topics (listeners, error);
}

static gboolean
refuses_wildcards (EhBusProbe *self, GError **error)
{
  static const char *const wild[][2] = { { NULL, "account" }, { "bank", NULL }, { NULL, NULL } };

  for (guint i = 0; i < G_N_ELEMENTS (wild); i++)
    {
      EhBusListener *listener = eh_bus_probe_make_listener (self, NULL, NULL);
      GError *failure = NULL;

      eh_bus_listener_subscribe (listener, wild[i][0], wild[i][1], NULL, &failure);
      if (!eh_claim_refused ("subscribing to all", failure, EH_ERROR_UNSUPPORTED, error)
          || !eh_claim_uint ("how often the data of no subscription was freed", (guint) listener->n_destroyed, 0,
                             error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
wildcards (EhBusProbe *self, GError **error)
{
  EhBusListener *bank = NULL;
  EhBusListener *account = NULL;
  EhBusListener *all = NULL;

  if (!eh_bus_probe_has (self, EH_BUS_WILDCARDS))
    return refuses_wildcards (self, error);
  bank = eh_bus_probe_listen_to (self, "bank", NULL, NULL, error);
  account = bank != NULL ? eh_bus_probe_listen_to (self, NULL, "account", NULL, error) : NULL;
  all = account != NULL ? eh_bus_probe_listen_to (self, NULL, NULL, NULL, error) : NULL;
  return all != NULL && eh_bus_probe_publish_to (self, "bank", "account", "A-1", 1, error)
         && eh_bus_probe_publish_to (self, "bank", "card", "A-1", 2, error)
         && eh_bus_probe_publish_to (self, "shop", "account", "A-1", 3, error)
         && eh_bus_probe_publish_to (self, "shop", "cart", "A-1", 4, error)
         && eh_bus_probe_publish_to (self, "banks", "accounts", "A-1", 5, error) && eh_bus_listener_wait (all, 5, error)
         && eh_bus_listener_wait (bank, 2, error) && eh_bus_listener_wait (account, 2, error)
         && eh_bus_listener_was_given (all, "A-1", "1..5", error)
         && eh_bus_listener_was_given (bank, "A-1", "1 2", error)
         && eh_bus_listener_was_given (account, "A-1", "1 3", error);
}

static gboolean
bad_topics (EhBusProbe *self, GError **error)
{
  static const char *const bad[] = { "", "a.b", "*", "a*", ">", "a b", "a\n", "\x7f", "\xff" };
  g_autoptr (EhEvent) event = eh_bus_probe_event ("A-1", 1);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      GError *as_bucket = NULL;
      GError *as_subset = NULL;

      eh_event_bus_publish (self->bus, bad[i], "account", event, NULL, &as_bucket);
      eh_event_bus_publish (self->bus, "bank", bad[i], event, NULL, &as_subset);
      if (!eh_claim_refused ("publishing to a bucket that is none", as_bucket, EH_ERROR_INVALID, error))
        {
          g_clear_error (&as_subset);
          return FALSE;
        }
      if (!eh_claim_refused ("publishing to a subset that is none", as_subset, EH_ERROR_INVALID, error))
        return FALSE;
    }
  return TRUE;
}

#define N_STREAMS 7

static char *
name_stream (guint i)
{
  return g_strdup_printf ("A-%u", i);
}

static gboolean
claim_streams (EhBusListener *listener, guint n_streams, const char *versions, GError **error)
{
  for (guint i = 0; i < n_streams; i++)
    {
      g_autofree char *stream = name_stream (i);

      if (!eh_bus_listener_was_given (listener, stream, versions, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
in_order (EhBusProbe *self, GError **error)
{
  EhBusListener *listener = eh_bus_probe_listen (self, NULL, NULL, NULL, error);

  if (listener == NULL)
    return FALSE;
  for (guint i = 0; i < 50 * N_STREAMS; i++)
    {
      g_autofree char *stream = name_stream (i % N_STREAMS);

      if (!eh_bus_probe_publish (self, stream, 1 + i / N_STREAMS, 1, error))
        return FALSE;
    }
  return eh_bus_listener_wait (listener, 50 * N_STREAMS, error) && claim_streams (listener, N_STREAMS, "1..50", error);
}

#define N_PUBLISHERS 8

static gboolean
publish_own (guint i, gpointer data, GError **error)
{
  g_autofree char *stream = name_stream (i);

  return eh_bus_probe_publish (data, stream, 1, 50, error);
}

static gboolean
publishers (EhBusProbe *self, GError **error)
{
  EhBusListener *first = eh_bus_probe_listen (self, NULL, NULL, NULL, error);
  EhBusListener *second = first != NULL ? eh_bus_probe_listen (self, NULL, NULL, NULL, error) : NULL;

  return second != NULL && eh_crowd_run (N_PUBLISHERS, publish_own, self, error)
         && eh_bus_listener_wait (first, 50 * N_PUBLISHERS, error)
         && eh_bus_listener_wait (second, 50 * N_PUBLISHERS, error)
         && claim_streams (first, N_PUBLISHERS, "1..50", error) && claim_streams (second, N_PUBLISHERS, "1..50", error);
}

/* To each event up to the fourth it publishes the next. */
static gboolean
publish_next (EhBusListener *self, EhEvent *event, guint n, GError **error)
{
  guint64 version = eh_event_get_version (event);

  return version >= 4 || eh_bus_probe_publish (self->probe, "A-1", version + 1, 1, error);
}

static gboolean
from_handler (EhBusProbe *self, GError **error)
{
  EhBusListener *listener = eh_bus_probe_listen (self, NULL, publish_next, NULL, error);

  if (listener == NULL || !eh_bus_probe_publish (self, "A-1", 1, 1, error))
    return FALSE;
  /* A flush waits for what was published before it only. */
  for (guint i = 1; i <= 4; i++)
    if (!eh_bus_listener_wait (listener, i, error))
      return FALSE;
  return eh_bus_listener_was_given (listener, "A-1", "1..4", error);
}

static gboolean
subscribe_another (EhBusListener *self, EhEvent *event, guint n, GError **error)
{
  EhBusListener *other = self->data;

  return eh_event_get_version (event) != 1 || eh_bus_listener_subscribe (other, "bank", "account", NULL, error) != 0;
}

static gboolean
subscribes_inside (EhBusProbe *self, GError **error)
{
  EhBusListener *other = eh_bus_probe_make_listener (self, NULL, NULL);
  EhBusListener *listener = eh_bus_probe_listen (self, NULL, subscribe_another, other, error);

  return listener != NULL && eh_bus_probe_publish (self, "A-1", 1, 1, error)
         && eh_bus_listener_wait (listener, 1, error) && eh_bus_probe_publish (self, "A-1", 2, 2, error)
         && eh_bus_listener_wait (listener, 3, error) && eh_bus_listener_wait (other, 2, error)
         && eh_bus_listener_was_given (listener, "A-1", "1..3", error)
         && eh_bus_listener_was_given (other, "A-1", "2 3", error);
}

static const EhBusCase cases[] = {
  { "nobody", "publish", "What nobody has subscribed to is accepted, and nobody gets it later", nobody },
  { "one", "publish", "A subscriber gets every event once and in order", one },
  { "many", "publish", "Each of many subscribers gets every event", many },
  { "by-topic", "publish", "Bucket and subset match as a whole", by_topic },
  { "wildcards", "wildcards", "All buckets, all subsets, both", wildcards },
  { "bad-topics", "publish", "What is no topic is refused with \"invalid\"", bad_topics },
  { "in-order", "publish", "The events of a stream keep their order among those of others", in_order },
  { "publishers", "publish", "Many may publish at once: nothing is lost, and each stream keeps its order", publishers },
  { "from-handler", "publish", "A handler may publish", from_handler },
  { "subscribes-inside", "publish", "A handler may subscribe", subscribes_inside },
};

const EhBusSection eh_bus_delivery = { { "delivery", "A. Delivery" }, cases, G_N_ELEMENTS (cases) };
