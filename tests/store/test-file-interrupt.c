/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "store/file/eh-file-tools-private.h"
#include "tests/store/file-fixture.h"

/*
 * Signals come in between. The linker puts what is below in the place of the C library's calls, and each fails every
 * other time as one does that a signal has interrupted, before it has done anything.
 */

typedef enum {
  OPEN,
  PREAD,
  PWRITE,
  FDATASYNC,
  FSYNC,
  ALLOCATE,
  TRUNCATE,
  PUNCH,
  SEEK,
  RENAME,
  UNLINK,
  LINK,
  MKDIR,
  STAT,
  FSTAT,
  FCNTL,
  RANDOM,
  OPENDIR,
  N_CALLS,
} Call;

static const char *const names[N_CALLS] = { "open",     "pread", "pwrite", "fdatasync", "fsync",  "allocate",
                                            "truncate", "punch", "seek",   "rename",    "unlink", "link",
                                            "mkdir",    "stat",  "fstat",  "fcntl",     "random", "opendir" };

/* How often each was asked for, since calls are interrupted. */
static guint n_calls[N_CALLS];
static gboolean is_armed;

static gboolean
interrupt (Call call)
{
  if (!is_armed || n_calls[call]++ % 2 != 0)
    return FALSE;
  errno = EINTR;
  return TRUE;
}

#define WRAP(type, call, name, failed, parameters, arguments)                                                          \
  type __real_##name parameters;                                                                                       \
  type __wrap_##name parameters;                                                                                       \
  type __wrap_##name parameters                                                                                        \
  {                                                                                                                    \
    return interrupt (call) ? failed : __real_##name arguments;                                                        \
  }

WRAP (int, OPEN, open64, -1, (const char *path, int flags, mode_t mode), (path, flags, mode))
WRAP (gssize, PREAD, pread64, -1, (int file, void *to, size_t size, off_t at), (file, to, size, at))
WRAP (gssize, PWRITE, pwrite64, -1, (int file, const void *from, size_t size, off_t at), (file, from, size, at))
WRAP (int, FDATASYNC, fdatasync, -1, (int file), (file))
WRAP (int, FSYNC, fsync, -1, (int file), (file))
WRAP (int, ALLOCATE, posix_fallocate64, EINTR, (int file, off_t at, off_t size), (file, at, size))
WRAP (int, TRUNCATE, ftruncate64, -1, (int file, off_t size), (file, size))
WRAP (int, PUNCH, fallocate64, -1, (int file, int mode, off_t at, off_t size), (file, mode, at, size))
WRAP (off_t, SEEK, lseek64, -1, (int file, off_t at, int whence), (file, at, whence))
WRAP (int, RENAME, rename, -1, (const char *from, const char *to), (from, to))
WRAP (int, UNLINK, unlink, -1, (const char *path), (path))
WRAP (int, LINK, link, -1, (const char *from, const char *to), (from, to))
WRAP (int, MKDIR, mkdir, -1, (const char *path, mode_t mode), (path, mode))
WRAP (int, STAT, stat64, -1, (const char *path, struct stat *to), (path, to))
WRAP (int, FSTAT, fstat64, -1, (int file, struct stat *to), (file, to))
WRAP (int, FCNTL, fcntl64, -1, (int file, int what, void *with), (file, what, with))
WRAP (gssize, RANDOM, getrandom, -1, (void *to, size_t size, unsigned int flags), (to, size, flags))
WRAP (DIR *, OPENDIR, opendir, NULL, (const char *path), (path))

static EhEventStore *
open_store (const char *folder)
{
  const EhFileOptions options = file_get_options ();
  g_autoptr (GError) error = NULL;
  EhEventStore *store = eh_file_store_open_with (eh_file_ops_get_system (), folder, &options, &error);

  g_assert_no_error (error);
  return store;
}

/* Several segments, of which one is compacted; and a backup of it with links. */
static void
work (const char *folder, const char *to)
{
  const EhFileToolCall call = { .ops = eh_file_ops_get_system () };
  g_autoptr (EhEventStore) store = open_store (folder);
  g_autoptr (EhStreamName) name = store_name ("Note-0");
  g_autoptr (GError) error = NULL;
  EhFileBackup done;

  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *stream = g_strdup_printf ("Note-%u", i % 3);

      store_append (store, stream, i * 4 + 1, 4);
    }
  g_assert_true (eh_event_store_delete_stream (store, name, EH_EXPECTED_ANY, NULL, &error));
  g_assert_true (eh_file_store_compact (EH_FILE_STORE (store), NULL, NULL, NULL, NULL, &error));
  eh_file_backup_with (&call, folder, to, FALSE, &done, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (done.n_linked, >, 0);
  file_close (g_steal_pointer (&store));
}

static void
test_interrupted (void)
{
  g_autofree char *folder = file_make_folder ();
  g_autofree char *to = file_make_folder ();
  g_autoptr (GError) error = NULL;
  EhEventStore *store = NULL;
  EhFileVerification found;

  g_test_summary ("Calls that a signal interrupts are made again, all of them");
#ifndef __GLIBC__
  g_test_skip ("the names of the calls are those of another C library");
  return;
#endif
  is_armed = TRUE;
  work (folder, to);
  store = open_store (folder);
  g_assert_cmpuint (store_head (store), ==, 1200);
  file_close (store);
  is_armed = FALSE;
  for (guint i = 0; i < N_CALLS; i++)
    {
      g_test_message ("%s: %u", names[i], n_calls[i]);
      g_assert_cmpuint (n_calls[i], >, 0);
    }
  g_assert_true (eh_file_verify (to, NULL, NULL, NULL, &found, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (found.n_damages, ==, 0);
  g_assert_cmpuint (found.n_events, ==, 1200);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/file-interrupt/all", test_interrupted);
  return g_test_run ();
}
