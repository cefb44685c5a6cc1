/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The eventhus tool: a table of commands. It finds the command, which parses, calls the library and prints. */

#include "command.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "model/eh-suggest-private.h"

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
         "Exit status: 0 all passed, 1 a scenario failed, 2 wrong usage or a malformed file.\n",
         out);
}

static const Command *
find_command (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i].name, name) == 0)
      return &commands[i];
  return NULL;
}

static Status
complain_unknown (const char *name)
{
  const char *names[G_N_ELEMENTS (commands)];
  const char *near;

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    names[i] = commands[i].name;
  near = eh_suggest (name, names, G_N_ELEMENTS (names));

  fprintf (stderr, "eventhus: no command \"%s\"", name);
  if (near != NULL)
    fprintf (stderr, "; did you mean \"%s\"?", near);
  fputs ("\nTry eventhus --help.\n", stderr);
  return STATUS_USAGE;
}

int
main (int argc, char **argv)
{
  const Command *command;

  setlocale (LC_ALL, "");

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
  if (strcmp (argv[1], "--version") == 0)
    {
      puts ("eventhus " EVENTHUS_VERSION);
      return STATUS_OK;
    }

  command = find_command (argv[1]);
  if (command == NULL)
    return complain_unknown (argv[1]);

  return command->run (argc - 1, argv + 1);
}
