/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-world-place-private.h"

#include <string.h>

static void
eh_place_free (EhPlace *self)
{
  g_clear_pointer (&self->stream, eh_stream_name_unref);
  g_free (self->topic);
  g_free (self);
}

void
eh_places_clear (EhPlaces *self)
{
  for (guint i = 0; i < self->n_slots; i++)
    g_clear_pointer (&self->slots[i], eh_place_free);
  g_free (self->slots);
  *self = (EhPlaces){ 0 };
}

static guint64
eh_place_hash_text (const char *text)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  for (; *text != '\0'; text++)
    hash = (hash ^ (guchar) *text) * G_GUINT64_CONSTANT (0x100000001b3);
  return hash;
}

static void
eh_places_insert (EhPlaces *self, EhPlace *place)
{
  guint i = place->key & (self->n_slots - 1);

  while (self->slots[i] != NULL)
    i = (i + 1) & (self->n_slots - 1);
  self->slots[i] = place;
}

static void
eh_places_grow (EhPlaces *self)
{
  g_autofree EhPlace **old = self->slots;
  guint n_old = self->n_slots;

  self->n_slots = MAX (16, n_old * 2);
  self->slots = g_new0 (EhPlace *, self->n_slots);
  for (guint i = 0; i < n_old; i++)
    if (old[i] != NULL)
      eh_places_insert (self, old[i]);
}

static EhPlace *
eh_places_add (EhPlaces *self, guint32 key, const char *text)
{
  EhPlace *place = g_new0 (EhPlace, 1);

  if ((self->n_places + 1) * 2 > self->n_slots)
    eh_places_grow (self);
  place->text = text;
  place->key = key;
  place->hash = eh_place_hash_text (text);
  place->resource = eh_places_add_other (self);
  place->snapshot = eh_places_add_other (self);
  eh_places_insert (self, place);
  self->n_places++;
  return place;
}

EhResource
eh_places_add_other (EhPlaces *self)
{
  if (self->last < EH_RESOURCE_FIRST)
    self->last = EH_RESOURCE_FIRST - 1;
  return ++self->last;
}

const EhPlace *
eh_places_get_stream (EhPlaces *self, EhStreamName *stream)
{
  guint32 key = eh_stream_name_hash (stream);
  EhPlace *place = NULL;

  for (guint i = key; self->n_slots > 0 && (place = self->slots[i & (self->n_slots - 1)]) != NULL; i++)
    if (place->stream == stream || (place->stream != NULL && eh_stream_name_equal (place->stream, stream)))
      return place;

  place = eh_places_add (self, key, eh_stream_name_to_string (stream));
  place->stream = eh_stream_name_ref (stream);
  place->text = eh_stream_name_to_string (stream);
  return place;
}

static gboolean
eh_place_is_topic (const EhPlace *self, const char *bucket, const char *subset)
{
  gsize length = strlen (bucket);

  return self->topic != NULL && strncmp (self->topic, bucket, length) == 0 && self->topic[length] == '.'
         && strcmp (self->topic + length + 1, subset) == 0;
}

const EhPlace *
eh_places_get_topic (EhPlaces *self, const char *bucket, const char *subset)
{
  guint32 key = g_str_hash (bucket) * 31 + g_str_hash (subset);
  g_autofree char *topic = NULL;
  EhPlace *place = NULL;

  for (guint i = key; self->n_slots > 0 && (place = self->slots[i & (self->n_slots - 1)]) != NULL; i++)
    if (eh_place_is_topic (place, bucket, subset))
      return place;

  topic = g_strconcat (bucket, ".", subset, NULL);
  place = eh_places_add (self, key, topic);
  place->topic = g_steal_pointer (&topic);
  return place;
}
