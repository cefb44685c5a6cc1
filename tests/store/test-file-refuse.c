/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "model/eh-event-private.h"
#include "store/file/eh-file-checksum-private.h"
#include "store/file/eh-file-format-private.h"
#include "store/file/eh-file-tools.h"
#include "tests/store/file-fixture.h"

/* Opening what no crash leaves: it is refused with its place, and nothing is changed on the way. */

#define EVENTS 1500

static char *
make_store (void)
{
  char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  EhEventStore *store = file_open (folder, &options);
  g_autoptr (EhStreamName) name = store_name ("Note-1");
  g_autoptr (EhSnapshot) snapshot = eh_snapshot_new (name, 1, "note", 1, "{}");

  for (guint i = 1; i <= EVENTS; i++)
    {
      g_autofree char *text = g_strdup_printf ("Note-%u", i % 7);

      store_append (store, text, i, 1);
    }
  g_assert_true (eh_event_store_save_snapshot (store, snapshot, NULL, NULL));
  file_kill (store);
  return folder;
}

/* ---- what is done to it ---- */

static void
lose (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *entry;

  while (dir != NULL && (entry = g_dir_read_name (dir)) != NULL)
    lose (path, entry);
  g_assert_cmpint (g_remove (path), ==, 0);
}

static guint
count_segments (const char *folder)
{
  guint n = 0;
  gboolean is_there = TRUE;

  while (is_there)
    {
      g_autofree char *path = file_get_segment_path (folder, n + 1);

      is_there = g_file_test (path, G_FILE_TEST_EXISTS);
      n += is_there;
    }
  g_assert_cmpuint (n, >=, 3);
  return n;
}

