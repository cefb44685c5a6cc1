/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "conformance/eh-bus-conformance.h"

/* A bus around a memory bus that breaks one promise at a time; honest, it keeps them all. */

typedef enum {
  BROKEN_BUS_HONEST,
  BROKEN_BUS_LOSES_ON_FAILURE, /* a handler that fails has handled the event */
  BROKEN_BUS_SWAPS,            /* every fourth event overtakes the one before */
  BROKEN_BUS_TWICE,            /* every event comes twice */
  BROKEN_BUS_IGNORES_GROUPS,   /* each member gets every event */
  BROKEN_BUS_MIXES_GROUPS,     /* a group with another topic is let in */
  BROKEN_BUS_STAYS,            /* unsubscribing does nothing */
  BROKEN_BUS_LEAVES_EARLY,     /* unsubscribing does not wait for the handler */
  BROKEN_BUS_FORGIVES,         /* unsubscribing what is not there says yes */
  BROKEN_BUS_FLUSHES_EARLY,    /* flush does not wait */
  BROKEN_BUS_CLOSE_DROPS,      /* close drops what waits */
  BROKEN_BUS_STAYS_OPEN,       /* close closes nothing */
  BROKEN_BUS_IGNORES_SUBSET,   /* the bucket is all that matters */
  BROKEN_BUS_FOLDS_CASE,       /* topics that differ in case are one */
  BROKEN_BUS_NARROW_WILDCARDS, /* a subscription to all buckets is one to "bank" */
  BROKEN_BUS_REPLAYS,          /* a late subscriber gets what was published before */
  BROKEN_BUS_HOLDS_UP,         /* retries on the spot, while everybody waits */
  BROKEN_BUS_HIDES_PARKED,     /* tells nobody what it set aside */
  BROKEN_BUS_TRIES_FOR_EVER,   /* never sets anything aside */
  BROKEN_BUS_SPREADS,          /* a stream goes to two threads */
  BROKEN_BUS_FORGETS_METADATA, /* of an envelope only the first six members come through */
  BROKEN_BUS_DROPS_LARGE,      /* large events are accepted and not delivered */
  BROKEN_BUS_SAYS_YES,         /* severed, it accepts what it cannot deliver */
  BROKEN_BUS_N_FAULTS,
} BrokenBusFault;

/* User data: GUINT_TO_POINTER (fault). */
EhEventBus *broken_bus_open (guint number, gpointer fault, GError **error);
guint broken_bus_count_parked (EhEventBus *bus, gpointer fault);
void broken_bus_sever (EhEventBus *bus, gboolean severed, gpointer fault);
