/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus.h"

G_BEGIN_DECLS

/**
 * EhSimulationWatch: (skip)
 *
 * Looks from outside at simulations that are being explored, so that a program can say what hangs when a command
 * handler never returns, or recurses through its stack. Neither can be stopped, so that the program has to end.
 */
typedef struct _EhSimulationWatch EhSimulationWatch;

/**
 * EhSimulationStuck: (skip)
 * @what: "client alice, step 2 (PerformDeposit): the handler does not return: it blocks or loops"
 *
 * Says so and ends the program. It is called in the watch's own thread, while who is stuck may hold any lock, or by a
 * signal: it may only do what a signal handler may.
 */
typedef void (*EhSimulationStuck) (const char *what, gpointer user_data);

/**
 * eh_simulation_watch_new: (skip)
 * @stuck: ends the program
 * @user_data: for @stuck
 *
 * For eh_simulation_explore_watched(). A handler is stuck when its run has done no operation for ten seconds; the
 * environment's EVENTHUS_PATIENCE says another number, and under valgrind it is twenty times as many. While there is a
 * watch it handles SIGSEGV and SIGBUS; what is not about a client's stack goes to who handled them before. If there are
 * several at a time, the first does.
 *
 * Returns: (transfer full): a watch
 */
EH_PUBLIC EhSimulationWatch *eh_simulation_watch_new (EhSimulationStuck stuck, gpointer user_data);

/**
 * eh_simulation_watch_free: (skip)
 *
 * After the explorations that it watches.
 */
EH_PUBLIC void eh_simulation_watch_free (EhSimulationWatch *self);

G_END_DECLS
