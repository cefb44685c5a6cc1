/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-mock-call-private.h"

void
eh_mock_recorder_init (EhMockRecorder *self, EhFaultPlan *plan, EhCallLog *log)
{
  self->plan = plan != NULL ? g_object_ref (plan) : eh_fault_plan_new (0);
  self->log = log != NULL ? g_object_ref (log) : eh_call_log_new ();
}

void
eh_mock_recorder_clear (EhMockRecorder *self)
{
  g_clear_object (&self->plan);
  g_clear_object (&self->log);
}

void
eh_mock_recorder_reset (EhMockRecorder *self)
{
  eh_fault_plan_reset (self->plan);
  eh_call_log_clear (self->log);
}

gboolean
eh_mock_call_begin (EhMockCall *self, EhMockRecorder *recorder, const EhPlannedCall *what, const char *subject,
                    char *arguments, GCancellable *cancellable, GError **error)
{
  GError *reason = NULL;

  *self = (EhMockCall){ .recorder = recorder, .operation = what->operation, .subject = g_strdup (subject) };
  self->logged = eh_call_log_begin (recorder->log, what->operation, subject, arguments);
  if (g_atomic_int_get (&recorder->is_closed) == 0)
    self->planned = eh_fault_plan_decide (recorder->plan, what);
  if (self->planned.delay > 0 && !eh_fault_plan_wait (recorder->plan, self->planned.delay, cancellable, &reason))
    {
      self->planned.fault = EH_MOCK_FAULT_DELAY;
      return eh_mock_call_fail (self, reason, error);
    }
  return TRUE;
}

/* @outcome: (transfer full) */
static void
finish (EhMockCall *self, char *outcome, const GError *error)
{
  EhMockFault fault = self->planned.fault;

  if (fault == EH_MOCK_FAULT_NONE && self->planned.delay > 0)
    fault = EH_MOCK_FAULT_DELAY;
  eh_call_log_end (self->recorder->log, self->logged, outcome, eh_mock_fault_get_nick (fault), error);
  g_clear_pointer (&self->subject, g_free);
}

gboolean
eh_mock_call_done (EhMockCall *self, char *outcome)
{
  finish (self, outcome != NULL ? outcome : g_strdup ("ok"), NULL);
  return TRUE;
}

gboolean
eh_mock_call_fail (EhMockCall *self, GError *reason, GError **error)
{
  finish (self, g_strdup_printf ("failed: %s", reason != NULL ? reason->message : "no reason given"), reason);
  if (reason != NULL)
    g_propagate_error (error, reason);
  return FALSE;
}

static char *
describe_call (const EhMockCall *self)
{
  const char *nick = eh_mock_operation_get_nick (self->operation);

  return *self->subject != '\0' ? g_strconcat (nick, " ", self->subject, NULL) : g_strdup (nick);
}

gboolean
eh_mock_call_fail_planned (EhMockCall *self, GError **error)
{
  g_autofree char *what = describe_call (self);

  return eh_mock_call_fail (self, g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "%s: planned fault", what), error);
}

gboolean
eh_mock_call_fail_ambiguous (EhMockCall *self, const char *truth, GError **error)
{
  g_autofree char *what = describe_call (self);
  GError *reason = g_error_new (EH_ERROR, EH_ERROR_AMBIGUOUS, "%s: no reply; it may or may not have happened", what);

  finish (self, g_strdup_printf ("no reply; in truth: %s", truth), reason);
  g_propagate_error (error, reason);
  return FALSE;
}

gboolean
eh_mock_call_end (EhMockCall *self, gboolean is_done, char *outcome, GError *reason, GError **error)
{
  if (is_done)
    return eh_mock_call_done (self, outcome);
  g_free (outcome);
  return eh_mock_call_fail (self, reason, error);
}

char *
eh_mock_describe_event (const EhEvent *event)
{
  return g_strdup_printf ("%s %s@%" G_GUINT64_FORMAT, eh_event_get_type_name (event),
                          eh_stream_name_to_string (eh_event_get_stream (event)), eh_event_get_version (event));
}
