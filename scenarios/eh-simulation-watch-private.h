/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-simulation-watch.h"
#include "scenarios/eh-trial-private.h"

G_BEGIN_DECLS

/*
 * One look, as the watch's thread takes it once a second: whether a run has stood still for @patience looks, and who
 * runs there: "client alice, step 2 (PerformDeposit)".
 */
gboolean eh_simulation_watch_look (EhSimulationWatch *self, guint patience, char *buffer, gsize size);

/* What one thread is doing. */
typedef struct _EhWatchLane EhWatchLane;

/*
 * For the calling thread, which gets an alternative stack for signals. (nullable): if there is no watch, or no room
 * in it
 */
EhWatchLane *eh_simulation_watch_open (EhSimulationWatch *self);
/* @self: (nullable) */
void eh_watch_lane_close (EhWatchLane *self);

/* A run begins and ends; they may be nested in what is said, not in each other. @self: (nullable) */
void eh_watch_lane_enter (EhWatchLane *self, EhTrial *trial);
/* What comes before all runs begins: the commands that are given may hang too. It ends as a run does. */
void eh_watch_lane_prepare (EhWatchLane *self);
void eh_watch_lane_leave (EhWatchLane *self);

G_END_DECLS
