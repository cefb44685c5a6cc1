/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-scenario-run-private.h"

G_BEGIN_DECLS

/* Compares the then-part of the run's scenario with what has happened; adds a failure for each part that differs. */
void eh_expectations_check (EhScenarioRun *run);

G_END_DECLS
