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

/* @aggregate: (transfer full): an append by it has failed: if it is kept, then because every load asks the store */
void eh_repository_take_back (EhRepository *self, EhAggregate *aggregate);

/*
 * For worlds, which are of one thread, and where each load is to be seen: a load asks the store what there is beyond a
 * kept aggregate, whoever loads. What is kept then saves no load, but the folding of what was folded before. Not with a
 * cache of size 0.
 */
EH_FOR_TESTING void eh_repository_set_always_fresh (EhRepository *self);
/* Drops what is kept. */
EH_FOR_TESTING void eh_repository_forget (EhRepository *self);

EhDomain *eh_repository_get_domain (EhRepository *self);

G_END_DECLS
