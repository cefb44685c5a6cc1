/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-error.h"

#include <string.h>

#include "eh-command.h"

/* What an EH_ERROR carries beside its message; set in conflicts only. */
typedef struct {
  gboolean has_versions;
  gint64 expected;
  guint64 actual;
} EhErrorPrivate;

static void
eh_error_private_init (EhErrorPrivate *priv)
{
}

static void
eh_error_private_copy (const EhErrorPrivate *from, EhErrorPrivate *to)
{
  *to = *from;
}

static void
eh_error_private_clear (EhErrorPrivate *priv)
{
}

/* GLib's macro steps back from the error through a byte pointer, which clang takes for a loss of alignment. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-align"
G_DEFINE_EXTENDED_ERROR (EhError, eh_error)
#pragma GCC diagnostic pop

static const char *const nicks[] = {
  [EH_ERROR_CONFLICT] = "conflict",
  [EH_ERROR_NOT_FOUND] = "not-found",
  [EH_ERROR_EXISTS] = "exists",
  [EH_ERROR_INVALID] = "invalid",
  [EH_ERROR_UNKNOWN_TYPE] = "unknown-type",
  [EH_ERROR_CORRUPT] = "corrupt",
  [EH_ERROR_UNSUPPORTED] = "unsupported",
  [EH_ERROR_LOCKED] = "locked",
  [EH_ERROR_CLOSED] = "closed",
  [EH_ERROR_LIMIT] = "limit",
  [EH_ERROR_AMBIGUOUS] = "ambiguous",
  [EH_ERROR_CRASHED] = "crashed",
  [EH_ERROR_PARKED] = "parked",
};

const char *
eh_error_get_nick (gint code)
{
  return code >= 0 && code < (gint) G_N_ELEMENTS (nicks) ? nicks[code] : NULL;
}

/* Room for everything in a conflict's message but the stream's name. */
#define CONFLICT_LENGTH 128

static char *
write_number (char *to, const char *before, gboolean negative, guint64 number)
{
  char digits[20];
  guint n = 0;

  to = stpcpy (to, before);
  if (negative)
    *to++ = '-';
  do
    digits[n++] = (char) ('0' + number % 10);
  while ((number /= 10) > 0);
  while (n > 0)
    *to++ = digits[--n];
  *to = '\0';
  return to;
}

static char *
write_expected (char *to, gint64 expected)
{
  switch (expected)
    {
    case EH_EXPECTED_NO_STREAM:
      return stpcpy (to, "no stream");
    case EH_EXPECTED_ANY:
      return stpcpy (to, "any version");
    case EH_EXPECTED_EXISTS:
      return stpcpy (to, "an existing stream");
    default:
      return write_number (to, "version ", expected < 0, expected < 0 ? -(guint64) expected : (guint64) expected);
    }
}

/* A simulation makes a conflict in every other run: printf would be the dearest thing there. */
GError *
eh_error_new_conflict (const char *stream, gint64 expected, guint64 actual)
{
  char message[EH_STREAM_NAME_MAX + CONFLICT_LENGTH];
  char *to;
  GError *error;
  EhErrorPrivate *priv;

  g_return_val_if_fail (stream != NULL, NULL);

  to = stpcpy (message, "conflict on stream ");
  to = mempcpy (to, stream, MIN (strlen (stream), EH_STREAM_NAME_MAX));
  to = stpcpy (to, ": expected ");
  to = write_expected (to, expected);
  if (actual == 0)
    stpcpy (to, ", but it does not exist");
  else
    write_number (to, ", but it is at version ", FALSE, actual);

  error = g_error_new_literal (EH_ERROR, EH_ERROR_CONFLICT, message);
  priv = eh_error_get_private (error);
  *priv = (EhErrorPrivate){ TRUE, expected, actual };
  return error;
}

gboolean
eh_error_get_versions (const GError *error, gint64 *expected, guint64 *actual)
{
  const EhErrorPrivate *priv;

  if (!g_error_matches (error, EH_ERROR, EH_ERROR_CONFLICT))
    return FALSE;
  priv = eh_error_get_private (error);
  if (!priv->has_versions)
    return FALSE;

  if (expected != NULL)
    *expected = priv->expected;
  if (actual != NULL)
    *actual = priv->actual;
  return TRUE;
}
