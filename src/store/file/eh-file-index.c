/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-index-private.h"

/* When so manieth a part of the memory has been taken since a run could not be made, it is tried again. */
#define RETRY_PART 16

/* What was frozen is used again as long as it takes no more than such a part of the memory. */
#define SPARE_PART 16

void
eh_file_index_init (EhFileIndex *self, EhFileRuns *runs, guint64 end, guint64 end_position)
{
  *self = (EhFileIndex){ .runs = eh_file_runs_ref (runs), .tail = eh_file_tail_new (end, end_position) };
}

void
eh_file_index_clear (EhFileIndex *self)
{
  g_clear_pointer (&self->runs, eh_file_runs_unref);
  g_clear_pointer (&self->frozen, eh_file_tail_free);
  g_clear_pointer (&self->tail, eh_file_tail_free);
  g_clear_pointer (&self->spare, eh_file_tail_free);
  g_clear_error (&self->failure);
}

gboolean
eh_file_index_is_full (const EhFileIndex *self, guint64 run_size, gsize memory)
{
  return self->tail_bytes >= run_size || eh_file_tail_get_size (self->tail) >= memory / 4;
}

gboolean
eh_file_index_is_too_large (const EhFileIndex *self, gsize memory)
{
  const gsize size = eh_file_tail_get_size (self->tail);

  return 2 * size > memory || (self->frozen != NULL && size + 2 * eh_file_tail_get_size (self->frozen) > memory);
}

gboolean
eh_file_index_is_due (const EhFileIndex *self, guint64 run_size, gsize memory)
{
  return self->frozen == NULL ? eh_file_index_is_full (self, run_size, memory)
                              : eh_file_tail_get_size (self->tail) >= self->retry_size;
}

gboolean
eh_file_index_check_room (const EhFileIndex *self, gsize memory, const char *folder, GError **error)
{
  const GError *failure = self->failure;

  if (failure == NULL || !eh_file_index_is_too_large (self, memory))
    return TRUE;
  g_set_error (error, failure->domain, failure->code,
               "%s: the index cannot be written, and what of it is in memory takes all that memory= allows: make room, "
               "or open the store with more (%s)",
               folder, failure->message);
  return FALSE;
}

/* The newest frame of @stream in @tail that is below @limit, or EH_FILE_TAIL_NONE. */
static guint32
find_last_frame (const EhFileTail *tail, const EhFileTailStream *stream, guint64 limit)
{
  guint32 i = stream->last_frame;

  while (i != EH_FILE_TAIL_NONE && tail->frames[i].loc >= limit)
    i = tail->frames[i].previous;
  return i;
}

static void
look_in_tail (const EhFileTail *tail, const EhFileKey *key, guint64 limit, EhFileStreamState *state)
{
  const EhFileTailStream *stream = tail != NULL ? eh_file_tail_find (tail, key) : NULL;
  guint32 i;

  if (stream == NULL)
    return;
  if (state->name_loc == EH_FILE_LOC_NONE)
    state->name_loc = stream->name_loc;
  if (stream->truncated_loc < limit)
    {
      state->kept_version = MAX (state->kept_version, stream->kept_version);
      state->observed = MAX (state->observed, stream->truncated_loc);
    }
  if (stream->deleted_loc < limit)
    {
      state->deleted = TRUE;
      state->observed = MAX (state->observed, stream->deleted_loc);
    }
  i = find_last_frame (tail, stream, limit);
  if (state->version == 0 && i != EH_FILE_TAIL_NONE)
    {
      state->version = tail->frames[i].version + tail->frames[i].n_events - 1;
      state->observed = MAX (state->observed, tail->frames[i].loc);
    }
}

void
eh_file_index_look (const EhFileIndex *self, const EhFileKey *key, guint64 limit, EhFileStreamState *state)
{
  *state = (EhFileStreamState){ .name_loc = EH_FILE_LOC_NONE };
  look_in_tail (self->tail, key, limit, state);
  if (state->version == 0 || state->name_loc == EH_FILE_LOC_NONE || self->n_hidden > 0)
    look_in_tail (self->frozen, key, limit, state);
}

gboolean
eh_file_index_knows_version (const EhFileIndex *self, const EhFileStreamState *state)
{
  return state->deleted || state->version > 0 || eh_file_runs_get_last_loc (self->runs) == EH_FILE_LOC_NONE;
}

gboolean
eh_file_index_knows (const EhFileIndex *self, const EhFileStreamState *state)
{
  return eh_file_index_knows_version (self, state) && (state->deleted || eh_file_runs_get_n_hidden (self->runs) == 0);
}

void
eh_file_stream_state_add (EhFileStreamState *self, const EhFileHead *head)
{
  if (self->version == 0)
    self->version = head->version;
  self->kept_version = MAX (self->kept_version, head->kept_version);
  self->deleted |= head->deleted;
}

