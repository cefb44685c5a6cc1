/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "conformance/eh-conformance-result.h"

G_BEGIN_DECLS

/**
 * EhBusFeatures: (skip)
 * @EH_BUS_GROUPS: members of a group compete
 * @EH_BUS_WILDCARDS: subscriptions to all buckets or all subsets
 * @EH_BUS_FLUSH: flush waits; without it, it does nothing
 *
 * What an event bus may do or refuse with EH_ERROR_UNSUPPORTED.
 */
typedef enum {
  EH_BUS_GROUPS = 1 << 0,
  EH_BUS_WILDCARDS = 1 << 1,
  EH_BUS_FLUSH = 1 << 2,
} EhBusFeatures;

/**
 * EhBusFactory: (skip)
 * @name: what reports call the bus
 * @features: what it can do; what is missing has to be refused
 * @open: opens a fresh bus on which nothing was published; @number is another one for each. Called from any thread
 * @listen: (nullable): for a bus that only publishes: the bus (not owned by the caller) at which its events arrive;
 *   subscribing to @bus itself then has to be refused
 * @count_parked: (nullable): how many events were set aside because their handlers failed for good. Without it the
 *   cases about that are not there
 * @sever: (nullable): from now on (@severed) everything that is published to @bus fails in the way in which its engine
 *   can fail, or no longer. Without it the cases about that are not there
 * @user_data: for the functions
 * @timeout: seconds that a case may take; 0 for 60
 *
 * How the suite gets at the event buses that it tries. It outlives the tests.
 */
typedef struct {
  const char *name;
  EhBusFeatures features;
  EhEventBus *(*open) (guint number, gpointer user_data, GError **error);
  EhEventBus *(*listen) (EhEventBus *bus, gpointer user_data);
  guint (*count_parked) (EhEventBus *bus, gpointer user_data);
  void (*sever) (EhEventBus *bus, gboolean severed, gpointer user_data);
  gpointer user_data;
  guint timeout;
} EhBusFactory;

/**
 * eh_bus_conformance_run: (skip)
 * @factory: whom to try
 * @filter: (nullable): only cases whose name matches this glob, "groups/\*"
 * @seed: where the random cases take their numbers from
 *
 * Holds an event bus to everything that docs/conformance.md lists, one case after another, each on a fresh bus and
 * within a time. Blocks until all have ended.
 *
 * Returns: (transfer full): what held and what did not
 */
EH_PUBLIC EhConformanceResult *eh_bus_conformance_run (const EhBusFactory *factory, const char *filter, guint64 seed);

/**
 * eh_bus_conformance_run_uri:
 * @uri: as eh_event_bus_open() takes it
 * @filter: (nullable): only cases whose name matches this glob
 * @seed: where the random cases take their numbers from
 * @error: as eh_event_bus_open() and eh_event_bus_close()
 *
 * Holds the buses of an engine to the suite. What they can do is tried first. Blocks until all cases have ended.
 *
 * Returns: (transfer full): what held and what did not, or %NULL if no bus can be opened at all
 */
EH_PUBLIC EhConformanceResult *
eh_bus_conformance_run_uri (const char *uri, const char *filter, guint64 seed, GError **error);

/**
 * eh_bus_conformance_add_tests: (skip)
 * @prefix: what the tests' paths begin with: "/my-bus"
 * @factory: whom to try
 *
 * Registers each case as a test case of GTest: "/my-bus/groups/competing". The seed is GTest's.
 */
EH_PUBLIC void eh_bus_conformance_add_tests (const char *prefix, const EhBusFactory *factory);

G_END_DECLS
