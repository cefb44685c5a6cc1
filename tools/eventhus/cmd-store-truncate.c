/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eventhus store truncate: makes the older events of a stream unreadable. */

#include <stdio.h>

#include "store-command.h"

#define COMMAND "store truncate"

static const char description[] =
    "VERSION is the first that stays. What is before it cannot be read any more, for good; eventhus store compact gives\n"
    "back what it takes. Nobody else may write to the store.\n"
    "\n"
    "Exit status: 0 done, 1 it could not be done, 2 wrong usage, no store or no such stream or version.\n";

static Status
truncate_stream (EhEventStore *store, const char *name, guint64 version)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhStreamName) stream = eh_stream_name_parse (name, &error);

  if (stream != NULL && eh_file_store_truncate_stream (EH_FILE_STORE (store), stream, version, NULL, &error))
    {
      printf ("%s begins with version %" G_GUINT64_FORMAT " now\n", name, version);
      return STATUS_OK;
    }
  command_complain (COMMAND, error->message);
  return error->domain == EH_ERROR ? STATUS_USAGE : STATUS_FAILED;
}

Status
store_truncate (int argc, char **argv)
{
  g_auto (GStrv) arguments = NULL;
  g_autoptr (EhEventStore) store = NULL;
  guint64 version = 0;
  Status status;
  const GOptionEntry entries[] = {
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments, NULL, NULL },
    { NULL },
  };

  if (!command_parse (COMMAND, "DIR STREAM VERSION", description, entries, &argc, &argv, &status)
      || !store_check_arguments (COMMAND, arguments, 3, 3, "a folder, a stream and a version", &status))
    return status;
  if (!g_ascii_string_to_unsigned (arguments[2], 10, 2, G_MAXINT64, &version, NULL))
    {
      command_complain (COMMAND, "VERSION is a number, 2 or more");
      return STATUS_USAGE;
    }
  store = store_open (COMMAND, arguments[0], "mode=existing", &status);
  if (store == NULL)
    return status;
  return store_close (COMMAND, store, truncate_stream (store, arguments[1], version));
}
