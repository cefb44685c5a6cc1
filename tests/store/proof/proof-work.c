/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proof-work.h"

#include <errno.h>
#include <string.h>

#include "model/eh-error.h"
#include "model/eh-fixed-clock.h"
#include "store/file/eh-file-store-struct-private.h"
#include "store/file/eh-file-tools-private.h"

/* Events whose frames are a sector, some sectors, and larger than a group. */
#define SMALL 40
#define MEDIUM 620
#define LARGE 1250
#define OVERSIZE 2600

/* The streams that letters are about. */
enum {
  STREAM_MAIN,
  STREAM_BATCH,
  STREAM_GROUP,
  STREAM_OTHER,
  STREAM_LARGE,
  STREAM_NEW, /* and the next two */
  STREAM_PREFIX = 8,
};

EhFileOptions
proof_work_get_options (void)
{
  EhFileOptions options = EH_FILE_OPTIONS_INIT;

  options.background = FALSE;
  options.segment_size = options.first_segment_size = 8192;
  options.group_limit = 2048;
  options.run_size = 2048;
  return options;
}

ProofImage *
proof_work_new_empty (void)
{
  ProofImage *image = proof_image_new ();

  proof_image_add (image, &(ProofFile){ .path = "/data", .is_folder = TRUE });
  return image;
}

ProofWork *
proof_work_new (const ProofImage *base)
{
  ProofWork *self = g_new0 (ProofWork, 1);

  self->disk = proof_disk_new (base);
  self->model = proof_model_new ();
  self->options = proof_work_get_options ();
  self->options.clock = EH_CLOCK (eh_fixed_clock_new (EH_FIXED_CLOCK_START));
  return self;
}

void
proof_work_free (ProofWork *self)
{
  if (self->store != NULL)
    proof_work_kill (self);
  g_clear_object (&self->options.clock);
  proof_model_free (self->model);
  proof_disk_free (self->disk);
  g_free (self->what);
  g_free (self);
}

/* ---- what is certain ---- */

static void
note (ProofWork *self)
{
  const ProofKnown known = { self->model->logs->len - 1, self->n_least, self->n_most, self->copies };

  g_array_append_val (self->model->known, known);
  proof_disk_note (self->disk, self->model->known->len - 1);
}

static void
submit (ProofWork *self, ProofRecord *record)
{
  g_ptr_array_add (proof_model_get_log (self->model), record);
  self->n_most++;
  note (self);
}

/* Without flushes what is acknowledged or seen may still go; but then all behind it goes too. */
static gboolean
is_lazy (const ProofWork *self)
{
  return self->options.sync != EH_FILE_SYNC_ALWAYS;
}

void
proof_work_settle (ProofWork *self, guint n)
{
  self->n_least = MAX (self->n_least, n);
  note (self);
}

/* The first @n records were acknowledged. */
static void
settle (ProofWork *self, guint n)
{
  proof_work_settle (self, is_lazy (self) ? 0 : n);
}

/* Somebody saw @head: what he saw must stay. */
static gboolean
observe (ProofWork *self, guint64 head)
{
  const GPtrArray *log = proof_model_get_log (self->model);
  guint n = self->n_least;

  while (n < self->n_most && proof_log_get_head (log, n) < head)
    n++;
  if (proof_log_get_head (log, n) < head)
    return proof_fail (&self->what, "a reader sees position %" G_GUINT64_FORMAT ", which nobody appended", head);
  if (n > self->n_least && !is_lazy (self))
    {
      self->n_least = n;
      note (self);
    }
  return TRUE;
}

/*
 * A reader of this process looks whenever the disk is asked for something; but without flushes readers first write what
 * was gathered, and so would wait for the call that they are in.
 */
static void
look (gpointer user_data, const char *name)
{
  ProofWork *self = user_data;
  guint64 head = 0;

  if (!is_lazy (self) && (strcmp (name, "sync") == 0 || strcmp (name, "pwrite") == 0)
      && eh_event_store_get_head (self->store, &head, NULL, NULL))
    observe (self, head);
}

/* Who has the store keeps others from writing, whatever it is doing. */
static gboolean
check_locked (ProofWork *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhEventStore)
      second = eh_file_store_open_with (proof_disk_get_ops (self->disk), PROOF_FOLDER, &self->options, &error);

  if (second != NULL)
    return proof_fail (&self->what, "a second writer was let in");
  return g_error_matches (error, EH_ERROR, EH_ERROR_LOCKED)
         || proof_fail (&self->what, "a second writer: %s", error->message);
}

