/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "model/eh-error.h"
#include "store/file/eh-file-ends-private.h"
#include "store/file/eh-file-folder-private.h"
#include "store/file/eh-file-sums-private.h"
#include "store/file/eh-file-tools-private.h"

/*
 * Checking a whole store. The log is gone through once; each stream's last version is remembered, so that a gap is told
 * with its place. Whether the index and the snapshots are as they should be is looked at afterwards.
 */

#define DELETED 1

typedef struct {
  const EhFileOps *ops;
  const EhFileToolCall *call;
  EhFileVerification *result;
  EhFileTally tally;
  EhFileNames *names; /* (owned) */
  EhFileSums *sums;   /* (owned) */
} Verify;

static void
verify_clear (Verify *self)
{
  eh_file_tally_clear (&self->tally);
  g_clear_pointer (&self->names, eh_file_names_free);
  g_clear_pointer (&self->sums, eh_file_sums_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Verify, verify_clear)

static void
take_damage (gpointer user_data, const EhFileDamage *damage)
{
  Verify *self = user_data;

  self->result->n_damages++;
  self->result->n_derived += damage->derived;
  if (self->call->damage_func != NULL)
    self->call->damage_func (damage, self->call->user_data);
}

/* ---- frames ---- */

static void
tell (Verify *self, const EhFileSegment *segment, const EhFileFrame *frame, const char *name, gsize length,
      const char *message)
{
  g_autofree char *stream = name != NULL ? g_strndup (name, length) : NULL;
  const guint64 at = (guint64) (frame->bytes - segment->bytes);
  const EhFileDamage damage = {
    .path = segment->path,
    .offset = at,
    .end = at + frame->length,
    .first_position = frame->n_events > 0 && name == NULL ? frame->position : 0,
    .last_position = frame->n_events > 0 && name == NULL ? frame->position + frame->n_events - 1 : 0,
    .stream = stream,
    .message = message,
  };

  take_damage (self, &damage);
}

static char *
describe_gap (guint64 first, guint64 last)
{
  if (first == last)
    return g_strdup_printf ("version %" G_GUINT64_FORMAT " of its stream is missing", first);
  return g_strdup_printf ("versions %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT " of its stream are missing", first,
                          last);
}

/* What a stream's frame says must go on from what is known of it. (nullable) (transfer full) */
static char *
find_fault (const EhFileFrame *frame, const EhFileTallied *stream)
{
  const guint64 version = stream->version;

  if (stream->other == DELETED)
    return g_strdup ("the stream goes on behind its end");
  if (frame->n_events > 0 && frame->version == version + 1)
    return NULL;
  if (frame->n_events > 0 && frame->version > version + 1)
    return describe_gap (version + 1, frame->version - 1);
  if (frame->n_events > 0)
    return g_strdup_printf ("version %" G_GUINT64_FORMAT " of its stream is there already", frame->version);
  if (frame->kind == EH_FILE_KIND_TOMBSTONE ? frame->version == version : frame->version <= version)
    return NULL;
  return describe_gap (version + 1, frame->version);
}

static gboolean
take_frame (gpointer user_data, EhFileSegment *segment, const EhFileFrame *frame, GError **error)
{
  Verify *self = user_data;
  g_autoptr (GError) reason = NULL;
  g_autofree char *fault = NULL;
  EhFileTallied *stream = NULL;
  const char *name = NULL;
  gsize length = 0;
  EhFileKey key;

  self->result->n_frames++;
  if (!eh_file_frame_has_stream (frame))
    return TRUE;
  if (!eh_file_names_find (self->names, segment, frame, &name, &length, &key, &reason)
      || !eh_file_names_check_events (self->names, segment, frame, &reason))
    {
      tell (self, segment, frame, NULL, 0, reason->message);
      return TRUE;
    }
  self->result->n_events += frame->n_events;
  if (!eh_file_sums_open (self->sums, segment->header.store_id, error))
    return FALSE;
  eh_file_sums_add (self->sums, frame, &key);

  stream = eh_file_tally_get (&self->tally, &key);
  fault = find_fault (frame, stream);
  if (fault != NULL)
    tell (self, segment, frame, name, length, fault);
  stream->version = MAX (MAX (stream->version, frame->version + MAX (frame->n_events, 1) - 1), 1);
  if (frame->kind == EH_FILE_KIND_TOMBSTONE)
    stream->other = DELETED;
  return TRUE;
}

/* ---- snapshots ---- */

static gboolean
is_snapshot (const guint8 *bytes, gsize size, const guint8 store_id[16])
{
  return size >= 48 && memcmp (bytes, "EHSNAP\r\n", 8) == 0 && memcmp (bytes + 16, store_id, 16) == 0
         && eh_load_32 (bytes + 8) == eh_crc32c (0, bytes + 12, size - 12);
}

/* One that is replaced or removed at this moment is not looked at. */
static void
check_snapshot (Verify *self, const char *path, const guint8 store_id[16])
{
  const EhFileDamage damage = { .path = path, .derived = TRUE, .message = "it is no snapshot of this store" };
  const int file = self->ops->open (self->ops->fs, path, EH_FILE_OPEN_READ);
  EhFileStat found = { 0 };
  gconstpointer bytes = NULL;
  int code = file;

  if (file < 0)
    return;
  code = self->ops->fstat (self->ops->fs, file, &found);
  if (code == 0 && found.size > 0)
    code = self->ops->map (self->ops->fs, file, found.size, &bytes);
  if (code == 0 && (bytes == NULL || !is_snapshot (bytes, found.size, store_id)))
    take_damage (self, &damage);
  if (bytes != NULL)
    self->ops->unmap (self->ops->fs, bytes, found.size);
  self->ops->close (self->ops->fs, file);
}

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
check_snapshots (Verify *self, const char *folder, const guint8 store_id[16], guint depth)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (self->ops->list (self->ops->fs, folder, names) < 0)
    return;
  g_ptr_array_sort (names, compare_texts);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, g_ptr_array_index (names, i), NULL);

      if (depth > 0)
        check_snapshots (self, path, store_id, depth - 1);
      else if (!g_str_has_suffix (path, ".tmp"))
        check_snapshot (self, path, store_id);
    }
}

