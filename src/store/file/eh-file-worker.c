/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-breakage-private.h"
#include "store/file/eh-file-writer-steps-private.h"

/*
 * The store's own threads, each made when it is first needed and none without options.background: the worker makes
 * segments ahead and runs; the merger merges runs; the committer leads groups that nobody or many wait for, and writes
 * what was gathered when it is much; the ticker writes, and with sync=interval flushes, what was gathered; the follower
 * tells a reading process's watches of what another process appends. A failure of worker or merger costs nobody
 * anything but time, and memory up to its bound: what was not done is tried again when it is due again.
 */

/* A tail that is smaller is not worth a run when the store is closed: scanning it takes no time. */
#define SMALL_TAIL(run_size) ((run_size) / 16)

/* With the lock. */
static void
want_thread (EhFileStore *self, GThread **thread, const char *name, GThreadFunc func)
{
  if (*thread == NULL && self->options.background && !g_atomic_int_get (&self->stopping))
    *thread = g_thread_try_new (name, func, self, NULL);
}

static void
prepare_next (EhFileStore *self)
{
  gboolean wanted;
  guint32 number;

  eh_lock (&self->lock);
  wanted = self->writer.prepare_asked && self->options.background;
  number = self->writer.segment->header.number + 1;
  eh_unlock (&self->lock);
  if (wanted)
    eh_file_writer_prepare (self, number, 0, NULL);
}

/* With the work lock. Gives what is to be made a run of, and on what. */
static EhFileTail *
freeze (EhFileStore *self, guint64 least, EhFileRuns **runs)
{
  EhFileTail *frozen = NULL;
  GError *failure = NULL;

  eh_lock (&self->lock);
  if (self->index.frozen != NULL
      || (self->index.tail_bytes > 0 && eh_file_index_is_full (&self->index, least, self->options.memory)))
    frozen = eh_file_index_freeze (&self->index);
  /* F16: a run is only about what is durable. */
  if (frozen != NULL && !eh_file_writer_secure (self, frozen->end, &failure))
    {
      eh_file_index_keep_frozen (&self->index, self->options.memory, failure);
      frozen = NULL;
    }
  *runs = eh_file_runs_ref (self->index.runs);
  eh_unlock (&self->lock);
  return frozen;
}

/* With the work lock. */
static void
make_run (EhFileStore *self, guint64 least)
{
  g_autoptr (EhFileRuns) runs = NULL;
  const EhFileTail *frozen = freeze (self, least, &runs);
  g_autoptr (EhFileRuns) more = NULL;
  g_autoptr (EhFileRuns) joined = NULL;
  GError *failure = NULL;

  if (frozen == NULL)
    return;
  more = eh_file_runs_add (runs, frozen, &failure);
  eh_lock (&self->lock);
  if (more != NULL)
    {
      joined = eh_file_runs_join (self->index.runs, more);
      eh_file_index_thaw (&self->index, joined, self->options.memory);
    }
  else
    eh_file_index_keep_frozen (&self->index, self->options.memory, failure);
  eh_unlock (&self->lock);
}

/* One at a time. Runs may be made meanwhile. */
static void
merge_runs (EhFileStore *self)
{
  gboolean merged = TRUE;

  while (merged && !g_atomic_int_get (&self->stopping))
    {
      g_autoptr (EhFileRuns) before = NULL;
      g_autoptr (EhFileRuns) after = NULL;

      eh_lock (&self->lock);
      before = eh_file_runs_ref (self->index.runs);
      eh_unlock (&self->lock);
      after = eh_file_runs_merge (before, NULL);
      merged = after != NULL;
      if (!merged)
        break;
      eh_file_runs_unref (before);
      eh_lock (&self->lock);
      before = g_steal_pointer (&self->index.runs);
      self->index.runs = eh_file_runs_join (after, before);
      eh_unlock (&self->lock);
    }
}

static gpointer
merger_thread (gpointer user_data)
{
  EhFileStore *self = user_data;

  eh_lock (&self->lock);
  while (!g_atomic_int_get (&self->stopping))
    {
      while (!g_atomic_int_get (&self->stopping) && !self->merge_due)
        eh_cond_wait (&self->merge_cond, &self->lock);
      self->merge_due = FALSE;
      eh_unlock (&self->lock);
      merge_runs (self);
      eh_lock (&self->lock);
    }
  eh_unlock (&self->lock);
  return NULL;
}

