/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-version-macros.h"

G_BEGIN_DECLS

#define EH_TYPE_CLOSE_REPORT (eh_close_report_get_type ())
EH_PUBLIC GType eh_close_report_get_type (void);

/**
 * EhCloseReport:
 *
 * What was left when a client was closed. Immutable, reference-counted (atomically).
 */
typedef struct _EhCloseReport EhCloseReport;

EH_PUBLIC EhCloseReport *eh_close_report_ref (EhCloseReport *self);
EH_PUBLIC void eh_close_report_unref (EhCloseReport *self);

/**
 * eh_close_report_is_clean:
 *
 * Tells whether there is nothing to look after.
 *
 * Returns: whether no command was left, every consumer has handled all there is and parked nothing, what was published
 *   has been delivered, and nothing failed
 */
EH_PUBLIC gboolean eh_close_report_is_clean (const EhCloseReport *self);

/**
 * eh_close_report_get_n_commands:
 *
 * Tells how many commands were accepted and not done when the time was over. Those that had not started are answered
 * with EH_ERROR_CLOSED.
 *
 * Returns: the number of commands
 */
EH_PUBLIC guint eh_close_report_get_n_commands (const EhCloseReport *self);

/**
 * eh_close_report_get_head:
 *
 * Tells where the store ended.
 *
 * Returns: the position of the newest event
 */
EH_PUBLIC guint64 eh_close_report_get_head (const EhCloseReport *self);

/**
 * eh_close_report_get_n_consumers:
 *
 * Tells how many consumers the client ran.
 *
 * Returns: the number of consumers
 */
EH_PUBLIC guint eh_close_report_get_n_consumers (const EhCloseReport *self);

/**
 * eh_close_report_get_consumer:
 * @i: which, below the number of consumers
 * @position: (out) (optional): how far it has come; below the head it has more to do when it is started again
 * @n_parked: (out) (optional): how many events it has set aside
 *
 * Tells about one consumer.
 *
 * Returns: (transfer none): its name
 */
EH_PUBLIC const char *
eh_close_report_get_consumer (const EhCloseReport *self, guint i, guint64 *position, guint *n_parked);

/**
 * eh_close_report_get_n_errors:
 *
 * Tells how much went wrong.
 *
 * Returns: the number of errors
 */
EH_PUBLIC guint eh_close_report_get_n_errors (const EhCloseReport *self);

/**
 * eh_close_report_get_error:
 * @i: which, below the number of errors
 *
 * Tells what went wrong: a consumer that failed or could not save its checkpoint, a bus that could not deliver all, a
 * store that could not make all durable.
 *
 * Returns: (transfer none): the error
 */
EH_PUBLIC const GError *eh_close_report_get_error (const EhCloseReport *self, guint i);

/**
 * eh_close_report_to_string:
 *
 * Tells it to a person, a line for each thing that was left.
 *
 * Returns: (transfer full): the text; empty if the report is clean
 */
EH_PUBLIC char *eh_close_report_to_string (const EhCloseReport *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhCloseReport, eh_close_report_unref)

G_END_DECLS
