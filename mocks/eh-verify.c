/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-verify.h"

#include "mocks/eh-call-log-private.h"

/* The log is a diagnostic of many lines; what GTest prints beside the case's name has to be one line. */
static void
verify_fail (const EhVerifyPlace *place, EhCallLog *log, const char *message)
{
  g_autofree char *calls = eh_call_log_to_string (log);

  if (*calls == '\0')
    g_test_message ("there were no calls");
  else
    g_test_message ("calls:\n%s", g_strchomp (calls));
  g_assertion_message (place->log_domain, place->file, place->line, place->function, message);
}

static void
append_times (GString *text, guint n)
{
  if (n == 0)
    g_string_append (text, "never");
  else
    g_string_append_printf (text, n == 1 ? "%u time" : "%u times", n);
}

static char *
describe_count (const char *operation, const char *subject, guint expected, guint actual)
{
  GString *text = g_string_new (operation);

  if (subject != NULL)
    g_string_append_printf (text, " %s", subject);
  g_string_append (text, " was called ");
  append_times (text, actual);
  g_string_append (text, ", expected ");
  append_times (text, expected);
  return g_string_free (text, FALSE);
}

void
eh_verify_called (const EhVerifyPlace *place, EhCallLog *log, const char *operation, const char *subject, guint n)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *message = NULL;
  EhMockOperation known;
  guint actual;

  g_return_if_fail (place != NULL);
  g_return_if_fail (EH_IS_CALL_LOG (log));
  g_return_if_fail (operation != NULL);

  if (!eh_mock_operation_from_nick (operation, &known, &error))
    {
      verify_fail (place, log, error->message);
      return;
    }
  actual = eh_call_log_count (log, operation, subject);
  if (actual == n)
    return;
  message = describe_count (operation, subject, n, actual);
  verify_fail (place, log, message);
}

static gboolean
check_calls (const char *const *calls, GError **error)
{
  EhMockOperation operation;
  const char *subject;

  for (guint i = 0; calls[i] != NULL; i++)
    {
      if (!eh_call_log_parse_call (calls[i], &operation, &subject, error))
        return FALSE;
    }
  return TRUE;
}

void
eh_verify_called_in_order (const EhVerifyPlace *place, EhCallLog *log, const char *const *calls)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *message = NULL;
  guint n_found = 0;

  g_return_if_fail (place != NULL);
  g_return_if_fail (EH_IS_CALL_LOG (log));
  g_return_if_fail (calls != NULL);

  if (!check_calls (calls, &error))
    {
      verify_fail (place, log, error->message);
      return;
    }
  if (eh_call_log_has_order (log, calls, &n_found))
    return;
  if (n_found == 0)
    message = g_strdup_printf ("%s was never called", calls[0]);
  else
    message = g_strdup_printf ("%s was not called after %s, which was call %u of the expected order", calls[n_found],
                               calls[n_found - 1], n_found);
  verify_fail (place, log, message);
}
