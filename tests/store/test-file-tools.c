/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "store/file/eh-file-format-private.h"
#include "store/file/eh-file-tools.h"
#include "tests/store/file-fixture.h"

/* Listing, counting, checking, repairing and copying stores. */

#define EVENTS 1500

/* A closed store of several segments: events 1 to EVENTS in 7 streams, now and then a batch of 3. */
static char *
make_store (void)
{
  char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  EhEventStore *store = file_open (folder, &options);

  for (guint i = 1; i <= EVENTS; i += 3)
    {
      g_autofree char *name = g_strdup_printf ("Note-%u", i % 7);

      if (i % 2 == 0)
        store_append (store, name, i, 3);
      else
        for (guint j = 0; j < 3; j++)
          store_append (store, name, i + j, 1);
    }
  file_close (store);
  return folder;
}

static EhEventStore *
open_folder (const char *folder, gboolean read_only)
{
  EhFileOptions options = file_get_options ();

  options.read_only = read_only;
  return file_open (folder, &options);
}

static void
copy_file (const char *from, const char *to)
{
  g_autofree char *contents = NULL;
  gsize length = 0;

  g_assert_true (g_file_get_contents (from, &contents, &length, NULL));
  g_assert_true (g_file_set_contents (to, contents, (gssize) length, NULL));
}

/* A copy that shares nothing with @folder. */
static char *
copy_store (const char *folder)
{
  g_autoptr (GError) error = NULL;
  char *copy = file_make_folder ();
  EhFileBackup done;

  eh_file_backup (folder, copy, TRUE, NULL, NULL, &done, NULL, &error);
  g_assert_no_error (error);
  return copy;
}

/* ---- what is damaged ---- */

typedef struct {
  guint64 n_lost;
  gboolean lost[EVENTS + 1]; /* by position, which is the number, too */
  guint n_places;
  gboolean unknown;
  GString *text; /* (owned) */
} Found;

