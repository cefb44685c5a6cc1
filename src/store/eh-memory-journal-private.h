/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/eh-memory-index-private.h"
#include "store/eh-memory-stream-private.h"

G_BEGIN_DECLS

/*
 * What happened to a memory store since it was marked, so that it can be undone from the last to the first. Nothing is
 * noted while it is off.
 */
typedef struct {
  gboolean on;
  struct _EhMemoryEntry *entries; /* (owned) (nullable) */
  guint n_entries;
  guint n_allocated;
} EhMemoryJournal;

void eh_memory_journal_clear (EhMemoryJournal *self);

/* Forgets what was noted, and notes from now on. */
void eh_memory_journal_start (EhMemoryJournal *self);

/* After the append, before the delete, and before the snapshot. */
void eh_memory_journal_note_append (EhMemoryJournal *self, EhMemoryStream *stream, guint n_events);
void eh_memory_journal_note_delete (EhMemoryJournal *self, EhMemoryStream *stream);
void eh_memory_journal_note_snapshot (EhMemoryJournal *self, EhMemoryStream *stream);

void eh_memory_journal_undo (EhMemoryJournal *self, EhMemoryLog *log, EhMemoryIndex *index);

G_END_DECLS
