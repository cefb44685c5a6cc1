/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-file-run-private.h"

/* A multiple of a page, so that a buffer that is written has whole pages. */
#define BUFFER_SIZE (32 * 1024)

/* A section on its way to the disk. */
typedef struct {
  guint8 *buffer; /* (owned) (nullable) */
  gsize used;
  guint64 at; /* in the file, of the buffer's first byte */
} Section;

/*
 * Sections grow side by side, each in its own place, so that a run is made in one pass although a stream's list lies
 * far from the stream. The filter is filled as the keys come, since both rise.
 */
struct _EhFileRunWriter {
  const EhFileOps *ops;
  char *folder;   /* (owned) */
  char *path;     /* (owned): of the run */
  char *tmp_path; /* (owned) */
  int file;       /* -1 if it is closed */
  EhFileRunHeader header;
  guint64 offsets[EH_FILE_RUN_N_SECTIONS + 1];
  Section sections[EH_FILE_RUN_SUMS];
  guint8 *sums; /* (owned): the last section */
  gsize sums_size;
  guint64 n_words;  /* of lists */
  guint64 n_blocks; /* that are finished */
  guint8 block[EH_FILE_RUN_BLOCK];
};

void
eh_file_run_writer_free (EhFileRunWriter *self)
{
  if (self->file >= 0)
    {
      self->ops->close (self->ops->fs, self->file);
      self->ops->unlink (self->ops->fs, self->tmp_path);
    }
  for (guint i = 0; i < EH_FILE_RUN_SUMS; i++)
    g_free (self->sections[i].buffer);
  g_free (self->sums);
  g_free (self->tmp_path);
  g_free (self->path);
  g_free (self->folder);
  g_free (self);
}

/* The folder is made when there is something to put into it. A file that a crash left half made is written over. */
static gboolean
open_file (EhFileRunWriter *self, GError **error)
{
  const EhFileOps *ops = self->ops;
  int code;

  self->file = ops->open (ops->fs, self->tmp_path, EH_FILE_OPEN_WRITE | EH_FILE_OPEN_CREATE);
  if (self->file == -ENOENT)
    {
      code = ops->make_folder (ops->fs, self->folder);
      if (code < 0 && code != -EEXIST)
        return eh_file_set_errno (error, code, "make", self->folder);
      self->file = ops->open (ops->fs, self->tmp_path, EH_FILE_OPEN_WRITE | EH_FILE_OPEN_CREATE);
    }
  if (self->file < 0)
    return eh_file_set_errno (error, self->file, "make", self->tmp_path);
  code = ops->truncate (ops->fs, self->file, 0);
  return code >= 0 || eh_file_set_errno (error, code, "empty", self->tmp_path);
}

