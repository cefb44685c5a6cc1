/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-serial-private.h"

/* Why a run is in no serial order, in a sentence about people. */

static const char *
get_client (EhTrial *self, const EhTrialStep *record)
{
  return eh_world_get_task_name (self->world, record->task);
}

static const char *
get_nick (EhTrial *self, const GError *error)
{
  const char *nick = eh_domain_get_error_nick (self->domain, error);

  return nick != NULL ? nick : g_quark_to_string (error->domain);
}

/* "is refused with balance-out", "leads to WithdrawalPerformed" */
static char *
describe_decision (EhTrial *self, const EhSerialDecision *decision)
{
  g_autoptr (GString) text = NULL;

  if (decision->error != NULL)
    return g_strdup_printf ("it is refused with %s", get_nick (self, decision->error));
  if (eh_event_page_get_size (decision->events) == 0)
    return g_strdup ("it is accepted and leads to no event");
  text = g_string_new ("it leads to ");
  for (guint i = 0; i < eh_event_page_get_size (decision->events); i++)
    {
      EhEvent *event = eh_event_page_get (decision->events, i);

      g_string_append_printf (text, "%s%s ", i > 0 ? ", " : "", eh_event_get_type_name (event));
      eh_schema_print (eh_event_get_schema (event), eh_event_get_data (event), text);
    }
  return g_strdup (text->str);
}

static const char *
get_decision_nick (EhTrial *self, const EhSerialDecision *decision)
{
  if (decision->error != NULL)
    return get_nick (self, decision->error);
  return eh_event_page_get_size (decision->events) == 0 ? "nothing" : "other-events";
}

/* What the step decided on; NULL if it loaded nothing. */
static const EhTrialLoad *
find_load (EhTrial *self, const EhTrialStep *record)
{
  guint i = eh_serial_next_read (self, record, record->first_load);

  return i != EH_TRIAL_NONE ? eh_trial_get_load (self, i) : NULL;
}

/* Who was the first to append between the step's load and its append; NULL if nobody did. */
static const EhTrialStep *
find_intruder (EhTrial *self, const EhTrialStep *record)
{
  const EhTrialAppend *append = eh_trial_get_append (self, record->first_append);
  const EhTrialLoad *load = find_load (self, record);

  if (load == NULL || load->version >= append->first - 1)
    return NULL;
  return eh_trial_find_writer (self, append->stream, load->version + 1);
}

/* Where the step's events stand: "after bob's", "after all that is before it in Account-a1" */
static char *
describe_turn (EhTrial *self, const EhTrialStep *record)
{
  const EhTrialAppend *append = eh_trial_get_append (self, record->first_append);
  const EhTrialStep *other = find_intruder (self, record);

  if (other != NULL && other->task != record->task
      && other == eh_trial_find_writer (self, append->stream, append->first - 1))
    return g_strdup_printf ("after %s's", get_client (self, other));
  return g_strdup_printf ("after all that is before it in %s",
                          eh_trial_stream_get_name (eh_trial_get_stream (self, append->stream)));
}

/* An injected fault hid the newest event from what the step loaded. */
static char *
describe_stale_load (EhTrial *self, const EhTrialStep *record, const EhTrialLoad *load)
{
  const EhTrialStep *writer = eh_trial_find_writer (self, load->stream, load->version + 1);
  const char *stream = eh_trial_stream_get_name (eh_trial_get_stream (self, load->stream));
  const char *client = get_client (self, record);

  if (writer == NULL)
    return g_strdup_printf ("%s's load of %s was stale (version %" G_GUINT64_FORMAT
                            ") and did not show its newest event",
                            client, stream, load->version);
  return g_strdup_printf ("%s's load of %s was stale (version %" G_GUINT64_FORMAT ") and did not show %s's %s, which "
                          "was there",
                          client, stream, load->version, get_client (self, writer), eh_trial_get_step_type (writer));
}

