/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus.h"
#include "scenarios/eh-coverage.h"
#include "scenarios/eh-scenario-file.h"
#include "scenarios/eh-scenario-result.h"
#include "scenarios/eh-scenario-runner.h"
#include "scenarios/eh-scenario-schema.h"
#include "scenarios/eh-scenario.h"
#include "scenarios/eh-simulation-result.h"
#include "scenarios/eh-simulation-watch.h"
#include "scenarios/eh-simulation.h"
#include "scenarios/eh-test.h"
