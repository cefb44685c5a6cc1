/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-serial-private.h"

/*
 * What the streams would hold if the steps had been done one after the other, in the order in which they appended or,
 * where they appended nothing, loaded. Commands are decided anew; other steps cannot be, so that their events are
 * taken as they are.
 */

typedef struct {
  gpointer state; /* (owned) (nullable) */
  guint64 version;
} Serial;

typedef struct {
  EhTrial *trial;
  Serial *streams; /* (owned) */
} States;

static gint64
get_moment (EhTrial *self, const EhTrialStep *record)
{
  if (record->last_append != EH_TRIAL_NONE)
    return eh_trial_get_append (self, record->last_append)->at;
  return record->last_load != EH_TRIAL_NONE ? eh_trial_get_load (self, record->last_load)->at : 0;
}

static gint
compare_moments (gconstpointer a, gconstpointer b, gpointer user_data)
{
  gint64 x = get_moment (user_data, *(const EhTrialStep *const *) a);
  gint64 y = get_moment (user_data, *(const EhTrialStep *const *) b);

  return (x > y) - (x < y);
}

static void
apply (States *self, guint stream, EhEvent *event)
{
  const EhTrialStream *model = eh_trial_get_stream (self->trial, stream);
  Serial *serial = &self->streams[stream];

  serial->version++;
  if (serial->state != NULL)
    eh_aggregate_type_apply (model->type, serial->state, event, NULL);
}

static void
do_command (States *self, const EhTrialStep *record)
{
  guint stream = eh_trial_find_stream (self->trial, eh_command_get_stream (record->command));
  const EhTrialStream *model = eh_trial_get_stream (self->trial, stream);
  g_auto (EhSerialDecision) decision = { NULL, NULL };

  if (self->streams[stream].state == NULL)
    return;
  eh_serial_decide (self->trial, record, model->type, self->streams[stream].state, self->streams[stream].version,
                    &decision);
  for (guint i = 0; decision.events != NULL && i < eh_event_page_get_size (decision.events); i++)
    apply (self, stream, eh_event_page_get (decision.events, i));
}

static void
take_events (States *self, const EhTrialStep *record)
{
  EhTrial *trial = self->trial;

  for (guint i = record->first_append; i != EH_TRIAL_NONE; i = eh_trial_get_append (trial, i)->next)
    {
      const EhTrialAppend *append = eh_trial_get_append (trial, i);

      for (guint64 version = append->first; version <= append->last; version++)
        apply (self, append->stream,
               g_ptr_array_index (eh_trial_get_stream (trial, append->stream)->events, version - 1));
    }
}

static void
do_all (States *self)
{
  EhTrial *trial = self->trial;
  g_autoptr (GPtrArray) order = g_ptr_array_new ();

  for (guint i = 0; i < trial->records->len; i++)
    g_ptr_array_add (order, &g_array_index (trial->records, EhTrialStep, i));
  g_ptr_array_sort_with_data (order, compare_moments, trial);
  for (guint i = 0; i < order->len; i++)
    {
      const EhTrialStep *record = g_ptr_array_index (order, i);

      if (eh_serial_get_kind (trial, record) == EH_SERIAL_FREE)
        continue;
      if (eh_serial_is_command (record))
        do_command (self, record);
      else
        take_events (self, record);
    }
}

static void
print_state (const EhTrialStream *stream, gconstpointer state, guint64 version, const char *label, GString *out)
{
  g_string_append_printf (out, "  %s ", label);
  eh_schema_print (stream->type->state, state, out);
  g_string_append_printf (out, " (version %" G_GUINT64_FORMAT ")\n", version);
}

static void
print_stream (States *self, guint i, GString *out)
{
  const EhTrialStream *stream = eh_trial_get_stream (self->trial, i);
  const Serial *serial = &self->streams[i];
  guint64 version = eh_trial_stream_get_version (stream);

  if (stream->type == NULL || (version == 0 && serial->version == 0))
    return;
  g_string_append_printf (out, "%s\n", eh_trial_stream_get_name (stream));
  print_state (stream, stream->state, version, "is now:      ", out);
  print_state (stream, serial->state, serial->version, "one by one:  ", out);
}

char *
eh_trial_describe_states (EhTrial *self)
{
  g_autofree Serial *serials = g_new0 (Serial, self->streams->len + 1);
  States states = { self, serials };
  g_autoptr (GString) text = g_string_new (NULL);
  guint n_streams = self->streams->len;

  for (guint i = 0; i < n_streams; i++)
    {
      const EhTrialStream *stream = eh_trial_get_stream (self, i);

      serials[i].version = stream->n_given;
      if (stream->type != NULL)
        serials[i].state = eh_schema_copy (stream->type->state, stream->given_state);
    }
  do_all (&states);
  for (guint i = 0; i < n_streams; i++)
    {
      print_stream (&states, i, text);
      if (serials[i].state != NULL)
        eh_schema_free (eh_trial_get_stream (self, i)->type->state, serials[i].state);
    }
  return g_strdup (text->str);
}
