/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eventhus store repair: a new store of everything that is whole in a damaged one. */

#include <stdio.h>

#include "store-damage.h"

#define COMMAND "store repair"

static const char description[] =
    "Makes the store NEW; DIR is only read. What is whole keeps its ids, times, metadata and batches. Each lost place is\n"
    "a line, and so is each event that has another version now, because others of its stream before it are lost.\n"
    "Positions behind a lost place are lower in the new store: checkpoints of consumers do not fit it.\n"
    "\n"
    "Exit status: 0 nothing was damaged, 1 something was, or it could not be made; 2 wrong usage or no store.\n";

static void
print_result (const EhFileRepair *done, const char *to)
{
  printf ("%s: %" G_GUINT64_FORMAT " events in %" G_GUINT64_FORMAT " streams saved; ", to, done->n_events,
          done->n_streams);
  if (done->n_damages == 0)
    puts ("nothing was damaged");
  else if (done->unknown)
    printf ("%" G_GUINT64_FORMAT " are lost, and nobody knows how many behind them; %" G_GUINT64_FORMAT
            " have another version\n",
            done->n_lost, done->n_moved);
  else
    printf ("%" G_GUINT64_FORMAT " are lost, %" G_GUINT64_FORMAT " have another version\n", done->n_lost,
            done->n_moved);
}

static void
print_json (const EhFileRepair *done, const StoreDamage *damage)
{
  g_autoptr (GString) out = g_string_new ("{\"version\":1");

  store_json_number (out, "events", done->n_events);
  store_json_number (out, "streams", done->n_streams);
  store_json_number (out, "lost", done->n_lost);
  g_string_append_printf (out, ",\"lost_exactly\":%s", done->unknown ? "false" : "true");
  store_json_number (out, "moved", done->n_moved);
  g_string_append_printf (out, ",\"damages\":[%s],\"moves\":[%s]}\n", damage->json->str, damage->moves->str);
  fputs (out->str, stdout);
}

Status
store_repair (int argc, char **argv)
{
  g_auto (GStrv) arguments = NULL;
  g_auto (StoreDamage) damage = { .progress = { .what = "repairing" }, .lost = "lost" };
  g_autoptr (GError) error = NULL;
  gboolean json = FALSE;
  EhFileRepair done;
  Status status;
  const GOptionEntry entries[] = {
    { "json", 'j', 0, G_OPTION_ARG_NONE, &json, "As a JSON object", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments, NULL, NULL },
    { NULL },
  };

  if (!command_parse (COMMAND, "DIR NEW", description, entries, &argc, &argv, &status)
      || !store_check_arguments (COMMAND, arguments, 2, 2, "a folder, and where the new store goes", &status))
    return status;
  if (json)
    {
      damage.json = g_string_new (NULL);
      damage.moves = g_string_new (NULL);
    }
  if (!eh_file_repair (arguments[0], arguments[1], store_damage_tell, store_damage_tell_move, store_progress, &damage,
                       &done, NULL, &error))
    {
      store_progress_end (&damage.progress);
      return store_complain (COMMAND, error);
    }
  store_progress_end (&damage.progress);
  if (json)
    print_json (&done, &damage);
  else
    print_result (&done, arguments[1]);
  return done.n_damages == 0 ? STATUS_OK : STATUS_FAILED;
}
