/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/futex.h>
#include <stdarg.h>
#include <string.h>

#include "mocks/eh-fiber-private.h"
#include "model/eh-error.h"
#include "model/eh-lock-private.h"
#include "proof-disk.h"
#include "store/file/eh-file-breakage-private.h"
#include "store/file/eh-file-store-private.h"
#include "store/file/eh-file-store-struct-private.h"

/*
 * The hand-over of the group commit, step by step. The store is compiled with locks, conditions and futexes that are
 * steps of a scheduler, and its appenders are fibers; writes and flushes are steps too, a flush two of them. All orders
 * of steps are tried in which a fiber that could go on is interrupted at most so often. In each: no write while the
 * file is being flushed; what is acknowledged is in what was flushed; nobody waits for ever. The same with the store's
 * committer as one more fiber; time goes on whenever it is asked for. Waiters sleep, or look a few times first.
 */

#define N_CLIENTS 3
#define N_FIBERS (N_CLIENTS + 1)
#define COMMITTER N_CLIENTS
#define MAX_STEPS 1024

EhFileBreakage eh_file_breakage = EH_FILE_BREAK_NONE;

/* What the store calls instead of syscall(). */
long steps_syscall (long number, ...);
int steps_yield (void);
gint64 steps_time (void);

typedef struct {
  EhFiber *fiber;
  gboolean is_done;
  gconstpointer waits_for; /* (nullable) */
} Client;

static struct {
  ProofDisk *disk;
  EhFileOps ops;
  const EhFileOps *real;
  EhEventStore *store;
  Client clients[N_FIBERS];
  gint current;        /* -1: none */
  gint flushing;       /* file; -1: none */
  ProofImage *flushed; /* (owned) (nullable) */

  guint8 prefix[MAX_STEPS];
  guint8 taken[MAX_STEPS];
  guint8 arity[MAX_STEPS];
  guint n_prefix;
  guint n_taken;
  guint n_interruptions;
  guint most;
  gint64 now;
  guint spin;
  gint64 flush_time; /* microseconds more that a flush takes */
  guint n_yields;
  gboolean has_committer;
  guint n_led; /* groups that the committer wrote */
  gboolean is_wrong;
} run;

/* ---- steps ---- */

static void
step (void)
{
  if (run.current >= 0)
    eh_fiber_yield (run.clients[run.current].fiber);
}

static void
wait_for (gconstpointer what)
{
  g_assert_cmpint (run.current, >=, 0);
  run.clients[run.current].waits_for = what;
  step ();
}

void
steps_wake (gconstpointer what, guint n)
{
  for (guint i = 0; i < N_FIBERS && n > 0; i++)
    if (run.clients[i].waits_for == what)
      {
        run.clients[i].waits_for = NULL;
        n--;
      }
}

void
steps_lock (EhLock *lock)
{
  step ();
  while (lock->is_held)
    wait_for (lock);
  lock->is_held = TRUE;
}

void
steps_unlock (EhLock *lock)
{
  lock->is_held = FALSE;
  steps_wake (lock, G_MAXUINT);
}

void
steps_wait (EhCond *cond, EhLock *lock)
{
  steps_unlock (lock);
  wait_for (cond);
  steps_lock (lock);
}

long
steps_syscall (long number, ...)
{
  va_list args;
  gint *word;
  gint operation;
  gint value;

  va_start (args, number);
  word = va_arg (args, gint *);
  operation = va_arg (args, gint);
  value = va_arg (args, gint);
  va_end (args);
  if ((operation & FUTEX_CMD_MASK) == FUTEX_WAKE)
    steps_wake (word, (guint) value);
  else
    {
      step ();
      if (*word == value)
        wait_for (word);
    }
  return 0;
}

int
steps_yield (void)
{
  run.n_yields++;
  step ();
  return 0;
}

gint64
steps_time (void)
{
  return run.now += 10;
}

static gssize
step_pwrite (gpointer fs, int file, gconstpointer data, gsize size, guint64 offset)
{
  step ();
  run.n_led += run.current == COMMITTER;
  run.is_wrong |= file == run.flushing;
  return run.real->pwrite (fs, file, data, size, offset);
}

static int
step_sync (gpointer fs, int file)
{
  ProofImage *image = proof_disk_get_image (run.disk);
  int code;

  step ();
  run.flushing = file;
  step ();
  run.now += run.flush_time;
  code = run.real->sync (fs, file);
  run.flushing = -1;
  g_clear_pointer (&run.flushed, proof_image_free);
  run.flushed = image;
  return code;
}

