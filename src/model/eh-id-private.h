/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-id.h"

G_BEGIN_DECLS

/*
 * The @n-th id (from 1) derived from @origin: what is made again of the same gets the same ids, in this process or
 * after a crash. It keeps the origin's time; the 80 bits behind it are a hash of the origin and @n.
 */
void eh_id_derive (const EhId *origin, guint64 n, EhId *id);

G_END_DECLS
