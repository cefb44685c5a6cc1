/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proof.h"

#include <string.h>

#include "store/file/eh-file-store-struct-private.h"

/*
 * What is promised by time. A store with sync=interval or never has its ticker, but time is this file's: it stands
 * still but where it is let go on, to the moments at which the ticker wants to wake, and while something is flushed.
 * After each moment it is known what must have come to the disk: what was acknowledged longer ago than an interval and
 * what a flush takes. With sync=interval each state that a power cut may leave has that, with sync=never what a process
 * leaves that is killed.
 */

#define INTERVAL (100 * 1000)
#define MOMENTS 30
#define LEAST_STORES 8

/* Real seconds, for a ticker that does not come. */
#define PATIENCE 60

/* What the store calls instead of g_get_monotonic_time() and g_cond_wait_until(). */
gint64 proof_time (void);
gboolean proof_wait_until (GCond *cond, GMutex *mutex, gint64 end);

/* The time; all of it with the lock of the only store that there is then. */
static struct {
  gboolean is_ours;
  gint64 now;
  gboolean waits; /* the ticker does, */
  gint64 end;     /* until then */
  EhCond changed;
} ours;

gint64
proof_time (void)
{
  return ours.is_ours ? ours.now : g_get_monotonic_time ();
}

gboolean
proof_wait_until (GCond *cond, GMutex *mutex, gint64 end)
{
  if (!ours.is_ours)
    return g_cond_wait_until (cond, mutex, end);
  if (ours.now >= end)
    return FALSE;
  ours.waits = TRUE;
  ours.end = end;
  eh_cond_signal (&ours.changed);
  g_cond_wait (cond, mutex);
  ours.waits = FALSE;
  return ours.now < end;
}

typedef struct {
  ProofWork *work;  /* (owned) */
  ProofImage *base; /* (owned) */
  guint64 random;
  gint64 flush; /* the most that one takes */
  GArray *said; /* (owned) (element-type gint64): when each record was acknowledged */
  char *what;   /* (owned) (nullable) */
} Run;

static guint64
draw (Run *self, guint64 n)
{
  self->random = self->random * G_GUINT64_CONSTANT (6364136223846793005) + G_GUINT64_CONSTANT (1442695040888963407);
  return (self->random >> 33) % n;
}

/* How many records were acknowledged so long ago that they must have come to the disk. */
static guint
count_certain (const Run *self)
{
  const gint64 limit = ours.now - MAX (INTERVAL, self->flush) - self->flush;
  guint n = 0;

  while (n < self->said->len && g_array_index (self->said, gint64, n) < limit)
    n++;
  return n;
}

/* So it is in whatever a power cut leaves from now on. */
static void
settle (Run *self)
{
  if (self->work->options.sync == EH_FILE_SYNC_INTERVAL)
    proof_work_settle (self->work, count_certain (self));
}

static gboolean
append (Run *self)
{
  static const char letters[] = "xxnbe";

  if (!proof_work_do (self->work, letters[draw (self, sizeof letters - 1)]))
    return FALSE;
  g_array_set_size (self->said, self->work->n_most);
  g_array_index (self->said, gint64, self->said->len - 1) = ours.now;
  return TRUE;
}

static void
pass (EhFileStore *store, gint64 time)
{
  eh_lock (&store->lock);
  ours.now += time;
  eh_unlock (&store->lock);
}

/* A flush takes its time, in which something may be appended: by the ticker, so that nobody else does meanwhile. */
static void
take_time (gpointer user_data, const char *name)
{
  Run *self = user_data;
  EhFileStore *store = EH_FILE_STORE (self->work->store);
  const gint64 time = (gint64) draw (self, (guint64) self->flush + 1);

  if (strcmp (name, "sync") != 0)
    return;
  pass (store, time / 8);
  if (draw (self, 2) > 0)
    append (self);
  proof_disk_set_hook (self->work->disk, take_time, self);
  pass (store, time - time / 8);
  settle (self);
}

/* With the store's lock: until the ticker, if there is one, waits for its time. */
static gboolean
wait_for_ticker (Run *self, EhFileStore *store)
{
  const gint64 end = g_get_monotonic_time () + PATIENCE * G_USEC_PER_SEC;

  while (store->ticker != NULL && !ours.waits)
    if (!eh_cond_wait_until (&ours.changed, &store->lock, end))
      return proof_fail (&self->what, "the ticker does not come");
  return TRUE;
}

/* Time goes on, and whatever is to happen on the way happens. */
static gboolean
go_on (Run *self, gint64 time)
{
  EhFileStore *store = EH_FILE_STORE (self->work->store);
  const gint64 to = ours.now + time;
  gboolean ok;

  proof_disk_set_hook (self->work->disk, take_time, self);
  eh_lock (&store->lock);
  while ((ok = wait_for_ticker (self, store)) && ours.waits && ours.end <= to)
    {
      ours.now = MAX (ours.now, ours.end);
      ours.waits = FALSE;
      eh_cond_broadcast (&store->tick_cond);
    }
  ours.now = MAX (ours.now, to);
  eh_unlock (&store->lock);
  proof_disk_set_hook (self->work->disk, NULL, NULL);
  return ok;
}

