/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-decision.h"

G_BEGIN_DECLS

/* One thread, one command; nothing here is shared. */
struct _EhDecision {
  EhEventBatch *batch; /* (owned) (nullable): NULL after it was stolen */
  EhIdSource *ids;     /* (owned) (nullable): where ids come from, if the command has none */
  EhId command_id;
  guint64 n_ids;
  guint64 version;
  GError *error; /* (owned) (nullable) the first failed emit */
};

/* As eh_decision_new() and eh_decision_free(), of one that is the caller's own: most live no longer than a call. */
void eh_decision_init (EhDecision *self, const EhCommand *command, guint64 version, gint64 now, EhIdSource *ids);
void eh_decision_clear (EhDecision *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EhDecision, eh_decision_clear)

G_END_DECLS
