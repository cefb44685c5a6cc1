/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bench.h"

/*
 * Durable stores on identical work. An event has a stream, an exact expected version, a 26-character id, a type, 256
 * bytes of data that do not compress, and a place in the global order; it is durable before the append returns. Whoever
 * competes implements PeerEngine in a file of its own, in the best form that its documentation and measuring suggest.
 */

#define PEER_DATA_LENGTH 256
#define PEER_TYPE "DepositPerformed"
#define PEER_GROUP_MAX 1024

typedef struct {
  guint number;
  guint64 version; /* what was appended so far */
  char text[24];
  EhStreamName *name; /* (owned) */
} PeerStream;

/* The streams and the events of a run; the same for the same numbers. */
typedef struct {
  PeerStream *streams; /* (owned) */
  guint n_streams;
  guint64 next; /* (atomic): the number of the next event; no two sources of other streams have one in common */
  char *data;   /* (owned): texts to choose from */
} PeerSource;

typedef struct {
  EhId id;
  char id_text[EH_ID_STRING_LENGTH + 1];
  const char *data; /* a JSON object of PEER_DATA_LENGTH bytes, nothing behind it */
} PeerEvent;

/* To one stream, whole or not at all. */
typedef struct {
  const PeerStream *stream;
  guint64 expected;
  const PeerEvent *events;
  guint n_events;
} PeerAppend;

/* What a reader saw. Each event's data is touched at both ends, so that nobody gets by without having it. */
typedef struct {
  guint64 n_events;
  guint64 versions; /* summed up */
  guint64 bytes;
  guint64 touched;
} PeerSeen;

typedef enum {
  PEER_DURABLE, /* when append returns */
  PEER_FAST,    /* when it is closed */
} PeerSync;

typedef struct {
  const char *name;
  gboolean has_groups; /* many threads' appends share flushes without help */
  gboolean is_limit;   /* no store: what the machine can do */

  /* Opens the store in the folder, or makes it. */
  gpointer (*open) (const char *dir, PeerSync sync);
  /* All of it is durable when it returns: one commit. Any thread may call. */
  void (*append) (gpointer self, const PeerAppend *const *appends, guint n_appends);
  void (*load) (gpointer self, const PeerStream *stream, PeerSeen *seen);
  void (*replay) (gpointer self, PeerSeen *seen);
  void (*replay_events) (gpointer self, PeerSeen *seen); /* (nullable): making objects of them */
  void (*close) (gpointer self);

  /* (nullable): appends single events, so many in flight, from one thread, until bench_now() is @until; how many */
  guint64 (*append_in_flight) (gpointer self, PeerSource *source, guint n_in_flight, double until);
} PeerEngine;

extern const PeerEngine peer_file;
extern const PeerEngine peer_bare;
#ifdef HAVE_SQLITE
extern const PeerEngine peer_sqlite;
#endif
#ifdef HAVE_LMDB
extern const PeerEngine peer_lmdb;
#endif
#ifdef HAVE_ROCKSDB
extern const PeerEngine peer_rocksdb;
#endif

/* Ours first; ends with %NULL. */
extern const PeerEngine *const peer_engines[];

const PeerEngine *peer_find (const char *name);

PeerSource *peer_source_new (guint first_stream, guint n_streams);
void peer_source_free (PeerSource *self);
void peer_source_make_event (PeerSource *self, PeerEvent *event);
/* Appends @n_events to the store, round the streams, in large commits. */
void peer_source_fill (PeerSource *self, const PeerEngine *engine, gpointer store, guint64 n_events);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerSource, peer_source_free)

/*
 * Group commit for those who have none: callers queue up, one thread commits whatever waits. With @is_awake they look
 * for a while before they sleep, and of few it waits for all.
 */
typedef struct _PeerGroup PeerGroup;

PeerGroup *peer_group_new (const PeerEngine *engine, gpointer store, gboolean is_awake);
void peer_group_append (PeerGroup *self, const PeerAppend *append);
void peer_group_free (PeerGroup *self);

/* Where the stores live: a folder of this run's own on a real disk. */
void peer_disk_set (const char *dir, gboolean is_forced);
char *peer_disk_make_path (const char *name);
void peer_disk_remove (const char *path);
guint64 peer_disk_measure (const char *path);
void peer_disk_clean_up (void);

/* How often this process made a disk keep what it was given. */
guint64 peer_flushes_get (void);
void peer_flushes_add (guint n);

static inline void
peer_seen_add (PeerSeen *seen, guint64 version, const void *data, gsize length)
{
  const guint8 *bytes = data;

  seen->n_events++;
  seen->versions += version;
  seen->bytes += length;
  seen->touched += (guint64) bytes[0] + bytes[length - 1];
}