/* So does one of another process, which opens the store at that moment. */
static void
look_from_outside (gpointer user_data, const char *name)
{
  ProofWork *self = user_data;
  EhFileOptions options = self->options;
  g_autoptr (EhEventStore) store = NULL;
  g_autoptr (GError) error = NULL;
  char *what = NULL;
  guint n;

  if (strcmp (name, "sync") != 0 || !check_locked (self))
    return;
  options.read_only = TRUE;
  store = eh_file_store_open_with (proof_disk_get_ops (self->disk), PROOF_FOLDER, &options, &error);
  if (store == NULL)
    {
      proof_fail (&self->what, "opening with mode=read: %s", error->message);
      return;
    }
  n = proof_model_match (self->model, store, proof_model_get_log (self->model), 0, self->n_most, &what);
  if (what != NULL)
    proof_fail (&self->what, "a reader: %s", what);
  else
    observe (self, proof_log_get_head (proof_model_get_log (self->model), n));
  g_free (what);
}

/* ---- opening and closing ---- */

static gboolean
check_none_open (ProofWork *self)
{
  const guint n = proof_disk_get_n_open (self->disk);

  return n == 0 || proof_fail (&self->what, "%u files or maps are still open", n);
}

gboolean
proof_work_open (ProofWork *self)
{
  g_autoptr (GError) error = NULL;
  char *what = NULL;
  guint n;

  note (self);
  self->store = eh_file_store_open_with (proof_disk_get_ops (self->disk), PROOF_FOLDER, &self->options, &error);
  if (self->store == NULL)
    {
      self->has_failed = TRUE;
      return self->bears_faults ? check_none_open (self) : proof_fail (&self->what, "opening: %s", error->message);
    }
  n = proof_model_match (self->model, self->store, proof_model_get_log (self->model), self->n_least, self->n_most,
                         &what);
  if (what != NULL && self->bears_faults && proof_disk_get_failed (self->disk) != NULL)
    {
      g_free (what);
      self->has_failed = TRUE;
      g_clear_object (&self->store);
      return check_none_open (self);
    }
  if (what != NULL)
    {
      proof_fail (&self->what, "after opening: %s", what);
      g_free (what);
      return FALSE;
    }
  proof_model_begin_life (self->model, n);
  self->n_least = self->n_most = n;
  self->is_poisoned = FALSE;
  note (self);
  return TRUE;
}

gboolean
proof_work_close (ProofWork *self)
{
  g_autoptr (GError) error = NULL;

  if (!eh_event_store_close (self->store, NULL, &error))
    {
      self->has_failed = TRUE;
      if (!self->bears_faults)
        return proof_fail (&self->what, "closing: %s", error->message);
    }
  else if (is_lazy (self))
    {
      self->n_least = self->n_most;
      note (self);
    }
  g_clear_object (&self->store);
  return check_none_open (self);
}

ProofImage *
proof_work_rebase (ProofWork *self)
{
  ProofImage *image;

  if (!proof_work_close (self))
    return NULL;
  image = proof_disk_get_image (self->disk);
  proof_disk_free (self->disk);
  self->disk = proof_disk_new (image);
  proof_disk_set_seed (self->disk, 4);
  proof_model_begin_life (self->model, self->n_least);
  return image;
}

void
proof_work_kill (ProofWork *self)
{
  proof_disk_set_hook (self->disk, NULL, NULL);
  proof_disk_die (self->disk);
  g_clear_object (&self->store);
  proof_disk_revive (self->disk);
}

/* ---- appending ---- */

static gboolean
check_result (ProofWork *self, const ProofRecord *record, const EhAppendResult *result, gboolean was_there)
{
  if (result->first_version != record->version || result->last_version != record->version + record->n_events - 1
      || result->last_position != record->position + record->n_events - 1 || result->was_there != was_there)
    return proof_fail (&self->what,
                       "appending event %" G_GUINT64_FORMAT " gave versions %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
                       ", position %" G_GUINT64_FORMAT "%s",
                       record->first_number, result->first_version, result->last_version, result->last_position,
                       result->was_there ? ", and was there" : "");
  return TRUE;
}

