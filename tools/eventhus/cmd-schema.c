/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eventhus schema: prints what editors need to check and complete scenario files. */

#include "command.h"

#include <stdio.h>

static const char description[] =
    "Prints a JSON Schema (draft 7). With --domain, messages are completed and checked by the domain's own types.\n"
    "Save it, and name it in your editor or in a scenario file's \"$schema\" member.\n"
    "\n"
    "Exit status: 0 printed, 2 wrong usage or no such domain.\n";

Status
command_schema (int argc, char **argv)
{
  g_autofree char *module = NULL;
  g_auto (GStrv) rest = NULL;
  g_autoptr (EhDomain) domain = NULL;
  g_autofree char *text = NULL;
  Status status;
  const GOptionEntry entries[] = {
    { "domain", 'd', 0, G_OPTION_ARG_FILENAME, &module, "The domain's module", "MODULE" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &rest, NULL, NULL },
    { NULL },
  };

  if (!command_parse ("schema", "[--domain MODULE]", description, entries, &argc, &argv, &status))
    return status;
  if (rest != NULL)
    {
      command_complain ("schema", "takes no arguments; say which domain with --domain MODULE");
      return STATUS_USAGE;
    }

  if (module != NULL)
    {
      domain = command_load_domain ("schema", module);
      if (domain == NULL)
        return STATUS_USAGE;
    }

  text = eh_scenario_schema_to_json (domain);
  puts (text);
  return STATUS_OK;
}
