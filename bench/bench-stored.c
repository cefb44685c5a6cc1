/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reading, opening and weighing a store that has many events: streams of a hundred events, or as many as wished, each
 * stream's scattered over the whole log. It is filled once for each engine and size, and closed. What is killed is a
 * copy of it: another process appends to it, durably, and ends by a signal, with nothing closed; whatever it was told
 * is durable is looked for afterwards. Everything is read from the page cache.
 */

#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "bench-file.h"

#define PER_STREAM_OF_CHILD 100
#define FIRST_OF_CHILD 90000000
#define N_CHILD_STREAMS 500
#define N_CHILD_LOADS 100000
#define N_OPENS 5
#define LOAD_SECONDS 0.5

char *
file_make_stored_path (const PeerEngine *engine)
{
  g_autofree char *name = g_strdup_printf ("%s-%" G_GINT64_FORMAT, engine->name, file_n_events);

  return peer_disk_make_path (name);
}

static guint
count_streams (void)
{
  return (guint) MAX (file_n_events / file_per_stream, 1);
}

/* Where it is, filled. */
static char *
stored_path (const PeerEngine *engine)
{
  char *dir = file_make_stored_path (engine);
  g_autoptr (PeerSource) source = NULL;
  gpointer store;

  if (g_file_test (dir, G_FILE_TEST_EXISTS))
    return dir;
  source = peer_source_new (0, count_streams ());
  bench_check (g_mkdir (dir, 0755) == 0, NULL);
  store = engine->open (dir, PEER_FAST);
  peer_source_fill (source, engine, store, (guint64) file_n_events);
  engine->close (store);
  return dir;
}

/* Goes over the streams in an order of no pattern. */
static guint
load_streams (const FileJob *job, gpointer store, const PeerSource *source, double until, guint n_max)
{
  const guint64 n_each = (guint64) MAX (file_n_events / source->n_streams, 1);
  guint n = 0, at = 0;

  for (; n < n_max && bench_now () < until; n++)
    {
      PeerSeen seen = { 0 };

      at = (guint) ((at + G_GUINT64_CONSTANT (2654435761)) % source->n_streams);
      job->engine->load (store, &source->streams[at], &seen);
      bench_check (seen.n_events == n_each && seen.versions == n_each * (n_each + 1) / 2, NULL);
    }
  return n;
}

double
file_measure_load (const FileJob *job)
{
  g_autofree char *dir = stored_path (job->engine);
  g_autoptr (PeerSource) source = peer_source_new (0, count_streams ());
  gpointer store = job->engine->open (dir, PEER_DURABLE);
  double start, end;
  guint n;

  load_streams (job, store, source, bench_now () + LOAD_SECONDS, source->n_streams);
  start = bench_now ();
  n = load_streams (job, store, source, start + LOAD_SECONDS, G_MAXUINT);
  end = bench_now ();
  job->engine->close (store);
  return (end - start) / n * 1e6;
}

static double
measure_replay (const FileJob *job, void (*replay) (gpointer store, PeerSeen *seen))
{
  g_autofree char *dir = stored_path (job->engine);
  gpointer store = job->engine->open (dir, PEER_DURABLE);
  PeerSeen warm = { 0 }, seen = { 0 };
  double start, end;

  replay (store, &warm);
  start = bench_now ();
  replay (store, &seen);
  end = bench_now ();
  bench_check (job->engine->is_limit || seen.n_events == (guint64) file_n_events, NULL);
  bench_check (seen.touched == warm.touched, NULL);
  job->engine->close (store);
  return (double) seen.n_events / (end - start);
}

double
file_measure_replay (const FileJob *job)
{
  return measure_replay (job, job->engine->replay);
}

double
file_measure_replay_events (const FileJob *job)
{
  return measure_replay (job, job->engine->replay_events);
}

double
file_measure_open_clean (const FileJob *job)
{
  g_autofree char *dir = stored_path (job->engine);
  double taken = 0;

  for (guint i = 0; i < N_OPENS; i++)
    {
      double start = bench_now ();
      gpointer store = job->engine->open (dir, PEER_DURABLE);

      taken += bench_now () - start;
      job->engine->close (store);
    }
  return taken / N_OPENS * 1e3;
}

