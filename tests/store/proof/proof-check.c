/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proof-check.h"

#include <string.h>

#include "model/eh-error.h"
#include "store/file/eh-file-tools-private.h"

/* Of so many states one is also verified. */
#define VERIFIED_EVERY 8

/* One state that is being looked at. */
typedef struct {
  ProofCheck *check;
  ProofDisk *disk;
  const GPtrArray *log;
  guint least;
  guint most;
  guint64 number;
  gboolean is_deep; /* is a crash during the recovery of another state */

  GPtrArray *now; /* (owned): what it holds, with what was appended meanwhile */
  guint n;        /* of @log */
  guint copies;   /* a bit for each backup that is there */
  char *what;     /* (nullable) */
} Look;

void
proof_check_init (ProofCheck *self, ProofWork *work, const ProofImage *base)
{
  *self = (ProofCheck){ .work = work, .base = base, .only = G_MAXUINT64 };
  self->seen = g_hash_table_new (NULL, NULL);
  work->model->next_number += 1u << 20;
  for (guint i = 0; i < 2; i++)
    {
      const guint stream = PROOF_STREAMS - 2 + i;
      ProofRecord *after = proof_model_make_behind (work->model, NULL, 0, EH_FILE_KIND_APPEND, stream, 1, 30);

      self->after[i] = proof_model_make_batch (work->model, after);
      self->after_record[i] = *after;
    }
}

void
proof_check_clear (ProofCheck *self)
{
  g_hash_table_unref (self->seen);
  eh_event_batch_unref (self->after[0]);
  eh_event_batch_unref (self->after[1]);
  g_free (self->what);
  g_free (self->state);
}

static EhEventStore *
open_store (Look *self, const char *when)
{
  g_autoptr (GError) error = NULL;
  EhEventStore *store = eh_file_store_open_with (proof_disk_get_ops (self->disk), PROOF_FOLDER,
                                                 &self->check->work->options, &error);

  if (store == NULL)
    proof_fail (&self->what, "%s: %s", when, error->message);
  return store;
}

static gboolean
match (Look *self, EhEventStore *store, const GPtrArray *log, guint least, guint most, guint *n, const char *when)
{
  char *what = NULL;

  *n = proof_model_match (self->check->work->model, store, log, least, most, &what);
  if (what != NULL)
    proof_fail (&self->what, "%s: %s", when, what);
  g_free (what);
  return self->what == NULL;
}

static gboolean
append_batch (Look *self, EhEventStore *store, EhEventBatch *batch, const ProofRecord *record, gboolean was_there)
{
  g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;
  g_autoptr (GError) error = NULL;

  if (!eh_event_store_append (store, batch, EH_EXPECTED_ANY, EH_APPEND_NONE, &result, NULL, &error))
    return proof_fail (&self->what, "appending to the recovered store: %s", error->message);
  if (result.first_version != record->version || result.last_position != record->position + record->n_events - 1
      || result.was_there != was_there)
    return proof_fail (&self->what,
                       "appending to the recovered store: version %" G_GUINT64_FORMAT " at position %" G_GUINT64_FORMAT
                       "%s instead of version %" G_GUINT64_FORMAT " at position %" G_GUINT64_FORMAT,
                       result.first_version, result.last_position, result.was_there ? ", was there," : "",
                       record->version, record->position + record->n_events - 1);
  return TRUE;
}

/* What was in flight is sent again, or else what is there. */
static gboolean
send_again (Look *self, EhEventStore *store)
{
  const gboolean was_there = self->n == self->most || self->number % 2 == 0;
  const guint i = was_there ? self->n - 1 : self->n;
  const ProofRecord *record = was_there && self->n == 0 ? NULL : g_ptr_array_index (self->log, i);
  g_autoptr (EhEventBatch) batch = NULL;

  if (record == NULL || record->kind != EH_FILE_KIND_APPEND)
    return TRUE;
  batch = proof_model_make_batch (self->check->work->model, record);
  if (!append_batch (self, store, batch, record, was_there))
    return FALSE;
  if (!was_there)
    g_ptr_array_add (self->now, (gpointer) record);
  return TRUE;
}

