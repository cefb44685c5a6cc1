/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-command-bus-probe-private.h"

gboolean
eh_command_bus_probe_open (EhCommandBusProbe *self, GError **error)
{
  g_autoptr (EhDomain) domain = eh_ledger_domain_new ();
  g_autoptr (EhRepository) repository = NULL;
  g_autoptr (EhCommandHandler) handler = NULL;
  g_autoptr (EhIdSource) ids = eh_system_id_source_new (NULL);

  self->store = eh_mock_store_new (NULL, NULL, NULL);
  self->clock = eh_meeting_clock_new ();
  repository = eh_repository_new (domain, self->store);
  handler = eh_command_handler_new (repository, EH_CLOCK (self->clock), ids);
  self->bus = self->factory->open (handler, self->factory->user_data, error);
  return self->bus != NULL || eh_claim_blame ("opening the bus", error);
}

void
eh_command_bus_probe_drop (EhCommandBusProbe *self)
{
  g_clear_object (&self->bus);
  g_clear_object (&self->clock);
  g_clear_object (&self->store);
}

gboolean
eh_command_bus_probe_has (const EhCommandBusProbe *self, EhCommandBusFeatures feature)
{
  return (self->factory->features & feature) != 0;
}

EhCommand *
eh_command_bus_probe_note (const char *name, gint64 number, guint64 id)
{
  g_autoptr (EhStreamName) stream = eh_stream_name_new ("Ledger", name, NULL);
  EhCommand *command = eh_command_new (stream, &eh_ledger_note, &(EhLedgerNote){ number }, NULL);
  EhId command_id = { { 2 } };

  g_assert (command != NULL);
  for (guint i = 0; i < 8; i++)
    command_id.bytes[15 - i] = (guint8) (id >> (8 * i));
  if (id != 0)
    eh_command_set_id (command, &command_id);
  return command;
}

EhOutcome *
eh_command_bus_probe_send (EhCommandBusProbe *self, EhCommand *command, GError **error)
{
  g_autoptr (EhCommand) owned = command;

  return eh_command_bus_dispatch (self->bus, owned, self->job->cancellable, error);
}

gboolean
eh_command_bus_probe_do (EhCommandBusProbe *self, EhCommand *command, guint64 version, GError **error)
{
  g_autoptr (EhOutcome) outcome = eh_command_bus_probe_send (self, command, error);

  if (outcome == NULL)
    return eh_claim_blame ("a command", error);
  return version == 0
         || eh_claim_uint ("the version that an outcome tells", eh_outcome_get_version (outcome), version, error);
}

gboolean
eh_command_bus_probe_fail (EhCommandBusProbe *self, EhCommand *command, GQuark domain, gint code, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (EhOutcome) outcome = eh_command_bus_probe_send (self, command, &failure);

  if (g_error_matches (failure, domain, code) && outcome == NULL)
    return TRUE;
  return eh_claim_fail (error, "a command that should fail with %s %d %s%s", g_quark_to_string (domain), code,
                        failure != NULL ? "fails otherwise: " : "is said to be done",
                        failure != NULL ? failure->message : "");
}

GArray *
eh_command_bus_probe_read (EhCommandBusProbe *self, const char *name, GError **error)
{
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (EhStreamName) stream = eh_stream_name_new ("Ledger", name, NULL);
  g_autoptr (EhEventPage) page = eh_event_store_read_stream (self->store, stream, 0, EH_FORWARDS, 0, NULL, error);

  for (guint i = 0; page != NULL && i < eh_event_page_get_size (page); i++)
    {
      const EhLedgerNoted *noted = eh_event_get_data (eh_event_page_get (page, i));

      if (!eh_claim_uint ("how many notes there were for the handler of one", (guint64) noted->n_before, i, error))
        return NULL;
      g_array_append_val (numbers, noted->number);
    }
  return page != NULL ? g_steal_pointer (&numbers) : NULL;
}

gboolean
eh_command_bus_probe_holds (EhCommandBusProbe *self, const char *name, const char *numbers, GError **error)
{
  g_autoptr (GArray) notes = eh_command_bus_probe_read (self, name, error);
  g_autofree char *actual = NULL;

  if (notes == NULL)
    return FALSE;
  actual = eh_claim_describe_numbers ((const guint64 *) (gpointer) notes->data, notes->len);
  return eh_claim_text ("what a ledger holds", actual, numbers, error);
}

guint
eh_command_bus_probe_plan (EhCommandBusProbe *self, EhMockFault fault, gboolean applied, guint n)
{
  EhFaultRule rule = { .fault = fault, .applied = applied, .call = 1, .n_calls = n };

  return eh_fault_plan_add (eh_mock_store_get_plan (EH_MOCK_STORE (self->store)), &rule);
}

guint
eh_command_bus_probe_count_struck (EhCommandBusProbe *self, guint rule)
{
  return eh_fault_plan_get_n_struck (eh_mock_store_get_plan (EH_MOCK_STORE (self->store)), rule);
}

void
eh_command_bus_answers_init (EhCommandBusAnswers *self, EhCommandBusProbe *probe)
{
  *self = (EhCommandBusAnswers){ .probe = probe, .done = g_array_new (FALSE, FALSE, sizeof (gint64)) };
}

void
eh_command_bus_answers_clear (EhCommandBusAnswers *self)
{
  g_clear_pointer (&self->done, g_array_unref);
  g_clear_error (&self->other);
}

typedef struct {
  EhCommandBusAnswers *answers;
  gint64 number;
} Sent;

/* In the case's own thread: it runs the main context. */
static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Sent *sent = user_data;
  EhCommandBusAnswers *self = sent->answers;
  g_autoptr (GError) failure = NULL;
  g_autoptr (EhOutcome) outcome = eh_command_bus_dispatch_finish (EH_COMMAND_BUS (source), result, &failure);

  self->n_answers++;
  if (outcome != NULL)
    {
      self->n_done++;
      g_array_append_val (self->done, sent->number);
    }
  else if (g_error_matches (failure, EH_ERROR, EH_ERROR_CONFLICT))
    self->n_conflicts++;
  else if (g_error_matches (failure, EH_ERROR, EH_ERROR_CLOSED))
    self->n_closed++;
  else if (self->other == NULL)
    self->other = g_steal_pointer (&failure);
}

void
eh_command_bus_answers_send (EhCommandBusAnswers *self, const char *name, gint64 number)
{
  g_autoptr (EhCommand) command = eh_command_bus_probe_note (name, number, 0);
  Sent sent = { self, number };

  self->n_expected++;
  eh_command_bus_dispatch_async (self->probe->bus, command, self->probe->job->cancellable, on_answer,
                                 g_memdup2 (&sent, sizeof sent));
}

gboolean
eh_command_bus_answers_wait (EhCommandBusAnswers *self, GError **error)
{
  while (self->n_answers < self->n_expected)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  return self->other == NULL || eh_claim_fail (error, "a command failed: %s", self->other->message);
}
