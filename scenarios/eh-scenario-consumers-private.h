/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-scenario-run-private.h"
#include "scenarios/eh-sent-bus-private.h"

G_BEGIN_DECLS

/*
 * The projections and process managers of a domain beside the store of a run. They take their steps here, in the
 * domain's order, until nothing more happens; what is saved is kept for as long as the object lives.
  * NULL with @error set if the domain's consumers cannot be made.
 * @func: carries out what follows from a command of the scenario
 */
EhScenarioConsumers *eh_scenario_consumers_new (EhDomain *domain, EhEventStore *store, EhFixedClock *clock, EhPace pace,
                                                EhCarryOutFunc func, gpointer user_data, GError **error);
void eh_scenario_consumers_free (EhScenarioConsumers *self);

/* Lets them handle all there is. The error tells which one could not handle which event, or that there is no end. */
gboolean eh_scenario_consumers_rest (EhScenarioConsumers *self, GError **error);

/* Moves the clock to @time, and at each deadline on the way lets them handle it. */
gboolean eh_scenario_consumers_wait (EhScenarioConsumers *self, gint64 time, GError **error);

/* They see all events again. */
gboolean eh_scenario_consumers_redeliver (EhScenarioConsumers *self, GError **error);

EhSentBus *eh_scenario_consumers_get_sent_bus (EhScenarioConsumers *self);
guint eh_scenario_consumers_get_n_projections (EhScenarioConsumers *self);
EhProjection *eh_scenario_consumers_get_projection (EhScenarioConsumers *self, guint i);
guint eh_scenario_consumers_get_n_processes (EhScenarioConsumers *self);
EhProcessManager *eh_scenario_consumers_get_process (EhScenarioConsumers *self, guint i);
/* (nullable) */
EhProjection *eh_scenario_consumers_find_projection (EhScenarioConsumers *self, const EhProjectionType *type);

/* A deadline that is set. */
typedef struct {
  EhStreamName *process; /* (owned) */
  char *name;            /* (owned) */
  gint64 time;
} EhSetDeadline;

/* (transfer full) (element-type EhSetDeadline): all that are set, the earliest first */
GArray *eh_scenario_consumers_list_deadlines (EhScenarioConsumers *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhScenarioConsumers, eh_scenario_consumers_free)

G_END_DECLS
