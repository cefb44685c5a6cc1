/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-clock.h"
#include "runtime/eh-tracer.h"
#include "store/eh-checkpoint-store.h"
#include "store/eh-subscription.h"

G_BEGIN_DECLS

/**
 * EhConsumerHandler:
 * @event: the next one
 * @error: why it could not be handled
 *
 * Handles one event, at least once: after a crash it sees those since the last checkpoint again. Never called by two
 * threads at once for one stream.
 *
 * Returns: %TRUE if it is handled; %FALSE with @error set to see it again
 */
typedef gboolean (*EhConsumerHandler) (EhEvent *event, gpointer user_data, GError **error);

/**
 * EhConsumerState:
 * @EH_CONSUMER_BUSY: it handled something and there may be more
 * @EH_CONSUMER_IDLE: it has handled all there is
 * @EH_CONSUMER_WAITING: an event failed and is tried again at eh_consumer_get_due(), or a deadline is due then
 * @EH_CONSUMER_FAILED: the error is set: the store or the checkpoint store is closed or broken; the next step tries
 *   again
 */
typedef enum {
  EH_CONSUMER_BUSY,
  EH_CONSUMER_IDLE,
  EH_CONSUMER_WAITING,
  EH_CONSUMER_FAILED,
} EhConsumerState;

/**
 * EH_CONSUMER_ATTEMPTS:
 *
 * How often an event is tried before it is parked, unless told otherwise.
 */
#define EH_CONSUMER_ATTEMPTS 5

/**
 * EH_CONSUMER_PARKED_MAX:
 *
 * The most events that a consumer sets aside: then it stops at the next one that fails, and says so.
 */
#define EH_CONSUMER_PARKED_MAX 1000

#define EH_TYPE_CONSUMER (eh_consumer_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhConsumer, eh_consumer, EH, CONSUMER, GObject)

/**
 * EhConsumer:
 *
 * Follows a store under a name: takes the next event, handles it, saves the checkpoint. Projections, process managers
 * and relays are consumers; eh_consumer_new() makes one of any handler.
 *
 * An event that fails is tried again with growing delays; meanwhile the events behind it wait. When it has failed too
 * often it is *parked*: noted in the checkpoint, and later events of its stream are parked behind it, so that
 * the order in a stream is never broken; other streams go on. A person looks at the list, and has it replayed or
 * dropped.
 *
 * It is a step. eh_consumer_start() drives it by a thread, eh_consumer_attach() by a main context; a world by a
 * fiber. One of them at a time; the getters, waits and lists may be called from any thread.
 */

/**
 * eh_consumer_new:
 * @name: of its checkpoint
 * @store: what it follows
 * @checkpoints: where it keeps how far it is
 * @clock: (nullable): for delays; %NULL for the system's
 * @handler: (scope notified): handles an event
 * @error: EH_ERROR_UNSUPPORTED the store has no global order; EH_ERROR_INVALID not a name
 *
 * Returns: (transfer full): the consumer; nothing is read yet
 */
EH_PUBLIC EhConsumer *
eh_consumer_new (const char *name, EhEventStore *store, EhCheckpointStore *checkpoints, EhClock *clock,
                 EhConsumerHandler handler, gpointer user_data, GDestroyNotify destroy, GError **error);

/**
 * eh_consumer_get_name:
 *
 * Returns: (transfer none): its name
 */
EH_PUBLIC const char *eh_consumer_get_name (EhConsumer *self);

/* All of these before the first step. */

/**
 * eh_consumer_set_from:
 * @position: where it begins as long as there is no checkpoint, or, a projection, none that it can use: 0 for the
 *   beginning (the default), EH_FROM_NOW
 */
EH_PUBLIC void eh_consumer_set_from (EhConsumer *self, guint64 position);

/**
 * eh_consumer_set_category:
 * @category: (nullable): only events of this category
 */
EH_PUBLIC void eh_consumer_set_category (EhConsumer *self, const char *category);

/**
 * eh_consumer_set_types:
 * @types: (nullable) (array zero-terminated=1): only events of these types
 */
EH_PUBLIC void eh_consumer_set_types (EhConsumer *self, const char *const *types);

/**
 * eh_consumer_set_attempts:
 * @n: how often an event is tried before it is parked, 1 or more; 0 for ever
 * @first_delay: microseconds before the second attempt; doubled each time
 * @longest_delay: microseconds, but never longer than this
 */
EH_PUBLIC void eh_consumer_set_attempts (EhConsumer *self, guint n, gint64 first_delay, gint64 longest_delay);

/**
 * eh_consumer_set_checkpoint_every:
 * @n_events: save after so many events at the latest, 1 or more (default 1000)
 * @interval: and after so many microseconds (default 1 s); 0 for no such limit
 *
 * It saves too when it has caught up after having handled something, but not more often than every @interval, and
 * when it is stopped.
 */
EH_PUBLIC void eh_consumer_set_checkpoint_every (EhConsumer *self, guint n_events, gint64 interval);

