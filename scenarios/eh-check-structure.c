/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-trial-struct-private.h"

/*
 * What holds of every store: versions without gaps, ids that occur once, rising positions. It is not to be switched
 * off; what it finds counts as an invariant.
 */

static void
find_fault (EhTrial *self, const char *role, const char *what, EhEvent *event)
{
  char *sentence = g_strdup_printf ("the store is damaged: %s, version %" G_GUINT64_FORMAT " of %s, %s",
                                    eh_event_get_type_name (event), eh_event_get_version (event),
                                    eh_stream_name_to_string (eh_event_get_stream (event)), what);

  eh_trial_find (self, EH_SIM_CHECK_INVARIANTS, g_strconcat ("structure:", role, NULL), sentence);
}

static void
check_event (EhTrial *self, guint stream, guint64 version, EhEvent *event)
{
  guint64 position = eh_event_get_position (event);

  if (eh_event_get_version (event) != version)
    find_fault (self, "version", "does not follow the version before it", event);
  if (position <= self->position)
    find_fault (self, "position", "has a position that is not above all earlier ones", event);
  self->position = MAX (self->position, position);
  if (eh_trial_id_set_add (&self->event_ids, eh_event_get_id (event), stream, version) != NULL)
    find_fault (self, "id", "has the id of another event", event);
}

/* A command that leads to events twice is the same wish granted twice, whoever sent it again. */
static void
check_cause (EhTrial *self, guint stream, guint64 version, const EhWorldStep *step)
{
  EhEvent *event = eh_event_page_get (step->events, 0);
  const EhId *cause = eh_event_get_causation_id (event);
  const EhTrialIdEntry *before;
  g_autofree char *who = NULL;

  if (eh_id_is_nil (cause))
    return;
  before = eh_trial_id_set_add (&self->causes, cause, stream, version);
  if (before == NULL || !eh_trial_wants (self, EH_SIM_CHECK_SERIALIZABLE))
    return;
  who = eh_trial_describe_step_of (self, step->task, step->step);
  eh_trial_find (self, EH_SIM_CHECK_SERIALIZABLE, g_strconcat ("twice:", eh_event_get_type_name (event), NULL),
                 g_strdup_printf ("%s was done twice: one command led to version %" G_GUINT64_FORMAT
                                  " of %s and again to version %" G_GUINT64_FORMAT " of %s",
                                  who, before->version,
                                  eh_trial_stream_get_name (eh_trial_get_stream (self, before->stream)), version,
                                  eh_trial_stream_get_name (eh_trial_get_stream (self, stream))));
}

void
eh_check_structure (EhTrial *self, guint stream, const EhWorldStep *step)
{
  guint64 version = eh_trial_stream_get_version (eh_trial_get_stream (self, stream));

  guint n = eh_event_page_get_size (step->events);

  for (guint i = 0; i < n; i++)
    check_event (self, stream, version + i + 1, eh_event_page_get (step->events, i));
  /* An event may make several processes take steps. */
  if (eh_trial_get_stream (self, stream)->process == NULL)
    check_cause (self, stream, version + 1, step);
}
