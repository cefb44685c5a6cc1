/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/eh-memory-stream-private.h"

EhMemoryCategory *
eh_memory_category_new (const char *name)
{
  EhMemoryCategory *self = g_new0 (EhMemoryCategory, 1);

  self->name = g_strdup (name);
  return self;
}

void
eh_memory_category_free (EhMemoryCategory *self)
{
  g_free (self->name);
  g_free (self->ordinals);
  g_free (self);
}

EhMemoryStream *
eh_memory_stream_new (EhStreamName *name, EhMemoryCategory *category)
{
  EhMemoryStream *self = g_new0 (EhMemoryStream, 1);

  self->name = eh_stream_name_ref (name);
  self->category = category;
  return self;
}

void
eh_memory_stream_free (EhMemoryStream *self)
{
  g_clear_pointer (&self->snapshots, g_ptr_array_unref);
  g_free (self->events);
  eh_stream_name_unref (self->name);
  g_free (self);
}

/* Growing by half wastes a quarter on average, where doubling would waste half. */
static guint32
eh_memory_stream_get_room (guint32 allocated, guint32 wanted)
{
  return MAX (wanted, (guint32) MIN ((guint64) allocated + allocated / 2 + 4, G_MAXUINT32));
}

static void
eh_memory_category_extend (EhMemoryCategory *self, guint32 first_ordinal, guint n_events)
{
  if (self->allocated - self->size < n_events)
    {
      self->allocated = eh_memory_stream_get_room (self->allocated, self->size + n_events);
      self->ordinals = g_renew (guint32, self->ordinals, self->allocated);
    }
  for (guint i = 0; i < n_events; i++)
    self->ordinals[self->size++] = first_ordinal + i;
}

void
eh_memory_stream_extend (EhMemoryStream *self, const EhMemoryLog *log, guint32 first_ordinal, guint n_events)
{
  if (self->allocated - self->size < n_events)
    {
      self->allocated = eh_memory_stream_get_room (self->allocated, self->size + n_events);
      self->events = g_renew (EhEvent *, self->events, self->allocated);
    }
  for (guint i = 0; i < n_events; i++)
    self->events[self->size++] = eh_memory_log_get (log, first_ordinal + i);
  eh_memory_category_extend (self->category, first_ordinal, n_events);
}

void
eh_memory_stream_delete (EhMemoryStream *self, EhMemoryLog *log)
{
  for (guint32 i = 0; i < self->size; i++)
    eh_memory_log_hide (log, eh_event_get_position (self->events[i]) - 1);
  g_clear_pointer (&self->events, g_free);
  g_clear_pointer (&self->snapshots, g_ptr_array_unref);
  self->deleted = TRUE;
}

/* How many snapshots are not above @max_version. */
static guint
eh_memory_stream_count_snapshots (const EhMemoryStream *self, guint64 max_version)
{
  guint n = self->snapshots != NULL ? self->snapshots->len : 0;

  while (n > 0 && eh_snapshot_get_version (g_ptr_array_index (self->snapshots, n - 1)) > max_version)
    n--;
  return n;
}

EhSnapshot *
eh_memory_stream_find_snapshot (const EhMemoryStream *self, guint64 max_version)
{
  guint n = eh_memory_stream_count_snapshots (self, max_version);

  return n > 0 ? g_ptr_array_index (self->snapshots, n - 1) : NULL;
}

/* A second snapshot of one version takes the place of the first: it may be of a newer schema. */
void
eh_memory_stream_save_snapshot (EhMemoryStream *self, EhSnapshot *snapshot)
{
  guint64 version = eh_snapshot_get_version (snapshot);
  guint n = 0;

  if (self->snapshots == NULL)
    self->snapshots = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_snapshot_unref);

  n = eh_memory_stream_count_snapshots (self, version);
  if (n > 0 && eh_snapshot_get_version (g_ptr_array_index (self->snapshots, n - 1)) == version)
    g_ptr_array_remove_index (self->snapshots, --n);
  g_ptr_array_insert (self->snapshots, (gint) n, eh_snapshot_ref (snapshot));
}
