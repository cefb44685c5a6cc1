/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-scenario-run-private.h"

G_BEGIN_DECLS

/* Plays what is given. Returns: whether it succeeded; if not, that is told */
gboolean eh_scenario_play_given (EhScenarioRun *run);

/* Plays what is done; the run knows the error that stopped it. */
void eh_scenario_play_when (EhScenarioRun *run);

G_END_DECLS
