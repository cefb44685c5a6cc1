/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "model/eh-lock-private.h"
#include "tests/store/file-fixture.h"

/* What the store does when the disk does not do what it is asked. */

/* The system's calls, of which some go wrong while that is wanted. */
typedef struct {
  EhFileOps ops;
  gint sync_error; /* (atomic) */
  gint write_error;
  gint allocate_error;
  gint folder_error;
  gint open_error;   /* of opening a segment to read it */
  gboolean is_short; /* each write writes a part only */
  gint n_syncs;      /* (atomic) */
} Faults;

static int
faulty_sync (gpointer fs, int file)
{
  Faults *faults = fs;

  g_atomic_int_inc (&faults->n_syncs);
  return -g_atomic_int_get (&faults->sync_error);
}

static int
faulty_sync_folder (gpointer fs, const char *path)
{
  const Faults *faults = fs;

  return g_str_has_suffix (path, "/seg") ? -faults->folder_error : 0;
}

static int
faulty_open (gpointer fs, const char *path, EhFileOpenFlags flags)
{
  const Faults *faults = fs;

  if (faults->open_error != 0 && flags == EH_FILE_OPEN_READ && g_str_has_suffix (path, ".log"))
    return -faults->open_error;
  return eh_file_ops_get_system ()->open (NULL, path, flags);
}

static gssize
faulty_pwrite (gpointer fs, int file, gconstpointer data, gsize size, guint64 offset)
{
  Faults *faults = fs;

  if (faults->write_error != 0)
    return -faults->write_error;
  if (faults->is_short && size > 1)
    size = size / 2;
  return eh_file_ops_get_system ()->pwrite (NULL, file, data, size, offset);
}

static int
faulty_allocate (gpointer fs, int file, guint64 size)
{
  Faults *faults = fs;

  return faults->allocate_error != 0 ? -faults->allocate_error : eh_file_ops_get_system ()->allocate (NULL, file, size);
}

static void
faults_init (Faults *faults)
{
  *faults = (Faults){ .ops = *eh_file_ops_get_system () };
  faults->ops.fs = faults;
  faults->ops.sync = faulty_sync;
  faults->ops.sync_folder = faulty_sync_folder;
  faults->ops.open = faulty_open;
  faults->ops.pwrite = faulty_pwrite;
  faults->ops.allocate = faulty_allocate;
}

static EhEventStore *
open_faulty (Faults *faults, const char *folder)
{
  EhFileOptions options = file_get_options ();
  g_autoptr (GError) error = NULL;
  EhEventStore *store = eh_file_store_open_with (&faults->ops, folder, &options, &error);

  g_assert_no_error (error);
  return store;
}

