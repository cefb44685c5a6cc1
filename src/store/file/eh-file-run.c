/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-file-run-private.h"

#include "model/eh-error.h"

#define MAGIC "EHRUN\r\n\x1a"
#define FORMAT 1
#define HEADER_CHECKED 508

static const guint sizes[EH_FILE_RUN_SUMS] = {
  [EH_FILE_RUN_STREAMS] = EH_FILE_RUN_STREAM, [EH_FILE_RUN_LISTS] = EH_FILE_RUN_WORD,
  [EH_FILE_RUN_SAMPLES] = EH_FILE_RUN_SAMPLE, [EH_FILE_RUN_IDS] = EH_FILE_RUN_WORD,
  [EH_FILE_RUN_FILTER] = EH_FILE_RUN_BLOCK,
};

static guint64
whole_pages (guint64 size)
{
  return (size + EH_FILE_RUN_PAGE - 1) / EH_FILE_RUN_PAGE * EH_FILE_RUN_PAGE;
}

void
eh_file_run_header_get_offsets (const EhFileRunHeader *self, guint64 offsets[EH_FILE_RUN_N_SECTIONS + 1])
{
  guint64 at = EH_FILE_RUN_PAGE;

  for (guint i = 0; i < EH_FILE_RUN_SUMS; i++)
    {
      offsets[i] = at;
      at += whole_pages (self->n[i] * sizes[i]);
    }
  offsets[EH_FILE_RUN_SUMS] = at;
  offsets[EH_FILE_RUN_N_SECTIONS] = at + whole_pages ((at / EH_FILE_RUN_PAGE - 1) * 4);
}

void
eh_file_run_header_write (const EhFileRunHeader *self, guint8 to[EH_FILE_RUN_PAGE])
{
  memset (to, 0, EH_FILE_RUN_PAGE);
  memcpy (to, MAGIC, 8);
  eh_store_32 (to + 8, FORMAT);
  eh_store_32 (to + 12, self->sums_checksum);
  memcpy (to + 16, self->store_id, 16);
  memcpy (to + 32, self->first_id, 16);
  memcpy (to + 48, self->last_id, 16);
  eh_store_64 (to + 64, self->begin);
  eh_store_64 (to + 72, self->end);
  eh_store_64 (to + 80, self->begin_position);
  eh_store_64 (to + 88, self->end_position);
  for (guint i = 0; i < EH_FILE_RUN_SUMS; i++)
    eh_store_64 (to + 96 + 8 * i, self->n[i]);
  eh_store_64 (to + 136, self->n_truncated);
  eh_store_64 (to + 144, self->last);
  eh_store_64 (to + 152, self->n_deleted);
  eh_store_32 (to + HEADER_CHECKED, eh_crc32c (0, to, HEADER_CHECKED));
}

/* Counts that are out of proportion would overflow the offsets. */
static gboolean
check_counts (const EhFileRunHeader *self, guint64 file_size)
{
  guint64 offsets[EH_FILE_RUN_N_SECTIONS + 1];

  for (guint i = 0; i < EH_FILE_RUN_SUMS; i++)
    {
      if (self->n[i] > file_size / sizes[i])
        return FALSE;
    }
  eh_file_run_header_get_offsets (self, offsets);
  return offsets[EH_FILE_RUN_N_SECTIONS] == file_size && self->begin < self->end
         && self->begin_position <= self->end_position && self->n_truncated <= self->n[EH_FILE_RUN_STREAMS]
         && (self->n[EH_FILE_RUN_FILTER] > 0 || self->n[EH_FILE_RUN_STREAMS] == 0);
}

gboolean
eh_file_run_header_read (EhFileRunHeader *self, const guint8 *bytes, gsize size, guint64 file_size)
{
  if (size < EH_FILE_RUN_PAGE || memcmp (bytes, MAGIC, 8) != 0 || eh_load_32 (bytes + 8) != FORMAT
      || eh_load_32 (bytes + HEADER_CHECKED) != eh_crc32c (0, bytes, HEADER_CHECKED))
    return FALSE;
  self->sums_checksum = eh_load_32 (bytes + 12);
  memcpy (self->store_id, bytes + 16, 16);
  memcpy (self->first_id, bytes + 32, 16);
  memcpy (self->last_id, bytes + 48, 16);
  self->begin = eh_load_64 (bytes + 64);
  self->end = eh_load_64 (bytes + 72);
  self->begin_position = eh_load_64 (bytes + 80);
  self->end_position = eh_load_64 (bytes + 88);
  for (guint i = 0; i < EH_FILE_RUN_SUMS; i++)
    self->n[i] = eh_load_64 (bytes + 96 + 8 * i);
  self->n_truncated = eh_load_64 (bytes + 136);
  self->last = eh_load_64 (bytes + 144);
  self->n_deleted = eh_load_64 (bytes + 152);
  return check_counts (self, file_size);
}

