/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-tail-private.h"

#include <sys/mman.h>

#include "model/eh-random-private.h"

/*
 * Three arrays in the order of the log, and two tables of their indexes with open addressing, which are at most half
 * full. Keys are their own hashes; that of an id is in the slot, so that ids that are not there are not compared. Ids
 * that somebody chooses so that they collide cost him the time that his own appends then take.
 */

#define SLOTS_MIN 64

/* What is so large comes from the system and goes back to it at once: malloc() would keep it, cut up, and take more. */
#define LARGE (128u << 10)
#define POPULATE_MAX (4u << 20)

/*
 * All pages behind @begin at once, unless that takes long, since the store's lock is held; one that is looked at before
 * it is written would be given twice.
 */
static void
populate (guint8 *block, gsize begin, gsize size)
{
#ifdef MADV_POPULATE_WRITE
  const gsize first = begin & ~(gsize) 4095;

  if (size - first <= POPULATE_MAX)
    madvise (block + first, size - first, MADV_POPULATE_WRITE);
#endif
}

static gpointer
resize (gpointer block, gsize old_size, gsize size)
{
  gpointer moved;

  if (size < LARGE)
    return g_realloc (block, size);
  if (old_size >= LARGE)
    moved = mremap (block, old_size, size, MREMAP_MAYMOVE);
  else
    moved = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (moved == MAP_FAILED)
    g_error ("%s: there is no memory for %" G_GSIZE_FORMAT " bytes", G_STRLOC, size);
  populate (moved, old_size >= LARGE ? old_size : 0, size);
  if (old_size > 0 && old_size < LARGE)
    {
      memcpy (moved, block, old_size);
      g_free (block);
    }
  return moved;
}

static void
release (gpointer block, gsize size)
{
  if (size >= LARGE)
    munmap (block, size);
  else
    g_free (block);
}

static gpointer
replace_by_zeros (gpointer block, gsize old_size, gsize size)
{
  release (block, old_size);
  return size < LARGE ? g_malloc0 (size) : resize (NULL, 0, size);
}

EhFileTail *
eh_file_tail_new (guint64 begin, guint64 begin_position)
{
  EhFileTail *self = g_new0 (EhFileTail, 1);

  eh_file_tail_begin (self, begin, begin_position);
  return self;
}

void
eh_file_tail_begin (EhFileTail *self, guint64 begin, guint64 begin_position)
{
  if (self->n_streams > 0)
    memset (self->stream_slots, 0, self->n_stream_slots * sizeof *self->stream_slots);
  if (self->n_ids_in_slots > 0)
    memset (self->id_slots, 0, self->n_id_slots * sizeof *self->id_slots);
  self->n_frames = self->n_streams = self->n_ids = self->n_ids_in_slots = 0;
  memset (self->last_id, 0, sizeof self->last_id);
  self->begin = self->end = begin;
  self->last_loc = EH_FILE_LOC_NONE;
  self->begin_position = self->end_position = begin_position;
}

void
eh_file_tail_free (EhFileTail *self)
{
  release (self->frames, self->frames_allocated * sizeof *self->frames);
  release (self->streams, self->streams_allocated * sizeof *self->streams);
  release (self->ids, self->ids_allocated * sizeof *self->ids);
  release (self->stream_slots, self->n_stream_slots * sizeof *self->stream_slots);
  release (self->id_slots, self->n_id_slots * sizeof *self->id_slots);
  g_free (self);
}

gsize
eh_file_tail_get_size (const EhFileTail *self)
{
  return (gsize) self->frames_allocated * sizeof *self->frames + (gsize) self->streams_allocated * sizeof *self->streams
         + (gsize) self->ids_allocated * sizeof *self->ids + (gsize) self->n_stream_slots * sizeof *self->stream_slots
         + (gsize) self->n_id_slots * sizeof *self->id_slots;
}

static inline guint32
hash_id (const guint8 id[16])
{
  return (guint32) eh_random_mix (eh_load_64 (id) ^ eh_load_64 (id + 8));
}

static inline guint32
hash_key (const EhFileKey *key)
{
  return (guint32) key->low;
}

EhFileTailStream *
eh_file_tail_find (const EhFileTail *self, const EhFileKey *key)
{
  const guint32 mask = self->n_stream_slots - 1;

  if (self->n_stream_slots == 0)
    return NULL;
  for (guint32 i = hash_key (key) & mask; self->stream_slots[i] != 0; i = (i + 1) & mask)
    {
      EhFileTailStream *stream = &self->streams[self->stream_slots[i] - 1];

      if (eh_file_key_equal (&stream->key, key))
        return stream;
    }
  return NULL;
}

static void
put_slot (guint32 *slots, guint32 n_slots, guint32 hash, guint32 index)
{
  guint32 i = hash & (n_slots - 1);

  while (slots[i] != 0)
    i = (i + 1) & (n_slots - 1);
  slots[i] = index + 1;
}

static void
grow_stream_slots (EhFileTail *self)
{
  guint32 wanted;

  if (self->n_streams * 2 < self->n_stream_slots)
    return;
  wanted = MAX (SLOTS_MIN, self->n_stream_slots * 2);
  self->stream_slots = replace_by_zeros (self->stream_slots, self->n_stream_slots * sizeof *self->stream_slots,
                                         wanted * sizeof *self->stream_slots);
  self->n_stream_slots = wanted;
  for (guint32 i = 0; i < self->n_streams; i++)
    put_slot (self->stream_slots, self->n_stream_slots, hash_key (&self->streams[i].key), i);
}

