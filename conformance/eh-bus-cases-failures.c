/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-bus-probe-private.h"

static gboolean
refuse (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "not now");
  return FALSE;
}

/* The second event of A-1 fails twice. */
static gboolean
fail_twice (EhBusListener *self, EhEvent *event, guint n, GError **error)
{
  return eh_event_get_version (event) != 2 || n > 2 || refuse (error);
}

static gboolean
again (EhBusProbe *self, GError **error)
{
  EhBusListener *listener = eh_bus_probe_listen (self, NULL, fail_twice, NULL, error);

  return listener != NULL && eh_bus_probe_publish (self, "A-1", 1, 4, error)
         && eh_bus_listener_wait (listener, 4, error) && eh_bus_listener_holds (listener, "A-1", "1..4", error)
         && eh_bus_listener_was_given (listener, "A-1", "1 2 2 2..4", error);
}

/* A handler that contradicts itself has failed. */
static gboolean
fail_silently (EhBusListener *self, EhEvent *event, guint n, GError **error)
{
  return n > 1;
}

static gboolean
without_error (EhBusProbe *self, GError **error)
{
  EhBusListener *listener = eh_bus_probe_listen (self, NULL, fail_silently, NULL, error);

  return listener != NULL && eh_bus_probe_publish (self, "A-1", 1, 2, error)
         && eh_bus_listener_wait (listener, 2, error) && eh_bus_listener_holds (listener, "A-1", "1 2", error);
}

/*
 * The event of A-1 fails once, having published three of A-2 behind itself; then until those are handled, by this
 * listener and by the other. It gives the bus some time for that, and gives in before the bus would give up.
 */
#define TRIES 5
#define TIME_FOR_OTHERS (200 * G_TIME_SPAN_MILLISECOND)

static gboolean
wait_for_others (EhBusListener *self, EhBusListener *other)
{
  gint64 end = g_get_monotonic_time () + TIME_FOR_OTHERS;

  while (eh_bus_listener_count (self) < 3 || eh_bus_listener_count (other) < 4)
    {
      if (g_get_monotonic_time () >= end)
        return FALSE;
      g_usleep (100);
    }
  return TRUE;
}

static gboolean
fail_until_others (EhBusListener *self, EhEvent *event, guint n, GError **error)
{
  if (!g_str_equal (eh_stream_name_get_id (eh_event_get_stream (event)), "1"))
    return TRUE;
  if (n == 1 && !eh_bus_probe_publish (self->probe, "A-2", 1, 3, error))
    return FALSE;
  return (n > 1 && wait_for_others (self, self->data)) || n >= TRIES || refuse (error);
}

static gboolean
others_go_on (EhBusProbe *self, GError **error)
{
  EhBusListener *other = eh_bus_probe_listen (self, NULL, NULL, NULL, error);
  EhBusListener *fails = other != NULL ? eh_bus_probe_listen (self, NULL, fail_until_others, other, error) : NULL;
  guint place = 0;

  if (fails == NULL || !eh_bus_probe_publish (self, "A-1", 1, 1, error) || !eh_bus_listener_wait (fails, 1, error)
      || !eh_bus_listener_wait (fails, 4, error) || !eh_bus_listener_wait (other, 4, error))
    return FALSE;
  for (guint i = 0; i < fails->handled->len; i++)
    if (g_str_equal (eh_stream_name_get_id (eh_event_get_stream (fails->handled->pdata[i])), "1"))
      place = i;
  return eh_claim_uint ("how many events of another stream were handled while one failed", place, 3, error)
         && eh_bus_listener_was_given (other, "A-1", "1", error)
         && eh_bus_listener_was_given (other, "A-2", "1..3", error);
}

static gboolean
fail_first (EhBusListener *self, EhEvent *event, guint n, GError **error)
{
  return eh_event_get_version (event) != 1 || refuse (error);
}

/* In the end it is set aside, its stream goes on, and somebody can be told. */
static gboolean
set_aside (EhBusProbe *self, GError **error)
{
  EhBusListener *listener = eh_bus_probe_listen (self, NULL, fail_first, NULL, error);

  return listener != NULL && eh_bus_probe_publish (self, "A-1", 1, 3, error)
         && eh_bus_listener_wait (listener, 2, error) && eh_bus_listener_holds (listener, "A-1", "2 3", error)
         && eh_claim_true (listener->given->len > 3, "an event was set aside after one try", error)
         && eh_claim_uint ("the number of events set aside",
                           self->factory->count_parked (self->bus, self->factory->user_data), 1, error);
}

static const EhBusCase cases[] = {
  { "again", "publish", "Who fails gets the event again, before the next of its stream", again },
  { "without-error", "publish", "Failing without an error is failing", without_error },
  { "others-go-on", "publish", "Who fails holds up no other stream and no other subscriber", others_go_on },
  { "set-aside", "publish", "What always fails is set aside and counted, and its stream goes on", set_aside, TRUE },
};

const EhBusSection eh_bus_failures = { { "failures", "B. Failures" }, cases, G_N_ELEMENTS (cases) };
