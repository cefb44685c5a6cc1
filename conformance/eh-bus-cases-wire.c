/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-bus-probe-private.h"

/*
 * What goes through a bus comes out the same: to the last byte of its envelope, which other programs read and write.
 */

/* As we write it, with everything that an envelope can have. */
static const char full[] =
    "{\"id\":\"01HZY4A7T5Q3M8W2N9KCRX6BDE\",\"aggregate_id\":\"ä-1/2\",\"aggregate_type\":\"Account\",\"version\":7,"
    "\"type\":\"DepositPerformed\",\"data\":{\"amount\":9223372036854775807,\"note\":\"\\\"😀\\\\\"},"
    "\"timestamp\":\"2026-01-01T00:00:00.123457Z\",\"metadata\":{\"correlation_id\":\"01HZY4A7T5Q3M8W2N9KCRX6BDF\","
    "\"causation_id\":\"01HZY4A7T5Q3M8W2N9KCRX6BDG\",\"by\":\"alice\",\"a\":\"\"},\"revision\":3}";

/* As we write the least. */
static const char least[] =
    "{\"id\":\"01HZY4A7T5Q3M8W2N9KCRX6BDH\",\"aggregate_id\":\"a1\",\"aggregate_type\":\"Account\",\"version\":1,"
    "\"type\":\"AccountCreated\",\"data\":{},\"timestamp\":\"1970-01-01T00:00:00.000000Z\"}";

/* As the Go toolkit writes it. */
static const char go[] =
    "{\"id\":\"0000XSNJG0SB2WDBTATBYEC51P\",\"aggregate_id\":\"0000XSNJG0N0ZVS3YXM4D7ZZ9Z\","
    "\"aggregate_type\":\"Account\",\"version\":1,\"type\":\"AccountCreated\",\"data\":{\"owner\":\"mishudark\"}}";

/* Publishes the event that @text is, and gives it as it arrives; NULL with *error set. */
static char *
send_through (EhBusProbe *self, const char *text, GError **error)
{
  EhBusListener *listener = eh_bus_probe_listen (self, NULL, NULL, NULL, error);
  g_autoptr (EhEvent) event = listener != NULL ? eh_event_from_json (text, -1, error) : NULL;
  g_autofree char *arrived = NULL;

  if (event == NULL || !eh_event_bus_publish (self->bus, "bank", "account", event, self->job->cancellable, error)
      || !eh_bus_listener_wait (listener, 1, error))
    return NULL;
  arrived = eh_event_to_json (listener->handled->pdata[0]);
  return eh_bus_probe_unsubscribe (self, listener, error) ? g_steal_pointer (&arrived) : NULL;
}

static gboolean
envelope (EhBusProbe *self, GError **error)
{
  static const char *const texts[] = { full, least };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *arrived = send_through (self, texts[i], error);

      if (arrived == NULL || !eh_claim_text ("an envelope that arrives", arrived, texts[i], error))
        return FALSE;
    }
  return TRUE;
}

/* Its six members lead ours; a time, which it does not have, is 1970. */
static gboolean
go_toolkit (EhBusProbe *self, GError **error)
{
  g_autofree char *arrived = send_through (self, go, error);
  g_autofree char *expected = g_strdup_printf ("%.*s,\"timestamp\":\"1970-01-01T00:00:00.000000Z\"}",
                                               (int) sizeof go - 2, go);

  return arrived != NULL && eh_claim_text ("the Go toolkit's envelope when it arrives", arrived, expected, error);
}

static gboolean
large (EhBusProbe *self, GError **error)
{
  g_autofree char *filler = g_strnfill (1u << 18, 'x');
  g_autofree char *text = g_strdup_printf (
      "{\"id\":\"01HZY4A7T5Q3M8W2N9KCRX6BDJ\",\"aggregate_id\":\"a1\",\"aggregate_type\":\"Account\",\"version\":1,"
      "\"type\":\"Noted\",\"data\":{\"a\":\"%s\"},\"timestamp\":\"1970-01-01T00:00:00.000000Z\"}",
      filler);
  g_autofree char *arrived = send_through (self, text, error);

  return arrived != NULL && eh_claim_text ("a large envelope that arrives", arrived, text, error);
}

/* What was acknowledged is not lost; what was not may have been published or not. */
static gboolean
severed (EhBusProbe *self, GError **error)
{
  EhBusListener *listener = eh_bus_probe_listen (self, NULL, NULL, NULL, error);
  g_autoptr (EhEvent) event = eh_bus_probe_event ("A-2", 1);
  g_autoptr (GError) failure = NULL;
  gboolean accepted = FALSE;

  if (listener == NULL || !eh_bus_probe_publish (self, "A-1", 1, 3, error))
    return FALSE;
  self->factory->sever (self->bus, TRUE, self->factory->user_data);
  accepted = eh_event_bus_publish (self->bus, "bank", "account", event, self->job->cancellable, &failure);
  self->factory->sever (self->bus, FALSE, self->factory->user_data);
  if (!accepted && failure->domain != G_IO_ERROR && !g_error_matches (failure, EH_ERROR, EH_ERROR_AMBIGUOUS))
    return eh_claim_fail (error,
                          "publishing to a broker that is gone fails with %s, which is neither G_IO_ERROR nor "
                          "\"ambiguous\": %s",
                          g_quark_to_string (failure->domain), failure->message);
  return eh_bus_probe_publish (self, "A-1", 4, 2, error) && eh_bus_listener_wait (listener, accepted ? 6 : 5, error)
         && eh_bus_listener_holds (listener, "A-1", "1..5", error)
         && (!accepted || eh_bus_listener_holds (listener, "A-2", "1", error));
}

static const EhBusCase cases[] = {
  { "envelope", "publish", "An event arrives with the very envelope that it was published with", envelope },
  { "go-toolkit", "publish", "So does one that the Go toolkit wrote", go_toolkit },
  { "large", "publish", "So does one with 256 KiB of data", large },
  { "severed", "publish", "A broker that goes away and returns loses nothing that it acknowledged", severed, FALSE,
    TRUE },
};

const EhBusSection eh_bus_wire = { { "wire", "E. Wire" }, cases, G_N_ELEMENTS (cases) };
