/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mocks/eh-op-private.h"

G_BEGIN_DECLS

/* A stream or topic, with the resources that stand for it. */
typedef struct {
  EhStreamName *stream; /* (owned) (nullable) */
  char *topic;          /* (owned) (nullable) */
  const char *text;
  guint32 key;
  guint64 hash; /* of the text; the same in every process */
  EhResource resource;
  EhResource snapshot; /* of a stream */
} EhPlace;

/* The places of a world: each is made once and kept, so that an operation allocates nothing. */
typedef struct {
  EhPlace **slots; /* (owned) (nullable): each owned or NULL */
  guint n_slots;   /* 0 or a power of two */
  guint n_places;
  EhResource last;
} EhPlaces;

void eh_places_clear (EhPlaces *self);
/* A resource that stands for no place. */
EhResource eh_places_add_other (EhPlaces *self);
const EhPlace *eh_places_get_stream (EhPlaces *self, EhStreamName *stream);
const EhPlace *eh_places_get_topic (EhPlaces *self, const char *bucket, const char *subset);

G_END_DECLS
