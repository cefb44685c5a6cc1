/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer.h"

typedef struct _FileJob FileJob;

/* How appends come to an engine: by themselves, or through a PeerGroup, whose callers sleep or wait awake. */
typedef enum {
  PEER_PLAIN,
  PEER_GROUPED,
  PEER_GROUPED_AWAKE,
} PeerForm;

/* One way to work with a store; a figure is an engine at it. */
typedef struct {
  const char *name;
  const char *unit;
  double (*measure) (const FileJob *job);
  guint n_writers;
  guint n_batch; /* events of an append */
  PeerForm form;
  PeerSync sync;
  const char *against; /* (nullable): ours is compared with these, separated by bars; otherwise with the peers' best */
} FileWork;

struct _FileJob {
  const PeerEngine *engine;
  const FileWork *work;
};

extern const FileWork file_works[];
extern const guint file_n_works;

/* Whether it is the same work, in whatever form. */
gboolean file_work_is_alike (const FileWork *a, const FileWork *b);

/* What the options say. */
extern gint64 file_n_events;
extern gint64 file_per_stream;
extern double file_seconds;

/* Appends by many threads for a while; events a second. */
double file_measure_append (const FileJob *job);
double file_measure_in_flight (const FileJob *job);

/* Where the engine's filled store of this size is or will be. */
char *file_make_stored_path (const PeerEngine *engine);

/* Over a store with many events, made once for each engine. */
double file_measure_load (const FileJob *job);
double file_measure_replay (const FileJob *job);
double file_measure_replay_events (const FileJob *job);
double file_measure_open_clean (const FileJob *job);
double file_measure_open_killed (const FileJob *job);
double file_measure_bytes (const FileJob *job);
double file_measure_memory (const FileJob *job);

/* The part of a run that another process does, so that it can be killed. Does not return. */
G_NORETURN void file_run_child (const PeerEngine *engine, const char *dir);

/*
 * Curves over the number of writers and over the size of the store, as pictures. @only chooses engines, as a pattern of
 * their names with a slash.
 */
void file_plot (const char *dir, const char *only, guint n_rounds);
