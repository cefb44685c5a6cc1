/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "counter-domain.h"

#include "store/eh-memory-store.h"

GQuark
counter_error_quark (void)
{
  return g_quark_from_static_string ("counter-error-quark");
}

EH_DEFINE_SCHEMA (CounterCreated, counter_created)
EH_DEFINE_SCHEMA (CounterAdded, counter_added, EH_FIELD_INT64 (amount))
EH_DEFINE_SCHEMA (CounterTaken, counter_taken, EH_FIELD_INT64 (amount))
EH_DEFINE_SCHEMA (CreateCounter, create_counter)
EH_DEFINE_SCHEMA (AddToCounter, add_to_counter, EH_FIELD_INT64 (amount))
EH_DEFINE_SCHEMA (TakeFromCounter, take_from_counter, EH_FIELD_INT64 (amount))
EH_DEFINE_SCHEMA (TouchCounter, touch_counter)
EH_DEFINE_SCHEMA (DoubleCounter, double_counter)
EH_DEFINE_SCHEMA (BreakCounter, break_counter)
EH_DEFINE_SCHEMA (UnknownCommand, unknown_command)
EH_DEFINE_SCHEMA (Counter, counter_schema, EH_FIELD_INT64 (value))

static gboolean
validate_amount (gconstpointer data, GError **error)
{
  const gint64 amount = ((const CounterAmount *) data)->amount;

  if (amount == COUNTER_AMOUNT_UNTOLD)
    return FALSE;
  if (amount != 0)
    return TRUE;
  g_set_error_literal (error, COUNTER_ERROR, COUNTER_ERROR_ZERO, "zero");
  return FALSE;
}

static gboolean
decide_create (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  eh_decision_emit (decision, &counter_created, &(CounterCreated){ 0 });
  return TRUE;
}

static gboolean
decide_add (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const AddToCounter *add = eh_command_get_data (command);

  eh_decision_emit (decision, &counter_added, &(CounterAdded){ add->amount });
  return TRUE;
}

static gboolean
decide_take (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const TakeFromCounter *take = eh_command_get_data (command);

  if (((const Counter *) state)->value < take->amount)
    {
      g_set_error_literal (error, COUNTER_ERROR, COUNTER_ERROR_TOO_LITTLE, "too little");
      return FALSE;
    }
  eh_decision_emit (decision, &counter_taken, &(CounterTaken){ take->amount });
  return TRUE;
}

static gboolean
decide_nothing (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  return TRUE;
}

static gboolean
decide_double (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  gint64 value = ((const Counter *) state)->value;

  eh_decision_emit (decision, &counter_added, &(CounterAdded){ value });
  eh_decision_emit (decision, &counter_added, &(CounterAdded){ 0 });
  return TRUE;
}

static gboolean
decide_badly (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  return FALSE;
}

static void
apply_added (gpointer state, const EhEvent *event)
{
  ((Counter *) state)->value += ((const CounterAdded *) eh_event_get_data (event))->amount;
}

static void
apply_taken (gpointer state, const EhEvent *event)
{
  ((Counter *) state)->value -= ((const CounterTaken *) eh_event_get_data (event))->amount;
}

static const EhCommandRule counter_commands[] = {
  { &create_counter, decide_create, EH_CREATES },
  { &add_to_counter, decide_add, EH_UPDATES, validate_amount },
  { &take_from_counter, decide_take, EH_UPDATES, validate_amount },
  { &touch_counter, decide_nothing, EH_CREATES_OR_UPDATES },
  { &double_counter, decide_double },
  { &break_counter, decide_badly },
};

static const EhEventRule counter_events[] = {
  { &counter_created, NULL },
  { &counter_added, apply_added },
  { &counter_taken, apply_taken },
};

const EhAggregateType counter_type = EH_AGGREGATE_TYPE ("Counter", Counter, counter_schema, counter_commands,
                                                        counter_events);

