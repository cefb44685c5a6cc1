/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "store/file/eh-file-breakage-private.h"
#include "store/file/eh-file-segment-private.h"

/*
 * Making segments. A segment is first prepared: a file of zeros, all of whose blocks are on the disk and written,
 * because flushing what overwrites such blocks touches nothing but the data. Where flushes are rare that does not pay,
 * and the blocks are only taken. When it is its turn it gets its header and
 * then its name. What was prepared and not used stays for the next time.
 */

#define ZEROS (256u << 10)

static gboolean
write_zeros (const EhFileOps *ops, int file, const char *path, guint64 begin, guint64 end, GError **error)
{
  g_autofree guint8 *zeros = g_malloc0 (MIN (ZEROS, end - begin));

  for (guint64 at = begin; at < end; at += ZEROS)
    if (!eh_file_write_fully (ops, file, path, zeros, (gsize) MIN (ZEROS, end - at), at, error))
      return FALSE;
  return TRUE;
}

gboolean
eh_file_segment_take_room (const EhFileOps *ops, int file, const char *path, guint64 begin, guint64 end, GError **error)
{
  const int code = ops->allocate (ops->fs, file, end);

  return (code == 0 || eh_file_set_errno (error, code, "take room for", path))
         && (begin == end || write_zeros (ops, file, path, begin, end, error));
}

static gboolean
make_zeros (const EhFileOps *ops, const char *path, guint64 size, gboolean written, GError **error)
{
  const int file = ops->open (ops->fs, path, EH_FILE_OPEN_WRITE | EH_FILE_OPEN_CREATE);
  int code = file;
  gboolean ok = FALSE;

  if (file < 0)
    return eh_file_set_errno (error, file, "create", path);
  code = ops->truncate (ops->fs, file, 0);
  ok = code == 0 || eh_file_set_errno (error, code, "empty", path);
  ok = ok && eh_file_segment_take_room (ops, file, path, written ? 0 : size, size, error);
  if (ok && (code = ops->sync (ops->fs, file)) < 0)
    ok = eh_file_set_errno (error, code, "flush", path);
  ops->close (ops->fs, file);
  /* A half one takes room that is perhaps what was lacking. */
  if (!ok)
    ops->unlink (ops->fs, path);
  return ok;
}

gboolean
eh_file_segment_prepare (const EhFileOps *ops, const char *folder, guint64 size, gboolean written, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "next", NULL);
  g_autofree char *temporary = g_strconcat (path, ".tmp", NULL);
  EhFileStat found;
  int code = ops->stat (ops->fs, path, &found);

  if (code == 0 && found.size == size)
    return TRUE;
  if (code < 0 && code != -ENOENT)
    return eh_file_set_errno (error, code, "look at", path);
  if (!make_zeros (ops, temporary, size, written, error))
    return FALSE;
  code = ops->rename (ops->fs, temporary, path);
  return code == 0 || eh_file_set_errno (error, code, "rename", temporary);
}

static gboolean
write_header (const EhFileOps *ops, int file, const char *path, const EhFileSegmentHeader *header, GError **error)
{
  guint8 bytes[EH_FILE_SEGMENT_HEADER];
  int code = 0;

  eh_file_segment_header_write (header, bytes);
  if (!eh_file_write_fully (ops, file, path, bytes, sizeof bytes, 0, error))
    return FALSE;
  if (EH_FILE_BROKEN (RENAME_BEFORE_SYNC))
    return TRUE;
  code = ops->sync (ops->fs, file);
  return code == 0 || eh_file_set_errno (error, code, "flush", path);
}

gboolean
eh_file_segment_activate (const EhFileOps *ops, const char *folder, const EhFileSegmentHeader *header, int *file,
                          GError **error)
{
  g_autofree char *from = g_build_filename (folder, "next", NULL);
  g_autofree char *to = g_strdup_printf ("%s/%08x.log", folder, header->number);
  const int opened = ops->open (ops->fs, from, EH_FILE_OPEN_WRITE);
  gboolean ok = FALSE;
  int code = 0;

  if (opened < 0)
    return eh_file_set_errno (error, opened, "open", from);
  ok = write_header (ops, opened, from, header, error);
  if (ok && (code = ops->rename (ops->fs, from, to)) < 0)
    ok = eh_file_set_errno (error, code, "rename", from);
  if (ok && !EH_FILE_BROKEN (NO_FOLDER_SYNC) && (code = ops->sync_folder (ops->fs, folder)) < 0)
    ok = eh_file_set_errno (error, code, "flush", folder);
  if (ok)
    *file = opened;
  else
    ops->close (ops->fs, opened);
  return ok;
}
