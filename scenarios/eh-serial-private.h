/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-trial-struct-private.h"

G_BEGIN_DECLS

/*
 * Serial equivalence: is there one order of all steps, which keeps each client's own order and the order of events in
 * each stream, in which every command, decided by the domain's own handler when it is its turn, leads to just what it
 * led to in the run, and in which every other step finds each stream at the version that it read first? A step that
 * is not a command is one transaction. Since the order of events is fixed, a stream's state is known from its
 * version, so that only the versions have to be searched, not the states.
 *
 * What binds nobody: a command that had no effect and whose client was told so (a conflict, an injected error) or never
 * learnt it; what a stale load of an injected fault led to, if nothing was appended.
 */

typedef enum {
  EH_SERIAL_FREE,   /* fits anywhere */
  EH_SERIAL_READER, /* appended nothing */
  EH_SERIAL_WRITER,
} EhSerialKind;

typedef enum {
  EH_SERIAL_FOUND,
  EH_SERIAL_NONE,
  EH_SERIAL_UNKNOWN,
} EhSerialResult;

gboolean eh_serial_is_command (const EhTrialStep *record);
EhSerialKind eh_serial_get_kind (EhTrial *self, const EhTrialStep *record);
/* The load that a step's place depends on, from @i on; EH_TRIAL_NONE if there is no more. */
guint eh_serial_next_read (EhTrial *self, const EhTrialStep *record, guint i);

/* ---- eh-serial-decide.c: a decision once more ---- */

typedef struct {
  EhEventPage *events; /* (owned) (nullable): NULL if refused */
  GError *error;       /* (owned) (nullable) */
} EhSerialDecision;

void eh_serial_decision_clear (EhSerialDecision *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EhSerialDecision, eh_serial_decision_clear)

/* Decides the command of @record on another state, at the same time with the same ids. */
void eh_serial_decide (EhTrial *self, const EhTrialStep *record, const EhAggregateType *type, gconstpointer state,
                       guint64 version, EhSerialDecision *decision);
gboolean eh_serial_decision_equal (const EhSerialDecision *a, const EhSerialDecision *b);
/* Whether it is what the command led to in the run. */
gboolean eh_serial_decision_fits (EhTrial *self, const EhTrialStep *record, const EhSerialDecision *decision);
/* Whether the command of a reader would lead to the same at that version. */
gboolean eh_serial_fits_at (EhTrial *self, const EhTrialStep *record, guint stream, guint64 version);

/* ---- eh-serial-search.c ---- */

EhSerialResult eh_serial_search (EhTrial *self);

/* ---- eh-serial-report.c: the sentences ---- */

void eh_serial_report_told (EhTrial *self, const EhTrialStep *record);
void eh_serial_report_decision (EhTrial *self, const EhTrialStep *record, const EhSerialDecision *decision);
void eh_serial_report_answer (EhTrial *self, const EhTrialStep *record);
void eh_serial_report_none (EhTrial *self);

/* ---- eh-serial-cycle.c ---- */

/* Whether a cycle of reads and appends was found and told. */
gboolean eh_serial_report_cycle (EhTrial *self);

G_END_DECLS
