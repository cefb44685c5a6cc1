/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-scenario.h"

G_BEGIN_DECLS

/**
 * EhScenarioStatus:
 * @EH_SCENARIO_PASSED: everything expected followed, and every automatic check held
 * @EH_SCENARIO_FAILED: something did not
 * @EH_SCENARIO_SKIPPED: it was not run
 */
typedef enum {
  EH_SCENARIO_PASSED,
  EH_SCENARIO_FAILED,
  EH_SCENARIO_SKIPPED,
} EhScenarioStatus;

#define EH_TYPE_SCENARIO_RESULT (eh_scenario_result_get_type ())
EH_PUBLIC GType eh_scenario_result_get_type (void);

/**
 * EhScenarioResult:
 *
 * What came of running a scenario. Reference-counted; immutable once it is returned by the runner.
 */
typedef struct _EhScenarioResult EhScenarioResult;

EH_PUBLIC EhScenarioResult *eh_scenario_result_ref (EhScenarioResult *self);
EH_PUBLIC void eh_scenario_result_unref (EhScenarioResult *self);

/**
 * eh_scenario_result_get_scenario:
 *
 * Returns: (transfer none): the scenario
 */
EH_PUBLIC EhScenario *eh_scenario_result_get_scenario (const EhScenarioResult *self);
EH_PUBLIC EhScenarioStatus eh_scenario_result_get_status (const EhScenarioResult *self);

/**
 * eh_scenario_result_get_duration:
 *
 * Returns: how long it took, in microseconds of wall time
 */
EH_PUBLIC gint64 eh_scenario_result_get_duration (const EhScenarioResult *self);
EH_PUBLIC guint eh_scenario_result_get_n_failures (const EhScenarioResult *self);

/**
 * eh_scenario_result_get_check:
 *
 * Returns: (transfer none): what failure @i is about: "given", "events", "error", "state", "codec" ...
 */
EH_PUBLIC const char *eh_scenario_result_get_check (const EhScenarioResult *self, guint i);

/**
 * eh_scenario_result_get_message:
 *
 * Returns: (transfer none): what was wrong and what to do, in a sentence or two
 */
EH_PUBLIC const char *eh_scenario_result_get_message (const EhScenarioResult *self, guint i);

/**
 * eh_scenario_result_get_diff: (skip)
 *
 * Returns: (transfer none) (nullable): the differences of failure @i
 */
EH_PUBLIC const EhDiff *eh_scenario_result_get_diff (const EhScenarioResult *self, guint i);

/**
 * eh_scenario_result_get_cause:
 *
 * Returns: (transfer none) (nullable): the probable cause: the error that was seen while handling
 */
EH_PUBLIC const char *eh_scenario_result_get_cause (const EhScenarioResult *self);

/**
 * eh_scenario_result_print: (skip)
 * @indent: spaces before each line
 * @colour: whether to use terminal colours
 *
 * Appends the failures for a person to read: each with its check, message, aligned diff, and the probable cause.
 */
EH_PUBLIC void eh_scenario_result_print (const EhScenarioResult *self, guint indent, gboolean colour, GString *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhScenarioResult, eh_scenario_result_unref)

G_END_DECLS
