/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eventhus store import: appends what was exported, here or by the Go toolkit. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

#include "store-go.h"
#include "store-importer.h"

#define COMMAND "store import"

typedef struct {
  char **arguments; /* (owned) (nullable) */
  gboolean from_go;
  gboolean json;
} Options;

static void
options_clear (Options *self)
{
  g_strfreev (self->arguments);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static const char description[] =
    "Reads what eventhus store export wrote, from FILE or standard input, and appends it with its ids, versions, times,\n"
    "metadata and revisions. Events that are there already are passed over, so it can be done again, and goes on where it\n"
    "was broken off. The store is made if it is not there. Nobody else may write to it.\n"
    "\n"
    "With --from-go FILE has aggregate documents of the Go toolkit: those of its Mongo store as mongoexport writes them,\n"
    "or those of its Badger store.\n"
    "\n"
    "Exit status: 0 imported, 1 something could not be appended, and what is before it was; 2 wrong usage, a malformed\n"
    "file or no store.\n";

/* The line's event. */
static gboolean
take_line (StoreImporter *importer, const char *line, gsize length, guint64 number, gboolean *is_malformed,
           GError **error)
{
  g_autofree char *place = g_strdup_printf ("line %" G_GUINT64_FORMAT, number);
  g_autoptr (EhEvent) event = eh_event_from_json (line, (gssize) length, error);

  *is_malformed = event == NULL;
  if (event == NULL)
    {
      g_prefix_error (error, "%s: ", place);
      return FALSE;
    }
  return store_importer_take (importer, event, place, error);
}

static gboolean
is_blank (const char *line)
{
  return line[strspn (line, " \t\r\n")] == '\0';
}

static Status
import_lines (StoreImporter *importer, FILE *file, guint64 size, GError **error)
{
  StoreProgress progress = { .what = "importing" };
  gboolean is_malformed = FALSE;
  gboolean ok = TRUE;
  char *line = NULL;
  gsize room = 0;
  guint64 done = 0;
  gssize length;

  for (guint64 number = 1; ok && (length = getline (&line, &room, file)) >= 0; number++)
    {
      if (!is_blank (line))
        ok = take_line (importer, line, (gsize) length, number, &is_malformed, error);
      done += (guint64) length;
      store_progress (done, MAX (size, done), &progress);
    }
  store_progress_end (&progress);
  free (line);
  if (ok && ferror (file))
    {
      g_set_error (error, G_IO_ERROR, (gint) g_io_error_from_errno (errno), "cannot read: %s", g_strerror (errno));
      return STATUS_FAILED;
    }
  return ok && store_importer_flush (importer, error) ? STATUS_OK : is_malformed ? STATUS_USAGE : STATUS_FAILED;
}

static GString *
read_all (FILE *file)
{
  GString *text = g_string_new (NULL);
  char buffer[65536];
  gsize n;

  while ((n = fread (buffer, 1, sizeof buffer, file)) > 0)
    g_string_append_len (text, buffer, (gssize) n);
  return text;
}

static Status
import_go (StoreImporter *importer, FILE *file, GError **error)
{
  g_autoptr (GString) text = read_all (file);
  g_auto (StoreGo) go = { 0 };
  StoreProgress progress = { .what = "importing" };

  if (!store_go_read (&go, text->str, text->len, error))
    return STATUS_USAGE;
  if (go.n_cut > 0)
    fprintf (stderr,
             "eventhus " COMMAND ": %" G_GUINT64_FORMAT " times had nanoseconds, and were cut to microseconds\n",
             go.n_cut);
  for (guint i = 0; i < go.events->len; i++)
    {
      EhEvent *event = g_ptr_array_index (go.events, i);

      if (!store_importer_take (importer, event, eh_stream_name_to_string (eh_event_get_stream (event)), error))
        return STATUS_FAILED;
      store_progress (i, go.events->len, &progress);
    }
  store_progress_end (&progress);
  return store_importer_flush (importer, error) ? STATUS_OK : STATUS_FAILED;
}

static void
print_result (const Options *options, const StoreImporter *importer)
{
  if (options->json)
    {
      printf ("{\"version\":1,\"added\":%" G_GUINT64_FORMAT ",\"there\":%" G_GUINT64_FORMAT
              ",\"filled\":%" G_GUINT64_FORMAT "}\n",
              importer->n_added, importer->n_there, importer->n_filled);
      return;
    }
  printf ("%" G_GUINT64_FORMAT " events added, %" G_GUINT64_FORMAT " were there", importer->n_added, importer->n_there);
  if (importer->n_filled > 0)
    printf (", %" G_GUINT64_FORMAT " truncated ones stood in for", importer->n_filled);
  putchar ('\n');
}

static Status
import (const Options *options, EhEventStore *store, FILE *file)
{
  g_auto (StoreImporter) importer = { 0 };
  g_autoptr (GError) error = NULL;
  GStatBuf found = { 0 };
  Status status;

  store_importer_init (&importer, store);
  if (options->arguments[1] != NULL && g_stat (options->arguments[1], &found) != 0)
    found.st_size = 0;
  status = options->from_go ? import_go (&importer, file, &error)
                            : import_lines (&importer, file, (guint64) found.st_size, &error);
  if (error != NULL)
    command_complain (COMMAND, error->message);
  print_result (options, &importer);
  return status;
}

static gboolean
parse (Options *options, int argc, char **argv, Status *status)
{
  const GOptionEntry entries[] = {
    { "from-go", 0, 0, G_OPTION_ARG_NONE, &options->from_go, "Read documents of the Go toolkit", NULL },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &options->json, "Tell what was done as a JSON object", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->arguments, NULL, NULL },
    { NULL },
  };

  return command_parse (COMMAND, "DIR [FILE]", description, entries, &argc, &argv, status)
         && store_check_arguments (COMMAND, options->arguments, 1, 2, "a folder, and perhaps a file", status);
}

Status
store_import (int argc, char **argv)
{
  g_auto (Options) options = { NULL };
  g_autoptr (EhEventStore) store = NULL;
  FILE *file = stdin;
  Status status;

  if (!parse (&options, argc, argv, &status))
    return status;
  if (options.arguments[1] != NULL)
    file = g_fopen (options.arguments[1], "r");
  if (file == NULL)
    {
      fprintf (stderr, "eventhus " COMMAND ": %s: cannot open: %s\n", options.arguments[1], g_strerror (errno));
      return STATUS_USAGE;
    }
  store = store_open (COMMAND, options.arguments[0], "mode=write&sync=interval", &status);
  if (store != NULL)
    status = store_close (COMMAND, store, import (&options, store, file));
  if (file != stdin)
    fclose (file);
  return status;
}
