/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-trial-consumer-private.h"

/*
 * Commands that consumers send. Each is a step beside the clients' steps: by its id it is one however often it is sent,
 * because that is what its sender relies on; without an id each time is another. What counts is what came of it in the
 * end; once it has had events it was accepted, whatever a repetition was told.
 */

#define EH_TYPE_TRIAL_SENDER (eh_trial_sender_get_type ())
G_DECLARE_FINAL_TYPE (EhTrialSender, eh_trial_sender, EH, TRIAL_SENDER, GObject)

struct _EhTrialSender {
  GObject parent_instance;

  EhSimulationNode *consumer; /* (unowned) */
};

static void eh_trial_sender_iface_init (EhCommandBusInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhTrialSender, eh_trial_sender, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_COMMAND_BUS, eh_trial_sender_iface_init))

static guint
find_sent (EhTrial *trial, const EhTrialNode *node, EhCommand *command)
{
  const EhId *id = eh_command_get_id (command);

  for (guint i = 0; !eh_id_is_nil (id) && i < node->indices->len; i++)
    {
      guint index = g_array_index (node->indices, guint, i);
      const EhTrialStep *record = &g_array_index (trial->records, EhTrialStep, index);

      if (record->command != NULL && eh_id_equal (eh_command_get_id (record->command), id))
        return index;
    }
  return EH_TRIAL_NONE;
}

static void
begin (EhTrial *trial, EhTrialNode *node, EhCommand *command)
{
  guint i = find_sent (trial, node, command);
  EhTrialStep *record;

  node->current = i != EH_TRIAL_NONE ? i : eh_trial_add_record (trial, node, command, NULL);
  record = &g_array_index (trial->records, EhTrialStep, node->current);
  record->outcome = EH_TRIAL_RUNNING;
  record->has_failed = FALSE;
  g_clear_error (&record->error);
}

/* @error: (nullable) */
static void
end (EhTrial *trial, EhTrialNode *node, const GError *error)
{
  EhTrialStep *record = &g_array_index (trial->records, EhTrialStep, node->current);

  node->current = EH_TRIAL_NONE;
  eh_trial_node_conclude (node, record, error == NULL, error != NULL ? g_error_copy (error) : NULL);
  if (record->n_appends == 0 || record->outcome == EH_TRIAL_UNKNOWN)
    return;
  record->outcome = EH_TRIAL_ACCEPTED;
  g_clear_error (&record->error);
}

/* Outside of a run it is of the past. A subscriber's handler runs where the bus delivers. */
static EhOutcome *
eh_trial_sender_dispatch (EhCommandBus *bus, EhCommand *command, GCancellable *cancellable, GError **error)
{
  EhSimulationNode *consumer = EH_TRIAL_SENDER (bus)->consumer;
  EhTrial *trial = consumer->trial;
  guint running = eh_world_get_running (trial->world);
  EhTrialNode *node = running < trial->nodes->len ? g_ptr_array_index (trial->nodes, running) : NULL;
  EhOutcome *outcome;
  GError *failed = NULL;

  if (node == NULL || !node->is_follower || node->current != EH_TRIAL_NONE)
    return eh_command_bus_dispatch (consumer->sender->bus, command, cancellable, error);
  begin (trial, node, command);
  outcome = eh_command_bus_dispatch (consumer->sender->bus, command, cancellable, &failed);
  end (trial, node, failed);
  if (failed != NULL)
    g_propagate_error (error, failed);
  return outcome;
}

/* The world's. */
static gboolean
eh_trial_sender_close (EhCommandBus *bus, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static void
eh_trial_sender_iface_init (EhCommandBusInterface *iface)
{
  iface->dispatch = eh_trial_sender_dispatch;
  iface->close = eh_trial_sender_close;
}

static void
eh_trial_sender_class_init (EhTrialSenderClass *klass)
{
}

static void
eh_trial_sender_init (EhTrialSender *self)
{
}

EhCommandBus *
eh_trial_sender_new (EhSimulationNode *consumer)
{
  EhTrialSender *self = g_object_new (EH_TYPE_TRIAL_SENDER, NULL);

  self->consumer = consumer;
  return EH_COMMAND_BUS (self);
}
