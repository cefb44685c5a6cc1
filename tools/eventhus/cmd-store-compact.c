/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eventhus store compact: gives back what the data of deleted and truncated streams takes. */

#include <stdio.h>

#include "store-command.h"

#define COMMAND "store compact"

static const char description[] =
    "Rewrites segments without the data of deleted and truncated streams. Positions, versions and ids stay, and ids stay\n"
    "taken. The last segment is not touched. It can be interrupted, and done again. Nobody else may write to the store.\n"
    "\n"
    "Exit status: 0 done, 1 the store is damaged, or it could not be done; 2 wrong usage or no store.\n";

Status
store_compact (int argc, char **argv)
{
  g_auto (GStrv) arguments = NULL;
  g_autoptr (EhEventStore) store = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  StoreProgress progress = { .what = "compacting" };
  gboolean json = FALSE;
  guint64 saved = 0;
  gboolean ok;
  Status status;
  const GOptionEntry entries[] = {
    { "json", 'j', 0, G_OPTION_ARG_NONE, &json, "As a JSON object", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments, NULL, NULL },
    { NULL },
  };

  if (!command_parse (COMMAND, "DIR", description, entries, &argc, &argv, &status)
      || !store_check_arguments (COMMAND, arguments, 1, 1, "a folder", &status))
    return status;
  store = store_open (COMMAND, arguments[0], "mode=existing", &status);
  if (store == NULL)
    return status;
  ok = eh_file_store_compact (EH_FILE_STORE (store), store_progress, &progress, &saved, NULL, &error);
  store_progress_end (&progress);
  if (!ok)
    return store_close (COMMAND, store, store_complain (COMMAND, error));
  text = store_format_bytes (saved);
  if (json)
    printf ("{\"version\":1,\"saved_bytes\":%" G_GUINT64_FORMAT "}\n", saved);
  else
    printf ("%s given back\n", text);
  return store_close (COMMAND, store, status);
}
