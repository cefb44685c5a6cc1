/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdio.h>

#include "eventhus-testing.h"

/* How the tool ends, by what a script can do about it. */
typedef enum {
  STATUS_OK = 0,                /* all passed */
  STATUS_FAILED = 1,            /* a scenario failed, a simulation found a violation */
  STATUS_USAGE = 2,             /* wrong usage, a malformed file, no domain */
  STATUS_NOT_DETERMINISTIC = 3, /* the same choices led to another run; a schedule does not fit any more */
  STATUS_NO_PROGRESS = 4,       /* a deadlock, endless retries, a handler that does not return */
  STATUS_NO_BUDGET = 5,         /* not even one run was possible */
} Status;

/*
 * A command of the tool. @run gets the arguments from the command's own name on. One file a command.
 */
typedef struct {
  const char *name;
  const char *arguments;
  const char *summary;
  Status (*run) (int argc, char **argv);
} Command;

Status command_test (int argc, char **argv);
Status command_simulate (int argc, char **argv);
Status command_replay (int argc, char **argv);
Status command_conformance (int argc, char **argv);
Status command_store (int argc, char **argv);
Status command_schema (int argc, char **argv);

/* Commands of one level, found by name: the tool's own, and those of "eventhus store". */
typedef struct {
  const char *program; /* "eventhus store" */
  const Command *commands;
  gsize n_commands;
  void (*print_help) (FILE *out);
} CommandTable;

/* Runs the command that argv[1] names, or helps. */
Status command_run (const CommandTable *table, int argc, char **argv);

/* Prints "eventhus COMMAND: message" to stderr. */
void command_complain (const char *command, const char *message);

/* How wide a line may be that is shown on stderr and taken away again; 0 if that is no terminal that can do so. */
guint command_get_columns (void);

/* Loads the domain that --domain names. What is wrong with it is told; returns: (transfer full) (nullable). */
EhDomain *command_load_domain (const char *command, const char *module);

/*
 * As GOptionContext does it, but with --help and mistakes in the tool's own way. FALSE if *status is to be
 * returned.
 */
gboolean command_parse (const char *command, const char *arguments, const char *description,
                        const GOptionEntry *entries, int *argc, char ***argv, Status *status);
