/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus.h"

G_BEGIN_DECLS

#define EH_TYPE_CALL_LOG (eh_call_log_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhCallLog, eh_call_log, EH, CALL_LOG, GObject)

/**
 * EhCallLog:
 *
 * Every call that mocks got, in the order in which the calls began. A store and a bus may share one, which then tells
 * what was saved before what was published. Any thread may call.
 *
 * Operations of a store are called "append", "read-stream", "read-all", "get-version", "get-head", "delete",
 * "save-snapshot", "load-snapshot"; those of a bus "publish", "deliver", "subscribe", "unsubscribe", "flush"; both have
 * "close". The subject is what it was done to: a stream's name; of "read-all" the category; of a bus the topic,
 * with "*" for a part that was %NULL; "" where there is none.
 *
 * What accessors return lasts until the log is cleared or freed.
 */

/**
 * eh_call_log_new:
 *
 * Makes an empty log.
 *
 * Returns: (transfer full): the log
 */
EH_PUBLIC EhCallLog *eh_call_log_new (void);

/**
 * eh_call_log_get_size:
 *
 * Tells how many calls there were.
 *
 * Returns: the number of calls
 */
EH_PUBLIC guint eh_call_log_get_size (EhCallLog *self);

/**
 * eh_call_log_get_operation:
 * @i: which call, below the size
 *
 * Tells what was called.
 *
 * Returns: (transfer none): the operation's name, such as "append"
 */
EH_PUBLIC const char *eh_call_log_get_operation (EhCallLog *self, guint i);

/**
 * eh_call_log_get_subject:
 * @i: which call, below the size
 *
 * Tells what it was done to.
 *
 * Returns: (transfer none): a stream, a category, a topic, or ""
 */
EH_PUBLIC const char *eh_call_log_get_subject (EhCallLog *self, guint i);

/**
 * eh_call_log_get_arguments:
 * @i: which call, below the size
 *
 * Tells the other arguments in words: "AccountCreated, expecting version 0".
 *
 * Returns: (transfer none): the text; "" if there are none
 */
EH_PUBLIC const char *eh_call_log_get_arguments (EhCallLog *self, guint i);

/**
 * eh_call_log_get_outcome:
 * @i: which call, below the size
 *
 * Tells in words how it ended: "version 1", "failed: ...".
 *
 * Returns: (transfer none) (nullable): the text, or %NULL while the call is under way
 */
EH_PUBLIC const char *eh_call_log_get_outcome (EhCallLog *self, guint i);

/**
 * eh_call_log_get_error:
 * @i: which call, below the size
 *
 * Tells the error that the caller got.
 *
 * Returns: (transfer none) (nullable): the error, or %NULL if the call succeeded or is under way
 */
EH_PUBLIC const GError *eh_call_log_get_error (EhCallLog *self, guint i);

/**
 * eh_call_log_get_fault:
 * @i: which call, below the size
 *
 * Tells which planned fault struck, if any; a delay beside another fault is not told.
 *
 * Returns: (transfer none) (nullable): the fault's name, such as "append-ambiguous"
 */
EH_PUBLIC const char *eh_call_log_get_fault (EhCallLog *self, guint i);

/**
 * eh_call_log_count:
 * @operation: (nullable): only calls of this operation; it must be one of the names above
 * @subject: (nullable): only calls whose subject matches this glob ("*" and "?")
 *
 * Counts calls.
 *
 * Returns: how many there were
 */
EH_PUBLIC guint eh_call_log_count (EhCallLog *self, const char *operation, const char *subject);

/**
 * eh_call_log_has_order:
 * @calls: (array zero-terminated=1): operations, each alone or with a glob of the subject behind a space:
 *   "append Account-*"
 * @n_found: (out) (optional): how many of @calls were found in order
 *
 * Looks for calls in this order, among any others.
 *
 * Returns: whether all were found
 */
EH_PUBLIC gboolean eh_call_log_has_order (EhCallLog *self, const char *const *calls, guint *n_found);

/**
 * eh_call_log_clear:
 *
 * Forgets all calls.
 */
EH_PUBLIC void eh_call_log_clear (EhCallLog *self);

/**
 * eh_call_log_to_string:
 *
 * Writes the log for a person to read, a line a call.
 *
 * Returns: (transfer full): the text; "" if there were no calls
 */
EH_PUBLIC char *eh_call_log_to_string (EhCallLog *self);

G_END_DECLS
