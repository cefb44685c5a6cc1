/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  EH_FILE_OPEN_READ = 0,
  EH_FILE_OPEN_WRITE = 1 << 0,  /* and read */
  EH_FILE_OPEN_CREATE = 1 << 1, /* if it is not there; it is then empty. With WRITE only */
  EH_FILE_OPEN_NEW = 1 << 2,    /* with CREATE: -EEXIST if it is there */
} EhFileOpenFlags;

typedef struct {
  guint64 size;
  guint64 allocated; /* bytes that it takes on the disk */
  guint64 identity;  /* differs between files that exist at the same time: the inode */
  gboolean is_folder;
} EhFileStat;

/*
 * All that the file store asks of the operating system. There are two tables: the real one, and the proof's, which
 * keeps for each file what is durable and what is pending and can so make every state that a crash may leave.
 *
 * Calls return 0 or more, or a negative errno; none is retried by the table but for EINTR, so a short read or write is
 * seen by the caller. A file is a number. Paths are whole paths. Any thread may call.
 *
 * What a crash leaves of it, which the store relies on and nothing more:
 *   pwrite, allocate, truncate,  nothing, all or any part (by sectors) until sync of the file has returned 0
 *   punch
 *   open with CREATE, rename, link, unlink, make_folder   may not have happened, each for itself, until sync_folder of
 *                                the folder (for a rename across folders: of both) has returned 0
 *   rename                       the new name is either the old file or the new one, never neither
 *   sync                         the data of the file and what is needed to read it (its size, where it is), not its
 * name After a sync has failed, what was pending may be lost though later reads still show it.
 */
typedef struct _EhFileOps EhFileOps;
struct _EhFileOps {
  gpointer fs; /* handed to each call */

  int (*open) (gpointer fs, const char *path, EhFileOpenFlags flags);
  void (*close) (gpointer fs, int file);
  gssize (*pread) (gpointer fs, int file, gpointer buffer, gsize size, guint64 offset);
  gssize (*pwrite) (gpointer fs, int file, gconstpointer data, gsize size, guint64 offset);

  /* As fdatasync(). */
  int (*sync) (gpointer fs, int file);
  int (*sync_folder) (gpointer fs, const char *path);

  /* Makes the file at least @size long and takes the room for it, or fails with -ENOSPC; new bytes read as zeros. */
  int (*allocate) (gpointer fs, int file, guint64 size);
  int (*truncate) (gpointer fs, int file, guint64 size);

  /* Gives back the room of @size bytes at @offset, which read as zeros from then on; the file's size stays. */
  int (*punch) (gpointer fs, int file, guint64 offset, guint64 size);

  /* Puts into @at where the first bytes at or behind @offset are that are no hole; G_MAXUINT64 if there are none. */
  int (*find_data) (gpointer fs, int file, guint64 offset, guint64 *at);

  int (*rename) (gpointer fs, const char *from, const char *to);
  int (*unlink) (gpointer fs, const char *path); /* of a folder too; -ENOTEMPTY if there is anything in it */
  int (*link) (gpointer fs, const char *from, const char *to);
  int (*make_folder) (gpointer fs, const char *path); /* -EEXIST if there is anything of that name */

  /* Appends the names in a folder, without . and .., to @names, which frees its elements with g_free(); any order. */
  int (*list) (gpointer fs, const char *path, GPtrArray *names);
  int (*stat) (gpointer fs, const char *path, EhFileStat *stat);
  int (*fstat) (gpointer fs, int file, EhFileStat *stat);

  /*
   * Maps the first @size bytes, read-only; @size is at most the file's size. Later writes are seen through it, as with
   * MAP_SHARED. It stays valid when the file is closed, replaced or unlinked. Only bytes that no write can still
   * change are read through it.
   */
  int (*map) (gpointer fs, int file, gsize size, gconstpointer *at);
  void (*unmap) (gpointer fs, gconstpointer at, gsize size);

  /*
   * Maps the first page of a file that is at least a page long, for writing too if it was opened so: shared words of
   * hints. Each aligned word of 8 bytes is, after a crash, any value that it ever had.
   */
  int (*share) (gpointer fs, int file, gpointer *at);
  void (*unshare) (gpointer fs, gpointer at);

  /* An exclusive lock of the open file (OFD), gone when it is closed: 0, or -EAGAIN if somebody else has it. */
  int (*lock) (gpointer fs, int file);

  /* 1 if another open file has that lock, else 0. */
  int (*locked) (gpointer fs, int file);

  /* Fills @buffer with random bytes: ids and salts. */
  int (*random) (gpointer fs, gpointer buffer, gsize size);
};

/* The operating system's. */
const EhFileOps *eh_file_ops_get_system (void);

/* "FILE: cannot WHAT: Permission denied" as a G_IO_ERROR; @code is a negative errno. Returns FALSE. */
gboolean eh_file_set_errno (GError **error, int code, const char *what, const char *path);

/* Loops over short calls. FALSE if the file ends before, which is EH_ERROR_CORRUPT. */
gboolean eh_file_read_fully (const EhFileOps *ops, int file, const char *path, gpointer buffer, gsize size,
                             guint64 offset, GError **error);
gboolean eh_file_write_fully (const EhFileOps *ops, int file, const char *path, gconstpointer data, gsize size,
                              guint64 offset, GError **error);

/* F15: writes @data to @path by way of "@path.tmp"; @folder is the folder that @path is in. */
gboolean eh_file_replace (const EhFileOps *ops, const char *folder, const char *path, gconstpointer data, gsize size,
                          GError **error);

G_END_DECLS
