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

static void
print_result (const char *name, guint64 version, gboolean json)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (json)
    {
      g_string_append (out, "{\"version\":1");
      store_json_text (out, "stream", name);
      store_json_number (out, "first_version", version);
      g_string_append (out, "}\n");
    }
  else
    g_string_append_printf (out, "%s begins with version %" G_GUINT64_FORMAT " now\n", name, version);
  store_print (out);
}

static Status
truncate_stream (EhEventStore *store, const char *name, guint64 version, gboolean json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhStreamName) stream = eh_stream_name_parse (name, &error);

  if (stream != NULL && eh_file_store_truncate_stream (EH_FILE_STORE (store), stream, version, NULL, &error))
    {
      print_result (name, version, json);
      return STATUS_OK;
    }
  return store_complain (COMMAND, error);
}

Status
store_truncate (int argc, char **argv)
{
  g_auto (GStrv) arguments = NULL;
  g_autoptr (EhEventStore) store = NULL;
  gboolean json = FALSE;
  guint64 version = 0;
  Status status;
  const GOptionEntry entries[] = {
    { "json", 'j', 0, G_OPTION_ARG_NONE, &json, "Tell what was done as a JSON object", NULL },
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
  return store_close (COMMAND, store, truncate_stream (store, arguments[1], version, json));
}