/* A call failed that should not have. */
static gboolean
bear (ProofWork *self, const char *what, const GError *error)
{
  self->has_failed = TRUE;
  return self->bears_faults || proof_fail (&self->what, "%s: %s", what, error->message);
}

/* As above, of a record. A definite refusal leaves nothing, so it need not be reckoned with any more. */
static gboolean
withdraw (ProofWork *self, const char *what, ProofRecord *record, const GError *error)
{
  if (record != NULL && g_error_matches (error, EH_ERROR, EH_ERROR_AMBIGUOUS))
    self->is_poisoned = TRUE;
  else if (record != NULL)
    {
      g_ptr_array_remove_index (proof_model_get_log (self->model), proof_model_find (self->model, record));
      self->n_most--;
      note (self);
    }
  return bear (self, what, error);
}

static gboolean
append (ProofWork *self, guint stream, gint64 expected, guint n_events, guint text_size)
{
  ProofRecord *record = proof_model_make (self->model, EH_FILE_KIND_APPEND, stream, n_events, text_size);
  g_autoptr (EhEventBatch) batch = proof_model_make_batch (self->model, record);
  g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;
  g_autoptr (GError) error = NULL;

  submit (self, record);
  if (!eh_event_store_append (self->store, batch, expected, EH_APPEND_NONE, &result, NULL, &error))
    return withdraw (self, "appending", record, error);
  settle (self, self->n_most);
  if (self->is_poisoned)
    return proof_fail (&self->what, "a store acknowledged an append after a write or a flush had failed");
  return check_result (self, record, &result, FALSE);
}

/* What must be refused, and leave nothing. */
static gboolean
refuse (ProofWork *self, guint stream, gint64 expected, gint code)
{
  ProofRecord *record = proof_model_make (self->model, EH_FILE_KIND_APPEND, stream, 1, SMALL);
  g_autoptr (EhEventBatch) batch = proof_model_make_batch (self->model, record);
  g_autoptr (GError) error = NULL;

  if (eh_event_store_append (self->store, batch, expected, EH_APPEND_NONE, NULL, NULL, &error))
    return proof_fail (&self->what, "what should be refused was appended");
  return g_error_matches (error, EH_ERROR, code) || bear (self, "refusing", error);
}

static ProofStream
get_stream (ProofWork *self, guint stream)
{
  GPtrArray *log = proof_model_get_log (self->model);

  return proof_log_get_stream (log, log->len, stream);
}

static gboolean
append_or_refuse (ProofWork *self, guint stream, gint64 expected, guint n_events, guint text_size)
{
  return get_stream (self, stream).is_deleted ? refuse (self, stream, expected, EH_ERROR_NOT_FOUND)
                                              : append (self, stream, expected, n_events, text_size);
}

static gboolean
append_new (ProofWork *self)
{
  guint stream = STREAM_NEW;

  while (stream < STREAM_NEW + 2 && get_stream (self, stream).version > 0)
    stream++;
  return append (self, stream, get_stream (self, stream).version > 0 ? EH_EXPECTED_EXISTS : EH_EXPECTED_NO_STREAM, 1,
                 SMALL);
}

static gboolean
append_exact (ProofWork *self)
{
  return append_or_refuse (self, STREAM_MAIN, (gint64) get_stream (self, STREAM_MAIN).version, 1, SMALL);
}

static gboolean
append_conflict (ProofWork *self)
{
  const ProofStream state = get_stream (self, STREAM_MAIN);

  return refuse (self, STREAM_MAIN, (gint64) state.version + 5,
                 state.is_deleted ? EH_ERROR_NOT_FOUND : EH_ERROR_CONFLICT);
}

/* ---- many in one flush ---- */

/* Appends that are made while another one is being flushed, and so are flushed together. */
typedef struct {
  ProofWork *work;
  EhEventBatch *flushed; /* the one that is being flushed */
  guint n_done;
  gboolean is_asked;
} Group;

static void
on_done (const EhAppendResult *result, const GError *error, gpointer user_data)
{
  Group *group = user_data;

  group->n_done++;
  if (error != NULL)
    group->work->has_failed = TRUE;
}

static void
submit_one (Group *group, guint stream)
{
  ProofWork *self = group->work;
  ProofRecord *record = proof_model_make (self->model, EH_FILE_KIND_APPEND, stream, 1, MEDIUM);
  g_autoptr (EhEventBatch) batch = proof_model_make_batch (self->model, record);
  g_autoptr (GError) error = NULL;

  submit (self, record);
  if (!eh_event_store_submit (self->store, batch, EH_EXPECTED_ANY, on_done, group, &error))
    bear (self, "submitting", error);
}

