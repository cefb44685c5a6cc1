/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "runtime/eh-consumer.h"

G_BEGIN_DECLS

/*
 * What stands behind a consumer: projections, process managers and relays implement this. All functions are called by
 * the driver, one at a time (with partitions, handle is called by several threads at once).
 */
typedef struct {
  EhConsumerHandler handle;
  /* (nullable) Goes back to what was kept with a checkpoint; @payload NULL: to the very beginning. */
  gboolean (*restore) (EhCheckpoint *checkpoint, gpointer user_data, GError **error);
  /* (nullable) What is to be kept with a checkpoint at @position. */
  GBytes *(*save) (guint64 position, gpointer user_data, GError **error);
  /* (nullable) The next time at which tick is to be called, whatever is appended; G_MAXINT64 for never. */
  gint64 (*due) (gpointer user_data);
  /* (nullable) Does what is due at @now. Fails as an event fails, without ever being parked. */
  gboolean (*tick) (gint64 now, gpointer user_data, GError **error);
  const char *shape; /* (nullable): of the payload */
  guint revision;
} EhConsumerFuncs;

EhConsumer *
eh_consumer_new_with (const char *name, EhEventStore *store, EhCheckpointStore *checkpoints, EhClock *clock,
                      const EhConsumerFuncs *funcs, gpointer user_data, GDestroyNotify destroy, GError **error);

/*
 * For worlds: forgets all that is in memory and releases the name without saving, as a crash does. The next step begins
 * at the checkpoint.
 */
void eh_consumer_crash (EhConsumer *self);

G_END_DECLS