/* ---- clients ---- */

static void
check_flushed (guint64 position)
{
  g_autoptr (ProofDisk) disk = proof_disk_new (run.flushed);
  EhFileOptions options = EH_FILE_OPTIONS_INIT;
  g_autoptr (EhEventStore) store = NULL;
  const gint current = run.current;
  guint64 head = 0;

  /* Not a step: this is the test's own. */
  run.current = -1;
  options.background = FALSE;
  options.read_only = TRUE;
  store = eh_file_store_open_with (proof_disk_get_ops (disk), "/data/store", &options, NULL);
  if (store != NULL)
    eh_event_store_get_head (store, &head, NULL, NULL);
  g_clear_object (&store);
  run.current = current;
  run.is_wrong |= head < position;
}

static void
append (guint number, guint stream, gint64 expected)
{
  g_autofree char *text = g_strdup_printf ("Acc-%u", stream);
  g_autoptr (EhStreamName) name = eh_stream_name_parse (text, NULL);
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (name, 1);
  g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;
  g_autoptr (GError) error = NULL;
  const EhId id = { { 1, (guint8) number } };
  guint64 actual = 0;

  eh_event_batch_add_json (batch, &id, "Deposited", 1, "{}", -1, NULL);
  if (eh_event_store_append (run.store, batch, expected, EH_APPEND_NONE, &result, NULL, &error))
    check_flushed (result.last_position);
  else if (eh_error_get_versions (error, NULL, &actual))
    check_flushed (actual);
  else
    g_assert_no_error (error);
}

static void
be_client (gpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);

  switch (i)
    {
    case 0:
      append (1, 0, 0);
      append (2, 0, 1);
      break;
    case 1:
      append (1, 0, 0);
      append (5, 2, 0);
      break;
    default:
      append (3, 0, 0);
      append (4, 1, 0);
      break;
    }
  run.clients[i].is_done = TRUE;
}

static void
be_committer (gpointer data)
{
  eh_file_store_be_committer (EH_FILE_STORE (run.store));
  run.clients[COMMITTER].is_done = TRUE;
}

/* ---- scheduling ---- */

static guint
choose (guint n)
{
  guint choice;

  if (n == 1 || run.n_taken == MAX_STEPS)
    return 0;
  choice = run.n_taken < run.n_prefix ? run.prefix[run.n_taken] : 0;
  run.arity[run.n_taken] = (guint8) n;
  run.taken[run.n_taken++] = (guint8) choice;
  return choice;
}

/* Who goes next: the one that went last first. */
static gint
choose_client (gint last)
{
  gint ready[N_FIBERS];
  guint n = 0;
  guint choice;
  gboolean last_is_ready = FALSE;

  for (gint k = 0; k < N_FIBERS; k++)
    {
      const gint i = (MAX (last, 0) + k) % N_FIBERS;

      if (run.clients[i].is_done || run.clients[i].waits_for != NULL)
        continue;
      last_is_ready |= i == last;
      ready[n++] = i;
    }
  if (n == 0)
    return -1;
  if (last_is_ready && run.n_interruptions >= run.most)
    return last;
  choice = choose (n);
  run.n_interruptions += last_is_ready && choice > 0;
  return ready[choice];
}

static gboolean
all_done (void)
{
  for (guint i = 0; i < N_CLIENTS; i++)
    if (!run.clients[i].is_done)
      return FALSE;
  return TRUE;
}

static void
resume (gint i)
{
  run.current = i;
  eh_fiber_resume (run.clients[i].fiber);
  run.current = -1;
}

/* The store is told that it has a committer; its thread is the fiber. */
static void
begin_committer (EhFiberPool *pool)
{
  EhFileStore *store = EH_FILE_STORE (run.store);

  run.clients[COMMITTER] = (Client){ .is_done = !run.has_committer };
  if (!run.has_committer)
    return;
  run.clients[COMMITTER].fiber = eh_fiber_pool_take (pool, be_committer, NULL);
  store->committer = g_thread_self ();
}

static void
end_committer (void)
{
  EhFileStore *store = EH_FILE_STORE (run.store);

  store->committer = NULL;
  g_atomic_int_set (&store->stopping, TRUE);
  while (!run.clients[COMMITTER].is_done)
    {
      run.clients[COMMITTER].waits_for = NULL;
      resume (COMMITTER);
    }
  g_atomic_int_set (&store->stopping, FALSE);
}

