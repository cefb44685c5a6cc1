/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "consumer-fixture.h"
#include "runtime/eh-projection.h"
#include "runtime/eh-view-private.h"
#include "view-domain.h"

typedef struct {
  EhEventStore *store;
  EhCheckpointStore *checkpoints;
  EhFixedClock *clock;
  EhDomain *domain;
  EhProjection *notes;
} Fixture;

static EhProjection *
open_projection (Fixture *fixture, const EhProjectionType *type)
{
  g_autoptr (GError) error = NULL;
  EhProjection *projection = eh_projection_new (fixture->domain, type, fixture->store, fixture->checkpoints,
                                                EH_CLOCK (fixture->clock), &error);

  g_assert_no_error (error);
  eh_consumer_set_attempts (eh_projection_get_consumer (projection), 1, 0, 0);
  eh_consumer_set_checkpoint_every (eh_projection_get_consumer (projection), 1000, 0);
  return projection;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->store = eh_memory_store_new ();
  fixture->checkpoints = flaky_checkpoints_new ();
  fixture->clock = eh_fixed_clock_new (EH_FIXED_CLOCK_START);
  fixture->domain = note_domain_new ();
  fixture->notes = open_projection (fixture, &notes_by_id);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->notes);
  g_clear_object (&fixture->domain);
  g_clear_object (&fixture->clock);
  g_clear_object (&fixture->checkpoints);
  g_clear_object (&fixture->store);
}

static void
drain (EhProjection *projection)
{
  EhConsumerState state = EH_CONSUMER_BUSY;
  g_autoptr (GError) error = NULL;

  while (state == EH_CONSUMER_BUSY)
    state = eh_consumer_step (eh_projection_get_consumer (projection), 0, &error);
  g_assert_no_error (error);
  g_assert_cmpint (state, ==, EH_CONSUMER_IDLE);
}

static void
restart (Fixture *fixture)
{
  eh_consumer_crash (eh_projection_get_consumer (fixture->notes));
  g_clear_object (&fixture->notes);
  fixture->notes = open_projection (fixture, &notes_by_id);
}

static gint64
get_sum (EhProjection *projection, const char *key)
{
  NoteRow *row = eh_projection_get_row (projection, key);
  gint64 sum = row != NULL ? row->sum : -1;

  eh_schema_free (&note_row, row);
  return sum;
}

static gboolean
add_key (const char *key, gconstpointer row, gpointer user_data)
{
  GString *keys = user_data;

  g_string_append (keys, key);
  return keys->len < 2;
}

static gboolean
is_large (const char *key, gconstpointer row, gpointer user_data)
{
  return ((const NoteRow *) row)->sum > *(const gint64 *) user_data;
}

static char *
find (EhProjection *projection, gint64 above, guint limit)
{
  g_auto (GStrv) keys = eh_projection_find (projection, is_large, &above, limit);

  return g_strjoinv (" ", keys);
}

static void
test_queries (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) keys = g_string_new (NULL);

  g_test_summary ("By key, by predicate, all, as JSON");

  for (guint i = 1; i <= 3; i++)
    {
      g_autofree char *stream = g_strdup_printf ("Note-%c", 'd' - (int) i);

      store_append (fixture->store, stream, i * 10, 1);
    }
  g_assert_cmpuint (eh_projection_get_n_rows (fixture->notes), ==, 0);
  drain (fixture->notes);
  g_assert_cmpuint (eh_projection_get_n_rows (fixture->notes), ==, 3);
  g_assert_cmpuint (eh_projection_get_position (fixture->notes), ==, 3);
  g_assert_cmpint (get_sum (fixture->notes, "a"), ==, 30);
  g_assert_null (eh_projection_get_row (fixture->notes, "x"));
  g_assert_null (eh_projection_get_row_json (fixture->notes, "x"));
  assert_text (eh_projection_get_row_json (fixture->notes, "b"), "{\"count\":1,\"sum\":20,\"text\":\"text\"}");
  assert_text (find (fixture->notes, 0, 0), "c b a");
  assert_text (find (fixture->notes, 10, 0), "b a");
  assert_text (find (fixture->notes, 0, 1), "c");
  assert_text (find (fixture->notes, 30, 0), "");
  g_assert_cmpuint (eh_projection_foreach (fixture->notes, add_key, keys), ==, 3);
  g_assert_cmpstr (keys->str, ==, "cb");
  g_assert_true (eh_projection_get_type_table (fixture->notes) == &notes_by_id);
  assert_text (eh_projection_to_json (fixture->notes),
               "{\"c\":{\"count\":1,\"sum\":10,\"text\":\"text\"},\"b\":{\"count\":1,\"sum\":20,\"text\":\"text\"},"
               "\"a\":{\"count\":1,\"sum\":30,\"text\":\"text\"}}");
}

