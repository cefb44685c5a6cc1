/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bus/eh-event-bus.h"
#include "bus/eh-memory-bus-queue-private.h"

G_BEGIN_DECLS

/* The turn of a group that has nothing to deliver now. */
#define EH_BUS_NEVER G_MAXUINT64

/* A subscription. Counted because it outlives its place in the group while its handler runs. */
typedef struct {
  guint n_refs; /* (core's lock) */
  guint id;
  EhEventHandler handler;
  gpointer user_data;     /* (owned if there is @destroy) */
  GDestroyNotify destroy; /* (nullable) */
} EhBusMember;

/* A stream that is busy: its first event is being handled, or failed and waits for its turn. */
typedef struct {
  EhStreamName *name; /* (owned) */
  EhBusQueue line;    /* its other events, in order; a failed one is at the head */
  guint64 turn;       /* when it is waiting in the group's turns */
  GList link;         /* its place there */
} EhBusStream;

/*
 * A group: one topic, the members that compete for its events, and the events. The core's lock protects it all. Counted
 * because it outlives its place in the core while an event of it is handled.
 */
typedef struct {
  guint n_refs;
  char *name;         /* (owned) (nullable) */
  char *bucket;       /* (owned) (nullable) NULL matches all */
  char *subset;       /* (owned) (nullable) NULL matches all */
  GPtrArray *members; /* (owned) of EhBusMember */
  guint next_member;  /* whose turn it is */
  guint64 turn;       /* what it delivers next: the least number or turn of below, or EH_BUS_NEVER */
  gsize n_waiting;    /* events in the ring and in all lines */
  EhBusQueue ring;    /* events as published */
  GHashTable *busy;   /* (owned) of EhBusStream by name */
  GQueue turns;       /* (borrowed) busy streams whose line can go on */
  EhBusStream *spare; /* (owned) (nullable) saves the next allocation */
} EhBusGroup;

EhBusGroup *eh_bus_group_new (const char *name, const char *bucket, const char *subset);
EhBusGroup *eh_bus_group_ref (EhBusGroup *self);
void eh_bus_group_unref (EhBusGroup *self);

gboolean eh_bus_group_matches (const EhBusGroup *self, const char *bucket, const char *subset);
gboolean eh_bus_group_has_topic (const EhBusGroup *self, const char *bucket, const char *subset);

/* The next member, round and round. There must be one. */
EhBusMember *eh_bus_group_next_member (EhBusGroup *self);

/* Takes over the item. */
void eh_bus_group_push (EhBusGroup *self, EhBusItem item);

/* Takes out what has its turn. The stream is busy until one of the two calls below. */
EhBusStream *eh_bus_group_take (EhBusGroup *self, EhBusItem *item);
void eh_bus_group_done (EhBusGroup *self, EhBusStream *stream);
void eh_bus_group_retry (EhBusGroup *self, EhBusStream *stream, EhBusItem item, guint64 turn);

/* Takes out everything that waits, in no order; what is being handled stays. */
void eh_bus_group_drain (EhBusGroup *self, EhBusQueue *waiting);

G_END_DECLS
