/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-error.h"
#include "store/file/eh-file-breakage-private.h"
#include "store/file/eh-file-ends-private.h"
#include "store/file/eh-file-folder-private.h"
#include "store/file/eh-file-lock-page-private.h"
#include "store/file/eh-file-reader-private.h"
#include "store/file/eh-file-target-private.h"
#include "store/file/eh-file-tools-private.h"

/*
 * Saving what is whole. Each frame of the damaged log that can be understood is appended to a new store, as one batch
 * with its ids and its time, so that the new store is made by the code that makes all stores and holds what it always
 * holds. Where a stream has a hole its later events get lower versions; from where on, and by how much, is remembered,
 * because a truncation speaks of versions too.
 *
 * Of what compaction left of a frame (a stub) the ids have to stay taken. It is appended with empty data, which nobody
 * can read once its stream is truncated or deleted; if the damage took the frame that says so, it is said again.
 */

/* From @old_version on a stream's versions are @shift lower. */
typedef struct {
  EhFileKey key;
  guint64 old_version;
  guint64 shift;
} Shift;

/* A stream that has stubs. */
typedef struct {
  EhStreamName *name;  /* (owned) */
  guint64 old_version; /* of the last one */
  guint64 new_version;
} Stubbed;

typedef struct {
  const EhFileOps *ops;
  EhEventStore *store; /* (owned) (nullable): the new one */
  EhFileNames *names;  /* (owned) */
  EhFileReader reader;
  EhFileTally tally;   /* a stream's old version, and by how much its events are shifted at present */
  GArray *shifts;      /* (owned) (element-type Shift) */
  GPtrArray *stubbed;  /* (owned) (element-type Stubbed) */
  GHashTable *by_name; /* (owned): EhStreamName to Stubbed */
  EhFileRepair *result;
  const EhFileToolCall *call;
} Repair;

static void
stubbed_free (gpointer data)
{
  Stubbed *self = data;

  eh_stream_name_unref (self->name);
  g_free (self);
}

static void
repair_init (Repair *self)
{
  self->names = eh_file_names_new ();
  eh_file_reader_init (&self->reader, NULL, 1);
  eh_file_tally_init (&self->tally);
  self->shifts = g_array_new (FALSE, FALSE, sizeof (Shift));
  self->stubbed = g_ptr_array_new_with_free_func (stubbed_free);
  self->by_name = g_hash_table_new (eh_stream_name_hash, (GEqualFunc) eh_stream_name_equal);
}

static void
repair_clear (Repair *self)
{
  g_clear_object (&self->store);
  eh_file_names_free (self->names);
  eh_file_reader_clear (&self->reader);
  eh_file_tally_clear (&self->tally);
  g_array_unref (self->shifts);
  g_hash_table_unref (self->by_name);
  g_ptr_array_unref (self->stubbed);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Repair, repair_clear)

/* ---- what is lost ---- */

static void
take_damage (gpointer user_data, const EhFileDamage *damage)
{
  Repair *self = user_data;

  self->result->n_damages++;
  if (damage->last_position == G_MAXUINT64)
    self->result->unknown = TRUE;
  else if (damage->first_position > 0)
    self->result->n_lost += damage->last_position - damage->first_position + 1;
  if (self->call->damage_func != NULL)
    self->call->damage_func (damage, self->call->user_data);
}

/* A frame that is whole but cannot be used. */
static void
lose_frame (Repair *self, const EhFileSegment *segment, const EhFileFrame *frame, const char *stream,
            const char *message)
{
  const guint64 at = (guint64) (frame->bytes - segment->bytes);
  const EhFileDamage damage = {
    .path = segment->path,
    .offset = at,
    .end = at + frame->length,
    .first_position = frame->n_events > 0 ? frame->position : 0,
    .last_position = frame->n_events > 0 ? frame->position + frame->n_events - 1 : 0,
    .stream = stream,
    .message = message,
  };

  take_damage (self, &damage);
}

/* Errors of the disk end it; a frame that the new store does not accept is lost. */
static gboolean
bear (Repair *self, const EhFileSegment *segment, const EhFileFrame *frame, EhStreamName *name, GError *reason,
      GError **error)
{
  if (reason->domain != EH_ERROR)
    {
      g_propagate_error (error, reason);
      return FALSE;
    }
  lose_frame (self, segment, frame, eh_stream_name_to_string (name), reason->message);
  g_error_free (reason);
  return TRUE;
}

