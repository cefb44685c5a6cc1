/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-event-batch.h"
#include "runtime/eh-process-step-private.h"

G_BEGIN_DECLS

/* A step on its way to its record. One draft serves for many steps, as the room for what they hold is used again. */
typedef struct {
  EhProcessStep step;
  GString *text;     /* (owned): the state, then id and data of each command, each with its nul */
  GArray *commands;  /* (owned): of EhStepCommand */
  GArray *deadlines; /* (owned): of EhStepDeadline */
} EhProcessDraft;

EH_FOR_TESTING void eh_process_draft_init (EhProcessDraft *self);
EH_FOR_TESTING void eh_process_draft_clear (EhProcessDraft *self);

/*
 * Fills in the state and what @reaction says, which has to stay until the draft was added; cause, cause_id and position
 * are the caller's. @ended: the process was over already. Errors as eh_schema_write_json().
 */
EH_FOR_TESTING gboolean eh_process_draft_fill (EhProcessDraft *self, const EhSchema *schema, gconstpointer state,
                                               const EhReaction *reaction, gboolean ended, GError **error);

/* Errors as eh_event_batch_add(). */
EH_FOR_TESTING gboolean eh_process_draft_add_to (const EhProcessDraft *self, EhEventBatch *batch, const EhId *id,
                                                 GError **error);

G_END_DECLS
