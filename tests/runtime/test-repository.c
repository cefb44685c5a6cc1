/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "counter-domain.h"
#include "model/eh-error.h"
#include "runtime/eh-repository-private.h"

static EhAggregate *
load (EhRepository *repository, const char *id, gboolean fresh)
{
  g_autoptr (EhStreamName) stream = counter_stream (id);
  g_autoptr (GError) error = NULL;
  EhAggregate *counter = eh_repository_load (repository, stream, fresh, NULL, &error);

  g_assert_no_error (error);
  return counter;
}

static void
check_load (EhRepository *repository, const char *id, gboolean fresh, guint64 version, gint64 value)
{
  EhAggregate *counter = load (repository, id, fresh);

  g_assert_cmpuint (eh_aggregate_get_version (counter), ==, version);
  g_assert_cmpint (((const Counter *) eh_aggregate_get_state (counter))->value, ==, value);
  eh_repository_give_back (repository, counter);
}

/* Counter-@id is created and then @n times 1 is added, by a handler without a cache. */
static void
fill (CounterWorld *world, const char *id, guint n)
{
  g_autoptr (EhRepository) repository = eh_repository_new (world->domain, EH_EVENT_STORE (world->store));
  g_autoptr (EhCommandHandler)
      handler = eh_command_handler_new (repository, EH_CLOCK (world->clock), EH_ID_SOURCE (world->ids));

  eh_repository_set_cache_size (repository, 0);
  counter_do (handler, counter_create (id));
  for (guint i = 0; i < n; i++)
    counter_do (handler, counter_add (id, 1));
}

static void
test_unknown (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhStreamName) stream = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What does not exist is new; of an unknown type it is refused");
  world = counter_world_new ();
  check_load (world->repository, "none", FALSE, 0, 0);
  stream = eh_stream_name_parse ("Account-1", NULL);
  g_assert_null (eh_repository_load (world->repository, stream, FALSE, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_UNKNOWN_TYPE);
}

static void
test_cache (void)
{
  g_autoptr (CounterWorld) world = NULL;
  EhAggregate *first;
  EhAggregate *second;

  g_test_summary ("A kept aggregate needs no store, has one owner at a time, and the newer of two stays");
  world = counter_world_new ();
  fill (world, "a", 3);
  check_load (world->repository, "a", FALSE, 4, 3);
  world->store->n_reads = 0;
  check_load (world->repository, "a", FALSE, 4, 3);
  g_assert_cmpuint (world->store->n_reads, ==, 0);

  first = load (world->repository, "a", FALSE);
  fill (world, "b", 0);
  counter_do (world->handler, counter_add ("a", 5));
  second = load (world->repository, "a", FALSE);
  g_assert_cmpuint (eh_aggregate_get_version (second), ==, 5);
  eh_repository_give_back (world->repository, second);
  eh_repository_give_back (world->repository, first);
  check_load (world->repository, "a", FALSE, 5, 8);
}

static void
test_cache_is_bounded (void)
{
  g_autoptr (CounterWorld) world = NULL;
  static const char *const ids[] = { "a", "b", "c" };

  g_test_summary ("The cache keeps so many, those used last");
  world = counter_world_new ();
  eh_repository_set_cache_size (world->repository, 2);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    fill (world, ids[i], i);
  check_load (world->repository, "a", FALSE, 1, 0);
  check_load (world->repository, "b", FALSE, 2, 1);
  check_load (world->repository, "a", FALSE, 1, 0);
  check_load (world->repository, "c", FALSE, 3, 2);

  world->store->n_reads = 0;
  check_load (world->repository, "a", FALSE, 1, 0);
  check_load (world->repository, "c", FALSE, 3, 2);
  g_assert_cmpuint (world->store->n_reads, ==, 0);
  check_load (world->repository, "b", FALSE, 2, 1);
  g_assert_cmpuint (world->store->n_reads, ==, 1);
}

static void
test_forget (void)
{
  g_autoptr (CounterWorld) world = NULL;
  EhAggregate *taken;

  g_test_summary ("What is forgotten is read from its first event; what was taken out meanwhile can be given back");
  world = counter_world_new ();
  fill (world, "a", 3);
  check_load (world->repository, "a", FALSE, 4, 3);
  eh_repository_forget (world->repository);
  world->store->n_reads = 0;
  check_load (world->repository, "a", FALSE, 4, 3);
  g_assert_cmpuint (world->store->n_reads, ==, 1);
  g_assert_cmpuint (world->store->last_read_from, ==, 1);

  taken = load (world->repository, "a", FALSE);
  check_load (world->repository, "a", FALSE, 4, 3);
  eh_repository_forget (world->repository);
  eh_repository_give_back (world->repository, taken);
  check_load (world->repository, "a", FALSE, 4, 3);
  g_assert_cmpuint (world->store->n_reads, ==, 2);
}

