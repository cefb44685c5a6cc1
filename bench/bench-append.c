/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Appending to a store that begins empty. The writers run for a while before the time is taken, so that files have
 * grown, logs have come round and caches are warm. Each writer has streams of its own and knows their versions: there
 * are no conflicts.
 */

#include <glib/gstdio.h>

#include "bench-file.h"

#define N_STREAMS 4096
#define BATCH_MAX 100
#define N_IN_FLIGHT 1024
#define WARM 0.3

typedef struct {
  const FileJob *job;
  PeerSource *source; /* (owned) */
  gpointer store;
  PeerGroup *group; /* (owned) (nullable) */
  gboolean is_over; /* (atomic) */
} Run;

typedef struct {
  Run *run;
  guint first;
  guint n_streams;
  guint64 n_done; /* (atomic) */
  char padding[64];
} Writer;

static void
append_once (Writer *self, PeerStream *stream, guint n)
{
  PeerEvent events[BATCH_MAX];
  PeerAppend append = { stream, stream->version, events, n };
  const PeerAppend *list = &append;

  for (guint i = 0; i < n; i++)
    peer_source_make_event (self->run->source, &events[i]);
  stream->version += n;
  if (self->run->group != NULL)
    peer_group_append (self->run->group, &append);
  else
    self->run->job->engine->append (self->run->store, &list, 1);
  __atomic_store_n (&self->n_done, self->n_done + n, __ATOMIC_RELAXED);
}

static gpointer
write_on (gpointer data)
{
  Writer *self = data;
  guint n = self->run->job->work->n_batch;

  for (guint i = 0; !__atomic_load_n (&self->run->is_over, __ATOMIC_RELAXED); i++)
    append_once (self, &self->run->source->streams[self->first + i % self->n_streams], n);
  return NULL;
}

static guint64
count (const Writer *writers, guint n)
{
  guint64 sum = 0;

  for (guint i = 0; i < n; i++)
    sum += __atomic_load_n (&writers[i].n_done, __ATOMIC_RELAXED);
  return sum;
}

/* Between two moments while the writers run. */
static double
take_time (const Run *run, const Writer *writers)
{
  const FileWork *work = run->job->work;
  double start, end;
  guint64 n, flushes;

  g_usleep ((gulong) (WARM * G_USEC_PER_SEC));
  start = bench_now ();
  n = count (writers, work->n_writers);
  flushes = peer_flushes_get ();
  do
    g_usleep ((gulong) (file_seconds * G_USEC_PER_SEC));
  while (count (writers, work->n_writers) == n);
  flushes = peer_flushes_get () - flushes;
  n = count (writers, work->n_writers) - n;
  end = bench_now ();

  /* Who says that it is durable without a flush is not compared. */
  if (work->n_writers == 1 && work->sync == PEER_DURABLE)
    bench_check (flushes + 2 >= n / work->n_batch, NULL);
  bench_note_flushes ((double) flushes / (double) n);
  return (double) n / (end - start);
}

static double
run_writers (Run *run)
{
  guint n = run->job->work->n_writers;
  g_autofree Writer *writers = g_new0 (Writer, n);
  g_autofree GThread **threads = g_new0 (GThread *, n);
  double figure;

  for (guint i = 0; i < n; i++)
    {
      writers[i] = (Writer){ .run = run, .first = i * (N_STREAMS / n), .n_streams = N_STREAMS / n };
      threads[i] = g_thread_new ("writer", write_on, &writers[i]);
    }
  figure = take_time (run, writers);
  __atomic_store_n (&run->is_over, TRUE, __ATOMIC_RELAXED);
  for (guint i = 0; i < n; i++)
    g_thread_join (threads[i]);
  return figure;
}

static double
run_in_flight (Run *run)
{
  const PeerEngine *engine = run->job->engine;
  double start, end;
  guint64 n, flushes;

  engine->append_in_flight (run->store, run->source, N_IN_FLIGHT, bench_now () + WARM);
  flushes = peer_flushes_get ();
  start = bench_now ();
  n = engine->append_in_flight (run->store, run->source, N_IN_FLIGHT, start + file_seconds);
  end = bench_now ();
  bench_note_flushes ((double) (peer_flushes_get () - flushes) / (double) n);
  return (double) n / (end - start);
}

static double
run_fresh (const FileJob *job, double (*run_it) (Run *run))
{
  g_autofree char *dir = peer_disk_make_path (job->engine->name);
  g_autoptr (PeerSource) source = peer_source_new (0, N_STREAMS);
  Run run = { .job = job, .source = source };
  double figure;

  bench_check (g_mkdir (dir, 0755) == 0, NULL);
  run.store = job->engine->open (dir, job->work->sync);
  run.group = job->work->form == PEER_PLAIN
                  ? NULL
                  : peer_group_new (job->engine, run.store, job->work->form == PEER_GROUPED_AWAKE);
  figure = run_it (&run);
  g_clear_pointer (&run.group, peer_group_free);
  job->engine->close (run.store);
  peer_disk_remove (dir);
  return figure;
}

double
file_measure_append (const FileJob *job)
{
  return run_fresh (job, run_writers);
}

double
file_measure_in_flight (const FileJob *job)
{
  return run_fresh (job, run_in_flight);
}
