/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-lock-page-private.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "model/eh-error.h"
#include "store/file/eh-file-breakage-private.h"
#include "store/file/eh-file-format-private.h"

#define MAGIC "EHLOCK\r\n"
#define PAGE_SIZE 4096
#define STORE_ID 8
#define PROCESS 24
#define COUNT 28
#define END 32
#define DURABLE 40

#define CHECK_EVERY G_USEC_PER_SEC

static gint *
get_count (const EhFileLockPage *self)
{
  return (gint *) (gpointer) (self->page + COUNT);
}

static guint64 *
get_word (const EhFileLockPage *self, gsize offset)
{
  return (guint64 *) (gpointer) (self->page + offset);
}

static guint64
load_word (const EhFileLockPage *self, gsize offset, const guint8 store_id[16])
{
  if (!eh_file_lock_page_is_of (self, store_id))
    return 0;
  return GUINT64_FROM_LE (__atomic_load_n (get_word (self, offset), __ATOMIC_ACQUIRE));
}

gboolean
eh_file_lock_page_set_locked (const EhFileLockPage *self, const char *where, const char *advice, GError **error)
{
  guint8 bytes[COUNT] = { 0 };
  const gssize n = self->ops->pread (self->ops->fs, self->file, bytes, sizeof bytes, 0);
  const guint32 process = n == sizeof bytes ? eh_load_32 (bytes + PROCESS) : 0;

  if (process != 0)
    g_set_error (error, EH_ERROR, EH_ERROR_LOCKED, "%s: process %u writes to this store: %s", where, process, advice);
  else
    g_set_error (error, EH_ERROR, EH_ERROR_LOCKED, "%s: another process writes to this store: %s", where, advice);
  return FALSE;
}

static gboolean
share_page (EhFileLockPage *self, GError **error)
{
  EhFileStat found = { 0 };
  gpointer page = NULL;
  int code = self->ops->fstat (self->ops->fs, self->file, &found);

  /* Writing through the map to where the file has no room would be the process' end if the disk is full. */
  if (code == 0 && self->writer)
    code = self->ops->allocate (self->ops->fs, self->file, PAGE_SIZE);
  else if (code == 0 && found.size < PAGE_SIZE)
    return TRUE;
  if (code == 0)
    code = self->ops->share (self->ops->fs, self->file, &page);
  if (code < 0)
    return eh_file_set_errno (error, code, "map", self->path);
  self->page = page;
  return TRUE;
}

gboolean
eh_file_lock_page_take (EhFileLockPage *self, const EhFileOps *ops, const char *path, GError **error)
{
  int code = 0;

  *self = (EhFileLockPage){ .ops = ops, .path = g_strdup (path), .writer = TRUE };
  self->file = ops->open (ops->fs, path, EH_FILE_OPEN_WRITE | EH_FILE_OPEN_CREATE);
  if (self->file < 0)
    return eh_file_set_errno (error, self->file, "open", path);
  code = EH_FILE_BROKEN (NO_LOCK) ? 0 : ops->lock (ops->fs, self->file);
  if (code == -EAGAIN)
    return eh_file_lock_page_set_locked (self, path, "stop it, or open it with mode=read", error);
  if (code < 0)
    return eh_file_set_errno (error, code, "lock", path);
  return share_page (self, error);
}

gboolean
eh_file_lock_page_look (EhFileLockPage *self, const EhFileOps *ops, const char *path, GError **error)
{
  *self = (EhFileLockPage){ .ops = ops, .path = g_strdup (path) };
  self->file = ops->open (ops->fs, path, EH_FILE_OPEN_READ);
  if (self->file == -ENOENT)
    return TRUE;
  if (self->file < 0)
    return eh_file_set_errno (error, self->file, "open", path);
  return share_page (self, error);
}

void
eh_file_lock_page_clear (EhFileLockPage *self)
{
  if (self->page != NULL)
    self->ops->unshare (self->ops->fs, g_steal_pointer (&self->page));
  /* Which gives the lock up. */
  if (self->path != NULL && self->file >= 0)
    self->ops->close (self->ops->fs, self->file);
  self->file = -1;
  g_clear_pointer (&self->path, g_free);
}

