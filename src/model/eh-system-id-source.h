/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-clock.h"
#include "eh-id-source.h"

G_BEGIN_DECLS

#define EH_TYPE_SYSTEM_ID_SOURCE (eh_system_id_source_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhSystemIdSource, eh_system_id_source, EH, SYSTEM_ID_SOURCE, GObject)

/**
 * eh_system_id_source_new:
 * @clock: (nullable): gives the time part; %NULL for the system's clock
 *
 * Makes ULIDs from the kernel's randomness. Ids of one source rise strictly, also within a millisecond and
 * when the clock steps back.
 *
 * Returns: (transfer full): the source
 */
EH_PUBLIC EhIdSource *eh_system_id_source_new (EhClock *clock);

G_END_DECLS
