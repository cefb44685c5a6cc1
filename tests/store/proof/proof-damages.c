/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proof.h"

#include <string.h>

#include "model/eh-error.h"
#include "store/file/eh-file-frame-private.h"
#include "store/file/eh-file-segment-private.h"

/*
 * A store that rots: every bit flipped, every file cut at every length, sectors zeroed, repeated and swapped, also with
 * those of another store. What is read must be right, or an error that names a file, and a byte where the log is
 * damaged. The store was closed, so nothing of it can be taken for a torn tail: nothing may be missing in silence.
 */

#define SECTOR 512

typedef struct {
  ProofWork *work;   /* (owned) */
  ProofImage *image; /* (owned) */
} Rot;

static void
rot_clear (Rot *self)
{
  g_clear_pointer (&self->work, proof_work_free);
  g_clear_pointer (&self->image, proof_image_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rot, rot_clear)

/* A closed store; with another seed another one of the same shape. */
static gboolean
make_store (Rot *self, const char *letters, guint64 seed, guint64 first_number, char **what)
{
  g_autoptr (ProofImage) empty = proof_work_new_empty ();
  gboolean ok;

  self->work = proof_work_new (empty);
  self->work->model->next_number = first_number;
  proof_disk_set_seed (self->work->disk, seed);
  ok = proof_work_open (self->work);
  for (; ok && *letters != '\0'; letters++)
    ok = proof_work_do (self->work, *letters);
  ok = ok && proof_work_close (self->work);
  if (ok)
    self->image = proof_disk_get_image (self->work->disk);
  else
    *what = g_strdup_printf ("making a store: %s", self->work->what);
  return ok;
}

/* Whether an error names a file of the store; of the log also where. */
static gboolean
names_place (const GError *error, gboolean is_log)
{
  return strstr (error->message, PROOF_FOLDER) != NULL
         && (!is_log || error->code != EH_ERROR_CORRUPT || strpbrk (error->message, "0123456789") != NULL);
}

/* Reads everything; what is read must be right, in whatever order errors and events come. */
static gboolean
read_all_of (Rot *self, EhEventStore *store, gboolean is_log, char **what)
{
  const GPtrArray *log = proof_model_get_log (self->work->model);
  gboolean ok = TRUE;

  for (guint i = 0; ok && i < PROOF_STREAMS; i++)
    {
      const ProofStream state = proof_log_get_stream (log, log->len, i);
      g_autoptr (GError) error = NULL;
      g_autoptr (EhEventPage)
          page = eh_event_store_read_stream (store, self->work->model->names[i], 0, EH_FORWARDS, 0, NULL, &error);

      if (page == NULL && state.is_deleted && g_error_matches (error, EH_ERROR, EH_ERROR_NOT_FOUND))
        continue;
      if (page == NULL)
        ok = names_place (error, is_log);
      else
        ok = proof_model_check_page (self->work->model, log, i, page);
      if (!ok)
        *what = g_strdup_printf ("stream %s: %s", self->work->model->texts[i],
                                 page == NULL ? error->message : "it is not what was appended, and there is no error");
    }
  return ok;
}

/* A store that is refused is left as it was: but LOCK, which says who tried. */
static gboolean
check_unchanged (Rot *self, ProofDisk *disk, char **what)
{
  g_autoptr (ProofImage) after = proof_disk_get_image (disk);

  for (guint i = 0; i < after->files->len; i++)
    {
      const ProofFile *file = &g_array_index (after->files, ProofFile, i);
      const ProofFile *before = proof_image_find (self->image, file->path);

      if (strcmp (file->path, PROOF_FOLDER "/LOCK") == 0
          || (before != NULL && before->size == file->size
              && (file->size == 0 || memcmp (before->bytes, file->bytes, file->size) == 0)))
        continue;
      *what = g_strdup_printf ("opening was refused, and changed %s", file->path);
      return FALSE;
    }
  if (after->files->len == self->image->files->len)
    return TRUE;
  *what = g_strdup ("opening was refused, and removed a file");
  return FALSE;
}

static gboolean
check_writable (Rot *self, ProofDisk *disk, gboolean is_log, gboolean *is_refused, char **what)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhEventStore)
      store = eh_file_store_open_with (proof_disk_get_ops (disk), PROOF_FOLDER, &self->work->options, &error);
  gboolean ok;

  *is_refused = store == NULL;
  if (store == NULL)
    {
      if (names_place (error, is_log))
        return check_unchanged (self, disk, what);
      *what = g_strdup_printf ("an error without a place: %s", error->message);
      return FALSE;
    }
  ok = read_all_of (self, store, is_log, what);
  proof_disk_die (disk);
  return ok;
}

