/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus.h"

G_BEGIN_DECLS

#define EH_TYPE_COVERAGE (eh_coverage_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhCoverage, eh_coverage, EH, COVERAGE, GObject)

/**
 * EhCoverage:
 *
 * What a set of scenarios has tried of a domain: how often each command was accepted and refused, each type of event
 * produced, each event rule run. One thread.
 */

EH_PUBLIC EhCoverage *eh_coverage_new (EhDomain *domain);

/**
 * eh_coverage_add_command: (skip)
 *
 * Counts a command that was decided.
 */
EH_PUBLIC void
eh_coverage_add_command (EhCoverage *self, const EhAggregateType *type, const EhSchema *command, gboolean accepted);

/**
 * eh_coverage_add_event: (skip)
 *
 * Counts an event that a command produced, or (@produced %FALSE) that was only folded.
 */
EH_PUBLIC void
eh_coverage_add_event (EhCoverage *self, const EhAggregateType *type, const EhSchema *event, gboolean produced);

/**
 * EhCoverageRowKind:
 * @EH_COVERAGE_COMMAND: a command
 * @EH_COVERAGE_EVENT: an event
 */
typedef enum {
  EH_COVERAGE_COMMAND,
  EH_COVERAGE_EVENT,
} EhCoverageRowKind;

/**
 * EhCoverageRow: (skip)
 *
 * One rule of the domain and its counts: accepted and refused, or produced and folded.
 */
typedef struct {
  EhCoverageRowKind kind;
  const EhAggregateType *type;
  const EhSchema *schema;
  guint64 accepted;
  guint64 refused;
  guint64 produced;
  guint64 folded;
} EhCoverageRow;

EH_PUBLIC guint eh_coverage_get_n_rows (EhCoverage *self);

/**
 * eh_coverage_get_row: (skip)
 *
 * Returns: row @i: aggregate types in the order of the domain, commands first
 */
EH_PUBLIC const EhCoverageRow *eh_coverage_get_row (EhCoverage *self, guint i);

/**
 * eh_coverage_print_line: (skip)
 *
 * Appends one line: "coverage: all 4 commands accepted and refused, all 4 events produced", or what is lacking:
 * "coverage: never produced OwnerChanged; never refused CreateAccount; rules never run OwnerChanged".
 */
EH_PUBLIC void eh_coverage_print_line (EhCoverage *self, GString *out);

/**
 * eh_coverage_print_table: (skip)
 *
 * Appends the table, a row a rule, what is lacking marked.
 */
EH_PUBLIC void eh_coverage_print_table (EhCoverage *self, gboolean colour, GString *out);

G_END_DECLS
