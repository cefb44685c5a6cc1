/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eventhus store: what can be done with a store in a folder; a table of commands of its own. */

#include <stdio.h>
#include <string.h>

#include "model/eh-suggest-private.h"
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

static Status
complain_unknown (const char *name)
{
  const char *names[G_N_ELEMENTS (commands)];
  const char *near;

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    names[i] = commands[i].name;
  near = eh_suggest (name, names, G_N_ELEMENTS (names));

  fprintf (stderr, "eventhus store: no command \"%s\"", name);
  if (near != NULL)
    fprintf (stderr, "; did you mean \"%s\"?", near);
  fputs ("\nTry eventhus store --help.\n", stderr);
  return STATUS_USAGE;
}

Status
command_store (int argc, char **argv)
{
  if (argc < 2)
    {
      print_help (stderr);
      return STATUS_USAGE;
    }
  if (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0 || strcmp (argv[1], "help") == 0)
    {
      print_help (stdout);
      return STATUS_OK;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i].name, argv[1]) == 0)
      return commands[i].run (argc - 1, argv + 1);
  return complain_unknown (argv[1]);
}
