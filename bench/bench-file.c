/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The file store beside other durable stores and the machine's own limits. Every engine does every work that it can,
 * and those at one work follow each other, so that a disk whose speed drifts favours none.
 */

#include <string.h>

#include "bench-file.h"

#define MEMORY_SIZE ((gsize) 256 << 20)

gint64 file_n_events = 1000000;
gint64 file_per_stream = 100;
double file_seconds = 1;

const PeerEngine *const peer_engines[] = {
  &peer_file,
#ifdef HAVE_SQLITE
  &peer_sqlite,
#endif
#ifdef HAVE_LMDB
  &peer_lmdb,
#endif
#ifdef HAVE_ROCKSDB
  &peer_rocksdb,
#endif
  &peer_bare,    NULL,
};

const FileWork file_works[] = {
  { "append-1", "1/s", file_measure_append, 1, 1, PEER_PLAIN, PEER_DURABLE, "bare/append-1" },
  { "append-8", "1/s", file_measure_append, 8, 1 },
  { "append-8-grouped", "1/s", file_measure_append, 8, 1, PEER_GROUPED },
  { "append-8-awake", "1/s", file_measure_append, 8, 1, PEER_GROUPED_AWAKE },
  { "append-64", "1/s", file_measure_append, 64, 1 },
  { "append-64-grouped", "1/s", file_measure_append, 64, 1, PEER_GROUPED },
  { "append-64-awake", "1/s", file_measure_append, 64, 1, PEER_GROUPED_AWAKE },
  { "append-batch", "1/s", file_measure_append, 1, 100 },
  { "append-batch-8", "1/s", file_measure_append, 8, 100 },
  { "append-batch-8-grouped", "1/s", file_measure_append, 8, 100, PEER_GROUPED },
  { "append-batch-64", "1/s", file_measure_append, 64, 100 },
  { "append-batch-64-grouped", "1/s", file_measure_append, 64, 100, PEER_GROUPED },
  { "append-async", "1/s", file_measure_in_flight, 1, 1, PEER_PLAIN, PEER_DURABLE, "bare/append-64-grouped" },
  { "append-nosync", "1/s", file_measure_append, 1, 1, PEER_PLAIN, PEER_FAST },
  { "load-100", "us", file_measure_load },
  { "replay", "1/s", file_measure_replay },
  { "replay-events", "1/s", file_measure_replay_events },
  { "open-clean", "ms", file_measure_open_clean },
  { "open-killed", "ms", file_measure_open_killed },
  { "bytes-per-event", "B", file_measure_bytes },
  { "memory", "MiB", file_measure_memory },
};

const guint file_n_works = G_N_ELEMENTS (file_works);

const PeerEngine *
peer_find (const char *name)
{
  for (guint i = 0; peer_engines[i] != NULL; i++)
    if (g_str_equal (peer_engines[i]->name, name))
      return peer_engines[i];
  return NULL;
}

static gboolean
is_for (const FileWork *work, const PeerEngine *engine)
{
  if (work->measure == file_measure_in_flight)
    return engine->append_in_flight != NULL;
  if (work->measure == file_measure_replay_events)
    return engine->replay_events != NULL;
  /* Ours groups by itself, and so it is measured. The bare log has no threads of its own to share a flush. */
  if (engine == &peer_file)
    return work->form == PEER_PLAIN;
  if (engine->is_limit)
    return work->measure == file_measure_replay
           || (work->measure == file_measure_append && (work->form != PEER_PLAIN || work->n_writers == 1));
  return TRUE;
}

gboolean
file_work_is_alike (const FileWork *a, const FileWork *b)
{
  return a->measure == b->measure && a->n_writers == b->n_writers && a->n_batch == b->n_batch && a->sync == b->sync;
}

/* All that ours at @work is compared with. */
static char *
list_peers (const FileWork *work)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < file_n_works; i++)
    for (guint j = 0; peer_engines[j] != NULL && file_work_is_alike (&file_works[i], work); j++)
      if (peer_engines[j] != &peer_file && !peer_engines[j]->is_limit && is_for (&file_works[i], peer_engines[j]))
        g_string_append_printf (list, "%s%s/%s", list->len > 0 ? "|" : "", peer_engines[j]->name, file_works[i].name);
  return list->len > 0 ? g_strdup (list->str) : NULL;
}

static double
measure (gconstpointer data)
{
  const FileJob *job = data;

  return job->work->measure (job);
}

static double
memory_read (void)
{
  g_autofree guint64 *words = g_malloc (MEMORY_SIZE);
  gsize n = MEMORY_SIZE / sizeof *words;
  guint64 sums[4] = { 0 };
  double start, end;

  memset (words, 1, MEMORY_SIZE);
  start = bench_now ();
  for (gsize i = 0; i < n; i += 4)
    for (gsize j = 0; j < 4; j++)
      sums[j] += words[i + j];
  end = bench_now ();
  bench_check (sums[0] == sums[1] && sums[2] == sums[3], NULL);
  return (double) MEMORY_SIZE / (end - start) / 1e9;
}

static double
memory_copy (void)
{
  g_autofree char *from = g_malloc (MEMORY_SIZE), *to = g_malloc (MEMORY_SIZE);
  double start, end;

  memset (from, 1, MEMORY_SIZE);
  memset (to, 2, MEMORY_SIZE);
  start = bench_now ();
  memcpy (to, from, MEMORY_SIZE);
  end = bench_now ();
  bench_check (to[MEMORY_SIZE / 2] == 1, NULL);
  return (double) MEMORY_SIZE / (end - start) / 1e9;
}

static void
add_case (GArray *cases, const FileWork *work, const PeerEngine *engine)
{
  FileJob *job = g_new (FileJob, 1);
  BenchCase what = { .unit = work->unit, .measure = measure, .data = job };

  *job = (FileJob){ engine, work };
  what.name = g_strdup_printf ("%s/%s", engine->name, work->name);
  if (engine == &peer_file)
    what.peer = work->against != NULL ? g_strdup (work->against) : list_peers (work);
  g_array_append_val (cases, what);
}

/* They live as long as the program. */
const BenchCase *
bench_file_list (void)
{
  static const BenchCase memory[] = { { "bare/memory-read", "GB/s", NULL, memory_read },
                                      { "bare/memory-copy", "GB/s", NULL, memory_copy } };
  GArray *cases = g_array_new (TRUE, TRUE, sizeof (BenchCase));

  for (guint i = 0; i < file_n_works; i++)
    for (guint j = 0; peer_engines[j] != NULL; j++)
      if (is_for (&file_works[i], peer_engines[j]))
        add_case (cases, &file_works[i], peer_engines[j]);
  g_array_append_vals (cases, memory, G_N_ELEMENTS (memory));
  return (gpointer) g_array_free (cases, FALSE);
}