double
file_measure_bytes (const FileJob *job)
{
  g_autofree char *dir = stored_path (job->engine);

  return (double) peer_disk_measure (dir) / (double) file_n_events;
}

static void
run_program (const char *const *arguments, char **output, int *status)
{
  g_autoptr (GError) error = NULL;

  bench_check (
      g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, output, NULL, status, &error),
      error);
}

/* Bytes of anonymous memory that are in use. */
static guint64
measure_anonymous (void)
{
  g_autofree char *text = NULL;
  const char *line;

  bench_check (g_file_get_contents ("/proc/self/status", &text, NULL, NULL), NULL);
  line = strstr (text, "RssAnon:");
  return line != NULL ? g_ascii_strtoull (line + strlen ("RssAnon:"), NULL, 10) * 1024 : 0;
}

void
file_run_child (const PeerEngine *engine, const char *dir)
{
  PeerSource *source = peer_source_new (0, count_streams ());
  PeerSource *own = peer_source_new (FIRST_OF_CHILD, N_CHILD_STREAMS);
  FileJob job = { .engine = engine };
  PeerEvent events[PER_STREAM_OF_CHILD];
  guint64 before = measure_anonymous (), n = 0;
  gpointer store = engine->open (dir, PEER_DURABLE);

  load_streams (&job, store, source, G_MAXDOUBLE, MIN (source->n_streams, N_CHILD_LOADS));
  for (guint i = 0; i < own->n_streams; i++)
    {
      PeerAppend append = { &own->streams[i], 0, events, PER_STREAM_OF_CHILD };
      const PeerAppend *list = &append;

      for (guint j = 0; j < PER_STREAM_OF_CHILD; j++)
        peer_source_make_event (own, &events[j]);
      n += PER_STREAM_OF_CHILD;
      engine->append (store, &list, 1);
    }
  printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\n", n, measure_anonymous () - before);
  fflush (stdout);
  raise (SIGKILL);
  g_assert_not_reached ();
}

/* Copies the filled store and lets another process work with it until it is killed. Returns the copy's path. */
static char *
kill_one (const PeerEngine *engine, guint64 *n_appended, guint64 *n_bytes)
{
  g_autofree char *name = g_strconcat (engine->name, "-killed", NULL);
  g_autofree char *from = stored_path (engine);
  char *dir = peer_disk_make_path (name);
  g_autofree char *events = g_strdup_printf ("--events=%" G_GINT64_FORMAT, file_n_events);
  g_autofree char *per_stream = g_strdup_printf ("--per-stream=%" G_GINT64_FORMAT, file_per_stream);
  g_autofree char *child = g_strdup_printf ("--child=%s", engine->name);
  g_autofree char *place = g_strdup_printf ("--dir=%s", dir);
  g_autofree char *output = NULL;
  char *rest;
  int status;

  run_program ((const char *const[]){ "cp", "-r", from, dir, NULL }, NULL, &status);
  bench_check (status == 0, NULL);
  run_program ((const char *const[]){ "/proc/self/exe", child, place, events, per_stream, NULL }, &output, &status);
  *n_appended = g_ascii_strtoull (output, &rest, 10);
  *n_bytes = g_ascii_strtoull (rest, NULL, 10);
  bench_check (*n_appended > 0, NULL);
  return dir;
}

double
file_measure_open_killed (const FileJob *job)
{
  g_autoptr (PeerSource) own = peer_source_new (FIRST_OF_CHILD, N_CHILD_STREAMS);
  guint64 n_appended, n_bytes;
  g_autofree char *dir = kill_one (job->engine, &n_appended, &n_bytes);
  PeerSeen seen = { 0 };
  double start = bench_now (), end;
  gpointer store = job->engine->open (dir, PEER_DURABLE);

  end = bench_now ();
  for (guint i = 0; i < own->n_streams; i++)
    job->engine->load (store, &own->streams[i], &seen);
  bench_check (seen.n_events == n_appended, NULL);
  job->engine->close (store);
  peer_disk_remove (dir);
  return (end - start) * 1e3;
}

double
file_measure_memory (const FileJob *job)
{
  guint64 n_appended, n_bytes;
  g_autofree char *dir = kill_one (job->engine, &n_appended, &n_bytes);

  peer_disk_remove (dir);
  return (double) n_bytes / (1 << 20);
}
