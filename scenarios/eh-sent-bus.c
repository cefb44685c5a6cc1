/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-sent-bus-private.h"

struct _EhSentBus {
  GObject parent_instance;

  EhCarryOutFunc func;
  gpointer user_data;
  GPtrArray *sent;      /* (owned) (element-type EhCommand) */
  GHashTable *ids;      /* (owned): the ids of those, theirs */
  GHashTable *done;     /* (owned) (element-type EhId): the ids of those that were carried out */
  GHashTable *followed; /* (owned) (element-type EhId): what the scenario's own commands correlate with */
};

static void eh_sent_bus_iface_init (EhCommandBusInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhSentBus, eh_sent_bus, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_COMMAND_BUS, eh_sent_bus_iface_init))

static void
note (EhSentBus *self, EhCommand *command)
{
  if (g_hash_table_contains (self->ids, eh_command_get_id (command)))
    return;
  g_ptr_array_add (self->sent, eh_command_ref (command));
  g_hash_table_add (self->ids, (gpointer) eh_command_get_id (command));
}

/* As behind a client, what was done is not done again; what was refused may be. */
static EhOutcome *
carry_out_once (EhSentBus *self, EhCommand *command, GError **error)
{
  EhOutcome *outcome;

  if (g_hash_table_contains (self->done, eh_command_get_id (command)))
    return eh_outcome_new (0, NULL, TRUE, NULL);
  outcome = self->func (command, self->user_data, error);
  if (outcome != NULL)
    g_hash_table_add (self->done, eh_id_copy (eh_command_get_id (command)));
  return outcome;
}

static EhOutcome *
eh_sent_bus_dispatch (EhCommandBus *bus, EhCommand *command, GCancellable *cancellable, GError **error)
{
  EhSentBus *self = EH_SENT_BUS (bus);

  note (self, command);
  if (!g_hash_table_contains (self->followed, eh_command_get_correlation_id (command)))
    return eh_outcome_new (0, NULL, FALSE, NULL);
  return carry_out_once (self, command, error);
}

static gboolean
eh_sent_bus_close (EhCommandBus *bus, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static void
eh_sent_bus_finalize (GObject *object)
{
  EhSentBus *self = EH_SENT_BUS (object);

  g_hash_table_unref (self->ids);
  g_hash_table_unref (self->done);
  g_hash_table_unref (self->followed);
  g_ptr_array_unref (self->sent);
  G_OBJECT_CLASS (eh_sent_bus_parent_class)->finalize (object);
}

static void
eh_sent_bus_class_init (EhSentBusClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_sent_bus_finalize;
}

static void
eh_sent_bus_iface_init (EhCommandBusInterface *iface)
{
  iface->dispatch = eh_sent_bus_dispatch;
  iface->close = eh_sent_bus_close;
}

static void
eh_sent_bus_init (EhSentBus *self)
{
  self->sent = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_command_unref);
  self->ids = g_hash_table_new ((GHashFunc) eh_id_hash, (GEqualFunc) eh_id_equal);
  self->done = g_hash_table_new_full ((GHashFunc) eh_id_hash, (GEqualFunc) eh_id_equal, (GDestroyNotify) eh_id_free,
                                      NULL);
  self->followed = g_hash_table_new_full ((GHashFunc) eh_id_hash, (GEqualFunc) eh_id_equal, (GDestroyNotify) eh_id_free,
                                          NULL);
}

EhSentBus *
eh_sent_bus_new (EhCarryOutFunc func, gpointer user_data)
{
  EhSentBus *self = g_object_new (EH_TYPE_SENT_BUS, NULL);

  self->func = func;
  self->user_data = user_data;
  return self;
}

void
eh_sent_bus_follow (EhSentBus *self, EhCommand *command)
{
  g_hash_table_add (self->followed, eh_id_copy (eh_command_get_correlation_id (command)));
}

GPtrArray *
eh_sent_bus_get_sent (EhSentBus *self)
{
  return self->sent;
}
