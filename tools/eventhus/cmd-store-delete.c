/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eventhus store delete: deletes a stream. */

#include <stdio.h>

#include "store-command.h"

#define COMMAND "store delete"

static const char description[] =
    "The stream's events cannot be read any more, for good, and its name cannot be used again; eventhus store compact\n"
    "gives back what it takes. Nobody else may write to the store.\n"
    "\n"
    "Exit status: 0 done, 1 it could not be done, 2 wrong usage, no store or no such stream.\n";

static void
print_result (const char *name, gboolean json)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (json)
    {
      g_string_append (out, "{\"version\":1");
      store_json_text (out, "stream", name);
      g_string_append (out, "}\n");
    }
  else
    g_string_append_printf (out, "%s is deleted\n", name);
  store_print (out);
}

static Status
delete_stream (EhEventStore *store, const char *name, gboolean json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhStreamName) stream = eh_stream_name_parse (name, &error);

  if (stream != NULL && eh_event_store_delete_stream (store, stream, EH_EXPECTED_ANY, NULL, &error))
    {
      print_result (name, json);
      return STATUS_OK;
    }
  return store_complain (COMMAND, error);
}

Status
store_delete (int argc, char **argv)
{
  g_auto (GStrv) arguments = NULL;
  g_autoptr (EhEventStore) store = NULL;
  gboolean json = FALSE;
  Status status;
  const GOptionEntry entries[] = {
    { "json", 'j', 0, G_OPTION_ARG_NONE, &json, "Tell what was done as a JSON object", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments, NULL, NULL },
    { NULL },
  };

  if (!command_parse (COMMAND, "DIR STREAM", description, entries, &argc, &argv, &status)
      || !store_check_arguments (COMMAND, arguments, 2, 2, "a folder and a stream", &status))
    return status;
  store = store_open (COMMAND, arguments[0], "mode=existing", &status);
  if (store == NULL)
    return status;
  return store_close (COMMAND, store, delete_stream (store, arguments[1], json));
}
