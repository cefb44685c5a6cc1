/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "process-world.h"

#include "model/eh-fixed-id-source.h"
#include "runtime/eh-dedupe-bus.h"
#include "runtime/eh-direct-bus.h"
#include "runtime/eh-retry-bus.h"
#include "store/eh-memory-checkpoint-store.h"

/* More steps than any test takes. */
#define STEPS_MAX 10000

static void
begin (ProcessWorld *self)
{
  g_autoptr (EhIdSource) ids = EH_ID_SOURCE (eh_fixed_id_source_new (1));
  g_autoptr (EhRepository) repository = NULL;
  g_autoptr (EhCommandHandler) handler = NULL;
  g_autoptr (EhCommandBus) direct = NULL;
  g_autoptr (EhCommandBus) retry = NULL;
  g_autoptr (GError) error = NULL;

  self->disk = crash_store_new (self->store);
  repository = eh_repository_new (self->domain, EH_EVENT_STORE (self->disk));
  handler = eh_command_handler_new (repository, EH_CLOCK (self->clock), ids);
  direct = eh_direct_bus_new (handler);
  retry = eh_retry_bus_new (direct, EH_CLOCK (self->clock), 3);
  self->commands = eh_dedupe_bus_new (retry, 100);
  self->manager = eh_process_manager_new (self->domain, self->type, EH_EVENT_STORE (self->disk), self->commands,
                                          self->checkpoints, EH_CLOCK (self->clock), &error);
  g_assert_no_error (error);
  self->consumer = eh_process_manager_get_consumer (self->manager);
  eh_consumer_set_checkpoint_every (self->consumer, self->save_every, 0);
}

static void
end (ProcessWorld *self)
{
  eh_consumer_crash (self->consumer);
  g_clear_object (&self->manager);
  g_clear_object (&self->commands);
  g_clear_object (&self->disk);
}

ProcessWorld *
process_world_new (const EhProcessType *type)
{
  ProcessWorld *self = g_new0 (ProcessWorld, 1);

  self->domain = transfer_domain_new ();
  self->store = eh_memory_store_new ();
  self->checkpoints = eh_memory_checkpoint_store_new ();
  self->clock = eh_fixed_clock_new (EH_FIXED_CLOCK_START);
  self->type = type;
  self->save_every = 1000;
  begin (self);
  return self;
}

void
process_world_free (ProcessWorld *self)
{
  end (self);
  g_object_unref (self->clock);
  g_object_unref (self->checkpoints);
  g_object_unref (self->store);
  g_object_unref (self->domain);
  g_free (self);
}

void
process_world_crash (ProcessWorld *self)
{
  end (self);
  begin (self);
}

void
process_world_rewind (ProcessWorld *self, guint64 position)
{
  g_autoptr (GBytes) payload = g_bytes_new_static ("{}", 2);
  g_autoptr (EhCheckpoint)
      checkpoint = eh_checkpoint_new (self->type->name, position, "deadlines", 1, payload, NULL, 0);
  g_autoptr (GError) error = NULL;

  end (self);
  g_assert_true (eh_checkpoint_store_claim (self->checkpoints, self->type->name, &error));
  g_assert_true (eh_checkpoint_store_save (self->checkpoints, checkpoint, NULL, &error));
  eh_checkpoint_store_release (self->checkpoints, self->type->name);
  g_assert_no_error (error);
  begin (self);
}

