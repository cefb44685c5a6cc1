/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "model/eh-error.h"
#include "store/file/eh-file-breakage-private.h"
#include "store/file/eh-file-folder-private.h"
#include "store/file/eh-file-scan-private.h"

/*
 * Opening, as docs/file-format.md tells it under "Opening after a crash". Nothing is written before it is certain that
 * the folder is a store and not damaged; then only flushes, and a first segment where there was none. A torn tail is
 * left as it is: it is the first append that begins the next segment, whose header says where the torn one ends.
 */

/* ---- the folder ---- */

static gboolean
make_folder (EhFileStore *self, const char *path, GError **error)
{
  const int code = self->ops->make_folder (self->ops->fs, path);

  return code == 0 || code == -EEXIST || eh_file_set_errno (error, code, "create", path);
}

static gboolean
flush_folder (EhFileStore *self, const char *path, GError **error)
{
  const int code = self->ops->sync_folder (self->ops->fs, path);

  return code == 0 || eh_file_set_errno (error, code, "flush", path);
}

/* The folder's own name. Where nobody may look into the folder above, somebody else has made this one. */
static gboolean
flush_parent (EhFileStore *self, gboolean is_new, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (self->folder);
  const int code = EH_FILE_BROKEN (NO_PARENT_SYNC) ? 0 : self->ops->sync_folder (self->ops->fs, parent);

  return code == 0 || (code == -EACCES && !is_new) || eh_file_set_errno (error, code, "flush", parent);
}

/* One whose name cannot be made durable is not left: the next time it would not be new. */
static gboolean
make_store_folder (EhFileStore *self, GError **error)
{
  const int code = self->ops->make_folder (self->ops->fs, self->folder);

  if (code < 0)
    return code == -EEXIST || eh_file_set_errno (error, code, "create", self->folder);
  if (flush_parent (self, TRUE, error))
    return TRUE;
  self->ops->unlink (self->ops->fs, self->folder);
  return FALSE;
}

static gboolean
remove_temporaries (EhFileStore *self, const char *folder, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  int code = self->ops->list (self->ops->fs, folder, names);

  if (code < 0 && code != -ENOENT)
    return eh_file_set_errno (error, code, "list", folder);
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (!g_str_has_suffix (name, ".tmp"))
        continue;
      code = self->ops->unlink (self->ops->fs, path);
      if (code < 0 && code != -ENOENT)
        return eh_file_set_errno (error, code, "remove", path);
    }
  return TRUE;
}

/* ---- the log ---- */

static gboolean
read_store_id (EhFileStore *self, guint32 n, GError **error)
{
  g_autofree char *path = eh_file_segments_get_path (self->segments, n);
  EhFileSegmentHeader header;
  EhFileSegmentHeader first;

  if (!eh_file_segments_read_header (self->segments, n, &header, error))
    return FALSE;
  if (!self->options.read_only && !eh_file_segment_header_check_writable (&header, path, error))
    return FALSE;
  if (eh_file_segments_read_header (self->segments, 1, &first, NULL)
      && memcmp (first.store_id, header.store_id, 16) != 0)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_CORRUPT,
                   "%s: damaged at byte 0: it belongs to another store than the first segment", path);
      return FALSE;
    }
  memcpy (self->store_id, header.store_id, 16);
  eh_file_segments_set_store (self->segments, self->store_id);
  return TRUE;
}

gboolean
eh_file_store_fits_runs (EhFileStore *self, EhFileRuns *runs, guint8 *last_kind)
{
  const guint64 last = eh_file_runs_get_last_loc (runs);
  const guint64 end = eh_file_runs_get_end (runs);
  g_autoptr (EhFileSegment) segment = NULL;
  EhFileFrame frame;

  if (last == EH_FILE_LOC_NONE)
    return end == eh_file_loc (1, EH_FILE_SEGMENT_HEADER);
  if (eh_file_loc_segment (last) != eh_file_loc_segment (end))
    return FALSE;
  segment = eh_file_segments_get (self->segments, eh_file_loc_segment (last), NULL);
  if (segment == NULL || !eh_file_segment_read (segment, eh_file_loc_offset (last), &frame, NULL))
    return FALSE;
  *last_kind = frame.kind;
  return frame.position + frame.n_events == eh_file_runs_get_end_position (runs)
         && (frame.loc + frame.length == end || (segment->base.compacted && frame.loc + frame.length < end));
}

