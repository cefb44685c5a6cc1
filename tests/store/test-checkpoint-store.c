/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store-fixture.h"
#include "store/eh-file-checkpoint-store.h"
#include "store/eh-memory-checkpoint-store.h"

/* Each case runs on both kinds of store, those about files on the one of them. */

typedef struct {
  EhCheckpointStore *store;
  char *folder; /* (nullable): NULL in memory */
} Fixture;

static char *
make_folder (void)
{
  return g_dir_make_tmp ("checkpoints-XXXXXX", NULL);
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = NULL;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static EhCheckpointStore *
open_folder (const char *folder)
{
  g_autoptr (GError) error = NULL;
  EhCheckpointStore *store = eh_file_checkpoint_store_new (folder, &error);

  g_assert_no_error (error);
  return store;
}

static void
set_up (Fixture *fixture, gconstpointer is_file)
{
  fixture->folder = is_file != NULL ? make_folder () : NULL;
  fixture->store = is_file != NULL ? open_folder (fixture->folder) : eh_memory_checkpoint_store_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer is_file)
{
  g_clear_object (&fixture->store);
  if (fixture->folder != NULL)
    remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static void
save (EhCheckpointStore *store, const char *name, guint64 position, const char *payload)
{
  g_autoptr (GBytes) bytes = payload != NULL ? g_bytes_new (payload, strlen (payload)) : NULL;
  g_autoptr (EhCheckpoint) checkpoint = eh_checkpoint_new (name, position, "Row", 1, bytes, NULL, 0);
  g_autoptr (GError) error = NULL;

  eh_checkpoint_store_save (store, checkpoint, NULL, &error);
  g_assert_no_error (error);
}

/* Returns: the position; 0 without one */
static guint64
load (EhCheckpointStore *store, const char *name)
{
  g_autoptr (EhCheckpoint) checkpoint = NULL;
  g_autoptr (GError) error = NULL;

  eh_checkpoint_store_load (store, name, &checkpoint, NULL, &error);
  g_assert_no_error (error);
  return checkpoint != NULL ? eh_checkpoint_get_position (checkpoint) : 0;
}

static void
test_save (Fixture *fixture, gconstpointer is_file)
{
  g_autoptr (EhCheckpoint) checkpoint = NULL;

  g_test_summary ("Nothing at first; then what was saved last; nothing again once it is removed");

  g_assert_cmpuint (load (fixture->store, "a"), ==, 0);
  save (fixture->store, "a", 1, "{\"x\":1}");
  save (fixture->store, "a.b", 2, NULL);
  save (fixture->store, "a", 3, "{\"x\":2}");
  g_assert_cmpuint (load (fixture->store, "a.b"), ==, 2);
  g_assert_true (eh_checkpoint_store_load (fixture->store, "a", &checkpoint, NULL, NULL));
  g_assert_cmpuint (eh_checkpoint_get_position (checkpoint), ==, 3);
  g_assert_cmpmem (g_bytes_get_data (eh_checkpoint_get_payload (checkpoint), NULL),
                   g_bytes_get_size (eh_checkpoint_get_payload (checkpoint)), "{\"x\":2}", 7);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (eh_checkpoint_store_remove (fixture->store, "a", NULL, NULL));
      g_assert_cmpuint (load (fixture->store, "a"), ==, 0);
    }
  g_assert_cmpuint (load (fixture->store, "a.b"), ==, 2);
}

static void
test_claim (Fixture *fixture, gconstpointer is_file)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A name is claimed once until it is released");

  g_assert_true (eh_checkpoint_store_claim (fixture->store, "a", NULL));
  g_assert_false (eh_checkpoint_store_claim (fixture->store, "a", &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_LOCKED);
  g_clear_error (&error);
  g_assert_true (eh_checkpoint_store_claim (fixture->store, "b", NULL));
  eh_checkpoint_store_release (fixture->store, "a");
  g_assert_true (eh_checkpoint_store_claim (fixture->store, "a", NULL));
  g_assert_false (eh_checkpoint_store_claim (fixture->store, "a/b", &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
}

static void
test_cancelled (Fixture *fixture, gconstpointer is_file)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (EhCheckpoint) checkpoint = eh_checkpoint_new ("a", 1, "", 0, NULL, NULL, 0);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A cancelled save does nothing");

  g_cancellable_cancel (cancellable);
  g_assert_false (eh_checkpoint_store_save (fixture->store, checkpoint, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (load (fixture->store, "a"), ==, 0);
}

static void
test_reopen (Fixture *fixture, gconstpointer is_file)
{
  g_autoptr (EhCheckpointStore) other = open_folder (fixture->folder);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Two stores of one folder are one; a claim ends with the store");

  g_assert_true (eh_checkpoint_store_claim (fixture->store, "a", NULL));
  g_assert_false (eh_checkpoint_store_claim (other, "a", &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_LOCKED);
  save (fixture->store, "a", 5, NULL);
  g_clear_object (&fixture->store);
  g_assert_true (eh_checkpoint_store_claim (other, "a", NULL));
  g_assert_cmpuint (load (other, "a"), ==, 5);
}

static void
test_damaged (Fixture *fixture, gconstpointer is_file)
{
  g_autofree char *path = g_build_filename (fixture->folder, "a.json", NULL);
  g_autoptr (EhCheckpoint) checkpoint = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Damage is told with file and place, and nothing is changed by it");

  save (fixture->store, "a", 1, NULL);
  g_assert_true (g_file_set_contents (path, "{\"checkpoint\":{}}", -1, NULL));
  g_assert_false (eh_checkpoint_store_load (fixture->store, "a", &checkpoint, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CORRUPT);
  g_assert_true (g_str_has_prefix (error->message, path));
  g_assert_nonnull (strstr (error->message, ": byte "));
  g_clear_error (&error);
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  g_assert_false (eh_checkpoint_store_load (fixture->store, "a", &checkpoint, NULL, &error));
  g_assert_nonnull (error);
  g_assert_null (checkpoint);
}

static void
test_no_folder (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *file = g_build_filename (folder, "file", NULL);
  g_autofree char *deep = g_build_filename (folder, "a", "b", NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("What cannot be a folder");

  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  g_assert_null (eh_file_checkpoint_store_new (file, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY);
  g_clear_error (&error);
  g_assert_null (eh_file_checkpoint_store_new (deep, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  remove_folder (folder);
}

static void
test_uri (void)
{
  g_autofree char *parent = make_folder ();
  g_autofree char *folder = g_build_filename (parent, "a b", NULL);
  g_autofree char *uri = g_strdup_printf ("file:%s/a%%20b", parent);
  g_autoptr (EhCheckpointStore) store = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A folder by URI, made if it is not there");

  store = eh_checkpoint_store_open (uri, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_test (folder, G_FILE_TEST_IS_DIR));
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_assert_cmpint (g_rmdir (parent), ==, 0);
}

static void
read_byte (int from)
{
  char byte = 0;

  g_assert_cmpint (read (from, &byte, 1), ==, 1);
}

/* Claims the name, says so, and waits to be killed. */
static void
hold (const char *folder, int tell)
{
  g_autoptr (EhCheckpointStore) store = eh_file_checkpoint_store_new (folder, NULL);

  if (store != NULL && eh_checkpoint_store_claim (store, "a", NULL) && write (tell, "x", 1) == 1)
    pause ();
  _exit (1);
}

static void
test_two_processes (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr (EhCheckpointStore) store = NULL;
  g_autoptr (GError) error = NULL;
  int tell[2];
  pid_t child = 0;

  g_test_summary ("Another process has the name, until it is killed");

  g_assert_cmpint (pipe (tell), ==, 0);
  child = fork ();
  if (child == 0)
    hold (folder, tell[1]);
  read_byte (tell[0]);
  store = open_folder (folder);
  g_assert_false (eh_checkpoint_store_claim (store, "a", &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_LOCKED);
  g_assert_cmpint (kill (child, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  g_assert_true (eh_checkpoint_store_claim (store, "a", NULL));
  close (tell[0]);
  close (tell[1]);
  g_clear_object (&store);
  remove_folder (folder);
}

/* Saves for ever; tells of each position that was saved. */
static void
save_on (const char *folder, guint64 from, int tell)
{
  g_autoptr (EhCheckpointStore) store = eh_file_checkpoint_store_new (folder, NULL);
  g_autofree char *filler = g_strnfill (20000, '1');
  g_autofree char *payload = g_strdup_printf ("{\"x\":%s}", filler);
  g_autoptr (GBytes) bytes = g_bytes_new (payload, strlen (payload));

  for (guint64 position = from;; position++)
    {
      g_autoptr (EhCheckpoint) checkpoint = eh_checkpoint_new ("a", position, "Row", 1, bytes, NULL, 0);

      if (!eh_checkpoint_store_save (store, checkpoint, NULL, NULL)
          || write (tell, &position, sizeof position) != sizeof position)
        _exit (1);
    }
}

/* The moment of the kill is to be another one each time. */
static void
spin (gint64 interval)
{
  const gint64 end = g_get_monotonic_time () + interval;

  while (g_get_monotonic_time () < end)
    ;
}

static void
test_killed (void)
{
  g_autofree char *folder = make_folder ();
  guint64 saved = 0;

  g_test_summary ("Killed while it saves: what was saved last is there, or the one under way, whole");

  for (guint round = 0; round < store_count (40); round++)
    {
      g_autoptr (EhCheckpointStore) store = NULL;
      guint64 told = 0;
      int tell[2];
      pid_t child = 0;

      g_assert_cmpint (pipe (tell), ==, 0);
      child = fork ();
      if (child == 0)
        save_on (folder, saved + 1, tell[1]);
      close (tell[1]);
      for (guint i = 0; i < 1 + round % 3; i++)
        g_assert_cmpint (read (tell[0], &told, sizeof told), ==, sizeof told);
      spin (round * 37 % 500);
      g_assert_cmpint (kill (child, SIGKILL), ==, 0);
      g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
      while (read (tell[0], &told, sizeof told) == sizeof told)
        ;
      close (tell[0]);
      store = open_folder (folder);
      saved = load (store, "a");
      g_assert_cmpuint (saved, >=, told);
      g_assert_cmpuint (saved, <=, told + 1);
    }
  remove_folder (folder);
}

#define ADD_BOTH(name, func)                                                                                           \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    g_test_add ("/checkpoint-store/memory/" name, Fixture, NULL, set_up, func, tear_down);                             \
    g_test_add ("/checkpoint-store/file/" name, Fixture, "file", set_up, func, tear_down);                             \
  }                                                                                                                    \
  G_STMT_END

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD_BOTH ("save", test_save);
  ADD_BOTH ("claim", test_claim);
  ADD_BOTH ("cancelled", test_cancelled);
  g_test_add ("/checkpoint-store/file/reopen", Fixture, "file", set_up, test_reopen, tear_down);
  g_test_add ("/checkpoint-store/file/damaged", Fixture, "file", set_up, test_damaged, tear_down);
  g_test_add_func ("/checkpoint-store/file/no-folder", test_no_folder);
  g_test_add_func ("/checkpoint-store/file/uri", test_uri);
  g_test_add_func ("/checkpoint-store/file/two-processes", test_two_processes);
  g_test_add_func ("/checkpoint-store/file/killed", test_killed);

  return g_test_run ();
}
