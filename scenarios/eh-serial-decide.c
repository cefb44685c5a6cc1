/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-serial-private.h"

/* The domain's own handlers as the specification: a command of the run decided once more. */

void
eh_serial_decision_clear (EhSerialDecision *self)
{
  g_clear_pointer (&self->events, eh_event_page_unref);
  g_clear_error (&self->error);
}

/* What a handler is told of the time is in the events; a refusal was decided when the step ended. */
static gint64
get_time (EhTrial *self, const EhTrialStep *record)
{
  const EhTrialAppend *append;
  const EhTrialStream *stream;

  if (record->n_appends == 0)
    return record->time;
  append = eh_trial_get_append (self, record->first_append);
  stream = eh_trial_get_stream (self, append->stream);
  return eh_event_get_timestamp (g_ptr_array_index (stream->events, append->first - 1));
}

/* Not the aggregate type's business, but that of whoever handles a command. */
static gboolean
check_expected (EhCommand *command, guint64 version, GError **error)
{
  gint64 expected = eh_command_get_expected_version (command);

  if (expected == EH_EXPECTED_ANY || (expected == EH_EXPECTED_EXISTS && version > 0)
      || (expected >= 0 && (guint64) expected == version))
    return TRUE;
  g_propagate_error (
      error, eh_error_new_conflict (eh_stream_name_to_string (eh_command_get_stream (command)), expected, version));
  return FALSE;
}

void
eh_serial_decide (EhTrial *self, const EhTrialStep *record, const EhAggregateType *type, gconstpointer state,
                  guint64 version, EhSerialDecision *decision)
{
  g_autoptr (EhDecision) decided = NULL;

  if (!check_expected (record->command, version, &decision->error))
    return;
  eh_trial_ids_replay (self->ids_source, record);
  decided = eh_aggregate_type_decide (type, state, version, record->command, get_time (self, record), self->ids_source,
                                      &decision->error);
  eh_trial_ids_replay (self->ids_source, NULL);
  if (decided != NULL)
    decision->events = eh_event_batch_record (eh_decision_get_batch (decided), version + 1, 1);
}

/* Ids and places do not count: another attempt has other ids. */
static gboolean
is_same_fact (EhEvent *a, EhEvent *b)
{
  const EhSchema *schema = eh_event_get_schema (a);

  return schema != NULL && schema == eh_event_get_schema (b)
         && eh_schema_equal (schema, eh_event_get_data (a), eh_event_get_data (b));
}

static gboolean
is_same_error (const GError *a, const GError *b)
{
  return a->domain == b->domain && a->code == b->code;
}

gboolean
eh_serial_decision_equal (const EhSerialDecision *a, const EhSerialDecision *b)
{
  if (a->error != NULL || b->error != NULL)
    return a->error != NULL && b->error != NULL && is_same_error (a->error, b->error);
  if (eh_event_page_get_size (a->events) != eh_event_page_get_size (b->events))
    return FALSE;
  for (guint i = 0; i < eh_event_page_get_size (a->events); i++)
    {
      if (!is_same_fact (eh_event_page_get (a->events, i), eh_event_page_get (b->events, i)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
fits_append (EhTrial *self, const EhTrialAppend *append, EhEventPage *events)
{
  const EhTrialStream *stream = eh_trial_get_stream (self, append->stream);

  if (eh_event_page_get_size (events) != append->last - append->first + 1)
    return FALSE;
  for (guint i = 0; i < eh_event_page_get_size (events); i++)
    {
      if (!is_same_fact (eh_event_page_get (events, i), g_ptr_array_index (stream->events, append->first - 1 + i)))
        return FALSE;
    }
  return TRUE;
}

gboolean
eh_serial_decision_fits (EhTrial *self, const EhTrialStep *record, const EhSerialDecision *decision)
{
  if (record->n_appends > 0)
    return decision->events != NULL
           && fits_append (self, eh_trial_get_append (self, record->first_append), decision->events);
  if (record->outcome == EH_TRIAL_REFUSED)
    return decision->error != NULL && is_same_error (record->error, decision->error);
  return decision->error == NULL && eh_event_page_get_size (decision->events) == 0;
}

gboolean
eh_serial_fits_at (EhTrial *self, const EhTrialStep *record, guint stream, guint64 version)
{
  const EhTrialStream *model = eh_trial_get_stream (self, stream);
  g_auto (EhSerialDecision) decision = { NULL, NULL };
  gpointer state = eh_trial_stream_fold (self, model, version);
  gboolean fits;

  if (state == NULL)
    return TRUE;
  eh_serial_decide (self, record, model->type, state, version, &decision);
  fits = eh_serial_decision_fits (self, record, &decision);
  eh_schema_free (model->type->state, state);
  return fits;
}
