/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-error.h"

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
};

const char *
eh_error_get_nick (gint code)
{
  return code >= 0 && code < (gint) G_N_ELEMENTS (nicks) ? nicks[code] : NULL;
}

static char *
describe_expected (gint64 expected)
{
  switch (expected)
    {
    case EH_EXPECTED_NO_STREAM:
      return g_strdup ("no stream");
    case EH_EXPECTED_ANY:
      return g_strdup ("any version");
    case EH_EXPECTED_EXISTS:
      return g_strdup ("an existing stream");
    default:
      return g_strdup_printf ("version %" G_GINT64_FORMAT, expected);
    }
}

static char *
describe_actual (guint64 actual)
{
  if (actual == 0)
    return g_strdup ("it does not exist");
  return g_strdup_printf ("it is at version %" G_GUINT64_FORMAT, actual);
}

GError *
eh_error_new_conflict (const char *stream, gint64 expected, guint64 actual)
{
  g_autofree char *wanted = NULL;
  g_autofree char *found = NULL;
  GError *error;
  EhErrorPrivate *priv;

  g_return_val_if_fail (stream != NULL, NULL);

  wanted = describe_expected (expected);
  found = describe_actual (actual);
  error = g_error_new (EH_ERROR, EH_ERROR_CONFLICT, "conflict on stream %s: expected %s, but %s", stream, wanted,
                       found);
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
