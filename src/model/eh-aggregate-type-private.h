/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-aggregate-type.h"

G_BEGIN_DECLS

/* Applies @event if its data is of the very struct of a rule, so that it needs no lifting; else does nothing. */
gboolean eh_aggregate_type_try_apply (const EhAggregateType *self, gpointer state, const EhEvent *event);

G_END_DECLS
