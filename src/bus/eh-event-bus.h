/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "model/eh-event.h"

G_BEGIN_DECLS

/**
 * EhEventHandler:
 * @event: what was published
 * @error: why it could not be handled
 *
 * Handles a delivered event. It may publish, subscribe and unsubscribe.
 *
 * Returns: %TRUE to acknowledge it; %FALSE with @error set to see it again
 */
typedef gboolean (*EhEventHandler) (EhEvent *event, gpointer user_data, GError **error);

#define EH_TYPE_EVENT_BUS (eh_event_bus_get_type ())
EH_PUBLIC
G_DECLARE_INTERFACE (EhEventBus, eh_event_bus, EH, EVENT_BUS, GObject)

/**
 * EhEventBusInterface:
 *
 * What a bus implements. @publish and @close are obligatory; without the others the bus refuses with
 * EH_ERROR_UNSUPPORTED (a flush without @flush does nothing). Any thread may call any of them.
 */
struct _EhEventBusInterface {
  GTypeInterface parent_iface;

  gboolean (*publish) (EhEventBus *self, const char *bucket, const char *subset, EhEvent *event,
                       GCancellable *cancellable, GError **error);
  guint (*subscribe) (EhEventBus *self, const char *bucket, const char *subset, const char *group,
                      EhEventHandler handler, gpointer user_data, GDestroyNotify destroy, GError **error);
  gboolean (*unsubscribe) (EhEventBus *self, guint id, GError **error);
  gboolean (*flush) (EhEventBus *self, GCancellable *cancellable, GError **error);
  gboolean (*close) (EhEventBus *self, GCancellable *cancellable, GError **error);
};

/**
 * eh_event_bus_publish:
 * @bucket: the first part of the topic "bucket.subset": UTF-8, not empty, without ".", "*", ">", space or control
 *   characters
 * @subset: the second part, likewise
 * @event: carried by reference in this process, as its JSON envelope elsewhere
 * @error: EH_ERROR_INVALID a topic that is none; EH_ERROR_CLOSED; EH_ERROR_LIMIT a queue is full; EH_ERROR_AMBIGUOUS;
 *   G_IO_ERROR
 *
 * Hands an event to everybody who subscribed to the topic before: at least once, events of one stream in the
 * order of publishing. When it returns %TRUE the bus has accepted it; the handlers may not have run.
 */
EH_PUBLIC gboolean eh_event_bus_publish (EhEventBus *self, const char *bucket, const char *subset, EhEvent *event,
                                         GCancellable *cancellable, GError **error);

/**
 * eh_event_bus_subscribe:
 * @bucket: (nullable): %NULL for all buckets
 * @subset: (nullable): %NULL for all subsets
 * @group: (nullable): members of one group compete: each event goes to one of them. Without a group the
 *   subscription is a group of its own. All members of a group have the same topic. Named by the rule for a bucket
 * @handler: (scope notified): called for each event, never by two threads at once for one stream of the group
 * @destroy: (nullable): frees @user_data when the subscription has ended; does not run if subscribing fails
 * @error: EH_ERROR_INVALID; EH_ERROR_EXISTS the group has another topic; EH_ERROR_UNSUPPORTED; EH_ERROR_CLOSED
 *
 * Returns: an id for eh_event_bus_unsubscribe(), or 0 with @error set
 */
EH_PUBLIC guint eh_event_bus_subscribe (EhEventBus *self, const char *bucket, const char *subset, const char *group,
                                        EhEventHandler handler, gpointer user_data, GDestroyNotify destroy,
                                        GError **error);

/**
 * eh_event_bus_unsubscribe:
 * @error: EH_ERROR_NOT_FOUND; EH_ERROR_CLOSED
 *
 * When it returns, the handler is not running (except in the calling thread, if it is called from within) and will
 * not be called again. What a group of its own had not yet handled is dropped.
 */
EH_PUBLIC gboolean eh_event_bus_unsubscribe (EhEventBus *self, guint id, GError **error);

/**
 * eh_event_bus_flush:
 * @error: G_IO_ERROR_CANCELLED; EH_ERROR_CLOSED; EH_ERROR_INVALID
 *
 * Waits until everything that was published before the call has been acknowledged or set aside. Called from a handler
 * it would wait for itself: a bus that knows refuses with EH_ERROR_INVALID.
 */
EH_PUBLIC gboolean eh_event_bus_flush (EhEventBus *self, GCancellable *cancellable, GError **error);

/**
 * eh_event_bus_close:
 * @error: G_IO_ERROR_CANCELLED, EH_ERROR_INVALID as eh_event_bus_flush(); the bus is open still
 *
 * Flushes, then closes: every later call is EH_ERROR_CLOSED, except close itself, which does nothing. Subscriptions
 * end and their destroy functions run.
 */
EH_PUBLIC gboolean eh_event_bus_close (EhEventBus *self, GCancellable *cancellable, GError **error);

/**
 * eh_event_bus_open:
 * @uri: "memory:" or that of another engine
 * @error: EH_ERROR_INVALID, EH_ERROR_UNSUPPORTED as eh_event_store_open()
 *
 * Returns: (transfer full): the bus
 */
EH_PUBLIC EhEventBus *eh_event_bus_open (const char *uri, GCancellable *cancellable, GError **error);

G_END_DECLS
