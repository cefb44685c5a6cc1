/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mocks/eh-mock-call-private.h"
#include "model/eh-lock-private.h"

G_BEGIN_DECLS

/*
 * What a mock bus and its subscriptions share. The bus inside keeps the subscriptions and may outlive the mock; if they
 * held the mock itself, the two would keep each other alive.
 */
typedef struct {
  EhMockRecorder recorder;
  EhLock lock;
  GPtrArray *subscriptions; /* (element-type EhMockSubscription) (unowned) (mutex lock): those that have not ended */
  GQueue held;              /* (element-type HeldEvent) (owned) (mutex lock): oldest first */
  gint is_closing;          /* (atomic): subscriptions that end are handed what is held back for them */
  guint last_number;        /* (mutex lock) */
} EhMockBusCore;

EhMockBusCore *eh_mock_bus_core_new (EhFaultPlan *plan, EhCallLog *log);
void eh_mock_bus_core_unref (EhMockBusCore *self);

/* Drops what is held back. */
void eh_mock_bus_core_drop_held (EhMockBusCore *self);

/* Hands over what is held back for @key, or for anyone if that is NULL: when the bus inside has delivered the rest. */
void eh_mock_bus_core_flush_held (EhMockBusCore *self, const char *key);

/* One subscription, reference-counted: of its bus inside, and of calls under way. */
typedef struct _EhMockSubscription EhMockSubscription;

/* With two references: the caller's, and one that the bus inside ends. */
EhMockSubscription *eh_mock_subscription_new (EhMockBusCore *core, const char *topic, const char *group,
                                              EhEventHandler handler, gpointer user_data, GDestroyNotify destroy);
void eh_mock_subscription_unref (EhMockSubscription *self);

/* The destroy function for the bus inside. */
void eh_mock_subscription_end (gpointer subscription);

/* Ends one that the bus inside refused: its user data is the caller's still. */
void eh_mock_subscription_discard (EhMockSubscription *self);

/* The bus inside calls it @id now. */
void eh_mock_subscription_set_id (EhMockSubscription *self, guint id);

/*
 * Unsubscribing: whose events subscription @id gets (NULL: there is none); then, when it is done: it gets nothing
 * any more, and what is held for it alone is dropped.
 */
char *eh_mock_bus_core_dup_key (EhMockBusCore *self, guint id);
void eh_mock_bus_core_unsubscribed (EhMockBusCore *self, guint id, const char *key);

/* What the bus inside calls for each event. */
gboolean eh_mock_subscription_handle (EhEvent *event, gpointer subscription, GError **error);

G_END_DECLS
