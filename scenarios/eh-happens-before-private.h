/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mocks/eh-op-private.h"

G_BEGIN_DECLS

/*
 * Which of a run's operations had to come before which: by the order of their task, and by the resources that both
 * touch and at least one writes. Vector clocks, kept for each operation; for each resource the last writer and who has
 * read since.
 */
typedef struct _EhHappensBefore EhHappensBefore;

EhHappensBefore *eh_happens_before_new (void);
void eh_happens_before_free (EhHappensBefore *self);

/* Forgets all. Tasks are numbered below @n_tasks. */
void eh_happens_before_reset (EhHappensBefore *self, guint n_tasks);

/*
 * Adds the next operation. @races is filled with the earlier ones of other tasks that it is in a race with: dependent,
 * and nothing between them orders them otherwise. They are valid until the next call.
 */
void eh_happens_before_add (EhHappensBefore *self, guint task, const EhOp *op, const guint **races, guint *n_races);

guint eh_happens_before_get_task (const EhHappensBefore *self, guint event);
/* Whether @a had to come before @b, which is another one and was added later. */
gboolean eh_happens_before_is (const EhHappensBefore *self, guint a, guint b);

G_END_DECLS