static void
test_restart (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = NULL;

  g_test_summary ("The view is saved with its position: a restart goes on from both, and handles nothing twice");

  store_append (fixture->store, "Note-a", 1, 5);
  store_append (fixture->store, "Note-b", 6, 5);
  drain (fixture->notes);
  before = eh_projection_to_json (fixture->notes);
  restart (fixture);
  g_assert_cmpuint (eh_projection_get_n_rows (fixture->notes), ==, 0);
  drain (fixture->notes);
  assert_text (eh_projection_to_json (fixture->notes), before);
  g_assert_null (eh_projection_get_rebuild_reason (fixture->notes));
  store_append (fixture->store, "Note-a", 11, 1);
  drain (fixture->notes);
  g_assert_cmpint (get_sum (fixture->notes, "a"), ==, 26);
}

static void
test_crashes (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A crash after each step, with checkpoints in between: the view is the fold of the store");

  store_append (fixture->store, "Note-a", 1, 9);
  for (guint steps = 0; steps < 12; steps++)
    {
      g_assert_true (eh_checkpoint_store_remove (fixture->checkpoints, "Notes", NULL, NULL));
      restart (fixture);
      eh_consumer_set_checkpoint_every (eh_projection_get_consumer (fixture->notes), 2, 0);
      for (guint i = 0; i < steps; i++)
        eh_consumer_step (eh_projection_get_consumer (fixture->notes), 1, NULL);
      restart (fixture);
      drain (fixture->notes);
      g_assert_cmpint (get_sum (fixture->notes, "a"), ==, 45);
    }
}

static void
save_checkpoint (Fixture *fixture, guint64 position, const char *shape, guint revision, const char *payload)
{
  g_autoptr (GBytes) bytes = payload != NULL ? g_bytes_new (payload, strlen (payload)) : NULL;
  g_autoptr (EhCheckpoint) checkpoint = eh_checkpoint_new ("Notes", position, shape, revision, bytes, NULL, 0);

  g_assert_true (eh_checkpoint_store_save (fixture->checkpoints, checkpoint, NULL, NULL));
}

static void
test_unusable (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const char *shape;
    guint revision;
    const char *payload;
    const char *reason;
  } cases[] = {
    { "NoteRow", 2, "{}", "revision 2" },
    { "Balance", 1, "{}", "\"Balance\"" },
    { "", 0, NULL, "without a" },
    { "NoteRow", 1, "{\"a\":{\"sum\":\"x\"}}", "the saved view of Notes: row \"a\"" },
    { "NoteRow", 1, "[]", "the saved view of Notes" },
    { "NoteRow", 1, NULL, "without a \"NoteRow\"" },
  };

  g_test_summary ("A saved view of another revision, or damaged: built anew, with the reason");

  store_append (fixture->store, "Note-a", 1, 3);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *reason = NULL;

      save_checkpoint (fixture, 2, cases[i].shape, cases[i].revision, cases[i].payload);
      restart (fixture);
      drain (fixture->notes);
      g_assert_cmpint (get_sum (fixture->notes, "a"), ==, 6);
      reason = eh_projection_get_rebuild_reason (fixture->notes);
      g_assert_nonnull (reason);
      if (strstr (reason, cases[i].reason) == NULL)
        g_error ("case %u: %s", i, reason);
    }
  restart (fixture);
  drain (fixture->notes);
  g_assert_null (eh_projection_get_rebuild_reason (fixture->notes));
}

