/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bank.h"

#include "eventhus-testing.h"

G_BEGIN_DECLS

/* Nodes that send commands for what they see. */

/* The bank with a view of deposits and gifts, of which there may be no more gifts. */
EhDomain *known_gifts_domain_new (void);

/* A consumer that gives to one account for each deposit to another; @gives_again: what comes again, too. */
gpointer known_giver_start (EhSimulationNode *node, gpointer gives_again);
void known_giver_stop (gpointer memory);

/* The bank, where who deposits becomes a friend in the end. */
EhDomain *known_friends_domain_new (void);

/* A loop with a checkpoint that makes friends; @saves_first: saved as done before it is. Stopped by g_free(). */
gpointer known_greeter_start (EhSimulationNode *node, gpointer saves_first);
gint64 known_greeter_step (EhSimulationNode *node, gpointer memory);

G_END_DECLS
