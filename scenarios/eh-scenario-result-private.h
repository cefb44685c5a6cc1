/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-scenario-result.h"

G_BEGIN_DECLS

/* A result that has passed as long as nothing is added. */
EhScenarioResult *eh_scenario_result_new (EhScenario *scenario);

/* @check: a constant text; @message: (transfer full); @diff: (transfer full) (nullable) */
void eh_scenario_result_add (EhScenarioResult *self, const char *check, char *message, EhDiff *diff);

/*
 * What was there in place of what was expected, a line each, to be read beside the failure that was added last.
 * @seen: (transfer full) (element-type utf8)
 */
void eh_scenario_result_set_seen (EhScenarioResult *self, GPtrArray *seen);

/* Whether a failure of @check was added. */
gboolean eh_scenario_result_has (const EhScenarioResult *self, const char *check);

/* @cause: (transfer full) (nullable) */
void eh_scenario_result_set_cause (EhScenarioResult *self, char *cause);
void eh_scenario_result_set_skipped (EhScenarioResult *self);
void eh_scenario_result_set_duration (EhScenarioResult *self, gint64 duration);

G_END_DECLS