static void
test_fresh (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhAggregate) counter = NULL;
  g_autoptr (GError) error = NULL;
  gboolean current = TRUE;

  g_test_summary ("A kept aggregate may be behind; is_current tells, and a fresh load reads the rest only");
  world = counter_world_new ();
  fill (world, "a", 3);
  check_load (world->repository, "a", FALSE, 4, 3);
  {
    g_autoptr (EhRepository) other = eh_repository_new (world->domain, EH_EVENT_STORE (world->store));
    g_autoptr (EhCommandHandler) handler = eh_command_handler_new (other, NULL, NULL);

    counter_do (handler, counter_add ("a", 10));
  }
  counter = load (world->repository, "a", FALSE);
  eh_repository_is_current (world->repository, counter, &current, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (current);
  eh_repository_give_back (world->repository, g_steal_pointer (&counter));

  check_load (world->repository, "a", TRUE, 5, 13);
  g_assert_cmpuint (world->store->last_read_from, ==, 4);
  counter = load (world->repository, "a", FALSE);
  eh_repository_is_current (world->repository, counter, &current, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (current);
}

static void
test_store_restored (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhEventStore) old = NULL;

  g_test_summary ("A fresh load notices that the store has lost what is kept");
  world = counter_world_new ();
  fill (world, "a", 5);
  check_load (world->repository, "a", FALSE, 6, 5);
  old = g_steal_pointer (&world->store->inner);
  world->store->inner = eh_event_store_open ("memory:", NULL, NULL);
  fill (world, "a", 1);
  check_load (world->repository, "a", TRUE, 2, 1);
}

static void
test_conflict (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhAggregate) stale = NULL;
  g_autoptr (EhDecision) decision = NULL;
  g_autoptr (EhCommand) command = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A save on a stale state conflicts, writes nothing and does not fold");
  world = counter_world_new ();
  fill (world, "a", 0);
  stale = load (world->repository, "a", FALSE);
  counter_do (world->handler, counter_add ("a", 1));

  command = counter_with_id (counter_add ("a", 7), 99);
  decision = eh_aggregate_type_decide (&counter_type, eh_aggregate_get_state (stale), 1, command, EH_FIXED_CLOCK_START,
                                       EH_ID_SOURCE (world->ids), &error);
  g_assert_no_error (error);
  g_assert_false (eh_repository_save (world->repository, stale, eh_decision_get_batch (decision), NULL, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CONFLICT);
  g_assert_cmpuint (eh_aggregate_get_version (stale), ==, 1);
  g_assert_cmpint (counter_read (EH_EVENT_STORE (world->store), world->domain, "a", NULL), ==, 1);
}

static EhRepository *
new_with_snapshots (CounterWorld *world, guint every)
{
  EhRepository *repository = eh_repository_new (world->domain, EH_EVENT_STORE (world->store));

  eh_repository_set_snapshots (repository, every);
  eh_repository_set_cache_size (repository, 0);
  return repository;
}

static guint64
get_snapshot_version (CounterWorld *world, const char *id)
{
  g_autoptr (EhStreamName) stream = counter_stream (id);
  g_autoptr (EhSnapshot) snapshot = NULL;
  g_autoptr (GError) error = NULL;

  eh_event_store_load_snapshot (world->store->inner, stream, G_MAXUINT64, &snapshot, NULL, &error);
  g_assert_no_error (error);
  return snapshot == NULL ? 0 : eh_snapshot_get_version (snapshot);
}

static void
test_snapshot (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhRepository) repository = NULL;
  g_autoptr (EhCommandHandler) handler = NULL;

  g_test_summary ("A save that crosses a multiple makes a snapshot; a load reads it and the tail only");
  world = counter_world_new ();
  repository = new_with_snapshots (world, 4);
  handler = eh_command_handler_new (repository, EH_CLOCK (world->clock), EH_ID_SOURCE (world->ids));
  counter_do (handler, counter_create ("a"));
  counter_do (handler, counter_add ("a", 3));
  counter_do (handler, counter_add ("a", 4));
  g_assert_cmpuint (get_snapshot_version (world, "a"), ==, 0);
  counter_do (handler, counter_command ("a", &double_counter));
  g_assert_cmpuint (get_snapshot_version (world, "a"), ==, 5);
  counter_do (handler, counter_add ("a", 1));
  g_assert_cmpuint (get_snapshot_version (world, "a"), ==, 5);

  check_load (repository, "a", FALSE, 6, 15);
  g_assert_cmpuint (world->store->last_read_from, ==, 6);
}

static void
test_no_snapshots (void)
{
  g_autoptr (CounterWorld) world = NULL;

  g_test_summary ("Without snapshots none is saved or looked for");
  world = counter_world_new ();
  fill (world, "a", 10);
  check_load (world->repository, "a", FALSE, 11, 10);
  g_assert_cmpuint (world->store->n_snapshots_loaded, ==, 0);
  g_assert_cmpuint (get_snapshot_version (world, "a"), ==, 0);
}

