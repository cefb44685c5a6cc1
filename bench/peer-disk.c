/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The folder of a run, and how often the disk was made to keep what it was given. The calls are counted by standing in
 * front of the C library's: the engines' libraries call these.
 */

#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/magic.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "peer.h"

static char *base_dir;
static gboolean is_memory_allowed;
static char *run_dir;
static guint64 n_flushes;

static void
remove_tree (const char *path)
{
  GDir *dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_clear_pointer (&dir, g_dir_close);
  g_remove (path);
}

/* Whoever interrupts a run is not left with its stores. */
static gpointer
clean_up_when_told (gpointer data)
{
  const sigset_t *signals = data;
  int number;

  sigwait (signals, &number);
  if (run_dir != NULL)
    remove_tree (run_dir);
  _exit (128 + number);
  return NULL;
}

/* To be called before other threads are there. */
void
peer_disk_set (const char *dir, gboolean is_forced)
{
  static sigset_t signals;

  sigemptyset (&signals);
  sigaddset (&signals, SIGINT);
  sigaddset (&signals, SIGTERM);
  pthread_sigmask (SIG_BLOCK, &signals, NULL);
  g_thread_unref (g_thread_new ("signals", clean_up_when_told, &signals));

  g_free (base_dir);
  base_dir = g_canonicalize_filename (dir != NULL ? dir : ".", NULL);
  is_memory_allowed = is_forced;
}

static void
check_is_disk (const char *dir)
{
  struct statfs system;
  g_autoptr (GError) error = NULL;

  if (statfs (dir, &system) != 0)
    g_set_error (&error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", dir, g_strerror (errno));
  else if ((system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC) && !is_memory_allowed)
    g_set_error (&error, G_IO_ERROR, G_IO_ERROR_FAILED,
                 "%s is in memory, where nothing is durable: give a folder on a disk with --dir, or --force", dir);
  bench_check (error == NULL, error);
}

/* A place within this run's folder. */
char *
peer_disk_make_path (const char *name)
{
  if (run_dir == NULL)
    {
      run_dir = g_build_filename (base_dir, "bench-XXXXXX", NULL);
      check_is_disk (base_dir);
      bench_check (g_mkdtemp (run_dir) != NULL, NULL);
    }
  return g_build_filename (run_dir, name, NULL);
}

/* What the next one measures is not to pay for this one's leftovers. */
void
peer_disk_remove (const char *path)
{
  int fd;

  remove_tree (path);
  fd = open (base_dir, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return;
  syncfs (fd);
  close (fd);
}

/* What the files occupy, holes not counted. */
guint64
peer_disk_measure (const char *path)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  const char *name;
  guint64 sum = 0;
  struct stat info;

  if (dir == NULL)
    return stat (path, &info) == 0 ? (guint64) info.st_blocks * 512 : 0;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      sum += peer_disk_measure (child);
    }
  g_dir_close (dir);
  return sum;
}

void
peer_disk_clean_up (void)
{
  if (run_dir != NULL)
    remove_tree (run_dir);
  g_clear_pointer (&run_dir, g_free);
  g_clear_pointer (&base_dir, g_free);
}

guint64
peer_flushes_get (void)
{
  return __atomic_load_n (&n_flushes, __ATOMIC_RELAXED);
}

void
peer_flushes_add (guint n)
{
  __atomic_fetch_add (&n_flushes, n, __ATOMIC_RELAXED);
}

int
fdatasync (int fd)
{
  peer_flushes_add (1);
  return (int) syscall (SYS_fdatasync, fd);
}

int
fsync (int fd)
{
  peer_flushes_add (1);
  return (int) syscall (SYS_fsync, fd);
}

int
msync (void *address, size_t length, int flags)
{
  if (flags & MS_SYNC)
    peer_flushes_add (1);
  return (int) syscall (SYS_msync, address, length, flags);
}