/* To merge takes long when the log is long, and the tail must not grow so long. */
static void
let_merge (EhFileStore *self)
{
  if (!self->options.background)
    {
      merge_runs (self);
      return;
    }
  eh_lock (&self->lock);
  want_thread (self, &self->merger, "eh-file-merge", merger_thread);
  self->merge_due = TRUE;
  eh_cond_signal (&self->merge_cond);
  eh_unlock (&self->lock);
}

static void
set_working (EhFileStore *self, gboolean working)
{
  eh_lock (&self->lock);
  self->working = working;
  if (!working)
    eh_cond_broadcast (&self->index_cond);
  eh_unlock (&self->lock);
}

static void
do_work (EhFileStore *self)
{
  eh_lock (&self->work_lock);
  if (g_atomic_int_compare_and_exchange (&self->work_due, TRUE, FALSE))
    {
      set_working (self, TRUE);
      prepare_next (self);
      make_run (self, self->options.run_size);
      set_working (self, FALSE);
      let_merge (self);
    }
  eh_unlock (&self->work_lock);
}

void
eh_file_store_finish_index (EhFileStore *self)
{
  eh_lock (&self->work_lock);
  make_run (self, SMALL_TAIL (self->options.run_size));
  eh_unlock (&self->work_lock);
}

/*
 * With the lock, before the worker looks whether something is due: whoever makes something due from now on tells him.
 * He may have been told of what he had done already; if not, he is at it from now on, so that nobody finds him idle.
 */
static void
listen (EhFileStore *self)
{
  g_atomic_int_set (&self->work_told, FALSE);
  self->working = g_atomic_int_get (&self->work_due);
  eh_cond_broadcast (&self->index_cond);
}

static gpointer
worker_thread (gpointer user_data)
{
  EhFileStore *self = user_data;

  eh_lock (&self->lock);
  while (!g_atomic_int_get (&self->stopping))
    {
      listen (self);
      while (!g_atomic_int_get (&self->stopping) && !g_atomic_int_get (&self->work_due))
        {
          eh_cond_wait (&self->work_cond, &self->lock);
          listen (self);
        }
      eh_unlock (&self->lock);
      do_work (self);
      eh_lock (&self->lock);
    }
  eh_unlock (&self->lock);
  return NULL;
}

void
eh_file_store_be_committer (EhFileStore *self)
{
  eh_lock (&self->lock);
  while (!g_atomic_int_get (&self->stopping))
    {
      while (!g_atomic_int_get (&self->stopping) && !self->commit_due)
        eh_cond_wait (&self->commit_cond, &self->lock);
      self->commit_due = FALSE;
      /* What is only written is gathered first. */
      if (self->options.sync == EH_FILE_SYNC_ALWAYS)
        eh_file_writer_lead_on (self);
      else if (!self->writer.rolling)
        eh_file_writer_lead (self);
    }
  eh_unlock (&self->lock);
}

static gpointer
committer_thread (gpointer user_data)
{
  eh_file_store_be_committer (user_data);
  return NULL;
}

/*
 * An interval begins with the flush, not behind it: else what comes while it runs would wait for longer than one. A
 * flush that takes longer has the next one right behind it.
 */
static gpointer
ticker_thread (gpointer user_data)
{
  EhFileStore *self = user_data;
  const gint64 interval = (gint64) self->options.interval * (EH_FILE_BROKEN (SECOND_TICK) ? 2000 : 1000);
  gint64 now = g_get_monotonic_time ();
  gint64 end = now + interval;

  eh_lock (&self->lock);
  while (!g_atomic_int_get (&self->stopping))
    {
      while (!g_atomic_int_get (&self->stopping) && eh_cond_wait_until (&self->tick_cond, &self->lock, end))
        continue;
      if (self->options.sync == EH_FILE_SYNC_INTERVAL && !EH_FILE_BROKEN (NO_TICK))
        eh_file_writer_flush (self, NULL);
      else
        eh_file_writer_write_gathered (self, NULL);
      now = g_get_monotonic_time ();
      end = MAX (end, EH_FILE_BROKEN (TICK_BEHIND_FLUSH) ? now : now - interval) + interval;
    }
  eh_unlock (&self->lock);
  return NULL;
}

