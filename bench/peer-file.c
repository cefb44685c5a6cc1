/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Our file store, by its public calls alone, as an application would: making the batch is counted, and reading makes
 * whole events, but for the replay by a cursor.
 */

#include "peer.h"

#define NOT_WAITING G_MAXUINT

/* Appends that were submitted. Who submits sleeps when there are enough and is woken when half of them have ended. */
typedef struct {
  guint n_in_flight; /* (atomic) */
  GMutex mutex;
  GCond cond;
  guint wake_at; /* (atomic): how many in flight are waited for; set with the mutex */
} Flight;

typedef struct {
  EhEventStore *store; /* (owned) */
  Flight flight;       /* whoever was told last may still look at it until the store is closed */
} Store;

static gpointer
file_open (const char *dir, PeerSync sync)
{
  Store *self = g_new0 (Store, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_uri_escape_string (dir, G_URI_RESERVED_CHARS_ALLOWED_IN_PATH, FALSE);
  g_autofree char *uri = g_strdup_printf ("file:%s?sync=%s", path, sync == PEER_DURABLE ? "always" : "never");

  self->store = eh_event_store_open (uri, NULL, &error);
  bench_check (self->store != NULL, error);
  self->flight.wake_at = NOT_WAITING;
  g_mutex_init (&self->flight.mutex);
  g_cond_init (&self->flight.cond);
  return self;
}

static EhEventBatch *
make_batch (const PeerAppend *append)
{
  EhEventBatch *batch = eh_event_batch_new (append->stream->name, EH_FIXED_CLOCK_START);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < append->n_events; i++)
    bench_check (eh_event_batch_add_json (batch, &append->events[i].id, PEER_TYPE, 1, append->events[i].data,
                                          PEER_DATA_LENGTH, &error),
                 error);
  return batch;
}

static void
file_append (gpointer data, const PeerAppend *const *appends, guint n_appends)
{
  Store *self = data;

  for (guint i = 0; i < n_appends; i++)
    {
      g_autoptr (EhEventBatch) batch = make_batch (appends[i]);
      g_autoptr (GError) error = NULL;

      bench_check (
          eh_event_store_append (self->store, batch, (gint64) appends[i]->expected, EH_APPEND_NONE, NULL, NULL, &error),
          error);
    }
}

static void
see (PeerSeen *seen, const EhEventPage *page)
{
  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    {
      const EhEvent *event = eh_event_page_get (page, i);
      gsize length;
      const char *data = eh_event_get_json_data (event, &length);

      peer_seen_add (seen, eh_event_get_version (event), data, length);
    }
}

static void
file_load (gpointer data, const PeerStream *stream, PeerSeen *seen)
{
  Store *self = data;
  guint64 next = 0;
  gboolean is_end = FALSE;

  while (!is_end)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EhEventPage)
          page = eh_event_store_read_stream (self->store, stream->name, next, EH_FORWARDS, 0, NULL, &error);

      bench_check (page != NULL, error);
      see (seen, page);
      next = eh_event_page_get_next (page);
      is_end = eh_event_page_is_end (page);
    }
}

static void
file_replay (gpointer data, PeerSeen *seen)
{
  Store *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (EhFileCursor) cursor = eh_file_cursor_new (EH_FILE_STORE (self->store), 0, &error);
  EhFileEventView view;

  bench_check (cursor != NULL, error);
  while (eh_file_cursor_next (cursor, &view, &error))
    peer_seen_add (seen, view.version, view.data, view.length);
  bench_check (error == NULL, error);
}

static void
file_replay_events (gpointer data, PeerSeen *seen)
{
  Store *self = data;
  guint64 next = 0;
  gboolean is_end = FALSE;

  while (!is_end)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EhEventPage) page = eh_event_store_read_all (self->store, NULL, next, EH_FORWARDS, 0, NULL, &error);

      bench_check (page != NULL, error);
      see (seen, page);
      next = eh_event_page_get_next (page);
      is_end = eh_event_page_is_end (page);
    }
}

static void
file_close (gpointer data)
{
  Store *self = data;
  g_autoptr (GError) error = NULL;

  bench_check (eh_event_store_close (self->store, NULL, &error), error);
  g_object_unref (self->store);
  g_cond_clear (&self->flight.cond);
  g_mutex_clear (&self->flight.mutex);
  g_free (self);
}

/* In a thread of the store's. */
static void
on_appended (const EhAppendResult *result, const GError *error, gpointer data)
{
  Flight *flight = data;
  guint n;

  bench_check (result != NULL, (GError *) error);
  n = __atomic_sub_fetch (&flight->n_in_flight, 1, __ATOMIC_SEQ_CST);
  if (n != __atomic_load_n (&flight->wake_at, __ATOMIC_SEQ_CST))
    return;
  g_mutex_lock (&flight->mutex);
  g_cond_signal (&flight->cond);
  g_mutex_unlock (&flight->mutex);
}

static void
wait_for_less (Flight *flight, guint n)
{
  g_mutex_lock (&flight->mutex);
  __atomic_store_n (&flight->wake_at, n, __ATOMIC_SEQ_CST);
  while (__atomic_load_n (&flight->n_in_flight, __ATOMIC_SEQ_CST) > n)
    g_cond_wait (&flight->cond, &flight->mutex);
  __atomic_store_n (&flight->wake_at, NOT_WAITING, __ATOMIC_SEQ_CST);
  g_mutex_unlock (&flight->mutex);
}

static void
launch (Store *self, PeerSource *source, guint64 number, Flight *flight)
{
  PeerStream *stream = &source->streams[number % source->n_streams];
  PeerEvent event;
  PeerAppend append = { stream, stream->version++, &event, 1 };
  g_autoptr (EhEventBatch) batch = NULL;
  g_autoptr (GError) error = NULL;

  peer_source_make_event (source, &event);
  batch = make_batch (&append);
  __atomic_add_fetch (&flight->n_in_flight, 1, __ATOMIC_SEQ_CST);
  bench_check (eh_event_store_submit (self->store, batch, (gint64) append.expected, on_appended, flight, &error),
               error);
}

static guint64
file_append_in_flight (gpointer data, PeerSource *source, guint n_in_flight, double until)
{
  Store *self = data;
  Flight *flight = &self->flight;
  guint64 number = 0, n_done;

  while (bench_now () < until)
    {
      while (__atomic_load_n (&flight->n_in_flight, __ATOMIC_SEQ_CST) < n_in_flight)
        launch (self, source, number++, flight);
      wait_for_less (flight, n_in_flight / 2);
    }
  n_done = number - __atomic_load_n (&flight->n_in_flight, __ATOMIC_SEQ_CST);
  wait_for_less (flight, 0);
  return n_done;
}

const PeerEngine peer_file = {
  .name = "file",
  .has_groups = TRUE,
  .open = file_open,
  .append = file_append,
  .load = file_load,
  .replay = file_replay,
  .replay_events = file_replay_events,
  .close = file_close,
  .append_in_flight = file_append_in_flight,
};
