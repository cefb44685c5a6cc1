/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bank.h"

#include "eventhus-testing.h"

G_BEGIN_DECLS

/*
 * Nodes that show what was paid into each account, as the projection "Paid" does, but are written by hand.
 */

typedef struct {
  gint64 paid;
} KnownPaid;

extern const EhProjectionType known_paid;

/* The bank with the view. */
EhDomain *known_paid_domain_new (void);

/* A consumer that counts each event that comes, or each once. Its rows are in its memory only, so it begins anew. */
gpointer known_counter_start (EhSimulationNode *node, gpointer counts_again);

/* A subscriber that takes what comes late for old, or sorts what comes. */
gpointer known_subscriber_start (EhSimulationNode *node, gpointer sorts);

/* One that does not look what there is when it is started. */
gpointer known_listener_start (EhSimulationNode *node, gpointer user_data);

/* One that joins later: it looks what there is before it subscribes, or after. */
gpointer known_joiner_start (EhSimulationNode *node, gpointer looks_first);
gint64 known_joiner_step (EhSimulationNode *node, gpointer memory);

void known_view_stop (gpointer memory);
void known_view_show (gpointer memory, EhRowFunc func, gpointer user_data);

G_END_DECLS
