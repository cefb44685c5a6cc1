/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eventhus store tail: the last events, and then those that come. */

#include <signal.h>
#include <stdio.h>

#include "store-command.h"

#define COMMAND "store tail"

/* How soon a signal is noticed. */
#define TURN (G_USEC_PER_SEC / 5)

typedef struct {
  char **arguments; /* (owned) (nullable) */
  char *category;   /* (owned) (nullable) */
  gint64 lines;
  gboolean follow;
} Options;

static void
options_clear (Options *self)
{
  g_strfreev (self->arguments);
  g_free (self->category);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static const char description[] =
    "Prints events as eventhus store cat does. With --follow it goes on until it is interrupted, which is no failure.\n"
    "\n"
    "Exit status: 0 printed, 1 the store is damaged, 2 wrong usage or no store.\n";

/* A signal can tell nobody but this. */
static volatile sig_atomic_t is_interrupted;

static void
interrupt (int number)
{
  is_interrupted = 1;
}

static void
catch_signals (void)
{
  const struct sigaction action = { .sa_handler = interrupt };

  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
}

/* The last few, found backwards, printed forwards. */
static Status
print_last (EhEventStore *store, const Options *options, guint64 head)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_event_unref);
  g_autoptr (GString) out = g_string_new (NULL);
  guint64 at = head;

  while (at > 0 && events->len < (guint64) options->lines)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EhEventPage) page = eh_event_store_read_all (
          store, options->category, at, EH_BACKWARDS, (guint) MIN (options->lines - events->len, 1024), NULL, &error);

      if (page == NULL)
        return store_complain (COMMAND, error);
      for (guint i = 0; i < eh_event_page_get_size (page); i++)
        g_ptr_array_add (events, eh_event_ref (eh_event_page_get (page, i)));
      at = eh_event_page_get_next (page);
    }
  for (guint i = events->len; i > 0; i--)
    store_write_event (out, g_ptr_array_index (events, i - 1));
  return store_print (out) && fflush (stdout) == 0 ? STATUS_OK : STATUS_FAILED;
}

static Status
follow (EhEventStore *store, const Options *options, guint64 head)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhSubscription) subscription = eh_subscription_new (store, head + 1, &error);
  g_autoptr (GString) out = g_string_new (NULL);

  if (subscription == NULL)
    return store_complain (COMMAND, error);
  eh_subscription_set_category (subscription, options->category);
  while (!is_interrupted)
    {
      g_autoptr (EhEvent) event = NULL;

      switch (eh_subscription_next (subscription, &event, &error))
        {
        case EH_SUBSCRIPTION_EVENT:
          store_write_event (out, event);
          break;
        case EH_SUBSCRIPTION_CAUGHT_UP:
          break;
        case EH_SUBSCRIPTION_IDLE:
          if (!store_print (out) || fflush (stdout) != 0)
            return STATUS_FAILED;
          eh_subscription_wait (subscription, TURN, NULL, NULL);
          break;
        case EH_SUBSCRIPTION_ERROR:
        default:
          return store_complain (COMMAND, error);
        }
    }
  return store_print (out) ? STATUS_OK : STATUS_FAILED;
}

static Status
print (EhEventStore *store, const Options *options, Status status)
{
  g_autoptr (GError) error = NULL;
  guint64 head = 0;
  Status printed;

  if (!eh_event_store_get_head (store, &head, NULL, &error))
    return store_complain (COMMAND, error);
  if (options->follow)
    catch_signals ();
  printed = print_last (store, options, head);
  status = MAX (status, printed);
  return options->follow && status == STATUS_OK ? follow (store, options, head) : status;
}

static gboolean
parse (Options *options, int argc, char **argv, Status *status)
{
  const GOptionEntry entries[] = {
    { "lines", 'n', 0, G_OPTION_ARG_INT64, &options->lines, "How many of the last events (10)", "N" },
    { "follow", 'f', 0, G_OPTION_ARG_NONE, &options->follow, "Go on with what is appended", NULL },
    { "category", 'c', 0, G_OPTION_ARG_STRING, &options->category, "Only streams of this category", "CATEGORY" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->arguments, NULL, NULL },
    { NULL },
  };

  if (!command_parse (COMMAND, "DIR", description, entries, &argc, &argv, status)
      || !store_check_arguments (COMMAND, options->arguments, 1, 1, "a folder", status))
    return FALSE;
  if (options->lines >= 0)
    return TRUE;
  command_complain (COMMAND, "--lines takes a number from 0");
  *status = STATUS_USAGE;
  return FALSE;
}

Status
store_tail (int argc, char **argv)
{
  g_auto (Options) options = { .lines = 10 };
  g_autoptr (EhEventStore) store = NULL;
  Status status;

  if (!parse (&options, argc, argv, &status))
    return status;
  store = store_open (COMMAND, options.arguments[0], "mode=read", &status);
  if (store == NULL)
    return status;
  return store_close (COMMAND, store, print (store, &options, status));
}
