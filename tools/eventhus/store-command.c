/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store-command.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "model/eh-json-private.h"
#include "store/file/eh-file-store-private.h"

gboolean
store_check_arguments (const char *command, char **arguments, guint least, guint most, const char *wanted,
                       Status *status)
{
  const guint n = arguments != NULL ? g_strv_length (arguments) : 0;

  if (n >= least && n <= most)
    return TRUE;
  fprintf (stderr, "eventhus %s: takes %s\nTry eventhus %s --help.\n", command, wanted, command);
  *status = STATUS_USAGE;
  return FALSE;
}

static gboolean
is_refusal (const GError *error)
{
  if (error->domain == EH_ERROR)
    return error->code != EH_ERROR_CORRUPT;
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_READ_ONLY);
}

Status
store_complain (const char *command, const GError *error)
{
  command_complain (command, error->message);
  if (g_error_matches (error, EH_ERROR, EH_ERROR_CORRUPT) && !g_str_equal (command, "store verify"))
    fputs ("eventhus store verify tells all that is damaged, and what helps.\n", stderr);
  return is_refusal (error) ? STATUS_USAGE : STATUS_FAILED;
}

EhEventStore *
store_open (const char *command, const char *folder, const char *parameters, Status *status)
{
  g_autofree char *path = g_uri_escape_string (folder, "/", FALSE);
  g_autofree char *uri = g_strdup_printf ("file:%s?%s", path, parameters);
  g_autoptr (GError) error = NULL;
  EhEventStore *store = eh_event_store_open (uri, NULL, &error);
  const EhFileRecovery *recovery = NULL;

  if (store == NULL)
    {
      *status = store_complain (command, error);
      return NULL;
    }
  recovery = eh_file_store_get_recovery (EH_FILE_STORE (store));
  *status = recovery->damage == NULL ? STATUS_OK : store_complain (command, recovery->damage);
  return store;
}

Status
store_close (const char *command, EhEventStore *store, Status status)
{
  g_autoptr (GError) error = NULL;

  if (eh_event_store_close (store, NULL, &error))
    return status;
  store_complain (command, error);
  return STATUS_FAILED;
}

/* ---- progress ---- */

#define BAR_MIN 5
#define BAR_MAX 40

static gboolean
is_seen (const StoreProgress *self)
{
  return command_get_columns () > 0 && !(self->prints && isatty (STDOUT_FILENO));
}

/* "verifying [########------------]  40 %"; on a narrow terminal without the bar. (transfer full) */
static char *
draw (const StoreProgress *self, guint64 done, guint64 total, guint columns)
{
  const guint percent = total > 0 ? (guint) (MIN (done, total) * 100.0 / total) : 0;
  const guint taken = strlen (self->what) + strlen (" [] 100 %");
  const guint width = columns > taken ? MIN (columns - taken, BAR_MAX) : 0;
  const guint n = width * percent / 100;
  g_autoptr (GString) out = g_string_new (self->what);

  if (total == 0)
    g_string_append_printf (out, " %" G_GUINT64_FORMAT, done);
  else if (columns < taken - strlen (" []"))
    g_string_printf (out, "%u %%", percent);
  else if (width < BAR_MIN)
    g_string_append_printf (out, " %u %%", percent);
  else
    {
      g_string_append (out, " [");
      for (guint i = 0; i < width; i++)
        g_string_append_c (out, i < n ? '#' : '-');
      g_string_append_printf (out, "] %3u %%", percent);
    }
  g_string_truncate (out, MIN (out->len, columns));
  return g_string_free (g_steal_pointer (&out), FALSE);
}

void
store_progress (guint64 done, guint64 total, gpointer progress)
{
  StoreProgress *self = progress;
  const gint64 now = g_get_monotonic_time ();
  g_autofree char *text = NULL;

  if (now - self->last < G_USEC_PER_SEC / 10)
    return;
  self->last = now;
  if (!is_seen (self))
    return;
  text = draw (self, done, total, command_get_columns ());
  self->is_told = TRUE;
  fprintf (stderr, "\r%s\033[K", text);
  fflush (stderr);
}

void
store_progress_end (StoreProgress *self)
{
  if (self->is_told)
    fputs ("\r\033[K", stderr);
  self->is_told = FALSE;
}

/* ---- printing ---- */

void
store_write_event (GString *out, const EhEvent *event)
{
  const gsize at = out->len;

  g_string_append_printf (out, "{\"position\":%" G_GUINT64_FORMAT, eh_event_get_position (event));
  eh_event_write_json (event, out);
  /* The envelope's own bracket becomes the comma between. */
  *strchr (out->str + at + 1, '{') = ',';
  g_string_append_c (out, '\n');
}

char *
store_format_bytes (guint64 bytes)
{
  g_autofree char *text = g_format_size_full (bytes, G_FORMAT_SIZE_IEC_UNITS);
  g_auto (GStrv) parts = g_strsplit (text, "\302\240", -1);

  /* With a space that is just one. */
  return g_strjoinv (" ", parts);
}

void
store_json_text (GString *out, const char *name, const char *text)
{
  eh_json_put_name (out, ',', name);
  if (text == NULL)
    eh_json_put_raw (out, "null", 4);
  else if (g_utf8_validate (text, -1, NULL))
    eh_json_put_string (out, text, strlen (text));
  else
    {
      g_autofree char *valid = g_utf8_make_valid (text, -1);

      eh_json_put_string (out, valid, strlen (valid));
    }
  eh_json_finish (out);
}

void
store_json_number (GString *out, const char *name, guint64 number)
{
  eh_json_put_name (out, ',', name);
  eh_json_put_uint64 (out, number);
  eh_json_finish (out);
}

gboolean
store_print (GString *out)
{
  const gboolean ok = fwrite (out->str, 1, out->len, stdout) == out->len;

  g_string_truncate (out, 0);
  return ok;
}
