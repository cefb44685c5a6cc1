/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "store/file/eh-file-store-struct-private.h"
#include "tests/store/file-fixture.h"

/* What a file store does beyond what every store does. */

static EhEventStore *
open_uri (const char *folder, const char *query, GError **error)
{
  g_autofree char *uri = g_strconcat ("file://", folder, query, NULL);

  return eh_event_store_open (uri, NULL, error);
}

static guint
count_files (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_uri (void)
{
  static const struct {
    const char *query;
    const char *message;
  } refused[] = {
    { "?mode=both", "*parameter mode is \"both\"*write, existing or read*" },
    { "?sync=often", "*parameter sync is \"often\"*" },
    { "?interval=0", "*parameter interval*" },
    { "?interval=1x", "*parameter interval*" },
    { "?segment=4096", "*parameter segment*" },
    { "?spin=257", "*parameter spin is \"257\": give a number from 0 to 256" },
    { "?memory=0", "*parameter memory is \"0\": give a number from 1 to 2048" },
    { "?fast=yes", "*no parameter \"fast\"; there are mode, sync, interval, spin, segment and memory*" },
    { "#part", "*the URI of a file store is*" },
  };
  g_autofree char *folder = file_make_folder ();
  g_autoptr (EhEventStore) store = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("The URI says the folder and how it is opened; what it cannot mean is refused and makes nothing");

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_assert_null (open_uri (folder, refused[i].query, &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
      if (!g_pattern_match_simple (refused[i].message, error->message))
        g_error ("%s: %s", refused[i].query, error->message);
      g_clear_error (&error);
    }
  g_assert_null (open_uri (folder, "?mode=existing", &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (open_uri (folder, "?mode=read", &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));

  store = open_uri (folder, "?sync=interval&interval=50&spin=0&segment=8", &error);
  g_assert_no_error (error);
  store_append (store, "Note-1", 1, 3);
  store_assert_page (store_read (store, "Note-1"), "1 2 3");
  file_close (g_steal_pointer (&store));
  store = open_uri (folder, "?mode=existing", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (store_head (store), ==, 3);
}

static void
test_foreign_folder (void)
{
  g_autofree char *folder = file_make_folder ();
  g_autofree char *file = g_build_filename (folder, "letter.txt", NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A folder with other things in it, or a file, is not made a store");

  g_assert_cmpint (g_mkdir (folder, 0777), ==, 0);
  g_assert_true (g_file_set_contents (file, "dear", 4, NULL));
  g_assert_null (open_uri (folder, "", &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (open_uri (file, "", &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_cmpuint (count_files (folder, "."), ==, 1);
}

static void
test_locked (void)
{
  g_autofree char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  EhEventStore *store = file_open (folder, &options);
  EhEventStore *second = NULL;
  g_autofree char *process = g_strdup_printf ("*/LOCK: process %d writes to this store*", (int) getpid ());
  g_autoptr (GError) error = NULL;

  g_test_summary ("There is one writer; the second is told which process it is");

  second = eh_file_store_open_with (file_get_quick_ops (), folder, &options, &error);
  g_assert_error (error, EH_ERROR, EH_ERROR_LOCKED);
  g_assert_true (g_pattern_match_simple (process, error->message));
  g_assert_null (second);
  file_kill (store);
  file_close (file_open (folder, &options));
}

static void
test_segments (void)
{
  g_autofree char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  EhEventStore *store = file_open (folder, &options);

  g_test_summary ("A stream goes over many segments, forwards and backwards, also after opening again");

  for (guint i = 0; i < 100; i++)
    {
      store_append (store, "Note-long", i * 40 + 1, 40);
      store_append (store, "Other-short", 100000 + i, 1);
    }
  g_assert_cmpuint (count_files (folder, "seg"), >, 3);
  for (guint round = 0; round < 2; round++)
    {
      g_autoptr (EhStreamName) name = store_name ("Note-long");
      g_autoptr (EhEventPage) page = NULL;
      g_autoptr (EhEventPage) back = NULL;

      page = eh_event_store_read_stream (store, name, 3990, EH_FORWARDS, 5, NULL, NULL);
      back = eh_event_store_read_stream (store, name, 5, EH_BACKWARDS, 3, NULL, NULL);
      g_assert_cmpuint (eh_event_page_get_next (page), ==, 3995);
      store_assert_page (g_steal_pointer (&page), "3990 3991 3992 3993 3994");
      store_assert_page (g_steal_pointer (&back), "5 4 3");
      store_assert_page (eh_event_store_read_all (store, "Other", 4000, EH_FORWARDS, 3, NULL, NULL),
                         "100097 100098 100099");
      store_assert_page (eh_event_store_read_all (store, "Other", G_MAXUINT64, EH_BACKWARDS, 2, NULL, NULL),
                         "100099 100098");
      file_close (store);
      store = file_open (folder, &options);
    }
  file_close (store);
}

/* Events that are larger than what is written at once, and than a segment. */
static void
test_large (void)
{
  g_autofree char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  EhEventStore *store = file_open (folder, &options);
  g_autofree char *text = g_strnfill (200 * 1024, 'x');
  g_autoptr (EhStreamName) name = store_name ("Large-1");

  g_test_summary ("An event larger than a segment is kept as any other");

  for (guint i = 1; i <= 6; i++)
    {
      g_autoptr (EhEventBatch) batch = eh_event_batch_new (name, 0);
      const gsize size = i % 2 == 0 ? 20 * 1024 : 200 * 1024;
      g_autofree char *json = g_strdup_printf ("{\"number\":%u,\"text\":\"%.*s\"}", i, (int) size, text);
      EhId id = store_id (i);
      g_autoptr (GError) error = NULL;

      eh_event_batch_add_json (batch, &id, "Large", 1, json, -1, &error);
      g_assert_no_error (error);
      eh_event_store_append (store, batch, i - 1, EH_APPEND_NONE, NULL, NULL, &error);
      g_assert_no_error (error);
      store_append (store, "Small-1", 100 + i, 1);
      if (i == 4)
        {
          file_kill (store);
          store = file_open (folder, &options);
        }
    }
  store_assert_page (store_read (store, "Large-1"), "1 2 3 4 5 6");
  store_assert_page (store_read (store, "Small-1"), "101 102 103 104 105 106");
  file_close (store);
  store = file_open (folder, &options);
  store_assert_page (eh_event_store_read_all (store, NULL, 1, EH_FORWARDS, 0, NULL, NULL),
                     "1 101 2 102 3 103 4 104 5 105 6 106");
  file_close (store);
}

/* A frame that a group has room for, and a segment of the common size has not. */
static void
test_tight (void)
{
  g_autofree char *folder = file_make_folder ();
  g_autofree char *uri = g_strdup_printf ("file:%s?segment=1", folder);
  g_autofree char *text = g_strnfill (1048576 - 2048, 'x');
  g_autofree char *json = g_strdup_printf ("{\"number\":2,\"text\":\"%s\"}", text);
  g_autoptr (EhStreamName) name = store_name ("Note-1");
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (name, 0);
  const EhId id = store_id (2);
  EhEventStore *store = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("An event that is nearly as large as a segment is kept as any other");

  store = eh_event_store_open (uri, NULL, &error);
  g_assert_no_error (error);
  store_append (store, "Note-1", 1, 1);
  g_assert_true (eh_event_batch_add_json (batch, &id, "Large", 1, json, -1, NULL));
  eh_event_store_append (store, batch, 1, EH_APPEND_NONE, NULL, NULL, &error);
  g_assert_no_error (error);
  store_append (store, "Note-1", 3, 1);
  store_assert_page (store_read (store, "Note-1"), "1 2 3");
  g_assert_cmpuint (count_files (folder, "seg"), <=, 4);
  file_close (store);
}

static void
test_truncate (void)
{
  g_autofree char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  EhEventStore *store = file_open (folder, &options);
  g_autoptr (EhStreamName) name = store_name ("Note-1");
  g_autoptr (EhStreamName) none = store_name ("Note-none");
  g_autoptr (GError) error = NULL;

  g_test_summary ("Truncated events cannot be read any more; versions and positions stay");

  store_append (store, "Note-1", 1, 5);
  store_append (store, "Note-2", 11, 2);
  store_append (store, "Note-1", 6, 5);
  for (guint i = 0; i < 3; i++)
    {
      static const guint64 impossible[] = { 0, 1, 11 };

      g_assert_false (eh_file_store_truncate_stream (EH_FILE_STORE (store), name, impossible[i], NULL, &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
      g_clear_error (&error);
    }
  g_assert_false (eh_file_store_truncate_stream (EH_FILE_STORE (store), none, 2, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (eh_file_store_truncate_stream (EH_FILE_STORE (store), name, 4, NULL, &error));
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (EhEventPage) page = store_read (store, "Note-1");

      g_assert_cmpuint (eh_event_get_version (eh_event_page_get (page, 0)), ==, 4);
      store_assert_page (g_steal_pointer (&page), "4 5 6 7 8 9 10");
      store_assert_page (eh_event_store_read_stream (store, name, G_MAXUINT64, EH_BACKWARDS, 0, NULL, NULL),
                         "10 9 8 7 6 5 4");
      store_assert_page (eh_event_store_read_all (store, NULL, 1, EH_FORWARDS, 0, NULL, NULL), "4 5 11 12 6 7 8 9 10");
      g_assert_cmpuint (store_version (store, "Note-1"), ==, 10);
      if (i == 0)
        file_kill (store);
      else
        file_close (store);
      store = file_open (folder, &options);
    }
  g_assert_true (store_try (store, "Note-1", 10, 20, 1, NULL));
  {
    g_autoptr (EhEventBatch) again = store_batch ("Note-1", 1, 5);
    g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;

    g_assert_true (eh_event_store_append (store, again, 0, EH_APPEND_WANT_EVENTS, &result, NULL, NULL));
    g_assert_true (result.was_there);
    g_assert_cmpuint (eh_event_get_version (eh_event_page_get (result.events, 0)), ==, 1);
    store_assert_page (g_steal_pointer (&result.events), "1 2 3 4 5");
  }
  file_close (store);
}

static void
test_compact (void)
{
  g_autofree char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  EhEventStore *store = file_open (folder, &options);
  g_autoptr (EhStreamName) gone = store_name ("Gone-1");
  g_autoptr (EhStreamName) cut = store_name ("Cut-1");
  g_autoptr (GError) error = NULL;
  guint64 saved = 0;

  g_test_summary ("Compaction drops what is deleted or truncated and nothing else; ids stay taken");

  for (guint i = 0; i < 120; i++)
    {
      store_append (store, "Gone-1", 10000 + i * 10, 10);
      store_append (store, "Cut-1", 20000 + i * 10, 10);
      store_append (store, "Kept-1", i + 1, 1);
    }
  g_assert_true (eh_event_store_delete_stream (store, gone, EH_EXPECTED_ANY, NULL, NULL));
  g_assert_true (eh_file_store_truncate_stream (EH_FILE_STORE (store), cut, 1191, NULL, NULL));
  eh_file_store_compact (EH_FILE_STORE (store), NULL, NULL, &saved, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (saved, >, 50 * 1024);
  eh_file_store_compact (EH_FILE_STORE (store), NULL, NULL, &saved, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (saved, ==, 0);

  for (guint i = 0; i < 3; i++)
    {
      store_assert_page (store_read (store, "Cut-1"), "21190 21191 21192 21193 21194 21195 21196 21197 21198 21199");
      store_assert_page (eh_event_store_read_all (store, "Kept", 1, EH_FORWARDS, 5, NULL, NULL), "1 2 3 4 5");
      g_assert_cmpuint (store_version (store, "Kept-1"), ==, 120);
      g_assert_false (store_try (store, "Kept-1", EH_EXPECTED_ANY, 10000, 1, &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_EXISTS);
      g_clear_error (&error);
      g_assert_false (store_try (store, "Gone-1", EH_EXPECTED_ANY, 777777, 1, &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
      g_clear_error (&error);
      file_close (store);
      if (i == 1)
        {
          g_autofree char *command = g_strdup_printf ("rm -r %s/run", folder);

          g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
        }
      store = file_open (folder, &options);
    }
  file_close (store);
}

/* The size without the last frame. */
static gsize
find_last_frame (const char *path)
{
  g_autofree char *bytes = NULL;
  gsize size = 0;
  gsize last = 0;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (gsize at = EH_FILE_SEGMENT_HEADER; at < size; at += eh_load_32 (bytes + at + 8))
    last = at;
  return last;
}

/* What a copy that was broken off, or a disk, may leave of a compacted segment. */
static void
test_compact_cut (gconstpointer data)
{
  const gboolean is_lost = GPOINTER_TO_INT (data);
  g_autofree char *folder = file_make_folder ();
  g_autofree char *first = file_get_segment_path (folder, 1);
  g_autofree char *command = NULL;
  EhFileOptions options = file_get_options ();
  EhEventStore *store = file_open (folder, &options);
  g_autoptr (EhStreamName) gone = store_name ("Gone-1");
  g_autoptr (EhEventPage) page = NULL;
  g_autoptr (GError) error = NULL;
  guint64 saved = 0;

  g_test_summary ("A compacted segment that is cut, or that no other follows, is damage with its place");

  for (guint i = 0; count_files (folder, "seg") < 3; i++)
    {
      store_append (store, "Gone-1", 10000 + i * 10, 10);
      store_append (store, "Kept-1", i + 1, 1);
    }
  g_assert_true (eh_event_store_delete_stream (store, gone, EH_EXPECTED_ANY, NULL, NULL));
  g_assert_true (eh_file_store_compact (EH_FILE_STORE (store), NULL, NULL, &saved, NULL, NULL));
  g_assert_cmpuint (saved, >, 0);
  file_close (store);
  command = is_lost ? g_strdup_printf ("sh -c 'rm -r %s/LOCK %s/seg/*2.log %s/seg/*3.log %s/run'", folder, folder,
                                       folder, folder)
                    : g_strdup_printf ("truncate -s %" G_GSIZE_FORMAT " %s", find_last_frame (first), first);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));

  store = eh_file_store_open_with (file_get_quick_ops (), folder, &options, &error);
  g_assert_true (!is_lost || store == NULL);
  if (store != NULL)
    {
      page = eh_event_store_read_all (store, NULL, 1, EH_FORWARDS, 0, NULL, &error);
      g_assert_null (page);
      file_close (store);
    }
  g_assert_error (error, EH_ERROR, EH_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, first));
}

static void
test_read_only (void)
{
  g_autofree char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  EhEventStore *store = file_open (folder, &options);
  g_autoptr (EhStreamName) name = store_name ("Note-1");
  g_autoptr (EhSnapshot) snapshot = eh_snapshot_new (name, 1, "note", 1, "{}");
  g_autoptr (GError) error = NULL;

  g_test_summary ("What was opened with mode=read keeps no snapshots");

  store_append (store, "Note-1", 1, 1);
  file_close (store);
  options.read_only = TRUE;
  store = file_open (folder, &options);
  g_assert_false (eh_event_store_save_snapshot (store, snapshot, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED);
  file_close (store);
}

static void
note_head (guint64 head, gpointer user_data)
{
  g_atomic_int_set ((gint *) user_data, (gint) head);
}

/* The reader has a store object of its own, as another process would. */
static void
test_reader (void)
{
  g_autofree char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  EhEventStore *store = file_open (folder, &options);
  EhEventStore *reader = NULL;
  g_autoptr (GError) error = NULL;
  const gint64 end = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  gint told = 0;

  g_test_summary ("A reader follows the writer, also into new segments, is woken, and cannot write");

  store_append (store, "Note-1", 1, 2);
  options.read_only = TRUE;
  options.background = TRUE;
  reader = file_open (folder, &options);
  store_assert_page (store_read (reader, "Note-1"), "1 2");
  for (guint i = 0; i < 60; i++)
    store_append (store, "Note-2", 100 + i * 40, 40);
  store_append (store, "Note-1", 3, 1);
  store_assert_page (store_read (reader, "Note-1"), "1 2 3");
  g_assert_cmpuint (store_head (reader), ==, store_head (store));
  g_assert_false (store_try (reader, "Note-1", EH_EXPECTED_ANY, 4, 1, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED);

  eh_event_store_add_watch (reader, note_head, &told, NULL);
  store_append (store, "Note-1", 5, 1);
  while (g_atomic_int_get (&told) != (gint) store_head (store))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_thread_yield ();
    }
  file_kill (store);
  options.read_only = FALSE;
  store = file_open (folder, &options);
  store_append (store, "Note-1", 6, 1);
  store_assert_page (store_read (reader, "Note-1"), "1 2 3 5 6");
  file_close (reader);
  file_close (store);
}

static void
test_reader_tail (void)
{
  g_autofree char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  EhEventStore *store = file_open (folder, &options);
  EhEventStore *reader = NULL;

  g_test_summary ("What a reader keeps in memory does not grow with the log that it follows");

  options.read_only = TRUE;
  reader = file_open (folder, &options);
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *name = g_strdup_printf ("Note-%u", i % 10);

      store_append (store, name, i * 40 + 1, 40);
      g_assert_cmpuint (store_head (reader), ==, (i + 1) * 40);
      g_assert_cmpuint (store_version (reader, name), ==, (i / 10 + 1) * 40);
      g_assert_cmpuint (EH_FILE_STORE (reader)->index.tail_bytes, <, 4 * options.run_size);
    }
  store_assert_page (eh_event_store_read_all (reader, "Note", 3998, EH_FORWARDS, 0, NULL, NULL), "3998 3999 4000");
  file_close (reader);
  file_close (store);
}

static void
test_memory (void)
{
  g_autofree char *folder = file_make_folder ();
  EhFileOptions options = EH_FILE_OPTIONS_INIT;
  EhEventStore *store = NULL;
  gsize most = 0;

  g_test_summary ("The index in memory stays within its bounds, however many streams somebody makes at once");

  options.sync = EH_FILE_SYNC_NEVER;
  options.memory = 1u << 20;
  store = file_open (folder, &options);
  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *name = g_strdup_printf ("Note-%u", i);

      store_append (store, name, i + 1, 1);
      most = MAX (most, file_measure_index (store));
    }
  /* What grows, grows by a half. */
  g_assert_cmpuint (most, <=, options.memory * 3 / 2);
  g_assert_cmpuint (most, >, options.memory / 4);
  g_assert_cmpuint (eh_file_runs_get_end_position (EH_FILE_STORE (store)->index.runs), >, 0);
  g_assert_cmpuint (store_version (store, "Note-1"), ==, 1);
  file_close (store);
}

static void
test_fork (void)
{
  g_autofree char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  EhEventStore *store = file_open (folder, &options);
  int status = 1;
  pid_t child;

  g_test_summary ("Who was forked off does not write to the store of the other process");

  store_append (store, "Note-1", 1, 1);
  child = fork ();
  if (child == 0)
    {
      gboolean did = store_try (store, "Note-1", 1, 50, 3, NULL) || eh_event_store_close (store, NULL, NULL);

      /* Valgrind looks for leaks here too. */
      g_free (folder);
      _exit (did);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
  store_append (store, "Note-1", 2, 1);
  file_close (store);
  store = file_open (folder, &options);
  store_assert_page (store_read (store, "Note-1"), "1 2");
  file_close (store);
}

static void
test_gathered (void)
{
  g_autofree char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  EhEventStore *store = NULL;

  g_test_summary ("With sync=never what was appended can be read at once; closing writes it");

  options.sync = EH_FILE_SYNC_NEVER;
  store = file_open (folder, &options);
  for (guint i = 1; i <= 500; i++)
    {
      store_append (store, "Note-1", i, 1);
      if (i % 50 == 0)
        g_assert_cmpuint (store_version (store, "Note-1"), ==, i);
    }
  g_assert_cmpuint (store_head (store), ==, 500);
  file_close (store);

  options.sync = EH_FILE_SYNC_ALWAYS;
  store = file_open (folder, &options);
  g_assert_cmpuint (store_head (store), ==, 500);
  store_append (store, "Note-1", 501, 1);
  file_close (store);
}

static void
count_async (GObject *source, GAsyncResult *result, gpointer user_data)
{
  guint *n_left = user_data;
  g_autoptr (GError) error = NULL;

  eh_event_store_append_finish (EH_EVENT_STORE (source), result, NULL, NULL, &error);
  g_assert_no_error (error);
  (*n_left)--;
}

static void
test_async (void)
{
  EhEventStore *store = file_new_store ();
  guint n_left = 1000;

  g_test_summary ("A thousand asynchronous appends are under way at once and end in the caller's context");

  for (guint i = 0; i < 1000; i++)
    {
      g_autoptr (EhEventBatch) batch = store_batch ("Note-1", i + 1, 1);

      eh_event_store_append_async (store, batch, i, NULL, count_async, &n_left);
    }
  while (n_left > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (store_version (store, "Note-1"), ==, 1000);
  file_close (store);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/file-store/uri", test_uri);
  g_test_add_func ("/file-store/foreign-folder", test_foreign_folder);
  g_test_add_func ("/file-store/locked", test_locked);
  g_test_add_func ("/file-store/segments", test_segments);
  g_test_add_func ("/file-store/large", test_large);
  g_test_add_func ("/file-store/tight", test_tight);
  g_test_add_func ("/file-store/truncate", test_truncate);
  g_test_add_func ("/file-store/compact", test_compact);
  g_test_add_data_func ("/file-store/compact-cut", GINT_TO_POINTER (FALSE), test_compact_cut);
  g_test_add_data_func ("/file-store/compact-last", GINT_TO_POINTER (TRUE), test_compact_cut);
  g_test_add_func ("/file-store/read-only", test_read_only);
  g_test_add_func ("/file-store/reader", test_reader);
  g_test_add_func ("/file-store/reader-tail", test_reader_tail);
  g_test_add_func ("/file-store/memory", test_memory);
  g_test_add_func ("/file-store/fork", test_fork);
  g_test_add_func ("/file-store/gathered", test_gathered);
  g_test_add_func ("/file-store/async", test_async);

  return g_test_run ();
}