static void
found_clear (Found *self)
{
  g_string_free (self->text, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Found, found_clear)

static void
take_damage (const EhFileDamage *damage, gpointer user_data)
{
  Found *found = user_data;

  found->n_places++;
  found->unknown = found->unknown || damage->last_position == G_MAXUINT64;
  for (guint64 i = damage->first_position; i > 0 && i <= MIN (damage->last_position, EVENTS); i++)
    {
      g_assert_false (found->lost[i]);
      found->lost[i] = TRUE;
      found->n_lost++;
    }
  g_string_append_printf (found->text, "%s\n", damage->message);
}

static EhFileVerification
verify (const char *folder, Found *found)
{
  g_autoptr (GError) error = NULL;
  EhFileVerification result = { 0 };

  eh_file_verify (folder, take_damage, NULL, found, &result, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (result.n_damages, ==, found->n_places);
  return result;
}

static void
assert_whole (const char *folder, guint64 n_events)
{
  g_auto (Found) found = { .text = g_string_new (NULL) };
  const EhFileVerification result = verify (folder, &found);

  g_assert_cmpstr (found.text->str, ==, "");
  g_assert_cmpuint (result.n_events, ==, n_events);
}

static void
assert_damage (const char *folder, const char *message)
{
  g_auto (Found) found = { .text = g_string_new (NULL) };

  verify (folder, &found);
  g_test_message ("%s", found.text->str);
  g_assert_nonnull (strstr (found.text->str, message));
}

static void
test_whole (void)
{
  g_autofree char *folder = make_store ();
  EhEventStore *store = open_folder (folder, FALSE);
  g_autoptr (EhStreamName) name = store_name ("Note-3");
  g_autoptr (EhStreamName) other = store_name ("Note-4");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A store is whole, also when streams were deleted, truncated and compacted");
  assert_whole (folder, EVENTS);
  eh_file_store_truncate_stream (EH_FILE_STORE (store), name, 50, NULL, &error);
  g_assert_no_error (error);
  eh_event_store_delete_stream (store, other, EH_EXPECTED_ANY, NULL, &error);
  g_assert_no_error (error);
  eh_file_store_compact (EH_FILE_STORE (store), NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_whole (folder, EVENTS);
  file_close (store);
  assert_whole (folder, EVENTS);
}

static void
test_no_store (void)
{
  g_autofree char *folder = file_make_folder ();
  g_autofree char *to = file_make_folder ();
  g_autoptr (GError) error = NULL;
  EhFileVerification result;
  EhFileRepair repair;
  EhFileBackup backup;

  g_test_summary ("Where there is no store none is looked at or made");
  g_assert_false (eh_file_verify (folder, NULL, NULL, NULL, &result, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (eh_file_repair (folder, to, NULL, NULL, NULL, NULL, &repair, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (eh_file_backup (folder, to, FALSE, NULL, NULL, &backup, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
  g_assert_false (g_file_test (to, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
}

static void
test_no_folder (void)
{
  static const struct {
    const char *made; /* (nullable): in the folder */
    EhError code;
  } cases[] = {
    { "run", EH_ERROR_CORRUPT },
    { "letters", EH_ERROR_INVALID },
    { NULL, EH_ERROR_INVALID },
  };

  g_test_summary ("What is no store, or has no log, is told as opening it tells it");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *folder = file_make_folder ();
      g_autofree char *to = file_make_folder ();
      g_autofree char *made = cases[i].made != NULL ? g_build_filename (folder, cases[i].made, NULL) : NULL;
      g_autoptr (GError) error = NULL;
      EhFileVerification result;
      EhFileRepair repair;
      EhFileBackup backup;

      if (made != NULL)
        g_assert_cmpint (g_mkdir_with_parents (made, 0755), ==, 0);
      else
        g_assert_true (g_file_set_contents (folder, "x", 1, NULL));
      g_assert_false (eh_file_verify (folder, NULL, NULL, NULL, &result, NULL, &error));
      g_assert_error (error, EH_ERROR, (gint) cases[i].code);
      g_clear_error (&error);
      g_assert_false (eh_file_repair (folder, to, NULL, NULL, NULL, NULL, &repair, NULL, &error));
      g_assert_error (error, EH_ERROR, (gint) cases[i].code);
      g_clear_error (&error);
      g_assert_false (eh_file_backup (folder, to, FALSE, NULL, NULL, &backup, NULL, &error));
      g_assert_error (error, EH_ERROR, (gint) cases[i].code);
      g_assert_false (g_file_test (to, G_FILE_TEST_EXISTS));
    }
}

/* ---- a byte that is not as it was written ---- */

/* What the store in @folder has, by id: the number of the event, in order. */
static GArray *
read_numbers (const char *folder)
{
  EhEventStore *store = open_folder (folder, TRUE);
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (gint64));
  gboolean is_end = FALSE;
  guint64 at = 1;

  while (!is_end)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EhEventPage) page = eh_event_store_read_all (store, NULL, at, EH_FORWARDS, 0, NULL, &error);

      g_assert_no_error (error);
      for (guint i = 0; i < eh_event_page_get_size (page); i++)
        {
          const EhEvent *event = eh_event_page_get (page, i);
          const gint64 number = store_number (event);
          const EhId id = store_id ((guint64) number);

          g_assert_true (eh_id_equal (eh_event_get_id (event), &id));
          g_array_append_val (numbers, number);
        }
      at = eh_event_page_get_next (page);
      is_end = eh_event_page_is_end (page);
    }
  file_close (store);
  return numbers;
}

/* All numbers but those that are lost. */
static void
assert_rest (const GArray *numbers, const Found *found)
{
  guint n = 0;

  for (guint64 i = 1; i <= EVENTS; i++)
    if (!found->lost[i])
      {
        g_assert_cmpuint (n, <, numbers->len);
        g_assert_cmpint (g_array_index (numbers, gint64, n), ==, i);
        n++;
      }
  g_assert_cmpuint (n, ==, numbers->len);
}

/* Where the frames of a segment end: the last byte that is not zero. */
static guint32
find_end (const char *folder, guint number)
{
  g_autofree char *path = file_get_segment_path (folder, number);
  g_autofree char *contents = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &contents, &length, NULL))
    return 0;
  while (length > 0 && contents[length - 1] == 0)
    length--;
  return (guint32) length;
}

/* Whether that is of the mark with which the store was closed: then nobody knows that nothing was behind it. */
static gboolean
is_in_mark (const char *folder, guint number, guint32 offset)
{
  return find_end (folder, number + 1) == 0 && offset >= ((find_end (folder, number) + 7) & ~7u) - EH_FILE_FRAME_HEAD;
}

static void
flip_and_repair (const char *folder, guint number, guint32 offset, guint8 bits)
{
  g_autofree char *copy = copy_store (folder);
  g_autofree char *path = file_get_segment_path (copy, number);
  g_autofree char *to = file_make_folder ();
  g_auto (Found) found = { .text = g_string_new (NULL) };
  g_auto (Found) lost = { .text = g_string_new (NULL) };
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) numbers = NULL;
  g_autofree char *contents = NULL;
  EhFileRepair done;
  guint8 byte;

  g_test_message ("segment %u, byte %u, bits %02x", number, offset, bits);
  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  byte = (guint8) contents[offset] ^ bits;
  file_patch (path, offset, &byte, 1);

  verify (copy, &found);
  g_assert_cmpuint (found.n_places, >, 0);
  eh_file_repair (copy, to, take_damage, NULL, NULL, &lost, &done, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (done.n_lost, ==, lost.n_lost);
  g_assert_cmpint (done.unknown, ==, is_in_mark (folder, number, offset));
  assert_whole (to, done.n_events);
  numbers = read_numbers (to);
  assert_rest (numbers, &lost);
}

static void
test_flips (void)
{
  g_autofree char *folder = make_store ();
  const guint n = store_count (16);
  guint n_segments = 0;

  g_test_summary ("Whatever byte of a log is wrong, it is found, what is lost is told exactly, and the rest is saved");
  while (find_end (folder, n_segments + 1) > 0)
    n_segments++;
  g_assert_cmpuint (n_segments, >=, 3);
  flip_and_repair (folder, n_segments, find_end (folder, n_segments) - 1, 1);
  for (guint i = 0; i < n; i++)
    {
      const guint number = (guint) g_test_rand_int_range (1, (gint32) n_segments + 1);
      const guint32 end = find_end (folder, number);

      flip_and_repair (folder, number, (guint32) g_test_rand_int_range (EH_FILE_SEGMENT_HEADER, (gint32) end),
                       (guint8) (1u << g_test_rand_int_range (0, 8)));
    }
  /* A header is made again from the next one's, the last one's from a frame. */
  flip_and_repair (folder, 1, 64, 0x10);
  flip_and_repair (folder, 2, 0, 0x01);
  flip_and_repair (folder, n_segments, 70, 0x80);
}

static void
test_gone (void)
{
  g_autofree char *folder = make_store ();
  g_autofree char *copy = copy_store (folder);
  g_autofree char *first = file_get_segment_path (folder, 2);
  g_autofree char *other = file_get_segment_path (copy, 1);
  g_autofree char *to = file_make_folder ();
  g_auto (Found) found = { .text = g_string_new (NULL) };
  g_auto (Found) lost = { .text = g_string_new (NULL) };
  g_autoptr (GArray) numbers = NULL;
  g_autoptr (GError) error = NULL;
  EhFileRepair done;

  g_test_summary ("A segment that is gone, or too short, is told with the positions that were in it");
  g_assert_cmpint (g_remove (first), ==, 0);
  verify (folder, &found);
  g_assert_nonnull (strstr (found.text->str, "the file is missing"));
  g_assert_cmpint (truncate (other, 20000), ==, 0);
  assert_damage (copy, "the file ends too early");
  eh_file_repair (copy, to, take_damage, NULL, NULL, &lost, &done, NULL, &error);
  g_assert_no_error (error);
  numbers = read_numbers (to);
  assert_rest (numbers, &lost);
}

/* ---- repairing ---- */

static void
take_move (const EhFileMove *move, gpointer user_data)
{
  Found *found = user_data;

  g_string_append_printf (
      found->text, "%s %" G_GUINT64_FORMAT ">%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT ">%" G_GUINT64_FORMAT "\n",
      move->stream, move->old_version, move->new_version, move->old_position, move->new_position);
}

static void
forget_damage (const EhFileDamage *damage, gpointer user_data)
{
  g_string_append_printf (((Found *) user_data)->text, "lost %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT " %s\n",
                          damage->first_position, damage->last_position, damage->stream);
}

static void
test_moves (void)
{
  g_autofree char *folder = file_make_folder ();
  g_autofree char *to = file_make_folder ();
  g_autofree char *path = file_get_segment_path (folder, 1);
  EhFileOptions options = file_get_options ();
  EhEventStore *store = file_open (folder, &options);
  g_autoptr (EhStreamName) name = store_name ("Note-a");
  g_auto (Found) found = { .text = g_string_new (NULL) };
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;
  guint32 offset = EH_FILE_SEGMENT_HEADER;
  EhFileRepair done;

  g_test_summary ("What follows a hole in a stream closes up, truncations too; other streams stay as they are");
  store_append (store, "Note-a", 1, 2);
  store_append (store, "Note-b", 3, 1);
  store_append (store, "Note-a", 4, 1);
  store_append (store, "Note-a", 5, 2);
  store_append (store, "Note-b", 7, 1);
  eh_file_store_truncate_stream (EH_FILE_STORE (store), name, 5, NULL, &error);
  g_assert_no_error (error);
  file_close (store);

  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  for (guint i = 0; i < 2; i++)
    offset += eh_load_32 (contents + offset + 8);
  file_patch (path, offset + 60, "\xff\xff", 2);
  eh_file_repair (folder, to, forget_damage, take_move, NULL, &found, &done, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found.text->str, ==, "lost 4 to 4 Note-a\nNote-a 4>3 5>4\nNote-a 5>4 6>5\n");
  g_assert_cmpuint (done.n_lost, ==, 1);
  g_assert_cmpuint (done.n_moved, ==, 2);

  store = open_folder (to, FALSE);
  store_assert_page (store_read (store, "Note-a"), "6");
  store_assert_page (store_read (store, "Note-b"), "3 7");
  g_assert_cmpuint (store_version (store, "Note-a"), ==, 4);
  file_close (store);
}

static void
test_stubs (void)
{
  g_autofree char *folder = make_store ();
  g_autofree char *to = file_make_folder ();
  EhEventStore *store = open_folder (folder, FALSE);
  g_autoptr (EhStreamName) name = store_name ("Note-3");
  g_autoptr (EhStreamName) other = store_name ("Note-4");
  g_autoptr (EhEventPage) before = NULL;
  g_autoptr (EhEventPage) after = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *numbers = NULL;
  EhFileRepair done;

  g_test_summary ("Tombstones and truncations are taken along, and compacted ids stay taken");
  eh_file_store_truncate_stream (EH_FILE_STORE (store), name, 200, NULL, &error);
  g_assert_no_error (error);
  eh_event_store_delete_stream (store, other, EH_EXPECTED_ANY, NULL, &error);
  g_assert_no_error (error);
  eh_file_store_compact (EH_FILE_STORE (store), NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  before = store_read (store, "Note-3");
  numbers = store_numbers (before);
  file_close (store);

  eh_file_repair (folder, to, NULL, NULL, NULL, NULL, &done, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (done.n_damages, ==, 0);
  g_assert_cmpuint (done.n_events, ==, EVENTS);
  store = open_folder (to, FALSE);
  store_assert_page (store_read (store, "Note-3"), numbers);
  after = eh_event_store_read_stream (store, other, 1, EH_FORWARDS, 0, NULL, &error);
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (store_try (store, "Note-x", EH_EXPECTED_ANY, 3, 1, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_EXISTS);
  file_close (store);
}

static void
test_lost_ends (void)
{
  g_autofree char *folder = make_store ();
  g_autofree char *path = file_get_segment_path (folder, 2);
  g_autofree char *last = file_get_segment_path (folder, 3);
  g_autofree char *to = file_make_folder ();
  g_auto (Found) found = { .text = g_string_new (NULL) };
  g_auto (Found) lost = { .text = g_string_new (NULL) };
  g_autoptr (GError) error = NULL;
  EhFileRepair done;

  g_test_summary ("Streams that do not go on behind a hole are told too, by what the index remembers of them");
  g_assert_cmpint (truncate (path, EH_FILE_SEGMENT_HEADER + 8000), ==, 0);
  g_assert_cmpint (g_remove (last), ==, 0);
  verify (folder, &found);
  g_assert_nonnull (strstr (found.text->str, ", the last ones of its stream, are in the index and not in the log\n"));
  eh_file_repair (folder, to, take_damage, NULL, NULL, &lost, &done, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (lost.text->str, ", the last ones of its stream, are in the index and not in the log\n"));
  assert_whole (to, done.n_events);
}

static void
test_repair_refused (void)
{
  g_autofree char *folder = make_store ();
  g_autofree char *to = file_make_folder ();
  g_autofree char *half = g_strconcat (to, ".tmp", NULL);
  EhEventStore *store = open_folder (folder, FALSE);
  g_autoptr (GError) error = NULL;
  EhFileRepair done;

  g_test_summary ("A store that is written to is not repaired, and nothing is written over");
  g_assert_false (eh_file_repair (folder, to, NULL, NULL, NULL, NULL, &done, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_LOCKED);
  g_clear_error (&error);
  file_close (store);
  g_assert_cmpint (g_mkdir (half, 0755), ==, 0);
  g_assert_false (eh_file_repair (folder, to, NULL, NULL, NULL, NULL, &done, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_cmpint (g_rmdir (half), ==, 0);
  g_assert_cmpint (g_mkdir (to, 0755), ==, 0);
  g_assert_false (eh_file_repair (folder, to, NULL, NULL, NULL, NULL, &done, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_EXISTS);
}

/* ---- copying ---- */

static void
test_backup (void)
{
  g_autofree char *folder = make_store ();
  g_autofree char *to = file_make_folder ();
  g_autofree char *from_path = file_get_segment_path (folder, 1);
  g_autofree char *to_path = file_get_segment_path (to, 1);
  EhEventStore *store = open_folder (folder, FALSE);
  g_autoptr (GArray) numbers = NULL;
  g_autoptr (GError) error = NULL;
  EhFileBackup done;
  GStatBuf from;
  GStatBuf copy;

  g_test_summary ("While a store is written to it is copied; sealed segments are links; the copy goes its own way");
  store_append (store, "Note-new", EVENTS + 1, 2);
  eh_file_backup (folder, to, FALSE, NULL, NULL, &done, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (done.n_events, ==, EVENTS + 2);
  store_append (store, "Note-new", EVENTS + 3, 1);
  file_close (store);
  assert_whole (folder, EVENTS + 3);
  assert_whole (to, EVENTS + 2);
  g_assert_cmpint (g_stat (from_path, &from), ==, 0);
  g_assert_cmpint (g_stat (to_path, &copy), ==, 0);
  g_assert_cmpuint (from.st_ino, ==, copy.st_ino);

  store = open_folder (to, FALSE);
  store_append (store, "Note-new", 9000, 1);
  g_assert_cmpuint (store_version (store, "Note-new"), ==, 3);
  file_close (store);
  assert_whole (to, EVENTS + 3);
  numbers = read_numbers (folder);
  g_assert_cmpuint (numbers->len, ==, EVENTS + 3);
  g_assert_cmpint (g_array_index (numbers, gint64, EVENTS + 2), ==, EVENTS + 3);
  g_assert_false (eh_file_backup (folder, to, FALSE, NULL, NULL, &done, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_EXISTS);
}

static void
test_backup_of_damage (void)
{
  g_autofree char *folder = make_store ();
  g_autofree char *path = file_get_segment_path (folder, 2);
  g_autofree char *to = file_make_folder ();
  g_autoptr (GError) error = NULL;
  EhFileBackup done;

  g_test_summary ("A store whose end is damaged is not copied");
  file_patch (path, 0, "x", 1);
  g_assert_false (eh_file_backup (folder, to, FALSE, NULL, NULL, &done, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CORRUPT);
  g_assert_false (g_file_test (to, G_FILE_TEST_EXISTS));
}

/* ---- the index ---- */

/* The path of the run that begins the index. (transfer full) */
static char *
find_run (const char *folder)
{
  g_autofree char *runs = g_build_filename (folder, "run", NULL);
  g_autoptr (GDir) dir = g_dir_open (runs, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "0000000100001000"))
      return g_build_filename (runs, name, NULL);
  g_assert_not_reached ();
}

static void
append_many (const char *folder, guint64 first)
{
  EhEventStore *store = open_folder (folder, FALSE);

  for (guint i = 0; i < 400; i++)
    store_append (store, "Note-a", first + i, 1);
  file_close (store);
}

static void
test_foreign_index (void)
{
  g_autofree char *folder = file_make_folder ();
  g_autofree char *twin = file_make_folder ();
  g_autofree char *log = file_get_segment_path (folder, 1);
  g_autofree char *twin_log = file_get_segment_path (twin, 1);
  g_autofree char *twin_folder = g_path_get_dirname (twin_log);
  g_autofree char *run = NULL;
  g_autofree char *other = NULL;

  g_test_summary ("An index that is whole by itself but does not say what the log says is told: that of a twin");
  file_close (open_folder (folder, FALSE));
  g_assert_cmpint (g_mkdir_with_parents (twin_folder, 0755), ==, 0);
  copy_file (log, twin_log);
  append_many (folder, 1000);
  append_many (twin, 2000);
  run = find_run (folder);
  other = find_run (twin);
  assert_whole (folder, 400);
  copy_file (other, run);
  assert_damage (folder, "it does not say what the log says");
}

static void
test_damaged_index (void)
{
  g_autofree char *folder = make_store ();
  g_autofree char *run = find_run (folder);
  g_auto (Found) found = { .text = g_string_new (NULL) };
  EhFileVerification result;

  g_test_summary ("A damaged index is told to be derived, and the log to be whole");
  file_patch (run, 4096 + 100, "\xff\xff\xff\xff", 4);
  result = verify (folder, &found);
  g_assert_cmpuint (result.n_damages, ==, 1);
  g_assert_cmpuint (result.n_derived, ==, 1);
  g_assert_cmpstr (found.text->str, ==, "a checksum in it is wrong\n");
}

/* ---- listing ---- */

static gboolean
take_stream (const EhFileStreamInfo *info, gpointer user_data, GError **error)
{
  g_ptr_array_add (user_data, g_strdup_printf ("%s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "%s%s", info->name,
                                               info->version, info->first_version, info->deleted ? " deleted" : "",
                                               info->n_bytes > 0 ? " +" : ""));
  return TRUE;
}

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char *
list_streams (EhEventStore *store, gboolean with_bytes)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  eh_file_store_list_streams (EH_FILE_STORE (store), with_bytes, take_stream, lines, &error);
  g_assert_no_error (error);
  g_ptr_array_sort (lines, compare_texts);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv (", ", (char **) lines->pdata);
}

static void
assert_listed (EhEventStore *store, gboolean with_bytes, const char *expected)
{
  g_autofree char *listed = list_streams (store, with_bytes);

  g_assert_cmpstr (listed, ==, expected);
}

static void
test_list (void)
{
  g_autofree char *folder = make_store ();
  EhEventStore *store = open_folder (folder, FALSE);
  g_autoptr (EhStreamName) name = store_name ("Note-0");
  g_autoptr (EhStreamName) other = store_name ("Note-1");
  g_autoptr (GError) error = NULL;
  EhFileStats stats;

  g_test_summary ("Streams are listed once, whether the index or memory has them, and counted");
  assert_listed (store, FALSE,
                 "Note-0 216 1, Note-1 216 1, Note-2 213 1, Note-3 213 1, Note-4 216 1, Note-5 213 1, Note-6 213 1");
  eh_file_store_truncate_stream (EH_FILE_STORE (store), name, 200, NULL, &error);
  g_assert_no_error (error);
  /* For good: what is lower is unreadable already. */
  eh_file_store_truncate_stream (EH_FILE_STORE (store), name, 2, NULL, NULL);
  eh_event_store_delete_stream (store, other, EH_EXPECTED_ANY, NULL, &error);
  g_assert_no_error (error);
  store_append (store, "Note-2", EVENTS + 1, 2);
  store_append (store, "Other-1", EVENTS + 3, 1);
  assert_listed (store, TRUE,
                 "Note-0 216 200 +, Note-1 216 1 deleted +, Note-2 215 1 +, Note-3 213 1 +, Note-4 216 1 +, "
                 "Note-5 213 1 +, Note-6 213 1 +, Other-1 1 1 +");
  eh_file_store_get_stats (EH_FILE_STORE (store), &stats, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (stats.n_events, ==, EVENTS + 3);
  g_assert_cmpuint (stats.n_streams, ==, 8);
  g_assert_cmpuint (stats.n_deleted, ==, 1);
  g_assert_cmpuint (stats.n_truncated, ==, 1);
  g_assert_cmpuint (stats.n_segments, >=, 3);
  g_assert_cmpuint (stats.n_runs, >=, 1);
  g_assert_cmpuint (stats.log_bytes, >, EVENTS * 48);
  g_assert_true (stats.written);
  file_close (store);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/file-tools/whole", test_whole);
  g_test_add_func ("/file-tools/no-store", test_no_store);
  g_test_add_func ("/file-tools/no-folder", test_no_folder);
  g_test_add_func ("/file-tools/flips", test_flips);
  g_test_add_func ("/file-tools/gone", test_gone);
  g_test_add_func ("/file-tools/moves", test_moves);
  g_test_add_func ("/file-tools/stubs", test_stubs);
  g_test_add_func ("/file-tools/lost-ends", test_lost_ends);
  g_test_add_func ("/file-tools/repair-refused", test_repair_refused);
  g_test_add_func ("/file-tools/backup", test_backup);
  g_test_add_func ("/file-tools/backup-of-damage", test_backup_of_damage);
  g_test_add_func ("/file-tools/foreign-index", test_foreign_index);
  g_test_add_func ("/file-tools/damaged-index", test_damaged_index);
  g_test_add_func ("/file-tools/list", test_list);
  return g_test_run ();
}