/* ---- versions ---- */

static void
note_shift (Repair *self, EhFileTallied *stream, guint64 old_version, guint64 new_version)
{
  const guint64 shift = old_version - new_version;

  if (stream->other == shift)
    return;
  g_array_append_vals (self->shifts, &(Shift){ stream->key, old_version, shift }, 1);
  stream->other = shift;
}

/* The version that an event had, or that of the next one that is left. */
static guint64
find_new_version (Repair *self, const EhFileKey *key, guint64 old_version)
{
  guint64 shift = 0;
  guint64 next = G_MAXUINT64;

  for (guint i = 0; i < self->shifts->len && next == G_MAXUINT64; i++)
    {
      const Shift *at = &g_array_index (self->shifts, Shift, i);

      if (!eh_file_key_equal (&at->key, key))
        continue;
      if (at->old_version <= old_version)
        shift = at->shift;
      else
        next = at->old_version - at->shift;
    }
  return MIN (old_version - MIN (shift, old_version), next);
}

static void
tell_moves (Repair *self, const EhFileFrame *frame, EhStreamName *name, const EhAppendResult *done)
{
  const guint64 first_position = done->last_position - (done->last_version - done->first_version);

  if (done->first_version == frame->version)
    return;
  self->result->n_moved += frame->n_events;
  for (guint i = 0; self->call->move_func != NULL && i < frame->n_events; i++)
    self->call->move_func (&(EhFileMove){ eh_stream_name_to_string (name), frame->version + i, done->first_version + i,
                                          frame->position + i, first_position + i },
                           self->call->user_data);
}

/* ---- frames with events ---- */

static EhEventBatch *
make_batch (Repair *self, const EhFileFrame *frame, EhStreamName *name, GError **error)
{
  g_autofree EhEvent **events = g_new0 (EhEvent *, frame->n_events);
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (name, frame->time);
  gboolean ok = eh_file_reader_make_events (&self->reader, frame, name, frame->version,
                                            frame->version + frame->n_events - 1, events, error);

  for (guint i = 0; ok && i < frame->n_events; i++)
    {
      gsize length = 0;
      const char *data = eh_event_get_json_data (events[i], &length);

      if (i == 0)
        eh_event_batch_set_context (batch, eh_event_get_metadata (events[i]), eh_event_get_correlation_id (events[i]),
                                    eh_event_get_causation_id (events[i]));
      ok = eh_event_batch_add_json (batch, eh_event_get_id (events[i]), eh_event_get_type_name (events[i]),
                                    eh_event_get_revision (events[i]), data, (gssize) length, error);
    }
  for (guint i = 0; i < frame->n_events; i++)
    g_clear_pointer (&events[i], eh_event_unref);
  return ok ? g_steal_pointer (&batch) : NULL;
}

static EhEventBatch *
make_stub_batch (Repair *self, EhFileSegment *segment, const EhFileFrame *frame, EhStreamName *name, GError **error)
{
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (name, frame->time);
  EhFileEventIter iter;
  EhFileEvent event;

  eh_file_event_iter_init (&iter, frame);
  while (eh_file_event_iter_next (&iter, &event))
    {
      const char *type = NULL;
      EhId id;

      memcpy (id.bytes, event.id, 16);
      if (!eh_file_segment_get_type (segment, frame, &event, &type, error)
          || !eh_event_batch_add_json (batch, &id, type, event.revision, "{}", 2, error))
        return NULL;
    }
  return g_steal_pointer (&batch);
}

static void
note_stub (Repair *self, EhStreamName *name, const EhFileFrame *frame, guint64 new_version)
{
  Stubbed *stubbed = g_hash_table_lookup (self->by_name, name);

  if (stubbed == NULL)
    {
      stubbed = g_new0 (Stubbed, 1);
      stubbed->name = eh_stream_name_ref (name);
      g_ptr_array_add (self->stubbed, stubbed);
      g_hash_table_insert (self->by_name, stubbed->name, stubbed);
    }
  stubbed->old_version = frame->version + frame->n_events - 1;
  stubbed->new_version = new_version;
}

