/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Our file store, by its public calls alone, as an application would: making the batch is counted, and reading makes
 * whole events.
 */

#include "peer.h"

typedef struct {
  EhEventStore *store; /* (owned) */
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
  g_free (self);
}

typedef struct {
  guint n_in_flight;
  guint64 n_done;
} Flight;

static void
on_appended (GObject *store, GAsyncResult *result, gpointer data)
{
  Flight *flight = data;
  g_autoptr (GError) error = NULL;

  bench_check (eh_event_store_append_finish (EH_EVENT_STORE (store), result, NULL, NULL, &error), error);
  flight->n_in_flight--;
  flight->n_done++;
}

static void
launch (Store *self, PeerSource *source, guint64 number, Flight *flight)
{
  PeerStream *stream = &source->streams[number % source->n_streams];
  PeerEvent event;
  PeerAppend append = { stream, stream->version++, &event, 1 };
  g_autoptr (EhEventBatch) batch = NULL;

  peer_source_make_event (source, ((guint64) stream->number << 32) + append.expected, &event);
  batch = make_batch (&append);
  flight->n_in_flight++;
  eh_event_store_append_async (self->store, batch, (gint64) append.expected, NULL, on_appended, flight);
}

static guint64
file_append_in_flight (gpointer data, PeerSource *source, guint n_in_flight, double until)
{
  Flight flight = { 0, 0 };
  guint64 number = 0, n_done;

  while (bench_now () < until)
    {
      while (flight.n_in_flight < n_in_flight)
        launch (data, source, number++, &flight);
      g_main_context_iteration (NULL, TRUE);
    }
  n_done = flight.n_done;
  while (flight.n_in_flight > 0)
    g_main_context_iteration (NULL, TRUE);
  return n_done;
}

const PeerEngine peer_file = {
  .name = "file",
  .has_groups = TRUE,
  .open = file_open,
  .append = file_append,
  .load = file_load,
  .replay = file_replay,
  .close = file_close,
  .append_in_flight = file_append_in_flight,
};
