/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/store/file-fixture.h"

#include <errno.h>

#include <glib/gstdio.h>

#include "model/eh-event-private.h"
#include "store/file/eh-file-format-private.h"

/* Opening what a crash, or rot, has left. */

/* A store with appends 1 to @n, each one event of one of three streams. */
static char *
make_store (guint n, gboolean close)
{
  char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  EhEventStore *store = file_open (folder, &options);

  for (guint i = 1; i <= n; i++)
    {
      g_autofree char *name = g_strdup_printf ("Note-%u", i % 3);

      store_append (store, name, i, 1);
    }
  if (close)
    file_close (store);
  else
    file_kill (store);
  return folder;
}

static EhEventStore *
try_open (const char *folder, gboolean read_only, GError **error)
{
  EhFileOptions options = file_get_options ();

  options.read_only = read_only;
  return eh_file_store_open_with (file_get_quick_ops (), folder, &options, error);
}

static EhEventStore *
must_open (const char *folder)
{
  EhFileOptions options = file_get_options ();

  return file_open (folder, &options);
}

/* Fails the test if the store has not just the events 1 to @n. */
static void
assert_events (EhEventStore *store, guint n)
{
  guint64 position = 1;
  guint64 number = 1;
  gboolean is_end = FALSE;

  while (!is_end)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EhEventPage) page = eh_event_store_read_all (store, NULL, position, EH_FORWARDS, 7, NULL, &error);

      g_assert_no_error (error);
      for (guint i = 0; i < eh_event_page_get_size (page); i++, number++)
        {
          EhEvent *event = eh_event_page_get (page, i);

          g_assert_cmpint (store_number (event), ==, number);
          g_assert_cmpuint (eh_event_get_position (event), ==, number);
          g_assert_cmpuint (eh_event_get_version (event), ==, (number + 2) / 3);
        }
      position = eh_event_page_get_next (page);
      is_end = eh_event_page_is_end (page);
    }
  g_assert_cmpuint (number - 1, ==, n);
  g_assert_cmpuint (store_head (store), ==, n);
}

/* Where the frames of the events 1 to @n are in segment 1, by looking for heads whose version is sensible. */
static guint32
find_frame (const char *folder, guint number)
{
  g_autofree char *path = file_get_segment_path (folder, 1);
  g_autofree char *bytes = NULL;
  guint32 at = EH_FILE_SEGMENT_HEADER;
  gsize size = 0;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (guint i = 1; i < number; i++)
    at += eh_load_32 (bytes + at + 8);
  g_assert_cmpuint (at, <, size);
  return at;
}

/* As a power cut would: what LOCK says was not flushed. */
static void
lose_lock (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "LOCK", NULL);

  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
lose_folder (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *entry;

  while (dir != NULL && (entry = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, entry, NULL);

      g_assert_cmpint (g_remove (file), ==, 0);
    }
}

static void
test_clean (void)
{
  g_autofree char *folder = make_store (30, TRUE);
  g_autofree char *second = file_get_segment_path (folder, 2);
  EhEventStore *store = must_open (folder);

  g_test_summary ("A closed store has all its events, is not scanned, and goes on in the same segment");

  g_assert_cmpuint (eh_file_store_get_recovery (EH_FILE_STORE (store))->n_scanned, ==, 0);
  g_assert_cmpuint (eh_file_store_get_recovery (EH_FILE_STORE (store))->torn_loc, ==, EH_FILE_LOC_NONE);
  assert_events (store, 30);
  store_append (store, "Note-1", 31, 1);
  assert_events (store, 31);
  file_close (store);
  g_assert_false (g_file_test (second, G_FILE_TEST_EXISTS));
}

static void
test_killed (void)
{
  g_autofree char *folder = make_store (30, FALSE);
  g_autofree char *second = file_get_segment_path (folder, 2);

  g_test_summary ("A store whose process died has all its events, however often");

  for (guint i = 0; i < 4; i++)
    {
      EhEventStore *store = must_open (folder);
      g_autofree char *name = g_strdup_printf ("Note-%u", (31 + i) % 3);

      assert_events (store, 30 + i);
      store_append (store, name, 31 + i, 1);
      file_kill (store);
    }
  g_assert_false (g_file_test (second, G_FILE_TEST_EXISTS));
}

