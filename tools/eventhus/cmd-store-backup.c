/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eventhus store backup: copies a store, also while it is written to. */

#include <stdio.h>

#include "store-command.h"

#define COMMAND "store backup"

static const char description[] =
    "Makes the store NEW, a copy of what was published when it began. Files that never change are hard links where that\n"
    "can be, so that they take no room twice; with --copy they are copied, so that a disk that rots takes only one. Until\n"
    "the copy is complete it is called NEW.tmp; what a crash leaves of it can be deleted.\n"
    "\n"
    "Only the end of the log is checked. Damage elsewhere is copied: let eventhus store verify look at DIR before, or at\n"
    "NEW afterwards.\n"
    "\n"
    "Exit status: 0 copied, 1 the end of the log is damaged, or there is no room; 2 wrong usage, or no store that can be\n"
    "read.\n";

static void
print_result (const EhFileBackup *done, const char *to)
{
  g_autofree char *bytes = store_format_bytes (done->copied_bytes);

  printf ("%s: %" G_GUINT64_FORMAT " events; %" G_GUINT64_FORMAT " files linked, %" G_GUINT64_FORMAT " copied (%s)\n",
          to, done->n_events, done->n_linked, done->n_copied, bytes);
}

static void
print_json (const EhFileBackup *done)
{
  g_autoptr (GString) out = g_string_new ("{\"version\":1");

  store_json_number (out, "events", done->n_events);
  store_json_number (out, "linked", done->n_linked);
  store_json_number (out, "copied", done->n_copied);
  store_json_number (out, "copied_bytes", done->copied_bytes);
  g_string_append (out, "}\n");
  fputs (out->str, stdout);
}

Status
store_backup (int argc, char **argv)
{
  g_auto (GStrv) arguments = NULL;
  StoreProgress progress = { .what = "copying" };
  g_autoptr (GError) error = NULL;
  gboolean json = FALSE;
  gboolean copy = FALSE;
  EhFileBackup done;
  Status status;
  const GOptionEntry entries[] = {
    { "copy", 0, 0, G_OPTION_ARG_NONE, &copy, "Link nothing", NULL },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &json, "As a JSON object", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments, NULL, NULL },
    { NULL },
  };

  if (!command_parse (COMMAND, "DIR NEW", description, entries, &argc, &argv, &status)
      || !store_check_arguments (COMMAND, arguments, 2, 2, "a folder, and where the copy goes", &status))
    return status;
  if (!eh_file_backup (arguments[0], arguments[1], copy, store_progress, &progress, &done, NULL, &error))
    {
      store_progress_end (&progress);
      return store_complain (COMMAND, error);
    }
  store_progress_end (&progress);
  if (json)
    print_json (&done);
  else
    print_result (&done, arguments[1]);
  return STATUS_OK;
}
