/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "simulations.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
written_clear (ReportWritten *self)
{
  g_free (self->path);
  g_free (self->replay);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ReportWritten, written_clear)

static void
say (int where, const char *text)
{
  if (write (where, text, strlen (text)) < 0)
    return;
}

static void
say_all (int where, const char *begin, const char *place, const char *what)
{
  say (where, begin);
  say (where, place);
  say (where, ": ");
  say (where, what);
  say (where, "\n");
}

/* Only what a signal handler may do: what stdout still has in memory was written before the simulation began. */
static void
leave (const char *what, gpointer user_data)
{
  const Simulations *self = user_data;

  if (self->format->bail_out != NULL)
    say_all (STDOUT_FILENO, self->format->bail_out, self->place, what);
  say_all (STDERR_FILENO, "eventhus: ", self->place, what);
  _exit (STATUS_NO_PROGRESS);
}

void
simulations_begin (Simulations *self)
{
  self->watch = eh_simulation_watch_new (leave, self);
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
  fprintf (stderr, "\r\033[K%.*s", (int) command_get_columns (), line);
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

static gboolean
save_failure (Simulations *self, const EhSimulationResult *result, ReportWritten *written)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *shell_path = NULL;
  g_autofree char *shell_module = NULL;

  if (!is_worth_a_file (result))
    return FALSE;
  written->path = eh_simulation_result_save_failure (result, ".", &error);
  if (written->path == NULL)
    {
      command_complain (self->command, error->message);
      return FALSE;
    }
  shell_path = quote (written->path);
  shell_module = quote (self->module);
  written->replay = g_strdup_printf ("eventhus replay %s --domain %s", shell_path, shell_module);
  return TRUE;
}

/* What is wrong in the file says where it is itself, but for the file's name. */
static void
complain_of (Simulations *self, const char *file, EhSimulation *simulation, const char *what)
{
  const char *place = eh_simulation_get_place (simulation);
  const char *inside = place + strlen (file) + strlen (": ");
  g_autofree char *message = g_strdup_printf ("%s: %s", g_str_has_prefix (what, inside) ? file : place, what);

  command_complain (self->command, message);
}

gboolean
simulations_run (Simulations *self, const char *file, EhSimulation *simulation)
{
  g_autoptr (GError) error = NULL;
  g_auto (ReportWritten) written = { NULL, NULL };
  gboolean is_written;
  EhSimulationResult *result;

  fflush (stdout);
  self->place = eh_simulation_get_place (simulation);
  result = eh_simulation_explore_watched (self->domain, simulation, self->overrides, self->watch,
                                          self->show_progress ? show_progress : NULL, NULL, &error);
  if (self->show_progress)
    clear_progress ();
  if (result == NULL)
    {
      complain_of (self, file, simulation, error->message);
      self->status = STATUS_USAGE;
      return FALSE;
    }
  g_ptr_array_add (self->results, result);
  is_written = save_failure (self, result, &written);
  self->format->simulation (self->report, file, result, is_written ? &written : NULL);
  add_status (self, get_status (result));
  if (report_is_good (result))
    self->summary->passed++;
  else
    self->summary->failed++;
  return TRUE;
}

static void
complain_of_page (const char *command, const char *page, const char *reason)
{
  g_autofree char *message = g_strdup_printf ("--report: %s cannot be written: %s", page, reason);

  command_complain (command, message);
}

gboolean
simulations_check_page (const char *command, const char *page)
{
  int file = page != NULL ? g_open (page, O_WRONLY | O_CREAT | O_CLOEXEC, 0666) : -1;

  if (page == NULL || (file >= 0 && close (file) == 0))
    return TRUE;
  complain_of_page (command, page, g_strerror (errno));
  return FALSE;
}

/* What was found counts for more than that it could not be shown. */
static void
write_page (Simulations *self)
{
  g_autofree char *page = eh_simulation_results_to_html ((const EhSimulationResult *const *) self->results->pdata,
                                                         self->results->len);
  FILE *file = g_fopen (self->page, "we");
  gboolean good = file != NULL && fputs (page, file) >= 0;

  if (file != NULL)
    good = fclose (file) == 0 && good;
  if (good)
    return;
  complain_of_page (self->command, self->page, g_strerror (errno));
  if (self->status == STATUS_OK)
    self->status = STATUS_USAGE;
}

Status
simulations_end (Simulations *self)
{
  g_clear_pointer (&self->watch, eh_simulation_watch_free);
  if (self->page != NULL && self->results->len > 0)
    write_page (self);
  g_clear_pointer (&self->results, g_ptr_array_unref);
  return self->status;
}
