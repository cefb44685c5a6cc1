/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/file/eh-file-store-struct-private.h"

G_BEGIN_DECLS

/* What eh-file-writer.c, which brings groups to the disk, and eh-file-roll.c, which makes room, have of each other. */

/* With sync=interval and never so much is gathered before it is written; by the committer, if there may be one. */
#define EH_FILE_LAZY_GROUP (256u << 10)

static inline gboolean
eh_file_writer_is_lazy (const EhFileStore *self)
{
  return self->options.sync != EH_FILE_SYNC_ALWAYS;
}

/* With the lock: waits until something has changed; tells those who wait. */
void eh_file_writer_block (EhFileStore *self);
void eh_file_writer_unblock (EhFileStore *self);

/* F11: FALSE with error if nothing can be appended any more. */
gboolean eh_file_writer_check (EhFileStore *self, GError **error);

/* FALSE with error in a process that was forked off. */
gboolean eh_file_writer_check_process (EhFileStore *self, GError **error);

gboolean eh_file_writer_flush_file (EhFileStore *self, GError **error);

/*
 * Calls watches, if there is a new @head, and the tickets of groups that ended. With the lock, which it lets go of on
 * the way.
 */
void eh_file_writer_tell (EhFileStore *self, guint64 head);

/* F17: for a frame of @length bytes in the last segment, and as many as make a group. May let go of the lock. */
gboolean eh_file_writer_take_room (EhFileStore *self, guint32 length, GError **error);

/* F17: what is behind the last frame. With the lock. */
void eh_file_writer_give_room (EhFileStore *self);

G_END_DECLS
