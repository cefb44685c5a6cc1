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

gboolean
eh_file_run_set_damaged (const EhFileRun *self, guint64 offset, GError **error)
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
    return eh_file_run_set_damaged (self, begin, error);
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
    return eh_file_run_set_damaged (self, offset, error);
  g_atomic_int_or ((guint *) &self->checked[page / 32], 1u << page % 32);
  return TRUE;
}

const guint8 *
eh_file_run_get (EhFileRun *self, EhFileRunSection section, guint64 offset, gsize size, GError **error)
{
  guint64 at = self->offsets[section] + offset;

  if (offset + size > self->offsets[section + 1] - self->offsets[section])
    {
      eh_file_run_set_damaged (self, at, error);
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

/* Something sorted by the word that each element begins with; these words are hashes, so they are spread evenly. */
typedef struct {
  EhFileRunSection section;
  guint size;
  guint window; /* elements that are looked at together */
  guint64 n;
} Column;

static Column
get_streams (const EhFileRun *self)
{
  return (Column){ EH_FILE_RUN_STREAMS, EH_FILE_RUN_STREAM, 8, self->header.n[EH_FILE_RUN_STREAMS] };
}

static Column
get_ids (const EhFileRun *self)
{
  return (Column){ EH_FILE_RUN_IDS, EH_FILE_RUN_WORD, 32, self->header.n[EH_FILE_RUN_IDS] };
}

static gboolean
get_word (EhFileRun *self, const Column *column, guint64 i, guint64 *word, GError **error)
{
  const guint8 *at = eh_file_run_get (self, column->section, i * column->size, EH_FILE_RUN_WORD, error);

  if (at == NULL)
    return FALSE;
  *word = eh_load_64 (at);
  return TRUE;
}

/*
 * Puts a guess right by what is found there: the first one is off by about the root of n, the next by the root of that.
 * So few cache lines are needed, and no branch that the processor could not foretell.
 */
#define N_CORRECTIONS 2

static gboolean
correct (EhFileRun *self, const Column *column, guint64 wanted, guint64 *near, GError **error)
{
  for (guint i = 0; i < N_CORRECTIONS; i++)
    {
      guint64 word;
      gint64 at;

      if (!get_word (self, column, *near, &word, error))
        return FALSE;
      at = (gint64) *near + (gint64) (((__int128) wanted - word) * (gint64) column->n >> 64);
      *near = (guint64) CLAMP (at, 0, (gint64) column->n - 1);
    }
  return TRUE;
}

/*
 * The first element whose word is not below @wanted, if the elements around @near tell: 1; 0 if not, -1 with the error.
 */
static gint
look_around (EhFileRun *self, const Column *column, guint64 wanted, guint64 near, guint64 *first, GError **error)
{
  const guint64 low = near - MIN (near, column->window / 2);
  const guint n = (guint) MIN (column->window, column->n - low);
  const guint8 *at = eh_file_run_get (self, column->section, low * column->size, (gsize) n * column->size, error);
  guint n_below = 0;

  if (at == NULL)
    return -1;
  for (guint i = 0; i < n; i++)
    n_below += eh_load_64 (at + (gsize) i * column->size) < wanted;
  *first = low + n_below;
  return (n_below > 0 || low == 0) && (n_below < n || low + n == column->n);
}

static gboolean
halve (EhFileRun *self, const Column *column, guint64 wanted, guint64 *first, GError **error)
{
  guint64 low = 0;
  guint64 high = column->n;

  while (low < high)
    {
      const guint64 middle = low + (high - low) / 2;
      guint64 word;

      if (!get_word (self, column, middle, &word, error))
        return FALSE;
      if (word < wanted)
        low = middle + 1;
      else
        high = middle;
    }
  *first = low;
  return TRUE;
}

/* The first element whose word is not below @wanted. */
static gboolean
find_first (EhFileRun *self, const Column *column, guint64 wanted, guint64 *first, GError **error)
{
  guint64 near = eh_file_run_guess (wanted, column->n);
  gint found;

  *first = 0;
  if (column->n == 0)
    return TRUE;
  if (!correct (self, column, wanted, &near, error))
    return FALSE;
  found = look_around (self, column, wanted, near, first, error);
  return found != 0 ? found > 0 : halve (self, column, wanted, first, error);
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
  const Column column = get_streams (self);
  const gint may = may_have (self, key, error);
  guint64 i;

  if (may <= 0)
    return may;
  if (!find_first (self, &column, key->high, &i, error))
    return -1;
  for (; i < column.n; i++)
    {
      if (!eh_file_run_get_stream (self, i, stream, error))
        return -1;
      if (stream->key.high != key->high || stream->key.low >= key->low)
        return eh_file_key_equal (&stream->key, key);
    }
  return 0;
}

void
eh_file_run_fetch (const EhFileRun *self, const EhFileKey *key)
{
  const Column column = get_streams (self);
  const guint64 n_blocks = self->header.n[EH_FILE_RUN_FILTER];

  if (n_blocks == 0)
    return;
  __builtin_prefetch (self->bytes + self->offsets[EH_FILE_RUN_FILTER]
                      + eh_file_run_get_block (key, n_blocks) * EH_FILE_RUN_BLOCK);
  __builtin_prefetch (self->bytes + self->offsets[EH_FILE_RUN_STREAMS]
                      + eh_file_run_guess (key->high, column.n) * column.size);
}

void
eh_file_run_fetch_list (const EhFileRun *self, const EhFileRunStream *stream)
{
  __builtin_prefetch (self->bytes + self->offsets[EH_FILE_RUN_LISTS] + (guint64) stream->list * EH_FILE_RUN_WORD);
}

void
eh_file_run_fetch_id (const EhFileRun *self, guint64 word)
{
  const Column column = get_ids (self);

  __builtin_prefetch (self->bytes + self->offsets[EH_FILE_RUN_IDS] + eh_file_run_guess (word, column.n) * column.size);
}

gboolean
eh_file_run_find_id (EhFileRun *self, guint64 word, guint64 *i, GError **error)
{
  const Column column = get_ids (self);

  return find_first (self, &column, word, i, error);
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
