/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-file-run-private.h"

void
eh_file_run_iter_init (EhFileRunIter *self, EhFileRun *const *runs, guint n)
{
  self->runs = runs;
  self->n = n;
  self->next = g_new0 (guint64, n);
  self->heads = g_new0 (EhFileRunStream, n);
  self->pieces = g_new0 (EhFileRunStream, n);
  self->has = g_new0 (gboolean, n);
}

void
eh_file_run_iter_clear (EhFileRunIter *self)
{
  g_free (self->next);
  g_free (self->heads);
  g_free (self->pieces);
  g_free (self->has);
}

/* Reads the heads that were used up; -1 with the error set, else the run with the lowest key, or n at the end. */
static gint
find_lowest (EhFileRunIter *self, GError **error)
{
  guint lowest = self->n;

  for (guint i = 0; i < self->n; i++)
    {
      if (!self->has[i])
        {
          if (self->next[i] == self->runs[i]->header.n[EH_FILE_RUN_STREAMS])
            continue;
          if (!eh_file_run_get_stream (self->runs[i], self->next[i]++, &self->heads[i], error))
            return -1;
          self->has[i] = TRUE;
        }
      if (lowest == self->n || eh_file_key_compare (&self->heads[i].key, &self->heads[lowest].key) < 0)
        lowest = i;
    }
  return lowest;
}

gint
eh_file_run_iter_next (EhFileRunIter *self, GError **error)
{
  gint lowest = find_lowest (self, error);
  EhFileKey key;

  if (lowest < 0 || (guint) lowest == self->n)
    return lowest < 0 ? -1 : 0;
  key = self->heads[lowest].key;
  for (guint i = 0; i < self->n; i++)
    {
      if (self->has[i] && eh_file_key_equal (&self->heads[i].key, &key))
        {
          self->pieces[i] = self->heads[i];
          self->has[i] = FALSE;
        }
      else
        self->pieces[i] = (EhFileRunStream){ .key = key };
    }
  return 1;
}

/* ---- merging ---- */

/* Whether @piece may follow frames of @stride events and be followed by more. */
static gboolean
fits_stride (const EhFileRunStream *piece, guint32 stride, gboolean is_last)
{
  guint64 n_events = piece->version - piece->first_version + 1;

  if (!is_last)
    return n_events == (guint64) piece->n_frames * stride && (piece->stride == stride || piece->n_frames == 1);
  return piece->stride == stride || (piece->n_frames == 1 && n_events <= stride);
}

static guint32
merge_strides (const EhFileRunStream *pieces, guint n)
{
  guint32 stride = 0;
  guint last = n;

  while (last > 0 && pieces[last - 1].n_frames == 0)
    last--;
  for (guint i = 0; i < last; i++)
    {
      if (pieces[i].n_frames == 0)
        continue;
      if (stride == 0)
        stride = pieces[i].stride;
      if (stride == 0 || !fits_stride (&pieces[i], stride, i + 1 == last))
        return 0;
    }
  return stride;
}

static EhFileRunStream
merge_pieces (const EhFileRunStream *pieces, guint n)
{
  EhFileRunStream merged = { .key = pieces[0].key };

  for (guint i = 0; i < n; i++)
    {
      const EhFileRunStream *piece = &pieces[i];

      if (merged.n_frames == 0 && piece->n_frames > 0)
        merged.first_version = piece->first_version;
      merged.n_frames += piece->n_frames;
      merged.version = MAX (merged.version, piece->version);
      merged.kept_version = MAX (merged.kept_version, piece->kept_version);
      merged.deleted = merged.deleted || piece->deleted;
    }
  merged.stride = merge_strides (pieces, n);
  return merged;
}

static gboolean
count_streams (EhFileRun *const *runs, guint n, EhFileRunHeader *header, GError **error)
{
  g_auto (EhFileRunIter) iter = { 0 };
  gint state;

  eh_file_run_iter_init (&iter, runs, n);
  while ((state = eh_file_run_iter_next (&iter, error)) > 0)
    {
      EhFileRunStream merged = merge_pieces (iter.pieces, n);

      header->n[EH_FILE_RUN_STREAMS]++;
      header->n[EH_FILE_RUN_LISTS] += eh_file_run_writer_count_words (&merged);
      header->n_truncated += merged.kept_version > 0;
      header->n_deleted += merged.deleted;
    }
  return state == 0;
}

static gboolean
merge_header (EhFileRun *const *runs, guint n, EhFileRunHeader *header, GError **error)
{
  *header = (EhFileRunHeader){
    .begin = runs[0]->header.begin,
    .end = runs[n - 1]->header.end,
    .last = runs[n - 1]->header.last,
    .begin_position = runs[0]->header.begin_position,
    .end_position = runs[n - 1]->header.end_position,
  };
  memcpy (header->store_id, runs[0]->header.store_id, 16);
  for (guint i = 0; i < n; i++)
    {
      const EhFileRunHeader *part = &runs[i]->header;

      if (part->n[EH_FILE_RUN_IDS] == 0)
        continue;
      if (header->n[EH_FILE_RUN_IDS] == 0 || eh_file_id_compare (part->first_id, header->first_id) < 0)
        memcpy (header->first_id, part->first_id, 16);
      if (header->n[EH_FILE_RUN_IDS] == 0 || eh_file_id_compare (part->last_id, header->last_id) > 0)
        memcpy (header->last_id, part->last_id, 16);
      header->n[EH_FILE_RUN_IDS] += part->n[EH_FILE_RUN_IDS];
      header->n[EH_FILE_RUN_SAMPLES] += part->n[EH_FILE_RUN_SAMPLES];
    }
  if (!count_streams (runs, n, header, error))
    return FALSE;
  header->n[EH_FILE_RUN_FILTER] = eh_file_run_count_blocks (header->n[EH_FILE_RUN_STREAMS]);
  return TRUE;
}

