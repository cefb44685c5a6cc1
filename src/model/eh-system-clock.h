/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-clock.h"

G_BEGIN_DECLS

#define EH_TYPE_SYSTEM_CLOCK (eh_system_clock_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhSystemClock, eh_system_clock, EH, SYSTEM_CLOCK, GObject)

/**
 * eh_system_clock_new:
 *
 * Returns: (transfer full): the system's clock
 */
EH_PUBLIC EhClock *eh_system_clock_new (void);

G_END_DECLS
