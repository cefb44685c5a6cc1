/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-event-batch.h"

G_BEGIN_DECLS

/* Event @i as it was added; its version and position must not be looked at. */
EH_FOR_TESTING const EhEvent *eh_event_batch_peek (const EhEventBatch *self, guint i);

/* As eh_event_batch_add(), of @data that eh_schema_check() is known to accept. */
gboolean eh_event_batch_add_checked (EhEventBatch *self, const EhId *id, const EhSchema *schema, gconstpointer data,
                                     GError **error);

G_END_DECLS
