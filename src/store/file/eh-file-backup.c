/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>

#include "model/eh-error.h"
#include "store/file/eh-file-breakage-private.h"
#include "store/file/eh-file-store-struct-private.h"
#include "store/file/eh-file-target-private.h"
#include "store/file/eh-file-tools-private.h"

/*
 * Copying a store while somebody writes to it. What never changes again, sealed segments and the files of the index, is
 * linked; of the last segment what was published is copied, and nothing behind it. Nobody has to wait for that, and as
 * all that was published is a prefix of the log, so is the copy. It ends with a mark, as a closed store does: a last
 * segment that is smaller than it was made and does not is one that was cut.
 *
 * Compaction replaces segments, and merging replaces files of the index, meanwhile: a segment is linked or copied as it
 * was before or as it is afterwards, which say the same; a file of the index that is gone is left out, it is derived.
 */
typedef struct {
  const EhFileOps *ops;
  EhFileStore *store; /* (owned): that is copied, opened with mode=read */
  char *to;           /* (owned): the folder */
  guint64 end;        /* loc: what was published */
  guint64 position;   /* behind that */
  gboolean has_mark;  /* the last frame before it is one */
  gboolean copy_all;
  EhFileBackup *result;
  const EhFileToolCall *call;
} Backup;

static void
backup_clear (Backup *self)
{
  g_clear_object (&self->store);
  g_free (self->to);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Backup, backup_clear)

/* ---- files ---- */

/* @bytes are mapped, of the file @from: what of them cannot be read is -EFAULT to who writes them. */
static gboolean
write_bytes (Backup *self, int file, const char *from, const char *to, const guint8 *bytes, gsize size, GError **error)
{
  gsize done = 0;

  while (done < size)
    {
      const gssize n = self->ops->pwrite (self->ops->fs, file, bytes + done, size - done, done);

      if (n == -EFAULT)
        return eh_file_set_errno (error, -EIO, "read", from);
      if (n <= 0)
        return eh_file_set_errno (error, n < 0 ? (int) n : -EIO, "write", to);
      done += (gsize) n;
    }
  return TRUE;
}

/* With @more behind it. */
static gboolean
write_copy (Backup *self, const char *from, const char *to, gconstpointer bytes, gsize size, const GByteArray *more,
            GError **error)
{
  const int file = self->ops->open (self->ops->fs, to, EH_FILE_OPEN_WRITE | EH_FILE_OPEN_CREATE | EH_FILE_OPEN_NEW);
  gboolean ok = FALSE;
  int code = 0;

  if (file < 0)
    return eh_file_set_errno (error, file, "create", to);
  ok = write_bytes (self, file, from, to, bytes, size, error)
       && (more == NULL || eh_file_write_fully (self->ops, file, to, more->data, more->len, size, error));
  if (ok && !EH_FILE_BROKEN (COPY_UNFLUSHED) && (code = self->ops->sync (self->ops->fs, file)) < 0)
    ok = eh_file_set_errno (error, code, "flush", to);
  self->ops->close (self->ops->fs, file);
  if (ok)
    {
      self->result->n_copied++;
      self->result->copied_bytes += size + (more != NULL ? more->len : 0);
    }
  return ok;
}

/* FALSE if it has to be copied instead. */
static gboolean
link_file (Backup *self, const char *from, const char *to)
{
  if (self->copy_all || self->ops->link (self->ops->fs, from, to) < 0)
    return FALSE;
  self->result->n_linked++;
  return TRUE;
}

/* A derived file, whole; nothing if it is gone. */
static gboolean
copy_file (Backup *self, const char *from, const char *to, GError **error)
{
  const int file = self->ops->open (self->ops->fs, from, EH_FILE_OPEN_READ);
  EhFileStat found = { 0 };
  gconstpointer bytes = NULL;
  gboolean ok = FALSE;
  int code = file;

  if (file == -ENOENT)
    return TRUE;
  if (file >= 0)
    code = self->ops->fstat (self->ops->fs, file, &found);
  if (code >= 0 && found.size > 0)
    code = self->ops->map (self->ops->fs, file, found.size, &bytes);
  if (file >= 0)
    self->ops->close (self->ops->fs, file);
  if (code < 0)
    return eh_file_set_errno (error, code, "read", from);
  ok = write_copy (self, from, to, bytes, found.size, NULL, error);
  if (bytes != NULL)
    self->ops->unmap (self->ops->fs, bytes, found.size);
  return ok;
}

