/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/eh-memory-bus.h"
#include "counter-domain.h"
#include "model/eh-error.h"

/* Somebody else who works on the same store. */
static void
interfere (CounterWorld *world, EhCommand *command)
{
  g_autoptr (EhRepository) repository = eh_repository_new (world->domain, world->store->inner);
  g_autoptr (EhCommandHandler)
      handler = eh_command_handler_new (repository, EH_CLOCK (world->clock), EH_ID_SOURCE (world->ids));

  counter_do (handler, command);
}

static void
check_counter (CounterWorld *world, const char *id, guint64 version, gint64 value)
{
  guint64 found = 0;

  g_assert_cmpint (counter_read (world->store->inner, world->domain, id, &found), ==, value);
  g_assert_cmpuint (found, ==, version);
}

static CounterWorld *
new_world_with_counter (gint64 value)
{
  CounterWorld *world = counter_world_new ();

  counter_do (world->handler, counter_create ("a"));
  counter_do (world->handler, counter_add ("a", value));
  return world;
}

static void
test_events (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhCommand) command = NULL;
  g_autoptr (EhOutcome) outcome = NULL;
  g_autoptr (EhMetadata) metadata = NULL;
  g_autoptr (GError) error = NULL;
  EhId correlation = { { 9 } };
  EhEvent *event;

  g_test_summary ("Events carry the command's id, correlation and metadata, and the clock's time");
  world = new_world_with_counter (5);
  eh_fixed_clock_advance (world->clock, 7);
  command = counter_with_id (counter_command ("a", &double_counter), 77);
  metadata = eh_metadata_with (NULL, "by", "alice", NULL);
  eh_command_set_metadata (command, metadata);
  eh_command_set_correlation_id (command, &correlation);
  outcome = eh_command_handler_handle (world->handler, command, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (eh_outcome_get_version (outcome), ==, 4);
  g_assert_false (eh_outcome_was_done (outcome));
  g_assert_cmpuint (eh_event_page_get_size (eh_outcome_get_events (outcome)), ==, 2);
  event = eh_event_page_get (eh_outcome_get_events (outcome), 1);
  g_assert_cmpuint (eh_event_get_version (event), ==, 4);
  g_assert_true (eh_id_equal (eh_event_get_causation_id (event), eh_command_get_id (command)));
  g_assert_true (eh_id_equal (eh_event_get_correlation_id (event), &correlation));
  g_assert_cmpstr (eh_metadata_lookup (eh_event_get_metadata (event), "by"), ==, "alice");
  g_assert_cmpint (eh_event_get_timestamp (event), ==, EH_FIXED_CLOCK_START + 7);
  check_counter (world, "a", 4, 10);
}

static void
test_no_id (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhCommand) command = NULL;
  g_autoptr (EhOutcome) outcome = NULL;
  g_autoptr (EhMetadata) metadata = NULL;
  g_autoptr (GError) error = NULL;
  EhId correlation = { { 9 } };
  EhEvent *event;

  g_test_summary ("A command without an id gets one for its events; it is not changed itself and keeps all else");
  world = counter_world_new ();
  command = counter_create ("a");
  metadata = eh_metadata_with (NULL, "by", "alice", NULL);
  eh_command_set_metadata (command, metadata);
  eh_command_set_correlation_id (command, &correlation);
  eh_command_set_expected_version (command, EH_EXPECTED_NO_STREAM);
  outcome = eh_command_handler_handle (world->handler, command, NULL, &error);
  g_assert_no_error (error);
  event = eh_event_page_get (eh_outcome_get_events (outcome), 0);
  g_assert_false (eh_id_is_nil (eh_event_get_causation_id (event)));
  g_assert_true (eh_id_equal (eh_event_get_correlation_id (event), &correlation));
  g_assert_cmpstr (eh_metadata_lookup (eh_event_get_metadata (event), "by"), ==, "alice");
  g_assert_true (eh_id_is_nil (eh_command_get_id (command)));
  g_clear_pointer (&outcome, eh_outcome_unref);
  g_assert_null (eh_command_handler_handle (world->handler, command, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CONFLICT);
}

static void
test_own_correlation (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhCommand) command = NULL;
  g_autoptr (EhOutcome) outcome = NULL;
  EhEvent *event;

  g_test_summary ("A command that begins a conversation correlates by its own id, given or not");
  world = counter_world_new ();
  command = counter_create ("a");
  outcome = eh_command_handler_handle (world->handler, command, NULL, NULL);
  g_assert_nonnull (outcome);
  event = eh_event_page_get (eh_outcome_get_events (outcome), 0);
  g_assert_true (eh_id_equal (eh_event_get_correlation_id (event), eh_event_get_causation_id (event)));
}

