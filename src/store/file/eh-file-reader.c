/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-reader-private.h"

#include "model/eh-error.h"
#include "model/eh-event-private.h"

#define FEWEST_NAMES 64

void
eh_file_reader_init (EhFileReader *self, EhFileStore *store, guint most_names)
{
  *self = (EhFileReader){ .store = store, .n_names = MIN (FEWEST_NAMES, most_names), .most_names = most_names };
  self->names = g_new0 (EhFileNameSlot, self->n_names);
}

void
eh_file_reader_forget (EhFileReader *self)
{
  for (guint i = 0; self->n_used > 0 && i < self->n_names; i++)
    {
      g_clear_pointer (&self->names[i].name, eh_stream_name_unref);
      self->names[i].loc = 0;
    }
  self->n_used = 0;
}

void
eh_file_reader_clear (EhFileReader *self)
{
  if (self->names != NULL)
    eh_file_reader_forget (self);
  g_clear_pointer (&self->names, g_free);
  g_clear_pointer (&self->segment, eh_file_segment_unref);
  g_clear_pointer (&self->metadata, eh_metadata_unref);
  g_clear_pointer (&self->pairs, g_byte_array_unref);
}

#define SHARED_NAMES 16384

EhFileReader *
eh_file_reader_take (EhFileStore *store)
{
  EhFileReader *self = g_steal_pointer (&store->spare_reader);
  const gint hidden_count = g_atomic_int_get (&store->hidden_count);

  if (self == NULL)
    {
      self = g_new (EhFileReader, 1);
      eh_file_reader_init (self, store, SHARED_NAMES);
    }
  if (self->hidden_count != hidden_count)
    eh_file_reader_forget (self);
  self->hidden_count = hidden_count;
  self->may_hide = store->index.n_hidden > 0 || eh_file_runs_get_n_hidden (store->index.runs) > 0;
  return self;
}

void
eh_file_reader_give_back (EhFileReader *self)
{
  EhFileStore *store = self->store;

  eh_lock (&store->lock);
  if (store->spare_reader == NULL)
    store->spare_reader = g_steal_pointer (&self);
  eh_unlock (&store->lock);
  g_clear_pointer (&self, eh_file_reader_free);
}

void
eh_file_reader_free (EhFileReader *self)
{
  eh_file_reader_clear (self);
  g_free (self);
}

void
eh_file_reader_go_in (EhFileReader *self, EhFileSegment *segment)
{
  if (self->segment == segment)
    return;
  g_clear_pointer (&self->segment, eh_file_segment_unref);
  self->segment = eh_file_segment_ref (segment);
  /* Texts point into the segment that was left. */
  eh_file_reader_forget (self);
  memset (self->types, 0, sizeof self->types);
}

gboolean
eh_file_reader_go_to (EhFileReader *self, guint32 number, GError **error)
{
  g_autoptr (EhFileSegment) segment = NULL;

  if (self->segment != NULL && self->segment->header.number == number)
    return TRUE;
  segment = eh_file_segments_get (self->store->segments, number, error);
  if (segment == NULL)
    return FALSE;
  eh_file_reader_go_in (self, segment);
  return TRUE;
}

/* How much of the stream is to be seen. */
static gboolean
find_hidden (EhFileReader *self, EhFileNameSlot *slot, GError **error)
{
  EhFileStore *store = self->store;
  const EhFileKey key = eh_file_key (store->store_id, slot->text, slot->length);
  EhFileStreamState state;
  gboolean ok;

  slot->kept_version = 0;
  if (!self->may_hide)
    return TRUE;
  eh_lock (&store->lock);
  ok = eh_file_store_look (store, &key, &state, error);
  eh_unlock (&store->lock);
  if (ok)
    slot->kept_version = state.deleted ? G_MAXUINT64 : state.kept_version;
  return ok;
}

static EhFileNameSlot *
find_slot (EhFileReader *self, guint64 loc)
{
  return &self->names[(guint32) (loc >> 3) * 2654435761u >> 8 & (self->n_names - 1)];
}

