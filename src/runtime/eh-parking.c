/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runtime/eh-parking-private.h"

typedef struct {
  EhParkedEvent *event; /* (owned) */
  gboolean replay;
} EhParkingPlace;

static void
eh_parking_place_clear (gpointer data)
{
  EhParkingPlace *place = data;

  g_clear_pointer (&place->event, eh_parked_event_unref);
}

void
eh_parking_init (EhParking *self)
{
  self->places = g_array_new (FALSE, FALSE, sizeof (EhParkingPlace));
  g_array_set_clear_func (self->places, eh_parking_place_clear);
  self->streams = g_hash_table_new_full (eh_stream_name_hash, eh_stream_name_equal,
                                         (GDestroyNotify) eh_stream_name_unref, NULL);
}

void
eh_parking_clear (EhParking *self)
{
  g_clear_pointer (&self->places, g_array_unref);
  g_clear_pointer (&self->streams, g_hash_table_unref);
}

void
eh_parking_remove_all (EhParking *self)
{
  g_array_set_size (self->places, 0);
  g_hash_table_remove_all (self->streams);
}

guint
eh_parking_get_size (const EhParking *self)
{
  return self->places->len;
}

static EhParkingPlace *
eh_parking_get (const EhParking *self, guint i)
{
  return &g_array_index (self->places, EhParkingPlace, i);
}

static EhParkingPlace *
eh_parking_find (const EhParking *self, guint64 position)
{
  for (guint i = 0; i < self->places->len; i++)
    if (eh_parked_event_get_position (eh_parking_get (self, i)->event) == position)
      return eh_parking_get (self, i);
  return NULL;
}

gboolean
eh_parking_has_stream (const EhParking *self, EhStreamName *stream)
{
  return g_hash_table_contains (self->streams, stream);
}

gboolean
eh_parking_has_position (const EhParking *self, guint64 position)
{
  return eh_parking_find (self, position) != NULL;
}

static void
eh_parking_count (EhParking *self, EhStreamName *stream, gint change)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->streams, stream)) + (guint) change;

  if (n == 0)
    g_hash_table_remove (self->streams, stream);
  else
    g_hash_table_insert (self->streams, eh_stream_name_ref (stream), GUINT_TO_POINTER (n));
}

void
eh_parking_add (EhParking *self, EhParkedEvent *event)
{
  const EhParkingPlace place = { event, FALSE };
  const guint64 position = eh_parked_event_get_position (event);
  guint i = self->places->len;

  if (eh_parking_has_position (self, position))
    {
      eh_parked_event_unref (event);
      return;
    }
  while (i > 0 && eh_parked_event_get_position (eh_parking_get (self, i - 1)->event) > position)
    i--;
  eh_parking_count (self, eh_parked_event_get_stream (event), 1);
  g_array_insert_val (self->places, i, place);
}

void
eh_parking_add_event (EhParking *self, EhEvent *event, guint n_attempts, const char *message)
{
  eh_parking_add (
      self, eh_parked_event_new (eh_event_get_position (event), eh_event_get_stream (event), n_attempts, message));
}

void
eh_parking_add_all (EhParking *self, const EhParking *more)
{
  for (guint i = 0; i < more->places->len; i++)
    eh_parking_add (self, eh_parked_event_ref (eh_parking_get (more, i)->event));
}

gboolean
eh_parking_remove (EhParking *self, guint64 position)
{
  EhParkingPlace *place = eh_parking_find (self, position);

  if (place == NULL)
    return FALSE;
  eh_parking_count (self, eh_parked_event_get_stream (place->event), -1);
  g_array_remove_index (self->places, (guint) (place - eh_parking_get (self, 0)));
  return TRUE;
}

EhParkedEvent *
eh_parking_find_cause (const EhParking *self, EhStreamName *stream, guint64 position)
{
  EhParkingPlace *place = stream == NULL ? eh_parking_find (self, position) : NULL;

  if (place != NULL)
    stream = eh_parked_event_get_stream (place->event);
  if (stream == NULL || !eh_parking_has_stream (self, stream))
    return NULL;
  for (guint i = 0; i < self->places->len; i++)
    {
      EhParkedEvent *event = eh_parking_get (self, i)->event;

      if (eh_parked_event_get_position (event) <= position
          && eh_stream_name_equal (eh_parked_event_get_stream (event), stream))
        return event;
    }
  return NULL;
}

static void
eh_parking_mark (EhParking *self, EhStreamName *stream, gboolean replay)
{
  for (guint i = 0; i < self->places->len; i++)
    {
      EhParkingPlace *place = eh_parking_get (self, i);

      if (eh_stream_name_equal (eh_parked_event_get_stream (place->event), stream))
        place->replay = replay;
    }
}

gboolean
eh_parking_replay (EhParking *self, EhStreamName *stream)
{
  if (!eh_parking_has_stream (self, stream))
    return FALSE;
  eh_parking_mark (self, stream, TRUE);
  return TRUE;
}

EhParkedEvent *
eh_parking_get_replay (const EhParking *self)
{
  for (guint i = 0; i < self->places->len; i++)
    if (eh_parking_get (self, i)->replay)
      return eh_parked_event_ref (eh_parking_get (self, i)->event);
  return NULL;
}

void
eh_parking_fail (EhParking *self, guint64 position, const char *message)
{
  EhParkingPlace *place = eh_parking_find (self, position);
  EhParkedEvent *failed = NULL;

  if (place == NULL)
    return;
  failed = eh_parked_event_new (position, eh_parked_event_get_stream (place->event),
                                eh_parked_event_get_n_attempts (place->event) + 1, message);
  eh_parked_event_unref (place->event);
  place->event = failed;
  eh_parking_mark (self, eh_parked_event_get_stream (failed), FALSE);
}

GPtrArray *
eh_parking_list (const EhParking *self)
{
  GPtrArray *list = g_ptr_array_new_full (self->places->len, (GDestroyNotify) eh_parked_event_unref);

  for (guint i = 0; i < self->places->len; i++)
    g_ptr_array_add (list, eh_parked_event_ref (eh_parking_get (self, i)->event));
  return list;
}
