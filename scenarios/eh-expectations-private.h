/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-actual-message-private.h"
#include "scenarios/eh-scenario-run-private.h"

G_BEGIN_DECLS

/* Compares the then-part of the run's scenario with what has happened; adds a failure for each part that differs. */
void eh_expectations_check (EhScenarioRun *run);

/* The parts that are about projections and process managers. */
void eh_expectations_check_consumers (EhScenarioRun *run);

/* Whether exactly @expected are there; @check: what the part is called; @noun: what they are: "event" */
void eh_expectations_check_list (EhScenarioRun *run, GPtrArray *expected, GArray *actual, const char *check,
                                 const char *noun);

/* Whether @expected are there, in that order, among others. */
void eh_expectations_check_include (EhScenarioRun *run, GPtrArray *expected, GArray *actual, const char *check,
                                    const char *noun);

G_END_DECLS