static gboolean
open_index (EhFileStore *self, guint32 n, EhFileScan *scan, GError **error)
{
  const guint64 log_end = eh_file_loc (n, G_MAXUINT32);
  g_autoptr (EhFileRuns) runs = eh_file_runs_open (self->ops, self->run_folder, self->store_id, log_end, error);

  if (runs == NULL)
    return FALSE;
  if (!eh_file_store_fits_runs (self, runs, &scan->last_kind))
    {
      g_clear_pointer (&runs, eh_file_runs_unref);
      runs = eh_file_runs_open (self->ops, self->run_folder, self->store_id, 0, error);
      if (runs == NULL)
        return FALSE;
    }
  scan->segment = eh_file_loc_segment (eh_file_runs_get_end (runs));
  scan->end = eh_file_loc_offset (eh_file_runs_get_end (runs));
  scan->flushed = scan->end;
  scan->next_position = eh_file_runs_get_end_position (runs);
  eh_file_index_init (&self->index, runs, eh_file_runs_get_end (runs), scan->next_position);
  return TRUE;
}

static gboolean
set_damage (const EhFileSegment *segment, guint32 end, const char *what, GError **error)
{
  g_set_error (error, EH_ERROR, EH_ERROR_CORRUPT,
               "%s: damaged at byte %u: %s; open the store with mode=read, or repair it", segment->path, end, what);
  return FALSE;
}

#define FLUSHED "what was there had been flushed, as "

/* What proves that the log went on at @scan's end. (nullable) (transfer full): NULL also with an error */
static char *
find_witness (EhFileStore *self, const EhFileSegment *segment, const EhFileScan *scan, EhFileTear tear, guint32 proof,
              GError **error)
{
  const guint64 loc = eh_file_loc (scan->segment, scan->end);
  g_autofree char *run = NULL;

  if (EH_FILE_BROKEN (CUT_AT_BAD))
    return NULL;
  if (tear == EH_FILE_TEAR_DAMAGE)
    return g_strdup_printf (FLUSHED "the frame at byte %u proves", proof);
  if (eh_file_lock_page_get_durable (&self->lock_page, self->store_id) > loc)
    return g_strdup (FLUSHED "the file LOCK says");
  run = eh_file_runs_find_beyond (self->index.runs, loc, error);
  if (run != NULL)
    return g_strdup_printf (FLUSHED "%s says, which is about more than the log has", run);
  if (eh_file_scan_is_cut (segment, tear, scan->last_kind))
    return g_strdup_printf ("the file was made with %" G_GUINT64_FORMAT " bytes, has %" G_GSIZE_FORMAT
                            " and no mark at its end",
                            segment->header.size, segment->size);
  return NULL;
}

/* Whether what is behind the last valid frame is fine, torn or damage. */
static gboolean
judge_end (EhFileStore *self, const EhFileSegment *segment, const EhFileScan *scan, GError **error)
{
  const guint64 loc = eh_file_loc (scan->segment, scan->end);
  guint32 proof = 0;
  guint32 torn_end = scan->end;
  g_autofree char *witness = NULL;
  GError *own_error = NULL;
  EhFileTear tear;

  /* The last segment is never compacted. */
  if (segment->base.compacted)
    return eh_file_segment_set_corrupt (segment, segment->end, "the segments behind it are missing: put them back",
                                        error);
  tear = eh_file_scan_look_ahead (segment, scan->end, &proof, &torn_end);
  witness = find_witness (self, segment, scan, tear, proof, &own_error);
  if (witness != NULL)
    return set_damage (segment, scan->end, witness, error);
  if (own_error != NULL)
    {
      g_propagate_error (error, own_error);
      return FALSE;
    }
  if (tear != EH_FILE_TEAR_NONE)
    {
      self->recovery.torn_loc = loc;
      self->recovery.torn_bytes = torn_end - scan->end;
      self->writer.sealed = !EH_FILE_BROKEN (WRITE_OVER_TAIL);
    }
  return TRUE;
}

/* What can be read of a damaged log is read; the error is kept for who asks. */
static gboolean
bear_damage (EhFileStore *self, GError *damage, GError **error)
{
  if (self->options.read_only && g_error_matches (damage, EH_ERROR, EH_ERROR_CORRUPT))
    {
      self->recovery.damage = damage;
      return TRUE;
    }
  g_propagate_error (error, damage);
  return FALSE;
}

/* What is behind @scan, without taking it in. */
static gboolean
check_rest (EhFileStore *self, const EhFileScan *scan, GError **error)
{
  g_autoptr (EhFileSegment) segment = NULL;
  EhFileScan rest = *scan;

  rest.only_looks = TRUE;
  if (!eh_file_store_scan (self, &rest, G_MAXUINT64, error))
    return FALSE;
  segment = eh_file_segments_get (self->segments, rest.segment, error);
  return segment != NULL && judge_end (self, segment, &rest, error);
}

