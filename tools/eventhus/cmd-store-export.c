/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eventhus store export: writes all events as lines of JSON. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

#include "store-command.h"

#define COMMAND "store export"

static const char description[] =
    "Writes to FILE, or to standard output, one event a line in the order of their positions, as eventhus store cat does.\n"
    "Deleted streams and truncated events are left out. FILE is called FILE.tmp until it is complete.\n"
    "\n"
    "Exit status: 0 written, 1 the store is damaged, or it could not be written; 2 wrong usage or no store.\n";

/* FALSE with it told. */
static gboolean
write_events (EhEventStore *store, const char *category, FILE *file, StoreProgress *progress)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gboolean more = TRUE;
  guint64 head = 0;
  guint64 at = 1;

  if (!eh_event_store_get_head (store, &head, NULL, &error))
    more = FALSE;
  while (more)
    {
      g_autoptr (EhEventPage) page = eh_event_store_read_all (store, category, at, EH_FORWARDS, 0, NULL, &error);

      if (page == NULL)
        break;
      for (guint i = 0; i < eh_event_page_get_size (page); i++)
        store_write_event (out, eh_event_page_get (page, i));
      if (fwrite (out->str, 1, out->len, file) != out->len)
        {
          g_set_error (&error, G_IO_ERROR, (gint) g_io_error_from_errno (errno), "cannot write: %s",
                       g_strerror (errno));
          break;
        }
      g_string_truncate (out, 0);
      at = eh_event_page_get_next (page);
      more = !eh_event_page_is_end (page);
      store_progress (at, head, progress);
    }
  store_progress_end (progress);
  if (error != NULL)
    store_complain (COMMAND, error);
  return error == NULL;
}

static Status
complain_file (const char *what, const char *path)
{
  fprintf (stderr, "eventhus " COMMAND ": %s: cannot %s: %s\n", path, what, g_strerror (errno));
  return STATUS_FAILED;
}

static Status
write_file (EhEventStore *store, const char *category, const char *path, StoreProgress *progress)
{
  g_autofree char *temporary = g_strconcat (path, ".tmp", NULL);
  FILE *file = g_fopen (temporary, "w");
  gboolean ok;

  if (file == NULL)
    return complain_file ("create", temporary);
  ok = write_events (store, category, file, progress);
  if (fclose (file) != 0 && ok)
    return complain_file ("write", temporary);
  if (!ok)
    return STATUS_FAILED;
  return g_rename (temporary, path) == 0 ? STATUS_OK : complain_file ("rename", temporary);
}

Status
store_export (int argc, char **argv)
{
  g_auto (GStrv) arguments = NULL;
  g_autofree char *category = NULL;
  g_autoptr (EhEventStore) store = NULL;
  StoreProgress progress = { .what = "exporting" };
  Status written;
  Status status;
  const GOptionEntry entries[] = {
    { "category", 'c', 0, G_OPTION_ARG_STRING, &category, "Only streams of this category", "CATEGORY" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments, NULL, NULL },
    { NULL },
  };

  if (!command_parse (COMMAND, "DIR [FILE]", description, entries, &argc, &argv, &status)
      || !store_check_arguments (COMMAND, arguments, 1, 2, "a folder, and perhaps a file", &status))
    return status;
  store = store_open (COMMAND, arguments[0], "mode=read", &status);
  if (store == NULL)
    return status;
  if (arguments[1] != NULL)
    written = write_file (store, category, arguments[1], &progress);
  else
    written = write_events (store, category, stdout, &progress) ? STATUS_OK : STATUS_FAILED;
  return store_close (COMMAND, store, MAX (status, written));
}
