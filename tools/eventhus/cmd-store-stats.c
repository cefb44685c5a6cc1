/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eventhus store stats: what is in a store and what it takes. */

#include <stdio.h>

#include "store-command.h"

#define COMMAND "store stats"

static const char description[] = "Counts streams and adds up files; events are not read.\n"
                                  "\n"
                                  "Exit status: 0 counted, 1 the store is damaged, 2 wrong usage or no store.\n";

static void
print_number (const char *name, guint64 number, const char *unit)
{
  printf ("%-20s %" G_GUINT64_FORMAT "%s\n", name, number, unit);
}

static void
print_bytes (const char *name, guint64 bytes)
{
  g_autofree char *text = store_format_bytes (bytes);

  printf ("%-20s %s\n", name, text);
}

static void
print_place (const char *name, guint segment, guint offset)
{
  if (segment > 0)
    printf ("%-20s seg/%08x.log, byte %u\n", name, segment, offset);
}

/* What an event takes, index included. */
static guint64
get_bytes_an_event (const EhFileStats *stats)
{
  return stats->n_events > 0 ? (stats->log_bytes + stats->index_bytes) / stats->n_events : 0;
}

static void
print_stats (const EhFileStats *stats)
{
  print_number ("events", stats->n_events, "");
  print_number ("streams", stats->n_streams, "");
  print_number ("  deleted", stats->n_deleted, "");
  print_number ("  truncated", stats->n_truncated, "");
  print_number ("segments", stats->n_segments, "");
  print_number ("  compacted", stats->n_compacted, "");
  print_bytes ("log", stats->log_bytes);
  print_bytes ("  prepared ahead", stats->room_bytes);
  print_bytes ("index", stats->index_bytes);
  print_number ("  files", stats->n_runs, "");
  print_bytes ("snapshots", stats->snapshot_bytes);
  print_number ("  files", stats->n_snapshots, "");
  print_number ("an event", get_bytes_an_event (stats), " bytes");
  print_place ("published up to", stats->published_segment, stats->published_offset);
  print_place ("durable up to", stats->durable_segment, stats->durable_offset);
  print_place ("torn tail at", stats->torn_segment, stats->torn_offset);
  printf ("%-20s %s\n", "written", stats->written ? "by another process, now" : "by nobody, now");
}

static void
add_place (GString *out, const char *name, guint segment, guint offset)
{
  if (segment == 0)
    {
      store_json_text (out, name, NULL);
      return;
    }
  g_string_append_printf (out, ",\"%s\":{\"file\":\"seg/%08x.log\",\"offset\":%u}", name, segment, offset);
}

static void
print_json (const EhFileStats *stats)
{
  g_autoptr (GString) out = g_string_new ("{\"version\":1");

  store_json_number (out, "events", stats->n_events);
  store_json_number (out, "streams", stats->n_streams);
  store_json_number (out, "deleted", stats->n_deleted);
  store_json_number (out, "truncated", stats->n_truncated);
  store_json_number (out, "segments", stats->n_segments);
  store_json_number (out, "compacted", stats->n_compacted);
  store_json_number (out, "log_bytes", stats->log_bytes);
  store_json_number (out, "room_bytes", stats->room_bytes);
  store_json_number (out, "index_bytes", stats->index_bytes);
  store_json_number (out, "index_files", stats->n_runs);
  store_json_number (out, "snapshot_bytes", stats->snapshot_bytes);
  store_json_number (out, "snapshot_files", stats->n_snapshots);
  store_json_number (out, "bytes_an_event", get_bytes_an_event (stats));
  add_place (out, "published", stats->published_segment, stats->published_offset);
  add_place (out, "durable", stats->durable_segment, stats->durable_offset);
  add_place (out, "torn", stats->torn_segment, stats->torn_offset);
  g_string_append_printf (out, ",\"written\":%s}\n", stats->written ? "true" : "false");
  fputs (out->str, stdout);
}

Status
store_stats (int argc, char **argv)
{
  g_auto (GStrv) arguments = NULL;
  g_autoptr (EhEventStore) store = NULL;
  g_autoptr (GError) error = NULL;
  gboolean json = FALSE;
  EhFileStats stats;
  Status status;
  const GOptionEntry entries[] = {
    { "json", 'j', 0, G_OPTION_ARG_NONE, &json, "As a JSON object", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments, NULL, NULL },
    { NULL },
  };

  if (!command_parse (COMMAND, "DIR", description, entries, &argc, &argv, &status)
      || !store_check_arguments (COMMAND, arguments, 1, 1, "a folder", &status))
    return status;
  store = store_open (COMMAND, arguments[0], "mode=read", &status);
  if (store == NULL)
    return status;
  if (!eh_file_store_get_stats (EH_FILE_STORE (store), &stats, &error))
    return store_close (COMMAND, store, store_complain (COMMAND, error));
  (json ? print_json : print_stats) (&stats);
  return store_close (COMMAND, store, status);
}
