/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus.h"

G_BEGIN_DECLS

#define EH_TYPE_VIRTUAL_CLOCK (eh_virtual_clock_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhVirtualClock, eh_virtual_clock, EH, VIRTUAL_CLOCK, GObject)

/**
 * EhVirtualClock:
 *
 * A clock whose time moves only when it is told, and on which work can be scheduled. Whoever sleeps on it moves
 * it: in a unit test nothing else can run meanwhile, but for the scheduled work, which runs in the order of its
 * time. Time never goes back. Any thread may call.
 *
 * #EhFixedClock is the smaller one: a number that moves, without anything that happens at a time. It belongs to the
 * library that services link; this one is for tests. In a simulated world neither is used: there the clock
 * moves when every client waits.
 */

/**
 * EhVirtualClockFunc:
 * @clock: the clock, whose time is that of the work, or later if it was late already when it was scheduled
 * @user_data: as scheduled
 *
 * Scheduled work. It may schedule, cancel, sleep and advance.
 */
typedef void (*EhVirtualClockFunc) (EhVirtualClock *clock, gpointer user_data);

/**
 * eh_virtual_clock_new:
 * @start: microseconds since 1970, such as EH_FIXED_CLOCK_START
 *
 * Makes a clock that stands at @start.
 *
 * Returns: (transfer full): the clock
 */
EH_PUBLIC EhVirtualClock *eh_virtual_clock_new (gint64 start);

/**
 * eh_virtual_clock_advance:
 * @interval: microseconds, 0 or more
 *
 * Moves the time on and runs, in the calling thread, what is scheduled on the way: by time, and of the same time in
 * the order of scheduling. Each sees its own time.
 */
EH_PUBLIC void eh_virtual_clock_advance (EhVirtualClock *self, gint64 interval);

/**
 * eh_virtual_clock_step:
 *
 * Moves the time on to the next scheduled work and runs that one.
 *
 * Returns: %FALSE if nothing is scheduled; then the time stands
 */
EH_PUBLIC gboolean eh_virtual_clock_step (EhVirtualClock *self);

/**
 * eh_virtual_clock_schedule:
 * @at: microseconds since 1970; if that has passed, the work runs when the clock is told to move next
 * @func: (scope notified) (closure user_data) (destroy destroy): the work
 * @user_data: for @func
 * @destroy: (nullable): frees @user_data when the work has run or was cancelled, or with the clock
 *
 * Schedules work.
 *
 * Returns: an id for eh_virtual_clock_cancel(), never 0
 */
EH_PUBLIC guint eh_virtual_clock_schedule (EhVirtualClock *self, gint64 at, EhVirtualClockFunc func, gpointer user_data,
                                           GDestroyNotify destroy);

/**
 * eh_virtual_clock_cancel:
 * @id: what eh_virtual_clock_schedule() returned
 *
 * Takes scheduled work back.
 *
 * Returns: %FALSE if it has begun or was cancelled before
 */
EH_PUBLIC gboolean eh_virtual_clock_cancel (EhVirtualClock *self, guint id);

/**
 * eh_virtual_clock_get_n_scheduled:
 *
 * Tells how much work is scheduled.
 *
 * Returns: the number of works that have not begun
 */
EH_PUBLIC guint eh_virtual_clock_get_n_scheduled (EhVirtualClock *self);

G_END_DECLS
