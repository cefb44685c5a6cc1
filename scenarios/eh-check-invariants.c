/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-trial-struct-private.h"

#include "model/eh-domain-private.h"

#include <string.h>

/*
 * The domain's invariants, on states that are folded on beside the run: after each append, and at rest, where streams
 * that nobody appended to are looked at too. What should be so sometimes is noted at the same moments.
 */

/* The invariant's name, which the message has in quotes, whatever the stream and the state. */
char *
eh_check_get_invariant_role (const GError *error)
{
  const char *from = strchr (error->message, '"');
  const char *to = from != NULL ? strstr (from, "\" does not hold for ") : NULL;

  return to != NULL ? g_strdup_printf ("invariant:%.*s", (int) (to - from - 1), from + 1) : g_strdup ("invariant");
}

static void
report (EhTrial *self, const EhTrialStream *stream, const char *when, const GError *error)
{
  g_autoptr (GString) sentence = g_string_new (error->message);

  g_string_append (sentence, " (the state is ");
  eh_schema_print (stream->type->state, stream->state, sentence);
  g_string_append_printf (sentence, " %s)", when);
  eh_trial_find (self, EH_SIM_CHECK_INVARIANTS, eh_check_get_invariant_role (error), g_strdup (sentence->str));
}

static gboolean
is_checked (const EhTrial *self, const EhTrialStream *stream)
{
  return eh_trial_wants (self, EH_SIM_CHECK_INVARIANTS) && stream->type != NULL && stream->is_folded;
}

static void
note_sometimes (EhTrial *self, const EhTrialStream *stream)
{
  for (guint i = 0; i < self->reached->len; i++)
    if (!self->reached->data[i])
      self->reached->data[i] = eh_domain_is_sometimes (self->domain, i, stream->type, stream->state, stream->name);
}

const guint8 *
eh_trial_get_reached (const EhTrial *self, guint *n)
{
  *n = self->reached->len;
  return self->reached->data;
}

void
eh_check_invariants_at_append (EhTrial *self, guint stream, const EhWorldStep *step)
{
  const EhTrialStream *model = eh_trial_get_stream (self, stream);
  g_autoptr (GError) error = NULL;
  g_autofree char *who = NULL;
  g_autofree char *when = NULL;

  if (!is_checked (self, model))
    return;
  note_sometimes (self, model);
  if (eh_domain_check_invariants (self->domain, model->type, model->state, model->name, &error))
    return;
  who = eh_trial_describe_step_of (self, step->task, step->step);
  when = g_strdup_printf ("after %s, at version %" G_GUINT64_FORMAT, who, eh_trial_stream_get_version (model));
  report (self, model, when, error);
}

static void
check_folded (EhTrial *self, const EhTrialStream *stream)
{
  const char *name = eh_trial_stream_get_name (stream);

  if (stream->type != NULL && !stream->is_folded)
    eh_trial_find (
        self, EH_SIM_CHECK_INVARIANTS, g_strdup ("fold"),
        g_strdup_printf ("%s holds an event that aggregate type %s has no rule for", name, stream->type->name));
}

void
eh_check_invariants_at_rest (EhTrial *self)
{
  for (guint i = 0; i < self->streams->len; i++)
    {
      const EhTrialStream *stream = eh_trial_get_stream (self, i);
      g_autoptr (GError) error = NULL;

      if (eh_trial_wants (self, EH_SIM_CHECK_INVARIANTS))
        check_folded (self, stream);
      if (stream->events->len == 0 || !is_checked (self, stream))
        continue;
      note_sometimes (self, stream);
      if (!eh_domain_check_invariants_at_rest (self->domain, stream->type, stream->state, stream->name, &error))
        report (self, stream, "at rest", error);
    }
}