static gboolean
find_id_in_tail (EhFileTail *tail, const guint8 id[16], EhFileSpot *spot)
{
  const EhFileTailId *found = tail != NULL ? eh_file_tail_find_id (tail, id) : NULL;
  const EhFileTailFrame *frame = NULL;

  if (found == NULL)
    return FALSE;
  frame = &tail->frames[found->frame];
  spot->loc = frame->loc;
  spot->version = frame->version + found->event;
  spot->position = frame->position + found->event;
  spot->key = tail->streams[frame->stream].key;
  return TRUE;
}

void
eh_file_index_fetch_id (const EhFileIndex *self, const guint8 id[16])
{
  eh_file_tail_fetch_id (self->tail, id);
  if (self->frozen != NULL)
    eh_file_tail_fetch_id (self->frozen, id);
}

gboolean
eh_file_index_find_id (const EhFileIndex *self, const guint8 id[16], EhFileSpot *spot)
{
  return find_id_in_tail (self->tail, id, spot) || find_id_in_tail (self->frozen, id, spot);
}

static void
list_tail (const EhFileTail *tail, const EhFileKey *key, guint64 from, guint64 limit, GArray *refs)
{
  const EhFileTailStream *stream = tail != NULL ? eh_file_tail_find (tail, key) : NULL;
  const guint first = refs->len;
  guint32 i = stream != NULL ? find_last_frame (tail, stream, limit) : EH_FILE_TAIL_NONE;

  for (; i != EH_FILE_TAIL_NONE && tail->frames[i].version + tail->frames[i].n_events > from;
       i = tail->frames[i].previous)
    {
      const EhFileRef ref = { tail->frames[i].loc, tail->frames[i].version };

      g_array_append_val (refs, ref);
    }
  for (guint a = first, b = refs->len; a + 1 < b; a++, b--)
    {
      const EhFileRef swapped = g_array_index (refs, EhFileRef, a);

      g_array_index (refs, EhFileRef, a) = g_array_index (refs, EhFileRef, b - 1);
      g_array_index (refs, EhFileRef, b - 1) = swapped;
    }
}

void
eh_file_index_list (const EhFileIndex *self, const EhFileKey *key, guint64 from, guint64 limit, GArray *refs)
{
  list_tail (self->frozen, key, from, limit, refs);
  list_tail (self->tail, key, from, limit, refs);
}

gboolean
eh_file_index_find_position (const EhFileIndex *self, guint64 position, guint64 *loc)
{
  const EhFileTail *tails[] = { self->tail, self->frozen };

  for (guint i = 0; i < G_N_ELEMENTS (tails); i++)
    {
      const guint32 frame = tails[i] != NULL ? eh_file_tail_find_position (tails[i], position) : EH_FILE_TAIL_NONE;

      if (frame != EH_FILE_TAIL_NONE)
        {
          *loc = tails[i]->frames[frame].loc;
          return TRUE;
        }
      if (tails[i] != NULL && position >= tails[i]->begin_position)
        {
          *loc = tails[i]->begin;
          return TRUE;
        }
    }
  return FALSE;
}

EhFileTailStream *
eh_file_index_add (EhFileIndex *self, const EhFileKey *key, const EhFileFrame *frame, guint64 end)
{
  self->tail_bytes += frame->length;
  self->n_hidden += frame->kind == EH_FILE_KIND_TOMBSTONE || frame->kind == EH_FILE_KIND_TRUNCATION;
  return eh_file_tail_add (self->tail, key, frame, end);
}

void
eh_file_index_pass (EhFileIndex *self, const EhFileFrame *frame, guint64 end)
{
  self->tail_bytes += frame->length;
  eh_file_tail_pass (self->tail, frame, end);
}

/* To get memory from the system takes longer than to fill it. */
static EhFileTail *
begin_tail (EhFileIndex *self, guint64 begin, guint64 begin_position)
{
  if (self->spare == NULL)
    return eh_file_tail_new (begin, begin_position);
  eh_file_tail_begin (self->spare, begin, begin_position);
  return g_steal_pointer (&self->spare);
}

EhFileTail *
eh_file_index_freeze (EhFileIndex *self)
{
  if (self->frozen == NULL)
    {
      self->frozen = self->tail;
      self->tail = begin_tail (self, self->frozen->end, self->frozen->end_position);
      self->tail_bytes = 0;
    }
  self->n_begun++;
  /* Not while it is being tried. */
  self->retry_size = G_MAXSIZE;
  return self->frozen;
}

void
eh_file_index_thaw (EhFileIndex *self, EhFileRuns *runs, gsize memory)
{
  self->n_ended = self->n_begun;
  g_clear_pointer (&self->runs, eh_file_runs_unref);
  self->runs = eh_file_runs_ref (runs);
  if (eh_file_tail_get_size (self->frozen) <= memory / SPARE_PART)
    self->spare = g_steal_pointer (&self->frozen);
  g_clear_pointer (&self->frozen, eh_file_tail_free);
  g_clear_error (&self->failure);
}

void
eh_file_index_keep_frozen (EhFileIndex *self, gsize memory, GError *failure)
{
  self->n_ended = self->n_begun;
  g_clear_error (&self->failure);
  self->failure = failure;
  self->retry_size = eh_file_tail_get_size (self->tail) + memory / RETRY_PART;
}
