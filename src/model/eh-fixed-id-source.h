/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-id-source.h"

G_BEGIN_DECLS

#define EH_TYPE_FIXED_ID_SOURCE (eh_fixed_id_source_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhFixedIdSource, eh_fixed_id_source, EH, FIXED_ID_SOURCE, GObject)

/**
 * eh_fixed_id_source_new:
 * @start: the number of the first id, 1 or more
 *
 * Counts: the ids' texts end in 1, 2, 3 ... in base 32. For tests and worlds.
 *
 * Returns: (transfer full): the source
 */
EH_PUBLIC EhFixedIdSource *eh_fixed_id_source_new (guint64 start);

/**
 * eh_fixed_id_source_reset:
 *
 * The next id is number @start again.
 */
EH_PUBLIC void eh_fixed_id_source_reset (EhFixedIdSource *self, guint64 start);

G_END_DECLS