static void
test_snapshot_store_fails (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhRepository) repository = NULL;
  g_autoptr (EhCommandHandler) handler = NULL;

  g_test_summary ("Snapshots that can be neither saved nor loaded fail no command and no load");
  world = counter_world_new ();
  world->store->snapshots_fail = TRUE;
  repository = new_with_snapshots (world, 1);
  handler = eh_command_handler_new (repository, EH_CLOCK (world->clock), EH_ID_SOURCE (world->ids));
  counter_do (handler, counter_create ("a"));
  g_assert_cmpuint (counter_do (handler, counter_add ("a", 3)), ==, 2);
  check_load (repository, "a", FALSE, 2, 3);
}

static void
check_useless (const char *schema_name, guint revision, const char *json)
{
  g_autoptr (CounterWorld) world = counter_world_new ();
  g_autoptr (EhRepository) repository = new_with_snapshots (world, 1000);
  g_autoptr (EhStreamName) stream = counter_stream ("a");
  g_autoptr (EhSnapshot) snapshot = eh_snapshot_new (stream, 3, schema_name, revision, json);
  g_autoptr (GError) error = NULL;

  fill (world, "a", 5);
  eh_event_store_save_snapshot (world->store->inner, snapshot, NULL, &error);
  g_assert_no_error (error);
  check_load (repository, "a", FALSE, 6, 5);
  g_assert_cmpuint (world->store->n_snapshots_loaded, ==, 1);
  g_assert_cmpuint (world->store->last_read_from, ==, 1);
}

static void
test_useless_snapshot (void)
{
  g_test_summary ("A snapshot of another schema or revision, or with damaged text, is ignored");
  check_useless ("Counter", 2, "{\"value\":1000}");
  check_useless ("Account", 1, "{\"value\":1000}");
  check_useless ("Counter", 1, "{\"value\":10");
  check_useless ("Counter", 1, "{\"value\":\"ten\"}");
}

#define HOUR (3600 * G_TIME_SPAN_SECOND)

static void
test_snapshot_interval (void)
{
  static const struct {
    gint64 time;
    guint64 snapshot; /* its version afterwards */
  } cases[] = {
    { -HOUR - 2, 0 }, { -HOUR - 1, 0 },     { -HOUR, 3 },         { -1, 3 }, { 0, 5 }, { HOUR - 1, 5 }, { HOUR, 7 },
    { HOUR + 5, 7 },  { 10 * HOUR + 1, 9 }, { 10 * HOUR + 1, 9 },
  };
  g_autoptr (CounterWorld) world = counter_world_new ();
  g_autoptr (EhRepository) repository = new_with_snapshots (world, 0);
  g_autoptr (EhCommandHandler)
      handler = eh_command_handler_new (repository, EH_CLOCK (world->clock), EH_ID_SOURCE (world->ids));

  g_test_summary ("The first save in an interval, but for an aggregate's first of all, makes a snapshot");
  eh_repository_set_snapshot_interval (repository, HOUR);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      eh_fixed_clock_set (world->clock, cases[i].time);
      counter_do (handler, i == 0 ? counter_create ("a") : counter_add ("a", 1));
      g_test_message ("version %u", i + 1);
      g_assert_cmpuint (get_snapshot_version (world, "a"), ==, cases[i].snapshot);
    }
  check_load (repository, "a", FALSE, 10, 9);
  g_assert_cmpuint (world->store->last_read_from, ==, 10);
}

