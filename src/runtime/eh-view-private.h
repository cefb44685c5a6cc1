/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-domain.h"

G_BEGIN_DECLS

/*
 * The rows of a projection and the position that they show: the fold alone, without a store, a thread or a lock.
 * Scenarios, simulations and EhProjection fold views by it.
 */
typedef struct _EhView EhView;

EhView *eh_view_new (EhDomain *domain, const EhProjectionType *type);
void eh_view_free (EhView *self);

/* Folds one event as stored; one at or below the position changes nothing. As eh_domain_lift_event(). */
gboolean eh_view_apply (EhView *self, EhEvent *event, GError **error);
/* Folds one event whatever its position, as it would be if the view were not idempotent. For checks. */
gboolean eh_view_apply_again (EhView *self, EhEvent *event, GError **error);

guint64 eh_view_get_position (const EhView *self);
void eh_view_set_position (EhView *self, guint64 position);
guint eh_view_get_n_rows (const EhView *self);
/* Row @i in the order in which rows were made; (transfer none) */
gconstpointer eh_view_get_nth (const EhView *self, guint i, const char **key);
gconstpointer eh_view_get_row (const EhView *self, const char *key);

/* Whether both have the same rows, in whatever order. */
gboolean eh_view_equal (const EhView *a, const EhView *b);

/* One JSON object, rows by key in the order in which they were made. */
gboolean eh_view_write_json (const EhView *self, GString *out, GError **error);
/* Replaces all rows by those of @text. */
gboolean eh_view_read_json (EhView *self, const char *text, gssize length, GError **error);

/* The domain's row invariants about this type. */
gboolean eh_view_check_invariants (const EhView *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhView, eh_view_free)

G_END_DECLS