/* What a process that is killed now leaves. */
static gboolean
check_killed (Run *self)
{
  g_autoptr (ProofImage) image = proof_disk_get_image (self->work->disk);
  g_autoptr (ProofDisk) disk = proof_disk_new (image);
  EhFileOptions options = proof_work_get_options ();
  g_autoptr (EhEventStore) store = NULL;
  g_autoptr (GError) error = NULL;

  options.segment_size = options.first_segment_size = self->work->options.segment_size;
  options.sync = self->work->options.sync;
  store = eh_file_store_open_with (proof_disk_get_ops (disk), PROOF_FOLDER, &options, &error);
  if (store == NULL)
    return proof_fail (&self->what, "opening: %s", error->message);
  proof_model_match (self->work->model, store, proof_model_get_log (self->work->model), count_certain (self),
                     self->work->n_most, &self->what);
  proof_disk_die (disk);
  return self->what == NULL;
}

static gboolean
do_moment (Run *self)
{
  if (draw (self, 3) > 0 && !append (self))
    return FALSE;
  if (!go_on (self, (gint64) draw (self, 5 * INTERVAL / 2)))
    return FALSE;
  settle (self);
  return check_killed (self);
}

static gboolean
check_crashes (Run *self, const ProofPlan *plan, ProofCounts *counts)
{
  const ProofCrashOptions options = { PROOF_POSIX, 512, PROOF_INNER_BITS, PROOF_DEEP_LIMIT, plan->seed };
  ProofCrashCount count = { 0 };
  ProofCheck check;
  gboolean ok;

  proof_check_init (&check, self->work, self->base);
  ok = proof_check_run (&check, 0, &options, &count);
  counts->n_interval_states += count.n_states;
  if (!ok)
    proof_fail (&self->what, "%s; state %" G_GUINT64_FORMAT ":\n%s", check.what, check.number, check.state);
  proof_check_clear (&check);
  return ok;
}

static gboolean
run_store (Run *self, const ProofPlan *plan, ProofCounts *counts)
{
  gboolean ok = proof_work_open (self->work);

  ours.is_ours = TRUE;
  ours.waits = FALSE;
  for (guint i = 0; ok && i < MOMENTS; i++)
    {
      ok = do_moment (self);
      counts->n_intervals++;
    }
  ok = ok && (EH_FILE_STORE (self->work->store)->worker == NULL || proof_fail (&self->what, "there is a worker"));
  /* The ticker ends with the store, in real time again. */
  if (self->work->store != NULL)
    proof_work_kill (self->work);
  ours.is_ours = FALSE;
  self->work->options.background = FALSE;
  return ok && check_crashes (self, plan, counts);
}

static gboolean
try_store (const ProofPlan *plan, guint number, ProofCounts *counts, char **what)
{
  Run self = { .base = proof_work_new_empty (), .random = plan->seed * 1000 + number };
  gboolean ok;

  self.work = proof_work_new (self.base);
  self.work->options.background = TRUE;
  self.work->options.sync = number % 2 == 0 ? EH_FILE_SYNC_INTERVAL : EH_FILE_SYNC_NEVER;
  /* So much that nothing but the ticker does anything by itself. */
  self.work->options.segment_size = self.work->options.first_segment_size = 65536;
  self.work->options.run_size = EH_FILE_RUN_SIZE;
  self.said = g_array_new (FALSE, TRUE, sizeof (gint64));
  /* Nothing; less than an interval; more. */
  self.flush = (gint64) (number / 2 % 3) * INTERVAL * 2 / 3;
  proof_disk_set_journal (self.work->disk, TRUE);
  ok = run_store (&self, plan, counts);
  if (!ok)
    *what = g_strdup_printf ("by time, store %u: %s", number, self.what != NULL ? self.what : self.work->what);
  g_array_unref (self.said);
  proof_work_free (self.work);
  proof_image_free (self.base);
  g_free (self.what);
  return ok;
}

gboolean
proof_try_intervals (const ProofPlan *plan, ProofCounts *counts, char **what)
{
#ifdef EH_LOCK_PTHREAD
  const guint n = 0; /* these locks do not ask us for the time */
#else
  const guint n = MAX (plan->n_seeded, LEAST_STORES);
#endif
  gboolean ok = TRUE;

  eh_cond_init (&ours.changed);
  for (guint i = plan->part; ok && i < n; i += plan->n_parts)
    {
      proof_show_progress (plan, "intervals", i, n);
      ok = try_store (plan, i, counts, what);
    }
  eh_cond_clear (&ours.changed);
  return ok;
}