EhDomain *
counter_domain_new (void)
{
  EhDomain *domain = eh_domain_new ("counting");
  g_autoptr (GError) error = NULL;

  eh_domain_add_aggregate_type (domain, &counter_type);
  eh_domain_seal (domain, &error);
  g_assert_no_error (error);
  return domain;
}

EhStreamName *
counter_stream (const char *id)
{
  g_autoptr (GError) error = NULL;
  EhStreamName *stream = eh_stream_name_new ("Counter", id, &error);

  g_assert_no_error (error);
  return stream;
}

static EhCommand *
make_command (const char *id, const EhSchema *schema, gconstpointer data)
{
  g_autoptr (EhStreamName) stream = counter_stream (id);
  g_autoptr (GError) error = NULL;
  EhCommand *command = eh_command_new (stream, schema, data, &error);

  g_assert_no_error (error);
  return command;
}

EhCommand *
counter_create (const char *id)
{
  return counter_command (id, &create_counter);
}

EhCommand *
counter_add (const char *id, gint64 amount)
{
  return make_command (id, &add_to_counter, &(AddToCounter){ amount });
}

EhCommand *
counter_take (const char *id, gint64 amount)
{
  return make_command (id, &take_from_counter, &(TakeFromCounter){ amount });
}

EhCommand *
counter_command (const char *id, const EhSchema *schema)
{
  return make_command (id, schema, &(CounterNothing){ 0 });
}

EhCommand *
counter_with_id (EhCommand *command, guint64 n)
{
  EhId id = { { 0 } };

  for (guint i = 0; i < 8; i++)
    id.bytes[15 - i] = (guint8) (n >> (8 * i));
  eh_command_set_id (command, &id);
  return command;
}

CounterWorld *
counter_world_new (void)
{
  g_autoptr (EhEventStore) memory = eh_memory_store_new ();
  CounterWorld *self = g_new0 (CounterWorld, 1);

  self->domain = counter_domain_new ();
  self->store = faulty_store_new (memory);
  self->clock = eh_fixed_clock_new (EH_FIXED_CLOCK_START);
  self->ids = eh_fixed_id_source_new (1);
  self->repository = eh_repository_new (self->domain, EH_EVENT_STORE (self->store));
  self->handler = eh_command_handler_new (self->repository, EH_CLOCK (self->clock), EH_ID_SOURCE (self->ids));
  return self;
}

void
counter_world_free (CounterWorld *self)
{
  g_object_unref (self->handler);
  g_object_unref (self->repository);
  g_object_unref (self->ids);
  g_object_unref (self->clock);
  g_object_unref (self->store);
  g_object_unref (self->domain);
  g_free (self);
}

guint64
counter_do (EhCommandHandler *handler, EhCommand *command)
{
  g_autoptr (EhCommand) owned = command;
  g_autoptr (GError) error = NULL;
  g_autoptr (EhOutcome) outcome = eh_command_handler_handle (handler, owned, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (outcome);
  return eh_outcome_get_version (outcome);
}

void
counter_fail (EhCommandHandler *handler, EhCommand *command, GQuark domain, gint code)
{
  g_autoptr (EhCommand) owned = command;
  g_autoptr (GError) error = NULL;
  g_autoptr (EhOutcome) outcome = eh_command_handler_handle (handler, owned, NULL, &error);

  g_assert_error (error, domain, code);
  g_assert_null (outcome);
}

gint64
counter_read (EhEventStore *store, EhDomain *domain, const char *id, guint64 *version)
{
  g_autoptr (EhRepository) repository = eh_repository_new (domain, store);
  g_autoptr (EhStreamName) stream = counter_stream (id);
  g_autoptr (GError) error = NULL;
  g_autoptr (EhAggregate) counter = eh_repository_load (repository, stream, TRUE, NULL, &error);

  g_assert_no_error (error);
  if (version != NULL)
    *version = eh_aggregate_get_version (counter);
  return ((const Counter *) eh_aggregate_get_state (counter))->value;
}
