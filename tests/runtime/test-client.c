/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/eh-memory-bus.h"
#include "counter-domain.h"
#include "model/eh-error.h"
#include "runtime/eh-client.h"

static guint64
add (EhClient *client, const char *id, gint64 amount)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhOutcome) outcome = eh_client_dispatch (client, id, &add_to_counter, &(AddToCounter){ amount }, &error);

  g_assert_no_error (error);
  return eh_outcome_get_version (outcome);
}

static void
create (EhClient *client, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhOutcome) outcome = eh_client_dispatch (client, id, &create_counter, &(CreateCounter){ 0 }, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (eh_outcome_get_version (outcome), ==, 1);
}

static gint64
read_value (EhClient *client, const char *id, guint64 *version)
{
  g_autoptr (EhStreamName) stream = counter_stream (id);
  g_autoptr (GError) error = NULL;
  Counter *state = eh_client_read_state (client, stream, version, &error);
  gint64 value;

  g_assert_no_error (error);
  value = state->value;
  eh_schema_free (&counter_schema, state);
  return value;
}

static EhClient *
new_client (guint n_workers)
{
  g_autoptr (EhDomain) domain = counter_domain_new ();
  g_autoptr (GError) error = NULL;
  EhClient *client = eh_client_new (domain, "memory:", "memory:", n_workers, &error);

  g_assert_no_error (error);
  eh_client_set_publish_mode (client, EH_PUBLISH_AFTER_SAVE);
  return client;
}

static gboolean
count_event (EhEvent *event, gpointer user_data, GError **error)
{
  g_atomic_int_inc ((gint *) user_data);
  return TRUE;
}

static void
check_round (guint n_workers)
{
  g_autoptr (EhClient) client = new_client (n_workers);
  g_autoptr (GError) error = NULL;
  guint64 version = 0;
  gint n_events = 0;

  eh_event_bus_subscribe (eh_client_get_event_bus (client), "counting", "counter", NULL, count_event, &n_events, NULL,
                          &error);
  g_assert_no_error (error);
  create (client, "a");
  g_assert_cmpuint (add (client, "a", 5), ==, 2);
  g_assert_cmpint (read_value (client, "a", &version), ==, 5);
  g_assert_cmpuint (version, ==, 2);
  g_assert_cmpint (read_value (client, "none", &version), ==, 0);
  g_assert_cmpuint (version, ==, 0);
  g_assert_true (eh_client_close (client, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_atomic_int_get (&n_events), ==, 2);
}

static void
test_round (void)
{
  g_test_summary ("A command is done, its events are published, the state can be read: with workers and without");
  check_round (0);
  check_round (4);
}

static void
test_refused (void)
{
  g_autoptr (EhClient) client = NULL;
  g_autoptr (GError) refused = NULL;
  g_autoptr (GError) unknown = NULL;
  g_autoptr (GError) no_name = NULL;

  g_test_summary ("Refusals, unknown commands and ids that are none come back");
  client = new_client (0);
  create (client, "a");
  g_assert_null (eh_client_dispatch (client, "a", &take_from_counter, &(TakeFromCounter){ 1 }, &refused));
  g_assert_error (refused, COUNTER_ERROR, COUNTER_ERROR_TOO_LITTLE);
  g_assert_null (eh_client_dispatch (client, "a", &unknown_command, &(UnknownCommand){ 0 }, &unknown));
  g_assert_error (unknown, EH_ERROR, EH_ERROR_UNKNOWN_TYPE);
  g_assert_null (eh_client_dispatch (client, "", &create_counter, &(CreateCounter){ 0 }, &no_name));
  g_assert_error (no_name, EH_ERROR, EH_ERROR_INVALID);
}

static void
test_wiring (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhClient) client = NULL;
  g_autoptr (EhCommand) command = NULL;
  g_autoptr (EhOutcome) first = NULL;
  g_autoptr (EhOutcome) second = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Conflicts are retried on the client's clock, and an id is done once");
  world = counter_world_new ();
  client = eh_client_new_with (world->domain, EH_EVENT_STORE (world->store), NULL, 0, EH_CLOCK (world->clock),
                               EH_ID_SOURCE (world->ids), &error);
  g_assert_no_error (error);
  g_assert_true (eh_client_get_domain (client) == world->domain);
  g_assert_true (eh_client_get_store (client) == EH_EVENT_STORE (world->store));
  g_assert_null (eh_client_get_event_bus (client));
  create (client, "a");
  for (guint i = 0; i < 3; i++)
    world->store->faults[world->store->n_appends + i] = APPEND_CONFLICTS;
  command = counter_with_id (counter_add ("a", 5), 99);
  first = eh_command_bus_dispatch (eh_client_get_command_bus (client), command, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (eh_clock_now (EH_CLOCK (world->clock)), >, EH_FIXED_CLOCK_START);
  second = eh_command_bus_dispatch (eh_client_get_command_bus (client), command, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (eh_outcome_was_done (second));
  g_assert_cmpint (read_value (client, "a", NULL), ==, 5);
}

static void
test_close (void)
{
  g_autoptr (EhClient) client = NULL;
  g_autoptr (EhStreamName) stream = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A closed client has closed all its parts; closing again does nothing");
  client = new_client (2);
  create (client, "a");
  g_assert_true (eh_client_close (client, NULL, &error));
  g_assert_true (eh_client_close (client, NULL, &error));
  g_assert_no_error (error);
  g_assert_null (eh_client_dispatch (client, "a", &add_to_counter, &(AddToCounter){ 1 }, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
  g_clear_error (&error);
  stream = counter_stream ("a");
  g_assert_null (eh_event_store_read_stream (eh_client_get_store (client), stream, 1, EH_FORWARDS, 0, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_null (eh_client_read_state (client, stream, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
}

static void
check_not_made (const char *store_uri, const char *bus_uri, guint n_workers, gint code)
{
  g_autoptr (EhDomain) domain = counter_domain_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (eh_client_new (domain, store_uri, bus_uri, n_workers, &error));
  g_assert_error (error, EH_ERROR, code);
}

static void
test_not_made (void)
{
  g_autoptr (EhDomain) twice = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A client is not made of a wrong URI, too many workers or a domain that does not seal");
  check_not_made ("granite:", NULL, 0, EH_ERROR_UNSUPPORTED);
  check_not_made ("memory:", "pigeon:", 0, EH_ERROR_UNSUPPORTED);
  check_not_made ("memory:", NULL, 1025, EH_ERROR_INVALID);
  twice = eh_domain_new ("twice");
  eh_domain_add_aggregate_type (twice, &counter_type);
  eh_domain_add_aggregate_type (twice, &counter_type);
  g_assert_null (eh_client_new (twice, "memory:", NULL, 0, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/round", test_round);
  g_test_add_func ("/client/refused", test_refused);
  g_test_add_func ("/client/wiring", test_wiring);
  g_test_add_func ("/client/close", test_close);
  g_test_add_func ("/client/not-made", test_not_made);
  return g_test_run ();
}
