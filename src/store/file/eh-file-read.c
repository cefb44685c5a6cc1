/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-error.h"
#include "model/eh-event-page-private.h"
#include "model/eh-event-private.h"
#include "store/file/eh-file-breakage-private.h"
#include "store/file/eh-file-reader-private.h"

/* Reading a stream. What the index says is only where to look: each frame is verified, and that it is of the stream. */

#define NAMES 16

gboolean
eh_file_store_look (EhFileStore *self, const EhFileKey *key, EhFileStreamState *state, GError **error)
{
  g_autoptr (EhFileRuns) probed = NULL;
  gboolean has_head = FALSE;
  EhFileHead head = { 0 };

  while (TRUE)
    {
      GError *reason = NULL;

      eh_file_index_look (&self->index, key, self->writer.published, state);
      if (eh_file_index_knows (&self->index, state))
        return TRUE;
      if (probed == self->index.runs)
        {
          if (has_head)
            eh_file_stream_state_add (state, &head);
          return TRUE;
        }
      g_clear_pointer (&probed, eh_file_runs_unref);
      probed = eh_file_runs_ref (self->index.runs);
      eh_unlock (&self->lock);
      has_head = eh_file_runs_find (probed, key, &head, &reason);
      eh_lock (&self->lock);
      if (reason != NULL)
        {
          g_propagate_error (error, reason);
          return FALSE;
        }
    }
}

/* What is wanted of a stream: versions low to high, which are all there. */
typedef struct {
  EhFileKey key;
  EhStreamName *name;
  guint64 low;
  guint64 high;     /* below low: none */
  GArray *refs;     /* (owned) (element-type EhFileRef): rising, the frames that hold them */
  EhFileRuns *runs; /* (owned) */

  EhFileSegment **segments; /* (owned) (nullable): of each ref; neighbours in one segment share a reference */
  guint n_segments;
} StreamPart;

