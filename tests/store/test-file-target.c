/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "store/file/eh-file-tools-private.h"
#include "tests/store/file-fixture.h"

/* Long work on stores that is broken off: nothing half made is left, and it can be done again. */

#define EVENTS 3000

/* A closed store of several segments, of which compaction has something to drop. */
static char *
make_store (void)
{
  char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  EhEventStore *store = file_open (folder, &options);
  g_autoptr (EhStreamName) name = store_name ("Note-3");
  g_autoptr (GError) error = NULL;

  for (guint i = 1; i <= EVENTS; i += 3)
    {
      g_autofree char *stream = g_strdup_printf ("Note-%u", i % 7);

      store_append (store, stream, i, 3);
    }
  eh_event_store_delete_stream (store, name, EH_EXPECTED_ANY, NULL, &error);
  g_assert_no_error (error);
  file_close (store);
  return folder;
}

static void
assert_whole (const char *folder)
{
  g_autoptr (GError) error = NULL;
  EhFileVerification result;

  eh_file_verify (folder, NULL, NULL, NULL, &result, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (result.n_damages, ==, 0);
  g_assert_cmpuint (result.n_events, ==, EVENTS);
  g_assert_cmpuint (result.n_segments, >=, 3);
}

typedef gboolean (*Work) (const EhFileToolCall *call, const char *folder, const char *to, GError **error);

static gboolean
work_verify (const EhFileToolCall *call, const char *folder, const char *to, GError **error)
{
  EhFileVerification result;

  return eh_file_verify_with (call, folder, &result, error);
}

static gboolean
work_repair (const EhFileToolCall *call, const char *folder, const char *to, GError **error)
{
  const EhFileOptions options = file_get_options ();
  EhFileRepair result;

  return eh_file_repair_with (call, folder, to, &options, &result, error);
}

static gboolean
work_backup (const EhFileToolCall *call, const char *folder, const char *to, GError **error)
{
  EhFileBackup result;

  return eh_file_backup_with (call, folder, to, TRUE, &result, error);
}

static gboolean
work_compact (const EhFileToolCall *call, const char *folder, const char *to, GError **error)
{
  EhFileOptions options = file_get_options ();
  EhEventStore *store = file_open (folder, &options);
  const gboolean ok = eh_file_store_compact (EH_FILE_STORE (store), call->progress_func, call->user_data, NULL,
                                             call->cancellable, error);

  file_close (store);
  return ok;
}

static void
assert_nothing_half (const char *folder, const char *to)
{
  g_autofree char *temporary = g_strconcat (to, ".tmp", NULL);
  g_autofree char *segments = g_build_filename (folder, "seg", NULL);
  g_autoptr (GDir) dir = g_dir_open (segments, 0, NULL);
  const char *name;

  g_assert_false (g_file_test (to, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (temporary, G_FILE_TEST_EXISTS));
  while ((name = g_dir_read_name (dir)) != NULL)
    g_assert_true (g_str_has_suffix (name, ".log"));
  assert_whole (folder);
}

static void
cancel (guint64 done, guint64 total, gpointer user_data)
{
  g_assert_cmpuint (done, >, 0);
  g_assert_cmpuint (done, <=, total);
  g_cancellable_cancel (user_data);
}

static void
test_cancelled (void)
{
  static const Work works[] = { work_verify, work_repair, work_backup, work_compact };

  g_test_summary ("Long work that is cancelled says so, leaves nothing half made, and can be done again");
  for (gsize i = 0; i < G_N_ELEMENTS (works); i++)
    {
      g_autofree char *folder = make_store ();
      g_autofree char *to = file_make_folder ();
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;
      EhFileToolCall call = { .ops = file_get_quick_ops (), .progress_func = cancel, .user_data = cancellable };

      call.cancellable = cancellable;
      g_test_message ("work %u", (guint) i);
      g_assert_false (works[i](&call, folder, to, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&error);
      assert_nothing_half (folder, to);
      call = (EhFileToolCall){ .ops = file_get_quick_ops () };
      works[i](&call, folder, to, &error);
      g_assert_no_error (error);
      assert_whole (folder);
    }
}

/* A disk with room for @left writes more. */
typedef struct {
  EhFileOps ops;
  guint left;
} FullDisk;

static gssize
write_while_there_is_room (gpointer fs, int file, gconstpointer data, gsize size, guint64 offset)
{
  FullDisk *self = fs;
  const EhFileOps *quick = file_get_quick_ops ();

  if (self->left == 0)
    return -ENOSPC;
  self->left--;
  return quick->pwrite (quick->fs, file, data, size, offset);
}

static void
test_full_disk (void)
{
  static const Work works[] = { work_repair, work_backup };
  g_autofree char *folder = make_store ();

  g_test_summary ("Where there is no room for the new store nothing of it is left, and it can be done again");
  for (gsize i = 0; i < G_N_ELEMENTS (works); i++)
    {
      g_autofree char *to = file_make_folder ();
      FullDisk disk = { .ops = *file_get_quick_ops () };
      const EhFileToolCall call = { .ops = &disk.ops };
      gboolean is_done = FALSE;
      guint n = 0;

      disk.ops.fs = &disk;
      disk.ops.pwrite = write_while_there_is_room;
      for (guint room = 0; !is_done; room = room * 2 + 1)
        {
          g_autoptr (GError) error = NULL;

          disk.left = room;
          is_done = works[i](&call, folder, to, &error);
          if (is_done)
            break;
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
          assert_nothing_half (folder, to);
          n++;
        }
      g_assert_cmpuint (n, >=, 2);
      assert_whole (to);
    }
}

/* Once the new folder has its name, that cannot be flushed. */
static int
refuse_behind_rename (gpointer fs, const char *path)
{
  const char *to = fs;

  return g_file_test (to, G_FILE_TEST_EXISTS) ? -EIO : 0;
}

static void
test_name_not_flushed (void)
{
  static const Work works[] = { work_repair, work_backup };
  g_autofree char *folder = make_store ();

  g_test_summary ("A new store whose name may be lost is given up, and can be made again");
  for (gsize i = 0; i < G_N_ELEMENTS (works); i++)
    {
      g_autofree char *to = file_make_folder ();
      EhFileOps ops = *file_get_quick_ops ();
      EhFileToolCall call = { .ops = &ops };
      g_autoptr (GError) error = NULL;

      ops.fs = to;
      ops.sync_folder = refuse_behind_rename;
      g_assert_false (works[i](&call, folder, to, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
      g_clear_error (&error);
      assert_nothing_half (folder, to);
      call.ops = file_get_quick_ops ();
      g_assert_true (works[i](&call, folder, to, &error));
      g_assert_no_error (error);
      assert_whole (to);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/file-target/cancelled", test_cancelled);
  g_test_add_func ("/file-target/full-disk", test_full_disk);
  g_test_add_func ("/file-target/name-not-flushed", test_name_not_flushed);
  return g_test_run ();
}