static gboolean
write_list (EhFileRunWriter *writer, const EhFileRunStream *merged, EhFileRun *run, const EhFileRunStream *piece,
            GError **error)
{
  for (guint32 i = 0; i < piece->n_frames; i++)
    {
      EhFileRef ref;

      if (!eh_file_run_get_ref (run, piece, i, &ref, error) || !eh_file_run_writer_add_ref (writer, merged, ref, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_streams (EhFileRunWriter *writer, EhFileRun *const *runs, guint n, GError **error)
{
  g_auto (EhFileRunIter) iter = { 0 };
  gint state;

  eh_file_run_iter_init (&iter, runs, n);
  while ((state = eh_file_run_iter_next (&iter, error)) > 0)
    {
      EhFileRunStream merged = merge_pieces (iter.pieces, n);

      if (!eh_file_run_writer_add_stream (writer, &merged, error))
        return FALSE;
      for (guint i = 0; i < n; i++)
        {
          if (!write_list (writer, &merged, runs[i], &iter.pieces[i], error))
            return FALSE;
        }
    }
  return state == 0;
}

static gboolean
write_samples (EhFileRunWriter *writer, EhFileRun *run, GError **error)
{
  for (guint64 i = 0; i < run->header.n[EH_FILE_RUN_SAMPLES]; i++)
    {
      guint64 position;
      guint64 loc;

      if (!eh_file_run_get_sample (run, i, &position, &loc, error)
          || !eh_file_run_writer_add_sample (writer, position, loc, error))
        return FALSE;
    }
  return TRUE;
}

/* The ids of one run, on their way into a merged one: words of which the segment counts from another begin. */
typedef struct {
  EhFileRun *run;
  guint64 next;
  guint64 moved;    /* what is added to its words */
  const guint8 *at; /* the words that were asked for and are left */
  const guint8 *end;
} IdSource;

#define IDS_AT_ONCE 512

/* The next word; G_MAXUINT64, which is none, at the end. */
static gboolean
fetch_id (IdSource *self, guint64 *word, GError **error)
{
  if (self->at == self->end)
    {
      const guint64 left = self->run->header.n[EH_FILE_RUN_IDS] - self->next;
      const gsize size = (gsize) MIN (left, IDS_AT_ONCE) * EH_FILE_RUN_WORD;

      *word = G_MAXUINT64;
      if (left == 0)
        return TRUE;
      self->at = eh_file_run_get (self->run, EH_FILE_RUN_IDS, self->next * EH_FILE_RUN_WORD, size, error);
      if (self->at == NULL)
        return FALSE;
      self->end = self->at + size;
      self->next += size / EH_FILE_RUN_WORD;
    }
  *word = eh_load_64 (self->at) + self->moved;
  /* No frame fits there. */
  if (*word == G_MAXUINT64)
    return eh_file_run_set_damaged (self->run, (guint64) (self->at - self->run->bytes), error);
  self->at += EH_FILE_RUN_WORD;
  return TRUE;
}

static guint
find_least (const guint64 *words, guint n)
{
  guint least = 0;

  for (guint i = 1; i < n; i++)
    least = words[i] < words[least] ? i : least;
  return least;
}

static gboolean
write_ids (EhFileRunWriter *writer, EhFileRun *const *runs, guint n, GError **error)
{
  g_autofree IdSource *sources = g_new0 (IdSource, n);
  g_autofree guint64 *words = g_new (guint64, n);
  guint32 first = eh_file_loc_segment (runs[0]->header.begin);

  for (guint i = 0; i < n; i++)
    {
      sources[i].run = runs[i];
      sources[i].moved = (guint64) (eh_file_loc_segment (runs[i]->header.begin) - first) << 23;
      if (!fetch_id (&sources[i], &words[i], error))
        return FALSE;
    }
  for (guint i = find_least (words, n); words[i] != G_MAXUINT64; i = find_least (words, n))
    if (!eh_file_run_writer_add_id (writer, words[i], error) || !fetch_id (&sources[i], &words[i], error))
      return FALSE;
  return TRUE;
}

EhFileRun *
eh_file_run_new_merged (const EhFileOps *ops, const char *folder, EhFileRun *const *runs, guint n, GError **error)
{
  g_autoptr (EhFileRunWriter) writer = NULL;
  EhFileRunHeader header;

  if (!merge_header (runs, n, &header, error))
    return NULL;
  writer = eh_file_run_writer_new (ops, folder, &header, error);
  if (writer == NULL || !write_streams (writer, runs, n, error))
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      if (!write_samples (writer, runs[i], error))
        return NULL;
    }
  return write_ids (writer, runs, n, error) ? eh_file_run_writer_finish (writer, error) : NULL;
}