EhFileRunWriter *
eh_file_run_writer_new (const EhFileOps *ops, const char *folder, const EhFileRunHeader *header, GError **error)
{
  g_autoptr (EhFileRunWriter) self = g_new0 (EhFileRunWriter, 1);

  self->ops = ops;
  self->file = -1;
  self->header = *header;
  self->folder = g_strdup (folder);
  self->path = eh_file_run_get_path (folder, header->begin, header->end);
  self->tmp_path = g_strconcat (self->path, ".tmp", NULL);
  eh_file_run_header_get_offsets (header, self->offsets);
  self->sums_size = self->offsets[EH_FILE_RUN_N_SECTIONS] - self->offsets[EH_FILE_RUN_SUMS];
  self->sums = g_malloc0 (self->sums_size);
  for (guint i = 0; i < EH_FILE_RUN_SUMS; i++)
    self->sections[i].at = self->offsets[i];
  if (!open_file (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* ---- sections ---- */

static gboolean
write_section (EhFileRunWriter *self, Section *section, GError **error)
{
  gsize size = (section->used + EH_FILE_RUN_PAGE - 1) / EH_FILE_RUN_PAGE * EH_FILE_RUN_PAGE;

  if (size == 0)
    return TRUE;
  memset (section->buffer + section->used, 0, size - section->used);
  for (gsize i = 0; i < size; i += EH_FILE_RUN_PAGE)
    eh_store_32 (self->sums + ((section->at + i) / EH_FILE_RUN_PAGE - 1) * 4,
                 eh_crc32c (0, section->buffer + i, EH_FILE_RUN_PAGE));
  if (!eh_file_write_fully (self->ops, self->file, self->tmp_path, section->buffer, size, section->at, error))
    return FALSE;
  section->at += size;
  section->used = 0;
  return TRUE;
}

static gboolean
put (EhFileRunWriter *self, EhFileRunSection which, gconstpointer data, gsize size, GError **error)
{
  Section *section = &self->sections[which];

  if (section->buffer == NULL)
    section->buffer = g_malloc (BUFFER_SIZE);
  while (size > 0)
    {
      gsize part = MIN (size, BUFFER_SIZE - section->used);

      memcpy (section->buffer + section->used, data, part);
      section->used += part;
      data = (const guint8 *) data + part;
      size -= part;
      if (section->used == BUFFER_SIZE && !write_section (self, section, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
put_words (EhFileRunWriter *self, EhFileRunSection which, guint64 a, guint64 b, guint n, GError **error)
{
  guint8 bytes[16];

  eh_store_64 (bytes, a);
  eh_store_64 (bytes + 8, b);
  return put (self, which, bytes, n * 8, error);
}

/* Blocks before the one of the next key are finished, also those that no key fell into. */
static gboolean
finish_blocks (EhFileRunWriter *self, guint64 before, GError **error)
{
  while (self->n_blocks < before)
    {
      if (!put (self, EH_FILE_RUN_FILTER, self->block, sizeof self->block, error))
        return FALSE;
      memset (self->block, 0, sizeof self->block);
      self->n_blocks++;
    }
  return TRUE;
}

/* ---- content ---- */

guint64
eh_file_run_writer_count_words (const EhFileRunStream *stream)
{
  return (guint64) stream->n_frames * (stream->stride == 0 ? 2 : 1);
}

gboolean
eh_file_run_writer_add_stream (EhFileRunWriter *self, EhFileRunStream *stream, GError **error)
{
  guint8 bytes[EH_FILE_RUN_STREAM];

  stream->list = self->n_words;
  self->n_words += eh_file_run_writer_count_words (stream);
  eh_store_64 (bytes, stream->key.high);
  eh_store_64 (bytes + 8, stream->key.low);
  eh_store_64 (bytes + 16, stream->version);
  eh_store_64 (bytes + 24, stream->kept_version | (stream->deleted ? EH_FILE_RUN_DELETED : 0));
  eh_store_32 (bytes + 32, stream->list);
  eh_store_32 (bytes + 36, stream->n_frames);
  eh_store_32 (bytes + 40, stream->n_frames == 0 ? 0 : stream->version - stream->first_version);
  eh_store_32 (bytes + 44, stream->stride);
  if (!finish_blocks (self, eh_file_run_get_block (&stream->key, self->header.n[EH_FILE_RUN_FILTER]), error))
    return FALSE;
  eh_file_run_block_add (self->block, &stream->key);
  return put (self, EH_FILE_RUN_STREAMS, bytes, sizeof bytes, error);
}

gboolean
eh_file_run_writer_add_ref (EhFileRunWriter *self, const EhFileRunStream *stream, EhFileRef ref, GError **error)
{
  return put_words (self, EH_FILE_RUN_LISTS, ref.loc, ref.version, stream->stride == 0 ? 2 : 1, error);
}

gboolean
eh_file_run_writer_add_sample (EhFileRunWriter *self, guint64 position, guint64 loc, GError **error)
{
  return put_words (self, EH_FILE_RUN_SAMPLES, position, loc, 2, error);
}

gboolean
eh_file_run_writer_add_id (EhFileRunWriter *self, guint64 word, GError **error)
{
  return put_words (self, EH_FILE_RUN_IDS, word, 0, 1, error);
}

/* ---- the end ---- */

static gboolean
write_rest (EhFileRunWriter *self, GError **error)
{
  guint8 page[EH_FILE_RUN_PAGE];

  if (!finish_blocks (self, self->header.n[EH_FILE_RUN_FILTER], error))
    return FALSE;
  for (guint i = 0; i < EH_FILE_RUN_SUMS; i++)
    {
      if (!write_section (self, &self->sections[i], error))
        return FALSE;
      g_assert (self->sections[i].at == self->offsets[i + 1]);
    }
  self->header.sums_checksum = eh_crc32c (0, self->sums, self->sums_size);
  eh_file_run_header_write (&self->header, page);
  return eh_file_write_fully (self->ops, self->file, self->tmp_path, self->sums, self->sums_size,
                              self->offsets[EH_FILE_RUN_SUMS], error)
         && eh_file_write_fully (self->ops, self->file, self->tmp_path, page, sizeof page, 0, error);
}

/* F15 */
static gboolean
make_durable (EhFileRunWriter *self, GError **error)
{
  int code = self->ops->sync (self->ops->fs, self->file);

  if (code < 0)
    return eh_file_set_errno (error, code, "flush", self->tmp_path);
  code = self->ops->rename (self->ops->fs, self->tmp_path, self->path);
  if (code < 0)
    return eh_file_set_errno (error, code, "rename", self->tmp_path);
  self->ops->close (self->ops->fs, self->file);
  self->file = -1;
  code = self->ops->sync_folder (self->ops->fs, self->folder);
  return code >= 0 || eh_file_set_errno (error, code, "flush", self->folder);
}

EhFileRun *
eh_file_run_writer_finish (EhFileRunWriter *self, GError **error)
{
  EhFileRun *run;

  if (!write_rest (self, error) || !make_durable (self, error))
    return NULL;
  run = eh_file_run_open (self->ops, self->folder, self->header.begin, self->header.end, self->header.store_id, error);
  if (run == NULL && error != NULL && *error == NULL)
    eh_file_set_errno (error, -EIO, "read back what was written", self->path);
  return run;
}
