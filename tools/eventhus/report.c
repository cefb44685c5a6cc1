/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What all formats have in common: which one it is, and how much can be shown. */

#include "report.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "command.h"

static const ReportFormat *const formats[] = { &report_pretty, &report_tap, &report_junit, &report_json };

const ReportFormat *
report_choose_format (const char *command, const char *name)
{
  g_autofree char *message = NULL;

  if (name == NULL)
    return g_getenv ("HARNESS_ACTIVE") != NULL ? &report_tap : &report_pretty;

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_str_equal (formats[i]->name, name))
      return formats[i];
  message = g_strdup_printf ("--format takes pretty, tap, junit or json, not \"%s\"", name);
  command_complain (command, message);
  return NULL;
}

gboolean
report_wants_colour (gboolean no_color)
{
  const char *variable = g_getenv ("NO_COLOR");

  return !no_color && (variable == NULL || variable[0] == '\0') && isatty (STDOUT_FILENO);
}

guint
report_get_width (void)
{
  struct winsize size;

  return ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

char *
report_written_describe (const ReportWritten *self)
{
  return self != NULL ? g_strdup_printf ("written to %s\nreplay it with: %s", self->path, self->replay) : NULL;
}

gboolean
report_is_good (const EhSimulationResult *result)
{
  switch (eh_simulation_result_get_status (result))
    {
    case EH_SIMULATION_PROVEN:
    case EH_SIMULATION_SAMPLED:
    case EH_SIMULATION_PASSED:
    case EH_SIMULATION_EXPECTED:
      return TRUE;
    default:
      return FALSE;
    }
}