static gboolean
make_folder (Backup *self, const char *path, GError **error)
{
  const int code = self->ops->make_folder (self->ops->fs, path);

  return code == 0 || eh_file_set_errno (error, code, "create", path);
}

static gboolean
flush_folder (Backup *self, const char *path, GError **error)
{
  const int code = self->ops->sync_folder (self->ops->fs, path);

  return code == 0 || eh_file_set_errno (error, code, "flush", path);
}

/* ---- the log ---- */

/* What the copy of the last segment ends with: a mark, or zeros where that has no room. (nullable) (transfer full) */
static GByteArray *
make_mark (Backup *self, const EhFileSegment *segment)
{
  const guint32 offset = eh_file_loc_offset (self->end);
  const gsize room = segment->header.size > offset ? segment->header.size - offset : 0;
  const EhFilePlace place = { .offset = offset, .group = offset, .position = self->position };
  g_auto (EhFileDraft) draft = { 0 };
  GByteArray *mark = NULL;

  if (self->has_mark || room == 0)
    return NULL;
  mark = g_byte_array_new ();
  g_byte_array_set_size (mark, (guint) MIN (room, EH_FILE_FRAME_HEAD));
  memset (mark->data, 0, mark->len);
  eh_file_draft_init (&draft, EH_FILE_KIND_MARK, eh_clock_now (self->store->clock), NULL);
  if (mark->len >= eh_file_draft_get_length (&draft, 0))
    eh_file_draft_finish (&draft, &segment->base, &place, mark->data);
  return mark;
}

static gboolean
copy_last_segment (Backup *self, EhFileSegment *segment, const char *to, GError **error)
{
  g_autoptr (GByteArray) mark = make_mark (self, segment);

  return (mark == NULL || eh_file_segment_header_check_writable (&segment->header, segment->path, error))
         && write_copy (self, segment->path, to, segment->bytes, eh_file_loc_offset (self->end), mark, error);
}

static gboolean
copy_segment (Backup *self, const char *folder, guint32 number, GError **error)
{
  g_autoptr (EhFileSegment) segment = eh_file_segments_get (self->store->segments, number, error);
  g_autofree char *to = g_strdup_printf ("%s/%08x.log", folder, number);

  if (segment == NULL)
    return FALSE;
  if (number == eh_file_loc_segment (self->end))
    return copy_last_segment (self, segment, to, error);
  return link_file (self, segment->path, to)
         || write_copy (self, segment->path, to, segment->bytes, segment->end, NULL, error);
}

static gboolean
copy_log (Backup *self, GError **error)
{
  g_autofree char *folder = g_build_filename (self->to, "seg", NULL);
  const guint32 n = eh_file_loc_segment (self->end);

  if (!make_folder (self, folder, error))
    return FALSE;
  for (guint32 number = 1; number <= n; number++)
    {
      if (g_cancellable_set_error_if_cancelled (self->call->cancellable, error)
          || !copy_segment (self, folder, number, error))
        return FALSE;
      if (self->call->progress_func != NULL)
        self->call->progress_func (number, n, self->call->user_data);
    }
  return flush_folder (self, folder, error);
}

/* ---- what is derived ---- */

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* (nullable): nothing if the folder is not there */
static GPtrArray *
list_folder (Backup *self, const char *folder)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (self->ops->list (self->ops->fs, folder, names) < 0)
    return NULL;
  g_ptr_array_sort (names, compare_texts);
  return g_steal_pointer (&names);
}

/* An index of more than was copied would not be believed, and all that is behind it neither. */
static gboolean
is_wanted_run (Backup *self, const char *name)
{
  guint64 begin;
  guint64 end;

  return g_str_has_suffix (name, ".run")
         && sscanf (name, "%16" G_GINT64_MODIFIER "x-%16" G_GINT64_MODIFIER "x", &begin, &end) == 2 && end <= self->end;
}

static gboolean
is_wanted_snapshot (Backup *self, const char *name)
{
  return !g_str_has_suffix (name, ".tmp");
}

static gboolean
copy_folder (Backup *self, const char *from, const char *to, gboolean (*is_wanted) (Backup *, const char *),
             GError **error)
{
  g_autoptr (GPtrArray) names = list_folder (self, from);

  if (names == NULL)
    return TRUE;
  if (!make_folder (self, to, error))
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *from_path = g_build_filename (from, name, NULL);
      g_autofree char *to_path = g_build_filename (to, name, NULL);

      if (is_wanted (self, name) && !link_file (self, from_path, to_path)
          && !copy_file (self, from_path, to_path, error))
        return FALSE;
    }
  return flush_folder (self, to, error);
}