static void
stream_part_clear (StreamPart *self)
{
  g_clear_pointer (&self->refs, g_array_unref);
  g_clear_pointer (&self->runs, eh_file_runs_unref);
  for (guint i = 0; i < self->n_segments; i++)
    if (i == 0 || self->segments[i] != self->segments[i - 1])
      eh_file_segment_unref (self->segments[i]);
  g_free (self->segments);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (StreamPart, stream_part_clear)

/* The refs that memory does not have, before those that it has. */
static gboolean
list_runs (StreamPart *part, GError **error)
{
  const guint64 begin = part->refs->len > 0 ? g_array_index (part->refs, EhFileRef, 0).version : part->high + 1;
  const guint64 known = MIN (begin, part->high + 1);
  g_autoptr (GArray) old = NULL;
  guint64 version = part->low;
  guint64 last = 0;
  EhFileRef chunk[256];

  if (version >= known)
    return TRUE;
  old = g_array_new (FALSE, FALSE, sizeof (EhFileRef));
  while (version < known)
    {
      const gint n = eh_file_runs_list (part->runs, &part->key, version, EH_FORWARDS, chunk, G_N_ELEMENTS (chunk),
                                        error);
      /* How many events the last frame has is not known, so it comes first again. */
      const gint again = n > 0 && old->len > 0 && chunk[0].version == last;

      if (n < 0)
        return FALSE;
      g_array_append_vals (old, chunk + again, (guint) (n - again));
      if (n < (gint) G_N_ELEMENTS (chunk))
        break;
      last = chunk[n - 1].version;
      version = last + 1;
    }
  g_array_append_vals (old, part->refs->data, part->refs->len);
  g_array_unref (part->refs);
  part->refs = g_steal_pointer (&old);
  return TRUE;
}

static gboolean
set_unfit (EhFileStore *store, const StreamPart *part, GError **error)
{
  g_set_error (error, EH_ERROR, EH_ERROR_CORRUPT,
               "%s: it does not fit the log (stream %s): delete this folder, it is made again when the store is opened",
               store->run_folder, eh_stream_name_to_string (part->name));
  return FALSE;
}

/* F16: whether the frame is what the index said. */
static gboolean
check_frame (EhFileReader *reader, const StreamPart *part, const EhFileFrame *frame, guint64 version, GError **error)
{
  const char *name = eh_stream_name_to_string (part->name);
  const EhFileNameSlot *slot = NULL;

  if (EH_FILE_BROKEN (TRUST_INDEX))
    return TRUE;
  if ((frame->kind != EH_FILE_KIND_APPEND && frame->kind != EH_FILE_KIND_STUB) || frame->version > version
      || frame->version + frame->n_events <= version)
    return set_unfit (reader->store, part, error);
  slot = eh_file_reader_get_name (reader, frame, error);
  if (slot == NULL)
    return FALSE;
  return (slot->length == strlen (name) && memcmp (slot->text, name, slot->length) == 0)
         || set_unfit (reader->store, part, error);
}

static gboolean
find_segments (EhFileStore *store, StreamPart *part, GError **error)
{
  part->segments = g_new (EhFileSegment *, part->refs->len);
  for (guint i = 0; i < part->refs->len; i++)
    {
      const guint32 number = eh_file_loc_segment (g_array_index (part->refs, EhFileRef, i).loc);
      EhFileSegment *segment = i > 0 ? part->segments[i - 1] : NULL;

      if (segment == NULL || segment->header.number != number)
        segment = eh_file_segments_get (store->segments, number, error);
      if (segment == NULL)
        return FALSE;
      part->segments[part->n_segments++] = segment;
    }
  return TRUE;
}

/*
 * The frames of a stream are all over the log, and nearly all the time of reading them one by one would be waiting for
 * memory and page tables. So some are asked for together: a byte of each, which no later one waits for, then the rest.
 */
#define TOGETHER 16
#define FRAME_SIZE 384

static const guint8 *
peek_ref (const StreamPart *part, guint i)
{
  const EhFileSegment *segment = part->segments[i];
  const guint32 at = eh_file_loc_offset (g_array_index (part->refs, EhFileRef, i).loc);

  return segment->base.compacted || (guint64) at + FRAME_SIZE > segment->size ? NULL : segment->bytes + at;
}

static void
fetch_together (const StreamPart *part, guint first)
{
  const guint end = MIN (first + TOGETHER, part->refs->len);
  const guint8 *frames[TOGETHER];

  for (guint i = first; i < end; i++)
    if ((frames[i - first] = peek_ref (part, i)) != NULL)
      (void) *(const volatile guint8 *) frames[i - first];
  for (guint i = 0; i < end - first; i++)
    for (guint offset = 64; frames[i] != NULL && offset < FRAME_SIZE; offset += 64)
      __builtin_prefetch (frames[i] + offset);
}

static gboolean
read_ref (EhFileReader *reader, const StreamPart *part, guint i, guint64 version, EhFileFrame *frame, GError **error)
{
  const guint32 offset = eh_file_loc_offset (g_array_index (part->refs, EhFileRef, i).loc);

  if (i % TOGETHER == 0)
    fetch_together (part, i);
  eh_file_reader_go_in (reader, part->segments[i]);
  return eh_file_segment_read (reader->segment, offset, frame, error)
         && check_frame (reader, part, frame, version, error);
}

/* Fills @events with the versions of @part in rising order; @n_made of them are there when it fails. */
static gboolean
make_events (EhFileStore *store, StreamPart *part, EhEvent **events, guint *n_made, GError **error)
{
  g_auto (EhFileReader) reader = { 0 };
  guint64 version = part->low;

  if (!find_segments (store, part, error))
    return FALSE;
  eh_file_reader_init (&reader, store, NAMES);
  for (guint i = 0; i < part->refs->len && version <= part->high; i++)
    {
      EhFileFrame frame;

      if (!read_ref (&reader, part, i, version, &frame, error)
          || !eh_file_reader_make_events (&reader, &frame, part->name, version, part->high,
                                          events + (version - part->low), error))
        return FALSE;
      version = MIN (frame.version + frame.n_events, part->high + 1);
      *n_made = (guint) (version - part->low);
    }
  return version > part->high || set_unfit (store, part, error);
}

static EhEventPage *
make_page (EhFileStore *store, StreamPart *part, gboolean forwards, guint64 next, gboolean is_end, GError **error)
{
  const guint n = (guint) (part->high + 1 - part->low);
  EhEvent **events = NULL;
  EhEventPage *page = eh_event_page_new_unfilled (n, next, is_end, &events);
  guint n_made = 0;

  if (n > 0 && !make_events (store, part, events, &n_made, error))
    {
      eh_event_page_cut (page, n_made, next, is_end);
      eh_event_page_unref (page);
      return NULL;
    }
  for (guint i = 0; !forwards && i < n / 2; i++)
    {
      EhEvent *swapped = events[i];

      events[i] = events[n - 1 - i];
      events[n - 1 - i] = swapped;
    }
  return page;
}

gboolean
eh_file_store_set_deleted (EhStreamName *name, GError **error)
{
  g_set_error (error, EH_ERROR, EH_ERROR_NOT_FOUND, "the stream %s was deleted", eh_stream_name_to_string (name));
  return FALSE;
}

/* With the lock: settles which versions, and takes what memory says about them. */
static gboolean
find_part (EhFileStore *self, StreamPart *part, guint64 from, gboolean forwards, guint limit, EhFileStreamState *state,
           GError **error)
{
  guint64 first;

  if (!eh_file_store_look (self, &part->key, state, error))
    return FALSE;
  if (state->deleted)
    return eh_file_store_set_deleted (part->name, error);
  first = MAX (state->kept_version, 1);
  if (forwards)
    {
      part->low = MAX (from, first);
      part->high = MIN (state->version, part->low + limit - 1);
    }
  else
    {
      part->high = MIN (from, state->version);
      part->low = part->high >= first + limit ? part->high - limit + 1 : first;
    }
  if (part->high < part->low)
    part->high = part->low - 1;
  part->refs = g_array_new (FALSE, FALSE, sizeof (EhFileRef));
  part->runs = eh_file_runs_ref (self->index.runs);
  if (part->high >= part->low)
    eh_file_index_list (&self->index, &part->key, part->low, self->writer.published, part->refs);
  return TRUE;
}

static EhEventPage *
read_part (EhFileStore *self, StreamPart *part, const EhFileStreamState *state, guint64 from, gboolean forwards,
           GError **error)
{
  const gboolean is_empty = part->high < part->low;
  const guint64 first = MAX (state->kept_version, 1);

  if (!is_empty && !list_runs (part, error))
    return NULL;
  if (forwards)
    return make_page (self, part, TRUE, is_empty ? from : part->high + 1, is_empty || part->high == state->version,
                      error);
  return make_page (self, part, FALSE, is_empty || part->low == first ? 0 : part->low - 1,
                    is_empty || part->low == first, error);
}

EhEventPage *
eh_file_store_read_stream (EhEventStore *store, EhStreamName *name, guint64 from, EhDirection direction, guint limit,
                           GCancellable *cancellable, GError **error)
{
  EhFileStore *self = EH_FILE_STORE (store);
  g_auto (StreamPart) part = { .name = name, .key = eh_file_store_get_key (self, name) };
  EhFileStreamState state;
  EhEventPage *page = NULL;
  gboolean ok;

  if (!eh_file_store_enter_reading (self, error))
    return NULL;
  ok = find_part (self, &part, from, direction == EH_FORWARDS, limit, &state, error);
  eh_unlock (&self->lock);
  if (ok)
    page = read_part (self, &part, &state, from, direction == EH_FORWARDS, error);
  eh_file_store_leave (self);
  return page;
}
