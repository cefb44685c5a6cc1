/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "conformance/eh-conformance-suite-private.h"

G_BEGIN_DECLS

EhConformanceResult *eh_conformance_result_new (const char *name, guint64 seed);

/* @failure: (nullable) (transfer full) */
void
eh_conformance_result_add (EhConformanceResult *self, const EhConformanceCase *about, gint64 duration, char *failure);

/* What cannot be tried over this subject. */
void eh_conformance_result_leave_out (EhConformanceResult *self, const char *name);

G_END_DECLS