/* A damaged log can still be read: a beginning of it, and errors behind. */
static gboolean
check_readable (Rot *self, ProofDisk *disk, char **what)
{
  EhFileOptions options = self->work->options;
  g_autoptr (GError) error = NULL;
  g_autoptr (EhEventStore) store = NULL;
  const EhFileRecovery *recovery;

  options.read_only = TRUE;
  store = eh_file_store_open_with (proof_disk_get_ops (disk), PROOF_FOLDER, &options, &error);
  if (store == NULL)
    {
      /* Without headers there is no store to be read. */
      if (names_place (error, TRUE))
        return TRUE;
      *what = g_strdup_printf ("with mode=read: %s", error->message);
      return FALSE;
    }
  recovery = eh_file_store_get_recovery (EH_FILE_STORE (store));
  if (recovery->damage == NULL)
    return read_all_of (self, store, TRUE, what);
  return proof_model_check_beginning (self->work->model, store, what);
}

static gboolean
check (Rot *self, const char *path, ProofCounts *counts, char **what)
{
  const gboolean is_log = g_str_has_prefix (path, PROOF_FOLDER "/seg/");
  g_autoptr (ProofDisk) disk = proof_disk_new (self->image);
  gboolean is_refused = FALSE;
  gboolean ok;

  counts->n_damages++;
  ok = check_writable (self, disk, is_log, &is_refused, what);
  if (!ok || !is_refused)
    return ok;
  proof_disk_revive (disk);
  return check_readable (self, disk, what);
}

/* ---- one change after the other ---- */

static gboolean
check_file (Rot *self, ProofFile *file, const char *change, gsize where, ProofCounts *counts, char **what)
{
  g_autofree char *why = NULL;

  if (check (self, file->path, counts, &why))
    return TRUE;
  *what = g_strdup_printf ("%s, %s %" G_GSIZE_FORMAT ": %s", file->path, change, where, why);
  return FALSE;
}

