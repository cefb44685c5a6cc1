/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-plan-private.h"
#include "scenarios/eh-shrink-private.h"

G_BEGIN_DECLS

/* What the passes of shrinking share: the smallest failing run so far. */
typedef struct {
  EhDomain *domain;         /* (unowned) */
  EhSimulation *simulation; /* (owned) */
  EhTrial *trial;           /* (owned): of it */
  EhPlan *plan;             /* (owned): the run, as recorded */
  EhSimCheck check;
  char *role;              /* (owned) (nullable) */
  gboolean generated;      /* its commands were drawn */
  EhWatchLane *lane;       /* (unowned) (nullable) */
  gboolean values_changed; /* some amount or text was made smaller */
  guint n_runs;
  guint n_searched; /* runs of searches, which have a budget of their own */
} EhShrinker;

/* Whether a pass may still try something. */
gboolean eh_shrinker_may_try (const EhShrinker *self);

/*
 * Runs @simulation (transfer full) (nullable: the one there is) by @plan (transfer full), without the clients in it
 * that have nothing to do. If it fails in the same way, that is what there is from now on.
 */
gboolean eh_shrinker_try (EhShrinker *self, EhSimulation *simulation, EhPlan *plan);

/*
 * As eh_shrinker_try(), by an order of clients; kept only if it is better: fewer switches, then fewer of them
 * inside a command.
 */
gboolean eh_shrinker_try_order (EhShrinker *self, const guint *order, guint n);

/*
 * Runs the simulation there is, or @trial of another one, by any oracle; @failed tells whether it failed in the
 * same way. (transfer full)
 */
EhPlan *eh_shrinker_record (EhShrinker *self, EhTrial *trial, EhPlanOracle *oracle, gboolean *failed);

/* Looks for a failure with one command of each of two clients and one switch: the shape that most races have. */
gboolean eh_shrink_to_two (EhShrinker *self);

/* The passes. Each returns whether something has become smaller. */
gboolean eh_shrink_clients (EhShrinker *self);
gboolean eh_shrink_consumers (EhShrinker *self);
gboolean eh_shrink_commands (EhShrinker *self);
gboolean eh_shrink_pairs (EhShrinker *self);
gboolean eh_shrink_beginning (EhShrinker *self);
gboolean eh_shrink_given (EhShrinker *self);
gboolean eh_shrink_switches (EhShrinker *self);
gboolean eh_shrink_faults (EhShrinker *self);
gboolean eh_shrink_order (EhShrinker *self);
gboolean eh_shrink_values (EhShrinker *self);
void eh_shrink_names (EhShrinker *self);

/* Turns drawn commands into written ones. */
void eh_shrink_settle (EhShrinker *self);

/*
 * Tries every run of the commands with fewer switches or faults, and of some of them with as many. TRUE if something
 * smaller was found; else @minimal tells whether all were tried.
 */
gboolean eh_shrink_prove (EhShrinker *self, gboolean *minimal);

G_END_DECLS
