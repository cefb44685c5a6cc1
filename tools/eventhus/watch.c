/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A handler of the domain that never returns cannot be stopped, as it runs in this process. So an alarm looks every
 * second whether the run is still the same, and the only way on is out.
 */

#include "watch.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

#define SECONDS_MAX 10

/* Signal handlers have nothing else to go by. */
static EhSimulationWatch *watched;
static guint patience; /* seconds */
static const char *bail_out;
static char *volatile place; /* (owned) (nullable) */

/* Only what a signal handler may call. */
static void
say (int where, const char *text)
{
  if (text != NULL && write (where, text, strlen (text)) < 0)
    return;
}

static void
say_all (int where, const char *begin, const char *who, const char *what)
{
  say (where, begin);
  say (where, place);
  say (where, place != NULL ? ": " : NULL);
  say (where, who);
  say (where, what);
}

static void
leave (const char *who, const char *what)
{
  if (bail_out != NULL)
    say_all (STDOUT_FILENO, bail_out, who, what);
  say_all (STDERR_FILENO, "eventhus: ", who, what);
  _exit (STATUS_NO_PROGRESS);
}

static void
on_alarm (int number)
{
  char who[256];

  if (watched != NULL && eh_simulation_watch_tick (watched, patience, who, sizeof who))
    leave (who, ": the handler does not return: it blocks or loops\n");
  alarm (1);
}

static void
on_fault (int number, siginfo_t *info, void *context)
{
  char who[256];

  if (watched != NULL && eh_simulation_watch_owns_guard (watched, info->si_addr, who, sizeof who))
    leave (who, ": the handler recursed through its stack\n");

  /* An ordinary crash: the instruction is tried again without this handler. */
  signal (number, SIG_DFL);
}

static guint
get_patience (void)
{
  const char *text = g_getenv ("EVENTHUS_PATIENCE");
  guint64 seconds;

  return text != NULL && g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT, &seconds, NULL) ? (guint) seconds
                                                                                             : SECONDS_MAX;
}

EhSimulationWatch *
watch_begin (const char *first_words)
{
  struct sigaction action = { .sa_flags = SA_RESTART };

  bail_out = first_words;
  patience = get_patience ();
  watched = eh_simulation_watch_new ();
  sigemptyset (&action.sa_mask);
  action.sa_handler = on_alarm;
  sigaction (SIGALRM, &action, NULL);
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  action.sa_sigaction = on_fault;
  sigaction (SIGSEGV, &action, NULL);
  sigaction (SIGBUS, &action, NULL);
  alarm (1);
  return watched;
}

void
watch_set_place (const char *text)
{
  char *old = place;

  place = g_strdup (text);
  g_free (old);
}

void
watch_end (void)
{
  alarm (0);
  signal (SIGALRM, SIG_IGN);
  signal (SIGSEGV, SIG_DFL);
  signal (SIGBUS, SIG_DFL);
  g_clear_pointer (&watched, eh_simulation_watch_free);
  watch_set_place (NULL);
}