char *
eh_file_run_get_path (const char *folder, guint64 begin, guint64 end)
{
  return g_strdup_printf ("%s/%016" G_GINT64_MODIFIER "x-%016" G_GINT64_MODIFIER "x.run", folder, begin, end);
}

static gboolean
read_header (EhFileRun *self, int file, EhFileStat *stat, GError **error)
{
  guint8 page[EH_FILE_RUN_PAGE];
  int code = self->ops->fstat (self->ops->fs, file, stat);

  if (code < 0)
    return eh_file_set_errno (error, code, "look at", self->path);
  if (stat->size < sizeof page)
    return FALSE;
  if (!eh_file_read_fully (self->ops, file, self->path, page, sizeof page, 0, error))
    return FALSE;
  return eh_file_run_header_read (&self->header, page, sizeof page, stat->size);
}

static gboolean
map_run (EhFileRun *self, int file, gsize size, GError **error)
{
  gconstpointer bytes = NULL;
  int code = self->ops->map (self->ops->fs, file, size, &bytes);

  if (code < 0)
    return eh_file_set_errno (error, code, "map", self->path);
  self->bytes = bytes;
  eh_file_run_header_get_offsets (&self->header, self->offsets);
  self->checked = g_new0 (gint, size / EH_FILE_RUN_PAGE / 32 + 1);
  return TRUE;
}

EhFileRun *
eh_file_run_open (const EhFileOps *ops, const char *folder, guint64 begin, guint64 end, const guint8 store_id[16],
                  GError **error)
{
  g_autoptr (EhFileRun) self = g_new0 (EhFileRun, 1);
  EhFileStat stat;
  gboolean is_run;
  int file;

  self->ref_count = 1;
  self->ops = ops;
  self->path = eh_file_run_get_path (folder, begin, end);
  file = ops->open (ops->fs, self->path, EH_FILE_OPEN_READ);
  if (file < 0)
    {
      if (file != -ENOENT)
        eh_file_set_errno (error, file, "open", self->path);
      return NULL;
    }
  is_run = read_header (self, file, &stat, error) && self->header.begin == begin && self->header.end == end
           && memcmp (self->header.store_id, store_id, 16) == 0 && map_run (self, file, stat.size, error);
  ops->close (ops->fs, file);
  return is_run ? g_steal_pointer (&self) : NULL;
}

