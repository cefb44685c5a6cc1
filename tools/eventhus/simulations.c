/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "simulations.h"

#include <stdio.h>
#include <string.h>

#include "watch.h"

void
simulations_begin (Simulations *self)
{
  self->watch = watch_begin ();
  self->results = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_simulation_result_unref);
  self->status = STATUS_OK;
}

static Status
get_status (const EhSimulationResult *result)
{
  switch (eh_simulation_result_get_status (result))
    {
    case EH_SIMULATION_PROVEN:
    case EH_SIMULATION_SAMPLED:
    case EH_SIMULATION_PASSED:
    case EH_SIMULATION_EXPECTED:
      return STATUS_OK;
    case EH_SIMULATION_VIOLATION:
      return STATUS_FAILED;
    case EH_SIMULATION_NOT_DETERMINISTIC:
    case EH_SIMULATION_DIVERGED:
      return STATUS_NOT_DETERMINISTIC;
    case EH_SIMULATION_NO_PROGRESS:
      return STATUS_NO_PROGRESS;
    case EH_SIMULATION_NO_BUDGET:
      return STATUS_NO_BUDGET;
    default:
      g_assert_not_reached ();
    }
}

static void
add_status (Simulations *self, Status status)
{
  if (status != STATUS_OK && (self->status == STATUS_OK || status < self->status))
    self->status = status;
}

static void
show_progress (const char *line, gpointer user_data)
{
  fprintf (stderr, "\r\033[K%s", line);
  fflush (stderr);
}

static void
clear_progress (void)
{
  fputs ("\r\033[K", stderr);
  fflush (stderr);
}

/* What was expected to fail is written down already: in the file that expects it. */
static gboolean
is_worth_a_file (const EhSimulationResult *result)
{
  return eh_simulation_result_get_failure_json (result) != NULL
         && eh_simulation_result_get_status (result) != EH_SIMULATION_EXPECTED;
}

/* For a shell; what is plain is left as it is. */
static char *
quote (const char *text)
{
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./_-+,:@%=";

  return *text != '\0' && text[strspn (text, plain)] == '\0' ? g_strdup (text) : g_shell_quote (text);
}

static char *
save_failure (Simulations *self, const EhSimulationResult *result)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *shell_path = NULL;
  g_autofree char *shell_module = NULL;

  if (!is_worth_a_file (result))
    return NULL;
  path = eh_simulation_result_save_failure (result, ".", &error);
  if (path == NULL)
    {
      command_complain (self->command, error->message);
      return NULL;
    }
  shell_path = quote (path);
  shell_module = quote (self->module);
  return g_strdup_printf ("written to %s\nreplay it with: eventhus replay %s --domain %s", path, shell_path,
                          shell_module);
}

gboolean
simulations_run (Simulations *self, const char *file, EhSimulation *simulation)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *note = NULL;
  EhSimulationResult *result;

  fflush (stdout);
  result = eh_simulation_explore_watched (self->domain, simulation, self->overrides, self->watch,
                                          self->show_progress ? show_progress : NULL, NULL, &error);
  if (self->show_progress)
    clear_progress ();
  if (result == NULL)
    {
      g_autofree char *message = g_strdup_printf ("%s: %s", eh_simulation_get_place (simulation), error->message);

      command_complain (self->command, message);
      self->status = STATUS_USAGE;
      return FALSE;
    }
  g_ptr_array_add (self->results, result);
  note = save_failure (self, result);
  self->format->simulation (self->report, file, result, note);
  add_status (self, get_status (result));
  if (report_is_good (result))
    self->summary->passed++;
  else
    self->summary->failed++;
  return TRUE;
}

static void
write_page (Simulations *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *page = NULL;

  page = eh_simulation_results_to_html ((const EhSimulationResult *const *) self->results->pdata, self->results->len);
  if (g_file_set_contents (self->page, page, -1, &error))
    return;
  command_complain (self->command, error->message);
  self->status = STATUS_USAGE;
}

Status
simulations_end (Simulations *self)
{
  watch_end ();
  if (self->page != NULL && self->results->len > 0)
    write_page (self);
  g_clear_pointer (&self->results, g_ptr_array_unref);
  return self->status;
}
