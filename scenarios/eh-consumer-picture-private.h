/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-scenario-consumers-private.h"

G_BEGIN_DECLS

/* What projections show, what process managers sent and what they wait for, as it is at one moment. */
typedef struct _EhConsumerPicture EhConsumerPicture;

EhConsumerPicture *eh_consumer_picture_new (EhScenarioConsumers *consumers);
void eh_consumer_picture_free (EhConsumerPicture *self);

/*
 * The first thing that is different in @other: a view, whose projection is then told, the commands or the deadlines.
 * @what: (out) (transfer none): "the view Balances", "the commands", "the deadlines"
 * @type: (out) (nullable): the projection
 *
 * Returns: (transfer full) (nullable): how; NULL if they are the same
 */
EhDiff *eh_consumer_picture_compare (const EhConsumerPicture *self, const EhConsumerPicture *other,
                                     const EhProjectionType **type, const char **what);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhConsumerPicture, eh_consumer_picture_free)

G_END_DECLS
