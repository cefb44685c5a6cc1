/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "store/file/eh-file-format-private.h"
#include "store/file/eh-file-tools-private.h"
#include "tests/store/file-fixture.h"

/* Checking and copying a store of which something was lost, or that the disk cannot read. */

#define EVENTS 1500

/* Of three segments; not closed, so that it does not end with a mark. */
static char *
make_store (void)
{
  char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  EhEventStore *store = file_open (folder, &options);

  for (guint i = 1; i <= EVENTS; i++)
    {
      g_autofree char *name = g_strdup_printf ("Note-%u", i % 7);

      store_append (store, name, i, 1);
    }
  file_kill (store);
  return folder;
}

static void
lose_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
lose_index (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "run", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    lose_file (path, name);
}

static void
cut (const char *folder, guint32 size)
{
  g_autofree char *path = file_get_segment_path (folder, 3);

  g_assert_cmpint (truncate (path, size), ==, 0);
}

/* ---- what is told ---- */

typedef struct {
  GString *text; /* (owned) */
  gboolean unknown;
} Told;

static void
take_damage (const EhFileDamage *damage, gpointer user_data)
{
  Told *told = user_data;

  g_string_append_printf (told->text, "%s: %s\n", damage->path, damage->message);
  told->unknown = told->unknown || damage->last_position == G_MAXUINT64;
}

static EhFileVerification
verify (const char *folder, Told *told)
{
  g_autoptr (GError) error = NULL;
  EhFileVerification found = { 0 };

  told->text = g_string_new (NULL);
  eh_file_verify (folder, take_damage, NULL, told, &found, NULL, &error);
  g_assert_no_error (error);
  g_test_message ("%s", told->text->str);
  return found;
}

static void
lose_nothing (const char *folder)
{
}

static void
lose_lock (const char *folder)
{
  lose_file (folder, "LOCK");
}

static void
lose_end (const char *folder)
{
  lose_file (folder, "seg/00000003.log");
  lose_file (folder, "LOCK");
}

static void
cut_end (const char *folder)
{
  lose_file (folder, "LOCK");
  lose_index (folder);
  cut (folder, 20000);
}

static void
swap_second (const char *folder)
{
  g_autofree char *other = make_store ();
  g_autofree char *from = file_get_segment_path (other, 2);
  g_autofree char *to = file_get_segment_path (folder, 2);

  g_assert_cmpint (g_rename (from, to), ==, 0);
}

typedef struct {
  const char *name;
  void (*harm) (const char *folder);
  gboolean has_lock;
  const char *told; /* (nullable): nothing */
  const char *not_told;
} Case;

static const Case cases[] = {
  { "nothing", lose_nothing, TRUE, NULL, "/" },
  { "lock", lose_lock, FALSE, NULL, "/" },
  { "end", lose_end, FALSE, "/seg/00000002.log: the log ends before what the index is about", "more than the log has" },
  { "cut", cut_end, FALSE, "/seg/00000003.log: the file is shorter than it was made", "00000002.log" },
  { "foreign", swap_second, TRUE, "/seg/00000002.log: it belongs to another store", "00000001.log" },
};

