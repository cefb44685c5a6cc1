/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-process-manager.h"
#include "eh-process-step-private.h"

G_BEGIN_DECLS

/*
 * What is due when, of all processes of a type: the earliest first, equal times in the order in which they were set.
 * Only a reminder, which may be behind or ahead: whether a deadline is really set, the process's newest step tells.
 * Any thread may call.
 */
typedef struct _EhDeadlineTable EhDeadlineTable;

EhDeadlineTable *eh_deadline_table_new (void);
void eh_deadline_table_free (EhDeadlineTable *self);

/* The process @key has these and no others. */
void eh_deadline_table_set (EhDeadlineTable *self, const char *key, const EhStepDeadline *deadlines, gsize n);

gint64 eh_deadline_table_get_due (EhDeadlineTable *self);

/* Deadline @i of those that are due at @now. Returns: FALSE if there are not so many */
gboolean eh_deadline_table_get (EhDeadlineTable *self, guint i, gint64 now, char **key, char **name, gint64 *time);

/* Calls @func without a lock, on what was set when it was called. */
void eh_deadline_table_foreach (EhDeadlineTable *self, EhDeadlineEntryFunc func, gpointer user_data);

void eh_deadline_table_clear (EhDeadlineTable *self);

/* As kept with a checkpoint. */
#define EH_DEADLINE_TABLE_SHAPE "deadlines"
#define EH_DEADLINE_TABLE_REVISION 1
GBytes *eh_deadline_table_save (EhDeadlineTable *self, GError **error);
gboolean eh_deadline_table_load (EhDeadlineTable *self, GBytes *payload, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhDeadlineTable, eh_deadline_table_free)

G_END_DECLS