/* Who came between what the step had loaded and what it appended. */
static char *
describe_intruder (EhTrial *self, const EhTrialStep *record)
{
  const EhTrialAppend *append = eh_trial_get_append (self, record->first_append);
  const char *stream = eh_trial_stream_get_name (eh_trial_get_stream (self, append->stream));
  const char *client = get_client (self, record);
  const EhTrialLoad *load = find_load (self, record);
  const EhTrialStep *other = find_intruder (self, record);

  if (load != NULL && load->is_fault)
    return describe_stale_load (self, record, load);
  if (other == NULL)
    return g_strdup_printf ("%s had not loaded the state of %s that its events say, or the handler decides differently "
                            "on the same state",
                            client, stream);
  return g_strdup_printf ("%s's %s was appended to %s between %s's load (version %" G_GUINT64_FORMAT
                          ") and %s's append (version %" G_GUINT64_FORMAT ")",
                          get_client (self, other), eh_trial_get_step_type (other), stream, client, load->version,
                          client, append->first);
}

void
eh_serial_report_told (EhTrial *self, const EhTrialStep *record)
{
  const EhTrialAppend *append = eh_trial_get_append (self, record->first_append);
  g_autofree char *who = eh_trial_describe_step (self, record);

  eh_trial_find (self, EH_SIM_CHECK_SERIALIZABLE,
                 g_strdup_printf ("told:%s:%s", eh_trial_get_step_type (record), get_nick (self, record->error)),
                 g_strdup_printf ("%s failed with %s, which says that nothing happened, but its events are in %s as "
                                  "version %" G_GUINT64_FORMAT,
                                  who, get_nick (self, record->error),
                                  eh_trial_stream_get_name (eh_trial_get_stream (self, append->stream)),
                                  append->first));
}

void
eh_serial_report_decision (EhTrial *self, const EhTrialStep *record, const EhSerialDecision *decision)
{
  g_autofree char *who = eh_trial_describe_step (self, record);
  g_autofree char *otherwise = describe_decision (self, decision);
  g_autofree char *turn = describe_turn (self, record);
  g_autofree char *why = describe_intruder (self, record);

  eh_trial_find (
      self, EH_SIM_CHECK_SERIALIZABLE,
      g_strdup_printf ("accepted:%s:%s", eh_trial_get_step_type (record), get_decision_nick (self, decision)),
      g_strdup_printf ("%s was accepted, but one by one, %s, %s: %s", who, turn, otherwise, why));
}

void
eh_serial_report_answer (EhTrial *self, const EhTrialStep *record)
{
  g_autofree char *who = eh_trial_describe_step (self, record);
  const char *answer = record->error != NULL ? get_nick (self, record->error) : "accepted without an event";

  eh_trial_find (self, EH_SIM_CHECK_SERIALIZABLE,
                 g_strdup_printf ("answer:%s:%s", eh_trial_get_step_type (record), answer),
                 g_strdup_printf ("%s was answered \"%s\", which no order of the commands explains", who, answer));
}

/* Without a cycle of what was read and appended, it must be an answer that does not fit. */
static const EhTrialStep *
find_reader (EhTrial *self)
{
  for (guint i = 0; i < self->records->len; i++)
    {
      const EhTrialStep *record = &g_array_index (self->records, EhTrialStep, i);

      if (eh_serial_get_kind (self, record) == EH_SERIAL_READER)
        return record;
    }
  return NULL;
}

void
eh_serial_report_none (EhTrial *self)
{
  const EhTrialStep *record;

  if (eh_serial_report_cycle (self))
    return;
  record = find_reader (self);
  if (record != NULL && eh_serial_is_command (record))
    eh_serial_report_answer (self, record);
  else
    eh_trial_find (self, EH_SIM_CHECK_SERIALIZABLE, g_strdup ("order"),
                   g_strdup ("no order of the clients' steps explains what each of them saw"));
}
