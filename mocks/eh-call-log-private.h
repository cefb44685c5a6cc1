/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mocks/eh-call-log.h"
#include "mocks/eh-mock-operation-private.h"

G_BEGIN_DECLS

/* One call in a log. The caller keeps it until it ends, also if the log is cleared meanwhile. */
typedef struct _EhLoggedCall EhLoggedCall;

/* @arguments: (transfer full) (nullable) */
EhLoggedCall *eh_call_log_begin (EhCallLog *self, EhMockOperation operation, const char *subject, char *arguments);

/* @call: (transfer full); @outcome: (transfer full); @fault: (nullable): static; @error: (nullable): copied. */
void eh_call_log_end (EhCallLog *self, EhLoggedCall *call, char *outcome, const char *fault, const GError *error);

/*
 * Takes "append" or "append Account-*" apart; @subject (out) is in @text, or NULL. Error: EH_ERROR_INVALID.
 */
gboolean eh_call_log_parse_call (const char *text, EhMockOperation *operation, const char **subject, GError **error);

G_END_DECLS
