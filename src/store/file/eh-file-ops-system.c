/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-ops-private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* The table whose calls are the operating system's, each a thin wrap. */

#define RETRY(expression)                                                                                              \
  (__extension__({                                                                                                     \
    gssize result_;                                                                                                    \
    do                                                                                                                 \
      result_ = (expression);                                                                                          \
    while (result_ == -1 && errno == EINTR);                                                                           \
    result_ == -1 ? -(gssize) errno : result_;                                                                         \
  }))

static int
system_open (gpointer fs, const char *path, EhFileOpenFlags flags)
{
  int how = O_CLOEXEC | ((flags & EH_FILE_OPEN_WRITE) != 0 ? O_RDWR : O_RDONLY);

  if ((flags & EH_FILE_OPEN_CREATE) != 0)
    how |= O_CREAT;
  if ((flags & EH_FILE_OPEN_NEW) != 0)
    how |= O_EXCL;
  return (int) RETRY (open (path, how, 0666));
}

static void
system_close (gpointer fs, int file)
{
  close (file);
}

static gssize
system_pread (gpointer fs, int file, gpointer buffer, gsize size, guint64 offset)
{
  return RETRY (pread (file, buffer, size, (off_t) offset));
}

static gssize
system_pwrite (gpointer fs, int file, gconstpointer data, gsize size, guint64 offset)
{
  return RETRY (pwrite (file, data, size, (off_t) offset));
}

static int
system_sync (gpointer fs, int file)
{
  return (int) RETRY (fdatasync (file));
}

static int
system_sync_folder (gpointer fs, const char *path)
{
  const int folder = (int) RETRY (open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  int code = folder;

  if (folder >= 0)
    {
      code = (int) RETRY (fsync (folder));
      close (folder);
    }
  return code;
}

static int
system_allocate (gpointer fs, int file, guint64 size)
{
  int code;

  do
    code = posix_fallocate (file, 0, (off_t) size);
  while (code == EINTR);
  return -code;
}

static int
system_truncate (gpointer fs, int file, guint64 size)
{
  return (int) RETRY (ftruncate (file, (off_t) size));
}

static int
system_punch (gpointer fs, int file, guint64 offset, guint64 size)
{
  return (int) RETRY (fallocate (file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t) offset, (off_t) size));
}

static int
system_find_data (gpointer fs, int file, guint64 offset, guint64 *at)
{
  const gssize found = RETRY (lseek (file, (off_t) offset, SEEK_DATA));

  if (found < 0 && found != -ENXIO)
    return (int) found;
  *at = found < 0 ? G_MAXUINT64 : (guint64) found;
  return 0;
}

static int
system_rename (gpointer fs, const char *from, const char *to)
{
  return (int) RETRY (rename (from, to));
}

static int
system_unlink (gpointer fs, const char *path)
{
  const int code = (int) RETRY (unlink (path));

  return code == -EISDIR ? (int) RETRY (rmdir (path)) : code;
}

static int
system_link (gpointer fs, const char *from, const char *to)
{
  return (int) RETRY (link (from, to));
}

static int
system_make_folder (gpointer fs, const char *path)
{
  return (int) RETRY (mkdir (path, 0777));
}

static int
system_list (gpointer fs, const char *path, GPtrArray *names)
{
  DIR *folder = NULL;
  struct dirent *entry = NULL;
  int code = 0;

  do
    folder = opendir (path);
  while (folder == NULL && errno == EINTR);
  if (folder == NULL)
    return -errno;
  while (errno = 0, (entry = readdir (folder)) != NULL)
    if (!g_str_equal (entry->d_name, ".") && !g_str_equal (entry->d_name, ".."))
      g_ptr_array_add (names, g_strdup (entry->d_name));
  code = -errno;
  closedir (folder);
  return code;
}

static void
fill_stat (EhFileStat *to, const struct stat *from)
{
  to->size = (guint64) from->st_size;
  to->allocated = (guint64) from->st_blocks * 512;
  to->identity = (guint64) from->st_ino;
  to->is_folder = S_ISDIR (from->st_mode);
}

static int
system_stat (gpointer fs, const char *path, EhFileStat *stat_out)
{
  struct stat found;
  const int code = (int) RETRY (stat (path, &found));

  if (code == 0)
    fill_stat (stat_out, &found);
  return code;
}

static int
system_fstat (gpointer fs, int file, EhFileStat *stat_out)
{
  struct stat found;
  const int code = (int) RETRY (fstat (file, &found));

  if (code == 0)
    fill_stat (stat_out, &found);
  return code;
}

static int
map_shared (int file, gsize size, int protection, gpointer *at)
{
  gpointer found = mmap (NULL, size, protection, MAP_SHARED, file, 0);

  if (found == MAP_FAILED)
    return -errno;
  *at = found;
  return 0;
}

static int
system_map (gpointer fs, int file, gsize size, gconstpointer *at)
{
  gpointer found = NULL;
  const int code = map_shared (file, size, PROT_READ, &found);

  if (code == 0)
    *at = found;
  return code;
}

static void
system_unmap (gpointer fs, gconstpointer at, gsize size)
{
  munmap ((gpointer) at, size);
}

static int
system_share (gpointer fs, int file, gpointer *at)
{
  const int access = (int) RETRY (fcntl (file, F_GETFL));

  if (access < 0)
    return access;
  return map_shared (file, 4096, (access & O_ACCMODE) == O_RDWR ? PROT_READ | PROT_WRITE : PROT_READ, at);
}

static void
system_unshare (gpointer fs, gpointer at)
{
  munmap (at, 4096);
}

static int
system_lock (gpointer fs, int file)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  const int code = (int) RETRY (fcntl (file, F_OFD_SETLK, &lock));

  return code == -EACCES ? -EAGAIN : code;
}

/* To see a lock a read lock is asked for, which a file opened for reading may. */
static int
system_locked (gpointer fs, int file)
{
  struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
  const int code = (int) RETRY (fcntl (file, F_OFD_GETLK, &lock));

  return code < 0 ? code : lock.l_type != F_UNLCK;
}

static int
system_random (gpointer fs, gpointer buffer, gsize size)
{
  gsize done = 0;

  while (done < size)
    {
      const gssize n = RETRY (getrandom ((guint8 *) buffer + done, size - done, 0));

      if (n < 0)
        return (int) n;
      done += (gsize) n;
    }
  return 0;
}

const EhFileOps *
eh_file_ops_get_system (void)
{
  static const EhFileOps system_ops = {
    .open = system_open,
    .close = system_close,
    .pread = system_pread,
    .pwrite = system_pwrite,
    .sync = system_sync,
    .sync_folder = system_sync_folder,
    .allocate = system_allocate,
    .truncate = system_truncate,
    .punch = system_punch,
    .find_data = system_find_data,
    .rename = system_rename,
    .unlink = system_unlink,
    .link = system_link,
    .make_folder = system_make_folder,
    .list = system_list,
    .stat = system_stat,
    .fstat = system_fstat,
    .map = system_map,
    .unmap = system_unmap,
    .share = system_share,
    .unshare = system_unshare,
    .lock = system_lock,
    .locked = system_locked,
    .random = system_random,
  };

  return &system_ops;
}
