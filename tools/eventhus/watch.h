/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus-testing.h"

/*
 * From now on, when a simulation does no operation for ten seconds (EVENTHUS_PATIENCE in the environment says another
 * number), or a command handler recurses through its stack, the tool says which client and command it was and ends
 * with STATUS_NO_PROGRESS.
 *
 * @bail_out: (nullable): what stdout gets before that; NULL: nothing
 */
EhSimulationWatch *watch_begin (const char *bail_out);
/* Where the simulation that is run next is written; kept until the next call. */
void watch_set_place (const char *place);
void watch_end (void);
