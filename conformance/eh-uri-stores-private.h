/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "conformance/eh-store-conformance.h"

G_BEGIN_DECLS

/*
 * The stores of an engine that is opened by URI: of one that keeps them in a folder, each in a folder of its own below
 * it, which goes away when the next one is opened. What they can do is what the first of them says.
 */
typedef struct _EhUriStores EhUriStores;

/* Errors: as eh_store_conformance_run_uri() */
EhUriStores *eh_uri_stores_new (const char *uri, GError **error);
void eh_uri_stores_free (EhUriStores *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhUriStores, eh_uri_stores_free)

/* (transfer none) */
const EhStoreFactory *eh_uri_stores_get_factory (const EhUriStores *self);

/* As eh_store_conformance_run(); what is cancelled has the cases up to there, and the last of them failed or not. */
EhConformanceResult *eh_store_conformance_run_until (const EhStoreFactory *factory, const char *filter, guint64 seed,
                                                     GCancellable *cancellable);

G_END_DECLS