/* For what is submitted. If there is none, submitting waits for what is being flushed, and so for ever. */
static gboolean
has_room (const ProofWork *self)
{
  const EhFileWriter *writer = &EH_FILE_STORE (self->store)->writer;

  return !writer->rolling && !writer->sealed && writer->ready - writer->assigned > 1800;
}

static void
submit_meanwhile (gpointer user_data, const char *name)
{
  Group *group = user_data;
  ProofWork *self = group->work;

  look (self, name);
  if (group->is_asked || is_lazy (self) || strcmp (name, "sync") != 0 || !has_room (self))
    return;
  group->is_asked = TRUE;
  submit_one (group, STREAM_OTHER);
  if (group->n_done > 0)
    {
      proof_fail (&self->what, "an append was written and answered while the one before it was being flushed");
      return;
    }
  if (!eh_event_store_submit (self->store, group->flushed, EH_EXPECTED_ANY, on_done, group, NULL))
    proof_fail (&self->what, "repeating what is being flushed was refused");
  submit_one (group, STREAM_BATCH + 1);
  if (group->n_done > 0)
    proof_fail (&self->what, "an append was answered before it, or what it repeats, was flushed");
}

static gboolean
append_group (ProofWork *self)
{
  ProofRecord *record = proof_model_make (self->model, EH_FILE_KIND_APPEND, STREAM_GROUP, 1, SMALL);
  g_autoptr (EhEventBatch) batch = proof_model_make_batch (self->model, record);
  Group group = { .work = self, .flushed = batch };
  g_autoptr (GError) error = NULL;

  submit (self, record);
  proof_disk_set_hook (self->disk, submit_meanwhile, &group);
  if (eh_event_store_append (self->store, batch, EH_EXPECTED_ANY, EH_APPEND_NONE, NULL, NULL, &error))
    settle (self, proof_model_find (self->model, record) + 1);
  else
    withdraw (self, "appending", group.is_asked ? NULL : record, error);
  proof_disk_set_hook (self->disk, look, self);
  if (self->what == NULL && !self->has_failed)
    append (self, STREAM_GROUP, EH_EXPECTED_ANY, 2, SMALL);
  if (self->what == NULL && !self->has_failed && group.n_done != (group.is_asked ? 3 : 0))
    proof_fail (&self->what, "what was submitted is not done though an append behind it is");
  return self->what == NULL;
}

/* The last append again. */
static gboolean
repeat (ProofWork *self)
{
  const GPtrArray *log = proof_model_get_log (self->model);
  guint i = log->len;

  while (i-- > 0)
    {
      const ProofRecord *record = g_ptr_array_index (log, i);
      g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;
      g_autoptr (EhEventBatch) batch = NULL;
      g_autoptr (GError) error = NULL;

      if (record->kind != EH_FILE_KIND_APPEND || get_stream (self, record->stream).is_deleted)
        continue;
      batch = proof_model_make_batch (self->model, record);
      if (!eh_event_store_append (self->store, batch, 77, EH_APPEND_NONE, &result, NULL, &error))
        return bear (self, "repeating", error);
      return check_result (self, record, &result, TRUE);
    }
  return TRUE;
}

/* ---- segments ---- */

static gboolean
has_segment (ProofWork *self, guint number)
{
  const EhFileOps *ops = proof_disk_get_ops (self->disk);
  g_autofree char *path = g_strdup_printf (PROOF_FOLDER "/seg/%08x.log", number);
  EhFileStat found;

  return ops->stat (ops->fs, path, &found) == 0;
}

static gboolean
roll (ProofWork *self)
{
  guint n = 0;

  while (has_segment (self, n + 1))
    n++;
  while (!has_segment (self, n + 1) && !self->has_failed)
    if (!append_or_refuse (self, STREAM_LARGE, EH_EXPECTED_ANY, 1, LARGE))
      return FALSE;
  return TRUE;
}

/* ---- the rest ---- */

