/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-simulation-node.h"

G_BEGIN_DECLS

#define EH_TYPE_SIMULATION (eh_simulation_get_type ())
EH_PUBLIC GType eh_simulation_get_type (void);

/**
 * EhSimulation:
 *
 * Clients that send commands concurrently into one world, what may go wrong there, what is checked, and how it is
 * explored. From a scenario file or from an #EhSimulationSpec. Immutable, reference-counted (atomically).
 */
typedef struct _EhSimulation EhSimulation;

EH_PUBLIC EhSimulation *eh_simulation_ref (EhSimulation *self);
EH_PUBLIC void eh_simulation_unref (EhSimulation *self);
EH_PUBLIC const char *eh_simulation_get_name (const EhSimulation *self);

/**
 * eh_simulation_get_place:
 *
 * Returns: (transfer none): where it is written: "bank.json: simulations[0]"
 */
EH_PUBLIC const char *eh_simulation_get_place (const EhSimulation *self);

/**
 * eh_simulation_has_schedule:
 *
 * Returns: whether it is exactly one run
 */
EH_PUBLIC gboolean eh_simulation_has_schedule (const EhSimulation *self);

/**
 * EhSimulationBody: (skip)
 * @client: a client of its own, over the world's store and bus
 * @user_data: as in the spec
 * @error: what went wrong; only shown
 *
 * What a client does that is more than commands, in one step of its own: it reads and writes as it likes.
 *
 * Returns: %FALSE with @error set if it gave up
 */
typedef gboolean (*EhSimulationBody) (EhClient *client, gpointer user_data, GError **error);

/**
 * EhClientSpec: (skip)
 * @name: its name; a %NULL name ends the table
 * @steps: (nullable): commands in order
 * @body: (nullable): or a function
 */
typedef struct {
  const char *name;
  const EhStepSpec *steps;
  EhSimulationBody body;
  gpointer user_data;
} EhClientSpec;

#define EH_CLIENTS(...) ((const EhClientSpec[]){ __VA_ARGS__, { NULL } })

/**
 * EhSimulationSpec: (skip)
 * @name: (nullable): its name
 * @in: (nullable): the stream that steps are in unless they say otherwise
 * @given: (nullable): what happened before
 * @clients: who runs concurrently
 * @faults: (nullable): JSON, as in a file: "{ \"crash\": 1 }"
 * @options: (nullable): JSON, as in a file: "{ \"expect\": \"any\" }"
 * @check: (nullable): a %NULL-terminated list of checks; %NULL for all
 * @explore: (nullable): JSON, as in a file: "{ \"strategy\": \"exhaustive\" }"
 * @expect_violation: (nullable): the check that must fail
 * @nodes: (nullable): nodes of its own, beside the clients and the domain's consumers
 */
typedef struct {
  const char *name;
  const char *in;
  const EhStepSpec *given;
  const EhClientSpec *clients;
  const char *faults;
  const char *options;
  const char *const *check;
  const char *explore;
  const char *expect_violation;
  const EhNodeSpec *nodes;
} EhSimulationSpec;

/**
 * eh_simulation_new_from_spec: (skip)
 * @error: EH_ERROR_INVALID, EH_ERROR_UNKNOWN_TYPE with the place
 *
 * Returns: (transfer full): the simulation
 */
EH_PUBLIC EhSimulation *
eh_simulation_new_from_spec (EhDomain *domain, const EhSimulationSpec *spec, const char *name, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhSimulation, eh_simulation_unref)

G_END_DECLS
