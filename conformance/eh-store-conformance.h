/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "conformance/eh-conformance-result.h"

G_BEGIN_DECLS

/**
 * EhStoreFactory: (skip)
 * @name: what reports call the store
 * @features: what it can do; what it says itself has to be the same, and what is missing has to be refused
 * @open: opens store @number. A number that was not opened before is a fresh empty store. Of a durable store, a number
 *   whose stores were closed or dropped is that store again; of another one, it is a fresh one. Called from any thread
 * @sever: (nullable): from now on (@severed) everything that @store writes fails in the way in which its engine can
 *   fail: a lost server, a full disk; or no longer. Without it the cases about that are not there
 * @user_data: for the functions
 * @data_max: how many bytes of data an event may have; 0 for EH_EVENT_DATA_MAX; at least 1 MiB
 * @batch_max: how many events a batch may have; 0 for EH_EVENT_BATCH_MAX; at least 256
 * @name_max: how many bytes a stream's name may have; 0 for EH_STREAM_NAME_MAX; at least 255
 * @timeout: seconds that a case may take; 0 for 60
 *
 * How the suite gets at the stores that it tries. It outlives the tests. Beyond its limits a store refuses with
 * EH_ERROR_LIMIT.
 */
typedef struct {
  const char *name;
  EhStoreFeatures features;
  EhEventStore *(*open) (guint number, gpointer user_data, GError **error);
  void (*sever) (EhEventStore *store, gboolean severed, gpointer user_data);
  gpointer user_data;
  guint data_max;
  guint batch_max;
  guint name_max;
  guint timeout;
} EhStoreFactory;

/**
 * eh_store_conformance_run: (skip)
 * @factory: whom to try
 * @filter: (nullable): only cases whose name matches this glob, "order/\*"
 * @seed: where the random cases take their numbers from
 *
 * Holds a store to everything that docs/conformance.md lists, one case after another, each on a fresh store and within
 * a time. Blocks until all have ended.
 *
 * Returns: (transfer full): what held and what did not
 */
EH_PUBLIC EhConformanceResult *
eh_store_conformance_run (const EhStoreFactory *factory, const char *filter, guint64 seed);

/**
 * eh_store_conformance_run_uri:
 * @uri: as eh_event_store_open() takes it. With a path it is a folder, empty or not there, below which the stores are
 *   made one after another; they are gone in the end
 * @filter: (nullable): only cases whose name matches this glob
 * @seed: where the random cases take their numbers from
 * @cancellable: (nullable): ends it before all cases were run, soon
 * @error: EH_ERROR_EXISTS the folder is not empty; EH_ERROR_NOT_FOUND opening makes no stores;
 *   %G_IO_ERROR_CANCELLED; else as eh_event_store_open() and eh_event_store_close()
 *
 * Holds the stores of an engine to the suite. What they can do is what they say. Blocks until all cases have ended.
 *
 * Returns: (transfer full): what held and what did not, or %NULL if no store can be opened at all, or it was cancelled
 */
EH_PUBLIC EhConformanceResult *eh_store_conformance_run_uri (const char *uri, const char *filter, guint64 seed,
                                                             GCancellable *cancellable, GError **error);

/**
 * eh_store_conformance_add_tests: (skip)
 * @prefix: what the tests' paths begin with: "/my-store"
 * @factory: whom to try
 *
 * Registers each case as a test case of GTest: "/my-store/expected/exact". The seed is GTest's.
 */
EH_PUBLIC void eh_store_conformance_add_tests (const char *prefix, const EhStoreFactory *factory);

G_END_DECLS