/* One for a name that is not there yet. */
static EhFileNameSlot *
use_slot (EhFileReader *self, guint64 loc)
{
  EhFileNameSlot *slot = find_slot (self, loc);

  if (slot->loc != 0 || ++self->n_used <= self->n_names / 2 || self->n_names >= self->most_names)
    return slot;
  eh_file_reader_forget (self);
  g_free (self->names);
  self->n_used = 1;
  self->n_names *= 4;
  self->names = g_new0 (EhFileNameSlot, self->n_names);
  return find_slot (self, loc);
}

EhFileNameSlot *
eh_file_reader_get_name (EhFileReader *self, const EhFileFrame *frame, GError **error)
{
  const guint64 loc = frame->name_ref == 0 ? frame->loc
                                           : eh_file_loc (self->segment->header.number, frame->name_ref * 8);
  EhFileNameSlot *slot = find_slot (self, loc);

  if (G_LIKELY (slot->loc == loc))
    return slot;
  slot = use_slot (self, loc);
  g_clear_pointer (&slot->name, eh_stream_name_unref);
  slot->loc = 0;
  if (!eh_file_segment_get_name (self->segment, frame, &slot->text, &slot->length, error)
      || !find_hidden (self, slot, error))
    return NULL;
  slot->loc = loc;
  return slot;
}

gboolean
eh_file_reader_get_type (EhFileReader *self, const EhFileFrame *frame, const EhFileEvent *event, const char **type,
                         GError **error)
{
  const guint64 loc = event->type_ref == 0 ? frame->loc
                                           : eh_file_loc (self->segment->header.number, event->type_ref * 8);
  EhFileTypeSlot *slot = &self->types[(event->type_ref + event->type_index) % EH_FILE_READER_TYPES];

  if (G_UNLIKELY (slot->loc != loc || slot->index != event->type_index))
    {
      slot->loc = 0;
      if (!eh_file_segment_get_type (self->segment, frame, event, &slot->text, error))
        return FALSE;
      slot->loc = loc;
      slot->index = event->type_index;
    }
  *type = slot->text;
  return TRUE;
}

/* ---- events ---- */

static EhMetadata *
parse_pairs (const char *pairs, gsize size)
{
  const char *end = pairs + size;
  EhMetadata *metadata = NULL;

  while (pairs < end)
    {
      const char *value = pairs + strlen (pairs) + 1;
      EhMetadata *more = value < end ? eh_metadata_with (metadata, pairs, value, NULL) : NULL;

      g_clear_pointer (&metadata, eh_metadata_unref);
      if (more == NULL)
        return NULL;
      metadata = more;
      pairs = value + strlen (value) + 1;
    }
  return metadata;
}

/* The pairs of @tail; most frames that follow each other have the same. */
static gboolean
get_metadata (EhFileReader *self, const EhFileFrameTail *tail, EhMetadata **metadata)
{
  *metadata = NULL;
  if (tail->pairs_size == 0)
    return TRUE;
  if (self->pairs == NULL || self->pairs->len != tail->pairs_size
      || memcmp (self->pairs->data, tail->pairs, tail->pairs_size) != 0)
    {
      g_clear_pointer (&self->metadata, eh_metadata_unref);
      g_clear_pointer (&self->pairs, g_byte_array_unref);
      self->metadata = parse_pairs (tail->pairs, tail->pairs_size);
      if (self->metadata == NULL)
        return FALSE;
      self->pairs = g_byte_array_append (g_byte_array_new (), (const guint8 *) tail->pairs, tail->pairs_size);
    }
  *metadata = self->metadata;
  return TRUE;
}

static gboolean
fill_context (EhFileReader *self, const EhFileFrame *frame, EhEventHead *head, GError **error)
{
  EhFileFrameTail tail;

  if ((frame->flags & EH_FILE_FRAME_HAS_CONTEXT) == 0)
    return TRUE;
  if (!eh_file_frame_get_tail (frame, &tail) || !get_metadata (self, &tail, &head->metadata))
    return eh_file_segment_set_corrupt (self->segment, eh_file_loc_offset (frame->loc),
                                        "the context is not well-formed", error);
  memcpy (head->correlation_id.bytes, tail.correlation_id, 16);
  memcpy (head->causation_id.bytes, tail.causation_id, 16);
  return TRUE;
}

