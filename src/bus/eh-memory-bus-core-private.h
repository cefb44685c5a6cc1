/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bus/eh-memory-bus-group-private.h"
#include "model/eh-lock-private.h"

G_BEGIN_DECLS

/* An event that was set aside. */
typedef struct {
  EhEvent *event; /* (owned) */
  char *reason;   /* (owned) */
} EhBusParked;

/*
 * What the bus object and its delivery threads share. The object may end while a thread is in a handler (the handler
 * may drop the last reference), therefore it is counted by itself.
 */
typedef struct {
  EhLock lock;
  EhCond work;         /* something can be delivered, or the core ends */
  EhCond progress;     /* what a flush or an unsubscribe waits for may have happened */
  guint n_refs;        /* (lock) the object and each thread */
  guint attempts;      /* (lock) */
  guint limit;         /* (lock) 0 for none */
  guint n_threads;     /* immutable */
  GPtrArray *threads;  /* (owned) (lock) */
  GPtrArray *groups;   /* (owned) (lock) in the order of subscription */
  GArray *parked;      /* (owned) (lock) of EhBusParked */
  GQueue deliveries;   /* (lock) those under way, on their threads' stacks */
  GQueue flushes;      /* (lock) those under way, likewise */
  guint64 number;      /* (lock) of the last publish or retry */
  gsize n_outstanding; /* (lock) events waiting or being handled, in all groups */
  guint n_idle;        /* (lock) threads waiting for work */
  guint n_called;      /* (lock) of them, at most, those that have been signalled and not woken up yet */
  guint n_waiters;     /* (lock) callers waiting for any delivery to end */
  guint last_id;       /* (lock) */
  guint n_closing;     /* (lock) closes that have stopped publishing and now drain */
  gboolean closed;     /* (lock) */
} EhBusCore;

EhBusCore *eh_bus_core_new (guint n_threads);

/* Ends without draining what was not ended; drops the object's reference. */
void eh_bus_core_dispose (EhBusCore *self);

gboolean eh_bus_core_publish (EhBusCore *self, const char *bucket, const char *subset, EhEvent *event, GError **error);
gboolean eh_bus_core_step (EhBusCore *self);
void eh_bus_core_reset (EhBusCore *self);

/* Takes over the member; on failure its destroy function does not run. */
guint eh_bus_core_subscribe (EhBusCore *self, const char *bucket, const char *subset, const char *group,
                             EhBusMember *member, GError **error);
gboolean eh_bus_core_unsubscribe (EhBusCore *self, guint id, GError **error);
gboolean eh_bus_core_flush (EhBusCore *self, GCancellable *cancellable, GError **error);
gboolean eh_bus_core_close (EhBusCore *self, GCancellable *cancellable, GError **error);

/*
 * For the files of the core, with the lock held.
 */

gboolean eh_bus_core_step_locked (EhBusCore *self);
/* (nullable): whom the next step calls */
EhBusMember *eh_bus_core_peek_member (EhBusCore *self);
void eh_bus_core_drop_waiting (EhBusCore *self, EhBusGroup *group);
void eh_bus_core_unref_member (EhBusCore *self, EhBusMember *member);

/* Whether the member's handler is running in another thread. */
gboolean eh_bus_core_runs_elsewhere (EhBusCore *self, EhBusMember *member);

/* Whether this thread must not wait for deliveries, because one waits for it. */
gboolean eh_bus_core_is_delivering (EhBusCore *self);

/* A flush counts what is outstanding when it begins; whatever is published later has a higher number. */
typedef struct {
  guint64 last;
  gsize n_left;
  GList link;
} EhBusFlush;

G_END_DECLS
