/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-claim-private.h"

gboolean
eh_claim_fail (GError **error, const char *format, ...)
{
  va_list arguments;
  g_autofree char *message = NULL;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID, message);
  return FALSE;
}

gboolean
eh_claim_true (gboolean holds, const char *what, GError **error)
{
  return holds || eh_claim_fail (error, "%s", what);
}

gboolean
eh_claim_uint (const char *what, guint64 actual, guint64 expected, GError **error)
{
  return actual == expected
         || eh_claim_fail (error, "%s is %" G_GUINT64_FORMAT ", not %" G_GUINT64_FORMAT, what, actual, expected);
}

gboolean
eh_claim_text (const char *what, const char *actual, const char *expected, GError **error)
{
  return g_strcmp0 (actual, expected) == 0
         || eh_claim_fail (error, "%s is \"%.400s\", not \"%.400s\"", what, actual, expected);
}

gboolean
eh_claim_event (const EhEvent *actual, const EhEvent *expected, GError **error)
{
  g_autofree char *is = NULL;
  g_autofree char *should = NULL;

  if (eh_event_equal (actual, expected))
    return TRUE;
  is = eh_event_to_json (actual);
  should = eh_event_to_json (expected);
  return eh_claim_fail (error,
                        "the event is %.600s at position %" G_GUINT64_FORMAT ", not %.600s at %" G_GUINT64_FORMAT, is,
                        eh_event_get_position (actual), should, eh_event_get_position (expected));
}

gboolean
eh_claim_refused (const char *what, GError *failure, gint code, GError **error)
{
  g_autoptr (GError) owned = failure;

  if (g_error_matches (owned, EH_ERROR, code))
    return TRUE;
  if (owned == NULL)
    return eh_claim_fail (error, "%s was not refused; it should be \"%s\"", what, eh_error_get_nick (code));
  return eh_claim_fail (error, "%s was refused with %s %d \"%s\", not with \"%s\"", what,
                        g_quark_to_string (owned->domain), owned->code, owned->message, eh_error_get_nick (code));
}

gboolean
eh_claim_blame (const char *what, GError **error)
{
  g_prefix_error (error, "%s failed: ", what);
  return FALSE;
}

static void
append_run (GString *text, guint64 first, guint64 last)
{
  g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, text->len > 0 ? " " : "", first);
  if (last > first)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, last == first + 1 ? " " : "..", last);
}

char *
eh_claim_describe_numbers (const guint64 *numbers, guint n)
{
  GString *text = g_string_new (NULL);
  guint first = 0;

  for (guint i = 1; i <= n; i++)
    if (i == n || numbers[i] != numbers[i - 1] + 1)
      {
        append_run (text, numbers[first], numbers[i - 1]);
        first = i;
      }
  return g_string_free (text, FALSE);
}
