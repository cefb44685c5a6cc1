/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bus/eh-event-bus.h"
#include "model/eh-domain.h"
#include "runtime/eh-consumer.h"

G_BEGIN_DECLS

/**
 * eh_relay_new:
 * @name: of its checkpoint, one for each bus: "relay"
 * @domain: sealed; says which topic an event belongs to
 * @store: where events were saved
 * @bus: where they are published
 * @clock: (nullable): %NULL for the system's
 * @error: as eh_consumer_new()
 *
 * An outbox without a box: the store is what is still to be published. A consumer that publishes every event of the
 * domain's aggregates to its topic, in the store's order, and saves its checkpoint after the bus has taken it: whatever
 * crashes, what was saved is published, at least once, each stream in order. It never parks an event: it tries for
 * ever. To several buses with one relay each, they do not wait for each other.
 *
 * Returns: (transfer full): the consumer
 */
EH_PUBLIC EhConsumer *eh_relay_new (const char *name, EhDomain *domain, EhEventStore *store, EhEventBus *bus,
                                    EhCheckpointStore *checkpoints, EhClock *clock, GError **error);

G_END_DECLS
