/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-trial-struct-private.h"

/*
 * Nothing may reach the bus that is not in the store in the end; and where nodes publish what they have saved,
 * everything that is in the store must have reached the bus at least once, and from there who waits for it.
 */

static gboolean
was_accepted (const EhWorldStep *step)
{
  return step->event != NULL && (step->error == NULL || step->fault.applied);
}

/* Where the very event is in the store; NULL if it is not there. */
static guint8 *
find_count (EhTrial *self, EhEvent *event)
{
  EhTrialStream *stream = eh_trial_get_stream (self, eh_trial_find_stream (self, eh_event_get_stream (event)));
  guint64 version = eh_event_get_version (event);

  if (version == 0 || version > stream->events->len
      || !eh_id_equal (eh_event_get_id (event), eh_event_get_id (g_ptr_array_index (stream->events, version - 1))))
    return NULL;
  if (version > stream->published->len)
    g_array_set_size (stream->published, (guint) version);
  return &g_array_index (stream->published, guint8, version - 1);
}

void
eh_check_published (EhTrial *self, const EhWorldStep *step)
{
  guint8 *count;

  if (!was_accepted (step))
    return;
  count = find_count (self, step->event);
  if (count == NULL)
    {
      EhTrialEarly early = { eh_event_ref (step->event), step->task };

      g_array_append_val (self->early, early);
    }
  else if (*count < G_MAXUINT8)
    (*count)++;
}

static void
report_uncommitted (EhTrial *self, const EhTrialEarly *early)
{
  const char *type_name = eh_event_get_type_name (early->event);

  eh_trial_find (self, EH_SIM_CHECK_DELIVERED, g_strconcat ("uncommitted:", type_name, NULL),
                 g_strdup_printf (
                     "%s published %s as version %" G_GUINT64_FORMAT " of %s, but it never came into the store",
                     eh_world_get_task_name (self->world, early->task), type_name, eh_event_get_version (early->event),
                     eh_stream_name_to_string (eh_event_get_stream (early->event))));
}

static void
check_early (EhTrial *self)
{
  for (guint i = 0; i < self->early->len; i++)
    {
      const EhTrialEarly *early = &g_array_index (self->early, EhTrialEarly, i);
      guint8 *count = find_count (self, early->event);

      if (count == NULL)
        report_uncommitted (self, early);
      else if (*count < G_MAXUINT8)
        (*count)++;
    }
}

static const char *
describe_reason (const EhTrialStep *record)
{
  if (record == NULL)
    return "nobody has tried, or publishing it failed";
  if (record->outcome == EH_TRIAL_UNKNOWN)
    return g_error_matches (record->error, EH_ERROR, EH_ERROR_AMBIGUOUS)
               ? "the client was left in the dark about the append"
               : "the client crashed after saving it";
  return "publishing it failed, or was not tried";
}

static void
report_lost (EhTrial *self, guint stream, guint64 version)
{
  const EhTrialStream *model = eh_trial_get_stream (self, stream);
  const char *type_name = eh_event_get_type_name (g_ptr_array_index (model->events, version - 1));
  const EhTrialStep *record = eh_trial_find_writer (self, stream, version);
  g_autofree char *who = eh_trial_describe_step (self, record);

  eh_trial_find (self, EH_SIM_CHECK_DELIVERED, g_strconcat ("lost:", type_name, NULL),
                 g_strdup_printf ("%s, version %" G_GUINT64_FORMAT " of %s, was saved by %s and never published: %s",
                                  type_name, version, eh_trial_stream_get_name (model), who, describe_reason (record)));
}

static void
check_lost (EhTrial *self, guint stream)
{
  const EhTrialStream *model = eh_trial_get_stream (self, stream);

  for (guint i = model->n_given; i < model->events->len; i++)
    {
      if (i < model->published->len && g_array_index (model->published, guint8, i) > 0)
        continue;
      report_lost (self, stream, i + 1);
      return;
    }
}

void
eh_check_delivered_at_rest (EhTrial *self)
{
  if (!eh_trial_wants (self, EH_SIM_CHECK_DELIVERED))
    return;
  check_early (self);
  if (!self->simulation->publish_after_save && !self->has_relay)
    return;
  for (guint i = 0; i < self->streams->len; i++)
    {
      if (eh_trial_get_stream (self, i)->type != NULL)
        check_lost (self, i);
    }
  eh_check_heard_at_rest (self);
}
