/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-scenario.h"
#include "scenarios/eh-simulation.h"

G_BEGIN_DECLS

/**
 * EH_SCENARIO_FILE_MAX:
 *
 * The most bytes of a scenario file.
 */
#define EH_SCENARIO_FILE_MAX (8u << 20)

#define EH_TYPE_SCENARIO_FILE (eh_scenario_file_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhScenarioFile, eh_scenario_file, EH, SCENARIO_FILE, GObject)

/**
 * eh_scenario_file_load:
 * @path: a JSON file, comments allowed
 * @domain: sealed; what its messages are read by
 * @error: EH_ERROR_INVALID, EH_ERROR_UNKNOWN_TYPE, EH_ERROR_EXISTS with the place:
 *   "bank.json: scenarios[2].then.evnets: unknown; did you mean \"events\"?"; EH_ERROR_LIMIT; G_FILE_ERROR
 *
 * Reads and checks a whole file. A scenario with examples becomes one scenario a row.
 *
 * Returns: (transfer full): the file
 */
EH_PUBLIC EhScenarioFile *eh_scenario_file_load (const char *path, EhDomain *domain, GError **error);

/**
 * eh_scenario_file_parse:
 * @name: what errors call it
 * @text: its content
 * @length: in bytes; -1 if nul-terminated
 *
 * Returns: (transfer full): the file
 */
EH_PUBLIC EhScenarioFile *
eh_scenario_file_parse (const char *name, const char *text, gssize length, EhDomain *domain, GError **error);

EH_PUBLIC const char *eh_scenario_file_get_name (EhScenarioFile *self);
EH_PUBLIC guint eh_scenario_file_get_n_scenarios (EhScenarioFile *self);

/**
 * eh_scenario_file_get_scenario:
 *
 * Returns: (transfer none): scenario @i, in the order of the file
 */
EH_PUBLIC EhScenario *eh_scenario_file_get_scenario (EhScenarioFile *self, guint i);
EH_PUBLIC guint eh_scenario_file_get_n_simulations (EhScenarioFile *self);

/**
 * eh_scenario_file_get_simulation:
 *
 * Returns: (transfer none): simulation @i, in the order of the file
 */
EH_PUBLIC EhSimulation *eh_scenario_file_get_simulation (EhScenarioFile *self, guint i);

G_END_DECLS
