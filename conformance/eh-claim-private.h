/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus.h"

G_BEGIN_DECLS

/*
 * How the cases of the suites say what must hold: each returns whether it does, and else sets an error that says what
 * it is and what it should be. They are chained with &&.
 */

gboolean eh_claim_fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);
gboolean eh_claim_true (gboolean holds, const char *what, GError **error);
gboolean eh_claim_uint (const char *what, guint64 actual, guint64 expected, GError **error);
gboolean eh_claim_text (const char *what, const char *actual, const char *expected, GError **error);
gboolean eh_claim_event (const EhEvent *actual, const EhEvent *expected, GError **error);

/* That @failure (nullable; freed) is an EH_ERROR of this @code. */
gboolean eh_claim_refused (const char *what, GError *failure, gint code, GError **error);

/* That what just failed with *error failed for no reason of ours; puts @what in front of it. Returns FALSE. */
gboolean eh_claim_blame (const char *what, GError **error);

/* Numbers in the order given, runs in short: "1..5 9 11 12". */
char *eh_claim_describe_numbers (const guint64 *numbers, guint n);

G_END_DECLS
