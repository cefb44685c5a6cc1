/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/eh-memory-store-private.h"

#include <string.h>

/*
 * Reading. Of many events the pointers are copied under the store's lock and the references taken after it: a reader of
 * thousands of events holds up an append for some microseconds only.
 */

/* So many, read forwards, make a page at once: most streams of a simulation, and what is newer than a cache. */
#define FEW_EVENTS 32

/* The events that a read is about, by place: those of the log, or of one category. */
typedef struct {
  const EhMemoryLog *log;
  const guint32 *ordinals; /* (nullable): rising; without them place and ordinal are the same */
  guint32 size;
} EhMemoryRange;

static guint32
eh_memory_range_get_ordinal (const EhMemoryRange *range, gint64 place)
{
  return range->ordinals != NULL ? range->ordinals[place] : (guint32) place;
}

/* How many events have an ordinal below @ordinal. */
static gint64
eh_memory_range_count_below (const EhMemoryRange *range, guint64 ordinal)
{
  gint64 low = 0;
  gint64 high = range->size;

  if (range->ordinals == NULL)
    return (gint64) MIN (ordinal, range->size);
  while (low < high)
    {
      gint64 middle = low + (high - low) / 2;

      if (range->ordinals[middle] < ordinal)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* Collects events from *place on; stops at the first that is beyond the limit, or outside of the range. */
static guint
eh_memory_range_collect (const EhMemoryRange *range, gint64 *place, gint step, EhEvent **events, guint limit)
{
  guint n = 0;

  for (; *place >= 0 && *place < range->size; *place += step)
    {
      EhEvent *event = eh_memory_log_get_visible (range->log, eh_memory_range_get_ordinal (range, *place));

      if (event == NULL)
        continue;
      if (n == limit)
        break;
      events[n++] = event;
    }
  return n;
}

static EhMemoryRange
eh_memory_store_get_range (EhMemoryStore *self, const char *category)
{
  EhMemoryCategory *found = NULL;

  if (category == NULL)
    return (EhMemoryRange){ &self->log, NULL, self->log.size };
  if (self->categories != NULL)
    found = g_hash_table_lookup (self->categories, category);
  if (found == NULL)
    return (EhMemoryRange){ &self->log, NULL, 0 };
  return (EhMemoryRange){ &self->log, found->ordinals, found->size };
}

/* Taking a reference waits for the event's memory; asking for all of it first makes those waits overlap. */
static EhEventPage *
eh_memory_store_make_page (EhMemoryStore *self, EhEvent **events, guint n_events, guint64 next, gboolean is_end)
{
  for (guint i = 0; i < n_events; i++)
    __builtin_prefetch (events[i], 1);
  return eh_memory_store_new_page (self, events, n_events, next, is_end);
}

EhEventPage *
eh_memory_store_read_all (EhEventStore *store, const char *category, guint64 from, EhDirection direction, guint limit,
                          GCancellable *cancellable, GError **error)
{
  EhMemoryStore *self = EH_MEMORY_STORE (store);
  gboolean forwards = direction == EH_FORWARDS;
  g_autofree EhEvent **events = NULL;
  EhMemoryRange range;
  gint64 place = 0;
  guint64 next = 0;
  guint n = 0;
  gboolean is_end = FALSE;

  if (!eh_memory_store_enter (self, error))
    return NULL;
  range = eh_memory_store_get_range (self, category);
  events = g_new (EhEvent *, MIN (limit, range.size));
  place = forwards ? eh_memory_range_count_below (&range, from - 1) : eh_memory_range_count_below (&range, from) - 1;
  n = eh_memory_range_collect (&range, &place, forwards ? 1 : -1, events, limit);
  is_end = place < 0 || place >= range.size;
  if (!is_end)
    next = (guint64) eh_memory_range_get_ordinal (&range, place) + 1;
  else if (forwards)
    next = MAX (from, (guint64) self->log.size + 1);
  eh_memory_store_leave (self);

  return eh_memory_store_make_page (self, events, n, next, is_end);
}

static void
eh_memory_stream_copy_part (const EhMemoryStream *self, guint64 from, gboolean forwards, guint n_events,
                            EhEvent **events)
{
  if (forwards)
    memcpy (events, self->events + from - 1, n_events * sizeof *events);
  for (guint i = 0; !forwards && i < n_events; i++)
    events[i] = self->events[from - 1 - i];
}

/* With the lock held, which is given back. */
static EhEventPage *
eh_memory_store_read_many (EhMemoryStore *self, const EhMemoryStream *stream, guint64 from, gboolean forwards, guint n,
                           gboolean is_end)
{
  g_autofree EhEvent **events = g_new (EhEvent *, n);

  eh_memory_stream_copy_part (stream, from, forwards, n, events);
  eh_memory_store_leave (self);
  return eh_memory_store_make_page (self, events, n, forwards ? from + n : from - n, is_end);
}

EhEventPage *
eh_memory_store_read_stream (EhEventStore *store, EhStreamName *name, guint64 from, EhDirection direction, guint limit,
                             GCancellable *cancellable, GError **error)
{
  EhMemoryStore *self = EH_MEMORY_STORE (store);
  gboolean forwards = direction == EH_FORWARDS;
  EhMemoryStream *stream = NULL;
  EhEventPage *page = NULL;
  guint64 version = 0;
  guint64 n_left = 0;
  guint n = 0;

  if (!eh_memory_store_enter (self, error))
    return NULL;
  if (!eh_memory_store_lookup (self, name, &stream, error))
    {
      eh_memory_store_leave (self);
      return NULL;
    }
  version = stream != NULL ? stream->size : 0;
  if (!forwards)
    from = MIN (from, version);
  n_left = !forwards ? from : from <= version ? version - from + 1 : 0;
  n = (guint) MIN (limit, n_left);
  if (n > FEW_EVENTS || (n > 0 && !forwards))
    return eh_memory_store_read_many (self, stream, from, forwards, n, n == n_left);

  page = eh_memory_store_new_page (self, n > 0 ? stream->events + from - 1 : NULL, n, forwards ? from + n : from - n,
                                   n == n_left);
  eh_memory_store_leave (self);
  return page;
}
