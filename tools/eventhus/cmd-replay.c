/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eventhus replay: each simulation is the one run that its schedule says. */

#include "simulate-files.h"

static const char description[] =
    "Runs a simulation that has a schedule: exactly that run, told step by step.\n"
    "\n"
    "Exit status: 0 passed, 1 a violation, 2 wrong usage or a malformed file, 3 it diverged: the schedule does not fit\n"
    "any more; 4 no progress. See eventhus-replay(1).\n";

static gboolean
parse (SimulateOptions *options, int argc, char **argv, Status *status)
{
  const GOptionEntry entries[] = {
    { "domain", 'd', 0, G_OPTION_ARG_FILENAME, &options->domain, "The domain's module", "MODULE" },
    { "filter", 0, 0, G_OPTION_ARG_STRING, &options->filter, "Only simulations whose name matches (* and ?)", "GLOB" },
    { "format", 'f', 0, G_OPTION_ARG_STRING, &options->format, "pretty, tap, junit or json", "FORMAT" },
    { "report", 'r', 0, G_OPTION_ARG_FILENAME, &options->page, "Write a page to look at", "FILE.html" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options->quiet, "Print failures and the sum only", NULL },
    { "no-color", 0, 0, G_OPTION_ARG_NONE, &options->no_color, "No colours, also on a terminal", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->paths, NULL, NULL },
    { NULL },
  };

  return command_parse ("replay", "FILE|DIR... --domain MODULE", description, entries, &argc, &argv, status);
}

Status
command_replay (int argc, char **argv)
{
  g_auto (SimulateOptions) options = { .command = "replay", .needs_schedule = TRUE };
  Status status;

  return parse (&options, argc, argv, &status) ? simulate_files (&options, NULL) : status;
}
