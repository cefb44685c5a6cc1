/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "conformance/eh-command-bus-conformance.h"

/* A command bus around a bus with workers that breaks one promise at a time; honest, it keeps them all. */

typedef enum {
  BROKEN_COMMANDS_HONEST,
  BROKEN_COMMANDS_RUNS_TWICE,     /* does every command twice */
  BROKEN_COMMANDS_FORGETS_ID,     /* the same id is another command */
  BROKEN_COMMANDS_HIDES_REPEATS,  /* a repeat is answered as if it were new */
  BROKEN_COMMANDS_KEEPS_FAILURES, /* what failed once is not tried again under its id */
  BROKEN_COMMANDS_HIDES_REFUSALS, /* a refusal is answered as done */
  BROKEN_COMMANDS_VAGUE_ERRORS,   /* all errors are one */
  BROKEN_COMMANDS_EMPTY_OUTCOME,  /* the outcome does not tell the events */
  BROKEN_COMMANDS_REORDERS,       /* of two commands the second is done first */
  BROKEN_COMMANDS_ONE_BY_ONE,     /* never two at once */
  BROKEN_COMMANDS_TRIES_ON,       /* tries more often than it says */
  BROKEN_COMMANDS_GIVES_UP,       /* tries less often than it says */
  BROKEN_COMMANDS_DROPS,          /* one in a hundred is said to be done and is not */
  BROKEN_COMMANDS_CLOSE_LOSES,    /* what waits when it is closed is said to be done and is not */
  BROKEN_COMMANDS_STAYS_OPEN,     /* close closes nothing */
  BROKEN_COMMANDS_IGNORES_CANCEL, /* does what was cancelled */
  BROKEN_COMMANDS_N_FAULTS,
} BrokenCommandsFault;

/* How often it tries. */
#define BROKEN_COMMANDS_ATTEMPTS 3

/* User data: GUINT_TO_POINTER (fault). */
EhCommandBus *broken_command_bus_open (EhCommandHandler *handler, gpointer fault, GError **error);
