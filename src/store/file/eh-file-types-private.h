/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-lock-private.h"
#include "store/file/eh-file-frame-private.h"

G_BEGIN_DECLS

/*
 * Which event types the segment that is being written names, and where. Encoders ask without the store's lock, and say
 * afterwards for which segment their answers were; the writer lets them try again if that is not the last one any more.
 */
typedef struct {
  EhLock lock;
  guint32 segment;   /* (mutex lock) */
  GHashTable *types; /* (owned) (mutex lock): name to owned EhFileTypeRef */
} EhFileTypes;

void eh_file_types_init (EhFileTypes *self);
void eh_file_types_clear (EhFileTypes *self);

/* A new segment: nothing is named in it. */
void eh_file_types_begin (EhFileTypes *self, guint32 segment);

/* The frame at @offset of @segment names what @draft says. */
void eh_file_types_add (EhFileTypes *self, guint32 segment, guint32 offset, const EhFileDraft *draft);

/* An EhFileTypeFunc, for one draft. */
typedef struct {
  EhFileTypes *types;
  guint32 segment; /* for which all answers were; 0 if no answer was yes */
} EhFileTypeFinder;

gboolean eh_file_type_finder_find (gpointer finder, const char *name, EhFileTypeRef *ref);

G_END_DECLS
