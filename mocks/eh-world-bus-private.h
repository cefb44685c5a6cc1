/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bus/eh-memory-bus-private.h"
#include "mocks/eh-world-struct-private.h"

G_BEGIN_DECLS

/* The inside of a world's bus, shared by those who publish and subscribe and the courier, who delivers. */

typedef struct {
  EhWorld *world;         /* (unowned) */
  EhWorldNode *node;      /* (unowned) (nullable): whose it is */
  char *bucket;           /* (owned) (nullable) */
  char *subset;           /* (owned) (nullable) */
  char *group;            /* (owned) (nullable) */
  guint id;               /* the inner bus's */
  EhEventHandler handler; /* (nullable): nobody's while its node is made anew */
  gpointer user_data;
  GDestroyNotify destroy; /* (nullable) */
} EhWorldSubscription;

/* A delivery that is held back. */
typedef struct {
  EhWorldSubscription *subscription; /* (unowned) */
  EhEvent *event;                    /* (owned) */
  guint n_before;                    /* how many others go first; G_MAXUINT for all */
  guint attempts;
  guint n_held; /* how often it was held back */
} EhHeldDelivery;

struct _EhWorldBus {
  GObject parent_instance;

  EhWorld *world;           /* (unowned) */
  GPtrArray *subscriptions; /* (element-type EhWorldSubscription): each the inner bus's */
  GArray *held;             /* (owned) (element-type EhHeldDelivery) */
  GArray *joined;           /* (owned) (element-type guint): who has subscribed in this run */
  gboolean is_joined;       /* somebody has, in this run or one before */
  EhFault fault;            /* of the delivery that is under way */
  gboolean is_told;
};

static inline EhMemoryBus *
eh_world_get_memory_bus (EhWorld *self)
{
  return (EhMemoryBus *) (gpointer) self->inner_bus;
}

/* The handler of a subscription: the inner bus delivers. */
gboolean eh_world_subscription_handle (EhEvent *event, gpointer user_data, GError **error);
/* Nobody waits for it any more. */
void eh_world_bus_drop_held (EhWorldBus *self, const EhWorldSubscription *subscription);

G_END_DECLS