void
process_world_do (ProcessWorld *self, const char *id, const EhSchema *schema, gconstpointer data, guint8 number)
{
  g_autoptr (EhIdSource) ids = EH_ID_SOURCE (eh_fixed_id_source_new (2));
  g_autoptr (EhRepository) repository = eh_repository_new (self->domain, self->store);
  g_autoptr (EhCommandHandler) handler = eh_command_handler_new (repository, EH_CLOCK (self->clock), ids);
  const EhAggregateType *type = NULL;
  g_autoptr (EhStreamName) stream = NULL;
  g_autoptr (EhCommand) command = NULL;
  g_autoptr (EhOutcome) outcome = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (eh_domain_find_command (self->domain, schema->name, &type));
  stream = eh_stream_name_new (type->name, id, &error);
  g_assert_no_error (error);
  command = eh_command_new (stream, schema, data, &error);
  g_assert_no_error (error);
  eh_command_set_id (command, &(EhId){ { [15] = number } });
  outcome = eh_command_handler_handle (handler, command, NULL, &error);
  g_assert_no_error (error);
}

/* Whether an event is to be tried again. */
static gboolean
has_failed (ProcessWorld *self)
{
  g_autoptr (GError) error = eh_consumer_get_last_error (self->consumer);

  return error != NULL;
}

/* Whether there is nothing to do before the time that the consumer names. */
static gboolean
rests (ProcessWorld *self, EhConsumerState state)
{
  return state != EH_CONSUMER_BUSY && !has_failed (self)
         && eh_consumer_get_position (self->consumer) == process_world_get_head (self)
         && eh_consumer_get_due (self->consumer) > eh_clock_now (EH_CLOCK (self->clock));
}

gboolean
process_world_run (ProcessWorld *self)
{
  for (guint n = 0; n < STEPS_MAX; n++)
    {
      g_autoptr (GError) error = NULL;
      EhConsumerState state = eh_consumer_step (self->consumer, 0, &error);
      gint64 now = eh_clock_now (EH_CLOCK (self->clock));

      if (self->disk->is_dead)
        return FALSE;
      g_assert_no_error (error);
      if (rests (self, state))
        return TRUE;
      if (state == EH_CONSUMER_WAITING && has_failed (self))
        eh_fixed_clock_set (self->clock, MAX (now, eh_consumer_get_due (self->consumer)));
    }
  g_assert_not_reached ();
}

gboolean
process_world_run_out (ProcessWorld *self)
{
  for (guint n = 0; n < STEPS_MAX; n++)
    {
      gint64 due;

      if (!process_world_run (self))
        return FALSE;
      due = eh_consumer_get_due (self->consumer);
      if (due == G_MAXINT64)
        return TRUE;
      eh_fixed_clock_set (self->clock, MAX (due, eh_clock_now (EH_CLOCK (self->clock))));
    }
  g_assert_not_reached ();
}

gint64
process_world_get_amount (ProcessWorld *self, const char *purse)
{
  g_autoptr (EhRepository) repository = eh_repository_new (self->domain, self->store);
  g_autoptr (EhStreamName) stream = eh_stream_name_new ("Purse", purse, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (EhAggregate) aggregate = eh_repository_load (repository, stream, TRUE, NULL, &error);

  g_assert_no_error (error);
  return ((const Purse *) eh_aggregate_get_state (aggregate))->amount;
}

guint
process_world_count (ProcessWorld *self, const char *type_name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhEventPage) page = eh_event_store_read_all (self->store, NULL, 0, EH_FORWARDS, 0, NULL, &error);
  guint n = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    n += g_str_equal (eh_event_get_type_name (eh_event_page_get (page, i)), type_name);
  return n;
}

guint64
process_world_get_head (ProcessWorld *self)
{
  g_autoptr (GError) error = NULL;
  guint64 head = 0;

  eh_event_store_get_head (self->store, &head, NULL, &error);
  g_assert_no_error (error);
  return head;
}

char *
process_world_get_phase (ProcessWorld *self, guint8 number, gboolean *ended)
{
  const EhId id = { { [15] = number } };
  g_autofree char *key = eh_id_to_string (&id);
  g_autoptr (GError) error = NULL;
  Transfer *transfer = eh_process_manager_read_state (self->manager, key, ended, &error);
  char *phase;

  g_assert_no_error (error);
  phase = g_strdup (transfer->phase);
  eh_schema_free (&transfer_schema, transfer);
  return phase;
}
