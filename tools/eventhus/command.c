/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "command.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "model/eh-suggest-private.h"

static Status
complain_unknown (const CommandTable *table, const char *name)
{
  g_autofree const char **names = g_new (const char *, table->n_commands);
  const char *near;

  for (gsize i = 0; i < table->n_commands; i++)
    names[i] = table->commands[i].name;
  near = eh_suggest (name, names, table->n_commands);

  fprintf (stderr, "%s: no command \"%s\"", table->program, name);
  if (near != NULL)
    fprintf (stderr, "; did you mean \"%s\"?", near);
  fprintf (stderr, "\nTry %s --help.\n", table->program);
  return STATUS_USAGE;
}

Status
command_run (const CommandTable *table, int argc, char **argv)
{
  if (argc < 2)
    {
      table->print_help (stderr);
      return STATUS_USAGE;
    }
  if (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0 || strcmp (argv[1], "help") == 0)
    {
      table->print_help (stdout);
      return STATUS_OK;
    }
  for (gsize i = 0; i < table->n_commands; i++)
    if (strcmp (table->commands[i].name, argv[1]) == 0)
      return table->commands[i].run (argc - 1, argv + 1);
  return complain_unknown (table, argv[1]);
}

void
command_complain (const char *command, const char *message)
{
  fprintf (stderr, "eventhus %s: %s\n", command, message);
}

/* In the last column nothing is printed: some terminals begin a new line then. */
guint
command_get_columns (void)
{
  struct winsize size = { 0 };

  if (!isatty (STDERR_FILENO) || g_strcmp0 (g_getenv ("TERM"), "dumb") == 0)
    return 0;
  return ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1 : 79;
}

EhDomain *
command_load_domain (const char *command, const char *module)
{
  g_autoptr (GError) error = NULL;
  EhDomain *domain = eh_domain_load (module, &error);

  if (domain != NULL)
    return domain;
  if (g_error_matches (error, EH_ERROR, EH_ERROR_NOT_FOUND))
    fprintf (stderr, "eventhus %s: --domain %s; build the module first, or say where it is\n", command, error->message);
  else
    fprintf (stderr, "eventhus %s: --domain %s\n", command, error->message);
  return NULL;
}

gboolean
command_parse (const char *command, const char *arguments, const char *description, const GOptionEntry *entries,
               int *argc, char ***argv, Status *status)
{
  g_autofree char *usage = g_strdup_printf ("%s", arguments);
  g_autofree char *program = g_strdup_printf ("eventhus %s", command);
  g_autoptr (GOptionContext) context = g_option_context_new (usage);
  g_autoptr (GError) error = NULL;
  gboolean help = FALSE;
  const GOptionEntry own[] = {
    { "help", 'h', 0, G_OPTION_ARG_NONE, &help, "Show this text", NULL },
    { NULL },
  };

  g_set_prgname (program);
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_description (context, description);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_main_entries (context, own, NULL);

  if (!g_option_context_parse (context, argc, argv, &error))
    {
      command_complain (command, error->message);
      fprintf (stderr, "Try eventhus %s --help.\n", command);
      *status = STATUS_USAGE;
      return FALSE;
    }
  if (help)
    {
      g_autofree char *text = g_option_context_get_help (context, TRUE, NULL);

      fputs (text, stdout);
      *status = STATUS_OK;
      return FALSE;
    }
  return TRUE;
}
