/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eventhus store cat: prints events. */

#include <stdio.h>

#include "store-command.h"

#define COMMAND "store cat"
#define PAGE 1024

typedef struct {
  char **arguments; /* (owned) (nullable) */
  char *category;   /* (owned) (nullable) */
  gint64 from;
  gint64 to;
  gint64 limit;
  gboolean reverse;
} Options;

static void
options_clear (Options *self)
{
  g_strfreev (self->arguments);
  g_free (self->category);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static const char description[] =
    "Prints one event a line: its position and the JSON envelope. --from and --to are versions if a stream is named, else\n"
    "positions; both belong to what is printed.\n"
    "\n"
    "Exit status: 0 printed, 1 the store is damaged or has no such stream, 2 wrong usage or no store.\n";

/* What is to be printed. */
typedef struct {
  EhEventStore *store;
  EhStreamName *stream; /* (nullable) */
  const Options *options;
  guint64 n_left;
  guint64 begin; /* of the numbers that are gone through, as they come */
  guint64 end;
  StoreProgress progress;
  GString *out; /* (owned) */
} Printing;

static guint64
get_number (const Printing *self, const EhEvent *event)
{
  return self->stream != NULL ? eh_event_get_version (event) : eh_event_get_position (event);
}

static EhEventPage *
read_page (const Printing *self, guint64 from, GError **error)
{
  const EhDirection direction = self->options->reverse ? EH_BACKWARDS : EH_FORWARDS;
  const guint limit = (guint) MIN (self->n_left, PAGE);

  if (self->stream != NULL)
    return eh_event_store_read_stream (self->store, self->stream, from, direction, limit, NULL, error);
  return eh_event_store_read_all (self->store, self->options->category, from, direction, limit, NULL, error);
}

/* FALSE behind the last one that is wanted. */
static gboolean
print_page (Printing *self, const EhEventPage *page)
{
  const Options *options = self->options;

  for (guint i = 0; i < eh_event_page_get_size (page) && self->n_left > 0; i++)
    {
      const EhEvent *event = eh_event_page_get (page, i);
      const guint64 number = get_number (self, event);

      if (options->reverse ? number < (guint64) options->from : options->to > 0 && number > (guint64) options->to)
        return FALSE;
      store_write_event (self->out, event);
      self->n_left--;
    }
  return self->n_left > 0;
}

/* From where to where, as far as there is something. */
static gboolean
find_ends (Printing *self, GError **error)
{
  const Options *options = self->options;
  const guint64 low = MAX (options->from, 1);
  guint64 high = 0;
  const gboolean ok = self->stream != NULL ? eh_event_store_get_version (self->store, self->stream, &high, NULL, error)
                                           : eh_event_store_get_head (self->store, &high, NULL, error);

  if (options->to > 0)
    high = MIN (high, (guint64) options->to);
  self->begin = options->reverse ? high : low;
  self->end = options->reverse ? low : high;
  return ok;
}

static void
tell_progress (Printing *self, guint64 at)
{
  const guint64 total = 1 + (self->begin < self->end ? self->end - self->begin : self->begin - self->end);
  const guint64 done = at > self->begin ? at - self->begin : self->begin - at;

  store_progress (MIN (done, total), total, &self->progress);
}

static Status
print_events (Printing *self, Status status, GError **error)
{
  const Options *options = self->options;
  guint64 at = options->reverse ? (options->to > 0 ? (guint64) options->to : G_MAXUINT64) : (guint64) options->from;
  gboolean more = find_ends (self, error);

  while (more)
    {
      g_autoptr (EhEventPage) page = read_page (self, at, error);

      if (page == NULL)
        break;
      more = print_page (self, page) && !eh_event_page_is_end (page);
      at = eh_event_page_get_next (page);
      if (!store_print (self->out))
        return STATUS_FAILED;
      tell_progress (self, at);
      if (options->reverse && (at == 0 || at < (guint64) options->from))
        more = FALSE;
      if (!options->reverse && options->to > 0 && at > (guint64) options->to)
        more = FALSE;
    }
  return status;
}

/* A stream that never was is not just empty. */
static gboolean
check_stream (EhEventStore *store, EhStreamName *stream)
{
  g_autoptr (GError) error = NULL;
  guint64 version = 0;

  if (!eh_event_store_get_version (store, stream, &version, NULL, &error))
    store_complain (COMMAND, error);
  else if (version == 0)
    fprintf (stderr, "eventhus " COMMAND ": there is no stream %s; eventhus store ls lists those there are\n",
             eh_stream_name_to_string (stream));
  return version > 0;
}

static gboolean
parse (Options *options, int argc, char **argv, Status *status)
{
  const GOptionEntry entries[] = {
    { "category", 'c', 0, G_OPTION_ARG_STRING, &options->category, "Only streams of this category", "CATEGORY" },
    { "from", 'f', 0, G_OPTION_ARG_INT64, &options->from, "The first version, or position", "N" },
    { "to", 't', 0, G_OPTION_ARG_INT64, &options->to, "The last version, or position", "N" },
    { "limit", 'n', 0, G_OPTION_ARG_INT64, &options->limit, "At most so many", "N" },
    { "reverse", 'r', 0, G_OPTION_ARG_NONE, &options->reverse, "The last one first", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->arguments, NULL, NULL },
    { NULL },
  };

  if (!command_parse (COMMAND, "DIR [STREAM]", description, entries, &argc, &argv, status)
      || !store_check_arguments (COMMAND, options->arguments, 1, 2, "a folder, and perhaps a stream", status))
    return FALSE;
  *status = STATUS_USAGE;
  if (options->from < 0 || options->to < 0 || options->limit < 0)
    command_complain (COMMAND, "--from, --to and --limit take numbers from 1");
  else if (options->category != NULL && options->arguments[1] != NULL)
    command_complain (COMMAND, "give a stream or --category, not both");
  else
    return TRUE;
  return FALSE;
}

Status
store_cat (int argc, char **argv)
{
  g_auto (Options) options = { NULL };
  g_autoptr (EhEventStore) store = NULL;
  g_autoptr (EhStreamName) stream = NULL;
  g_autoptr (GError) error = NULL;
  Printing printing;
  Status status;

  if (!parse (&options, argc, argv, &status))
    return status;
  if (options.arguments[1] != NULL && (stream = eh_stream_name_parse (options.arguments[1], &error)) == NULL)
    return store_complain (COMMAND, error);
  store = store_open (COMMAND, options.arguments[0], "mode=read", &status);
  if (store == NULL)
    return status;
  printing = (Printing){ .store = store, .stream = stream, .options = &options };
  printing.n_left = options.limit > 0 ? (guint64) options.limit : G_MAXUINT64;
  printing.progress = (StoreProgress){ .what = "reading", .prints = TRUE };
  printing.out = g_string_new (NULL);
  status = stream != NULL && !check_stream (store, stream) ? STATUS_FAILED : print_events (&printing, status, &error);
  store_progress_end (&printing.progress);
  if (error != NULL)
    status = store_complain (COMMAND, error);
  g_string_free (printing.out, TRUE);
  return store_close (COMMAND, store, status);
}