static gboolean
append_after (Look *self, EhEventStore *store, ProofRecord *after)
{
  *after = self->check->after_record[self->is_deep];
  after->position = proof_log_get_head (self->now, self->now->len) + 1;
  if (!append_batch (self, store, self->check->after[self->is_deep], after, FALSE))
    return FALSE;
  g_ptr_array_add (self->now, after);
  return TRUE;
}

/* Snapshots are not flushed. */
static void
on_damage (const EhFileDamage *damage, gpointer user_data)
{
  Look *self = user_data;

  if (!damage->derived || !g_str_has_prefix (damage->path, PROOF_FOLDER "/snap/"))
    proof_fail (&self->what, "verifying: %s at %" G_GUINT64_FORMAT ": %s", damage->path, damage->offset,
                damage->message);
}

/* F1: all but the log may be deleted. */
static void
delete_derived (Look *self)
{
  const EhFileOps *ops = proof_disk_get_ops (self->disk);
  g_autoptr (ProofImage) image = proof_disk_get_image (self->disk);

  for (guint i = 0; i < image->files->len; i++)
    {
      const ProofFile *file = &g_array_index (image->files, ProofFile, i);

      if (!file->is_folder && g_str_has_prefix (file->path, PROOF_FOLDER "/")
          && !g_str_has_prefix (file->path, PROOF_FOLDER "/seg/"))
        ops->unlink (ops->fs, file->path);
    }
}

/* What a crash leaves is not damaged, and saying so changes nothing: that is seen by opening it afterwards. */
static gboolean
verify (Look *self)
{
  const EhFileToolCall call = { .ops = proof_disk_get_ops (self->disk), .damage_func = on_damage, .user_data = self };
  EhFileVerification found;
  g_autoptr (GError) error = NULL;

  if (!eh_file_verify_with (&call, PROOF_FOLDER, &found, &error)
      && (self->least > 0 || !g_error_matches (error, EH_ERROR, EH_ERROR_NOT_FOUND)))
    proof_fail (&self->what, "verifying: %s", error->message);
  return self->what == NULL;
}

/* A backup is whole whenever there is something of its name, and whatever becomes of the store. */
static gboolean
check_copies (Look *self, const ProofImage *image)
{
  const ProofWork *work = self->check->work;

  for (guint i = 0; self->what == NULL && i < work->model->copies->len; i++)
    {
      const ProofCopy *copy = g_ptr_array_index (work->model->copies, i);

      if (proof_image_find (image, copy->path) == NULL)
        continue;
      self->copies |= 1u << i;
      proof_copy_check (work->model, copy, proof_disk_get_ops (self->disk), &work->options, self->number % 4 != 0,
                        &self->what);
    }
  return self->what == NULL;
}

/* Who dies without having flushed may lose what he appended. */
static gboolean
may_lose (const Look *self)
{
  return self->check->work->options.sync != EH_FILE_SYNC_ALWAYS;
}

static gboolean
end (Look *self, EhEventStore *store)
{
  g_autoptr (GError) error = NULL;

  if (self->number % 3 == 0)
    {
      proof_disk_die (self->disk);
      g_object_unref (store);
      proof_disk_revive (self->disk);
      return TRUE;
    }
  if (!eh_event_store_close (store, NULL, &error))
    proof_fail (&self->what, "closing: %s", error->message);
  g_object_unref (store);
  if (proof_disk_get_n_open (self->disk) > 0)
    proof_fail (&self->what, "%u files or maps are still open", proof_disk_get_n_open (self->disk));
  if (self->number % 3 == 1 && !self->is_deep)
    delete_derived (self);
  return self->what == NULL;
}

/* ---- crashes during recovery ---- */

typedef struct {
  ProofCheck *check;
  GPtrArray *log;
  GArray *known; /* ProofKnown */
  guint64 n;
  char *what;  /* (nullable) */
  char *state; /* (nullable) */
} Deep;

static void look_at (Look *self, const ProofImage *image, Deep *deep);

