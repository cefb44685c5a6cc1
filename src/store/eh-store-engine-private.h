/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/eh-event-store.h"

G_BEGIN_DECLS

/* A kind of store that can be opened by URI. @open gets a URI that parses and whose scheme is the engine's. */
typedef struct {
  const char *scheme;
  EhEventStore *(*open) (GUri *uri, GCancellable *cancellable, GError **error);
} EhStoreEngine;

/* The engines of the library, ended by one without scheme. */
extern const EhStoreEngine eh_store_engines[];

G_END_DECLS