static void
test_take_snapshot (void)
{
  g_autoptr (CounterWorld) world = counter_world_new ();
  g_autoptr (EhRepository) repository = new_with_snapshots (world, EH_SNAPSHOTS_ON_DEMAND);
  g_autoptr (EhStreamName) stream = counter_stream ("a");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A snapshot is taken on demand, of what the store has; a failure is told");
  g_assert_false (eh_repository_take_snapshot (repository, stream, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
  g_clear_error (&error);
  fill (world, "a", 5);
  check_load (repository, "a", FALSE, 6, 5);
  g_assert_cmpuint (get_snapshot_version (world, "a"), ==, 0);
  g_assert_true (eh_repository_take_snapshot (repository, stream, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (get_snapshot_version (world, "a"), ==, 6);
  check_load (repository, "a", FALSE, 6, 5);
  g_assert_cmpuint (world->store->last_read_from, ==, 7);
  world->store->snapshots_fail = TRUE;
  g_assert_false (eh_repository_take_snapshot (repository, stream, NULL, &error));
  g_assert_nonnull (error);
}

static void
test_kept_snapshot (void)
{
  g_autoptr (CounterWorld) world = counter_world_new ();
  g_autoptr (EhStreamName) stream = counter_stream ("a");
  g_autoptr (GError) error = NULL;

  g_test_summary ("On demand, a kept aggregate that is behind the store is brought up to it first");
  fill (world, "a", 1);
  check_load (world->repository, "a", FALSE, 2, 1);
  {
    g_autoptr (EhRepository) other = eh_repository_new (world->domain, EH_EVENT_STORE (world->store));
    g_autoptr (EhCommandHandler) handler = eh_command_handler_new (other, NULL, NULL);

    counter_do (handler, counter_add ("a", 10));
  }
  g_assert_true (eh_repository_take_snapshot (world->repository, stream, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (get_snapshot_version (world, "a"), ==, 3);
  check_load (world->repository, "a", FALSE, 3, 11);
}

static void
test_snapshot_of_lost_events (void)
{
  g_autoptr (CounterWorld) world = counter_world_new ();
  g_autoptr (EhRepository) repository = new_with_snapshots (world, 2);
  g_autoptr (EhStreamName) stream = counter_stream ("a");
  g_autoptr (EhSnapshot) snapshot = eh_snapshot_new (stream, 4, "Counter", 1, "{\"value\":1000}");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A snapshot newer than its stream is not taken by the store, and so never trusted");
  fill (world, "a", 2);
  g_assert_false (eh_event_store_save_snapshot (EH_EVENT_STORE (world->store), snapshot, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CONFLICT);
  check_load (repository, "a", FALSE, 3, 2);
}

static void
test_deleted (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhStreamName) stream = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A deleted stream is not found, also when it is kept and asked for afresh");
  world = counter_world_new ();
  fill (world, "a", 1);
  check_load (world->repository, "a", FALSE, 2, 1);
  stream = counter_stream ("a");
  eh_event_store_delete_stream (world->store->inner, stream, EH_EXPECTED_ANY, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (eh_repository_load (world->repository, stream, TRUE, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (eh_repository_load (world->repository, stream, FALSE, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
}

static void
test_long_stream (void)
{
  g_autoptr (CounterWorld) world = NULL;
  g_autoptr (EhStreamName) stream = NULL;
  g_autoptr (EhEventBatch) batch = NULL;
  g_autoptr (EhEventBatch) more = NULL;
  g_autoptr (GError) error = NULL;
  EhId id;

  g_test_summary ("A stream longer than a page is loaded whole");
  world = counter_world_new ();
  stream = counter_stream ("a");
  batch = eh_event_batch_new (stream, EH_FIXED_CLOCK_START);
  more = eh_event_batch_new (stream, EH_FIXED_CLOCK_START);
  for (guint i = 0; i < EH_EVENT_BATCH_MAX; i++)
    {
      eh_id_source_next (EH_ID_SOURCE (world->ids), &id);
      eh_event_batch_add (batch, &id, &counter_added, &(CounterAdded){ 1 }, NULL);
    }
  eh_id_source_next (EH_ID_SOURCE (world->ids), &id);
  eh_event_batch_add (more, &id, &counter_added, &(CounterAdded){ 1 }, NULL);
  eh_event_store_append (world->store->inner, batch, 0, 0, NULL, NULL, &error);
  g_assert_no_error (error);
  eh_event_store_append (world->store->inner, more, EH_EXPECTED_ANY, 0, NULL, NULL, &error);
  g_assert_no_error (error);
  check_load (world->repository, "a", FALSE, EH_EVENT_BATCH_MAX + 1, EH_EVENT_BATCH_MAX + 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/repository/unknown", test_unknown);
  g_test_add_func ("/repository/cache", test_cache);
  g_test_add_func ("/repository/cache-is-bounded", test_cache_is_bounded);
  g_test_add_func ("/repository/forget", test_forget);
  g_test_add_func ("/repository/fresh", test_fresh);
  g_test_add_func ("/repository/store-restored", test_store_restored);
  g_test_add_func ("/repository/conflict", test_conflict);
  g_test_add_func ("/repository/snapshot", test_snapshot);
  g_test_add_func ("/repository/no-snapshots", test_no_snapshots);
  g_test_add_func ("/repository/snapshot-store-fails", test_snapshot_store_fails);
  g_test_add_func ("/repository/useless-snapshot", test_useless_snapshot);
  g_test_add_func ("/repository/snapshot-interval", test_snapshot_interval);
  g_test_add_func ("/repository/take-snapshot", test_take_snapshot);
  g_test_add_func ("/repository/kept-snapshot", test_kept_snapshot);
  g_test_add_func ("/repository/snapshot-of-lost-events", test_snapshot_of_lost_events);
  g_test_add_func ("/repository/deleted", test_deleted);
  g_test_add_func ("/repository/long-stream", test_long_stream);
  return g_test_run ();
}
