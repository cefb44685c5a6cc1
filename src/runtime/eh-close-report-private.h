/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "runtime/eh-close-report.h"
#include "runtime/eh-consumer.h"

G_BEGIN_DECLS

/* Filled while a client is closed, then handed out. */
EhCloseReport *eh_close_report_new (void);
void eh_close_report_set_n_commands (EhCloseReport *self, guint n);
void eh_close_report_set_head (EhCloseReport *self, guint64 head);
void eh_close_report_add_consumer (EhCloseReport *self, EhConsumer *consumer);
/* @error: (transfer full) (nullable): nothing is noted of NULL */
void eh_close_report_add_error (EhCloseReport *self, const char *where, GError *error);

G_END_DECLS
