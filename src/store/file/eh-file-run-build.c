/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-file-run-private.h"

#include "model/eh-error.h"

/* How many bytes of log there are at most between two samples. */
#define SAMPLE_EVERY (32 * 1024)

/* Streams by rising key, for qsort. */
typedef struct {
  const EhFileTailStream *stream;
  EhFileRunStream entry;
  guint32 *frames; /* into one block for all: its frames in order */
} Sorted;

typedef struct {
  const EhFileTail *tail;
  Sorted *streams; /* (owned): those of the tail, sorted */
  guint32 *frames; /* (owned) */
  guint64 *ids;    /* (owned): words, sorted */
  guint8 *sampled; /* (owned): of each frame, whether it is a sample */
} Build;

static void
build_clear (Build *self)
{
  g_free (self->streams);
  g_free (self->frames);
  g_free (self->ids);
  g_free (self->sampled);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Build, build_clear)

static int
compare_streams (gconstpointer a, gconstpointer b)
{
  return eh_file_key_compare (&((const Sorted *) a)->stream->key, &((const Sorted *) b)->stream->key);
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  guint64 first = *(const guint64 *) a;
  guint64 second = *(const guint64 *) b;

  return first < second ? -1 : first > second;
}

/* Words are hashes: each goes near the place where an even spread would have it, and the few there are sorted. */
static guint64 *
sort_words (const guint64 *words, guint32 n)
{
  g_autofree guint32 *ends = g_new0 (guint32, n + 1);
  guint64 *sorted = g_new (guint64, MAX (n, 1));

  for (guint32 i = 0; i < n; i++)
    ends[eh_file_run_guess (words[i], n) + 1]++;
  for (guint32 i = 0; i < n; i++)
    ends[i + 1] += ends[i];
  for (guint32 i = 0; i < n; i++)
    sorted[ends[eh_file_run_guess (words[i], n)]++] = words[i];
  for (guint32 begin = 0, i = 0; i < n; begin = ends[i++])
    if (ends[i] - begin > 1)
      qsort (sorted + begin, ends[i] - begin, sizeof *sorted, compare_words);
  return sorted;
}

/* A stream's frames are chained from the last to the first. */
static void
order_frames (const EhFileTail *tail, Sorted *sorted)
{
  guint32 frame = sorted->stream->last_frame;

  for (guint32 i = sorted->stream->n_frames; i-- > 0; frame = tail->frames[frame].previous)
    sorted->frames[i] = frame;
}

/* The number of events of all frames but the last, if it is the same and the last has not more; else 0. */
static guint32
find_stride (const EhFileTail *tail, const Sorted *sorted)
{
  guint32 stride = tail->frames[sorted->frames[0]].n_events;
  guint32 n = sorted->stream->n_frames;

  for (guint32 i = 1; i < n; i++)
    {
      guint32 n_events = tail->frames[sorted->frames[i]].n_events;

      if (i + 1 < n ? n_events != stride : n_events > stride)
        return 0;
    }
  return stride;
}

static void
fill_entry (const EhFileTail *tail, Sorted *sorted)
{
  const EhFileTailStream *stream = sorted->stream;
  EhFileRunStream *entry = &sorted->entry;

  *entry = (EhFileRunStream){ .key = stream->key, .version = stream->version, .n_frames = stream->n_frames };
  entry->deleted = stream->deleted_loc != EH_FILE_LOC_NONE;
  entry->kept_version = stream->truncated_loc != EH_FILE_LOC_NONE ? stream->kept_version : 0;
  if (stream->n_frames > 0)
    {
      entry->first_version = tail->frames[sorted->frames[0]].version;
      entry->stride = find_stride (tail, sorted);
    }
}

static void
sort_streams (Build *self, EhFileRunHeader *header)
{
  const EhFileTail *tail = self->tail;
  guint32 *frames;

  self->streams = g_new0 (Sorted, MAX (tail->n_streams, 1));
  self->frames = frames = g_new (guint32, MAX (tail->n_frames, 1));
  for (guint32 i = 0; i < tail->n_streams; i++)
    self->streams[i].stream = &tail->streams[i];
  qsort (self->streams, tail->n_streams, sizeof *self->streams, compare_streams);
  for (guint32 i = 0; i < tail->n_streams; i++)
    {
      Sorted *sorted = &self->streams[i];

      sorted->frames = frames;
      frames += sorted->stream->n_frames;
      order_frames (tail, sorted);
      fill_entry (tail, sorted);
      header->n[EH_FILE_RUN_LISTS] += eh_file_run_writer_count_words (&sorted->entry);
      header->n_truncated += sorted->entry.kept_version > 0;
      header->n_deleted += sorted->entry.deleted;
    }
  header->n[EH_FILE_RUN_STREAMS] = tail->n_streams;
  header->n[EH_FILE_RUN_FILTER] = eh_file_run_count_blocks (tail->n_streams);
}

