/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Group commit in the application, the same for every engine: callers queue up, one thread commits whatever waits, and
 * all that it committed are woken by one system call. Two words suffice for the waiting: whoever waits for a group
 * finds in its word the number of that group or of a later one with the same parity.
 *
 * No wait before a commit for more to come: while one group is written the next one gathers. It was tried; see
 * docs/performance.md. Unless they wait awake, as the appenders of our file store do: callers look for the end of their
 * group before they sleep, and after a small group the thread that commits waits until all are back.
 */

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "peer.h"

/* Microseconds that a caller looks before it sleeps, and without anybody new after which nobody more is waited for. */
#define LOOK_TIME 800
#define GATHER_STILL 30

/* Up to so many are waited for. */
#define FEW 16

struct _PeerGroup {
  const PeerEngine *engine;
  gpointer store;
  gboolean is_awake;
  GThread *thread; /* (owned) */

  GMutex mutex;
  GCond filled;
  const PeerAppend *queue[PEER_GROUP_MAX]; /* (mutex mutex) */
  guint n_queued;                          /* (mutex mutex), but for gather() */
  guint gathering;                         /* (mutex mutex): the number of the group that gathers */
  gboolean is_closing;                     /* (mutex mutex) */

  guint done[2]; /* (atomic) */
};

static void
futex (guint *word, int operation, guint value)
{
  syscall (SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, NULL, NULL, 0);
}

/* Takes what waits; 0 when the group is closed. */
static guint
take (PeerGroup *self, const PeerAppend **appends, guint *number)
{
  guint n;

  g_mutex_lock (&self->mutex);
  while (self->n_queued == 0 && !self->is_closing)
    g_cond_wait (&self->filled, &self->mutex);
  n = self->n_queued;
  for (guint i = 0; i < n; i++)
    appends[i] = self->queue[i];
  self->n_queued = 0;
  *number = self->gathering++;
  g_mutex_unlock (&self->mutex);
  return n;
}

static guint
get_queued (PeerGroup *self)
{
  return __atomic_load_n (&self->n_queued, __ATOMIC_RELAXED);
}

/* Until @n are queued, or nobody comes any more. */
static void
gather (PeerGroup *self, guint n)
{
  gint64 last = g_get_monotonic_time ();
  guint seen = get_queued (self);

  while (seen < n && g_get_monotonic_time () - last <= GATHER_STILL)
    {
      guint queued;

      sched_yield ();
      queued = get_queued (self);
      if (queued > seen)
        last = g_get_monotonic_time ();
      seen = queued;
    }
}

static gpointer
commit_groups (gpointer data)
{
  PeerGroup *self = data;
  const PeerAppend *appends[PEER_GROUP_MAX];
  guint number, n;

  while ((n = take (self, appends, &number)) > 0)
    {
      guint *word = &self->done[number % 2];

      self->engine->append (self->store, appends, n);
      __atomic_store_n (word, number, __ATOMIC_RELEASE);
      futex (word, FUTEX_WAKE, G_MAXINT);
      n += get_queued (self);
      if (self->is_awake && n <= FEW)
        gather (self, n);
    }
  return NULL;
}

PeerGroup *
peer_group_new (const PeerEngine *engine, gpointer store, gboolean is_awake)
{
  PeerGroup *self = g_new0 (PeerGroup, 1);

  self->engine = engine;
  self->store = store;
  self->is_awake = is_awake;
  self->gathering = 1;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->filled);
  self->thread = g_thread_new ("group", commit_groups, self);
  return self;
}

/* Others go first. */
static void
look (const guint *word, guint number)
{
  gint64 end = g_get_monotonic_time () + LOOK_TIME;

  while ((gint) (__atomic_load_n (word, __ATOMIC_ACQUIRE) - number) < 0 && g_get_monotonic_time () < end)
    sched_yield ();
}

void
peer_group_append (PeerGroup *self, const PeerAppend *append)
{
  guint number, done;
  guint *word;

  g_mutex_lock (&self->mutex);
  bench_check (self->n_queued < PEER_GROUP_MAX, NULL);
  number = self->gathering;
  self->queue[self->n_queued] = append;
  if (self->n_queued++ == 0)
    g_cond_signal (&self->filled);
  g_mutex_unlock (&self->mutex);

  word = &self->done[number % 2];
  if (self->is_awake)
    look (word, number);
  while ((gint) ((done = __atomic_load_n (word, __ATOMIC_ACQUIRE)) - number) < 0)
    futex (word, FUTEX_WAIT, done);
}

void
peer_group_free (PeerGroup *self)
{
  g_mutex_lock (&self->mutex);
  self->is_closing = TRUE;
  g_cond_signal (&self->filled);
  g_mutex_unlock (&self->mutex);

  g_thread_join (self->thread);
  g_cond_clear (&self->filled);
  g_mutex_clear (&self->mutex);
  g_free (self);
}