static gboolean
save_snapshot (ProofWork *self)
{
  const ProofStream state = get_stream (self, STREAM_MAIN);
  g_autofree char *json = g_strdup_printf ("{\"at\":%" G_GUINT64_FORMAT ",\"n\":%u}", state.version,
                                           self->model->snapshots->len);
  EhSnapshot *snapshot = NULL;
  g_autoptr (GError) error = NULL;

  if (state.version == 0 || state.is_deleted)
    return TRUE;
  snapshot = eh_snapshot_new (self->model->names[STREAM_MAIN], state.version, "Account", 1, json);
  g_ptr_array_add (self->model->snapshots, snapshot);
  return eh_event_store_save_snapshot (self->store, snapshot, NULL, &error) || bear (self, "saving a snapshot", error);
}

static gboolean
delete_stream (ProofWork *self)
{
  const ProofStream state = get_stream (self, STREAM_BATCH);
  const gboolean is_there = state.version > 0 && !state.is_deleted;
  ProofRecord *record = NULL;
  g_autoptr (GError) error = NULL;

  if (is_there)
    submit (self, record = proof_model_make (self->model, EH_FILE_KIND_TOMBSTONE, STREAM_BATCH, 0, 0));
  if (eh_event_store_delete_stream (self->store, self->model->names[STREAM_BATCH], EH_EXPECTED_ANY, NULL, &error))
    {
      settle (self, self->n_most);
      return is_there || proof_fail (&self->what, "a stream was deleted that was not there");
    }
  return (!is_there && g_error_matches (error, EH_ERROR, EH_ERROR_NOT_FOUND))
         || withdraw (self, "deleting", record, error);
}

/* There must be something to truncate, so that it can be seen whether it is. */
static gboolean
truncate_stream (ProofWork *self)
{
  ProofStream state = get_stream (self, STREAM_MAIN);
  ProofRecord *record = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ok;

  if (state.kept > 1 && state.kept == state.version)
    {
      if (!append_exact (self) || self->has_failed)
        return self->what == NULL;
      state = get_stream (self, STREAM_MAIN);
    }
  if (state.version >= 2 && !state.is_deleted)
    submit (self, record = proof_model_make (self->model, EH_FILE_KIND_TRUNCATION, STREAM_MAIN, 0, 0));
  ok = eh_file_store_truncate_stream (EH_FILE_STORE (self->store), self->model->names[STREAM_MAIN], state.version, NULL,
                                      &error);
  if (ok)
    {
      settle (self, self->n_most);
      return state.version >= 2 || proof_fail (&self->what, "nothing was truncated");
    }
  return (state.version < 2 && error->domain == EH_ERROR) || withdraw (self, "truncating", record, error);
}

static gboolean
compact (ProofWork *self)
{
  g_autoptr (GError) error = NULL;

  return eh_file_store_compact (EH_FILE_STORE (self->store), NULL, NULL, NULL, NULL, &error)
         || bear (self, "compacting", error);
}

static gboolean
append_watched (ProofWork *self)
{
  proof_disk_set_hook (self->disk, look_from_outside, self);
  if (!append_or_refuse (self, STREAM_OTHER, EH_EXPECTED_ANY, 2, MEDIUM))
    return FALSE;
  return self->what == NULL;
}

/* ---- backups ---- */

typedef struct {
  ProofWork *work;
  guint n; /* appends so far */
} Meanwhile;

/* Once between what is fixed and what is copied, and once while the last segment is being copied. */
static void
append_meanwhile (gpointer user_data, const char *name)
{
  Meanwhile *self = user_data;

  if (self->work->has_failed || strcmp (name, self->n == 0 ? "make-folder" : "pwrite") != 0 || self->n == 2)
    return;
  self->n++;
  append_or_refuse (self->work, STREAM_OTHER, EH_EXPECTED_ANY, 1, SMALL);
}

/* One that failed is not there. */
static gboolean
check_copy (ProofWork *self, const ProofCopy *copy, gboolean is_done)
{
  const EhFileOps *ops = proof_disk_get_ops (self->disk);
  EhFileStat found;
  char *what = NULL;

  if (!is_done)
    return ops->stat (ops->fs, copy->path, &found) == -ENOENT
           || proof_fail (&self->what, "%s failed, and is there", copy->path);
  if (proof_copy_check (self->model, copy, ops, &self->options, TRUE, &what))
    return TRUE;
  proof_fail (&self->what, "%s", what);
  g_free (what);
  return FALSE;
}

