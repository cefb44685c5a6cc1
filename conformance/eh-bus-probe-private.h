/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "conformance/eh-bus-conformance.h"
#include "conformance/eh-claim-private.h"
#include "conformance/eh-conformance-suite-private.h"
#include "model/eh-lock-private.h"

G_BEGIN_DECLS

typedef struct _EhBusProbe EhBusProbe;
typedef struct _EhBusListener EhBusListener;

/*
 * What a handler does beyond noting the event; FALSE with an error to fail. @n is how often it has seen that event,
 * this time included. Runs without the listener's lock.
 */
typedef gboolean (*EhBusAct) (EhBusListener *self, EhEvent *event, guint n, GError **error);

/* A subscription that notes what it is given. Any number of them in a case. */
struct _EhBusListener {
  EhBusProbe *probe;
  EhBusAct act;  /* (nullable) */
  gpointer data; /* for @act */
  guint id;      /* of the subscription */
  EhLock lock;
  EhCond cond;          /* something was noted */
  GPtrArray *given;     /* (owned) (mutex lock) of EhEvent: each time that the handler was called */
  GPtrArray *handled;   /* (owned) (mutex lock) of EhEvent: those that it acknowledged */
  guint n_running;      /* (mutex lock) */
  GHashTable *busy;     /* (owned) (mutex lock) of EhStreamName: streams that are being handled */
  gboolean was_at_once; /* (mutex lock): one stream was handled by two threads at once */
  gint n_destroyed;     /* (atomic) */
};

/* What a case about event buses works with. Streams are named "A-1", their events are their versions. */
struct _EhBusProbe {
  const EhBusFactory *factory;
  const EhConformanceJob *job;
  EhEventBus *bus;      /* (owned) */
  EhEventBus *listens;  /* (unowned) where subscriptions go */
  GPtrArray *listeners; /* (owned) */
};

typedef struct {
  const char *name;
  const char *capability;
  const char *summary;
  gboolean (*run) (EhBusProbe *probe, GError **error);
  gboolean needs_parked;
  gboolean needs_sever;
} EhBusCase;

typedef struct {
  EhConformanceSection about;
  const EhBusCase *cases;
  guint n_cases;
} EhBusSection;

extern const EhBusSection eh_bus_delivery;
extern const EhBusSection eh_bus_failures;
extern const EhBusSection eh_bus_groups;
extern const EhBusSection eh_bus_life;
extern const EhBusSection eh_bus_wire;

#define EH_BUS_PATIENCE (20 * G_TIME_SPAN_SECOND)

gboolean eh_bus_probe_open (EhBusProbe *self, GError **error);
void eh_bus_probe_drop (EhBusProbe *self);
gboolean eh_bus_probe_has (const EhBusProbe *self, EhBusFeatures feature);

/* Version @version of @stream; equal arguments make equal events. */
EhEvent *eh_bus_probe_event (const char *stream, guint64 version);

/* These have to succeed. The topic is "bank.account" unless it is said. */
gboolean eh_bus_probe_publish (EhBusProbe *self, const char *stream, guint64 first, guint n, GError **error);
gboolean eh_bus_probe_publish_to (EhBusProbe *self, const char *bucket, const char *subset, const char *stream,
                                  guint64 version, GError **error);
EhBusListener *eh_bus_probe_listen (EhBusProbe *self, const char *group, EhBusAct act, gpointer data, GError **error);
EhBusListener *
eh_bus_probe_listen_to (EhBusProbe *self, const char *bucket, const char *subset, const char *group, GError **error);
gboolean eh_bus_probe_unsubscribe (EhBusProbe *self, EhBusListener *listener, GError **error);
gboolean eh_bus_probe_close (EhBusProbe *self, GError **error);

/* A listener that is not subscribed yet. (transfer none) */
EhBusListener *eh_bus_probe_make_listener (EhBusProbe *self, EhBusAct act, gpointer data);

/* As eh_event_bus_subscribe() with that listener; 0 with *error set. */
guint eh_bus_listener_subscribe (EhBusListener *self, const char *bucket, const char *subset, const char *group,
                                 GError **error);

/* Waits until what was published has been handled: by flushing where that waits. */
gboolean eh_bus_probe_settle (EhBusProbe *self, GError **error);

/* Waits until the listener has acknowledged at least @n events. */
gboolean eh_bus_listener_wait (EhBusListener *self, guint n, GError **error);

guint eh_bus_listener_count (EhBusListener *self);

/* That it has acknowledged just these versions of the stream, in this order: "1..5". Settle first. */
gboolean eh_bus_listener_holds (EhBusListener *self, const char *stream, const char *versions, GError **error);

/* The same for all calls of the handler, also those that failed. */
gboolean eh_bus_listener_was_given (EhBusListener *self, const char *stream, const char *versions, GError **error);

G_END_DECLS
