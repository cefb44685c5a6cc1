/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-client-private.h"

#include <string.h>

#include "eh-aggregate-private.h"
#include "eh-dedupe-bus.h"
#include "eh-direct-bus.h"
#include "eh-door-bus-private.h"
#include "eh-pool-bus.h"
#include "eh-retry-bus.h"
#include "model/eh-error.h"
#include "model/eh-system-clock.h"
#include "model/eh-system-id-source.h"

#define WORKERS_MAX 1024

G_DEFINE_FINAL_TYPE (EhClient, eh_client, G_TYPE_OBJECT)

static void
eh_client_finalize (GObject *object)
{
  EhClient *self = EH_CLIENT (object);

  g_clear_pointer (&self->followers, g_ptr_array_unref);
  g_clear_object (&self->leaving);
  g_clear_object (&self->checkpoints);
  g_clear_object (&self->tracer);
  g_clear_object (&self->command_bus);
  g_clear_object (&self->inner_bus);
  g_clear_object (&self->handler);
  g_clear_object (&self->repository);
  g_clear_object (&self->ids);
  g_clear_object (&self->clock);
  g_clear_object (&self->bus);
  g_clear_object (&self->store);
  g_clear_object (&self->domain);
  g_free (self->checkpoints_uri);
  G_OBJECT_CLASS (eh_client_parent_class)->finalize (object);
}

static void
eh_client_class_init (EhClientClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_client_finalize;
}

static void
eh_client_init (EhClient *self)
{
  self->followers = eh_client_new_followers ();
  self->leaving = g_cancellable_new ();
}

static void
wire_command_bus (EhClient *self, guint n_workers)
{
  g_autoptr (EhCommandBus) direct = NULL;
  g_autoptr (EhCommandBus) retry = NULL;
  g_autoptr (EhCommandBus) door = NULL;

  self->handler = eh_command_handler_new (self->repository, self->clock, self->ids);
  direct = eh_direct_bus_new (self->handler);
  retry = eh_retry_bus_new (direct, self->clock, EH_CLIENT_ATTEMPTS);
  self->inner_bus = eh_dedupe_bus_new (retry, EH_CLIENT_REMEMBER);
  eh_dedupe_bus_set_clock (EH_DEDUPE_BUS (self->inner_bus), self->clock);
  door = eh_door_bus_new (self->inner_bus, self->clock);
  self->command_bus = n_workers == 0 ? g_steal_pointer (&door) : eh_pool_bus_new (door, n_workers, 0);
}

static gboolean
check_parts (EhDomain *domain, guint n_workers, GError **error)
{
  if (n_workers <= WORKERS_MAX)
    return eh_domain_seal (domain, error);
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "%u workers are too many: at most %d", n_workers, WORKERS_MAX);
  return FALSE;
}

