/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-domain.h"

G_BEGIN_DECLS

/* A reaction as its runner sees it: for one step after another of processes of @type. */
EH_FOR_TESTING EhReaction *eh_reaction_new (EhDomain *domain, const EhProcessType *type);
EH_FOR_TESTING void eh_reaction_free (EhReaction *self);

/*
 * Forgets the last step. Deadlines that the process has already are set again, the earliest first, before the domain's
 * function is called. The ids of the commands are derived from @step_id and their order; they are caused by the step
 * and their correlation id is @correlation_id (nil: @step_id). @key has to stay as long as it may be asked for.
 */
EH_FOR_TESTING void
eh_reaction_begin (EhReaction *self, const char *key, gint64 time, const EhId *step_id, const EhId *correlation_id);

/* The commands in the order of sending (EhCommand, owned by the reaction). */
EH_FOR_TESTING GPtrArray *eh_reaction_get_commands (const EhReaction *self);
EH_FOR_TESTING gboolean eh_reaction_has_ended (const EhReaction *self);
/* (nullable): the first call that failed */
EH_FOR_TESTING const GError *eh_reaction_get_error (const EhReaction *self);

EH_FOR_TESTING guint eh_reaction_get_n_deadlines (const EhReaction *self);
/* Deadline @i, the earliest first, equal times in the order of setting; none once the process has ended. */
EH_FOR_TESTING const char *eh_reaction_get_deadline (const EhReaction *self, guint i, gint64 *time);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhReaction, eh_reaction_free)

G_END_DECLS
