/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proof.h"

#include <string.h>

#include "store/eh-checkpoint-private.h"

/*
 * Checkpoints in files, on the same disk, with the same crashes: after each the last checkpoint that was acknowledged
 * is read, or the one that was being written then; whole, and without an error. The letters are
 *
 *   s  save a small one    l  save one of several sectors    r  remove it    q  open the store again
 */
#define LETTERS "slrq"
#define LENGTH 4
#define FOLDER "/data/checkpoints"
#define NAME "consumer"
#define SIZE_SMALL 60
#define SIZE_LARGE 2900

typedef struct {
  ProofDisk *disk; /* (owned) */
  EhCheckpointStore *store;
  GArray *sizes; /* (owned) (element-type guint): of the payload of each that was submitted; 0: it was removed */
  GArray *known; /* (owned) (element-type ProofKnown): by the number of a note */
  guint n_acknowledged;
  guint64 n;
  char *what; /* (owned) (nullable) */
} Work;

static void
work_clear (Work *self)
{
  g_clear_object (&self->store);
  g_clear_pointer (&self->disk, proof_disk_free);
  g_clear_pointer (&self->sizes, g_array_unref);
  g_clear_pointer (&self->known, g_array_unref);
  g_clear_pointer (&self->what, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

/* The checkpoint @i; all of it follows from that and the size. */
static EhCheckpoint *
make_checkpoint (guint i, guint size)
{
  g_autoptr (EhStreamName) stream = eh_stream_name_parse ("Acc-0", NULL);
  g_autoptr (EhParkedEvent) parked = eh_parked_event_new (i + 1, stream, 3, "it did not work");
  guint8 *data = g_malloc (size);
  g_autoptr (GBytes) payload = NULL;

  for (guint k = 0; k < size; k++)
    data[k] = k == 0 || k == size - 1 ? '"' : (guint8) ('a' + (k / 26 + k * 7 + i * 11) % 26);
  payload = g_bytes_new_take (data, size);
  return eh_checkpoint_new (NAME, 100 + i, "shape", 2, payload, &parked, 1);
}

static gboolean
is_same (const EhCheckpoint *a, const EhCheckpoint *b)
{
  return eh_checkpoint_get_position (a) == eh_checkpoint_get_position (b)
         && strcmp (eh_checkpoint_get_shape (a), eh_checkpoint_get_shape (b)) == 0
         && eh_checkpoint_get_revision (a) == eh_checkpoint_get_revision (b)
         && g_bytes_equal (eh_checkpoint_get_payload (a), eh_checkpoint_get_payload (b))
         && eh_checkpoint_get_n_parked (a) == eh_checkpoint_get_n_parked (b)
         && eh_parked_event_get_position (eh_checkpoint_get_parked (a, 0))
                == eh_parked_event_get_position (eh_checkpoint_get_parked (b, 0));
}

static gboolean
is_checkpoint (const Work *self, const EhCheckpoint *found, guint i)
{
  const guint size = g_array_index (self->sizes, guint, i);
  g_autoptr (EhCheckpoint) expected = NULL;

  if (size == 0 || found == NULL)
    return size == 0 && found == NULL;
  expected = make_checkpoint (i, size);
  return is_same (found, expected);
}

/* What is read is one of those from @least to @most. */
static char *
check_store (const Work *self, EhCheckpointStore *store, guint least, guint most)
{
  g_autoptr (EhCheckpoint) found = NULL;
  g_autoptr (GError) error = NULL;

  if (!eh_checkpoint_store_load (store, NAME, &found, NULL, &error))
    return g_strdup_printf ("reading a checkpoint: %s", error->message);
  for (guint i = least; i <= most; i++)
    if (is_checkpoint (self, found, i))
      return NULL;
  return g_strdup_printf ("the checkpoint is at %" G_GUINT64_FORMAT ", and should be one from %u to %u",
                          found != NULL ? eh_checkpoint_get_position (found) : 0, 100 + least, 100 + most);
}

/* ---- what is done ---- */

static void
note (Work *self)
{
  const ProofKnown known = { 0, self->n_acknowledged, self->sizes->len - 1 };

  g_array_append_val (self->known, known);
  proof_disk_note (self->disk, self->known->len - 1);
}

static gboolean
open_store (Work *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&self->store);
  self->store = eh_file_checkpoint_store_new_with (FOLDER, proof_disk_get_ops (self->disk), &error);
  if (self->store != NULL && eh_checkpoint_store_claim (self->store, NAME, &error))
    return TRUE;
  self->what = g_strdup_printf ("opening checkpoints: %s", error->message);
  return FALSE;
}

static gboolean
submit (Work *self, guint size)
{
  const guint i = self->sizes->len;
  g_autoptr (EhCheckpoint) checkpoint = size > 0 ? make_checkpoint (i, size) : NULL;
  g_autoptr (GError) error = NULL;

  g_array_append_val (self->sizes, size);
  note (self);
  if (!(size > 0 ? eh_checkpoint_store_save (self->store, checkpoint, NULL, &error)
                 : eh_checkpoint_store_remove (self->store, NAME, NULL, &error)))
    {
      self->what = g_strdup_printf ("saving a checkpoint: %s", error->message);
      return FALSE;
    }
  self->n_acknowledged = i;
  note (self);
  return TRUE;
}

static gboolean
do_letter (Work *self, char letter)
{
  gboolean ok;

  if (letter == 'q')
    ok = open_store (self);
  else
    ok = submit (self, letter == 's' ? SIZE_SMALL : letter == 'l' ? SIZE_LARGE : 0);
  if (ok)
    self->what = check_store (self, self->store, self->n_acknowledged, self->n_acknowledged);
  return self->what == NULL;
}

/* ---- what is left ---- */

/* Two of the letters behind each crash: what it left is in nobody's way. */
static char *
go_on (const ProofImage *image)
{
  const guint none = 0;
  g_auto (Work) self = { .disk = proof_disk_new (image), .sizes = g_array_new (FALSE, FALSE, sizeof (guint)) };

  self.known = g_array_new (FALSE, FALSE, sizeof (ProofKnown));
  g_array_append_val (self.sizes, none);
  if (open_store (&self) && do_letter (&self, 's'))
    do_letter (&self, 'q');
  return g_steal_pointer (&self.what);
}

static gboolean
check_state (gpointer user_data, const ProofState *state)
{
  Work *self = user_data;
  const ProofKnown *known = &g_array_index (self->known, ProofKnown, state->note);
  g_autoptr (ProofDisk) disk = NULL;
  g_autoptr (EhCheckpointStore) store = NULL;
  g_autoptr (GError) error = NULL;
  char *what = NULL;

  self->n++;
  proof_state_fill (state);
  disk = proof_disk_new (state->image);
  store = eh_file_checkpoint_store_new_with (FOLDER, proof_disk_get_ops (disk), &error);
  what = store != NULL ? check_store (self, store, known->n_least, known->n_most)
                       : g_strdup_printf ("opening checkpoints: %s", error->message);
  if (what == NULL)
    what = go_on (state->image);
  if (what == NULL)
    return TRUE;
  {
    g_autofree char *choices = proof_crash_describe (state->crash);

    self->what = g_strdup_printf ("%s; in the state\n%s", what, choices);
  }
  g_free (what);
  return FALSE;
}

static gboolean
crash (Work *self, const ProofPlan *plan, const ProofImage *base, ProofCounts *counts)
{
  guint n = 0;
  const ProofEntry *journal = proof_disk_get_journal (self->disk, &n);

  for (guint i = 0; i < PROOF_N_PROFILES * 2; i++)
    {
      const ProofCrashOptions options = { (ProofProfile) (i / 2), i % 2 == 0 ? 512 : 4096, plan->full_bits, plan->limit,
                                          plan->seed };
      ProofCrashCount count = { 0 };
      const gboolean ok = proof_crash_enumerate (base, journal, n, 0, &options, check_state, self, &count);

      counts->n_checkpoints += count.n_states;
      counts->n_checkpoint_points += count.n_points;
      counts->n_checkpoint_sampled += count.n_sampled;
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

static gboolean
try_letters (const ProofPlan *plan, const char *letters, ProofCounts *counts, char **what)
{
  const guint none = 0;
  g_autoptr (ProofImage) base = proof_work_new_empty ();
  g_auto (Work) self = { .disk = proof_disk_new (base), .sizes = g_array_new (FALSE, FALSE, sizeof (guint)) };
  gboolean ok;

  self.known = g_array_new (FALSE, FALSE, sizeof (ProofKnown));
  g_array_append_val (self.sizes, none);
  proof_disk_set_journal (self.disk, TRUE);
  note (&self);
  ok = open_store (&self);
  for (const char *letter = letters; ok && *letter != '\0'; letter++)
    ok = do_letter (&self, *letter);
  ok = ok && crash (&self, plan, base, counts);
  if (!ok)
    *what = g_strdup_printf ("while doing \"%s\": %s", letters, self.what);
  return ok;
}

gboolean
proof_try_checkpoints (const ProofPlan *plan, ProofCounts *counts, char **what)
{
  const guint n_letters = sizeof LETTERS - 1;
  const guint length = MIN (plan->length[0] + 1, LENGTH);
  guint n = 1;

  for (guint i = 0; i < length; i++)
    n *= n_letters;
  for (guint number = plan->part; number < n; number += plan->n_parts)
    {
      char letters[LENGTH + 1] = "";

      for (guint i = 0, rest = number; i < length; i++, rest /= n_letters)
        letters[i] = LETTERS[rest % n_letters];
      proof_show_progress (plan, "checkpoints", number, n);
      if (!try_letters (plan, letters, counts, what))
        return FALSE;
    }
  return TRUE;
}
