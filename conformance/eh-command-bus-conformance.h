/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "conformance/eh-conformance-result.h"

G_BEGIN_DECLS

/**
 * EhCommandBusFeatures: (skip)
 * @EH_COMMAND_BUS_ORDERED: commands of one aggregate are done one at a time, in the order in which they were sent
 * @EH_COMMAND_BUS_PARALLEL: those of different aggregates are done at the same time; without it, never two are
 * @EH_COMMAND_BUS_DEDUPES: a repeated id is answered with the first outcome, marked eh_outcome_was_done()
 *
 * What a command bus may do.
 */
typedef enum {
  EH_COMMAND_BUS_ORDERED = 1 << 0,
  EH_COMMAND_BUS_PARALLEL = 1 << 1,
  EH_COMMAND_BUS_DEDUPES = 1 << 2,
} EhCommandBusFeatures;

/**
 * EhCommandBusFactory: (skip)
 * @name: what reports call the bus
 * @features: what it does
 * @attempts: how often it tries a command whose append conflicts, in all; 0 or 1 if it passes the first conflict on
 * @open: makes a bus that has commands done by @handler. Called from any thread
 * @user_data: for the function
 * @timeout: seconds that a case may take; 0 for 60
 *
 * How the suite gets at the command buses that it tries. It outlives the tests.
 */
typedef struct {
  const char *name;
  EhCommandBusFeatures features;
  guint attempts;
  EhCommandBus *(*open) (EhCommandHandler *handler, gpointer user_data, GError **error);
  gpointer user_data;
  guint timeout;
} EhCommandBusFactory;

/**
 * eh_command_bus_conformance_run: (skip)
 * @factory: whom to try
 * @filter: (nullable): only cases whose name matches this glob, "answers/\*"
 * @seed: where the random cases take their numbers from
 *
 * Holds a command bus to everything that docs/conformance.md lists, one case after another, each on a fresh bus over a
 * fresh memory store and within a time. Blocks until all have ended.
 *
 * Returns: (transfer full): what held and what did not
 */
EH_PUBLIC EhConformanceResult *
eh_command_bus_conformance_run (const EhCommandBusFactory *factory, const char *filter, guint64 seed);

/**
 * eh_command_bus_conformance_add_tests: (skip)
 * @prefix: what the tests' paths begin with: "/my-bus"
 * @factory: whom to try
 *
 * Registers each case as a test case of GTest: "/my-bus/answers/refused". The seed is GTest's.
 */
EH_PUBLIC void eh_command_bus_conformance_add_tests (const char *prefix, const EhCommandBusFactory *factory);

G_END_DECLS