static void
test_torn (void)
{
  g_autofree char *folder = make_store (30, FALSE);
  g_autofree char *path = file_get_segment_path (folder, 1);
  const guint32 last = find_frame (folder, 30);

  g_test_summary ("A last append that is not whole is dropped; the log goes on behind it in a new segment");

  file_patch (path, last + EH_FILE_FRAME_HEAD + 40, "\xff", 1);
  lose_lock (folder);
  for (guint i = 0; i < 3; i++)
    {
      EhEventStore *store = must_open (folder);

      g_assert_cmpuint (eh_file_store_get_recovery (EH_FILE_STORE (store))->torn_loc, ==, eh_file_loc (1, last));
      assert_events (store, 29);
      file_kill (store);
      lose_lock (folder);
    }
  for (guint i = 0; i < 3; i++)
    {
      EhEventStore *store = must_open (folder);
      g_autofree char *name = g_strdup_printf ("Note-%u", (30 + i) % 3);

      store_append (store, name, 30 + i, 1);
      assert_events (store, 30 + i);
      file_close (store);
    }
  g_free (path);
  path = file_get_segment_path (folder, 2);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* The index is never further behind than what makes a run due, and the append that makes it. */
static void
test_scanned (void)
{
  g_autofree char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  const guint n = store_count (40);
  guint number = 1;
  guint64 most = 0;

  g_test_summary ("After a kill no more is scanned than a run is made of: 8 MiB if nothing else is said");

  g_assert_cmpuint (((EhFileOptions) EH_FILE_OPTIONS_INIT).run_size, ==, 8u << 20);
  for (guint i = 0; i < n; i++)
    {
      EhEventStore *store = file_open (folder, &options);
      const guint64 scanned = eh_file_store_get_recovery (EH_FILE_STORE (store))->n_scanned;
      const guint end = number + (guint) g_test_rand_int_range (1, 600);

      g_assert_cmpuint (scanned, <, options.run_size + 512);
      most = MAX (most, scanned);
      for (; number < end; number++)
        store_append (store, "Note-1", number, 1);
      file_kill (store);
    }
  if (n == 40)
    g_assert_cmpuint (most, >, options.run_size / 2);
}

typedef struct {
  const char *name;
  guint n;
  gboolean close;
  gboolean keep_lock;
  guint patched; /* which append */
  guint offset;  /* in its frame */
} DamageCase;

static const DamageCase damage_cases[] = {
  { "body-in-the-middle", 30, FALSE, FALSE, 10, 60 },
  { "head-in-the-middle", 30, FALSE, FALSE, 10, 17 },
  { "length-in-the-middle", 30, FALSE, FALSE, 10, 8 },
  { "next-to-last", 30, FALSE, FALSE, 29, 60 },
  { "first", 2, FALSE, FALSE, 1, 3 },
  { "last-but-locked", 30, FALSE, TRUE, 30, 60 },
  { "last-but-closed", 30, TRUE, FALSE, 30, 60 },
};

static void
test_damage (gconstpointer data)
{
  const DamageCase *damage = data;
  g_autofree char *folder = make_store (damage->n, damage->close);
  g_autofree char *path = file_get_segment_path (folder, 1);
  const guint32 at = find_frame (folder, damage->patched);
  g_autofree char *place = g_strdup_printf ("%s: damaged at byte %u: ", path, at);
  EhEventStore *store = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What had been flushed and is damaged is refused with its place; what is before it can be read");

  file_patch (path, at + damage->offset, "\xa5", 1);
  lose_folder (folder, "run");
  if (!damage->keep_lock)
    lose_lock (folder);
  for (guint i = 0; i < 2; i++)
    {
      store = try_open (folder, FALSE, &error);
      g_assert_error (error, EH_ERROR, EH_ERROR_CORRUPT);
      g_assert_true (g_str_has_prefix (error->message, place));
      g_assert_null (store);
      g_clear_error (&error);
    }

  store = try_open (folder, TRUE, &error);
  g_assert_no_error (error);
  g_assert_error (eh_file_store_get_recovery (EH_FILE_STORE (store))->damage, EH_ERROR, EH_ERROR_CORRUPT);
  assert_events (store, damage->patched - 1);
  file_close (store);
}

static void
test_rot_later (void)
{
  g_autofree char *folder = make_store (30, TRUE);
  g_autofree char *path = file_get_segment_path (folder, 1);
  const guint32 at = find_frame (folder, 10);
  g_autofree char *place = g_strdup_printf ("%s: damaged at byte %u: ", path, at);
  EhEventStore *store = must_open (folder);
  g_autoptr (EhStreamName) name = store_name ("Note-1");
  g_autoptr (EhStreamName) other = store_name ("Note-2");
  g_autoptr (EhEventPage) page = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Rot that is met when reading is an error with its place, and never skipped");

  file_patch (path, at + 60, "\xa5", 1);
  page = eh_event_store_read_all (store, NULL, 1, EH_FORWARDS, 0, NULL, &error);
  g_assert_error (error, EH_ERROR, EH_ERROR_CORRUPT);
  g_assert_true (g_str_has_prefix (error->message, place));
  g_assert_null (page);
  g_clear_error (&error);
  page = eh_event_store_read_stream (store, name, 1, EH_FORWARDS, 0, NULL, &error);
  g_assert_error (error, EH_ERROR, EH_ERROR_CORRUPT);
  g_clear_error (&error);
  page = eh_event_store_read_stream (store, other, 1, EH_FORWARDS, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (eh_event_page_get_size (page), ==, 10);
  file_close (store);
}

static void
test_index_lost (void)
{
  g_autofree char *folder = make_store (700, TRUE);
  EhEventStore *store = NULL;

  g_test_summary ("Without its index a store is the same; it makes it again");

  for (guint i = 0; i < 2; i++)
    {
      lose_folder (folder, "run");
      store = must_open (folder);
      g_assert_cmpuint (eh_file_store_get_recovery (EH_FILE_STORE (store))->n_scanned, >, 65536);
      assert_events (store, 700);
      g_assert_cmpuint (store_version (store, "Note-1"), ==, 234);
      file_close (store);
    }
  store = must_open (folder);
  g_assert_cmpuint (eh_file_store_get_recovery (EH_FILE_STORE (store))->n_scanned, ==, 0);
  assert_events (store, 700);
  file_close (store);
}

static void
test_foreign_index (void)
{
  g_autofree char *folder = make_store (400, TRUE);
  g_autofree char *longer = make_store (700, TRUE);
  g_autofree char *mine = g_build_filename (folder, "run", NULL);
  g_autofree char *other = g_build_filename (longer, "run", NULL);
  g_autofree char *away = g_build_filename (longer, "away", NULL);
  EhEventStore *store = NULL;

  g_test_summary ("The index of another store is not believed");

  g_assert_cmpint (g_rename (mine, away), ==, 0);
  g_assert_cmpint (g_rename (other, mine), ==, 0);
  store = must_open (folder);
  assert_events (store, 400);
  file_close (store);
}

/* The index says more than the log has: of that something is missing, or an old one has been put back. */
static void
test_newer_index (void)
{
  g_autofree char *folder = make_store (100, TRUE);
  g_autofree char *path = file_get_segment_path (folder, 1);
  g_autofree char *bytes = NULL;
  gsize size = 0;
  EhEventStore *store = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "An index that says more than the log has proves that something is missing; without it that is as it is");

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  store = must_open (folder);
  for (guint i = 101; i <= 200; i++)
    store_append (store, "Later-1", i, 1);
  file_close (store);
  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
  lose_lock (folder);

  g_assert_null (try_open (folder, FALSE, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, ".run says, which is about more than the log has"));
  store = try_open (folder, TRUE, NULL);
  assert_events (store, 100);
  file_close (store);

  lose_folder (folder, "run");
  store = must_open (folder);
  assert_events (store, 100);
  g_assert_cmpuint (store_version (store, "Later-1"), ==, 0);
  store_append (store, "Note-2", 101, 1);
  assert_events (store, 101);
  file_close (store);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/file-recover/clean", test_clean);
  g_test_add_func ("/file-recover/killed", test_killed);
  g_test_add_func ("/file-recover/torn", test_torn);
  g_test_add_func ("/file-recover/scanned", test_scanned);
  for (guint i = 0; i < G_N_ELEMENTS (damage_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/file-recover/damage/", damage_cases[i].name, NULL);

      g_test_add_data_func (path, &damage_cases[i], test_damage);
    }
  g_test_add_func ("/file-recover/rot-later", test_rot_later);
  g_test_add_func ("/file-recover/index-lost", test_index_lost);
  g_test_add_func ("/file-recover/foreign-index", test_foreign_index);
  g_test_add_func ("/file-recover/newer-index", test_newer_index);

  return g_test_run ();
}
