/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-simulation-watch.h"
#include "scenarios/eh-simulation.h"

G_BEGIN_DECLS

/**
 * EhSimulationStatus:
 * @EH_SIMULATION_PROVEN: nothing found, and everything was covered: exhaustive
 * @EH_SIMULATION_SAMPLED: nothing found in the runs that were made
 * @EH_SIMULATION_PASSED: the one run of a schedule passes all checks
 * @EH_SIMULATION_VIOLATION: a check failed
 * @EH_SIMULATION_EXPECTED: the check that was expected to fail did
 * @EH_SIMULATION_NOT_DETERMINISTIC: the same choices led to another run: the domain looks at something outside the
 *   world
 * @EH_SIMULATION_NO_PROGRESS: a deadlock, or endless retries
 * @EH_SIMULATION_NO_BUDGET: the budget was too small for one run
 * @EH_SIMULATION_DIVERGED: a schedule does not fit any more
 */
typedef enum {
  EH_SIMULATION_PROVEN,
  EH_SIMULATION_SAMPLED,
  EH_SIMULATION_PASSED,
  EH_SIMULATION_VIOLATION,
  EH_SIMULATION_EXPECTED,
  EH_SIMULATION_NOT_DETERMINISTIC,
  EH_SIMULATION_NO_PROGRESS,
  EH_SIMULATION_NO_BUDGET,
  EH_SIMULATION_DIVERGED,
} EhSimulationStatus;

#define EH_TYPE_SIMULATION_RESULT (eh_simulation_result_get_type ())
EH_PUBLIC GType eh_simulation_result_get_type (void);

/**
 * EhSimulationResult:
 *
 * What came of exploring a simulation. Reference-counted; immutable.
 */
typedef struct _EhSimulationResult EhSimulationResult;

EH_PUBLIC EhSimulationResult *eh_simulation_result_ref (EhSimulationResult *self);
EH_PUBLIC void eh_simulation_result_unref (EhSimulationResult *self);
EH_PUBLIC EhSimulation *eh_simulation_result_get_simulation (const EhSimulationResult *self);
EH_PUBLIC EhSimulationStatus eh_simulation_result_get_status (const EhSimulationResult *self);

/**
 * eh_simulation_result_get_check:
 *
 * Returns: (transfer none) (nullable): the check that failed: "serializable"
 */
EH_PUBLIC const char *eh_simulation_result_get_check (const EhSimulationResult *self);

/**
 * eh_simulation_result_get_sentence:
 *
 * Returns: (transfer none): what was found, in one sentence
 */
EH_PUBLIC const char *eh_simulation_result_get_sentence (const EhSimulationResult *self);
EH_PUBLIC guint64 eh_simulation_result_get_n_runs (const EhSimulationResult *self);

/**
 * eh_simulation_result_get_n_distinct:
 *
 * Returns: how many runs differed by more than the order of independent steps
 */
EH_PUBLIC guint64 eh_simulation_result_get_n_distinct (const EhSimulationResult *self);

/**
 * eh_simulation_result_get_n_operations:
 *
 * Returns: how many operations all runs took: loads, appends, deliveries and the like
 */
EH_PUBLIC guint64 eh_simulation_result_get_n_operations (const EhSimulationResult *self);

/**
 * eh_simulation_result_get_unseen:
 *
 * Returns: an estimate of the chance that one more run would show something new; 1 if nothing is known about it, as of
 *   an exhaustive search that was cut off
 */
EH_PUBLIC double eh_simulation_result_get_unseen (const EhSimulationResult *self);

/**
 * eh_simulation_result_get_failure_json:
 *
 * Returns: (transfer none) (nullable): the shrunk failure as a scenario file's text
 */
EH_PUBLIC const char *eh_simulation_result_get_failure_json (const EhSimulationResult *self);

/**
 * eh_simulation_result_save_failure: (skip)
 * @folder: where
 * @error: G_FILE_ERROR
 *
 * Writes the shrunk failure as NAME.failure.json, where NAME is the simulation's, in lower case, with a "-" for
 * whatever is not a letter or a digit. If more than blanks changed, a "-" and 8 digits follow that tell such names
 * apart.
 *
 * Returns: (transfer full) (nullable): the file's path
 */
EH_PUBLIC char *eh_simulation_result_save_failure (const EhSimulationResult *self, const char *folder, GError **error);

/**
 * EhSimulationPrint: (skip)
 * @indent: spaces before each line
 * @width: how wide the table may be; 0 for 100 columns
 * @colour: whether to use terminal colours
 * @note: (nullable): lines to put behind the sentence: the file of the failure, the command that replays it
 * @brief: leave out the run of what came out as it should
 */
typedef struct {
  guint indent;
  guint width;
  gboolean colour;
  const char *note;
  gboolean brief;
} EhSimulationPrint;

/**
 * eh_simulation_result_print: (skip)
 *
 * Appends the report for a person: the sentence, the table of the run (a column per client, store, bus), expected
 * against actual states, what shrinking did; for a run without a finding, what was covered and what was not.
 */
EH_PUBLIC void
eh_simulation_result_print (const EhSimulationResult *self, const EhSimulationPrint *style, GString *out);

/**
 * eh_simulation_result_to_json: (skip)
 *
 * Returns: (transfer full): the same for a script; its members are documented in eventhus-simulate(1)
 */
EH_PUBLIC JsonNode *eh_simulation_result_to_json (const EhSimulationResult *self);

/**
 * eh_simulation_results_to_html: (skip)
 * @results: (array length=n_results): what is on the page
 *
 * Returns: (transfer full): one page that needs nothing else: no network, no other file
 */
EH_PUBLIC char *eh_simulation_results_to_html (const EhSimulationResult *const *results, guint n_results);

/**
 * EhSimulationProgress: (skip)
 * @line: what to show: runs, runs a second, distinct behaviours, estimate unseen, faults fired
 */
typedef void (*EhSimulationProgress) (const char *line, gpointer user_data);

/**
 * eh_simulation_explore: (skip)
 * @domain: sealed
 * @overrides: (nullable): JSON like "explore" in a file, which wins over the simulation's own; "jobs" too
 * @progress: (nullable): called about once a second
 * @error: EH_ERROR_INVALID what cannot be set up: given events that do not fold
 *
 * Explores, and on a violation shrinks it, in this thread and as many others as there are jobs. A simulation with a
 * schedule is that one run.
 *
 * Returns: (transfer full): the result
 */
EH_PUBLIC EhSimulationResult *eh_simulation_explore (EhDomain *domain, EhSimulation *simulation, const char *overrides,
                                                     EhSimulationProgress progress, gpointer user_data, GError **error);

/**
 * eh_simulation_explore_watched: (skip)
 * @watch: (nullable): says of a run that does not end
 *
 * As eh_simulation_explore(), for a program that wants to know of a run that does not end.
 *
 * Returns: (transfer full): the result
 */
EH_PUBLIC EhSimulationResult *
eh_simulation_explore_watched (EhDomain *domain, EhSimulation *simulation, const char *overrides,
                               EhSimulationWatch *watch, EhSimulationProgress progress, gpointer user_data,
                               GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhSimulationResult, eh_simulation_result_unref)

G_END_DECLS
