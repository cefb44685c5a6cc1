/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "consumer-fixture.h"
#include "runtime/eh-projection.h"
#include "view-domain.h"

#define WAIT_LIMIT (60 * G_TIME_SPAN_SECOND)
#define N_READERS 3

typedef struct {
  EhProjection *projection;
  gint *ending; /* (atomic) */
  guint n_reads;
  guint n_torn; /* views that no position has */
  guint64 last_position;
  guint n_back; /* positions that went back */
} Reader;

typedef struct {
  gint64 all;
  gint64 digits;
} Sums;

static gboolean
add_row (const char *key, gconstpointer row, gpointer user_data)
{
  Sums *sums = user_data;

  *(g_str_equal (key, "all") ? &sums->all : &sums->digits) += ((const NoteRow *) row)->count;
  return TRUE;
}

/* No number ends in 0, so each event counts once in "all" and once in another row. */
static gpointer
read_on (gpointer data)
{
  Reader *self = data;

  while (!g_atomic_int_get (self->ending))
    {
      Sums sums = { 0, 0 };
      guint64 position = eh_projection_foreach (self->projection, add_row, &sums);

      self->n_reads++;
      self->n_torn += sums.all != sums.digits || (guint64) sums.all != position;
      self->n_back += position < self->last_position;
      self->last_position = position;
    }
  return NULL;
}

static void
append_numbers (EhEventStore *store, guint from, guint n)
{
  for (guint i = from; i < from + n; i++)
    {
      g_autofree char *stream = g_strdup_printf ("Note-%u", i % 13);
      g_autoptr (EhStreamName) name = store_name (stream);
      g_autoptr (EhEventBatch) batch = eh_event_batch_new (name, 0);
      EhId id = store_id (i + 1);

      g_assert_true (eh_event_batch_add (batch, &id, &noted, &(Noted){ i % 9 + 1, "" }, NULL));
      g_assert_true (eh_event_store_append (store, batch, EH_EXPECTED_ANY, 0, NULL, NULL, NULL));
    }
}

static void
check_readers (Reader *readers, GThread **threads)
{
  for (guint i = 0; i < N_READERS; i++)
    {
      g_thread_join (threads[i]);
      g_assert_cmpuint (readers[i].n_reads, >, 0);
      g_assert_cmpuint (readers[i].n_torn, ==, 0);
      g_assert_cmpuint (readers[i].n_back, ==, 0);
    }
}

static void
test_readers (void)
{
  const guint n = store_count (20000);
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhCheckpointStore) checkpoints = eh_memory_checkpoint_store_new ();
  g_autoptr (EhDomain) domain = note_domain_new ();
  g_autoptr (EhProjection) projection = eh_projection_new (domain, &notes_by_digit, store, checkpoints, NULL, NULL);
  EhConsumer *consumer = eh_projection_get_consumer (projection);
  g_autoptr (GError) error = NULL;
  Reader readers[N_READERS];
  GThread *threads[N_READERS];
  gint ending = FALSE;

  g_test_summary ("Readers see the view as of one position, under load, while it is rebuilt and saved");

  eh_consumer_set_checkpoint_every (consumer, 500, 0);
  append_numbers (store, 0, n / 2);
  g_assert_true (eh_consumer_start (consumer, &error));
  for (guint i = 0; i < N_READERS; i++)
    {
      readers[i] = (Reader){ projection, &ending, 0, 0, 0, 0 };
      threads[i] = g_thread_new ("reader", read_on, &readers[i]);
    }
  for (guint i = 0; i < 10; i++)
    {
      append_numbers (store, n / 2 + i * (n / 20), n / 20);
      eh_projection_rebuild (projection);
    }
  g_assert_true (eh_consumer_wait (consumer, store_head (store), WAIT_LIMIT, NULL, NULL));
  g_assert_cmpuint (eh_projection_get_position (projection), ==, store_head (store));
  while (eh_projection_is_rebuilding (projection))
    g_thread_yield ();
  g_atomic_int_set (&ending, TRUE);
  check_readers (readers, threads);
  g_assert_true (eh_consumer_stop (consumer, NULL));
  g_assert_cmpuint (eh_projection_get_n_rows (projection), ==, 10);
}

static void
test_own_writes (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhCheckpointStore) checkpoints = eh_memory_checkpoint_store_new ();
  g_autoptr (EhDomain) domain = note_domain_new ();
  g_autoptr (EhProjection) projection = eh_projection_new (domain, &notes_by_id, store, checkpoints, NULL, NULL);
  EhConsumer *consumer = eh_projection_get_consumer (projection);

  g_test_summary ("Who waits for his own event reads it");

  g_assert_true (eh_consumer_start (consumer, NULL));
  for (guint i = 1; i <= store_count (2000); i++)
    {
      NoteRow *row = NULL;

      store_append (store, "Note-a", i, 1);
      g_assert_true (eh_consumer_wait (consumer, i, WAIT_LIMIT, NULL, NULL));
      row = eh_projection_get_row (projection, "a");
      g_assert_cmpint (row->count, ==, i);
      eh_schema_free (&note_row, row);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/projection-threads/readers", test_readers);
  g_test_add_func ("/projection-threads/own-writes", test_own_writes);

  return g_test_run ();
}
