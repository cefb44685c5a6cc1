/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eventhus store ls: lists streams. */

#include <stdio.h>
#include <string.h>

#include "store-command.h"

#define COMMAND "store ls"

typedef struct {
  char **arguments; /* (owned) (nullable) */
  char *category;   /* (owned) (nullable) */
  char *sort;       /* (owned) (nullable) */
  gint64 limit;
  gboolean no_size;
  gboolean json;
} Options;

typedef struct {
  char *name; /* (owned) */
  EhFileStreamInfo info;
} Line;

typedef struct {
  const Options *options;
  GPatternSpec *pattern; /* (owned) (nullable) */
  GArray *lines;         /* (owned) (nullable) (element-type Line): if they are sorted */
  GString *out;          /* (owned) */
  StoreProgress progress;
  guint64 n_found;
  guint64 n_printed;
  gboolean failed; /* there is no room, or nobody reads */
} Listing;

static void
options_clear (Options *self)
{
  g_strfreev (self->arguments);
  g_free (self->category);
  g_free (self->sort);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static void
listing_clear (Listing *self)
{
  g_clear_pointer (&self->pattern, g_pattern_spec_free);
  g_clear_pointer (&self->lines, g_array_unref);
  g_string_free (self->out, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Listing, listing_clear)

static const char description[] =
    "GLOB stands for whole names: * is any text, ? a character. Each line has the stream's version, how many events can\n"
    "be read, the bytes that it takes in the log, deleted or truncated, and the name. Sorting needs memory for every\n"
    "stream; with --sort none they are printed as they are found, in no order, however many there are.\n"
    "\n"
    "Exit status: 0 listed, 1 the store is damaged, 2 wrong usage or no store.\n";

static const char *
get_state (const EhFileStreamInfo *info)
{
  return info->deleted ? "deleted" : info->first_version > 1 ? "truncated" : "";
}

static guint64
count_events (const EhFileStreamInfo *info)
{
  return info->deleted ? 0 : info->version - info->first_version + 1;
}

static void
write_json (const Listing *self, const EhFileStreamInfo *info)
{
  const gsize at = self->out->len;

  store_json_text (self->out, "name", info->name);
  self->out->str[at] = '{';
  store_json_number (self->out, "version", info->version);
  store_json_number (self->out, "first_version", info->first_version);
  store_json_number (self->out, "events", count_events (info));
  if (!self->options->no_size)
    store_json_number (self->out, "bytes", info->n_bytes);
  store_json_text (self->out, "state", info->deleted || info->first_version > 1 ? get_state (info) : "live");
  g_string_append (self->out, "}\n");
}

static void
write_line (const Listing *self, const EhFileStreamInfo *info)
{
  g_string_append_printf (self->out, "%8" G_GUINT64_FORMAT " %8" G_GUINT64_FORMAT " ", info->version,
                          count_events (info));
  if (!self->options->no_size)
    g_string_append_printf (self->out, "%10" G_GUINT64_FORMAT " ", info->n_bytes);
  g_string_append_printf (self->out, "%-9s %s\n", get_state (info), info->name);
}

static gboolean
is_full (const Listing *self)
{
  return self->options->limit > 0 && self->n_printed >= (guint64) self->options->limit;
}

/* FALSE if no more are wanted, or can be printed. */
static gboolean
print_stream (Listing *self, const EhFileStreamInfo *info)
{
  if (self->options->json)
    write_json (self, info);
  else
    write_line (self, info);
  self->n_printed++;
  self->failed = self->out->len > 65536 && !store_print (self->out);
  return !self->failed && !is_full (self);
}

static gboolean
is_wanted (const Listing *self, const char *name)
{
  const char *category = self->options->category;
  const gsize length = category != NULL ? strlen (category) : 0;

  return (category == NULL || (strncmp (name, category, length) == 0 && name[length] == '-'))
         && (self->pattern == NULL || g_pattern_spec_match_string (self->pattern, name));
}

static gboolean
take_stream (const EhFileStreamInfo *info, gpointer user_data, GError **error)
{
  Listing *self = user_data;
  Line line = { .info = *info };

  store_progress (++self->n_found, 0, &self->progress);
  if (!is_wanted (self, info->name))
    return TRUE;
  if (self->lines == NULL)
    {
      if (print_stream (self, info))
        return TRUE;
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "enough");
      return FALSE;
    }
  line.name = g_strdup (info->name);
  line.info.name = line.name;
  g_array_append_val (self->lines, line);
  return TRUE;
}

/* ---- sorting ---- */

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (((const Line *) a)->name, ((const Line *) b)->name);
}

