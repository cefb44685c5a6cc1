/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus.h"
#include "scenarios/eh-coverage.h"
#include "scenarios/eh-scenario-private.h"
#include "scenarios/eh-scenario-result-private.h"

G_BEGIN_DECLS

/* How consumers get along. */
typedef enum {
  EH_PACE_STEADY,     /* without interruption */
  EH_PACE_REDELIVERY, /* again and again they forget everything, and see all events anew */
  EH_PACE_RESTART,    /* after each event they are stopped, and go on from what they saved */
} EhPace;

typedef struct _EhScenarioConsumers EhScenarioConsumers;
typedef struct _EhScenarioRun EhScenarioRun;

/* An event that reached the bus. */
typedef struct {
  EhEvent *event;    /* (owned) */
  const char *topic; /* "bucket.subset", the run's own */
} EhPublished;

/*
 * The surroundings in which a scenario runs, and what has come of it so far. The first part is made once; the second
 * part is of one scenario.
 */
struct _EhScenarioRun {
  EhDomain *domain;               /* (owned) */
  EhEventStore *store;            /* (owned) */
  EhEventBus *bus;                /* (owned): driven by eh_memory_bus_step() */
  EhFixedClock *clock;            /* (owned) */
  EhFixedIdSource *ids;           /* (owned) */
  EhFixedIdSource *rehearsal_ids; /* (owned): the same ids again, for decisions that are not dispatched */
  EhCoverage *coverage;           /* (owned) */
  GPtrArray *topics;              /* (owned) (element-type utf8) */
  GString *text;                  /* (owned): scratch */
  EhScenarioRun *twin;            /* (owned) (nullable): where the same is done at another pace, to be compared */
  EhPace pace;                    /* of the consumers; EH_PACE_STEADY but for a twin */
  gboolean is_twin;               /* nothing is checked in it */

  EhRepository *repository;  /* (owned): new for each scenario, so that nothing is kept from the one before */
  EhCommandHandler *handler; /* (owned): likewise */
  EhScenario *scenario;      /* (unowned) */
  EhScenarioResult *result;  /* (unowned) */
  GPtrArray *streams;        /* (owned) (element-type EhStreamName): those touched, in the order of touching */
  GArray *published;         /* (owned) (element-type EhPublished): since the when */
  GError *error;             /* (owned) (nullable): what stopped the when */
  const EhStep *error_step;  /* (nullable): the step that it stopped at */
  gboolean error_is_told;    /* an automatic check has said what is wrong with that error */
  gboolean state_is_spoilt;  /* a handler changed a state: what is folded on from it is wrong too */
  guint64 head;              /* the store's position when the given ended */

  EhScenarioConsumers *consumers; /* (owned) (nullable): NULL if the domain has none; new for each scenario */
  gboolean is_stuck;              /* a consumer cannot go on, and that is told */
  GArray *told;                   /* (owned) (element-type guint64): positions of events that the when tells */
  guint n_sent;                   /* how many commands were sent when the given ended */
};

void eh_scenario_run_init (EhScenarioRun *self, EhDomain *domain);
void eh_scenario_run_clear (EhScenarioRun *self);

/* Makes the surroundings those of a fresh world. */
void eh_scenario_run_begin (EhScenarioRun *self, EhScenario *scenario, EhScenarioResult *result);

/* Lets go of what a scenario has left. */
void eh_scenario_run_end (EhScenarioRun *self);

/* Remembers that something was done in @stream. */
void eh_scenario_run_touch (EhScenarioRun *self, EhStreamName *stream);

/* Whether an automatic check is to be done. */
gboolean eh_scenario_run_wants (const EhScenarioRun *self, EhCheck check);

/* Adds a failure with a message made by @format. @diff: (transfer full) (nullable) */
void eh_scenario_run_fail (EhScenarioRun *self, const char *check, EhDiff *diff, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

/* The number of the next id that @ids gives. */
guint64 eh_scenario_run_peek_id (EhFixedIdSource *ids);

/* The error for a person: "balance out (balance-out)". */
char *eh_scenario_run_describe_error (EhScenarioRun *self, const GError *error);

G_END_DECLS
