/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "runtime/eh-client.h"

G_BEGIN_DECLS

/* One of those who follow the store. */
typedef struct {
  EhConsumer *consumer;      /* (owned) */
  EhProjection *projection;  /* (owned) (nullable) */
  EhProcessManager *manager; /* (owned) (nullable) */
  gboolean is_stopped;
} EhFollower;

struct _EhClient {
  GObject parent_instance;

  EhDomain *domain;          /* (owned) */
  EhEventStore *store;       /* (owned) */
  EhEventBus *bus;           /* (owned) (nullable) */
  EhClock *clock;            /* (owned) */
  EhIdSource *ids;           /* (owned) */
  EhRepository *repository;  /* (owned) */
  EhCommandHandler *handler; /* (owned) */
  EhCommandBus *inner_bus;   /* (owned): where process managers send to */
  EhCommandBus *command_bus; /* (owned): where everybody else does; closed first, and not with it the inner one */

  /* Immutable after the first command and after the start. */
  EhPublishMode mode;
  EhCheckpointStore *checkpoints; /* (owned) (nullable) */
  char *checkpoints_uri;          /* (owned) (nullable): where they are unless told otherwise */
  EhTracer *tracer;               /* (owned) (nullable) */
  GPtrArray *followers;           /* (owned): of EhFollower (owned) */
  gboolean is_prepared;

  GCancellable *leaving; /* (owned): cancelled when closing must not wait any more */
  gint is_closed;        /* (atomic) */
};

GPtrArray *eh_client_new_followers (void);

/*
 * Makes, but does not start, what eh_client_start() runs, in this order: projections, process managers, the relay;
 * added consumers were there before. For who drives their steps himself, as a world does. Again: does nothing.
 */
gboolean eh_client_prepare (EhClient *self, GError **error);
guint eh_client_get_n_consumers (EhClient *self);
EhConsumer *eh_client_get_nth_consumer (EhClient *self, guint i);

/*
 * As eh_client_settle(), leaving out who was stopped. With @report: goes on when a consumer has failed, and notes it.
 */
gboolean eh_client_let_settle (EhClient *self, EhCloseReport *report, GCancellable *cancellable, GError **error);

G_END_DECLS