static void
run_once (EhFiberPool *pool)
{
  EhFileOptions options = EH_FILE_OPTIONS_INIT;
  g_autoptr (ProofImage) empty = proof_image_new ();
  gint last = -1;

  proof_image_add (empty, &(ProofFile){ .path = "/data", .is_folder = TRUE });
  run.disk = proof_disk_new (empty);
  run.real = proof_disk_get_ops (run.disk);
  run.ops = *run.real;
  run.ops.pwrite = step_pwrite;
  run.ops.sync = step_sync;
  run.current = run.flushing = -1;
  run.n_taken = run.n_interruptions = 0;
  options.background = FALSE;
  options.spin = run.spin;
  options.segment_size = options.first_segment_size = 16384;
  run.store = eh_file_store_open_with (&run.ops, "/data/store", &options, NULL);
  for (guint i = 0; i < N_CLIENTS; i++)
    run.clients[i] = (Client){ .fiber = eh_fiber_pool_take (pool, be_client, GUINT_TO_POINTER (i)) };
  begin_committer (pool);
  while (!all_done () && (last = choose_client (last)) >= 0)
    resume (last);
  if (!all_done ())
    g_error ("everybody waits, after %u choices", run.n_taken);
  end_committer ();
  eh_event_store_close (run.store, NULL, NULL);
  g_clear_object (&run.store);
  g_clear_pointer (&run.flushed, proof_image_free);
  proof_disk_free (run.disk);
}

static gboolean
go_to_next (void)
{
  for (guint i = run.n_taken; i-- > 0;)
    if (run.taken[i] + 1 < run.arity[i])
      {
        memcpy (run.prefix, run.taken, i);
        run.prefix[i] = run.taken[i] + 1;
        run.n_prefix = i + 1;
        return TRUE;
      }
  return FALSE;
}

/* Returns the number of orders; up to the first that is wrong. */
static guint
run_all (gboolean has_committer, guint spin, gint64 flush_time, guint most_interruptions)
{
  EhFiberPool *pool = eh_fiber_pool_new ();
  guint n = 0;

  memset (&run, 0, sizeof run);
  run.most = most_interruptions;
  run.has_committer = has_committer;
  run.spin = spin;
  run.flush_time = flush_time;
  do
    {
      run_once (pool);
      n++;
    }
  while (!run.is_wrong && go_to_next ());
  eh_fiber_pool_free (pool);
  return n;
}

static void
test_orders (gconstpointer data)
{
  const gboolean has_committer = data != NULL;
  guint n;

  g_test_summary ("In every order of steps with few interruptions group commit is safe and nobody is left waiting");
  n = run_all (has_committer, 1, 0, g_getenv ("EH_TEST_SLOW") != NULL ? 1 : 2);
  g_test_message ("%u orders; %u groups led by the committer; %u looks", n, run.n_led, run.n_yields);
  g_assert_false (run.is_wrong);
  g_assert_cmpint (run.n_led > 0, ==, has_committer);
  g_assert_cmpuint (run.n_yields, >, 0);
}

static guint
count_looks (guint spin, gint64 flush_time)
{
  run_all (TRUE, spin, flush_time, 1);
  return run.n_yields;
}

static void
test_slow_flushes (void)
{
  g_test_summary ("Waiters look again and again only while flushes are quick, and only as many as may");
  /* With one interruption there is only one at a time. */
  g_assert_cmpuint (count_looks (N_CLIENTS, 0), ==, count_looks (1, 0));
  g_assert_cmpuint (count_looks (1, 0), >, count_looks (1, EH_FILE_QUICK_FLUSH));
  g_assert_cmpuint (count_looks (1, 0), >, count_looks (0, 0));
}

static void
test_broken (void)
{
  static const EhFileBreakage breakages[] = { EH_FILE_BREAK_ACK_BEFORE_FLUSH, EH_FILE_BREAK_REPEAT_BEFORE_DURABLE };

  g_test_summary ("The orders show a store that is broken");
  for (guint i = 0; i < G_N_ELEMENTS (breakages) * 2; i++)
    {
      eh_file_breakage = breakages[i / 2];
      run_all (i % 2 == 1, 1, 0, 2);
      g_assert_true (run.is_wrong);
    }
  eh_file_breakage = EH_FILE_BREAK_NONE;
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/file-steps/orders", NULL, test_orders);
  g_test_add_data_func ("/file-steps/committer", "committer", test_orders);
  g_test_add_func ("/file-steps/slow-flushes", test_slow_flushes);
  g_test_add_func ("/file-steps/broken", test_broken);
  return g_test_run ();
}