static gboolean
save_events (Repair *self, EhFileSegment *segment, const EhFileFrame *frame, const EhFileKey *key, EhStreamName *name,
             GError **error)
{
  const gboolean is_stub = frame->kind == EH_FILE_KIND_STUB;
  g_autoptr (EhEventBatch) batch = NULL;
  g_auto (EhAppendResult) done = EH_APPEND_RESULT_INIT;
  EhFileTallied *stream = NULL;
  GError *reason = NULL;

  batch = is_stub ? make_stub_batch (self, segment, frame, name, &reason) : make_batch (self, frame, name, &reason);
  if (batch == NULL
      || !eh_event_store_append (self->store, batch, EH_EXPECTED_ANY, EH_APPEND_NONE, &done, NULL, &reason))
    return bear (self, segment, frame, name, reason, error);
  if (is_stub)
    note_stub (self, name, frame, done.last_version);
  stream = eh_file_tally_get (&self->tally, key);
  note_shift (self, stream, frame->version, done.first_version);
  stream->version = frame->version + frame->n_events - 1;
  tell_moves (self, frame, name, &done);
  return TRUE;
}

/* ---- the other frames ---- */

static gboolean
save_truncation (Repair *self, EhFileSegment *segment, const EhFileFrame *frame, const EhFileKey *key,
                 EhStreamName *name, GError **error)
{
  guint64 first = find_new_version (self, key, frame->version);
  guint64 version = 0;
  GError *reason = NULL;

  if (!eh_event_store_get_version (self->store, name, &version, NULL, &reason))
    return bear (self, segment, frame, name, reason, error);
  first = MIN (first, version);
  if (first <= 1 || eh_file_store_truncate_stream (EH_FILE_STORE (self->store), name, first, NULL, &reason))
    return TRUE;
  return bear (self, segment, frame, name, reason, error);
}

static gboolean
save_tombstone (Repair *self, EhFileSegment *segment, const EhFileFrame *frame, EhStreamName *name, GError **error)
{
  GError *reason = NULL;

  return eh_event_store_delete_stream (self->store, name, EH_EXPECTED_ANY, NULL, &reason)
         || bear (self, segment, frame, name, reason, error);
}

static gboolean
take_frame (gpointer user_data, EhFileSegment *segment, const EhFileFrame *frame, GError **error)
{
  Repair *self = user_data;
  g_autoptr (GError) reason = NULL;
  g_autoptr (EhStreamName) name = NULL;
  g_autofree char *text = NULL;
  const char *found = NULL;
  gsize length = 0;
  EhFileKey key;

  if (!eh_file_frame_has_stream (frame))
    return TRUE;
  if (self->reader.segment != segment)
    {
      g_clear_pointer (&self->reader.segment, eh_file_segment_unref);
      self->reader.segment = eh_file_segment_ref (segment);
    }
  if (!eh_file_names_find (self->names, segment, frame, &found, &length, &key, &reason))
    {
      lose_frame (self, segment, frame, NULL, reason->message);
      return TRUE;
    }
  text = g_strndup (found, length);
  name = eh_stream_name_parse (text, &reason);
  if (name == NULL)
    {
      lose_frame (self, segment, frame, text, reason->message);
      return TRUE;
    }
  if (frame->n_events > 0)
    return save_events (self, segment, frame, &key, name, error);
  if (frame->kind == EH_FILE_KIND_TRUNCATION)
    return save_truncation (self, segment, frame, &key, name, error);
  return save_tombstone (self, segment, frame, name, error);
}