EhFileRun *
eh_file_run_ref (EhFileRun *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
eh_file_run_unref (EhFileRun *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  if (self->bytes != NULL)
    self->ops->unmap (self->ops->fs, self->bytes, self->offsets[EH_FILE_RUN_N_SECTIONS]);
  g_free (self->checked);
  g_free (self->path);
  g_free (self);
}

/* ---- checked reading ---- */

static gboolean
set_damaged (const EhFileRun *self, guint64 offset, GError **error)
{
  g_set_error (error, EH_ERROR, EH_ERROR_CORRUPT,
               "%s: damaged at byte %" G_GUINT64_FORMAT
               ": it is an index made from the log; delete the file and open the store again",
               self->path, offset);
  return FALSE;
}

static gboolean
check_sums (EhFileRun *self, GError **error)
{
  guint64 begin = self->offsets[EH_FILE_RUN_SUMS];
  gsize size = self->offsets[EH_FILE_RUN_N_SECTIONS] - begin;

  if (eh_crc32c (0, self->bytes + begin, size) != self->header.sums_checksum)
    return set_damaged (self, begin, error);
  g_atomic_int_set (&self->sums_checked, 1);
  return TRUE;
}

static gboolean
check_page (EhFileRun *self, guint64 page, GError **error)
{
  const guint8 *sums = self->bytes + self->offsets[EH_FILE_RUN_SUMS];
  guint64 offset = page * EH_FILE_RUN_PAGE;

  if (!g_atomic_int_get (&self->sums_checked) && !check_sums (self, error))
    return FALSE;
  if (eh_crc32c (0, self->bytes + offset, EH_FILE_RUN_PAGE) != eh_load_32 (sums + 4 * (page - 1)))
    return set_damaged (self, offset, error);
  g_atomic_int_or ((guint *) &self->checked[page / 32], 1u << page % 32);
  return TRUE;
}

const guint8 *
eh_file_run_get (EhFileRun *self, EhFileRunSection section, guint64 offset, gsize size, GError **error)
{
  guint64 at = self->offsets[section] + offset;

  if (offset + size > self->offsets[section + 1] - self->offsets[section])
    {
      set_damaged (self, at, error);
      return NULL;
    }
  for (guint64 page = at / EH_FILE_RUN_PAGE; page <= (at + size - 1) / EH_FILE_RUN_PAGE; page++)
    {
      if ((g_atomic_int_get (&self->checked[page / 32]) & 1u << page % 32) == 0 && !check_page (self, page, error))
        return NULL;
    }
  return self->bytes + at;
}

gboolean
eh_file_run_get_stream (EhFileRun *self, guint64 i, EhFileRunStream *stream, GError **error)
{
  const guint8 *at = eh_file_run_get (self, EH_FILE_RUN_STREAMS, i * EH_FILE_RUN_STREAM, EH_FILE_RUN_STREAM, error);
  guint64 kept;

  if (at == NULL)
    return FALSE;
  kept = eh_load_64 (at + 24);
  stream->key = (EhFileKey){ .high = eh_load_64 (at), .low = eh_load_64 (at + 8) };
  stream->version = eh_load_64 (at + 16);
  stream->kept_version = kept & ~EH_FILE_RUN_DELETED;
  stream->deleted = (kept & EH_FILE_RUN_DELETED) != 0;
  stream->list = eh_load_32 (at + 32);
  stream->n_frames = eh_load_32 (at + 36);
  stream->first_version = stream->version - eh_load_32 (at + 40);
  stream->stride = eh_load_32 (at + 44);
  return TRUE;
}

gboolean
eh_file_run_get_sample (EhFileRun *self, guint64 i, guint64 *position, guint64 *loc, GError **error)
{
  const guint8 *at = eh_file_run_get (self, EH_FILE_RUN_SAMPLES, i * EH_FILE_RUN_SAMPLE, EH_FILE_RUN_SAMPLE, error);

  if (at == NULL)
    return FALSE;
  *position = eh_load_64 (at);
  *loc = eh_load_64 (at + 8);
  return TRUE;
}

gboolean
eh_file_run_get_ref (EhFileRun *self, const EhFileRunStream *stream, guint32 i, EhFileRef *ref, GError **error)
{
  guint width = stream->stride == 0 ? 2 : 1;
  guint64 word = stream->list + (guint64) i * width;
  const guint8 *at = eh_file_run_get (self, EH_FILE_RUN_LISTS, word * EH_FILE_RUN_WORD, width * EH_FILE_RUN_WORD,
                                      error);

  if (at == NULL)
    return FALSE;
  ref->loc = eh_load_64 (at);
  ref->version = stream->stride == 0 ? eh_load_64 (at + 8) : stream->first_version + (guint64) i * stream->stride;
  return TRUE;
}

gboolean
eh_file_run_get_id (EhFileRun *self, guint64 i, guint64 *word, GError **error)
{
  const guint8 *at = eh_file_run_get (self, EH_FILE_RUN_IDS, i * EH_FILE_RUN_WORD, EH_FILE_RUN_WORD, error);

  if (at == NULL)
    return FALSE;
  *word = eh_load_64 (at);
  return TRUE;
}

/* ---- searching ---- */

/* Whether element @i of something sorted is below what is looked for: 1, 0, or -1 with the error set. */
typedef gint (*BelowFunc) (EhFileRun *self, guint64 i, gconstpointer wanted, GError **error);

/*
 * The first element that is not below: begins where it would be if hashes were spread evenly, which they are, widens
 * from there, and halves what is left.
 */
static gboolean
find_first (EhFileRun *self, guint64 n, guint64 hash, BelowFunc is_below, gconstpointer wanted, guint64 *first,
            GError **error)
{
  guint64 low = (guint64) ((unsigned __int128) hash * n >> 64);
  guint64 high = low;
  gint below = 0;

  for (guint64 step = 8; low > 0 && (below = is_below (self, low - 1, wanted, error)) == 0; step *= 2)
    {
      high = low - 1;
      low -= MIN (step, low);
    }
  for (guint64 step = 8; below >= 0 && high < n && (below = is_below (self, high, wanted, error)) == 1; step *= 2)
    {
      low = high + 1;
      high += MIN (step, n - high);
    }
  while (below >= 0 && low < high)
    {
      guint64 middle = low + (high - low) / 2;

      below = is_below (self, middle, wanted, error);
      if (below == 1)
        low = middle + 1;
      else
        high = middle;
    }
  *first = low;
  return below >= 0;
}

static gint
stream_is_below (EhFileRun *self, guint64 i, gconstpointer wanted, GError **error)
{
  const guint8 *at = eh_file_run_get (self, EH_FILE_RUN_STREAMS, i * EH_FILE_RUN_STREAM, 16, error);
  EhFileKey key;

  if (at == NULL)
    return -1;
  key = (EhFileKey){ .high = eh_load_64 (at), .low = eh_load_64 (at + 8) };
  return eh_file_key_compare (&key, wanted) < 0;
}

static gint
may_have (EhFileRun *self, const EhFileKey *key, GError **error)
{
  guint64 n = self->header.n[EH_FILE_RUN_FILTER];
  const guint8 *block;

  if (n == 0)
    return 0;
  block = eh_file_run_get (self, EH_FILE_RUN_FILTER, eh_file_run_get_block (key, n) * EH_FILE_RUN_BLOCK,
                           EH_FILE_RUN_BLOCK, error);
  return block == NULL ? -1 : eh_file_run_block_has (block, key);
}

gint
eh_file_run_find (EhFileRun *self, const EhFileKey *key, EhFileRunStream *stream, GError **error)
{
  gint may = may_have (self, key, error);
  guint64 n = self->header.n[EH_FILE_RUN_STREAMS];
  guint64 i;

  if (may <= 0)
    return may;
  if (!find_first (self, n, key->high, stream_is_below, key, &i, error))
    return -1;
  if (i == n)
    return 0;
  if (!eh_file_run_get_stream (self, i, stream, error))
    return -1;
  return eh_file_key_equal (&stream->key, key);
}

static gint
id_is_below (EhFileRun *self, guint64 i, gconstpointer wanted, GError **error)
{
  guint64 word;

  return eh_file_run_get_id (self, i, &word, error) ? word < *(const guint64 *) wanted : -1;
}

gboolean
eh_file_run_find_id (EhFileRun *self, guint64 word, guint64 *i, GError **error)
{
  return find_first (self, self->header.n[EH_FILE_RUN_IDS], word, id_is_below, &word, i, error);
}

static gboolean
search_above (EhFileRun *self, const EhFileRunStream *stream, guint64 version, guint32 *i, GError **error)
{
  guint32 low = 0;
  guint32 high = stream->n_frames;

  while (low < high)
    {
      guint32 middle = low + (high - low) / 2;
      EhFileRef ref;

      if (!eh_file_run_get_ref (self, stream, middle, &ref, error))
        return FALSE;
      if (ref.version > version)
        high = middle;
      else
        low = middle + 1;
    }
  *i = low;
  return TRUE;
}

gboolean
eh_file_run_find_above (EhFileRun *self, const EhFileRunStream *stream, guint64 version, guint32 *i, GError **error)
{
  if (stream->n_frames == 0 || version < stream->first_version)
    *i = 0;
  else if (version >= stream->version)
    *i = stream->n_frames;
  else if (stream->stride == 0)
    return search_above (self, stream, version, i, error);
  else
    *i = MIN ((version - stream->first_version) / stream->stride + 1, stream->n_frames);
  return TRUE;
}

/* ---- hashes ---- */

guint64
eh_file_run_hash_id (const guint8 store_id[16], const guint8 id[16])
{
  return eh_file_key (store_id, (const char *) id, 16).high & EH_FILE_RUN_HASH_MASK;
}

guint64
eh_file_run_count_blocks (guint64 n_streams)
{
  return (n_streams * 12 + EH_FILE_RUN_BLOCK * 8 - 1) / (EH_FILE_RUN_BLOCK * 8);
}

guint64
eh_file_run_get_block (const EhFileKey *key, guint64 n_blocks)
{
  return (guint64) ((unsigned __int128) key->high * n_blocks >> 64);
}

/* Six bits of the block's 512, nine bits of the key's lower half each. */
#define N_BITS 6

void
eh_file_run_block_add (guint8 block[EH_FILE_RUN_BLOCK], const EhFileKey *key)
{
  guint64 bits = key->low;

  for (guint i = 0; i < N_BITS; i++, bits >>= 9)
    block[(bits & 511) / 8] |= 1u << (bits & 7);
}

gboolean
eh_file_run_block_has (const guint8 block[EH_FILE_RUN_BLOCK], const EhFileKey *key)
{
  guint64 bits = key->low;

  for (guint i = 0; i < N_BITS; i++, bits >>= 9)
    {
      if ((block[(bits & 511) / 8] & 1u << (bits & 7)) == 0)
        return FALSE;
    }
  return TRUE;
}
