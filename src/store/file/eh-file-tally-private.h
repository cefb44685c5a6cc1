/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/file/eh-file-checksum-private.h"

G_BEGIN_DECLS

/* What is remembered of a stream while a whole log is gone through. */
typedef struct {
  EhFileKey key;
  guint64 version; /* its last; 0: new */
  guint64 other;   /* the user's */
} EhFileTallied;

/* All streams of a log, by key: 32 bytes each in a table that is half full at least. */
typedef struct {
  EhFileTallied *slots; /* (owned): a free one has no version */
  guint64 n_slots;      /* a power of 2 */
  guint64 n_streams;
} EhFileTally;

void eh_file_tally_init (EhFileTally *self);
void eh_file_tally_clear (EhFileTally *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EhFileTally, eh_file_tally_clear)

/* Finds the stream, or makes room for it; its version is then 0, and must be set before the next call. */
EhFileTallied *eh_file_tally_get (EhFileTally *self, const EhFileKey *key);

/* (nullable) */
const EhFileTallied *eh_file_tally_find (const EhFileTally *self, const EhFileKey *key);

G_END_DECLS