/* Whatever has no data any more is not to be read. */
static gboolean
hide_stub (Repair *self, const Stubbed *stubbed, GError **error)
{
  g_autoptr (EhEventPage) page = NULL;
  g_autoptr (GError) reason = NULL;
  guint64 version = 0;

  page = eh_event_store_read_stream (self->store, stubbed->name, 1, EH_FORWARDS, 1, NULL, &reason);
  if (page == NULL && g_error_matches (reason, EH_ERROR, EH_ERROR_NOT_FOUND))
    return TRUE;
  if (page == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  if (eh_event_page_get_size (page) > 0 && eh_event_get_version (eh_event_page_get (page, 0)) > stubbed->new_version)
    return TRUE;
  if (!eh_event_store_get_version (self->store, stubbed->name, &version, NULL, error))
    return FALSE;
  if (version > stubbed->new_version)
    return eh_file_store_truncate_stream (EH_FILE_STORE (self->store), stubbed->name, stubbed->new_version + 1, NULL,
                                          error);
  return eh_event_store_delete_stream (self->store, stubbed->name, EH_EXPECTED_ANY, NULL, error);
}

/* ---- the whole ---- */

static gboolean
check_not_written (const EhFileOps *ops, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "LOCK", NULL);
  EhFileLockPage page = { .file = -1 };
  gboolean ok = eh_file_lock_page_look (&page, ops, path, error);

  if (ok && eh_file_lock_page_is_written (&page))
    ok = eh_file_lock_page_set_locked (&page, folder, "stop it first", error);
  eh_file_lock_page_clear (&page);
  return ok;
}

static gboolean
save_log (Repair *self, const char *folder, const char *to, const EhFileOptions *options,
          const EhFileInspectFuncs *funcs, GError **error)
{
  EhFileOptions own_options = *options;
  EhFileInspection found;

  /* All of it is flushed when the store is closed, before it gets its name. */
  own_options.sync = EH_FILE_SYNC_NEVER;
  self->store = eh_file_store_open_with (self->ops, to, &own_options, error);
  if (self->store == NULL || !eh_file_inspect (self->ops, folder, funcs, &found, self->call->cancellable, error))
    return FALSE;
  if (self->result->n_damages > 0)
    eh_file_tell_lost_ends (self->ops, folder, found.store_id, &self->tally, funcs);
  for (guint i = 0; i < self->stubbed->len; i++)
    if (!hide_stub (self, g_ptr_array_index (self->stubbed, i), error))
      return FALSE;
  self->result->n_streams = self->tally.n_streams;
  return eh_event_store_get_head (self->store, &self->result->n_events, NULL, error)
         && (EH_FILE_BROKEN (REPAIR_UNFLUSHED) || eh_event_store_close (self->store, NULL, error));
}

gboolean
eh_file_repair_with (const EhFileToolCall *call, const char *folder, const char *to, const EhFileOptions *options,
                     EhFileRepair *result, GError **error)
{
  EhFileRepair done = { 0 };
  g_auto (Repair) self = { .ops = call->ops, .call = call, .result = &done };
  const EhFileInspectFuncs funcs = {
    .frame = take_frame,
    .damage = take_damage,
    .progress = call->progress_func,
    .progress_data = call->user_data,
    .user_data = &self,
  };
  g_autofree char *temporary = NULL;

  repair_init (&self);
  if (!eh_file_folder_check_exists (self.ops, folder, error) || !check_not_written (self.ops, folder, error))
    return FALSE;
  temporary = eh_file_target_begin (self.ops, to, error);
  if (temporary == NULL)
    return FALSE;
  if (!save_log (&self, folder, temporary, options, &funcs, error))
    {
      g_clear_object (&self.store);
      eh_file_target_abandon (self.ops, temporary);
      return FALSE;
    }
  if (!eh_file_target_finish (self.ops, temporary, error))
    return FALSE;
  *result = done;
  return TRUE;
}

gboolean
eh_file_repair (const char *folder, const char *to, EhFileDamageFunc damage_func, EhFileMoveFunc move_func,
                EhFileProgressFunc progress_func, gpointer user_data, EhFileRepair *result, GCancellable *cancellable,
                GError **error)
{
  const EhFileOptions options = EH_FILE_OPTIONS_INIT;
  const EhFileToolCall call = {
    .ops = eh_file_ops_get_system (),
    .damage_func = damage_func,
    .move_func = move_func,
    .progress_func = progress_func,
    .user_data = user_data,
    .cancellable = cancellable,
  };

  g_return_val_if_fail (folder != NULL && to != NULL, FALSE);
  g_return_val_if_fail (result != NULL, FALSE);

  return eh_file_repair_with (&call, folder, to, &options, result, error);
}
