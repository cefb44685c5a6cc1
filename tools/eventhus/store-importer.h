/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store-command.h"

/*
 * Appends events that have versions and ids already. What is there is looked at first, so that importing again, also
 * after an import that was broken off, adds only what is missing.
 */
typedef struct {
  EhEventStore *store; /* (owned) */
  GPtrArray *group;    /* (owned) (element-type EhEvent): goes into the store as one batch */
  gsize group_bytes;   /* of data */
  char *group_place;   /* (owned) (nullable): of the first, for messages */
  guint64 n_added;
  guint64 n_there;  /* that were there already */
  guint64 n_filled; /* that stand for truncated ones */
} StoreImporter;

void store_importer_init (StoreImporter *self, EhEventStore *store);
void store_importer_clear (StoreImporter *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (StoreImporter, store_importer_clear)

/* Events of one stream that follow each other and have the same time and context go together. @place: for messages. */
gboolean store_importer_take (StoreImporter *self, EhEvent *event, const char *place, GError **error);

/* Appends what was gathered. */
gboolean store_importer_flush (StoreImporter *self, GError **error);

/* An id that is always the same for the same event. */
void store_importer_derive_id (EhStreamName *stream, guint64 version, gint64 time, EhId *id);
