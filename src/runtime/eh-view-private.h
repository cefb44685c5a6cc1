/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-domain.h"

G_BEGIN_DECLS

/*
 * The rows of a projection and the position that they show: the fold alone, without a store, a thread or a lock.
 * Scenarios, simulations and EhProjection fold views by it.
 */
typedef struct _EhView EhView;

EH_FOR_TESTING EhView *eh_view_new (EhDomain *domain, const EhProjectionType *type);
EH_FOR_TESTING void eh_view_free (EhView *self);
EH_FOR_TESTING const EhProjectionType *eh_view_get_type (const EhView *self);

/*
 * Folds one event as stored; one at or below the position changes nothing. Errors as eh_domain_lift_event(), and
 * EH_ERROR_INVALID for a key that is not UTF-8; then nothing has changed. An event of a category that is not the
 * domain's is passed over.
 */
EH_FOR_TESTING gboolean eh_view_apply (EhView *self, EhEvent *event, GError **error);
/* Folds one event whatever its position, as it would be if the view were not idempotent. For checks. */
EH_FOR_TESTING gboolean eh_view_apply_again (EhView *self, EhEvent *event, GError **error);

/* Begins to fetch the memory that folding @events, at most EH_VIEW_AHEAD of them, will wait for. */
void eh_view_prefetch (const EhView *self, EhEvent *const *events, guint n_events);
#define EH_VIEW_AHEAD 128

EH_FOR_TESTING guint64 eh_view_get_position (const EhView *self);
EH_FOR_TESTING void eh_view_set_position (EhView *self, guint64 position);
EH_FOR_TESTING guint eh_view_get_n_rows (const EhView *self);
/* Row @i in the order in which rows were made; (transfer none). Not while another thread reads the view. */
EH_FOR_TESTING gconstpointer eh_view_get_nth (const EhView *self, guint i, const char **key);
/* The row from *place on, which is 0 at first and moves on, in the same order; NULL if there is no more. */
EH_FOR_TESTING gconstpointer eh_view_next (const EhView *self, guint *place, const char **key);
EH_FOR_TESTING gconstpointer eh_view_get_row (const EhView *self, const char *key);

/* Whether both have the same rows, in whatever order. */
EH_FOR_TESTING gboolean eh_view_equal (const EhView *a, const EhView *b);

/* One JSON object, rows by key in the order in which they were made. */
EH_FOR_TESTING gboolean eh_view_write_json (const EhView *self, GString *out, GError **error);
/* Replaces all rows by those of @text. */
EH_FOR_TESTING gboolean eh_view_read_json (EhView *self, const char *text, gssize length, GError **error);

/* The domain's row invariants about this type. */
EH_FOR_TESTING gboolean eh_view_check_invariants (const EhView *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhView, eh_view_free)

G_END_DECLS
