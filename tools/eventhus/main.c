/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The eventhus tool: a table of commands. It finds the command, which parses, calls the library and prints. */

#include "command.h"

#include <locale.h>
#include <string.h>

#include "config.h"

static const Command commands[] = {
  { "test", "FILE|DIR... --domain MODULE", "run given-when-then scenarios", command_test },
  { "simulate", "FILE|DIR... --domain MODULE", "explore what concurrent clients can do", command_simulate },
  { "replay", "FILE|DIR... --domain MODULE", "repeat one run of a simulation, step by step", command_replay },
  { "conformance", "[--bus] URI", "say what an event store or an event bus holds", command_conformance },
  { "store", "COMMAND DIR", "look at a store in a folder and look after it", command_store },
  { "schema", "[--domain MODULE]", "print the JSON Schema of scenario files, for editors", command_schema },
};

static void
print_help (FILE *out)
{
  fputs ("Usage: eventhus COMMAND [ARGUMENT...]\n"
         "\n"
         "Runs the scenarios and simulations of an event-sourced domain over the code that a service runs.\n"
         "\n"
         "Commands:\n",
         out);
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    fprintf (out, "  %-11s %-30s %s\n", commands[i].name, commands[i].arguments, commands[i].summary);
  fputs ("\n"
         "Options:\n"
         "  --help     this text; after a command, that command's\n"
         "  --version  the version\n"
         "\n"
         "Exit status: 0 all passed, 1 a scenario failed or output was lost, 2 wrong usage or a malformed file.\n",
         out);
}

/* Whether there was room for what was printed is often known only now. */
static Status
finish (Status status)
{
  if (fflush (stdout) == 0 && ferror (stdout) == 0)
    return status;
  fputs ("eventhus: not all could be printed: is there room, and does somebody read?\n", stderr);
  return status == STATUS_OK ? STATUS_FAILED : status;
}

int
main (int argc, char **argv)
{
  static const CommandTable table = { "eventhus", commands, G_N_ELEMENTS (commands), print_help };

  setlocale (LC_ALL, "");

  if (argc > 1 && strcmp (argv[1], "--version") == 0)
    {
      puts ("eventhus " EVENTHUS_VERSION);
      return finish (STATUS_OK);
    }
  return finish (command_run (&table, argc, argv));
}