/* A failed flush or write is the end of this handle; the batch that it was about may be there or not. */
static void
test_poisoned (gconstpointer data)
{
  const gboolean is_write = GPOINTER_TO_INT (data);
  g_autofree char *folder = file_make_folder ();
  Faults faults;
  EhEventStore *store = NULL;
  g_autoptr (GError) error = NULL;
  gint n_syncs;

  g_test_summary ("After a failed flush or write appends are refused until the store is opened again");

  faults_init (&faults);
  store = open_faulty (&faults, folder);
  store_append (store, "Note-1", 1, 3);
  *(is_write ? &faults.write_error : &faults.sync_error) = EIO;
  g_assert_false (store_try (store, "Note-1", 3, 4, 2, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_AMBIGUOUS);
  g_clear_error (&error);

  faults.write_error = faults.sync_error = 0;
  n_syncs = faults.n_syncs;
  g_assert_false (store_try (store, "Note-2", 0, 10, 1, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_false (store_try (store, "Note-1", 3, 4, 2, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_clear_error (&error);
  store_assert_page (store_read (store, "Note-1"), "1 2 3");
  g_assert_cmpuint (store_head (store), ==, 3);
  g_assert_false (eh_event_store_close (store, NULL, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_cmpint (faults.n_syncs, ==, n_syncs);
  g_object_unref (store);

  store = open_faulty (&faults, folder);
  store_try (store, "Note-1", 3, 4, 2, &error);
  g_assert_no_error (error);
  store_assert_page (store_read (store, "Note-1"), "1 2 3 4 5");
  file_close (store);
}

static void
test_full (void)
{
  g_autofree char *folder = file_make_folder ();
  Faults faults;
  EhEventStore *store = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;

  g_test_summary (
      "A full disk refuses appends that need a new segment, cleanly; what writes nothing is answered; with room it goes on");

  faults_init (&faults);
  store = open_faulty (&faults, folder);
  faults.allocate_error = ENOSPC;
  while (store_try (store, "Note-1", n * 20, n * 20 + 1, 20, &error))
    n++;
  g_assert_cmpuint (n, >, 10);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
      g_clear_error (&error);
      g_assert_cmpuint (store_version (store, "Note-1"), ==, n * 20);
      g_assert_true (store_try (store, "Note-1", 77, 1, 20, NULL));
      g_assert_false (store_try (store, "Note-1", n * 20 + 5, n * 20 + 1, 20, &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_CONFLICT);
      g_clear_error (&error);
      g_assert_false (store_try (store, "Note-1", n * 20, n * 20 + 1, 20, &error));
    }
  g_clear_error (&error);
  faults.allocate_error = 0;
  g_assert_true (store_try (store, "Note-1", n * 20, n * 20 + 1, 20, NULL));
  g_assert_cmpuint (store_version (store, "Note-1"), ==, n * 20 + 20);
  file_close (store);
  store = open_faulty (&faults, folder);
  g_assert_cmpuint (store_version (store, "Note-1"), ==, n * 20 + 20);
  file_close (store);
}

/* The next segment has its name and says where this one ends, so nothing may be added to this one any more. */
static void
test_half_begun (gconstpointer data)
{
  const gboolean is_open = GPOINTER_TO_INT (data);
  g_autofree char *folder = file_make_folder ();
  Faults faults;
  EhEventStore *store = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_small_there = FALSE;
  guint n = 0;

  g_test_summary ("What is acknowledged after a segment could not be begun wholly is there when opened again");

  faults_init (&faults);
  store = open_faulty (&faults, folder);
  *(is_open ? &faults.open_error : &faults.folder_error) = EMFILE;
  while (store_try (store, "Note-1", n * 40, n * 40 + 1, 40, &error))
    n++;
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES);
  faults.open_error = faults.folder_error = 0;
  is_small_there = store_try (store, "Small-1", 0, 100000, 1, NULL);
  file_kill (store);
  store = open_faulty (&faults, folder);
  g_assert_cmpuint (store_version (store, "Note-1"), ==, n * 40);
  g_assert_cmpuint (store_version (store, "Small-1"), ==, is_small_there);
  store_append (store, "Note-1", n * 40 + 1, 40);
  file_close (store);
}

/* The ticker flushes, and nobody asks it what came of that. */
static void
test_ticker (void)
{
  g_autofree char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  const gint64 end = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  Faults faults;
  EhEventStore *store = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("With sync=interval a failed flush refuses the appends behind it");

  faults_init (&faults);
  options.background = TRUE;
  options.sync = EH_FILE_SYNC_INTERVAL;
  options.interval = 1;
  options.segment_size = options.first_segment_size = 64u << 20;
  store = eh_file_store_open_with (&faults.ops, folder, &options, &error);
  g_assert_no_error (error);
  g_atomic_int_set (&faults.sync_error, EIO);
  for (guint i = 0; store_try (store, "Note-1", i, i + 1, 1, &error); i++)
    g_assert_cmpint (g_get_monotonic_time (), <, end);
  g_assert_nonnull (error);
  g_object_unref (store);
}

static void
test_snapshot (void)
{
  g_autofree char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  g_autoptr (EhStreamName) name = store_name ("Note-1");
  g_autoptr (EhSnapshot) snapshot = eh_snapshot_new (name, 2, "note", 1, "{}");
  g_autoptr (EhSnapshot) found = NULL;
  g_autoptr (GError) error = NULL;
  Faults faults;
  EhEventStore *store = NULL;

  g_test_summary ("A snapshot is not kept before its events are flushed, with every sync mode");

  faults_init (&faults);
  options.sync = EH_FILE_SYNC_NEVER;
  store = eh_file_store_open_with (&faults.ops, folder, &options, &error);
  g_assert_no_error (error);
  store_append (store, "Note-1", 1, 2);
  faults.sync_error = EIO;
  g_assert_false (eh_event_store_save_snapshot (store, snapshot, NULL, &error));
  g_assert_nonnull (error);
  g_assert_true (eh_event_store_load_snapshot (store, name, 2, &found, NULL, NULL));
  g_assert_null (found);
  file_kill (store);
}

static void
test_flush (void)
{
  g_autofree char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  g_autoptr (GError) error = NULL;
  Faults faults;
  EhEventStore *store = NULL;

  g_test_summary (
      "A flush fails if the events do not come to the disk, with every sync mode, and so it does after a close that failed");

  faults_init (&faults);
  options.sync = EH_FILE_SYNC_NEVER;
  store = eh_file_store_open_with (&faults.ops, folder, &options, &error);
  g_assert_no_error (error);
  store_append (store, "Note-1", 1, 2);
  g_assert_true (eh_event_store_flush (store, NULL, NULL));
  store_append (store, "Note-1", 3, 2);
  faults.sync_error = EIO;
  g_assert_false (eh_event_store_flush (store, NULL, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_false (eh_event_store_close (store, NULL, NULL));
  g_assert_false (eh_event_store_flush (store, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
  g_object_unref (store);

  faults.sync_error = 0;
  store = open_faulty (&faults, folder);
  g_assert_true (eh_event_store_close (store, NULL, NULL));
  g_assert_true (eh_event_store_flush (store, NULL, NULL));
  g_object_unref (store);
}

static void
test_short (void)
{
  g_autofree char *folder = file_make_folder ();
  Faults faults;
  EhEventStore *store = NULL;

  g_test_summary ("Writes that write a part only are gone on with");

  faults_init (&faults);
  faults.is_short = TRUE;
  store = open_faulty (&faults, folder);
  for (guint i = 0; i < 100; i++)
    store_append (store, "Note-1", i * 20 + 1, 20);
  g_assert_cmpuint (store_version (store, "Note-1"), ==, 2000);
  file_kill (store);
  store = open_faulty (&faults, folder);
  g_assert_cmpuint (store_version (store, "Note-1"), ==, 2000);
  file_close (store);
}

static void
test_one_flush (void)
{
  g_autofree char *folder = file_make_folder ();
  Faults faults;
  EhEventStore *store = NULL;
  gint before;

  g_test_summary ("An append is one flush");

  faults_init (&faults);
  store = open_faulty (&faults, folder);
  store_append (store, "Note-1", 1, 1);
  before = faults.n_syncs;
  for (guint i = 2; i <= 20; i++)
    store_append (store, "Note-1", i, 1);
  g_assert_cmpint (faults.n_syncs - before, ==, 19);
  file_close (store);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/file-faults/flush", GINT_TO_POINTER (FALSE), test_poisoned);
  g_test_add_data_func ("/file-faults/write", GINT_TO_POINTER (TRUE), test_poisoned);
  g_test_add_func ("/file-faults/full", test_full);
  g_test_add_data_func ("/file-faults/half-begun-folder", GINT_TO_POINTER (FALSE), test_half_begun);
  g_test_add_data_func ("/file-faults/half-begun-open", GINT_TO_POINTER (TRUE), test_half_begun);
  g_test_add_func ("/file-faults/ticker", test_ticker);
  g_test_add_func ("/file-faults/snapshot", test_snapshot);
  g_test_add_func ("/file-faults/asked-to-flush", test_flush);
  g_test_add_func ("/file-faults/short", test_short);
  g_test_add_func ("/file-faults/one-flush", test_one_flush);

  return g_test_run ();
}