static void
put_id_slot (EhFileTail *self, guint32 index)
{
  const guint32 hash = hash_id (self->ids[index].id);
  const guint32 mask = self->n_id_slots - 1;
  guint32 i = hash & mask;

  while (self->id_slots[i] != 0)
    i = (i + 1) & mask;
  self->id_slots[i] = (guint64) hash << 32 | (index + 1);
}

/* Whoever appends new ids one after the other in their order never asks for one of them. */
static void
put_ids_into_slots (EhFileTail *self)
{
  guint32 wanted = MAX (SLOTS_MIN, self->n_id_slots);

  while (self->n_ids * 2 > wanted)
    wanted *= 2;
  if (wanted != self->n_id_slots)
    {
      self->id_slots = replace_by_zeros (self->id_slots, self->n_id_slots * sizeof *self->id_slots,
                                         wanted * sizeof *self->id_slots);
      self->n_id_slots = wanted;
      self->n_ids_in_slots = 0;
    }
  while (self->n_ids_in_slots < self->n_ids)
    put_id_slot (self, self->n_ids_in_slots++);
}

void
eh_file_tail_fetch_id (const EhFileTail *self, const guint8 id[16])
{
  if (self->n_id_slots > 0 && eh_file_id_compare (id, self->last_id) <= 0)
    __builtin_prefetch (&self->id_slots[hash_id (id) & (self->n_id_slots - 1)]);
}

const EhFileTailId *
eh_file_tail_find_id (EhFileTail *self, const guint8 id[16])
{
  const guint32 hash = hash_id (id);
  guint64 slot;

  if (self->n_ids == 0 || eh_file_id_compare (id, self->last_id) > 0)
    return NULL;
  put_ids_into_slots (self);
  for (guint32 i = hash; (slot = self->id_slots[i & (self->n_id_slots - 1)]) != 0; i++)
    {
      const EhFileTailId *found = &self->ids[(guint32) slot - 1];

      if (slot >> 32 == hash && eh_file_id_compare (found->id, id) == 0)
        return found;
    }
  return NULL;
}

static gpointer
grow (gpointer array, gsize size, guint32 n, guint32 *allocated)
{
  const gsize old_size = *allocated * size;

  if (n <= *allocated)
    return array;
  *allocated = MAX (n, MAX (16, *allocated + *allocated / 2));
  return resize (array, old_size, *allocated * size);
}

static EhFileTailStream *
add_stream (EhFileTail *self, const EhFileKey *key)
{
  const guint32 index = self->n_streams;

  self->streams = grow (self->streams, sizeof *self->streams, index + 1, &self->streams_allocated);
  self->streams[index] = (EhFileTailStream){
    .key = *key,
    .name_loc = EH_FILE_LOC_NONE,
    .deleted_loc = EH_FILE_LOC_NONE,
    .truncated_loc = EH_FILE_LOC_NONE,
    .last_frame = EH_FILE_TAIL_NONE,
  };
  grow_stream_slots (self);
  self->n_streams++;
  put_slot (self->stream_slots, self->n_stream_slots, hash_key (key), index);
  return &self->streams[index];
}

static void
add_ids (EhFileTail *self, const EhFileFrame *frame, guint32 index)
{
  self->ids = grow (self->ids, sizeof *self->ids, self->n_ids + frame->n_events, &self->ids_allocated);
  for (guint i = 0; i < frame->n_events; i++)
    {
      EhFileTailId *id = &self->ids[self->n_ids];

      memcpy (id->id, eh_file_frame_get_id (frame, i), 16);
      if (eh_file_id_compare (id->id, self->last_id) > 0)
        memcpy (self->last_id, id->id, 16);
      id->frame = index;
      id->event = i;
      self->n_ids++;
    }
}

static void
add_events (EhFileTail *self, EhFileTailStream *stream, const EhFileFrame *frame)
{
  const guint32 index = self->n_frames++;

  self->frames = grow (self->frames, sizeof *self->frames, index + 1, &self->frames_allocated);
  self->frames[index] = (EhFileTailFrame){
    .loc = frame->loc,
    .position = frame->position,
    .version = frame->version,
    .n_events = frame->n_events,
    .stream = (guint32) (stream - self->streams),
    .previous = stream->last_frame,
  };
  stream->last_frame = index;
  stream->n_frames++;
  stream->version = frame->version + frame->n_events - 1;
  add_ids (self, frame, index);
}

EhFileTailStream *
eh_file_tail_add (EhFileTail *self, const EhFileKey *key, const EhFileFrame *frame, guint64 end)
{
  EhFileTailStream *stream = eh_file_tail_find (self, key);

  if (stream == NULL)
    stream = add_stream (self, key);
  switch (frame->kind)
    {
    case EH_FILE_KIND_TOMBSTONE:
      stream->deleted_loc = frame->loc;
      stream->version = MAX (stream->version, frame->version);
      break;
    case EH_FILE_KIND_TRUNCATION:
      stream->truncated_loc = frame->loc;
      stream->kept_version = MAX (stream->kept_version, frame->version);
      break;
    default:
      add_events (self, stream, frame);
      break;
    }
  eh_file_tail_pass (self, frame, end);
  return stream;
}

void
eh_file_tail_pass (EhFileTail *self, const EhFileFrame *frame, guint64 end)
{
  self->end = end;
  self->last_loc = frame->loc;
  self->end_position = MAX (self->end_position, frame->position + frame->n_events);
}

guint32
eh_file_tail_find_position (const EhFileTail *self, guint64 position)
{
  guint32 low = 0;
  guint32 high = self->n_frames;

  while (low < high)
    {
      const guint32 middle = low + (high - low) / 2;

      if (self->frames[middle].position <= position)
        low = middle + 1;
      else
        high = middle;
    }
  return low > 0 ? low - 1 : EH_FILE_TAIL_NONE;
}
