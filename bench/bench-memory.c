/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The memory store with events whose data has 256 bytes: appending one by one, loading streams, replaying all. */

#include <string.h>

#include "bench.h"

#define N_EVENTS 400000
#define N_STREAMS 4000
#define PER_STREAM (N_EVENTS / N_STREAMS)

typedef struct {
  EhEventStore *store;
  EhIdSource *ids;
  EhStreamName *streams[N_STREAMS];
  char data[257];
} Fixture;

static Fixture *
fixture_new (void)
{
  Fixture *self = g_new0 (Fixture, 1);

  self->store = eh_memory_store_new ();
  self->ids = eh_system_id_source_new (NULL);
  for (guint i = 0; i < N_STREAMS; i++)
    {
      g_autofree char *id = g_strdup_printf ("a%u", i);

      self->streams[i] = eh_stream_name_new ("Account", id, NULL);
    }
  memset (self->data, 'x', 256);
  memcpy (self->data, "{\"pad\":\"", 8);
  memcpy (self->data + 254, "\"}", 2);
  return self;
}

static void
fixture_free (Fixture *self)
{
  for (guint i = 0; i < N_STREAMS; i++)
    eh_stream_name_unref (self->streams[i]);
  g_object_unref (self->ids);
  g_object_unref (self->store);
  g_free (self);
}

/* Goes round the streams, so that each one's events are scattered over the log. */
static void
fill (Fixture *self)
{
  for (guint i = 0; i < N_EVENTS; i++)
    {
      g_autoptr (EhEventBatch) batch = eh_event_batch_new (self->streams[i % N_STREAMS], EH_FIXED_CLOCK_START);
      g_autoptr (GError) error = NULL;
      EhId id;

      eh_id_source_next (self->ids, &id);
      bench_check (eh_event_batch_add_json (batch, &id, "DepositPerformed", 1, self->data, 256, &error), error);
      bench_check (eh_event_store_append (self->store, batch, i / N_STREAMS, EH_APPEND_NONE, NULL, NULL, &error),
                   error);
    }
}

static double
memory_append (void)
{
  Fixture *fixture = fixture_new ();
  double start = bench_now (), end;

  fill (fixture);
  end = bench_now ();
  fixture_free (fixture);
  return N_EVENTS / (end - start);
}

static double
memory_bytes (void)
{
  Fixture *fixture = fixture_new ();
  gsize before = bench_allocated (), after;

  fill (fixture);
  after = bench_allocated ();
  fixture_free (fixture);
  return (double) (after - before) / N_EVENTS;
}

static double
memory_load (void)
{
  Fixture *fixture = fixture_new ();
  double start, end;
  guint64 sum = 0;

  fill (fixture);
  start = bench_now ();
  for (guint i = 0; i < N_STREAMS; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EhEventPage)
          page = eh_event_store_read_stream (fixture->store, fixture->streams[i], 0, EH_FORWARDS, 0, NULL, &error);

      bench_check (page != NULL, error);
      for (guint j = 0; j < eh_event_page_get_size (page); j++)
        sum += eh_event_get_version (eh_event_page_get (page, j));
    }
  end = bench_now ();
  bench_check (sum == (guint64) N_STREAMS * PER_STREAM * (PER_STREAM + 1) / 2, NULL);
  fixture_free (fixture);
  return N_EVENTS / (end - start);
}

/* Reads everything once; returns the sum of the positions. */
static gpointer
replay_once (gpointer data)
{
  Fixture *fixture = data;
  guint64 next = 0, sum = 0;
  gboolean is_end = FALSE;

  while (!is_end)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EhEventPage) page = eh_event_store_read_all (fixture->store, NULL, next, EH_FORWARDS, 0, NULL, &error);

      bench_check (page != NULL, error);
      for (guint i = 0; i < eh_event_page_get_size (page); i++)
        sum += eh_event_get_position (eh_event_page_get (page, i));
      next = eh_event_page_get_next (page);
      is_end = eh_event_page_is_end (page);
    }
  bench_check (sum == (guint64) N_EVENTS * (N_EVENTS + 1) / 2, NULL);
  return NULL;
}

static double
replay (guint n_threads)
{
  Fixture *fixture = fixture_new ();
  GThread *threads[2];
  double start, end;

  fill (fixture);
  start = bench_now ();
  for (guint i = 0; i < n_threads; i++)
    threads[i] = g_thread_new ("replay", replay_once, fixture);
  for (guint i = 0; i < n_threads; i++)
    g_thread_join (threads[i]);
  end = bench_now ();
  fixture_free (fixture);
  return (double) N_EVENTS * n_threads / (end - start);
}

static double
memory_replay (void)
{
  return replay (1);
}

static double
memory_replay_2 (void)
{
  return replay (2);
}

const BenchCase bench_memory[] = {
  { "memory/append", "1/s", NULL, memory_append },       { "memory/load", "1/s", NULL, memory_load },
  { "memory/replay", "1/s", NULL, memory_replay },       { "memory/replay-2", "1/s", "memory/replay", memory_replay_2 },
  { "memory/bytes-per-event", "B", NULL, memory_bytes }, { NULL },
};
