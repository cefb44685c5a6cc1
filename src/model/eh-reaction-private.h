/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-domain.h"

G_BEGIN_DECLS

/*
 * A reaction as its runner sees it. @deadlines are those set before; the ids of the commands are derived from
 * @step_id and their order; their correlation id is @correlation_id.
 */
EhReaction *eh_reaction_new (EhDomain *domain, const EhProcessType *type, const char *key, gint64 time,
                             const EhId *step_id, const EhId *correlation_id);
void eh_reaction_free (EhReaction *self);

/* The commands in the order of sending (EhCommand, owned by the reaction). */
GPtrArray *eh_reaction_get_commands (const EhReaction *self);
gboolean eh_reaction_has_ended (const EhReaction *self);
/* (nullable): the first call that failed */
const GError *eh_reaction_get_error (const EhReaction *self);

guint eh_reaction_get_n_deadlines (const EhReaction *self);
/* Deadline @i, the earliest first, equal times in the order of setting. */
const char *eh_reaction_get_deadline (const EhReaction *self, guint i, gint64 *time);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhReaction, eh_reaction_free)

G_END_DECLS
