/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eventhus store export: writes all events as lines of JSON. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

#include "store-command.h"

#define COMMAND "store export"

static const char description[] =
    "Writes to FILE, or to standard output (also -), one event a line in the order of their positions, as eventhus store\n"
    "cat does. Deleted streams and truncated events are left out. FILE is called FILE.tmp until it is complete.\n"
    "\n"
    "Exit status: 0 written, 1 the store is damaged, or not all could be written; 2 wrong usage, or no store that can be\n"
    "read.\n";

typedef struct {
  char **arguments; /* (owned) (nullable) */
  char *category;   /* (owned) (nullable) */
  gboolean json;
  const char *path; /* (nullable): standard output */
  EhEventStore *store;
  StoreProgress progress;
  guint64 n_events;
} Export;

static void
export_clear (Export *self)
{
  g_strfreev (self->arguments);
  g_free (self->category);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Export, export_clear)

static Status
complain_file (const char *what, const char *path, int code)
{
  fprintf (stderr, "eventhus " COMMAND ": %s: cannot %s: %s\n", path, what, g_strerror (code));
  return STATUS_FAILED;
}

/* Returns why not all could be written, or 0; *error is set if not all could be read. */
static int
write_events (Export *self, FILE *file, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean more;
  guint64 head = 0;
  guint64 at = 1;
  int code = 0;

  more = eh_event_store_get_head (self->store, &head, NULL, error);
  while (more)
    {
      g_autoptr (EhEventPage)
          page = eh_event_store_read_all (self->store, self->category, at, EH_FORWARDS, 0, NULL, error);

      if (page == NULL)
        break;
      for (guint i = 0; i < eh_event_page_get_size (page); i++)
        store_write_event (out, eh_event_page_get (page, i));
      self->n_events += eh_event_page_get_size (page);
      code = fwrite (out->str, 1, out->len, file) == out->len ? 0 : errno;
      g_string_truncate (out, 0);
      at = eh_event_page_get_next (page);
      more = code == 0 && !eh_event_page_is_end (page);
      store_progress (at - 1, head, &self->progress);
    }
  store_progress_end (&self->progress);
  return code != 0 || fflush (file) == 0 ? code : errno;
}

/* To standard output; main() tells if that fails. */
static Status
print_events (Export *self)
{
  g_autoptr (GError) error = NULL;
  const int code = write_events (self, stdout, &error);

  if (error != NULL)
    return store_complain (COMMAND, error);
  return code == 0 ? STATUS_OK : STATUS_FAILED;
}

static Status
fill_file (Export *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  FILE *file = g_fopen (path, "w");
  int code;

  if (file == NULL)
    return complain_file ("create", path, errno);
  code = write_events (self, file, &error);
  if (fclose (file) != 0 && code == 0)
    code = errno;
  if (error != NULL)
    return store_complain (COMMAND, error);
  return code == 0 ? STATUS_OK : complain_file ("write", path, code);
}

/* A pipe or a device is written to as it is; replacing it by a file is nobody's wish. */
static gboolean
is_special (const char *path)
{
  GStatBuf found;

  return g_stat (path, &found) == 0 && !S_ISREG (found.st_mode);
}

static Status
write_file (Export *self)
{
  g_autofree char *temporary = g_strconcat (self->path, ".tmp", NULL);
  Status status;

  if (is_special (self->path))
    return fill_file (self, self->path);
  status = fill_file (self, temporary);
  if (status == STATUS_OK && g_rename (temporary, self->path) != 0)
    status = complain_file ("write", self->path, errno);
  if (status != STATUS_OK)
    g_unlink (temporary);
  return status;
}

static gboolean
parse (Export *self, int argc, char **argv, Status *status)
{
  const GOptionEntry entries[] = {
    { "category", 'c', 0, G_OPTION_ARG_STRING, &self->category, "Only streams of this category", "CATEGORY" },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &self->json, "Tell what was done as a JSON object; with FILE only", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->arguments, NULL, NULL },
    { NULL },
  };

  if (!command_parse (COMMAND, "DIR [FILE]", description, entries, &argc, &argv, status)
      || !store_check_arguments (COMMAND, self->arguments, 1, 2, "a folder, and perhaps a file", status))
    return FALSE;
  if (g_strcmp0 (self->arguments[1], "-") != 0)
    self->path = self->arguments[1];
  if (!self->json || self->path != NULL)
    return TRUE;
  command_complain (COMMAND, "--json takes a FILE: standard output has the events");
  *status = STATUS_USAGE;
  return FALSE;
}

Status
store_export (int argc, char **argv)
{
  g_auto (Export) self = { .progress = { .what = "exporting" } };
  g_autoptr (EhEventStore) store = NULL;
  Status written;
  Status status;

  if (!parse (&self, argc, argv, &status))
    return status;
  self.progress.prints = self.path == NULL;
  self.store = store = store_open (COMMAND, self.arguments[0], "mode=read", &status);
  if (store == NULL)
    return status;
  written = self.path != NULL ? write_file (&self) : print_events (&self);
  if (self.json && written == STATUS_OK)
    printf ("{\"version\":1,\"events\":%" G_GUINT64_FORMAT "}\n", self.n_events);
  return store_close (COMMAND, store, MAX (status, written));
}