static void
test_no_events (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhCommand) command = NULL;
  g_autoptr (EhOutcome) outcome = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A command that is accepted without events appends nothing and tells the store's version");
  world = new_world_with_counter (5);
  world->store->n_appends = 0;
  interfere (world, counter_add ("a", 1));
  command = counter_command ("a", &touch_counter);
  outcome = eh_command_handler_handle (world->handler, command, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (eh_outcome_get_events (outcome));
  g_assert_cmpuint (eh_outcome_get_version (outcome), ==, 3);
  g_assert_cmpuint (world->store->n_appends, ==, 0);
  g_assert_cmpuint (counter_do (world->handler, counter_command ("new", &touch_counter)), ==, 0);
}

static void
test_refused (void)
{
  g_autoptr (CounterWorld) world = NULL;

  g_test_summary ("Refusals come back as they are; nothing is written and the next command is done");
  world = new_world_with_counter (5);
  counter_fail (world->handler, counter_take ("a", 6), COUNTER_ERROR, COUNTER_ERROR_TOO_LITTLE);
  counter_fail (world->handler, counter_create ("a"), EH_ERROR, EH_ERROR_EXISTS);
  counter_fail (world->handler, counter_add ("none", 1), EH_ERROR, EH_ERROR_NOT_FOUND);
  counter_fail (world->handler, counter_command ("a", &break_counter), EH_ERROR, EH_ERROR_INVALID);
  check_counter (world, "a", 2, 5);
  g_assert_cmpuint (counter_do (world->handler, counter_take ("a", 5)), ==, 3);
}

static void
test_not_sent_to_the_store (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhStreamName) stream = NULL;
  g_autoptr (EhCommand) stray = NULL;

  g_test_summary ("Unknown, stray and not well-formed commands are refused before anything is loaded");
  world = counter_world_new ();
  counter_fail (world->handler, counter_command ("a", &unknown_command), EH_ERROR, EH_ERROR_UNKNOWN_TYPE);
  counter_fail (world->handler, counter_add ("a", 0), COUNTER_ERROR, COUNTER_ERROR_ZERO);
  counter_fail (world->handler, counter_add ("a", COUNTER_AMOUNT_UNTOLD), EH_ERROR, EH_ERROR_INVALID);
  stream = eh_stream_name_parse ("Account-a", NULL);
  stray = eh_command_new (stream, &create_counter, &(CreateCounter){ 0 }, NULL);
  counter_fail (world->handler, g_steal_pointer (&stray), EH_ERROR, EH_ERROR_UNKNOWN_TYPE);
  g_assert_cmpuint (world->store->n_reads, ==, 0);
}

static void
test_namesake (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhStreamName) stream = NULL;
  g_autoptr (EhCommand) command = NULL;
  EhSchema namesake = add_to_counter;

  g_test_summary ("A struct that only has a command's name reaches none of the rule's functions");
  world = counter_world_new ();
  stream = eh_stream_name_parse ("Counter-a", NULL);
  command = eh_command_new (stream, &namesake, &(AddToCounter){ 0 }, NULL);
  counter_fail (world->handler, g_steal_pointer (&command), EH_ERROR, EH_ERROR_UNKNOWN_TYPE);
}

static void
test_stale_refusal (void)
{
  g_autoptr (CounterWorld) world = NULL;

  g_test_summary ("A refusal by a kept state that is behind is decided again; by a current one it costs one look");
  world = new_world_with_counter (5);
  interfere (world, counter_add ("a", 5));
  g_assert_cmpuint (counter_do (world->handler, counter_take ("a", 10)), ==, 4);
  check_counter (world, "a", 4, 0);

  world->store->n_reads = world->store->n_versions = 0;
  counter_fail (world->handler, counter_take ("a", 1), COUNTER_ERROR, COUNTER_ERROR_TOO_LITTLE);
  g_assert_cmpuint (world->store->n_versions, ==, 1);
  g_assert_cmpuint (world->store->n_reads, ==, 0);

  interfere (world, counter_add ("a", 1));
  counter_fail (world->handler, counter_take ("a", 2), COUNTER_ERROR, COUNTER_ERROR_TOO_LITTLE);
  counter_do (world->handler, counter_take ("a", 1));
}

