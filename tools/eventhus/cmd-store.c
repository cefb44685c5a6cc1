/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eventhus store: what can be done with a store in a folder; a table of commands of its own. */

#include "store-command.h"

static const Command commands[] = {
  { "ls", "DIR", "list streams", store_ls },
  { "cat", "DIR [STREAM]", "print events, a line each", store_cat },
  { "tail", "DIR", "print the last events, and those to come", store_tail },
  { "stats", "DIR", "say what is in it and what it takes", store_stats },
  { "verify", "DIR", "read everything and check it", store_verify },
  { "repair", "DIR NEW", "make a new store of what is whole", store_repair },
  { "backup", "DIR NEW", "copy it, also while it is written to", store_backup },
  { "export", "DIR [FILE]", "write all events as lines of JSON", store_export },
  { "import", "DIR [FILE]", "append what was exported", store_import },
  { "compact", "DIR", "give back what deleted events take", store_compact },
  { "truncate", "DIR STREAM VERSION", "make the older events of a stream unreadable", store_truncate },
  { "delete", "DIR STREAM", "delete a stream", store_delete },
};

static void
print_help (FILE *out)
{
  fputs ("Usage: eventhus store COMMAND DIR [ARGUMENT...]\n"
         "\n"
         "Looks at a store in a folder and looks after it.\n"
         "\n"
         "Commands:\n",
         out);
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    fprintf (out, "  %-9s %-19s %s\n", commands[i].name, commands[i].arguments, commands[i].summary);
  fputs (
      "\n"
      "--help after a command tells its options. All but import, compact, truncate and delete only read, and can be\n"
      "used while a service writes to the store.\n"
      "\n"
      "Exit status: 0 done, 1 the store is damaged or not all could be done, 2 wrong usage or no store.\n",
      out);
}

Status
command_store (int argc, char **argv)
{
  static const CommandTable table = { "eventhus store", commands, G_N_ELEMENTS (commands), print_help };

  return command_run (&table, argc, argv);
}
