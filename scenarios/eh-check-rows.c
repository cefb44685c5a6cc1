/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-trial-consumer-private.h"

#include "model/eh-domain-private.h"
#include "runtime/eh-process-step-private.h"

/*
 * What the domain says of rows and processes, after each append. Rows are those of views folded from the whole store
 * beside the run, so that it does not matter how far behind a projection is, or whether it runs at all.
 */

static gboolean
has_row_invariant (EhDomain *domain, const EhProjectionType *type)
{
  for (guint i = 0; i < domain->invariants->len; i++)
    {
      if (((const EhDomainInvariant *) g_ptr_array_index (domain->invariants, i))->projection == type)
        return TRUE;
    }
  return FALSE;
}

void
eh_check_rows_init (EhTrial *self)
{
  for (guint i = 0; i < eh_domain_get_n_projections (self->domain); i++)
    {
      const EhProjectionType *type = eh_domain_get_projection (self->domain, i);

      if (eh_trial_wants (self, EH_SIM_CHECK_INVARIANTS) && has_row_invariant (self->domain, type))
        g_ptr_array_add (self->rows, eh_view_new (self->domain, type));
    }
}

/* As the past has left them. */
void
eh_check_rows_reset (EhTrial *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      EhView *old = g_ptr_array_index (self->rows, i);
      EhView *view = eh_view_new (self->domain, eh_view_get_type (old));

      eh_view_free (old);
      self->rows->pdata[i] = view;
      for (guint k = 0; k < self->given_log->len; k++)
        eh_view_apply (view, g_ptr_array_index (self->given_log, k), NULL);
    }
}

static void
report (EhTrial *self, const EhWorldStep *step, const GError *error)
{
  g_autofree char *who = eh_trial_describe_step_of (self, step->task, step->step);

  eh_trial_find (self, EH_SIM_CHECK_INVARIANTS, eh_check_get_invariant_role (error),
                 g_strdup_printf ("%s (after %s)", error->message, who));
}

/* An event that cannot be folded is for the projection to tell. */
static void
check_view (EhTrial *self, EhView *view, const EhWorldStep *step)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < eh_event_page_get_size (step->events); i++)
    eh_view_apply (view, eh_event_page_get (step->events, i), NULL);
  if (!eh_view_check_invariants (view, &error))
    report (self, step, error);
}

static void
check_process_step (EhTrial *self, const EhTrialStream *stream, EhEvent *event, const EhWorldStep *step)
{
  g_auto (EhOpenStep) open = { NULL, NULL };
  const EhSchema *schema = stream->process->state;
  g_autoptr (GError) error = NULL;
  g_autofree gpointer state = NULL;

  if (!eh_open_step_init (&open, event, NULL) || open.step->state == NULL)
    return;
  state = g_malloc0 (schema->size);
  if (!eh_schema_read_json (schema, open.step->state, -1, state, NULL))
    return;
  if (!eh_domain_check_process (self->domain, stream->process, state, stream->name, &error))
    report (self, step, error);
  eh_schema_clear (schema, state);
}

void
eh_check_rows_at_append (EhTrial *self, guint stream, const EhWorldStep *step)
{
  const EhTrialStream *model = eh_trial_get_stream (self, stream);

  for (guint i = 0; i < self->rows->len; i++)
    check_view (self, g_ptr_array_index (self->rows, i), step);
  if (model->process == NULL || !eh_trial_wants (self, EH_SIM_CHECK_INVARIANTS))
    return;
  for (guint i = 0; i < eh_event_page_get_size (step->events); i++)
    check_process_step (self, model, eh_event_page_get (step->events, i), step);
}
