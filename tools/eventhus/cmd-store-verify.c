/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eventhus store verify: reads everything and checks it. */

#include <stdio.h>

#include "store-damage.h"

#define COMMAND "store verify"

static const char description[] =
    "Checks headers, checksums, that positions and the versions of each stream have no gap, and that the index says what\n"
    "the log says; and the snapshots. Each damaged place is a line. Takes about 60 bytes of memory a stream.\n"
    "\n"
    "Exit status: 0 the store is whole, 1 it is damaged, 2 wrong usage or no store.\n";

static void
print_result (const EhFileVerification *found)
{
  if (found->torn_segment > 0)
    printf ("seg/%08x.log: byte %u: a torn tail, as a crash leaves it; %s\n", found->torn_segment, found->torn_offset,
            found->has_lock ? "nothing that was acknowledged is missing"
                            : "the file LOCK is missing, so nobody can tell whether it had been flushed");
  printf ("%" G_GUINT64_FORMAT " events in %" G_GUINT64_FORMAT " streams, %" G_GUINT64_FORMAT
          " frames, %u segments, %u index files: ",
          found->n_events, found->n_streams, found->n_frames, found->n_segments, found->n_runs);
  if (found->n_damages == 0)
    puts ("all whole");
  else if (found->n_damages == found->n_derived)
    printf ("the log is whole, %" G_GUINT64_FORMAT " derived files are not: delete them\n", found->n_derived);
  else
    printf ("%" G_GUINT64_FORMAT " damaged places; eventhus store repair saves what is whole\n", found->n_damages);
}

static void
print_json (const EhFileVerification *found, const StoreDamage *damage)
{
  g_autoptr (GString) out = g_string_new ("{\"version\":1");

  g_string_append_printf (out, ",\"whole\":%s", found->n_damages == 0 ? "true" : "false");
  store_json_number (out, "events", found->n_events);
  store_json_number (out, "streams", found->n_streams);
  store_json_number (out, "frames", found->n_frames);
  store_json_number (out, "segments", found->n_segments);
  store_json_number (out, "index_files", found->n_runs);
  store_json_number (out, "bytes", found->n_bytes);
  if (found->torn_segment > 0)
    g_string_append_printf (out, ",\"torn\":{\"file\":\"seg/%08x.log\",\"offset\":%u}", found->torn_segment,
                            found->torn_offset);
  else
    store_json_text (out, "torn", NULL);
  g_string_append (out, found->has_lock ? ",\"lock\":true" : ",\"lock\":false");
  g_string_append_printf (out, ",\"damages\":[%s]}\n", damage->json->str);
  fputs (out->str, stdout);
}

Status
store_verify (int argc, char **argv)
{
  g_auto (GStrv) arguments = NULL;
  g_auto (StoreDamage) damage = { .progress = { .what = "verifying" }, .lost = "damaged" };
  g_autoptr (GError) error = NULL;
  gboolean json = FALSE;
  EhFileVerification found;
  Status status;
  const GOptionEntry entries[] = {
    { "json", 'j', 0, G_OPTION_ARG_NONE, &json, "As a JSON object", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments, NULL, NULL },
    { NULL },
  };

  if (!command_parse (COMMAND, "DIR", description, entries, &argc, &argv, &status)
      || !store_check_arguments (COMMAND, arguments, 1, 1, "a folder", &status))
    return status;
  if (json)
    damage.json = g_string_new (NULL);
  if (!eh_file_verify (arguments[0], store_damage_tell, store_progress, &damage, &found, NULL, &error))
    {
      store_progress_end (&damage.progress);
      return store_complain (COMMAND, error);
    }
  store_progress_end (&damage.progress);
  if (json)
    print_json (&found, &damage);
  else
    print_result (&found);
  return found.n_damages == 0 ? STATUS_OK : STATUS_FAILED;
}
