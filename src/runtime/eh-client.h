/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-clock.h"
#include "model/eh-id-source.h"
#include "runtime/eh-close-report.h"
#include "runtime/eh-command-bus.h"
#include "runtime/eh-command-handler.h"
#include "runtime/eh-process-manager.h"
#include "runtime/eh-projection.h"
#include "runtime/eh-tracer.h"

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

/**
 * EH_CLIENT_RELAY:
 *
 * The name of a client's relay, as of every consumer.
 */
#define EH_CLIENT_RELAY "relay"

/**
 * EhPublishMode:
 * @EH_PUBLISH_RELAY: a relay follows the store and publishes: what was saved is published, whatever crashes
 * @EH_PUBLISH_AFTER_SAVE: who does a command publishes its events after they are saved: at once, and never if the
 *   process ends in between
 *
 * How events come to the event bus.
 */
typedef enum {
  EH_PUBLISH_RELAY,
  EH_PUBLISH_AFTER_SAVE,
} EhPublishMode;

#define EH_TYPE_CLIENT (eh_client_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhClient, eh_client, EH, CLIENT, GObject)

/**
 * EhClient:
 *
 * A domain, a store, an event bus and a command bus, wired together. In the order in which a command travels:
 * pool (with workers) - deduplicate - retry - direct bus - handler - store. What follows the store (the domain's
 * projections and process managers, the relay to the event bus, consumers of one's own) runs from eh_client_start() on,
 * each in a thread. Any thread may call, except what says that it comes before.
 */

/**
 * eh_client_new:
 * @domain: is sealed
 * @store_uri: "memory:" or another store
 * @bus_uri: (nullable): "memory:" or another event bus, to which events are published; %NULL for none
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
 * eh_client_set_publish_mode:
 * @mode: how events come to the event bus; EH_PUBLISH_RELAY unless told otherwise
 *
 * Before the first command and before eh_client_start().
 */
EH_PUBLIC void eh_client_set_publish_mode (EhClient *self, EhPublishMode mode);

/**
 * eh_client_set_checkpoints:
 * @checkpoints: where consumers keep how far they are
 *
 * Before eh_client_start(). Without this call they are kept in memory for a store that is not durable, and in the
 * folder "consumers" of a store that was opened as "file:".
 */
EH_PUBLIC void eh_client_set_checkpoints (EhClient *self, EhCheckpointStore *checkpoints);

/**
 * eh_client_set_tracer:
 * @tracer: (nullable): is told what is done
 *
 * Before the first command and before eh_client_start().
 */
EH_PUBLIC void eh_client_set_tracer (EhClient *self, EhTracer *tracer);

/**
 * eh_client_get_checkpoints:
 * @error: EH_ERROR_INVALID the store is durable, and it is not known where its checkpoints are
 *
 * Gives what eh_client_set_checkpoints() was told, or what is used without that; for consumers of one's own.
 *
 * Returns: (transfer none): the checkpoint store, or %NULL with @error set
 */
EH_PUBLIC EhCheckpointStore *eh_client_get_checkpoints (EhClient *self, GError **error);

/**
 * eh_client_add_consumer:
 * @consumer: follows the client's store
 *
 * Has the client run a consumer of one's own too. Before eh_client_start().
 */
EH_PUBLIC void eh_client_add_consumer (EhClient *self, EhConsumer *consumer);

/**
 * eh_client_start:
 * @error: as eh_client_get_checkpoints(), eh_projection_new(), eh_consumer_start(); then none of them runs
 *
 * Runs the domain's projections and process managers, with an event bus and EH_PUBLISH_RELAY the relay, and added
 * consumers, each in a thread, until the client is closed. Commands can be sent before, after or without.
 */
EH_PUBLIC gboolean eh_client_start (EhClient *self, GError **error);

/**
 * eh_client_get_projection:
 * @name: one of the domain's
 *
 * Gives a view to read.
 *
 * Returns: (transfer none) (nullable): the projection; %NULL if there is none of that name, or before eh_client_start()
 */
EH_PUBLIC EhProjection *eh_client_get_projection (EhClient *self, const char *name);

/**
 * eh_client_get_process_manager:
 * @name: one of the domain's
 *
 * Gives a process manager to look at.
 *
 * Returns: (transfer none) (nullable): the process manager; %NULL if there is none of that name, or before
 *   eh_client_start()
 */
EH_PUBLIC EhProcessManager *eh_client_get_process_manager (EhClient *self, const char *name);

/**
 * eh_client_get_consumer:
 * @name: a projection's, a process manager's, EH_CLIENT_RELAY, or an added consumer's
 *
 * Gives what drives one of them: how far it is, what it failed with, what it has parked.
 *
 * Returns: (transfer none) (nullable): the consumer; %NULL if there is none of that name, or before eh_client_start()
 */
EH_PUBLIC EhConsumer *eh_client_get_consumer (EhClient *self, const char *name);

/**
 * eh_client_wait:
 * @outcome: of a command that this client has done
 * @name: whose consumer, as eh_client_get_consumer()
 * @timeout: microseconds on the client's clock; negative for no limit
 * @error: as eh_consumer_wait(), EH_ERROR_PARKED also for an earlier event of the stream; EH_ERROR_NOT_FOUND no such
 *   consumer
 *
 * Waits until a view shows what a command has done, so that who wrote reads what he wrote.
 *
 * Returns: %TRUE if it does
 */
EH_PUBLIC gboolean eh_client_wait (EhClient *self, EhOutcome *outcome, const char *name, gint64 timeout,
                                   GError **error);

/**
 * eh_client_settle:
 * @cancellable: (nullable): ends the wait early
 * @error: as eh_consumer_wait(), prefixed with the consumer's name; eh_event_store_get_head()
 *
 * Waits until every consumer has handled all there is, and all that came of that: what processes were to do is done,
 * but for deadlines, also those that have just become due. Parked events count as handled. Without consumers it does
 * nothing.
 *
 * Returns: %TRUE if nothing is left to be done
 */
EH_PUBLIC gboolean eh_client_settle (EhClient *self, GCancellable *cancellable, GError **error);

/**
 * eh_client_close:
 * @cancellable: (nullable): ends the wait for commands (then all else is open still, and close can be called again) or
 *   for the event bus
 * @error: what went wrong first
 *
 * Orderly: no command is accepted any more and those accepted are done; consumers finish the event under way, save
 * their checkpoints and stop; the event bus delivers what it has; the store is closed. What consumers had still to do
 * they do when they are started again on that store: see eh_client_close_within(). A second close does nothing. Not to
 * be called by a handler, of a command, a consumer or the event bus: it waits for them.
 */
EH_PUBLIC gboolean eh_client_close (EhClient *self, GCancellable *cancellable, GError **error);

/**
 * eh_client_close_within:
 * @timeout: microseconds of real time; negative for no limit
 * @report: (out) (optional) (transfer full): what was left; set whatever is returned
 * @error: the first of the report's errors
 *
 * As eh_client_close(), but lets consumers come to the store's end before it stops them, and closes everything when the
 * time is over, however much is left. Only a handler that does not return can hold it up then.
 *
 * Returns: %TRUE if nothing went wrong, though something may be left; %FALSE with @error set
 */
EH_PUBLIC gboolean eh_client_close_within (EhClient *self, gint64 timeout, EhCloseReport **report, GError **error);

G_END_DECLS
