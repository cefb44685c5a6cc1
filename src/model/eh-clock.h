/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "eh-version-macros.h"

G_BEGIN_DECLS

#define EH_TYPE_CLOCK (eh_clock_get_type ())
EH_PUBLIC
G_DECLARE_INTERFACE (EhClock, eh_clock, EH, CLOCK, GObject)

/**
 * EhClockInterface:
 * @now: the time in microseconds since 1970
 * @sleep: waits for @interval microseconds; see eh_clock_sleep()
 * @give_way: (nullable): lets others go on for a moment, in surroundings where threads must not be blocked; %FALSE with
 *   the error set if the caller is not to go on. Who waits for somebody else calls it until that one is done; %NULL
 *   where threads can wait for each other
 *
 * Where the library takes its time from, and the one way in which it waits. A simulated world implements it
 * with virtual time and fibers. All functions are called from any thread.
 */
struct _EhClockInterface {
  GTypeInterface parent_iface;

  gint64 (*now) (EhClock *self);
  gboolean (*sleep) (EhClock *self, gint64 interval, GCancellable *cancellable, GError **error);
  gboolean (*give_way) (EhClock *self, GError **error);
};

/**
 * eh_clock_now:
 *
 * Returns: the time in microseconds since 1970, UTC
 */
EH_PUBLIC gint64 eh_clock_now (EhClock *self);

/**
 * eh_clock_sleep:
 * @self: a clock
 * @interval: microseconds; zero or less returns at once
 * @cancellable: (nullable): ends the wait early
 * @error: G_IO_ERROR_CANCELLED
 *
 * Waits. With a system clock it blocks the thread; with a fixed clock it moves the clock and returns.
 *
 * Returns: %FALSE if cancelled
 */
EH_PUBLIC gboolean eh_clock_sleep (EhClock *self, gint64 interval, GCancellable *cancellable, GError **error);

G_END_DECLS
