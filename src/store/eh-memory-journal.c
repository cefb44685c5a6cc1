/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/eh-memory-journal-private.h"

/*
 * Undoing runs backwards, so each entry finds the store as it was right after it. Streams and categories that came
 * after the mark stay, empty: an empty stream behaves as one that never was, and the next run will want them again.
 */

typedef enum {
  ENTRY_APPEND,
  ENTRY_DELETE,
  ENTRY_SNAPSHOT,
} EhMemoryEntryKind;

typedef struct _EhMemoryEntry {
  EhMemoryEntryKind kind;
  guint n_events;         /* APPEND */
  EhMemoryStream *stream; /* (unowned) */
  EhEvent **events;       /* (owned) (nullable): DELETE: the array as it was; the events are the log's */
  GPtrArray *snapshots;   /* (owned) (nullable): DELETE, SNAPSHOT: as they were */
} EhMemoryEntry;

/* The memory is kept for the next run. */
static void
eh_memory_journal_forget (EhMemoryJournal *self)
{
  for (guint i = 0; i < self->n_entries; i++)
    if (self->entries[i].kind != ENTRY_APPEND)
      {
        g_free (self->entries[i].events);
        g_clear_pointer (&self->entries[i].snapshots, g_ptr_array_unref);
      }
  self->n_entries = 0;
}

void
eh_memory_journal_clear (EhMemoryJournal *self)
{
  eh_memory_journal_forget (self);
  g_free (self->entries);
  *self = (EhMemoryJournal){ FALSE };
}

void
eh_memory_journal_start (EhMemoryJournal *self)
{
  eh_memory_journal_forget (self);
  self->on = TRUE;
}

static void
eh_memory_journal_add (EhMemoryJournal *self, const EhMemoryEntry *entry)
{
  if (self->n_entries == self->n_allocated)
    {
      self->n_allocated = MAX (64, self->n_allocated * 2);
      self->entries = g_renew (EhMemoryEntry, self->entries, self->n_allocated);
    }
  self->entries[self->n_entries++] = *entry;
}

void
eh_memory_journal_note_append (EhMemoryJournal *self, EhMemoryStream *stream, guint n_events)
{
  EhMemoryEntry entry = { ENTRY_APPEND, n_events, stream, NULL, NULL };

  if (self->on)
    eh_memory_journal_add (self, &entry);
}

static GPtrArray *
eh_memory_journal_copy_snapshots (const EhMemoryStream *stream)
{
  GPtrArray *copy = NULL;

  if (stream->snapshots == NULL)
    return NULL;
  copy = g_ptr_array_new_full (stream->snapshots->len, (GDestroyNotify) eh_snapshot_unref);
  for (guint i = 0; i < stream->snapshots->len; i++)
    g_ptr_array_add (copy, eh_snapshot_ref (g_ptr_array_index (stream->snapshots, i)));
  return copy;
}

void
eh_memory_journal_note_delete (EhMemoryJournal *self, EhMemoryStream *stream)
{
  EhMemoryEntry entry = { ENTRY_DELETE, 0, stream, NULL, NULL };

  if (!self->on)
    return;
  entry.events = g_memdup2 (stream->events, sizeof (EhEvent *) * stream->size);
  entry.snapshots = eh_memory_journal_copy_snapshots (stream);
  eh_memory_journal_add (self, &entry);
}

void
eh_memory_journal_note_snapshot (EhMemoryJournal *self, EhMemoryStream *stream)
{
  EhMemoryEntry entry = { ENTRY_SNAPSHOT, 0, stream, NULL, NULL };

  if (!self->on)
    return;
  entry.snapshots = eh_memory_journal_copy_snapshots (stream);
  eh_memory_journal_add (self, &entry);
}

static void
eh_memory_journal_undo_append (const EhMemoryEntry *entry, EhMemoryLog *log, EhMemoryIndex *index)
{
  for (guint i = 0; i < entry->n_events; i++)
    {
      EhEvent *event = eh_memory_log_get (log, log->size - 1);

      eh_memory_index_remove_last (index, log, log->size - 1);
      log->size--;
      eh_event_unref (event);
    }
  entry->stream->size -= entry->n_events;
  entry->stream->category->size -= entry->n_events;
}

static void
eh_memory_journal_undo_delete (EhMemoryEntry *entry, EhMemoryLog *log)
{
  EhMemoryStream *stream = entry->stream;

  stream->events = g_steal_pointer (&entry->events);
  stream->allocated = stream->size;
  stream->snapshots = g_steal_pointer (&entry->snapshots);
  stream->deleted = FALSE;
  for (guint32 i = 0; i < stream->size; i++)
    *eh_memory_log_get_slot (log, eh_event_get_position (stream->events[i]) - 1) = stream->events[i];
}

static void
eh_memory_journal_undo_snapshot (EhMemoryEntry *entry)
{
  g_clear_pointer (&entry->stream->snapshots, g_ptr_array_unref);
  entry->stream->snapshots = g_steal_pointer (&entry->snapshots);
}

void
eh_memory_journal_undo (EhMemoryJournal *self, EhMemoryLog *log, EhMemoryIndex *index)
{
  for (guint i = self->n_entries; i > 0; i--)
    {
      EhMemoryEntry *entry = &self->entries[i - 1];

      if (entry->kind == ENTRY_APPEND)
        eh_memory_journal_undo_append (entry, log, index);
      else if (entry->kind == ENTRY_DELETE)
        eh_memory_journal_undo_delete (entry, log);
      else
        eh_memory_journal_undo_snapshot (entry);
    }
  eh_memory_journal_forget (self);
}
