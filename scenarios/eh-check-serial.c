/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-serial-private.h"

/*
 * In every serial order a command that appended stands right before its events, and the state there is what the
 * stream's events say. So its decision can be looked at without a search: one walk along each stream. Only what is
 * left, the order of all steps among each other, may need one.
 */

/*
 * Who began an append to @stream with @version. Versions rise with @cursor, which starts at 0: a stream's appends
 * are in the order of its versions.
 */
static const EhTrialStep *
find_command_at (EhTrial *self, guint stream, guint64 version, guint *cursor)
{
  for (; *cursor < self->appends->len; (*cursor)++)
    {
      const EhTrialAppend *append = eh_trial_get_append (self, *cursor);

      if (append->stream != stream || append->first < version)
        continue;
      return append->first == version ? &g_array_index (self->records, EhTrialStep, append->record) : NULL;
    }
  return NULL;
}

/* If it loaded just what it was appended to, its decision was made on that very state. */
static gboolean
is_beyond_doubt (EhTrial *self, const EhTrialStep *record, guint64 version)
{
  guint i = eh_serial_next_read (self, record, record->first_load);

  return !self->is_careful && !self->loaded_state && i != EH_TRIAL_NONE
         && eh_trial_get_load (self, i)->version == version;
}

static gboolean
check_decision (EhTrial *self, const EhTrialStep *record, const EhTrialStream *stream, gconstpointer state,
                guint64 version)
{
  g_auto (EhSerialDecision) decision = { NULL, NULL };

  if (record->outcome == EH_TRIAL_FAILED)
    {
      eh_serial_report_told (self, record);
      return FALSE;
    }
  if (is_beyond_doubt (self, record, version))
    return TRUE;
  eh_serial_decide (self, record, stream->type, state, version, &decision);
  if (eh_serial_decision_fits (self, record, &decision))
    return TRUE;
  eh_serial_report_decision (self, record, &decision);
  return FALSE;
}

static gboolean
walk (EhTrial *self, guint i, gpointer state)
{
  const EhTrialStream *stream = eh_trial_get_stream (self, i);
  guint cursor = 0;

  for (guint64 version = stream->n_given; version < stream->events->len; version++)
    {
      const EhTrialStep *record = find_command_at (self, i, version + 1, &cursor);

      if (record != NULL && eh_serial_is_command (record) && !check_decision (self, record, stream, state, version))
        return FALSE;
      if (!eh_aggregate_type_apply (stream->type, state, g_ptr_array_index (stream->events, version), NULL))
        return TRUE;
    }
  return TRUE;
}

static gboolean
check_stream (EhTrial *self, guint i)
{
  const EhTrialStream *stream = eh_trial_get_stream (self, i);
  gpointer state;
  gboolean fits;

  if (stream->type == NULL || stream->events->len == stream->n_given)
    return TRUE;
  state = eh_schema_copy (stream->type->state, stream->given_state);
  fits = walk (self, i, state);
  eh_schema_free (stream->type->state, state);
  return fits;
}

/* What the readers were told, on what they loaded. */
static gboolean
check_reader (EhTrial *self, const EhTrialStep *record)
{
  guint i = eh_serial_next_read (self, record, record->first_load);
  const EhTrialLoad *load;

  if (!eh_serial_is_command (record) || eh_serial_get_kind (self, record) != EH_SERIAL_READER)
    return TRUE;
  load = eh_trial_get_load (self, i);
  if (eh_serial_fits_at (self, record, load->stream, load->version))
    return TRUE;
  eh_serial_report_answer (self, record);
  return FALSE;
}

static gboolean
check_readers (EhTrial *self)
{
  if (!self->is_careful && !self->loaded_state)
    return TRUE;
  for (guint i = 0; i < self->records->len; i++)
    {
      if (!check_reader (self, &g_array_index (self->records, EhTrialStep, i)))
        return FALSE;
    }
  return TRUE;
}

void
eh_check_serial (EhTrial *self)
{
  EhSerialResult result;

  if (!eh_trial_wants (self, EH_SIM_CHECK_SERIALIZABLE))
    return;
  for (guint i = 0; i < self->streams->len; i++)
    {
      if (!check_stream (self, i))
        return;
    }
  if (!check_readers (self))
    return;
  result = eh_serial_search (self);
  if (result == EH_SERIAL_UNKNOWN)
    self->n_unknown++;
  else if (result == EH_SERIAL_NONE)
    eh_serial_report_none (self);
}

guint64
eh_trial_get_n_unknown (const EhTrial *self)
{
  return self->n_unknown;
}
