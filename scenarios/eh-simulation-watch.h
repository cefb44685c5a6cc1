/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus.h"

G_BEGIN_DECLS

/**
 * EhSimulationWatch: (skip)
 *
 * Looks from outside at simulations that are being explored, so that a program can say what hangs when a command
 * handler never returns or recurses without end. The program's signal handlers ask it; nothing is printed or ended
 * here.
 */
typedef struct _EhSimulationWatch EhSimulationWatch;

EH_PUBLIC EhSimulationWatch *eh_simulation_watch_new (void);

/**
 * eh_simulation_watch_free: (skip)
 *
 * After the explorations that it watches.
 */
EH_PUBLIC void eh_simulation_watch_free (EhSimulationWatch *self);

/**
 * eh_simulation_watch_tick: (skip)
 * @limit: how many ticks a run may go without an operation
 * @buffer: (out): where it is said who runs: "client alice, step 2 (PerformDeposit)"
 *
 * To be called regularly, from a signal handler or a thread.
 *
 * Returns: whether a run has stood still for @limit ticks
 */
EH_PUBLIC gboolean eh_simulation_watch_tick (EhSimulationWatch *self, guint limit, char *buffer, gsize size);

/**
 * eh_simulation_watch_owns_guard: (skip)
 * @address: where a SIGSEGV happened
 * @buffer: (out): who ran there: "client alice, step 2 (PerformDeposit)"
 *
 * To be called from a handler of SIGSEGV on an alternative stack; threads that explore have one while they are
 * watched.
 *
 * Returns: whether @address is just behind the stack of a client: its handler recursed through it
 */
EH_PUBLIC gboolean eh_simulation_watch_owns_guard (EhSimulationWatch *self, gconstpointer address, char *buffer,
                                                   gsize size);

G_END_DECLS
