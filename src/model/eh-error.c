/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-error-private.h"

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
static char *
describe_conflict (const char *stream, gint64 expected, guint64 actual)
{
  char message[EH_STREAM_NAME_MAX + CONFLICT_LENGTH];
  char *to = stpcpy (message, "conflict on stream ");

  to = mempcpy (to, stream, MIN (strlen (stream), EH_STREAM_NAME_MAX));
  to = stpcpy (to, ": expected ");
  to = write_expected (to, expected);
  if (actual == 0)
    to = stpcpy (to, ", but it does not exist");
  else
    to = write_number (to, ", but it is at version ", FALSE, actual);
  return g_memdup2 (message, (gsize) (to - message) + 1);
}

/* @blank: (transfer full): of the domain EH_ERROR */
static GError *
make_conflict (GError *blank, const char *stream, gint64 expected, guint64 actual)
{
  EhErrorPrivate *priv = eh_error_get_private (blank);

  g_free (blank->message);
  blank->message = describe_conflict (stream, expected, actual);
  blank->code = EH_ERROR_CONFLICT;
  *priv = (EhErrorPrivate){ TRUE, expected, actual };
  return blank;
}

static GError *
new_blank (void)
{
  return g_error_new_literal (EH_ERROR, EH_ERROR_CONFLICT, "");
}

GError *
eh_error_new_conflict (const char *stream, gint64 expected, guint64 actual)
{
  g_return_val_if_fail (stream != NULL, NULL);

  return make_conflict (new_blank (), stream, expected, actual);
}

GError *
eh_spare_errors_make_conflict (EhSpareErrors *self, const char *stream, gint64 expected, guint64 actual)
{
  GError *blank = self->errors != NULL && self->errors->len > 0
                      ? g_ptr_array_remove_index_fast (self->errors, self->errors->len - 1)
                      : new_blank ();

  return make_conflict (blank, stream, expected, actual);
}

void
eh_spare_errors_add (EhSpareErrors *self, GError *error)
{
  if (self->errors == NULL)
    self->errors = g_ptr_array_new ();
  if (error->domain != EH_ERROR || self->errors->len >= EH_SPARE_ERRORS_MAX)
    {
      g_error_free (error);
      return;
    }
  g_ptr_array_add (self->errors, error);
}

void
eh_spare_errors_clear (EhSpareErrors *self)
{
  for (guint i = 0; self->errors != NULL && i < self->errors->len; i++)
    g_error_free (g_ptr_array_index (self->errors, i));
  g_clear_pointer (&self->errors, g_ptr_array_unref);
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