static void
lose_last_segment (const char *folder)
{
  g_autofree char *path = file_get_segment_path (folder, count_segments (folder));

  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
lose_last_segment_and_lock (const char *folder)
{
  lose_last_segment (folder);
  lose (folder, "LOCK");
}

/* Where the frames of the last segment end. */
static guint32
find_end (const char *folder)
{
  g_autofree char *path = file_get_segment_path (folder, count_segments (folder));
  g_autofree char *bytes = NULL;
  guint32 at = EH_FILE_SEGMENT_HEADER;
  gsize size = 0;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  while (at + EH_FILE_FRAME_HEAD <= size && eh_load_32 (bytes + at + 8) > 0)
    at += eh_load_32 (bytes + at + 8);
  return at;
}

static void
cut (const char *folder, guint32 size)
{
  g_autofree char *path = file_get_segment_path (folder, count_segments (folder));

  lose (folder, "LOCK");
  lose (folder, "run");
  g_assert_cmpint (truncate (path, size), ==, 0);
}

static void
cut_in_a_frame (const char *folder)
{
  cut (folder, find_end (folder) - 100);
}

static void
cut_behind_frames (const char *folder)
{
  cut (folder, find_end (folder));
}

static void
cut_in_the_zeros (const char *folder)
{
  cut (folder, find_end (folder) + 1000);
}

static void
cut_to_the_header (const char *folder)
{
  cut (folder, EH_FILE_SEGMENT_HEADER);
}

static void
lose_log (const char *folder)
{
  lose (folder, "seg");
}

static void
lose_segments (const char *folder)
{
  g_autofree char *path = NULL;

  lose (folder, "seg");
  path = g_build_filename (folder, "seg", NULL);
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
}

static void
lose_all_but_snapshots (const char *folder)
{
  lose_segments (folder);
  lose (folder, "run");
  lose (folder, "LOCK");
}

static void
lose_all_but_lock (const char *folder)
{
  lose_segments (folder);
  lose (folder, "run");
  lose (folder, "snap");
}

static void
leave_lock_alone (const char *folder)
{
  lose (folder, "seg");
  lose (folder, "run");
  lose (folder, "snap");
}

static void
swap_segment (const char *folder, guint number)
{
  g_autofree char *other = make_store ();
  g_autofree char *from = file_get_segment_path (other, number);
  g_autofree char *to = file_get_segment_path (folder, number);

  g_assert_cmpint (g_rename (from, to), ==, 0);
  lose (folder, "run");
}

static void
swap_second (const char *folder)
{
  swap_segment (folder, 2);
}

static void
swap_last (const char *folder)
{
  swap_segment (folder, count_segments (folder));
}

/* The index is to be made anew, but the log is damaged far behind where the first file of it would end. */
static void
damage_without_index (const char *folder)
{
  g_autofree char *path = file_get_segment_path (folder, 2);

  lose (folder, "run");
  file_patch (path, 30000, "\xa5\x5a\xa5", 3);
}

static void
set_flags (const char *folder, guint number, guint offset)
{
  g_autofree char *path = file_get_segment_path (folder, number);
  g_autofree char *bytes = NULL;

  g_assert_true (g_file_get_contents (path, &bytes, NULL, NULL));
  eh_store_32 (bytes + offset, 2);
  eh_store_32 (bytes + 508, eh_crc32c (0, bytes, 508));
  file_patch (path, 0, bytes, 512);
}

static void
set_writer_flags (const char *folder)
{
  set_flags (folder, count_segments (folder), 40);
}

static void
set_reader_flags (const char *folder)
{
  set_flags (folder, count_segments (folder), 36);
}

static void
set_newer_format (const char *folder)
{
  set_flags (folder, count_segments (folder), 8);
}

typedef struct {
  const char *name;
  void (*harm) (const char *folder);
  gint code;
  const char *place;   /* in the folder */
  const char *message; /* what it says, too */
  gint n_read;         /* events that can be read: -1 the store cannot be opened, 0 some */
} Case;

static const Case cases[] = {
  { "last-segment", lose_last_segment, EH_ERROR_CORRUPT, "/seg/", "as the file LOCK says", 0 },
  { "last-segment-and-lock", lose_last_segment_and_lock, EH_ERROR_CORRUPT, "/seg/", "about more than the log has", 0 },
  { "cut-in-a-frame", cut_in_a_frame, EH_ERROR_CORRUPT, "/seg/", "the file was made with 65536 bytes, has ", 0 },
  { "cut-behind-frames", cut_behind_frames, EH_ERROR_CORRUPT, "/seg/", "the file was made with 65536 bytes, has ", 0 },
  { "cut-in-the-zeros", cut_in_the_zeros, EH_ERROR_CORRUPT, "/seg/", "the file was made with 65536 bytes, has ", 0 },
  { "cut-to-the-header", cut_to_the_header, EH_ERROR_CORRUPT, "/seg/", "the file was made with 65536 bytes, has ", 0 },
  { "log", lose_log, EH_ERROR_CORRUPT, ": ", "is missing", -1 },
  { "segments", lose_segments, EH_ERROR_CORRUPT, ": ", "(its index is there", -1 },
  { "all-but-snapshots", lose_all_but_snapshots, EH_ERROR_CORRUPT, ": ", "(its snapshots are there", -1 },
  { "all-but-lock", lose_all_but_lock, EH_ERROR_CORRUPT, ": ", "(the file LOCK says", -1 },
  { "lock-alone", leave_lock_alone, EH_ERROR_CORRUPT, ": ", "(the file LOCK says", -1 },
  { "foreign-second", swap_second, EH_ERROR_CORRUPT, "/seg/00000002.log: ", "belongs to another store", -1 },
  { "foreign-last", swap_last, EH_ERROR_CORRUPT, "/seg/", "belongs to another store than the first", -1 },
  { "damage-without-index", damage_without_index, EH_ERROR_CORRUPT, "/seg/00000002.log: ", "damaged at byte", 0 },
  { "writer-flags", set_writer_flags, EH_ERROR_UNSUPPORTED, "/seg/", "flags for writers", EVENTS },
  { "reader-flags", set_reader_flags, EH_ERROR_UNSUPPORTED, "/seg/", "flags that this program", -1 },
  { "newer-format", set_newer_format, EH_ERROR_UNSUPPORTED, "/seg/", "it has format 2.0", -1 },
};

/* ---- what becomes of it ---- */

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* All names and contents but LOCK's. */
static void
add_contents (GChecksum *sum, const char *path)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *bytes = NULL;
  gsize size = 0;

  g_checksum_update (sum, (const guchar *) path, -1);
  if (eh_file_ops_get_system ()->list (NULL, path, names) < 0)
    {
      g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
      g_checksum_update (sum, (const guchar *) bytes, (gssize) size);
      return;
    }
  g_ptr_array_sort (names, compare_texts);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *entry = g_build_filename (path, g_ptr_array_index (names, i), NULL);

      if (!g_str_has_suffix (entry, "/LOCK"))
        add_contents (sum, entry);
    }
}

static char *
sum_up (const char *folder)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  add_contents (sum, folder);
  return g_strdup (g_checksum_get_string (sum));
}

static EhEventStore *
try_open (const char *folder, gboolean read_only, GError **error)
{
  EhFileOptions options = file_get_options ();

  options.read_only = read_only;
  return eh_file_store_open_with (file_get_quick_ops (), folder, &options, error);
}

static void
assert_readable (const char *folder, gint n_read)
{
  g_autoptr (GError) error = NULL;
  EhEventStore *store = try_open (folder, TRUE, &error);
  guint64 head;

  if (n_read < 0)
    {
      g_assert_nonnull (error);
      return;
    }
  g_assert_no_error (error);
  head = store_head (store);
  if (n_read > 0)
    g_assert_cmpuint (head, ==, n_read);
  else
    g_assert_error (eh_file_store_get_recovery (EH_FILE_STORE (store))->damage, EH_ERROR, EH_ERROR_CORRUPT);
  g_assert_cmpuint (head, <=, EVENTS);
  file_close (store);
}

