/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/eh-memory-bus.h"
#include "consumer-fixture.h"
#include "runtime/eh-relay.h"
#include "view-domain.h"

typedef struct {
  EhEventStore *store;
  EhCheckpointStore *checkpoints;
  EhFixedClock *clock;
  EhDomain *domain;
  EhEventBus *bus;
  EhConsumer *relay;
  GString *log; /* of the bus's handler: numbers */
} Fixture;

static gboolean
hear (EhEvent *event, gpointer user_data, GError **error)
{
  GString *log = user_data;

  g_string_append_printf (log, "%s%" G_GINT64_FORMAT, log->len > 0 ? " " : "", store_number (event));
  return TRUE;
}

static void
start_relay (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&fixture->relay);
  fixture->relay = eh_relay_new ("relay", fixture->domain, fixture->store, fixture->bus, fixture->checkpoints,
                                 EH_CLOCK (fixture->clock), &error);
  g_assert_no_error (error);
  eh_consumer_set_checkpoint_every (fixture->relay, 3, 0);
}

static void
open_bus (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&fixture->bus);
  fixture->bus = eh_memory_bus_new (0);
  g_assert_cmpuint (eh_event_bus_subscribe (fixture->bus, "notes", NULL, NULL, hear, fixture->log, NULL, &error), !=,
                    0);
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->store = eh_memory_store_new ();
  fixture->checkpoints = flaky_checkpoints_new ();
  fixture->clock = eh_fixed_clock_new (EH_FIXED_CLOCK_START);
  fixture->domain = note_domain_new ();
  fixture->log = g_string_new (NULL);
  open_bus (fixture);
  start_relay (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->relay);
  eh_event_bus_close (fixture->bus, NULL, NULL);
  g_clear_object (&fixture->bus);
  g_string_free (fixture->log, TRUE);
  g_clear_object (&fixture->domain);
  g_clear_object (&fixture->clock);
  g_clear_object (&fixture->checkpoints);
  g_clear_object (&fixture->store);
}

static EhConsumerState
drain (Fixture *fixture)
{
  EhConsumerState state = EH_CONSUMER_BUSY;

  while (state == EH_CONSUMER_BUSY)
    state = eh_consumer_step (fixture->relay, 0, NULL);
  return state;
}

/* What the handler has heard since the last time, once the bus is at rest. */
static char *
take_log (Fixture *fixture)
{
  char *log = NULL;

  g_assert_true (eh_event_bus_flush (fixture->bus, NULL, NULL));
  log = g_strdup (fixture->log->str);
  g_string_truncate (fixture->log, 0);
  return log;
}

static void
test_publishes (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What the domain's aggregates recorded, and nothing else, in the store's order");

  store_append (fixture->store, "Note-a", 1, 2);
  store_append (fixture->store, "Other-a", 3, 1);
  store_append (fixture->store, "Note-b", 4, 1);
  g_assert_cmpint (drain (fixture), ==, EH_CONSUMER_IDLE);
  assert_text (take_log (fixture), "1 2 4");
  g_assert_cmpint (drain (fixture), ==, EH_CONSUMER_IDLE);
  assert_text (take_log (fixture), "");
}

static void
test_crash (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("After a crash it goes on at the checkpoint: at least once, in order");

  store_append (fixture->store, "Note-a", 1, 5);
  g_assert_cmpint (eh_consumer_step (fixture->relay, 4, NULL), ==, EH_CONSUMER_BUSY);
  assert_text (take_log (fixture), "1 2 3 4");
  g_assert_cmpuint (consumer_saved (fixture->checkpoints, "relay"), ==, 3);
  eh_consumer_crash (fixture->relay);
  g_assert_cmpint (drain (fixture), ==, EH_CONSUMER_IDLE);
  assert_text (take_log (fixture), "4 5");
}

static void
test_acknowledged (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("When a checkpoint is saved, the handlers have run");

  store_append (fixture->store, "Note-a", 1, 3);
  g_assert_cmpint (drain (fixture), ==, EH_CONSUMER_IDLE);
  g_assert_cmpuint (consumer_saved (fixture->checkpoints, "relay"), ==, 3);
  g_assert_cmpstr (fixture->log->str, ==, "1 2 3");
}

static void
test_closed_bus (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A closed bus loses nothing: the relay fails until it has another one");

  store_append (fixture->store, "Note-a", 1, 2);
  g_assert_true (eh_event_bus_close (fixture->bus, NULL, NULL));
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (eh_consumer_step (fixture->relay, 0, &error), ==, EH_CONSUMER_FAILED);
      g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
    }
  eh_consumer_crash (fixture->relay);
  open_bus (fixture);
  start_relay (fixture);
  g_assert_cmpint (drain (fixture), ==, EH_CONSUMER_IDLE);
  assert_text (take_log (fixture), "1 2");
}

static void
test_two_buses (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EhEventBus) closed = eh_memory_bus_new (0);
  g_autoptr (EhConsumer) other = NULL;

  g_test_summary ("One relay for each bus: they do not wait for each other");

  g_assert_true (eh_event_bus_close (closed, NULL, NULL));
  other = eh_relay_new ("other", fixture->domain, fixture->store, closed, fixture->checkpoints,
                        EH_CLOCK (fixture->clock), NULL);
  store_append (fixture->store, "Note-a", 1, 1);
  g_assert_cmpint (eh_consumer_step (other, 0, NULL), ==, EH_CONSUMER_FAILED);
  g_assert_cmpint (drain (fixture), ==, EH_CONSUMER_IDLE);
  assert_text (take_log (fixture), "1");
}

#define ADD(name, func) g_test_add ("/relay/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("publishes", test_publishes);
  ADD ("crash", test_crash);
  ADD ("acknowledged", test_acknowledged);
  ADD ("closed-bus", test_closed_bus);
  ADD ("two-buses", test_two_buses);

  return g_test_run ();
}