static void
test_verify (gconstpointer data)
{
  const Case *lost = data;
  g_autofree char *folder = make_store ();
  g_autofree char *to = file_make_folder ();
  Told told = { 0 };
  EhFileVerification found;
  EhFileRepair repaired;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What says that more was there is told, by the file that is wrong, and no torn tail");

  lost->harm (folder);
  found = verify (folder, &told);
  g_assert_cmpuint (found.torn_segment, ==, 0);
  g_assert_cmpint (found.has_lock, ==, lost->has_lock);
  g_assert_cmpint (found.n_damages > 0, ==, lost->told != NULL);
  g_assert_true (lost->told == NULL || strstr (told.text->str, lost->told) != NULL);
  g_assert_null (strstr (told.text->str, lost->not_told));
  g_string_free (told.text, TRUE);

  eh_file_repair (folder, to, NULL, NULL, NULL, NULL, &repaired, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (repaired.n_damages > 0, ==, lost->told != NULL);
}

/* ---- copies ---- */

static void
test_copy_ends (void)
{
  g_autofree char *folder = make_store ();
  g_autofree char *copy = file_make_folder ();
  g_autofree char *again = file_make_folder ();
  g_autofree char *path = file_get_segment_path (copy, 3);
  g_autoptr (GError) error = NULL;
  EhFileOptions options = file_get_options ();
  EhFileBackup done;
  EhFileVerification found;
  Told told = { 0 };
  GStatBuf first;
  GStatBuf second;

  g_test_summary ("A copy of a store that was not closed ends with a mark, so that what is cut off of it is noticed");

  g_assert_true (eh_file_backup (folder, copy, TRUE, NULL, NULL, &done, NULL, &error));
  found = verify (copy, &told);
  g_assert_cmpuint (found.n_events, ==, EVENTS);
  g_assert_cmpuint (found.n_frames, ==, EVENTS + 1);
  g_assert_cmpuint (found.n_damages, ==, 0);
  g_string_free (told.text, TRUE);
  file_close (file_open (copy, &options));
  lose_index (copy);
  lose_file (copy, "LOCK");

  g_assert_true (eh_file_backup (copy, again, TRUE, NULL, NULL, &done, NULL, &error));
  g_assert_cmpint (g_stat (path, &first), ==, 0);
  g_free (path);
  path = file_get_segment_path (again, 3);
  g_assert_cmpint (g_stat (path, &second), ==, 0);
  g_assert_cmpint (second.st_size, ==, first.st_size);
  cut (again, (guint32) second.st_size - EH_FILE_FRAME_HEAD);
  found = verify (again, &told);
  g_assert_cmpuint (found.n_damages, ==, 1);
  g_string_free (told.text, TRUE);
  g_assert_null (eh_file_store_open_with (file_get_quick_ops (), again, &options, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CORRUPT);
}

/* ---- a disk that cannot read ---- */

static gssize
read_no_frames (gpointer fs, int file, gpointer buffer, gsize size, guint64 offset)
{
  return size > EH_FILE_SEGMENT_HEADER ? -EIO : eh_file_ops_get_system ()->pread (NULL, file, buffer, size, offset);
}

static gssize
read_less (gpointer fs, int file, gpointer buffer, gsize size, guint64 offset)
{
  const gsize room = offset < 30000 ? (gsize) (30000 - offset) : 0;

  return eh_file_ops_get_system ()->pread (NULL, file, buffer, MIN (size, room), offset);
}

static gssize
write_unreadable (gpointer fs, int file, gconstpointer data, gsize size, guint64 offset)
{
  return -EFAULT;
}

static void
test_unreadable (void)
{
  g_autofree char *folder = make_store ();
  g_autofree char *to = file_make_folder ();
  EhFileOps ops = *file_get_quick_ops ();
  const EhFileToolCall call = { .ops = &ops };
  const EhFileOptions options = file_get_options ();
  EhFileVerification found;
  EhFileRepair repaired;
  EhFileBackup copied;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What the disk cannot read is an error that names the file, also where it is mapped elsewhere");

  ops.pread = read_no_frames;
  g_assert_false (eh_file_verify_with (&call, folder, &found, &error));
  g_assert_nonnull (strstr (error->message, "/seg/00000001.log: cannot read: "));
  g_clear_error (&error);
  g_assert_false (eh_file_repair_with (&call, folder, to, &options, &repaired, &error));
  g_assert_nonnull (strstr (error->message, "/seg/00000001.log: cannot read: "));
  g_clear_error (&error);

  ops.pread = read_less;
  g_assert_true (eh_file_verify_with (&call, folder, &found, &error));
  g_assert_cmpuint (found.n_damages, >, 0);

  ops.pread = eh_file_ops_get_system ()->pread;
  ops.pwrite = write_unreadable;
  g_assert_false (eh_file_backup_with (&call, folder, to, TRUE, &copied, &error));
  g_assert_nonnull (strstr (error->message, "/seg/00000001.log: cannot read: "));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/file-lost/verify/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_verify);
    }
  g_test_add_func ("/file-lost/copy-ends", test_copy_ends);
  g_test_add_func ("/file-lost/unreadable", test_unreadable);

  return g_test_run ();
}
