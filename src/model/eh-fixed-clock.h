/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-clock.h"

G_BEGIN_DECLS

/**
 * EH_FIXED_CLOCK_START:
 *
 * 2026-01-01T00:00:00Z in microseconds, where a world's time begins.
 */
#define EH_FIXED_CLOCK_START G_GINT64_CONSTANT (1767225600000000)

#define EH_TYPE_FIXED_CLOCK (eh_fixed_clock_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhFixedClock, eh_fixed_clock, EH, FIXED_CLOCK, GObject)

/**
 * eh_fixed_clock_new:
 * @start: microseconds since 1970
 *
 * A clock that stands still until it is told to move, or until somebody sleeps on it. Any thread may call.
 *
 * Returns: (transfer full): the clock
 */
EH_PUBLIC EhFixedClock *eh_fixed_clock_new (gint64 start);

EH_PUBLIC void eh_fixed_clock_set (EhFixedClock *self, gint64 now);
EH_PUBLIC void eh_fixed_clock_advance (EhFixedClock *self, gint64 interval);

G_END_DECLS