/* The largest first. */
static gint
compare_versions (gconstpointer a, gconstpointer b)
{
  const EhFileStreamInfo *first = &((const Line *) a)->info;
  const EhFileStreamInfo *second = &((const Line *) b)->info;

  return first->version == second->version ? compare_names (a, b) : first->version > second->version ? -1 : 1;
}

static gint
compare_sizes (gconstpointer a, gconstpointer b)
{
  const EhFileStreamInfo *first = &((const Line *) a)->info;
  const EhFileStreamInfo *second = &((const Line *) b)->info;

  return first->n_bytes == second->n_bytes ? compare_names (a, b) : first->n_bytes > second->n_bytes ? -1 : 1;
}

static void
line_clear (gpointer data)
{
  g_free (((Line *) data)->name);
}

/* FALSE if there is no such order, which is told. */
static gboolean
find_order (const Options *options, GCompareFunc *compare)
{
  const char *sort = options->sort != NULL ? options->sort : "name";

  *compare = strcmp (sort, "name") == 0      ? compare_names
             : strcmp (sort, "version") == 0 ? compare_versions
             : strcmp (sort, "size") == 0    ? compare_sizes
                                             : NULL;
  if (*compare != NULL || strcmp (sort, "none") == 0)
    return TRUE;
  command_complain (COMMAND, "--sort takes name, version, size or none");
  return FALSE;
}

/* ---- the whole ---- */

static Status
list (EhEventStore *store, Listing *listing, GCompareFunc compare, Status status)
{
  g_autoptr (GError) error = NULL;
  const gboolean with_bytes = !listing->options->no_size || compare == compare_sizes;
  const gboolean ok = eh_file_store_list_streams (EH_FILE_STORE (store), with_bytes, take_stream, listing, &error);

  store_progress_end (&listing->progress);
  if (!ok && !listing->failed && !is_full (listing))
    return store_complain (COMMAND, error);
  if (listing->lines != NULL)
    {
      g_array_sort (listing->lines, compare);
      for (guint i = 0; i < listing->lines->len; i++)
        if (!print_stream (listing, &g_array_index (listing->lines, Line, i).info))
          break;
    }
  return !listing->failed && store_print (listing->out) ? status : STATUS_FAILED;
}

static gboolean
parse (Options *options, int argc, char **argv, Status *status)
{
  const GOptionEntry entries[] = {
    { "category", 'c', 0, G_OPTION_ARG_STRING, &options->category, "Only streams of this category", "CATEGORY" },
    { "sort", 's', 0, G_OPTION_ARG_STRING, &options->sort, "name (default), version, size or none", "ORDER" },
    { "limit", 'n', 0, G_OPTION_ARG_INT64, &options->limit, "At most so many", "N" },
    { "no-size", 0, 0, G_OPTION_ARG_NONE, &options->no_size, "Leave the bytes out, which is faster", NULL },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &options->json, "A JSON object a line", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->arguments, NULL, NULL },
    { NULL },
  };

  if (!command_parse (COMMAND, "DIR [GLOB]", description, entries, &argc, &argv, status)
      || !store_check_arguments (COMMAND, options->arguments, 1, 2, "a folder, and perhaps which names", status))
    return FALSE;
  if (options->limit >= 0)
    return TRUE;
  command_complain (COMMAND, "--limit takes a number from 1");
  *status = STATUS_USAGE;
  return FALSE;
}

Status
store_ls (int argc, char **argv)
{
  g_auto (Options) options = { NULL };
  g_auto (Listing) listing = { .options = &options, .out = g_string_new (NULL) };
  g_autoptr (EhEventStore) store = NULL;
  GCompareFunc compare;
  Status status;

  if (!parse (&options, argc, argv, &status))
    return status;
  if (!find_order (&options, &compare))
    return STATUS_USAGE;
  if (options.arguments[1] != NULL)
    listing.pattern = g_pattern_spec_new (options.arguments[1]);
  listing.progress = (StoreProgress){ .what = "listing", .prints = compare == NULL };
  if (compare != NULL)
    {
      listing.lines = g_array_new (FALSE, FALSE, sizeof (Line));
      g_array_set_clear_func (listing.lines, line_clear);
    }
  store = store_open (COMMAND, options.arguments[0], "mode=read", &status);
  if (store == NULL)
    return status;
  return store_close (COMMAND, store, list (store, &listing, compare, status));
}
