/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/eh-event-store.h"

G_BEGIN_DECLS

/**
 * EH_FROM_NOW:
 *
 * Subscribe to what is appended from now on.
 */
#define EH_FROM_NOW G_MAXUINT64

/**
 * EhSubscriptionState:
 * @EH_SUBSCRIPTION_EVENT: here is an event
 * @EH_SUBSCRIPTION_CAUGHT_UP: everything that was there at the beginning has been given; said once
 * @EH_SUBSCRIPTION_IDLE: nothing new; eh_subscription_wait() says when there may be
 * @EH_SUBSCRIPTION_ERROR: the error is set; the next call tries again
 */
typedef enum {
  EH_SUBSCRIPTION_EVENT,
  EH_SUBSCRIPTION_CAUGHT_UP,
  EH_SUBSCRIPTION_IDLE,
  EH_SUBSCRIPTION_ERROR,
} EhSubscriptionState;

#define EH_TYPE_SUBSCRIPTION (eh_subscription_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhSubscription, eh_subscription, EH, SUBSCRIPTION, GObject)

/**
 * EhSubscription:
 *
 * Follows a store's global order, from a position into the future, one event at a time. It always reads the store by
 * position, also when it is live, so nothing is skipped or repeated at the joint. It is a step: whoever owns it
 * takes the next event, handles it and saves the checkpoint, in a thread, on a main context or in a
 * simulated fiber. One thread at a time may call next; any thread may call the others.
 */

/**
 * eh_subscription_new:
 * @store: what to follow
 * @from_position: the first position wanted (a checkpoint plus 1); 0 for the beginning, EH_FROM_NOW
 * @error: EH_ERROR_UNSUPPORTED the store has no global order; EH_ERROR_CLOSED
 *
 * Returns: (transfer full): the subscription
 */
EH_PUBLIC EhSubscription *eh_subscription_new (EhEventStore *store, guint64 from_position, GError **error);

/**
 * eh_subscription_set_category:
 * @category: (nullable): only streams of this category; before the first next
 */
EH_PUBLIC void eh_subscription_set_category (EhSubscription *self, const char *category);

/**
 * eh_subscription_set_types:
 * @types: (nullable) (array zero-terminated=1): only these event types; before the first next
 */
EH_PUBLIC void eh_subscription_set_types (EhSubscription *self, const char *const *types);

/**
 * eh_subscription_next:
 * @event: (out) (transfer full) (nullable): the event, if there is one
 * @error: set if the state is EH_SUBSCRIPTION_ERROR: EH_ERROR_CLOSED, EH_ERROR_CORRUPT, G_IO_ERROR
 *
 * Takes the next thing. Never waits for an append.
 */
EH_PUBLIC EhSubscriptionState eh_subscription_next (EhSubscription *self, EhEvent **event, GError **error);

/**
 * eh_subscription_get_checkpoint:
 *
 * Returns: the position up to which everything was given or does not match, to be saved once the last event is
 *   handled. It moves on also when nothing matches.
 */
EH_PUBLIC guint64 eh_subscription_get_checkpoint (EhSubscription *self);

/**
 * eh_subscription_wait:
 * @timeout: microseconds; negative for no limit
 * @error: G_IO_ERROR_CANCELLED
 *
 * Blocks the thread until the store has something beyond the checkpoint, or is closed, or @timeout has passed.
 *
 * Returns: %FALSE if cancelled
 */
EH_PUBLIC gboolean eh_subscription_wait (EhSubscription *self, gint64 timeout, GCancellable *cancellable,
                                         GError **error);

/**
 * eh_subscription_set_wakeup: (skip)
 * @func: (nullable): called from any thread when there may be something new; it must not call the subscription
 *
 * For drivers other than a blocked thread.
 */
EH_PUBLIC void
eh_subscription_set_wakeup (EhSubscription *self, EhWatchFunc func, gpointer user_data, GDestroyNotify destroy);

G_END_DECLS