/* Where nothing of the log is there, who verifies is told the same. */
static void
assert_not_verified (const char *folder, const char *message)
{
  g_autoptr (GError) error = NULL;
  EhFileVerification found;

  g_assert_false (eh_file_verify (folder, NULL, NULL, NULL, &found, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CORRUPT);
  g_assert_true (g_str_has_prefix (error->message, folder));
  g_assert_nonnull (strstr (error->message, message));
}

static void
test_refused (gconstpointer data)
{
  const Case *harmed = data;
  g_autofree char *folder = make_store ();
  g_autofree char *before = NULL;

  g_test_summary ("It is refused with its place, as often as it is tried, and nothing is changed");

  harmed->harm (folder);
  before = sum_up (folder);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *place = g_strconcat (folder, harmed->place, NULL);
      g_autofree char *after = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_null (try_open (folder, FALSE, &error));
      g_assert_error (error, EH_ERROR, harmed->code);
      g_test_message ("%s", error->message);
      g_assert_true (g_str_has_prefix (error->message, place));
      g_assert_nonnull (strstr (error->message, harmed->message));
      after = sum_up (folder);
      g_assert_cmpstr (after, ==, before);
    }
  assert_readable (folder, harmed->n_read);
  if (g_str_equal (harmed->place, ": "))
    assert_not_verified (folder, harmed->message);
}

/* A closed store ends with a mark; a copy of its frames alone is whole. */
static void
test_short_copy (void)
{
  g_autofree char *folder = make_store ();
  EhEventStore *store = try_open (folder, FALSE, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A last segment that ends with a mark may be as short as that");

  file_close (store);
  cut (folder, find_end (folder));
  store = try_open (folder, FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (store_head (store), ==, EVENTS);
  store_append (store, "Later-1", EVENTS + 1, 1);
  file_close (store);
  store = try_open (folder, FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (store_head (store), ==, EVENTS + 1);
  file_close (store);
}

static void
test_compact_flags (void)
{
  g_autofree char *folder = make_store ();
  g_autoptr (EhStreamName) name = store_name ("Note-1");
  EhEventStore *store = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  g_autofree char *path = file_get_segment_path (folder, 1);

  g_test_summary ("A segment with flags for writers is not compacted; flags that nobody must know stay");

  set_flags (folder, 1, 44);
  set_flags (folder, 2, 40);
  store = try_open (folder, FALSE, &error);
  g_assert_no_error (error);
  g_assert_true (eh_event_store_delete_stream (store, name, EH_EXPECTED_ANY, NULL, NULL));
  g_assert_false (eh_file_store_compact (EH_FILE_STORE (store), NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "/seg/00000002.log: "));
  file_close (store);
  g_assert_true (g_file_get_contents (path, &bytes, NULL, NULL));
  g_assert_cmpuint (eh_load_32 (bytes + 36), ==, EH_FILE_SEGMENT_COMPACTED);
  g_assert_cmpuint (eh_load_32 (bytes + 44), ==, 2);
}

/* ---- a folder that cannot be written to ---- */

static int refused_code;

static int
refuse_open (gpointer fs, const char *path, EhFileOpenFlags flags)
{
  return flags != EH_FILE_OPEN_READ ? -refused_code : eh_file_ops_get_system ()->open (NULL, path, flags);
}

static int
refuse_path (gpointer fs, const char *path)
{
  return -refused_code;
}

static int
refuse_file (gpointer fs, int file)
{
  return -refused_code;
}

static void
test_read_only_folder (gconstpointer data)
{
  g_autofree char *folder = make_store ();
  EhFileOptions options = file_get_options ();
  EhFileOps ops = *eh_file_ops_get_system ();
  EhEventStore *store = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *place = g_build_filename (folder, "LOCK: cannot open: ", NULL);

  g_test_summary ("A folder that may not be written to is refused for writing, and can be read");

  refused_code = GPOINTER_TO_INT (data);
  ops.open = refuse_open;
  ops.unlink = refuse_path;
  if (refused_code == EROFS)
    {
      ops.sync = refuse_file;
      ops.sync_folder = refuse_path;
    }
  g_assert_null (eh_file_store_open_with (&ops, folder, &options, &error));
  g_assert_true (error->domain == G_IO_ERROR);
  g_assert_true (g_str_has_prefix (error->message, place));
  g_clear_error (&error);
  options.read_only = TRUE;
  store = eh_file_store_open_with (&ops, folder, &options, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (store_head (store), ==, EVENTS);
  file_close (store);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/file-refuse/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_refused);
    }
  g_test_add_func ("/file-refuse/short-copy", test_short_copy);
  g_test_add_func ("/file-refuse/compact-flags", test_compact_flags);
  g_test_add_data_func ("/file-refuse/no-permission", GINT_TO_POINTER (EACCES), test_read_only_folder);
  g_test_add_data_func ("/file-refuse/read-only-disk", GINT_TO_POINTER (EROFS), test_read_only_folder);

  return g_test_run ();
}
