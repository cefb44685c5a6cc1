/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/eh-memory-log-private.h"

static guint
eh_memory_log_get_segment_size (guint segment)
{
  return segment == 0 ? 32 : 1u << MIN (segment + 4, 12);
}

static guint
eh_memory_log_get_segment (guint32 ordinal)
{
  if (ordinal >= 4096)
    return 7 + ordinal / 4096;
  return ordinal < 32 ? 0 : g_bit_storage (ordinal) - 5;
}

static void
eh_memory_log_add_segment (EhMemoryLog *self)
{
  if (self->n_segments == self->allocated)
    {
      self->allocated = MAX (4, self->allocated * 2);
      self->segments = g_renew (EhEvent **, self->segments, self->allocated);
    }
  self->segments[self->n_segments] = g_new (EhEvent *, eh_memory_log_get_segment_size (self->n_segments));
  self->n_segments++;
}

void
eh_memory_log_reserve (EhMemoryLog *self, guint n_events)
{
  guint last = 0;

  g_assert (n_events > 0 && n_events <= EH_MEMORY_LOG_MAX - self->size);

  last = eh_memory_log_get_segment (self->size + n_events - 1);
  while (self->n_segments <= last)
    eh_memory_log_add_segment (self);
}

void
eh_memory_log_publish (EhMemoryLog *self, guint n_events)
{
  self->size += n_events;
}

/* Keeps the first segment, for the next scenario on the same store. */
void
eh_memory_log_reset (EhMemoryLog *self)
{
  for (guint32 ordinal = 0; ordinal < self->size; ordinal++)
    eh_event_unref (eh_memory_log_get (self, ordinal));
  self->size = 0;
  while (self->n_segments > 1)
    g_free (self->segments[--self->n_segments]);
}

void
eh_memory_log_clear (EhMemoryLog *self)
{
  eh_memory_log_reset (self);
  if (self->n_segments > 0)
    g_free (self->segments[0]);
  g_free (self->segments);
  *self = (EhMemoryLog){ 0 };
}
