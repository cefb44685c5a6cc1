/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus-testing.h"

G_BEGIN_DECLS

/*
 * Faults that event-sourced systems are known for, each planted in something small, beside a mended twin. What the
 * simulator is measured by: it has to find the one, tell it as small as it gets, and never alarm on the other.
 */

/* How big a failing run is: clients that act, what they do, switches away from a client that could go on, faults. */
typedef struct {
  guint clients;
  guint commands;
  guint switches;
  guint faults;
} KnownSize;

typedef struct {
  const char *id;
  const char *what;
  EhDomain *(*domain_new) (void);
  EhDomain *(*mended_domain_new) (void);
  EhSimulationSpec faulty; /* bigger than it need be, so that there is something to shrink */
  EhSimulationSpec mended; /* the same clients, with the fault kinds that matter */
  const char *check;       /* the one that has to fail */
  KnownSize least;         /* nothing smaller fails; all 0: not repeatable, so that it cannot be shrunk */
  guint runs;              /* the default strategy needs no more */
} KnownFault;

/* A NULL id ends it. */
extern const KnownFault known_faults[];

/* The simulation of a fault or of its twin, ready to be explored again and again. */
typedef struct {
  EhDomain *domain;         /* (owned) */
  EhSimulation *simulation; /* (owned) */
} KnownSimulation;

void known_simulation_init (KnownSimulation *self, const KnownFault *fault, gboolean mended);
void known_simulation_clear (KnownSimulation *self);

/* @strategy: (nullable): the default one. At most @runs runs; a mistake in the table ends the program. */
EhSimulationResult *
known_simulation_explore (const KnownSimulation *self, const char *strategy, guint64 seed, guint64 runs);

/* How big the run is that a result shows; all 0 if it shows none. */
KnownSize known_size_of_result (const EhSimulationResult *result);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KnownSimulation, known_simulation_clear)

G_END_DECLS
