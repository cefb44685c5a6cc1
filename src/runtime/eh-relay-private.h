/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "runtime/eh-relay.h"

G_BEGIN_DECLS

/*
 * @relay: made by eh_relay_new(); before its first step. When @leaving is cancelled it does not wait for the bus any
 * more: saving its checkpoint fails then.
 */
void eh_relay_set_leaving (EhConsumer *relay, GCancellable *leaving);

G_END_DECLS