static void
test_damaged_checkpoint (Fixture *fixture, gconstpointer data)
{
  g_autofree char *reason = NULL;

  g_test_summary ("A checkpoint that cannot be read at all: built anew too");

  store_append (fixture->store, "Note-a", 1, 3);
  FLAKY_CHECKPOINTS (fixture->checkpoints)->corrupt = TRUE;
  drain (fixture->notes);
  g_assert_cmpint (get_sum (fixture->notes, "a"), ==, 6);
  reason = eh_projection_get_rebuild_reason (fixture->notes);
  g_assert_cmpstr (reason, ==, "the checkpoint is damaged");
}

static void
test_ahead (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A view that knows more than the store is no view of it: an error");

  store_append (fixture->store, "Note-a", 1, 3);
  save_checkpoint (fixture, 4, "NoteRow", 1, "{}");
  g_assert_cmpint (eh_consumer_step (eh_projection_get_consumer (fixture->notes), 0, &error), ==, EH_CONSUMER_FAILED);
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "ends at 3"));
}

static void
test_parked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EhProjection) digits = open_projection (fixture, &notes_by_digit);
  EhConsumer *consumer = eh_projection_get_consumer (digits);
  g_autoptr (EhStreamName) stream = store_name ("Note-a");
  g_autoptr (EhEventBatch) bad = eh_event_batch_new (stream, 0);
  EhId id = store_id (100);

  g_test_summary ("What cannot be folded is parked; dropped, the rest is replayed; a rebuild tries what was dropped");

  store_append (fixture->store, "Note-a", 1, 1);
  g_assert_true (eh_event_batch_add (bad, &id, &noted, &(Noted){ -1, "" }, NULL));
  g_assert_true (eh_event_store_append (fixture->store, bad, EH_EXPECTED_ANY, 0, NULL, NULL, NULL));
  store_append (fixture->store, "Note-a", 3, 1);
  store_append (fixture->store, "Note-b", 4, 1);
  drain (digits);
  assert_text (consumer_parked (consumer), "2x1 3x0");
  g_assert_cmpint (get_sum (digits, "all"), ==, 5);
  eh_projection_rebuild (digits);
  drain (digits);
  g_assert_cmpint (get_sum (digits, "all"), ==, 5);
  assert_text (consumer_parked (consumer), "2x1 3x0");
  g_assert_true (eh_consumer_drop_parked (consumer, 2, NULL));
  g_assert_true (eh_consumer_replay_parked (consumer, stream, NULL));
  drain (digits);
  g_assert_cmpint (get_sum (digits, "all"), ==, 8);
  eh_consumer_crash (consumer);
  drain (digits);
  g_assert_cmpint (get_sum (digits, "all"), ==, 8);
  assert_text (consumer_parked (consumer), "");
  eh_projection_rebuild (digits);
  drain (digits);
  g_assert_cmpint (get_sum (digits, "all"), ==, 5);
  assert_text (consumer_parked (consumer), "2x1 3x0");
}

/* Rules that change: from now on one number has no key any more. */
static gint64 refused_number = 0;

static void
find_fickle (const EhEvent *event, GString *key)
{
  const gint64 number = ((const Noted *) eh_event_get_data (event))->number;

  g_string_append (key, number == refused_number ? "\xff" : eh_stream_name_get_id (eh_event_get_stream (event)));
}

static void
add_number (gpointer row, const EhEvent *event)
{
  ((NoteRow *) row)->sum += ((const Noted *) eh_event_get_data (event))->number;
}

