/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is appended. The data are JSON objects with one string of random printable characters: no part of one is found
 * again in another, so that only an entropy coder could make them smaller, by a sixth.
 */

#include <string.h>

#include "peer.h"

#define N_DATA 16384
#define ID_TIME G_GUINT64_CONSTANT (1700000000000)
#define FILL_GROUP 512
#define PER_STREAM_MAX 1000000

static guint64
mix (guint64 x)
{
  x += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  x = (x ^ (x >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return x ^ (x >> 31);
}

/* Every printable character but those that JSON escapes. */
static char
pick_character (guint64 number)
{
  char character = (char) (' ' + mix (number) % 93);

  if (character >= '"')
    character++;
  if (character >= '\\')
    character++;
  return character;
}

static char *
make_data (void)
{
  char *data = g_malloc (N_DATA * PEER_DATA_LENGTH);

  for (gsize i = 0; i < N_DATA * PEER_DATA_LENGTH; i++)
    data[i] = pick_character (i);
  for (gsize i = 0; i < N_DATA; i++)
    {
      memcpy (data + i * PEER_DATA_LENGTH, "{\"a\":\"", 6);
      memcpy (data + (i + 1) * PEER_DATA_LENGTH - 2, "\"}", 2);
    }
  return data;
}

PeerSource *
peer_source_new (guint first_stream, guint n_streams)
{
  PeerSource *self = g_new0 (PeerSource, 1);

  self->data = make_data ();
  self->n_streams = n_streams;
  self->next = (guint64) first_stream * PER_STREAM_MAX;
  self->streams = g_new0 (PeerStream, n_streams);
  for (guint i = 0; i < n_streams; i++)
    {
      PeerStream *stream = &self->streams[i];

      stream->number = first_stream + i;
      g_snprintf (stream->text, sizeof stream->text, "Account-a%08u", stream->number);
      stream->name = eh_stream_name_parse (stream->text, NULL);
    }
  return self;
}

void
peer_source_free (PeerSource *self)
{
  for (guint i = 0; i < self->n_streams; i++)
    eh_stream_name_unref (self->streams[i].name);
  g_free (self->streams);
  g_free (self->data);
  g_free (self);
}

/* An id as a clock and a random source would make it: a thousand in a millisecond, rising along the log. */
void
peer_source_make_event (PeerSource *self, PeerEvent *event)
{
  guint64 number = __atomic_fetch_add (&self->next, 1, __ATOMIC_RELAXED);
  guint64 time = GUINT64_TO_BE ((ID_TIME + number / 1000) << 16);
  guint64 low = mix (number), high = mix (low);

  memcpy (event->id.bytes, &time, 6);
  memcpy (event->id.bytes + 6, &high, 2);
  memcpy (event->id.bytes + 8, &low, 8);
  eh_id_write (&event->id, event->id_text);
  event->data = self->data + (high % N_DATA) * PEER_DATA_LENGTH;
}

void
peer_source_fill (PeerSource *self, const PeerEngine *engine, gpointer store, guint64 n_events)
{
  PeerEvent events[FILL_GROUP];
  PeerAppend appends[FILL_GROUP];
  const PeerAppend *list[FILL_GROUP];
  guint n = 0;

  for (guint64 i = 0; i < n_events; i++)
    {
      PeerStream *stream = &self->streams[i % self->n_streams];

      peer_source_make_event (self, &events[n]);
      appends[n] = (PeerAppend){ stream, stream->version++, &events[n], 1 };
      list[n] = &appends[n];
      if (++n == FILL_GROUP || i + 1 == n_events)
        {
          engine->append (store, list, n);
          n = 0;
        }
    }
}
