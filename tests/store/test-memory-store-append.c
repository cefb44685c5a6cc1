/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store-fixture.h"

typedef struct {
  gint64 expected;
  gint never;   /* what an append to a stream that never existed gives; -1 is success */
  gint three;   /* to one at version 3 */
  gint deleted; /* to a deleted one */
} ExpectedRow;

static const ExpectedRow table[] = {
  { EH_EXPECTED_ANY, -1, -1, EH_ERROR_NOT_FOUND },
  { EH_EXPECTED_NO_STREAM, -1, EH_ERROR_CONFLICT, EH_ERROR_NOT_FOUND },
  { EH_EXPECTED_EXISTS, EH_ERROR_CONFLICT, -1, EH_ERROR_NOT_FOUND },
  { 1, EH_ERROR_CONFLICT, EH_ERROR_CONFLICT, EH_ERROR_NOT_FOUND },
  { 2, EH_ERROR_CONFLICT, EH_ERROR_CONFLICT, EH_ERROR_NOT_FOUND },
  { 3, EH_ERROR_CONFLICT, -1, EH_ERROR_NOT_FOUND },
  { 4, EH_ERROR_CONFLICT, EH_ERROR_CONFLICT, EH_ERROR_NOT_FOUND },
  { G_MAXINT64, EH_ERROR_CONFLICT, EH_ERROR_CONFLICT, EH_ERROR_NOT_FOUND },
  { -3, EH_ERROR_INVALID, EH_ERROR_INVALID, EH_ERROR_INVALID },
  { G_MININT64, EH_ERROR_INVALID, EH_ERROR_INVALID, EH_ERROR_INVALID },
};

/* One cell of the table: a refusal tells both versions and has written nothing. */
static void
check_cell (EhEventStore *store, const char *stream, gint64 expected, gint code, guint64 actual)
{
  g_autoptr (GError) error = NULL;
  guint64 head = store_head (store);
  gint64 told_expected = 0;
  guint64 told_actual = 0;
  gboolean ok = store_try (store, stream, expected, 100, 2, &error);

  if (code < 0)
    {
      g_assert_no_error (error);
      g_assert_true (ok);
      g_assert_cmpuint (store_version (store, stream), ==, actual + 2);
      return;
    }
  g_assert_false (ok);
  g_assert_error (error, EH_ERROR, code);
  g_assert_cmpuint (store_head (store), ==, head);
  if (code != EH_ERROR_CONFLICT)
    return;
  g_assert_true (eh_error_get_versions (error, &told_expected, &told_actual));
  g_assert_cmpint (told_expected, ==, expected);
  g_assert_cmpuint (told_actual, ==, actual);
  g_assert_cmpuint (store_version (store, stream), ==, actual);
}

static EhEventStore *
store_with_streams (void)
{
  EhEventStore *store = eh_memory_store_new ();
  g_autoptr (EhStreamName) gone = store_name ("Note-gone");

  store_append (store, "Note-three", 1, 1);
  store_append (store, "Note-gone", 4, 3);
  store_append (store, "Note-three", 2, 2);
  g_assert_true (eh_event_store_delete_stream (store, gone, EH_EXPECTED_ANY, NULL, NULL));
  return store;
}

static void
test_expected_versions (void)
{
  g_test_summary ("Every expected version against every state of a stream");

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    for (guint column = 0; column < 3; column++)
      {
        g_autoptr (EhEventStore) store = store_with_streams ();

        g_test_message ("expected %" G_GINT64_FORMAT ", column %u", table[i].expected, column);
        if (column == 0)
          check_cell (store, "Note-never", table[i].expected, table[i].never, 0);
        else if (column == 1)
          check_cell (store, "Note-three", table[i].expected, table[i].three, 3);
        else
          check_cell (store, "Note-gone", table[i].expected, table[i].deleted, 3);
      }
}

