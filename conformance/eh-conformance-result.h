/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus.h"

G_BEGIN_DECLS

#define EH_TYPE_CONFORMANCE_RESULT (eh_conformance_result_get_type ())
EH_PUBLIC GType eh_conformance_result_get_type (void);

/**
 * EhConformanceResult:
 *
 * What a store or a bus was held to, case by case, and what did not hold. Reference-counted (atomically), immutable.
 */
typedef struct _EhConformanceResult EhConformanceResult;

EH_PUBLIC EhConformanceResult *eh_conformance_result_ref (EhConformanceResult *self);
EH_PUBLIC void eh_conformance_result_unref (EhConformanceResult *self);

/**
 * eh_conformance_result_get_name:
 *
 * Tells what was tried.
 *
 * Returns: (transfer none): the name that its factory gave
 */
EH_PUBLIC const char *eh_conformance_result_get_name (const EhConformanceResult *self);

/**
 * eh_conformance_result_get_seed:
 *
 * Tells where the random cases took their numbers from.
 *
 * Returns: the seed
 */
EH_PUBLIC guint64 eh_conformance_result_get_seed (const EhConformanceResult *self);

/**
 * eh_conformance_result_get_n_cases:
 *
 * Tells how many cases were run.
 *
 * Returns: the number of cases
 */
EH_PUBLIC guint eh_conformance_result_get_n_cases (const EhConformanceResult *self);

/**
 * eh_conformance_result_get_n_failed:
 *
 * Tells how many cases did not hold.
 *
 * Returns: the number of failures
 */
EH_PUBLIC guint eh_conformance_result_get_n_failed (const EhConformanceResult *self);

/**
 * eh_conformance_result_get_n_left_out:
 *
 * Tells how many cases were asked for that need what only a factory of one's own can give: `sever`, `count_parked`.
 *
 * Returns: the number of cases that were not run
 */
EH_PUBLIC guint eh_conformance_result_get_n_left_out (const EhConformanceResult *self);

/**
 * eh_conformance_result_get_left_out:
 * @i: which of them
 *
 * Names a case that was not run: "life/severed".
 *
 * Returns: (transfer none): the name
 */
EH_PUBLIC const char *eh_conformance_result_get_left_out (const EhConformanceResult *self, guint i);

/**
 * eh_conformance_result_get_case_name:
 * @i: which case, below the number of cases
 *
 * Names a case: "expected/exact". The part before the slash is its section's.
 *
 * Returns: (transfer none): the name
 */
EH_PUBLIC const char *eh_conformance_result_get_case_name (const EhConformanceResult *self, guint i);

/**
 * eh_conformance_result_get_case_section:
 * @i: which case, below the number of cases
 *
 * Gives the title of a case's section: "B. Expected version". Cases of a section follow each other.
 *
 * Returns: (transfer none): the title
 */
EH_PUBLIC const char *eh_conformance_result_get_case_section (const EhConformanceResult *self, guint i);

/**
 * eh_conformance_result_get_case_capability:
 * @i: which case, below the number of cases
 *
 * Tells which capability a case is about: "append", "read-all", "delete", "snapshots", "durable"; of buses "publish",
 * "subscribe" and so on. If the subject does not have it, the case has shown that it refuses.
 *
 * Returns: (transfer none): the capability
 */
EH_PUBLIC const char *eh_conformance_result_get_case_capability (const EhConformanceResult *self, guint i);

/**
 * eh_conformance_result_get_case_summary:
 * @i: which case, below the number of cases
 *
 * Says in a sentence what a case demands.
 *
 * Returns: (transfer none): the sentence
 */
EH_PUBLIC const char *eh_conformance_result_get_case_summary (const EhConformanceResult *self, guint i);

/**
 * eh_conformance_result_get_case_failure:
 * @i: which case, below the number of cases
 *
 * Says what did not hold.
 *
 * Returns: (transfer none) (nullable): the message; %NULL if the case holds
 */
EH_PUBLIC const char *eh_conformance_result_get_case_failure (const EhConformanceResult *self, guint i);

/**
 * eh_conformance_result_get_case_duration:
 * @i: which case, below the number of cases
 *
 * Tells how long a case took.
 *
 * Returns: microseconds
 */
EH_PUBLIC gint64 eh_conformance_result_get_case_duration (const EhConformanceResult *self, guint i);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhConformanceResult, eh_conformance_result_unref)

G_END_DECLS
