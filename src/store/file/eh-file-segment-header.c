/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-error.h"
#include "store/file/eh-file-segment-private.h"

/* The part that is checksummed, so small that no disk tears it. */
#define HEADER_USED 512
#define HEADER_CHECKSUM 508

void
eh_file_segment_header_write (const EhFileSegmentHeader *self, guint8 to[EH_FILE_SEGMENT_HEADER])
{
  memset (to, 0, EH_FILE_SEGMENT_HEADER);
  memcpy (to, EH_FILE_SEGMENT_MAGIC, 8);
  eh_store_16 (to + 8, EH_FILE_MAJOR);
  eh_store_16 (to + 10, EH_FILE_MINOR);
  eh_store_32 (to + 12, EH_FILE_SEGMENT_HEADER);
  memcpy (to + 16, self->store_id, 16);
  eh_store_32 (to + 32, self->number);
  eh_store_32 (to + 36, self->flags);
  eh_store_32 (to + 40, self->writer_flags);
  eh_store_32 (to + 44, self->other_flags);
  eh_store_64 (to + 48, self->base_position);
  eh_store_64 (to + 56, (guint64) self->time);
  eh_store_64 (to + 64, self->salt);
  eh_store_64 (to + 72, self->size);
  eh_store_32 (to + 80, self->group_limit);
  eh_store_32 (to + 84, self->previous_length);
  eh_store_64 (to + 88, self->previous_salt);
  eh_store_32 (to + HEADER_CHECKSUM, eh_crc32c (0, to, HEADER_CHECKSUM));
}

static gboolean
set_damaged (const char *path, const char *what, GError **error)
{
  g_set_error (error, EH_ERROR, EH_ERROR_CORRUPT, "%s: damaged at byte 0: %s", path, what);
  return FALSE;
}

static gboolean
check_format (const guint8 *bytes, const char *path, GError **error)
{
  const guint major = eh_load_16 (bytes + 8);
  const guint32 flags = eh_load_32 (bytes + 36);

  if (major != EH_FILE_MAJOR)
    g_set_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED,
                 "%s: it has format %u.%u, and this program reads %u: use a newer one", path, major,
                 eh_load_16 (bytes + 10), EH_FILE_MAJOR);
  else if ((flags & ~EH_FILE_SEGMENT_COMPACTED) != 0)
    g_set_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED, "%s: it has flags that this program does not know (0x%x)", path,
                 flags);
  else
    return TRUE;
  return FALSE;
}

gboolean
eh_file_segment_header_read (EhFileSegmentHeader *self, const guint8 *bytes, gsize size, const char *path,
                             GError **error)
{
  if (size < EH_FILE_SEGMENT_HEADER)
    return set_damaged (path, "it is too short for a segment of the log", error);
  if (memcmp (bytes, EH_FILE_SEGMENT_MAGIC, 8) != 0)
    return set_damaged (path, "it does not begin as a segment of the log does", error);
  if (eh_load_32 (bytes + HEADER_CHECKSUM) != eh_crc32c (0, bytes, HEADER_CHECKSUM))
    return set_damaged (path, "the checksum of its header is wrong", error);
  if (!check_format (bytes, path, error))
    return FALSE;
  if (eh_load_32 (bytes + 12) != EH_FILE_SEGMENT_HEADER)
    return set_damaged (path, "its header has another size", error);

  memcpy (self->store_id, bytes + 16, 16);
  self->number = eh_load_32 (bytes + 32);
  self->flags = eh_load_32 (bytes + 36);
  self->writer_flags = eh_load_32 (bytes + 40);
  self->other_flags = eh_load_32 (bytes + 44);
  self->base_position = eh_load_64 (bytes + 48);
  self->time = (gint64) eh_load_64 (bytes + 56);
  self->salt = eh_load_64 (bytes + 64);
  self->size = eh_load_64 (bytes + 72);
  self->group_limit = eh_load_32 (bytes + 80);
  self->previous_length = eh_load_32 (bytes + 84);
  self->previous_salt = eh_load_64 (bytes + 88);
  if (self->base_position == 0 || self->base_position > G_MAXINT64 || self->size > G_MAXUINT32)
    return set_damaged (path, "its header says what cannot be", error);
  return TRUE;
}

gboolean
eh_file_segment_header_check_writable (const EhFileSegmentHeader *self, const char *path, GError **error)
{
  if (self->writer_flags == 0)
    return TRUE;
  g_set_error (
      error, EH_ERROR, EH_ERROR_UNSUPPORTED,
      "%s: it has flags for writers that this program does not know (0x%x): use a newer one, or open the store "
      "with mode=read",
      path, self->writer_flags);
  return FALSE;
}