static gboolean
copy_runs (Backup *self, GError **error)
{
  g_autofree char *to = g_build_filename (self->to, "run", NULL);

  return copy_folder (self, self->store->run_folder, to, is_wanted_run, error);
}

static gboolean
copy_snapshots (Backup *self, GError **error)
{
  g_autoptr (GPtrArray) names = list_folder (self, self->store->snapshot_folder);
  g_autofree char *root = g_build_filename (self->to, "snap", NULL);

  if (names == NULL || names->len == 0)
    return TRUE;
  if (!make_folder (self, root, error))
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *from = g_build_filename (self->store->snapshot_folder, g_ptr_array_index (names, i), NULL);
      g_autofree char *to = g_build_filename (root, g_ptr_array_index (names, i), NULL);

      if (!copy_folder (self, from, to, is_wanted_snapshot, error))
        return FALSE;
    }
  return flush_folder (self, root, error);
}

/* ---- the whole ---- */

static EhFileStore *
open_for_reading (const EhFileOps *ops, const char *folder, GError **error)
{
  EhFileOptions options = EH_FILE_OPTIONS_INIT;
  g_autoptr (EhEventStore) store = NULL;
  const EhFileRecovery *recovery = NULL;

  options.read_only = TRUE;
  options.background = FALSE;
  store = eh_file_store_open_with (ops, folder, &options, error);
  if (store == NULL)
    return NULL;
  recovery = eh_file_store_get_recovery (EH_FILE_STORE (store));
  if (recovery->damage == NULL)
    return EH_FILE_STORE (g_steal_pointer (&store));
  g_propagate_error (error, g_error_copy (recovery->damage));
  return NULL;
}

/* What is published now. */
static gboolean
fix_end (Backup *self, GError **error)
{
  if (!eh_file_store_enter_reading (self->store, error))
    return FALSE;
  self->end = self->store->writer.published;
  self->position = self->store->writer.published_position;
  self->has_mark = self->store->writer.has_mark;
  self->result->n_events = self->position - 1;
  eh_unlock (&self->store->lock);
  eh_file_store_leave (self->store);
  return TRUE;
}

static gboolean
check_copy (Backup *self, GError **error)
{
  g_autoptr (EhFileStore) copy = open_for_reading (self->ops, self->to, error);
  guint64 head = 0;

  if (copy == NULL || !eh_event_store_get_head (EH_EVENT_STORE (copy), &head, NULL, error))
    return FALSE;
  if (head == self->result->n_events)
    return eh_event_store_close (EH_EVENT_STORE (copy), NULL, error);
  g_set_error (error, EH_ERROR, EH_ERROR_CORRUPT,
               "%s: the copy has %" G_GUINT64_FORMAT " events and should have %" G_GUINT64_FORMAT, self->to, head,
               self->result->n_events);
  return FALSE;
}

static gboolean
copy_store (Backup *self, GError **error)
{
  /* Snapshots first: one of a version that the copy of the log has not would be believed when that one is another. */
  return copy_snapshots (self, error) && fix_end (self, error) && copy_log (self, error) && copy_runs (self, error)
         && check_copy (self, error);
}

gboolean
eh_file_backup_with (const EhFileToolCall *call, const char *folder, const char *to, gboolean copy_all,
                     EhFileBackup *result, GError **error)
{
  EhFileBackup done = { 0 };
  g_auto (Backup) self = { .ops = call->ops, .call = call, .copy_all = copy_all, .result = &done };

  self.store = open_for_reading (self.ops, folder, error);
  if (self.store == NULL)
    return FALSE;
  self.to = eh_file_target_begin (self.ops, to, error);
  if (self.to == NULL)
    return FALSE;
  if (!copy_store (&self, error))
    {
      eh_file_target_abandon (self.ops, self.to);
      return FALSE;
    }
  if (!eh_file_target_finish (self.ops, self.to, error))
    return FALSE;
  *result = done;
  return TRUE;
}

gboolean
eh_file_backup (const char *folder, const char *to, gboolean copy_all, EhFileProgressFunc progress_func,
                gpointer user_data, EhFileBackup *result, GCancellable *cancellable, GError **error)
{
  const EhFileToolCall call = {
    .ops = eh_file_ops_get_system (),
    .progress_func = progress_func,
    .user_data = user_data,
    .cancellable = cancellable,
  };

  g_return_val_if_fail (folder != NULL && to != NULL, FALSE);
  g_return_val_if_fail (result != NULL, FALSE);

  return eh_file_backup_with (&call, folder, to, copy_all, result, error);
}
