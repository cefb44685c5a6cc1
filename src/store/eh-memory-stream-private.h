/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/eh-memory-log-private.h"
#include "store/eh-snapshot.h"

G_BEGIN_DECLS

/* The ordinals of all events of a category, rising. */
typedef struct {
  char *name;        /* (owned) */
  guint32 *ordinals; /* (owned) */
  guint32 size;
  guint32 allocated;
} EhMemoryCategory;

/* The events and snapshots of one stream; its size is its version. */
typedef struct {
  EhStreamName *name; /* (owned) */
  EhMemoryCategory *category;
  EhEvent **events; /* (owned): the events are the log's */
  guint32 size;
  guint32 allocated;
  gboolean deleted;
  GPtrArray *snapshots; /* (owned) (nullable): rising versions */
} EhMemoryStream;

EhMemoryCategory *eh_memory_category_new (const char *name);
void eh_memory_category_free (EhMemoryCategory *self);

EhMemoryStream *eh_memory_stream_new (EhStreamName *name, EhMemoryCategory *category);
void eh_memory_stream_free (EhMemoryStream *self);

/* Adds the newest events of @log, which are to be the stream's, to the stream and its category. */
void eh_memory_stream_extend (EhMemoryStream *self, const EhMemoryLog *log, guint32 first_ordinal, guint n_events);

/* Puts the tombstone on the stream; its events stay in the log, so that their ids stay taken, but are hidden. */
void eh_memory_stream_delete (EhMemoryStream *self, EhMemoryLog *log);

void eh_memory_stream_save_snapshot (EhMemoryStream *self, EhSnapshot *snapshot);
EhSnapshot *eh_memory_stream_find_snapshot (const EhMemoryStream *self, guint64 max_version);

G_END_DECLS