static const EhProjectionRule fickle_rules[] = { { &noted, add_number, find_fickle } };
static const EhProjectionType fickle_notes = EH_PROJECTION_TYPE ("Notes", NoteRow, note_row, fickle_rules);

static void
set_up_fickle (Fixture *fixture, gconstpointer data)
{
  set_up (fixture, data);
  g_clear_object (&fixture->notes);
  g_clear_object (&fixture->domain);
  fixture->domain = eh_domain_new ("fickle");
  eh_domain_add_aggregate_type (fixture->domain, &note_type);
  eh_domain_add_projection (fixture->domain, &fickle_notes);
  g_assert_true (eh_domain_seal (fixture->domain, NULL));
  fixture->notes = open_projection (fixture, &fickle_notes);
  refused_number = 0;
}

static void
test_rebuild_parks (Fixture *fixture, gconstpointer data)
{
  EhConsumer *consumer = eh_projection_get_consumer (fixture->notes);
  g_autoptr (EhStreamName) stream = store_name ("Note-a");

  g_test_summary ("What a rebuild cannot fold any more is parked with what is behind it; nothing is lost");

  store_append (fixture->store, "Note-a", 1, 3);
  store_append (fixture->store, "Note-b", 4, 1);
  drain (fixture->notes);
  refused_number = 2;
  eh_projection_rebuild (fixture->notes);
  drain (fixture->notes);
  g_assert_cmpint (get_sum (fixture->notes, "a"), ==, 1);
  g_assert_cmpint (get_sum (fixture->notes, "b"), ==, 4);
  assert_text (consumer_parked (consumer), "2x1 3x0");
  store_append (fixture->store, "Note-a", 5, 1);
  eh_consumer_crash (consumer);
  drain (fixture->notes);
  assert_text (consumer_parked (consumer), "2x1 3x0 5x0");
  g_assert_cmpint (get_sum (fixture->notes, "a"), ==, 1);
  refused_number = 0;
  g_assert_true (eh_consumer_replay_parked (consumer, stream, NULL));
  drain (fixture->notes);
  g_assert_cmpint (get_sum (fixture->notes, "a"), ==, 11);
  assert_text (consumer_parked (consumer), "");
}

static void
test_rebuild_given_up (Fixture *fixture, gconstpointer data)
{
  EhConsumer *consumer = eh_projection_get_consumer (fixture->notes);
  const gint64 n = EH_CONSUMER_PARKED_MAX + 1;
  g_autoptr (GError) last = NULL;
  g_autofree char *reason = NULL;

  g_test_summary ("A rebuild that would park too much is given up, and says so; the view stays");

  store_append (fixture->store, "Note-a", 1, (guint) n);
  drain (fixture->notes);
  refused_number = 1;
  eh_projection_rebuild (fixture->notes);
  while (eh_projection_is_rebuilding (fixture->notes))
    eh_consumer_step (consumer, 0, NULL);
  last = eh_consumer_get_last_error (consumer);
  g_assert_error (last, EH_ERROR, EH_ERROR_LIMIT);
  reason = eh_projection_get_rebuild_reason (fixture->notes);
  g_assert_cmpstr (reason, ==, "the rebuild was given up: Notes: more than 1000 events would be parked");
  drain (fixture->notes);
  g_assert_cmpint (get_sum (fixture->notes, "a"), ==, n * (n + 1) / 2);
  assert_text (consumer_parked (consumer), "");
  refused_number = 2;
  eh_projection_rebuild (fixture->notes);
  drain (fixture->notes);
  g_assert_cmpint (get_sum (fixture->notes, "a"), ==, 1);
  g_assert_null (eh_projection_get_rebuild_reason (fixture->notes));
}