static void
note_deep (Look *self, Deep *deep, guint least, guint most)
{
  const ProofKnown known = { 0, least, most };

  if (deep == NULL)
    return;
  g_array_append_val (deep->known, known);
  proof_disk_note (self->disk, deep->known->len - 1);
}

static gboolean
check_deep (gpointer user_data, const ProofState *state)
{
  Deep *deep = user_data;
  const ProofKnown *known = &g_array_index (deep->known, ProofKnown, state->note);
  Look look = { .check = deep->check,
                .log = deep->log,
                .least = known->n_least,
                .most = known->n_most,
                .number = state->number,
                .is_deep = TRUE };

  deep->n++;
  proof_state_fill (state);
  look_at (&look, state->image, NULL);
  deep->what = look.what;
  if (look.what != NULL)
    deep->state = proof_crash_describe (state->crash);
  return look.what == NULL;
}

static void
crash_deep (Look *self, const ProofImage *image, Deep *deep)
{
  ProofCrashOptions options = self->check->deep;
  ProofCrashCount count = { 0 };
  guint n = 0;
  const ProofEntry *journal = proof_disk_get_journal (self->disk, &n);

  options.seed += self->number;
  g_ptr_array_set_size (deep->log, 0);
  for (guint i = 0; i < self->now->len; i++)
    g_ptr_array_add (deep->log, g_ptr_array_index (self->now, i));
  if (!proof_crash_enumerate (image, journal, n, 0, &options, check_deep, deep, &count))
    proof_fail (&self->what, "after a crash while it was recovered: %s, in the state\n%s", deep->what, deep->state);
  self->check->n_deep += deep->n;
}

/* ---- a state ---- */

static gboolean
recover (Look *self, Deep *deep, ProofRecord *after)
{
  EhEventStore *store;
  guint again = 0;
  guint least = 0;
  gboolean ok;

  note_deep (self, deep, 0, G_MAXUINT);
  store = open_store (self, "opening");
  if (store == NULL)
    return FALSE;
  ok = match (self, store, self->log, self->least, self->most, &self->n, "after opening");
  for (guint i = 0; ok && i < self->n; i++)
    g_ptr_array_add (self->now, g_ptr_array_index (self->log, i));
  note_deep (self, deep, self->n, self->n + 2);
  ok = ok && send_again (self, store) && (self->number / 2 % 3 == 0 || append_after (self, store, after));
  note_deep (self, deep, may_lose (self) ? self->n : self->now->len, self->now->len);
  if (!ok)
    {
      proof_disk_die (self->disk);
      g_object_unref (store);
      return FALSE;
    }
  if (!end (self, store))
    return FALSE;
  store = open_store (self, "opening again");
  if (store == NULL)
    return FALSE;
  least = may_lose (self) && self->number % 3 == 0 ? self->n : self->now->len;
  ok = match (self, store, self->now, least, self->now->len, &again, "after opening again");
  if (ok && self->number % 2 == 0)
    ok = eh_event_store_close (store, NULL, NULL) || proof_fail (&self->what, "closing again");
  else
    proof_disk_die (self->disk);
  g_object_unref (store);
  return ok;
}

/* What opening alone leads to is what it led to when it was not disturbed. */
static void
settle_deep (Look *self, Deep *deep)
{
  for (guint i = 0; i < deep->known->len; i++)
    {
      ProofKnown *known = &g_array_index (deep->known, ProofKnown, i);

      known->n_most = MIN (known->n_most, self->now->len);
      if (i == 0)
        known->n_least = known->n_most = self->n;
    }
}

static void
look_at (Look *self, const ProofImage *image, Deep *deep)
{
  g_autoptr (ProofDisk) disk = proof_disk_new (image);
  ProofRecord after;

  self->disk = disk;
  self->now = g_ptr_array_new ();
  proof_disk_set_seed (disk, self->is_deep ? 3 : 2);
  if (self->number % VERIFIED_EVERY == 0)
    verify (self);
  proof_disk_set_journal (disk, deep != NULL);
  if (self->what == NULL && recover (self, deep, &after) && deep != NULL)
    {
      settle_deep (self, deep);
      crash_deep (self, image, deep);
    }
  if (self->what == NULL && !self->is_deep)
    {
      proof_disk_revive (disk);
      proof_disk_set_journal (disk, FALSE);
      check_copies (self, image);
    }
  g_ptr_array_unref (self->now);
}

