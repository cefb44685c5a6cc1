/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/eh-event-store.h"

G_BEGIN_DECLS

/* As eh_event_store_append(), with the interface of @self, which whoever appends often has looked up once. */
gboolean eh_event_store_append_by (EhEventStoreInterface *iface, EhEventStore *self, EhEventBatch *batch,
                                   gint64 expected_version, EhAppendFlags flags, EhAppendResult *result,
                                   GCancellable *cancellable, GError **error);

G_END_DECLS
