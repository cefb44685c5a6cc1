/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-coverage.h"
#include "scenarios/eh-scenario-result.h"
#include "scenarios/eh-scenario.h"

G_BEGIN_DECLS

#define EH_TYPE_SCENARIO_RUNNER (eh_scenario_runner_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhScenarioRunner, eh_scenario_runner, EH, SCENARIO_RUNNER, GObject)

/**
 * eh_scenario_runner_new:
 * @domain: sealed
 *
 * Runs scenarios, each in surroundings of its own: an empty memory store and bus, a clock that starts at
 * EH_FIXED_CLOCK_START and moves when told, ids that are the same in every run. The commands go through the command
 * handler that a service uses. One thread.
 *
 * Returns: (transfer full): the runner
 */
EH_PUBLIC EhScenarioRunner *eh_scenario_runner_new (EhDomain *domain);

/**
 * eh_scenario_runner_run:
 *
 * Returns: (transfer full): what came of it; a scenario that is skipped is not run
 */
EH_PUBLIC EhScenarioResult *eh_scenario_runner_run (EhScenarioRunner *self, EhScenario *scenario);

/**
 * eh_scenario_runner_get_coverage:
 *
 * Returns: (transfer none): what all runs so far have covered
 */
EH_PUBLIC EhCoverage *eh_scenario_runner_get_coverage (EhScenarioRunner *self);

G_END_DECLS
