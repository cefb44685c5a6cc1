/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-scenario-run-private.h"

G_BEGIN_DECLS

/*
 * The automatic checks, which every scenario does unasked. They work beside the production code: a command is
 * rehearsed on the state that the handler will see, before it is dispatched; streams are folded again when all is done.
 */

/*
 * Decides @command beside the handler and checks how it decides: that it keeps to what a handler may return, and
 * pure-handler, decide-twice, codec.
 * Returns: whether the command was refused there
 */
gboolean eh_checks_rehearse (EhScenarioRun *run, EhCommand *command);

/* Folds every stream that was touched again: known-events, codec, replay, snapshot-cuts. */
void eh_checks_fold_again (EhScenarioRun *run);

/* The domain's invariants on every aggregate that was touched. @when: "after given" */
void eh_checks_invariants (EhScenarioRun *run, const char *when);

/* The same on every row of a view and every process. */
void eh_checks_consumer_invariants (EhScenarioRun *run, const char *when);

/*
 * Does the same again at other paces of the projections and process managers, in a twin of the run, and compares what
 * has come of it: redelivery, restart.
 */
void eh_checks_consumers (EhScenarioRun *run);

/*
 * Has all events delivered again, after which nothing may be different: else a failure of "redelivery" is added.
 * Returns: FALSE with @error set if a consumer could not go on
 */
gboolean eh_checks_redeliver (EhScenarioRun *run, const char *place, GError **error);

/* Whether @value survives encoding and decoding; if not, a failure of "codec" about @what is added. */
gboolean eh_checks_codec (EhScenarioRun *run, const EhSchema *schema, gconstpointer value, const char *what);

G_END_DECLS
