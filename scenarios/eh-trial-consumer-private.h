/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "runtime/eh-consumer-private.h"
#include "runtime/eh-view-private.h"
#include "scenarios/eh-simulation-node.h"
#include "scenarios/eh-trial-struct-private.h"

G_BEGIN_DECLS

/*
 * A node beside the clients: a projection, a process manager or the relay of the domain, or one of the simulation's
 * own. What has a consumer or a step of its own is a follower of the world. The consumers of the domain are made once,
 * and forget everything at the beginning of each run. Then they take up what the past has left, before anybody else
 * does anything: they have been running for a while.
 */
struct _EhSimulationNode {
  EhTrial *trial;            /* (unowned) */
  const char *name;          /* (unowned) */
  guint place;               /* the world's node; among the trial's consumers it has the same number */
  guint task;                /* or EH_TRIAL_NONE: it follows nothing */
  EhTrialNode *sender;       /* (unowned) (nullable): what carries out its commands; the trial's */
  EhTrialNode *own;          /* (owned) (nullable): the same where it has no task */
  EhCommandBus *commands;    /* (owned) (nullable) */
  EhConsumer *consumer;      /* (owned) (nullable) */
  EhProjection *projection;  /* (owned) (nullable) */
  EhProcessManager *process; /* (owned) (nullable) */
  const EhNodeSpec *spec;    /* (nullable): of the simulation's own */
  gpointer memory;           /* (owned) (nullable): by spec->stop */
  gboolean is_waiting;       /* the next restart is the beginning of a run */

  /* What it is held to: */
  const EhProjectionType *shows; /* (nullable) */
  EhView *model;                 /* (owned) (nullable): what the store says */
  guint64 modelled;              /* up to there */
  gboolean was_looked_at;        /* at the beginning of a run: all begin alike */
  gboolean begins_wrong;         /* then it does not show what was given, and nobody will tell it */
  guint64 looked;                /* the position behind what its steps have looked at since it was started, or 0 */
  char *category;                /* (owned) (nullable): of what it looked at */
  GArray *heard;                 /* (owned) (nullable) (element-type guint64): positions that were brought to it */
};

/* Adds all that take part, as tasks and nodes. Before the given steps. */
gboolean eh_trial_add_consumers (EhTrial *self, GError **error);
/* Has them take up what the given steps have led to. */
void eh_trial_settle_consumers (EhTrial *self);
/* Before a run. */
void eh_trial_consumers_reset (EhTrial *self);
void eh_trial_consumer_free (gpointer data);
/* Is to drive @consumer. */
void eh_trial_consumer_take (EhSimulationNode *self, EhConsumer *consumer);
/* What a body's client knows its trial by. */
#define EH_TRIAL_CLIENT_DATA "eh-trial"

/* eh-trial-sender.c: where a consumer sends commands. */
EhCommandBus *eh_trial_sender_new (EhSimulationNode *consumer);

/* eh-check-heard.c */
void eh_check_heard_forget (EhSimulationNode *node);

/* eh-check-consumers.c */
void eh_check_view_at_beginning (EhSimulationNode *consumer);
void eh_check_view_at_step (EhSimulationNode *consumer);
void eh_check_consumers_at_rest (EhTrial *self);

G_END_DECLS