static gboolean
flip_bits (Rot *self, ProofFile *file, const ProofPlan *plan, ProofCounts *counts, char **what)
{
  guint8 *bytes = (guint8 *) file->bytes;

  for (gsize bit = plan->part * plan->stride; bit < file->size * 8; bit += (gsize) plan->n_parts * plan->stride)
    {
      gboolean ok;

      bytes[bit / 8] ^= (guint8) (1 << bit % 8);
      ok = check_file (self, file, "bit", bit, counts, what);
      bytes[bit / 8] ^= (guint8) (1 << bit % 8);
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

static gboolean
cut (Rot *self, ProofFile *file, const ProofPlan *plan, ProofCounts *counts, char **what)
{
  const gsize size = file->size;
  gboolean ok = TRUE;

  for (gsize length = plan->part * plan->stride; ok && length < size; length += (gsize) plan->n_parts * plan->stride)
    {
      file->size = length;
      ok = check_file (self, file, "cut at", length, counts, what);
    }
  file->size = size;
  return ok;
}

/* Puts @from over the sector at @at of @file, and back. */
static gboolean
overwrite (Rot *self, ProofFile *file, gsize at, const guint8 *from, const char *change, ProofCounts *counts,
           char **what)
{
  const gsize size = MIN (SECTOR, file->size - at);
  g_autofree guint8 *kept = g_memdup2 (file->bytes + at, size);
  gboolean ok;

  memcpy ((guint8 *) file->bytes + at, from, size);
  ok = check_file (self, file, change, at, counts, what);
  memcpy ((guint8 *) file->bytes + at, kept, size);
  return ok;
}

static gboolean
swap_sectors (Rot *self, const Rot *other, ProofFile *file, const ProofPlan *plan, ProofCounts *counts, char **what)
{
  static const guint8 zeros[SECTOR] = { 0 };
  const ProofFile *stranger = other != NULL ? proof_image_find (other->image, file->path) : NULL;

  for (gsize at = plan->part * SECTOR; at < file->size; at += plan->n_parts * SECTOR)
    {
      if (!overwrite (self, file, at, zeros, "zeros at", counts, what))
        return FALSE;
      if (stranger != NULL && stranger->size >= at + SECTOR
          && !overwrite (self, file, at, stranger->bytes + at, "another store's sector at", counts, what))
        return FALSE;
      for (gsize from = 0; from + SECTOR <= file->size; from += SECTOR * plan->stride)
        if (from != at && !overwrite (self, file, at, file->bytes + from, "another sector at", counts, what))
          return FALSE;
    }
  return TRUE;
}

/* The head of a frame vouches for itself, so that lengths and groups can be believed before the body was read. */
static gboolean
flip_heads (Rot *self, ProofCounts *counts, char **what)
{
  const ProofFile *file = proof_image_find (self->image, PROOF_FOLDER "/seg/00000001.log");
  g_autofree guint8 *bytes = g_memdup2 (file->bytes, file->size);
  EhFileSegmentHeader header;
  EhFileFrameBase base;
  EhFileFrame frame;

  if (!eh_file_segment_header_read (&header, bytes, file->size, file->path, NULL))
    return FALSE;
  eh_file_frame_base_init (&base, header.salt, header.number, header.base_position, FALSE);
  for (guint bit = 0; bit < 8 * EH_FILE_FRAME_HEAD; bit++)
    {
      guint8 *at = bytes + EH_FILE_SEGMENT_HEADER;

      at[bit / 8] ^= (guint8) (1 << bit % 8);
      counts->n_damages++;
      if (eh_file_frame_read_head (&base, at, file->size - EH_FILE_SEGMENT_HEADER, EH_FILE_SEGMENT_HEADER, &frame)
          != EH_FILE_FRAME_NONE)
        {
          *what = g_strdup_printf ("bit %u of a frame's head can be flipped and nobody sees it", bit);
          return FALSE;
        }
      at[bit / 8] ^= (guint8) (1 << bit % 8);
    }
  return TRUE;
}

/* The index of another continuation of the same log: valid by itself, and wrong. */
static gboolean
swap_indexes (Rot *self, const Rot *other, ProofCounts *counts, char **what)
{
  for (guint i = 0; i < self->image->files->len; i++)
    {
      ProofFile *file = &g_array_index (self->image->files, ProofFile, i);
      const ProofFile *stranger = proof_image_find (other->image, file->path);
      const ProofFile kept = *file;
      gboolean ok;

      if (!g_str_has_prefix (file->path, PROOF_FOLDER "/run/") || stranger == NULL || file->is_folder)
        continue;
      file->bytes = stranger->bytes;
      file->size = stranger->size;
      ok = check_file (self, file, "is another store's", 0, counts, what);
      *file = kept;
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

gboolean
proof_try_damages (const ProofPlan *plan, ProofCounts *counts, char **what)
{
  g_auto (Rot) rot = { 0 };
  g_auto (Rot) other = { 0 };
  g_auto (Rot) twin = { 0 };

  if (!make_store (&rot, "xbegrbspxndtqk", 1, 1, what) || !make_store (&other, "xbegrbspxndtqk", 9, 1000, what))
    return FALSE;
  if (!flip_heads (&rot, counts, what))
    return FALSE;
  for (guint i = 0; i < rot.image->files->len; i++)
    {
      ProofFile *file = &g_array_index (rot.image->files, ProofFile, i);

      if (file->is_folder)
        continue;
      proof_show_progress (plan, "damages", i, rot.image->files->len);
      if (!swap_sectors (&rot, &other, file, plan, counts, what) || !flip_bits (&rot, file, plan, counts, what)
          || !cut (&rot, file, plan, counts, what))
        return FALSE;
    }
  rot_clear (&rot);
  return make_store (&rot, "xbn", 1, 1, what) && make_store (&twin, "yzn", 1, 1, what)
         && swap_indexes (&rot, &twin, counts, what);
}