static void
test_fresh_refusal (void)
{
  g_autoptr (CounterWorld) world = NULL;

  g_test_summary ("A refusal by a state that was just loaded is believed");
  world = counter_world_new ();
  interfere (world, counter_create ("a"));
  counter_fail (world->handler, counter_take ("a", 1), COUNTER_ERROR, COUNTER_ERROR_TOO_LITTLE);
  g_assert_cmpuint (world->store->n_versions, ==, 0);
}

static void
test_stale_append (void)
{
  g_autoptr (CounterWorld) world = NULL;

  g_test_summary ("Events decided by a kept state that is behind conflict, and the next try is on a fresh one");
  world = new_world_with_counter (5);
  interfere (world, counter_take ("a", 5));
  counter_fail (world->handler, counter_take ("a", 5), EH_ERROR, EH_ERROR_CONFLICT);
  check_counter (world, "a", 3, 0);
  counter_fail (world->handler, counter_take ("a", 5), COUNTER_ERROR, COUNTER_ERROR_TOO_LITTLE);
}

static void
test_deleted (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhStreamName) stream = NULL;

  g_test_summary ("A command to a deleted aggregate is refused, kept or not");
  world = new_world_with_counter (5);
  stream = counter_stream ("a");
  g_assert_true (eh_event_store_delete_stream (world->store->inner, stream, EH_EXPECTED_ANY, NULL, NULL));
  counter_fail (world->handler, counter_take ("a", 6), EH_ERROR, EH_ERROR_NOT_FOUND);
  counter_fail (world->handler, counter_create ("a"), EH_ERROR, EH_ERROR_NOT_FOUND);
}

static EhCommand *
expecting (EhCommand *command, gint64 version)
{
  eh_command_set_expected_version (command, version);
  return command;
}

static void
test_expected_version (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhCommand) late = NULL;
  g_autoptr (GError) error = NULL;
  gint64 expected = 0;
  guint64 actual = 0;

  g_test_summary ("A command's own expected version is compared with the fresh aggregate's");
  world = new_world_with_counter (5);
  counter_fail (world->handler, expecting (counter_add ("a", 1), 1), EH_ERROR, EH_ERROR_CONFLICT);
  counter_fail (world->handler, expecting (counter_add ("a", 1), 3), EH_ERROR, EH_ERROR_CONFLICT);
  counter_fail (world->handler, expecting (counter_add ("a", 1), EH_EXPECTED_NO_STREAM), EH_ERROR, EH_ERROR_CONFLICT);
  counter_fail (world->handler, expecting (counter_command ("b", &touch_counter), EH_EXPECTED_EXISTS), EH_ERROR,
                EH_ERROR_CONFLICT);
  check_counter (world, "a", 2, 5);
  g_assert_cmpuint (counter_do (world->handler, expecting (counter_add ("a", 1), 2)), ==, 3);
  g_assert_cmpuint (counter_do (world->handler, expecting (counter_add ("a", 1), EH_EXPECTED_EXISTS)), ==, 4);
  g_assert_cmpuint (counter_do (world->handler, expecting (counter_create ("b"), EH_EXPECTED_NO_STREAM)), ==, 1);

  interfere (world, counter_add ("a", 1));
  g_assert_cmpuint (counter_do (world->handler, expecting (counter_add ("a", 1), 5)), ==, 6);
  interfere (world, counter_add ("a", 1));
  late = expecting (counter_add ("a", 1), 6);
  g_assert_null (eh_command_handler_handle (world->handler, late, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CONFLICT);
  g_assert_true (eh_error_get_versions (error, &expected, &actual));
  g_assert_cmpint (expected, ==, 6);
  g_assert_cmpuint (actual, ==, 7);
}

static void
test_append_fails (void)
{
  g_autoptr (CounterWorld) world = NULL;

  g_test_summary ("A failed append is passed on, the aggregate is loaded anew, and the command can be sent again");
  world = new_world_with_counter (5);
  faulty_store_next (world->store, APPEND_FAILS);
  counter_fail (world->handler, counter_add ("a", 1), G_IO_ERROR, G_IO_ERROR_FAILED);
  world->store->n_reads = 0;
  g_assert_cmpuint (counter_do (world->handler, counter_add ("a", 1)), ==, 3);
  g_assert_cmpuint (world->store->n_reads, ==, 1);
  check_counter (world, "a", 3, 6);
}

