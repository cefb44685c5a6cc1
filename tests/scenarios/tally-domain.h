/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus-testing.h"

G_BEGIN_DECLS

/*
 * A tally that counts: as small as a domain gets, with a command that leads to any number of events. Its errors are
 * those of EH_ERROR. And what the tests of the runner do with it.
 */

typedef struct {
  const char *name;
} StartTally;

typedef struct {
  gint64 *amounts;
  gsize n_amounts;
  const char *name; /* (nullable): a new name, told last */
} CountUp;

typedef struct {
  const char *name;
} TallyStarted;

typedef struct {
  gint64 amount;
} Counted;

typedef struct {
  const char *name;
} TallyRenamed;

typedef struct {
  char *name;
  gint64 total;
} Tally;

EH_DECLARE_SCHEMA (start_tally)
EH_DECLARE_SCHEMA (count_up)
EH_DECLARE_SCHEMA (tally_started)
EH_DECLARE_SCHEMA (counted)
EH_DECLARE_SCHEMA (tally_renamed)
EH_DECLARE_SCHEMA (tally_schema)

/* A total above this is refused: EH_ERROR_LIMIT, "limit". */
#define TALLY_MAX 1000

/* A fresh domain called "counting", sealed. */
EhDomain *tally_domain_new (void);

/* Runs a scenario; a spec that is not well-formed fails the test. */
EhScenarioResult *run_spec (EhDomain *domain, const EhScenarioSpec *spec);

/* Runs the scenario that is the JSON object @text. */
EhScenarioResult *run_json (EhDomain *domain, const char *text);

/* The only scenario of a file with the JSON object @text. */
EhScenario *scenario_from_json (EhDomain *domain, const char *text);

void assert_passed (EhScenarioResult *result);

/* There is one failure, of @check, and its message is @message. */
void assert_failed (EhScenarioResult *result, const char *check, const char *message);

/* The diff of failure @i, printed, is @lines. */
void assert_diff (EhScenarioResult *result, guint i, const char *lines);

/* How often a property is tried, divided by EH_TEST_SLOW. */
guint count_of_runs (guint n);

G_END_DECLS