EhClient *
eh_client_new_with (EhDomain *domain, EhEventStore *store, EhEventBus *bus, guint n_workers, EhClock *clock,
                    EhIdSource *ids, GError **error)
{
  EhClient *self;

  g_return_val_if_fail (EH_IS_DOMAIN (domain), NULL);
  g_return_val_if_fail (EH_IS_EVENT_STORE (store), NULL);
  g_return_val_if_fail (bus == NULL || EH_IS_EVENT_BUS (bus), NULL);
  g_return_val_if_fail (clock == NULL || EH_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (ids == NULL || EH_IS_ID_SOURCE (ids), NULL);

  if (!check_parts (domain, n_workers, error))
    return NULL;
  self = g_object_new (EH_TYPE_CLIENT, NULL);
  self->domain = g_object_ref (domain);
  self->store = g_object_ref (store);
  self->bus = bus == NULL ? NULL : g_object_ref (bus);
  self->clock = clock != NULL ? g_object_ref (clock) : eh_system_clock_new ();
  self->ids = ids != NULL ? g_object_ref (ids) : eh_system_id_source_new (self->clock);
  self->repository = eh_repository_new (domain, store);
  wire_command_bus (self, n_workers);
  return self;
}

/* As eh_client_new_with() for a store whose URI says where its checkpoints belong. */
static EhClient *
eh_client_new_keeping (EhDomain *domain, EhEventStore *store, EhEventBus *bus, guint n_workers, const char *store_uri,
                       GError **error)
{
  EhClient *self = eh_client_new_with (domain, store, bus, n_workers, NULL, NULL, error);
  gsize length = strcspn (store_uri, "?");

  if (self != NULL && g_str_has_prefix (store_uri, "file:"))
    self->checkpoints_uri = g_strdup_printf ("%.*s/consumers", (int) length, store_uri);
  return self;
}

EhClient *
eh_client_new (EhDomain *domain, const char *store_uri, const char *bus_uri, guint n_workers, GError **error)
{
  g_autoptr (EhEventStore) store = NULL;
  g_autoptr (EhEventBus) bus = NULL;

  g_return_val_if_fail (EH_IS_DOMAIN (domain), NULL);
  g_return_val_if_fail (store_uri != NULL, NULL);

  if (!check_parts (domain, n_workers, error))
    return NULL;
  store = eh_event_store_open (store_uri, NULL, error);
  if (store == NULL)
    return NULL;
  if (bus_uri != NULL)
    {
      bus = eh_event_bus_open (bus_uri, NULL, error);
      if (bus == NULL)
        return NULL;
    }
  return eh_client_new_keeping (domain, store, bus, n_workers, store_uri, error);
}

EhDomain *
eh_client_get_domain (EhClient *self)
{
  g_return_val_if_fail (EH_IS_CLIENT (self), NULL);

  return self->domain;
}

EhEventStore *
eh_client_get_store (EhClient *self)
{
  g_return_val_if_fail (EH_IS_CLIENT (self), NULL);

  return self->store;
}

EhEventBus *
eh_client_get_event_bus (EhClient *self)
{
  g_return_val_if_fail (EH_IS_CLIENT (self), NULL);

  return self->bus;
}

EhCommandBus *
eh_client_get_command_bus (EhClient *self)
{
  g_return_val_if_fail (EH_IS_CLIENT (self), NULL);

  return self->command_bus;
}

EhRepository *
eh_client_get_repository (EhClient *self)
{
  g_return_val_if_fail (EH_IS_CLIENT (self), NULL);

  return self->repository;
}

static EhCommand *
make_command (EhClient *self, const char *aggregate_id, const EhSchema *schema, gconstpointer data, GError **error)
{
  const EhAggregateType *type = NULL;
  g_autoptr (EhStreamName) stream = NULL;
  EhCommand *command;
  EhId id;

  if (eh_domain_find_command (self->domain, schema->name, &type) == NULL)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_UNKNOWN_TYPE, "%s: domain %s has no such command", schema->name,
                   eh_domain_get_name (self->domain));
      return NULL;
    }
  stream = eh_stream_name_new (type->name, aggregate_id, error);
  if (stream == NULL)
    return NULL;
  command = eh_command_new (stream, schema, data, error);
  if (command == NULL)
    return NULL;
  eh_id_source_next (self->ids, &id);
  eh_command_set_id (command, &id);
  return command;
}

EhOutcome *
eh_client_dispatch (EhClient *self, const char *aggregate_id, const EhSchema *schema, gconstpointer data,
                    GError **error)
{
  g_autoptr (EhCommand) command = NULL;

  g_return_val_if_fail (EH_IS_CLIENT (self), NULL);
  g_return_val_if_fail (aggregate_id != NULL, NULL);
  g_return_val_if_fail (schema != NULL, NULL);
  g_return_val_if_fail (data != NULL || schema->n_fields == 0, NULL);

  command = make_command (self, aggregate_id, schema, data, error);
  return command == NULL ? NULL : eh_command_bus_dispatch (self->command_bus, command, NULL, error);
}

gpointer
eh_client_read_state (EhClient *self, EhStreamName *stream, guint64 *version, GError **error)
{
  EhAggregate *aggregate;
  gpointer state;

  g_return_val_if_fail (EH_IS_CLIENT (self), NULL);
  g_return_val_if_fail (stream != NULL, NULL);

  aggregate = eh_repository_load (self->repository, stream, TRUE, NULL, error);
  if (aggregate == NULL)
    return NULL;
  state = eh_schema_copy (aggregate->type->state, aggregate->state);
  if (version != NULL)
    *version = aggregate->version;
  eh_repository_give_back (self->repository, aggregate);
  return state;
}
