/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eventhus store import: appends what was exported, here or by the Go toolkit. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

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
    "Reads what eventhus store export wrote, from FILE or standard input (also -), and appends it with its ids, versions,\n"
    "times, metadata and revisions. Events that are there already are passed over, so it can be done again, and goes on\n"
    "where it was broken off. The store is made if it is not there, and if FILE begins as it should. Each event needs a\n"
    "timestamp. Nobody else may write to the store.\n"
    "\n"
    "With --from-go FILE has aggregate documents of the Go toolkit: those of its Mongo store as mongoexport writes them,\n"
    "or those of its Badger store.\n"
    "\n"
    "Exit status: 0 imported; 1 something could not be appended; 2 wrong usage, a malformed file, or no store that can be\n"
    "written. What is before what was refused is in the store.\n";

/*
 * What is imported. It is opened, and its beginning parsed, before the store is: for a file that is none of its kind no
 * store is made.
 */
typedef struct {
  FILE *file;     /* (owned) unless it is stdin */
  guint64 size;   /* 0: nobody knows */
  char *line;     /* (owned) (nullable), by malloc() */
  gsize room;     /* of it */
  guint64 number; /* of the line */
  guint64 n_read; /* bytes */
  EhEvent *event; /* (owned) (nullable): the line's; none at the end */
  StoreGo go;
} Source;

static void
source_clear (Source *self)
{
  if (self->file != NULL && self->file != stdin)
    fclose (self->file);
  free (self->line);
  g_clear_pointer (&self->event, eh_event_unref);
  store_go_clear (&self->go);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Source, source_clear)

static gboolean
check_file (const Source *self, GError **error)
{
  if (!ferror (self->file))
    return TRUE;
  g_set_error (error, G_IO_ERROR, (gint) g_io_error_from_errno (errno), "cannot read: %s", g_strerror (errno));
  return FALSE;
}

static gboolean
has_timestamp (const char *line)
{
  g_autoptr (JsonNode) node = json_from_string (line, NULL);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node)
         && json_object_has_member (json_node_get_object (node), "timestamp");
}

static gboolean
parse_line (Source *self, gsize length, GError **error)
{
  self->event = eh_event_from_json (self->line, (gssize) length, error);
  /* Where there is none the time is 0, which might also be meant. */
  if (self->event != NULL && eh_event_get_timestamp (self->event) == 0 && !has_timestamp (self->line))
    {
      g_clear_pointer (&self->event, eh_event_unref);
      g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID, "the member \"timestamp\" is missing");
    }
  if (self->event != NULL)
    return TRUE;
  g_prefix_error (error, "line %" G_GUINT64_FORMAT ": ", self->number);
  return FALSE;
}

static gboolean
is_blank (const char *line)
{
  return line[strspn (line, " \t\r\n")] == '\0';
}

/* Takes the next line that is not blank. */
static gboolean
read_line (Source *self, GError **error)
{
  gssize length;

  g_clear_pointer (&self->event, eh_event_unref);
  while ((length = getline (&self->line, &self->room, self->file)) >= 0)
    {
      self->number++;
      self->n_read += (guint64) length;
      if (!is_blank (self->line))
        return parse_line (self, (gsize) length, error);
    }
  return check_file (self, error);
}

static gboolean
read_go (Source *self, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char buffer[65536];
  gsize n;

  while ((n = fread (buffer, 1, sizeof buffer, self->file)) > 0)
    g_string_append_len (text, buffer, (gssize) n);
  return check_file (self, error) && store_go_read (&self->go, text->str, text->len, error);
}

/* FALSE if it is not what it should be, which is told. */
static gboolean
open_source (Source *self, const Options *options, Status *status)
{
  const char *path = g_strcmp0 (options->arguments[1], "-") != 0 ? options->arguments[1] : NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf found = { 0 };

  *status = STATUS_USAGE;
  self->file = path != NULL ? g_fopen (path, "r") : stdin;
  if (self->file == NULL)
    {
      fprintf (stderr, "eventhus " COMMAND ": %s: cannot open: %s\n", path, g_strerror (errno));
      return FALSE;
    }
  if (path != NULL && g_stat (path, &found) == 0)
    self->size = (guint64) found.st_size;
  if (options->from_go ? read_go (self, &error) : read_line (self, &error))
    return TRUE;
  command_complain (COMMAND, error->message);
  return FALSE;
}

static Status
import_lines (StoreImporter *importer, Source *source, GError **error)
{
  StoreProgress progress = { .what = "importing" };
  gboolean ok = TRUE;
  gboolean is_malformed = FALSE;

  while (ok && !is_malformed && source->event != NULL)
    {
      g_autofree char *place = g_strdup_printf ("line %" G_GUINT64_FORMAT, source->number);

      ok = store_importer_take (importer, source->event, place, error);
      is_malformed = ok && !read_line (source, error);
      store_progress (source->size > 0 ? source->n_read : source->number, source->size, &progress);
    }
  store_progress_end (&progress);
  if (!is_malformed)
    return ok && store_importer_flush (importer, error) ? STATUS_OK : STATUS_FAILED;
  /* What is before it is whole. */
  store_importer_flush (importer, NULL);
  return STATUS_USAGE;
}

static Status
import_go (StoreImporter *importer, const StoreGo *go, GError **error)
{
  StoreProgress progress = { .what = "importing" };
  gboolean ok = TRUE;

  if (go->n_cut > 0)
    fprintf (stderr,
             "eventhus " COMMAND ": %" G_GUINT64_FORMAT " times had nanoseconds, and were cut to microseconds\n",
             go->n_cut);
  for (guint i = 0; ok && i < go->events->len; i++)
    {
      EhEvent *event = g_ptr_array_index (go->events, i);

      ok = store_importer_take (importer, event, eh_stream_name_to_string (eh_event_get_stream (event)), error);
      store_progress (i, go->events->len, &progress);
    }
  store_progress_end (&progress);
  return ok && store_importer_flush (importer, error) ? STATUS_OK : STATUS_FAILED;
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
import (const Options *options, EhEventStore *store, Source *source)
{
  g_auto (StoreImporter) importer = { 0 };
  g_autoptr (GError) error = NULL;
  Status status;

  store_importer_init (&importer, store);
  status = options->from_go ? import_go (&importer, &source->go, &error) : import_lines (&importer, source, &error);
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
  g_auto (Source) source = { NULL };
  g_autoptr (EhEventStore) store = NULL;
  Status status;

  if (!parse (&options, argc, argv, &status) || !open_source (&source, &options, &status))
    return status;
  store = store_open (COMMAND, options.arguments[0], "mode=write&sync=interval", &status);
  if (store == NULL)
    return status;
  return store_close (COMMAND, store, import (&options, store, &source));
}
