/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-repository.h"

G_BEGIN_DECLS

/*
 * As eh_repository_save() under any expected version. If others appended in between, the append succeeds and
 * @aggregate stays behind: its version is not the result's last one, and it must not be given back.
 */
gboolean
eh_repository_save_expecting (EhRepository *self, EhAggregate *aggregate, EhEventBatch *batch, gint64 expected_version,
                              EhAppendResult *result, GCancellable *cancellable, GError **error);

/* As eh_repository_load() for who knows already that @type is the stream's. */
EhAggregate *eh_repository_load_as (EhRepository *self, const EhAggregateType *type, EhStreamName *stream,
                                    gboolean fresh, GCancellable *cancellable, GError **error);

EhDomain *eh_repository_get_domain (EhRepository *self);

G_END_DECLS