static void
test_rebuild_stopped (Fixture *fixture, gconstpointer data)
{
  EhConsumer *consumer = eh_projection_get_consumer (fixture->notes);

  g_test_summary ("A rebuild that a stop has cut off begins again at the next start");

  store_append (fixture->store, "Note-a", 1, EH_READ_LIMIT_MAX);
  store_append (fixture->store, "Note-a", 10000, 1);
  save_checkpoint (fixture, EH_READ_LIMIT_MAX + 1, "NoteRow", 1, "{\"wrong\":{\"sum\":1}}");
  drain (fixture->notes);
  eh_projection_rebuild (fixture->notes);
  g_assert_cmpint (eh_consumer_step (consumer, 0, NULL), ==, EH_CONSUMER_BUSY);
  g_assert_cmpint (get_sum (fixture->notes, "wrong"), ==, 1);
  g_assert_true (eh_consumer_stop (consumer, NULL));
  drain (fixture->notes);
  g_assert_cmpint (get_sum (fixture->notes, "wrong"), ==, -1);
}

/* A view that is wrong, as a bug that was mended since would have left it. */
static void
test_rebuild (Fixture *fixture, gconstpointer data)
{
  EhConsumer *consumer = eh_projection_get_consumer (fixture->notes);
  guint n_steps = 0;

  g_test_summary ("While it is rebuilt the old view is served and kept up to date");

  for (guint i = 0; i < 3; i++)
    store_append (fixture->store, "Note-a", 1 + i * 4000, 4000);
  store_append (fixture->store, "Other-a", 90000, 100);
  save_checkpoint (fixture, 12000, "NoteRow", 1, "{\"wrong\":{\"sum\":1}}");
  drain (fixture->notes);
  g_assert_cmpint (get_sum (fixture->notes, "wrong"), ==, 1);
  g_assert_false (eh_projection_is_rebuilding (fixture->notes));
  eh_projection_rebuild (fixture->notes);
  g_assert_true (eh_projection_is_rebuilding (fixture->notes));
  g_assert_cmpint (eh_consumer_get_due (consumer), ==, G_MININT64);
  for (; eh_projection_is_rebuilding (fixture->notes); n_steps++)
    {
      store_append (fixture->store, "Note-b", 100000 + n_steps, 1);
      g_assert_cmpint (get_sum (fixture->notes, "wrong"), ==, 1);
      g_assert_cmpint (eh_consumer_step (consumer, 0, NULL), ==, EH_CONSUMER_BUSY);
      if (n_steps == 1)
        eh_projection_rebuild (fixture->notes);
      g_assert_cmpint (get_sum (fixture->notes, "b"), >=, 100000 + n_steps);
      g_assert_cmpuint (n_steps, <, 20);
    }
  g_assert_cmpuint (n_steps, >=, 5);
  drain (fixture->notes);
  g_assert_cmpint (get_sum (fixture->notes, "wrong"), ==, -1);
  g_assert_cmpint (get_sum (fixture->notes, "a"), ==, 12000 * 12001 / 2);
  g_assert_cmpuint (eh_projection_get_n_rows (fixture->notes), ==, 2);
  restart (fixture);
  drain (fixture->notes);
  g_assert_cmpint (get_sum (fixture->notes, "a"), ==, 12000 * 12001 / 2);
}

static void
test_outlived (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EhConsumer) consumer = g_object_ref (eh_projection_get_consumer (fixture->notes));

  g_test_summary ("A consumer that outlives its projection still works");

  store_append (fixture->store, "Note-a", 1, 3);
  g_clear_object (&fixture->notes);
  g_assert_cmpint (eh_consumer_step (consumer, 0, NULL), ==, EH_CONSUMER_IDLE);
}

