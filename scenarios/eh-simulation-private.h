/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-explorer-private.h"
#include "scenarios/eh-scenario-private.h"
#include "scenarios/eh-simulation.h"

G_BEGIN_DECLS

typedef enum {
  EH_SIM_CHECK_INVARIANTS = 1 << 0,
  EH_SIM_CHECK_SERIALIZABLE = 1 << 1,
  EH_SIM_CHECK_VIEWS = 1 << 2, /* snapshots too */
  EH_SIM_CHECK_DELIVERED = 1 << 3,
  EH_SIM_CHECK_PROGRESS = 1 << 4,
  EH_SIM_CHECK_DETERMINISM = 1 << 5,
  EH_SIM_CHECK_ALL = (1 << 6) - 1,
} EhSimCheck;

/* NULL nick ends it. */
extern const EhEnumValue eh_sim_check_nicks[];

typedef enum {
  EH_CLIENT_STEP_COMMAND,
  EH_CLIENT_STEP_WAIT, /* sleeps on the world's clock */
  EH_CLIENT_STEP_READ, /* loads an aggregate and looks at it */
  EH_CLIENT_STEP_BODY, /* a function of the spec */
} EhClientStepKind;

typedef struct {
  EhClientStepKind kind;
  EhStep *command;      /* (owned) (nullable): COMMAND */
  gint64 wait;          /* WAIT: microseconds */
  EhStreamName *stream; /* (owned) (nullable): READ */
  EhSimulationBody body;
  gpointer user_data;
} EhClientStep;

typedef struct {
  char *name;       /* (owned) */
  GPtrArray *steps; /* (owned) (element-type EhClientStep) */
} EhSimClient;

/* "generate": clients whose commands are drawn; 0 clients for none */
typedef struct {
  guint n_clients;
  guint n_commands;
  guint n_streams;
  char **types; /* (owned) (nullable): command types; NULL for all */
} EhGenerate;

struct _EhSimulation {
  gatomicrefcount ref_count;
  char *name;           /* (owned) */
  char *place;          /* (owned) */
  EhStreamName *stream; /* (owned) (nullable) */
  GPtrArray *given;     /* (owned) (element-type EhStep) */
  GPtrArray *clients;   /* (owned) (element-type EhSimClient) */
  EhGenerate generate;

  gboolean expect_any;         /* options.expect: appends are not guarded */
  gboolean publish_after_save; /* options.publish: by who saved it */
  gboolean publish_by_relay; /* options.publish: asked for; unless said, a relay runs only where somebody subscribes */
  gboolean bus_unordered;    /* options.bus */
  char **consumers;          /* (owned) (nullable): options.consumers; NULL for all of the domain */
  GPtrArray *nodes;          /* (owned) (element-type EhNodeSpec): constant data of a spec */
  guint retry;               /* options.retry: attempts in all, 1 for none; default 1 */
  guint snapshots;           /* options.snapshots: every n events; 0 for never */

  guint most[EH_FAULT_N_KINDS];
  guint most_in_all; /* faults.total; 0 for no other bound */
  EhSimCheck checks;
  EhExploreBudget budget;      /* explore; n_faults and most filled in */
  EhSimCheck expect_violation; /* 0 for none */

  /* Exactly one run, in words that survive refactoring; NULL for none. */
  char **schedule; /* (owned) (nullable): "alice: load Account-a1" */
  char **fault_at; /* (owned) (nullable): "alice: append Account-a1 #1: append-ambiguous (applied)" */
};

/* What the relay is called among the nodes. */
#define EH_SIMULATION_RELAY "relay"

EhSimulation *eh_simulation_new (const char *name, const char *place);
EhSimulation *eh_simulation_copy (const EhSimulation *self);
EhSimClient *eh_sim_client_new (const char *name);
void eh_sim_client_free (EhSimClient *self);
EhClientStep *eh_client_step_new (EhClientStepKind kind);
void eh_client_step_free (EhClientStep *self);

/*
 * The file's form of a simulation, as an object of "simulations": what a shrunk failure is written as. NULL if there is
 * something in it that no file can say: a body, a node, a number above the range of int64.
 */
JsonNode *eh_simulation_to_json (const EhSimulation *self, EhDomain *domain);

/*
 * Reads @text, JSON like "explore" in a file and "jobs" beside; what it says wins over what @budget says. Errors begin
 * with "explore".
 */
gboolean eh_explore_budget_override (EhExploreBudget *budget, const char *text, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhSimClient, eh_sim_client_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhClientStep, eh_client_step_free)

G_END_DECLS
