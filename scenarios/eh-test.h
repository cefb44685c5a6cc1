/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-scenario.h"
#include "scenarios/eh-simulation.h"

G_BEGIN_DECLS

/**
 * eh_test_add_scenario: (skip)
 * @path: the test's path in GTest: "/bank/withdrawing too much is refused"
 * @domain: the domain; sealed by the call
 * @spec: the scenario: constant data
 *
 * Registers a scenario as a test case. When it fails, the test fails with the report that the tool prints. The
 * mistakes of a spec (an unknown stream, a type that the domain lacks) fail it too.
 */
EH_PUBLIC void eh_test_add_scenario (const char *path, EhDomain *domain, const EhScenarioSpec *spec);

/**
 * eh_test_add_scenario_file: (skip)
 * @prefix: what the tests' paths begin with: "/bank"
 * @domain: the domain; sealed by the call
 * @file: a scenario file
 *
 * Registers every scenario and every simulation of a file as a test case; a file that cannot be read becomes one
 * failing case.
 */
EH_PUBLIC void eh_test_add_scenario_file (const char *prefix, EhDomain *domain, const char *file);

/**
 * eh_test_add_simulation: (skip)
 * @path: the test's path in GTest: "/bank/two tellers"
 * @domain: the domain; sealed by the call
 * @spec: the simulation: constant data
 *
 * Registers a simulation as a test case. When a check fails, the test fails with the report that the tool prints,
 * and the shrunk failure is written as NAME.failure.json into the folder G_TEST_BUILDDIR, or else the current one.
 *
 * A command handler that does no operation for ten seconds (EVENTHUS_PATIENCE in the environment says another number),
 * or recurses through its stack, ends the program: "Bail out!" says which client and which of its steps it was.
 */
EH_PUBLIC void eh_test_add_simulation (const char *path, EhDomain *domain, const EhSimulationSpec *spec);

G_END_DECLS
