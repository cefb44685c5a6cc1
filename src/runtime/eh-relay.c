/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runtime/eh-relay-private.h"

#include "runtime/eh-consumer-struct-private.h"
#include "runtime/eh-tracer-private.h"

/* The type of the last event, as events of one type often follow each other, and its topic. */
typedef struct {
  EhDomain *domain;            /* (owned) */
  EhConsumer *consumer;        /* (unowned): it owns this */
  EhEventBus *bus;             /* (owned) */
  GCancellable *leaving;       /* (owned) (nullable) */
  const EhAggregateType *type; /* (nullable) */
  const char *bucket;          /* (nullable), as @subset: the domain's own */
  const char *subset;
} EhRelay;

/* How long a bus that takes nothing is left alone at most. */
#define LONGEST_DELAY (10 * G_TIME_SPAN_SECOND)
#define FIRST_DELAY (10 * G_TIME_SPAN_MILLISECOND)

static void
eh_relay_free (gpointer data)
{
  EhRelay *self = data;

  g_clear_object (&self->leaving);
  g_object_unref (self->bus);
  g_object_unref (self->domain);
  g_free (self);
}

/* Inside a span. */
static gboolean
eh_relay_publish_one (EhRelay *self, EhEvent *event, GError **error)
{
  EhTracer *tracer = self->consumer->tracer;
  GError *failure = NULL;
  gpointer token = eh_tracer_begin_event (tracer, EH_SPAN_PUBLISH, NULL, event);
  gboolean ok = eh_event_bus_publish (self->bus, self->bucket, self->subset, event, self->leaving, &failure);

  eh_tracer_end (tracer, token, failure);
  if (!ok)
    g_propagate_error (error, failure);
  return ok;
}

static gboolean
eh_relay_publish (EhEvent *event, gpointer user_data, GError **error)
{
  EhRelay *self = user_data;
  const char *category = eh_stream_name_get_category (eh_event_get_stream (event));

  if (self->type == NULL || !g_str_equal (self->type->name, category))
    {
      self->type = eh_domain_find_aggregate_type (self->domain, category);
      if (self->type != NULL)
        eh_domain_get_topic (self->domain, self->type, &self->bucket, &self->subset);
    }
  return self->type == NULL || eh_relay_publish_one (self, event, error);
}

/* Accepted is not yet delivered: what a checkpoint leaves behind must not be lost with a bus that is in memory. */
static GBytes *
eh_relay_save (guint64 position, gpointer user_data, GError **error)
{
  EhRelay *self = user_data;

  eh_event_bus_flush (self->bus, self->leaving, error);
  return NULL;
}

void
eh_relay_set_leaving (EhConsumer *relay, GCancellable *leaving)
{
  EhRelay *self = relay->user_data;

  g_set_object (&self->leaving, leaving);
}

EhConsumer *
eh_relay_new (const char *name, EhDomain *domain, EhEventStore *store, EhEventBus *bus, EhCheckpointStore *checkpoints,
              EhClock *clock, GError **error)
{
  const EhConsumerFuncs funcs = { .handle = eh_relay_publish, .save = eh_relay_save };
  EhRelay *relay = NULL;
  EhConsumer *self = NULL;

  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (EH_IS_DOMAIN (domain), NULL);
  g_return_val_if_fail (EH_IS_EVENT_STORE (store), NULL);
  g_return_val_if_fail (EH_IS_EVENT_BUS (bus), NULL);
  g_return_val_if_fail (EH_IS_CHECKPOINT_STORE (checkpoints), NULL);
  g_return_val_if_fail (clock == NULL || EH_IS_CLOCK (clock), NULL);

  relay = g_new0 (EhRelay, 1);
  relay->domain = g_object_ref (domain);
  relay->bus = g_object_ref (bus);
  self = eh_consumer_new_with (name, store, checkpoints, clock, &funcs, relay, eh_relay_free, error);
  if (self == NULL)
    return NULL;
  relay->consumer = self;
  eh_consumer_set_attempts (self, 0, FIRST_DELAY, LONGEST_DELAY);
  return self;
}