/**
 * eh_consumer_set_partitions:
 * @n: how many threads handle events, those of one stream in order; 1 (the default) for the driver's own
 *
 * For handlers that take long. The handler must be safe to be called by several threads. Only for a consumer that
 * eh_consumer_new() made: projections, process managers and relays go on one by one.
 */
EH_PUBLIC void eh_consumer_set_partitions (EhConsumer *self, guint n);

/**
 * eh_consumer_set_tracer:
 * @tracer: (nullable): is told of each event that is handled, EH_SPAN_HANDLE
 */
EH_PUBLIC void eh_consumer_set_tracer (EhConsumer *self, EhTracer *tracer);

/**
 * eh_consumer_step:
 * @n_max: how many events at most; 0 for as many as convenient
 * @error: set if the state is EH_CONSUMER_FAILED: EH_ERROR_LOCKED another consumer has the name; EH_ERROR_INVALID the
 *   checkpoint is ahead of the store; EH_ERROR_LIMIT too many events are parked; else what the store or the
 *   checkpoint store said
 *
 * Takes a step. Never waits for an append nor sleeps. The first one claims the name and reads the checkpoint. An error
 * of a handler that says that something was closed fails the step; it is not the event's fault.
 */
EH_PUBLIC EhConsumerState eh_consumer_step (EhConsumer *self, guint n_max, GError **error);

/**
 * eh_consumer_get_due:
 *
 * Returns: when there is something to do although nothing is appended, microseconds since 1970; %G_MAXINT64 for never
 */
EH_PUBLIC gint64 eh_consumer_get_due (EhConsumer *self);

/**
 * eh_consumer_start:
 * @error: G_IO_ERROR no thread; else as eh_consumer_step(): the name is claimed and the checkpoint read here
 *
 * Has a thread take steps until eh_consumer_stop(). A step that fails is taken again after delays as an event is.
 */
EH_PUBLIC gboolean eh_consumer_start (EhConsumer *self, GError **error);

/**
 * eh_consumer_attach:
 * @context: (nullable): %NULL for the thread-default main context
 * @error: as eh_consumer_start()
 *
 * Has a main context take steps until eh_consumer_stop(), in small portions, so that other sources run in between.
 */
EH_PUBLIC gboolean eh_consumer_attach (EhConsumer *self, GMainContext *context, GError **error);

/**
 * eh_consumer_stop:
 * @error: as eh_checkpoint_store_save()
 *
 * Finishes the event under way, saves the checkpoint, releases the name. Stopping again does nothing; it can be
 * started again. Not to be called by a handler. The last unref stops it too.
 */
EH_PUBLIC gboolean eh_consumer_stop (EhConsumer *self, GError **error);

/**
 * eh_consumer_get_position:
 *
 * Returns: the position up to which everything was handled, was parked or does not concern it
 */
EH_PUBLIC guint64 eh_consumer_get_position (EhConsumer *self);

/**
 * eh_consumer_wait:
 * @position: of an event, as an append or a command's outcome tells
 * @timeout: microseconds; negative for no limit
 * @error: G_IO_ERROR_CANCELLED; G_IO_ERROR_TIMED_OUT; EH_ERROR_CLOSED it was stopped; EH_ERROR_PARKED the event at
 *   @position was set aside; what it failed with
 *
 * Waits, on the consumer's clock, until everything up to @position was handled: then what the caller wrote can be read.
 * Somebody has to drive the consumer: without a driver and without a limit it waits for ever.
 *
 * Returns: %TRUE if @position was reached and its event is not parked
 */
EH_PUBLIC gboolean eh_consumer_wait (EhConsumer *self, guint64 position, gint64 timeout, GCancellable *cancellable,
                                     GError **error);

/**
 * eh_consumer_get_last_error:
 *
 * Returns: (transfer full) (nullable): what the last step failed with, or the last attempt at the event that it is
 *   waiting to try again; %NULL if all is well
 */
EH_PUBLIC GError *eh_consumer_get_last_error (EhConsumer *self);

/**
 * eh_consumer_list_parked:
 *
 * Returns: (transfer full) (element-type EhParkedEvent): what was set aside, by rising position
 */
EH_PUBLIC GPtrArray *eh_consumer_list_parked (EhConsumer *self);

/**
 * eh_consumer_replay_parked:
 * @stream: whose events
 * @error: EH_ERROR_NOT_FOUND nothing of that stream is parked; EH_ERROR_CLOSED it was stopped
 *
 * Has the parked events of a stream tried again, once each and in order, by the coming steps. One that fails stays
 * parked, and those behind it.
 */
EH_PUBLIC gboolean eh_consumer_replay_parked (EhConsumer *self, EhStreamName *stream, GError **error);

/**
 * eh_consumer_drop_parked:
 * @position: of a parked event
 * @error: EH_ERROR_NOT_FOUND it is not parked; EH_ERROR_CLOSED it was stopped
 *
 * Gives an event up: the consumer does not handle it, unless a projection is built anew. Those of its stream that
 * were parked behind it stay parked until they are replayed.
 */
EH_PUBLIC gboolean eh_consumer_drop_parked (EhConsumer *self, guint64 position, GError **error);

G_END_DECLS
