/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store-command.h"

/*
 * Reads aggregate documents of the Go toolkit: as mongoexport writes them, one after another or in an array, or as its
 * Badger store keeps them, where the data is base64. Numbers, times and object ids of MongoDB's extended JSON become
 * plain ones. Events have no ids there: they get ones that depend on stream, version and time alone.
 */

typedef struct {
  GPtrArray *events; /* (owned) (element-type EhEvent): by time, each stream's by version */
  guint64 n_documents;
  guint64 n_cut; /* times that had nanoseconds */
} StoreGo;

void store_go_clear (StoreGo *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (StoreGo, store_go_clear)

/* @self is empty. EH_ERROR_INVALID with the document and event. */
gboolean store_go_read (StoreGo *self, const char *text, gsize length, GError **error);