/* Where there is no room for it the store is opened without, as far as the memory goes, and the worker tries again. */
static gboolean
make_run (EhFileStore *self, GError **error)
{
  const gsize memory = self->options.memory;
  const EhFileTail *frozen = eh_file_index_freeze (&self->index);
  GError *failure = NULL;
  g_autoptr (EhFileRuns) runs = eh_file_runs_add (self->index.runs, frozen, &failure);

  if (runs != NULL)
    eh_file_index_thaw (&self->index, runs, memory);
  else
    eh_file_index_keep_frozen (&self->index, memory, failure);
  return eh_file_index_check_room (&self->index, memory, self->folder, error);
}

/*
 * If the index was lost, a writer makes runs on the way, so that the memory stays bounded; but not before it is certain
 * that the log is whole, because to a damaged one nothing is done.
 */
static gboolean
scan_log (EhFileStore *self, EhFileScan *scan, guint64 limit, GError **error)
{
  gboolean is_checked = FALSE;

  while (eh_file_store_scan (self, scan, limit, error))
    {
      if (!scan->is_full)
        return TRUE;
      if (!is_checked && !check_rest (self, scan, error))
        return FALSE;
      is_checked = TRUE;
      if (!make_run (self, error))
        return FALSE;
    }
  return FALSE;
}

/* How far a reader may look: all of it, unless somebody writes. */
static guint64
get_limit (EhFileStore *self, guint32 n)
{
  guint64 published;

  if (!self->options.read_only || !eh_file_lock_page_is_written (&self->lock_page))
    return G_MAXUINT64;
  published = eh_file_lock_page_get_end (&self->lock_page, self->store_id);
  return MAX (published, eh_file_loc (n, EH_FILE_SEGMENT_HEADER));
}

static gboolean
read_log (EhFileStore *self, guint32 n, GError **error)
{
  EhFileWriter *writer = &self->writer;
  g_autoptr (EhFileSegment) segment = NULL;
  const guint64 limit = get_limit (self, n);
  EhFileScan scan = { 0 };
  GError *damage = NULL;

  if (!open_index (self, n, &scan, error))
    return FALSE;
  if (!scan_log (self, &scan, limit, &damage) && !bear_damage (self, damage, error))
    return FALSE;
  segment = eh_file_segments_get (self->segments, scan.segment, error);
  if (segment == NULL)
    return FALSE;
  damage = NULL;
  if (limit == G_MAXUINT64 && self->recovery.damage == NULL && !judge_end (self, segment, &scan, &damage))
    {
      /* What a reader saw may also be what somebody has written since; who writes has judged by himself. */
      if (self->options.read_only && eh_file_lock_page_is_written (&self->lock_page))
        g_clear_error (&damage);
      else if (!bear_damage (self, damage, error))
        return FALSE;
    }

  self->recovery.n_scanned = scan.n_bytes;
  writer->next_position = scan.next_position;
  writer->published = eh_file_loc (scan.segment, scan.end);
  writer->published_position = scan.next_position;
  writer->assigned = scan.end;
  writer->flushed = scan.flushed;
  writer->size = (guint32) segment->size;
  /* Nobody tells whether what is behind was given back. */
  writer->ready = (guint32) MIN (writer->size, eh_file_whole_pages (scan.end));
  if (EH_FILE_BROKEN (NO_ROOM))
    writer->ready = writer->size;
  writer->has_mark = scan.last_kind == EH_FILE_KIND_MARK;
  writer->segment = g_steal_pointer (&segment);
  return TRUE;
}

/*
 * The last group may be there only as far as the system's memory goes: if its flush failed, the system may take it for
 * written, and flushing again does nothing. So it is written again, as it is.
 */
static gboolean
write_again (EhFileStore *self, GError **error)
{
  EhFileWriter *writer = &self->writer;
  const guint64 durable = eh_file_lock_page_get_durable (&self->lock_page, self->store_id);
  const guint32 number = writer->segment->header.number;
  const guint32 known = eh_file_loc_segment (durable) == number ? eh_file_loc_offset (durable) : 0;
  const guint32 from = MAX (writer->flushed, MAX (known, EH_FILE_SEGMENT_HEADER));
  g_autofree guint8 *bytes = NULL;

  if (self->options.read_only || from >= writer->assigned)
    return TRUE;
  bytes = g_memdup2 (writer->segment->bytes + from, writer->assigned - from);
  return eh_file_write_fully (self->ops, writer->file, writer->segment->path, bytes, writer->assigned - from, from,
                              error);
}