static void
test_empty_batch (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A batch without events is refused");

  g_assert_false (store_try (store, "Note-a", EH_EXPECTED_ANY, 1, 0, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_cmpuint (store_head (store), ==, 0);
}

static void
test_large_batches (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  const guint sizes[] = { 1, 31, 1, 64, 3999, EH_EVENT_BATCH_MAX, 1, EH_EVENT_BATCH_MAX };
  guint64 n = 0;

  g_test_summary ("Versions and positions stay without gaps over batches of all sizes");

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      store_append (store, "Note-a", n + 1, sizes[i]);
      n += sizes[i];
      g_assert_cmpuint (store_version (store, "Note-a"), ==, n);
    }
  for (guint64 next = 1; next <= n;)
    {
      g_autoptr (EhEventPage) page = eh_event_store_read_all (store, NULL, next, EH_FORWARDS, 1000, NULL, NULL);

      for (guint i = 0; i < eh_event_page_get_size (page); i++, next++)
        {
          EhEvent *event = eh_event_page_get (page, i);

          g_assert_cmpuint (eh_event_get_version (event), ==, next);
          g_assert_cmpuint (eh_event_get_position (event), ==, next);
          g_assert_cmpint (store_number (event), ==, (gint64) next);
        }
      g_assert_cmpuint (eh_event_page_get_next (page), ==, next);
    }
}

static void
append_again (EhEventStore *store, guint64 first, guint n, gint64 expected)
{
  g_autoptr (EhEventBatch) batch = store_batch ("Note-a", first, n);
  g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;
  g_autoptr (GError) error = NULL;
  guint64 head = store_head (store);

  eh_event_store_append (store, batch, expected, EH_APPEND_WANT_EVENTS, &result, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (result.was_there);
  g_assert_cmpuint (result.first_version, ==, first);
  g_assert_cmpuint (result.last_version, ==, first + n - 1);
  g_assert_cmpuint (result.last_position, ==, first + n - 1);
  g_assert_cmpuint (eh_event_page_get_size (result.events), ==, n);
  g_assert_cmpuint (store_head (store), ==, head);
}

static void
test_idempotence (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();

  g_test_summary ("The same batch again gives the first result and adds nothing, whatever is expected");

  store_append (store, "Note-a", 1, 3);
  append_again (store, 1, 3, EH_EXPECTED_NO_STREAM);
  store_append (store, "Note-a", 4, 2);
  store_append (store, "Note-b", 6, 1);
  append_again (store, 1, 3, EH_EXPECTED_NO_STREAM);
  append_again (store, 4, 2, 3);
  append_again (store, 4, 2, 42);
  append_again (store, 1, 5, EH_EXPECTED_ANY);
  append_again (store, 2, 1, EH_EXPECTED_ANY);
}

static void
check_taken (EhEventStore *store, EhEventBatch *batch)
{
  g_autoptr (GError) error = NULL;
  guint64 head = store_head (store);

  g_assert_false (eh_event_store_append (store, batch, EH_EXPECTED_ANY, EH_APPEND_NONE, NULL, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_EXISTS);
  g_assert_cmpuint (store_head (store), ==, head);
}

static EhEventBatch *
batch_of_ids (const char *stream, guint n, const guint *ids)
{
  EhEventBatch *batch = store_batch (stream, 0, 0);

  for (guint i = 0; i < n; i++)
    {
      EhId id = store_id (ids[i]);

      g_assert_true (eh_event_batch_add (batch, &id, &noted, &(Noted){ ids[i], NULL }, NULL));
    }
  return batch;
}

static void
test_taken_ids (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  const struct {
    const char *stream;
    guint n;
    guint ids[4];
  } cases[] = {
    { "Note-b", 1, { 1 } },           { "Note-b", 3, { 1, 2, 3 } },      { "Note-new", 2, { 10, 3 } },
    { "Note-a", 4, { 1, 2, 3, 10 } }, { "Note-a", 2, { 3, 10 } },        { "Note-a", 2, { 2, 1 } },
    { "Note-a", 2, { 1, 3 } },        { "Note-a", 3, { 10, 11, 1 } },    { "Note-a", 2, { 3, 4 } },
    { "Note-a", 2, { 10, 10 } },      { "Note-new", 3, { 10, 11, 10 } }, { "Note-a", 2, { 1, 1 } },
  };

  g_test_summary ("Ids elsewhere, a part of a batch, another order, twice in a batch: refused, and nothing is left");

  store_append (store, "Note-a", 1, 3);
  store_append (store, "Note-b", 4, 1);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (EhEventBatch) batch = batch_of_ids (cases[i].stream, cases[i].n, cases[i].ids);

      g_test_message ("case %u", i);
      check_taken (store, batch);
    }
  g_assert_cmpuint (store_version (store, "Note-new"), ==, 0);
  store_append (store, "Note-new", 10, 3);
  store_assert_page (store_read (store, "Note-new"), "10 11 12");
}

static void
test_ids_of_deleted (void)
{
  g_autoptr (EhEventStore) store = store_with_streams ();
  g_autoptr (EhEventBatch) elsewhere = store_batch ("Note-a", 4, 1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("The ids of a deleted stream stay taken, and the same batch is not in it any more");

  check_taken (store, elsewhere);
  g_assert_false (store_try (store, "Note-gone", EH_EXPECTED_ANY, 4, 3, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
}

static void
test_cancelled (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhEventBatch) batch = store_batch ("Note-a", 1, 1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A cancelled append writes nothing");

  g_cancellable_cancel (cancellable);
  g_assert_false (eh_event_store_append (store, batch, 0, EH_APPEND_NONE, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (store_head (store), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/memory-store/append/expected-versions", test_expected_versions);
  g_test_add_func ("/memory-store/append/empty-batch", test_empty_batch);
  g_test_add_func ("/memory-store/append/large-batches", test_large_batches);
  g_test_add_func ("/memory-store/append/idempotence", test_idempotence);
  g_test_add_func ("/memory-store/append/taken-ids", test_taken_ids);
  g_test_add_func ("/memory-store/append/ids-of-deleted", test_ids_of_deleted);
  g_test_add_func ("/memory-store/append/cancelled", test_cancelled);
  return g_test_run ();
}
