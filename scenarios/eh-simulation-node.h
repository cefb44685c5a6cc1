/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-scenario.h"

G_BEGIN_DECLS

/**
 * EhSimulationNode: (skip)
 *
 * A node of a simulated world that a simulation brings along, beside its clients and the domain's own consumers: a
 * program with a memory, which a crash takes, over the world's store, bus and checkpoints.
 */
typedef struct _EhSimulationNode EhSimulationNode;

/**
 * EhNodeStartFunc: (skip)
 *
 * Starts the node: at the beginning of each run, and after a crash. What it calls on the world is no operation here. It
 * may read the store, subscribe to the bus, and have a consumer driven by eh_simulation_node_follow(). After a crash it
 * gets what waits for it on the bus if it subscribes to the same again.
 *
 * Returns: (transfer full) (nullable): what the node has in memory
 */
typedef gpointer (*EhNodeStartFunc) (EhSimulationNode *node, gpointer user_data);

/**
 * EhNodeStepFunc: (skip)
 * @memory: what the node has in memory
 *
 * Takes a step: what a loop of the node's own does once. Each call on the store, the bus, the checkpoints or the
 * commands is an operation. When one has failed with EH_ERROR_CRASHED it returns.
 *
 * Returns: when it is to be called although nothing is appended, microseconds since 1970: 0 for at once, %G_MAXINT64
 *   for never
 */
typedef gint64 (*EhNodeStepFunc) (EhSimulationNode *node, gpointer memory);

/**
 * EhNodeShowFunc: (skip)
 * @memory: what the node has in memory
 * @func: to be called for each row, in any order
 *
 * Shows the rows that the node has.
 */
typedef void (*EhNodeShowFunc) (gpointer memory, EhRowFunc func, gpointer user_data);

/**
 * EhNodeSpec: (skip)
 * @name: its name; a %NULL name ends the table
 * @start: starts it
 * @stop: (nullable): frees its memory: drops the consumer, unsubscribes
 * @step: (nullable): a loop of its own; not together with a consumer
 * @shows: (nullable): the projection whose view it is meant to show
 * @show: (nullable): its rows
 *
 * Constant data. Nothing of a run may be kept in @user_data: several worlds may use it at once.
 */
typedef struct {
  const char *name;
  EhNodeStartFunc start;
  GDestroyNotify stop;
  EhNodeStepFunc step;
  const EhProjectionType *shows;
  EhNodeShowFunc show;
  gpointer user_data;
} EhNodeSpec;

#define EH_NODES(...) ((const EhNodeSpec[]){ __VA_ARGS__, { NULL } })

/**
 * eh_simulation_node_get_domain: (skip)
 *
 * Returns: (transfer none): the domain
 */
EH_PUBLIC EhDomain *eh_simulation_node_get_domain (EhSimulationNode *self);

/**
 * eh_simulation_node_get_store: (skip)
 *
 * Returns: (transfer none): the world's store
 */
EH_PUBLIC EhEventStore *eh_simulation_node_get_store (EhSimulationNode *self);

/**
 * eh_simulation_node_get_bus: (skip)
 *
 * Returns: (transfer none): the world's bus
 */
EH_PUBLIC EhEventBus *eh_simulation_node_get_bus (EhSimulationNode *self);

/**
 * eh_simulation_node_get_checkpoints: (skip)
 *
 * Returns: (transfer none): the world's checkpoints; they outlive a crash
 */
EH_PUBLIC EhCheckpointStore *eh_simulation_node_get_checkpoints (EhSimulationNode *self);

/**
 * eh_simulation_node_get_commands: (skip)
 *
 * Returns: (transfer none): where it sends commands; they take part in the check for a serial order
 */
EH_PUBLIC EhCommandBus *eh_simulation_node_get_commands (EhSimulationNode *self);

/**
 * eh_simulation_node_get_clock: (skip)
 *
 * Returns: (transfer none): the world's clock
 */
EH_PUBLIC EhClock *eh_simulation_node_get_clock (EhSimulationNode *self);

/**
 * eh_simulation_node_follow: (skip)
 * @consumer: over the world's store, checkpoints and clock
 *
 * In a start function: has the world drive @consumer. Each event that it handles is an operation, with the faults of
 * delivery. The node's memory is to keep it, and a node has one at most.
 */
EH_PUBLIC void eh_simulation_node_follow (EhSimulationNode *self, EhConsumer *consumer);

/**
 * eh_simulation_read_row: (skip)
 * @client: of a body
 * @projection: one of those that run in the simulation
 * @key: a row's key
 * @row: (out) (transfer full) (nullable): a copy of the row, to be freed with eh_schema_free(); %NULL if there is none
 * @error: EH_ERROR_NOT_FOUND no such view is kept; EH_ERROR_CRASHED
 *
 * Looks at a view as it is at this moment, an operation of the client.
 */
EH_PUBLIC gboolean eh_simulation_read_row (EhClient *client, const char *projection, const char *key, gpointer *row,
                                           GError **error);

G_END_DECLS