static void
release (EhEvent **events, guint n)
{
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&events[i], eh_event_unref);
}

gboolean
eh_file_reader_make_events (EhFileReader *self, const EhFileFrame *frame, EhStreamName *name, guint64 low, guint64 high,
                            EhEvent **events, GError **error)
{
  const guint64 first = MAX (low, frame->version);
  EhEventHead head = { .stream = name, .timestamp = frame->time };
  EhFileEventIter iter;
  EhFileEvent event;

  if (!fill_context (self, frame, &head, error))
    return FALSE;
  eh_file_event_iter_init (&iter, frame);
  for (guint64 version = frame->version; version <= high && eh_file_event_iter_next (&iter, &event); version++)
    {
      const char *type = NULL;

      if (version < low)
        continue;
      if (event.data == NULL)
        eh_file_segment_set_corrupt (self->segment, eh_file_loc_offset (frame->loc), "the data was dropped", error);
      if (event.data == NULL || !eh_file_reader_get_type (self, frame, &event, &type, error))
        {
          release (events + first - low, (guint) (version - first));
          return FALSE;
        }
      memcpy (head.id.bytes, event.id, 16);
      head.revision = event.revision;
      head.version = version;
      head.position = frame->position + (version - frame->version);
      events[version - low] = eh_event_new_json (&head, type, event.data, event.length);
    }
  if (!iter.damaged)
    return TRUE;
  release (events + first - low,
           iter.next > first - frame->version ? (guint) (iter.next - (first - frame->version)) : 0);
  return eh_file_segment_set_corrupt (self->segment, eh_file_loc_offset (frame->loc), "an event is not well-formed",
                                      error);
}

/* ---- walking ---- */

/* Where to begin: what memory, the runs, or the segments know. */
static gboolean
find_start (EhFileStore *store, guint64 position, guint64 *loc, GError **error)
{
  g_autoptr (EhFileRuns) runs = NULL;
  g_autoptr (EhFileSegment) segment = NULL;
  gboolean found;

  eh_lock (&store->lock);
  found = eh_file_index_find_position (&store->index, position, loc);
  runs = eh_file_runs_ref (store->index.runs);
  eh_unlock (&store->lock);
  if (found)
    return TRUE;
  if (position < eh_file_runs_get_end_position (runs))
    return eh_file_runs_find_position (runs, position, loc, error);
  segment = eh_file_segments_find_position (store->segments, position, error);
  if (segment != NULL)
    *loc = eh_file_loc (segment->header.number, EH_FILE_SEGMENT_HEADER);
  return segment != NULL;
}

gboolean
eh_file_walk_init (EhFileWalk *self, EhFileReader *reader, guint64 position, guint64 limit, GError **error)
{
  guint64 loc = 0;

  if (!find_start (reader->store, position, &loc, error)
      || !eh_file_reader_go_to (reader, eh_file_loc_segment (loc), error))
    return FALSE;
  *self = (EhFileWalk){
    .reader = reader,
    .limit = limit,
    .segment = eh_file_loc_segment (loc),
    .at = eh_file_segment_find (reader->segment, eh_file_loc_offset (loc)),
  };
  return TRUE;
}

gboolean
eh_file_walk_next (EhFileWalk *self, EhFileFrame *frame, GError **error)
{
  const guint32 last = eh_file_loc_segment (self->limit);
  EhFileSegment *segment = NULL;

  while (self->segment <= last)
    {
      guint32 end;

      if (!eh_file_reader_go_to (self->reader, self->segment, error))
        return FALSE;
      segment = self->reader->segment;
      end = self->segment == last ? eh_file_loc_offset (self->limit)
                                  : (guint32) g_atomic_int_get ((gint *) &segment->end);
      if (self->at < end)
        {
          if (!eh_file_segment_read_at (segment, self->at, frame, error))
            return FALSE;
          self->at += frame->length;
          return TRUE;
        }
      if (self->segment == last)
        return FALSE;
      self->segment++;
      self->at = EH_FILE_SEGMENT_HEADER;
    }
  return FALSE;
}