static gpointer
follower_thread (gpointer user_data)
{
  EhFileStore *self = user_data;
  guint64 told = 0;
  gboolean has_failed = FALSE;

  eh_lock (&self->lock);
  while (!g_atomic_int_get (&self->stopping))
    {
      const guint32 count = eh_file_lock_page_get_count (&self->lock_page);
      const gboolean fails = !eh_file_store_follow (self, NULL);
      guint64 head;

      head = self->writer.published_position - 1;
      eh_unlock (&self->lock);
      /* That it cannot be followed any more is news too: who reads gets the error. */
      if (head > told || (fails && !has_failed))
        eh_watch_list_notify (&self->watches, head);
      told = head;
      has_failed = fails;
      eh_file_lock_page_wait (&self->lock_page, count, 20 * 1000);
      eh_lock (&self->lock);
    }
  eh_unlock (&self->lock);
  return NULL;
}

void
eh_file_store_work (EhFileStore *self)
{
  /* Once is enough while the worker is at what was due before. */
  if (!g_atomic_int_get (&self->work_due) || g_atomic_int_get (&self->work_told))
    return;
  if (!self->options.background)
    {
      do_work (self);
      return;
    }
  eh_lock (&self->lock);
  want_thread (self, &self->worker, "eh-file-work", worker_thread);
  g_atomic_int_set (&self->work_told, self->worker != NULL);
  eh_cond_signal (&self->work_cond);
  eh_unlock (&self->lock);
}

void
eh_file_store_want_commit (EhFileStore *self)
{
  if (self->commit_due)
    return;
  want_thread (self, &self->committer, "eh-file-commit", committer_thread);
  self->commit_due = self->committer != NULL;
  eh_cond_signal (&self->commit_cond);
}

gboolean
eh_file_store_has_committer (EhFileStore *self)
{
  return self->committer != NULL;
}

void
eh_file_store_want_ticker (EhFileStore *self)
{
  want_thread (self, &self->ticker, "eh-file-tick", ticker_thread);
}

void
eh_file_store_want_follower (EhFileStore *self)
{
  if (self->options.read_only)
    want_thread (self, &self->follower, "eh-file-follow", follower_thread);
}

void
eh_file_store_stop_threads (EhFileStore *self)
{
  GThread *threads[5];

  eh_lock (&self->lock);
  g_atomic_int_set (&self->stopping, TRUE);
  threads[0] = g_steal_pointer (&self->worker);
  threads[1] = g_steal_pointer (&self->committer);
  threads[2] = g_steal_pointer (&self->ticker);
  threads[3] = g_steal_pointer (&self->follower);
  threads[4] = g_steal_pointer (&self->merger);
  eh_cond_broadcast (&self->work_cond);
  eh_cond_broadcast (&self->merge_cond);
  eh_cond_broadcast (&self->commit_cond);
  eh_cond_broadcast (&self->tick_cond);
  eh_unlock (&self->lock);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    if (threads[i] != NULL)
      g_thread_join (threads[i]);
}

static gboolean
is_own_thread (const EhFileStore *self)
{
  const GThread *caller = g_thread_self ();

  return caller == self->worker || caller == self->committer || caller == self->ticker || caller == self->follower;
}

gboolean
eh_file_store_is_own_thread (EhFileStore *self)
{
  gboolean is_own;

  eh_lock (&self->lock);
  is_own = is_own_thread (self);
  eh_unlock (&self->lock);
  return is_own;
}

static gboolean
is_at_work (const EhFileStore *self)
{
  return self->working || g_atomic_int_get (&self->work_told);
}

/* With the lock, which it lets go of on the way. */
static void
ask_for_work (EhFileStore *self)
{
  g_atomic_int_set (&self->work_due, TRUE);
  eh_unlock (&self->lock);
  eh_file_store_work (self);
  eh_lock (&self->lock);
}

/*
 * The worker may need the store's own threads to get on, so they never wait; what they append goes in, unless the index
 * cannot be written.
 */
static gboolean
may_wait_for_work (const EhFileStore *self, gboolean has_tried)
{
  const gboolean fails = self->index.failure != NULL;

  if (!eh_file_index_is_too_large (&self->index, self->options.memory))
    return FALSE;
  return is_at_work (self) ? !is_own_thread (self) : fails && !has_tried;
}

gboolean
eh_file_store_wait_for_work (EhFileStore *self, gboolean *has_tried)
{
  /* One that is under way may have failed already. */
  const guint64 wanted = self->index.n_begun + 1;

  if (*has_tried || !may_wait_for_work (self, FALSE))
    return FALSE;
  while (self->index.n_ended < wanted && may_wait_for_work (self, *has_tried))
    if (is_at_work (self))
      eh_cond_wait (&self->index_cond, &self->lock);
    else
      {
        ask_for_work (self);
        *has_tried = TRUE;
      }
  *has_tried |= self->index.n_ended >= wanted && self->index.failure != NULL;
  return TRUE;
}