gboolean
proof_work_check_copies (ProofWork *self)
{
  gboolean ok = TRUE;

  for (guint i = 0; ok && i < self->model->copies->len; i++)
    ok = check_copy (self, g_ptr_array_index (self->model->copies, i), (self->copies & 1u << i) != 0);
  return ok;
}

static gboolean
check_backup (ProofWork *self, const ProofCopy *copy, const EhFileBackup *done)
{
  const GPtrArray *log = proof_model_get_log (self->model);

  if (done->n_events < proof_log_get_head (log, copy->n_least)
      || done->n_events > proof_log_get_head (log, copy->n_most))
    return proof_fail (&self->what, "a backup of %" G_GUINT64_FORMAT " events", done->n_events);
  return self->bears_faults || check_copy (self, copy, TRUE);
}

static gboolean
back_up (ProofWork *self)
{
  const guint number = self->model->copies->len;
  const EhFileToolCall call = { .ops = proof_disk_get_ops (self->disk) };
  Meanwhile meanwhile = { self };
  EhFileBackup done = { 0 };
  ProofCopy *copy;
  g_autoptr (GError) error = NULL;
  gboolean ok;

  if (number == PROOF_COPIES_MAX)
    return TRUE;
  copy = proof_model_add_copy (self->model, is_lazy (self) ? 0 : self->n_least);
  proof_disk_set_hook (self->disk, append_meanwhile, &meanwhile);
  ok = eh_file_backup_with (&call, PROOF_FOLDER, copy->path, copy->n_least % 2 == 1, &done, &error);
  proof_disk_set_hook (self->disk, look, self);
  copy->n_most = self->n_most;
  if (!ok)
    return bear (self, "backing up", error);
  self->copies |= 1u << number;
  note (self);
  return check_backup (self, copy, &done);
}

/* Is killed at the first @call of an append, and opens the store again. */
static gboolean
append_and_die (ProofWork *self, const char *call, int code)
{
  const ProofFault fault = { .call = 1, .code = code, .is_death = TRUE, .name = call };
  const gboolean bore = self->bears_faults;
  const gboolean had_failed = self->has_failed;

  self->bears_faults = TRUE;
  proof_disk_set_fault (self->disk, &fault);
  if (!append_group (self))
    return FALSE;
  proof_work_kill (self);
  proof_disk_set_fault (self->disk, &(ProofFault){ 0 });
  self->bears_faults = bore;
  self->has_failed = had_failed;
  return proof_work_open (self);
}

static gboolean
do_letter (ProofWork *self, char letter)
{
  switch (letter)
    {
    case 'n':
      return append_new (self);
    case 'x':
      return append_exact (self);
    case 'c':
      return append_conflict (self);
    case 'b':
      return append_or_refuse (self, STREAM_BATCH, EH_EXPECTED_ANY, 3, SMALL);
    case 'e':
      return append_or_refuse (self, STREAM_BATCH, EH_EXPECTED_ANY, 2, MEDIUM);
    case 'y': /* as x and b, but each to the other's stream, so that frames are as large */
      return append_or_refuse (self, STREAM_BATCH, EH_EXPECTED_ANY, 1, SMALL);
    case 'z':
      return append_or_refuse (self, STREAM_MAIN, EH_EXPECTED_ANY, 3, SMALL);
    case 'g':
      return append_group (self);
    case 'i':
      return repeat (self);
    case 'r':
      return roll (self);
    case 's':
      return append_or_refuse (self, STREAM_PREFIX, EH_EXPECTED_ANY, 1, OVERSIZE);
    case 'p':
      return save_snapshot (self);
    case 'd':
      return delete_stream (self);
    case 't':
      return truncate_stream (self);
    case 'k':
      return compact (self);
    case 'q':
      return proof_work_close (self) && proof_work_open (self);
    case 'o':
      return append_watched (self);
    case 'B':
      return back_up (self);
    case 'K':
      return append_and_die (self, "sync", -EIO);
    case 'H':
      return append_and_die (self, "pwrite", 0);
    default:
      return proof_fail (&self->what, "there is no letter %c", letter);
    }
}

gboolean
proof_work_do (ProofWork *self, char letter)
{
  gboolean ok;

  /* Between calls nothing can be seen that is not certain. */
  proof_disk_set_hook (self->disk, strchr ("qKH", letter) == NULL ? look : NULL, self);
  ok = do_letter (self, letter) && self->what == NULL;
  proof_disk_set_hook (self->disk, NULL, NULL);
  return ok;
}
