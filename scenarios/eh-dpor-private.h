/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-fault-plans-private.h"

G_BEGIN_DECLS

/*
 * All runs of an experiment under one fault plan, one of each class of those that differ only in the order of
 * independent operations. Run the experiment with the oracle, then advance; as long as that says TRUE, again.
 */
typedef struct _EhDpor EhDpor;

EhDpor *eh_dpor_new (void);
void eh_dpor_free (EhDpor *self);

/* Starts from the beginning. @plan: (nullable): must live on; @sites: where faults could happen is added to it. */
void eh_dpor_start (EhDpor *self, const EhFaultPlan *plan, EhFaultSites *sites, guint max_depth);
EhOracle *eh_dpor_get_oracle (EhDpor *self);
/* Whether the run was found to repeat what is known: from there on it has taken 0 for everything. */
gboolean eh_dpor_is_blocked (EhDpor *self);
/* Learns from the run. FALSE if there is nothing more to explore. */
gboolean eh_dpor_advance (EhDpor *self);
/* Whether something was left out: because of the depth, or because the experiment did not repeat itself. */
gboolean eh_dpor_is_cut (EhDpor *self);

G_END_DECLS
