/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store-fixture.h"

#include "store/eh-memory-mark-private.h"

typedef struct {
  EhEventStore *store;
} Fixture;

/* Two streams, one with a snapshot, marked. @store: (transfer full) */
static void
fixture_init_with (Fixture *self, EhEventStore *store)
{
  g_autoptr (EhStreamName) name = store_name ("a-1");
  g_autoptr (EhSnapshot) snapshot = eh_snapshot_new (name, 2, "Noted", 1, "{}");

  self->store = store;
  store_append (self->store, "a-1", 1, 3);
  store_append (self->store, "b-1", 4, 2);
  g_assert_true (eh_event_store_save_snapshot (self->store, snapshot, NULL, NULL));
  eh_memory_store_mark (EH_MEMORY_STORE (self->store));
}

/* As in a world. */
static void
fixture_init (Fixture *self)
{
  fixture_init_with (self, eh_memory_store_new_confined ());
}

static void
fixture_clear (Fixture *self)
{
  g_clear_object (&self->store);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

static void
rollback (Fixture *self)
{
  eh_memory_store_rollback (EH_MEMORY_STORE (self->store));
}

static guint64
snapshot_version (EhEventStore *store)
{
  g_autoptr (EhStreamName) name = store_name ("a-1");
  g_autoptr (EhSnapshot) snapshot = NULL;

  g_assert_true (eh_event_store_load_snapshot (store, name, G_MAXUINT64, &snapshot, NULL, NULL));
  return snapshot != NULL ? eh_snapshot_get_version (snapshot) : 0;
}

static void
assert_marked (Fixture *self)
{
  g_assert_cmpuint (store_head (self->store), ==, 5);
  store_assert_page (store_read (self->store, "a-1"), "1 2 3");
  store_assert_page (store_read (self->store, "b-1"), "4 5");
  store_assert_page (store_read (self->store, "c-1"), "");
  store_assert_page (eh_event_store_read_all (self->store, "a", 1, EH_FORWARDS, 0, NULL, NULL), "1 2 3");
  store_assert_page (eh_event_store_read_all (self->store, "c", 1, EH_FORWARDS, 0, NULL, NULL), "");
  store_assert_page (eh_event_store_read_all (self->store, NULL, 1, EH_FORWARDS, 0, NULL, NULL), "1 2 3 4 5");
  g_assert_cmpuint (snapshot_version (self->store), ==, 2);
}

static void
test_append (void)
{
  g_auto (Fixture) fixture = { NULL };

  g_test_summary ("Appends are undone, and the same ids can be appended again");
  fixture_init (&fixture);
  for (guint i = 0; i < 5; i++)
    {
      store_append (fixture.store, "a-1", 10, 2);
      store_append (fixture.store, "c-1", 20, 100);
      store_append (fixture.store, "b-1", 200, 1);
      store_append (fixture.store, "a-1", 300, 1);
      g_assert_cmpuint (store_version (fixture.store, "a-1"), ==, 6);
      rollback (&fixture);
      assert_marked (&fixture);
    }
}

static void
check_kept_page (EhEventStore *store)
{
  g_auto (Fixture) fixture = { NULL };
  EhEventPage *page = NULL;

  fixture_init_with (&fixture, store);
  store_append (fixture.store, "c-1", 20, 3);
  page = store_read (fixture.store, "c-1");
  rollback (&fixture);
  store_assert_page (page, "20 21 22");
}

static void
test_kept_page (void)
{
  g_test_summary ("Events that somebody still holds live on");
  check_kept_page (eh_memory_store_new ());
  check_kept_page (eh_memory_store_new_confined ());
}

static void
test_kept_pages (void)
{
  g_auto (Fixture) fixture = { NULL };
  EhEventPage *given = NULL;
  EhEventPage *rolled_back = NULL;
  EhEventPage *reset = NULL;
  EhEventPage *left = NULL;

  g_test_summary ("Pages of a confined store outlive a rollback, a reset and the store, and go in any order");
  fixture_init (&fixture);
  given = store_read (fixture.store, "a-1");
  left = store_read (fixture.store, "b-1");
  store_append (fixture.store, "c-1", 20, 12);
  rolled_back = store_read (fixture.store, "c-1");
  store_assert_page (given, "1 2 3");
  rollback (&fixture);
  assert_marked (&fixture);
  store_assert_page (rolled_back, "20 21 22 23 24 25 26 27 28 29 30 31");
  store_append (fixture.store, "d-1", 40, 1);
  reset = store_read (fixture.store, "d-1");
  eh_memory_store_reset (EH_MEMORY_STORE (fixture.store));
  g_clear_object (&fixture.store);
  store_assert_page (left, "4 5");
  store_assert_page (reset, "40");
}

static void
assert_conflict (EhEventStore *store, const char *stream, gint64 expected, const char *message, GError **error)
{
  gint64 said = 0;

  g_assert_false (store_try (store, stream, expected, 50, 1, error));
  g_assert_error (*error, EH_ERROR, EH_ERROR_CONFLICT);
  g_assert_cmpstr ((*error)->message, ==, message);
  g_assert_true (eh_error_get_versions (*error, &said, NULL));
  g_assert_cmpint (said, ==, expected);
}

static void
test_errors (void)
{
  g_auto (Fixture) fixture = { NULL };
  g_autoptr (GError) first = NULL;
  g_autoptr (GError) second = NULL;
  GError *other = g_error_new_literal (EH_ERROR, EH_ERROR_AMBIGUOUS, "what became of it is unclear");

  g_test_summary ("A conflict made of an error that was given back says what a new one says");
  fixture_init (&fixture);
  assert_conflict (fixture.store, "a-1", 1, "conflict on stream a-1: expected version 1, but it is at version 3",
                   &first);
  eh_memory_store_take_error (EH_MEMORY_STORE (fixture.store), g_steal_pointer (&first));
  eh_memory_store_take_error (EH_MEMORY_STORE (fixture.store), other);
  eh_memory_store_take_error (EH_MEMORY_STORE (fixture.store), g_error_new_literal (G_IO_ERROR, 0, "of another kind"));
  assert_conflict (fixture.store, "c-1", 7, "conflict on stream c-1: expected version 7, but it does not exist",
                   &first);
  assert_conflict (fixture.store, "b-1", 0, "conflict on stream b-1: expected no stream, but it is at version 2",
                   &second);
  g_assert_cmpstr (first->message, ==, "conflict on stream c-1: expected version 7, but it does not exist");
}

static void
test_delete (void)
{
  g_auto (Fixture) fixture = { NULL };
  g_autoptr (EhStreamName) name = store_name ("a-1");

  g_test_summary ("A deleted stream is back, with its snapshots and what was appended before the mark only");
  fixture_init (&fixture);
  for (guint i = 0; i < 3; i++)
    {
      store_append (fixture.store, "a-1", 10, 2);
      g_assert_true (eh_event_store_delete_stream (fixture.store, name, EH_EXPECTED_ANY, NULL, NULL));
      g_assert_null (eh_event_store_read_stream (fixture.store, name, 1, EH_FORWARDS, 0, NULL, NULL));
      rollback (&fixture);
      assert_marked (&fixture);
    }
}

static void
test_snapshot (void)
{
  g_auto (Fixture) fixture = { NULL };
  g_autoptr (EhStreamName) name = store_name ("a-1");
  g_autoptr (EhSnapshot) newer = eh_snapshot_new (name, 3, "Noted", 1, "{}");

  g_test_summary ("Snapshots are as they were");
  fixture_init (&fixture);
  g_assert_true (eh_event_store_save_snapshot (fixture.store, newer, NULL, NULL));
  g_assert_cmpuint (snapshot_version (fixture.store), ==, 3);
  rollback (&fixture);
  assert_marked (&fixture);
}

static void
test_new_stream (void)
{
  g_auto (Fixture) fixture = { NULL };
  g_autoptr (EhStreamName) name = store_name ("c-1");
  g_autoptr (EhSnapshot) snapshot = eh_snapshot_new (name, 1, "Noted", 1, "{}");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A stream that came after the mark never was");
  fixture_init (&fixture);
  store_append (fixture.store, "c-1", 20, 1);
  g_assert_true (eh_event_store_save_snapshot (fixture.store, snapshot, NULL, NULL));
  rollback (&fixture);
  g_assert_false (eh_event_store_delete_stream (fixture.store, name, EH_EXPECTED_ANY, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (eh_event_store_save_snapshot (fixture.store, snapshot, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (store_try (fixture.store, "c-1", EH_EXPECTED_EXISTS, 20, 1, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CONFLICT);
  g_assert_true (store_try (fixture.store, "c-1", EH_EXPECTED_NO_STREAM, 20, 1, NULL));
}

static void
test_closed (void)
{
  g_auto (Fixture) fixture = { NULL };

  g_test_summary ("A closed store is open again");
  fixture_init (&fixture);
  g_assert_true (eh_event_store_close (fixture.store, NULL, NULL));
  rollback (&fixture);
  assert_marked (&fixture);
}

static void
test_mark_again (void)
{
  g_auto (Fixture) fixture = { NULL };

  g_test_summary ("A later mark takes the place of the first, and a reset forgets it");
  fixture_init (&fixture);
  store_append (fixture.store, "c-1", 20, 2);
  eh_memory_store_mark (EH_MEMORY_STORE (fixture.store));
  store_append (fixture.store, "c-1", 22, 1);
  rollback (&fixture);
  store_assert_page (store_read (fixture.store, "c-1"), "20 21");

  store_append (fixture.store, "c-1", 22, 1);
  eh_memory_store_reset (EH_MEMORY_STORE (fixture.store));
  store_append (fixture.store, "c-1", 1, 1);
  eh_memory_store_mark (EH_MEMORY_STORE (fixture.store));
  store_append (fixture.store, "c-1", 2, 1);
  rollback (&fixture);
  store_assert_page (store_read (fixture.store, "c-1"), "1");
}

/* Ids that are spread as unevenly as those of production, so that many lie beside the place they belong to. */
static guint64
uneven (guint i)
{
  return 1000 + (guint64) i * i * i;
}

static void
test_ids_after_growth (void)
{
  const guint n_marked = 40;
  const guint n = 400;
  g_autoptr (EhEventStore) store = eh_memory_store_new ();

  g_test_summary ("After a rollback of more than the table of ids held, ids that stay are found and others are free");
  for (guint i = 0; i < n_marked; i++)
    store_append (store, "a-1", uneven (i), 1);
  eh_memory_store_mark (EH_MEMORY_STORE (store));
  for (guint round = 0; round < 3; round++)
    {
      for (guint i = n_marked; i < n; i++)
        store_append (store, "b-1", uneven (round % 2 == 0 ? i : n + n_marked - i), 1);
      eh_memory_store_rollback (EH_MEMORY_STORE (store));
      for (guint i = 0; i < n_marked; i++)
        {
          g_autoptr (GError) error = NULL;

          g_assert_false (store_try (store, "c-1", EH_EXPECTED_ANY, uneven (i), 1, &error));
          g_assert_error (error, EH_ERROR, EH_ERROR_EXISTS);
        }
      g_assert_cmpuint (store_head (store), ==, n_marked);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/memory-journal/append", test_append);
  g_test_add_func ("/memory-journal/kept-page", test_kept_page);
  g_test_add_func ("/memory-journal/kept-pages", test_kept_pages);
  g_test_add_func ("/memory-journal/errors", test_errors);
  g_test_add_func ("/memory-journal/delete", test_delete);
  g_test_add_func ("/memory-journal/snapshot", test_snapshot);
  g_test_add_func ("/memory-journal/new-stream", test_new_stream);
  g_test_add_func ("/memory-journal/closed", test_closed);
  g_test_add_func ("/memory-journal/mark-again", test_mark_again);
  g_test_add_func ("/memory-journal/ids-after-growth", test_ids_after_growth);
  return g_test_run ();
}
