/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mocks/eh-call-log.h"

G_BEGIN_DECLS

/**
 * EhVerifyPlace: (skip)
 * @log_domain: of the test program
 * @file: the source file
 * @line: the line in it
 * @function: the function
 *
 * Where a verification stands; the macros fill it in.
 */
typedef struct {
  const char *log_domain;
  const char *file;
  gint line;
  const char *function;
} EhVerifyPlace;

/**
 * EH_VERIFY_HERE: (skip)
 *
 * The place where it is written.
 */
#define EH_VERIFY_HERE (&(const EhVerifyPlace){ G_LOG_DOMAIN, __FILE__, __LINE__, G_STRFUNC })

/**
 * eh_assert_called: (skip)
 * @log: what was called
 * @operation: such as "append"; see #EhCallLog
 * @n: how often
 *
 * Fails the test, and prints the log, unless @operation was called @n times. A name that is no operation's fails too.
 */
#define eh_assert_called(log, operation, n) eh_verify_called (EH_VERIFY_HERE, log, operation, NULL, n)

/**
 * eh_assert_called_with: (skip)
 * @log: what was called
 * @operation: such as "append"
 * @subject: a glob of the stream or topic
 * @n: how often
 *
 * As eh_assert_called(), for calls whose subject matches.
 */
#define eh_assert_called_with(log, operation, subject, n) eh_verify_called (EH_VERIFY_HERE, log, operation, subject, n)

/**
 * eh_assert_never_called: (skip)
 * @log: what was called
 * @operation: such as "append"
 *
 * Fails the test, and prints the log, if @operation was called.
 */
#define eh_assert_never_called(log, operation) eh_verify_called (EH_VERIFY_HERE, log, operation, NULL, 0)

/**
 * eh_assert_called_in_order: (skip)
 * @log: what was called
 * @...: operations, each alone or with a glob: "append Account-*", "publish"
 *
 * Fails the test, and prints the log, unless the calls were made in this order, among any others.
 */
#define eh_assert_called_in_order(log, ...)                                                                            \
  eh_verify_called_in_order (EH_VERIFY_HERE, log, (const char *const[]){ __VA_ARGS__, NULL })

/**
 * eh_verify_called: (skip)
 * @place: where it stands
 * @log: what was called
 * @operation: such as "append"
 * @subject: (nullable): a glob of the stream or topic
 * @n: how often
 *
 * What eh_assert_called() and its kin do.
 */
EH_PUBLIC void
eh_verify_called (const EhVerifyPlace *place, EhCallLog *log, const char *operation, const char *subject, guint n);

/**
 * eh_verify_called_in_order: (skip)
 * @place: where it stands
 * @log: what was called
 * @calls: (array zero-terminated=1): as eh_call_log_has_order()
 *
 * What eh_assert_called_in_order() does, for a list that is made while the test runs.
 */
EH_PUBLIC void eh_verify_called_in_order (const EhVerifyPlace *place, EhCallLog *log, const char *const *calls);

G_END_DECLS