static void
report (ProofCheck *self, const ProofState *state, char *what)
{
  guint n = 0;
  const ProofEntry *journal = proof_disk_get_journal (self->work->disk, &n);
  GString *text = g_string_new (NULL);
  g_autofree char *choices = proof_crash_describe (state->crash);

  for (guint i = 0; i < state->point; i++)
    {
      g_autofree char *entry = proof_entry_describe (&journal[i]);

      g_string_append_printf (text, "  %3u %s\n", i, entry);
    }
  g_string_append_printf (text, "crash, and of what was pending:\n%s", choices);
  self->what = what;
  self->state = g_string_free (text, FALSE);
  self->number = state->number;
}

/* What is known of a state that was seen: how much it holds, and which backups. */
static gpointer
pack (const Look *look)
{
  return GUINT_TO_POINTER ((look->n + 1) | look->copies << (32 - PROOF_COPIES_MAX));
}

static gpointer
look_at_new (ProofCheck *self, const ProofState *state, const ProofKnown *known, char **what)
{
  const gboolean is_deep = self->deep_every > 0 && self->n_distinct % self->deep_every == 0;
  Look look = { .check = self,
                .log = g_ptr_array_index (self->work->model->logs, known->life),
                .least = known->n_least,
                .most = known->n_most,
                .number = state->number };
  Deep deep = { .check = self };

  self->n_distinct++;
  proof_state_fill (state);
  if (is_deep)
    {
      deep.log = g_ptr_array_new ();
      deep.known = g_array_new (FALSE, FALSE, sizeof (ProofKnown));
    }
  look_at (&look, state->image, is_deep ? &deep : NULL);
  if (is_deep)
    {
      g_ptr_array_unref (deep.log);
      g_array_unref (deep.known);
      g_free (deep.state);
    }
  *what = look.what;
  return pack (&look);
}

/* What is there must be as much as is known to be there. (nullable) (transfer full) */
static char *
find_missing (const ProofKnown *known, gpointer found)
{
  const guint n = (GPOINTER_TO_UINT (found) & ((1u << (32 - PROOF_COPIES_MAX)) - 1)) - 1;
  const guint copies = GPOINTER_TO_UINT (found) >> (32 - PROOF_COPIES_MAX);

  if (n < known->n_least || n > known->n_most)
    return g_strdup_printf ("the store holds %u records, and should hold %u (acknowledged or seen) to %u", n,
                            known->n_least, known->n_most);
  if ((known->copies & ~copies) != 0)
    return g_strdup ("a backup that was complete is gone");
  return NULL;
}

gboolean
proof_check_state (gpointer user_data, const ProofState *state)
{
  ProofCheck *self = user_data;
  const ProofKnown *known = &g_array_index (self->work->model->known, ProofKnown, state->note);
  const gpointer key = GSIZE_TO_POINTER (state->hash + known->life * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));
  gpointer found = NULL;
  char *what = NULL;

  if (self->only != G_MAXUINT64 && self->only != state->number)
    return TRUE;
  found = g_hash_table_lookup (self->seen, key);
  if (found == NULL)
    {
      found = look_at_new (self, state, known, &what);
      g_hash_table_insert (self->seen, key, found);
    }
  if (what == NULL)
    what = find_missing (known, found);
  if (what != NULL || self->only == state->number)
    report (self, state, what);
  return what == NULL;
}

gboolean
proof_check_run (ProofCheck *self, guint from, const ProofCrashOptions *options, ProofCrashCount *count)
{
  guint n = 0;
  const ProofEntry *journal = proof_disk_get_journal (self->work->disk, &n);

  return proof_crash_enumerate (self->base, journal, n, from, options, proof_check_state, self, count);
}
