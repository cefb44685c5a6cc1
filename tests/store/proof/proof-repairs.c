/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proof.h"

#include <errno.h>
#include <string.h>

#include "store/file/eh-file-tools-private.h"

/*
 * Damaged stores that are repaired, and a crash at every point of that. What is damaged stays as it is, byte by byte;
 * the new store is not there or it is complete; what it holds was appended, in that order, and what it does not hold is
 * told. A repair after the crash comes to the same.
 */

#define SECTOR 512
#define NEW "/data/new"
#define AGAIN "/data/again"

/* Of so many states one is repaired again. */
#define REPEATED_EVERY 8

typedef struct {
  const ProofPlan *plan;
  ProofWork *work;     /* (owned): that grew the store */
  ProofImage *whole;   /* (owned): it, closed */
  ProofImage *damaged; /* (owned) */
  char *expected;      /* (owned): what the new store holds */
  GHashTable *seen;    /* (owned): whether a state has the new store, by its hash, plus 1 */
  guint64 n_events;    /* of the whole store, with those that cannot be read any more */
  char *what;          /* (owned) (nullable) */
} Repairs;

static void
repairs_clear (Repairs *self)
{
  g_clear_pointer (&self->work, proof_work_free);
  g_clear_pointer (&self->whole, proof_image_free);
  g_clear_pointer (&self->damaged, proof_image_free);
  g_clear_pointer (&self->seen, g_hash_table_unref);
  g_clear_pointer (&self->expected, g_free);
  g_clear_pointer (&self->what, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Repairs, repairs_clear)

/* ---- what a store holds ---- */

static gboolean
describe_streams (Repairs *self, EhEventStore *store, GString *text)
{
  for (guint i = 0; i < PROOF_STREAMS; i++)
    {
      g_autoptr (GError) error = NULL;
      guint64 version = 0;

      if (eh_event_store_get_version (store, self->work->model->names[i], &version, NULL, &error))
        g_string_append_printf (text, "%s: %" G_GUINT64_FORMAT "\n", self->work->model->texts[i], version);
      else
        g_string_append_printf (text, "%s: %s\n", self->work->model->texts[i], error->message);
    }
  return TRUE;
}

/* As text; nothing in it depends on the folder. NULL if it cannot be read. */
static char *
describe (Repairs *self, const EhFileOps *ops, const char *folder)
{
  EhFileOptions options = self->work->options;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (EhEventPage) page = NULL;
  g_autoptr (EhEventStore) store = NULL;
  g_autoptr (GError) error = NULL;

  options.read_only = TRUE;
  store = eh_file_store_open_with (ops, folder, &options, &error);
  if (store != NULL)
    page = eh_event_store_read_all (store, NULL, 0, EH_FORWARDS, 0, NULL, &error);
  if (page == NULL)
    {
      proof_fail (&self->what, "reading %s: %s", folder, error->message);
      return NULL;
    }
  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    {
      g_autofree char *json = eh_event_to_json (eh_event_page_get (page, i));

      g_string_append_printf (text, "%" G_GUINT64_FORMAT " %s\n", eh_event_get_position (eh_event_page_get (page, i)),
                              json);
    }
  describe_streams (self, store, text);
  return g_strdup (text->str);
}

/* ---- what was appended ---- */

/* Of the log's events that can be read the new store has some, in their order. */
static gboolean
check_events (Repairs *self, EhEventPage *page)
{
  const GPtrArray *log = proof_model_get_log (self->work->model);
  guint next = 0;

  for (guint r = 0; r < log->len; r++)
    for (guint i = 0; i < ((const ProofRecord *) g_ptr_array_index (log, r))->n_events; i++)
      if (next < eh_event_page_get_size (page)
          && proof_record_is_event (self->work->model, g_ptr_array_index (log, r), i, eh_event_page_get (page, next)))
        next++;
  return next == eh_event_page_get_size (page) || proof_fail (&self->what, "the new store has what was not appended");
}

static gboolean
check_new (Repairs *self, const EhFileOps *ops, const EhFileRepair *done)
{
  EhFileOptions options = self->work->options;
  g_autoptr (EhEventPage) page = NULL;
  g_autoptr (EhEventStore) store = NULL;
  g_autoptr (GError) error = NULL;
  guint64 head = 0;

  options.read_only = TRUE;
  store = eh_file_store_open_with (ops, NEW, &options, &error);
  if (store == NULL || !eh_event_store_get_head (store, &head, NULL, &error)
      || (page = eh_event_store_read_all (store, NULL, 0, EH_FORWARDS, 0, NULL, &error)) == NULL)
    return proof_fail (&self->what, "the new store: %s", error->message);
  if (head != done->n_events || (!done->unknown && head + done->n_lost != self->n_events))
    return proof_fail (&self->what,
                       "%" G_GUINT64_FORMAT " events, of which %" G_GUINT64_FORMAT " are there and %" G_GUINT64_FORMAT
                       " are said to be lost",
                       self->n_events, head, done->n_lost);
  return check_events (self, page);
}

/* ---- what is damaged stays ---- */

static gboolean
check_source (Repairs *self, const ProofImage *image)
{
  guint n = 0;

  for (guint i = 0; i < image->files->len; i++)
    {
      const ProofFile *file = &g_array_index (image->files, ProofFile, i);
      const ProofFile *before = proof_image_find (self->damaged, file->path);

      if (!g_str_has_prefix (file->path, PROOF_FOLDER "/"))
        continue;
      n++;
      if (before == NULL || before->size != file->size
          || (file->size > 0 && memcmp (before->bytes, file->bytes, file->size) != 0))
        return proof_fail (&self->what, "it changed %s", file->path);
    }
  for (guint i = 0; i < self->damaged->files->len; i++)
    n -= g_str_has_prefix (g_array_index (self->damaged->files, ProofFile, i).path, PROOF_FOLDER "/");
  return n == 0 || proof_fail (&self->what, "it removed a file of the damaged store");
}

static gboolean
repair (Repairs *self, ProofDisk *disk, const char *to, EhFileRepair *done, GError **error)
{
  const EhFileToolCall call = { .ops = proof_disk_get_ops (disk) };

  return eh_file_repair_with (&call, PROOF_FOLDER, to, &self->work->options, done, error);
}

/* ---- crashes ---- */

static gboolean
check_same (Repairs *self, ProofDisk *disk, const char *folder)
{
  g_autofree char *found = describe (self, proof_disk_get_ops (disk), folder);

  return found != NULL
         && (strcmp (found, self->expected) == 0
             || proof_fail (&self->what, "%s is another one than without a crash", folder));
}

static gboolean
look_at (Repairs *self, const ProofState *state)
{
  g_autoptr (ProofDisk) disk = proof_disk_new (state->image);
  g_autoptr (GError) error = NULL;
  EhFileRepair done = { 0 };

  if (!check_source (self, state->image)
      || (proof_image_find (state->image, NEW) != NULL && !check_same (self, disk, NEW)))
    return FALSE;
  if (state->number % REPEATED_EVERY != 0)
    return TRUE;
  if (!repair (self, disk, AGAIN, &done, &error))
    return proof_fail (&self->what, "repairing again: %s", error->message);
  return check_same (self, disk, AGAIN);
}

static gboolean
check_state (gpointer user_data, const ProofState *state)
{
  Repairs *self = user_data;
  const gpointer key = GSIZE_TO_POINTER (state->hash);
  gpointer has_new = g_hash_table_lookup (self->seen, key);
  gboolean ok = TRUE;

  if (has_new == NULL)
    {
      proof_state_fill (state);
      ok = look_at (self, state);
      has_new = GUINT_TO_POINTER (1 + (proof_image_find (state->image, NEW) != NULL));
      g_hash_table_insert (self->seen, key, has_new);
    }
  if (ok && state->note == 1 && has_new == GUINT_TO_POINTER (1))
    ok = proof_fail (&self->what, "the new store was complete, and is gone");
  if (!ok)
    {
      g_autofree char *choices = proof_crash_describe (state->crash);
      g_autofree char *what = g_steal_pointer (&self->what);

      self->what = g_strdup_printf ("%s; in the state\n%s", what, choices);
    }
  return ok;
}

static gboolean
crash (Repairs *self, ProofDisk *disk, ProofCounts *counts)
{
  guint n = 0;
  const ProofEntry *journal = proof_disk_get_journal (disk, &n);

  for (guint i = 0; i < PROOF_N_PROFILES * 2; i++)
    {
      const ProofCrashOptions options = { (ProofProfile) (i / 2), i % 2 == 0 ? 512 : 4096, self->plan->full_bits,
                                          self->plan->limit, self->plan->seed };
      ProofCrashCount count = { 0 };
      const gboolean ok = proof_crash_enumerate (self->damaged, journal, n, 0, &options, check_state, self, &count);

      counts->n_repair_states += count.n_states;
      counts->n_repair_points += count.n_points;
      counts->n_repair_sampled += count.n_sampled;
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

/* ---- a damaged store ---- */

static gboolean
try_damaged (Repairs *self, ProofCounts *counts)
{
  g_autoptr (ProofDisk) disk = proof_disk_new (self->damaged);
  g_autoptr (ProofImage) after = NULL;
  g_autoptr (GError) error = NULL;
  EhFileRepair done = { 0 };

  counts->n_repairs++;
  proof_disk_set_journal (disk, TRUE);
  proof_disk_note (disk, 0);
  if (!repair (self, disk, NEW, &done, &error))
    return proof_fail (&self->what, "repairing: %s", error->message);
  proof_disk_note (disk, 1);
  after = proof_disk_get_image (disk);
  if (proof_disk_get_n_open (disk) > 0)
    return proof_fail (&self->what, "%u files or maps are still open", proof_disk_get_n_open (disk));
  g_free (self->expected);
  self->expected = describe (self, proof_disk_get_ops (disk), NEW);
  g_hash_table_remove_all (self->seen);
  return self->expected != NULL && check_source (self, after) && check_new (self, proof_disk_get_ops (disk), &done)
         && crash (self, disk, counts);
}

/* Damage @number of a segment: a sector of zeros, half a file, no file. FALSE if there is none of that number. */
static gboolean
damage (Repairs *self, guint segment, guint number)
{
  g_autofree char *path = g_strdup_printf (PROOF_FOLDER "/seg/%08x.log", segment);
  ProofFile *file = NULL;
  guint n_sectors;

  proof_image_free (self->damaged);
  self->damaged = proof_image_copy (self->whole);
  file = proof_image_find (self->damaged, path);
  if (file == NULL)
    return FALSE;
  n_sectors = (guint) ((file->size + SECTOR - 1) / SECTOR);
  if (number < n_sectors)
    memset ((guint8 *) file->bytes + (gsize) number * SECTOR, 0, MIN (SECTOR, file->size - (gsize) number * SECTOR));
  else if (number == n_sectors)
    file->size /= 2;
  else
    proof_image_remove (self->damaged, path);
  return number <= n_sectors + 1;
}

static gboolean
begin (Repairs *self, char **what)
{
  const GPtrArray *log;
  guint from = 0;

  self->work = proof_new_work (1, "", &self->whole, &from, what);
  if (self->work == NULL)
    return FALSE;
  proof_work_kill (self->work);
  self->seen = g_hash_table_new (NULL, NULL);
  self->damaged = proof_image_copy (self->whole);
  log = proof_model_get_log (self->work->model);
  self->n_events = proof_log_get_head (log, log->len);
  return TRUE;
}

/* ---- a disk that fails ---- */

/* What could not be completed is not there, and it can be done again. FALSE in *more if there is no such call. */
static gboolean
try_fault (Repairs *self, guint call, gboolean *more)
{
  g_autoptr (ProofDisk) disk = proof_disk_new (self->damaged);
  g_autoptr (ProofImage) after = NULL;
  g_autoptr (GError) error = NULL;
  EhFileRepair done = { 0 };
  gboolean is_done;

  proof_disk_set_fault (disk, &(ProofFault){ .call = call, .code = call % 2 == 0 ? -EIO : -ENOSPC });
  is_done = repair (self, disk, NEW, &done, &error);
  *more = proof_disk_get_failed (disk) != NULL;
  proof_disk_set_fault (disk, &(ProofFault){ 0 });
  after = proof_disk_get_image (disk);
  if (proof_disk_get_n_open (disk) > 0)
    return proof_fail (&self->what, "%u files or maps are still open", proof_disk_get_n_open (disk));
  if (!check_source (self, after))
    return FALSE;
  if (is_done)
    return check_same (self, disk, NEW);
  if (proof_image_find (after, NEW) != NULL || proof_image_find (after, NEW ".tmp") != NULL)
    return proof_fail (&self->what, "something is left: %s", error->message);
  g_clear_error (&error);
  if (!repair (self, disk, NEW, &done, &error))
    return proof_fail (&self->what, "repairing again: %s", error->message);
  return check_same (self, disk, NEW);
}

static gboolean
try_faults (Repairs *self, ProofCounts *counts)
{
  gboolean more = TRUE;

  for (guint call = 1; more; call += self->plan->fault_stride)
    {
      if (!try_fault (self, call, &more))
        {
          g_autofree char *what = g_steal_pointer (&self->what);

          return proof_fail (&self->what, "call %u fails: %s", call, what);
        }
      counts->n_faults += more;
    }
  return TRUE;
}

static guint
count_segments (const Repairs *self)
{
  guint n = 0;

  for (guint i = 0; i < self->whole->files->len; i++)
    n += g_str_has_suffix (g_array_index (self->whole->files, ProofFile, i).path, ".log");
  return n;
}

gboolean
proof_try_repairs (const ProofPlan *plan, ProofCounts *counts, char **what)
{
  g_auto (Repairs) self = { .plan = plan };
  gboolean ok = begin (&self, what);
  gboolean has_segment = ok;

  if (!ok)
    return FALSE;
  if (plan->part == 0)
    ok = try_damaged (&self, counts) && try_faults (&self, counts);
  for (guint segment = 1; ok && has_segment; segment++)
    {
      const guint step = plan->n_parts * plan->stride;

      proof_show_progress (plan, "repairs", segment - 1, count_segments (&self));
      has_segment = damage (&self, segment, 0);
      for (guint i = plan->part * plan->stride + segment % plan->stride; ok && damage (&self, segment, i); i += step)
        {
          ok = try_damaged (&self, counts);
          if (!ok)
            *what = g_strdup_printf ("segment %u, damage %u: %s", segment, i, self.what);
        }
    }
  if (!ok && *what == NULL)
    *what = g_strdup_printf ("without damage: %s", self.what);
  return ok;
}