/* Adds 1 to a counter at version 2, with @faults; see that it is done once. */
static void
check_resolved (const AppendFault *faults, guint n_faults)
{
  g_autoptr (CounterWorld) world = new_world_with_counter (5);

  for (guint i = 0; i < n_faults; i++)
    world->store->faults[world->store->n_appends + i] = faults[i];
  g_assert_cmpuint (counter_do (world->handler, counter_add ("a", 1)), ==, 3);
  check_counter (world, "a", 3, 6);
  g_assert_cmpuint (counter_do (world->handler, counter_add ("a", 1)), ==, 4);
  check_counter (world, "a", 4, 7);
}

static void
test_ambiguous_resolved (void)
{
  g_test_summary ("An unclear append is repeated with the same ids until it is clear, and has its effect once");
  check_resolved ((AppendFault[]){ APPEND_AMBIGUOUS_WRITTEN }, 1);
  check_resolved ((AppendFault[]){ APPEND_AMBIGUOUS_LOST }, 1);
  check_resolved ((AppendFault[]){ APPEND_AMBIGUOUS_LOST, APPEND_AMBIGUOUS_WRITTEN }, 2);
  check_resolved ((AppendFault[]){ APPEND_AMBIGUOUS_LOST, APPEND_AMBIGUOUS_LOST, APPEND_AMBIGUOUS_WRITTEN }, 3);
  check_resolved ((AppendFault[]){ APPEND_AMBIGUOUS_WRITTEN, APPEND_FAILS }, 2);
}

/* Adds 1 with @faults; it fails with @code. Returns: how often it appended */
static guint
check_unresolved (const AppendFault *faults, guint n_faults, gint code, guint64 version)
{
  g_autoptr (CounterWorld) world = new_world_with_counter (5);
  guint before = world->store->n_appends;

  for (guint i = 0; i < n_faults; i++)
    world->store->faults[before + i] = faults[i];
  counter_fail (world->handler, counter_add ("a", 1), EH_ERROR, code);
  check_counter (world, "a", version, version == 2 ? 5 : 6);
  return world->store->n_appends - before;
}

static void
test_ambiguous_stays (void)
{
  static const AppendFault lost[] = { APPEND_AMBIGUOUS_LOST, APPEND_AMBIGUOUS_LOST, APPEND_AMBIGUOUS_LOST,
                                      APPEND_AMBIGUOUS_LOST, APPEND_AMBIGUOUS_LOST };
  static const AppendFault down[] = { APPEND_AMBIGUOUS_WRITTEN, APPEND_FAILS, APPEND_FAILS, APPEND_FAILS };
  static const AppendFault beaten[] = { APPEND_AMBIGUOUS_LOST, APPEND_CONFLICTS };

  g_test_summary ("What stays unclear is ambiguous whatever the last error was; only a conflict makes it clear");
  g_assert_cmpuint (check_unresolved (lost, G_N_ELEMENTS (lost), EH_ERROR_AMBIGUOUS, 2), ==, 4);
  g_assert_cmpuint (check_unresolved (down, G_N_ELEMENTS (down), EH_ERROR_AMBIGUOUS, 3), ==, 4);
  g_assert_cmpuint (check_unresolved (beaten, G_N_ELEMENTS (beaten), EH_ERROR_CONFLICT, 2), ==, 2);
}

