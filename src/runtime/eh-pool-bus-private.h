/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-pool-bus.h"

G_BEGIN_DECLS

/* How many commands were accepted and are not done. */
guint eh_pool_bus_get_n_pending (EhPoolBus *self);

G_END_DECLS
