/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-scenario.h"

G_BEGIN_DECLS

/**
 * eh_test_add_scenario: (skip)
 * @path: the test's path in GTest: "/bank/withdrawing too much is refused"
 * @domain: the domain; sealed by the call
 * @spec: the scenario: constant data
 *
 * Registers a scenario as a test case. When it fails, the test fails with the report that the tool prints. The mistakes of a
 * spec (an unknown stream, a type that the domain lacks) fail it too.
 */
EH_PUBLIC void eh_test_add_scenario (const char *path, EhDomain *domain, const EhScenarioSpec *spec);

/**
 * eh_test_add_scenario_file: (skip)
 * @prefix: what the tests' paths begin with: "/bank"
 * @domain: the domain; sealed by the call
 * @file: a scenario file
 *
 * Registers every scenario of a file as a test case; a file that cannot be read becomes one failing case.
 */
EH_PUBLIC void eh_test_add_scenario_file (const char *prefix, EhDomain *domain, const char *file);

G_END_DECLS
