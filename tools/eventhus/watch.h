/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus-testing.h"

/*
 * From now on, when a simulation does no operation for ten seconds, or a command handler recurses through its
 * stack, the tool says which client and step it was and ends with STATUS_NO_PROGRESS.
 */
EhSimulationWatch *watch_begin (void);
void watch_end (void);