static void
test_crash (Fixture *fixture, gconstpointer data)
{
  EhConsumer *consumer = eh_projection_get_consumer (fixture->notes);

  g_test_summary ("A crash leaves no rows to look at, until the checkpoint is read again");

  store_append (fixture->store, "Note-a", 1, 3);
  drain (fixture->notes);
  g_assert_cmpint (get_sum (fixture->notes, "a"), ==, 6);
  eh_consumer_crash (consumer);
  g_assert_cmpuint (eh_projection_get_n_rows (fixture->notes), ==, 0);
  g_assert_cmpuint (eh_projection_get_position (fixture->notes), ==, 0);
  drain (fixture->notes);
  g_assert_cmpint (get_sum (fixture->notes, "a"), ==, 6);
}

/* Random appends, forgetting, crashes, stops and rebuilds: at rest the view is the fold of the store. */
static void
do_something (Fixture *fixture, GRand *rand, guint64 *number)
{
  EhConsumer *consumer = eh_projection_get_consumer (fixture->notes);
  g_autofree char *stream = g_strdup_printf ("Note-%d", g_rand_int_range (rand, 0, 6));
  g_autoptr (EhEventBatch) batch = NULL;

  switch (g_rand_int_range (rand, 0, 10))
    {
    case 0:
      restart (fixture);
      break;
    case 1:
      eh_consumer_crash (consumer);
      break;
    case 2:
      g_assert_true (eh_consumer_stop (consumer, NULL));
      break;
    case 3:
      eh_projection_rebuild (fixture->notes);
      break;
    case 4:
    case 5:
    case 6:
      batch = store_batch_of (stream, g_rand_int_range (rand, 0, 5) == 0 ? &forgotten : &noted, ++*number, 1);
      g_assert_true (eh_event_store_append (fixture->store, batch, EH_EXPECTED_ANY, 0, NULL, NULL, NULL));
      break;
    default:
      eh_consumer_step (consumer, (guint) g_rand_int_range (rand, 0, 4), NULL);
      break;
    }
}

static void
assert_fold (Fixture *fixture)
{
  g_autoptr (EhView) view = eh_view_new (fixture->domain, &notes_by_id);
  g_autoptr (EhEventPage) page = eh_event_store_read_all (fixture->store, NULL, 0, EH_FORWARDS, 0, NULL, NULL);
  g_autoptr (GString) expected = g_string_new (NULL);

  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    g_assert_true (eh_view_apply (view, eh_event_page_get (page, i), NULL));
  g_assert_true (eh_view_write_json (view, expected, NULL));
  assert_text (eh_projection_to_json (fixture->notes), expected->str);
}

static void
test_random (void)
{
  g_test_summary ("Random appends, crashes, stops, rebuilds and steps: the view is the fold of the store");

  for (guint run = 0; run < store_count (200); run++)
    {
      Fixture fixture;
      guint32 seed = g_test_rand_int ();
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      guint64 number = 0;

      g_test_message ("run %u: seed %u", run, seed);
      set_up (&fixture, NULL);
      for (guint i = 0; i < 100; i++)
        do_something (&fixture, rand, &number);
      drain (fixture.notes);
      assert_fold (&fixture);
      tear_down (&fixture, NULL);
    }
}

#define ADD(name, func) g_test_add ("/projection/" name, Fixture, NULL, set_up, func, tear_down)
#define ADD_FICKLE(name, func) g_test_add ("/projection/" name, Fixture, NULL, set_up_fickle, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("queries", test_queries);
  ADD ("restart", test_restart);
  ADD ("crashes", test_crashes);
  ADD ("unusable", test_unusable);
  ADD ("damaged-checkpoint", test_damaged_checkpoint);
  ADD ("ahead", test_ahead);
  ADD ("parked", test_parked);
  ADD ("rebuild", test_rebuild);
  ADD_FICKLE ("rebuild-parks", test_rebuild_parks);
  ADD_FICKLE ("rebuild-given-up", test_rebuild_given_up);
  ADD ("rebuild-stopped", test_rebuild_stopped);
  ADD ("outlived", test_outlived);
  ADD ("crash", test_crash);
  g_test_add_func ("/projection/random", test_random);

  return g_test_run ();
}
