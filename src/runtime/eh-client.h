/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-clock.h"
#include "model/eh-id-source.h"
#include "runtime/eh-command-bus.h"
#include "runtime/eh-command-handler.h"

G_BEGIN_DECLS

/**
 * EH_CLIENT_ATTEMPTS:
 *
 * How often a client tries a command that meets conflicts.
 */
#define EH_CLIENT_ATTEMPTS 10

/**
 * EH_CLIENT_REMEMBER:
 *
 * How many done commands a client remembers. Sent again later than that, a command that had events still takes no
 * second effect: the store knows their ids.
 */
#define EH_CLIENT_REMEMBER 1024

#define EH_TYPE_CLIENT (eh_client_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhClient, eh_client, EH, CLIENT, GObject)

/**
 * EhClient:
 *
 * A domain, a store, an event bus and a command bus, wired together. In the order in which a command travels:
 * pool (with workers) - deduplicate - retry - direct bus - handler - store - event bus. Any thread may call.
 */

/**
 * eh_client_new:
 * @domain: is sealed
 * @store_uri: "memory:" or another store
 * @bus_uri: (nullable): "memory:" or another event bus, to which events are published after they are saved; %NULL
 *   for none
 * @n_workers: how many threads do commands; 0 for the sender's own
 * @error: as eh_domain_seal(), eh_event_store_open() and eh_event_bus_open()
 *
 * Returns: (transfer full): the client
 */
EH_PUBLIC EhClient *
eh_client_new (EhDomain *domain, const char *store_uri, const char *bus_uri, guint n_workers, GError **error);

/**
 * eh_client_new_with:
 * @store: the store; the client closes it
 * @bus: (nullable): the event bus; the client closes it
 * @clock: (nullable): %NULL for the system's
 * @ids: (nullable): %NULL for a system id source
 *
 * The same from parts that were made elsewhere, as in a simulated world.
 *
 * Returns: (transfer full): the client
 */
EH_PUBLIC EhClient *eh_client_new_with (EhDomain *domain, EhEventStore *store, EhEventBus *bus, guint n_workers,
                                        EhClock *clock, EhIdSource *ids, GError **error);

/**
 * eh_client_get_domain:
 *
 * Returns: (transfer none): the domain
 */
EH_PUBLIC EhDomain *eh_client_get_domain (EhClient *self);

/**
 * eh_client_get_store:
 *
 * Returns: (transfer none): the store
 */
EH_PUBLIC EhEventStore *eh_client_get_store (EhClient *self);

/**
 * eh_client_get_event_bus:
 *
 * Returns: (transfer none) (nullable): the event bus
 */
EH_PUBLIC EhEventBus *eh_client_get_event_bus (EhClient *self);

/**
 * eh_client_get_command_bus:
 *
 * Returns: (transfer none): the command bus
 */
EH_PUBLIC EhCommandBus *eh_client_get_command_bus (EhClient *self);

/**
 * eh_client_get_repository:
 *
 * Returns: (transfer none): the repository
 */
EH_PUBLIC EhRepository *eh_client_get_repository (EhClient *self);

/**
 * eh_client_dispatch: (skip)
 * @aggregate_id: which aggregate, of the type that the command belongs to
 * @schema: the command's type
 * @data: a struct of @schema
 *
 * Makes a command and dispatches it: eh_client_dispatch (client, "a1", &perform_deposit, &(PerformDeposit) { 100 },
 * &error).
 *
 * Returns: (transfer full): the outcome, or %NULL if it was not done
 */
EH_PUBLIC EhOutcome *eh_client_dispatch (EhClient *self, const char *aggregate_id, const EhSchema *schema,
                                         gconstpointer data, GError **error);

/**
 * eh_client_read_state: (skip)
 * @stream: which aggregate
 * @version: (out) (optional): its version; 0 if it does not exist
 *
 * Returns: (transfer full): a copy of the state, to be freed with eh_schema_free(), or %NULL with @error set
 */
EH_PUBLIC gpointer eh_client_read_state (EhClient *self, EhStreamName *stream, guint64 *version, GError **error);

/**
 * eh_client_close:
 *
 * Orderly: the command bus drains, then the event bus, then the store is closed. A second close does nothing.
 */
EH_PUBLIC gboolean eh_client_close (EhClient *self, GCancellable *cancellable, GError **error);

G_END_DECLS
