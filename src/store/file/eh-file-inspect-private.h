/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "store/file/eh-file-segment-private.h"
#include "store/file/eh-file-tools.h"

G_BEGIN_DECLS

/*
 * Going through a log that may be damaged, from its first byte to its last: what is whole is handed out frame by frame,
 * what is not is told with its place and with the positions that were there. Nothing is believed but checksums.
 */
typedef struct {
  /* A frame that is valid by itself (F2); what it refers to is not looked at. */
  gboolean (*frame) (gpointer user_data, EhFileSegment *segment, const EhFileFrame *frame, GError **error);
  void (*damage) (gpointer user_data, const EhFileDamage *damage);
  EhFileProgressFunc progress; /* (nullable) */
  gpointer progress_data;
  gpointer user_data;
} EhFileInspectFuncs;

typedef struct {
  guint8 store_id[16];
  guint32 n_segments;
  guint64 n_bytes;   /* read */
  guint64 torn_loc;  /* EH_FILE_LOC_NONE if the tail is not torn */
  gboolean has_lock; /* the file LOCK is there, and of this store */
  gboolean written;  /* somebody writes; the log was read up to what was published at the beginning */
  guint64 end;       /* loc behind the last frame */
} EhFileInspection;

/* What is not damage is an error: there is no store, the format is a newer one, it cannot be read. */
gboolean eh_file_inspect (const EhFileOps *ops, const char *folder, const EhFileInspectFuncs *funcs,
                          EhFileInspection *result, GCancellable *cancellable, GError **error);

/*
 * Finds the streams of frames, and looks whether types are there; remembers some. A new segment empties it. For frames
 * whose name or type was in a damaged frame, what is wrong with them is said, as EH_ERROR_CORRUPT.
 */
typedef struct _EhFileNames EhFileNames;

EhFileNames *eh_file_names_new (void);
void eh_file_names_free (EhFileNames *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhFileNames, eh_file_names_free)

/* The name is not nul-terminated and points into the segment. */
gboolean eh_file_names_find (EhFileNames *self, EhFileSegment *segment, const EhFileFrame *frame, const char **name,
                             gsize *length, EhFileKey *key, GError **error);
gboolean
eh_file_names_check_events (EhFileNames *self, EhFileSegment *segment, const EhFileFrame *frame, GError **error);

G_END_DECLS
