/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eventhus simulate: explores the simulations of files. */

#include "simulate-files.h"

typedef struct {
  SimulateOptions common;
  char *strategy; /* (owned) (nullable) */
  char *time;     /* (owned) (nullable) */
  char *seed;     /* (owned) (nullable) */
  char *runs;     /* (owned) (nullable) */
  char *jobs;     /* (owned) (nullable) */
} Options;

static void
options_clear (Options *self)
{
  simulate_options_clear (&self->common);
  g_free (self->strategy);
  g_free (self->time);
  g_free (self->seed);
  g_free (self->runs);
  g_free (self->jobs);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static const char description[] =
    "Explores the simulations of scenario files: every interleaving, or a sample of them, with faults. A violation is\n"
    "made small and written as NAME.failure.json into the current folder.\n"
    "\n"
    "Exit status: 0 none found, 1 a violation, 2 wrong usage or a malformed file, 3 the domain is not deterministic,\n"
    "4 no progress, 5 the budget was too small for one run.\n"
    "See eventhus-simulate(1), and docs/simulation.md for how to write simulations and read what is found.\n";

static gboolean
parse (Options *options, int argc, char **argv, Status *status)
{
  const GOptionEntry entries[] = {
    { "domain", 'd', 0, G_OPTION_ARG_FILENAME, &options->common.domain, "The domain's module", "MODULE" },
    { "seed", 's', 0, G_OPTION_ARG_STRING, &options->seed, "Where sampling begins; the same seed finds the same", "N" },
    { "runs", 'n', 0, G_OPTION_ARG_STRING, &options->runs, "The most runs", "N" },
    { "time", 't', 0, G_OPTION_ARG_STRING, &options->time, "How long to search: 10s, 5m, PT1H", "TIME" },
    { "strategy", 0, 0, G_OPTION_ARG_STRING, &options->strategy, "portfolio, exhaustive, random, urw, pct or pos",
      "STRATEGY" },
    { "jobs", 'j', 0, G_OPTION_ARG_STRING, &options->jobs, "Threads; as many as there are processors", "N" },
    { "filter", 0, 0, G_OPTION_ARG_STRING, &options->common.filter, "Only simulations whose name matches (* and ?)",
      "GLOB" },
    { "format", 'f', 0, G_OPTION_ARG_STRING, &options->common.format, "pretty, tap, junit or json", "FORMAT" },
    { "report", 'r', 0, G_OPTION_ARG_FILENAME, &options->common.page, "Write a page to look at", "FILE.html" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options->common.quiet, "Print failures and the sum only", NULL },
    { "no-color", 0, 0, G_OPTION_ARG_NONE, &options->common.no_color, "No colours, also on a terminal", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->common.paths, NULL, NULL },
    { NULL },
  };

  return command_parse ("simulate", "FILE|DIR... --domain MODULE", description, entries, &argc, &argv, status);
}

static gboolean
complain_of_number (const Options *options, const char *name, const char *text, const char *from)
{
  g_autofree char *message = g_strdup_printf ("--%s takes a number%s, not \"%s\"", name, from, text);

  command_complain (options->common.command, message);
  return FALSE;
}

/* Numbers go through as they were typed: what is wrong with them is told by who reads "explore" of a file. */
static gboolean
add_count (JsonObject *object, const char *name, const char *text, const Options *options)
{
  gint64 number;

  if (text == NULL)
    return TRUE;
  if (!g_ascii_string_to_signed (text, 10, 1, G_MAXINT64, &number, NULL))
    return complain_of_number (options, name, text, " from 1");
  json_object_set_int_member (object, name, number);
  return TRUE;
}

/* Any whole number, as in a file. */
static gboolean
add_seed (JsonObject *object, const Options *options)
{
  gint64 seed;

  if (options->seed == NULL)
    return TRUE;
  if (!g_ascii_string_to_signed (options->seed, 10, G_MININT64, G_MAXINT64, &seed, NULL))
    return complain_of_number (options, "seed", options->seed, "");
  json_object_set_int_member (object, "seed", seed);
  return TRUE;
}

/* (nullable): a mistake was told */
static char *
make_overrides (const Options *options)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autofree char *processors = g_strdup_printf ("%u", g_get_num_processors ());

  json_node_take_object (node, object);
  if (!add_seed (object, options) || !add_count (object, "runs", options->runs, options)
      || !add_count (object, "jobs", options->jobs != NULL ? options->jobs : processors, options))
    return NULL;
  if (options->time != NULL)
    json_object_set_string_member (object, "time", options->time);
  if (options->strategy != NULL)
    json_object_set_string_member (object, "strategy", options->strategy);
  return json_to_string (node, FALSE);
}

Status
command_simulate (int argc, char **argv)
{
  g_auto (Options) options = { .common = { .command = "simulate" } };
  g_autofree char *overrides = NULL;
  Status status;

  if (!parse (&options, argc, argv, &status))
    return status;
  overrides = make_overrides (&options);
  return overrides != NULL ? simulate_files (&options.common, overrides) : STATUS_USAGE;
}
