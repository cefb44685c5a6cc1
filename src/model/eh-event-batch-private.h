/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-event-batch.h"

G_BEGIN_DECLS

/* Event @i as it was added; its version and position must not be looked at. */
EH_FOR_TESTING const EhEvent *eh_event_batch_peek (const EhEventBatch *self, guint i);

G_END_DECLS