/* ---- the whole ---- */

static gboolean
verify_log (Verify *self, const char *folder, const EhFileInspectFuncs *funcs, GCancellable *cancellable,
            GError **error)
{
  g_autofree char *snapshots = g_build_filename (folder, "snap", NULL);
  EhFileInspection found;
  gboolean is_whole;

  self->sums = eh_file_sums_new (self->ops, folder, error);
  if (self->sums == NULL || !eh_file_inspect (self->ops, folder, funcs, &found, cancellable, error)
      || !eh_file_sums_open (self->sums, found.store_id, error))
    return FALSE;
  self->result->n_segments = found.n_segments;
  self->result->n_bytes = found.n_bytes;
  self->result->n_streams = self->tally.n_streams;
  self->result->has_lock = found.has_lock;
  if (found.torn_loc != EH_FILE_LOC_NONE)
    {
      self->result->torn_segment = eh_file_loc_segment (found.torn_loc);
      self->result->torn_offset = eh_file_loc_offset (found.torn_loc);
    }
  is_whole = self->result->n_damages == 0;
  if (!is_whole)
    eh_file_tell_lost_ends (self->ops, folder, found.store_id, &self->tally, funcs);
  self->result->n_runs = eh_file_sums_compare (self->sums, is_whole, found.end, funcs);
  check_snapshots (self, snapshots, found.store_id, 1);
  return TRUE;
}

gboolean
eh_file_verify_with (const EhFileToolCall *call, const char *folder, EhFileVerification *result, GError **error)
{
  EhFileVerification found = { 0 };
  g_auto (Verify) self = {
    .ops = call->ops,
    .call = call,
    .result = &found,
    .names = eh_file_names_new (),
  };
  const EhFileInspectFuncs funcs = {
    .frame = take_frame,
    .damage = take_damage,
    .progress = call->progress_func,
    .progress_data = call->user_data,
    .user_data = &self,
  };

  eh_file_tally_init (&self.tally);
  if (!eh_file_folder_check_exists (self.ops, folder, error)
      || !verify_log (&self, folder, &funcs, call->cancellable, error))
    return FALSE;
  *result = found;
  return TRUE;
}

gboolean
eh_file_verify (const char *folder, EhFileDamageFunc damage_func, EhFileProgressFunc progress_func, gpointer user_data,
                EhFileVerification *result, GCancellable *cancellable, GError **error)
{
  const EhFileToolCall call = {
    .ops = eh_file_ops_get_system (),
    .damage_func = damage_func,
    .progress_func = progress_func,
    .user_data = user_data,
    .cancellable = cancellable,
  };

  g_return_val_if_fail (folder != NULL, FALSE);
  g_return_val_if_fail (result != NULL, FALSE);

  return eh_file_verify_with (&call, folder, result, error);
}
