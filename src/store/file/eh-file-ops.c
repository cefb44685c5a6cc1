/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-ops-private.h"

#include <errno.h>
#include <string.h>

#include <gio/gio.h>

#include "model/eh-error.h"
#include "store/file/eh-file-breakage-private.h"

/* What is written by way of the table, whichever table it is. */

gboolean
eh_file_set_errno (GError **error, int code, const char *what, const char *path)
{
  const int number = code < 0 ? -code : EIO;

  g_set_error (error, G_IO_ERROR, (gint) g_io_error_from_errno (number), "%s: cannot %s: %s", path, what,
               g_strerror (number));
  return FALSE;
}

gboolean
eh_file_read_fully (const EhFileOps *ops, int file, const char *path, gpointer buffer, gsize size, guint64 offset,
                    GError **error)
{
  gsize done = 0;

  while (done < size)
    {
      const gssize n = ops->pread (ops->fs, file, (guint8 *) buffer + done, size - done, offset + done);

      if (n < 0)
        return eh_file_set_errno (error, (int) n, "read", path);
      if (n == 0)
        {
          g_set_error (error, EH_ERROR, EH_ERROR_CORRUPT, "%s: ends at byte %" G_GUINT64_FORMAT ", too early", path,
                       offset + done);
          return FALSE;
        }
      done += (gsize) n;
    }
  return TRUE;
}

gboolean
eh_file_write_fully (const EhFileOps *ops, int file, const char *path, gconstpointer data, gsize size, guint64 offset,
                     GError **error)
{
  gsize done = 0;

  while (done < size)
    {
      const gssize n = ops->pwrite (ops->fs, file, (const guint8 *) data + done, size - done, offset + done);

      /* A write of nothing would go on for ever. */
      if (n <= 0)
        return eh_file_set_errno (error, n < 0 ? (int) n : -EIO, "write", path);
      done += (gsize) n;
    }
  return TRUE;
}

static gboolean
write_whole (const EhFileOps *ops, const char *path, gconstpointer data, gsize size, GError **error)
{
  const int file = ops->open (ops->fs, path, EH_FILE_OPEN_WRITE | EH_FILE_OPEN_CREATE);
  gboolean ok = FALSE;
  int code = 0;

  if (file < 0)
    return eh_file_set_errno (error, file, "create", path);
  code = ops->truncate (ops->fs, file, 0);
  ok = code == 0 ? eh_file_write_fully (ops, file, path, data, size, 0, error)
                 : eh_file_set_errno (error, code, "truncate", path);
  if (ok && !EH_FILE_BROKEN (REPLACE_UNFLUSHED) && (code = ops->sync (ops->fs, file)) < 0)
    ok = eh_file_set_errno (error, code, "flush", path);
  ops->close (ops->fs, file);
  return ok;
}

gboolean
eh_file_replace (const EhFileOps *ops, const char *folder, const char *path, gconstpointer data, gsize size,
                 GError **error)
{
  g_autofree char *temporary = g_strconcat (path, ".tmp", NULL);
  int code = 0;

  if (!write_whole (ops, temporary, data, size, error))
    return FALSE;
  code = ops->rename (ops->fs, temporary, path);
  if (code < 0)
    return eh_file_set_errno (error, code, "rename", temporary);
  code = ops->sync_folder (ops->fs, folder);
  return code == 0 || eh_file_set_errno (error, code, "flush", folder);
}
