/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-error.h"

G_BEGIN_DECLS

/* More are not kept: most that are given back may be none that are made of spare ones. */
#define EH_SPARE_ERRORS_MAX 64

/*
 * Errors of EH_ERROR that nobody needs any more, to be made conflicts of: GLib looks up twice under a lock of the whole
 * process how to make and to free one. Of one thread; all zero is empty.
 */
typedef struct {
  GPtrArray *errors; /* (owned) (nullable) */
} EhSpareErrors;

/* As eh_error_new_conflict(). */
GError *eh_spare_errors_make_conflict (EhSpareErrors *self, const char *stream, gint64 expected, guint64 actual);
/* @error: (transfer full): of any domain */
void eh_spare_errors_add (EhSpareErrors *self, GError *error);
void eh_spare_errors_clear (EhSpareErrors *self);

G_END_DECLS