static void
sort_ids (Build *self, EhFileRunHeader *header)
{
  const EhFileTail *tail = self->tail;
  g_autofree guint64 *words = g_new (guint64, MAX (tail->n_ids, 1));

  for (guint32 i = 0; i < tail->n_ids; i++)
    {
      const guint8 *id = tail->ids[i].id;
      guint64 loc = tail->frames[tail->ids[i].frame].loc;

      words[i] = eh_file_run_word (eh_file_run_hash_id (header->store_id, id), tail->begin, loc);
      if (i == 0 || eh_file_id_compare (id, header->first_id) < 0)
        memcpy (header->first_id, id, 16);
      if (i == 0 || eh_file_id_compare (id, header->last_id) > 0)
        memcpy (header->last_id, id, 16);
    }
  self->ids = sort_words (words, tail->n_ids);
  header->n[EH_FILE_RUN_IDS] = tail->n_ids;
}

/* The first frame, the first of each segment, and one every so many bytes. */
static void
choose_samples (Build *self, EhFileRunHeader *header)
{
  const EhFileTail *tail = self->tail;
  guint64 last = 0;

  self->sampled = g_new0 (guint8, MAX (tail->n_frames, 1));
  for (guint32 i = 0; i < tail->n_frames; i++)
    {
      guint64 loc = tail->frames[i].loc;

      if (i > 0 && eh_file_loc_segment (loc) == eh_file_loc_segment (last) && loc - last < SAMPLE_EVERY)
        continue;
      self->sampled[i] = TRUE;
      last = loc;
      header->n[EH_FILE_RUN_SAMPLES]++;
    }
}

static gboolean
write_streams (Build *self, EhFileRunWriter *writer, GError **error)
{
  const EhFileTail *tail = self->tail;

  for (guint32 i = 0; i < tail->n_streams; i++)
    {
      Sorted *sorted = &self->streams[i];

      if (!eh_file_run_writer_add_stream (writer, &sorted->entry, error))
        return FALSE;
      for (guint32 k = 0; k < sorted->stream->n_frames; k++)
        {
          const EhFileTailFrame *frame = &tail->frames[sorted->frames[k]];
          EhFileRef ref = { .loc = frame->loc, .version = frame->version };

          if (!eh_file_run_writer_add_ref (writer, &sorted->entry, ref, error))
            return FALSE;
        }
    }
  return TRUE;
}

static gboolean
write_build (Build *self, EhFileRunWriter *writer, GError **error)
{
  const EhFileTail *tail = self->tail;

  if (!write_streams (self, writer, error))
    return FALSE;
  for (guint32 i = 0; i < tail->n_frames; i++)
    {
      const EhFileTailFrame *frame = &tail->frames[i];

      if (self->sampled[i] && !eh_file_run_writer_add_sample (writer, frame->position, frame->loc, error))
        return FALSE;
    }
  for (guint32 i = 0; i < tail->n_ids; i++)
    {
      if (!eh_file_run_writer_add_id (writer, self->ids[i], error))
        return FALSE;
    }
  return TRUE;
}

EhFileRun *
eh_file_run_new_from_tail (const EhFileOps *ops, const char *folder, const guint8 store_id[16], const EhFileTail *tail,
                           GError **error)
{
  g_auto (Build) build = { .tail = tail };
  g_autoptr (EhFileRunWriter) writer = NULL;
  EhFileRunHeader header = {
    .begin = tail->begin,
    .end = tail->end,
    .last = tail->last_loc,
    .begin_position = tail->begin_position,
    .end_position = tail->end_position,
  };

  memcpy (header.store_id, store_id, 16);
  sort_streams (&build, &header);
  sort_ids (&build, &header);
  choose_samples (&build, &header);
  writer = eh_file_run_writer_new (ops, folder, &header, error);
  if (writer == NULL || !write_build (&build, writer, error))
    return NULL;
  return eh_file_run_writer_finish (writer, error);
}
