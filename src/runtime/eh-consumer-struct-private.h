/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-lock-private.h"
#include "runtime/eh-consumer-private.h"
#include "runtime/eh-parking-private.h"

G_BEGIN_DECLS

typedef struct _EhPartitions EhPartitions;

/* What came of trying to go on. */
typedef enum {
  EH_TAKEN,   /* something was done, go on */
  EH_NOTHING, /* all that there is was handled */
  EH_RETRY,   /* something failed: not before retry_at */
  EH_FAILED,  /* the error is set */
} EhTaken;

struct _EhConsumer {
  GObject parent_instance;

  char *name;                     /* (owned): immutable, as all up to destroy */
  EhEventStore *store;            /* (owned) */
  EhCheckpointStore *checkpoints; /* (owned) */
  EhClock *clock;                 /* (owned) */
  gboolean is_real_time;          /* whether @clock goes on by itself while a thread sleeps */
  EhConsumerFuncs funcs;
  gpointer user_data; /* (owned) if @destroy */
  GDestroyNotify destroy;

  /* Set before the first step. */
  guint64 from;
  char *category; /* (owned) (nullable) */
  char **types;   /* (owned) (nullable) */
  guint attempts;
  gint64 first_delay;
  gint64 longest_delay;
  guint save_events;
  gint64 save_interval;
  guint n_partitions;
  EhTracer *tracer;             /* (owned) (nullable) */
  EhConsumerGate gate;          /* (nullable) */
  EhConsumerFailed gate_failed; /* (nullable) */
  gpointer gate_data;

  /* The driver's own. */
  gboolean is_open;  /* the name is claimed, the checkpoint read */
  EhEventPage *page; /* (owned) (nullable) */
  guint n_taken;     /* of the page */
  gboolean is_fresh; /* the page was read in this step */
  gboolean at_end;   /* a page read in this step was the last, and is handled */
  guint64 handled;   /* everything up to here */
  guint n_tries;     /* of the event at the cursor */
  guint n_tick_tries;
  gint64 tick_at;      /* what is due is not tried before; G_MININT64 for no such time */
  gint64 retry_at;     /* nothing is done before; G_MININT64 for no such time */
  guint n_failures;    /* of steps, in a row */
  guint n_unsaved;     /* events since the checkpoint */
  gboolean touched;    /* something was handled or parked since the checkpoint */
  gboolean has_saved;  /* since it was opened */
  gint64 saved_at;     /* or opened */
  EhPartitions *lanes; /* (owned) (nullable) */

  gint stopping; /* (atomic) */
  gint n_parked; /* (atomic): the size of @parking */
  gint dropped;  /* (atomic): something was given up since the checkpoint */

  EhLock lock;
  EhCond work;           /* the driver's: look again */
  EhCond reached;        /* the position has moved, the consumer failed or was stopped, a step has ended */
  guint64 position;      /* (mutex lock) */
  EhParking parking;     /* (mutex lock) */
  EhConsumerState state; /* (mutex lock): of the last step */
  gboolean is_deaf;      /* (mutex lock): news of the store are of no use before the time has come */
  GError *last_error;    /* (mutex lock) (owned) (nullable) */
  gint64 due;            /* (mutex lock) */
  gboolean is_stopped;   /* (mutex lock) */
  guint n_waiting;       /* (mutex lock): for @reached */
  guint64 n_wakeups;     /* (mutex lock) */
  guint watch_id;        /* (mutex lock) */
  GThread *thread;       /* (mutex lock) (owned) (nullable) */
  GSource *source;       /* (mutex lock) (owned) (nullable) */
  GThread *stepping;     /* (mutex lock) (nullable): the thread that is in the source's step */
};

/* eh-consumer-open.c */

/* Claims the name and reads the checkpoint, unless it is open. */
gboolean eh_consumer_open (EhConsumer *self, GError **error);
gboolean eh_consumer_save (EhConsumer *self, GError **error);
/* Forgets what is in memory and releases the name. */
void eh_consumer_forget (EhConsumer *self);

/* eh-consumer-step.c */

EhConsumerState eh_consumer_take_step (EhConsumer *self, guint n_max, GError **error);
/* Tells the position to who waits for it. */
void eh_consumer_publish (EhConsumer *self);
/* Whether an event that failed so is not to blame. */
gboolean eh_consumer_is_down (const GError *reason);
gboolean eh_consumer_wants (const EhConsumer *self, const EhEvent *event);
gboolean eh_consumer_is_parked (EhConsumer *self, guint64 position);
/* Calls @handle; FALSE with @reason set, also where it did not say why. */
gboolean eh_consumer_handle (EhConsumer *self, EhConsumerHandler handle, EhEvent *event, GError **reason);
/* Notes that an attempt failed, the @n_tries'th, and when the next one is. @reason: (transfer full) */
void eh_consumer_delay (EhConsumer *self, guint n_tries, GError *reason);
/* Sets an event aside; EH_ERROR_LIMIT */
gboolean eh_consumer_park (EhConsumer *self, EhEvent *event, guint n_tries, const char *message, GError **error);
/* Whether @n_more events could be set aside; EH_ERROR_LIMIT */
gboolean eh_consumer_check_room (EhConsumer *self, guint n_more, GError **error);
/* Sets aside what a tick could not handle. */
void eh_consumer_park_all (EhConsumer *self, const EhParking *more);
/* Whether others of its stream are parked; then it is too, or @taken is EH_FAILED. */
gboolean eh_consumer_park_behind (EhConsumer *self, EhEvent *event, EhTaken *taken, GError **error);

/* eh-consumer-driver.c */

/* Has the driver look again: there is something to do although nothing was appended. */
void eh_consumer_wake (EhConsumer *self);

/* eh-consumer-partitions.c */

EhPartitions *eh_partitions_new (EhConsumer *consumer);
void eh_partitions_free (EhPartitions *self);
/* Whether something that was taken from the page is not handled yet. @self: (nullable) */
gboolean eh_partitions_is_busy (const EhPartitions *self);
/* Handles what was taken from the page before, or takes @budget events more at most. */
EhTaken eh_partitions_take (EhPartitions *self, guint *budget, GError **error);

G_END_DECLS
