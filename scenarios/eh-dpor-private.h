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

/*
 * Parts: an exploration can be cut into parts, so that several threads have something to do. A part begins with a path
 * of few choices. It does not explore the other branches of those choices, its *forks*, but says what it wants reversed
 * there; and from what all parts want, looked at in their order, further parts arise. Parts have an order: that
 * in which one thread would come to them.
 */
typedef struct _EhDporPart EhDporPart;
typedef struct _EhDporFork EhDporFork;

/* The one from which all others arise. */
EhDporPart *eh_dpor_part_new (void);
void eh_dpor_part_free (EhDporPart *self);
gint eh_dpor_part_compare (const EhDporPart *a, const EhDporPart *b);

EhDporFork *eh_dpor_fork_ref (EhDporFork *self);
void eh_dpor_fork_unref (EhDporFork *self);
/*
 * Adds to @parts what arises if one of the branches in @mask (none: whichever) is to come first at the fork. To be
 * called in the order of the parts that want it, and for each in the order in which it does; one at a time.
 */
void eh_dpor_fork_reverse (EhDporFork *self, guint64 mask, GPtrArray *parts);

/* That a part wants something reversed. */
typedef void (*EhDporReverse) (EhDporFork *fork, guint64 mask, gpointer user_data);

/*
 * Starts from the beginning of @part, or, if that is NULL, of all. @plan: (nullable): must live on; @sites: where
 * faults could happen is added to it.
 */
void eh_dpor_start (EhDpor *self, const EhFaultPlan *plan, EhFaultSites *sites, guint max_depth);
void eh_dpor_start_part (EhDpor *self, const EhFaultPlan *plan, EhFaultSites *sites, EhDporPart *part,
                         EhDporReverse reverse, gpointer user_data);
EhOracle *eh_dpor_get_oracle (EhDpor *self);
/* Whether the run was found to repeat what is known: from there on it has taken 0 for everything. */
gboolean eh_dpor_is_blocked (EhDpor *self);
/* Learns from the run. FALSE if there is nothing more to explore. */
gboolean eh_dpor_advance (EhDpor *self);
/* Whether something was left out: because of the depth, or because the experiment did not repeat itself. */
gboolean eh_dpor_is_cut (EhDpor *self);

G_END_DECLS