/* F12. */
static gboolean
make_durable (EhFileStore *self, GError **error)
{
  EhFileWriter *writer = &self->writer;
  const char *path = writer->segment->path;
  const EhFileOpenFlags flags = self->options.read_only ? EH_FILE_OPEN_READ : EH_FILE_OPEN_WRITE;
  int code = 0;

  writer->file = self->ops->open (self->ops->fs, path, flags);
  if (writer->file < 0)
    return eh_file_set_errno (error, writer->file, "open", path);
  if (EH_FILE_BROKEN (SERVE_BEFORE_SYNC))
    return TRUE;
  if (!write_again (self, error))
    return FALSE;
  code = self->ops->sync (self->ops->fs, writer->file);
  if (code == 0)
    code = self->ops->sync_folder (self->ops->fs, self->segment_folder);
  /* On a disk that cannot be written to nothing can be pending. */
  if (code == 0 || (self->options.read_only && (code == -EROFS || code == -EINVAL)))
    {
      writer->flushed = writer->assigned;
      return TRUE;
    }
  return eh_file_set_errno (error, code, "flush", path);
}

/* ---- the whole ---- */

static gboolean
open_log (EhFileStore *self, guint32 n, GError **error)
{
  const gboolean is_lazy = self->options.sync != EH_FILE_SYNC_ALWAYS;
  EhFileWriter *writer = &self->writer;

  if (!read_store_id (self, n, error) || !read_log (self, n, error) || !make_durable (self, error))
    return FALSE;
  if (self->options.read_only)
    return TRUE;
  /* F4: the header says what may be in flight at once. */
  if (is_lazy && writer->segment->header.group_limit < writer->segment->header.size)
    writer->sealed = TRUE;
  eh_file_types_begin (&self->types, n);
  eh_file_lock_page_set_store (&self->lock_page, self->store_id);
  eh_file_lock_page_set_durable (&self->lock_page, writer->published);
  eh_file_lock_page_publish (&self->lock_page, writer->published);
  return TRUE;
}

static gboolean
make_log (EhFileStore *self, GError **error)
{
  g_autoptr (EhFileRuns) runs = NULL;
  int code;

  code = self->ops->random (self->ops->fs, self->store_id, sizeof self->store_id);
  if (code < 0)
    return eh_file_set_errno (error, code, "get random bytes for", self->folder);
  runs = eh_file_runs_open (self->ops, self->run_folder, self->store_id, 0, error);
  if (runs == NULL)
    return FALSE;
  eh_file_segments_set_store (self->segments, self->store_id);
  eh_file_index_init (&self->index, runs, eh_file_loc (1, EH_FILE_SEGMENT_HEADER), 1);
  self->writer.next_position = self->writer.published_position = 1;
  eh_file_lock_page_set_store (&self->lock_page, self->store_id);
  return eh_file_writer_begin (self, error);
}

static gboolean
open_writable (EhFileStore *self, gboolean exists, GError **error)
{
  g_autofree char *lock_path = g_build_filename (self->folder, "LOCK", NULL);
  guint32 n = 0;

  if (!exists && !self->options.create)
    return eh_file_folder_set_missing (self->ops, self->folder, error);
  if (!make_store_folder (self, error))
    return FALSE;
  if (!eh_file_lock_page_take (&self->lock_page, self->ops, lock_path, error))
    return FALSE;
  if (!eh_file_segments_list (self->segments, &n, error)
      || (n == 0 && !eh_file_folder_check_no_log (self->ops, self->folder, &self->lock_page, error)))
    return FALSE;
  if (!make_folder (self, self->segment_folder, error))
    return FALSE;
  if (!flush_folder (self, self->folder, error) || !flush_parent (self, FALSE, error))
    return FALSE;
  if (n > 0 ? !open_log (self, n, error) : !make_log (self, error))
    return FALSE;
  eh_file_runs_drop_others (self->index.runs);
  return remove_temporaries (self, self->segment_folder, error);
}

static gboolean
open_readable (EhFileStore *self, GError **error)
{
  g_autofree char *lock_path = g_build_filename (self->folder, "LOCK", NULL);
  guint32 n = 0;

  if (!eh_file_lock_page_look (&self->lock_page, self->ops, lock_path, error)
      || !eh_file_segments_list (self->segments, &n, error))
    return FALSE;
  if (n > 0)
    return open_log (self, n, error);
  return eh_file_folder_set_missing (self->ops, self->folder, error);
}

gboolean
eh_file_store_recover (EhFileStore *self, GError **error)
{
  gboolean exists = FALSE;

  self->recovery.torn_loc = EH_FILE_LOC_NONE;
  if (!eh_file_folder_check (self->ops, self->folder, &exists, error))
    return FALSE;
  return self->options.read_only ? open_readable (self, error) : open_writable (self, exists, error);
}