guint64
eh_file_lock_page_get_end (const EhFileLockPage *self, const guint8 store_id[16])
{
  return load_word (self, END, store_id);
}

guint64
eh_file_lock_page_get_durable (const EhFileLockPage *self, const guint8 store_id[16])
{
  return load_word (self, DURABLE, store_id);
}

gboolean
eh_file_lock_page_is_of (const EhFileLockPage *self, const guint8 store_id[16])
{
  return self->page != NULL && memcmp (self->page, MAGIC, 8) == 0 && memcmp (self->page + STORE_ID, store_id, 16) == 0;
}

gboolean
eh_file_lock_page_had_log (const EhFileLockPage *self)
{
  guint8 store_id[16];

  if (self->page == NULL)
    return FALSE;
  memcpy (store_id, self->page + STORE_ID, sizeof store_id);
  return load_word (self, END, store_id) > eh_file_loc (1, EH_FILE_SEGMENT_HEADER);
}

gboolean
eh_file_lock_page_is_written (const EhFileLockPage *self)
{
  return self->file >= 0 && self->ops->locked (self->ops->fs, self->file) > 0;
}

gboolean
eh_file_lock_page_check (EhFileLockPage *self, gint64 now, GError **error)
{
  EhFileStat opened = { 0 };
  EhFileStat found = { 0 };
  int code;

  if (ABS (now - self->checked_at) < CHECK_EVERY)
    return TRUE;
  if (self->file >= 0 && self->ops->fstat (self->ops->fs, self->file, &opened) < 0)
    return TRUE;
  code = self->ops->stat (self->ops->fs, self->path, &found);
  /* What cannot be looked at is not known to be another one. */
  if ((code == 0 || code == -ENOENT) && found.identity != opened.identity)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_NOT_FOUND,
                   "%s: it is not the file that was opened: the store was removed, or another one is in its place",
                   self->path);
      return FALSE;
    }
  self->checked_at = now;
  return TRUE;
}

void
eh_file_lock_page_set_store (EhFileLockPage *self, const guint8 store_id[16])
{
  /* In this order, so that no end is ever beside the id of a store that it is not of. */
  if (memcmp (self->page + STORE_ID, store_id, 16) != 0)
    {
      __atomic_store_n (get_word (self, END), 0, __ATOMIC_SEQ_CST);
      __atomic_store_n (get_word (self, DURABLE), 0, __ATOMIC_SEQ_CST);
    }
  memcpy (self->page + STORE_ID, store_id, 16);
  memcpy (self->page, MAGIC, 8);
  eh_store_32 (self->page + PROCESS, (guint32) getpid ());
}

void
eh_file_lock_page_publish (EhFileLockPage *self, guint64 end)
{
  __atomic_store_n (get_word (self, END), GUINT64_TO_LE (end), __ATOMIC_RELEASE);
  g_atomic_int_inc (get_count (self));
  syscall (SYS_futex, get_count (self), FUTEX_WAKE, G_MAXINT, NULL, NULL, 0);
}

void
eh_file_lock_page_set_durable (EhFileLockPage *self, guint64 end)
{
  __atomic_store_n (get_word (self, DURABLE), GUINT64_TO_LE (end), __ATOMIC_RELEASE);
}

guint32
eh_file_lock_page_get_count (const EhFileLockPage *self)
{
  return self->page != NULL ? (guint32) g_atomic_int_get (get_count (self)) : 0;
}

void
eh_file_lock_page_wait (const EhFileLockPage *self, guint32 count, gint64 timeout)
{
  const struct timespec time = { .tv_sec = timeout / G_USEC_PER_SEC, .tv_nsec = timeout % G_USEC_PER_SEC * 1000 };

  if (self->page != NULL)
    syscall (SYS_futex, get_count (self), FUTEX_WAIT, count, &time, NULL, 0);
  else
    g_usleep ((gulong) timeout);
}
