/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "runtime/eh-consumer.h"

G_BEGIN_DECLS

/*
 * What stands behind a consumer: projections, process managers and relays implement this. All functions are called by
 * the driver, one at a time (with partitions, handle is called by several threads at once). An event or a tick that
 * fails with EH_ERROR_CLOSED or EH_ERROR_CRASHED is not to blame for it: the step fails, and no attempt is counted.
 *
 * What is due waits until all events that there are have been handled: what they say may be that it is not due.
 */
typedef struct {
  EhConsumerHandler handle;
  /* (nullable) Goes back to what was kept with a checkpoint; @payload NULL: to the very beginning. */
  gboolean (*restore) (EhCheckpoint *checkpoint, gpointer user_data, GError **error);
  /* (nullable) What is to be kept with a checkpoint at @position; NULL without an error for nothing. */
  GBytes *(*save) (guint64 position, gpointer user_data, GError **error);
  /* (nullable) The next time at which tick is to be called, whatever is appended; G_MAXINT64 for never. */
  gint64 (*due) (gpointer user_data);
  /* (nullable) Does what is due at @now. Fails as an event fails, without being parked or keeping events waiting. */
  gboolean (*tick) (gint64 now, gpointer user_data, GError **error);
  const char *shape; /* (nullable): of the payload */
  guint revision;
  /*
   * (nullable) What was kept cannot be used: another shape or revision, or damaged. Then restore is called with a
   * checkpoint at 0 that has no payload, and the consumer begins at the beginning. Without it, it fails.
   */
  void (*unusable) (const GError *reason, gpointer user_data);
  /* (nullable) Handles an event that had been parked; newer ones may have been handled before. NULL for handle. */
  EhConsumerHandler replay;
  /*
   * (nullable, both or none) Around calls of handle for some of @events, at most EH_CONSUMER_BATCH, or around one of
   * replay. They do not fail.
   */
  void (*enter) (EhEvent *const *events, guint n_events, gpointer user_data);
  void (*leave) (gpointer user_data);
  /* (nullable) For worlds: leaves nothing to look at, as a crash does. What restores it may fail for a while. */
  void (*forget) (gpointer user_data);
} EhConsumerFuncs;

/* How many events are handled between enter and leave at most; their position is told after leave. */
#define EH_CONSUMER_BATCH 128

EH_FOR_TESTING EhConsumer *
eh_consumer_new_with (const char *name, EhEventStore *store, EhCheckpointStore *checkpoints, EhClock *clock,
                      const EhConsumerFuncs *funcs, gpointer user_data, GDestroyNotify destroy, GError **error);

/* As eh_consumer_wait(), but what was parked counts as handled. */
gboolean
eh_consumer_reach (EhConsumer *self, guint64 position, gint64 timeout, GCancellable *cancellable, GError **error);
/* As eh_consumer_wait(), and no event of @stream up to @position may be parked: the one there may not be wanted. */
gboolean
eh_consumer_wait_for_stream (EhConsumer *self, EhStreamName *stream, guint64 position, gint64 timeout, GError **error);

/*
 * For worlds: asked before each event that concerns the consumer is handled, one at a time. FALSE with @error set has
 * handling it fail; @twice: whether to handle it twice, as if it had been delivered again. Not with partitions.
 */
typedef gboolean (*EhConsumerGate) (EhEvent *event, gboolean *twice, gpointer user_data, GError **error);
/* Told when handling an event that was let in has failed, but for a store or consumer that is down. */
typedef void (*EhConsumerFailed) (EhEvent *event, const GError *reason, gpointer user_data);
EH_FOR_TESTING void
eh_consumer_set_gate (EhConsumer *self, EhConsumerGate gate, EhConsumerFailed failed, gpointer user_data);

/*
 * For worlds: forgets all that is in memory and releases the name without saving, as a crash does. The next step begins
 * at the checkpoint.
 */
EH_FOR_TESTING void eh_consumer_crash (EhConsumer *self);

G_END_DECLS