static void
test_cancelled (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (GCancellable) cancellable = NULL;
  g_autoptr (EhCommand) command = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A cancelled command is not done");
  world = new_world_with_counter (5);
  cancellable = g_cancellable_new ();
  g_cancellable_cancel (cancellable);
  command = counter_add ("a", 1);
  g_assert_null (eh_command_handler_handle (world->handler, command, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  check_counter (world, "a", 2, 5);
}

static void
test_closed (void)
{
  g_autoptr (CounterWorld) world = NULL;

  g_test_summary ("A closed store is told as such, also to those who would be refused");
  world = new_world_with_counter (5);
  eh_event_store_close (world->store->inner, NULL, NULL);
  counter_fail (world->handler, counter_take ("a", 6), EH_ERROR, EH_ERROR_CLOSED);
  counter_fail (world->handler, counter_add ("a", 6), EH_ERROR, EH_ERROR_CLOSED);
}

static gboolean
collect (EhEvent *event, gpointer user_data, GError **error)
{
  g_ptr_array_add (user_data, eh_event_ref (event));
  return TRUE;
}

static void
test_publish (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhEventBus) bus = NULL;
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Events are published to the domain's topic after they are saved");
  world = counter_world_new ();
  bus = eh_memory_bus_new (0);
  events = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_event_unref);
  eh_event_bus_subscribe (bus, "counting", "counter", NULL, collect, events, NULL, &error);
  g_assert_no_error (error);
  eh_command_handler_set_event_bus (world->handler, bus);
  counter_do (world->handler, counter_create ("a"));
  counter_do (world->handler, counter_command ("a", &double_counter));
  counter_fail (world->handler, counter_take ("a", 6), COUNTER_ERROR, COUNTER_ERROR_TOO_LITTLE);
  eh_event_bus_flush (bus, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (events->len, ==, 3);
  for (guint i = 0; i < events->len; i++)
    g_assert_cmpuint (eh_event_get_version (g_ptr_array_index (events, i)), ==, i + 1);
}

static void
test_publish_fails (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhEventBus) bus = NULL;
  g_autoptr (EhCommand) command = NULL;
  g_autoptr (EhOutcome) outcome = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A command whose events could not be published is done, and its outcome says so");
  world = counter_world_new ();
  bus = eh_memory_bus_new (0);
  eh_event_bus_close (bus, NULL, NULL);
  eh_command_handler_set_event_bus (world->handler, bus);
  command = counter_create ("a");
  outcome = eh_command_handler_handle (world->handler, command, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (eh_outcome_get_version (outcome), ==, 1);
  g_assert_error (eh_outcome_get_publish_error (outcome), EH_ERROR, EH_ERROR_CLOSED);
  check_counter (world, "a", 1, 0);
}

static void
test_unguarded (void)
{
  g_autoptr (CounterWorld) world = NULL;

  g_test_summary ("Unguarded appends lose updates, and are not folded on a state that missed some");
  world = new_world_with_counter (5);
  eh_command_handler_set_guard_appends (world->handler, FALSE);
  interfere (world, counter_take ("a", 5));
  g_assert_cmpuint (counter_do (world->handler, counter_take ("a", 5)), ==, 4);
  check_counter (world, "a", 4, -5);
  counter_fail (world->handler, counter_take ("a", 1), COUNTER_ERROR, COUNTER_ERROR_TOO_LITTLE);
  g_assert_cmpuint (counter_do (world->handler, counter_add ("a", 5)), ==, 5);
}

static void
test_repeat (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhCommand) add = NULL;
  g_autoptr (EhOutcome) first = NULL, second = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A command sent again with its id takes effect once, whoever else wrote in between");
  world = new_world_with_counter (5);
  add = counter_with_id (counter_add ("a", 2), 77);
  first = eh_command_handler_handle (world->handler, add, NULL, &error);
  g_assert_no_error (error);
  counter_do (world->handler, counter_add ("a", 10));

  second = eh_command_handler_handle (world->handler, add, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (eh_outcome_was_done (first));
  g_assert_true (eh_outcome_was_done (second));
  g_assert_cmpuint (eh_outcome_get_version (second), ==, eh_outcome_get_version (first));
  g_assert_true (eh_event_equal (eh_event_page_get (eh_outcome_get_events (second), 0),
                                 eh_event_page_get (eh_outcome_get_events (first), 0)));
  check_counter (world, "a", 4, 17);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/command-handler/events", test_events);
  g_test_add_func ("/command-handler/no-id", test_no_id);
  g_test_add_func ("/command-handler/own-correlation", test_own_correlation);
  g_test_add_func ("/command-handler/no-events", test_no_events);
  g_test_add_func ("/command-handler/refused", test_refused);
  g_test_add_func ("/command-handler/not-sent-to-the-store", test_not_sent_to_the_store);
  g_test_add_func ("/command-handler/namesake", test_namesake);
  g_test_add_func ("/command-handler/stale-refusal", test_stale_refusal);
  g_test_add_func ("/command-handler/fresh-refusal", test_fresh_refusal);
  g_test_add_func ("/command-handler/stale-append", test_stale_append);
  g_test_add_func ("/command-handler/deleted", test_deleted);
  g_test_add_func ("/command-handler/expected-version", test_expected_version);
  g_test_add_func ("/command-handler/append-fails", test_append_fails);
  g_test_add_func ("/command-handler/ambiguous-resolved", test_ambiguous_resolved);
  g_test_add_func ("/command-handler/ambiguous-stays", test_ambiguous_stays);
  g_test_add_func ("/command-handler/cancelled", test_cancelled);
  g_test_add_func ("/command-handler/closed", test_closed);
  g_test_add_func ("/command-handler/publish", test_publish);
  g_test_add_func ("/command-handler/publish-fails", test_publish_fails);
  g_test_add_func ("/command-handler/unguarded", test_unguarded);
  g_test_add_func ("/command-handler/repeat", test_repeat);
  return g_test_run ();
}
